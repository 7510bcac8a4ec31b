"""After ``kill -9`` the doctor finds what was left behind and removes it, and nothing that a program is at work on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.builder import dump, importing, make_store
from tui_import.store.backup import backup, backup_folder, backups, verify
from tui_import.store.connection import Database
from tui_import.store.doctor import checks
from tui_import.store.draft import Draft, drafts_in
from tui_import.store.holding import holding, lock_of
from tui_import.store.leftovers import leftovers, tidy

ROOT = Path(__file__).resolve().parent.parent.parent
AT_WORK = """
import sys
from pathlib import Path
from tests.store.builder import CATALOGUE
from tui_import.model.progress import Progress
from tui_import.store import backup
from tui_import.store.connection import Database
from tui_import.store.draft import Draft
from tui_import.store.leftovers import private_folder

what, store, kept = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])

def wait():
    print("at work", flush=True)
    sys.stdin.readline()

class Wait(Progress):
    def begin(self, step, total=None):
        super().begin(step, total)
        if step == what.partition(": ")[2]:
            wait()

folder = Path(f"{store}.drafts")
if what.startswith("backup"):
    backup.backup(Database(store), progress=Wait())
elif what.startswith("restore"):
    backup.restore(Database(store), kept, CATALOGUE, Wait())
elif what == "draft":
    draft = Draft.create(folder)
    wait()
    draft.complete()
    draft.close()
else:
    with private_folder(folder) as shown:
        (shown / "export").write_text("Anna")
        wait()
        assert (shown / "export").read_text() == "Anna"
"""
"""Somebody who begins something, says so, and goes on with it when told to."""
WORK = ("backup: Verifying the backup", "restore: Restoring the store", "restore: Verifying the backup", "draft", "export")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    with importing(database) as run:
        for number in range(50):
            run.insert("company", name=f"C{number}")
    yield database
    database.close()


def drafts(store: Database) -> Path:
    return Path(f"{store.path}.drafts")


def files(store: Database) -> set[str]:
    """Everything that lies there, but for what SQLite keeps beside the open store."""
    return {str(path) for path in store.path.parent.rglob("*") if not path.name.endswith(("sqlite-wal", "sqlite-shm"))}


@pytest.fixture
def begin(store: Database, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts somebody and waits until it is at work."""
    started: list[subprocess.Popen[str]] = []
    kept = backup(store, tmp_path / "kept.sqlite").path
    backup(store)  # so that the folder is there
    drafts(store).mkdir()

    def start(what: str) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", AT_WORK, what, str(store.path), kept]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("what", WORK)
def test_what_a_killed_program_left_behind_is_found_and_removed_and_nothing_else(
    store: Database, begin: Callable[[str], subprocess.Popen[str]], what: str
) -> None:
    before, content = files(store), dump(store, bookkeeping=True)
    process = begin(what)
    process.kill()
    process.wait()
    named = {Path(each.path) for each in backups(store.path)}

    found = leftovers(store.path, drafts(store))
    assert found
    check = next(each for each in checks(store, drafts(store)) if each.name == "Left behind")
    assert not check.ok
    assert str(found[0]) in check.detail
    assert tidy(store.path, drafts(store)) == found

    assert leftovers(store.path, drafts(store)) == []
    assert files(store) == before | {str(path) for path in named}
    assert dump(store, bookkeeping=True) == content


@pytest.mark.parametrize("what", WORK)
def test_nothing_that_a_program_is_at_work_on_is_removed(
    store: Database, begin: Callable[[str], subprocess.Popen[str]], what: str
) -> None:
    process = begin(what)
    before = files(store)
    assert leftovers(store.path, drafts(store)) == []
    assert tidy(store.path, drafts(store)) == []
    assert files(store) == before

    process.communicate("\n")
    assert process.returncode == 0, "it came to its end"
    assert leftovers(store.path, drafts(store)) == []
    for each in backups(store.path):
        verify(Path(each.path))
    assert len(drafts_in(drafts(store))) == (what == "draft")


def test_drafts_that_were_begun_those_of_other_versions_and_damaged_ones_stay(store: Database) -> None:
    whole, other = Draft.create(drafts(store)), Draft.create(drafts(store))
    whole.complete()
    other.write_meta(format=99)
    damaged = drafts(store) / "damaged.sqlite"
    damaged.write_bytes(b"\xa5" * 5000)
    for draft in (whole, other):
        draft.close()
    assert tidy(store.path, drafts(store)) == []
    assert {whole.path, other.path, damaged} <= set(drafts(store).iterdir())


def test_a_draft_that_cannot_be_made_leaves_nothing(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Draft, "write_meta", lambda _self, **_facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Draft.create(drafts(store))
    assert list(drafts(store).iterdir()) == []


def test_a_lock_that_nobody_holds_is_no_fault_and_goes_and_one_that_is_held_stays(store: Database) -> None:
    lock_of(store.path).touch()
    assert leftovers(store.path, drafts(store)) == [lock_of(store.path)]
    assert next(each for each in checks(store, drafts(store)) if each.name == "Left behind").ok
    with holding(store.path, "importing"):
        assert tidy(store.path, drafts(store)) == []
        assert lock_of(store.path).exists()
    lock_of(store.path).touch()
    assert tidy(store.path, drafts(store)) == [lock_of(store.path)]


def test_settings_that_never_came_to_their_place_go_and_those_of_a_moment_ago_stay(store: Database, tmp_path: Path) -> None:
    folder = tmp_path / "settings"
    folder.mkdir()
    old, new, own = folder / ".keymap.toml.abcd_123", folder / ".keymap.toml.abcd_124", folder / ".hidden"
    for path in (old, new, own):
        path.touch()
    for path in (old, own):
        os.utime(path, (time.time() - 7_200,) * 2)
    assert tidy(store.path, drafts(store), [folder]) == [old]
    assert {new, own} == set(folder.iterdir())


def test_a_store_that_is_called_like_a_pattern_finds_its_own_leftovers_alone(tmp_path: Path) -> None:
    mine, other = tmp_path / "a[b]*.sqlite.12345678.part", tmp_path / "ab.sqlite.12345678.part"
    mine.touch()
    other.touch()
    assert tidy(tmp_path / "a[b]*.sqlite", tmp_path / "none") == [mine]
    assert other.exists()
    assert not backup_folder(tmp_path / "a[b]*.sqlite").exists()
