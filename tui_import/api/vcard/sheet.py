"""The columns that contacts are shown and mapped in: every key its field, several columns for what there may be several of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui_import.api.source import NO_FIELD, Column, Row
from tui_import.api.vcard.contact import Contact

DETAILS = "details"


@dataclass(frozen=True, slots=True)
class CardColumn:
    """A column, or as many as ``most`` of them, for the values of one key."""

    key: str
    """As in `Contact.values`."""
    name: str
    """The heading. It is not translated, for recipes find their columns by it."""
    field: str
    most: int = 1
    """Columns; what is beyond stands in the last of them, divided by semicolons."""


def _address(place: str, name: str, field: str, code: str) -> tuple[CardColumn, ...]:
    return (
        *(CardColumn(f"{place}_line{at}", f"{name} address, line {at}", f"{field}_address_line{at}") for at in (1, 2, 3)),
        CardColumn(f"{place}_code", f"{name} address, post code", code),
        *(CardColumn(f"{place}_{key}", f"{name} address, {key}", f"{field}_{key}") for key in ("city", "county", "state")),
    )


COLUMNS = (
    CardColumn("full_name", "Full name", "person.full_name"),
    CardColumn("first_name", "First name", "person.first_name"),
    CardColumn("middle_name", "Middle name", "person.middle_name"),
    CardColumn("last_name", "Last name", "person.last_name"),
    CardColumn("salutation", "Mr/Ms", "person.salutation"),
    CardColumn("academic_title", "Academic title", "person.academic_title"),
    CardColumn("suffix", "Name suffix", NO_FIELD),
    CardColumn("nickname", "Nickname", NO_FIELD),
    CardColumn("company", "Company", "company.name"),
    CardColumn("company_department", "Company department", "company.department"),
    CardColumn("title", "Title", "person.title"),
    CardColumn("department", "Department", "person.department"),
    CardColumn("email", "E-mail", "person.email", 4),
    CardColumn("mobile", "Mobile phone", "person.mobile", 3),
    CardColumn("phone_direct", "Direct phone", "person.phone_direct", 3),
    CardColumn("phone_private", "Private phone", "person.phone_private", 2),
    CardColumn("phone_other", "Other phone", "person.phone_other", 3),
    CardColumn("fax", "Fax", "person.fax", 2),
    CardColumn("url", "Web address", "person.url", 3),
    CardColumn("chat", "Chat", "person.chat", 3),
    CardColumn("company_phone", "Company telephone", "company.phone", 3),
    CardColumn("company_fax", "Company fax", "company.fax", 2),
    CardColumn("company_email", "Company e-mail", "company.email", 2),
    CardColumn("company_url", "Company web address", "company.url", 2),
    *_address("postal", "Company postal", "company.postal", "company.postal_code"),
    *_address("street", "Company street", "company.street", "company.street_code"),
    CardColumn("company_country", "Company country", "company.country"),
    *_address("private", "Private", "person.private", "person.private_code"),
    CardColumn("person_country", "Private address, country", "person.country"),
    CardColumn("birthdate", "Birthday", "person.birthdate"),
    CardColumn("gender", "Gender", "person.gender"),
    CardColumn("language", "Language", "person.language"),
    CardColumn("interests", "Categories", "person.interests"),
    CardColumn("company_interests", "Company categories", "company.interests"),
    CardColumn("note", "Note", "person.note"),
    CardColumn("company_note", "Company note", "company.note"),
    CardColumn("uid", "UID", "person.external_key"),
    CardColumn("company_uid", "Company UID", "company.external_key"),
    CardColumn(DETAILS, "Other details", NO_FIELD),
)
"""All there are, in the order in which they are shown."""


class Widths:
    """How many values there are of each key, at most in one contact."""

    def __init__(self) -> None:
        self.most: dict[str, int] = {}

    def see(self, contact: Contact) -> None:
        """Take a contact into account."""
        for key, texts in contact.values.items():
            if len(texts) > self.most.get(key, 0):
                self.most[key] = len(texts)


class Sheet:
    """Contacts as rows under chosen columns."""

    def __init__(self, widths: Mapping[str, int] | None = None, *, complete: bool = True) -> None:
        """``widths``: only the columns that these many values of each key need (`Widths.most`); None: all columns.

        Not ``complete``: there may be more contacts than were looked at, so there is a column for what then finds none.
        """
        self._columns = [(column, self._count(column, widths)) for column in COLUMNS]
        if widths is not None and not complete:
            self._columns[-1] = (COLUMNS[-1], 1)

    @staticmethod
    def _count(column: CardColumn, widths: Mapping[str, int] | None) -> int:
        return column.most if widths is None else min(column.most, widths.get(column.key, 0))

    @property
    def columns(self) -> Sequence[Column]:
        """The columns, each with its field."""
        return [
            Column(column.name if at == 1 else f"{column.name} {at}", column.field)
            for column, count in self._columns
            for at in range(1, count + 1)
        ]

    def row(self, number: int, contact: Contact, key: str | None = None, changed: str | None = None) -> Row:
        """A contact; its UID is the key and its revision the change where none are given. What has no column stands among the details."""
        values = contact.values
        homeless = [(column, values[column.key]) for column, count in self._columns if not count and column.key in values]
        if homeless:
            told = [f"{column.name}: {'; '.join(texts)}" for column, texts in homeless if column.key != DETAILS]
            values = {**values, DETAILS: [*values.get(DETAILS, ()), *told]}
        cells: list[str | None] = []
        for column, count in self._columns:
            texts = values.get(column.key, ())
            if count == 1 and len(texts) < 2:
                cells.append(texts[0] if texts else None)
            elif count:
                cells += _spread(texts, count, "\n" if column.key == DETAILS else "; ")
        return Row(number, cells, contact.uid if key is None else key, contact.changed if changed is None else changed)


def _spread(texts: Sequence[str], count: int, sign: str) -> Iterable[str | None]:
    single = texts if len(texts) <= count else [*texts[: count - 1], sign.join(texts[count - 1 :])]
    return [*single, *[None] * (count - len(single))]
