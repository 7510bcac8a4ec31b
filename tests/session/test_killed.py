"""``kill -9`` at any moment leaves store and draft consistent, and going on gives what an uninterrupted import gives."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.data import write_csv
from tests.session.importer import Importer
from tui_import.session.workspace import Workspace

ROWS = 3_000
CHILD = """
import os, signal, sys
from tui_import.session.workspace import Workspace
import tui_import.model.progress as progress

moment = int(sys.argv[3])
seen = 0

def die_at(*_arguments):
    global seen
    seen += 1
    if seen == moment:
        os.kill(os.getpid(), signal.SIGKILL)

workspace = Workspace(sys.argv[1])
workspace.database.connection.set_trace_callback(die_at)
session = workspace.begin(sys.argv[2])
session._draft.database.connection.set_trace_callback(die_at)
print(session.id, flush=True)
session.read()
session.plan()
session.apply()
print("done", seen, flush=True)
"""
"""An import that counts every SQL statement of store and draft, and kills itself at one of them."""


def run_until_killed(store: Path, file: Path, moment: int) -> tuple[str, str]:
    """(draft id, last line printed)."""
    done = subprocess.run([sys.executable, "-c", CHILD, str(store), str(file), str(moment)], capture_output=True, text=True, check=False)
    lines = done.stdout.split("\n")
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return lines[0], lines[-2] if len(lines) > 1 else ""


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many statements an undisturbed import has."""
    folder = tmp_path_factory.mktemp("whole")
    write_csv(folder / "rows.csv", ROWS)
    with Workspace(folder / "store.sqlite"):
        pass
    _draft, last = run_until_killed(folder / "store.sqlite", folder / "rows.csv", -1)
    return int(last.split()[1])


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What an import that nobody kills leaves in the store."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    write_csv(folder / "rows.csv", ROWS)
    with Workspace(folder / "store.sqlite") as workspace:
        session = workspace.begin(str(folder / "rows.csv"))
        session.read()
        session.plan()
        session.apply()
        session.close()
        return Importer(workspace, folder).dump_without_times()


SHARES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.8, 0.86, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("share", SHARES)
def test_an_import_killed_anywhere_is_all_or_nothing_and_goes_on_to_the_same_end(
    make_importer: Callable[[], Importer], tmp_path: Path, statements: int, uninterrupted: list[str], share: float
) -> None:
    file = tmp_path / "rows.csv"
    write_csv(file, ROWS)
    killed = make_importer()
    killed.workspace.close()

    draft, _last = run_until_killed(killed.workspace.path, file, max(1, int(statements * share)))

    killed.workspace = Workspace(killed.workspace.path)
    assert killed.workspace.database.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert killed.workspace.database.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert killed.workspace.count("person") in (0, ROWS)
    if draft and (killed.workspace.drafts_folder / f"{draft}.sqlite").exists():
        session = killed.workspace.resume(draft)
        killed.sessions.append(session)
        if session.state == "opened":
            session.read()
        if session.state != "applied":
            session.plan()
            session.apply()
        summary = session.summary
        assert summary is not None
        assert summary.entities["person"].added == ROWS
    else:
        session = killed.workspace.begin(str(file))
        session.read()
        session.plan()
        session.apply()
        killed.sessions.append(session)
    assert killed.dump_without_times() == uninterrupted


def test_a_stopped_import_leaves_no_trace(importer: Importer, tmp_path: Path) -> None:
    from tui_import.api.errors import StoppedError
    from tui_import.model.progress import Progress

    write_csv(tmp_path / "rows.csv", 200)
    session = importer.workspace.begin(str(tmp_path / "rows.csv"))
    importer.sessions.append(session)
    session.read()
    session.plan()
    before = importer.dump()
    progress = Progress()
    progress.stop()

    with pytest.raises(StoppedError):
        session.apply(progress)

    assert importer.dump() == before
    assert importer.workspace.runs() == []
    assert session.apply().entities["person"].added == 200
