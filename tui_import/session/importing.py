"""One import in progress: its steps, in their order, and what a face asks at each of them."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from collections.abc import Sequence

from tui_import.api.options import OptionValue
from tui_import.api.source import Finding, Peek, Scalar
from tui_import.model.mapping import ColumnInfo, Drift, Guess, Link, Mapping
from tui_import.model.plan import KeyAdvice, PlanReport, PreviewRow, RowDetail, RowFilter, Summary
from tui_import.model.progress import Progress
from tui_import.model.settings import Recipe, Settings


class ImportSession:
    """An import between "this file" and "it is in the store". Everything it knows lies in its draft, so it survives anything.

    Steps: open → read → map → settings → plan → apply. Going back is always possible until it is applied; what a later step made is
    made again. Reads may come from any thread; one thread at a time may work (`read`, `plan`, `apply`).
    """

    id: str
    """Of the draft."""
    location: str
    source: str
    state: str
    """opened | read | planned | applied."""
    kind: str

    # -- source: before anything is read
    def tables(self) -> Sequence[TableInfo]: ...              # TableInfo(name, hidden, expected_rows)
    @property
    def table(self) -> str: ...                                # chosen table's name
    @property
    def options(self) -> MappingABC[str, OptionValue]: ...     # "sheet"/"encoding"/"header_row"/"password"... what was chosen or found
    def set_option(self, key: str, value: OptionValue) -> None: ...   # reopens the source; rows read before are forgotten
    def peek(self, limit: int = 20) -> Peek: ...
    def already_imported(self) -> RunInfo | None: ...          # a run, not undone, that imported the same content
    def read(self, progress: Progress | None = None) -> ReadReport: ...      # ReadReport(rows, blank_rows, seconds, findings)

    # -- mapping (after read)
    @property
    def columns(self) -> Sequence[ColumnInfo]: ...
    @property
    def rows(self) -> int: ...
    @property
    def mapping(self) -> Mapping: ...
    def guesses(self) -> Sequence[Guess]: ...                  # one per column; those over LINK_FROM are already linked on first read
    def link(self, column: int, field: str) -> None: ...       # adds; a single field fed by another column is taken from it
    def unlink(self, column: int, field: str = "") -> None: ... # "" = all fields of the column
    def set_constant(self, field: str, value: Scalar) -> None: ...           # None removes it
    def missing(self) -> Sequence[Missing]: ...                # Missing(fields: tuple of alternatives, reason) until mapping is complete; empty = go on
    def drift(self) -> Drift: ...                              # against the recipe it runs, empty without one
    def column_values(self, column: int, limit: int = 200) -> Sequence[ValueCount]: ... # distinct values with counts and issue: ValueCount(value, rows, issue)

    # -- settings
    @property
    def settings(self) -> Settings: ...
    def change_settings(self, settings: Settings) -> None: ... # UsageError where it breaks a rule (person without company while mandatory …)
    def advice(self, progress: Progress | None = None) -> Sequence[KeyAdvice]: ...
    def recipe(self) -> Recipe: ...                            # all of it, to save

    # -- plan and preview
    def plan(self, progress: Progress | None = None) -> PlanReport: ...      # makes or remakes it; keeps the last one until it is done
    @property
    def report(self) -> PlanReport | None: ...                 # None or outdated: see `outdated`
    @property
    def outdated(self) -> bool: ...                            # something changed since the plan
    def row_keys(self, rows: RowFilter = RowFilter()) -> RowKeys: ...        # RowKeys: len() and [i] → row key; 4 bytes a row, or a range without filter
    def preview_rows(self, keys: Sequence[int]) -> Sequence[PreviewRow]: ... # in the order asked for, by row key
    def detail(self, row: int) -> RowDetail: ...
    def check(self, rows: RowFilter | Sequence[int], checked: bool | None) -> int: ... # None = back to automatic; returns rows changed
    def correct(self, row: int, column: int, value: Scalar) -> None: ...     # one cell
    def replace_value(self, column: int, old: Scalar, new: Scalar) -> int: ...  # every row of the column that has it
    def repair(self, column: int, code: str) -> int: ...       # take all offered repairs of that kind in the column; returns cells
    def undo_correction(self) -> bool: ...                     # takes back the last correct / replace_value / repair

    # -- apply
    def apply(self, progress: Progress | None = None, *, accept_clears: bool = False) -> Summary: ...
    @property
    def summary(self) -> Summary | None: ...                   # after apply
    def close(self) -> None: ...
