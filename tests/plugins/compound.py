"""Office containers for tests: a small writer of compound files (MS-CFB), and Outlook items (MS-OXMSG) in them."""

from __future__ import annotations

import itertools
import struct
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

SECTOR, MINI = 512, 64
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
ADDRESS = uuid.UUID("00062004-0000-0000-c000-000000000046")
STRINGS = uuid.UUID("00020329-0000-0000-c000-000000000046")


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A container with these streams by path, of one storage at most above each."""
    storages = sorted({name.partition("/")[0] for name in streams if "/" in name})
    entries: list[tuple[str, int, bytes]] = [("Root Entry", 5, b""), *((name, 1, b"") for name in storages)]
    children: dict[int, list[int]] = {0: [1 + at for at in range(len(storages))]}
    for path, data in streams.items():
        parent, _slash, name = path.rpartition("/")
        children.setdefault(1 + storages.index(parent) if parent else 0, []).append(len(entries))
        entries.append((name, 2, data))
    mini, mini_fat, starts = b"", [], {}
    for at, (_name, kind, data) in enumerate(entries):
        if kind == 2 and data:
            assert len(data) < 4096
            count = -(-len(data) // MINI)
            starts[at] = len(mini_fat)
            mini_fat += [*range(starts[at] + 1, starts[at] + count), END]
            mini += data.ljust(count * MINI, b"\0")
    right = {one: other for ids in children.values() for one, other in itertools.pairwise(ids)}
    directory = b""
    sectors_of_mini = -(-len(mini) // SECTOR)
    directory_sectors = -(-len(entries) * 128 // SECTOR)
    mini_fat_sectors = -(-len(mini_fat) * 4 // SECTOR)
    first_mini = 1 + directory_sectors + mini_fat_sectors
    for at, (name, kind, data) in enumerate(entries):
        encoded = (name + "\0").encode("utf-16-le")
        start = (first_mini if mini else END) if at == 0 else starts.get(at, END if kind == 2 else 0)
        size = len(mini) if at == 0 else len(data)
        child = children[at][0] if children.get(at) else FREE
        links = (FREE, right.get(at, FREE), child)
        directory += struct.pack("<64sHBBIII16sIQQIQ", encoded, len(encoded), kind, 1, *links, b"", 0, 0, 0, start, size)
    fat = [FAT]
    for count in (directory_sectors, mini_fat_sectors, sectors_of_mini):
        first = len(fat)
        fat += [*range(first + 1, first + count), END] if count else []
    assert len(fat) <= SECTOR // 4
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0, 4096,
        1 + directory_sectors if mini_fat else END, mini_fat_sectors, END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[FREE] * 108)
    blocks = [
        struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff"),
        directory.ljust(directory_sectors * SECTOR, b"\0"),
        struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(mini_fat_sectors * SECTOR, b"\xff"),
        mini.ljust(sectors_of_mini * SECTOR, b"\0"),
    ]
    return header + b"".join(blocks)


Value = str | int | bytes | Sequence[str] | Sequence[bytes]


def item(
    properties: Mapping[int, Value], named: Mapping[tuple[uuid.UUID, int | str], Value] | None = None, *, codepage: int = 0
) -> bytes:
    """An item with these properties. Texts are Unicode, or of one byte a letter in ``codepage``; bytes of eight are a moment."""
    streams: dict[str, bytes] = {}
    entries = b""
    known, sets, strings = b"", [ADDRESS], b""
    numbered = dict(properties)
    for index, ((of_set, name), value) in enumerate((named or {}).items()):
        kind = 2 if of_set == STRINGS else 3 + sets.index(of_set)
        if isinstance(name, str):
            known += struct.pack("<IHH", len(strings), kind << 1 | 1, index)
            encoded = name.encode("utf-16-le")
            strings += struct.pack("<I", len(encoded)) + encoded.ljust(-(-len(encoded) // 4) * 4, b"\0")
        else:
            known += struct.pack("<IHH", name, kind << 1, index)
        numbered[0x8000 + index] = value
    if codepage:
        numbered[0x3FFD] = codepage
    for number, value in numbered.items():
        kind, fixed = _put(streams, number, value, codepage)
        entries += struct.pack("<HHI8s", kind, number, 6, fixed)
    streams["__properties_version1.0"] = b"\0" * 32 + entries
    streams["__nameid_version1.0/__substg1.0_00020102"] = b"".join(each.bytes_le for each in sets)
    streams["__nameid_version1.0/__substg1.0_00030102"] = known
    streams["__nameid_version1.0/__substg1.0_00040102"] = strings
    return compound(streams)


def _put(streams: dict[str, bytes], number: int, value: Value, codepage: int) -> tuple[int, bytes]:
    """Write what does not stand in the entry itself; the type and what does."""
    if isinstance(value, int):
        return 3, struct.pack("<q", value)
    if isinstance(value, bytes) and len(value) == 8:
        return 0x40, value
    text = 0x1E if codepage else 0x1F
    if not isinstance(value, str | bytes):
        kind = 0x1000 | (0x102 if value and isinstance(value[0], bytes) else text)
        for at, part in enumerate(value):
            streams[f"__substg1.0_{number:04X}{kind:04X}-{at:08X}"] = _encoded(part, codepage)
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = b"\0" * len(value) * (8 if kind & 0x102 == 0x102 else 4)
        return kind, b"\0" * 8
    kind = 0x102 if isinstance(value, bytes) else text
    streams[f"__substg1.0_{number:04X}{kind:04X}"] = _encoded(value, codepage)
    return kind, b"\0" * 8


def _encoded(value: str | bytes, codepage: int) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode(f"cp{codepage}" if codepage else "utf-16-le")


def written(path: Path, data: bytes) -> str:
    """The path of a file with these bytes."""
    path.write_bytes(data)
    return str(path)
