"""Letters for terminals that cannot show all: a frame of plus and minus signs where there is no line drawing, and what a keyboard without
UTF-8 sends."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Mapping
from functools import lru_cache

from rich.cells import cell_len

VARIABLE = "TUI_IMPORT_CHARSET"
"""Environment: the terminal's character set, where the locale does not tell it ("ascii", "latin-1", "utf-8")."""
UNKNOWN = "?"
"""Stands for each cell of a letter that the terminal does not have."""

_GROUPS = {
    "-": "─━┄┅┈┉╌╍═╴╶╸╺╼╾▁▔‐‑‒–—―−",
    "|": "│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▕▎▌▐",
    "+": "".join(map(chr, range(0x250C, 0x254C))) + "".join(map(chr, range(0x2552, 0x2571))),
    "#": "▀▂▃▄▅▆▇█▉▊▋▍░▒▓",
    "~": "…",
    ">": "›→▶▸►",
    "<": "‹←◀◂◄",
    "^": "↑▲▴",
    "v": "↓▼▾✓✔",
    "*": "•·●■▪◆★",
    "o": "○◯□▫◇",
    '"': "“”„«»",
    "'": "‘’‚",
    "x": "×✗✘",
    " ": "\u00a0",
}
_ORNAMENTS = {letter: plain for plain, letters in _GROUPS.items() for letter in letters}


def charset(environ: Mapping[str, str] = os.environ, stream: str | None = None) -> str:
    """The terminal's character set as a codec's name: what is set, else what LC_ALL asks for, else the encoding of the stream.

    ``LC_ALL=C`` means ASCII, though Python writes UTF-8 then.
    """
    asked = environ.get(VARIABLE) or ("ascii" if environ.get("LC_ALL") in ("C", "POSIX") else stream) or "utf-8"
    try:
        return codecs.lookup(asked).name
    except LookupError:
        return "utf-8"


@lru_cache(8)
def letters_of(name: str) -> Callable[[str], str] | None:
    """What changes a text into one of the same width that the character set has; None where it has every letter."""
    if name.startswith("utf"):
        return None

    @lru_cache(4096)
    def letter(character: str) -> str:
        try:
            character.encode(name)
        except UnicodeEncodeError:
            return _ORNAMENTS.get(character, UNKNOWN * cell_len(character))
        return character

    def change(text: str) -> str:
        return text if text.isascii() else "".join(map(letter, text))

    return change


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """A byte that is not UTF-8 was typed on a Western European keyboard."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error("western", _as_western)


class Keyboard:
    """What bytes mean as text; no byte is an error."""

    def __init__(self, name: str = "utf-8") -> None:
        self._decoder = codecs.getincrementaldecoder(name)(errors="western" if name == "utf-8" else "replace")

    @property
    def holds(self) -> bool:
        """A letter of several bytes has begun."""
        return bool(self._decoder.getstate()[0])

    def text(self, data: bytes) -> str:
        """The text so far; a letter of several bytes waits for the last of them."""
        return self._decoder.decode(data)

    def rest(self) -> str:
        """Nothing followed: what waited is taken by itself (an é of Latin-1 looks like the beginning of a UTF-8 letter)."""
        return self._decoder.decode(b"", final=True)
