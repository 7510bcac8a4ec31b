"""The values of one field over both sides of a comparison, numbered, with all that is found out about each once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.frequencies import Frequencies
from tui_import.matching.model import FieldModel, Words

Bits = NDArray[np.float32]
Codes = NDArray[np.int32]
WIDTH = 10
"""Most words of a value that are compared one by one."""
_NOT_DIGITS = re.compile(r"\D+")


class Shapes(NamedTuple):
    """What tells most words apart without looking at their letters one by one."""

    lengths: NDArray[np.int32]
    letters: NDArray[np.uint64]
    """A bit for each letter that occurs (several letters may share one)."""
    firsts: NDArray[np.int32]
    """Code point of the first letter."""

    @staticmethod
    def of(words: Sequence[str]) -> Shapes:
        """Those of these words."""
        count = len(words)
        return Shapes(
            np.fromiter(map(len, words), np.int32, count),
            np.fromiter(map(_letters, words), np.uint64, count),
            np.fromiter((ord(word[0]) if word else 0 for word in words), np.int32, count),
        )

    def and_of(self, words: Sequence[str]) -> Shapes:
        """These, and those of more words."""
        more = Shapes.of(words)
        return Shapes(
            np.concatenate([self.lengths, more.lengths]),
            np.concatenate([self.letters, more.letters]),
            np.concatenate([self.firsts, more.firsts]),
        )


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


class Column:
    """The values of one slot over both sides, numbered: 0 is the empty text."""

    def __init__(self, field: FieldModel, words: Words, frequencies: Frequencies) -> None:
        self.field, self.words, self.frequencies = field, words, frequencies
        self.numbers: dict[str, int] = {"": 0}
        self.tokens: dict[str, int] = {"": 0}
        self._matrix = np.zeros((0, WIDTH), np.int32)
        self._values: list[str] = [""]
        self.token_texts: list[str] = [""]
        self._token_bits = np.zeros(1, np.float32)
        self._shapes = Shapes.of([])
        self._value_bits = np.zeros(0, np.float32)
        self._digits = np.zeros(0, np.int64)

    def codes(self, values: Sequence[str]) -> Codes:
        """The numbers of these values; new ones are added."""
        numbers = self.numbers
        for value in dict.fromkeys(values):
            if value not in numbers:
                numbers[value] = len(numbers)
                self._values.append(value)
        return np.fromiter(map(numbers.__getitem__, values), np.int32, len(values))

    @property
    def values(self) -> list[str]:
        """Value by number."""
        return self._values

    def texts(self, codes: Codes) -> list[str]:
        """The values of these numbers."""
        values = self._values
        return [values[code] for code in codes.tolist()]

    def bits(self, codes: Codes) -> Bits:
        """Information of whole values."""
        self._value_bits = self._known(self._value_bits, self._values, codes)
        return np.asarray(self._value_bits[codes])

    def _known(self, bits: Bits, texts: list[str], codes: Codes) -> Bits:
        """The information of texts, that of these numbers filled in where it is still NaN: most texts are never asked for."""
        if len(bits) < len(texts):
            bits = np.concatenate([bits, np.full(len(texts) - len(bits), np.nan, np.float32)])
        missing = np.unique(codes[np.isnan(bits[codes])])
        if len(missing):
            bits[missing] = self.frequencies.bits(self.field, [texts[code] for code in missing.tolist()])
        return bits

    def _digits_of(self, codes: Codes) -> NDArray[np.int64]:
        """A number for the digits in each value, 0 where it has none."""
        if len(self._digits) < len(self._values):
            more = [crc32(_NOT_DIGITS.sub("", value).encode()) for value in self._values[len(self._digits) :]]
            self._digits = np.concatenate([self._digits, np.array(more, np.int64)])
        return np.asarray(self._digits[codes])

    def numbered_apart(self, a: Codes, b: Codes) -> NDArray[np.bool_]:
        """Both values have digits, and others: "Hall 2" and "Hall 3" are no misspellings of each other."""
        one, other = self._digits_of(a), self._digits_of(b)
        return np.asarray((one != other) & (one > 0) & (other > 0))

    def matrix(self) -> Codes:
        """Numbers of the words of each value, `WIDTH` of them."""
        start = len(self._matrix)
        if start < len(self._values):
            words = [value.split()[:WIDTH] for value in self._values[start:]]
            flat = list(chain.from_iterable(words))
            tokens = self.tokens
            for word in dict.fromkeys(flat):
                if word not in tokens:
                    tokens[word] = len(tokens)
                    self.token_texts.append(word)
            counts = np.fromiter(map(len, words), np.int64, len(words))
            places = np.arange(len(flat)) - np.repeat(np.cumsum(counts) - counts, counts)
            rows = np.zeros((len(words), WIDTH), np.int32)
            rows[np.repeat(np.arange(len(words)), counts), places] = np.fromiter(map(tokens.__getitem__, flat), np.int32, len(flat))
            self._matrix = np.concatenate([self._matrix, rows])
        return self._matrix

    def token_bits(self, codes: Codes) -> Bits:
        """Information of words."""
        self._token_bits = self._known(self._token_bits, self.token_texts, codes)
        return np.asarray(self._token_bits[codes])

    def name_bits(self, codes: Codes, words: Bits) -> Bits:
        """Information of whole names; ``words``: that of their words."""
        return self.frequencies.whole_bits(self.field, self.texts(codes), words)

    def shapes(self) -> Shapes:
        """What tells words apart at a glance."""
        start = len(self._shapes.lengths)
        if start < len(self.token_texts):
            self._shapes = self._shapes.and_of(self.token_texts[start:])
        return self._shapes
