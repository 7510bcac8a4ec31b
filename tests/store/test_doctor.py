"""The doctor says what is well, what is not, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builder import CATALOGUE, importing, make_store
from tui_import.model.runs import Check
from tui_import.store.backup import backup, backup_folder
from tui_import.store.connection import Database
from tui_import.store.doctor import checks
from tui_import.store.undo import undo

TERMINAL = {"TERM": "xterm-256color", "LANG": "da_DK.UTF-8"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    with importing(database) as run:
        run.insert("company", name="ACME")
    undo(database, CATALOGUE, run.id, "undoer")
    yield database
    database.close()


def look(store: Database, name: str) -> Check:
    drafts = store.path.with_name("crm.sqlite.drafts")
    return next(check for check in checks(store, drafts, environment=TERMINAL, terminal=False) if check.name == name)


def test_a_sound_store_has_nothing_to_complain_of(store: Database) -> None:
    backup(store)
    found = checks(store, store.path.with_name("crm.sqlite.drafts"), environment=TERMINAL, terminal=False)
    ours = [check for check in found if check.name not in ("Room on the disk", "Language and encoding")]
    assert [check for check in ours if not check.ok] == []
    assert all(check.hint == "" for check in ours)
    assert all(check.detail for check in found)


def test_a_journal_that_lost_an_image_is_found(store: Database) -> None:
    store.connection.execute("UPDATE journal SET image = NULL")
    check = look(store, "Journal")
    assert not check.ok
    assert "undone records without their copy: 1" in check.detail


def test_broken_references_are_found(store: Database) -> None:
    store.connection.execute("PRAGMA foreign_keys = OFF")
    store.connection.execute("INSERT INTO person (company, created_at, created_by, updated_at, updated_by) VALUES (99, 't', 'x', 't', 'x')")
    check = look(store, "References between records")
    assert not check.ok
    assert "person" in check.detail
    assert "restore" in check.hint


def test_a_damaged_file_is_found(store: Database) -> None:
    with importing(store) as run:
        for number in range(200):
            run.insert("company", name=f"C{number}")
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = store.path.stat().st_size
    store.close()
    with store.path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * 4096)
    check = look(store, "Store file")
    assert not check.ok
    assert "restore" in check.hint


@pytest.mark.parametrize("path", ["crm.sqlite", "crm.sqlite.drafts/a.sqlite", "crm.sqlite.backups/b.sqlite"])
def test_files_that_others_can_read_are_named(store: Database, path: str) -> None:
    file = store.path.parent / path
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.touch()
    file.chmod(0o644)
    check = look(store, "Only you can read it")
    assert not check.ok
    assert f"{file} (644)" in check.detail


def test_forgotten_drafts_are_counted_with_size_and_age(store: Database) -> None:
    folder = store.path.with_name("crm.sqlite.drafts")
    folder.mkdir(mode=0o700)
    for name, age in (("new", 0), ("old", 90 * 86400)):
        file = folder / f"{name}.sqlite"
        file.write_bytes(b"x" * 2000)
        os.utime(file, (file.stat().st_atime, file.stat().st_mtime - age))
    check = look(store, "Drafts")
    assert not check.ok
    assert check.detail == "2 drafts, 4 kB, oldest 90 days old"


def test_broken_off_backups_are_named(store: Database) -> None:
    backup(store)
    part = backup_folder(store.path) / "crm.sqlite.0.part"
    part.touch(mode=0o600)
    assert look(store, "Backups").detail.startswith("1 backup")
    check = look(store, "Left behind")
    assert not check.ok
    assert str(part) in check.detail
    assert "doctor --tidy" in check.hint


def test_a_terminal_that_cannot_show_the_screens_is_named(store: Database) -> None:
    found = checks(store, store.path.parent, environment={"TERM": "dumb"}, terminal=True)
    check = next(check for check in found if check.name == "Terminal")
    assert not check.ok
    assert "80x24" in check.hint
