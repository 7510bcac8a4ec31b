"""Backups are whole, private and verified, and a restore never leaves a half-written store."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builder import CATALOGUE, dump, importing, make_store
from tui_import.api.errors import RefusedError, StoppedError, StoreBusyError, StoreDamagedError, StoreError, StoreTooNewError
from tui_import.model.progress import Progress
from tui_import.store import backup as backups_module
from tui_import.store.backup import backup, backup_folder, backups, prune, restore, verify
from tui_import.store.connection import Database
from tui_import.store.lists import set_preference


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    with importing(database) as run:
        for number in range(50):
            run.insert("company", name=f"C{number}", values={"phone": [str(number)]})
    yield database
    database.close()


class StopSoon(Progress):
    """The user stops in the first step that checks."""

    def begin(self, step: str, total: int | None = None) -> None:
        super().begin(step, total)
        self.stop()


def add_company(store: Database, name: str) -> None:
    with importing(store) as run:
        run.insert("company", name=name)


def generation(store: Database) -> int:
    return int(store.connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


def test_a_backup_is_a_whole_store_that_only_its_owner_can_read(store: Database) -> None:
    info = backup(store)
    path = Path(info.path)
    assert path.parent == backup_folder(store.path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert info.verified
    assert info.size == path.stat().st_size
    copy = Database(path)
    assert dump(copy, bookkeeping=True) == dump(store, bookkeeping=True)
    copy.close()
    assert backups(store.path) == [info]


def test_a_backup_can_be_read_in_a_folder_without_write_permission(store: Database) -> None:
    path = Path(backup(store).path)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        assert verify(path)["company"] == 50
    finally:
        path.parent.chmod(0o700)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_backup_made_while_another_program_writes_is_consistent(store: Database) -> None:
    class WriteMeanwhile(Progress):
        def begin(self, step: str, total: int | None = None) -> None:
            super().begin(step, total)
            other = sqlite3.connect(store.path)
            with other:
                other.execute("UPDATE company SET postal_city = 'Meanwhile'")
            other.close()

    copy = Database(Path(backup(store, progress=WriteMeanwhile()).path))
    assert copy.connection.execute("SELECT count(*) FROM company WHERE postal_city = 'Meanwhile'").fetchone()[0] == 0
    copy.close()


def test_stopping_a_backup_leaves_no_file(store: Database) -> None:
    with pytest.raises(StoppedError):
        backup(store, progress=StopSoon())
    assert list(backup_folder(store.path).iterdir()) == []
    assert not store.connection.in_transaction


def test_a_failed_verification_leaves_no_file(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups_module, "verify", lambda _path: {"company": 49})
    with pytest.raises(StoreDamagedError, match="differs"):
        backup(store)
    assert list(backup_folder(store.path).iterdir()) == []


def test_a_backup_never_replaces_a_file(store: Database, tmp_path: Path) -> None:
    target = tmp_path / "mine.sqlite"
    target.write_text("precious")
    with pytest.raises(RefusedError):
        backup(store, target)
    assert target.read_text() == "precious"


def test_a_backup_goes_where_the_user_says_and_is_not_pruned_there(store: Database, tmp_path: Path) -> None:
    set_preference(store, CATALOGUE, "keep_backups", 1)
    info = backup(store, tmp_path / "mine.sqlite")
    backup(store)
    backup(store)
    assert Path(info.path).exists()
    assert len(backups(store.path)) == 1


def test_a_folder_that_does_not_exist_is_named(store: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        backup(store, tmp_path / "missing" / "mine.sqlite")


def test_old_backups_go_but_foreign_files_stay(store: Database) -> None:
    made = [backup(store).path for _number in range(4)]
    folder = backup_folder(store.path)
    foreign = [folder / "other-20200101-000000.sqlite", folder / "crm-notes.sqlite", folder / "crm-20200101-000000.sqlite.bak"]
    for path in foreign:
        path.touch()
    assert [str(path) for path in prune(store.path, 2)] == made[:2]
    assert [info.path for info in backups(store.path)] == made[:1:-1]
    assert all(path.exists() for path in foreign)
    assert prune(store.path, 0) == []


def test_restore_brings_the_content_back_and_backs_up_what_was_there(store: Database) -> None:
    before = dump(store, bookkeeping=True)
    old = backup(store)
    add_company(store, "Later")
    later = dump(store, bookkeeping=True)

    saved = restore(store, Path(old.path), CATALOGUE)

    assert dump(store, bookkeeping=True) == before
    restore(store, Path(saved.path), CATALOGUE)
    assert dump(store, bookkeeping=True) == later
    assert [path.name for path in backup_folder(store.path).iterdir() if not path.name.endswith(".sqlite")] == []


def test_restore_makes_plans_of_both_contents_stale(store: Database) -> None:
    old = backup(store)
    add_company(store, "Later")
    before = generation(store)
    restore(store, Path(old.path), CATALOGUE)
    assert generation(store) > before


def test_other_connections_keep_working_across_a_restore(store: Database) -> None:
    old = backup(store)
    other = Database(store.path)
    other.connection.execute("SELECT * FROM company").fetchone()
    add_company(store, "Later")
    restore(store, Path(old.path), CATALOGUE)
    assert other.connection.execute("SELECT count(*) FROM company").fetchone()[0] == 50
    add_company(other, "After")
    assert store.connection.execute("SELECT count(*) FROM company").fetchone()[0] == 51
    assert store.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert store.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    other.close()


def test_restore_does_not_prune_the_backup_it_restores(store: Database) -> None:
    set_preference(store, CATALOGUE, "keep_backups", 1)
    old = backup(store)
    restore(store, Path(old.path), CATALOGUE)
    assert Path(old.path).exists()


@pytest.mark.parametrize("damage", ["text", "empty", "cut", "holes", "foreign"])
def test_what_is_no_sound_store_is_refused_and_nothing_changes(store: Database, tmp_path: Path, damage: str) -> None:
    good = Path(backup(store).path).read_bytes()
    bad = tmp_path / "bad.sqlite"
    if damage == "foreign":
        connection = sqlite3.connect(bad)
        connection.execute("CREATE TABLE company (id)")
        connection.close()
    else:
        content = {
            "text": b"hello " * 2000,
            "empty": b"",
            "cut": good[: len(good) // 2],
            "holes": good[:8192] + b"\xa5" * 8192 + good[16384:],
        }
        bad.write_bytes(content[damage])
    before = dump(store, bookkeeping=True)
    with pytest.raises(StoreDamagedError):
        restore(store, bad, CATALOGUE)
    assert dump(store, bookkeeping=True) == before
    assert len(backups(store.path)) == 1


def test_a_backup_of_a_later_version_is_refused_as_such(store: Database) -> None:
    path = Path(backup(store).path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreTooNewError):
        restore(store, path, CATALOGUE)


def test_a_missing_backup_is_named(store: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such backup"):
        restore(store, tmp_path / "missing.sqlite", CATALOGUE)


def test_stopping_a_restore_leaves_the_store_as_it_was(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups_module, "PAGES", 4)
    old = backup(store)
    add_company(store, "Later")
    before = dump(store, bookkeeping=True)

    class StopLate(Progress):
        def begin(self, step: str, total: int | None = None) -> None:
            super().begin(step, total)
            if step == "Restoring the store":
                self.stop()

    with pytest.raises(StoppedError):
        restore(store, Path(old.path), CATALOGUE, StopLate())
    assert dump(store, bookkeeping=True) == before
    add_company(store, "Still writable")


def test_somebody_who_is_reading_does_not_stop_a_restore_and_reads_on(store: Database) -> None:
    old = backup(store)
    add_company(store, "Later")
    other = Database(store.path)
    other.connection.execute("BEGIN")
    assert other.connection.execute("SELECT count(*) FROM company").fetchone()[0] == 51
    restore(store, Path(old.path), CATALOGUE)
    assert other.connection.execute("SELECT count(*) FROM company").fetchone()[0] == 51
    other.connection.execute("ROLLBACK")
    assert other.connection.execute("SELECT count(*) FROM company").fetchone()[0] == 50
    other.close()


def test_a_restore_while_somebody_writes_gives_up_and_says_so(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    old = backup(store)
    monkeypatch.setattr(backups_module, "BUSY_SECONDS", 0)
    store.connection.execute("PRAGMA busy_timeout = 0")
    other = Database(store.path)
    other.connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError):
        restore(store, Path(old.path), CATALOGUE)
    other.connection.execute("ROLLBACK")
    other.close()
    add_company(store, "Still writable")
