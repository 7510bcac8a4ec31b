"""The line above the keys: what is running, how far it is, what was said last."""

from __future__ import annotations

from textual.timer import Timer
from textual.widgets import Static

from tui_import.api.i18n import _
from tui_import.model.progress import Progress
from tui_import.tui.safe import content, safe

POLL_SECONDS = 0.25


def number(value: int) -> str:
    """With thousands set apart."""
    return f"{value:,}"


def duration(seconds: float) -> str:
    """"3 s", "2 min 5 s"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)


def progress_words(progress: Progress, title: str) -> str:
    """One line of words: what, how far, how fast, how long still."""
    parts = [progress.step or title]
    if progress.total:
        percent = min(100, progress.done * 100 // progress.total)
        parts.append(_("{done} of {total} ({percent} %)").format(done=number(progress.done), total=number(progress.total), percent=percent))
    elif progress.done:
        parts.append(number(progress.done))
    if progress.done and progress.rate >= 1:
        parts.append(_("{rate} a second").format(rate=number(round(progress.rate))))
    left = progress.seconds_left
    if left is not None and left >= 1:
        parts.append(_("{time} left").format(time=duration(left)))
    if progress.stopped:
        parts.append(_("stopping …"))
    return " · ".join(parts)


class Status(Static):
    """One line. It polls a `Progress` while something runs and sends nothing when nothing does."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Status { height: 1; padding: 0 1; color: $foreground-muted; }
    Status.-running { color: $text-accent; text-style: bold; }
    """

    _timer: Timer | None = None
    _words = ""

    def say(self, text: str) -> None:
        """What happened, for as long as nothing else does."""
        self._show(safe(text))

    def follow(self, progress: Progress, title: str) -> None:
        """Show this progress four times a second until `rest`."""
        self.rest()
        self.add_class("-running")

        def poll() -> None:
            self._show(safe(progress_words(progress, title)))

        poll()
        self._timer = self.set_interval(POLL_SECONDS, poll)

    def rest(self) -> None:
        """Nothing runs any more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._show("")
        self.remove_class("-running")

    def _show(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.update(content(words), layout=False)
