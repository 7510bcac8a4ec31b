"""What the levels of a pair say together: Fellegi-Sunter weights, their sum, the probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.column import Bits, Column
from tui_import.matching.compare import Levels, compare
from tui_import.matching.frequencies import Frequencies
from tui_import.matching.model import NOT_COMPARED, EntityModel, Words
from tui_import.matching.records import Cleaned

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Per field (in the model's order) and pair: level and information."""

    levels: Mapping[str, Levels]
    bits: Mapping[str, Bits]


class Comparer:
    """Compares pairs of two batches of records (or of one) field by field."""

    def __init__(self, a: Cleaned, b: Cleaned, model: EntityModel, words: Words, frequencies: Frequencies) -> None:
        self.model, self.a, self.b = model, a, b
        self.columns = {field.name: Column(field, words, frequencies) for field in model.fields}
        self.codes = {name: (column.codes(a.columns[name]), column.codes(b.columns[name])) for name, column in self.columns.items()}
        self.house = (np.array(a.columns["house"], object), np.array(b.columns["house"], object))

    def evidence(self, a: Rows, b: Rows) -> Evidence:
        """Levels and information of these pairs (places in the batches)."""
        found = {name: compare(column, self.codes[name][0][a], self.codes[name][1][b]) for name, column in self.columns.items()}
        if "street" in found and found["street"][0].flags.writeable:
            self._house_numbers(found["street"][0], a, b)
        if "given" in found and "surname" in found:
            self._swapped(found, a, b)
        return Evidence({name: each[0] for name, each in found.items()}, {name: each[1] for name, each in found.items()})

    def _house_numbers(self, levels: Levels, a: Rows, b: Rows) -> None:
        """The same street with another number is less than the same address."""
        one, other = self.house[0][a], self.house[1][b]
        both = (one != "") & (other != "")
        levels[both & (one != other) & ((levels == 0) | (levels == 1))] = 2
        levels[~both & (levels == 0)] = 1

    def _swapped(self, found: dict[str, tuple[Levels, Bits]], a: Rows, b: Rows) -> None:
        given, surname = self.model.field("given"), self.model.field("surname")
        levels = found["given"][0], found["surname"][0]
        rows = np.flatnonzero((levels[0] == given.level("different")) & (levels[1] == surname.level("different")))
        if not len(rows):
            return
        texts = [
            [self.columns[name].values[code] for code in self.codes[name][side][place[rows]].tolist()]
            for side, place in ((0, a), (1, b))
            for name in ("given", "surname")
        ]
        for row, given_a, surname_a, given_b, surname_b in zip(rows.tolist(), *texts, strict=True):
            if _near(given_a, surname_b) and _near(surname_a, given_b):
                levels[0][row], levels[1][row] = given.level("swapped"), surname.level("swapped")


def _near(one: str, other: str) -> bool:
    from rapidfuzz.distance import JaroWinkler

    return bool(one == other or JaroWinkler.similarity(one.replace(" ", ""), other.replace(" ", ""), score_cutoff=0.9))


def weights(evidence: Evidence, model: EntityModel, ms: Mapping[str, NDArray[np.float64]] | None = None) -> dict[str, Bits]:
    """The weight of each field of each pair, in bits; 0 where it was not compared. ``ms``: adapted m by field."""
    found: dict[str, Bits] = {}
    for field in model.fields:
        levels, information = evidence.levels[field.name], evidence.bits[field.name]
        if not (levels != NOT_COMPARED).any():
            found[field.name] = np.broadcast_to(np.float32(0), len(levels))
            continue
        m = np.log2(ms[field.name] if ms else np.array([level.m for level in field.levels]))
        chance = np.array([np.log2(level.spread or level.u) for level in field.levels])
        informed = np.array([bool(level.spread) for level in field.levels])
        own = np.where(informed[levels], information, 0)
        # chance cannot be more probable than certain: a common value that nearly agrees is no evidence at all
        weight = m[levels] + np.where(informed[levels], np.maximum(own - chance[levels], 0), -chance[levels])
        weight[levels == NOT_COMPARED] = 0
        found[field.name] = np.minimum(weight, field.most).astype(np.float32)
    return found


def total(found: Mapping[str, Bits], model: EntityModel, damping: float) -> NDArray[np.float64]:
    """The sum of a pair's weights; fields of one group say partly the same."""
    size = len(next(iter(found.values())))
    result = np.zeros(size)
    groups: dict[str, list[Bits]] = {}
    for field in model.fields:
        weight = found[field.name] * field.coefficient
        if field.group:
            groups.setdefault(field.group, []).append(weight)
        else:
            result += weight
    for members in groups.values():
        stack = np.stack(members)
        positive, negative = np.maximum(stack, 0), np.minimum(stack, 0)
        result += positive.max(axis=0) * (1 - damping) + positive.sum(axis=0) * damping
        result += negative.min(axis=0) * (1 - damping) + negative.sum(axis=0) * damping
    return result


def related(
    evidence: Evidence, model: EntityModel, damping: float, share: float, ms: Mapping[str, NDArray[np.float64]] | None = None
) -> NDArray[np.float64]:
    """How much likelier it is, in bits, that a pair belongs together without being one (two branches) than that it is one. ``share``: such
    pairs for each duplicate. Where only one field was compared, nothing tells the two apart: its own weight allows for both."""
    told = np.zeros(len(next(iter(evidence.levels.values()))), np.int32)
    found: dict[str, Bits] = {}
    for field in model.fields:
        m = ms[field.name] if ms else np.array([level.m for level in field.levels])
        kin = np.array([level.related for level in field.levels])
        bits = np.append(np.where(kin > 0, np.log2(np.where(kin > 0, kin, 1) / m), 0), 0)  # the last: not compared
        levels = evidence.levels[field.name]
        found[field.name] = bits[levels].astype(np.float32)
        told += (levels != NOT_COMPARED) & bool(kin.any())
    if not share:
        return np.full(len(told), -np.inf)
    return np.where(told > 1, np.log2(share) + total(found, model.for_related, damping), -np.inf)


def probability(bits: NDArray[np.float64], prior: float, related: NDArray[np.float64] | float = -np.inf) -> NDArray[np.float64]:
    """From the sum of the weights, the share of all pairs that are duplicates, and what `related` says."""
    odds = np.exp2(np.clip(bits + np.log2(prior / (1 - prior)), -60, 60))
    return np.asarray(odds / (1 + odds * (1 + np.exp2(related))))
