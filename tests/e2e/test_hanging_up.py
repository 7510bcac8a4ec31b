"""The line drops, or somebody ends the program: it ends cleanly; the import goes on or is rolled back, as the store's preferences say."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.bench.data import write_csv
from tests.e2e.steps import leave, open_preview
from tests.e2e.terminal import LIMIT, Terminal
from tui_import.session.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PROGRAM = [sys.executable, "-m", "tui_import"]
ROWS = 200
RESTORED = (b"\x1b[?1049l", b"\x1b[?1000l")
"""The main screen, and no mouse."""


@pytest.fixture
def store(environment: dict[str, str]) -> Path:
    path = Path(environment["TUI_IMPORT_STORE"])
    with Workspace(path) as workspace:
        workspace.refresh_index()  # what a plan would do first, and would wait for
    return path


@pytest.fixture
def people(tmp_path: Path) -> Path:
    write_csv(tmp_path / "people.csv", ROWS)
    return tmp_path / "people.csv"


@contextmanager
def somebody_writing(store: Path) -> Iterator[None]:
    """Another program that has the store's lock, so that an import stands where it is about to write."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def begin_import(terminal: Terminal) -> None:
    """Up to the wait for the lock."""
    open_preview(terminal)
    terminal.press("F8")
    terminal.wait_for("Step 5 of 6", "F9 starts the import")
    terminal.press("F9")
    terminal.wait_for(f"Type {ROWS} and press Enter")
    terminal.press(str(ROWS), "Enter")
    terminal.wait_for("Waiting: somebody else is writing")


def until_finished(store: Path) -> None:
    """Until no draft is at work any more."""
    deadline = time.monotonic() + LIMIT
    with Workspace(store) as workspace:
        while any(draft.running or draft.state != "applied" for draft in workspace.drafts()):
            assert time.monotonic() < deadline, workspace.drafts()
            time.sleep(0.05)


def persons(store: Path) -> int:
    with Workspace(store) as workspace:
        return workspace.count("person")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_an_import_goes_on_without_its_terminal_and_the_next_start_shows_how_far_and_what_came_of_it(
    environment: dict[str, str], store: Path, people: Path, number: int
) -> None:
    with somebody_writing(store):
        with Terminal([*PROGRAM, str(people)], environment) as terminal:
            begin_import(terminal)
            os.kill(terminal.process.pid, number)
            assert terminal.wait_for_end() == 128 + number
            assert all(sequence in terminal.received for sequence in RESTORED)
        next_start = Terminal(PROGRAM, environment)
        next_start.wait_for("people.csv", "running (process")
        assert persons(store) == 0
    with next_start as terminal:
        terminal.wait_for("finished meanwhile, run 1", f"{ROWS} rows")
        assert persons(store) == ROWS
        leave(terminal)
    with Workspace(store) as workspace:
        (draft,) = workspace.drafts()
        workspace.resume(draft.id).close()
        assert workspace.drafts() == [], "its result was looked at"


def test_a_store_that_says_roll_back_keeps_nothing_but_the_draft(environment: dict[str, str], store: Path, people: Path) -> None:
    with Workspace(store) as workspace:
        workspace.set_preference("finish_when_hung_up", "no")
    with somebody_writing(store), Terminal([*PROGRAM, str(people)], environment) as terminal:
        begin_import(terminal)
        terminal.hang_up()
        assert terminal.wait_for_end() == 128 + signal.SIGHUP
    with Workspace(store) as workspace:
        (draft,) = workspace.drafts()
        assert (draft.state, draft.running, draft.unattended) == ("planned", None, False)
        assert workspace.runs() == []


def test_an_interrupt_rolls_back_and_keeps_the_draft(environment: dict[str, str], store: Path, people: Path) -> None:
    with somebody_writing(store), Terminal([*PROGRAM, str(people)], environment) as terminal:
        begin_import(terminal)
        os.kill(terminal.process.pid, signal.SIGINT)
        assert terminal.wait_for_end() == 128 + signal.SIGINT
        assert all(sequence in terminal.received for sequence in RESTORED)
    with Workspace(store) as workspace:
        (draft,) = workspace.drafts()
        assert (draft.state, draft.unattended) == ("planned", False)


def test_a_command_that_is_hung_up_on_goes_on_too(environment: dict[str, str], store: Path, people: Path) -> None:
    with somebody_writing(store), Terminal([*PROGRAM, "run", str(people)], environment) as terminal:
        terminal.wait_for("Waiting: somebody else is writing")
        terminal.hang_up()
        assert terminal.wait_for_end() == 130
    until_finished(store)
    assert persons(store) == ROWS


@pytest.mark.parametrize(("number", "drafts"), [(signal.SIGINT, 0), (signal.SIGTERM, 1)])
def test_a_command_that_is_told_to_end_rolls_back(
    environment: dict[str, str], store: Path, people: Path, number: int, drafts: int
) -> None:
    with somebody_writing(store), Terminal([*PROGRAM, "run", str(people)], environment) as terminal:
        terminal.wait_for("Waiting: somebody else is writing")
        os.kill(terminal.process.pid, number)
        assert terminal.wait_for_end() == 130
    with Workspace(store) as workspace:
        assert len(workspace.drafts()) == drafts
        assert workspace.runs() == []
        assert workspace.writer is None


def test_what_could_not_be_finished_says_why_in_the_list_of_drafts(environment: dict[str, str], store: Path, people: Path) -> None:
    with Terminal([*PROGRAM, "run", "--plan-only", str(people)], environment) as terminal:
        assert terminal.wait_for_end() == 0
    with Workspace(store) as workspace:
        (draft,) = workspace.drafts()
    write_csv(people, ROWS)
    with Terminal([*PROGRAM, "run", str(people)], environment) as terminal:  # somebody else was first: every row comes out otherwise
        assert terminal.wait_for_end() == 0
    with Terminal([*PROGRAM, "apply", draft.id, "--unattended"], environment) as terminal:
        assert terminal.wait_for_end() == 4
    with Terminal([*PROGRAM, "drafts"], environment, columns=200) as terminal:
        assert terminal.wait_for_end() == 0
        assert "failed: The store has changed since this was planned" in terminal.text
