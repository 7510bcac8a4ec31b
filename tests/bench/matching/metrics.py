"""How well scored pairs agree with the truth: pure functions over arrays.

A pair that a tool did not generate counts as missed, so every measure is told how many true pairs there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.bench.matching.sets import LabelledSet


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """What a tool says; arrays are parallel, records are named by place, each pair once."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    score: NDArray[np.float64]
    """The higher the likelier; a probability where the tool has one."""

    def take(self, chosen: NDArray[np.bool_]) -> ScoredPairs:
        """Some of them."""
        return ScoredPairs(self.a[chosen], self.b[chosen], self.score[chosen])


class Best(NamedTuple):
    """The best F1 over all thresholds, and where it is."""

    f1: float
    precision: float
    recall: float
    threshold: float


class _Curve(NamedTuple):
    threshold: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]


def same(pairs: ScoredPairs, labelled: LabelledSet) -> NDArray[np.bool_]:
    """Whether each pair is true."""
    codes = labelled.codes
    return np.asarray(codes[pairs.a] == codes[pairs.b])


def f1(precision: float, recall: float) -> float:
    """The harmonic mean; 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def f1_at(score: NDArray[np.float64], true: NDArray[np.bool_], total: int, threshold: float = 0.5) -> float:
    """F1 when pairs from this score on are called the same; ``total``: how many true pairs there are."""
    flagged = score >= threshold
    hits = int(true[flagged].sum())
    return f1(hits / max(int(flagged.sum()), 1), hits / max(total, 1))


def best_f1(score: NDArray[np.float64], true: NDArray[np.bool_], total: int) -> Best:
    """F1 at the threshold that suits best."""
    curve = _curve(score, true, total)
    if not len(curve.threshold):
        return Best(0.0, 0.0, 0.0, float("inf"))
    sums = curve.precision + curve.recall
    scores = np.divide(2 * curve.precision * curve.recall, sums, out=np.zeros_like(sums), where=sums > 0)
    at = int(np.argmax(scores))
    return Best(float(scores[at]), float(curve.precision[at]), float(curve.recall[at]), float(curve.threshold[at]))


def average_precision(score: NDArray[np.float64], true: NDArray[np.bool_], total: int) -> float:
    """The area under precision over recall, by steps."""
    curve = _curve(score, true, total)
    return float((np.diff(curve.recall, prepend=0.0) * curve.precision).sum())


def blocking_recall(true: NDArray[np.bool_], total: int) -> float:
    """Share of the true pairs that were looked at."""
    return int(true.sum()) / max(total, 1)


def within(pairs: ScoredPairs, halves: NDArray[np.int64], half: int) -> NDArray[np.bool_]:
    """Whether both records of a pair are of this half."""
    return np.asarray((halves[pairs.a] == half) & (halves[pairs.b] == half))


def held_out(pairs: ScoredPairs, labelled: LabelledSet) -> float:
    """F1 on one half of the entities at the threshold that suits the other; the mean of both directions."""
    true, halves = same(pairs, labelled), labelled.halves
    found = []
    for half in (0, 1):
        chosen, reported = within(pairs, halves, half), within(pairs, halves, 1 - half)
        threshold = best_f1(pairs.score[chosen], true[chosen], labelled.true_pairs(half)).threshold
        found.append(f1_at(pairs.score[reported], true[reported], labelled.true_pairs(1 - half), threshold))
    return float(np.mean(found))


def measures(pairs: ScoredPairs, labelled: LabelledSet) -> dict[str, float]:
    """Every measure of one answer by name."""
    true, total = same(pairs, labelled), labelled.true_pairs()
    best = best_f1(pairs.score, true, total)
    return {
        "f1_default": f1_at(pairs.score, true, total),
        "best_f1": best.f1,
        "precision": best.precision,
        "recall": best.recall,
        "threshold": best.threshold,
        "held_out_f1": held_out(pairs, labelled),
        "average_precision": average_precision(pairs.score, true, total),
        "blocking_recall": blocking_recall(true, total),
    }


def _curve(score: NDArray[np.float64], true: NDArray[np.bool_], total: int) -> _Curve:
    """One point for each different score, highest first: pairs with the same score cannot be told apart."""
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(true[order])
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if len(ranked) else np.empty(0, np.int64)
    return _Curve(ranked[last], hits[last] / (last + 1), hits[last] / max(total, 1))
