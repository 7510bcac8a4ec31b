"""Outlook's data files (pst, ost), read with libpff: contacts and distribution lists in whatever folder they lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui_import_outlook.worker import mapi
from tui_import_outlook.worker.found import Contact, Damaged, Folder, Item, List, Other

DEEPEST = 60
"""Folders within each other."""
_STRINGS, _NUMBERS, _BOOLEAN, _MOMENT = (0x1E, 0x1F), (0x02, 0x03, 0x14), 0x0B, 0x40
_BYTES, _SEVERAL_BYTES, _SEVERAL_TEXTS = 0x102, 0x1102, (0x101E, 0x101F)
_DELETED = 0x35E3
"""Where the store says which folder takes what is deleted."""


class DataFile:
    """One file."""

    def __init__(self, path: str) -> None:
        import pypff

        self._file = pypff.file()
        self._file.open(path)
        self.names = self._names()
        self._wanted = mapi.wanted(self.names)
        self._codepage = self._file.ascii_codepage or "cp1252"

    def _names(self) -> dict[int, mapi.Name]:
        """libpff knows the map of named properties and does not tell it; its three streams are read here."""
        found = self._file.name_to_id_map
        streams = {entry.entry_type: entry.data or b"" for entry in _entries(found)} if found else {}
        return mapi.names_of(*(streams.get(number, b"") for number in (2, 3, 4)))

    def folders(self) -> Iterator[tuple[Folder, Any]]:
        """All folders, with libpff's object of each."""
        deleted = 0
        for entry in _entries(self._file.message_store) if self._file.message_store else ():
            if entry.entry_type == _DELETED:
                deleted = int.from_bytes((entry.data or b"")[20:24], "little")
        yield from _folders(self._file.root_folder, (), deleted, False)

    def items(self, folder: Any) -> Iterator[Item]:
        """What lies in a folder."""
        for index in range(folder.number_of_sub_messages):
            try:
                message = folder.get_sub_message(index)
                yield self._item(message)
            except (OSError, ValueError, OverflowError):  # libpff says so of a damaged item
                yield Damaged()

    def _item(self, message: Any) -> Item:
        properties = {}
        for entry in _entries(message):
            number = entry.entry_type
            if number == mapi.CLASS:
                kind = str(self._value(entry) or "").casefold()
                if not mapi.is_of(kind, mapi.CONTACT) and not mapi.is_of(kind, mapi.LIST):
                    return Other()
            if number in self._wanted and number not in properties and (value := self._value(entry)) is not None:
                properties[number] = value
        kind = mapi.kind_of(properties)
        if mapi.is_of(kind, mapi.CONTACT):
            return Contact(mapi.contact(properties, self.names), message.identifier, mapi.has_picture(properties, self.names))
        return List(*mapi.list_of(properties, self.names)) if mapi.is_of(kind, mapi.LIST) else Other()

    def _value(self, entry: Any) -> mapi.Value | None:
        kind, data = entry.value_type, entry.data or b""
        if kind in _STRINGS:
            return self._text(data, kind)
        if kind in _NUMBERS:
            return int.from_bytes(data, "little", signed=True)
        if kind == _BOOLEAN:
            return int(any(data))
        if kind == _MOMENT:
            return mapi.moment(data)
        if kind in _SEVERAL_TEXTS:
            return [self._text(part, kind & 0xFF) for part in mapi.several(data)]
        if kind == _SEVERAL_BYTES:
            return mapi.several(data)
        return data if kind == _BYTES else None

    def _text(self, data: bytes, kind: int) -> str:
        return data.decode("utf-16-le" if kind == _STRINGS[1] else self._codepage, "replace")


def _entries(item: Any) -> Iterator[Any]:
    for record_set in item.record_sets:
        yield from record_set.entries


def _folders(folder: Any, above: tuple[str, ...], deleted: int, within: bool) -> Iterator[tuple[Folder, Any]]:
    within = within or (bool(deleted) and folder.identifier == deleted)
    yield Folder(folder.identifier, "/".join(above[1:]), within), folder
    for index in range(folder.number_of_sub_folders) if len(above) < DEEPEST else ():
        try:
            sub_folder = folder.get_sub_folder(index)
            name = sub_folder.name or "?"
        except (OSError, ValueError):
            continue
        yield from _folders(sub_folder, (*above, name), deleted, within)
