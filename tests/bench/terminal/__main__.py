"""Bytes of each key through a real SSH server, how far held keys lag behind on a slow line, and a table of a million rows."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench.terminal import million
from tests.bench.terminal.programs import Program, programs
from tests.e2e.line import Relay, Server, ssh_server
from tests.e2e.terminal import Terminal

SIZES = ((80, 24), (200, 50))
IDLE_SECONDS, REPEATS, REPEATS_A_SECOND = 10.0, 30, 30
QUIET, MOST = 0.6, 4.0
RUNS, PAINTED_BYTES = 5, 1000
GOALS = {"start": "6,000", "down": "300", "scroll": "400", "page": "2,000 (8,000)", "focus": "700", "letter": "150", "help": "6,000",
         "palette": "6,000", "next step": "5,000", "step before": "5,000", "idle": "0"}  # fmt: skip


def main() -> None:
    """Print the tables."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        candidates = programs(folder)
        (folder / "ssh").mkdir()
        with ssh_server(folder / "ssh") as server:
            for size in SIZES:
                bytes_of_keys(server, candidates, size)
            slow_line(server, candidates)
            starts(server, candidates)
        million.main(folder)


def opened(server: Server, program: Program, size: tuple[int, int], port: int | None = None) -> Terminal:
    """The program at the other end."""
    environment = {"LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", **program.environment}
    command = server.command(program.command, environment, port)
    return Terminal(command, columns=size[0], lines=size[1], term="xterm-256color", answers=True)


def to_table(terminal: Terminal, program: Program) -> None:
    """Up to where its rows are shown."""
    for keys, shown in program.to_table:
        terminal.press(keys)
        terminal.wait_for(shown)
        terminal.settle(QUIET, MOST)


def bytes_of_keys(server: Server, candidates: list[Program], size: tuple[int, int]) -> None:
    """One column for each program."""
    figures = {program.name: _bytes_of(server, program, size) for program in candidates}
    _print(f"bytes at {size[0]}x{size[1]}", figures, GOALS)


def _bytes_of(server: Server, program: Program, size: tuple[int, int]) -> Mapping[str, str]:
    costs: dict[str, str] = {}
    with opened(server, program, size) as terminal:
        terminal.wait_for(program.ready)
        terminal.settle(QUIET, MOST)
        costs["start"] = f"{len(terminal.received):,}"
        to_table(terminal, program)
        for action, keys in program.keys.items():
            found = []
            for key in keys:
                terminal.press(key)
                found.append(terminal.settle(QUIET, MOST))
            costs[action] = f"{max(found):,}"
        costs["idle"] = f"{terminal.settle(IDLE_SECONDS, IDLE_SECONDS) * 60 / IDLE_SECONDS:,.0f}"
    return costs


def slow_line(server: Server, candidates: list[Program]) -> None:
    """64 kbit/s and 150 ms: Down is held for a second; what is still to come then."""
    for size in SIZES:
        figures: dict[str, Mapping[str, str]] = {}
        for program in candidates:
            with Relay(server.port) as relay, opened(server, program, size, relay.port) as terminal:
                started = time.monotonic()
                terminal.wait_for(program.ready)
                terminal.settle(1.0, 2 * MOST)
                first = time.monotonic() - started - 1.0
                to_table(terminal, program)
                terminal.settle(1.0, 2 * MOST)
                figures[program.name] = {
                    "first screen complete, s": f"{first:.1f}",
                    "Down, s": f"{_answer(terminal, 'Down'):.2f}",
                    "page, s": f"{_answer(terminal, 'PageDown'):.2f}",
                    "30 repeats lag, s": f"{_lag(terminal):.2f}",
                }
        _print(f"64 kbit/s + 150 ms at {size[0]}x{size[1]}", figures, {"30 repeats lag, s": "0.5 (1)"})


def _answer(terminal: Terminal, key: str) -> float:
    """Seconds from a key to the last byte of its answer."""
    pressed = time.monotonic()
    terminal.press(key)
    return _last_byte(terminal) - pressed


def _lag(terminal: Terminal) -> float:
    for _repeat in range(REPEATS):
        terminal.press("Down")
        terminal.settle(1 / REPEATS_A_SECOND, 1 / REPEATS_A_SECOND)
        # a terminal repeats by the clock, whatever comes back
    let_go = time.monotonic()
    return max(0.0, _last_byte(terminal) - let_go)


def _last_byte(terminal: Terminal) -> float:
    last = time.monotonic()
    while terminal.settle(1.0, 0.01):  # one portion, or a second of silence
        last = time.monotonic()
    return last


def starts(server: Server, candidates: list[Program]) -> None:
    """Seconds from the command to the first screen, on this machine and through SSH, its sign-in included."""
    figures: dict[str, Mapping[str, str]] = {}
    for program in candidates:
        environment = {"LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", **program.environment}
        here = [_first_paint(lambda: Terminal(program.command, environment, term="xterm-256color", answers=True)) for _run in range(RUNS)]  # noqa: B023
        there = [_first_paint(lambda: opened(server, program, SIZES[0])) for _run in range(RUNS)]  # noqa: B023 - called at once
        figures[program.name] = {
            "first paint here, s": f"{statistics.median(here):.2f}",
            "first paint through SSH, s": f"{statistics.median(there):.2f}",
        }
    _print("started", figures, {"first paint here, s": "0.6", "first paint through SSH, s": "1.5"})


def _first_paint(start: Callable[[], Terminal]) -> float:
    started = time.monotonic()
    with start() as terminal:
        while len(terminal.received) < PAINTED_BYTES and terminal._receive(started + 10 * MOST):
            pass
    return time.monotonic() - started


def _print(title: str, figures: Mapping[str, Mapping[str, str]], goals: Mapping[str, str]) -> None:
    actions: dict[str, None] = dict.fromkeys(action for costs in figures.values() for action in costs)
    print(f"| {title} | {' | '.join(figures)} | goal |\n|---|{'---|' * len(figures)}---|")
    for action in actions:
        cells = [costs.get(action, "") for costs in figures.values()]
        print(f"| {action} | {' | '.join(cells)} | {goals.get(action, '')} |")
    print(flush=True)


if __name__ == "__main__":
    main()
