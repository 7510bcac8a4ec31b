"""Records as they are matched and compared: what the store has, what a row brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from tui_import.model.issues import Issue
from tui_import.model.plan import Stored


class Normalised(NamedTuple):
    """One cell after normalisation for one field."""

    value: Stored
    """What the store will hold; None: blank. Texts of lists are still names here."""
    key: str | None = None
    """What it is matched by: folded text, E.164 digits, lower-cased address. None where the field has no key or it is blank."""
    issue: Issue | None = None


BLANK = Normalised(None)


class Value(NamedTuple):
    """One value of a multiple field."""

    value: Stored
    key: str
    description: str = ""


@dataclass(slots=True)
class StoredRecord:
    """A record of the store, as far as an import needs it."""

    id: int
    version: int
    values: dict[str, Stored]
    """Field name (without entity) → value, single fields."""
    multiple: dict[str, list[Value]] = field(default_factory=dict)
    """Field name → values in rank order."""
    company: int | None = None
    """A person's company."""
    deleted: bool = False


class Hit(NamedTuple):
    """A stored record that has a key."""

    id: int
    deleted: bool


class RecordReader(Protocol):
    """What planning asks of the store. Implemented by ``store.records``; tests use a dictionary."""

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, Sequence[Hit]]:
        """The records that have one of the key values.

        ``key`` is a `CompanyKey`, a `PersonKey` or `flow.plan.keys.LINK`; the values are what ``flow.plan.keys`` makes of a row. Values
        without a hit are absent.
        """

    def load(self, entity: str, ids: Sequence[int], fields: Sequence[str]) -> Mapping[int, StoredRecord]:
        """Those records with those fields."""

    def list_items(self, name: str) -> Mapping[str, tuple[int, str, bool]]:
        """Folded name → (id, name, deactivated) of all items of a list."""

    def preference(self, key: str) -> Stored:
        """A store preference; None where it is not set."""

    def with_consent(self, purpose: str, persons: Sequence[int]) -> frozenset[int]:
        """Those of the persons that have a consent for the purpose (key of the list item)."""

    def next_number(self, entity: str) -> int:
        """One more than the greatest number that stands in the entity's number field."""
