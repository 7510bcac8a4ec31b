"""Tables of contacts whose columns are made for persons who work somewhere, as mail programs export them: every value to its owner.

Such a table has cards of companies alone, whose telephone stands in a column of persons, and of persons without a company, whose web
address stands in a column of companies. `ContactTable` is around the source's own table and moves what stands with the wrong owner. ::

    return [ContactTable(MyTable(path))]     # its columns have their `Column.field`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tui_import.api.source import NO_FIELD, Column, Finding, Peek, Row, Scalar, Table

BETWEEN = "; "
"""Between several values in a cell."""
LONGEST_STATE = 5
"""Characters that a field for a state takes: its code. Where a column has names, it is linked to the county."""
NAMES = ("person.first_name", "person.last_name")
FULL_NAME = "person.full_name"

_PLACE = ("address_line1", "address_line2", "address_line3", "code", "city", "county", "state")
_TO_COMPANY: Mapping[str, str] = {
    "person.email": "company.email", "person.phone_direct": "company.phone", "person.mobile": "company.phone",
    "person.phone_private": "company.phone", "person.phone_other": "company.phone", "person.fax": "company.fax",
    "person.url": "company.url", "person.note": "company.note", "person.interests": "company.interests",
    "person.department": "company.department", "person.language": "company.language", "person.country": "company.country",
    **{f"person.private_{part}": f"company.postal_{part}" for part in _PLACE},
}  # fmt: skip
_TO_PERSON: Mapping[str, str] = {
    "company.url": "person.url", "company.phone": "person.phone_direct", "company.email": "person.email", "company.fax": "person.fax",
    "company.country": "person.country", **{f"company.postal_{part}": f"person.private_{part}" for part in _PLACE},
}  # fmt: skip
_OWNER = {**_TO_COMPANY, **_TO_PERSON}
_SEVERAL = frozenset({
    "company.email", "company.phone", "company.fax", "company.url", "company.interests", "company.note",
    "person.email", "person.phone_direct", "person.fax", "person.url",
})  # fmt: skip
"""Fields that take another value beside the one that is there."""
_HEADINGS: Mapping[str, str] = {
    "company.email": "Company e-mail", "company.phone": "Company telephone", "company.fax": "Company fax",
    "company.url": "Company web address", "company.note": "Company note", "company.interests": "Company categories",
    "company.department": "Company department", "company.language": "Company language", "person.url": "Web address",
    "person.phone_direct": "Direct phone", "person.email": "E-mail", "person.fax": "Fax",
}  # fmt: skip
"""Headings of columns that are added. They are not translated, for recipes find their columns by them."""


@dataclass(frozen=True)
class _Plan:
    """The columns, as a first reading of all rows showed that they are needed."""

    columns: Sequence[Column]
    """With those that are added."""
    own: int
    """How many are the source's."""

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Field → its first column."""
        found: dict[str, int] = {}
        for at, column in enumerate(self.columns):
            if "." in column.field:
                found.setdefault(column.field, at)
        return found


class ContactTable(Table):
    """The table of a source, with its values moved to their owners. It is read once more, to learn which columns that takes."""

    def __init__(self, inner: Table, *, complete: bool = False) -> None:
        """``complete``: with all columns that could be needed, so that they are the same for every file (recipes)."""
        self.name, self.hidden = inner.name, inner.hidden
        self._inner, self._complete = inner, complete

    @cached_property
    def _plan(self) -> _Plan:
        columns = list(self._inner.columns())
        plan = _Plan(columns, len(columns))
        states = [at for at, column in enumerate(columns) if column.field.endswith("_state")]
        names: set[int] = set()
        moved: dict[int, None] = {}
        for row in self._inner.rows():
            names.update(at for at in states if at not in names and len(_text(row.values, at)) > LONGEST_STATE)
            moved.update(dict.fromkeys(_misplaced(row.values, plan)))
        taken = {column.field for column in columns}
        for at in names:
            county = columns[at].field.removesuffix("state") + "county"
            columns[at] = replace(columns[at], field=NO_FIELD if county in taken else county)
        targets = dict.fromkeys(_OWNER[columns[at].field] for at in moved if columns[at].field in _OWNER)
        if self._complete:
            targets |= dict.fromkeys(_HEADINGS)
        missing = [field for field in targets if field not in {column.field for column in columns}]
        return _Plan([*columns, *(Column(_HEADINGS.get(field, field), field) for field in missing)], len(columns))

    def columns(self) -> Sequence[Column]:
        """Those of the source, and behind them the ones that some contact needs."""
        return self._plan.columns

    def rows(self) -> Iterator[Row]:
        """The contacts."""
        plan, width = self._plan, len(self._plan.columns)
        inner = self._inner.rows()
        try:
            for row in inner:
                values: list[Scalar] = list(row.values[: plan.own])
                values += [None] * (width - len(values))
                _move(values, plan)
                yield row._replace(values=[*values, *row.values[plan.own :]])
        finally:
            getattr(inner, "close", lambda: None)()

    def peek(self, limit: int = 20) -> Peek:
        """The first rows as the source shows them."""
        return self._inner.peek(limit)

    def findings(self) -> Sequence[Finding]:
        """Those of the source."""
        return self._inner.findings()

    def expected_rows(self) -> int | None:
        """As the source says."""
        return self._inner.expected_rows()


def _text(values: Sequence[Scalar], at: int) -> str:
    return str(values[at]).strip() if at < len(values) and values[at] is not None else ""


def _told(values: Sequence[Scalar], plan: _Plan, field: str) -> str:
    return _text(values, plan.place[field]) if field in plan.place else ""


def _owners(values: Sequence[Scalar], plan: _Plan) -> tuple[bool, bool]:
    """Whether the contact is of a company, and of a person: a full name that is the company's is no person's."""
    company = _told(values, plan, "company.name")
    named = any(_told(values, plan, field) for field in NAMES)
    return bool(company), named or _told(values, plan, FULL_NAME) not in ("", company)


def _misplaced(values: Sequence[Scalar], plan: _Plan) -> list[int]:
    """The columns whose values stand with the wrong owner. A second address stays where it is."""
    company, person = _owners(values, plan)
    if company == person:
        return []
    targets = _TO_COMPANY if company else _TO_PERSON
    settled = any(_told(values, plan, field) for field in targets.values() if _is_place(field))
    filled = [at for at, column in enumerate(plan.columns) if column.field in targets and _text(values, at)]
    return [at for at in filled if not (settled and _is_place(plan.columns[at].field))]


def _is_place(field: str) -> bool:
    return field.startswith(("company.postal_", "person.private_")) or field.endswith(".country")


def _move(values: MutableSequence[Scalar], plan: _Plan) -> None:
    """Give a row's values to their owners."""
    misplaced = _misplaced(values, plan)
    if FULL_NAME in plan.place and _owners(values, plan) == (True, False):
        values[plan.place[FULL_NAME]] = None
    for at in misplaced:
        target = _OWNER[plan.columns[at].field]
        place = plan.place[target]
        if not _text(values, place):
            values[place], values[at] = values[at], None
        elif target in _SEVERAL:
            values[place], values[at] = f"{values[place]}{BETWEEN}{values[at]}", None
