"""The rows of the scale run, and how well pairs of them agree with the truth."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.bench.matching.metrics import average_precision, best_f1, f1_at

CSV = Path(__file__).resolve().parents[3] / ".servers/matching-scale"
ALL = {"stored": 1_000_000, "incoming": 100_000}
COLUMNS = {
    "C": ("name", "street", "city", "postcode", "country", "email", "phone"),
    "P": ("company", "given", "surname", "street", "city", "postcode", "country", "email", "phone"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One kind of rows of one file."""

    columns: dict[str, list[str]]
    cluster: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cluster)


def load(side: str, kind: str, size: int) -> Side:
    """``side`` stored or incoming; ``size``: about how many rows of both kinds are wanted, spread evenly over the file."""
    every = ALL[side] // size
    with (CSV / f"{side}.csv").open(newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        heads = next(reader)
        rows = list(islice((row for row in reader if row[0] == kind), 0, None, every))
    places = {"company": heads.index("name")} | {head: place for place, head in enumerate(heads)}
    return Side({name: [row[places[name]] for row in rows] for name in COLUMNS[kind]}, np.array([int(row[-1]) for row in rows], np.int64))


def judged(a: NDArray[np.int64], true: NDArray[np.bool_], score: NDArray[np.float64], total: int) -> dict[str, float]:
    """F1 of pairs of incoming rows ``a`` with stored ones, of which some are true: best, default, and of each row's best match alone."""
    order = np.lexsort((-score, a))
    first = order[np.flatnonzero(np.append(True, a[order][1:] != a[order][:-1]))] if len(a) else order
    return {
        "best_f1": best_f1(score, true, total).f1,
        "f1_default": f1_at(score, true, total),
        "best_match_f1": best_f1(score[first], true[first], total).f1,
        "average_precision": average_precision(score, true, total),
        "found_of_true": int(true.sum()) / max(total, 1),
    }
