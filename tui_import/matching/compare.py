"""How far two values agree, for many pairs at once.

A column's distinct values are numbered once (`Column`). A comparison gets two columns and the numbers of the pairs' values and answers, per
pair, the level (place in the field's levels, `NOT_COMPARED` where a side is empty) and the information in bits: how improbable it is that a
record has this value. Distinct pairs of values are compared once, and strings only where nothing simpler settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.column import WIDTH, Bits, Codes, Column
from tui_import.matching.model import NOT_COMPARED
from tui_import.matching.words import alike

Levels = NDArray[np.int8]
DISTINCTIVE = 7.0
"""Bits of a word from which two names that each have one of their own are taken for two branches rather than one name."""
_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way of comparing."""

    levels: tuple[str, ...]
    """What it answers, best first."""
    compare: Callable[[Column, Codes, Codes], tuple[Levels, Bits]]
    """Of distinct, different, non-empty values."""


def compare(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    """Level and information of each pair of values."""
    if not a.any() or not b.any():  # a field that a side does not have takes no memory
        return np.broadcast_to(np.int8(NOT_COMPARED), len(a)), np.broadcast_to(np.float32(0), len(a))
    levels = np.full(len(a), NOT_COMPARED, np.int8)
    bits = np.zeros(len(a), np.float32)
    equal = (a == b) & (a > 0)
    levels[equal] = 0
    bits[equal] = _same_bits(column, a[equal])
    rest = np.flatnonzero((a != b) & (a > 0) & (b > 0))
    if len(rest):
        low, high = np.minimum(a[rest], b[rest]).astype(np.int64), np.maximum(a[rest], b[rest]).astype(np.int64)
        distinct, where = np.unique(low << 32 | high, return_inverse=True)
        one, other = (distinct >> 32).astype(np.int32), (distinct & 0xFFFFFFFF).astype(np.int32)
        function = COMPARISONS[column.field.compare].compare
        parts = [function(column, one[at : at + _BLOCK], other[at : at + _BLOCK]) for at in range(0, len(one), _BLOCK)]
        levels[rest] = np.concatenate([part[0] for part in parts])[where]
        bits[rest] = np.concatenate([part[1] for part in parts])[where]
    return levels, np.minimum(bits, column.field.most)


def _same_bits(column: Column, codes: Codes) -> Bits:
    if column.field.compare in _BY_WORD:
        words = together(column.token_bits(column.matrix()[codes]))
        return column.name_bits(codes, words) if column.field.compare == "organisation" else words
    return column.bits(codes)


_HALVING = (0.5 ** np.arange(WIDTH)).astype(np.float32)


def together(bits: Bits) -> Bits:
    """What several words say together. Words of a name go together ("Carole Robertson Center"): each further one says half as much."""
    return np.asarray(-np.sort(-bits, axis=1) @ _HALVING, np.float32)


def _ratio(a: Sequence[str], b: Sequence[str], scorer: str = "ratio") -> NDArray[np.float32]:
    """Similarity of strings pair by pair, 0 to 1."""
    from rapidfuzz import distance, fuzz, process

    scorers: Mapping[str, tuple[Any, float]] = {
        "ratio": (fuzz.ratio, 100.0),
        "jaro": (distance.JaroWinkler.normalized_similarity, 1.0),
        "osa": (distance.OSA.normalized_similarity, 1.0),
    }
    function, whole = scorers[scorer]
    if not len(a):
        return np.zeros(0, np.float32)
    return (process.cpdist(a, b, scorer=function, dtype=np.float32) / whole).astype(np.float32)


def _edits(a: Sequence[str], b: Sequence[str]) -> NDArray[np.int32]:
    """Letters to change, add, drop or exchange."""
    from rapidfuzz import distance, process

    if not len(a):
        return np.zeros(0, np.int32)
    return np.asarray(process.cpdist(a, b, scorer=distance.OSA.distance, dtype=np.int32))


ONE_LETTER = 0.9
"""What a name with one wrong letter counts at least, however short it is."""


class _Overlap:
    """Which words two values have in common, exactly and nearly."""

    def __init__(self, column: Column, a: Codes, b: Codes) -> None:
        matrix = column.matrix()
        one, other = matrix[a], matrix[b]
        same = (one[:, :, None] == other[:, None, :]) & (one[:, :, None] > 0)
        near = np.where(same, np.float32(1), np.float32(0))
        pair, i, j = np.nonzero(((one > 0) & ~same.any(axis=2))[:, :, None] & ((other > 0) & ~same.any(axis=1))[:, None, :])
        if len(pair):
            near[pair, i, j] = alike(column, one[pair, i], other[pair, j])
        self.bits_a, self.bits_b = column.token_bits(one), column.token_bits(other)
        best_a, best_b = near.max(axis=2), near.max(axis=1)
        self.total_a, self.total_b = self.bits_a.sum(axis=1), self.bits_b.sum(axis=1)
        shared_a, shared_b = (self.bits_a * best_a).sum(axis=1), (self.bits_b * best_b).sum(axis=1)
        self.shared = np.minimum(together(self.bits_a * best_a), together(self.bits_b * best_b))
        self.conflict = np.minimum((self.bits_a * (1 - best_a)).max(axis=1), (self.bits_b * (1 - best_b)).max(axis=1))
        self.exact = (same.any(axis=2).sum(axis=1) == (one > 0).sum(axis=1)) & (same.any(axis=1).sum(axis=1) == (other > 0).sum(axis=1))
        self.own_a, self.own_b = np.where(best_a >= 1, 0, one), np.where(best_b >= 1, 0, other)
        self.cover_a, self.cover_b = shared_a / np.maximum(self.total_a, 1e-6), shared_b / np.maximum(self.total_b, 1e-6)


def _organisation(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    overlap = _Overlap(column, a, b)
    one, other = ([value.replace(" ", "") for value in column.texts(codes)] for codes in (a, b))
    apart = column.numbered_apart(a, b)
    whole = np.maximum(_ratio(one, other), np.where(_letter_apart(one, other) & ~apart, ONE_LETTER, 0))
    cover, contained = np.minimum(overlap.cover_a, overlap.cover_b), np.maximum(overlap.cover_a, overlap.cover_b)
    least = np.minimum(column.name_bits(a, together(overlap.bits_a)), column.name_bits(b, together(overlap.bits_b)))
    bits = np.maximum(overlap.shared, np.where(whole >= 0.8, whole * whole * least, 0))
    best = np.maximum(cover, np.where(whole >= 0.8, whole, 0))
    asked = (overlap.conflict >= DISTINCTIVE) & ((best >= 0.35) | (contained >= 0.6)) & ~apart
    agreeing = ((overlap.conflict < DISTINCTIVE) | _misspelt(column, overlap, asked)) & ~apart
    levels = np.select(
        [
            apart & (overlap.conflict < DISTINCTIVE),
            overlap.exact | (whole >= 1), (best >= 0.85) & agreeing, (contained >= 0.9) & agreeing, (best >= 0.65) & agreeing,
            ~agreeing & ((best >= 0.35) | (contained >= 0.6)), (best >= 0.35) | (contained >= 0.6),
        ],
        [7, 1, 2, 3, 4, 5, 6], 7,
    )  # fmt: skip
    return levels.astype(np.int8), bits.astype(np.float32)


MISSPELT = 0.6
"""Similarity from which the words that each of two names has of its own may be the same, misspelt or otherwise divided."""


def _misspelt(column: Column, overlap: _Overlap, pairs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where (among ``pairs``) each name has a distinctive word of its own: whether those are spelt alike. "Carole Robertson Center Basile"
    and "Carole Robertson Center Flores" have nearly all their letters in common and are two."""
    asked = np.flatnonzero(pairs)
    texts = column.token_texts
    one, other = (["".join(texts[code] for code in row if code) for row in own[asked].tolist()] for own in (overlap.own_a, overlap.own_b))
    found = np.zeros(len(pairs), bool)
    found[asked] = _ratio(one, other) >= MISSPELT
    return found


def _letter_apart(one: Sequence[str], other: Sequence[str]) -> NDArray[np.bool_]:
    """Names of five letters or more of which one letter is wrong: in a short name a letter is a large part."""
    sizes = np.fromiter(map(len, one), np.int32, len(one)), np.fromiter(map(len, other), np.int32, len(other))
    found = np.zeros(len(one), bool)
    asked = np.flatnonzero((np.abs(sizes[0] - sizes[1]) <= 1) & (np.minimum(*sizes) >= 5)).tolist()
    found[asked] = _edits([one[at] for at in asked], [other[at] for at in asked]) <= 1
    return found


def _larger(column: Column, a: Codes, b: Codes) -> Bits:
    return np.asarray(np.minimum(column.bits(a), column.bits(b)))


def _code(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    one, other = column.texts(a), column.texts(b)
    near = (_edits(one, other) <= 1) & (np.fromiter(map(len, one), np.int32) >= 4) & (np.fromiter(map(len, other), np.int32) >= 4)
    return np.where(near, 1, 2).astype(np.int8), _larger(column, a, b)


def _word(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    one, other = column.texts(a), column.texts(b)
    last = len(column.field.levels) - 1
    if last < 2:
        return np.full(len(a), last, np.int8), _larger(column, a, b)
    near = _ratio([text.replace(" ", "") for text in one], [text.replace(" ", "") for text in other], "jaro") >= 0.9
    near &= ~column.numbered_apart(a, b)
    return np.where(near, 1, last).astype(np.int8), _larger(column, a, b)


def _set(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    matrix = column.matrix()
    one, other = matrix[a], matrix[b]
    shared = ((one[:, :, None] == other[:, None, :]) & (one[:, :, None] > 0)).any(axis=2)
    last = len(column.field.levels) - 1
    return np.where(shared.any(axis=1), 0, last).astype(np.int8), column.token_bits(np.where(shared, one, 0)).max(axis=1).astype(np.float32)


def _phone(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    levels, bits = _set(column, a, b)
    rest = np.flatnonzero(levels > 0)
    one, other = column.texts(a[rest]), column.texts(b[rest])
    near = _edits([text.split()[0] for text in one], [text.split()[0] for text in other]) <= 1
    levels[rest[near]] = 1
    bits[rest[near]] = _larger(column, a[rest[near]], b[rest[near]])
    return levels, bits


def _email(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    levels, bits = _set(column, a, b)
    rest = np.flatnonzero(levels > 0)
    one, other = ([text.split()[0] for text in column.texts(codes[rest])] for codes in (a, b))
    parts = [(x.partition("@"), y.partition("@")) for x, y in zip(one, other, strict=True)]
    before = _ratio([x[0] for x, _y in parts], [y[0] for _x, y in parts], "osa")
    behind = _ratio([_site(x[2]) for x, _y in parts], [_site(y[2]) for _x, y in parts], "osa")
    # a domain says little of a person: colleagues and families share it
    near = (before >= 0.75) & (behind >= 0.8) & ~column.numbered_apart(a[rest], b[rest])
    near &= np.array([min(len(x[0]), len(y[0])) >= 4 or x[0] == y[0] for x, y in parts], bool)
    local = np.array([x[0] == y[0] and _names_somebody(x[0]) for x, y in parts], bool)
    roles = column.words.role_mail
    personal = np.array([x.split("@")[0] not in roles for x in one], bool)
    bits[rest] = _larger(column, a[rest], b[rest])
    if len(column.field.levels) == 4:
        levels[rest] = np.select([near & personal, local & personal], [1, 2], 3)
    else:
        levels[rest] = np.where(near & personal, 1, 2)
    return levels, bits


def _site(domain: str) -> str:
    """A domain without its last part, which many share."""
    return domain.rpartition(".")[0] or domain


def _names_somebody(local: str) -> bool:
    """"anna.berg" and "aberg71" stand for one person in every domain, "anna" for many."""
    return len(local) >= 8 or (len(local) >= 5 and not local.isalpha())


def _given(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    one, other = column.texts(a), column.texts(b)
    names = column.words.nicknames
    level = np.full(len(a), 5, np.int8)
    first = [(x.split()[0], y.split()[0]) for x, y in zip(one, other, strict=True)]
    similar = (_ratio([x for x, _y in first], [y for _x, y in first], "jaro") >= 0.85) | (
        _ratio([x.replace(" ", "") for x in one], [y.replace(" ", "") for y in other], "jaro") >= 0.92
    )
    level[similar & ~column.numbered_apart(a, b)] = 2
    for at, (x, y) in enumerate(first):
        if x == y:
            level[at] = 0
        elif names.get(x, x) == names.get(y, y):
            level[at] = 1
        elif (len(x) == 1 or len(y) == 1) and x[0] == y[0]:
            level[at] = 3
    level[(level == 5) & _shares_word(column, a, b)] = 2
    return level, _larger(column, a, b)


def _shares_word(column: Column, a: Codes, b: Codes) -> NDArray[np.bool_]:
    matrix = column.matrix()
    return np.asarray(((matrix[a][:, :, None] == matrix[b][:, None, :]) & (matrix[a][:, :, None] > 0)).any(axis=(1, 2)))


def _surname(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    one, other = ([text.replace(" ", "") for text in column.texts(codes)] for codes in (a, b))
    edits = _ratio(one, other, "osa")
    similar = ((edits >= 0.7) | ((edits >= 0.65) & (_ratio(one, other, "jaro") >= 0.9))) & ~column.numbered_apart(a, b)
    return np.select([_shares_word(column, a, b), similar], [1, 2], 4).astype(np.int8), _larger(column, a, b)


def _date(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    one, other = column.texts(a), column.texts(b)
    edits = _edits(one, other)
    level = np.full(len(a), 3, np.int8)
    for at, (x, y, wrong) in enumerate(zip(one, other, edits.tolist(), strict=True)):
        same = (x[:4] == y[:4]) + (x[4:6] == y[4:6]) + (x[6:] == y[6:])
        if wrong <= 1 or (same == 2 and x[:4] == y[:4]) or (x[:4] == y[:4] and x[4:6] == y[6:] and x[6:] == y[4:6]):
            level[at] = 1
        elif same == 2 or x[:4] == y[:4] or wrong == 2:
            level[at] = 2
    return level, _larger(column, a, b)


def _street(column: Column, a: Codes, b: Codes) -> tuple[Levels, Bits]:
    """Street names alone; `house_numbers` looks at the numbers."""
    one, other = ([text.replace(" ", "") for text in column.texts(codes)] for codes in (a, b))
    overlap = _Overlap(column, a, b)
    near = (_ratio(one, other) >= 0.85) | (np.minimum(overlap.cover_a, overlap.cover_b) >= 0.75)
    near |= np.maximum(overlap.cover_a, overlap.cover_b) >= 0.95
    return np.where(near, 1, 3).astype(np.int8), _larger(column, a, b)


COMPARISONS: Mapping[str, Comparison] = {
    "organisation": Comparison(("same", "words", "near", "contained", "similar", "branch", "partly", "different"), _organisation),
    "given": Comparison(("same", "nickname", "similar", "initial", "swapped", "different"), _given),
    "surname": Comparison(("same", "part", "similar", "swapped", "different"), _surname),
    "date": Comparison(("same", "similar", "near", "different"), _date),
    "code": Comparison(("same", "similar", "different"), _code),
    "word": Comparison(("same", "similar", "different"), _word),
    "equal": Comparison(("same", "different"), _word),
    "set": Comparison(("same", "different"), _set),
    "phone": Comparison(("same", "similar", "different"), _phone),
    "address": Comparison(("same", "similar", "local", "different"), _email),
    "email": Comparison(("same", "similar", "different"), _email),
    "street": Comparison(("same", "near", "road", "different"), _street),
}
"""Name in `matching.toml` → comparison."""
_BY_WORD = frozenset({"organisation", "set", "phone", "email", "address"})
"""Comparisons whose information is that of the words."""
