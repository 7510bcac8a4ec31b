"""Text from outside as it may be shown: what comes out of `safe` cannot command a terminal, hide or reorder text."""

from __future__ import annotations

import datetime
import re
import unicodedata

from tui_import.api.i18n import _
from tui_import.api.source import Scalar

PLACEHOLDER = "\ufffd"
NEW_LINE = "⏎"
MOST_MARKS = 3
"""Combining marks kept after one another: Vietnamese needs two, pointed Hebrew three; a pile of them writes over other lines."""

_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
"""Signs of category Cf that are drawn (Arabic number signs)."""
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
"""Letters and marks that draw nothing."""
_NEW_LINES = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")


def _door(char: str) -> str:
    """What stands for one character that `str.isprintable` or the tables above call doubtful."""
    category = unicodedata.category(char)
    if category == "Zs" or char == "\t":
        return " "
    if char in _BLANK_LETTERS:
        return PLACEHOLDER
    if category in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in _VISIBLE_FORMATS:
        return PLACEHOLDER
    if category == "Cn" and not "\U0001f000" <= char <= "\U0001faff":  # emoji younger than Python's tables are let through
        return PLACEHOLDER
    if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return ""  # variation selectors change widths behind the terminal's back
    return char


def safe(text: object) -> str:
    """The text as it may be shown on one line.

    Control characters (C0, DEL, C1), bidirectional overrides and isolates, zero-width and tag characters and lone surrogates and
    unassigned codes become `PLACEHOLDER`, line ends `NEW_LINE`, tabs and odd spaces a space; combining marks in a row are cut after
    `MOST_MARKS`.
    """
    plain = text if isinstance(text, str) else "" if text is None else str(text)
    if plain.isascii() and plain.isprintable():
        return plain
    result: list[str] = []
    marks = 0
    for char in _NEW_LINES.sub(NEW_LINE, plain):
        if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks > MOST_MARKS:
                continue
        else:
            marks = 0
        result.append(char if char.isascii() and char.isprintable() else _door(char))
    return "".join(result)


def shown(value: Scalar) -> str:
    """A cell's value as it may be shown: dates as ISO text, booleans in words, whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
