"""What the values of criteria are, whatever the ERP: dates, moments, and texts for comparison by "like"."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from tui_import.api import Operator, Scalar, SourceError, _

OPPOSITES: Mapping[Operator, Operator] = {
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_BEGINS: Operator.BEGINS,
    Operator.NOT_ENDS: Operator.ENDS,
    Operator.IS_NOT: Operator.IS,
}
"""Operator → what it is the opposite of."""


def as_day(value: Scalar) -> datetime.date:
    """A date. Raises `SourceError`."""
    if isinstance(value, datetime.datetime):
        return value.date()
    return value if isinstance(value, datetime.date) else as_moment(str(value)).date()


def as_moment(text: str) -> datetime.datetime:
    """A moment, in the time zone that it names or in none. Raises `SourceError`."""
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        raise SourceError(_("“{text}” is no date.").format(text=text), hint=_("Write it like 2026-01-31.")) from None


def as_utc(text: str) -> datetime.datetime:
    """A moment in UTC, without saying so; one that names no time zone is taken for UTC. Raises `SourceError`."""
    moment = as_moment(text)
    return moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def escaped(value: Scalar) -> str:
    """A text in which the signs of "like" stand for themselves."""
    text = "" if value is None else str(value)
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return text
