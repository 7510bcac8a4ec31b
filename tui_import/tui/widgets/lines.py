"""Lines with a cursor: what the table, the lists and the forms have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

TONES = ("plain", "dim", "head", "good", "change", "bad", "cursor", "cursor-cell", "mark")
"""How a piece of text may look; each is a component class. What a tone says is always said by a letter or a word, too."""


def fit(text: str, width: int, right: bool = False) -> str:
    """The text in exactly ``width`` cells, an ellipsis where it is cut."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, width)
    return " " * (width - length) + text if right else text + " " * (width - length)


class Lines(ScrollView, can_focus=True):
    """A scrolling list drawn line by line; a subclass says what stands in a line. Nothing is measured, nothing moves by itself."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{tone}" for tone in TONES}
    DEFAULT_CSS = """
    Lines {
        height: 1fr;
        scrollbar-size: 1 1;
        overflow-x: hidden;
        & > .lines--plain { color: $foreground; background: $background; }
        & > .lines--dim { color: $foreground-muted; background: $background; }
        & > .lines--head { color: $foreground; background: $panel; text-style: bold; }
        & > .lines--good { color: $text-success; background: $background; }
        & > .lines--change { color: $text-warning; background: $background; }
        & > .lines--bad { color: $text-error; background: $background; }
        & > .lines--mark { color: $text-accent; background: $background; text-style: bold; }
        & > .lines--cursor { color: $foreground; background: $surface-lighten-2; }
        & > .lines--cursor-cell { color: $foreground; background: $surface-lighten-2; }
        &:focus > .lines--cursor { color: $foreground; background: $primary-muted; }
        &:focus > .lines--cursor-cell { color: $foreground; background: $primary-muted; text-style: reverse; }
        &:ansi > .lines--cursor { background: ansi_default; text-style: bold; }
        &:ansi:focus > .lines--cursor { text-style: reverse; }
        &:ansi:focus > .lines--cursor-cell { text-style: reverse bold underline; }
        &:ansi > .lines--head { text-style: bold underline; }
    }
    """

    cursor: reactive[int] = reactive(0, repaint=False, init=False)
    """The line the cursor stands on, counted from 0."""
    heading = 0
    """Lines at the top that do not scroll."""

    @dataclass
    class Moved(Message):
        """The cursor went to another line."""

        widget: Lines
        row: int

        @property
        def control(self) -> Lines:
            """The widget it happened in."""
            return self.widget

    # -- what a subclass says

    @property
    def length(self) -> int:
        """How many lines there are."""
        return 0

    def selectable(self, row: int) -> bool:
        """The cursor may stand on the line."""
        return 0 <= row < self.length

    def segments(self, row: int, width: int) -> list[Segment]:
        """The line."""
        raise NotImplementedError

    def heading_segments(self, width: int) -> list[Segment]:  # noqa: ARG002 - for subclasses
        """The line at the top, where `heading` is 1."""
        return []

    # -- drawing

    def tone(self, name: str) -> Style:
        """The style of a tone."""
        return self.get_component_rich_style(f"lines--{name}")

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        width = self.scrollable_content_region.width
        if y < self.heading:
            return Strip(self.heading_segments(width)).crop_extend(0, width, self.tone("head"))
        row = self.scroll_offset.y + y - self.heading
        if row >= self.length:
            return Strip.blank(width, self.tone("plain"))
        segments = self.segments(row, width)
        return Strip(segments).crop_extend(0, width, segments[-1].style if segments else self.tone("plain"))

    @property
    def page(self) -> int:
        """Lines that fit into the window."""
        return max(1, self.scrollable_content_region.height - self.heading)

    def redraw_row(self, row: int) -> None:
        """Draw one line anew."""
        y = row - self.scroll_offset.y + self.heading
        if self.heading <= y < self.page + self.heading:
            self.refresh(Region(0, y, self.size.width, 1))

    def reset(self, cursor: int | None = None) -> None:
        """The lines are others now: the cursor is put on one that exists, everything is drawn anew."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.length + self.heading)
        row = min(max(0, self.cursor if cursor is None else cursor), max(0, self.length - 1))
        self.set_reactive(Lines.cursor, row if self.selectable(row) else self._next_selectable(row, 1))
        self._show_cursor()
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def on_resize(self) -> None:
        """Another window shows other lines."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.length + self.heading)
        self._show_cursor()
        if self.show_vertical_scrollbar:  # it was not told of what was scrolled while it was not there
            self.vertical_scrollbar.position = self.scroll_y

    def on_mount(self) -> None:
        """Show the lines as soon as there is a place for them."""
        self.reset()

    def on_focus(self) -> None:
        """The terminal's cursor goes where ours is: screen readers follow it."""
        self._point()

    # -- the cursor

    def _next_selectable(self, row: int, step: int) -> int:
        """The nearest line from ``row`` on in that direction where the cursor may stand, else the nearest one back, else ``row``."""
        for direction in (step, -step):
            at = row
            while 0 <= at < self.length:
                if self.selectable(at):
                    return at
                at += direction
        return row

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw both lines, scroll where needed (by half a page where a line would cost as much to send), tell."""
        if not self.is_mounted:
            return
        self.redraw_row(old)
        self.redraw_row(new)
        self._show_cursor()
        self.post_message(self.Moved(self, new))

    def _show_cursor(self) -> None:
        top, page, row = self.scroll_offset.y, self.page, self.cursor
        if self.size.height == 0:
            return
        first = row - 1 if row and not self.selectable(row - 1) else row  # a heading above stays in sight
        if first < top or row >= top + page:
            whole = getattr(self.app, "scrolls_by_line", False) or abs(row - top) > page + 1
            wanted = row - page // 2 if not whole else first if row < top else row - page + 1
            self.scroll_to(y=max(0, min(wanted, self.length - page)), animate=False)
        self._point()

    def _point(self) -> None:
        if self.has_focus and self.size:
            y = self.cursor - round(self.scroll_target_y) + self.heading
            self.app.cursor_position = self.content_region.offset + Offset(0, y)

    def action_move(self, where: str) -> None:
        """Move the cursor: up, down, page_up, page_down, top, bottom."""
        last, page = self.length - 1, self.page
        steps = {"up": -1, "down": 1, "page_up": -page, "page_down": page, "top": -last - 1, "bottom": last + 1}
        step = steps[where]
        row = min(max(0, self.cursor + step), max(0, last))
        found = self._next_selectable(row, 1 if step > 0 else -1)
        if where in ("up", "top") and found > self.cursor:
            found = self.cursor
        if found == self.cursor and step < 0:
            self.scroll_to(y=0 if self.cursor < page else None, animate=False)
        self.cursor = found

    def on_click(self, event: events.Click) -> None:
        """The mouse may put the cursor on a line."""
        row = self.scroll_offset.y + event.y - self.heading
        if event.y >= self.heading and self.selectable(row):
            self.cursor = row
