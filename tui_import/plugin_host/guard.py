"""Calls into plugins, each with a time limit: in a daemon thread of its own, so that one that hangs can be left behind.

A call that is late gets `AbandonedError` thrown into it, which ends loops of Python code; one that sleeps in the operating system stays
where it is and hurts nobody. The caller goes on in both cases, and so it does when the user stops the work.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tui_import.api.errors import PluginError, SourceError, TuiImportError, Where
from tui_import.api.i18n import _
from tui_import.model.progress import Progress
from tui_import.plugin_host.noise import Noise, listening

Result = TypeVar("Result")

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the user wants to stop."""
ROWS_AHEAD = 1_000
"""So many rows a source may be ahead of whoever reads them."""


class AbandonedError(BaseException):
    """Thrown into a plugin's call that is late or no longer wanted. No `Exception`: a plugin does not catch it by accident."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a plugin may take; zero: as long as it likes."""

    load: float = 20
    """To be imported and to register."""
    describe: float = 10
    """To tell its title, options and other facts."""
    open: float = 120
    """To open a place."""
    look: float = 120
    """To tell columns, the first rows, findings."""
    first_row: float = 300
    """Until the first row comes."""
    next_row: float = 120
    """Between two rows."""
    hook: float = 30
    """For hooks that are told something."""


@dataclass(slots=True)
class Speaker:
    """On whose behalf calls are made, and what is known of its behaviour."""

    name: str
    """Of the source or the plugin, as messages name it."""
    advice: str = ""
    """What to do about its faults, a sentence."""
    noise: Noise = field(default_factory=Noise)
    trace: str = ""
    """Where its code failed last."""
    notes: list[str] = field(default_factory=list)
    """What its author should change before the next major version, each once."""
    dead: str = ""
    """A call into it hung: the sentence that says so. No further call is tried."""

    def fault(self, reason: str) -> PluginError:
        """The error that names it, for its author."""
        message = _("The source “{name}” does not work.").format(name=self.name)
        return PluginError(message, hint=f"{reason} {self.advice}".strip())

    def late(self, what: str, limit: float) -> PluginError:
        """It hung; it is not called again."""
        self.dead = _("It did not answer within {seconds} seconds ({what}).").format(seconds=f"{limit:g}", what=what)
        return self.fault(self.dead)

    def failed(self, error: BaseException, location: str = "") -> TuiImportError:
        """What its code raised, in a sentence: of the user where the operating system refuses the very place that was named."""
        if isinstance(error, OSError) and error.strerror and location and _same_place(error.filename, location):
            reason = _("The file cannot be read: {reason}.").format(reason=error.strerror)
            return SourceError(reason, where=Where(file=location))
        self.trace = "".join(traceback.format_exception(error))[-20_000:]
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
        text = " ".join(_text_of(error).split())[:200]
        return self.fault(_("It failed in {place} with {kind}: {text}.").format(place=place, kind=type(error).__name__, text=text))


def _same_place(filename: object, location: str) -> bool:
    return isinstance(filename, str | os.PathLike) and os.path.abspath(filename) == os.path.abspath(os.path.expanduser(location))


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception of a plugin may fail at this, too
        return ""


def said_on_purpose(error: BaseException) -> bool:
    """A sentence for the user, which goes through as it is."""
    return isinstance(error, TuiImportError)


class _Call:
    """One function running in a thread of its own."""

    def __init__(self, speaker: Speaker, function: Callable[[], None]) -> None:
        self.error: BaseException | None = None
        self.done = threading.Event()
        self._function = function
        self._speaker = speaker
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"plugin {speaker.name}")
        self._thread.start()

    def _run(self) -> None:
        try:
            with listening(self._speaker.noise):
                self._function()
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()

    def abandon(self) -> None:
        """Throw `AbandonedError` into it and go."""
        if self._thread.ident is not None and not self.done.is_set():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread.ident), ctypes.py_object(AbandonedError))


def call(
    speaker: Speaker,
    what: str,
    function: Callable[[], Result],
    limit: float,
    *,
    location: str = "",
    progress: Progress | None = None,
) -> Result:
    """The function's result.

    Raises what the plugin says on purpose, `PluginError` for everything else that it raises and where it takes longer than ``limit``
    seconds (0: no limit), and `StoppedError` where the user stops. ``what`` says in a word what it was asked for.
    """
    if speaker.dead:
        raise speaker.fault(speaker.dead)
    results: list[Result] = []
    running = _Call(speaker, lambda: results.append(function()))
    try:
        _wait(speaker, what, running.done.wait, limit, progress)
    except BaseException:  # late, stopped, or Ctrl-C
        running.abandon()
        raise
    if running.error is None:
        return results[0]
    if said_on_purpose(running.error):
        raise running.error
    raise speaker.failed(running.error, location) from running.error


def _wait(speaker: Speaker, what: str, ready: Callable[[float], bool], limit: float, progress: Progress | None) -> None:
    until = time.monotonic() + limit if limit else float("inf")
    while not ready(LOOK_EVERY):
        if progress is not None:
            progress.check()
        if time.monotonic() > until:
            raise speaker.late(what, limit)


class _Ahead(Generic[Result]):
    """Items that the plugin's thread has made and the reader has not taken yet."""

    def __init__(self) -> None:
        self._items: deque[Result] = deque()
        self._arrived, self._taken = threading.Event(), threading.Event()
        self._reader_waits = False
        self.unwanted = False
        """The reader is gone: make no more."""

    def fill(self, items: Generator[Result, None, None]) -> None:
        """Runs in the plugin's thread; waits while the reader has enough."""
        try:
            for item in items:
                self._items.append(item)
                if self._reader_waits:
                    self._reader_waits = False
                    self._arrived.set()
                while len(self._items) >= ROWS_AHEAD and not self.unwanted:
                    self._taken.clear()
                    self._taken.wait(LOOK_EVERY)
                if self.unwanted:
                    break
        finally:
            items.close()

    def take(self) -> Iterator[Result]:
        """What is there now."""
        items = self._items
        try:
            while True:
                yield items.popleft()
                if len(items) == ROWS_AHEAD // 2:
                    self._taken.set()
        except IndexError:
            return

    def wait(self, seconds: float) -> bool:
        """Until something arrives; false where nothing did."""
        self._arrived.clear()
        self._reader_waits = True  # before the look at the items: what arrives after it is announced
        return bool(self._items) or self._arrived.wait(seconds)

    def leave(self) -> None:
        """The reader goes."""
        self.unwanted = True
        self._taken.set()


def stream(
    speaker: Speaker,
    iterate: Callable[[], Generator[Result, None, None]],
    limits: Limits,
    *,
    location: str = "",
    progress: Progress | None = None,
) -> Generator[Result, None, None]:
    """What an iterator of the plugin yields, which runs ahead a little in a thread of its own.

    The first item may take ``limits.first_row`` seconds, each further one ``limits.next_row``. Closing this generator closes the plugin's.
    """
    if speaker.dead:
        raise speaker.fault(speaker.dead)
    ahead: _Ahead[Result] = _Ahead()
    running = _Call(speaker, lambda: ahead.fill(iterate()))
    limit = limits.first_row
    try:
        while _something_comes(speaker, ahead, running, limit, progress):
            yield from ahead.take()
            limit = limits.next_row
    finally:
        ahead.leave()
        if not running.done.wait(LOOK_EVERY * 10):
            running.abandon()
    if running.error is not None:
        if said_on_purpose(running.error):
            raise running.error
        raise speaker.failed(running.error, location) from running.error


def _something_comes(speaker: Speaker, ahead: _Ahead[Any], running: _Call, limit: float, progress: Progress | None) -> bool:
    """Wait for the next item; false at the end. Raises `PluginError` where it is late, `StoppedError` where the user stops."""
    until = time.monotonic() + limit if limit else float("inf")
    while not ahead.wait(0 if running.done.is_set() else LOOK_EVERY):
        if progress is not None:
            progress.check()
        if running.done.is_set() and not ahead.wait(0):
            return False
        if time.monotonic() > until:
            raise speaker.late(_("reading rows"), limit)
    return True
