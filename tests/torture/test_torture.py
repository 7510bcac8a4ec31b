"""The same as ``make torture`` with few points. In a process of its own: it forks, and must have no threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PHASES = ("new store", "migration", "read", "plan", "backup", "apply", "members", "undo", "redo", "restore", "rescue")
LOSSY = """
import random, sys
from pathlib import Path
from tests.torture.harness import Torture
from tests.torture.phases import Phase, _nothing, store
import sqlite3

def act(folder):
    connection = sqlite3.connect(store(folder), isolation_level=None)
    connection.execute("CREATE TABLE IF NOT EXISTS t (n)")
    for half in (1, 2):
        connection.execute("BEGIN")
        connection.execute("INSERT INTO t SELECT ? WHERE NOT EXISTS (SELECT 1 FROM t WHERE n = ?)", (half, half))
        connection.execute("COMMIT")

def prepare(folder):
    sqlite3.connect(store(folder)).execute("CREATE TABLE t (n)")

torture = Torture(Phase("lossy", prepare, act, act), Path(sys.argv[1]), random.Random(1))
for number in range(1, torture.outcome.boundaries + 1):
    torture.at_boundary(number)
print(torture.outcome.boundaries, len(torture.outcome.losses), torture.outcome.losses)
"""
"""Work in two transactions that ought to be one."""


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("phase", PHASES)
def test_whoever_is_killed_loses_nothing_and_goes_on_to_the_same_end(phase: str) -> None:
    (outcome,) = json.loads(run("-m", "tests.torture", "--json", "--kills", "3", "--every", "4", "--phase", phase))
    assert outcome["losses"] == []
    assert outcome["at_random"] == 3
    assert outcome["at_boundaries"] > 0
    assert outcome["before"] + outcome["after"] == outcome["at_random"] + outcome["at_boundaries"]


def test_the_harness_notices_work_that_is_lost_by_half(tmp_path: Path) -> None:
    found: Any = run("-c", LOSSY, str(tmp_path / "lossy")).split(maxsplit=2)
    assert int(found[1]) >= 2, found
    assert "neither as before nor as after" in found[2]
