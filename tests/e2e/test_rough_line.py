"""Terminals that take nothing, pastes that nobody meant, sequences cut in two, windows dragged about: nothing ends, nothing acts."""

from __future__ import annotations

import csv
import fcntl
import random
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench.data import write_csv
from tests.e2e.steps import leave, open_preview
from tests.e2e.terminal import LIMIT, Terminal
from tui_import.session.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PROGRAM = [sys.executable, "-m", "tui_import"]
ROWS = 3_000
QUIET = 0.6
"""Seconds without a byte after which a screen is complete."""
CUT_SECONDS = 0.03
"""Between the halves of a sequence: longer than the driver gathers letters, shorter than an Esc waits."""
NOT_KEYS = "was not taken for keys"


@pytest.fixture
def store(environment: dict[str, str]) -> Path:
    return Path(environment["TUI_IMPORT_STORE"])


@pytest.fixture
def people(tmp_path: Path) -> Path:
    write_csv(tmp_path / "people.csv", ROWS)
    return tmp_path / "people.csv"


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 2 * LIMIT
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def states(store: Path) -> list[str]:
    with Workspace(store) as workspace:
        return [draft.state for draft in workspace.drafts()]


def persons(store: Path) -> int:
    with Workspace(store) as workspace:
        return workspace.count("person")


def runs(store: Path) -> int:
    with Workspace(store) as workspace:
        return len(workspace.runs())


# -- a terminal that takes nothing


def stall(terminal: Terminal) -> None:
    """Nothing is read any more, and the program is made to draw until the terminal takes nothing more of it."""
    waiting, same, size = -1, 0, 0
    while same < 20:
        size += 1
        set_size(terminal, 200 + size % 2, 60)
        time.sleep(0.1)
        now = struct.unpack("i", fcntl.ioctl(terminal.master, termios.FIONREAD, b"\0" * 4))[0]
        same, waiting = (same + 1 if now == waiting else 0), now
    assert waiting > 1_000


def set_size(terminal: Terminal, columns: int, lines: int) -> None:
    """As `Terminal.resize`, but the screen that the test looks at keeps its size: it is that of the end."""
    kept = terminal.screen.columns, terminal.screen.lines
    terminal.resize(columns, lines)
    terminal.screen.resize(kept[1], kept[0])


@pytest.mark.parametrize(
    ("before", "state", "then"),
    [([], "read", ("Step 2 of 6", "F8 goes on")), (["Step 2 of 6", "Step 3 of 6"], "planned", ("Step 4 of 6", "> ["))],
)
def test_reading_and_planning_come_to_their_end_while_the_terminal_takes_nothing(
    environment: dict[str, str], store: Path, people: Path, before: list[str], state: str, then: tuple[str, ...]
) -> None:
    with Terminal([*PROGRAM, str(people)], environment) as terminal:
        terminal.wait_for("Step 1 of 6")
        for shown in before:
            terminal.press("F8")
            terminal.wait_for(shown)
            terminal.settle(QUIET)
        stall(terminal)
        terminal.press("F8")
        until(lambda: states(store) == [state], f"never {state}")
        terminal.resize(80, 24)
        terminal.wait_for(*then)
        leave(terminal)


def test_an_import_comes_to_its_end_while_the_terminal_takes_nothing(environment: dict[str, str], store: Path, people: Path) -> None:
    with Terminal([*PROGRAM, str(people)], environment) as terminal:
        open_preview(terminal)
        terminal.press("F9")
        terminal.wait_for("Step 5 of 6", "F9 starts the import")
        terminal.press("F9")
        terminal.wait_for(f"Type {ROWS} and press Enter")
        terminal.press(str(ROWS))
        terminal.settle(QUIET)
        stall(terminal)
        terminal.press("Enter")
        until(lambda: persons(store) == ROWS, "never imported")
        terminal.resize(80, 24)
        terminal.wait_for("Step 6 of 6", f"Done: {ROWS:,} rows")
        leave(terminal)


# -- pastes


ONE, OTHER = ["Holm & Søn A/S", "Anna", "Holm", "Aarhus"], ["Holm og Søn AS", "Ana", "Holm", "Aarhus C"]
"""Perhaps the same, so that there is something to decide."""


@pytest.fixture
def work(environment: dict[str, str], tmp_path: Path) -> Path:
    """A store with an import that can be taken back, and a file with which there is everything to decide."""
    for name, row in (("one", ONE), ("other", OTHER)):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["Company name", "First name", "Last name", "City"], row])
    subprocess.run([*PROGRAM, "run", str(tmp_path / "one.csv")], check=True, capture_output=True)
    subprocess.run([*PROGRAM, "run", "--plan-only", str(tmp_path / "other.csv")], capture_output=True, check=False)
    return tmp_path


def everything(store: Path) -> list[str]:
    """All that the store and its drafts hold: records, runs, links, decisions, checks."""
    lines = []
    for path in (store, *sorted(store.with_name(store.name + ".drafts").glob("*.sqlite"))):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            lines += [f"{path.name}: {line}" for line in connection.iterdump()]
    return lines


LINES = 10_000
PASTED = "1\r" + "".join(f"y;u;d;U;{n}\x1b[3~;\x1b[20~;x X Holm & Søn {n}\ry\r1\r" for n in range(LINES // 3))
"""Its first line is what the question before an import wants to read; then come yes, undo, decisions, Del, F9 and many an Enter."""
MARKS = ("\x1b[200~", "\x1b[201~")


@pytest.mark.parametrize("marked", [False, True], ids=["raw", "marked"])
def test_ten_thousand_pasted_lines_do_nothing_on_any_screen(environment: dict[str, str], store: Path, work: Path, marked: bool) -> None:
    with Terminal(PROGRAM, environment) as terminal:

        def go(*keys: str, to: str) -> None:
            terminal.press(*keys)
            terminal.wait_for(to)
            terminal.settle(QUIET)

        def paste_at(*keys: str, to: str, shows: str = NOT_KEYS) -> None:
            """Nothing but the sentence comes of it, or the first line in a field."""
            go(*keys, to=to)
            before = everything(store)
            terminal.send(PASTED.join(MARKS if marked else ("", "")).encode())
            terminal.wait_for(to, shows)
            terminal.settle(QUIET)
            assert everything(store) == before

        paste_at(to="Go on with")
        go("End", to="> Own fields")
        go(*["Up"] * 4, to="> 1  one.csv")
        paste_at("u", to="Undo run 1")
        go("Esc", to="> 1  one.csv")
        go("Up", to="> other.csv")
        paste_at("Enter", to="Step 4 of 6")
        paste_at("/", to="Enter OK", shows="\n 1\n")
        go("Esc", to="> [")
        paste_at("2", to="Step 2 of 6")
        paste_at("3", to="Step 3 of 6")
        go("4", to="Step 4 of 6")
        paste_at("d", to="Duplicates: ")
        go("Esc", to="Step 4 of 6")
        paste_at("F9", to="F9 starts the import")
        paste_at("F9", to="Type 1 and press Enter", shows="1")
        assert runs(store) == 1
        go("Enter", to="Step 6 of 6")
        paste_at(to="Run 2: 1 row")
        assert runs(store) == 2
        leave(terminal)


# -- sequences cut in two


CUT = ["\x1b[B", "\x1bOB", "\x1b[1;5C", "\x1b[<65;10;5M", "\x1b[I", "\x1b[97;5u", "\x1b[?64;1;22c", "\x1b]11;rgb:1e/1e/1e\x1b\\",
       "\x1bP>|XTerm(370)\x1b\\", "\x1b[200~q\x1b[201~"]  # fmt: skip


def test_sequences_cut_in_two_leave_no_screen_and_no_letters(environment: dict[str, str], work: Path) -> None:
    with Terminal([*PROGRAM, str(work / "one.csv")], environment) as terminal:
        open_preview(terminal)
        terminal.press("/")
        terminal.settle(QUIET)
        for sequence in CUT:
            for at in range(1, len(sequence)):
                terminal.send(sequence[:at].encode())
                terminal.settle(CUT_SECONDS, most=CUT_SECONDS)
                terminal.send(sequence[at:].encode())
                terminal.settle(CUT_SECONDS, most=CUT_SECONDS)
        typed = "q" * (len(CUT[-1]) - 1)
        terminal.wait_for("Step 4 of 6", f"\n {typed}\n")
        terminal.press("x")
        terminal.wait_for(f"\n {typed}x\n")
        terminal.press("Esc")
        terminal.settle(QUIET)
        leave(terminal)


# -- windows dragged about


STORM = 200
EXTREMES = [(1, 1), (500, 200), (2, 3), (1, 200), (500, 1), (80, 24), (79, 23)]


def storm(terminal: Terminal, dice: random.Random, sizes: int = STORM) -> None:
    """The window is pulled to all sizes, faster than anything can be drawn, and ends as it was."""
    for n in range(sizes):
        size = EXTREMES[n % 7] if n % 3 == 0 else (dice.randint(1, 500), dice.randint(1, 200))
        set_size(terminal, *size)
        terminal.settle(0.002, most=0.01)
    terminal.settle(QUIET)
    terminal.resize(80, 24)
    terminal.settle(QUIET)


def test_windows_dragged_about_leave_every_screen_as_it_was(environment: dict[str, str], work: Path) -> None:
    dice = random.Random(2611)
    with Terminal([*PROGRAM, str(work / "other.csv")], environment) as terminal:
        for keys, to in (
            ([], "Step 1 of 6"), (["F8"], "F8 goes on"), (["F8"], "Step 3 of 6"), (["F8"], "> ["), (["d"], "Duplicates: "),
            (["F1"], "Close"), (["Esc", "Esc", "F9"], "F9 starts the import"),
            (["F9"], "Type 1 and press Enter"), (["1", "Enter"], "Done: 1 row"),
        ):  # fmt: skip
            for key in keys:
                terminal.press(key)
                terminal.settle(QUIET)
            terminal.wait_for(to)
            terminal.settle(QUIET)
            before = terminal.screen.display[:]
            storm(terminal, dice)
            assert terminal.screen.display == before, to
        leave(terminal)


def test_an_import_comes_to_its_end_while_the_window_is_dragged_about(environment: dict[str, str], store: Path, people: Path) -> None:
    dice = random.Random(2612)
    with Terminal([*PROGRAM, str(people)], environment) as terminal:
        open_preview(terminal)
        terminal.press("F9")
        terminal.wait_for("F9 starts the import")
        terminal.press("F9")
        terminal.wait_for(f"Type {ROWS} and press Enter")
        terminal.press(str(ROWS), "Enter")
        while persons(store) < ROWS:
            storm(terminal, dice, 40)
        terminal.wait_for("Step 6 of 6", f"Done: {ROWS:,} rows")
        leave(terminal)
