"""How 8-bit text is encoded that is no UTF-8 and does not say: guessed from the words that hold such letters."""

from __future__ import annotations

import codecs

FALLBACK = "cp1252"
_CANDIDATES = ("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257", "koi8-r", "mac-roman", "cp932", "gb18030", "big5", "euc-kr")
"""What address books are really stored in; more to choose from makes a guess worse."""
_WESTERN = frozenset("åäöæøéèüßàáâçëêíîïóôúñÅÄÖÆØÉÈÜ’")
_WESTERN_SHARE = 0.95


def known_encoding(name: str) -> str:
    """The codec of a charset's name as Python calls it; empty where it is unknown or none for text."""
    try:
        codec = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return ""
    return codec.name if getattr(codec, "_is_text_encoding", True) else ""


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
