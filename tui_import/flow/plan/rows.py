"""What the plans of all kinds of imports share: the rows that they write, and rows that are left out by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui_import.flow.folding import fold
from tui_import.flow.plan.binding import Binder, BlockOfRows, BoundBlock
from tui_import.flow.plan.entity import EntityPlanner
from tui_import.flow.plan.planned import Decision, Kind, PlannedEntity
from tui_import.model.fields import Catalogue
from tui_import.model.issues import Issue, Severity
from tui_import.model.plan import Operation

UNCHECKED = Issue("unchecked", Severity.WARNING)
EXAMPLE_MARKS = ("example data", "eksempeldata", "eksempel:", "exempeldata", "beispieldaten", "voorbeeldgegevens")
"""How the example row of a template begins, folded."""


class PlannedRow(NamedTuple):
    """What happens to one entity of one row."""

    n: int
    entity: str
    operation: Operation
    ref: int | None = None
    reason: Issue | None = None
    joins: int | None = None
    """The row whose record it joins."""


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """What a block of rows adds to the plan."""

    rows: Sequence[PlannedRow]
    entities: Mapping[str, PlannedEntity]
    issues: Sequence[tuple[int, Issue]]
    """(row key, issue)."""


class LeftOut:
    """Rows that are not imported whatever they hold: done before, un-checked, headings and examples."""

    def __init__(self, binder: Binder, headers: Sequence[str | None], imported: Mapping[int, int], *, stacked: bool = False) -> None:
        """``headers``: of the columns the binder reads, in their order; a data row that repeats them is taken for a heading.

        ``imported``: rows that earlier runs of this draft imported → run. ``stacked``: rows are of several sheets, each with columns of
        its own.
        """
        self._stacked = stacked
        self._positions = binder.positions
        self._headers = tuple(fold(header) if header else None for header in headers)
        self._imported = imported

    def automatic(self, block: BlockOfRows) -> dict[int, Issue]:
        """Rows that look like a heading or like a template's example: left out unless the user ticks them."""
        columns = [block.columns[position] for position in self._positions]
        found: dict[int, Issue] = {}
        if not columns:
            return found
        for i, cell in enumerate(columns[0]):
            if block.checked[i] is not None:
                continue
            at = 0
            if cell is None and self._stacked:  # the row of another sheet begins elsewhere
                at = next((at for at, column in enumerate(columns) if column[i] is not None), 0)
            first = columns[at][i]
            if isinstance(first, str) and fold(first).startswith(EXAMPLE_MARKS):
                found[i] = Issue("example_row", Severity.WARNING)
            elif self._headers and isinstance(first, str) and fold(first) == self._headers[at]:
                cells = [column[i] for column in columns]
                same = sum(fold(str(cell)) == header for cell, header in zip(cells, self._headers, strict=True) if cell is not None)
                if same > len([cell for cell in cells if cell is not None]) / 2:
                    found[i] = Issue("heading_row", Severity.WARNING)
        return found

    def reason(self, bound: BoundBlock, i: int, automatic: Mapping[int, Issue]) -> Issue | None:
        """Why row ``i`` of the block is left out; None where it is not."""
        run = self._imported.get(bound.n[i])
        if run is not None:
            return Issue("imported", Severity.WARNING, params={"run": run})
        checked = bound.checked[i]
        if checked == 0 or (checked is None and i in automatic):
            return automatic.get(i, UNCHECKED)
        return None


def kept_issues(planner: EntityPlanner, bound: BoundBlock, decision: Decision, i: int) -> Iterator[Issue]:
    """Key and required fields that the row leaves blank and that keep what is stored."""
    if decision.kind is not Kind.HIT or decision.ref is None:
        return
    for name in planner.kept_fields(decision.ref, i):
        key = f"{planner.entity}.{name}"
        yield Issue("required_kept", Severity.WARNING, key, bound.entities[planner.entity].columns.get(name), {"field": key})


def bare(keys: Sequence[str]) -> set[str]:
    """Field names without their entity."""
    return {key.split(".", 1)[1] for key in keys}


def multiple_fields(binder: Binder, catalogue: Catalogue, entity: str) -> list[str]:
    """Bare names of the multiple fields that rows can have values for."""
    return [item.name for item in catalogue.multiple(entity) if item.key in binder.fields]
