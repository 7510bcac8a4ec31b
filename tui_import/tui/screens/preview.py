"""Step 4: exactly what will happen, row by row and field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.kinds import PRODUCTS, planned_of
from tui_import.model.mapping import ColumnInfo
from tui_import.model.plan import PlanReport, RowFilter, RowState
from tui_import.model.progress import Progress
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import Show
from tui_import.tui.widgets.lines import Lines
from tui_import.tui.widgets.preview_rows import Keys
from tui_import.tui.widgets.row_browser import RowBrowser
from tui_import.tui.widgets.row_detail import RowDetailPane
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.totals import Totals
from tui_import.tui.widgets.unknown_values import UnknownValues
from tui_import.tui.words import held_words, moved_words, near_words

QUICK_ROWS = 20_000
"""Up to so many rows the plan is made anew by itself after a change; above it waits for p, F8 or F9."""
BLOCK = 1000
"""Rows read at a time where all are looked at."""
SETTLE_SECONDS = 0.4
"""A plan is made anew when no further change came for so long."""


class PreviewScreen(StepFrame):
    """The rows with their states, below them the fields of the row the cursor stands on."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("preview")
    STEP = "preview"
    HELP_TEXT = N_(
        "Before each row stand its states: +C new company, ~C changed, =C unchanged, -C skipped, !C problem, \"C as in an "
        "earlier row; the same with P for the person, with A for a product. A cell with ! has an issue. Below: what is stored, what "
        "comes in, what "
        "results. Space takes a row out or in again; e corrects a cell in place, u takes that back. f shows only new, changed "
        "or problem rows, / searches, s sorts, n goes to the next problem. i decides what values mean that their lists do not have. "
        "Nothing is written before step 5."
    )
    _timer: Timer | None = None
    _columns: Sequence[ColumnInfo] = ()
    _reviewing = False
    """The duplicates are being decided on a screen over this one."""

    def body(self) -> ComposeResult:
        """Totals, rows, detail."""
        yield Totals(id="totals")
        yield RowBrowser(self.session.preview_rows, id="rows")
        yield RowDetailPane(self.workspace.catalogue, id="detail")

    @property
    def browser(self) -> RowBrowser:
        """The rows."""
        return self.query_one(RowBrowser)

    @property
    def detail(self) -> RowDetailPane:
        """The fields of a row."""
        return self.query_one(RowDetailPane)

    def on_mount(self) -> None:
        """Plan, where that is still to be done."""
        self._columns = self.session.columns
        self.browser.table.focus()
        report = self.session.report
        if report is None or self.session.outdated:
            if report is not None:  # the rows can be looked at meanwhile
                self._found(self.session.row_keys(self.browser.filter))
            self.plan()
        else:
            self._planned(report)

    # -- planning

    def plan(self) -> None:
        """Make the plan anew in a thread; the old one stays usable until then."""
        self._timer = None
        self.start(_("Planning"), self.session.plan, self._planned, self._not_planned, replace=True)

    def _planned(self, report: PlanReport) -> None:
        self.query_one(Totals).show(report)
        self.renew_where()
        moved = moved_words(report)
        parts = [held_words(self._held(report)), near_words(report), _("Moved: {moved}").format(moved=moved) if moved else ""]
        self.tell(" ".join(filter(None, parts)))
        self._find(self.browser.filter)

    def _held(self, report: PlanReport) -> int:
        """Rows of which a company or a person waits for a decision."""
        waits = any(counts.held for counts in report.entities.values())
        return self.session.row_count(RowFilter(show="held")) if waits else 0

    def _not_planned(self, error: Exception) -> None:
        self.host.show_error(error)
        self.query_one(Totals).show(self.session.report, outdated=True)

    def _changed(self) -> None:
        """Rows or cells were changed: plan anew soon, or say that it is due."""
        if not self.session.outdated:
            return
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.session.rows <= QUICK_ROWS:
            self._timer = self.set_timer(SETTLE_SECONDS, self.plan)
        else:
            self.query_one(Totals).show(self.session.report, outdated=True)

    def action_plan(self) -> None:
        """By key."""
        self.plan()

    def go(self, step: str) -> None:
        """What is due is planned before going on to the import."""
        if step != "import" or not self.session.outdated:
            super().go(step)
            return

        def planned(report: PlanReport) -> None:
            self._planned(report)
            if report.moved:
                self.tell(_("Planned anew; moved: {moved}. F8 goes on.").format(moved=moved_words(report)))
            else:
                self.call_after_refresh(self.go, step)

        self.start(_("Planning"), self.session.plan, planned, self._not_planned, replace=True)

    # -- rows

    def _find(self, rows: RowFilter) -> None:
        """The rows of a filter: at once where it is none, else in a thread."""
        if rows == RowFilter():
            self._found(self.session.row_keys(rows))
        else:
            self.start(_("Looking for rows"), lambda progress: self.session.row_keys(rows, progress), self._found, replace=True)

    def _found(self, keys: Keys) -> None:
        report = self.session.report
        self.browser.entities = tuple(report.entities) if report else ()
        self.browser.sheets = [sheet.name for sheet in self.session.sheets]
        self.browser.show(keys, self._columns, unchecked=report.unchecked if report else 0)

    def on_row_browser_filter_changed(self, event: RowBrowser.FilterChanged) -> None:
        """Other rows are wanted."""
        self._find(event.rows)

    def on_lines_moved(self, event: Lines.Moved) -> None:
        """The fields of the row."""
        if event.widget is self.browser.table:
            self._show_detail()

    def _show_detail(self) -> None:
        key = self.browser.key
        detail = self.attempt(lambda: self.session.detail(key)) if key is not None else None
        if detail is not None:
            detail = replace(detail, row=replace(detail.row, states=tuple(map(self._numbered, detail.row.states))))
        self.detail.show(detail, self._columns, _("No row fits the filter.") if key is None else "")

    def _numbered(self, state: RowState) -> RowState:
        """A repeated row names the row that it joins by its number in the file, as the table does."""
        return state if state.row is None else replace(state, row=self.session.preview_rows([state.row])[0].number)

    def action_details(self) -> None:
        """Between rows and fields."""
        fields, rows = self.detail.table, self.browser.table
        (rows if fields.has_focus else fields).focus()

    def action_next_problem(self) -> None:
        """Down."""
        self._problem(backwards=False)

    def action_previous_problem(self) -> None:
        """Up."""
        self._problem(backwards=True)

    def _problem(self, *, backwards: bool) -> None:
        """In what the filter shows, whatever its order."""
        here = self.browser.key or 0
        key = self.attempt(lambda: self.session.next_problem(here, backwards=backwards))
        while key is not None and not self.browser.go_to_key(key):
            after = key
            key = self.attempt(lambda: self.session.next_problem(after, backwards=backwards))  # noqa: B023 - called at once
        if key is None:
            self.tell(_("No further problem in this direction."))

    # -- checks

    def action_check(self) -> None:
        """The row, and on to the next."""
        key, table = self.browser.key, self.browser.table
        if key is None:
            return
        row = table.cursor
        checked = bool(table.row(row).checked)
        self.attempt(lambda: self.session.check([key], not checked))
        table.forget(row)
        table.action_move("down")
        self._changed()

    def _check_shown(self, checked: bool | None) -> None:
        rows = self.browser.filter
        self.start(_("Checking rows"), lambda _progress: self.session.check(rows, checked), self._checked)

    def _checked(self, count: int) -> None:
        self.browser.table.forget()
        self._changed()
        self.tell(ngettext("{count} row.", "{count} rows.", count).format(count=number(count)))

    def action_check_all(self) -> None:
        """What the filter shows."""
        self._check_shown(True)

    def action_check_none(self) -> None:
        """What the filter shows."""
        self._check_shown(False)

    def action_automatic(self) -> None:
        """What the filter shows, as the program would."""
        self._check_shown(None)

    def action_check_invert(self) -> None:
        """Checked and un-checked exchanged."""
        keys = self.browser.keys

        def work(_progress: Progress) -> int:
            rows = (row for start in range(0, len(keys), BLOCK) for row in self.session.preview_rows(self.browser.keys_at(start, BLOCK)))
            checked = {row.row: row.checked for row in rows}
            self.session.check([key for key, on in checked.items() if on], False)
            return self.session.check([key for key, on in checked.items() if not on], True)

        self.start(_("Checking rows"), work, lambda _count: self._checked(len(keys)))

    # -- correcting

    def on_row_browser_edited(self, event: RowBrowser.Edited) -> None:
        """A cell was corrected."""
        self.attempt(lambda: self.session.correct(event.row, event.column, event.text or None))
        self._corrected()

    def _corrected(self) -> None:
        self.browser.table.forget()
        self._show_detail()
        self._changed()

    def action_values(self) -> None:
        """The different values of the cursor's column."""
        column = self.browser.column
        if column is None:
            self.tell(_("Put the cursor on a cell first: → goes to the right."))
        else:
            self.open_values(self._columns[column], self._corrected)

    def action_undo_correction(self) -> None:
        """The last one back."""
        undone = self.attempt(self.session.undo_correction)
        self.tell(_("The last correction is taken back.") if undone else _("There is no correction to take back."))
        if undone:
            self._corrected()

    def action_unknown(self) -> None:
        """What values mean that their lists do not have."""
        if self.busy_with or self.session.report is None:
            self.tell(_("There is no plan yet."))
            return

        def closed(decided: bool | None) -> None:
            if decided:
                self._corrected()

        def decide(list: str, value: str, becomes: str | None) -> None:
            self.attempt(lambda: self.session.decide_value(list, value, becomes))

        def items(name: str) -> Sequence[str]:
            return [item.name for item in self.workspace.lists().get(name, ()) if not item.deactivated]

        self.app.push_screen(UnknownValues(self.session.unknown_values, decide, items), closed)

    # -- duplicates

    def action_duplicates(self) -> None:
        """Decide what waits."""
        if self.session.kind == PRODUCTS:
            self.tell(_("There is nothing to decide for products: nearly equal names are warnings (f shows them)."))
            return
        if "company" not in planned_of(self.session.kind, self.session.mapping.fields):
            self.tell(_("Probable duplicates are looked for among companies and persons."))
            return
        if self.busy_with or self.session.report is None:
            self.tell(_("There is no plan yet."))
            return
        self._reviewing = True
        self.post_message(Show("duplicates", self.session))

    def on_screen_resume(self) -> None:
        """Back from the duplicates: what was decided moves rows."""
        reviewing, self._reviewing = self._reviewing, False
        if reviewing and self.session.outdated:
            self.plan()

    def go_to_row(self, row: int) -> None:
        """The cursor to a row, in all rows where the filter leaves it out."""
        if not self.browser.go_to_key(row):
            self.tell(_("The filter leaves that row out."))

    # -- Esc

    def action_back(self) -> None:
        """Out of the fields, the search, the filter; then a step back."""
        if self.detail.table.has_focus:
            self.browser.table.focus()
        elif self.busy_with or not self.browser.step_back():
            super().action_back()
