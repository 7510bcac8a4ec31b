"""Labelled sets: records, and which of them are the same."""

from __future__ import annotations

import csv
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(os.environ.get("MATCHING_SETS") or Path(__file__).resolve().parents[4] / "shared/matching")
"""Where the sets lie; others of the same columns (``rid, src, cluster`` and fields of ``ours.FIELDS``) can be named."""
NAMES = ("fake_1000", "febrl1", "febrl3", "ece_chicago_h0", "fodors_zagats", "patstat_h0", "dnb_names", "fd_listings_h0")
PARTS = ("rid", "src", "cluster")


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Records of one entity with their true clusters; a record is named by its place."""

    name: str
    entity: str
    """company or person"""
    link: bool
    """Whether records of source B are looked up among those of A (else: all among themselves)."""
    source: list[str]
    """A or B"""
    cluster: list[str]
    """The true entity of each record."""
    columns: dict[str, list[str]]
    """Field of the file → one text a record."""

    def __len__(self) -> int:
        return len(self.cluster)

    @property
    def codes(self) -> NDArray[np.int64]:
        """The clusters as numbers."""
        return np.unique(self.cluster, return_inverse=True)[1].astype(np.int64)

    @property
    def halves(self) -> NDArray[np.int64]:
        """0 or 1 by cluster, for choosing on one half and reporting on the other: a bit of its checksum.
        Sets that are themselves the half with an even checksum (``_h0``) are halved by the next bit."""
        shift = 1 if self.name.endswith("_h0") else 0
        return np.array([crc32(cluster.encode()) >> shift & 1 for cluster in self.cluster], np.int64)

    def true_pairs(self, half: int | None = None) -> int:
        """How many pairs of records are the same, in all or in one half."""
        halves = self.halves
        kept = [i for i in range(len(self)) if half is None or halves[i] == half]
        if not self.link:
            return sum(n * (n - 1) // 2 for n in Counter(self.cluster[i] for i in kept).values())
        counts = Counter((self.cluster[i], self.source[i]) for i in kept)
        return sum(n * counts[cluster, "B"] for (cluster, source), n in counts.items() if source == "A")

    def rows(self, source: str) -> list[int]:
        """The places of one source's records."""
        return [i for i, each in enumerate(self.source) if each == source]


def load(name: str, folder: Path = FOLDER) -> LabelledSet:
    """A set of the folder by name."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    fields = [field for field in rows[0] if field not in PARTS]
    sources = [row["src"] for row in rows]
    return LabelledSet(
        name,
        "person" if "surname" in fields else "company",
        "B" in sources,
        sources,
        [row["cluster"] for row in rows],
        {field: [row[field] for row in rows] for field in fields},
    )
