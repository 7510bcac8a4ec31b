"""Each field in the form in which it is compared: case, accents, legal forms, street words and nicknames no longer tell records apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

import numpy as np

from tui_import.matching.model import Words
from tui_import.matching.records import SEPARATOR, SLOTS, Cleaned, Records

_LETTERS = {"ø": "o", "æ": "a", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ß": "ss", "œ": "o", "ı": "i"}
_DIGRAPHS = re.compile("a[ae]+|oe+|ue+")
_APOSTROPHES = re.compile("['’`´]")
_NOT_WORD = re.compile(r"(?:[^\w\n]|_)+")
_INITIALS = re.compile(r"\b[^\W\d](?: [^\W\d])+\b")
_NOT_DIGIT = re.compile(r"\D+")
_NOT_NUMBERS = re.compile(rf"[^\d\n{SEPARATOR}]+")
_PHONE_DIGITS = 8
"""As many digits as tell two numbers apart, and no more: the country code may be missing on one side."""
_DOMAIN = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:www\d?\.)?([^/?#:@\s]+)", re.IGNORECASE)


class _Letters(dict[int, str | None]):
    """What becomes of each letter once it is taken apart: accents go."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        self[code] = None if unicodedata.combining(letter) else _LETTERS.get(letter, letter)
        return self[code]


_TRANSLATED = str.maketrans(_LETTERS)
_APART = _Letters()


def plain(text: str) -> str:
    """Lower case, no accents, the Nordic and German letters the same however they are written (å aa a, ø oe o, ü ue u), only words."""
    return _plain_lines(text.replace("\n", " ")).strip()


def _plain_lines(text: str) -> str:
    """Each line by itself, all at once."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_TRANSLATED)).translate(_APART).casefold().translate(_TRANSLATED)
    text = _APOSTROPHES.sub("", text)
    return _NOT_WORD.sub(" ", _DIGRAPHS.sub(lambda found: found[0][0], text))


def company_name(text: str, words: Words) -> tuple[str, str]:
    """The words of a company's name and its legal form apart: "A/S Bergen & Co." is ("bergen", "as co")."""
    return _company_words(plain(text), words)


def _company_words(text: str, words: Words) -> tuple[str, str]:
    tokens = _INITIALS.sub(lambda found: found[0].replace(" ", ""), text).split()
    tokens = [token for token in tokens if token not in words.joining] or tokens
    core = [words.company.get(token, token) for token in tokens if token not in words.legal_forms]
    if not core:  # "SA Co": a company that is named like a legal form
        return " ".join(tokens), ""
    return " ".join(core), " ".join(sorted(token for token in tokens if token in words.legal_forms))


def street(text: str, words: Words) -> tuple[str, str]:
    """Street and house number apart, the words for streets in their shortest form: "12 Main Street" is ("main st", "12")."""
    return _street_words(plain(text), words)


def _street_words(text: str, words: Words) -> tuple[str, str]:
    tokens = text.split()
    at = next((at for at, token in enumerate(tokens) if token[0].isdigit()), None)
    house = "" if at is None else tokens.pop(at)
    return " ".join(words.street.get(token, token) for token in tokens), house


def phones(text: str) -> str:
    """The last digits of each number; ``text``: digits and `SEPARATOR` alone."""
    if SEPARATOR not in text:
        return text[-_PHONE_DIGITS:] if len(text) >= 5 else ""
    found = dict.fromkeys(number[-_PHONE_DIGITS:] for number in text.split(SEPARATOR))
    return " ".join(number for number in found if len(number) >= 5)


def emails(text: str) -> str:
    """Each address in lower case."""
    if SEPARATOR not in text:
        return text.strip().lower().replace(" ", "") if "@" in text else ""
    return " ".join(dict.fromkeys(address.strip().lower().replace(" ", "") for address in text.split(SEPARATOR) if "@" in address))


def domains(text: str, words: Words) -> str:
    """The domains of e-mail and web addresses, but not those of mail services that everybody uses."""
    found: dict[str, None] = {}
    for address in text.split(SEPARATOR):
        _local, at, domain = address.strip().rpartition("@")
        if not at:
            match = _DOMAIN.match(address.strip())
            domain = match[1] if match else ""
        domain = domain.lower().strip(" .")
        if "." in domain and " " not in domain and domain not in words.free_mail:
            found[domain] = None
    return " ".join(found)


def clean(records: Records, words: Words) -> Cleaned:
    """All slots of all records. What the source does not have is empty."""
    fields = _Fields(records)
    slots = _company(fields, words) if records.entity == "company" else _person(fields, words)
    return Cleaned(records.entity, np.asarray(records.ids, dtype=np.int64), {slot: slots[slot] for slot in SLOTS[records.entity]})


class _Fields:
    """The columns that there are, each value cleaned once."""

    def __init__(self, records: Records) -> None:
        self.size = len(records.ids)
        self._columns = records.columns

    def joined(self, *names: str, by: str = " ") -> list[str]:
        columns = [column for name in names if (column := self._columns.get(name)) is not None]
        if not columns:
            return [""] * self.size
        if len(columns) == 1:
            return [value or "" for value in columns[0]]
        return [by.join(filter(None, values)) for values in zip(*columns, strict=True)]

    def first(self, *names: str) -> list[str]:
        columns = [column for name in names if (column := self._columns.get(name)) is not None]
        if not columns:
            return [""] * self.size
        return [next(filter(None, values), "") for values in zip(*columns, strict=True)]


T = TypeVar("T")


def _each(function: Callable[[str], T], values: Sequence[str], first: Callable[[str], str] | None = None) -> list[T]:
    """The function of each value, called once for each that is distinct. ``first``: what is done to all of them before, a line each: one
    call for many values costs a tenth of one for each."""
    distinct = list(dict.fromkeys(values))
    texts = distinct
    if first is not None and distinct:
        texts = first("\n".join([value.replace("\n", " ") for value in distinct])).split("\n")
    known = dict(zip(distinct, map(function, texts), strict=True))
    return list(map(known.__getitem__, values))


def _plain(values: Sequence[str]) -> list[str]:
    return _each(str.strip, values, _plain_lines)


def _compact(values: Sequence[str]) -> list[str]:
    """Letters and digits alone."""
    return _each(lambda text: text.replace(" ", ""), values, _plain_lines)


def _people(values: Sequence[str]) -> list[str]:
    """Each person's name as one word."""
    names = iter(_compact([name for value in values for name in value.split(SEPARATOR)]))
    return [" ".join(dict.fromkeys(filter(None, islice(names, value.count(SEPARATOR) + 1)))) for value in values]


def _digits(text: str) -> str:
    return _NOT_NUMBERS.sub("", text)


def _company_names(values: Sequence[str], words: Words) -> list[tuple[str, str]]:
    return _each(lambda text: _company_words(text.strip(), words), values, _plain_lines)


def _apart(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    one, other = zip(*pairs, strict=True) if (pairs := list(pairs)) else ((), ())
    return list(one), list(other)


def _place(fields: _Fields, words: Words) -> dict[str, list[str]]:
    lines = fields.first("street_address_line1", "postal_address_line1", "private_address_line1")
    streets, houses = _apart(_each(partial(_street_words, words=words), lines, _plain_lines))
    return {
        "street": streets,
        "house": houses,
        "line2": _plain(fields.first("street_address_line2", "postal_address_line2", "private_address_line2")),
        "postcode": _compact(fields.first("street_code", "postal_code", "private_code")),
        "city": _plain(fields.first("street_city", "postal_city", "private_city")),
        "country": _compact(fields.first("country")),
        "phone": _each(phones, fields.joined(*PHONE_FIELDS, by=SEPARATOR), _digits),
        "email": _each(emails, fields.first("email")),
    }


PHONE_FIELDS = ("phone", "phone_direct", "mobile", "phone_private", "phone_other")
"""Fields that hold telephone numbers; a number counts wherever it stands."""


def _company(fields: _Fields, words: Words) -> dict[str, list[str]]:
    names, forms = _apart(_company_names(fields.first("name"), words))
    return {
        "name": names,
        "form": forms,
        "vat": _compact(fields.first("vat_number")),
        "code": _compact(fields.joined("number", "code")),
        "domain": _each(partial(domains, words=words), fields.joined("email", "url", by=SEPARATOR)),
        "people": _people(fields.first("people")),
        "department": _plain(fields.first("department")),
        **_place(fields, words),
    }


def _person(fields: _Fields, words: Words) -> dict[str, list[str]]:
    return {
        "given": _plain(fields.joined("first_name", "middle_name")),
        "surname": _plain(fields.first("last_name")),
        "birth": _each(str, fields.first("birthdate"), lambda text: _digits(text).replace(SEPARATOR, "")),
        "company": [core for core, _form in _company_names(fields.first("company"), words)],
        "code": _compact(fields.first("number")),
        **_place(fields, words),
    }
