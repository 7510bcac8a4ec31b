"""Which records are compared: those that share a key, and where there are few records, all whose names are alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.keys import Keys
from tui_import.matching.records import Cleaned

Rows = NDArray[np.int64]
_BLOCK = 400
_AT_ONCE = 2_000_000
"""Pairs that are held at a time before they are pruned."""


class Candidates(NamedTuple):
    """Pairs of places."""

    a: Rows
    b: Rows


@dataclass(frozen=True, slots=True)
class Left:
    """What was not compared."""

    keys: int = 0
    """Keys that too many records share."""
    pairs: int = 0
    """Pairs under those keys; most share another key, too."""
    lone: int = 0
    """Pairs that share one key alone, and not a rare one."""


def sharing(a: Keys, b: Keys | None, common: int, rare: int = 0) -> tuple[Candidates, Left]:
    """Pairs that share a key; ``b`` None: among ``a`` themselves. Keys of more than ``common`` records of ``b`` are left.

    ``rare``: pairs that share one key alone are left, unless so few records have it; 0: none is left. The rows of ``a`` ascend.
    """
    other = a if b is None else b
    order = np.argsort(other.keys, kind="stable")
    keys, rows = other.keys[order], other.rows[order]
    start = np.searchsorted(keys, a.keys, "left")
    counts = np.searchsorted(keys, a.keys, "right") - start
    few = counts <= common
    left, skipped = len(np.unique(a.keys[~few])), int(counts[~few].sum())
    start, counts, own = start[few], counts[few], a.rows[few]
    parts, lone = [np.zeros(0, np.int64)], 0
    for first, last in _slices(own, counts):
        pairs, left_out = _pairs(own[first:last], rows, start[first:last], counts[first:last], rare, among=b is None)
        parts.append(pairs)
        lone += left_out
    packed = np.concatenate(parts)
    return Candidates(packed >> 32, packed & 0xFFFFFFFF), Left(left, skipped, lone)


def _slices(own: Rows, counts: Rows) -> Iterator[tuple[int, int]]:
    """Parts of the keys that bring about `_AT_ONCE` pairs each; no record's keys are torn apart."""
    before = np.cumsum(counts)
    first = 0
    while first < len(own):
        reached = int(np.searchsorted(before, (before[first - 1] if first else 0) + _AT_ONCE, "left"))
        last = len(own) if reached >= len(own) - 1 else int(np.searchsorted(own, own[reached], "right"))
        yield first, last
        first = last


def _pairs(own: Rows, rows: Rows, start: Rows, sizes: Rows, rare: int, *, among: bool) -> tuple[Rows, int]:
    """The pairs of some keys, each once and packed, and how many were left out."""
    offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    one, two, size = np.repeat(own, sizes), rows[np.repeat(start, sizes) + offsets], np.repeat(sizes, sizes)
    if among:  # each pair is met from its first record alone
        later = two > one
        one, two, size = one[later], two[later], size[later]
    every = one << 32 | two
    packed, times = np.unique(every, return_counts=True)
    if not rare:
        return packed, 0
    lone = (times == 1) & ~np.isin(packed, every[size <= rare])
    return packed[~lone], int(lone.sum())


def distinct(pairs: Candidates, *, same: bool) -> Candidates:
    """Each pair once; among themselves in ascending order and none with itself."""
    a, b = pairs
    if same:
        a, b = np.minimum(a, b), np.maximum(a, b)
        a, b = a[a < b], b[a < b]
    packed = np.unique(a << 32 | b)
    return Candidates(packed >> 32, packed & 0xFFFFFFFF)


def profiles(cleaned: Cleaned) -> list[str]:
    """What is known of each record in one text, its words sorted."""
    slots = ("name",) if cleaned.entity == "company" else ("given", "surname", "birth", "email", "street", "postcode", "city")
    return [" ".join(sorted(" ".join(values).split())) for values in zip(*(cleaned.columns[slot] for slot in slots), strict=True)]


def alike(a: Cleaned, b: Cleaned | None, least: int, most: int) -> Candidates:
    """Pairs whose profiles are alike, at most about ``most`` for a record: every record is compared with every other."""
    from rapidfuzz import fuzz, process

    one = profiles(a)
    other = one if b is None else profiles(b)
    if not one or not other:
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64))
    found: list[tuple[Rows, Rows]] = []
    for start in range(0, len(one), _BLOCK):
        scores = process.cdist(one[start : start + _BLOCK], other, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8, workers=-1)
        if scores.shape[1] > most:
            limit = np.partition(scores, scores.shape[1] - most, axis=1)[:, -most]
            scores[scores < limit[:, None]] = 0
        rows, columns = np.nonzero(scores)
        found.append((rows + start, columns))
    pairs = Candidates(*(np.concatenate([part[at] for part in found]).astype(np.int64) for at in (0, 1)))
    return distinct(pairs, same=b is None)
