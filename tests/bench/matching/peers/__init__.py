"""The peers, each a module with ``match(labelled) -> Answer``; they run in an environment of their own, imported by their workers alone."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.bench.matching.metrics import ScoredPairs


def cpu_seconds() -> float:
    """Of this process and the children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mb() -> float:
    """The most memory that this process or one of its children has held, in MiB."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


@dataclass
class Clock:
    """Wall and CPU seconds of the matching alone: what a tool needs from cleaned records to scored pairs, without imports."""

    wall: float = 0.0
    cpu: float = 0.0
    laps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def running(self, lap: str = "") -> Iterator[None]:
        """Adds what happens within."""
        started, cpu = time.perf_counter(), cpu_seconds()
        try:
            yield
        finally:
            seconds = time.perf_counter() - started
            self.wall += seconds
            self.cpu += cpu_seconds() - cpu
            if lap:
                self.laps[lap] = self.laps.get(lap, 0.0) + seconds


@dataclass(frozen=True)
class Answer:
    """What a peer found."""

    pairs: ScoredPairs
    scored: int
    """How many pairs it looked at, kept or not."""
    probability: bool
    """Whether 0.5 means something."""
    notes: dict[str, Any] = field(default_factory=dict)
