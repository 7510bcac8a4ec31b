"""Windows of a review: a sample before many pairs are decided at once, a line with what it decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_import.tui.keymap import bindings
from tui_import.tui.safe import content, lines
from tui_import.tui.widgets.dialogs import Window, line_input


class Sample(Window[bool]):
    """What would be decided, some of it to read, and the question; Enter says nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog_question", "sample")
    DEFAULT_CSS = """
    Sample > .window > VerticalScroll { height: auto; max-height: 60vh; }
    Sample > .window > VerticalScroll > Static { height: auto; }
    """

    def __init__(self, title: str, words: str, pairs: Sequence[str]) -> None:
        super().__init__()
        self.title_text = title
        self._text, self._pairs = words, list(pairs)

    def parts(self) -> Sequence[Widget]:
        """Numbers, then the pairs."""
        body = VerticalScroll(Static(lines("\n".join(self._pairs))))
        body.can_focus = False
        return (Static(lines(self._text), classes="window--body"), body)

    def action_scroll(self, lines_down: int) -> None:
        """To pairs further down, or up again."""
        self.query_one(VerticalScroll).scroll_relative(y=lines_down, animate=False)

    def action_yes(self) -> None:
        """Decide them."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Back."""
        self.dismiss(False)


class LineWindow(Window["str | None"]):
    """A probability typed as a line; below it, what it decides, while it is typed. What is no line is not taken."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")

    def __init__(self, title: str, help: str, value: str, said: Callable[[str], str], fits: Callable[[str], bool]) -> None:
        """``said(text)``: what the line decides, in words; ``fits(text)``: it is a line."""
        super().__init__()
        self.title_text = title
        self._help, self._value, self._said, self._fits = help, value, said, fits

    def parts(self) -> Sequence[Widget]:
        """What it is for, the field, what it decides."""
        return (Static(lines(self._help)), line_input(self._value, limit=8), Static(content(self._said(self._value)), id="decides"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """The live count."""
        self.query_one("#decides", Static).update(content(self._said(event.value)))

    def action_accept(self) -> None:
        """Take the line, where it is one."""
        text = self.query_one(Input).value
        if self._fits(text):
            self.dismiss(text)

    def action_cancel(self) -> None:
        """Back."""
        self.dismiss(None)
