"""Rows of persons who were erased: their marks keep them out (SPEC 4.6)."""

from __future__ import annotations

from collections.abc import Collection

from tui_import.flow.plan.binding import UNMATCHED, Bound, Incoming
from tui_import.flow.plan.keys import LINK
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.issues import Issue, Severity
from tui_import.model.plan import Stored
from tui_import.model.privacy import Identity, mark_of

SUPPRESSED = Issue("suppressed", Severity.WARNING)


def phone_fields(catalogue: Catalogue) -> frozenset[str]:
    """Bare names of the numbers that reach one person."""
    return frozenset(item.name for item in catalogue.multiple("person") if item.type is FieldType.PHONE and item.name != "fax")


class Suppression:
    """The marks of a store, and whether a row bears one of them."""

    def __init__(self, salt: bytes, marks: Collection[str], catalogue: Catalogue) -> None:
        self._salt = salt
        self._marks = frozenset(marks)
        self._phones = phone_fields(catalogue)

    def rows(self, company: Bound, person: Bound, count: int) -> frozenset[int]:
        """Places in a block of ``count`` rows whose person was erased."""
        if not self._marks:
            return frozenset()
        return frozenset(i for i in range(count) if self._bears(_identity(company, person, self._phones, i)))

    def _bears(self, identity: Identity) -> bool:
        return any(mark_of(self._salt, trait, text) in self._marks for trait, text in identity.traits())


def _identity(company: Bound, person: Bound, phones: Collection[str], i: int) -> Identity:
    return Identity(
        emails=_keys(person.multiple.get("email"), i),
        phones=[key for name in person.multiple if name in phones for key in _keys(person.multiple[name], i)],
        links=[value.key for value, _column in person.multiple[LINK][i] if value.description] if LINK in person.multiple else (),
        name=_at(person.keys.get("name"), i),
        birthdate=_at(person.single.get("birthdate"), i),
        company=_at(company.keys.get("name"), i),
    )


def _keys(column: list[tuple[Incoming, ...]] | None, i: int) -> list[str]:
    return [value.key for value, _column in column[i] if not value.key.startswith(UNMATCHED)] if column else []


def _at(column: list[str | None] | list[Stored] | None, i: int) -> str:
    return str(column[i] or "") if column else ""
