"""Pairs of stored records in a review: one goes, the other stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_import.api.i18n import _
from tui_import.flow.folding import fold
from tui_import.flow.plan.merges import Joined, is_decided, refuse_torn, settled
from tui_import.model.matches import Match, Pair, Verdict
from tui_import.model.settings import Settings
from tui_import.session.duplicates.queue import Node
from tui_import.session.duplicates.sides import HardFacts, Side, Sides
from tui_import.store import review

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace


class RecordSides(Sides):
    """Stored records against each other."""

    are_stored = True

    def __init__(self, workspace: Workspace, settings: Settings, companies: Collection[int]) -> None:
        """``companies``: all that the review is about."""
        super().__init__(workspace, settings)
        self._persons = review.count_persons(workspace.database, companies)

    def of(self, pair: Pair, *, swapped: bool = False) -> tuple[Side, Side]:
        """See `Sides.of`."""
        younger, older = self.stored(pair.entity, pair.row), self.stored(pair.entity, pair.record)
        return (older, younger) if swapped else (younger, older)

    def nodes(self, pair: Pair) -> tuple[Node, Node]:
        """See `Sides.nodes`."""
        return ("record", pair.row), ("record", pair.record)

    def heads(self, _pair: Pair, both: tuple[Side, Side]) -> tuple[str, str]:
        """See `Sides.heads`."""
        return _("Goes: {record}").format(record=both[0].title), _("Stays: {record}").format(record=both[1].title)

    def scopes(self, pairs: Iterable[Pair]) -> Mapping[Pair, object]:
        """All pairs that hang together, however many records lie between."""
        wanted = list(pairs)
        chains = {"company": Joined(), "person": Joined()}
        for pair in wanted:
            chains[pair.entity].join(pair.row, pair.record)
        return {pair: (pair.entity, chains[pair.entity].root(pair.row)) for pair in wanted}

    def settled(self, matches: Sequence[Match]) -> Collection[Pair]:
        """See `flow.plan.merges.settled`."""
        return settled(matches)

    def refuse(self, matches: Sequence[Match]) -> None:
        """See `flow.plan.merges.refuse_torn`."""
        refuse_torn(matches)

    def together(self, matches: Sequence[Match], decided: Iterable[Match], hard: HardFacts) -> list[Match]:
        """A chain is cut where records were said to be different, or have two VAT numbers or birth dates."""
        chain = _Chain(decided, hard)
        return [match for match in sorted(matches, key=lambda match: -match.probability) if chain.take(match)]

    def weight(self, entity: str, node: Node) -> int:
        """A company's persons move with it."""
        return self._persons.get(node[1], 0) if entity == "company" else 0

    def text_of(self, match: Match) -> str:
        """What was compared: reading thousands of records from the store would take too long."""
        return f"{match.fingerprint}\n{match.other_fingerprint}"

    def searched(self, text: str) -> str:
        """What was compared is folded."""
        return fold(text)

    def companies_of(self, pair: Pair, pairs: Iterable[Pair]) -> Iterable[int]:
        """Of either person, and what those resemble."""
        both = [self._workspace.record("person", person).get("company_id") for person in (pair.row, pair.record)]
        own = {company for company in both if isinstance(company, int)}
        near = [other for each in pairs if each.entity == "company" and {each.row, each.record} & own for other in (each.row, each.record)]
        return [*sorted(own), *near]

    def is_mapped(self, _entity: str, _field: str) -> bool:
        """A blank field of one record never empties the other's."""
        return False


class _Chain:
    """Records that a bulk decision makes one, as long as nothing speaks against it."""

    def __init__(self, decided: Iterable[Match], hard: HardFacts) -> None:
        self._joined: dict[str, Joined] = {"company": Joined(), "person": Joined()}
        self._hard = hard
        self._apart: dict[tuple[str, int], set[int]] = {}
        self._members: dict[tuple[str, int], set[int]] = {}
        for match in decided:
            entity, one, other = match.pair.entity, match.pair.row, match.pair.record
            if is_decided(match, Verdict.SAME):
                self._join(entity, one, other)
            elif is_decided(match, Verdict.DIFFERENT):
                self._apart.setdefault((entity, one), set()).add(other)
                self._apart.setdefault((entity, other), set()).add(one)

    def take(self, match: Match) -> bool:
        """Whether the pair may be the same, too; it is from now on."""
        entity, one, other = match.pair.entity, match.pair.row, match.pair.record
        joined = self._joined[entity]
        if not joined.are_one(one, other) and any(
            self._speaks_against(entity, a, b) for a in self._of(entity, one) for b in self._of(entity, other)
        ):
            return False
        self._join(entity, one, other)
        return True

    def _of(self, entity: str, record: int) -> set[int]:
        return self._members.get((entity, self._joined[entity].root(record)), {record})

    def _join(self, entity: str, one: int, other: int) -> None:
        both = self._of(entity, one) | self._of(entity, other)
        self._joined[entity].join(one, other)
        self._members[entity, self._joined[entity].root(one)] = both

    def _speaks_against(self, entity: str, one: int, other: int) -> bool:
        from tui_import.matching.cluster import contradicts

        if other in self._apart.get((entity, one), ()):
            return True
        a, b = (self._hard.get((entity, ("record", record)), {}) for record in (one, other))
        return bool(a and b and contradicts(a, b, entity))
