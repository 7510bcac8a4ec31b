"""Fork, kill, look, go on. The forking process opens no store and starts no thread, so that every fork is a clean beginning."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.torture.boundaries import Boundaries
from tests.torture.looking import content, faults, tidied
from tests.torture.phases import Phase, configure

EMPTY = ["version (0,)"]
"""A store that has just come into being."""
TIDIED = 0.5
"""Share of the crashes after which what was left behind is removed before the user goes on."""
LIMIT = 120.0
"""Seconds after which a child that neither ends nor dies is a fault."""


@dataclass(slots=True)
class Outcome:
    """What came of one phase."""

    phase: str
    boundaries: int = 0
    """Points at which something of an undisturbed run lasts, before and after each."""
    at_boundaries: int = 0
    """Kills that landed there."""
    at_random: int = 0
    """Kills that landed anywhere else."""
    too_late: int = 0
    """Runs that had ended before the signal came; looked at like the others."""
    before: int = 0
    """After a landed kill the store was as before."""
    after: int = 0
    """After a landed kill everything was in the store."""
    losses: list[str] = field(default_factory=list)

    @property
    def landed(self) -> int:
        return self.at_boundaries + self.at_random


def in_child(work: Callable[[], Any]) -> Any:
    """Do it in a fork; returns what it returned, raises where it raised."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _answer(writer, work)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    found = json.loads(text) if text else {"error": "it died without a word"}
    if "error" in found:
        raise RuntimeError(found["error"])
    return found["result"]


def _answer(writer: int, work: Callable[[], Any]) -> None:
    """The end of a child: its result as JSON, then nothing more."""
    try:
        text = json.dumps({"result": work()})
    except BaseException:
        text = json.dumps({"error": traceback.format_exc()})
    with os.fdopen(writer, "w") as stream:
        stream.write(text)
    os._exit(0)


class Torture:
    """One phase, killed again and again."""

    def __init__(self, phase: Phase, folder: Path, dice: random.Random) -> None:
        self.phase = phase
        self.outcome = Outcome(phase.name)
        self._dice = dice
        self._template = folder / "template"
        self._place = folder / "place"
        self._template.mkdir(parents=True)
        in_child(lambda: self._in(self._template, phase.prepare))
        self._before = self._content(self._template)
        seconds = [self._undisturbed() for _round in range(3)]
        self._seconds = sorted(seconds)[1]

    def _in(self, folder: Path, work: Callable[[Path], None]) -> None:
        configure(folder)
        work(folder)

    def _content(self, folder: Path, *, derived: bool = False) -> list[str]:
        found: list[str] = in_child(lambda: content(folder, derived=derived))
        return found

    def _fresh(self) -> Path:
        shutil.rmtree(self._place, ignore_errors=True)
        shutil.copytree(self._template, self._place)
        return self._place

    def _undisturbed(self) -> float:
        """What nobody kills: how long it takes, what lasts of it, and how the store looks when its user has gone on to the end."""
        folder = self._fresh()

        def work() -> tuple[int, float]:
            counter = Boundaries()
            counter.install()
            started = time.monotonic()
            self._in(folder, self.phase.act)
            return counter.count, time.monotonic() - started

        count, seconds = in_child(work)
        self.outcome.boundaries = count
        self._after = self._content(folder)
        in_child(lambda: self._in(folder, self.phase.go_on))
        self._end = self._content(folder, derived=True)
        return float(seconds)

    # -- killing

    def at_boundary(self, number: int) -> None:
        """Kill it at a point where something lasts."""
        if self._kill(Boundaries(number), LIMIT):
            self.outcome.at_boundaries += 1
        else:
            self.outcome.losses.append(f"boundary {number} of {self.outcome.boundaries}: it was never reached")

    def at_random(self) -> None:
        """Kill it at a moment that nobody chose."""
        if self._kill(None, self._dice.uniform(0, self._seconds)):
            self.outcome.at_random += 1
        else:
            self.outcome.too_late += 1

    def _kill(self, boundaries: Boundaries | None, seconds: float) -> bool:
        """True where it died of it. Then the store is looked at, and its user goes on."""
        folder = self._fresh()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            if boundaries is not None:
                boundaries.install()
            os.write(writer, b".")
            _answer(writer, lambda: self._in(folder, self.phase.act))
        os.close(writer)
        os.read(reader, 1)
        select.select([reader], [], [], seconds)  # an end of its own ends the waiting, too
        os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        with os.fdopen(reader) as answer:
            text = answer.read()
        landed = os.WIFSIGNALED(status)
        if not landed and "error" in json.loads(text or "{}"):
            self.outcome.losses.append(text)
        self._look(folder, landed=landed, what=f"boundary {boundaries.deadly}" if boundaries else f"after {seconds:.4f} s")
        return landed

    def _look(self, folder: Path, *, landed: bool, what: str) -> None:
        try:
            self.outcome.losses += [f"{what}: {fault}" for fault in in_child(lambda: faults(folder))]
            found = self._content(folder)
            if found == self._before or (not self._before and found == EMPTY):
                self.outcome.before += landed
            elif found == self._after:
                self.outcome.after += landed
            else:
                self.outcome.losses.append(f"{what}: the store is neither as before nor as after: {_difference(self._before, found)}")
            if self._dice.random() < TIDIED:
                self.outcome.losses += [f"{what}: {fault}" for fault in in_child(lambda: tidied(folder))]
            in_child(lambda: self._in(folder, self.phase.go_on))
            self.outcome.losses += [f"{what}, gone on: {fault}" for fault in in_child(lambda: faults(folder))]
            end = self._content(folder, derived=True)
            if end != self._end:
                self.outcome.losses.append(f"{what}: gone on, it differs from an import that nobody killed: {_difference(self._end, end)}")
        except RuntimeError as error:
            self.outcome.losses.append(f"{what}: {error}")


def _difference(wanted: list[str], found: list[str]) -> list[str]:
    lacking, added = set(wanted) - set(found), set(found) - set(wanted)
    return [*(f"- {line}" for line in sorted(lacking)[:3]), *(f"+ {line}" for line in sorted(added)[:3])]
