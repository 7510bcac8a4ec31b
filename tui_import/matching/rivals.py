"""An incoming record is one company or person: of stored ones that are not each other's duplicates it can be one alone.

What speaks for one candidate speaks against its rivals. And where nearly all incoming records have a duplicate (a list that was taken from
the same customers), having none is itself improbable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
CONTESTED = -6.0
"""Bits of a candidate's odds from which it is a rival."""
MOST_SHARE = 0.95
"""However many have a duplicate, the next record may have none."""
PRIOR_RECORDS = 10.0
"""The shipped share of records that have a duplicate counts as much as so many records."""


def contested(rows: Rows, odds: NDArray[np.float64], most: int = 8) -> tuple[Rows, Rows]:
    """Places of pairs of candidates of one record, both ways; the ``most`` likeliest of each record."""
    likely = np.flatnonzero(odds > CONTESTED)
    order = likely[np.lexsort((-odds[likely], rows[likely]))]
    own = rows[order]
    first = np.searchsorted(own, own, "left")
    order = order[np.arange(len(order)) - first < most]
    own = rows[order]
    first, last = np.searchsorted(own, own, "left"), np.searchsorted(own, own, "right")
    sizes = last - first
    one = np.repeat(np.arange(len(order)), sizes)
    other = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(first, sizes)
    apart = one != other
    return order[one[apart]], order[other[apart]]


@dataclass(frozen=True, slots=True)
class Rivals:
    """Which pairs contradict each other."""

    one: Rows
    """Places of pairs."""
    other: Rows
    """Of each the place of a rival: the same incoming record with another stored one."""
    apart: NDArray[np.float64]
    """How probable it is that the two stored records are not the same."""
    rows: Rows
    """The incoming record of each pair."""

    def settled(self, bits: NDArray[np.float64], prior: float, share: float, related: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of each pair, from the sum of its weights, the share of all pairs that are duplicates, that of the records that
        have one, and `score.related`."""
        odds = np.exp2(np.clip(bits + np.log2(prior / (1 - prior)), -60, 60))
        against = np.bincount(self.one, odds[self.other] * self.apart, len(odds))
        return np.asarray(odds / (odds * (1 + np.exp2(related)) + 1 - share + against))

    def share(self, found: NDArray[np.float64], incoming: int, expected: float) -> float:
        """The share of the records that have a duplicate: those of whose candidates one is right."""
        best = np.zeros(incoming)
        np.maximum.at(best, self.rows, found)
        return float(min((best.sum() + PRIOR_RECORDS * expected) / (incoming + PRIOR_RECORDS), MOST_SHARE))
