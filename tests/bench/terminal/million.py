"""The preview of a million rows: a plan of ten thousand, laid into the draft a hundred times, since what is measured is the table."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench.data import write_csv
from tests.e2e.terminal import Terminal
from tui_import.model.plan import RowFilter
from tui_import.session.workspace import Workspace

BLOCK, TIMES = 10_000, 100
KEYS = {
    "End": ("End", 4),
    "page up": ("PageUp", 10),
    "page down": ("PageDown", 10),
    "Home": ("Home", 2),
    "down": ("Down", 20),
    "toggle": (" ", 6),
}
"""Name → key, how often. The last makes the program plan anew where the rows are few; memory is taken before."""
FILTERS = {
    "indexed filter, few rows": (RowFilter(show="problems"), 0.4),
    "indexed filter, half of all": (RowFilter(show="new"), 0.4),
    "LIKE over all 15 columns": (RowFilter(text="company 77"), 1.0),
    "sort by company": (RowFilter(sort=0), 2.0),
}


def main(folder: Path) -> None:
    """Print the table."""
    small, big = _draft(folder / "small", 1, 1), _draft(folder / "big", BLOCK, TIMES)
    (small_figures, _keys), (figures, keys) = _run(*small), _run(*big)
    print("| a million rows in the preview | | goal |\n|---|---|---|")
    for name, found in (("from the command to the painted table", figures), ("the same with one row", small_figures)):
        print(f"| {name}, s (CPU) | {found['paint']:.2f} ({found['cpu']:.2f}) | |")
    print(f"| more CPU to paint than with one row, s | {figures['cpu'] - small_figures['cpu']:.2f} | 0.6 |")
    print(f"| more memory than with one row, MiB | {figures['mib'] - small_figures['mib']:.0f} | 60 |")
    for name, milliseconds in keys.items():
        print(f"| {name}, ms of CPU | {milliseconds:.0f} | 50 |")
    for name, (seconds, goal) in _filters(*big).items():
        print(f"| {name}, s of CPU | {seconds:.2f} | {goal} |")
    print(flush=True)


def _draft(folder: Path, rows: int, times: int) -> tuple[Path, str]:
    """(store, the draft's id): planned, then its rows and their operations repeated."""
    folder.mkdir()
    file, store = folder / "people.csv", folder / "store.sqlite"
    write_csv(file, rows)
    with Workspace(store) as workspace:
        session = workspace.begin(str(file))
        session.read()
        session.plan()
        session.close()
        draft = workspace.drafts()[0].id
    connection = sqlite3.connect(next(folder.glob("store.sqlite.drafts/*.sqlite")))
    for table in ("row", "plan_row", "plan_issue"):
        names = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
        moved = [f"{name} + :by" if name in ("n", "number") else name for name in names]
        for time_ in range(1, times):
            connection.execute(f"INSERT INTO {table} SELECT {', '.join(moved)} FROM {table} WHERE n <= {rows}", {"by": time_ * rows})
    connection.execute("UPDATE meta SET value = ? WHERE key = 'rows'", (str(rows * times),))
    connection.commit()
    connection.close()
    return store, draft


def _run(store: Path, draft: str) -> tuple[Mapping[str, float], Mapping[str, float]]:
    environment = {"TUI_IMPORT_STORE": str(store), "TUI_IMPORT_CONFIG": str(store.parent / "c"), "LANGUAGE": "en", "LC_ALL": "C.UTF-8"}
    started = time.monotonic()
    with Terminal([sys.executable, "-m", "tui_import", "resume", draft], environment, term="xterm-256color") as terminal:
        terminal.wait_for("Showing all", "[x]")
        figures = {"paint": time.monotonic() - started, "cpu": _cpu(terminal.process.pid)}
        terminal.settle(1.0)
        keys = {}
        for name, (key, times) in KEYS.items():
            if name == "toggle":
                figures["mib"] = _mib(terminal.process.pid)
            before = _cpu(terminal.process.pid)
            for _time in range(times):
                terminal.press(key)
                terminal.settle(0.15)
            keys[name] = (_cpu(terminal.process.pid) - before) * 1000 / times
    return figures, keys


def _filters(store: Path, draft: str) -> Mapping[str, tuple[float, float]]:
    found = {}
    with Workspace(store) as workspace:
        session = workspace.resume(draft)
        for name, (rows, goal) in FILTERS.items():
            before = time.process_time()
            session.row_keys(rows)
            found[name] = time.process_time() - before, goal
        session.close()
    return found


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _mib(pid: int) -> float:
    """Memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
