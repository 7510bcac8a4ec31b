"""Criteria as Tryton's domains. Texts are compared by "ilike", which does not care about case; its signs are escaped."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from tui_import.api import Criterion, Operator, Scalar
from tui_import_erp.criteria import OPPOSITES, as_day, escaped

_PATTERNS: Mapping[Operator, Callable[[str], str]] = {
    Operator.CONTAINS: lambda text: f"%{text}%",
    Operator.BEGINS: lambda text: f"{text}%",
    Operator.ENDS: lambda text: f"%{text}",
    Operator.IS: lambda text: text,
}
_NESTED = {
    "zip": ("addresses", "postal_code"), "city": ("addresses", "city"), "country": ("addresses", "country.code"),
    "vat": ("identifiers", "code"),
    **dict.fromkeys(("phone", "mobile", "fax", "email", "website"), ("contact_mechanisms", "value")),
}  # fmt: skip
"""Field → the records of a party that hold it, and its name there."""


def domain(criterion: Criterion) -> list[Any]:
    """The domain that a party must meet. Raises `SourceError`."""
    if criterion.field == "created":
        return _created(criterion)
    operator, negative = OPPOSITES.get(criterion.operator, criterion.operator), criterion.operator in OPPOSITES
    text = _PATTERNS[operator](escaped(criterion.values[0]))
    if criterion.field not in _NESTED:
        own = [criterion.field, "not ilike" if negative else "ilike", text]
        return ["OR", [criterion.field, "=", None], own] if negative else own
    child, name = _NESTED[criterion.field]
    inner: list[Any] = [[name, "ilike", text]]
    if child == "contact_mechanisms":
        inner.append(["type", "=", criterion.field])
    return [child, "not where" if negative else "where", inner]


def _created(criterion: Criterion) -> list[Any]:
    """Whole days, as a moment is of the day that it falls on."""
    first, last = _day(criterion.values[0]), _day(criterion.values[-1])
    after = last + datetime.timedelta(days=1)
    parts: Mapping[Operator, list[Any]] = {
        Operator.LESS: [["create_date", "<", first]],
        Operator.AT_MOST: [["create_date", "<", after]],
        Operator.MORE: [["create_date", ">=", after]],
        Operator.AT_LEAST: [["create_date", ">=", first]],
    }
    return parts.get(criterion.operator, [["create_date", ">=", first], ["create_date", "<", after]])


def _day(value: Scalar) -> datetime.datetime:
    day = as_day(value)
    return datetime.datetime(day.year, day.month, day.day)
