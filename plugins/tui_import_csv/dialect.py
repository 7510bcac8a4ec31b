"""The delimiter, quote and escape of a text: the combination whose records agree best about their number of fields."""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

DELIMITERS = (",", ";", "\t", "|")
RARE = ("#", "^", "~")
"""Signs that are seldom delimiters: nearly all records must agree."""
LAST_RESORT = (":", " ")
"""Taken only where none of the others divides the text, and nearly every record has three or more fields: sentences have spaces."""
RECORDS = 400
"""Records that are looked at."""
LEAST = 0.9 * math.log(3)
"""Score that a last resort must reach."""
RARE_SHARE = 0.95
DECIMAL_COMMA = 0.8
"""What a comma is worth as delimiter where most commas stand between two digits."""
QUOTES_HOLD = 0.9
"""Share of agreeing records from which on quotation marks are surely what they look like."""
WITHOUT_QUOTES = 0.75
"""What a reading is worth that takes quotation marks for letters."""

_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_SEPARATOR_LINE = re.compile(r"^\ufeff?sep=(.)\r?\n?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the fields of a line are told apart."""

    delimiter: str = ","
    quote: str = '"'
    """Empty: quotation marks mean nothing."""
    escape: str = ""
    """Backslash where it takes a quotation mark's meaning away, else empty."""
    spaced: bool = False
    """Spaces after a delimiter belong to nothing."""

    def reader_options(self) -> dict[str, object]:
        """The keyword arguments of `csv.reader`."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "escapechar": self.escape or None,
            "skipinitialspace": self.spaced,
        }


def separator_line(line: str) -> str:
    """The delimiter that Excel's first line ``sep=;`` names; empty where it is no such line."""
    found = _SEPARATOR_LINE.match(line)
    return found[1] if found else ""


def find_dialect(lines: Sequence[str], delimiter: str = "", quote: str | None = None, *, cut: bool = False) -> Dialect:
    """The dialect of the first lines of a text (with their line ends).

    ``delimiter`` and ``quote`` are taken as given where not empty; ``cut``: the text goes on, perhaps in the middle of a record.
    """
    text = "".join(lines)
    best, best_score = Dialect(delimiter or ",", '"' if quote is None else quote), 0.0
    agreed: dict[str, float] = {}
    for group in [(delimiter,)] if delimiter else [(*DELIMITERS, *RARE), LAST_RESORT]:
        for candidate in _candidates(text, group, quote):
            if not candidate.quote and quote is None and agreed.get(candidate.delimiter, 0.0) >= QUOTES_HOLD:
                continue
            found = consistency(lines, candidate, cut=cut)
            agreed[candidate.delimiter] = max(agreed.get(candidate.delimiter, 0.0), found.share)
            score = found.score * _weight(candidate, text, quote)
            if (group is LAST_RESORT and score < LEAST) or (not delimiter and candidate.delimiter in RARE and found.share < RARE_SHARE):
                continue
            if score > best_score * 1.0001:
                best, best_score = candidate, score
        if best_score > 0:
            break
    if quote is None and not best.quote and '"' not in text:
        best = replace(best, quote='"')
    return _escaped(lines, best, text, cut)


def _weight(dialect: Dialect, text: str, quote: str | None) -> float:
    """How believable a dialect is in itself, 0…1."""
    weight = 1.0
    if dialect.delimiter == "," and 2 * len(_DECIMAL.findall(text)) > text.count(","):
        weight *= DECIMAL_COMMA
    return weight if dialect.quote or quote is not None else weight * WITHOUT_QUOTES


@dataclass(frozen=True, slots=True)
class Consistency:
    """How well the records of a text agree about their number of fields."""

    share: float = 0.0
    """Of the records with the commonest number, 0…1."""
    width: int = 1
    """That number."""

    @property
    def score(self) -> float:
        """Grows with agreement and, slowly, with the number of fields; 0 where nothing is divided."""
        return self.share * math.log(self.width)


def consistency(lines: Sequence[str], dialect: Dialect, *, cut: bool = False) -> Consistency:
    """The agreement of the first records as the dialect reads them."""
    try:
        records = list(itertools.islice(csv.reader(lines, **dialect.reader_options()), RECORDS))  # type: ignore[arg-type]
    except csv.Error:
        return Consistency()
    if cut and 1 < len(records) < RECORDS:
        records.pop()
    counts = Counter(len(record) for record in records if any(record))
    total = counts.total()
    found = [Consistency(times / total, width) for width, times in counts.items()]
    return max(found, key=lambda each: each.score, default=Consistency())


def _escaped(lines: Sequence[str], dialect: Dialect, text: str, cut: bool) -> Dialect:
    """With a backslash as escape, where it stands before quotes and the records agree better for it."""
    if not dialect.quote or "\\" + dialect.quote not in text:
        return dialect
    escaped = replace(dialect, escape="\\")
    return escaped if consistency(lines, escaped, cut=cut).share > consistency(lines, dialect, cut=cut).share else dialect


def _candidates(text: str, delimiters: Sequence[str], quote: str | None) -> list[Dialect]:
    """The combinations worth trying, the usual ones first, since a later one must be better to win."""
    found = []
    for delimiter in delimiters:
        if delimiter not in text:
            continue
        for mark in _quotes(text, delimiter) if quote is None else [quote]:
            spaced = bool(mark) and delimiter != " " and bool(re.search(re.escape(delimiter) + " +" + re.escape(mark), text))
            found.append(Dialect(delimiter, mark, "", spaced))
    return found


def _quotes(text: str, delimiter: str) -> list[str]:
    marks = ['"']
    edge = re.escape(delimiter)
    if re.search(rf"(?:^|{edge})'", text, re.MULTILINE) and re.search(rf"'(?:$|{edge})", text, re.MULTILINE):
        marks.append("'")
    if '"' in text:
        marks.append("")
    return marks
