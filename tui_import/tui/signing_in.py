"""Signing in: the worker that goes through a source's steps, and the window that shows them, by way of a note both read."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from functools import partial

from tui_import.api.capabilities import SignInStep
from tui_import.model.progress import Progress
from tui_import.tui.frame import Frame
from tui_import.tui.widgets.sign_in import SignIn

LOOK_EVERY = 0.1
"""Seconds between two looks of the worker at whether the user gave up."""


class Talk:
    """What worker and window tell each other; neither calls the other."""

    def __init__(self, progress: Progress) -> None:
        self.step: SignInStep | None = None
        """What is to be shown."""
        self._progress = progress
        self._given: queue.SimpleQueue[str] = queue.SimpleQueue()

    def show(self, step: SignInStep) -> None:
        """In the worker: something else is to be shown."""
        self.step = step

    def give(self, text: str) -> None:
        """In the window: this was pasted."""
        self._given.put(text)

    def pasted(self, seconds: float) -> str:
        """In the worker: wait so long for something pasted, less where it comes or the user gives up; empty where nothing came."""
        until = time.monotonic() + seconds
        while not self._progress.stopped:
            left = until - time.monotonic()
            try:
                return self._given.get(timeout=max(0.0, min(LOOK_EVERY, left)))
            except queue.Empty:
                if left <= 0:
                    break
        return ""


Work = Callable[[Callable[[SignInStep], None], Callable[[float], str], Progress], str]
"""`Workspace.sign_in` with its first arguments given: shows, waits, and returns the account."""


def sign_in(frame: Frame, title: str, work: Work, done: Callable[[str], None]) -> None:
    """Show the window, do the work in a thread, call ``done`` with the account; Esc gives up, which closes the source's steps."""
    talks: list[Talk] = []
    outcome: list[Callable[[], None]] = []
    """What the end of the work leads to; it waits for the window, which may lie under another one."""

    def go(progress: Progress) -> str:
        talk = Talk(progress)
        talks.append(talk)
        return work(talk.show, talk.pasted, progress)

    def look() -> SignInStep | None:
        return talks[0].step if talks else None

    def give(text: str) -> None:
        if talks:
            talks[0].give(text)

    window = SignIn(title, look, give, lambda: bool(outcome))

    def ended(act: Callable[[], None]) -> None:
        if window.is_attached:
            outcome.append(act)
        else:
            act()

    def closed(finished: bool | None) -> None:
        if finished and outcome:
            outcome[0]()
        else:
            frame.host.bridge.stop()

    if frame.start(title, go, lambda account: ended(partial(done, account)), lambda error: ended(partial(frame.host.show_error, error))):
        frame.app.push_screen(window, closed)
