"""Criteria as Odoo's domains, in its prefix notation. Texts are compared by "ilike" and "=ilike", their signs escaped."""

from __future__ import annotations

import datetime
from typing import Any

from tui_import.api import Criterion, Operator
from tui_import_erp.criteria import OPPOSITES, as_day, as_utc, escaped

RELATIONS = frozenset({"many2one", "many2many"})
"""Types that are searched by the name of what they point to."""


def condition(criterion: Criterion, kind: str) -> list[Any]:
    """The terms that a partner must meet. ``kind``: the field's type as Odoo says. Raises `SourceError`."""
    if kind in ("date", "datetime"):
        return _date(criterion, kind)
    if kind in ("integer", "float", "monetary", "boolean"):
        return _value(criterion)
    operator = OPPOSITES.get(criterion.operator, criterion.operator)
    name = f"{criterion.field}.name" if kind in RELATIONS else criterion.field
    text = escaped(criterion.values[0])
    term = {
        Operator.CONTAINS: [name, "ilike", text],
        Operator.BEGINS: [name, "=ilike", f"{text}%"],
        Operator.ENDS: [name, "=ilike", f"%{text}"],
    }.get(operator, [name, "=ilike", text])
    return ["|", [criterion.field, "=", False], "!", term] if criterion.operator in OPPOSITES else [term]


def moment_text(text: str) -> str:
    """A moment as Odoo writes it, in UTC. Raises `SourceError`."""
    return as_utc(text).strftime("%Y-%m-%d %H:%M:%S")


def _value(criterion: Criterion) -> list[Any]:
    if criterion.operator is Operator.BETWEEN:
        return [[criterion.field, ">=", criterion.values[0]], [criterion.field, "<=", criterion.values[-1]]]
    return [[criterion.field, str(criterion.operator.value), criterion.values[0]]]


def _date(criterion: Criterion, kind: str) -> list[Any]:
    """Whole days: a moment is of the day that it falls on."""
    first, last = as_day(criterion.values[0]), as_day(criterion.values[-1])
    clock = " 00:00:00" if kind == "datetime" else ""
    begin, after = f"{first}{clock}", f"{last + datetime.timedelta(days=1)}{clock}"
    name = criterion.field
    return {
        Operator.LESS: [[name, "<", begin]],
        Operator.AT_MOST: [[name, "<", after]],
        Operator.MORE: [[name, ">=", after]],
        Operator.AT_LEAST: [[name, ">=", begin]],
    }.get(criterion.operator, [[name, ">=", begin], [name, "<", after]])
