"""All selections: export, combine, delete their members."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.fields import Field
from tui_import.model.plan import SelectionInfo, Summary
from tui_import.model.runs import UndoReport
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import OpenLocation, Show
from tui_import.tui.safe import safe
from tui_import.tui.widgets.dialogs import Choose, Prompt, TypedConfirm
from tui_import.tui.widgets.field_picker import FieldPicker
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import ENTITIES, SELECTION_KINDS, moment, undo_words, word

FORMATS = ("csv", "json", "xlsx")
HOW = ("union", "intersection", "difference")


class SelectionsScreen(Frame):
    """A list with marks."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("selections")
    HELP_TEXT = N_(
        "Every import makes selections of the records that are new, changed, merged into by a decision, cleared of values, left as "
        "they were, or meant by problem rows. n makes one of records that you name. Mark several with space and press c for a new "
        "selection of all their records, the common ones, or those only in the first; y copies one. b sets a field of all records, x "
        "writes them to a file, i makes them the rows of an import, D deletes them; home can undo what b and D did."
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: Sequence[SelectionInfo] = ()
        self._marked: list[int] = []

    def where(self) -> Where:
        """Title."""
        return Where(_("Selections"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The list."""
        columns = [
            TableColumn(_("Name"), 34, frozen=True),
            TableColumn(_("Kind"), 10),
            TableColumn(_("Of"), 10),
            TableColumn(_("Records"), 8, right=True),
            TableColumn(_("Run"), 4, right=True),
            TableColumn(_("Made")),
        ]
        yield VirtualTable(columns, checks=True, id="selections")

    def on_mount(self) -> None:
        """Fill it."""
        self.renew()

    def on_screen_resume(self) -> None:
        """Back from the records of one: it may have others now."""
        if self.query(VirtualTable):
            self.renew()

    def renew(self) -> None:
        """Ask the store anew."""
        found = self.attempt(self.workspace.selections, again=True)
        self._found = found or ()
        rows = []
        for each in self._found:
            cells = (
                each.name,
                word(SELECTION_KINDS, each.kind),
                word(ENTITIES, each.entity),
                number(each.members),
                str(each.run or ""),
                moment(each.created),
            )
            rows.append(TableRow(cells, each.id in self._marked))
        self.query_one(VirtualTable).show(ListRows(rows))
        if found is not None and not rows:
            self.tell(_("There are none yet: every import makes its own."))

    @property
    def _current(self) -> SelectionInfo | None:
        at = self.query_one(VirtualTable).cursor
        return self._found[at] if at < len(self._found) else None

    def action_show(self) -> None:
        """Its records."""
        current = self._current
        if current is not None:
            self.post_message(Show("records", current))

    def action_import(self) -> None:
        """Its records as the rows of an import."""
        current = self._current
        if current is not None:
            self.post_message(OpenLocation("", selection=current.id))

    def action_copy(self) -> None:
        """A selection of the same records, under another name."""
        current = self._current
        if current is None:
            return

        def typed(name: str | None) -> None:
            if name and name.strip() and self.attempt(lambda: self.workspace.copy_selection(current.id, name.strip())):
                self.renew()

        self.app.push_screen(Prompt(_("Name of the new selection"), safe(current.name)), typed)

    def action_mark(self) -> None:
        """Mark it, or not."""
        current = self._current
        if current is None:
            return
        if current.id in self._marked:
            self._marked.remove(current.id)
        else:
            self._marked.append(current.id)
        self.renew()
        self.query_one(VirtualTable).action_move("down")

    def action_combine(self) -> None:
        """A new one of the marked ones."""
        if len(self._marked) < 2:
            self.tell(_("Mark two or more with space first; the order counts for “only in the first”."))
            return
        labels = [_("all of them"), _("common to all"), _("only in the first marked")]

        def chosen(at: int | None) -> None:
            if at is not None:
                self.app.push_screen(Prompt(_("Name of the new selection"), labels[at]), lambda name: self._combine(HOW[at], name))

        self.app.push_screen(Choose(_("Combine"), labels), chosen)

    def _combine(self, how: str, name: str | None) -> None:
        if not name or not name.strip():
            return
        marked = tuple(self._marked)
        made = self.attempt(lambda: self.workspace.combine(how, marked, name.strip()))
        if made is not None:
            self._marked.clear()
            self.renew()
            self.tell(_("“{name}” has {count} records.").format(name=safe(made.name), count=number(made.members)))

    def action_new(self) -> None:
        """One of records that are named by their numbers."""
        entities = ("company", "person", "product")

        def chosen(at: int | None) -> None:
            if at is None:
                return
            help = _("Then Enter on it shows its records, where + adds some by their numbers.")
            self.app.push_screen(Prompt(_("Name of the new selection"), help=help), lambda name: self._make(entities[at], name))

        self.app.push_screen(Choose(_("A selection of"), [word(ENTITIES, each) for each in entities]), chosen)

    def _make(self, entity: str, name: str | None) -> None:
        if name and name.strip() and self.attempt(lambda: self.workspace.new_selection(entity, name.strip())):
            self.renew()

    def action_set(self) -> None:
        """A field, its value, the number of records; then it is done."""
        current = self._current
        if current is None:
            return
        fields = list(self.workspace.editable_fields(current.entity))

        def chosen(at: int | None) -> None:
            if at is not None:
                self._ask_value(current, fields[at])

        self.app.push_screen(FieldPicker(_("Set which field?"), fields, suggested={}, taken={}), chosen)

    def _ask_value(self, current: SelectionInfo, field: Field) -> None:
        def chosen(at: int | None) -> None:
            if at is not None:
                self._ask_text(current, field, remove=at == 1)

        if field.multiple:
            self.app.push_screen(Choose(field.title, [_("Every record gets one value more"), _("A value goes from every record")]), chosen)
        else:
            self._ask_text(current, field)

    def _ask_text(self, current: SelectionInfo, field: Field, *, remove: bool = False) -> None:
        def typed(text: str | None) -> None:
            if text is not None:
                self._confirm_set(current, field, text, remove=remove)

        items = [item.name for item in self.workspace.lists().get(field.list, ()) if not item.deactivated] if field.list else []
        if items:
            self.app.push_screen(Choose(field.title, items), lambda at: typed(None if at is None else items[at]))
            return
        help = _("Empty clears the field.")
        if field.multiple:
            help = _("It goes from every record that has it.") if remove else _("Every record gets it as one value more.")
        self.app.push_screen(Prompt(field.title, help=help, limit=field.length or 0), typed)

    def _confirm_set(self, current: SelectionInfo, field: Field, text: str, *, remove: bool) -> None:
        question = ngettext(
            "Set {field} of {count} record of “{name}” to “{value}”?",
            "Set {field} of {count} records of “{name}” to “{value}”?",
            current.members,
        )
        if remove:
            question = ngettext(
                "Take “{value}” away from {field} of {count} record of “{name}”?",
                "Take “{value}” away from {field} of {count} records of “{name}”?",
                current.members,
            )
        question = question.format(field=field.title, count=number(current.members), name=safe(current.name), value=safe(text))
        question += "\n" + _("Undo on the home screen takes it back.")

        def typed(agreed: bool | None) -> None:
            if agreed:
                work = self.workspace.edit_members
                self.start(_("Changing records"), lambda progress: work(current.id, field.key, text, progress, remove=remove), self._set)

        self.app.push_screen(TypedConfirm(_("Change records?"), question, str(current.members)), typed)

    def _set(self, summary: Summary) -> None:
        self.renew()
        self.tell(_("Changed as run {run}; home can undo it.").format(run=summary.run))

    def action_export(self) -> None:
        """To a file; its ending says the format."""
        current = self._current
        if current is None:
            return
        start = f"{Path.cwd()}/{current.name}.csv"
        help = _("The ending says the format: {formats}.").format(formats=", ".join(FORMATS))

        def typed(text: str | None) -> None:
            if text and text.strip():
                self._export(current, Path(text.strip()).expanduser())

        self.app.push_screen(Prompt(_("Export to"), start, help=help), typed)

    def _export(self, current: SelectionInfo, path: Path) -> None:
        format = path.suffix.lower().removeprefix(".")
        if format not in FORMATS:
            self.tell(_("The name must end in one of: {formats}.").format(formats=", ".join(FORMATS)))
            return

        def go() -> None:
            def done(count: int) -> None:
                self.tell(ngettext("{count} record written.", "{count} records written.", count).format(count=number(count)))

            self.start(
                _("Exporting"), lambda _progress: self.workspace.export(current.entity, path, format=format, selection=current.id), done
            )

        if path.exists():
            self.ask(_("Overwrite?"), _("{path} exists.").format(path=path), go, danger=True)
        else:
            go()

    def action_delete_members(self) -> None:
        """After the number of records was typed."""
        current = self._current
        if current is None:
            return
        text = ngettext("Delete {count} record of “{name}”?", "Delete {count} records of “{name}”?", current.members)
        text = text.format(count=number(current.members), name=safe(current.name)) + "\n" + _("Undo on the home screen brings them back.")

        def typed(agreed: bool | None) -> None:
            if agreed:
                self.start(_("Deleting"), lambda _progress: self.workspace.delete_members(current.id), self._deleted)

        self.app.push_screen(TypedConfirm(_("Delete records?"), text, str(current.members)), typed)

    def _deleted(self, summary: Summary) -> None:
        self.renew()
        self.tell(_("Deleted as run {run}; home can undo it.").format(run=summary.run))

    def action_undo(self) -> None:
        """Take the run back, but only for these records."""
        current = self._current
        if current is None or current.run is None:
            self.tell(_("This selection is not of one import, so there is nothing to undo."))
            return
        run = current.run

        def go() -> None:
            self.start(_("Undoing"), lambda progress: self.workspace.undo(run, selection=current.id, progress=progress), self._undone)

        text = _("Undo run {run} for the records of “{name}” only? What was edited since is kept.")
        self.ask(_("Undo?"), text.format(run=run, name=safe(current.name)), go)

    def _undone(self, result: tuple[Summary, UndoReport]) -> None:
        self.renew()
        self.tell(undo_words(result[1])[0])

    def action_delete(self) -> None:
        """The selection, not its records."""
        current = self._current
        if current is None:
            return

        def go() -> None:
            self.attempt(lambda: self.workspace.delete_selection(current.id))
            self._marked = [each for each in self._marked if each != current.id]
            self.renew()

        self.ask(_("Remove selection?"), _("Remove “{name}”? Its records stay.").format(name=safe(current.name)), go)
