"""A hundred thousand incoming rows against a million stored companies and persons."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.matching import environment, runs, scale_worker, tables

SIZES = ((1_000, 1_000_000), (10_000, 1_000_000), (100_000, 1_000_000), (100_000, 100_000))
TOOLS = ("exact_keys", "splink", "ours")
PEER_SIZES = (SIZES[0], SIZES[2])
KINDS = ("C", "P")
SECONDS = 900
Figures = Mapping[str, Any]


def measure(tools: Sequence[str] | None, *, rerun: bool = False) -> dict[str, Figures]:
    """``tool kind incoming stored`` → figures."""
    environment.scale_rows()
    found: dict[str, Figures] = {}
    for tool in tools or TOOLS:
        for incoming, stored in SIZES if tool.startswith("ours") else PEER_SIZES:
            for kind in KINDS:
                name = f"{tool} {kind} {incoming} {stored}"

                run = partial(runs.work, tool, kind, str(incoming), str(stored), seconds=SECONDS, module="scale_worker")
                found[name] = runs.kept_or(
                    run, f"scale-{name.replace(' ', '-')}", "" if tool.startswith("ours") else _key(tool), rerun=rerun
                )
    return found


def table(found: Mapping[str, Figures]) -> str:
    """Times by step, and F1 by kind. Apart: what the trained model needs (warm), what a store does once (keys)."""
    heads = (
        "tool",
        "kind",
        "incoming",
        "stored",
        "wall s",
        "CPU s",
        "of it",
        "apart",
        "peak MB",
        "pairs",
        "best F1",
        "F1 default",
        "best match only",
    )
    rows = []
    for name, figures in found.items():
        tool, kind, incoming, stored = name.split()
        head = (tool, kind, f"{int(incoming):,}", f"{int(stored):,}")
        if "dnf" in figures:
            rows.append((*head, f"did not finish: {figures['dnf']}", *[""] * 8))
            continue
        laps = ", ".join(f"{lap} {seconds:.2f}" for lap, seconds in figures["laps"].items())
        apart = ", ".join(f"{each} {figures[each]:.2f}" for each in ("warm", "keys") if each in figures)
        cost = (f"{figures['wall']:.2f}", f"{figures['cpu']:.2f}", laps, apart, f"{figures['rss_mb']:.0f}", f"{figures['scored']:,}")
        rows.append((*head, *cost, *(f"{figures[each]:.4f}" for each in ("best_f1", "f1_default", "best_match_f1"))))
    return tables.table(heads, rows)


def goals(found: Mapping[str, Figures]) -> str:
    """Companies and persons together: ours beside Splink, as the issue asks."""
    sums: dict[tuple[str, int, int], dict[str, float]] = {}
    for name, figures in found.items():
        tool, _kind, incoming, stored = name.split()
        if "dnf" not in figures:
            both = sums.setdefault((tool, int(incoming), int(stored)), {"kinds": 0, "wall": 0, "cpu": 0, "warm": 0, "rss_mb": 0})
            for each in ("wall", "cpu", "warm"):
                both[each] += figures.get(each, 0)
            both["kinds"] += 1
            both["rss_mb"] = max(both["rss_mb"], figures["rss_mb"])
    rows = [
        (
            tool,
            f"{incoming:,}",
            f"{stored:,}",
            *(f"{both[each]:.2f}" if both[each] else "" for each in ("wall", "cpu", "warm")),
            f"{both['rss_mb']:.0f}",
        )
        for (tool, incoming, stored), both in sums.items()
        if both["kinds"] == len(KINDS)
    ]
    return tables.table(("tool", "incoming", "stored", "wall s", "CPU s", "warm wall s", "peak MB"), rows)


def _key(tool: str) -> str:
    here = Path(__file__).parent
    texts = [(here / name).read_text() for name in ("peers/splink_duckdb.py", "cleaning.py", "scale_data.py")]
    recipe = "".join("".join(text.split()) for text in (*texts, inspect.getsource(scale_worker.TOOLS[tool])))
    return hashlib.sha256((recipe + "".join(environment.PINS)).encode()).hexdigest()[:16]
