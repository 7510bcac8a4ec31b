"""Where a table's headings are: found out from the rows, or as the user said. Pure functions for every source of sheets and text files.

A heading is above its data and unlike it: texts over numbers, dates or addresses. A title block above it is much narrower than the table.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _, ngettext
from tui_import.api.options import OptionValue
from tui_import.api.source import Finding, Row, Scalar

LOOK_AT = 60
"""Rows that are looked at."""
LOOK_ACROSS = 200
"""Columns that are looked at."""
LONG_HEADING = 80
"""Characters; longer texts are rarely headings."""

_DIGITS = re.compile(r"\d")
_ADDRESS = re.compile(r"@|^(?:https?://|www\.)", re.IGNORECASE)
_DATE = re.compile(r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T]\d.*)?$")
_NUMERIC = re.compile(r"^[-+(]?[\s\d.,:%$€£()/+-]*\d[\s\d.,:%$€£()/+-]*(?:[eE][-+]?\d+)?$")


@dataclass(frozen=True, slots=True)
class Heading:
    """The rows that hold the headings, by `Row.number`; both 0 where there are none."""

    first: int = 0
    last: int = 0
    confidence: float = 0.0
    """How sure it is, 0…1; 1 where the user said so."""

    @property
    def label(self) -> str:
        """As an option is typed: "0", "3" or "3-4"."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def chosen_heading(option: OptionValue) -> Heading | None:
    """The heading that an option ``header_row`` names: "0" none, "3", "3-4". ``None`` where it is to be found out ("auto", empty).

    Raises `UsageError` with a sentence where it is none of these.
    """
    if isinstance(option, float) and option.is_integer():
        option = int(option)
    text = "" if option is None else str(option).strip().lower()
    if text in ("", "auto"):
        return None
    found = re.fullmatch(r"(\d{1,7})(?:\s*-\s*(\d{1,7}))?", text)
    if found:
        first = int(found[1])
        last = int(found[2] or first)
        if first <= last and (first or not last):
            return Heading(first, last, 1.0)
    raise UsageError(
        _("“{value}” is not a row of headings.").format(value=text),
        hint=_("Give its number (3), a first and a last row (3-4), 0 for none, or auto."),
    )


def column_names(rows: Sequence[Row], heading: Heading, width: int) -> tuple[str, ...]:
    """The name of each of ``width`` columns: the texts of the heading rows, joined by a space, the same text once."""
    parts: list[list[str]] = [[] for _column in range(width)]
    for row in rows:
        if heading.first <= row.number <= heading.last and heading.last:
            for column, value in enumerate(row.values[:width]):
                text = "" if value is None else str(value).strip()
                if text and text not in parts[column]:
                    parts[column].append(text)
    return tuple(" ".join(" ".join(texts).split()) for texts in parts)


def find_heading(rows: Sequence[Row]) -> Heading:
    """The heading among the first rows of a table, given as they stand (blank rows may be left out)."""
    filled = [row for row in (Row(row.number, row.values[:LOOK_ACROSS]) for row in rows[:LOOK_AT]) if _filled(row)]
    if not filled:
        return Heading()
    body = filled[len(filled) // 4 :] or filled
    typical = sorted(_filled(row) for row in body)[len(body) // 2]
    at = next(index for index, row in enumerate(filled) if 2 * _filled(row) > typical)
    candidate, below = filled[at], filled[at + 1 :]
    score = _score(candidate, below)
    if score < 0:
        return Heading(0, 0, min(1.0, -score))
    first = last = candidate
    if at and _groups(filled[at - 1], candidate):
        first = filled[at - 1]
    if below and _continues(candidate, below[0], below[1:]):
        last = below[0]
    return Heading(first.number, last.number, min(1.0, 0.5 + score / 2))


def heading_findings(rows: Sequence[Row], heading: Heading, *, chosen: bool) -> list[Finding]:
    """What a user should know about the headings: that there seem to be none, and what above them is passed over.

    ``rows`` are the first rows as they stand; ``chosen``: the user said where the headings are.
    """
    if not heading.last:
        return [] if chosen or not rows else [Finding(_("No row of headings was found, so every row is read as data."))]
    above = [row.number for row in rows if row.number < heading.first]
    if not above:
        return []
    sentence = ngettext("{count} row above the headings is passed over.", "{count} rows above the headings are passed over.", len(above))
    return [Finding(sentence.format(count=len(above)), above[0])]


def _filled(row: Row) -> int:
    return sum(1 for value in row.values if _kind(value))


def _kind(value: Scalar) -> str:
    """What a cell looks like: "" blank, "text", or something that a heading rarely is."""
    if value is None:
        return ""
    if not isinstance(value, str):
        if isinstance(value, bool):
            return "boolean"
        return "date" if isinstance(value, (datetime.date, datetime.time)) else "number"
    text = value.strip()[:LONG_HEADING]
    if not text:
        return ""
    if _ADDRESS.search(text):
        return "address"
    if _DATE.match(text):
        return "date"
    if _NUMERIC.match(text):
        return "number"
    if text.casefold() in ("true", "false"):
        return "boolean"
    return "code" if _DIGITS.search(text) else "text"


def _score(row: Row, below: Sequence[Row]) -> float:
    """How much a row looks like the heading of those below, -1…1; more than half its cells against it is what counts most."""
    kinds = [_kind(value) for value in row.values]
    votes = 0.0
    cells = 0
    for column, kind in enumerate(kinds):
        under = _column(below, column)
        if not kind:
            continue
        cells += 1
        if kind == "address":
            votes -= 3
        elif kind in ("number", "date", "boolean"):
            votes += -2 if not under or Counter(under).most_common(1)[0][0] == kind else 0.25
        else:
            votes += _text_vote(str(row.values[column]).strip(), kind, under, _texts(below, column))
    return max(-1.0, min(1.0, votes / cells)) if cells else -1.0


def _text_vote(text: str, kind: str, under: Sequence[str], texts: Sequence[str]) -> float:
    """What the text of one cell says for (positive) or against its row being the heading of a column."""
    if len(text) > LONG_HEADING:
        return -0.5
    if not under:
        return 0.1
    usual, times = Counter(under).most_common(1)[0]
    if usual not in ("text", "code"):
        return times / len(under)
    if text in texts:
        return -0.5
    if usual == "code" and kind == "text":
        return 0.5 * times / len(under)
    return -0.2 if kind == "code" and usual == "text" else 0.1


def _column(rows: Sequence[Row], column: int) -> list[str]:
    kinds = (_kind(row.values[column]) for row in rows if column < len(row.values))
    return [kind for kind in kinds if kind]


def _texts(rows: Sequence[Row], column: int) -> list[str]:
    return [str(row.values[column]).strip() for row in rows if column < len(row.values) and row.values[column] is not None]


def _is_texts(row: Row) -> bool:
    """All its filled cells are short texts."""
    kinds = [(_kind(value), value) for value in row.values]
    return all(kind in ("", "text", "code") and len(str(value or "")) <= LONG_HEADING for kind, value in kinds)


def _groups(above: Row, heading: Row) -> bool:
    """The row above names groups of columns ("Company" over name and town), instead of being a title."""
    places = [place for place, value in enumerate(above.values) if _kind(value)]
    width = len(heading.values)
    return (
        above.number == heading.number - 1
        and len(places) >= 2
        and width >= 4
        and 2 * places[-1] >= width
        and _is_texts(above)
        and not any(str(above.values[place]).strip().endswith(":") for place in places)
    )


def _continues(heading: Row, row: Row, below: Sequence[Row]) -> bool:
    """The row after the heading is one as well: it repeats it, divides its groups, or has texts over columns of numbers."""
    if not below or not _is_texts(row):
        return False
    filled = [column for column, value in enumerate(row.values) if _kind(value)]
    gaps = [column for column in filled if column >= len(heading.values) or not _kind(heading.values[column])]
    if len(gaps) >= 2 and 2 * len(gaps) >= len(filled):
        return True
    if 2 * _filled(row) < _filled(heading):
        return False
    if [_kind(value) and str(value).strip() for value in row.values] == [_kind(value) and str(value).strip() for value in heading.values]:
        return True
    telling = over = 0
    for column, value in enumerate(row.values):
        under = _column(below, column)
        usual, times = Counter(under).most_common(1)[0] if under else ("", 0)
        if usual in ("number", "date", "address", "boolean") and 4 * times >= 3 * len(under):
            telling += 1
            over += bool(_kind(value))
    return telling >= 2 and 3 * over >= 2 * telling
