"""The headings of Outlook's CSV exports in the languages of `headings.tsv`: whether a file is such an export, and what its columns are."""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tui_import.api import NO_FIELD

TABLE = "headings.tsv"
LEAST_KNOWN = 10
"""Headings of one language that an export has at least; a list of one's own seldom has so many of Outlook's."""
LEAST_SHARE = 0.6
"""Share of a file's headings that they are at least."""
SURE = 0.9
CODECS = ("utf-8-sig", "cp1252", "cp1250", "cp1251", "cp1254", "cp932")
"""What Windows writes text files in, where the languages of the table are spoken."""
DELIMITERS = ",;\t"
LONGEST_HEADING = 80
LONGEST_HEAD = 20_000
"""Characters that the headings are looked for in."""
_MANY = frozenset({
    "company.phone", "company.url", "person.chat", "person.email", "person.fax", "person.interests", "person.mobile", "person.phone_direct",
    "person.phone_other", "person.phone_private", "person.url",
})  # fmt: skip
"""Fields of the table that several columns feed."""


@dataclass(frozen=True, slots=True)
class Language:
    """The headings of one language."""

    code: str
    columns: Mapping[str, Sequence[str]]
    """Folded heading → Outlook's English names of the columns that are called so, in the order of an export."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The whole table."""

    fields: Mapping[str, str]
    """Outlook's English name of a column → our field, `NO_FIELD`, or nothing where other columns decide; the more telling first."""
    languages: Sequence[Language] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """The headings of a file that Outlook wrote."""

    language: str
    columns: Sequence[str]
    """Outlook's English name per column; empty where it is no column of Outlook's."""
    encoding: str = ""
    """Where the headings tell it: a codec of one language's Windows; else empty."""
    delimiter: str = ""
    line: int = 0
    """The line of the headings, from 1."""


@cache
def table() -> Headings:
    """The table as shipped."""
    text = (Path(__file__).parent / TABLE).read_text(encoding="utf-8")
    lines = csv.DictReader((line for line in text.splitlines() if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    rows = list(lines)
    languages = []
    for code in [name for name in rows[0] if name not in ("column", "field")]:
        columns: dict[str, list[str]] = {}
        for row in rows:
            for heading in row[code].split("|"):
                if heading.strip():
                    columns.setdefault(fold(heading), []).append(row["column"])
        languages.append(Language(code, columns))
    return Headings({row["column"]: row["field"] for row in rows}, languages)


def fold(heading: str) -> str:
    """What headings are compared by: letters and digits, without case and blanks."""
    text = unicodedata.normalize("NFKC", heading[:LONGEST_HEADING]).casefold()
    return "".join(character for character in text if character.isalnum())


def recognise(headings: Sequence[str]) -> Export | None:
    """The export whose headings these are; None where they are not Outlook's."""
    folded = [fold(heading) for heading in headings]
    language = closest(headings)
    known = _known(folded, language)
    if known < LEAST_KNOWN or known < LEAST_SHARE * sum(map(bool, folded)):
        return None
    return Export(language.code, named(headings, language))


def closest(headings: Sequence[str]) -> Language:
    """The language that most of the headings are in."""
    folded = [fold(heading) for heading in headings]
    return max(table().languages, key=lambda language: _known(folded, language))


def _known(folded: Sequence[str], language: Language) -> int:
    return len(language.columns.keys() & set(folded))


def named(headings: Sequence[str], language: Language) -> list[str]:
    """Outlook's English name of each column: of a heading that stands for two columns ("Titre"), the first is the first of them."""
    seen: Counter[str] = Counter()
    names = []
    for heading in map(fold, headings):
        meant = language.columns.get(heading, ())
        names.append(meant[min(seen[heading], len(meant) - 1)] if meant else "")
        seen[heading] += 1
    return names


def recognise_bytes(head: bytes) -> Export | None:
    """The same for the first bytes of a file: the encoding and delimiter in which most headings are Outlook's."""
    found: list[Export] = []
    for codec in _codecs(head):
        line, text = _first_record(_decoded(head, codec))
        for delimiter in DELIMITERS:
            headings = _divided(text, delimiter)
            export = recognise(headings) if len(headings) >= LEAST_KNOWN else None
            if export:
                encoding = "" if codec.startswith("utf") or text.isascii() else codec
                found.append(replace(export, encoding=encoding, delimiter=delimiter, line=line))
    return max(found, key=lambda export: sum(map(bool, export.columns)), default=None)


def _codecs(head: bytes) -> Sequence[str]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    return CODECS if not head.isascii() else CODECS[:1]


def _decoded(head: bytes, codec: str) -> str:
    """The text; nothing where it is not UTF-8 and should be. Its last letter may be cut."""
    if codec != CODECS[0]:
        return head.decode(codec, "replace")
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        return decoder.decode(head)
    except UnicodeDecodeError:
        return ""


def _first_record(text: str) -> tuple[int, str]:
    """(number of the line, the line) of the first one that is not blank; headings have no line breaks."""
    lines = enumerate(text[:LONGEST_HEAD].splitlines(), 1)
    return next(((number, line) for number, line in lines if line.strip()), (0, ""))


def _divided(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def fields(names: Sequence[str]) -> list[str]:
    """The field of each column, by its English name: one that takes one value is fed by the most telling of its columns."""
    known = table().fields
    order = {name: place for place, name in enumerate(known)}
    chosen: dict[str, int] = {}
    for position in sorted(range(len(names)), key=lambda position: order.get(names[position], len(order))):
        one = known.get(names[position], "")
        if one not in _MANY and one not in ("", NO_FIELD):
            chosen.setdefault(one, position)
    return [NO_FIELD if chosen.get(one := known.get(name, ""), position) != position else one for position, name in enumerate(names)]
