"""The weights adapted to the data at hand, without labels: expectation maximisation, held by the shipped values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.column import Bits
from tui_import.matching.model import NOT_COMPARED, EntityModel
from tui_import.matching.rivals import Rivals
from tui_import.matching.score import Evidence, probability, related, total, weights

ROUNDS = 20
"""At most; it ends before where nothing changes any more."""
SETTLED = 0.001
FURTHEST = 2.0
"""Factor by which an m may move from the shipped value."""
PRIOR_PAIRS = 50.0
"""The shipped m count as much as so many duplicates."""
PRIOR_OF_PAIRS = 1_000.0
"""The shipped share of duplicates counts as much as so many pairs."""
RARER = 20.0
"""Duplicates are never taken to be rarer than shipped by more than this, nor branches to be more common: a file without any duplicate does
not hide the first one."""
MOST_PRIOR = 0.01
"""Before anything is compared, no two records are more probably the same than this, however few there are."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the data say."""

    prior: float
    """Share of all pairs that are duplicates."""
    m: Mapping[str, NDArray[np.float64]]
    """Per field: share of duplicates at each level."""
    duplicates: float = 0.0
    """Expected number of duplicate pairs."""
    share: float = 0.0
    """Share of the incoming records that have a duplicate where they are looked up; 0 among themselves."""
    related: float = 0.0
    """For each duplicate, how many pairs belong together without being one."""

    @property
    def start(self) -> float:
        """Bits of a pair's odds before it is compared."""
        return float(np.log2(self.prior / (1 - self.prior)) - np.log2(1 - self.share))


def to_text(estimate: Estimate) -> str:
    """As it can be kept."""
    return json.dumps([estimate.prior, {name: m.tolist() for name, m in estimate.m.items()}, estimate.share, estimate.related])


def from_text(text: str) -> Estimate:
    """What `to_text` made."""
    prior, m, share, related = json.loads(text)
    return Estimate(prior, {name: np.array(values) for name, values in m.items()}, share=share, related=related)


def shipped(model: EntityModel) -> dict[str, NDArray[np.float64]]:
    """The m of the model."""
    return {field.name: np.array([level.m for level in field.levels]) for field in model.fields}


def first_prior(model: EntityModel, incoming: int, pairs: float) -> float:
    """Share of all pairs that are duplicates, before anything is compared."""
    return min(model.duplicates * max(incoming, 1) / max(pairs, 1), MOST_PRIOR)


class Judged(NamedTuple):
    """Pairs by what was estimated."""

    weights: dict[str, Bits]
    bits: NDArray[np.float64]
    """The sum of a pair's weights and what decisions taught."""
    related: NDArray[np.float64]
    """See `score.related`."""
    probability: NDArray[np.float64]


def judge(evidence: Evidence, model: EntityModel, damping: float, adapted: Estimate, rivals: Rivals | None = None) -> Judged:
    """``rivals``: where incoming records are looked up."""
    found = weights(evidence, model, adapted.m)
    bits = total(found, model, damping) + model.bias
    beside = related(evidence, model, damping, adapted.related, adapted.m)
    if rivals is None:
        return Judged(found, bits, beside, probability(bits, adapted.prior, beside))
    return Judged(found, bits, beside, rivals.settled(bits, adapted.prior, adapted.share, beside))


def estimate(evidence: Evidence, model: EntityModel, damping: float, incoming: int, pairs: float, rivals: Rivals | None = None) -> Estimate:
    """From the compared pairs; ``pairs`` is the number of all there are, compared or not. ``rivals``: see `judge`."""
    started = shipped(model)
    first = first_prior(model, incoming, pairs)
    adapted = Estimate(first, started, related=model.related)
    for _round in range(ROUNDS):
        judged = judge(evidence, model, damping, adapted, rivals)
        expected = float(judged.probability.sum())
        prior = (expected + PRIOR_OF_PAIRS * first) / (pairs + PRIOR_OF_PAIRS)
        kin = (float((judged.probability * np.exp2(judged.related)).sum()) + PRIOR_PAIRS * model.related) / (expected + PRIOR_PAIRS)
        before, adapted = (
            adapted,
            Estimate(
                min(max(prior, first / RARER), 0.5),
                {name: _shares(evidence.levels[name], judged.probability, started[name]) for name in started},
                expected,
                0.0 if rivals is None else rivals.share(judged.probability, incoming, model.duplicates),
                kin,
            ),
        )
        if abs(np.log(adapted.prior / before.prior)) < SETTLED:
            break
    return adapted


def _shares(levels: NDArray[np.int8], found: NDArray[np.float64], started: NDArray[np.float64]) -> NDArray[np.float64]:
    compared = levels != NOT_COMPARED
    sums = np.bincount(levels[compared], weights=found[compared], minlength=len(started))
    shares = sums + PRIOR_PAIRS * started / started.sum()
    return np.asarray(np.clip(shares / shares.sum(), started / FURTHEST, started * FURTHEST))
