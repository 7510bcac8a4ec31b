"""Tools run on sets in processes of their own; what peers found is kept, so that ours can be measured again and again."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.matching import environment, sets
from tests.bench.matching.metrics import ScoredPairs, measures

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build/bench-matching"
PEERS = ("exact_name", "token_sort_ratio", "tfidf3", "recordlinkage_mean", "recordlinkage_ecm", "splink", "dedupe")
LABELLED = ("dedupe",)
"""Peers that ask for labels even without `learn`."""
SECONDS = 480
"""A tool that takes longer has not finished, which is a result."""
MODULES = {"splink": "splink_duckdb", "dedupe": "dedupe_active", "recordlinkage_ecm": "linkage", "recordlinkage_mean": "linkage"}

MEMORY = 8 << 30
"""Bytes for each process of a tool; one that wants more has not finished either (dedupe on febrl3 took all of a machine of 24 GB)."""

Figures = dict[str, Any]


def on_set(tool: str, name: str, *, rerun: bool = False, seconds: float = SECONDS) -> Figures:
    """The measures of one tool on one set; ``dnf`` says why there are none."""
    pairs = BUILD / f"{tool}-{name}.npz"

    def run() -> Figures:
        figures = work(tool, name, str(pairs), seconds=seconds)
        if "dnf" not in figures:
            with np.load(pairs) as kept:
                figures |= measures(ScoredPairs(kept["a"], kept["b"], kept["score"]), sets.load(name))
        return figures

    return kept_or(run, f"{tool}-{name}", _key(tool, name), rerun=rerun)


def learnt(tool: str, name: str, seed: int, labels: Sequence[int], *, rerun: bool = False, seconds: float = SECONDS) -> Figures:
    """F1 on held-back records after so many labels."""
    counts = ",".join(map(str, labels))
    key = _key(tool, name)
    return kept_or(
        lambda: work(f"learn:{tool}", name, str(seed), counts, seconds=seconds),
        f"learn-{tool}-{name}-{seed}",
        key and f"{key} {counts}",
        rerun=rerun,
    )


def kept_or(run: Any, name: str, key: str, *, rerun: bool) -> Figures:
    """What was kept under this key, or a new run, which is kept. Without a key it is always run: ours changes all the time."""
    BUILD.mkdir(parents=True, exist_ok=True)
    file = BUILD / f"{name}.json"
    if key and not rerun and file.is_file():
        kept: Figures = json.loads(file.read_text())
        if kept.get("key") == key:
            return kept
    figures: Figures = {"key": key, "load": os.getloadavg()[0], **run()}
    file.write_text(json.dumps(figures, indent=1))
    return figures


def work(tool: str, *arguments: str, seconds: float = SECONDS, module: str = "worker") -> Figures:
    """One worker; stopped with all its children when its time is over."""
    ours = tool.rsplit(":", maxsplit=1)[-1].startswith("ours")
    python = sys.executable if ours else str(environment.peers_python())
    command = [python, "-m", f"tests.bench.matching.{module}", tool, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    resource.prlimit(process.pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return {"dnf": f"{seconds:.0f} s"}
    if process.returncode < 0:
        return {"dnf": f"ended by signal {-process.returncode} (no memory left?)"}
    if process.returncode:
        return {"dnf": (errors.strip().splitlines() or ["?"])[-1][:200]}
    figures: Figures = json.loads(output.splitlines()[-1])
    return figures


def _key(tool: str, name: str) -> str:
    """Set, versions and recipe; empty for ours."""
    if tool.startswith("ours"):
        return ""
    here = Path(__file__).parent
    texts = [here / "peers" / f"{MODULES.get(tool, 'plain')}.py", here / "cleaning.py", sets.FOLDER / f"{name}.csv"]
    return hashlib.sha256(b"".join(b"".join(each.read_bytes().split()) for each in texts) + "".join(environment.PINS).encode()).hexdigest()[
        :16
    ]
