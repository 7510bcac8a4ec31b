"""Criteria as Odoo's domains, in its prefix notation. Texts are compared by "ilike" and "=ilike", their signs escaped."""

from __future__ import annotations

import datetime
from typing import Any

from tui_import.api import Criterion, Operator, Scalar, SourceError, _

RELATIONS = frozenset({"many2one", "many2many"})
"""Types that are searched by the name of what they point to."""
_OPPOSITES = {
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_BEGINS: Operator.BEGINS,
    Operator.NOT_ENDS: Operator.ENDS,
    Operator.IS_NOT: Operator.IS,
}


def condition(criterion: Criterion, kind: str) -> list[Any]:
    """The terms that a partner must meet. ``kind``: the field's type as Odoo says. Raises `SourceError`."""
    if kind in ("date", "datetime"):
        return _date(criterion, kind)
    if kind in ("integer", "float", "monetary", "boolean"):
        return _value(criterion)
    operator = _OPPOSITES.get(criterion.operator, criterion.operator)
    name = f"{criterion.field}.name" if kind in RELATIONS else criterion.field
    text = _escaped(criterion.values[0])
    term = {
        Operator.CONTAINS: [name, "ilike", text],
        Operator.BEGINS: [name, "=ilike", f"{text}%"],
        Operator.ENDS: [name, "=ilike", f"%{text}"],
    }.get(operator, [name, "=ilike", text])
    return ["|", [criterion.field, "=", False], "!", term] if criterion.operator in _OPPOSITES else [term]


def moment_text(text: str) -> str:
    """A moment as Odoo writes it, in UTC. Raises `SourceError`."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise SourceError(_("“{text}” is no date.").format(text=text), hint=_("Write it like 2026-01-31.")) from None
    moment = moment.astimezone(datetime.UTC) if moment.tzinfo else moment
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _escaped(value: Scalar) -> str:
    text = "" if value is None else str(value)
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return text


def _value(criterion: Criterion) -> list[Any]:
    if criterion.operator is Operator.BETWEEN:
        return [[criterion.field, ">=", criterion.values[0]], [criterion.field, "<=", criterion.values[-1]]]
    return [[criterion.field, str(criterion.operator.value), criterion.values[0]]]


def _date(criterion: Criterion, kind: str) -> list[Any]:
    """Whole days: a moment is of the day that it falls on."""
    first, last = _day(criterion.values[0]), _day(criterion.values[-1])
    clock = " 00:00:00" if kind == "datetime" else ""
    begin, after = f"{first}{clock}", f"{last + datetime.timedelta(days=1)}{clock}"
    name = criterion.field
    return {
        Operator.LESS: [[name, "<", begin]],
        Operator.AT_MOST: [[name, "<", after]],
        Operator.MORE: [[name, ">=", after]],
        Operator.AT_LEAST: [[name, ">=", begin]],
    }.get(criterion.operator, [[name, ">=", begin], [name, "<", after]])


def _day(value: Scalar) -> datetime.date:
    try:
        moment = value if isinstance(value, datetime.date) else datetime.datetime.fromisoformat(str(value))
    except ValueError:
        raise SourceError(_("“{text}” is no date.").format(text=value), hint=_("Write it like 2026-01-31.")) from None
    return moment.date() if isinstance(moment, datetime.datetime) else moment
