"""Where am I: the lines at the top of every screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui_import.api.i18n import _
from tui_import.tui.safe import safe
from tui_import.tui.steps import STEPS
from tui_import.tui.widgets.lines import fit


class Where(Widget, can_focus=False):
    """What is being done and on which file; the steps with the current one in brackets; the word about the backup."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"where--title", "where--step", "where--here", "where--closed", "where--note"}
    DEFAULT_CSS = """
    Where {
        height: 3;
        &.-short { height: 2; }
        & > .where--title { color: $foreground; background: $panel; text-style: bold; }
        & > .where--step { color: $foreground; background: $background; }
        & > .where--closed { color: $foreground-muted; background: $background; }
        & > .where--here { color: $foreground; background: $primary-muted; text-style: bold; }
        & > .where--note { color: $foreground-muted; background: $background; }
        &:ansi > .where--here { color: ansi_default; background: ansi_default; text-style: reverse bold; }
        &:ansi > .where--title { text-style: bold underline; }
    }
    """

    def __init__(self, title: str, *, right: str = "", step: str = "", closed: Mapping[str, str] | None = None, note: str = "") -> None:
        """``step`` is the current step (none outside an import), ``closed`` says per step why it cannot be reached, ``note`` where the
        backup is made, if not in step 5."""
        super().__init__(classes="" if step else "-short")
        self._title, self._right, self._step = title, right, step
        self._barred = closed or {}
        self._note = note

    def change(self, title: str, closed: Mapping[str, str]) -> None:
        """Other facts."""
        if (title, closed) != (self._title, self._barred):
            self._title, self._barred = title, closed
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        width = self.size.width
        if y == 0:
            return self._title_line(width)
        if y == 1 and self._step:
            return self._steps_line(width)
        style = self.get_component_rich_style("where--note")
        return Strip([Segment(fit(" " + safe(self._note or backup_note()), width), style)])

    def _title_line(self, width: int) -> Strip:
        style = self.get_component_rich_style("where--title")
        right = safe(self._right)
        right = "  " + fit(right, min(cell_len(right), width // 3)) + " " if right else ""
        return Strip([Segment(fit(" " + safe(self._title), width - cell_len(right)) + right, style)])

    def _steps_line(self, width: int) -> Strip:
        segments, plain = [], self.get_component_rich_style("where--step")
        for number, step in enumerate(STEPS, 1):
            here = step.id == self._step
            name = "here" if here else "closed" if step.id in self._barred else "step"
            text = f"[{number} {_(step.title)}]" if here else f" {number} {_(step.title)} "
            segments += [Segment(text, self.get_component_rich_style(f"where--{name}")), Segment(" ", plain)]
        return Strip(segments).crop_extend(0, width, plain)


def backup_note() -> str:
    """SPEC 1: the warning to back up stands on every page."""
    return _("Back up first: step 5 does so before it writes. Until then nothing changes.")
