"""One headless import, measured step by step in a process of its own; prints a line of JSON.

``python -m tests.bench.imports FILE STORE [SETTING=VALUE ...]``
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from tui_import import config
from tui_import.session.workspace import Workspace


def measure(file: str, store: str, settings: list[str]) -> dict[str, float]:
    """Seconds of wall and CPU by step, rows, peak memory in MiB."""
    figures: dict[str, float] = {"mib_before": _peak()}
    with Workspace(store) as workspace:
        clock = _Clock(figures)
        session = workspace.begin(file)
        figures["rows"] = session.read().rows
        clock.lap("read")
        chosen = session.settings
        for text in settings:
            chosen = config.apply_set(chosen, text)
        session.change_settings(chosen)
        session.plan()
        clock.lap("plan")
        backup = workspace.backup()
        clock.lap("backup")
        Path(backup.path).unlink()
        session.apply(accept_clears=True)
        clock.lap("backup_and_apply")
        session.close()
    figures["mib"] = _peak()
    return figures


class _Clock:
    def __init__(self, figures: dict[str, float]) -> None:
        self._figures = figures
        self._last = time.perf_counter(), time.process_time() + _children()

    def lap(self, step: str) -> None:
        now = time.perf_counter(), time.process_time() + _children()
        self._figures[step] = now[0] - self._last[0]
        self._figures[f"{step}_cpu"] = now[1] - self._last[1]
        self._last = now


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], sys.argv[3:])))
