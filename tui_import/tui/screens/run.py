"""One run: what it did to which record, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.i18n import N_, _
from tui_import.model.kinds import CONTACTS, entities_of
from tui_import.model.plan import Summary
from tui_import.model.runs import RecordChange, UndoReport
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import lines, safe, shown
from tui_import.tui.widgets.dialogs import Notice
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import RUN_KINDS, RUN_STATES, VERBS, moment, rows, run_words, undo_words, word

NO_FIELDS = {"deleted_at": N_("deleted"), "merged_into": N_("became part of")}
"""What the journal says of records that is no field of the catalogue."""
LIMIT = 2000
"""Records listed; the selections have all of them."""
OPS = {"insert": N_("new"), "update": N_("changed"), "delete": N_("deleted"), "restore": N_("restored")}


class RunScreen(Frame):
    """Its facts, its records, field by field."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("run")
    HELP_TEXT = N_(
        "Each line is a field that the run changed: before and after. Enter on a line shows where every value of that record "
        "comes from. u takes the run back: every field is put back only where it still holds what the run wrote, so later edits"
        " are kept. r does it again."
    )

    def __init__(self, run: int) -> None:
        super().__init__()
        self._run_id = run
        self._changes: list[RecordChange] = []

    def where(self) -> Where:
        """Title."""
        return Where(_("Run {run}").format(run=self._run_id), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """Facts and changes."""
        yield Static(id="summary")
        yield VirtualTable(
            [
                TableColumn(_("Record"), 24, frozen=True),
                TableColumn(_("What"), 9),
                TableColumn(_("Field"), 18),
                TableColumn(_("Before"), 13),
                TableColumn(_("After")),
            ],
            id="changes",
        )

    def on_mount(self) -> None:
        """Fill it."""
        self.renew()

    def renew(self) -> None:
        """Ask the store anew."""
        run = self.attempt(lambda: self.workspace.run(self._run_id))
        if run is None:
            return
        texts = [
            f"{word(RUN_KINDS, run.kind)}: {safe(run.source)} · {rows(run.rows)} · {word(RUN_STATES, run.state)}",
            _("{when} by {user}").format(when=moment(run.started), user=safe(run.user)),
            run_words(run),
        ]
        if run.backup:
            texts.append(_("Backup: {path}").format(path=run.backup))
        self.query_one("#summary", Static).update(lines("\n".join(filter(None, texts))))
        found = self.attempt(lambda: self.workspace.run_changes(self._run_id, limit=LIMIT))
        self._show(found or ())

    def _show(self, records: Sequence[RecordChange]) -> None:
        self._changes = []
        table: list[TableRow] = []
        for record in records:
            name = f"{record.entity[:1].upper()}{record.record} {record.name}"
            what = word(OPS, record.op) + ("" if record.state == "done" else "*")
            for change in record.changes or (None,):
                self._changes.append(record)
                if change is None:
                    table.append(TableRow((name, what, _("(whole record)")), tones={2: "dim"}))
                    continue
                field = self.workspace.catalogue[change.field].title if change.field in self.workspace.catalogue else change.field
                bare = change.field.rpartition(".")[2]
                title = word(NO_FIELDS, bare) if bare in NO_FIELDS else field.partition(": ")[2] or field
                table.append(TableRow((name, word(VERBS, change.verb), title, shown(change.stored), shown(change.result))))
        self.query_one(VirtualTable).show(ListRows(table))
        if len(records) >= LIMIT:
            self.tell(_("Only the first {count} records are listed.").format(count=LIMIT))

    def action_records(self) -> None:
        """Where the values of the record come from."""
        at = self.query_one(VirtualTable).cursor
        if at >= len(self._changes):
            return
        record = self._changes[at]
        traces = self.attempt(lambda: self.workspace.blame(record.entity, record.record))
        if traces is None:
            return
        texts = []
        for trace in traces:
            place = _("run {run}, {source}, row {row}, column {column}")
            where = place.format(run=trace.run, source=safe(trace.source), row=trace.row or "–", column=safe(trace.column))
            texts.append(f"{trace.field}: {shown(trace.value)} ← {shown(trace.before) or '–'} · {where} {safe(trace.note)}".rstrip())
        self.app.push_screen(Notice(safe(record.name) or str(record.record), "\n".join(texts) or _("Nothing is known about it.")))

    def _ask(self, title: str, redo: bool) -> None:
        work = self.workspace.redo if redo else self.workspace.undo

        def go() -> None:
            self.start(title, lambda progress: work(self._run_id, progress=progress), self._undone)

        self.ask(title, _("What was edited since is kept and listed."), go)

    def _undone(self, result: tuple[Summary, UndoReport]) -> None:
        self.renew()
        self.app.push_screen(Notice(_("Done"), "\n".join(undo_words(result[1]))))

    def action_undo(self) -> None:
        """Take it back."""
        self._ask(_("Undo?"), redo=False)

    def action_undo_record(self) -> None:
        """Take back what was done to the record at the cursor, with what was merged with it."""
        at = self.query_one(VirtualTable).cursor
        if at >= len(self._changes) or self._changes[at].entity not in entities_of(CONTACTS):
            self.tell(_("Put the cursor on a company or a person first."))
            return
        record = self._changes[at]
        one = (record.entity, record.record)

        def go() -> None:
            self.start(_("Undo?"), lambda progress: self.workspace.undo(self._run_id, record=one, progress=progress), self._undone)

        text = _("Take back what this run did to {name}, and to all that was merged with it?")
        self.ask(_("Undo?"), text.format(name=safe(record.name) or str(record.record)), go)

    def action_redo(self) -> None:
        """Do it again."""
        self._ask(_("Redo?"), redo=True)
