"""Data files without a file: objects that answer as libpff's do, for what no sample has."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.plugins.compound import ADDRESS, STRINGS

Value = str | int | bytes | list[str] | list[bytes]


@dataclass
class Entry:
    entry_type: int
    value_type: int
    data: bytes | None


@dataclass
class RecordSet:
    entries: list[Entry]


@dataclass
class Item:
    """A contact, a list, a mail, the store."""

    identifier: int
    values: Mapping[int, Value]

    @property
    def record_sets(self) -> list[RecordSet]:
        return [RecordSet([entry(number, value) for number, value in self.values.items()])]


@dataclass
class Folder:
    name: str
    identifier: int = 0
    messages: Sequence[Item | Exception] = ()
    folders: Sequence[Folder] = field(default=())

    @property
    def number_of_sub_messages(self) -> int:
        return len(self.messages)

    @property
    def number_of_sub_folders(self) -> int:
        return len(self.folders)

    def get_sub_message(self, index: int) -> Item:
        found = self.messages[index]
        if isinstance(found, Exception):
            raise found
        return found

    def get_sub_folder(self, index: int) -> Folder:
        return self.folders[index]


class Library:
    """The module, with one file."""

    NAMES: Sequence[tuple[uuid.UUID, int | str]] = (
        (ADDRESS, 0x8055), (ADDRESS, 0x8083), (STRINGS, "Keywords"), (ADDRESS, 0x8015), (ADDRESS, 0x8053),
    )  # fmt: skip
    MEMBERS, EMAIL, KEYWORDS, PICTURE, LIST_NAME = range(0x8000, 0x8005)

    def __init__(self, root: Folder, deleted: int = 0) -> None:
        self.root_folder = root
        self.ascii_codepage = "cp1252"
        self.message_store = Item(0, {0x35E3: b"\0" * 20 + struct.pack("<I", deleted)} if deleted else {})
        known, strings = b"", b""
        for index, (of_set, name) in enumerate(self.NAMES):
            kind = 2 if of_set == STRINGS else 3
            if isinstance(name, str):
                known += struct.pack("<IHH", len(strings), kind << 1 | 1, index)
                strings += struct.pack("<I", 2 * len(name)) + name.encode("utf-16-le")
            else:
                known += struct.pack("<IHH", name, kind << 1, index)
        self.name_to_id_map = Item(0, {2: ADDRESS.bytes_le, 3: known, 4: strings})

    def file(self) -> Library:
        return self

    def open(self, path: str) -> None:
        pass


def entry(number: int, value: Value) -> Entry:
    if isinstance(value, str):
        return Entry(number, 0x1F, value.encode("utf-16-le"))
    if isinstance(value, int):
        return Entry(number, 0x03, struct.pack("<i", value))
    if isinstance(value, bytes):
        return Entry(number, 0x102, value)
    parts: list[bytes] = [part.encode("utf-16-le") if isinstance(part, str) else part for part in value]
    starts = [4 + 4 * len(parts) + sum(map(len, parts[:at])) for at in range(len(parts))]
    kind = 0x101F if value and isinstance(value[0], str) else 0x1102
    return Entry(number, kind, struct.pack(f"<{1 + len(parts)}I", len(parts), *starts) + b"".join(parts))


def member(number: int) -> bytes:
    """Of a distribution list: a contact of this file."""
    wrapped = bytes.fromhex("c091add3519dcf11a4a900aa0047faa4")
    return b"\0" * 4 + wrapped + b"\xc3" + b"\0" * 20 + struct.pack("<I", number)


def stranger(name: str, address: str, *, wide: bool = True) -> bytes:
    """Of a distribution list: somebody who is no contact."""
    texts = f"{name}\0SMTP\0{address}\0".encode("utf-16-le" if wide else "cp1252")
    return b"\0" * 4 + bytes.fromhex("812b1fa4bea310199d6e00dd010f5402") + b"\0\0" + struct.pack("<H", 0x8000 if wide else 0) + texts


