"""The fields a record has: types, lengths, multiplicity, lists. The catalogue itself is data (``config/fields.toml``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from tui_import.api.i18n import _
from tui_import.model.kinds import SINGULARS


class FieldType(StrEnum):
    """How a field's values are read, checked and stored."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    DOMAIN = "domain"
    POSTAL_CODE = "postal_code"
    VAT_NUMBER = "vat_number"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    COUNTRY = "country"
    CURRENCY = "currency"
    """An ISO 4217 code."""
    USER = "user"
    """A colleague, by name."""
    DATETIME = "datetime"
    """A day, with the time where it has one."""
    LIST = "list"
    CHOICE = "choice"
    REFERENCE = "reference"
    ID = "id"


def entity_word(entity: str) -> str:
    """What one record of an entity is called: "Red-letter day"."""
    return _(SINGULARS[entity]) if entity in SINGULARS else entity.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one entity."""

    entity: str
    """"company", "person"."""
    name: str
    """"vat_number"; `key` is the whole name."""
    type: FieldType
    label: str
    """In English; `title` is what a user sees."""
    group: str = ""
    """Heading in the field picker, in English."""
    length: int | None = None
    """Longest text, in characters."""
    multiple: bool = False
    """A record holds several values; several columns may feed it."""
    required: bool = False
    """A record cannot be without it (a person needs first or last name)."""
    virtual: bool = False
    """Read from columns but not stored under this name (full name, a person's company)."""
    list: str = ""
    """The list its items belong to."""
    refers: str = ""
    """For `FieldType.REFERENCE`: the entity of the record that it names."""
    choices: tuple[str, ...] = ()
    """For `FieldType.CHOICE`: all values."""
    is_key: bool = False
    """Records are matched by it, so a folded copy (`key_column`) is stored beside it."""
    own: str = ""
    """Of a field that the users of a store defined: its type, a `model.own_fields.OwnType`."""
    least: float | None = None
    """Its smallest number, where that is limited."""
    most: float | None = None
    """Its largest."""
    years: tuple[int, int] | None = None
    """The first and the last year of its dates, where they are limited."""

    @property
    def key(self) -> str:
        """The whole name: "company.vat_number"."""
        return f"{self.entity}.{self.name}"

    @property
    def can_be_matched(self) -> bool:
        """Records can be told apart by it, alone or with other fields (SPEC 5)."""
        return not (self.multiple or self.virtual or (self.type is FieldType.LONG_TEXT and not self.is_key))

    @property
    def key_column(self) -> str:
        """Column of the folded copy, for fields with `is_key`."""
        return f"{self.name}_key"

    @property
    def title(self) -> str:
        """What a user sees: "Company: VAT number"."""
        return f"{entity_word(self.entity)}: {self.shown_label}"

    @property
    def shown_label(self) -> str:
        """The label as a user sees it: ours translated, the users' own as they wrote it."""
        return self.label if self.own else _(self.label)


@dataclass(frozen=True)
class Catalogue:
    """All fields, in the order of the catalogue file."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    """By whole name."""
    retired: Mapping[str, Field] = field(default_factory=dict)
    """User-defined fields that are out of use: found by name, but neither listed nor offered."""

    def __getitem__(self, key: str) -> Field:
        return self.fields[key] if key in self.fields else self.retired[key]

    def __contains__(self, key: str) -> bool:
        return key in self.fields

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())

    @cached_property
    def whole(self) -> Catalogue:
        """With the fields that are out of use among the others: for what records and the journal may still hold."""
        return Catalogue({**self.fields, **self.retired})

    def of(self, entity: str) -> tuple[Field, ...]:
        """All fields of one entity."""
        return tuple(f for f in self.fields.values() if f.entity == entity)

    def stored(self, entity: str) -> tuple[Field, ...]:
        """The single-valued fields that are columns of the entity's table."""
        return tuple(f for f in self.of(entity) if not (f.multiple or f.virtual or f.type is FieldType.ID))

    def multiple(self, entity: str) -> tuple[Field, ...]:
        """The fields whose values lie in the entity's value table."""
        return tuple(f for f in self.of(entity) if f.multiple)

    def keys(self, entity: str) -> tuple[Field, ...]:
        """The stored fields that have a key column."""
        return tuple(f for f in self.stored(entity) if f.is_key)

    def references(self, entity: str) -> dict[str, str]:
        """Bare names of the stored fields that name other records → the entities of those."""
        return {f.name: f.refers for f in self.stored(entity) if f.type is FieldType.REFERENCE}
