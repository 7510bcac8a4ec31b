"""The one door to the screen for text from outside: what comes out of `safe` cannot command a terminal, hide or reorder text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_import.model.text import MOST_MARKS, NEW_LINE, PLACEHOLDER, safe, shown

if TYPE_CHECKING:
    from textual.content import Content

__all__ = ["MOST_MARKS", "NEW_LINE", "PLACEHOLDER", "content", "lines", "safe", "shown"]


def content(text: object, style: str = "") -> Content:
    """The text for a widget: brackets in it are letters, never markup. ``style`` is ours, never data."""
    from textual.content import Content

    plain = safe(text)
    return Content.styled(plain, style) if style else Content(plain)


def lines(text: str, style: str = "") -> Content:
    """Several lines, each made safe; for text of our own with data filled in."""
    from textual.content import Content

    return Content("\n").join([content(line, style) for line in text.split("\n")])
