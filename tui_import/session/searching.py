"""Rows that are searched for at the source: the criteria of ``where`` and the keys of ``keys`` as texts, and the rows they stand for."""

from __future__ import annotations

import datetime
import re
from collections.abc import Generator, Iterable, Mapping, Sequence

from tui_import.api.capabilities import OPERATORS, Criterion, Kind, Operator, Searchable, SearchField
from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.api.source import Row, Scalar
from tui_import.model.progress import Progress

PAGE = 500
_QUOTED = re.compile(r'(?<![^\s=<>,.])"(?:[^"]|"")*"')
"""A text in quotation marks, where a value may begin; a mark within it is written twice."""
_BETWEEN = re.compile(r"\s+and\s+|\s*\.\.\s*|,", re.IGNORECASE)
_COMMA, _SEMICOLON = re.compile(","), re.compile(";")
_SIGNS = sorted((operator.value for operator in Operator), key=len, reverse=True)
_PLAIN = re.compile(r'(?!.*(?:\.\.|\s+and\s))[^\s;,"=<>!.](?:[^;,"\n]*[^\s;,".])?', re.IGNORECASE)
"""What needs no quotation marks."""
_SPOKEN = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def operators_of(field: SearchField) -> Sequence[Operator]:
    """What a field can be searched by, the first is offered first."""
    return field.operators or OPERATORS[field.kind]


def criteria(text: str, fields: Sequence[SearchField]) -> list[Criterion]:
    """``city contains Aarhus; since >= 2024-01-01; group one-of A, B`` as criteria. Raises `UsageError` that names what is possible.

    Values with ``;`` or ``,`` in them stand in quotation marks.
    """
    known = {field.label.casefold(): field for field in fields} | {field.key.casefold(): field for field in fields}
    return [_criterion(part, known) for part in _split(text, _SEMICOLON)]


def criteria_text(wanted: Iterable[Criterion]) -> str:
    """The inverse of `criteria`: what a recipe keeps."""
    return "; ".join(f"{each.field} {each.operator.value} {values_text(each)}" for each in wanted)


def values_text(criterion: Criterion) -> str:
    """A criterion's values as `criterion_of` reads them."""
    return ", ".join(map(_quoted, criterion.values))


def _quoted(value: Scalar) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str) or _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def key_list(text: str) -> list[str]:
    """``K1, K2`` as keys, each once."""
    return list(dict.fromkeys(map(_unquoted, _split(text, _COMMA))))


def key_text(keys: Iterable[str]) -> str:
    """The inverse of `key_list`."""
    return ",".join(map(_quoted, keys))


def criterion_of(field: SearchField, operator: Operator, text: str) -> Criterion:
    """A criterion out of what was typed behind its operator. Raises `UsageError` where that does not fit."""
    return Criterion(field.key, operator, _values(field, operator, text, text.strip()))


def _criterion(text: str, known: Mapping[str, SearchField]) -> Criterion:
    for sign in _SIGNS:
        pattern = rf"(.+?)\s+{re.escape(sign)}\s+(.+)" if sign[0].isalpha() else rf"(.+?)\s*{re.escape(sign)}\s*(.+)"
        match = re.fullmatch(pattern, text, re.IGNORECASE | re.DOTALL)
        field = known.get(match[1].strip().casefold()) if match else None
        if match and field:
            operator = Operator(sign)
            if operator not in operators_of(field):
                names = ", ".join(operators_of(field))
                raise UsageError(
                    _("“{text}”: {field} is not searched so.").format(text=text, field=field.key),
                    hint=_("Possible: {names}.").format(names=names),
                )
            return Criterion(field.key, operator, _values(field, operator, match[2], text))
    names = ", ".join(dict.fromkeys(field.key for field in known.values()))
    raise UsageError(
        _("“{text}” is not of the form FIELD OPERATOR VALUE.").format(text=text), hint=_("Fields: {names}.").format(names=names)
    )


def _values(field: SearchField, operator: Operator, text: str, whole: str) -> list[Scalar]:
    if operator is Operator.BETWEEN:
        parts = _split(text, _BETWEEN)
        if len(parts) != 2:
            raise UsageError(_("“{text}”: between takes two values, like 1..9.").format(text=whole))
    elif operator in (Operator.ONE_OF, Operator.NOT_ONE_OF):
        parts = _split(text, _COMMA)
    else:
        parts = [text.strip()] if text.strip() else []
    if not parts:
        raise UsageError(_("There is no value to search for."))
    return [_value(field, _unquoted(part), whole) for part in parts]


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """The parts between separators that do not stand in quotation marks; blank ones are left out."""
    masked = _QUOTED.sub(lambda match: "\0" * len(match[0]), text)
    parts, start = [], 0
    for match in separator.finditer(masked):
        parts.append(text[start : match.start()])
        start = match.end()
    return [part.strip() for part in (*parts, text[start:]) if part.strip()]


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if _QUOTED.fullmatch(text) else text


def _value(field: SearchField, text: str, whole: str) -> Scalar:
    if field.kind is Kind.BOOLEAN and text.casefold() in _SPOKEN:
        return _SPOKEN[text.casefold()]
    try:
        if field.kind is Kind.INTEGER:
            return int(text)
        if field.kind is Kind.DECIMAL:
            return float(text)
        if field.kind is Kind.DATE:
            datetime.date.fromisoformat(text[:10])
    except ValueError:
        dates, numbers = _("“{text}”: “{value}” is not a date like 2026-01-31."), _("“{text}”: “{value}” is not a number.")
        raise UsageError((dates if field.kind is Kind.DATE else numbers).format(text=whole, value=text)) from None
    if field.kind is Kind.BOOLEAN:
        raise UsageError(_("“{text}”: say true or false.").format(text=whole))
    return text


def found_rows(table: Searchable, wanted: Sequence[Criterion], progress: Progress | None = None) -> Generator[Row, None, None]:
    """Every row that meets the criteria, page by page; row numbers count on over the pages."""
    page, number = "", 0
    while True:
        if progress is not None:
            progress.check()
        found = table.search(wanted, page, PAGE)
        for row in found.rows:
            number += 1
            yield row._replace(number=number)
        if not found.next:
            return
        page = found.next


def picked_rows(table: Searchable, keys: Sequence[str], progress: Progress | None = None) -> Generator[Row, None, None]:
    """The rows of these keys, asked for by and by; each once, keys that the source does not know are left out."""
    wanted, number = set(keys), 0
    for start in range(0, len(keys), PAGE):
        if progress is not None:
            progress.check()
        rows = table.fetch(keys[start : start + PAGE])
        try:
            for row in rows:
                if row.key in wanted:
                    wanted.discard(row.key)
                    number += 1
                    yield row._replace(number=number)
        finally:
            close = getattr(rows, "close", None)
            if close:
                close()
