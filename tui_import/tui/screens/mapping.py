"""Step 2: which column feeds which field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.fields import Field, FieldType
from tui_import.model.kinds import CONTACTS, KINDS, PRODUCTS, SEVERAL, entities_of, planned_of
from tui_import.model.kinds import TITLES as KIND_TITLES
from tui_import.model.mapping import ColumnInfo, Guess, Link
from tui_import.model.steps import TransformReport
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import GoToStep
from tui_import.tui.safe import content, lines, safe, shown
from tui_import.tui.widgets.dialogs import Choose, Prompt
from tui_import.tui.widgets.field_picker import FieldPicker
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.words import EVIDENCE, moment, word


class MappingScreen(StepFrame):
    """One line per column, then one per constant."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("mapping")
    STEP = "mapping"
    HELP_TEXT = N_(
        "Each line is a column of the file: its header, a value from it, and the field that it feeds. Columns with a known "
        "header or telling values are linked already; “?” marks a guess that is not linked. Enter chooses the field; several "
        "columns may feed a field that takes several values, and + lets one column feed several fields. c gives a field the "
        "same value in every row. v shows the different values of the column, where e replaces one in all rows. What is missing"
        " is named at the top; until it is linked there is no way on."
    )

    def body(self) -> ComposeResult:
        """What is missing, the columns, the reason for the link."""
        yield Static(id="required")
        yield VirtualTable(
            [
                TableColumn("", 3, frozen=True),
                TableColumn(_("Column"), 16, frozen=True),
                TableColumn(_("Value"), 15),
                TableColumn(_("Field"), 30),
                TableColumn(_("Sure"), 5, right=True),
                TableColumn(_("Because")),
            ],
            id="columns",
        )
        yield Static(id="about")

    def on_mount(self) -> None:
        """Fill it."""
        self.query_one(VirtualTable).focus()
        self.renew()
        note, self.host.session_note = self.host.session_note, ""
        self.tell(note)

    # -- showing

    def renew(self) -> None:
        """Draw mapping and requirements anew."""
        self._columns: Sequence[ColumnInfo] = self.session.columns
        self._guesses: dict[int, Guess] = {guess.column: guess for guess in self.session.guesses()}
        self._constants = list(self.session.mapping.constants)
        rows = [self._column_row(column) for column in self._columns]
        rows += [self._constant_row(key) for key in self._constants]
        self.query_one(VirtualTable).show(ListRows(rows))
        self._show_required()
        self.renew_where()

    def _links(self, column: int) -> list[Link]:
        return [link for link in self.session.mapping.links if link.column == column]

    def _field_title(self, key: str) -> str:
        return self.workspace.catalogue[key].title if key in self.workspace.catalogue else key

    def _column_row(self, column: ColumnInfo) -> TableRow:
        links = self._links(column.position)
        guess = self._guesses.get(column.position)
        sample = column.samples[0] if column.samples else ""
        if links:
            field = " + ".join(self._field_title(link.field) for link in links)
            sure, reason, tone = links[0].confidence, links[0].reason or word(EVIDENCE, links[0].evidence), "good"
        elif guess is not None and guess.link is not None:
            field = "? " + self._field_title(guess.link.field)
            sure, reason, tone = guess.link.confidence, guess.link.reason or word(EVIDENCE, guess.link.evidence), "change"
        else:
            return TableRow((column.letter, column.header, sample, _("– not imported"), "", ""), tones={3: "dim"})
        return TableRow((column.letter, column.header, sample, field, f"{sure:.0%}", reason), tones={3: tone})

    def _constant_row(self, key: str) -> TableRow:
        value = shown(self.session.mapping.constants[key])
        return TableRow(("=", _("(every row)"), value, self._field_title(key), "", _("constant")), tones={3: "good"})

    def _show_required(self) -> None:
        missing = self.session.missing()
        box = self.query_one("#required", Static)
        box.set_class(bool(missing), "bad")
        drift = self.session.drift()
        texts = [_("! Still to be linked: {what}").format(what="; ".join(safe(each.reason) for each in missing))] if missing else []
        if drift.missing:
            texts.append(_("! The recipe's columns are not in this file: {columns}").format(columns=", ".join(map(safe, drift.missing))))
        if self.session.kind not in (CONTACTS, PRODUCTS):
            texts.append(_("{kind}; w imports something else.").format(kind=word(KIND_TITLES, self.session.kind)))
        if "product" in planned_of(self.session.kind, self.session.mapping.fields):
            texts.append(_("Products, into the price list “{name}”.").format(name=safe(self.session.settings.product.price_list or "?")))
        run = self.attempt(self.session.already_imported)
        if run is not None:
            text = _("! The same content was imported before: run {run}, {when}, by {user}.")
            texts.append(text.format(run=run.id, when=moment(run.started), user=safe(run.user)))
        texts += [f"! {safe(finding.message)}" for finding in self.session.ambiguities()]
        box.update(lines("\n".join(texts if missing else [_("All that is required is linked. F8 goes on."), *texts])))

    def on_lines_moved(self) -> None:
        """The reason for the link in full, and facts about the column."""
        column = self._column
        if column is None:
            self.query_one("#about", Static).update(content(""))
            return
        facts = _("{filled} of {rows} rows filled").format(filled=number(column.filled), rows=number(self.session.rows))
        reasons = [link.reason or word(EVIDENCE, link.evidence) for link in self._links(column.position)]
        guess = self._guesses.get(column.position)
        if not reasons and guess is not None and guess.link is not None:
            reasons = [_("guess, not linked: {reason}").format(reason=guess.link.reason)]
        samples = " · ".join(map(safe, column.samples[:4]))
        first = " · ".join([f"{column.letter} {safe(column.title)}", facts, *filter(None, (safe(column.note), *map(safe, reasons)))])
        self.query_one("#about", Static).update(lines(f"{first}\n{samples}"))

    # -- the line the cursor stands on

    @property
    def _column(self) -> ColumnInfo | None:
        at = self.query_one(VirtualTable).cursor
        return self._columns[at] if at < len(self._columns) else None

    @property
    def _constant(self) -> str:
        at = self.query_one(VirtualTable).cursor - len(self._columns)
        return self._constants[at] if 0 <= at < len(self._constants) else ""

    # -- linking

    def _fields(self) -> list[Field]:
        self.workspace.refresh_fields()
        return [field for field in self.workspace.catalogue if field.entity in entities_of(self.session.kind)]

    def _pick(self, column: ColumnInfo, *, more: bool) -> None:
        if column.locked:
            self.tell(_("The source has fixed this column; it cannot be linked anew."))
            return
        fields = self._fields()
        guess = self._guesses.get(column.position)
        guessed = [link for link in (guess.link, *guess.others) if link is not None] if guess else []
        titles = {each.position: each.title for each in self._columns}
        sheet = next((each for each in self.session.sheets if each.has(column.position)), None)
        others = [link for link in self.session.mapping.links if link.column != column.position]
        taken = {link.field: titles[link.column] for link in others if sheet is None or sheet.has(link.column)}
        links = self._links(column.position)

        def chosen(at: int | None) -> None:
            if at is None:
                return
            if not more:
                for link in links:
                    self.session.unlink(column.position, link.field)
            self.attempt(lambda: self.session.link(column.position, fields[at].key))
            self.renew()

        title = _("Field for {column}").format(column=safe(column.title))
        suggested = {link.field: link.reason or word(EVIDENCE, link.evidence) for link in guessed}
        self.app.push_screen(FieldPicker(title, fields, suggested=suggested, taken=taken, current=links[0].field if links else ""), chosen)

    def action_choose(self) -> None:
        """The field of this column; the value of a constant."""
        column = self._column
        if column is not None:
            self._pick(column, more=False)
        elif self._constant:
            self._ask_constant(self.workspace.catalogue[self._constant])

    def action_kind(self) -> None:
        """What the rows are."""
        column = self._column
        sheet = next((each for each in self.session.sheets if column is not None and each.has(column.position)), None)
        kinds = [kind for kind in KINDS if sheet is None or kind != SEVERAL]

        def chosen(at: int | None) -> None:
            if at is None:
                return
            if sheet is None:
                self.attempt(lambda: self.session.set_kind(kinds[at]))
            else:
                self.attempt(lambda: self.session.set_sheet_kind(sheet.name, kinds[at]))
            self.post_message(GoToStep("mapping"))

        now = self.session.kind if sheet is None else sheet.kind
        title = _("What are the rows?") if sheet is None else _("What are the rows of {sheet}?").format(sheet=safe(sheet.name))
        labels = [word(KIND_TITLES, kind) for kind in kinds]
        self.app.push_screen(Choose(title, labels, start=kinds.index(now) if now in kinds else 0), chosen)

    def action_add(self) -> None:
        """One more field."""
        column = self._column
        if column is not None:
            self._pick(column, more=True)

    def action_unlink(self) -> None:
        """No field."""
        column = self._column
        if column is not None and column.locked:
            self.tell(_("The source has fixed this column; it cannot be linked anew."))
        elif column is not None:
            self.attempt(lambda: self.session.unlink(column.position))
        elif self._constant:
            self.attempt(lambda: self.session.set_constant(self._constant, None))
        self.renew()

    def action_next_open(self) -> None:
        """To the next column without a field."""
        table = self.query_one(VirtualTable)
        count = len(self._columns)
        for step in range(1, count + 1):
            at = (table.cursor + step) % count
            if not self._links(self._columns[at].position):
                table.cursor = at
                return
        self.tell(_("Every column feeds a field."))

    # -- constants

    def action_constant(self) -> None:
        """A value for every row."""
        fields = [field for field in self._fields() if not field.virtual and field.type is not FieldType.ID]

        def chosen(at: int | None) -> None:
            if at is not None:
                self._ask_constant(fields[at])

        constants = self.session.mapping.constants
        taken = {key: _("a constant") for key in constants}
        self.app.push_screen(FieldPicker(_("Same value in every row: which field?"), fields, suggested={}, taken=taken), chosen)

    def _ask_constant(self, field: Field) -> None:
        old = self.session.mapping.constants.get(field.key)

        def typed(text: str | None) -> None:
            if text is not None:
                self.attempt(lambda: self.session.set_constant(field.key, text.strip() or None))
                self.renew()

        help = _("A column's value wins where it is not blank. Empty removes the constant.")
        self.app.push_screen(Prompt(field.title, shown(old), help=help, limit=field.length or 0), typed)

    # -- transforms

    def action_transform(self) -> None:
        """Let a plugin change the column's values."""
        column = self._column
        if column is None:
            return
        offers = self.attempt(lambda: self.session.transforms(column.position)) or ()
        if not offers:
            self.tell(_("No plugin offers to change the values of this column."))
            return

        def chosen(at: int | None) -> None:
            if at is not None:
                name = offers[at].name
                self.start(
                    _("Changing values"), lambda progress: self.session.transform(column.position, name, progress), self._transformed
                )

        title = _("Change the values of {column}").format(column=safe(column.title))
        self.app.push_screen(Choose(title, [offer.title for offer in offers], details=[offer.help for offer in offers]), chosen)

    def _transformed(self, report: TransformReport) -> None:
        text = ngettext("{count} cell changed; undo takes it back.", "{count} cells changed; undo takes it back.", report.cells)
        wrong = ngettext("{count} value is not right.", "{count} values are not right.", len(report.findings))
        self.renew()
        self.tell(text.format(count=number(report.cells)) + (" " + wrong.format(count=len(report.findings)) if report.findings else ""))

    # -- values

    def action_values(self) -> None:
        """The different values of the column."""
        column = self._column
        if column is None:
            return
        self.open_values(column, self.renew)
