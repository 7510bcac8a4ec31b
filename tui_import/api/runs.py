"""What a plugin is told of an import that is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """An import that was written. Numbers and names only: no value of any record."""

    run: int
    """Its number, as in ``tui-import undo RUN``."""
    source: str
    """Name of the source plugin."""
    origin: str
    """What was read: "customers.xlsx, Sheet1"."""
    user: str
    finished: str
    """ISO 8601, UTC."""
    seconds: float
    rows: int
    """Of the source; each is in one of the counts below."""
    counts: Mapping[str, Mapping[str, int]]
    """Entity → added, updated, unchanged, skipped, problem, held → rows."""
    selections: Sequence[str] = ()
    """Names of the selections it made."""
    backup: str = ""
    """Path of the store's copy from before."""
