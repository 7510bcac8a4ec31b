"""Progress that a worker writes and a face polls: the worker never calls the screen, so a stalled line never stalls an import."""

from __future__ import annotations

import threading
import time

from tui_import.api.errors import StoppedError
from tui_import.api.i18n import _


class Progress:
    """Shared between the thread that works and the face that shows. Reading and writing single attributes is safe."""

    def __init__(self) -> None:
        self.step = ""
        """What is being done, in the user's language."""
        self.done = 0
        self.total: int | None = None
        """None where it is not known."""
        self.started = time.monotonic()
        self._stop = threading.Event()

    def begin(self, step: str, total: int | None = None) -> None:
        """A new step begins."""
        self.step, self.done, self.total, self.started = step, 0, total, time.monotonic()
        self.check()

    def advance(self, count: int) -> None:
        """Count more units done; raises `StoppedError` where the user asked to stop."""
        self.done += count
        self.check()

    def check(self) -> None:
        """Raise `StoppedError` where the user asked to stop."""
        if self._stop.is_set():
            raise StoppedError(_("Stopped."))

    def stop(self) -> None:
        """Ask the worker to stop; it does at the next row block, without a trace in the store."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """The user asked to stop."""
        return self._stop.is_set()

    @property
    def rate(self) -> float:
        """Units a second in this step."""
        seconds = time.monotonic() - self.started
        return self.done / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimate for this step, where the total is known."""
        rate = self.rate
        return (self.total - self.done) / rate if self.total is not None and rate > 0 else None
