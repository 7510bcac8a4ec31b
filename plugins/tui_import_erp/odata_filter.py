"""Criteria as expressions of OData's $filter. Values are literals of their type, quoted; the whole is a parameter of the address."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_import.api import Criterion, Kind, Operator, Scalar
from tui_import_erp.criteria import as_day, as_utc

if TYPE_CHECKING:
    from tui_import_erp.odata_service import Property

GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FUNCTIONS = {Operator.CONTAINS: "contains", Operator.BEGINS: "startswith", Operator.ENDS: "endswith"}
_OPPOSITES = {
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_BEGINS: Operator.BEGINS,
    Operator.NOT_ENDS: Operator.ENDS,
}
_SIGNS = {
    Operator.IS: "eq", Operator.IS_NOT: "ne", Operator.MORE: "gt", Operator.LESS: "lt", Operator.AT_LEAST: "ge", Operator.AT_MOST: "le",
}  # fmt: skip


def condition(each: Property, criterion: Criterion) -> str:
    """The expression that a record must meet. Raises `SourceError`."""
    make: Mapping[Kind, Callable[[Property, Criterion], str]] = {Kind.TEXT: _text, Kind.DATE: _date}
    return make.get(each.kind, _value)(each, criterion)


def any_of(name: str, values: Sequence[str]) -> str:
    """One property, several values: there are services without the operator "in"."""
    return " or ".join(f"{name} eq {value if GUID.fullmatch(value) else text_literal(value)}" for value in values)


def text_literal(value: Scalar) -> str:
    """A text in quotes."""
    return "'" + str("" if value is None else value).replace("'", "''") + "'"


def moment_literal(text: str) -> str:
    """A moment in UTC. Raises `SourceError`."""
    return f"{as_utc(text).isoformat(timespec='microseconds')}Z"


def _text(each: Property, criterion: Criterion) -> str:
    if each.is_choice:  # an enumeration: its words are compared as they are
        return f"{each.name} {_SIGNS[criterion.operator]} {text_literal(criterion.values[0])}"
    folded, values = f"tolower({each.name})", [text_literal(str(value).lower()) for value in criterion.values]
    operator = _OPPOSITES.get(criterion.operator, criterion.operator)
    if operator in _FUNCTIONS:
        found = f"{_FUNCTIONS[operator]}({folded},{values[0]})"
        return f"({each.name} eq null or not {found})" if criterion.operator in _OPPOSITES else found
    if operator is Operator.BETWEEN:
        return f"({folded} ge {values[0]} and {folded} le {values[-1]})"
    if operator is Operator.IS_NOT:
        return f"({each.name} eq null or {folded} ne {values[0]})"
    return f"{folded} {_SIGNS[operator]} {values[0]}"


def _value(each: Property, criterion: Criterion) -> str:
    values = [_literal(value) for value in criterion.values]
    if criterion.operator is Operator.BETWEEN:
        return f"({each.name} ge {values[0]} and {each.name} le {values[-1]})"
    if criterion.operator is Operator.IS_NOT:
        return f"({each.name} eq null or {each.name} ne {values[0]})"
    return f"{each.name} {_SIGNS[criterion.operator]} {values[0]}"


def _literal(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return text_literal(value)


def _date(each: Property, criterion: Criterion) -> str:
    """Whole days: a moment is of the day that it falls on."""
    first, last = as_day(criterion.values[0]), as_day(criterion.values[-1])
    begin, after = each.day_literal(first), each.day_literal(last + datetime.timedelta(days=1))
    parts = {
        Operator.LESS: f"{each.name} lt {begin}",
        Operator.AT_MOST: f"{each.name} lt {after}",
        Operator.MORE: f"{each.name} ge {after}",
        Operator.AT_LEAST: f"{each.name} ge {begin}",
    }
    return parts.get(criterion.operator, f"({each.name} ge {begin} and {each.name} lt {after})")
