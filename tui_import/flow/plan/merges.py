"""What decisions about pairs of stored records make of them: which becomes part of which. Pure rules, no looking up.

Records that are joined by "same" are one; one of them stays and the others become part of it along the pairs that somebody decided, so that
what was chosen of each pair counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.model.matches import Choice, FieldChoice, Match, Merge, Pair, Verdict
from tui_import.model.settings import Action

_OTHER_SIDE = {Choice.INCOMING: Choice.STORED, Choice.STORED: Choice.INCOMING}
_OTHER_WAY = {Action.MERGE: Action.REPLACE, Action.REPLACE: Action.MERGE, Action.SKIP: Action.REPLACE}
"""Where a pair is merged the other way round than it was decided: the same values win."""


class Joined:
    """Records that become one, as far as pairs say so."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def root(self, record: int) -> int:
        """The same for all records that become one."""
        while (parent := self._parent.get(record, record)) != record:
            self._parent[record] = self._parent.get(parent, parent)
            record = parent
        return record

    def join(self, one: int, other: int) -> None:
        """They become one."""
        self._parent[self.root(one)] = self.root(other)

    def are_one(self, one: int, other: int) -> bool:
        """Somebody said so, or it follows."""
        return self.root(one) == self.root(other)


def joined(matches: Iterable[Match]) -> Joined:
    """What the decisions about pairs of one entity make one."""
    found = Joined()
    for match in matches:
        if is_decided(match, Verdict.SAME):
            found.join(match.pair.row, match.pair.record)
    return found


def is_decided(match: Match, verdict: Verdict) -> bool:
    """Somebody said this of a pair, and it counts still."""
    return match.decision is not None and match.decision.verdict is verdict and not match.open


def settled(matches: Sequence[Match]) -> set[Pair]:
    """Pairs of stored records that nobody needs to decide, since other decisions make them one already."""
    one = joined(matches)
    return {match.pair for match in matches if one.are_one(match.pair.row, match.pair.record)}


def torn(matches: Sequence[Match]) -> Match | None:
    """A pair of one entity that was decided to be different though other decisions make its records one; None where there is none."""
    one = joined(matches)
    apart = (match for match in matches if is_decided(match, Verdict.DIFFERENT))
    return next((match for match in apart if one.are_one(match.pair.row, match.pair.record)), None)


def refuse_torn(matches: Sequence[Match]) -> None:
    """Raise `UsageError` where decisions contradict each other."""
    match = torn(matches)
    if match is not None:
        entity, one, other = _(match.pair.entity), match.pair.record, match.pair.row
        raise UsageError(
            _("{entity} {one} and {entity} {other} were decided to be different; this would make them one.").format(
                entity=entity, one=one, other=other
            ),
            hint=_("Decide one of the pairs otherwise first."),
        )


def merges(matches: Iterable[Match], staying: Collection[tuple[str, int]] = ()) -> list[Merge]:
    """All merges in the order in which they are made, companies first.

    ``staying``: (entity, record) that must not go where another can, since it has withdrawn a consent. Raises `UsageError` where decisions
    contradict each other.
    """
    by_entity: dict[str, list[Match]] = {"company": [], "person": []}
    for match in matches:
        by_entity[match.pair.entity].append(match)
    found: list[Merge] = []
    for entity, own in by_entity.items():
        refuse_torn(own)
        one = joined(own)
        groups: dict[int, list[Match]] = {}
        for match in own:
            if is_decided(match, Verdict.SAME):
                groups.setdefault(one.root(match.pair.row), []).append(match)
        for _root, group in sorted(groups.items(), key=lambda each: min(match.pair.record for match in each[1])):
            found += _merges_of(group, {record for of, record in staying if of == entity})
    return found


def sides(match: Match) -> tuple[int, int]:
    """(the record that goes, the one that stays), as a pair of stored records was decided: the older one stays unless it was swapped."""
    swapped = match.decision is not None and match.decision.swapped
    return (match.pair.record, match.pair.row) if swapped else (match.pair.row, match.pair.record)


def _merges_of(group: Sequence[Match], staying: Collection[int]) -> list[Merge]:
    """A tree of merges into one survivor, the farthest first."""
    reached = {_survivor(group, staying)}
    order: list[Merge] = []
    left = sorted(group, key=lambda match: (-match.probability, match.pair))
    while left:
        ring: list[Merge] = []
        for match in left:
            ends = {match.pair.row, match.pair.record}
            if len(ends & reached) == 1 and not any(ends - reached <= {merge.gone} for merge in ring):
                ring.append(_merge(match, survivor=(ends & reached).pop()))
        reached |= {merge.gone for merge in ring}
        order += ring
        left = [match for match in left if not {match.pair.row, match.pair.record} <= reached]
    return order[::-1]


def _survivor(group: Sequence[Match], staying: Collection[int]) -> int:
    """Who never goes in any pair, the oldest of them; where there is none, the oldest of all."""
    members = {record for match in group for record in sides(match)}
    stay = members - {sides(match)[0] for match in group}
    return min((members & set(staying)) or stay or members)


def _merge(match: Match, survivor: int) -> Merge:
    goes, stays = sides(match)
    decision = match.decision
    action = (decision.action if decision else None) or Action.MERGE
    fields: Mapping[str, FieldChoice] = decision.fields if decision else {}
    if stays == survivor:
        return Merge(match.pair.entity, stays, goes, action, fields)
    return Merge(match.pair.entity, goes, stays, _OTHER_WAY[action], turned(fields))


def turned(fields: Mapping[str, FieldChoice]) -> dict[str, FieldChoice]:
    """The same values chosen where both records change sides."""
    return {name: FieldChoice(_OTHER_SIDE.get(each.choice, each.choice), each.values) for name, each in fields.items()}
