"""Cells as text: Unicode normal form, white space, control characters; numbers and dates written out."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata

from tui_import.api.source import Scalar
from tui_import.flow.folding import drop_invisible
from tui_import.flow.normalise.formats import Plain

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Control characters that are not white space, and halves of surrogate pairs (no database takes them)."""
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANKS_IN_LINE = re.compile(r"[^\S\n]+$", re.MULTILINE)

WHOLE_LIMIT = 1e15
"""Floats from here on have lost digits: a spreadsheet keeps 15."""


def plain(value: Scalar) -> Plain | None:
    """A cell of any kind as text or number; whole floats as integers, since spreadsheet programs have no others."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < WHOLE_LIMIT else value
    if isinstance(value, int):
        return value
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return value.isoformat()


def number_text(number: float) -> str:
    """A number as it would be typed: no exponent, no ".0", a point before decimals."""
    if isinstance(number, int):
        try:
            return str(number)
        except ValueError:  # more digits than Python converts
            return hex(number)
    if abs(number) >= WHOLE_LIMIT:
        return f"{number:.0f}"
    text = repr(number)
    return text if "e" not in text else f"{number:.20f}".rstrip("0")


def clean_line(text: str) -> tuple[str, bool]:
    """(one line: NFC, trimmed, white space collapsed; whether control characters were removed)."""
    if text.isprintable():
        if text.isascii():
            return " ".join(text.split()), False
        return " ".join(unicodedata.normalize("NFC", text).split()), False
    bare = _CONTROL.sub("", text)
    line = " ".join(unicodedata.normalize("NFC", drop_invisible(bare)).split())
    return line, len(bare) != len(text)


def clean_lines(text: str) -> tuple[str, bool]:
    """(text of several lines: NFC, trimmed, line ends ``\\n``; whether control characters were removed)."""
    if text.isprintable():
        return unicodedata.normalize("NFC", text).strip(), False
    bare = _CONTROL.sub("", text)
    lines = _LINE_ENDS.sub("\n", drop_invisible(bare))
    return _BLANKS_IN_LINE.sub("", unicodedata.normalize("NFC", lines)).strip(), len(bare) != len(text)


_ERROR_CELL = re.compile(
    r"""\#(?: N/?[ADBV] | NV | I/T | SAKNAS! | PUUTTUU!
        | ¡?REF! | REFERENCE! | REFERENS! | BEZUG! | VERW! | VIITTAUS!
        | ¡?VAL(?:UE|OR|EUR)! | V(?:Æ|Ä)RDI! | VERDI! | VÄRDEFEL! | WERT! | WAARDE! | ARVO!
        | ¡?(?:DIV|DIVISION|DEEL|JAKO)/0!
        | ¿?(?:NAME|NAVN|NAMN|NOM|NAAM|NIMI|NOMBRE)\?
        | ¡?(?:NUM|NUMERO|ZAHL|GETAL|NOMBRE|LUKU|OGILTIGT)! | ¡?NUL[LO]?! | SKÄRNING! | LEEG! | TYHJÄ!
        | (?:SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY|EXTERNAL|PYTHON)! | GETTING_DATA | \#{2,} )
      | Err:\d{3}""",
    re.VERBOSE | re.IGNORECASE,
)
"""Error values as Excel writes them in its languages, as LibreOffice does, and the fence of a column too narrow."""


def is_error_cell(text: str) -> bool:
    """Whether this is an error value of a spreadsheet program ("#N/A", "#REF!", "Err:502")."""
    return text[:1] in "#Ee" and _ERROR_CELL.fullmatch(text) is not None


_NOTHING = frozenset({"-", "--", "---", "–", "—", "n/a", "null", "nil", "(null)"})


def says_nothing(text: str) -> bool:
    """Whether the text is a way of writing "none". True only for typed fields' sake: a company may be called Null."""
    return len(text) <= 6 and text.casefold() in _NOTHING
