"""What probable duplicates and the decisions about them make of the rows: pure rules, no looking up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui_import.model.issues import Issue, Severity
from tui_import.model.matches import Become, Match, MatchKind, Override, Overrides, Verdict
from tui_import.model.settings import DuplicateRules, Undecided


def overrides(matches: Iterable[Match], rules: DuplicateRules) -> Overrides:
    """Entity → row → what the planner is told.

    A record that was decided to be the same as several follows the most probable of them. One that is open against any waits, unless the
    rules say otherwise.
    """
    by_row: dict[tuple[str, int], list[Match]] = {}
    for match in matches:
        by_row.setdefault((match.pair.entity, match.pair.row), []).append(match)
    found: dict[str, dict[int, Override]] = {}
    for (entity, row), own in by_row.items():
        override = _of_row(sorted(own, key=lambda match: -match.probability), rules)
        if override is not None:
            found.setdefault(entity, {})[row] = override
    return found


def _of_row(matches: list[Match], rules: DuplicateRules) -> Override | None:
    contradiction = next((match for match in matches if match.kind is MatchKind.CONTRADICTION), None)
    for match in matches:
        if not match.open and match.decision and match.decision.verdict is Verdict.SAME:
            return None if match is contradiction and not match.decision.fields and not match.decision.action else _same(match)
    if contradiction is not None:
        if contradiction.open:
            return _undecided_contradiction(contradiction, rules)
        return Override(Become.NEW)
    flagged = [match for match in matches if match.open and match.probability >= rules.flag_at]
    if not flagged or rules.undecided is Undecided.ADD:
        return None
    if rules.undecided is Undecided.MERGE and flagged[0].probability >= rules.merge_at:
        return _same(flagged[0])
    percent = {"percent": int(flagged[0].probability * 100)}
    return Override(Become.HELD, flagged[0].pair.record, reason=Issue("held", Severity.WARNING, params=dict(percent)))


def _undecided_contradiction(match: Match, rules: DuplicateRules) -> Override | None:
    """The key says that it is the same: that is what happens where undecided rows are not to wait."""
    if rules.undecided is not Undecided.HOLD:
        return None
    return Override(Become.HELD, match.pair.record, reason=Issue("contradiction", Severity.WARNING, params={"id": match.pair.record}))


def _same(match: Match) -> Override:
    decision = match.decision
    become, ref = (Become.RECORD, match.pair.record) if match.pair.record else (Become.ROW, match.pair.other)
    if decision is None:
        return Override(become, ref)
    return Override(become, ref, decision.action, decision.fields)


def flagged(matches: Iterable[Match], rules: DuplicateRules) -> Mapping[str, int]:
    """Entity → pairs that are shown: at or over the line, or contradicting their key."""
    counts: dict[str, int] = {}
    for match in matches:
        if match.kind is MatchKind.CONTRADICTION or match.probability >= rules.flag_at:
            counts[match.pair.entity] = counts.get(match.pair.entity, 0) + 1
    return counts
