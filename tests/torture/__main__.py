"""``make torture``: kills per phase, and what was lost (nothing). TORTURE_KILLS=1000 for that many at random moments."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.torture.harness import Outcome, Torture
from tests.torture.phases import PHASES


def main() -> int:
    """Torture, print the table; 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000, help="random kills that must land, over all phases")
    parser.add_argument("--every", type=int, default=1, help="of the boundaries, every how many are tried")
    parser.add_argument("--phase", action="append", choices=[phase.name for phase in PHASES], help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    phases = [phase for phase in PHASES if not arguments.phase or phase.name in arguments.phase]
    dice, started = random.Random(seed), time.monotonic()
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="torture") as folder:
        for at, phase in enumerate(phases):
            torture = Torture(phase, Path(folder) / str(at), dice)
            for number in range(1 + at % arguments.every, torture.outcome.boundaries + 1, arguments.every):
                torture.at_boundary(number)
            share = (arguments.kills * (at + 1)) // len(phases) - (arguments.kills * at) // len(phases)
            while torture.outcome.at_random < share and len(torture.outcome.losses) < 10:
                torture.at_random()
            outcomes.append(torture.outcome)
            if not arguments.json:
                print(_line(torture.outcome), flush=True)
    if arguments.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes]))
    else:
        print(f"{sum(o.landed for o in outcomes)} kills landed, {sum(len(o.losses) for o in outcomes)} losses,", end=" ")
        print(f"seed {seed}, {time.monotonic() - started:.0f} s")
    return int(any(outcome.losses for outcome in outcomes))


def _line(outcome: Outcome) -> str:
    facts = (
        f"{outcome.phase:10} {outcome.at_boundaries:4} at boundaries, {outcome.at_random:4} at random ({outcome.too_late} too late):"
        f" {outcome.before:4} as before, {outcome.after:4} done, {len(outcome.losses)} losses"
    )
    return "\n".join([facts, *(f"  {loss}" for loss in outcome.losses[:5])])


if __name__ == "__main__":
    sys.exit(main())
