"""The last line of a screen: the keys that work here."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.keys import key_to_character
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from tui_import.tui import keymap


class KeyBar(Widget, can_focus=False):
    """Keys and labels of the active actions, as many as fit; drawn as one line, so that it costs little to send."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--label"}
    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        & > .key-bar--key { color: $text-accent; background: $panel; text-style: bold; }
        & > .key-bar--label { color: $foreground; background: $panel; }
        &:ansi > .key-bar--key { text-style: reverse bold; }
    }
    """

    def on_mount(self) -> None:
        """Follow the focus and the keymap."""
        self.screen.bindings_updated_signal.subscribe(self, self._update)

    def _update(self, _screen: object) -> None:
        entries = self._entries()
        if entries != self._shown:
            self.refresh()

    _shown: tuple[tuple[str, str], ...] = ()

    def _entries(self) -> tuple[tuple[str, str], ...]:
        """(key, label): what is special here first, help last."""
        found: dict[str, tuple[str, str]] = {}
        typing = isinstance(self.screen.focused, Input)
        for key, active in self.screen.active_bindings.items():
            binding = active.binding
            if typing and (key_to_character(key) or "").isprintable() and key_to_character(key):
                continue  # the field takes it as a letter
            if binding.id and binding.show and active.enabled and binding.id not in found:
                found[binding.id] = (keymap.shown_key(key), keymap.label(binding.id))
        order = sorted(found, key=lambda id: id.startswith(("screen.", "app.")))
        return tuple(found[id] for id in order)

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - one line only
        """The line."""
        self._shown = self._entries()
        width = self.size.width
        key_style, label_style = self.get_component_rich_style("key-bar--key"), self.get_component_rich_style("key-bar--label")
        *early, last = self._shown or (("", ""),)
        room = width - cell_len(f"{last[0]} {last[1]}  ")
        segments: list[Segment] = []
        for key, label in early:
            wanted = cell_len(f"{key} {label}  ")
            if wanted <= room:
                room -= wanted
                segments += [Segment(key, key_style), Segment(f" {label}  ", label_style)]
        segments += [Segment(last[0], key_style), Segment(f" {last[1]}", label_style)]
        return Strip(segments).crop_extend(0, width, label_style)
