"""One tool on one set, in a process of its own: ``python -m tests.bench.matching.worker TOOL SET PAIRS.npz`` prints a line of JSON.

``… worker learn:TOOL SET SEED 20,40,80`` prints F1 on held-back records after so many labels.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import numpy as np

from tests.bench.matching.peers import Answer, Clock, peak_mb
from tests.bench.matching.sets import load

TOOLS = {
    "exact_name": "peers.plain:exact_name",
    "token_sort_ratio": "peers.plain:token_sort_ratio",
    "tfidf3": "peers.plain:tfidf3",
    "recordlinkage_mean": "peers.linkage:mean",
    "recordlinkage_ecm": "peers.linkage:ecm",
    "splink": "peers.splink_duckdb:match",
    "dedupe": "peers.dedupe_active:match",
    "ours": "ours:match",
    "learn:dedupe": "peers.dedupe_active:learn",
    "learn:ours": "ours:learn",
}


def tool(name: str) -> Any:
    """The function behind a name."""
    module, function = TOOLS[name].split(":")
    return getattr(importlib.import_module(f"tests.bench.matching.{module}"), function)


def main(name: str, set_name: str, *rest: str) -> dict[str, Any]:
    """Run it."""
    labelled, clock = load(set_name), Clock()
    if name.startswith("learn:"):
        seed, labels = int(rest[0]), [int(each) for each in rest[1].split(",")]
        return {
            "labels": tool(name)(labelled, clock, labels, seed),
            "wall": clock.wall,
            "laps": clock.laps,
            "cpu": clock.cpu,
            "rss_mb": peak_mb(),
        }
    answer: Answer = tool(name)(labelled, clock)
    rss = peak_mb()
    np.savez(rest[0], a=answer.pairs.a, b=answer.pairs.b, score=answer.pairs.score)
    return {
        "wall": clock.wall,
        "cpu": clock.cpu,
        "rss_mb": rss,
        "scored": answer.scored,
        "probability": answer.probability,
        "notes": answer.notes,
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
