"""How the text of a file is encoded: byte order mark, pattern of NULs, strict UTF-8 over the whole file, chardet, Windows Western."""

from __future__ import annotations

import codecs
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20
SAMPLE = 1 << 16
"""Bytes that are looked at for patterns and given to chardet."""
FALLBACK = "cp1252"
FEW = 100
"""Foreign letters: with more of them the guess by frequency is the better one, so less is let pass before it."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859-2", "koi8-r", "koi8-u"),
    *("mac-roman", "mac-cyrillic", "cp850", "cp852", "cp866", "gb18030", "big5", "cp932", "shift_jis", "euc-jp", "cp949", "euc-kr"),
)
"""What address lists are really stored in; more to choose from makes a guess worse."""
_WESTERN = frozenset("åäöæøéèüßàáâçëêíîïóôúñœÅÄÖÆØÉÈÜÀÁÂÇÍÓÚÑ")
"""Letters of the Nordic and West European languages; the other letters of Windows Western are rare."""
_OTHER_WESTERN = ("cp850", "mac-roman")
_WORD_WITH_FOREIGN = re.compile(r"[^\W\d_]{0,40}[^\x00-\x7f][^\s;,|]{0,40}")
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_WORD_ENDS = re.compile(rb"[ ,;\t\r\n]")
AROUND = 40
"""Bytes taken before and after a foreign letter."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a file's bytes say."""

    encoding: str
    """Name for Python's codecs; with a mark it is the variant that takes the mark away."""
    clean: bool
    """Every byte is known to be valid in it."""
    longest_line: int
    """Bytes, rounded up to the next megabyte or two."""


def detect(path: Path) -> Encoded:
    """Read the whole file once, in pieces, and tell its encoding."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid = True
    odd_words: list[bytes] = []
    odd_bytes = longest = line = 0
    head = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            head = head or chunk[:SAMPLE]
            breaks = b"\n" in chunk or b"\r" in chunk
            line = len(chunk) if breaks else line + len(chunk)
            longest = max(longest, line)
            if odd_bytes < SAMPLE and not chunk.isascii():
                odd_bytes += _collect(chunk, odd_words)
            valid = valid and _decodes(decoder, chunk)
    valid = valid and _decodes(decoder, b"", final=True)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return Encoded(encoding, valid and encoding == "utf-8-sig", longest)
    wide = _wide(head)
    if wide:
        return Encoded(wide, False, longest)
    if valid:
        return Encoded("utf-8", True, longest)
    odd = b"\n".join(odd_words)
    return Encoded("utf-8" if _nearly_utf8(odd) else _guess(head + b"\n" + odd), False, longest)


def same_encoding(one: str, other: str) -> bool:
    """Two names of one codec."""
    return codecs.lookup(one).name == codecs.lookup(other).name


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _collect(chunk: bytes, words: list[bytes]) -> int:
    """Add the words with bytes over 127 and what is near them, for a guess needs those; returns how many bytes."""
    size = place = 0
    while size < SAMPLE and (found := _NOT_ASCII.search(chunk, place)):
        start = max(place, found.start() - AROUND)
        whole = _WORD_ENDS.search(chunk, start, found.start())
        start = whole.end() if whole else start
        end = _WORD_ENDS.search(chunk, min(found.end() + AROUND, len(chunk)))
        place = min(end.start(), found.end() + 4 * AROUND) if end else len(chunk)
        words.append(chunk[start:place])
        size += place - start
    return size


def _wide(head: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, by the places of the NULs that ASCII letters leave; empty where it is neither."""
    if b"\0" not in head or len(head) < 4:
        return ""
    places = Counter(place % 4 for place, byte in enumerate(head) if not byte)
    quarter = len(head) / 4
    share = [places[place] / quarter for place in range(4)]
    if min(share[1:]) > 0.9 and share[0] < 0.1:
        return "utf-32-le"
    if min(share[:3]) > 0.9 and share[3] < 0.1:
        return "utf-32-be"
    low, high = (share[0] + share[2]) / 2, (share[1] + share[3]) / 2
    if high > 0.3 and low < 0.1 * high:
        return "utf-16-le"
    if low > 0.3 and high < 0.1 * low:
        return "utf-16-be"
    return ""


def _nearly_utf8(text: bytes) -> bool:
    """UTF-8 with a few broken bytes: far more whole letters than bytes that belong to none."""
    letters = _UTF8_LETTER.findall(text)
    stray = sum(1 for byte in _UTF8_LETTER.sub(b"", text) if byte > 127)
    return len(letters) > 5 * stray


def _guess(text: bytes) -> str:
    for name in (FALLBACK, *_OTHER_WESTERN):
        if _is_western(text.decode(name, "replace")):
            return name
    import chardet

    found = chardet.detect(text[: 2 * SAMPLE], include_encodings=_CANDIDATES, prefer_superset=True, compat_names=False)["encoding"]
    try:
        return codecs.lookup(found or FALLBACK).name
    except LookupError:
        return FALLBACK


def _is_western(text: str) -> bool:
    """It is words of a Western language: nearly all its foreign letters are usual ones, and fewer than the plain ones."""
    words = [word for word in itertools.islice(_WORD_WITH_FOREIGN.findall(text), 5000) if not word.isascii()]
    foreign = [letter for word in words for letter in word.strip("‘’“”„–—…´«»°§€£®©") if not letter.isascii() and letter not in "’´"]
    usual = sum(1 for letter in foreign if letter in _WESTERN)
    plain = sum(1 for word in words for letter in word if letter.isascii() and letter.isalpha())
    return usual >= (0.97 if len(foreign) < FEW else 0.99) * len(foreign) and plain >= usual
