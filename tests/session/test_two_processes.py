"""Two people, one store: real processes, told by pipes when to go on."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.bench.data import write_csv
from tui_import.api.errors import StoppedError, StoreBusyError
from tui_import.model.progress import Progress
from tui_import.session.workspace import Workspace
from tui_import.store import backup as store_backup

pytestmark = pytest.mark.slow
PROGRAM = [sys.executable, "-m", "tui_import"]
HOLD = """
import sys
from tui_import.session.workspace import Workspace
with Workspace(sys.argv[1]) as workspace, workspace.database.transaction(doing="importing people.csv"):
    print("holding", flush=True)
    sys.stdin.readline()
"""
OPEN = """
import sys
from tui_import.session.workspace import Workspace
print("ready", flush=True)
sys.stdin.readline()
with Workspace(sys.argv[1]) as workspace:
    print(sum(len(items) for items in workspace.lists().values()), flush=True)
"""
APPLY = """
import sys
from tui_import.session.workspace import Workspace
from tui_import.api.errors import RefusedError
with Workspace(sys.argv[1]) as workspace:
    session = workspace.begin(sys.argv[2])
    session.read()
    session.plan()
    print("planned", flush=True)
    sys.stdin.readline()
    try:
        session.apply()
        print("imported", flush=True)
    except RefusedError as error:
        print(error, flush=True)
    session.close()
"""
HOLD_DRAFT = """
import sys
from pathlib import Path
from tui_import.store.holding import holding
with holding(Path(sys.argv[1]), "importing people.csv"):
    print("holding", flush=True)
    sys.stdin.readline()
"""
WRITE = """
import sys
from tui_import.model.progress import Progress
from tui_import.session.workspace import Workspace
class Telling(Progress):
    def begin(self, step, total=None):
        if not self.step:
            print(step, flush=True)
        super().begin(step, total)
with Workspace(sys.argv[1]) as workspace:
    print("ready", flush=True)
    for line in sys.stdin:
        progress = Telling()
        with workspace.database.transaction(progress) as connection:
            values = (line.strip(), "company", "manual", "t", "u")
            connection.execute("INSERT INTO selection (name, entity, kind, created, created_by) VALUES (?, ?, ?, ?, ?)", values)
        print("written", flush=True)
"""
"""Writes a selection for each line that it gets, and says for whom it waits."""


class Other:
    """Another process."""

    def __init__(self, script: str, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self, word: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start() -> Iterator[Callable[..., Other]]:
    """Starts others, and ends them."""
    others: list[Other] = []

    def begin(script: str, *arguments: object) -> Other:
        others.append(Other(script, *arguments))
        return others[-1]

    yield begin
    for other in others:
        other.end()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "store.sqlite") as opened:
        opened.refresh_index()
        yield opened


def test_the_second_sees_who_writes_and_since_when_and_no_longer_when_that_one_is_killed(
    workspace: Workspace, start: Callable[..., Other]
) -> None:
    other = start(HOLD, workspace.path)
    assert other.says() == "holding"

    found = workspace.writer
    assert found is not None
    assert (found.user, found.host, found.pid) == (getpass.getuser(), socket.gethostname(), other.process.pid)
    assert found.doing == "importing people.csv"
    assert found.since

    other.end()
    assert workspace.writer is None
    workspace.set_preference("keep_backups", 5)


def test_who_waits_too_long_is_told_for_whom(workspace: Workspace, start: Callable[..., Other]) -> None:
    other = start(HOLD, workspace.path)
    assert other.says() == "holding"
    workspace.database.patience = 0.0

    with pytest.raises(StoreBusyError, match=rf"process {other.process.pid}, since .*: importing people.csv") as caught:
        workspace.set_preference("keep_backups", 5)
    assert caught.value.exit_code == 1
    assert caught.value.hint

    other.go_on()
    assert other.process.wait() == 0
    workspace.set_preference("keep_backups", 5)


def test_who_waits_sees_for_whom_and_may_stop_waiting(workspace: Workspace, start: Callable[..., Other], tmp_path: Path) -> None:
    write_csv(tmp_path / "rows.csv", 8)
    session = workspace.begin(str(tmp_path / "rows.csv"))
    session.read()
    session.plan()
    other = start(HOLD, workspace.path)
    assert other.says() == "holding"
    told = []

    class Impatient(Progress):
        def begin(self, step: str, total: int | None = None) -> None:
            if step.startswith("Waiting"):
                told.append(step)
                self.stop()
            super().begin(step, total)

    with pytest.raises(StoppedError):
        session.apply(Impatient())
    assert f"process {other.process.pid}" in told[0]
    other.end()
    assert session.apply().run == 1
    session.close()


def test_two_who_make_the_same_store_at_once_make_it_once(tmp_path: Path, start: Callable[..., Other]) -> None:
    others = [start(OPEN, tmp_path / "store.sqlite") for _one in range(4)]
    for other in others:
        assert other.says() == "ready"
    for other in others:
        other.go_on()
    found = {other.says() for other in others}
    assert len(found) == 1
    assert int(found.pop()) > 0


def together(start: Callable[..., Other], store: Path, files: Sequence[Path]) -> list[str]:
    """Both have planned before either may write; what they say in the end."""
    others = [start(APPLY, store, file) for file in files]
    for other in others:
        assert other.says() == "planned"
    for other in others:
        other.go_on()
    return [other.says() for other in others]


def test_two_imports_of_different_records_both_come_to_their_end(
    workspace: Workspace, start: Callable[..., Other], tmp_path: Path
) -> None:
    files = []
    for name, first in (("one", 0), ("two", 50)):
        files.append(tmp_path / f"{name}.csv")
        lines = [f"Company {name} {n},{name.title()}{n},Holm{n},{name}{n}@c{n}.example\n" for n in range(first, first + 40)]
        files[-1].write_text("Company name,First name,Last name,E-mail\n" + "".join(lines), encoding="utf-8")

    assert together(start, workspace.path, files) == ["imported", "imported"]
    assert workspace.count("person") == 80
    assert [run.rows for run in workspace.runs()] == [40, 40]


def test_of_two_imports_of_the_same_records_the_second_is_asked_again_and_nothing_is_doubled(
    workspace: Workspace, start: Callable[..., Other], tmp_path: Path
) -> None:
    write_csv(tmp_path / "rows.csv", 40)

    said = sorted(together(start, workspace.path, [tmp_path / "rows.csv"] * 2), key="imported".__ne__)
    assert said[0] == "imported"
    assert "40 rows come out differently" in said[1]
    assert workspace.count("person") == 40
    assert workspace.count("company") == 10

    (draft,) = workspace.drafts()
    session = workspace.resume(draft.id)
    report = session.report
    assert report is not None
    assert report.entities["person"].unchanged == 40, "row by row, the plan says what would happen now"
    session.apply()
    assert workspace.count("person") == 40
    session.close()


def test_a_draft_that_another_process_imports_is_left_alone_and_shown_as_running(
    workspace: Workspace, start: Callable[..., Other], tmp_path: Path
) -> None:
    write_csv(tmp_path / "rows.csv", 8)
    session = workspace.begin(str(tmp_path / "rows.csv"))
    session.read()
    session.plan()
    other = start(HOLD_DRAFT, workspace.draft_path(session.id))
    assert other.says() == "holding"

    (shown,) = workspace.drafts()
    assert shown.running is not None
    assert shown.running.pid == other.process.pid
    for forbidden in (session.apply, session.plan, lambda: workspace.resume(session.id), lambda: workspace.discard(session.id)):
        with pytest.raises(StoreBusyError, match=f"process {other.process.pid}"):
            forbidden()

    other.end()
    assert workspace.drafts()[0].running is None
    assert session.apply().run == 1
    session.close()


def test_the_command_line_says_who_is_waited_for_and_ends_with_1(workspace: Workspace, start: Callable[..., Other]) -> None:
    other = start(HOLD_DRAFT, workspace.path)
    assert other.says() == "holding"
    done = subprocess.run(
        [*PROGRAM, "--store", str(workspace.path), "doctor"], capture_output=True, text=True, env={**os.environ, "LANGUAGE": "en"}
    )
    assert f"process {other.process.pid}" in done.stdout


@pytest.mark.parametrize(
    ("moment", "where"),
    [
        (("Reading the backup", 1), "the backup"),
        (("Restoring the store", 1), "the backup"),
        (("Backing up the store", 1), "the store"),
        (("Verifying the backup", 1), "the store"),
        (("Restoring the store", 2), "the store"),
    ],
)
def test_what_somebody_writes_while_a_backup_is_brought_back_is_in_the_store_or_in_the_backup_made_before(
    workspace: Workspace, start: Callable[..., Other], moment: tuple[str, int], where: str
) -> None:
    old = workspace.backup()
    other = start(WRITE, workspace.path)
    assert other.says() == "ready"
    steps: list[str] = []
    said: list[str] = []

    class WriteThen(Progress):
        def begin(self, step: str, total: int | None = None) -> None:
            super().begin(step, total)
            steps.append(step)
            if (step, steps.count(step)) == moment:
                other.go_on("Late")
                said.append(other.says())

    replaced = store_backup.restore(workspace.database, Path(old.path), workspace.catalogue, WriteThen())
    if where == "the store":
        assert f"process {os.getpid()}" in said[0], "it waits, and sees for whom"
        assert other.says() == "written"
    else:
        assert said == ["written"]

    with Workspace(replaced.path) as kept:
        found = {name: [each.name for each in held.selections()] for name, held in (("the store", workspace), ("the backup", kept))}
    assert found == {"the store": [], "the backup": []} | {where: ["Late"]}
