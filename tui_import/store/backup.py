"""Copies of the store: made while it is in use, verified before they get their name, put back without closing anything."""

from __future__ import annotations

import datetime
import itertools
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tui_import.api.errors import RefusedError, StoreDamagedError, StoreError, StoreTooNewError, Where
from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue
from tui_import.model.progress import Progress
from tui_import.model.runs import BackupInfo
from tui_import.store import suppression
from tui_import.store.connection import BESIDE, BUSY_SECONDS, Database, as_store_error, open_store
from tui_import.store.holding import busy_error, holding
from tui_import.store.layout import VERSION

PAGES = 2_048
"""Pages copied per step (8 MB): between two, progress is told and a stop is heard."""
PART = ".part"
"""Ending of a copy that is not finished and verified yet."""
ASIDE = ".damaged-"
"""In the name of a store that a backup has taken the place of."""
_MISSED = 1_000_000
"""More changes than a store can have seen after a backup: what was planned against a damaged one is planned anew."""
_STAMP = "%Y%m%d-%H%M%S"


def backup_folder(store: Path) -> Path:
    """Where the backups of a store lie."""
    return store.with_name(store.name + ".backups")


def backup(database: Database, path: Path | None = None, progress: Progress | None = None) -> BackupInfo:
    """Copy the store and verify the copy; without ``path`` into the store's own folder, where old ones are removed then.

    Raises `RefusedError` where ``path`` exists, `StoppedError`, and `StoreError` (disk full, folder not writable …): no file is left then.
    """
    info = _make(database.connection, database.path, path, progress or Progress())
    if path is None:
        keep = database.connection.execute("SELECT value FROM preference WHERE key = 'keep_backups'").fetchone()
        prune(database.path, int(keep[0]) if keep else 0)
    return info


def backups(store: Path) -> list[BackupInfo]:
    """The backups in the store's own folder, newest first."""
    return [_info(path) for path in reversed(_own(store))]


def may_hold(path: Path, entity: str, record: int) -> bool:
    """A backup has the record, or its journal has; ids are never given out twice. One that cannot be read may."""
    query = f"SELECT EXISTS (SELECT 1 FROM {entity} WHERE id = ?1) OR EXISTS (SELECT 1 FROM journal WHERE entity = ?2 AND record = ?1)"
    try:
        with closing(_read_only(path)) as connection:
            return bool(connection.execute(query, (record, entity)).fetchone()[0])
    except sqlite3.Error:
        return True


def prune(store: Path, keep: int) -> list[Path]:
    """Remove the oldest backups of a store until ``keep`` are left (0: keep all); returns what was removed.

    Only files that carry a name which `backup` gives are touched.
    """
    old = _own(store)[:-keep] if keep > 0 else []
    for path in old:
        path.unlink(missing_ok=True)
    return old


def restore(database: Database, path: Path, catalogue: Catalogue, progress: Progress | None = None) -> BackupInfo:
    """Make the store what a backup holds; returns the backup of the store as it was.

    The file is copied, verified and brought up to date first; then the content goes into the live file in one transaction, so that other
    connections keep working and a crash leaves the one or the other. That backup is made within it: whoever writes meanwhile waits, so
    what was written before is in the backup, and what is written after stays. Raises `StoreDamagedError` where the file is no sound store,
    `StoreTooNewError` and `StoreError`.
    """
    progress = progress or Progress()
    before: list[BackupInfo] = []

    def keep(prepared: sqlite3.Connection) -> None:
        with database.beside() as live:
            before.append(_make(live, database.path, None, progress))
            generation = "SELECT value FROM meta WHERE key = 'generation'"
            latest = max(each.execute(generation).fetchone()[0] for each in (live, prepared))
            suppression.carry_over(live, prepared)
        # plans made against either content must notice
        prepared.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (latest + 1,))
        progress.begin(restoring)

    restoring = _("Restoring the store")
    with opened(database.path, path, catalogue, progress) as prepared:
        source = prepared.connection
        try:
            with holding(database.path, _("restoring a backup"), progress):
                _copy(source, database.connection, restoring, progress, database.path, held=lambda: keep(source))
        except sqlite3.Error as error:
            raise as_store_error(error, database.path) from error
    return before[0]


def replace(store: Path, path: Path, catalogue: Catalogue) -> Path:
    """Put a backup in the place of a store that is damaged; returns under which name that one is kept now.

    At every moment the one or the other is in its place. Raises `StoreDamagedError` where the backup is no sound store, `StoreError`.
    """
    _must_exist(path)
    with _scratch_copy(store, path, Progress(), beside=store) as copy:
        with closing(open_store(copy, catalogue, dict)) as prepared:
            connection = prepared.connection
            connection.execute("UPDATE meta SET value = value + ? WHERE key = 'generation'", (_MISSED,))
            # as far as it can still be read: who was erased since stays erased
            with suppress(sqlite3.Error), closing(_read_only(store)) as damaged:
                suppression.carry_over(damaged, connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _sync(copy)
        stamp = datetime.datetime.now(datetime.UTC).strftime(_STAMP)
        aside = _keep_aside(store, f"{store.name}{ASIDE}{stamp}")
        copy.replace(store)
        _sync(store.parent)
    return aside


def _keep_aside(store: Path, name: str) -> Path:
    """Give a store a second name, under which SQLite finds what it keeps beside it."""
    for number in itertools.count(1):
        aside = store.with_name(name if number == 1 else f"{name}-{number}")
        if not aside.exists() and _name(store, aside):
            break
    # a log that stayed would be taken for that of the file which comes into the place
    for ending in BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{store}{ending}").replace(f"{aside}{ending}")
    return aside


@contextmanager
def opened(store: Path, path: Path, catalogue: Catalogue, progress: Progress | None = None) -> Iterator[Database]:
    """What a backup (or another store) holds, brought up to date in a copy that is gone afterwards; the file itself is only read.

    ``store``: beside whose backups the copy lies. Raises `StoreError` where there is none, or none that can be read.
    """
    _must_exist(path)
    with _scratch_copy(store, path, progress or Progress()) as copy, closing(open_store(copy, catalogue, dict)) as database:
        yield database


def place(store: Path, name: str | Path) -> Path:
    """The file that is meant: one of the store's own backups may be named without its folder."""
    path = Path(name).expanduser()
    own = backup_folder(store) / path.name
    return own if path.name == str(name) and not path.exists() and own.exists() else path


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise StoreError(_("There is no such backup."), where=Where(file=str(path)), hint=_("List them with: tui-import backups"))


# -- names


def _next_name(store: Path) -> Path:
    folder = backup_folder(store)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    stamp = datetime.datetime.now(datetime.UTC).strftime(_STAMP)
    if latest := _own(store):
        # a clock that was put back makes no backup older than the one before it: the oldest are removed first
        stamp = max(stamp, latest[-1].name.removeprefix(f"{store.stem}-")[: len(stamp)])
    path = folder / f"{store.stem}-{stamp}.sqlite"
    number = 2
    while path.exists():  # another one in the same second
        path = folder / f"{store.stem}-{stamp}-{number}.sqlite"
        number += 1
    return path


def _own(store: Path) -> list[Path]:
    """Backups in the store's folder, oldest first."""
    pattern = re.compile(re.escape(store.stem) + r"-(\d{8}-\d{6})(?:-(\d+))?\.sqlite")
    names = ((pattern.fullmatch(path.name), path) for path in backup_folder(store).glob("*.sqlite"))
    return [path for _stamp, _number, path in sorted((match[1], int(match[2] or 1), path) for match, path in names if match)]


def _info(path: Path) -> BackupInfo:
    status = path.stat()
    match = re.search(r"-(\d{8}-\d{6})(?:-\d+)?\.sqlite$", path.name)
    if match:
        made = datetime.datetime.strptime(match[1], _STAMP).replace(tzinfo=datetime.UTC)
    else:
        made = datetime.datetime.fromtimestamp(status.st_mtime, datetime.UTC)
    # a copy gets its name only once it is verified
    return BackupInfo(str(path), made.isoformat(timespec="seconds"), status.st_size, verified=True)


# -- copying


def _make(source: sqlite3.Connection, store: Path, wanted: Path | None, progress: Progress) -> BackupInfo:
    """A verified copy under a name, or under the next one in the store's own folder."""
    path = wanted or _next_name(store)
    if path.exists():
        raise RefusedError(_("It exists already; nothing was written."), where=Where(file=str(path)), hint=_("Choose another name."))
    with _part_file(path) as part:
        # one read transaction: what others write meanwhile neither mixes in nor makes the copy begin again
        source.execute("BEGIN")
        try:
            expected = _row_counts(source)
            with closing(sqlite3.connect(part, isolation_level=None)) as target:
                target.execute("PRAGMA synchronous = OFF")  # the whole file is synced below
                _copy(source, target, _("Backing up the store"), progress, store)
                target.execute("PRAGMA journal_mode = DELETE")  # so that it can be read in a folder without write permission
        finally:
            source.execute("ROLLBACK")
        progress.begin(_("Verifying the backup"))
        if verify(part) != expected:
            raise StoreDamagedError(
                _("The copy differs from the store."), where=Where(file=str(path)), hint=_("Check the disk: tui-import doctor")
            )
        progress.check()
        _sync(part)
        while not _name(part, path):
            if wanted is not None:
                raise RefusedError(_("It exists already; nothing was written."), where=Where(file=str(path)))
            path = _next_name(store)  # another process has made one in the same second
        _sync(path.parent)
    return _info(path)


def _name(part: Path, path: Path) -> bool:
    """Give a copy its name; False where that has come into being meanwhile."""
    try:
        os.link(part, path)  # unlike a rename, it never replaces a file
    except FileExistsError:
        return False
    except OSError:
        part.rename(path)  # a file system without links
    return True


@contextmanager
def _part_file(path: Path) -> Iterator[Path]:
    """A new file beside ``path`` that only its owner can read, held by this process; it is gone at the end, whatever happens."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}")
    with holding(part, _("making a copy")):
        try:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            raise _cannot_write(part.parent, error) from error
        try:
            yield part
        except sqlite3.Error as error:
            raise as_store_error(error, path) from error
        except OSError as error:
            raise _cannot_write(path, error) from error
        finally:
            for suffix in ("", *BESIDE):
                with suppress(OSError):
                    Path(f"{part}{suffix}").unlink(missing_ok=True)


@contextmanager
def _scratch_copy(store: Path, path: Path, progress: Progress, beside: Path | None = None) -> Iterator[Path]:
    """A verified copy of a backup that may be written to, beside the store's backups or another file."""
    try:
        verify(path)
    except sqlite3.Error as error:
        raise as_store_error(error, path) from error
    with _part_file(beside or _next_name(store)) as part:
        with closing(_read_only(path)) as source, closing(sqlite3.connect(part, isolation_level=None)) as target:
            target.execute("PRAGMA synchronous = OFF")
            _copy(source, target, _("Reading the backup"), progress, store)
        yield part


def _copy(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    step: str,
    progress: Progress,
    store: Path,
    held: Callable[[], None] | None = None,
) -> None:
    """Copy page by page. ``held``: called once the target is locked against other writers and still holds what it did."""
    total = source.execute("PRAGMA page_count").fetchone()[0]
    progress.begin(step, total)
    moved = time.monotonic()

    def advance(status: int, remaining: int, total: int) -> None:
        nonlocal moved, held
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() - moved > BUSY_SECONDS:
                raise busy_error(store)
        else:
            if held is not None and status == sqlite3.SQLITE_OK:
                first, held = held, None
                first()
            moved = time.monotonic()
        progress.total = total
        progress.done = total - remaining
        if status != sqlite3.SQLITE_DONE:  # too late to stop: it is written
            progress.check()

    # the last page ends the transaction, so that it must not be among the first ones
    source.backup(target, pages=min(PAGES, max(1, total // 2)), progress=advance, sleep=0.05)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(path: Path, error: OSError) -> StoreError:
    return StoreError(
        _("A backup cannot be written there: {reason}.").format(reason=error.strerror or error),
        where=Where(file=str(path)),
        hint=_("Check the folder, its permissions and the room on the disk."),
    )


# -- verifying


def verify(path: Path) -> dict[str, int]:
    """Open a copy read-only and check that it is a sound store; returns the number of rows by table.

    Raises `StoreDamagedError` or `StoreTooNewError`.
    """
    where = Where(file=str(path))
    hint = _("Choose another backup.")
    try:
        with closing(_read_only(path)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
            if faults != ["ok"]:
                raise StoreDamagedError(_("It is damaged: {fault}.").format(fault="; ".join(faults)), where=where, hint=hint)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            counts = _row_counts(connection)
    except sqlite3.Error as error:
        raise StoreDamagedError(_("This is not a readable store."), where=where, hint=hint) from error
    if version > VERSION:
        raise StoreTooNewError(_("A later version of tui-import made it."), where=where, hint=_("Update tui-import."))
    if version == 0 or not {"meta", "run", "journal", "preference", "company", "person"} <= counts.keys():
        raise StoreDamagedError(_("It is a database, but no store of tui-import."), where=where, hint=hint)
    return counts


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: connection.execute(f'SELECT count(*) FROM "{name.replace(chr(34), chr(34) * 2)}"').fetchone()[0] for name in names}
