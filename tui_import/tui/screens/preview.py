"""Step 4: exactly what will happen, row by row and field by field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.widgets import Input, Static

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.plan import FieldChange, PlanReport, RowFilter, Verb
from tui_import.model.progress import Progress
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import content, lines, safe, shown
from tui_import.tui.widgets.dialogs import Choose, Prompt, line_input
from tui_import.tui.widgets.lines import Lines
from tui_import.tui.widgets.preview_rows import FIRST_CELLS, Keys, PreviewRows, preview_columns
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.totals import Totals
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.words import FILTERS, VERBS, moved_words, state_words, word

QUICK_ROWS = 20_000
"""Up to so many rows the plan is made anew by itself after a change; above it waits for p, F8 or F9."""
SETTLE_SECONDS = 0.4
"""A plan is made anew when no further change came for so long."""


class PreviewScreen(StepFrame):
    """The rows with their states, below them the fields of the row the cursor stands on."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("preview")
    STEP = "preview"
    HELP_TEXT = N_(
        "Before each row stand its states: +C new company, ~C changed, =C unchanged, -C skipped, !C problem, \"C as in an "
        "earlier row; the same with P for the person. A cell with ! has an issue. Below: what is stored, what comes in, what "
        "results. Space takes a row out or in again; e corrects a cell in place, u takes that back. f shows only new, changed "
        "or problem rows, / searches, s sorts, n goes to the next problem. Nothing is written before step 5."
    )
    _keys: Keys = ()
    _timer: Timer | None = None

    def __init__(self, session: object) -> None:
        super().__init__(session)  # type: ignore[arg-type]
        self._filter = RowFilter()

    def body(self) -> ComposeResult:
        """Totals, filter, rows, detail."""
        yield Totals(id="totals")
        yield Static(id="filter-line")
        yield line_input(placeholder=_("text to look for; empty shows all rows"), id="search")
        yield VirtualTable(id="rows", checks=True, cell_cursor=True)
        yield Static(id="reasons")
        yield VirtualTable(
            [
                TableColumn(_("Field"), 24, frozen=True),
                TableColumn(_("Stored"), 15),
                TableColumn(_("Incoming"), 15),
                TableColumn(_("Result"), 15),
                TableColumn(_("What")),
            ],
            id="detail",
        )

    @property
    def table(self) -> VirtualTable:
        """The rows."""
        return self.query_one("#rows", VirtualTable)

    def on_mount(self) -> None:
        """Plan, where that is still to be done."""
        self.table.focus()
        if self.session.report is None or self.session.outdated:
            self.plan()
        else:
            self._planned(self.session.report)

    # -- planning

    def plan(self) -> None:
        """Make the plan anew in a thread; the old one stays usable until then."""
        self._timer = None
        self.start(_("Planning"), self.session.plan, self._planned, self._not_planned, replace=True)

    def _planned(self, report: PlanReport) -> None:
        self.query_one(Totals).show(report)
        self.renew_where()
        self._load()
        moved = moved_words(report)
        self.tell(_("Moved: {moved}").format(moved=moved) if moved else "")

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
        """What is due is planned before going on."""
        if step == "import" and self.session.outdated:
            self.start(_("Planning"), self.session.plan, lambda report: self._go_on(report, step), self._not_planned, replace=True)
        else:
            super().go(step)

    def _go_on(self, report: PlanReport, step: str) -> None:
        self._planned(report)
        if report.moved:
            self.tell(_("Planned anew; moved: {moved}. F8 goes on.").format(moved=moved_words(report)))
        else:
            super().go(step)

    # -- rows

    def _load(self, then: Callable[[], None] | None = None) -> None:
        """Ask for the filter's rows: at once where it is none, else in a thread."""
        rows = self._filter
        key = self._row_key

        def found(keys: Keys) -> None:
            self._show(keys, key)
            if then is not None:
                then()

        if rows == RowFilter():
            found(self.session.row_keys(rows))
        else:
            self.start(_("Looking for rows"), lambda _progress: self.session.row_keys(rows), found, replace=True)

    def _show(self, keys: Keys, key: int | None) -> None:
        self._keys = keys
        at = self._position(key) if key is not None else None
        columns = preview_columns(self.session.columns, _("Row"))
        self.table.show(PreviewRows(keys, self.session.preview_rows), columns, cursor=at)
        self._show_filter()

    def _position(self, key: int) -> int | None:
        """Where the row stands in the filter."""
        if len(self._keys) == self.session.rows and self._filter.sort is None:
            return key - 1
        return next((at for at in range(len(self._keys)) if self._keys[at] == key), None)

    @property
    def _row_key(self) -> int | None:
        at = self.table.cursor
        return self._keys[at] if at < len(self._keys) else None

    def _show_filter(self) -> None:
        rows = self._filter
        parts = [_("Showing {filter}: {count}").format(filter=word(FILTERS, rows.show), count=number(len(self._keys)))]
        if rows.text:
            parts.append(_("with “{text}”").format(text=safe(rows.text)))
        if rows.sort is not None:
            title = safe(self.session.columns[rows.sort].title)
            parts.append((_("by {column}, descending") if rows.descending else _("by {column}")).format(column=title))
        report = self.session.report
        if report is not None and report.unchecked:
            count = report.unchecked
            parts.append(ngettext("{count} row un-checked", "{count} rows un-checked", count).format(count=number(count)))
        self.query_one("#filter-line", Static).update(content(" · ".join(parts)))

    def on_lines_moved(self, event: Lines.Moved) -> None:
        """The fields of the row."""
        if event.widget is self.table:
            self._show_detail()

    def _show_detail(self) -> None:
        key = self._row_key
        detail = self.attempt(lambda: self.session.detail(key)) if key is not None else None
        table, reasons = self.query_one("#detail", VirtualTable), self.query_one("#reasons", Static)
        if detail is None:
            table.show(ListRows())
            reasons.update(content(_("No row fits the filter.") if not len(self._keys) else ""))
            return
        texts = [state_words(state) for state in detail.row.states]
        texts += [self._issue(issue.column, str(issue)) for issue in detail.issues]
        reasons.update(lines("\n".join([" · ".join(texts[:2]), *texts[2:]])))
        table.show(ListRows([self._change(change) for change in detail.changes]), cursor=0)

    def _issue(self, column: int | None, text: str) -> str:
        place = self.session.columns[column].title if column is not None else ""
        return ": ".join(part for part in (safe(place), text) if part)

    def _change(self, change: FieldChange) -> TableRow:
        title = self.workspace.catalogue[change.field].title if change.field in self.workspace.catalogue else change.field
        tones = {Verb.CLEAR: "bad", Verb.REMOVE: "bad", Verb.OVERWRITE: "change", Verb.FILL: "good", Verb.APPEND: "good"}
        cells = (title, shown(change.stored), shown(change.incoming), shown(change.result), word(VERBS, change.verb))
        return TableRow(cells, tone="dim" if change.verb is Verb.SAME else "plain", tones={4: tones.get(change.verb, "dim")})

    def action_details(self) -> None:
        """Between rows and fields."""
        detail = self.query_one("#detail", VirtualTable)
        (self.table if detail.has_focus else detail).focus()

    # -- checks

    def action_check(self) -> None:
        """The row, and on to the next."""
        key = self._row_key
        if key is None:
            return
        row = self.table.cursor
        checked = bool(self.table.row(row).checked)
        self.attempt(lambda: self.session.check([key], not checked))
        self.table.forget(row)
        self.table.action_move("down")
        self._changed()

    def _check_shown(self, checked: bool | None) -> None:
        rows = self._filter
        count = self.attempt(lambda: self.session.check(rows, checked))
        self.table.forget()
        self._changed()
        if count is not None:
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
        keys = [self._keys[at] for at in range(len(self._keys))]
        shown = {row.row: row.checked for row in self.session.preview_rows(keys)}
        self.attempt(lambda: self.session.check([key for key in keys if shown[key]], False))
        self.attempt(lambda: self.session.check([key for key in keys if not shown[key]], True))
        self.table.forget()
        self._changed()

    # -- filter, search, sort, places

    def _refilter(self, rows: RowFilter) -> None:
        self._filter = rows
        self._load()

    def action_filter(self) -> None:
        """Choose what is shown."""
        names = list(FILTERS)

        def chosen(at: int | None) -> None:
            if at is not None:
                self._refilter(replace(self._filter, show=names[at]))

        labels = [word(FILTERS, name) for name in names]
        self.app.push_screen(Choose(_("Show which rows?"), labels, start=names.index(self._filter.show)), chosen)

    def action_turn_filter(self, step: int) -> None:
        """The next or the previous filter."""
        names = list(FILTERS)
        self._refilter(replace(self._filter, show=names[(names.index(self._filter.show) + step) % len(names)]))

    def action_search(self) -> None:
        """Open the search line."""
        field = self.query_one("#search", Input)
        field.add_class("-open")
        field.value = safe(self._filter.text)
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search, or take the edited cell."""
        if event.input.id == "search":
            event.input.remove_class("-open")
            self.table.focus()
            self._refilter(replace(self._filter, text=event.value.strip()))
        elif event.input.id == "cell-editor":
            self._take_cell(event.value)

    def action_sort(self) -> None:
        """By the cursor's column: up, down, as in the file."""
        column = self.table.cursor_column - FIRST_CELLS
        if column < 0:
            self._refilter(replace(self._filter, sort=None, descending=False))
            return
        rows = self._filter
        if rows.sort != column:
            self._refilter(replace(rows, sort=column, descending=False))
        elif not rows.descending:
            self._refilter(replace(rows, descending=True))
        else:
            self._refilter(replace(rows, sort=None, descending=False))

    def action_go_to(self) -> None:
        """A row by its number in the file."""

        def typed(text: str | None) -> None:
            wanted = int(text) if text and text.strip().isdigit() else None
            if wanted is not None:
                self._go_to_number(wanted)

        self.app.push_screen(Prompt(_("Go to row"), help=_("Its number in the file.")), typed)

    def _go_to_number(self, wanted: int) -> None:
        """By halving: numbers grow with the keys, in a sorted list the nearest one found is taken."""
        low, high = 0, len(self._keys)
        while low < high:
            middle = (low + high) // 2
            if self.session.preview_rows([self._keys[middle]])[0].number < wanted:
                low = middle + 1
            else:
                high = middle
        self.table.cursor = max(0, min(low, len(self._keys) - 1))

    def action_next_problem(self) -> None:
        """Down."""
        self._problem(1)

    def action_previous_problem(self) -> None:
        """Up."""
        self._problem(-1)

    def _problem(self, step: int) -> None:
        rows = RowFilter(show="problems")

        def found(keys: Keys) -> None:
            here = self._row_key or 0
            problems = [keys[at] for at in range(len(keys))]
            after = [key for key in problems if (key > here if step > 0 else key < here)]
            target = (after[0] if step > 0 else after[-1]) if after else None
            at = self._position(target) if target is not None else None
            if at is None:
                self.tell(_("No further problem in this direction."))
            else:
                self.table.cursor = at

        def work(_progress: Progress) -> Keys:
            return self.session.row_keys(rows)

        self.start(_("Looking for problems"), work, found)

    # -- correcting

    def action_edit(self) -> None:
        """A field over the cell."""
        column = self.table.cursor_column - FIRST_CELLS
        key = self._row_key
        if key is None or column < 0:
            self.tell(_("Put the cursor on a cell first: → goes to the right."))
            return
        region = self.table.cell_region(self.table.cursor, self.table.cursor_column)
        if region is None:
            return
        field = line_input(shown(self.session.preview_rows([key])[0].cells[column]), id="cell-editor")
        field.add_class("cell-editor")
        width = max(region.width, 24)
        field.styles.width = width
        field.styles.offset = (min(region.x, self.size.width - width), region.y)
        self.mount(field)
        field.focus()

    def _close_editor(self) -> None:
        for field in self.query("#cell-editor"):
            field.remove()
        self.table.focus()

    def _take_cell(self, text: str) -> None:
        key, column = self._row_key, self.table.cursor_column - FIRST_CELLS
        self._close_editor()
        if key is None:
            return
        old = shown(self.session.preview_rows([key])[0].cells[column])
        if text != old:
            self.attempt(lambda: self.session.correct(key, column, text or None))
            self.table.forget(self.table.cursor)
            self._show_detail()
            self._changed()

    def action_undo_correction(self) -> None:
        """The last one back."""
        undone = self.attempt(self.session.undo_correction)
        self.tell(_("The last correction is taken back.") if undone else _("There is no correction to take back."))
        if undone:
            self.table.forget()
            self._show_detail()
            self._changed()

    # -- Esc

    def action_back(self) -> None:
        """Out of the editor, the search, the detail; then a step back."""
        search = self.query_one("#search", Input)
        if self.query("#cell-editor"):
            self._close_editor()
        elif search.has_class("-open"):
            search.remove_class("-open")
            self.table.focus()
        elif self.query_one("#detail", VirtualTable).has_focus:
            self.table.focus()
        elif self._filter != RowFilter() and not self.busy_with:
            self._refilter(RowFilter())
        else:
            super().action_back()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """An editor that lost the focus is closed."""
        if event.widget.id == "cell-editor" and event.widget.is_attached:
            event.widget.remove()
