"""Letters of other alphabets that look like Latin ones: a name with one of them is another name, and nobody sees it."""

from __future__ import annotations

import re
import unicodedata

_CYRILLIC = ("АВЕЅІЇЈКМНОРСТУХԌԚԜаеёѕіїјкморстухԛԝгпһԁ", "ABESIÏJKMHOPCTYXGQWaeësiïjkmopctyxqwrnhd")
_GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανικορτυχγ", "ABEZHIKMNOPTYXavikoptuxy")
_LATIN_FOR = str.maketrans("".join((_CYRILLIC[0], _GREEK[0])), "".join((_CYRILLIC[1], _GREEK[1])))
_ALIKE = "".join((_CYRILLIC[0], _GREEK[0]))
_LATIN, _OTHER = "A-Za-zÀ-ÖØ-öø-ʯ", "\u0370-\u03ff\u0400-\u052f"
_MIXED = re.compile(f"[{_LATIN}{_OTHER}]*(?:[{_LATIN}][{_OTHER}]|[{_OTHER}][{_LATIN}])[{_LATIN}{_OTHER}]*")
_TURNS = re.compile("[\u202b\u202d\u202e\u2067]")
"""Not those that say "left to right": Windows puts them around telephone numbers."""


def mixed_word(text: str) -> str:
    """The first word that has Latin letters and ones of another alphabet that look like Latin ones; empty where there is none.

    A unit such as "kΩ" is none: its foreign letter looks like nothing else.
    """
    if text.isascii():
        return ""
    return next((word for word in _MIXED.findall(text) if any(letter in _ALIKE for letter in word)), "")


def turns_direction(text: str) -> bool:
    """It has signs that make following letters run the other way, so that it reads as something else than it is."""
    return not text.isascii() and _TURNS.search(text) is not None


def look_alike(one: str, other: str) -> bool:
    """Two different texts that look the same, or nearly, since one has letters of another alphabet."""
    return one != other and not (one.isascii() and other.isascii()) and _shape(one) == _shape(other)


def _shape(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_LATIN_FOR).casefold()
