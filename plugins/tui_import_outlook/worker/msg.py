"""Single items that Outlook saved (msg): an Office container with a stream for each property (MS-OXMSG)."""

from __future__ import annotations

import codecs
import os
import struct
from collections.abc import Iterator
from typing import Any

from tui_import_outlook.worker import mapi
from tui_import_outlook.worker.found import Contact, Damaged, Item, List, Other

PROPERTIES, STREAM = "__properties_version1.0", "__substg1.0_"
NAMES = "__nameid_version1.0"
HEADER = 32
"""Bytes before the entries of the outermost item."""
LARGEST = 1 << 24
"""Bytes of one property; larger ones are no contact's."""
_ENTRY = struct.Struct("<HHI8s")
_SHORT, _LONG, _BOOLEAN, _MOMENT = 0x02, 0x03, 0x0B, 0x40
_STRING, _UNICODE, _BYTES, _MANY = 0x1E, 0x1F, 0x102, 0x1000
_CODEPAGES = (0x3FFD, 0x3FDE)
"""Properties with the number of the code page that texts of one byte a letter are in."""


def items(path: str) -> Iterator[Item]:
    """The item in a file, or those of the files in a folder, in the order of their names."""
    names = sorted(name for name in os.listdir(path) if name.lower().endswith(".msg")) if os.path.isdir(path) else [""]
    for name in names:
        file = os.path.join(path, name) if name else path
        try:
            yield _item(file)
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception:  # whatever olefile meets in a damaged file
            yield Damaged(os.path.basename(file))


def _item(file: str) -> Item:
    import olefile  # type: ignore[import-untyped]

    with olefile.OleFileIO(file) as container:
        if not container.exists(PROPERTIES):
            raise ValueError("not an item")
        names = mapi.names_of(*(_stream(container, f"{NAMES}/{STREAM}000{number}0102") for number in (2, 3, 4)))
        properties = _properties(container, mapi.wanted(names))
    kind = mapi.kind_of(properties)
    if mapi.is_of(kind, mapi.CONTACT):
        return Contact(mapi.contact(properties, names), 0, mapi.has_picture(properties, names))
    return List(*mapi.list_of(properties, names)) if mapi.is_of(kind, mapi.LIST) else Other(os.path.basename(file))


def _properties(container: Any, wanted: frozenset[int]) -> dict[int, mapi.Value]:
    entries = list(_ENTRY.iter_unpack(_whole(_stream(container, PROPERTIES)[HEADER:], _ENTRY.size)))
    pages = [int.from_bytes(data[:4], "little") for _kind, number, _flags, data in entries if number in _CODEPAGES]
    encoding = _encoding(next(iter(pages), 0))
    found: dict[int, mapi.Value] = {}
    for kind, number, _flags, data in entries:
        if number in wanted:
            value = _value(container, number, kind, data, encoding)
            if value is not None:
                found[number] = value
    return found


def _value(container: Any, number: int, kind: int, data: bytes, encoding: str) -> mapi.Value | None:
    if kind in (_SHORT, _BOOLEAN):
        return int.from_bytes(data[:2], "little", signed=True)
    if kind == _LONG:
        return int.from_bytes(data[:4], "little", signed=True)
    if kind == _MOMENT:
        return mapi.moment(data)
    name = f"{STREAM}{number:04X}{kind:04X}"
    if kind == _BYTES:
        return _stream(container, name)
    if kind in (_STRING, _UNICODE):
        return _text(_stream(container, name), kind, encoding)
    if kind in (_MANY | _STRING, _MANY | _UNICODE, _MANY | _BYTES):
        count = len(_stream(container, name)) // (8 if kind & _BYTES == _BYTES else 4)
        parts = (_stream(container, f"{name}-{place:08X}") for place in range(count))
        return list(parts) if kind == _MANY | _BYTES else [_text(part, kind & ~_MANY, encoding) for part in parts]
    return None


def _text(data: bytes, kind: int, encoding: str) -> str:
    return data.decode("utf-16-le" if kind == _UNICODE else encoding, "replace")


def _encoding(page: int) -> str:
    """Python's name of a Windows code page."""
    name = "utf-8" if page == 65001 else f"cp{page}"
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def _stream(container: Any, name: str) -> bytes:
    """A stream's bytes; none where there is no such stream."""
    if not container.exists(name) or container.get_size(name) > LARGEST:
        return b""
    with container.openstream(name) as stream:
        return bytes(stream.read())


def _whole(data: bytes, size: int) -> bytes:
    return data[: len(data) // size * size]
