"""``python -m tests.bench.matching [sets|learn|scale|keeping] [--sets …] [--tools …] [--rerun]``: the matcher beside its peers."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.matching import runs, scale, sets, tables

PARTS = ("sets", "learn", "scale", "keeping")
LABELS, SEEDS, ROWS = (20, 40, 80), (0, 1, 2), 100_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print tables, and leave the figures as JSON under build/."""
    options = _options(arguments)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    for part in options.parts or PARTS:
        {"sets": on_sets, "learn": learning, "scale": at_scale, "keeping": keeping}[part](options)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="sets|learn|scale|keeping", help="what is measured (all)")
    parser.add_argument("--sets", nargs="+", default=sets.NAMES, help="files without .csv (all of shared; others: MATCHING_SETS=FOLDER)")
    parser.add_argument("--tools", "--peers", nargs="+", help="peers, and ours (all)")
    parser.add_argument("--rerun", action="store_true", help="run peers again whose figures are kept under build/")
    parser.add_argument("--seconds", type=float, default=runs.SECONDS, help="limit for a tool on a set")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


def on_sets(options: argparse.Namespace) -> None:
    """Every tool on every set, unlabelled (but dedupe, which cannot do without)."""
    tools = options.tools or (*runs.PEERS, "ours")
    found = {(name, tool): runs.on_set(tool, name, rerun=options.rerun, seconds=options.seconds) for name in options.sets for tool in tools}
    print(tables.of_sets(found))
    print(tables.of_goals(found))
    _write("sets", {f"{name} {tool}": figures for (name, tool), figures in found.items()})


def learning(options: argparse.Namespace) -> None:
    """F1 on the half that no label came from; the median of the seeds."""
    tools = [tool for tool in options.tools or ("dedupe", "ours") if f"learn:{tool}" in ("learn:dedupe", "learn:ours")]
    found = {
        (name, tool): _median([runs.learnt(tool, name, seed, LABELS, rerun=options.rerun, seconds=options.seconds) for seed in SEEDS])
        for name in options.sets
        for tool in tools
    }
    print(tables.of_learning(found))
    _write("learn", {f"{name} {tool}": figures for (name, tool), figures in found.items()})


def _median(runs_of_seeds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    finished = [each["labels"] for each in runs_of_seeds if "labels" in each]
    if not finished:
        return {"dnf": f"did not finish: {runs_of_seeds[0]['dnf']}"}
    return {
        count: {kind: statistics.median(each[count][kind] for each in finished) for kind in ("default", "best")} for count in finished[0]
    }


def at_scale(options: argparse.Namespace) -> None:
    """Incoming rows against a million stored ones."""
    found = scale.measure(options.tools, rerun=options.rerun)
    print(scale.table(found))
    print("Companies and persons together (goals: 1,000 in 0.5 s; 100,000 in a third of Splink's cold wall time and 600 MB):\n")
    print(scale.goals(found))
    _write("scale", found)


def keeping(_options: argparse.Namespace) -> None:
    """What the index of the duplicate finder costs an import."""
    found = runs.work("ours", str(ROWS), module="keeping")
    if "dnf" in found:
        sys.exit(found["dnf"])
    rows = [
        (
            name,
            *(f"{found[name][each]:.2f}" for each in ("wall", "cpu", "upkeep", "upkeep_cpu")),
            f"{found[name]['upkeep_cpu'] / found[name]['cpu']:.0%}",
        )
        for name in ("new", "update")
    ]
    print(tables.table((f"import of {ROWS:,} rows", "wall s", "CPU s", "upkeep wall s", "upkeep CPU s", "share of CPU (goal 25%)"), rows))
    _write("keeping", found)


def _write(name: str, found: Mapping[str, Any]) -> None:
    runs.BUILD.mkdir(parents=True, exist_ok=True)
    (runs.BUILD / f"{name}.json").write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
