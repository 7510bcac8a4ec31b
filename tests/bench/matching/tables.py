"""The figures as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.bench.matching.runs import LABELLED

Figures = Mapping[str, Any]
MEASURES = ("f1_default", "best_f1", "precision", "recall", "held_out_f1", "average_precision", "blocking_recall")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """In Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def of_sets(found: Mapping[tuple[str, str], Figures]) -> str:
    """One row a set and tool."""
    heads = (
        "set",
        "tool",
        "F1 default",
        "best F1",
        "P",
        "R",
        "held-out F1",
        "AP",
        "recall of blocking",
        "wall s",
        "CPU s",
        "RSS MB",
        "pairs",
    )
    return table(heads, (_row(name, tool, figures) for (name, tool), figures in found.items()))


def _row(name: str, tool: str, figures: Figures) -> Sequence[object]:
    if "dnf" in figures:
        return (name, tool, f"did not finish: {figures['dnf']}", *[""] * 10)
    numbers = [f"{figures[measure]:.4f}" for measure in MEASURES]
    if not figures["probability"]:
        numbers[0] = ""
    return (name, tool, *numbers, f"{figures['wall']:.3f}", f"{figures['cpu']:.2f}", f"{figures['rss_mb']:.0f}", f"{figures['scored']:,}")


def of_goals(found: Mapping[tuple[str, str], Figures]) -> str:
    """Ours beside the best unlabelled peer of each set, as the issue asks."""
    rows = []
    for name in dict.fromkeys(name for name, _tool in found):
        ours = found.get((name, "ours"), {})
        peers = {
            tool: each["best_f1"]
            for (of, tool), each in found.items()
            if of == name and tool not in (*LABELLED, "ours") and "best_f1" in each
        }
        if "best_f1" not in ours or not peers:
            continue
        best = max(peers, key=lambda tool: peers[tool])
        near, ahead = ours["best_f1"] - ours["f1_default"], ours["f1_default"] - peers[best]
        rows.append(
            (
                name,
                f"{ours['f1_default']:.4f}",
                f"{ours['best_f1']:.4f}",
                _judged(near, near <= 0.02),
                best,
                f"{peers[best]:.4f}",
                _judged(ahead, ahead >= 0),
            )
        )
    heads = ("set", "ours, default", "ours, best", "gap (goal 0.02)", "best unlabelled peer", "its best F1", "ours over it (goal 0)")
    return table(heads, rows) if rows else ""


def _judged(value: float, reached: bool) -> str:
    return f"{value:+.4f}" if reached else f"**{value:+.4f}**"


def of_learning(found: Mapping[tuple[str, str], Mapping[str, Mapping[str, float]]]) -> str:
    """F1 on held-back records, default and best threshold, by number of labels."""
    counts = sorted({count for each in found.values() for count in each if count.isdigit()}, key=int)
    rows = [
        (
            name,
            tool,
            *(f"{each[count]['default']:.4f} / {each[count]['best']:.4f}" if count in each else each.get("dnf", "") for count in counts),
        )
        for (name, tool), each in found.items()
    ]
    return table(("set", "tool", *(f"{count} labels: default / best" for count in counts)), rows)
