"""Step 1: whether the file is read right, before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.errors import PasswordNeededError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.api.options import Choice, Option, OptionType
from tui_import.api.source import Peek
from tui_import.model.progress import Progress
from tui_import.model.sheets import ALL
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import GoToStep
from tui_import.tui.safe import lines, shown
from tui_import.tui.widgets.form import Form
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable

PEEK_ROWS = 40
SHEET, KEYS = "sheet", "keys"


def letter(position: int) -> str:
    """A, B, … Z, AA: the name of a column."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


class SourceScreen(StepFrame):
    """The source's options over the first rows as they stand."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("source")
    STEP = "source"
    HELP_TEXT = N_(
        "Look at the first rows: are the letters right, do the columns stand apart, is the heading row the heading? If not, "
        "change the choices above: each change shows the rows anew. The row marked H is the heading, rows above it are left "
        "out. F8 reads the file into a draft; the store is not touched."
    )
    _options: Sequence[Option] = ()

    def body(self) -> ComposeResult:
        """Choices, rows, findings."""
        yield Form(id="choices")
        yield Static(id="findings")
        yield VirtualTable(id="rows")

    def on_mount(self) -> None:
        """Look into the file."""
        self.query_one(Form).focus()
        self.look()

    # -- looking

    def look(self) -> None:
        """Read the first rows in a thread."""

        def work(_progress: Progress) -> tuple[list[Option], Peek]:
            return self._all_options(), self.session.peek(PEEK_ROWS)

        self.start(_("Looking into the file"), work, self._seen, self._unseen, replace=True)

    def _all_options(self) -> list[Option]:
        """The source's options; the sheet becomes a choice, where there are several."""
        options = list(self.workspace.source_options(self.session.source))
        tables = self.session.tables()
        if len(tables) > 1:
            choices = [Choice(table.name, f"{table.name} ({_('hidden')})" if table.hidden else table.name) for table in tables]
            if self.session.location:
                choices.insert(0, Choice(ALL, _("all sheets, of several kinds")))
            label = _("Sheet") if self.session.location else _("Table")
            sheet = next((option for option in options if option.key == SHEET), Option(SHEET, label))
            options = [replace(sheet, type=OptionType.CHOICE, choices=choices), *(o for o in options if o.key != SHEET)]
        return options

    def _unseen(self, error: Exception) -> None:
        if isinstance(error, PasswordNeededError):
            self.host.ask_password(error, lambda password: self._set("password", password))
        else:
            self.query_one("#rows", VirtualTable).show(ListRows(), ())
            self.host.show_error(error)

    def _seen(self, seen: tuple[list[Option], Peek]) -> None:
        self._options, peek = seen
        values = {option.key: option.default for option in self._options} | dict(self.session.options)
        if len(self.session.tables()) > 1 and values.get(SHEET) != ALL:
            values[SHEET] = self.session.table
        found = {key: fact for key, fact in peek.facts.items() if fact and str(values.get(key)) != fact}
        notes = {key: _("found: {value}").format(value=fact) for key, fact in found.items()}
        form = self.query_one(Form)
        cursor = form.cursor
        shown_options = [o for o in self._options if o.type is not OptionType.PASSWORD or values.get(o.key)]
        form.show(shown_options, values, notes=notes, locked=self._picked(values))
        form.reset(cursor)
        self._show_rows(peek, self._heading(values, peek))
        self._show_findings(peek)
        self.renew_where()

    def _picked(self, values: Mapping[str, object]) -> Mapping[str, str]:
        return {KEYS: _("picked by the search: F6 changes that")} if self.session.can_search and values.get(KEYS) else {}

    def _heading(self, values: Mapping[str, object], peek: Peek) -> int:
        fact = peek.facts.get("header_row", values.get("header_row"))
        return int(str(fact)) if str(fact).isdigit() else 0

    def _show_rows(self, peek: Peek, heading: int) -> None:
        width = max((len(row.values) for row in peek.rows), default=0)
        columns = [TableColumn(_("Row"), 6, frozen=True, right=True), *(TableColumn(letter(at)) for at in range(width))]
        rows = []
        for row in peek.rows:
            tone = "mark" if row.number == heading else "dim" if row.number < heading else "plain"
            sign = "H " if row.number == heading else ""
            rows.append(TableRow([f"{sign}{row.number}", *map(shown, row.values)], tone=tone))
        self.query_one("#rows", VirtualTable).show(ListRows(rows), columns, cursor=0)

    def _show_findings(self, peek: Peek) -> None:
        texts = [finding.message for finding in peek.findings if finding.row is None]
        placed = [finding for finding in peek.findings if finding.row is not None]
        texts += [_("Row {row}: {message}").format(row=finding.row, message=finding.message) for finding in placed]
        self.query_one("#findings", Static).update(lines("\n".join(texts)))

    # -- changing

    def on_form_changed(self, event: Form.Changed) -> None:
        """Another value: look again."""
        self._set(event.key, event.value)

    def _set(self, key: str, value: object) -> None:
        if self.session.options.get(KEYS) and key != "changed_since":
            self.attempt(lambda: self.session.set_option(KEYS, None))  # picked among other rows
        self.attempt(lambda: self.session.set_option(key, value))  # type: ignore[arg-type]
        self.look()

    def action_refresh(self) -> None:
        """The file has changed."""
        self.look()

    def action_search(self) -> None:
        """Search the source, and pick rows."""
        if self.session.can_search:
            self.post_message(GoToStep("source"))
        else:
            self.tell(_("This source has no search; every row is read."))

    # -- on

    def action_next(self) -> None:
        """Read the rows, where they are not read yet."""
        if self.session.state != "opened" or self.busy_with:
            super().action_next()
            return

        def read(progress: Progress) -> object:
            return self.session.read(progress)

        self.start(_("Reading the rows"), read, self._read)

    def action_step(self, step: str) -> None:
        """Step 2 reads, as F8 does."""
        if step != "mapping" or self.session.state != "opened":
            super().action_step(step)
        elif self.busy_with:
            self.go(step)
        else:
            self.action_next()

    def _read(self, report: object) -> None:
        findings = [finding.message for finding in getattr(report, "findings", ())]
        count = self.session.rows
        text = ngettext("{count} row read.", "{count} rows read.", count).format(count=number(count))
        self.host.session_note = " ".join([text, *findings[:2]])
        self._next_step = ""
        self.go("mapping")
