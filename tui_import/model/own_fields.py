"""User-defined fields: what a store has beside the fields of the catalogue file (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui_import.api.i18n import N_
from tui_import.model.fields import Catalogue, Field, FieldType

OWNERS = ("company", "person", "project", "sale", "follow_up")
"""The entities that may have fields of their own; those of them that the catalogue has."""
PREFIX = "x_"
"""What the bare name of every user-defined field begins with, so that no later field of ours is called the same."""


class OwnType(StrEnum):
    """The types that a user-defined field can have."""

    NUMBER = "number"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    DATE = "date"
    UNLIMITED_DATE = "unlimited_date"
    CHECKBOX = "checkbox"
    LIST = "list"
    DECIMAL = "decimal"


class OwnState(StrEnum):
    """What has become of a user-defined field."""

    ACTIVE = "active"
    RETIRED = "retired"
    """Not offered any more; records keep what they have of it."""
    REMOVED = "removed"
    """Records have nothing of it any more; kept so that undo can bring it back."""


TYPES: Mapping[OwnType, FieldType] = {
    OwnType.NUMBER: FieldType.INTEGER, OwnType.SHORT_TEXT: FieldType.TEXT, OwnType.LONG_TEXT: FieldType.LONG_TEXT,
    OwnType.DATE: FieldType.DATE, OwnType.UNLIMITED_DATE: FieldType.DATE, OwnType.CHECKBOX: FieldType.BOOLEAN,
    OwnType.LIST: FieldType.LIST, OwnType.DECIMAL: FieldType.DECIMAL,
}  # fmt: skip
LENGTHS: Mapping[OwnType, int] = {OwnType.SHORT_TEXT: 39, OwnType.LONG_TEXT: 199}
"""The types that have a length, and the one that is given without saying; in characters."""
YEARS: Mapping[OwnType, tuple[int, int]] = {OwnType.DATE: (1970, 2038)}
TAGS: Mapping[OwnType, str] = {
    OwnType.NUMBER: N_("number"), OwnType.SHORT_TEXT: N_("short text"), OwnType.LONG_TEXT: N_("long text"), OwnType.DATE: N_("date"),
    OwnType.UNLIMITED_DATE: N_("unlimited date"), OwnType.CHECKBOX: N_("checkbox"), OwnType.LIST: N_("list"),
    OwnType.DECIMAL: N_("decimal"),
}  # fmt: skip
"""Type → what a user sees beside such a field, in English."""


@dataclass(frozen=True, slots=True)
class OwnField:
    """The definition of a user-defined field."""

    entity: str
    name: str
    """Bare name with `PREFIX`: "x_region". It never changes."""
    type: OwnType
    label: str
    """What a user sees."""
    length: int | None = None
    """Longest text, in characters; None for types without (`LENGTHS`)."""
    list: str = ""
    """The list that it takes its items from, for `OwnType.LIST`."""
    rank: int = 0
    """Its place among the fields of its entity, counted from 1."""
    state: OwnState = OwnState.ACTIVE
    id: int = 0

    @property
    def key(self) -> str:
        """The whole name: "company.x_region"."""
        return f"{self.entity}.{self.name}"

    def definition(self) -> dict[str, str | int]:
        """As recipes carry it, see `Recipe.own_fields`."""
        parts = {"type": self.type.value, "label": self.label, "length": self.length, "list": self.list}
        return {name: value for name, value in parts.items() if value}

    def field(self) -> Field:
        """As the catalogue has it."""
        return Field(
            self.entity,
            self.name,
            TYPES[self.type],
            self.label,
            group=N_("Own fields"),
            length=self.length,
            list=self.list,
            own=self.type.value,
            years=YEARS.get(self.type),
        )


def with_own(catalogue: Catalogue, own: Iterable[OwnField]) -> Catalogue:
    """A catalogue with a store's own fields after those of their entities; what is out of use is known, but not offered."""
    known = list(own)
    fields: dict[str, Field] = {}
    for entity in dict.fromkeys(field.entity for field in catalogue):
        active = [each.field() for each in known if each.entity == entity and each.state is OwnState.ACTIVE]
        fields.update((field.key, field) for field in (*catalogue.of(entity), *active))
    return Catalogue(fields, {each.key: each.field() for each in known if each.state is not OwnState.ACTIVE})
