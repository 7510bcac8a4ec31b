"""A first look at the cards: which columns they fill, and how their letters are stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from tui_import.api.vcard import CardReader, Sheet, Widths, contact, guess_encoding, wide_encoding

LOOK_BYTES = 1 << 22
"""How much is looked at; what comes later and has no column stands among the details."""
WORDS = 8
FALLBACK = "cp1252"

_FOREIGN_WORD = re.compile(r"\w{0,30}[^\x00-\x7f]\w{0,30}")


@dataclass(frozen=True, slots=True)
class Look:
    """What the first cards say about all."""

    sheet: Sheet
    fallback: str
    """The encoding of letters that are no UTF-8 and say no charset."""
    encoding: str
    """What a user is told about it."""
    sample: str
    """A few words by which a reader sees whether it is right."""
    cards: int
    read: int
    """Bytes."""
    complete: bool
    """There are no more."""


def look(files: Sequence[str], encoding: str, *, only_filled: bool) -> Look:
    """Look at the first cards of the files. ``encoding``: as the user said; empty: to be found out. Raises `OSError`."""
    widths, odd, names = Widths(), bytearray(), list[str]()
    cards = read = 0
    wide, complete = "", True
    for path in files:
        with open(path, "rb") as stream:
            wide = wide or wide_encoding(stream.read(64))
            stream.seek(0)
            reader = CardReader(stream, encoding or FALLBACK, strict=bool(encoding))
            for card in reader:
                found = contact(card)
                widths.see(found)
                cards += 1
                if len(names) < WORDS and not found.name.isascii():
                    names.append(found.name)
                if read + stream.tell() > LOOK_BYTES:
                    complete = False
                    break
            read += stream.tell()
            odd += reader.notes.odd
        if not complete:
            break
    fallback = encoding or guess_encoding(bytes(odd))
    told = fallback if odd or encoding else wide or "utf-8"
    text = bytes(odd[:400]).decode(fallback, "replace") if odd else "\n".join(names)
    sample = " ".join(islice(dict.fromkeys(_FOREIGN_WORD.findall(text)), WORDS))
    return Look(Sheet(widths.most if only_filled else None, complete=complete), fallback, told, sample, cards, read, complete)
