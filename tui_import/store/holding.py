"""Who is at work on a store or a draft: a lock that ends with its process, however that ends, and in it, for people, who holds it.

SQLite's own locks keep the data whole; this one tells others whom they wait for, and keeps two from importing one draft.
"""

from __future__ import annotations

import datetime
import fcntl
import getpass
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from tui_import.api.errors import StoreBusyError, Where
from tui_import.api.i18n import _
from tui_import.model.progress import Progress
from tui_import.model.runs import Holder

SIZE = 1_024
"""Bytes of what is written: always as many, at once, so that nobody reads half of it."""
LOCK = ".lock"
LONGEST = 120
"""Letters of each text in it."""
TELL_EVERY = 0.5
"""Seconds between two notes of how far it is."""


def lock_of(path: Path) -> Path:
    """The lock file of a store or a draft."""
    return Path(f"{path}{LOCK}")


def user_name() -> str:
    """Who is at the keyboard: the login name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@contextmanager
def holding(path: Path, doing: str, progress: Progress | None = None, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock of a file while the block runs; yields whether it is held (not where another holds it, or none can be made).

    ``wait``: until the other lets go. With a ``progress`` its numbers are told, too.
    """
    handle = _take(lock_of(path), wait=wait)
    if handle is None:
        yield False
        return
    told = Holder(user_name(), socket.gethostname(), os.getpid(), _now(), doing)
    done = threading.Event()
    _tell(handle, told)
    if progress is not None:
        threading.Thread(target=_keep_telling, args=(handle, told, progress, done), daemon=True).start()
    try:
        yield True
    finally:
        done.set()
        with suppress(OSError):
            lock_of(path).unlink()
        os.close(handle)


def holder(path: Path) -> Holder | None:
    """Who holds the lock of a file now; None where nobody does."""
    try:
        handle = os.open(lock_of(path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read(handle)
    finally:
        os.close(handle)
    return None


def busy_error(path: Path) -> StoreBusyError:
    """The error that names who holds a file, where that is known."""
    found = holder(path)
    return StoreBusyError(
        holder_words(found) if found else _("Somebody else is writing to it."),
        where=Where(file=str(path)),
        hint=_("Try again when they are done."),
    )


def holder_words(found: Holder) -> str:
    """A sentence: who, where, since when, doing what."""
    since = datetime.datetime.fromisoformat(found.since).astimezone().strftime("%H:%M") if found.since else "?"
    return _("{user} on {host} is writing to it (process {pid}, since {since}): {doing}.").format(
        user=found.user, host=found.host, pid=found.pid, since=since, doing=found.doing
    )


def is_own(found: Holder) -> bool:
    """This process holds it."""
    return (found.pid, found.host) == (os.getpid(), socket.gethostname()[:LONGEST])


def _take(lock: Path, *, wait: bool) -> int | None:
    """A handle that holds the lock, None where it cannot be had."""
    while True:
        try:
            handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            # whoever held it before removed the file that we waited at
            if os.path.samestat(os.fstat(handle), os.stat(lock)):
                return handle
        except FileNotFoundError:
            pass
        except BaseException as error:
            os.close(handle)
            if isinstance(error, OSError):
                return None
            raise
        os.close(handle)


def _keep_telling(handle: int, told: Holder, progress: Progress, done: threading.Event) -> None:
    while not done.wait(TELL_EVERY):
        _tell(handle, told, progress)


def _tell(handle: int, told: Holder, progress: Progress | None = None) -> None:
    facts = {key: value[:LONGEST] if isinstance(value, str) else value for key, value in asdict(told).items()}
    if progress is not None:
        facts.update(done=progress.done, total=progress.total)
    with suppress(OSError):  # a full disk, for one: the lock holds all the same
        os.pwrite(handle, json.dumps(facts, ensure_ascii=False).encode().ljust(SIZE), 0)


def _read(handle: int) -> Holder:
    try:
        return Holder(**json.loads(os.pread(handle, 4 * SIZE, 0)))
    except (OSError, ValueError, TypeError):
        return Holder("?", "?", 0, "", "?")


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
