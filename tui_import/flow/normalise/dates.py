"""Dates, whole and partial, as they are written in nine languages; the order of day and month found out per column."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tui_import.api.source import Scalar
from tui_import.flow.folding import fold, words
from tui_import.flow.normalise.damage import serial_date
from tui_import.flow.normalise.formats import Formats, Plain, Reader, error
from tui_import.flow.normalise.text import number_text
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

NUMBERS, SECONDS = "numbers", "seconds"
"""Values of `Formats.date_format`."""
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_LANGUAGES = ("en", "da", "nb", "sv", "de", "nl", "fr", "es", "fi")
_MONTH_FIRST_REGIONS = frozenset({"US", "PH", "FM", "MH", "PW"})
_YEAR_FIRST_REGIONS = frozenset({"SE", "LT", "HU", "CN", "JP", "KR", "TW", "MN"})
_EXCEL_PIVOT = 30
"""Two-digit years under it are 20xx, the others 19xx, as spreadsheet programs have it."""
_NO_YEAR = frozenset({1604, 0})
"""Years that address books write where a birthday has none."""


class Parts(NamedTuple):
    """What a text says about a date; None where it is silent."""

    year: int | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class DateOrder:
    """The order of day, month and year in a column."""

    order: str
    """"dmy", "mdy", "ymd"; empty where the column has no dates of figures."""
    ambiguous: bool
    """No value settles it, or they contradict each other."""
    evidence: str
    """The value that settles it ("31/12/2024"), or one that does not ("04/05/2024")."""


_TIME = re.compile(
    r"[T\s,]+(?:kl\.?\s*)?\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_HALF = re.compile(r"[ap]\.?m", re.IGNORECASE)
_FIGURES = re.compile(r"(\d{1,4})\s*([./\-\s])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?")
_TWO_FIGURES = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,4})\.?")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_NO_YEAR_ISO = re.compile(r"--(\d{1,2})-?(\d{1,2})")
_WORDS = re.compile(r"[^\W\d_]+|\d+")


def parse_date(text: str, order: str) -> Parts | None:
    """What a text says, whole or partial; None where it is no date. ``order`` is that of figures ("dmy")."""
    if match := _ISO.match(text):
        rest = text[match.end() :]
        if not rest or _TIME.fullmatch(rest):
            return Parts(*map(int, match.groups()))
    text = _TIME.sub("", text).strip()
    for pattern, read in ((_NO_YEAR_ISO, _read_no_year), (_COMPACT, _read_compact)):
        if match := pattern.fullmatch(text):
            return read(match)
    if match := _FIGURES.fullmatch(text):
        return _read_figures(match[1], match[3], match[4], order)
    if match := _TWO_FIGURES.fullmatch(text):
        return _read_two(match[1], match[3], order)
    if len(text) == 4 and text.isascii() and text.isdecimal():
        return Parts(int(text), None, None)
    return _read_words(text)


def _read_no_year(match: re.Match[str]) -> Parts:
    return Parts(None, int(match[1]), int(match[2]))


def _read_compact(match: re.Match[str]) -> Parts:
    return Parts(int(match[1]), int(match[2]), int(match[3]))


def _read_figures(first: str, second: str, third: str, order: str) -> Parts | None:
    if len(first) > 2:
        return Parts(int(first), int(second), int(third)) if len(third) <= 2 else None
    if order == "ymd" and len(third) <= 2:
        return Parts(_year(first), int(second), int(third))
    if len(third) not in (2, 4) and int(third):
        return None
    month_first = order == "mdy"
    if int(first) > 12:
        month_first = False
    elif int(second) > 12:
        month_first = True
    day, month = (second, first) if month_first else (first, second)
    return Parts(_year(third), int(month), int(day))


def _read_two(first: str, second: str, order: str) -> Parts | None:
    """A month of a year ("05/1980", "1980-05") or a day of any year ("24.12.")."""
    if len(second) == 4 and len(first) <= 2:
        return Parts(int(second), int(first), None)
    if len(first) == 4 and len(second) <= 2:
        return Parts(int(first), int(second), None)
    if len(first) > 2 or len(second) > 2:
        return None
    month_first = int(second) > 12 or (order in {"mdy", "ymd"} and int(first) <= 12)
    return Parts(None, int(first), int(second)) if month_first else Parts(None, int(second), int(first))


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < _EXCEL_PIVOT else 1900)


@cache
def _months() -> dict[str, int]:
    """Folded name or abbreviation of a month, without its full stop → 1 … 12."""
    from babel import Locale

    months: dict[str, int] = {}
    for language in _LANGUAGES:
        forms = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in forms[context][width].items():
                    months.setdefault(fold(name).rstrip("."), number)
    months |= {"sept": 9, "set": 9, "mrz": 3, "mär": 3, "jänner": 1, "feber": 2}
    return months


@cache
def _weekdays() -> frozenset[str]:
    """Folded names and abbreviations of the days of the week."""
    from babel import Locale

    forms = (Locale(language).days["format"][width] for language in _LANGUAGES for width in ("wide", "abbreviated"))
    return frozenset(fold(name).rstrip(".") for names in forms for name in names.values())


_FILLERS = words("den der die le el la de del d of the th st nd rd er e em ta kl")


def _read_words(text: str) -> Parts | None:
    """A date with a named month: "5. januar 2024", "Jan 5, 2024", "5 de enero de 2024", "maj 1980"."""
    months = _months()
    parts = [word for word in map(fold, _WORDS.findall(text)) if word not in _FILLERS and (word in months or word not in _weekdays())]
    if not 1 < len(parts) <= 3:
        return None
    named = [months[word] for word in parts if word in months]
    numbers = [word for word in parts if word.isascii() and word.isdecimal()]
    if len(named) != 1 or len(named) + len(numbers) < len(parts):
        return None
    if len(numbers) == 1:
        number = numbers[0]
        return Parts(int(number), named[0], None) if len(number) == 4 else Parts(None, named[0], int(number))
    if len(numbers) != 2:
        return None
    day, year = numbers if len(numbers[0]) <= 2 else (numbers[1], numbers[0])
    return Parts(_year(year), named[0], int(day)) if len(day) <= 2 and len(year) in (2, 4) else None


def order_of(text: str) -> tuple[str, bool] | None:
    """(order that a date of figures shows, whether it is certain); None where it is no such date. "iso": its year has four figures and
    stands first."""
    text = _TIME.sub("", text.strip())
    match = _FIGURES.fullmatch(text)
    if match is None:
        return None
    first, second, third = match[1], int(match[3]), match[4]
    if len(first) > 2:
        return ("iso", True)
    if int(first) > 31:
        return ("ymd", True)
    if int(first) > 12:
        return ("dmy", True) if second <= 12 and (len(third) == 4 or int(third) > 31) else ("dmy", False)
    if second > 12:
        return ("mdy", True) if second <= 31 else None
    return ("dmy", int(first) == second)


def detect_date_order(values: Iterable[Scalar], region: str = "") -> DateOrder:
    """How the dates of a column are written: by the values that settle it, else by the custom of the region (ISO 3166)."""
    votes: dict[str, int] = {}
    first: dict[str, str] = {}
    open_case = ""
    for value in values:
        found = order_of(value) if isinstance(value, str) else None
        if found is None:
            continue
        order, certain = found
        if certain:
            votes[order] = votes.get(order, 0) + 1
            first.setdefault(order, str(value).strip())
        elif not open_case:
            open_case = str(value).strip()
    votes.pop("iso", None)  # such a date tells nothing about the others
    if votes:
        winner = max(votes, key=lambda order: votes[order])
        return DateOrder(winner, len(votes) > 1, first[winner])
    if open_case:
        return DateOrder(customary_order(region), True, open_case)
    return DateOrder("ymd", False, first["iso"]) if "iso" in first else DateOrder("", False, "")


def customary_order(region: str) -> str:
    """How a country writes dates of figures; day first where no country is known."""
    if region in _MONTH_FIRST_REGIONS:
        return "mdy"
    return "ymd" if region in _YEAR_FIRST_REGIONS else "dmy"


def _is_nothing(text: str) -> bool:
    """Whether this is how address books write that there is no date ("0/0/00", "0000-00-00")."""
    return text.strip("0-/. :T") == "" and "0" in text


def date_reader(field: Field, formats: Formats) -> Reader:
    """Reads whole dates."""
    return _reader(field, formats, partial=False)


def partial_date_reader(field: Field, formats: Formats) -> Reader:
    """Reads dates whose year, month or day may be missing: YYYY-MM-DD, YYYY-MM, YYYY, --MM-DD."""
    return _reader(field, formats, partial=True)


def datetime_reader(field: Field, formats: Formats) -> Reader:
    """Reads a day, with the time where there is one: YYYY-MM-DD or YYYY-MM-DD HH:MM."""
    read_day = _reader(field, formats, partial=False)

    def read(cell: Plain) -> Normalised:
        if formats.date_format == SECONDS:
            return _of_seconds(cell, field, timed=True)
        time = _TIME.search(cell) if isinstance(cell, str) else None
        day = read_day(cell)
        if time is None or day.value is None:
            return day
        clock = _clock(time[0])
        return Normalised(f"{day.value} {clock}") if clock else error("date_invalid", field)

    return read


def _clock(text: str) -> str:
    """ "kl. 9.30", "T14:05:00", "2:15 pm" → HH:MM; empty where there is no such time."""
    hour, minute = (int(part) for part in _CLOCK.findall(text)[0])
    half = "".join(character for character in text.casefold() if character in "ap") if _HALF.search(text) else ""
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def _of_seconds(cell: Plain, field: Field, *, timed: bool = False) -> Normalised:
    """Seconds since 1970-01-01 (UTC)."""
    try:
        moment = _EPOCH + datetime.timedelta(seconds=float(cell))
    except (ValueError, OverflowError):
        return error("date_invalid", field)
    if not timed or (moment.hour, moment.minute) == (0, 0):
        return Normalised(moment.date().isoformat())
    return Normalised(moment.strftime("%Y-%m-%d %H:%M"))


def _of_figures(cell: Plain, field: Field, order: str) -> Normalised:
    """Six or eight figures, in the order of the file: "310124", "31012024"; year first where nothing is known of eight."""
    text = number_text(cell) if not isinstance(cell, str) else cell.strip()
    text = text.zfill(8 if len(text) > 6 else 6)  # a spreadsheet program drops the nought of "010124"
    if not (text.isascii() and text.isdecimal()) or len(text) not in (6, 8):
        return error("date_invalid", field)
    year = len(text) - 4
    cuts = {"ymd": (slice(year, year + 2), slice(year + 2, None), slice(0, year)), "mdy": (slice(0, 2), slice(2, 4), slice(4, None))}
    month, day, years = cuts.get(order, (slice(2, 4), slice(0, 2), slice(4, None)))
    return _written(Parts(_year(text[years]), int(text[month]), int(text[day])), field, partial=False)


def _reader(field: Field, formats: Formats, *, partial: bool) -> Reader:
    order = formats.date_order or customary_order(formats.default_region)

    def read(cell: Plain) -> Normalised:
        if formats.date_format == SECONDS:
            return _of_seconds(cell, field)
        if formats.date_format == NUMBERS and not (isinstance(cell, str) and _ISO.match(cell)):
            return _of_figures(cell, field, order)
        serial = serial_date(cell)
        if serial is not None:
            return error("serial_date", field, serial)
        if not isinstance(cell, str):
            cell = number_text(cell)
        if _is_nothing(cell):
            return Normalised(None)
        parts = parse_date(cell, order)
        return error("date_invalid", field) if parts is None else _written(parts, field, partial=partial)

    return read


def _written(parts: Parts, field: Field, *, partial: bool) -> Normalised:
    year, month, day = parts
    if partial and year in _NO_YEAR and month and day:
        year = None
    if not partial and (year is None or month is None or day is None):
        return error("date_invalid", field)
    if year is not None and not 1000 <= year <= 9999:
        return error("date_out_of_range", field)
    if year is not None and field.years is not None and not field.years[0] <= year <= field.years[1]:
        return error("date_outside", field, first=field.years[0], last=field.years[1])
    try:
        datetime.date(2000 if year is None else year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return error("date_invalid", field)
    if year is None:
        return Normalised(f"--{month:02}-{day:02}") if month and day else error("date_invalid", field)
    if month is None:
        return Normalised(f"{year:04}")
    return Normalised(f"{year:04}-{month:02}" if day is None else f"{year:04}-{month:02}-{day:02}")
