"""What a program that was killed leaves behind: copies and drafts it had begun, locks that nobody holds. Found, and removed when asked for.

Whatever is being made has its lock held (`holding`), and a lock ends with its process: what is held is at work, however old it is.
"""

from __future__ import annotations

import glob
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui_import.api.i18n import _
from tui_import.store.backup import PART, backup_folder
from tui_import.store.connection import BESIDE
from tui_import.store.draft import broken_off
from tui_import.store.holding import LOCK, holder, holding, lock_of

SHOWN = ".shown"
"""Ending of a folder for what is on its way to a terminal."""
WRITTEN_SECONDS = 3_600
"""A file of settings is written in milliseconds; one that is not in its place after so long never will be."""
_NEW_SETTINGS = re.compile(r"\..+\.[a-z0-9_]{8}")
"""What `config.files.write_file` calls a file that is not in its place yet."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """Something that was left behind."""

    path: Path
    whole: bool = True
    """False: only its lock was, the file itself is in use or gone."""

    def files(self) -> list[Path]:
        """All that there is of it."""
        own = [self.path, *(Path(f"{self.path}{ending}") for ending in BESIDE)] if self.whole else []
        return [path for path in (*own, lock_of(self.path)) if path.exists()]

    def remove(self) -> list[Path]:
        """Remove it, where nobody is at work on it; returns what was removed."""
        files = self.files()
        with holding(self.path, _("tidying up")) as held:
            if not held:
                return []
            for path in files:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        return files


def leftovers(store: Path, drafts: Path, settings: Sequence[Path] = ()) -> list[Path]:
    """The files and folders that broken-off programs left beside a store, in its drafts and in folders of settings."""
    return [path for rest in _rests(store, drafts, settings) for path in rest.files()]


def tidy(store: Path, drafts: Path, settings: Sequence[Path] = ()) -> list[Path]:
    """Remove the `leftovers`; returns what was removed. Nothing that a program is at work on is among it."""
    return [path for rest in _rests(store, drafts, settings) for path in rest.remove()]


@contextmanager
def private_folder(drafts: Path) -> Iterator[Path]:
    """A folder for what is on its way to a terminal: not among everybody's temporary files, and gone at the end."""
    folder = drafts / f"{secrets.token_hex(4)}{SHOWN}"
    drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
    with holding(folder, _("showing records")):
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _rests(store: Path, drafts: Path, settings: Iterable[Path]) -> list[_Rest]:
    found = [*_copies(store), *_of_drafts(drafts), *map(_Rest, _settings(settings))]
    whole = {rest.path for rest in found}
    locks = [Path(str(lock).removesuffix(LOCK)) for lock in (lock_of(store), *drafts.glob(f"*{LOCK}")) if lock.exists()]
    rests = [*found, *(_Rest(path, whole=False) for path in locks if path not in whole)]
    return [rest for rest in rests if holder(rest.path) is None]


def _copies(store: Path) -> Iterator[_Rest]:
    """Copies that never got their name."""
    files = [*backup_folder(store).glob(f"*{PART}*"), *store.parent.glob(f"{glob.escape(store.name)}.*{PART}*")]
    for name in sorted({str(path)[: str(path).rindex(PART)] + PART for path in files}):
        yield _Rest(Path(name))


def _of_drafts(folder: Path) -> Iterator[_Rest]:
    """Drafts that were not begun to their end, what is left of removed ones, and what was to be shown."""
    for path in broken_off(folder):
        yield _Rest(path)
    beside = {str(path).removesuffix(ending) for ending in BESIDE for path in folder.glob(f"*.sqlite{ending}")}
    for name in sorted(beside):
        if not Path(name).exists():
            yield _Rest(Path(name))
    for path in sorted(folder.glob(f"*{SHOWN}")):
        yield _Rest(path)


def _settings(folders: Iterable[Path]) -> Iterator[Path]:
    before = time.time() - WRITTEN_SECONDS
    for folder in folders:
        for path in sorted(folder.rglob(".*")):
            if _NEW_SETTINGS.fullmatch(path.name) and path.is_file() and path.stat().st_mtime < before:
                yield path
