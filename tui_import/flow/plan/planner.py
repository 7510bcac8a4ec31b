"""One planner for all kinds of imports: it goes through the rows, and parts of it decide what a row means for their entities.

Parts stand in the order of the dependency graph, parents first: a part sees what those before it decided of the row. Nothing of a row is
planned before all have decided, so that a problem in one entity refuses the whole row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tui_import.flow.plan.binding import Binder, BlockOfRows, BoundBlock
from tui_import.flow.plan.planned import Decision, Kind, PlannedEntity
from tui_import.flow.plan.rows import LeftOut, PlannedBlock, PlannedRow
from tui_import.model.issues import Issue, Severity
from tui_import.model.plan import Operation

ROW_PROBLEM = Issue("row_problem", Severity.WARNING)
_NOTHING = Decision(Kind.NOTHING)
_IN_NO_CELL = frozenset({"product_incomplete", "lacks", "reference_unknown", "reference_ambiguous", "reference_deleted"})
"""Reasons that no normaliser gives: they are noted beside the row's other issues, so that their cell is marked."""

RowSoFar = dict[str, Decision]
"""Entity → what was decided of it in the row at hand."""


class Part:
    """What decides and plans the rows of some entities."""

    entities: Mapping[str, PlannedEntity]
    """What the plan writes, parents first."""
    counted: Sequence[str]
    """Those of them that every row has a state for."""

    def begin(self, bound: BoundBlock, block: BlockOfRows) -> Sequence[tuple[int, Issue]]:
        """Look up what a block of rows may need; returns what is to be said of its rows, (row key, issue)."""
        raise NotImplementedError

    def leaves_out(self, _i: int) -> Issue | None:
        """Why nothing of a row is imported, whatever else is in it."""
        return None

    def decide(self, i: int, row: RowSoFar) -> None:
        """Add what row ``i`` means for each of `entities` to ``row``."""
        raise NotImplementedError

    def commit(self, i: int, n: int, row: RowSoFar, issues: list[tuple[int, Issue]]) -> Sequence[PlannedRow]:
        """Plan it. ``n``: the row's key."""
        raise NotImplementedError

    def make(self, _i: int, _name: str, _row: RowSoFar) -> int | None:
        """Decide that a row makes a record of this name, since another one refers to it; None where this part cannot."""
        return None


class RowsPlanner:
    """Plans an import. Feed it the blocks of a draft in order; each result is written before the next block is planned."""

    def __init__(self, binder: Binder, left_out: LeftOut, parts: Sequence[Part]) -> None:
        """``parts``: parents first."""
        self._binder = binder
        self._left_out = left_out
        self._parts = parts
        self._counted = [entity for part in parts for entity in part.counted]
        self.entities: Mapping[str, PlannedEntity] = {entity: planned for part in parts for entity, planned in part.entities.items()}

    def plan(self, blocks: Iterator[BlockOfRows]) -> Iterator[PlannedBlock]:
        """One planned block per block of rows."""
        for block in blocks:
            yield self._plan_block(self._binder.bind(block), block)

    def _plan_block(self, bound: BoundBlock, block: BlockOfRows) -> PlannedBlock:
        automatic = self._left_out.automatic(block)
        issues = [(bound.n[i], issue) for i, found in sorted(bound.issues.items()) for issue in found]
        for part in self._parts:
            issues += part.begin(bound, block)
        rows: list[PlannedRow] = []
        for i, n in enumerate(bound.n):
            row = self._decide(bound, i, automatic)
            if any(decision.kind is Kind.PROBLEM for decision in row.values()):
                rows += self._refuse(n, row, issues)
            else:
                for part in self._parts:
                    rows += part.commit(i, n, row, issues)
        return PlannedBlock(rows, self.entities, issues)

    def _decide(self, bound: BoundBlock, i: int, automatic: Mapping[int, Issue]) -> RowSoFar:
        reason = self._left_out.reason(bound, i, automatic)
        if reason is not None:
            return dict.fromkeys(self._counted, Decision(Kind.NOTHING, None, reason))
        for part in self._parts:
            reason = part.leaves_out(i)
            if reason is not None:
                return dict.fromkeys(self._counted, Decision(Kind.NOTHING, None, reason))
        error = bound.errors.get(i)
        if error is not None:
            owner = error.field.partition(".")[0]
            return {owner if owner in self._counted else self._counted[0]: Decision(Kind.PROBLEM, None, error)}
        row: RowSoFar = {}
        for part in self._parts:
            part.decide(i, row)
            if any(decision.kind is Kind.PROBLEM for decision in row.values()):
                break
        return row

    def _refuse(self, n: int, row: RowSoFar, issues: list[tuple[int, Issue]]) -> Iterator[PlannedRow]:
        """A row with a problem is not imported at all."""
        for entity in self._counted:
            decision = row.get(entity, _NOTHING)
            if decision.kind is Kind.PROBLEM:
                if decision.reason is not None and decision.reason.code in _IN_NO_CELL:
                    issues.append((n, decision.reason))
                yield PlannedRow(n, entity, Operation.PROBLEM, decision.ref, decision.reason)
            else:
                yield PlannedRow(n, entity, Operation.SKIPPED, None, ROW_PROBLEM)
