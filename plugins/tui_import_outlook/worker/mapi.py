"""MAPI: the properties that Outlook keeps a contact in, whatever file it lies in, under the names of its CSV export's columns.

Numbers are from Microsoft's Exchange protocol documents (MS-OXPROPS, MS-OXOCNTC, MS-OXCDATA).
"""

from __future__ import annotations

import datetime
import itertools
import struct
import uuid
from collections.abc import Mapping, Sequence

Value = str | int | bytes | list[str] | list[bytes]
"""A property; moments are ISO 8601 texts in UTC."""
Properties = Mapping[int, Value]
"""By the number it has in this file; named properties have numbers from 0x8000 on, which differ from file to file."""
Names = Mapping[int, "Name"]
Name = tuple[uuid.UUID | None, int | str]
"""Property set, and number or text within it."""

CLASS, DISPLAY_NAME = 0x001A, 0x3001
CONTACT, LIST = "ipm.contact", "ipm.distlist"
ADDRESS_SET = uuid.UUID("00062004-0000-0000-c000-000000000046")
MAPI_SET = uuid.UUID("00020328-0000-0000-c000-000000000046")
STRINGS_SET = uuid.UUID("00020329-0000-0000-c000-000000000046")
FIRST_NAMED = 0x8000

COLUMNS = {
    0x3A45: "Title", 0x3A06: "First Name", 0x3A44: "Middle Name", 0x3A11: "Last Name", 0x3A05: "Suffix", 0x3001: "Name",
    0x3A4F: "Nickname", 0x3A0A: "Initials", 0x3A16: "Company", 0x3A18: "Department", 0x3A17: "Job Title", 0x3A19: "Office Location",
    0x3A08: "Business Phone", 0x3A1B: "Business Phone 2", 0x3A57: "Company Main Phone", 0x3A1C: "Mobile Phone", 0x3A09: "Home Phone",
    0x3A2F: "Home Phone 2", 0x3A1A: "Primary Phone", 0x3A1F: "Other Phone", 0x3A1E: "Car Phone", 0x3A1D: "Radio Phone", 0x3A21: "Pager",
    0x3A02: "Callback", 0x3A2D: "ISDN", 0x3A4B: "TTY/TDD Phone", 0x3A2C: "Telex", 0x3A24: "Business Fax", 0x3A25: "Home Fax",
    0x3A23: "Other Fax", 0x3A2E: "Assistant's Phone", 0x3A30: "Assistant's Name", 0x3A4E: "Manager's Name", 0x3A48: "Spouse",
    0x3A46: "Profession", 0x3A43: "Hobby", 0x3A0C: "Language", 0x3A00: "Account", 0x3A07: "Government ID Number",
    0x3A10: "Organizational ID Number", 0x3A42: "Birthday", 0x3A41: "Anniversary", 0x3A51: "Web Page", 0x3A50: "Personal Web Page",
    0x3A5D: "Home Street", 0x3A59: "Home City", 0x3A5C: "Home State", 0x3A5B: "Home Postal Code", 0x3A5A: "Home Country",
    0x3A5E: "Home Address PO Box", 0x3A63: "Other Street", 0x3A5F: "Other City", 0x3A62: "Other State", 0x3A61: "Other Postal Code",
    0x3A60: "Other Country", 0x3A64: "Other Address PO Box", 0x1000: "Notes",
}  # fmt: skip
"""Properties with the same number in every file."""
MAILING = {0x3A29: "Business Street", 0x3A27: "Business City", 0x3A28: "Business State", 0x3A2A: "Business Postal Code",
           0x3A26: "Business Country"}  # fmt: skip
"""The mailing address: a copy of one of the others; where none of those is filled it is taken for the business address."""
WHOLE: Mapping[Name, str] = {(ADDRESS_SET, 0x801B): "Business", (ADDRESS_SET, 0x801A): "Home", (ADDRESS_SET, 0x801C): "Other"}
"""Addresses in one piece; all there is where a program other than Outlook wrote the contact."""
NAMED_COLUMNS: Mapping[Name, str] = {
    (ADDRESS_SET, number): column
    for number, column in {
        0x8045: "Business Street", 0x8046: "Business City", 0x8047: "Business State", 0x8048: "Business Postal Code",
        0x8049: "Business Country", 0x804A: "Business Address PO Box", 0x8083: "E-mail Address", 0x8093: "E-mail 2 Address",
        0x80A3: "E-mail 3 Address", 0x8062: "IMAddress", 0x802B: "Web Page", 0x802C: "Given Yomi", 0x802D: "Surname Yomi",
        0x802E: "Company Yomi", 0x80DE: "Birthday", 0x80DF: "Anniversary", 0x8084: "E-mail Display Name", 0x8094: "E-mail 2 Display Name",
        0x80A4: "E-mail 3 Display Name", 0x8080: "E-mail Display Name", 0x8090: "E-mail 2 Display Name", 0x80A0: "E-mail 3 Display Name",
    }.items()
} | {(STRINGS_SET, "Keywords"): "Categories"}  # fmt: skip
PICTURE: Name = (ADDRESS_SET, 0x8015)
FILE_AS: Name = (ADDRESS_SET, 0x8005)
MEMBERS: Name = (ADDRESS_SET, 0x8055)
LIST_NAME: Name = (ADDRESS_SET, 0x8053)
_NAMED = {*NAMED_COLUMNS, *WHOLE, PICTURE, FILE_AS, MEMBERS, LIST_NAME}

_DATES = ("Birthday", "Anniversary")
_GENDER = 0x3A4D
_GENDERS = {1: "female", 2: "male"}
_ADDRESS_PARTS = ("Street", "City", "State", "Postal Code", "Country")
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_LATEST_YEAR = 4000
"""Outlook writes 1 January 4501 for no date."""


def wanted(names: Names) -> frozenset[int]:
    """The numbers of the properties that are of use, in this file."""
    return frozenset({*COLUMNS, *MAILING, CLASS, _GENDER, *(number for number, name in names.items() if name in _NAMED)})


def names_of(sets: bytes, entries: bytes, strings: bytes) -> dict[int, Name]:
    """The named properties of a file: number in this file → property set and name, out of the three streams of its map."""
    found: dict[int, Name] = {}
    for place in range(0, len(entries) - 7, 8):
        value, kind, index = struct.unpack_from("<IHH", entries, place)
        name: int | str = value
        if kind & 1:
            length = int.from_bytes(strings[value : value + 4], "little")
            name = strings[value + 4 : value + 4 + length].decode("utf-16-le", "replace")
        found[FIRST_NAMED + index] = (_set(kind >> 1, sets), name)
    return found


def _set(index: int, sets: bytes) -> uuid.UUID | None:
    if index < 3:
        return (None, MAPI_SET, STRINGS_SET)[index]
    part = sets[(index - 3) * 16 : (index - 2) * 16]
    return uuid.UUID(bytes_le=part) if len(part) == 16 else None


def moment(data: bytes) -> str:
    """Ten millionths of a second since 1601 as ISO 8601; nothing where that is no date."""
    ticks = int.from_bytes(data[:8], "little", signed=True)
    try:
        found = _EPOCH + datetime.timedelta(microseconds=ticks // 10)
    except OverflowError:
        return ""
    return found.isoformat() if ticks > 0 and found.year < _LATEST_YEAR else ""


def several(data: bytes) -> list[bytes]:
    """The values of a property that has several, as a PST keeps them: their number, where each begins, and they."""
    count = int.from_bytes(data[:4], "little")
    if 4 + 4 * count > len(data):
        return []
    starts = [*struct.unpack_from(f"<{count}I", data, 4), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(starts)]


def kind_of(properties: Properties) -> str:
    """The message class, lower case."""
    return str(properties.get(CLASS, "")).casefold()


def is_of(kind: str, message_class: str) -> bool:
    """Of this class or a form made from it."""
    return kind == message_class or kind.startswith(message_class + ".")


def contact(properties: Properties, names: Names) -> dict[str, str]:
    """The filled columns of a contact."""
    found: dict[str, str] = {}
    named = {name: properties[number] for number, name in names.items() if number in properties}
    for name, column in NAMED_COLUMNS.items():  # the better of two for one column come first
        _fill(found, column, named.get(name))
    for number, column in COLUMNS.items():
        _fill(found, column, properties.get(number))
    for name, place in WHOLE.items():
        if not _has_address(found, place):
            _fill(found, f"{place} Street", named.get(name))
    if not any(_has_address(found, place) for place in WHOLE.values()):
        for number, column in MAILING.items():
            _fill(found, column, properties.get(number))
    gender = properties.get(_GENDER)
    _fill(found, "Gender", _GENDERS.get(gender) if isinstance(gender, int) else None)
    if not found.keys() & {"Name", "First Name", "Last Name"}:
        _fill(found, "Name", named.get(FILE_AS))
    return found


def _has_address(found: Mapping[str, str], place: str) -> bool:
    return any(f"{place} {part}" in found for part in _ADDRESS_PARTS)


def _fill(found: dict[str, str], column: str, value: Value | None) -> None:
    if isinstance(value, list):
        value = "; ".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str) or not (text := value.replace("\0", "").replace("\r\n", "\n").strip()) or column in found:
        return
    found[column] = _day(text) if column in _DATES else text


def _day(text: str) -> str:
    """The day of a moment that is midnight somewhere: half a day later it is the same day nearly everywhere."""
    try:
        return (datetime.datetime.fromisoformat(text) + datetime.timedelta(hours=12)).date().isoformat()
    except (ValueError, OverflowError):
        return text


def has_picture(properties: Properties, names: Names) -> bool:
    """The contact has a photo."""
    return any(properties.get(number) == 1 for number, name in names.items() if name == PICTURE)


_WRAPPED = uuid.UUID("c091add3-519d-cf11-a4a9-00aa0047faa4").bytes
_ONE_OFF = uuid.UUID("812b1fa4-bea3-1019-9d6e-00dd010f5402").bytes
_UNICODE = 0x8000


def list_of(properties: Properties, names: Names) -> tuple[str, list[int], list[str]]:
    """A distribution list: its name, the numbers of the contacts in it, and the addresses of members that are no contacts."""
    named = {name: properties[number] for number, name in names.items() if number in properties}
    title = named.get(LIST_NAME) or properties.get(DISPLAY_NAME) or ""
    members = named.get(MEMBERS)
    contacts: list[int] = []
    addresses: list[str] = []
    for entry in members if isinstance(members, list) else ():
        if isinstance(entry, bytes):
            _member(entry, contacts, addresses)
    return str(title).replace("\0", "").strip(), contacts, addresses


def _member(entry: bytes, contacts: list[int], addresses: list[str]) -> None:
    provider = entry[4:20]
    if provider == _WRAPPED and entry[25:41] == _ONE_OFF:
        _member(entry[21:], contacts, addresses)
    elif provider == _WRAPPED:
        contacts.append(int.from_bytes(entry[41:45], "little"))
    elif provider == _ONE_OFF:
        addresses += [text for text in _one_off(entry) if "@" in text][-1:]


def _one_off(entry: bytes) -> Sequence[str]:
    """Name, kind and address of somebody who is in no address book."""
    flags = int.from_bytes(entry[22:24], "little")
    text = entry[24:].decode("utf-16-le" if flags & _UNICODE else "cp1252", "replace")
    return text.split("\0")[:3]
