"""What is killed: each phase has a folder to begin with, work to be done in it, and the way a user goes on after a crash."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database as Tables

from tests.bench.data import write_csv
from tui_import import config
from tui_import.api.errors import StoreDamagedError
from tui_import.session import rescue
from tui_import.session.importing import ImportSession
from tui_import.session.workspace import Workspace
from tui_import.store.schema import migrations

ROWS = 160
MORE_ROWS = 240
"""Of the second file, which changes what the first one brought and brings more."""
PROJECTS = 60
DAMAGE = b"\xa5" * 100
"""What a damaged store begins with: it cannot be opened."""
STAMP = "2026-01-02T03:04:05+00:00"


@dataclass(frozen=True, slots=True)
class Phase:
    """One of them. All three get the folder, in a process of its own."""

    name: str
    prepare: Callable[[Path], None]
    act: Callable[[Path], None]
    go_on: Callable[[Path], None]
    """What a user does after a crash; where nothing is left to do, nothing."""


def store(folder: Path) -> Path:
    return folder / "store.sqlite"


def configure(folder: Path) -> None:
    """The configuration of this folder, so that what is remembered of mappings begins anew with it."""
    for variable, name in (("TUI_IMPORT_CONFIG", "configuration"), ("XDG_STATE_HOME", "state"), ("XDG_DATA_HOME", "data")):
        os.environ[variable] = str(folder / name)


# -- an import, step by step


def _nothing(_folder: Path) -> None:
    pass


def _file(folder: Path) -> None:
    write_csv(folder / "rows.csv", ROWS)
    with Workspace(store(folder)):
        pass


def _imported(folder: Path) -> None:
    """A store with one import, and a file that changes it."""
    _file(folder)
    _import(folder, "rows.csv")
    write_csv(folder / "more.csv", MORE_ROWS, changed=True)


def _steps(session: ImportSession, last: str) -> None:
    if session.state == "opened":
        session.read()
    if last != "read" and (session.report is None or session.outdated):
        session.plan()
    if last == "apply":
        session.apply(accept_clears=True)


def _import(folder: Path, name: str, last: str = "apply", kind: str = "") -> None:
    with Workspace(store(folder)) as workspace:
        session = workspace.begin(str(folder / name), kind=kind)
        _steps(session, last)
        session.close()


def _read(folder: Path) -> None:
    _imported(folder)
    _import(folder, "more.csv", "read")


def _planned(folder: Path) -> None:
    _imported(folder)
    _import(folder, "more.csv", "plan")


def _resume(folder: Path, last: str = "apply") -> None:
    """Go on with the draft that is there; without one the import is done, or is begun anew."""
    with Workspace(store(folder)) as workspace:
        drafts = workspace.drafts()
        if drafts:
            session = workspace.resume(drafts[0].id)
            _steps(session, last)
            session.close()
            return
        runs = len(workspace.runs())
    if runs < 2:
        _import(folder, "more.csv", last)


def _with_projects(folder: Path) -> None:
    """A store with projects, and a file of who is in them."""
    _imported(folder)
    numbers = range(1, PROJECTS + 1)
    projects = "".join(f"P{number},Project {number}\n" for number in numbers)
    (folder / "projects.csv").write_text(f"Project number,Project name\n{projects}", encoding="utf-8")
    _import(folder, "projects.csv", kind="projects")
    members = "".join(f"P{number},First{number} Last{number},Sponsor {number}\n" for number in numbers)
    (folder / "members.csv").write_text(f"Project,Person,Role\n{members}", encoding="utf-8")


def _import_members(folder: Path) -> None:
    _import(folder, "members.csv", kind="project_members")


def _resume_members(folder: Path) -> None:
    with Workspace(store(folder)) as workspace:
        left, done = workspace.drafts(), len(workspace.runs())
    if left or done > 2:
        _resume(folder)
    else:
        _import_members(folder)


# -- afterwards


def _undo(folder: Path) -> None:
    with Workspace(store(folder)) as workspace:
        if workspace.run(2).state != "undone":
            workspace.undo(2)


def _redo(folder: Path) -> None:
    with Workspace(store(folder)) as workspace:
        if workspace.run(2).state != "done":
            workspace.redo(2)


def _both_imported(folder: Path) -> None:
    _imported(folder)
    _import(folder, "more.csv")


def _undone(folder: Path) -> None:
    _both_imported(folder)
    _undo(folder)


def _backup(folder: Path) -> None:
    with Workspace(store(folder)) as workspace:
        workspace.backup()


def _to_restore(folder: Path) -> None:
    _imported(folder)
    with Workspace(store(folder)) as workspace:
        workspace.backup(folder / "kept.sqlite")
    _import(folder, "more.csv")


def _restore(folder: Path) -> None:
    with Workspace(store(folder)) as workspace:
        if len(workspace.runs()) < 2:
            return
    rescue.restore(store(folder), folder / "kept.sqlite")


def _to_rescue(folder: Path) -> None:
    _to_restore(folder)
    with store(folder).open("r+b") as stream:
        stream.write(DAMAGE)


def _rescue(folder: Path) -> None:
    try:
        with Workspace(store(folder)):
            return
    except StoreDamagedError:
        rescue.restore(store(folder), folder / "kept.sqlite")


def _older_store(folder: Path) -> None:
    """As its first version made it: an external key in a column, and a run that filled it."""
    catalogue = config.load_catalogue()
    connection = sqlite3.connect(store(folder), isolation_level=None)
    tables = Tables(connection)
    migrations(catalogue, config.shipped_lists()).apply(tables, stop_before="0002_matching")
    made = (STAMP, "u", STAMP, "u")
    for entity in ("company", "person"):
        connection.execute(f"ALTER TABLE {entity} ADD COLUMN external_key TEXT")
    connection.execute("BEGIN")
    connection.execute(
        "INSERT INTO run (id, kind, state, started, finished, user, source) VALUES (1, 'import', 'done', ?, ?, 'u', 'old.csv')",
        (STAMP, STAMP),
    )
    for number in range(1, ROWS + 1):
        connection.execute(
            "INSERT INTO company (id, name, name_key, external_key, version, created_at, created_by, updated_at, updated_by)"
            " VALUES (?, ?, ?, ?, 2, ?, ?, ?, ?)",
            (number, f"Company {number}", f"company {number}", f"K-{number}", *made),
        )
        connection.execute(
            "INSERT INTO journal (id, run, entity, record, op, row, version) VALUES (?, 1, 'company', ?, 'update', ?, 2)",
            (number, number, number),
        )
        connection.execute(
            "INSERT INTO journal_change (entry, field, after, verb, row, column) VALUES (?, 'external_key', ?, 'fill', ?, 0)",
            (number, f"K-{number}", number),
        )
    connection.execute("PRAGMA user_version = 1")
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    os.chmod(store(folder), 0o600)


def _open(folder: Path) -> None:
    with Workspace(store(folder)):
        pass


PHASES = (
    Phase("new store", _nothing, _open, _open),
    Phase("migration", _older_store, _open, _open),
    Phase("read", _imported, lambda folder: _import(folder, "more.csv", "read"), _resume),
    Phase("plan", _read, lambda folder: _resume(folder, "plan"), _resume),
    Phase("backup", _imported, _backup, _backup),
    Phase("apply", _planned, _resume, _resume),
    Phase("members", _with_projects, _import_members, _resume_members),
    Phase("undo", _both_imported, _undo, _undo),
    Phase("redo", _undone, _redo, _redo),
    Phase("restore", _to_restore, _restore, _restore),
    Phase("rescue", _to_rescue, _rescue, _rescue),
)
