"""Numbers, written in any of the ways of our nine languages: "1.234,50", "1 234,50", "1'234.50", "kr 1.234,-", "(12)"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui_import.api.source import Scalar
from tui_import.flow.folding import words
from tui_import.flow.normalise.formats import Formats, Plain, Reader, error
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

_LARGEST = 2**63 - 1
"""Largest integer of the store."""
_POINT_REGIONS = words("US GB IE AU NZ CA IN JP CN KR MX MT IL TH SG HK TW PH MY CH LI")
"""Countries that write a point before decimals; the others write a comma."""

_NUMBER = re.compile(
    r"""(?P<sign>[-+−–]?)\s*(?:[^\W\d_]{1,4}\.?|[$€£¥])?\s*(?P<inner>[-+−–]?)\s*
        (?P<digits>\d(?:[\d\s.,'’]*\d)?|[.,]\d+)(?P<exponent>[eE][-+]?\d{1,3})?
        (?P<round>[.,][-–—]{0,2})?\s*(?P<trailing>-?)\s*(?:[^\W\d_]{1,4}\.?|[$€£¥%])?""",
    re.VERBOSE,
)
_BLANKS = re.compile(r"[\s'’]")


@dataclass(frozen=True, slots=True)
class DecimalSeparator:
    """How numbers are written in a column."""

    separator: str
    """"," or "."; empty where no number has either."""
    ambiguous: bool
    """The values would allow the other reading too ("1.234")."""
    evidence: str
    """The value that settles it, or one that does not."""


def parse_number(text: str, separator: str) -> float | None:
    """The number in a text; None where there is none. ``separator`` stands before decimals."""
    negative = text.startswith("(") and text.endswith(")")
    match = _NUMBER.fullmatch(text[1:-1].strip() if negative else text)
    if match is None:
        return None
    digits = _BLANKS.sub("", match["digits"])
    grouping = "," if separator == "." else "."
    whole, point, decimals = digits.partition(separator)
    if grouping in decimals or separator in decimals or not _is_grouped(whole, grouping):
        return None
    try:
        number: float = float(f"{whole.replace(grouping, '') or '0'}{'.' if point else ''}{decimals}{match['exponent'] or ''}")
        if not (point or match["exponent"]) and abs(number) >= 2**53:
            number = int(whole.replace(grouping, ""))
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    minus = [match["sign"], match["inner"], match["trailing"]]
    return -number if negative or any(sign in tuple("-−–") for sign in minus) else number


def _is_grouped(whole: str, grouping: str) -> bool:
    if grouping not in whole:
        return True
    first, *groups = whole.split(grouping)
    return 1 <= len(first) <= 3 and all(len(group) == 3 for group in groups)


def separator_of(text: str) -> str:
    """The separator that a number itself shows: "," or "."; empty where it does not."""
    match = _NUMBER.fullmatch(text.strip("()"))
    if match is None:
        return ""
    if match["round"] and len(match["round"]) > 1:  # "1.234,-"
        return match["round"][0]
    digits = _BLANKS.sub("", match["digits"]).rstrip(",.")
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        last = "." if digits.rindex(".") > digits.rindex(",") else ","
        return last if digits.count(last) == 1 else ""
    if points + commas == 0:
        return ""
    sign = "." if points else ","
    if points + commas > 1:
        return "," if points else "."  # it groups thousands, so the other one is before decimals
    before, _sign, after = digits.partition(sign)
    if len(after) != 3 or len(before) > 3 or before in {"", "0"} or before.startswith("0") or _BLANKS.search(match["digits"].strip()):
        return sign
    return ""


def detect_decimal_separator(values: Iterable[Scalar], region: str = "") -> DecimalSeparator:
    """How the numbers of a column are written: by the first values that settle it, else by the custom of the region."""
    counts: dict[str, int] = {",": 0, ".": 0}
    first: dict[str, str] = {}
    open_case = ""
    for value in values:
        if not isinstance(value, str):
            continue
        text = value.strip()
        sign = separator_of(text)
        if sign:
            counts[sign] += 1
            first.setdefault(sign, text)
        elif not open_case and ("." in text or "," in text) and _NUMBER.fullmatch(text):
            open_case = text
    if counts[","] == counts["."]:
        mixed = first.get(",", "")
        return DecimalSeparator(customary_separator(region) if open_case or mixed else "", bool(open_case or mixed), mixed or open_case)
    winner, loser = (",", ".") if counts[","] > counts["."] else (".", ",")
    return DecimalSeparator(winner, counts[loser] > 0, first[winner])


def customary_separator(region: str) -> str:
    """What a country writes before decimals; a point where no country is known, as computers do."""
    return "." if not region or region in _POINT_REGIONS else ","


def _read_number(cell: Plain, formats: Formats) -> float | None:
    if not isinstance(cell, str):
        return cell
    separator = formats.decimal_separator or separator_of(cell) or customary_separator(formats.default_region)
    return parse_number(cell, separator)


def decimal_reader(field: Field, formats: Formats) -> Reader:
    """Reads numbers with decimals."""

    def read(cell: Plain) -> Normalised:
        number = _read_number(cell, formats)
        try:
            value = None if number is None else float(number)
        except OverflowError:
            value = None
        if value is None:
            return error("number_invalid", field)
        if field.least is not None and value < field.least:
            return error("number_too_small", field, least=f"{field.least:.7f}".rstrip("0").rstrip("."))
        if field.most is not None and value > field.most:
            return error("number_too_large", field, most=f"{field.most:g}")
        return Normalised(value)

    return read


def integer_reader(field: Field, formats: Formats) -> Reader:
    """Reads whole numbers."""

    def read(cell: Plain) -> Normalised:
        number = _read_number(cell, formats)
        if number is None or number != int(number) or abs(number) > _LARGEST:
            return error("number_invalid", field)
        return Normalised(int(number))

    return read


def id_reader(field: Field) -> Reader:
    """Reads the id of a record: a whole number over 0."""

    def read(cell: Plain) -> Normalised:
        if isinstance(cell, str):
            text = cell.removesuffix(".0").lstrip("#")
            number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
        else:
            number = int(cell) if cell == int(cell) else 0
        return Normalised(number) if 0 < number <= _LARGEST else error("number_invalid", field)

    return read
