"""Session steps in threads: one at a time, never calling the screen, stopped by asking."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.message import Message

from tui_import.api.errors import StoppedError
from tui_import.model.progress import Progress

GRACE_SECONDS = 0.6
"""How long a worker may take to stop after the terminal has gone."""


@dataclass
class Job:
    """One step of work."""

    owner: DOMNode
    """The screen that asked; gone screens get no answer."""
    title: str
    """What is being done, in the user's language."""
    work: Callable[[Progress], Any]
    """Runs in a thread."""
    then: Callable[[Any], None]
    """Gets its result in the screen's thread."""
    failed: Callable[[Exception], None] | None = None
    """Gets its error instead of the error window."""
    goes_on: Callable[[], object] | None = None
    """Lets another process do it when the line is gone."""
    progress: Progress = field(default_factory=Progress)

    @property
    def stopped(self) -> bool:
        """The user asked to stop it."""
        return self.progress.stopped


class Done(Message):
    """A job came to its end."""

    def __init__(self, job: Job, result: Any) -> None:
        super().__init__()
        self.job, self.result = job, result


class Failed(Message):
    """A job ended in an error."""

    def __init__(self, job: Job, error: Exception) -> None:
        super().__init__()
        self.job, self.error = job, error


class Bridge:
    """Between screens and session."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.current: Job | None = None
        """What runs now."""
        self._waiting: Job | None = None
        self._ending = False

    def start(self, job: Job, *, replace: bool = False) -> bool:
        """Run the job; False where another one runs.

        ``replace`` stops the one that runs and starts this one when it has ended; of several that wait only the last one runs.
        """
        if self.current is not None:
            if replace:
                self.current.progress.stop()
                self._waiting = job
            return replace
        self.current = job
        work = partial(self._work, job)
        self._app.run_worker(work, name=job.title, group="session", thread=True, exclusive=True, exit_on_error=False)
        return True

    def stop(self) -> None:
        """Ask what runs to stop; it does at its next block of rows."""
        self._waiting = None
        if self.current is not None:
            self.current.progress.stop()

    def _work(self, job: Job) -> None:
        message: Done | Failed
        try:
            message = Done(job, job.work(job.progress))
        except Exception as error:  # every error of a step is shown, none may end the program
            message = Failed(job, error)
        self._app.post_message(message)

    def ended(self, message: Done | Failed) -> None:
        """In the screen's thread: give the answer to who asked, start what waits."""
        job, waiting = message.job, self._waiting
        self.current = self._waiting = None
        if waiting is not None:
            self.start(waiting)
        elif not job.owner.is_attached:
            return
        elif isinstance(message, Done):
            job.then(message.result)
        elif job.failed is not None:
            job.failed(message.error)

    def listen_to_signals(self) -> None:
        """A dropped line or a kill ends the program within a second: the worker is asked to stop, the draft stays as it is.

        What runs goes on in another process where it can, unless somebody broke it off (SIGINT).
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, number)

    def _end(self, number: int) -> None:
        job = self.current
        self.stop()
        # A worker inside a library cannot be asked; every step is a transaction, so nothing is half done when the process goes.
        watchdog = threading.Timer(GRACE_SECONDS, os._exit, [128 + number])
        watchdog.daemon = True
        watchdog.start()
        if number != signal.SIGINT and not self._ending and job is not None and job.goes_on is not None:
            job.goes_on()
        self._ending = True
        self._app.exit(return_code=128 + number)


def is_stop(error: Exception) -> bool:
    """The user stopped it: no error."""
    return isinstance(error, StoppedError)
