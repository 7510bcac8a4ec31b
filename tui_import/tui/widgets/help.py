"""Help: what the screen is for, and every key that works on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tui_import.api.i18n import _
from tui_import.tui import keymap
from tui_import.tui.safe import lines, safe
from tui_import.tui.widgets.dialogs import Window

_LAST = ("table.", "list.", "app.", "pick.")


def help_about(screen: Screen[Any]) -> tuple[str, list[tuple[str, str, str]]]:
    """(what the screen is for, its keys as key, label, sentence)."""
    keys: dict[str, list[str]] = {}
    for key, active in screen.active_bindings.items():
        if active.binding.id and active.enabled:
            keys.setdefault(active.binding.id, []).append(keymap.shown_key(key))
    order = sorted(keys, key=lambda id: id.startswith(_LAST))
    return _(getattr(screen, "HELP_TEXT", "")), [(", ".join(keys[id]), keymap.label(id), keymap.help_text(id)) for id in order]


class Help(Window[None]):
    """Scrolls with the arrow keys."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("notice")
    DEFAULT_CSS = """
    Help > .window { height: 90%; width: 96%; max-width: 100; }
    Help VerticalScroll { height: 1fr; scrollbar-size: 1 1; }
    Help VerticalScroll Static { height: auto; }
    """

    def __init__(self, about: str, keys: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self.title_text = _("Help")
        self._about = about
        self._keys = keys

    def parts(self) -> Sequence[Widget]:
        """The text and the table."""
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2, 0, 0))
        for key, label, help in self._keys:
            table.add_row(Text(safe(key), "bold", no_wrap=True), Text(safe(label)), Text(safe(help)))
        return (VerticalScroll(Static(lines(self._about + "\n")), Static(table)),)

    def action_close(self) -> None:
        """Away."""
        self.dismiss(None)
