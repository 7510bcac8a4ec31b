"""A process that is killed in the middle leaves the store as it was: undo and restore are all or nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builder import CATALOGUE, dump, importing, make_store
from tui_import.store import history
from tui_import.store.backup import backup, backup_folder, backups
from tui_import.store.connection import Database
from tui_import.store.doctor import soundness
from tui_import.store.undo import undo

ROOT = Path(__file__).resolve().parent.parent.parent
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.store.builder import CATALOGUE
from tui_import.model.progress import Progress
from tui_import.store import backup, journal
from tui_import.store.connection import Database
from tui_import.store.undo import undo

STEP = {"backup": "Backing up the store", "restore": "Restoring the store"}.get(sys.argv[1])

class Kill(Progress):
    def die(self):
        os.kill(os.getpid(), signal.SIGKILL)

class KillInStep(Kill):
    def begin(self, step, total=None):
        super().begin(step, total)
        self.deadly = step == STEP
    def check(self):
        if getattr(self, "deadly", False) and self.done:
            self.die()

class KillAtBlock(Kill):
    def advance(self, count):
        super().advance(count)
        if self.done >= 120:
            self.die()

what, store, path = sys.argv[1:]
journal.BLOCK = 50
backup.PAGES = 8
database = Database(Path(store))
if what == "undo":
    undo(database, CATALOGUE, 1, "undoer", progress=KillAtBlock())
elif what == "restore":
    backup.restore(database, Path(path), CATALOGUE, KillInStep())
else:
    backup.backup(database, progress=KillInStep())
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    with importing(database) as run:
        for number in range(200):
            company = run.insert("company", name=f"C{number}", values={"phone": [str(number)]})
            run.insert("person", first_name=f"P{number}", company=company)
    yield database
    database.close()


def kill(what: str, store: Database, path: str = "") -> None:
    command = [sys.executable, "-c", KILLED, what, str(store.path), path]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == -9, result.stderr


def test_a_killed_undo_changes_nothing_and_can_be_done_again(store: Database) -> None:
    before = dump(store, bookkeeping=True)
    kill("undo", store)
    assert dump(store, bookkeeping=True) == before
    assert history.run(store, 1).state == "done"
    assert undo(store, CATALOGUE, 1, "undoer").restored == 400


def test_a_killed_restore_leaves_the_store_whole_and_as_it_was(store: Database) -> None:
    old = backup(store)
    with importing(store) as run:
        run.insert("company", name="Later")
    before = dump(store, bookkeeping=True)
    kill("restore", store, old.path)
    assert dump(store, bookkeeping=True) == before
    assert [check for check in soundness(store) if not check.ok] == []
    assert len(backups(store.path)) == 2, "the backup made before it is kept"
    left = [path.name for path in backup_folder(store.path).iterdir() if ".part" in path.name]
    assert left, "what is left is named so that it is not taken for a backup"


def test_a_killed_backup_is_not_taken_for_one(store: Database) -> None:
    kill("backup", store)
    assert backups(store.path) == []
    backup(store)
    assert len(backups(store.path)) == 1
