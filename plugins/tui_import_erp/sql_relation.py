"""What a table, view or query holds: its columns as they are in the database, what each is, and the statements that read it.

Names of columns come from the database and are quoted by SQLAlchemy; values are always bound, never part of a statement's text.
"""

from __future__ import annotations

import datetime
import decimal
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tui_import.api import N_, Criterion, Kind, Scalar, SourceError, _
from tui_import.api.erp import WELL_KNOWN, Actor, ErpField
from tui_import_erp.sql_criteria import Compared, condition

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, FromClause, Select

KEY, CHANGED, PARENT, PARENT_TYPE = "ERPKEY", "LASTMODIFIED", "PARENTKEY", "PARENTTYPE"
PLUMBING = frozenset({KEY, CHANGED, PARENT, PARENT_TYPE})
"""Columns of these names are no field; a column of another name that only has the role is one, too."""
SAMPLE = 200
"""Rows that are looked at for the kinds of columns: a query has no declared ones."""
LABELS = {
    "NAME": N_("Name"), "NUMBER": N_("Number"), "NUMBER1": N_("Code"), "NUMBER2": N_("Number"), "DEPARTMENT": N_("Department"),
    "PHONE": N_("Telephone"), "FAX": N_("Fax"), "EMAIL": N_("E-mail"), "URL": N_("Web address"), "VATNO": N_("VAT number"),
    "COUNTRY": N_("Country"), "POSTALAD1": N_("Address, line 1"), "POSTALAD2": N_("Address, line 2"), "POSTALAD3": N_("Address, line 3"),
    "POSTALZIP": N_("Post code"), "POSTALCITY": N_("City"), "POSTALCOUNTY": N_("County"), "POSTALSTATE": N_("State"),
    "FIRSTNAME": N_("First name"), "MIDDLENAME": N_("Middle name"), "LASTNAME": N_("Last name"), "TITLE": N_("Title"),
    "PHONE_DIRECT": N_("Direct phone"), "PHONE_MOBILE": N_("Mobile phone"), "PHONE_PRIVATE": N_("Private phone"),
    "BIRTHDATE": N_("Birthdate"), "POSITION": N_("Position"),
}  # fmt: skip
"""What columns of these roles are called; a search knows them by it as well as by their own names."""
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]|$)")


@dataclass(frozen=True, slots=True)
class Relation:
    """One actor type in the database."""

    source: FromClause
    fields: Sequence[ErpField]
    kinds: Mapping[str, Compared]
    """Column → how it is compared."""
    key: str
    changed: str = ""
    parent: str = ""
    parent_type: str = ""

    def select(self, criteria: Sequence[Criterion]) -> Select[Any]:
        """The rows that meet all criteria."""
        found = sa.select(self.source)
        for criterion in criteria:
            found = found.where(condition(self.source.c[criterion.field], self.kinds[criterion.field], criterion))
        return found

    def in_order(self, statement: Select[Any]) -> Select[Any]:
        """By key, so that reading again gives the same."""
        return statement.order_by(self._sortable_key)

    def behind(self, statement: Select[Any], key: str) -> Select[Any]:
        """In order, and only what comes after this key."""
        return self.in_order(statement.where(self._sortable_key > self._as_key(key)) if key else statement)

    def of_keys(self, keys: Sequence[str]) -> Select[Any]:
        """The rows of these keys."""
        wanted = [self._as_key(key) for key in keys if self.kinds[self.key].kind is not Kind.INTEGER or re.fullmatch(r"-?\d{1,18}", key)]
        return self.select(()).where(self._sortable_key.in_(wanted))

    def changed_since(self, moment: str) -> Select[Any]:
        """The rows that changed later, or of which that is not known."""
        if not self.changed:
            return self.select(())
        column = self.source.c[self.changed]
        compared = self.kinds[self.changed]
        later = column > (sa.bindparam(None, compared.moment(moment)) if compared.kind is Kind.DATE else compared.number(moment))
        return self.select(()).where(sa.or_(column.is_(None), later))

    def actor(self, row: Any) -> Actor:
        """A row as what it is."""
        values = row._mapping
        return Actor(
            key=str(values[self.key]),
            values={field.key: _plain(values[field.key]) for field in self.fields},
            changed=_sortable(values[self.changed]) if self.changed else "",
            parent=_text(values[self.parent]) if self.parent else "",
            parent_type=_text(values[self.parent_type]) if self.parent_type else "",
        )

    @property
    def _sortable_key(self) -> ColumnElement[Any]:
        """Whole numbers as they are; everything else as text, which every database can compare with the text that a key is here."""
        column = self.source.c[self.key]
        return column if self.kinds[self.key].kind is Kind.INTEGER else sa.cast(column, self.kinds[self.key].text_type)

    def _as_key(self, key: str) -> int | str:
        return int(key) if self.kinds[self.key].kind is Kind.INTEGER else key


def describe(connection: Connection, text: str, roles: Mapping[str, str], entity: str) -> Relation:
    """Ask the database what a table, view or query has. ``roles``: column, lower case → role. Raises `SourceError`."""
    source, primary = _source(connection, text)
    names = [column.name for column in source.c]
    by_role = {(roles.get(name.casefold()) or name).upper(): name for name in reversed(names)}
    key = by_role.get(KEY) or primary or next((name for name in names if name.casefold() == "id"), "")
    if not key:
        raise SourceError(
            _("No column of “{query}” is its key.").format(query=_short(text)),
            hint=_("Say which one, with the setting roles: COLUMN=ERPKEY."),
        )
    sample = connection.execute(sa.select(source).limit(SAMPLE)).mappings().all()
    kinds = {name: _kind([row[name] for row in sample], connection.dialect.name) for name in names}
    fields = []
    for name in names:
        role = roles.get(name.casefold(), "")
        known = (role or name).upper()
        if name.upper() not in PLUMBING:
            target = role if "." in role else WELL_KNOWN.get(entity, {}).get(known, "")
            fields.append(ErpField(name, LABELS[known] if target and known in LABELS else name, kinds[name].kind, target))
    return Relation(source, fields, kinds, key, *(by_role.get(role, "") for role in (CHANGED, PARENT, PARENT_TYPE)))


def _source(connection: Connection, text: str) -> tuple[FromClause, str]:
    """What is selected from, and its primary key where that is one column."""
    if re.match(r"\s*(?:select|with)\b|\s*\(", text, re.IGNORECASE):
        query = sa.text(re.sub(r"(?<!:):(?=\w)", r"\\:", text.strip().rstrip(";")))  # a colon is no parameter here
        look = sa.select(sa.text("*")).select_from(query.columns().subquery("actors")).limit(0)
        names = list(connection.execute(look).keys())
        if len(set(names)) < len(names):
            raise SourceError(_("Two columns of “{query}” have one name.").format(query=_short(text)), hint=_("Name them apart, with AS."))
        return query.columns(*(sa.column(name) for name in names)).subquery("actors"), ""
    schema, _dot, name = text.rpartition(".")
    inspector = sa.inspect(connection)
    try:
        names = [column["name"] for column in inspector.get_columns(name, schema or None)]
        keys = inspector.get_pk_constraint(name, schema or None)["constrained_columns"]
    except sa.exc.NoSuchTableError:
        raise SourceError(
            _("The database has no table or view “{name}”.").format(name=_short(text)), hint=_("Check the settings of the connection.")
        ) from None
    return sa.table(name, *(sa.column(each) for each in names), schema=schema or None), keys[0] if len(keys) == 1 else ""


def _kind(values: Sequence[Any], dialect: str) -> Compared:
    """How a column is compared, by what its first rows hold."""
    filled = [value for value in values if value is not None]
    kinds = {type(value) for value in filled}
    if kinds == {bool}:
        return Compared(Kind.BOOLEAN, dialect)
    if kinds == {int}:
        return Compared(Kind.INTEGER, dialect)
    if kinds and kinds <= {int, float, decimal.Decimal}:
        return Compared(Kind.DECIMAL, dialect)
    if kinds and kinds <= {datetime.date, datetime.datetime}:
        return Compared(Kind.DATE, dialect, has_time=datetime.datetime in kinds)
    if kinds == {str} and all(_ISO_DATE.match(value) for value in filled):
        return Compared(Kind.DATE, dialect, as_text=True)
    return Compared(Kind.TEXT, dialect)


def _plain(value: Any) -> Scalar:
    """A value of the driver as a cell."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, datetime.date | datetime.time):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return None  # pictures and the like
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _sortable(value: Any) -> str:
    """A moment as text that sorts by time."""
    if isinstance(value, datetime.datetime):
        return (value.astimezone(datetime.UTC) if value.tzinfo else value).isoformat(timespec="microseconds")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:020d}"
    return _text(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
