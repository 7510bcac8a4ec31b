"""Step 5: the import itself, after a typed yes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.errors import StaleError
from tui_import.api.i18n import N_, _
from tui_import.model.plan import PlanReport, Summary
from tui_import.model.progress import Progress
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import lines
from tui_import.tui.widgets.dialogs import Confirm, TypedConfirm
from tui_import.tui.widgets.totals import clears_words
from tui_import.tui.words import counted, rows


def plan_words(report: PlanReport) -> list[str]:
    """What will happen, in lines."""
    texts = counted(report.entities)
    for name, items in report.new_list_items.items():
        listed = ", ".join(items[:6]) + (" …" if len(items) > 6 else "")
        texts.append(_("New in the list {name}: {items}").format(name=name, items=listed))
    if report.clears:
        texts.append("! " + clears_words(report.clears))
    if report.unchecked:
        texts.append(_("Un-checked and not imported: {rows}").format(rows=rows(report.unchecked)))
    return texts


class ImportScreen(StepFrame):
    """What will happen; F9 asks once more and does it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("import")
    STEP = "import"
    HELP_TEXT = N_(
        "F9 asks for the number of rows, backs the store up and imports, in one transaction: it happens wholly or not at all. "
        "Esc asks whether to stop it; then nothing of it remains. Afterwards the result can be undone, field by field, keeping "
        "what was edited since."
    )

    def body(self) -> ComposeResult:
        """The plan in words."""
        yield Static(id="summary")

    def on_mount(self) -> None:
        """Fill it."""
        self._show()

    def _show(self) -> None:
        report = self.session.report
        texts = [_("This will be written to {store}:").format(store=self.workspace.path), ""]
        if report is not None:
            texts += plan_words(report)
        texts += ["", _("The store is backed up first, and the backup is checked.")]
        texts.append(_("F9 starts the import. Esc goes back; nothing is lost."))
        self.query_one("#summary", Static).update(lines("\n".join(texts)))

    def action_start(self) -> None:
        """F9 here."""
        self.action_begin()

    def action_next(self) -> None:
        """F8 here: as F9."""
        self.action_begin()

    def action_begin(self) -> None:
        """Ask, then import."""
        report = self.session.report
        if report is None or self.busy_with:
            return
        text = "\n".join(plan_words(report))
        question = TypedConfirm(_("Import?"), text, str(report.rows))

        def typed(agreed: bool | None) -> None:
            if not agreed:
                self.tell(_("Nothing was started."))
            elif report.clears:
                self.app.push_screen(self._about_clears(report), lambda yes: self._run(accept_clears=True) if yes else None)
            else:
                self._run(accept_clears=False)

        self.app.push_screen(question, typed)

    def _about_clears(self, report: PlanReport) -> Confirm:
        texts = [
            _("{clears} in the store, since their cells are blank in the file.").format(clears=clears_words(report.clears)),
            _("The settings can keep them: “Blank cells under Replace”."),
        ]
        return Confirm(_("Clear values?"), "\n".join(texts), danger=True)

    def _run(self, *, accept_clears: bool) -> None:
        def work(progress: Progress) -> Summary:
            return self.session.apply(progress, accept_clears=accept_clears)

        session = self.session
        goes_on = lambda: session.hand_over(accept_clears=accept_clears)  # noqa: E731 - with a name it is a job
        self.start(_("Importing"), work, self._imported, self._failed, goes_on=goes_on)

    def _imported(self, summary: Summary) -> None:
        self.host.session_note = _("Done: {rows} in {seconds} s.").format(rows=rows(summary.rows), seconds=f"{summary.seconds:.1f}")
        self.go("result")

    def _failed(self, error: Exception) -> None:
        self.host.show_error(error)
        if isinstance(error, StaleError):
            self._show()
        self.renew_where()
