"""The command palette: every action of the screen under its label, with its keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.app import App, SystemCommand
from textual.binding import ActiveBinding
from textual.screen import Screen

from tui_import.api.i18n import _
from tui_import.tui import keymap


def commands(app: App[Any], screen: Screen[Any]) -> Iterator[SystemCommand]:
    """What can be done on the screen now."""
    found: dict[str, ActiveBinding] = {}
    keys: dict[str, list[str]] = {}
    for key, active in screen.active_bindings.items():
        if active.binding.id and active.enabled:
            found[active.binding.id] = active
            keys.setdefault(active.binding.id, []).append(keymap.shown_key(key))
    for id, active in found.items():
        if id != "app.palette":
            title = f"{keymap.label(id)}  ({', '.join(keys[id])})"
            yield SystemCommand(title, keymap.help_text(id), partial(app.run_action, active.binding.action, active.node))
    yield SystemCommand(_("Theme"), _("Other colours."), app.action_change_theme)
