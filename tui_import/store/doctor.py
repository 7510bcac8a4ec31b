"""What the doctor looks at: is the store sound, is it safe, is there room, and where does the program run."""

from __future__ import annotations

import glob
import locale
import os
import platform
import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from tui_import.api.errors import StoreError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.runs import Check, StoredFile
from tui_import.store.backup import ASIDE, backup_folder, backups
from tui_import.store.connection import Database, is_damaged
from tui_import.store.draft import drafts_in
from tui_import.store.holding import LOCK, holder, holder_words
from tui_import.store.leftovers import leftovers

ROOM = 3
"""Free disk space that an import may need, in store sizes: the backup, the write-ahead log, growth."""
LEAST_ROOM = 100_000_000
"""Bytes that should be free at any rate."""
OLD_DAYS = 30
"""A draft that nobody touched for so long was forgotten."""
OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables."""
SHOWN = 5
PROGRAM = "tui-import"

_JOURNAL_CHECKS = (
    ("SELECT count(*) FROM journal j LEFT JOIN run r ON r.id = j.run WHERE r.id IS NULL", N_("entries without a run: {count}")),
    (
        "SELECT count(*) FROM journal_change c LEFT JOIN journal j ON j.id = c.entry WHERE j.id IS NULL",
        N_("changes without an entry: {count}"),
    ),
    (
        "SELECT count(*) FROM journal j WHERE op = 'insert' AND state = 'undone' AND (image IS NULL OR NOT json_valid(image))"
        " AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.entity = j.entity AND e.record = j.record)",
        N_("undone records without their copy: {count}"),
    ),
    (
        "SELECT count(*) FROM journal j JOIN run r ON r.id = j.run"
        " WHERE (r.state, j.state) IN (VALUES ('done', 'undone'), ('undone', 'done'))",
        N_("entries whose state is not their run's: {count}"),
    ),
)
"""Query that counts faults, and what they are."""


def checks(
    database: Database,
    drafts: Path,
    settings: Sequence[Path] = (),
    *,
    environment: Mapping[str, str] | None = None,
    terminal: bool | None = None,
) -> list[Check]:
    """All checks of the store and of the machine. ``drafts`` is the folder of the store's drafts, ``settings`` those of the program."""
    environment = os.environ if environment is None else environment
    terminal = sys.stdout.isatty() if terminal is None else terminal
    return [
        *soundness(database),
        *_permissions(database.path, drafts),
        _in_use(database.path),
        _leftover_drafts(drafts),
        _backups(database.path),
        _left_behind(leftovers(database.path, drafts, settings)),
        _room(database.path),
        _sqlite(),
        _machine(),
        _packages(),
        _terminal(environment, terminal=terminal),
        _locale(environment),
    ]


# -- the store


def soundness(database: Database) -> Iterator[Check]:
    """The store itself: file, references, journal, write-ahead log."""
    restore = _("Restore a backup: tui-import restore FILE.")
    try:
        connection = database.connection
        faults = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
        yield _check(_("Store file"), faults == ["ok"], "; ".join(faults), restore)
        broken = [f"{row[0]} {row[1]} → {row[2]}" for row in connection.execute("PRAGMA foreign_key_check").fetchmany(SHOWN)]
        yield _check(_("References between records"), not broken, "; ".join(broken) or "ok", restore)
        found = [_(what).format(count=count) for query, what in _JOURNAL_CHECKS if (count := connection.execute(query).fetchone()[0])]
        yield _check(_("Journal"), not found, "; ".join(found) or "ok", _("Undo of these runs may not be complete. ") + restore)
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        yield _check(_("Write-ahead log"), mode == "wal", str(mode), _("The store may lie on a network drive; put it on a local disk."))
    except (sqlite3.Error, StoreError) as error:
        yield Check(_("Store file"), ok=False, detail=str(error), hint=restore)


def _permissions(store: Path, drafts: Path) -> Iterator[Check]:
    """Nobody but the owner may read the store, its drafts and its backups."""
    folder = backup_folder(store)
    paths = [store, *(Path(f"{store}{suffix}") for suffix in ("-wal", "-shm")), drafts, folder]
    for each in (drafts, folder):
        paths += sorted(each.glob("*")) if each.is_dir() else []
    open_to_others = []
    for path in paths:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            continue
        if mode & 0o077:
            open_to_others.append(f"{path} ({mode:03o})")
    yield _check(
        _("Only you can read it"),
        not open_to_others,
        _some(open_to_others) or str(store),
        _("Close it to others: chmod go= FILE."),
    )


def _in_use(store: Path) -> Check:
    writer = holder(store)
    return Check(_("In use"), ok=True, detail=holder_words(writer) if writer else _("nobody writes to it now"))


def _leftover_drafts(folder: Path) -> Check:
    files = sorted(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime) if folder.is_dir() else []
    detail = _size_and_age(files, ngettext("{count} draft", "{count} drafts", len(files)))
    done = {info.path for info in drafts_in(folder) if info.done}
    forgotten = [path for path in files if _days(path) > OLD_DAYS and str(path) not in done]
    damaged = [path.stem for path in files if is_damaged(path)]
    hints = []
    if forgotten:
        hint = _("Look at them with: tui-import drafts; throw old ones away with: tui-import drafts discard --older {days}")
        hints.append(hint.format(days=OLD_DAYS))
    if damaged:
        hint = _("Damaged: {drafts}. Throw them away and import anew what they read: tui-import drafts discard DRAFT")
        hints.append(hint.format(drafts=_some(damaged)))
    return _check(_("Drafts"), not hints, detail, "\n".join(hints))


def _backups(store: Path) -> Check:
    files = [Path(info.path) for info in reversed(backups(store))]
    detail = _size_and_age(files, ngettext("{count} backup", "{count} backups", len(files)))
    aside = sorted(store.parent.glob(f"{glob.escape(store.name)}{ASIDE}*[0-9]"))
    kept = _("damaged stores that backups took the place of: {files}").format(files=_some([str(path) for path in aside]))
    return Check(_("Backups"), ok=True, detail=f"{detail}; {kept}" if aside else detail)


def _left_behind(files: Sequence[Path]) -> Check:
    """What killed programs had begun."""
    hint = _("Remove it, and nothing that is at work: tui-import doctor --tidy")
    only_locks = all(path.name.endswith(LOCK) for path in files)  # which whoever comes next takes
    return _check(_("Left behind"), only_locks, _some([str(path) for path in files]) or _("nothing"), hint)


def _room(store: Path) -> Check:
    size = sum(path.stat().st_size for path in (store, Path(f"{store}-wal")) if path.exists())
    free = shutil.disk_usage(store.parent).free
    detail = _("{free} free; the store has {size}").format(free=_bytes(free), size=_bytes(size))
    return _check(_("Room on the disk"), free >= max(ROOM * size, LEAST_ROOM), detail, _("Make room before the next import."))


# -- the machine


def _sqlite() -> Check:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    connection.close()
    detail = f"{sqlite3.sqlite_version} ({', '.join(sorted(options))})"
    return _check("SQLite", sqlite3.sqlite_version_info >= OLDEST_SQLITE, detail, _("Update SQLite or Python."))


def _machine() -> Check:
    return Check("Python", ok=True, detail=f"{platform.python_version()} ({platform.system()} {platform.machine()})")


def _packages() -> Check:
    """What runs, for whoever helps: this program and what it needs, in the versions that are installed."""
    versions = []
    with suppress(metadata.PackageNotFoundError):
        needed = [re.split(r"[^A-Za-z0-9._-]", each)[0] for each in metadata.requires(PROGRAM) or () if "extra ==" not in each]
        versions = [f"{name} {metadata.version(name)}" for name in (PROGRAM, *needed)]
    return _check(_("Versions"), bool(versions), ", ".join(versions) or "-", _("A package that it needs is not installed."))


def _terminal(environment: Mapping[str, str], *, terminal: bool) -> Check:
    name = environment.get("TERM", "")
    columns, lines = shutil.get_terminal_size()
    detail = _("{name}, {columns}x{lines}, colours: {colours}").format(
        name=name or "-", columns=columns, lines=lines, colours=environment.get("COLORTERM", "-")
    )
    ok = not terminal or (name not in ("", "dumb") and columns >= 80 and lines >= 24)
    return _check(_("Terminal"), ok, detail, _("The screens need a terminal of at least 80x24 that can move the cursor."))


def _locale(environment: Mapping[str, str]) -> Check:
    encoding = sys.stdout.encoding or locale.getpreferredencoding(do_setlocale=False)
    names = [f"{name}={environment[name]}" for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)]
    ok = encoding.lower().replace("-", "") == "utf8"
    return _check(
        _("Language and encoding"), ok, f"{encoding} {' '.join(names)}".strip(), _("Set LANG to a UTF-8 locale, such as C.UTF-8.")
    )


# -- files


def files(store: Path, drafts: Path, others: Sequence[tuple[str, Path]] = ()) -> list[StoredFile]:
    """Every file that the program keeps: what it is, how large, when it changed last and whether it holds personal data.

    ``others``: (what it is, file) of those that hold none.
    """
    folder = backup_folder(store)
    groups = [
        (_("store"), store.parent.glob(f"{glob.escape(store.name)}*")),
        (_("draft"), drafts.rglob("*")),
        (_("backup"), folder.rglob("*")),
    ]
    kept = [_stored(kind, path, personal=True) for kind, paths in groups for path in sorted(paths) if path.is_file()]
    return [*kept, *(_stored(kind, path, personal=False) for kind, path in others)]


def _stored(kind: str, path: Path, *, personal: bool) -> StoredFile:
    status = path.stat()
    changed = datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds")
    return StoredFile(kind, str(path), status.st_size, changed, f"{stat.S_IMODE(status.st_mode):03o}", personal)


# -- words


def _check(name: str, ok: bool, detail: str, hint: str) -> Check:
    return Check(name, ok, detail, "" if ok else hint)


def _size_and_age(files: Sequence[Path], counted: str) -> str:
    text = counted.format(count=len(files))
    if not files:
        return text
    size = sum(path.stat().st_size for path in files)
    age = ngettext("oldest {days} day old", "oldest {days} days old", _days(files[0])).format(days=_days(files[0]))
    return f"{text}, {_bytes(size)}, {age}"


def _days(path: Path) -> int:
    return max(0, (datetime.now(UTC) - datetime.fromtimestamp(path.stat().st_mtime, UTC)).days)


def _bytes(number: int) -> str:
    size = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _some(names: Sequence[str]) -> str:
    return "; ".join([*names[:SHOWN], *(["…"] if len(names) > SHOWN else [])])
