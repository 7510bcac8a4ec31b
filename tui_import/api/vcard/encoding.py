"""How 8-bit text is encoded that is no UTF-8 and does not say: guessed from the words that hold such letters."""

from __future__ import annotations

import codecs
from functools import lru_cache

FALLBACK = "cp1252"
_CANDIDATES = ("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257", "koi8-r", "mac-roman", "cp932", "gb18030", "big5", "euc-kr")
"""What address books are really stored in; more to choose from makes a guess worse."""
_WESTERN = frozenset("åäöæøéèüßàáâçëêíîïóôúñÅÄÖÆØÉÈÜ’")
_WESTERN_SHARE = 0.95


@lru_cache(maxsize=256)
def known_encoding(name: str) -> str:
    """The codec of a charset's name as Python calls it; empty where it is unknown, or none that any bytes can be read with."""
    try:
        codec = codecs.lookup(name.strip())
        b"\xe6\xff".decode(codec.name, "replace")
    except (LookupError, ValueError, AssertionError):  # the codec "idna" asserts
        return ""
    return codec.name


def guess_encoding(values: bytes) -> str:
    """The encoding of values that are no UTF-8, given one a line; `FALLBACK` where nothing speaks for another."""
    if not values:
        return FALLBACK
    western = [letter for letter in values.decode(FALLBACK, "replace") if letter > "\x7f"]
    if sum(letter in _WESTERN for letter in western) >= _WESTERN_SHARE * len(western):
        return FALLBACK
    import chardet

    found = chardet.detect(values, include_encodings=_CANDIDATES, prefer_superset=True, compat_names=False)["encoding"]
    return known_encoding(found or FALLBACK) or FALLBACK
