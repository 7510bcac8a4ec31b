"""Opening a store: one connection per thread, the same settings for all, write transactions that begin immediately."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

from tui_import.api.errors import StoppedError, StoreDamagedError, StoreError, StoreTooNewError, Where
from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue
from tui_import.model.progress import Progress
from tui_import.store.holding import busy_error, holder, holder_words, holding

BUSY_SECONDS = 10.0
"""How long a writer waits for another."""
LOOK_SECONDS = 0.25
"""Between two looks at who it is that is waited for, and whether to stop waiting."""
STOP_STEPS = 10_000
"""Steps of SQLite's machine after which it is asked whether to stop: under a millisecond."""
BESIDE = ("-journal", "-wal", "-shm")
"""Endings of what SQLite keeps beside a file."""
DRAFTS = ".drafts"
"""Ending of the folder beside a store in which its drafts lie."""
CACHE_KIB = 32_768
"""Page cache of one connection."""


class Database:
    """A SQLite file that several threads use, each through a connection of its own."""

    def __init__(self, path: Path, *, synchronous: str = "FULL", shared: bool = True) -> None:
        """``shared``: others write to it, too, and are told who does while they wait."""
        self.path = path
        self.patience = BUSY_SECONDS
        """Seconds that a write transaction waits for another one's end."""
        self._synchronous = synchronous
        self._shared = shared
        self._identity: tuple[int, int] | None = None
        """Device and inode of the file that was opened first."""
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self.upkeep: Callable[[sqlite3.Connection, Progress], None] | None = None
        """What is kept beside the records and is brought up to date at the end of a transaction that wrote them, inside it."""

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened at first use."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
            with self._lock:
                self._all.append(connection)
        return connection

    def _open(self) -> sqlite3.Connection:
        try:
            # check_same_thread is off only so that `close` can close every thread's connection
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            self._recognise()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        except sqlite3.Error as error:
            raise as_store_error(error, self.path) from error
        return connection

    def _recognise(self) -> None:
        """Raise `StoreError` where the file at the path is another one than was opened first: what is written would be lost."""
        try:
            found = os.stat(self.path)
            identity = (found.st_dev, found.st_ino)
        except OSError:
            identity = (-1, -1)
        if self._identity is None:
            self._identity = identity
        elif identity != self._identity:
            raise StoreError(
                _("It was deleted, moved or replaced while it was open; nothing was written."),
                where=Where(file=str(self.path)),
                hint=_("Leave tui-import and open it again."),
            )

    @contextmanager
    def beside(self) -> Iterator[sqlite3.Connection]:
        """One more connection, to read what the store holds while this thread's own writes to it."""
        connection = self._open()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def transaction(self, progress: Progress | None = None, *, doing: str = "") -> Iterator[sqlite3.Connection]:
        """One write transaction; rolled back whatever is raised inside.

        ``progress`` tells whom it waits for, and may stop that. ``doing``: what others are told who wait for this one.
        """
        connection = self.connection
        self._begin(connection, progress)
        try:
            with holding(self.path, doing or _("changing records"), progress) if self._shared else nullcontext():
                self._recognise()
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            _roll_back(connection)
            raise as_store_error(error, self.path) from error
        except BaseException:
            _roll_back(connection)
            raise

    def _begin(self, connection: sqlite3.Connection, progress: Progress | None) -> None:
        """Take the lock to write, at once: one that reads first and wants it then may find that it cannot have it any more."""
        deadline = time.monotonic() + self.patience
        connection.execute(f"PRAGMA busy_timeout = {int(LOOK_SECONDS * 1000)}")
        try:
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.OperationalError as error:
                    if not is_busy(error) or time.monotonic() > deadline:
                        raise as_store_error(error, self.path) from error
                if progress is not None:
                    found = holder(self.path) if self._shared else None
                    progress.begin(_("Waiting: {reason}").format(reason=holder_words(found) if found else _("somebody else is writing")))
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    def keep_up(self, connection: sqlite3.Connection, progress: Progress) -> None:
        """Do the `upkeep`, where there is any."""
        if self.upkeep is not None:
            self.upkeep(connection, progress)

    @contextmanager
    def interruptible(self, progress: Progress | None) -> Iterator[sqlite3.Connection]:
        """This thread's connection; what it reads is broken off with `StoppedError` when ``progress`` is told to stop."""
        connection = self.connection
        if progress is None:
            yield connection
            return
        connection.set_progress_handler(lambda: progress.stopped, STOP_STEPS)
        try:
            yield connection
        except sqlite3.OperationalError as error:
            if not progress.stopped:
                raise
            raise StoppedError(_("Stopped.")) from error
        finally:
            connection.set_progress_handler(None, 0)

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()


def version(database: Database) -> int | None:
    """Which version of the tables a file has; None where it is no store."""
    try:
        tables = {name for (name,) in database.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        return int(database.connection.execute("PRAGMA user_version").fetchone()[0]) if {"meta", "journal", "selection"} <= tables else None
    except (sqlite3.Error, StoreError):
        return None


def bump_generation(connection: sqlite3.Connection) -> None:
    """Count one more write transaction, so that plans made before it notice; call it inside the transaction."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def is_busy(error: sqlite3.Error) -> bool:
    """Another connection holds the lock."""
    return "locked" in str(error) or "busy" in str(error)


def explained(error: Exception, path: Path) -> StoreError | None:
    """The sentence for an error of SQLite that came up where no step stands ready to explain it; None for all others."""
    return as_store_error(error, path) if isinstance(error, sqlite3.Error) else None


def as_store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The sentence for what SQLite said."""
    where = Where(file=str(path))
    text = str(error)
    if is_busy(error):
        return busy_error(path)
    if "malformed" in text or "not a database" in text or "disk image" in text:
        return damaged_error(path)
    if "readonly" in text or "unable to open" in text:
        return StoreError(_("It cannot be opened for writing."), where=where, hint=_("Check the folder and its permissions."))
    if "full" in text:
        return StoreError(_("The disk is full; nothing was changed."), where=where, hint=_("Make room and try again."))
    if "disk I/O error" in text:
        hint = _("Is there room, and is the disk still there? See: tui-import doctor")
        return StoreError(_("The disk does not do what it is told; nothing was changed."), where=where, hint=hint)
    return StoreError(_("SQLite says: {error}").format(error=text), where=where)


def damaged_error(path: Path) -> StoreDamagedError:
    """The sentence for a file whose pages cannot be read: a store comes back from a backup, a draft from what it read."""
    where = Where(file=str(path))
    if path.parent.name.endswith(DRAFTS):
        hint = _("Throw it away and import anew what it read: tui-import drafts discard {draft}").format(draft=path.stem)
        return StoreDamagedError(_("This draft is damaged."), where=where, hint=hint)
    return StoreDamagedError(_("This is not a readable store."), where=where, hint=_("Restore a backup: tui-import restore FILE."))


def is_damaged(path: Path) -> bool:
    """Some page of a file is not what it must be; reads the whole file."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.DatabaseError as error:
        return not isinstance(error, sqlite3.OperationalError)  # that one cannot be opened, for another reason


def open_store(path: Path, catalogue: Catalogue, lists: Callable[[], Mapping[str, Sequence[str]]]) -> Database:
    """Open a store and bring it up to date; make it where it does not exist (mode 0600, with the shipped lists).

    Raises `StoreTooNewError`, `StoreDamagedError` or another `StoreError`.
    """
    new = not path.exists()
    if new:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise StoreError(_("It cannot be made: {reason}.").format(reason=error.strerror), where=Where(file=str(path))) from error
    database = Database(path)
    try:
        _bring_up_to_date(database, catalogue, lists)
    except sqlite3.Error as error:
        database.close()
        raise as_store_error(error, path) from error
    except BaseException:
        database.close()
        raise
    return database


def _bring_up_to_date(database: Database, catalogue: Catalogue, lists: Callable[[], Mapping[str, Sequence[str]]]) -> None:
    from tui_import.store.layout import VERSION, fingerprint

    version = database.connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StoreTooNewError(
            _("A later version of tui-import made it."), where=Where(file=str(database.path)), hint=_("Update tui-import.")
        )
    if version == VERSION:
        row = database.connection.execute("SELECT value FROM meta WHERE key = 'catalogue'").fetchone()
        if row and row[0] == fingerprint(catalogue):
            return
    from tui_import.store.schema import migrate

    shipped = lists()
    with database.transaction(doing=_("bringing it up to date")) as connection:  # who comes second finds everything done
        migrate(connection, catalogue, shipped)
