"""What comes from a plugin is looked at before anybody believes it: wrong things name the plugin and the value, odd ones are mended."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import islice
from math import isinf, isnan
from typing import Any

from tui_import.api.i18n import _
from tui_import.api.source import MOST_CELLS, MOST_TEXT, Column, Finding, Peek, Row, Table
from tui_import.plugin_host.guard import Speaker

LONG = 1 << 14
"""Characters; longer texts are looked at more closely."""


def rows(speaker: Speaker, found: Iterable[Any], most_text: int = MOST_TEXT) -> Generator[Row, None, None]:
    """The rows, checked and made safe for the store; closing it closes what it reads from.

    Texts with lone surrogates get replacement characters, whole numbers of more than 64 bits become texts, infinite numbers too.
    """
    iterator: Iterator[Any] | None = None
    last = 0
    try:
        iterator = iter(found)
        for row in iterator:
            if row.__class__ is not Row or row.values.__class__ not in (tuple, list) or len(row.values) > MOST_CELLS:
                row = _as_row(row, speaker)  # noqa: PLW2901
            if row.number.__class__ is not int or row.number <= last:
                raise speaker.fault(
                    _("It gives row numbers that do not grow: {value} after {last}.").format(value=_shown(row[0]), last=last)
                )
            last = row.number
            values: Sequence[Any] = row.values
            for value in values:
                kind = value.__class__
                if (kind is str and value.isascii() and len(value) < LONG) or value is None:
                    continue
                if _CHECKS.get(kind, _never)(value):
                    cells = [_made_safe(cell, speaker, row.number, most_text) for cell in values]
                    row = Row(row.number, cells, row.key, row.changed)  # noqa: PLW2901
                    break
            if row.key.__class__ is not str or row.changed.__class__ is not str:
                row = Row(row.number, row.values, _text(row.key), _text(row.changed))  # noqa: PLW2901
            yield row
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()


def _odd_text(value: str) -> bool:
    if len(value) >= LONG:
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False


def _odd_int(value: int) -> bool:
    return not -(1 << 63) <= value < 1 << 63


def _odd_float(value: float) -> bool:
    return value - value != 0


def _fine(_value: object) -> bool:
    return False


def _never(_value: object) -> bool:
    return True


_CHECKS: dict[type, Callable[[Any], bool]] = {
    str: _odd_text,
    int: _odd_int,
    float: _odd_float,
    bool: _fine,
    date: _fine,
    datetime: _fine,
    time: _fine,
    type(None): _fine,
}


def _made_safe(value: Any, speaker: Speaker, number: int, most_text: int = MOST_TEXT) -> Any:
    """A cell that the store can hold."""
    kind = value.__class__
    if kind in _CHECKS and not _CHECKS[kind](value):
        return value
    if isinstance(value, str):
        if len(value) > most_text:
            reason = _("In row {row} it gives a cell of {length} characters; a cell takes at most {most}.")
            raise speaker.fault(reason.format(row=number, length=len(value), most=most_text))
        return _text(value)
    if isinstance(value, int):
        return str(int(value)) if _odd_int(value) else int(value)
    if isinstance(value, float):
        return None if isnan(value) else str(float(value)) if isinf(value) else float(value)
    if isinstance(value, (date, time)):
        return value
    reason = _("In row {row} it gives a cell of the type {kind}, which no cell can have: {value}.")
    raise speaker.fault(reason.format(row=number, kind=kind.__name__, value=_shown(value)))


def _as_row(row: Any, speaker: Speaker) -> Row:
    """A row given as a bare tuple, or with values that are no list."""
    if isinstance(row, tuple) and 2 <= len(row) <= 4:
        number, values, *rest = row
        if isinstance(values, Iterable) and not isinstance(values, (str, bytes, Mapping)):
            cells = tuple(islice(values, MOST_CELLS + 1))
            if len(cells) > MOST_CELLS:
                raise speaker.fault(_("Row {row} has more than {most} cells.").format(row=_shown(number), most=MOST_CELLS))
            return Row(number, cells, *(_text(text) for text in rest))
    raise speaker.fault(_("It gives a row that is not a Row: {value}.").format(value=_shown(row)))


def tables(speaker: Speaker, found: Any) -> Sequence[Table]:
    """What ``open`` gave."""
    if isinstance(found, (str, bytes)) or not isinstance(found, Iterable):
        raise speaker.fault(_("It opens into something that is no list of tables: {value}.").format(value=_shown(found)))
    checked = tuple(islice(found, MOST_CELLS))
    names = set()
    for table in checked:
        if not isinstance(table, Table) or not isinstance(getattr(table, "name", None), str):
            raise speaker.fault(_("It opens into something that is not a Table with a name: {value}.").format(value=_shown(table)))
        if table.name in names:
            raise speaker.fault(_("Two of its tables are called {name}.").format(name=_shown(table.name)))
        names.add(table.name)
    return checked


def columns(speaker: Speaker, found: Any) -> Sequence[Column]:
    """What ``columns`` gave."""
    checked = []
    for column in _items(speaker, found):
        parts = (column.name, column.field, column.note, column.list) if isinstance(column, Column) else (None,)
        if not all(isinstance(part, str) for part in parts):
            raise speaker.fault(_("It gives a column that is not a Column with a name: {value}.").format(value=_shown(column)))
        checked.append(Column(_text(column.name), column.field, _text(column.note), bool(column.locked), column.list))
    return checked


def peek(speaker: Speaker, found: Any, limit: int) -> Peek:
    """What ``peek`` gave; never more rows than were asked for."""
    if not isinstance(found, Peek):
        raise speaker.fault(_("It gives first rows that are not a Peek: {value}.").format(value=_shown(found)))
    facts = {_text(key): _text(value) for key, value in found.facts.items()}
    return Peek(tuple(rows(speaker, islice(found.rows, limit))), facts, findings(speaker, found.findings))


def findings(speaker: Speaker, found: Any) -> Sequence[Finding]:
    """What ``findings`` gave."""
    checked = []
    for finding in _items(speaker, found):
        if not isinstance(finding, Finding) or not isinstance(finding.message, str):
            raise speaker.fault(_("It gives a finding that is not a Finding with a sentence: {value}.").format(value=_shown(finding)))
        checked.append(Finding(_text(finding.message), finding.row if isinstance(finding.row, int) else None))
    return checked


def expected_rows(found: Any) -> int | None:
    """What ``expected_rows`` gave; nonsense is no answer."""
    return found if isinstance(found, int) and found >= 0 else None


def value(speaker: Speaker, found: Any) -> Any:
    """One cell's value from a transform."""
    return _made_safe(found, speaker, 0)


def _items(speaker: Speaker, found: Any) -> Sequence[Any]:
    if isinstance(found, (str, bytes)) or not isinstance(found, Iterable):
        raise speaker.fault(_("It gives something that is no list: {value}.").format(value=_shown(found)))
    return tuple(islice(found, MOST_CELLS))


def _text(found: Any) -> str:
    """A plain text without lone surrogates."""
    return ("" if found is None else str(found)).encode("utf-8", "replace").decode()


def _shown(found: Any) -> str:
    """The offending value in a sentence, not too long."""
    try:
        text = repr(found)
    except Exception:
        text = f"<{type(found).__name__}>"
    return _text(text if len(text) <= 60 else f"{text[:57]}…")
