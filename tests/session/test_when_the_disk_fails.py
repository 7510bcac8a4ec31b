"""Disks that are full, read-only, damaged or pulled away, later versions, clocks put back: one sentence, and nothing half written."""

from __future__ import annotations

import datetime
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench.data import write_csv
from tests.permissions import unprivileged
from tui_import.api.errors import StoreError
from tui_import.session.workspace import Workspace

pytestmark = pytest.mark.slow
FILE_LIMIT = 65_536
"""Bytes that each file of the limited process may have beyond the store's."""


def run(store: Path, *words: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The command line; what it says in English."""
    folder = store.parent
    environment = {
        **os.environ,
        "LANGUAGE": "en",
        "TUI_IMPORT_CONFIG": str(folder / "configuration"),
        "XDG_STATE_HOME": str(folder / "state"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "tui_import", "--store", str(store), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def one_sentence(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """It failed with 1, said why in one line, and no more."""
    assert done.returncode == 1, done
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("tui-import: ")
    for part in parts:
        assert part in done.stderr


def content(store: Path) -> list[str]:
    """The store, whole and sound."""
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return list(connection.iterdump())


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can reach, too."""
    folder = Path(tempfile.mkdtemp(prefix="tui-import-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def store(place: Path) -> Path:
    """A store with an import in it and another one planned."""
    path = place / "store.sqlite"
    write_csv(place / "first.csv", 40)
    write_csv(place / "second.csv", 800, changed=True)
    assert run(path, "run", str(place / "first.csv")).returncode == 0
    assert run(path, "run", "--plan-only", str(place / "second.csv")).returncode == 0
    return path


def planned(store: Path) -> str:
    (draft,) = [path.stem for path in Path(f"{store}.drafts").glob("*.sqlite") if _rows(path) == 800]
    return draft


def _rows(draft: Path) -> int:
    with closing(sqlite3.connect(draft)) as connection:
        return int(connection.execute("SELECT count(*) FROM row").fetchone()[0])


# -- full


def limited(store: Path) -> Callable[[], None]:
    """No file may grow beyond this: what a full disk is to SQLite."""
    size = store.stat().st_size + FILE_LIMIT

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_an_import_for_which_there_is_no_room_leaves_the_store_as_it_was_and_can_be_done_later(store: Path) -> None:
    before = content(store)
    one_sentence(run(store, "apply", planned(store), preexec_fn=limited(store)), "store.sqlite", "nothing was changed")
    assert content(store) == before
    assert run(store, "apply", planned(store)).returncode == 0
    assert len(content(store)) > len(before)


def test_a_file_for_which_there_is_no_room_leaves_no_draft_that_could_be_imported(store: Path, place: Path) -> None:
    before, drafts = content(store), run(store, "drafts", "--json").stdout
    write_csv(place / "third.csv", 9_000)
    one_sentence(run(store, "run", str(place / "third.csv"), preexec_fn=limited(store)), "nothing was changed")
    assert content(store) == before
    assert run(store, "drafts", "--json").stdout == drafts


@pytest.fixture
def small_disk(place: Path) -> Iterator[Path]:
    """A file system of 12 MB."""
    folder = place / "disk"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("room", [0, 200_000, 1_200_000])
@pytest.mark.parametrize("words", [("apply", "DRAFT"), ("undo", "1"), ("backup",)])
def test_on_a_full_disk_it_happens_wholly_or_not_at_all(store: Path, small_disk: Path, words: tuple[str, ...], room: int) -> None:
    draft = planned(store)
    for name in ("store.sqlite", "store.sqlite.drafts", "store.sqlite.backups"):
        source = store.with_name(name)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, small_disk / name)
    here = small_disk / "store.sqlite"
    filler = small_disk / "filler"
    before = content(here)
    free = shutil.disk_usage(small_disk).free - room
    with filler.open("wb") as stream:
        stream.write(b"x" * max(0, free))

    done = run(here, *(draft if word == "DRAFT" else word for word in words))

    filler.unlink()
    if done.returncode:
        one_sentence(done)
        assert content(here) == before
    assert all(not path.name.endswith(".part") for path in (small_disk / "store.sqlite.backups").iterdir())
    again = run(here, *(draft if word == "DRAFT" else word for word in words))
    assert again.returncode in (0, 3), again.stderr


# -- read-only


def test_a_store_that_may_not_be_written_says_so(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before, user = store.read_bytes(), unprivileged(store.parent)
    for path in (store, store.parent):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        for words in (("runs",), ("undo", "1"), ("backup",)):
            one_sentence(run(store, *words, **user), "store.sqlite", "It cannot be opened for writing.", "permissions")
    finally:
        store.parent.chmod(0o755)
    assert store.read_bytes() == before


def test_a_store_cannot_be_made_in_a_folder_that_may_not_be_written(place: Path) -> None:
    user = unprivileged(place)
    place.chmod(0o555)
    try:
        one_sentence(run(place / "new.sqlite", "runs", **user), "new.sqlite", "cannot be made")
    finally:
        place.chmod(0o755)
    assert list(place.iterdir()) == []


# -- not the file that it was


def another(store: Path) -> Path:
    path = store.with_name("another.sqlite")
    with Workspace(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_nothing_is_written_where_the_store_was_taken_away_while_it_was_open(store: Path, how: str) -> None:
    other = another(store)
    before = content(other)
    with Workspace(store) as workspace:
        if how == "deleted":
            store.unlink()
        elif how == "moved":
            store.rename(store.with_name("moved.sqlite"))
        else:
            os.replace(other, store)
        for write in (lambda: workspace.set_preference("keep_backups", 7), lambda: workspace.undo(1)):
            with pytest.raises(StoreError, match="deleted, moved or replaced") as caught:
                write()
            assert caught.value.hint
    assert store.exists() == (how == "replaced")
    if how == "replaced":
        assert content(store) == before


def test_a_store_of_a_later_version_is_left_alone(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = content(store)
    for words in (("runs",), ("undo", "1"), ("run", str(store.with_name("first.csv")))):
        one_sentence(run(store, *words), "later version", "Update tui-import")
    assert content(store) == before


def damage(store: Path) -> None:
    """All pages of the journal's tables hold nonsense."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        roots = [
            row[0]
            for row in connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE tbl_name IN ('run', 'journal', 'company', 'person') AND rootpage > 1"
            )
        ]
    with store.open("r+b") as stream:
        for root in roots:
            stream.seek((root - 1) * size)
            stream.write(b"\xa5" * size)


def test_a_damaged_page_is_told_with_the_way_out_and_a_backup_brings_the_store_back(store: Path) -> None:
    kept = store.with_name("kept.sqlite")
    assert run(store, "backup", str(kept)).returncode == 0
    draft = planned(store)
    damage(store)
    for words in (("runs",), ("export", "company"), ("apply", draft), ("undo", "1"), ("backup",)):
        one_sentence(run(store, *words), "store.sqlite", "This is not a readable store.", "Restore a backup: tui-import restore FILE.")
    doctor = run(store, "doctor")
    assert doctor.returncode == 1
    assert "WRONG" in doctor.stdout

    assert run(store, "restore", str(kept)).returncode == 0
    assert '"run": 1' in run(store, "runs", "--json").stdout
    content(store)


# -- a clock that goes backwards


BACK = """
import datetime, sys
class Back(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) - datetime.timedelta(days=400)
datetime.datetime = Back
from tui_import.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run_back(store: Path, *words: str) -> None:
    """As `run`, 400 days ago."""
    environment = {**os.environ, "LANGUAGE": "en", "TUI_IMPORT_CONFIG": str(store.parent / "configuration")}
    done = subprocess.run(
        [sys.executable, "-c", BACK, "--store", str(store), *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 3), done.stderr


def test_a_clock_that_was_put_back_changes_no_order_and_no_undo(store: Path) -> None:
    with Workspace(store) as workspace:
        workspace.set_preference("keep_backups", 1)
        before = list(workspace.records("company"))
    run_back(store, "apply", planned(store))

    with Workspace(store) as workspace:
        assert [made.id for made in workspace.runs()] == [2, 1]
        year = datetime.datetime.now(datetime.UTC).year
        assert int(workspace.runs()[0].started[:4]) < year
        assert workspace.runs()[0].backup, "the backup of the last import is the one that is kept"
        assert Path(workspace.runs()[0].backup).is_file()
        assert workspace.count("person") == 800
    run_back(store, "undo", "2")
    with Workspace(store) as workspace:
        assert [strip(record) for record in workspace.records("company")] == [strip(record) for record in before]
    run_back(store, "redo", "2")
    with Workspace(store) as workspace:
        assert workspace.count("person") == 800
        assert workspace.run(2).state == "done"


def strip(record: object) -> dict[str, object]:
    assert isinstance(record, dict)
    return {key: value for key, value in record.items() if key not in ("version", "updated_at", "updated_by")}
