"""``python -m tests.bench.review``: what a decision costs on the duplicate screen, in bytes sent and in processor time."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.e2e.test_review_terminal import PROGRAM, Reviewer, Work, prepare

DECISIONS = 100
GOAL_BYTES, GOAL_MS = 2_000, 50
SIZES = ((80, 24), (200, 50))
KEYS = {"a field down": "Down", "undo": "U", "redo": "R", "next": "n", "before": "b"}


def main() -> None:
    """Print the table."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(f"| {DECISIONS} decisions | bytes: median | most | CPU ms each | goal |\n|---|---|---|---|---|")
    others: dict[str, list[int]] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            others.update(_measure(prepare(Path(name)), size))
    print("\n| key | bytes |\n|---|---|")
    for key, costs in others.items():
        print(f"| {key} | {statistics.median(costs):,.0f} |")


def _measure(work: Work, size: tuple[int, int]) -> dict[str, list[int]]:
    with Terminal([*PROGRAM, "resume", work.draft], work.environment, columns=size[0], lines=size[1], answers=True) as terminal:
        reviewer = Reviewer(terminal, work)
        reviewer.open()
        terminal.settle()
        before, costs = _processor(terminal.process.pid), []
        for _at in range(DECISIONS):
            received = len(terminal.received)
            reviewer.answer()
            costs.append(len(terminal.received) - received)
        milliseconds = (_processor(terminal.process.pid) - before) * 1000 / DECISIONS
        name = f"{size[0]}x{size[1]}"
        goal = f"{GOAL_BYTES:,} bytes, {GOAL_MS} ms" if size == SIZES[0] else ""
        print(f"| {name} | {statistics.median(costs):,.0f} | {max(costs):,} | {milliseconds:.0f} | {goal} |")
        return {f"{key}, {name}": [terminal.cost(KEYS[key]) for _at in range(5)] for key in KEYS}


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
