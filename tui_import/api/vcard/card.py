"""A card and its properties, and the reader that finds them in a stream: vCard 2.1, 3.0 and 4.0."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import BinaryIO

from tui_import.api.vcard.encoding import known_encoding
from tui_import.api.vcard.lines import BINARY, as_stream, property_lines

MOST_PROPERTIES = 2_000
LARGEST_CARD = 1 << 22
"""Bytes, without pictures."""
ODD_BYTES = 1 << 16
"""How many bytes that are no UTF-8 are kept to guess their encoding by."""
PICTURES = frozenset(("PHOTO", "LOGO"))

_NAME = re.compile(r"(?:([\w-]+)\.)?([A-Za-z][\w-]*)$", re.ASCII)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LABEL = re.compile(r"^_\$!<(.*)>!\$_$", re.DOTALL)
_CARET = re.compile(r"\^(.)")
_ENCODINGS = {"QUOTED-PRINTABLE": "QP", "BASE64": "B", "B": "B", "8BIT": "", "7BIT": "", "Q": "QP"}
_BINARY_NAMES = frozenset(name.decode() for name in BINARY)


@dataclass(frozen=True, slots=True)
class Property:
    """One property: ``item1.TEL;TYPE=WORK:+45 33 11 22 33``."""

    name: str
    """In capitals, without its group."""
    raw: str
    """The value, decoded but still with its backslashes."""
    types: frozenset[str] = frozenset()
    """What TYPE says, in lower case; vCard 2.1 leaves the word TYPE out."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """All other parameters, the name in capitals."""
    group: str = ""
    """In lower case; properties of one group belong together."""
    old: bool = False
    """vCard 2.1, in which a backslash before n is no line break."""

    @property
    def text(self) -> str:
        """The value as one text, white space around it taken away."""
        return unescaped(self.raw, self.old).replace("\r\n", "\n").strip()

    def parts(self, separator: str = ";") -> list[str]:
        """The value's components (or, by comma, its items), each a text."""
        return [unescaped(part, self.old).strip() for part in split(self.raw, separator)]

    @property
    def rank(self) -> int:
        """By how much it is preferred: 0 before 101, which is not at all."""
        given = self.parameters.get("PREF", "")
        if given.isascii() and given.isdigit():
            return int(given[:4])
        return 0 if "pref" in self.types or "PREF" in self.parameters else 101


@dataclass(frozen=True)
class Card:
    """One card."""

    line: int
    """Of its BEGIN:VCARD, counted from 1."""
    version: str
    properties: Sequence[Property]

    @cached_property
    def _by_name(self) -> Mapping[str, list[Property]]:
        found: dict[str, list[Property]] = {}
        for each in self.properties:
            if each.raw and not each.raw.isspace():
                found.setdefault(each.name, []).append(each)
        return found

    def all(self, *names: str) -> list[Property]:
        """The properties of these names that have a value, preferred ones first."""
        found = [each for name in names for each in self._by_name.get(name, ())]
        return sorted(found, key=attrgetter("rank")) if len(found) > 1 else found

    def first(self, *names: str) -> Property | None:
        """The preferred one of them."""
        found = self.all(*names)
        return found[0] if found else None

    def text(self, *names: str) -> str:
        """Its text; empty where there is none."""
        found = self.first(*names)
        return found.text if found else ""

    def label(self, wanted: Property) -> str:
        """What the user called a property (X-ABLabel of its group); empty where it has no such name."""
        if not wanted.group:
            return ""
        for each in self.all("X-ABLABEL"):
            if each.group == wanted.group:
                found = _LABEL.match(each.text)
                return found[1] if found else each.text
        return ""


@dataclass(slots=True)
class ReadingNotes:
    """What was met in a stream, beside its cards."""

    pictures: int = 0
    """Cards that have one; it is not kept."""
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    """(line, name as far as known) of cards that break off or are too large."""
    stray: int = 0
    """Lines that belong to no card."""
    first_stray: int = 0
    replaced: int = 0
    """Values with bytes that are no letters, shown as �."""
    odd: bytearray = field(default_factory=bytearray)
    """Values that are no UTF-8 and say no charset, one a line, to guess their encoding by."""


class CardReader:
    """The cards of a stream, one at a time: ``for card in CardReader(stream)``. It never raises for what is in it.

    ``encoding`` is that of values which neither say their charset nor are UTF-8; with ``strict`` it is that of all which do not say.
    """

    def __init__(self, stream: BinaryIO, encoding: str = "cp1252", *, strict: bool = False) -> None:
        self._stream, self._encoding, self._strict = stream, encoding, strict
        self.notes = ReadingNotes()

    def __iter__(self) -> Iterator[Card]:
        open_card: _Open | None = None
        for number, line in property_lines(self._stream):
            border = line[:16].strip().upper()
            begins, ends = border == b"BEGIN:VCARD", border == b"END:VCARD"
            if open_card is None:
                if begins:
                    open_card = _Open(number)
                else:
                    self._stray(number)
            elif open_card.inside_agent(begins, ends):
                continue
            elif ends or begins:
                card = self._closed(open_card)
                open_card = _Open(number) if begins else None
                if card is not None:
                    yield card
            else:
                self._add(open_card, line)
        if open_card is not None:
            self.notes.unreadable.append((open_card.line, open_card.name))

    def _stray(self, number: int) -> None:
        self.notes.stray += 1
        self.notes.first_stray = self.notes.first_stray or number

    def _closed(self, card: _Open) -> Card | None:
        self.notes.pictures += card.picture
        if card.too_large:
            self.notes.unreadable.append((card.line, card.name))
            return None
        return Card(card.line, card.version, card.properties)

    def _add(self, card: _Open, line: bytes) -> None:
        card.size += len(line)
        if card.too_large:
            return
        found = self._property(line, card)
        if found is None:
            return
        if found.name in _BINARY_NAMES:
            card.picture = card.picture or found.name in PICTURES
        elif found.name == "VERSION":
            card.version = found.text
        elif found.name == "AGENT":
            card.begin_agent(found.raw)
        else:
            card.properties.append(found)

    def _property(self, line: bytes, card: _Open) -> Property | None:
        text, value = _halves(line)
        head = _head(text)
        if head is None:
            return None
        raw = self._decoded(_transfer_decoded(value, head.encoding), head.charset or card.charset).replace("\0", "")
        if head.name == "X-LOTUS-CHARSET":
            card.charset = known_encoding(raw)
        return Property(head.name, raw, head.types, head.parameters, head.group, card.version.startswith("2"))

    def _decoded(self, value: bytes, charset: str) -> str:
        if value.isascii() and charset != "utf-7":
            return value.decode("ascii")
        for name in (charset, self._encoding if self._strict else "utf-8"):
            try:
                if name and name != "ascii":
                    return value.decode(name)
            except (LookupError, UnicodeError):  # a card may say a charset that it is not in
                continue
        if len(self.notes.odd) < ODD_BYTES:
            self.notes.odd += value[:200] + b"\n"
        text = value.decode(self._encoding, "replace")
        self.notes.replaced += "\ufffd" in text
        return text


@dataclass(slots=True)
class _Open:
    """A card whose end has not come yet."""

    line: int
    version: str = ""
    charset: str = ""
    properties: list[Property] = field(default_factory=list)
    picture: bool = False
    size: int = 0
    _agent: int = 0
    """How deep in cards that stand within this one (AGENT)."""
    _agent_next: bool = False

    @property
    def too_large(self) -> bool:
        return len(self.properties) > MOST_PROPERTIES or self.size > LARGEST_CARD

    @property
    def name(self) -> str:
        return next((each.text for name in ("FN", "N", "ORG") for each in self.properties if each.name == name), "")

    def begin_agent(self, raw: str) -> None:
        """AGENT holds a card of its own: in the value itself (3.0), or in the lines that follow (2.1)."""
        start = raw.strip().upper()
        if start == "BEGIN:VCARD":
            self._agent = 1
        self._agent_next = not start

    def inside_agent(self, begins: bool, ends: bool) -> bool:
        """Whether a line belongs to the card of an agent, whose borders are counted."""
        if self._agent or (self._agent_next and begins):
            self._agent += begins - ends
            self._agent_next = False
            return True
        self._agent_next = False
        return False


def parse_card(text: str) -> Card | None:
    """The first whole card of a text, as servers give them; ``None`` where there is none."""
    return next(iter(CardReader(as_stream(text))), None)


def unescaped(text: str, old: bool = False) -> str:
    r"""A text without its backslashes: ``\n`` is a line break (not in vCard 2.1), ``\,`` ``\;`` ``\:`` and ``\\`` the sign itself."""
    return _ESCAPED.sub(lambda found: _meaning(found[1], old), text) if "\\" in text else text


def _meaning(sign: str, old: bool) -> str:
    if sign in "nN" and not old:
        return "\n"
    return sign if sign in ',;:\\"' else "\\" + sign


def split(text: str, separator: str) -> list[str]:
    """Divide a value where a separator stands without a backslash before it."""
    if "\\" not in text:
        return text.split(separator)
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == separator:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def _halves(line: bytes) -> tuple[bytes, bytes]:
    """What stands before and behind the colon, which is the first outside of quotation marks."""
    head, _colon, value = line.partition(b":")
    if head.count(b'"') % 2:
        parts = line.split(b'"')
        for at in range(2, len(parts), 2):
            if b":" in parts[at]:
                place = len(b'"'.join(parts[:at])) + 1 + parts[at].index(b":")
                return line[:place], line[place + 1 :]
    return head, value


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands before the colon."""

    group: str
    name: str
    types: frozenset[str]
    parameters: Mapping[str, str]
    encoding: str
    """"QP", "B" or empty."""
    charset: str
    """As Python calls it; empty where it does not say."""


@lru_cache(maxsize=4096)
def _head(text: bytes) -> _Head | None:
    """What stands before a colon; ``None`` where that is no property."""
    first, *rest = _outside_quotes(text.decode("utf-8", "replace"), ";")
    named = _NAME.match(first.strip())
    if named is None:
        return None
    types: set[str] = set()
    parameters: dict[str, str] = {}
    for part in rest:
        key, equals, value = part.partition("=")
        key, value = key.strip().upper(), _CARET.sub(_caret, value.strip().replace('"', ""))
        if not equals:
            value = key
            key = "ENCODING" if key in _ENCODINGS else "TYPE"
        if key == "TYPE":
            types.update(each.strip().lower() for each in value.split(","))
        else:
            parameters[key] = value
    encoding = _ENCODINGS.get(parameters.pop("ENCODING", "").upper(), "")
    charset = known_encoding(parameters.pop("CHARSET", ""))
    return _Head((named[1] or "").lower(), named[2].upper(), frozenset(types), parameters, encoding, charset)


def _caret(found: re.Match[str]) -> str:
    return {"n": "\n", "'": '"', "^": "^"}.get(found[1], found[0])


def _outside_quotes(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    parts = [""]
    for at, piece in enumerate(text.split('"')):
        first, *more = piece.split(separator) if at % 2 == 0 else [piece]
        parts[-1] += ('"' if at else "") + first
        parts += more
    return parts


def _transfer_decoded(value: bytes, encoding: str) -> bytes:
    if encoding == "QP":
        return quopri.decodestring(value)
    if encoding == "B":
        try:
            return binascii.a2b_base64(value)
        except binascii.Error:
            return b""
    return value
