"""Two records that are both surely the same as a third are the same as each other, unless something speaks against it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.candidates import Candidates

SURE = 0.3
"""Probability from which a pair carries others; the weaker of the two counts."""
CARRIED = 0.95
"""What is left of it."""
LEAST_BITS = -6.0
"""Own weights below this are never overruled."""
LEAST_AGAINST = -1.0
"""A chain of companies has one name at many addresses: a company is not carried over anything that differs beside the name."""


def closed(
    found: NDArray[np.float64],
    candidates: Candidates,
    size: int,
    bits: NDArray[np.float64],
    weights: Mapping[str, NDArray[np.float32]],
    entity: str,
) -> NDArray[np.float64]:
    """The probabilities, raised where a third record joins two."""
    neighbours: list[dict[int, float]] = [{} for _ in range(size)]
    linking = np.flatnonzero(found > SURE)
    for a, b, probability in zip(candidates.a[linking].tolist(), candidates.b[linking].tolist(), found[linking].tolist(), strict=True):
        neighbours[a][b] = neighbours[b][a] = probability
    open_ = (found < SURE_ENOUGH) & (bits > LEAST_BITS)
    if entity == "company":
        against = sum((np.minimum(weight, 0) for name, weight in weights.items() if name != "name"), np.zeros(len(found)))
        open_ &= against > LEAST_AGAINST
    raised = found.copy()
    for at in np.flatnonzero(open_).tolist():
        one, other = neighbours[candidates.a[at]], neighbours[candidates.b[at]]
        if len(other) < len(one):
            one, other = other, one
        best = max((min(probability, other[third]) for third, probability in one.items() if third in other), default=0.0)
        raised[at] = max(found[at], CARRIED * best)
    return raised


SURE_ENOUGH = 0.9
"""Pairs that are as probable by themselves need no third."""
