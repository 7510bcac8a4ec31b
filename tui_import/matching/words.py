"""Words that may stand for the same: misspelt, shortened, or an initial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.column import Codes, Column

LEAST = 0.7
"""Similarity from which a word may be a misspelling of another."""


def alike(column: Column, a: Codes, b: Codes) -> NDArray[np.float32]:
    """How far two different words of a column, given by number, may stand for the same: 0 to 1."""
    distinct, where = np.unique(a.astype(np.int64) << 32 | b, return_inverse=True)
    one, other = (distinct >> 32).astype(np.int32), (distinct & 0xFFFFFFFF).astype(np.int32)
    found = np.zeros(len(distinct), np.float32)
    shapes, texts = column.shapes(), column.token_texts
    for at in np.flatnonzero(shapes.firsts[one] == shapes.firsts[other]).tolist():
        found[at] = _shortened(texts[one[at]], texts[other[at]])
    near = np.flatnonzero((found == 0) & _perhaps_misspelt(column, one, other))
    if len(near):
        ratios = _similarity([texts[code] for code in one[near].tolist()], [texts[code] for code in other[near].tolist()])
        found[near] = np.where(ratios >= LEAST, ratios, 0)
    return found[where]


def _shortened(left: str, right: str) -> float:
    short, long = (left, right) if len(left) <= len(right) else (right, left)
    if not long.startswith(short) or short.isdigit():
        return 0.0
    return 0.9 if len(short) >= 4 else 0.7 if len(short) >= 2 else 0.5


def _perhaps_misspelt(column: Column, one: Codes, other: Codes) -> NDArray[np.bool_]:
    """Words of more than three letters whose lengths and letters allow for `LEAST`: each edit makes up for one letter that the other word
    does not have, or one of length. This spares nearly all comparisons of letters."""
    lengths, letters, _firsts = column.shapes()
    long, short = np.maximum(lengths[one], lengths[other]), np.minimum(lengths[one], lengths[other])
    strange = np.maximum(np.bitwise_count(letters[one] & ~letters[other]), np.bitwise_count(letters[other] & ~letters[one]))
    edits = np.maximum(strange, long - short)
    return np.asarray((short > 3) & (edits <= (1 - LEAST + 0.001) * long))


def _similarity(one: Sequence[str], other: Sequence[str]) -> NDArray[np.float32]:
    from rapidfuzz import distance, process

    return np.asarray(process.cpdist(one, other, scorer=distance.OSA.normalized_similarity, dtype=np.float32))
