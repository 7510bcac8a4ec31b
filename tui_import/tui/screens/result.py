"""Step 6: what was done, and the way back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.i18n import N_, _
from tui_import.model.kinds import PRODUCTS
from tui_import.model.plan import Summary
from tui_import.model.runs import UndoReport
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import GoHome, Show
from tui_import.tui.safe import lines
from tui_import.tui.widgets.dialogs import Prompt
from tui_import.tui.words import counted, rows, undo_words


def summary_words(summary: Summary) -> list[str]:
    """The result in lines."""
    texts = [_("Run {run}: {rows}").format(run=summary.run, rows=rows(summary.rows)), ""]
    texts += counted(summary.entities)
    texts += ["", _("Selections:")]
    texts += [f"  {selection.name}: {selection.members}" for selection in summary.selections] or ["  " + _("none")]
    if summary.backup:
        texts += ["", _("Backup: {path}").format(path=summary.backup)]
    if summary.left:
        texts += ["", _("! {rows} left with problems; they were not imported.").format(rows=rows(summary.left))]
    return texts + [f"· {note}" for note in summary.notes]


class ResultScreen(StepFrame):
    """Counts, selections, backup; undo from here."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("result")
    STEP = "result"
    HELP_TEXT = N_(
        "The import is done. The new and the changed records are in selections: s opens them to export, combine or delete. u "
        "takes the whole import back, keeping what was edited since. r saves mapping and settings as a recipe for the next file"
        " of this kind."
    )

    def body(self) -> ComposeResult:
        """The result in words."""
        yield Static(id="summary")

    def on_mount(self) -> None:
        """Fill it."""
        summary = self.session.summary
        self.query_one("#summary", Static).update(lines("\n".join(summary_words(summary)) if summary else ""))
        note, self.host.session_note = self.host.session_note, ""
        self.tell(note)

    def leave(self) -> None:
        """Esc: home."""
        self.post_message(GoHome())

    def action_home(self) -> None:
        """F8, Enter: home."""
        self.post_message(GoHome())

    def action_price_list(self) -> None:
        """The price list with its products."""
        name = self.session.settings.product.price_list
        found = self.workspace.price_list(name) if self.session.kind == PRODUCTS else None
        if found is None:
            self.tell(_("There is no price list in this import."))
        else:
            self.post_message(Show("price_list", found))

    def action_selections(self) -> None:
        """Open them."""
        self.post_message(Show("selections"))

    def action_undo(self) -> None:
        """Take it back."""
        summary = self.session.summary
        if summary is None or summary.run is None:
            return
        run = summary.run

        def go() -> None:
            self.start(_("Undoing"), lambda progress: self.workspace.undo(run, progress=progress), self._undone)

        self.ask(_("Undo?"), _("Take the whole import back? What was edited since is kept."), go)

    def _undone(self, result: tuple[Summary, UndoReport]) -> None:
        texts = [_("This import was taken back. Home offers to redo it."), "", *undo_words(result[1])]
        self.query_one("#summary", Static).update(lines("\n".join(texts)))

    def action_recipe(self) -> None:
        """Save it."""

        def typed(name: str | None) -> None:
            if name and name.strip():
                path = self.attempt(lambda: self.workspace.save_recipe(self.session.recipe(), name.strip()))
                if path is not None:
                    self.tell(_("Saved: {path}").format(path=path))

        help = _("The next file of this kind can be imported with it: tui-import run FILE --recipe NAME")
        self.app.push_screen(Prompt(_("Save recipe as"), help=help), typed)
