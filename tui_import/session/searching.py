"""Rows that are searched for at the source: the criteria of ``where``, page after page."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence

from tui_import.api.capabilities import OPERATORS, Criterion, Kind, Operator, Searchable, SearchField
from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.api.source import Row, Scalar

PAGE = 500
_SEPARATOR = re.compile(r"\s*;\s*")
_SIGNS = sorted((operator.value for operator in Operator), key=len, reverse=True)


def criteria(text: str, fields: Sequence[SearchField]) -> list[Criterion]:
    """``city contains Aarhus; since >= 2024-01-01; group one-of A, B`` as criteria. Raises `UsageError` that names what is possible."""
    known = {field.key.casefold(): field for field in fields} | {field.label.casefold(): field for field in fields}
    return [_criterion(part, known) for part in _SEPARATOR.split(text.strip()) if part]


def _criterion(text: str, known: Mapping[str, SearchField]) -> Criterion:
    for sign in _SIGNS:
        pattern = rf"(.+?)\s+{re.escape(sign)}\s+(.+)" if sign[0].isalpha() else rf"(.+?)\s*{re.escape(sign)}\s*(.+)"
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        field = known.get(match[1].strip().casefold()) if match else None
        if match and field:
            operator = Operator(sign)
            if operator not in OPERATORS[field.kind]:
                names = ", ".join(OPERATORS[field.kind])
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
        parts = re.split(r"\s+(?:and|\.\.)\s+|\s*\.\.\s*|\s*,\s*", text.strip())
        if len(parts) != 2:
            raise UsageError(_("“{text}”: between takes two values, like 1..9.").format(text=whole))
    elif operator in (Operator.ONE_OF, Operator.NOT_ONE_OF):
        parts = re.split(r"\s*,\s*", text.strip())
    else:
        parts = [text.strip()]
    return [_value(field, part, whole) for part in parts]


def _value(field: SearchField, text: str, whole: str) -> Scalar:
    try:
        if field.kind is Kind.INTEGER:
            return int(text)
        if field.kind is Kind.DECIMAL:
            return float(text)
    except ValueError:
        raise UsageError(_("“{text}”: “{value}” is not a number.").format(text=whole, value=text)) from None
    if field.kind is Kind.BOOLEAN:
        return text.casefold() in {"1", "true", "yes"}
    return text


def found_rows(table: Searchable, wanted: Sequence[Criterion]) -> Generator[Row, None, None]:
    """Every row that meets the criteria, page by page; row numbers count on over the pages."""
    page, number = "", 0
    while True:
        found = table.search(wanted, page, PAGE)
        for row in found.rows:
            number += 1
            yield row._replace(number=number)
        if not found.next:
            return
        page = found.next
