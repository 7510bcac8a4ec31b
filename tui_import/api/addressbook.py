"""Contacts that a service tells as JSON: made into cards, so that they come out in the columns and fields of every other address book.

Import it inside the functions that need it. A source says what stands where, with `told`, and how to ask, in `AddressBook`. ::

    Card(0, "4.0", [*told("UID", text(person, "id")), *told("EMAIL", "a@b.example", types={"work"}), *told("X", "Bobby", label="Nickname")])
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tui_import.api.i18n import _, ngettext
from tui_import.api.source import Column, Finding, Row, Table
from tui_import.api.vcard import Card, Property, Sheet, contact

_PLACE = ("line1", "line2", "line3", "code", "city", "county", "state")
WIDTHS: Mapping[str, int] = {
    **dict.fromkeys(("full_name", "first_name", "middle_name", "last_name", "salutation", "academic_title", "suffix", "nickname"), 1),
    **dict.fromkeys(("company", "company_department", "title", "department", "birthdate", "interests", "company_interests"), 1),
    **dict.fromkeys(("note", "company_note", "uid", "company_uid", "details", "company_country", "person_country", "chat"), 1),
    **dict.fromkeys((f"{place}_{part}" for place in ("postal", "private") for part in _PLACE), 1),
    **dict.fromkeys(("fax", "company_fax", "company_url"), 1),
    **dict.fromkeys(("mobile", "phone_direct", "phone_private", "phone_other", "url", "company_phone", "company_email"), 2),
    "email": 3,
}
"""How many columns there are for the values of each key: an account is not read to find that out. What finds none stands in the last."""


def told(name: str, *parts: str, types: Collection[str] = (), label: str = "") -> list[Property]:
    """A property of a card, of one part or several; none where all are blank. ``label``: what the user or the service calls it."""
    if not any(part.strip() for part in parts):
        return []
    group = f"label {label}" if label else ""
    made = [Property(name, ";".join(map(_escaped, parts)), frozenset(types), group=group)]
    return [*made, Property("X-ABLABEL", _escaped(label), group=group)] if label else made


def text(record: Any, *path: str) -> str:
    """The text at a path into what JSON told; empty where there is none. Numbers are written out."""
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    if isinstance(record, str):
        return record.strip()
    return str(record) if isinstance(record, int | float) and not isinstance(record, bool) else ""


def flag(record: Any, *path: str) -> bool:
    """Whether JSON told ``true`` at a path."""
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record is True


def records(record: Any, key: str) -> list[dict[str, Any]]:
    """The objects in a list that JSON told under a key."""
    found = record.get(key) if isinstance(record, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def texts(record: Any, key: str) -> list[str]:
    """The texts in a list that JSON told under a key."""
    found = record.get(key) if isinstance(record, dict) else None
    return [each.strip() for each in found if isinstance(each, str) and each.strip()] if isinstance(found, list) else []


def _escaped(part: str) -> str:
    for sign, instead in (("\\", "\\\\"), ("\r\n", "\n"), ("\n", "\\n"), (";", "\\;"), (",", "\\,")):
        part = part.replace(sign, instead)
    return part


class AddressBook(Table):
    """A table of such contacts. A source's own adds `Table.rows`, `Table.changes` and `Table.bookmark`, and counts what was deleted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._sheet = Sheet(WIDTHS)
        self._notes: list[str] = []
        self._deleted = 0
        self._next_bookmark = ""

    def columns(self) -> Sequence[Column]:
        """All of them, each linked."""
        return self._sheet.columns

    def bookmark(self) -> str:
        """Where the next reading goes on."""
        return self._next_bookmark

    def findings(self) -> Sequence[Finding]:
        """What was not imported."""
        deleted = ngettext(
            "{count} contact was deleted in the account; the import deletes nothing.",
            "{count} contacts were deleted in the account; the import deletes nothing.",
            self._deleted,
        )
        return [
            *(Finding(note) for note in self._notes),
            *([Finding(deleted.format(count=self._deleted))] if self._deleted else []),
            Finding(_("Photos are not imported.")),
        ]

    def _begin(self, *notes: str) -> None:
        self._notes, self._deleted, self._next_bookmark = list(notes), 0, ""

    def _as_rows(self, cards: Iterable[tuple[Card, str]]) -> Iterator[Row]:
        """Cards and when they changed, as rows. A service may tell a contact twice in one round: once more only if it changed meanwhile."""
        seen: dict[str, str] = {}
        number = 0
        for card, changed in cards:
            found = contact(card)
            if seen.get(found.uid) == changed:
                continue
            seen[found.uid] = changed
            number += 1
            yield self._sheet.row(number, found, found.uid, changed)
