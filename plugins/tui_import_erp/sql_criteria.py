"""Criteria as expressions of SQL: what `tui_import.api.meets` says, compared by the database with bound values."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from tui_import.api import Criterion, Kind, Operator, Scalar
from tui_import_erp.criteria import as_day, as_moment

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Compared:
    """How a column is compared."""

    kind: Kind
    dialect: str
    as_text: bool = False
    """A date that is stored as text (SQLite)."""
    has_time: bool = False
    """A date with the time of day."""

    @property
    def text_type(self) -> sa.String:
        """The type that anything can be cast to; some databases cut what has no length."""
        return sa.String(4000) if self.dialect in ("mssql", "oracle") else sa.String()

    def folded(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Its text, empty for NULL, without regard to case."""
        text = sa.func.coalesce(sa.cast(column, self.text_type), "")
        return sa.func.tui_fold(text, type_=sa.String) if self.dialect == "sqlite" else sa.func.lower(text, type_=sa.String)

    def fold(self, value: Scalar) -> str:
        """A value as `folded` makes it."""
        text = "" if value is None else str(value)
        return text.casefold() if self.dialect == "sqlite" else text.lower()

    def day(self, value: Scalar, after: int = 0) -> Any:
        """The beginning of a day, ``after`` days later, as the column is compared with it. Raises `SourceError`."""
        day = as_day(value) + datetime.timedelta(days=after)
        return day.isoformat() if self.as_text else day

    def moment(self, text: str) -> Any:
        """A moment as the column is compared with it. Raises `SourceError`."""
        if self.as_text:
            return text
        return as_moment(text)

    def number(self, text: str) -> Any:
        """What a counter or text is compared with."""
        return int(text) if self.kind is Kind.INTEGER and text.strip().isdecimal() else text


def condition(column: ColumnElement[Any], compared: Compared, criterion: Criterion) -> Condition:
    """The expression that a row must meet."""
    values = list(criterion.values) or [None]
    if compared.kind is Kind.TEXT:
        folded = [compared.fold(value) for value in values]
        return _TEXT[criterion.operator](compared.folded(column), folded)
    if compared.kind is Kind.DATE:
        return _DATE[criterion.operator](column, compared, values)
    return _VALUE[criterion.operator](column, values)


def _between(column: ColumnElement[Any], values: list[Any]) -> Condition:
    return column.between(values[0], values[-1])


_TEXT: Mapping[Operator, Callable[[ColumnElement[Any], list[str]], Condition]] = {
    Operator.BEGINS: lambda column, values: column.startswith(values[0], autoescape=True),
    Operator.CONTAINS: lambda column, values: column.contains(values[0], autoescape=True),
    Operator.ENDS: lambda column, values: column.endswith(values[0], autoescape=True),
    Operator.NOT_BEGINS: lambda column, values: sa.not_(column.startswith(values[0], autoescape=True)),
    Operator.NOT_CONTAINS: lambda column, values: sa.not_(column.contains(values[0], autoescape=True)),
    Operator.NOT_ENDS: lambda column, values: sa.not_(column.endswith(values[0], autoescape=True)),
    Operator.IS: lambda column, values: column == values[0],
    Operator.IS_NOT: lambda column, values: column != values[0],
    Operator.BETWEEN: _between,
}
_VALUE: Mapping[Operator, Callable[[ColumnElement[Any], list[Any]], Condition]] = {
    Operator.IS: lambda column, values: column == values[0],
    Operator.IS_NOT: lambda column, values: sa.or_(column.is_(None), column != values[0]),
    Operator.MORE: lambda column, values: column > values[0],
    Operator.LESS: lambda column, values: column < values[0],
    Operator.AT_LEAST: lambda column, values: column >= values[0],
    Operator.AT_MOST: lambda column, values: column <= values[0],
    Operator.BETWEEN: _between,
}
_DATE: Mapping[Operator, Callable[[ColumnElement[Any], Compared, list[Any]], Condition]] = {
    # whole days: a moment is of the day that it falls on
    Operator.IS: lambda column, each, values: sa.and_(column >= each.day(values[0]), column < each.day(values[0], 1)),
    Operator.MORE: lambda column, each, values: column >= each.day(values[0], 1),
    Operator.LESS: lambda column, each, values: column < each.day(values[0]),
    Operator.AT_LEAST: lambda column, each, values: column >= each.day(values[0]),
    Operator.AT_MOST: lambda column, each, values: column < each.day(values[0], 1),
    Operator.BETWEEN: lambda column, each, values: sa.and_(column >= each.day(values[0]), column < each.day(values[-1], 1)),
}
