"""What the columns of a Google CSV are: those of the old layout and of the one since 2024.

Telephone numbers, addresses and the like come in numbered groups ("Phone 1 - Label", "Phone 1 - Value"), and which is the mobile number
differs from row to row. So a group becomes columns by its kind: "Phone - Mobile", "Address - Work - City".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tui_import.api import NO_FIELD

BETWEEN = " ::: "
"""What Google puts between several values in a cell."""
_NUMBERED = re.compile(r"(E-mail|Phone|Address|Organization|Website|IM) (\d{1,3}) - (.+)")
_GROUPED = re.compile(r"(?:E-mail|Phone|Address|Organization|Website|IM|Relation|Event|Custom Field) \d{1,3} - \w")
_ORGANIZATION = re.compile(r"Organization (Name|Title|Department)")
_LABELS = ("Type", "Label", "Service")
_SPLIT = re.compile(r"\s*:::\s*")

FIELDS: Mapping[str, str] = {
    "Name": "person.full_name", "File As": "person.full_name", "First Name": "person.first_name", "Given Name": "person.first_name",
    "Middle Name": "person.middle_name", "Additional Name": "person.middle_name", "Last Name": "person.last_name",
    "Family Name": "person.last_name", "Name Prefix": "person.salutation", "Initials": "person.initials", "Birthday": "person.birthdate",
    "Gender": "person.gender", "Notes": "person.note", "Language": "person.language", "Labels": "person.interests",
    "Group Membership": "person.interests",
} | dict.fromkeys((
    "Name Suffix", "Nickname", "Short Name", "Maiden Name", "Phonetic First Name", "Phonetic Middle Name", "Phonetic Last Name",
    "Yomi Name", "Given Name Yomi", "Additional Name Yomi", "Family Name Yomi", "Location", "Billing Information", "Directory Server",
    "Mileage", "Hobby", "Sensitivity", "Priority", "Subject", "Photo",
), NO_FIELD)  # fmt: skip
"""The columns that stand for themselves."""
LABELS = ("Labels", "Group Membership")

_KINDS = {
    "Mobile": "mobile mobil cell cellular iphone gsm matkapuhelin portable mobiel móvil cellulare",
    "Work": "work business office job jobb arbejde arbeid arbete arbeit geschäftlich firma travail bureau werk trabajo työ lavoro",
    "Home": "home private hjem hjemme privat hem hemma zuhause domicile thuis privé casa koti",
    "Main": "main primary",
    "Work Fax": "workfax",
    "Home Fax": "homefax",
    "Fax": "fax otherfax",
    "Pager": "pager",
    "Home Page": "homepage",
    "Profile": "profile",
    "Blog": "blog",
}
"""Kind → labels that say so, as phones and people write them."""
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()} | {"workmobile": "Mobile"}
OTHER = "Other"
KINDS = ("", *_KINDS, OTHER)
"""In the order of their columns."""

_PHONES = {"Mobile": "person.mobile", "Work": "person.phone_direct", "Main": "person.phone_direct", "": "person.phone_direct",
           "Home": "person.phone_private", "Work Fax": "person.fax", "Home Fax": "person.fax", "Fax": "person.fax"}  # fmt: skip
_WEBSITES = {"Profile": "person.url", "Blog": "person.url", "Home": "person.url"}
_ADDRESS = {"Street": "address_line1", "Extended Address": "address_line2", "PO Box": "address_line3", "City": "city", "Region": "state",
            "Postal Code": "code"}  # fmt: skip
PARTS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("E-mail", "Phone", "IM", "Website"), ("Value",)), "Organization": ("Name", "Title", "Department"),
    "Address": (*_ADDRESS, "Country"),
}  # fmt: skip
"""The parts of groups that have fields."""
_ORGANIZATIONS = {"Name": "company.name", "Title": "person.title", "Department": "person.department"}


def kind_of(label: str) -> str:
    """The kind that a label says; empty where there is none. A star marks the first among several."""
    folded = "".join(character for character in label.casefold() if character.isalpha())
    return _KIND_OF.get(folded, OTHER) if folded else ""


def field_of(stem: str, kind: str, part: str) -> str:
    """The field of a column of a group."""
    if stem == "E-mail":
        return "person.email"
    if stem == "Phone":
        return _PHONES.get(kind, "person.phone_other")
    if stem == "Website":
        return _WEBSITES.get(kind, "company.url")
    if stem == "IM":
        return "person.chat"
    if stem == "Organization":
        return _ORGANIZATIONS.get(part, NO_FIELD)
    if kind not in ("Work", "Home", ""):
        return NO_FIELD
    if part == "Country":
        return "company.country" if kind == "Work" else "person.country"
    return f"{'company.postal_' if kind == 'Work' else 'person.private_'}{_ADDRESS[part]}" if part in _ADDRESS else NO_FIELD


@dataclass(slots=True)
class Slot:
    """One group of a file's columns: where its label and its parts stand."""

    stem: str
    label: int = -1
    parts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file."""

    plain: Sequence[int]
    """Positions of those that stand for themselves."""
    slots: Sequence[Slot]


def layout(headings: Sequence[str]) -> Layout:
    """Which columns belong together."""
    slots: dict[tuple[str, int], Slot] = {}
    plain = []
    for place, heading in enumerate(headings):
        numbered, organization = _NUMBERED.fullmatch(heading), _ORGANIZATION.fullmatch(heading)
        if numbered:
            stem, number, part = numbered[1], int(numbered[2]), numbered[3]
        elif organization:
            stem, number, part = "Organization", 1, organization[1]
        else:
            plain.append(place)
            continue
        slot = slots.setdefault((stem, number), Slot(stem))
        if part in _LABELS and slot.label < 0:
            slot.label = place
        elif part not in _LABELS:
            slot.parts.setdefault(part, place)
    return Layout(plain, list(slots.values()))


def is_google(headings: Sequence[str]) -> bool:
    """They are those of an export of Google contacts."""
    known = set(headings)
    if not known & {"First Name", "Given Name", "Name"}:
        return False
    return sum(map(bool, map(_GROUPED.match, headings))) >= 2 or {"Phonetic First Name", "Organization Name", "Labels"} <= known


def pieces(cell: str) -> list[str]:
    """The values in a cell of several."""
    return _SPLIT.split(cell) if ":::" in cell else [cell]


def labels(cell: str) -> str:
    """A contact's labels, without the one that every saved contact has; a star before a label says that it is one of Google's own."""
    names = [name.removeprefix("*").strip() for name in pieces(cell)]
    return BETWEEN.join(name for name in names if name and "".join(name.split()).casefold() != "mycontacts")
