"""How common a value is: what agreement on it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.model import FieldModel
from tui_import.matching.records import Cleaned

WHOLE_VALUES = frozenset({"given", "surname", "birth", "street", "postcode", "city", "country", "vat", "code", "line2", "department", "house"})
"""Slots whose values are counted whole; of the others, each word."""
PRIOR_WEIGHT = 1000.0
"""What is expected of a value counts as much as so many records."""
COMMON_WORD = 0.01
"""Expected share of the words in the model's table of common words."""

SHORT_WORDS = {1: 0.01, 2: 0.004, 3: 0.001}
"""Expected share of a word of so few letters: there are not many."""


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
        seen = np.fromiter((counts.get(value, 0) for value in values), np.float64, len(values))
        by_word = model.name not in WHOLE_VALUES
        if by_word:
            expected = np.fromiter((self._expected(model, value) for value in values), np.float64, len(values))
        else:
            expected = np.full(len(values), model.frequency)
        share = (np.maximum(seen - self.copies, 0) + PRIOR_WEIGHT * expected) / (self.sizes.get(model.name, 0) + PRIOR_WEIGHT)
        return np.asarray(-np.log2(np.minimum(share, 1)), np.float32)


    def _expected(self, model: FieldModel, word: str) -> float:
        if word in self.common:
            return COMMON_WORD
        return max(model.frequency, SHORT_WORDS.get(len(word), 0.0) if word.isalpha() else 0.0)


def count(cleaned: Cleaned, common: frozenset[str], copies: float = 1, weights: NDArray[np.float64] | None = None) -> Frequencies:
    """The counts of these records. ``weights``: how much each counts, where several stand for one company or person."""
    each = np.ones(len(cleaned)) if weights is None else weights
    counts: dict[str, dict[str, float]] = {}
    sizes: dict[str, float] = {}
    for slot, values in cleaned.columns.items():
        own: dict[str, float] = {}
        for value, weight in zip(values, each.tolist(), strict=True):
            if value:
                own[value] = own.get(value, 0) + weight
        if slot == "name":
            own = {value: min(weight, 1) for value, weight in own.items()}
        sizes[slot] = sum(own.values()) if slot == "name" else float(each.sum())
        if slot not in WHOLE_VALUES:
            words: dict[str, float] = {}
            for value, weight in own.items():
                for word in set(value.split()):
                    words[word] = words.get(word, 0) + weight
            own = words
        counts[slot] = own
    return Frequencies(sizes, counts, copies, common)
