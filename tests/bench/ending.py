"""``make bench-ending``: seconds from a signal to the end of the process, on each screen and in the middle of work."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.data import write_csv
from tests.e2e.terminal import Terminal
from tests.e2e.test_rough_line import stall

PROGRAM = [sys.executable, "-m", "tui_import"]
ROWS = 40_000
SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
ROUNDS = int(os.environ.get("ROUNDS", "3"))
GOAL = 1.0
QUIET = 0.5
INTO_WORK = 0.7
"""Seconds after a key within which work of so many rows has begun and is far from its end."""
LIMIT = 30.0
Way = Callable[[Terminal], None]


def main() -> int:
    """Print the table; 1 where an end took longer than the goal."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, longest of {ROUNDS}, seconds\n")
    print(f"| where | {' | '.join(number.name for number in SIGNALS)} |\n|---|{'---|' * len(SIGNALS)}")
    longest = 0.0
    with tempfile.TemporaryDirectory(prefix="ending") as name:
        small, large = prepared(Path(name) / "small", 40), prepared(Path(name) / "large", ROWS)
        for where, (made, opened, way) in SITUATIONS.items():
            folder = small if made == "small" else large
            found = [max(end(folder, opened, way, number) for _round in range(ROUNDS)) for number in SIGNALS]
            longest = max(longest, *found)
            print(f"| {where} | {' | '.join(f'{seconds:.2f}' for seconds in found)} |", flush=True)
    return int(longest > GOAL)


def prepared(folder: Path, rows: int) -> Path:
    """A folder with a file, a store and a planned draft of it."""
    folder.mkdir()
    write_csv(folder / "people.csv", rows)
    command = [*PROGRAM, "run", "--plan-only", "people.csv"]
    subprocess.run(command, cwd=folder, env={**environment(folder), "PYTHONPATH": os.getcwd()}, check=False, capture_output=True)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """All of it in the folder."""
    own = {"TUI_IMPORT_CONFIG": str(folder / "c"), "TUI_IMPORT_STORE": str(folder / "s.sqlite"), "LANGUAGE": "en", "LC_ALL": "C.UTF-8"}
    return {**os.environ, **own}


def end(made: Path, opened: str, way: Way, number: signal.Signals) -> float:
    """Go there, send the signal, and measure until the process is gone."""
    with tempfile.TemporaryDirectory(prefix="ending") as name:
        folder = Path(name) / "work"
        shutil.copytree(made, folder)
        arguments = [str(folder / opened)] if opened else []
        with Terminal([*PROGRAM, *arguments], environment(folder)) as terminal:
            way(terminal)
            took = signalled(terminal, number, reads=way not in STALLED)
            if terminal.process.wait() != 128 + number:
                raise RuntimeError(f"{number.name} ended it with {terminal.process.returncode}")
            return took


def signalled(terminal: Terminal, number: signal.Signals, *, reads: bool) -> float:
    """Seconds until it has ended, while the terminal takes what comes, or does not."""
    process = os.pidfd_open(terminal.process.pid)
    try:
        if select.select([process], [], [], 0)[0]:
            raise RuntimeError(f"It ended by itself:\n{terminal.text}")
        started = time.perf_counter()
        os.kill(terminal.process.pid, number)
        while True:
            ready, _writable, _failed = select.select([process, terminal.master] if reads else [process], [], [], LIMIT)
            took = time.perf_counter() - started
            if process in ready or not ready:
                return took
            try:
                os.read(terminal.master, 65536)
            except OSError:  # it has closed its end, and is about to go
                reads = False
    finally:
        os.close(process)


def to(shown: str, *keys: str) -> Way:
    """Press keys one after the other, then wait for a text."""

    def go(terminal: Terminal) -> None:
        terminal.wait_for("Step 1 of 6" if keys[:1] == ("F8",) else "F1 Help")
        terminal.settle(QUIET)
        for key in keys:
            terminal.press(key)
            terminal.settle(QUIET)
        terminal.wait_for(shown)
        terminal.settle(QUIET)

    return go


def agree(way: Way, *, begin: bool = False) -> Way:
    """Type the number that the question asks for."""

    def go(terminal: Terminal) -> None:
        way(terminal)
        asked = re.search(r"Type (\d+) and press Enter", terminal.text)
        assert asked is not None
        terminal.press(asked[1], *(["Enter"] if begin else []))
        terminal.settle(QUIET)

    return go


def then(way: Way, *keys: str) -> Way:
    """Into the middle of what a key begins."""

    def go(terminal: Terminal) -> None:
        way(terminal)
        terminal.press(*keys)
        terminal.settle(most=INTO_WORK, quiet=INTO_WORK)

    return go


def stalled(way: Way, *keys: str) -> Way:
    """The same while the terminal takes nothing."""

    def go(terminal: Terminal) -> None:
        way(terminal)
        stall(terminal)
        terminal.press(*keys)
        time.sleep(INTO_WORK)

    STALLED.add(go)
    return go


STALLED: set[Way] = set()
DRAFT = [*["Down"] * 3, "Enter"]
PREVIEW = to("> [", *DRAFT)
QUESTION = to("and press Enter", *DRAFT, "F9", "F9")
ASKED = agree(QUESTION)
SITUATIONS: dict[str, tuple[str, str, Way]] = {
    "home": ("small", "", to("Go on with")),
    "open a file": ("small", "", to("people.csv", "Enter")),
    "1 source": ("small", "people.csv", to("Step 1 of 6")),
    "2 mapping": ("small", "people.csv", to("Step 2 of 6", "F8")),
    "3 settings": ("small", "people.csv", to("Step 3 of 6", "F8", "F8")),
    "4 preview": ("small", "", PREVIEW),
    "5 import": ("small", "", to("F9 starts the import", *DRAFT, "F9")),
    "5 import, the question": ("small", "", QUESTION),
    "6 result": ("small", "", agree(QUESTION, begin=True)),
    "help": ("small", "", to("Close", "F1")),
    f"reading {ROWS:,} rows": ("large", "people.csv", then(to("Step 1 of 6"), "F8")),
    f"planning {ROWS:,} rows": ("large", "", then(PREVIEW, "p")),
    f"importing {ROWS:,} rows": ("large", "", then(ASKED, "Enter")),
    "preview, terminal takes nothing": ("small", "", stalled(PREVIEW)),
    f"planning {ROWS:,} rows, terminal takes nothing": ("large", "", stalled(PREVIEW, "p")),
    f"importing {ROWS:,} rows, terminal takes nothing": ("large", "", stalled(ASKED, "Enter")),
}


if __name__ == "__main__":
    sys.exit(main())
