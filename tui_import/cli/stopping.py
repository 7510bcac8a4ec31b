"""Work that shows how far it is and that Ctrl-C, SIGTERM and SIGHUP stop without a trace."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from tui_import.api.errors import StoppedError
from tui_import.api.i18n import _
from tui_import.cli.render import number, seconds
from tui_import.model.progress import Progress
from tui_import.model.text import safe

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 0.6
"""Seconds that work has to notice the wish to stop by itself, before it is stopped where it stands (reading a silent pipe, for one)."""
LAST = 1.0
"""Seconds after which a program that was told to end, or whose line is gone, ends wherever it stands: nothing is ever half done."""
REFRESH = 0.25
"""Seconds between two looks at the progress."""


class Interruption:
    """What a signal does: ask the work that is under way to stop, or stop the program where there is none."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        """Of the work under way."""
        self.goes_on: Callable[[], bool] | None = None
        """Lets another process do the work under way, where that can be: it is called when the line is gone. True where it does."""
        self.hung_up = False
        """The line is gone, or somebody ends the program; nobody at the keyboard changed their mind."""
        self.handed_over = False
        """Another process does the work."""
        self._watchdog: threading.Timer | None = None

    def install(self) -> None:
        """Take the signals over; only the main thread can."""
        self.hung_up = self.handed_over = False
        if threading.current_thread() is threading.main_thread():
            for number_ in (*SIGNALS, signal.SIGALRM):
                signal.signal(number_, self._stop)

    def ended(self) -> None:
        """The last words are said."""
        if self._watchdog is not None:
            self._watchdog.cancel()

    def _stop(self, number_: int, _frame: FrameType | None) -> None:
        if number_ in (signal.SIGTERM, signal.SIGHUP) and not self.hung_up:
            self.hung_up = True
            # a terminal that takes nothing more would hold up the last words for ever
            self._watchdog = threading.Timer(LAST, os._exit, [StoppedError.exit_code])
            self._watchdog.daemon = True
            self._watchdog.start()
        if number_ == signal.SIGHUP and self.goes_on is not None and not self.handed_over:
            self.handed_over = self.goes_on()
        if self.progress is not None and not self.progress.stopped:
            self.progress.stop()
            signal.setitimer(signal.ITIMER_REAL, GRACE)
            return
        raise StoppedError(_("Stopped."))


interruption = Interruption()


@contextmanager
def work(*, shown: bool = True) -> Iterator[Progress]:
    """A `Progress` to hand to whatever takes long. It is shown while the block runs, on standard error and only in a terminal.

    Not ``shown``: somebody types meanwhile.
    """
    progress = Progress()
    outer, interruption.progress = interruption.progress, progress
    try:
        if shown and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            with _shown(progress):
                yield progress
        else:
            yield progress
        progress.check()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        interruption.progress = outer


@contextmanager
def _shown(progress: Progress) -> Iterator[None]:
    done = threading.Event()

    def show() -> None:
        with suppress(OSError, ValueError):  # the terminal is gone: the work is not
            while not done.wait(REFRESH):
                sys.stderr.write(f"\r\x1b[K{line(progress)}")
                sys.stderr.flush()

    watcher = threading.Thread(target=show, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        with suppress(OSError, ValueError):
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def line(progress: Progress) -> str:
    """How far it is: step, how many of how many, how fast, how long still."""
    parts = [safe(progress.step)]
    if progress.total:
        parts.append(_("{done} of {total}").format(done=number(progress.done), total=number(progress.total)))
    elif progress.done:
        parts.append(number(progress.done))
    if progress.done:
        parts.append(_("{rate} a second").format(rate=number(int(progress.rate))))
    left = progress.seconds_left
    if left is not None and progress.done:
        parts.append(_("{time} left").format(time=seconds(max(left, 0))))
    return ", ".join(part for part in parts if part)
