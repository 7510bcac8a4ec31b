"""Bytes of a vCard file → one line per property: folds, soft line breaks and stray lines joined, pictures let go while they are read."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 1 << 16
"""Bytes read at once."""
LONGEST_LINE = 1 << 20
"""Bytes; what a line or value has beyond is let go, so that memory stays flat whatever is read."""
LONGEST_HEAD = 1 << 12
"""Bytes before the colon."""
BINARY = frozenset((b"PHOTO", b"LOGO", b"SOUND", b"KEY", b"X-MS-CARDPICTURE", b"X-MS-OL-DESIGN"))
"""Properties that hold pictures, sounds, certificates or layouts, whose values are not kept."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_BEGUN = re.compile(rb"(?:[\w-]+\.)?[A-Z][A-Z0-9-]*;[A-Za-z-]")
"""A property that is folded before its colon."""
BORDERS = frozenset((b"BEGIN:VCARD", b"END:VCARD"))


def wide_encoding(head: bytes) -> str:
    """The UTF-16 or UTF-32 that a file's first bytes are in, by its mark or by how BEGIN looks in it; empty where it is neither."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    begin = head[:24].upper()
    return next((name for name in _WIDE if begin.startswith("BEGIN".encode(name))), "")


def has_card(head: bytes) -> bool:
    """Whether a card begins somewhere in the first bytes of a file."""
    wide = wide_encoding(head)
    text = head.decode(wide, "ignore").encode("utf-8", "ignore") if wide else head
    return b"BEGIN:VCARD" in text.upper()


def physical_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line as UTF-8 or in an 8-bit encoding, without its end); ends are LF, CR LF or CR."""
    head = stream.read(CHUNK)
    wide = wide_encoding(head)
    rest = _chunks(head, stream)
    if wide:
        rest = _narrowed(rest, wide)
    elif head.startswith(codecs.BOM_UTF8):
        rest = _chunks(head[3:], stream)
    yield from enumerate(_split(rest), 1)


def property_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number of its first line, whole line of a property), with what is folded joined and the values of `BINARY` left out."""
    unfolding = _Unfolding()
    for number, line in physical_lines(stream):
        if not unfolding.takes(line):
            if unfolding.start:
                yield unfolding.start, bytes(unfolding.line)
            unfolding.begin(number, line)
    if unfolding.start:
        yield unfolding.start, bytes(unfolding.line)


class _Unfolding:
    """The property that is being put together."""

    def __init__(self) -> None:
        self.start = 0
        """Its first line; 0: there is none yet."""
        self.line = bytearray()
        self._has_colon = self._quoted = self._binary = self._old = False

    def begin(self, number: int, line: bytes) -> None:
        """A new property begins with this line."""
        self.start = number
        head, colon, value = line.partition(b":")
        head = head.upper()
        self._has_colon = bool(colon)
        self._binary = self._has_colon and _is_binary(head)
        self._quoted = b"QUOTED-PRINTABLE" in head
        if head == b"VERSION":
            self._old = value.strip() == b"2.1"
        elif head == b"BEGIN":
            self._old = False
        if self._binary:
            self.line = bytearray(head + colon)
        else:
            self.line = bytearray(line.rstrip() if self._quoted else line)

    def takes(self, line: bytes) -> bool:
        """Whether the line belongs to the property, which it then becomes part of."""
        if not self.start or _is_border(self.line):
            return not line.strip()
        if self._quoted and self.line.endswith(b"=") and not _is_border(line):
            del self.line[-1:]
            self._add(line.rstrip())
            return True
        if line[:1] in (b" ", b"\t"):
            self._unfold(line[1:])
            return True
        if b":" in line or _BEGUN.match(line):
            return False
        if line.strip():  # a line break that nobody marked as one
            self._add(b"\n" + line)
        return True

    def _unfold(self, line: bytes) -> None:
        if not self._has_colon and len(self.line) < LONGEST_HEAD:
            self.begin(self.start, bytes(self.line) + line)
        elif self._old and not self._quoted:  # vCard 2.1 breaks lines where a blank stands, which stays; later versions add one
            self._add(b" " + line.lstrip())
        else:
            self._add(line)

    def _add(self, part: bytes) -> None:
        if not self._binary and len(self.line) + len(part) <= LONGEST_LINE:
            self.line += part


def _is_border(line: bytes | bytearray) -> bool:
    return len(line) < 40 and bytes(line).strip().upper() in BORDERS


def _is_binary(head: bytes) -> bool:
    return head.partition(b";")[0].rpartition(b".")[2].strip() in BINARY


def _chunks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while head:
        yield head
        head = stream.read(CHUNK)


def _narrowed(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _split(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        if len(rest) > LONGEST_LINE and not rest.endswith(b"\r"):
            rest, chunk = rest[: LONGEST_LINE + 1], _after_break(chunk)  # noqa: PLW2901
        text = rest + chunk
        lines = text.splitlines(keepends=True)
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        for line in lines:
            yield line.rstrip(b"\r\n")[:LONGEST_LINE]
    for line in rest.splitlines():
        yield line[:LONGEST_LINE]


def _after_break(chunk: bytes) -> bytes:
    """What is behind the first line break, with it; nothing where there is none: the line has been long enough."""
    places = [place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0]
    return chunk[min(places) :] if places else b""


def as_stream(text: str) -> BinaryIO:
    """A card that is known as text, to be read like a file."""
    return io.BytesIO(text.encode("utf-8", "replace"))
