"""How a column is written: what a value's own characters do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tui_import.api.source import Scalar
from tui_import.model.fields import Field
from tui_import.model.issues import Issue, Severity
from tui_import.model.records import Normalised


@dataclass(frozen=True, slots=True)
class Formats:
    """What is known about a column, chosen by the user or found out from its values."""

    default_region: str = ""
    """ISO 3166 code of the country for rows that name none."""
    date_order: str = ""
    """"dmy", "mdy" or "ymd"; empty: day first, unless the date itself says otherwise."""
    decimal_separator: str = ""
    """"," or "."; empty: what the number itself says, else the custom of `default_region`."""
    date_format: str = ""
    """"numbers": dates are figures without anything between them ("310124"); "seconds": since 1970-01-01 (UTC); empty: any."""
    ticked: str = ""
    """What means yes, between blanks; empty: any of the usual words."""
    owner_order: str = ""
    """"last_first": colleagues are written "Berg Anna" or "Berg, Anna"; "id": by what `colleagues` has them under; else as they are."""
    country_format: str = ""
    """"local", "english" or "code": how countries are written; empty: any way."""
    default_country: str = ""
    """ISO 3166 code that a country which nobody knows is taken for."""
    colleagues: Mapping[str, str] = field(default_factory=dict)
    """Folded key → name of a colleague."""


PLAIN = Formats()
"""Nothing is known."""

Plain = str | int | float
"""A cell that is not blank, before it is read: dates are ISO text by then, booleans words, whole floats integers."""


class Reader(Protocol):
    """Reads one cell that is not blank, for one field, one column's formats and one region. Never raises."""

    def __call__(self, cell: Plain, /) -> Normalised:
        """The cell as a value, or what is wrong with it."""


class TextReader(Protocol):
    """A `Reader` of fields that are text: numbers are made text before."""

    def __call__(self, text: str, /) -> Normalised:
        """The text as a value, or what is wrong with it."""


Normaliser = Callable[[Scalar, str | None], Normalised]
"""Normalises one cell; the second argument is the row's country (ISO 3166), where it names one."""


def error(code: str, field: Field, suggestion: str | None = None, **params: str | int) -> Normalised:
    """A cell that its field cannot take; ``suggestion`` is a text that it could."""
    if suggestion is not None:
        params["suggestion"] = suggestion
    return Normalised(None, None, Issue(code, Severity.ERROR, field.key, params=params, suggestion=suggestion))


def warning(code: str, field: Field, **params: str | int) -> Issue:
    """Something that the user should look at."""
    return Issue(code, Severity.WARNING, field.key, params=params)


def offer(code: str, field: Field, suggestion: str) -> Issue:
    """A repair to offer."""
    return Issue(code, Severity.REPAIR, field.key, params={"suggestion": suggestion}, suggestion=suggestion)
