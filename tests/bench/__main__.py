"""``make bench``: whole imports beside raw writing, memory, cold start."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.data import write_csv, write_xlsx

SIZES = (10_000, 100_000)
STARTS = 9


def main() -> None:
    """Print the tables."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    cold_start()
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            imports(Path(folder), size)
        workbook(Path(folder))


def cold_start() -> None:
    """Wall milliseconds of starting, beside bare Python in the same minutes."""
    commands = {
        "bare python": [sys.executable, "-c", ""],
        "tui-import --version": [sys.executable, "-m", "tui_import", "--version"],
        "import tui_import.tui.app": [sys.executable, "-c", "import tui_import.tui.app"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _round in range(STARTS):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[name].append((time.perf_counter() - started) * 1000)
    bare = statistics.median(times["bare python"])
    print("| start | median ms | over bare Python |\n|---|---|---|")
    for name, measured in times.items():
        print(f"| {name} | {statistics.median(measured):.0f} | {statistics.median(measured) - bare:.0f} |")
    print()


def imports(folder: Path, size: int) -> None:
    """New rows, then the same with changes, beside executemany and sqlite-utils."""
    new, changed, store = folder / f"new{size}.csv", folder / f"changed{size}.csv", folder / f"store{size}.sqlite"
    write_csv(new, size)
    write_csv(changed, size, changed=True)
    first = _run("tests.bench.imports", str(new), str(store))
    peers = _run("tests.bench.peers", str(store), str(_fresh(folder / f"peers{size}")))
    update = _run("tests.bench.imports", str(changed), str(store), "person.match=email", "person.action=replace", "company.action=replace")
    print(f"| {size:,} rows x 15 columns, CSV | new | update |\n|---|---|---|")
    for label, figures in (("rows/s", (_rate(first), _rate(update))), ("peak MiB", (first["mib"], update["mib"]))):
        print(f"| {label} | {figures[0]:,.0f} | {figures[1]:,.0f} |")
    for step in ("read", "plan", "backup", "apply"):
        print(f"| {step}: s wall (CPU) | {_step(first, step)} | {_step(update, step)} |")
    raw = peers["executemany_cpu"]
    print(f"| raw executemany CPU s | {raw:.2f} | |\n| sqlite-utils insert_all CPU s | {peers['sqlite_utils_cpu']:.2f} | |")
    print(f"| apply / executemany (CPU; goal 1.3) | {_apply_cpu(first) / raw:.2f} | {_apply_cpu(update) / raw:.2f} |")
    for label, figures in (("executemany", raw), ("sqlite-utils", peers["sqlite_utils_cpu"])):  # type: ignore[assignment]
        goal = "; goal 2.5" if label == "executemany" else ""
        print(f"| import without reading / {label} (CPU{goal}) | {_work(first) / figures:.2f} | {_work(update) / figures:.2f} |")  # type: ignore[operator]
    print()


def workbook(folder: Path) -> None:
    """Reading a workbook instead of a CSV file."""
    path = folder / "new.xlsx"
    write_xlsx(path, SIZES[-1])
    figures = _run("tests.bench.imports", str(path), str(folder / "workbook.sqlite"))
    print(f"| {SIZES[-1]:,} rows x 15 columns, xlsx | new |\n|---|---|\n| rows/s | {_rate(figures):,.0f} |")
    print(f"| read: s wall (CPU) | {_step(figures, 'read')} |\n| peak MiB | {figures['mib']:,.0f} |")


def _rate(figures: dict[str, float]) -> float:
    return figures["rows"] / (figures["read"] + figures["plan"] + figures["backup_and_apply"])


def _apply(figures: dict[str, float], suffix: str = "") -> float:
    return figures[f"backup_and_apply{suffix}"] - figures[f"backup{suffix}"]


def _apply_cpu(figures: dict[str, float]) -> float:
    return _apply(figures, "_cpu")


def _step(figures: dict[str, float], step: str) -> str:
    if step == "apply":
        return f"{_apply(figures):.2f} ({_apply_cpu(figures):.2f})"
    return f"{figures[step]:.2f} ({figures[f'{step}_cpu']:.2f})"


def _work(figures: dict[str, float]) -> float:
    return figures["plan_cpu"] + figures["backup_and_apply_cpu"]


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _run(module: str, *arguments: str) -> dict[str, float]:
    command: Sequence[str] = [sys.executable, "-m", module, *arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(printed.splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()
