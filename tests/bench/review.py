"""``python -m tests.bench.review``: what a decision costs on the duplicate screen, in bytes sent and in processor time.

Of an import, and of a store's own duplicates; with a number as argument, of a review with so many pairs, too.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from tests.e2e import test_review_terminal as imported
from tests.e2e import test_store_review_terminal as stored
from tests.e2e.terminal import Terminal
from tests.e2e.test_review_terminal import PROGRAM
from tui_import.store.draft import Draft

DECISIONS = 100
GOAL_BYTES, GOAL_MS = 2_000, 50
SIZES = ((80, 24), (200, 50))
MANY = 100_000
"""More than a review's highest id."""
KEYS = {"a field down": "Down", "undo": "U", "redo": "R", "next": "n", "before": "b"}


def main() -> None:
    """Print the table."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(f"| {DECISIONS} decisions | bytes: median | most | CPU ms each | goal |\n|---|---|---|---|---|")
    others: dict[str, list[int]] = {}
    for size in SIZES:
        for kind in (imported, stored):
            with tempfile.TemporaryDirectory() as name:
                others.update(_measure(kind, kind.prepare(Path(name)), size))
    if sys.argv[1:]:
        with tempfile.TemporaryDirectory() as name:
            work = stored.prepare(Path(name))
            _multiply(work, int(sys.argv[1]))
            others.update(_measure(stored, work, SIZES[0], f" of {int(sys.argv[1]):,}"))
    print("\n| key | bytes |\n|---|---|")
    for key, costs in others.items():
        print(f"| {key} | {statistics.median(costs):,.0f} |")


def _multiply(work: stored.Work, pairs: int) -> None:
    """The pairs of a review again and again, under ids that follow, so probable that they stand last."""
    draft = Draft.open(Path(f"{work.environment['TUI_IMPORT_STORE']}.drafts") / f"{work.draft}.sqlite")
    with draft.database.transaction() as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(match)")][5:]
        (first,) = connection.execute("SELECT count(*) FROM match").fetchone()
        for turn in range(1, pairs // first + 1):
            connection.execute(
                f"INSERT INTO match SELECT entity, row + ?1, record + ?1, other, 0.9999, {', '.join(columns)} FROM match WHERE row < ?2",
                (turn * MANY, MANY),
            )
    draft.close()


def _measure(kind: ModuleType, work: imported.Work | stored.Work, size: tuple[int, int], words: str = "") -> dict[str, list[int]]:
    with Terminal([*PROGRAM, "resume", work.draft], work.environment, columns=size[0], lines=size[1], answers=True) as terminal:
        reviewer = kind.Reviewer(terminal, work)
        reviewer.open()
        terminal.settle()
        before, costs = _processor(terminal.process.pid), []
        for _at in range(DECISIONS):
            received = len(terminal.received)
            reviewer.answer()
            costs.append(len(terminal.received) - received)
        milliseconds = (_processor(terminal.process.pid) - before) * 1000 / DECISIONS
        name = f"{'store' if kind is stored else 'import'}{words}, {size[0]}x{size[1]}"
        goal = f"{GOAL_BYTES:,} bytes, {GOAL_MS} ms" if size == SIZES[0] else ""
        print(f"| {name} | {statistics.median(costs):,.0f} | {max(costs):,} | {milliseconds:.0f} | {goal} |")
        return {f"{key}, {name}": [terminal.cost(KEYS[key]) for _at in range(5)] for key in KEYS}


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
