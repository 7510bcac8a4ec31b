"""How common a value is: what agreement on it is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.model import FieldModel
from tui_import.matching.records import Cleaned

WHOLE_VALUES = frozenset(
    {"given", "surname", "birth", "street", "postcode", "city", "country", "vat", "code", "line2", "department", "house"}
)
"""Slots whose values are counted whole; of the others, each word."""
PRIOR_WEIGHT = 1000.0
"""What is expected of a value counts as much as so many records."""
COMMON_WORD = 0.01
"""Expected share of the words in the model's table of common words."""

SHORT_WORDS = {1: 0.01, 2: 0.004, 3: 0.001}
"""Expected share of a word of so few letters: there are not many."""

WHOLE = "whole {slot}"
"""Beside the slots of companies' names: whole names. A word may be in many names and the name of one company alone."""
NAMES = ("name", "company")
NAME_WEIGHT = 100.0
"""What the words of a name make expect of the whole counts as much as so many records."""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Counts of the values of one population (the store's records, or the file's)."""

    sizes: Mapping[str, float] = field(default_factory=dict)
    """Slot → records (names: distinct names) that were counted."""
    counts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Slot → value → records that have it."""
    copies: float = 1
    """How many of the records that have the value are the pair's own: 2 where both sides are counted."""
    common: frozenset[str] = frozenset()

    def bits(self, model: FieldModel, values: Sequence[str]) -> NDArray[np.float32]:
        """Information of values: -log2 of their share."""
        counts = self.counts.get(model.name, {})
        seen = np.fromiter(map(counts.get, values, repeat(0)), np.float64, len(values))
        expected = np.full(len(values), model.frequency)
        if model.name not in WHOLE_VALUES:
            for at in np.flatnonzero(np.fromiter(map(len, values), np.int64, len(values)) <= max(SHORT_WORDS)).tolist():
                expected[at] = max(model.frequency, SHORT_WORDS.get(len(values[at]), 0.0))
            expected[np.fromiter(map(self.common.__contains__, values), np.bool_, len(values))] = COMMON_WORD
        share = (np.maximum(seen - self.copies, 0) + PRIOR_WEIGHT * expected) / (self.sizes.get(model.name, 0) + PRIOR_WEIGHT)
        return np.asarray(-np.log2(np.minimum(share, 1)), np.float32)

    def whole_bits(self, model: FieldModel, values: Sequence[str], words: NDArray[np.float32]) -> NDArray[np.float32]:
        """Information of whole names of companies; ``words``: that of their words, which is the least."""
        slot = WHOLE.format(slot=model.name)
        counts = self.counts.get(slot, {})
        seen = np.fromiter(map(counts.get, values, repeat(0.0)), np.float64, len(values))
        share = np.maximum(seen - self.copies, 0) + NAME_WEIGHT * np.exp2(-words)
        return np.maximum(words, -np.log2(np.minimum(share / (self.sizes.get(slot, 0) + NAME_WEIGHT), 1)).astype(np.float32))


def count(cleaned: Cleaned, common: frozenset[str], copies: float = 1, weights: NDArray[np.float64] | None = None) -> Frequencies:
    """The counts of these records. ``weights``: how much each counts, where several stand for one company or person."""
    each = None if weights is None else weights.tolist()
    whole = float(len(cleaned) if weights is None else weights.sum())
    counts: dict[str, Mapping[str, float]] = {}
    sizes: dict[str, float] = {}
    for slot, values in cleaned.columns.items():
        own, sizes[slot] = _counted(values, each), whole
        if slot in NAMES:
            counts[WHOLE.format(slot=slot)], sizes[WHOLE.format(slot=slot)] = own, sum(own.values())
        if slot == "name":
            own = {value: min(weight, 1) for value, weight in own.items()}
            sizes[slot] = sum(own.values())
        counts[slot] = own if slot in WHOLE_VALUES else _words(own)
    return Frequencies(sizes, counts, copies, common)


def _counted(values: Sequence[str], weights: Sequence[float] | None) -> dict[str, float]:
    """How many have each value. A pair that shares one is compared with whoever else has it, and those are no more than the other records,
    however unsure it is that the two are one."""
    records = Counter(values)
    del records[""]
    if weights is None:
        return dict(records)
    found = dict.fromkeys(records, 0.0)
    for value, weight in zip(values, weights, strict=True):
        if value:
            found[value] += weight
    return {value: min(weight, max(records[value] - 1, 1)) for value, weight in found.items()}


def _words(values: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for value, weight in values.items():
        for word in set(value.split()):
            found[word] = found.get(word, 0) + weight
    return found
