"""Which column feeds which field."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tui_import.api.source import Scalar


class Evidence(StrEnum):
    """Why a column is linked to a field."""

    SOURCE = "source"
    """The source says so (Outlook, ERP)."""
    HEADER = "header"
    """Its header is a known name of the field."""
    SIMILAR_HEADER = "similar_header"
    """Its header is close to a known name."""
    VALUES = "values"
    """Its values look like this."""
    MEMORY = "memory"
    """Linked so in an earlier import by this user."""
    RECIPE = "recipe"
    USER = "user"


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column as read into the draft."""

    position: int
    """Counted from 0."""
    header: str
    """As in the source; may be empty or repeat."""
    letter: str
    """A, B, … AA, as spreadsheet programs call it."""
    note: str = ""
    """The source's remark (a cell comment)."""
    field: str = ""
    """The field that the source suggests."""
    locked: bool = False
    samples: tuple[str, ...] = ()
    """Some of its distinct values, as text."""
    filled: int = 0
    """How many rows have a value."""

    @property
    def title(self) -> str:
        """The header, or the letter where there is none."""
        return self.header or self.letter


@dataclass(frozen=True, slots=True)
class Link:
    """Column → field."""

    column: int
    field: str
    """Whole field name."""
    evidence: Evidence = Evidence.USER
    confidence: float = 1.0
    """0…1; a guess under `LINK_FROM` is shown but not linked."""
    reason: str = ""
    """One phrase for the user: 'header “Firma” means company name (Danish)'."""


LINK_FROM = 0.6
"""Confidence from which a guess is linked by itself."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """All links and constants of an import."""

    links: tuple[Link, ...] = ()
    """A column may feed several fields; only a multiple field may be fed by several columns."""
    constants: dict[str, Scalar] = field(default_factory=dict)
    """Field → value for every row; a column's value wins where it is not blank."""

    def columns_of(self, field_key: str) -> tuple[int, ...]:
        """Positions of the columns that feed a field."""
        return tuple(link.column for link in self.links if link.field == field_key)

    def fields_of(self, column: int) -> tuple[str, ...]:
        """The fields that a column feeds."""
        return tuple(link.field for link in self.links if link.column == column)

    @property
    def fields(self) -> frozenset[str]:
        """All fields that get a value from a column or a constant."""
        return frozenset(link.field for link in self.links) | frozenset(self.constants)


@dataclass(frozen=True, slots=True)
class Guess:
    """What we believe a column to be, linked or not."""

    column: int
    link: Link | None
    """The best field, where there is one."""
    others: tuple[Link, ...] = ()
    """The next best."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the import cannot go on without."""

    fields: tuple[tuple[str, ...], ...]
    """Alternatives, the most usual first; all fields of one of them have to be linked or given a constant. None where a link is no help."""
    reason: str
    """A sentence for the user."""
    hint: str = ""
    """What to do, where it is not to link a column."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How a file differs from the one that a recipe was made for."""

    missing: tuple[str, ...] = ()
    """Headers of the recipe that the file has not."""
    new: tuple[str, ...] = ()
    """Columns of the file that the recipe does not know."""
    renamed: tuple[tuple[str, str], ...] = ()
    """(header in the recipe, header in the file), found by alias."""
    moved: tuple[str, ...] = ()
    """Columns that stand elsewhere; harmless, since columns are found by name."""

    @property
    def blocks(self) -> bool:
        """Something the recipe needs is not there."""
        return bool(self.missing)

    def __bool__(self) -> bool:
        return bool(self.missing or self.new or self.renamed)
