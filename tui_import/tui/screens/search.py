"""Step 1 of a source that can be searched: criteria above, the rows that are found below; those that are ticked are imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.capabilities import Criterion, Kind, Operator, SearchField
from tui_import.api.errors import UsageError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.progress import Progress
from tui_import.model.steps import ReadReport
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import GoToStep
from tui_import.tui.safe import content, safe
from tui_import.tui.widgets.criteria import FIELD, OPERATOR, Criteria
from tui_import.tui.widgets.dialogs import Choose, Prompt
from tui_import.tui.widgets.found_rows import FoundRows, found_columns
from tui_import.tui.widgets.lines import Lines
from tui_import.tui.widgets.pick_many import PickMany
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import VirtualTable
from tui_import.tui.words import OPERATORS, rows, word

if TYPE_CHECKING:
    from tui_import.session.finding import Found, Search

TABLE = "sheet"
SEVERAL = frozenset({Operator.ONE_OF, Operator.NOT_ONE_OF})


class SearchScreen(StepFrame):
    """Criteria, rows, ticks. What is searched and ticked lies in a `Search` of the session; this only shows it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("search")
    STEP = "source"
    HELP_TEXT = N_(
        "Say what you look for: + adds a criterion, Enter changes the part of it that the cursor stands on. Every change "
        "searches at once. Tab goes to the rows; space ticks one, a ticks all that are found. Other criteria keep the ticks. "
        "F8 takes the ticked rows (or all that are found, where none is ticked) and goes on."
    )
    _search: Search | None = None

    def body(self) -> ComposeResult:
        """Criteria, what was found, rows."""
        yield Criteria(id="criteria")
        yield Static(id="found", classes="note")
        yield VirtualTable(checks=True, id="rows")

    def on_mount(self) -> None:
        """Open the source, and show the first rows."""
        self.query_one(Criteria).focus()
        self._open()

    def _open(self) -> None:
        def work(progress: Progress) -> tuple[Search, Found]:
            search = self.session.search()
            return search, search.find(progress)

        self.start(_("Opening the source"), work, self._opened, replace=True)

    def _opened(self, opened: tuple[Search, Found]) -> None:
        search, found = opened
        self._search = search
        self._show_criteria()
        self._take(search, found, cursor=0)
        self.renew_where()

    # -- searching

    def _find(self) -> None:
        search = self._search
        if search is None:
            self._open()
            return
        self._show_criteria()
        self.start(_("Searching"), search.find, lambda found: self._take(search, found, cursor=0), replace=True)

    def _take(self, search: Search, found: Found, cursor: int | None = None) -> None:
        """Rows were found: show them."""
        if search is not self._search or tuple(search.criteria) != found.criteria:
            return
        search.found = found
        table = self.query_one(VirtualTable)
        linked = any(row.linked for row in found.rows)
        table.show(FoundRows(found.rows, search.is_ticked, linked), found_columns(search.columns, linked), cursor=cursor)
        self._say()

    def on_lines_moved(self, event: Lines.Moved) -> None:
        """Near the last row that is read: ask for more."""
        search, table = self._search, self.query_one(VirtualTable)
        if search is None or event.widget is not table or self.busy_with or not search.found.more:
            return
        if table.cursor + table.page >= len(search.found.rows):
            self.start(_("Further rows"), search.more, lambda found: self._take(search, found), replace=False)

    def _say(self) -> None:
        search = self._search
        if search is None:
            return
        found, shown = search.found, len(search.found.rows)
        if found.total is None:
            parts = [_("More than {count} rows found").format(count=number(shown))]
        else:
            text = ngettext("{count} row found", "{count} rows found", found.total)
            parts = [text.format(count=number(found.total))]
        if found.next:
            parts.append(_("{count} shown").format(count=number(shown)))
        parts.append(_("{count} ticked").format(count=number(search.count)) if search.count else _("none ticked"))
        name = f"{search.name}: " if search.name else ""
        self.query_one("#found", Static).update(content(name + " · ".join(parts)))

    def action_find(self) -> None:
        """Once more."""
        self._find()

    # -- criteria

    def _show_criteria(self, cursor: int | None = None) -> None:
        search = self._search
        if search is not None:
            lines = [(search.field(c.field).label, word(OPERATORS, c.operator), search.words(c)) for c in search.criteria]
            self.query_one(Criteria).show(lines, cursor)

    def on_criteria_unwanted(self, event: Criteria.Unwanted) -> None:
        """Away with it."""
        if self._search is not None:
            del self._search.criteria[event.row]
            self._find()

    def on_criteria_wanted(self, event: Criteria.Wanted) -> None:
        """Another field, operator or value, or one more."""
        search = self._search
        if search is None:
            return
        if event.row >= len(search.criteria):
            self.action_add()
            return
        old = search.criteria[event.row]
        field = search.field(old.field)

        def put(made: Criterion) -> None:
            search.criteria[event.row] = made
            self._find()

        if event.part == FIELD:
            self._choose_field(search, lambda chosen: self._choose_operator(search, chosen, None, put))
        elif event.part == OPERATOR:
            self._choose_operator(search, field, old, put)
        else:
            self._choose_values(search, field, old.operator, old, put)

    def action_add(self) -> None:
        """One more: its field, its operator, its value."""
        search = self._search
        if search is None:
            return
        if not search.fields:
            self.tell(_("This source cannot be searched by any field; tick the rows."))
            return

        def put(made: Criterion) -> None:
            search.criteria.append(made)
            self._find()
            self._show_criteria(len(search.criteria) - 1)

        self._choose_field(search, lambda field: self._choose_operator(search, field, None, put))

    def _choose_field(self, search: Search, then: Callable[[SearchField], None]) -> None:
        def chosen(at: int | None) -> None:
            if at is not None:
                then(search.fields[at])

        self.app.push_screen(Choose(_("Search by"), [field.label for field in search.fields]), chosen)

    def _choose_operator(self, search: Search, field: SearchField, old: Criterion | None, put: Callable[[Criterion], None]) -> None:
        operators = list(search.operators(field))

        def chosen(at: int | None) -> None:
            if at is None:
                return
            operator, several = operators[at], old is not None and len(old.values) > 1
            if old is not None and operator is not Operator.BETWEEN and (not several or operator in SEVERAL):
                put(replace(old, operator=operator))
            else:
                self._choose_values(search, field, operator, None, put)

        if len(operators) == 1:
            chosen(0)
            return
        start = operators.index(old.operator) if old is not None and old.operator in operators else 0
        self.app.push_screen(Choose(field.label, [word(OPERATORS, each) for each in operators], start=start), chosen)

    def _choose_values(
        self, search: Search, field: SearchField, operator: Operator, old: Criterion | None, put: Callable[[Criterion], None]
    ) -> None:
        title, items = f"{field.label} {word(OPERATORS, operator)}", search.items(field)
        before = [str(value) for value in old.values] if old is not None else []
        if field.kind is Kind.BOOLEAN:

            def said(at: int | None) -> None:
                if at is not None:
                    put(Criterion(field.key, operator, [at == 0]))

            self.app.push_screen(Choose(title, [_("yes"), _("no")]), said)
        elif items:
            keys = list(items)

            def ticked(chosen: Sequence[int] | None) -> None:
                if chosen:
                    put(Criterion(field.key, operator, [keys[at] for at in chosen]))

            window = PickMany(title, [items[key] for key in keys], [keys.index(key) for key in before if key in items])
            self.app.push_screen(window, ticked)
        else:
            self._type_values(search, field, operator, search.typed(old) if old is not None else "", put)

    def _type_values(
        self, search: Search, field: SearchField, operator: Operator, start: str, put: Callable[[Criterion], None], complaint: str = ""
    ) -> None:
        helps = {
            Operator.BETWEEN: _("Two values, both included, like 1..9."),
            Operator.ONE_OF: _("Several values, like A, B."),
            Operator.NOT_ONE_OF: _("Several values, like A, B."),
        }
        help = helps.get(operator, _("A date, like 2026-01-31.") if field.kind is Kind.DATE else "")

        def typed(text: str | None) -> None:
            if text is None:
                return
            try:
                put(search.criterion(field, operator, text))
            except UsageError as error:
                self._type_values(search, field, operator, text, put, safe(error.message))

        title = f"{field.label} {word(OPERATORS, operator)}"
        self.app.push_screen(Prompt(title, start, help="\n".join(filter(None, [complaint, help]))), typed)

    # -- ticks

    def action_tick(self) -> None:
        """The row, and on to the next."""
        search, table = self._search, self.query_one(VirtualTable)
        if search is None or not search.found.rows:
            return
        if not table.has_focus:
            table.focus()
            return
        row = search.found.rows[table.cursor]
        if not row.key:
            self.tell(_("The source gives this row no key, so it cannot be picked."))
            return
        search.tick([row.key], not search.is_ticked(row.key))
        table.forget(table.cursor)
        table.action_move("down")
        self._say()

    def _tick_all(self, ticked: bool) -> None:
        search = self._search
        if search is None:
            return

        def done(found: Found) -> None:
            search.tick_all(found, ticked)
            self.query_one(VirtualTable).forget()
            self._say()
            self.tell(_("Ticked: {rows}.").format(rows=rows(len(found.rows))) if ticked else "")

        self.start(_("Ticking"), search.keys, done)

    def action_tick_all(self) -> None:
        """All that the query finds."""
        self._tick_all(True)

    def action_untick_all(self) -> None:
        """None of those that the query finds."""
        self._tick_all(False)

    def action_tick_none(self) -> None:
        """None at all."""
        if self._search is not None:
            self._search.tick_none()
            self.query_one(VirtualTable).forget()
            self._say()

    # -- elsewhere

    def action_table(self) -> None:
        """Another table of the source; ticks are of one table."""

        def work(_progress: Progress) -> list[str]:
            return [table.name for table in self.session.tables()]

        self.start(_("Opening the source"), work, self._choose_table)

    def _choose_table(self, names: Sequence[str]) -> None:
        current = self._search.name if self._search is not None else ""
        if not [name for name in names if name != current]:
            self.tell(_("The source has only this table."))
            return

        def chosen(at: int | None) -> None:
            if at is not None and names[at] != current:
                self._other_table(names[at])

        self.app.push_screen(Choose(_("Search in"), names, start=names.index(current) if current in names else 0), chosen)

    def _other_table(self, name: str) -> None:
        def change() -> bool:
            for key, value in ((TABLE, name), ("where", None), ("keys", None)):
                self.session.set_option(key, value)
            return True

        def go() -> None:
            if self.attempt(change):
                self._search = None
                self._open()

        if self._search is not None and self._search.count:
            self.ask(_("Other table?"), _("Ticks are of one table: those made here are lost."), go)
        else:
            go()

    def action_look(self) -> None:
        """The source's options and first rows."""
        self._keep()
        self.post_message(GoToStep("source", look=True))

    # -- on

    def action_next(self) -> None:
        """F8: as adding."""
        self.action_add_import()

    def action_step(self, step: str) -> None:
        """Step 2 takes what is ticked, as F8 does."""
        if step == "mapping":
            self.action_add_import()
        else:
            super().action_step(step)

    def _keep(self) -> bool:
        """Note in the draft what is ticked and searched for."""
        search = self._search
        if search is None:
            return False

        def pick() -> bool:
            self.session.pick(search)
            return True

        return bool(self.attempt(pick))

    def action_add_import(self) -> None:
        """The ticked rows into the draft."""
        search = self._search
        if search is None or self.busy_with:
            self.tell(_("Still busy: {what}. Esc asks whether to stop it.").format(what=self.busy_with) if self.busy_with else "")
        elif search.count:
            self._add()
        elif not search.found.rows:
            self.tell(_("Nothing is found: change the criteria."))
        else:
            total = search.found.total
            what = rows(total) if total is not None else _("all rows that are found")
            self.ask(_("Import all?"), _("No row is ticked. Import {what}?").format(what=what), self._add)

    def _add(self) -> None:
        if not self._keep():
            return
        if self.session.state != "opened":
            self.go("mapping")
            return
        self.start(_("Reading the rows"), self.session.read, self._read)

    def _read(self, report: ReadReport) -> None:
        count = self.session.rows
        text = ngettext("{count} row read.", "{count} rows read.", count).format(count=number(count))
        self.host.session_note = " ".join([text, *(finding.message for finding in report.findings[:2])])
        self.go("mapping")
