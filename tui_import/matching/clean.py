"""Each field in the form in which it is compared: case, accents, legal forms, street words and nicknames no longer tell records apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from tui_import.matching.model import Words
from tui_import.matching.records import SEPARATOR, SLOTS, Cleaned, Records

_LETTERS = str.maketrans({"ø": "o", "æ": "a", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ß": "ss", "œ": "o", "ı": "i"})
_DIGRAPHS = re.compile("a[ae]+|oe+|ue+")
_APOSTROPHES = re.compile("['’`´]")
_NOT_WORD = re.compile(r"[\W_]+")
_INITIALS = re.compile(r"\b[^\W\d](?: [^\W\d])+\b")
_NOT_DIGIT = re.compile(r"\D+")
_PHONE_DIGITS = 8
"""As many digits as tell two numbers apart, and no more: the country code may be missing on one side."""
_DOMAIN = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:www\d?\.)?([^/?#:@\s]+)", re.IGNORECASE)


def plain(text: str) -> str:
    """Lower case, no accents, the Nordic and German letters the same however they are written (å aa a, ø oe o, ü ue u), only words."""
    text = text.casefold()
    if not text.isascii():
        text = text.translate(_LETTERS)
        text = "".join(character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character))
        text = text.casefold().translate(_LETTERS)
    text = _APOSTROPHES.sub("", text)
    return _NOT_WORD.sub(" ", _DIGRAPHS.sub(lambda found: found[0][0], text)).strip()


def company_name(text: str, words: Words) -> tuple[str, str]:
    """The words of a company's name and its legal form apart: "A/S Bergen & Co." is ("bergen", "as co")."""
    tokens = _INITIALS.sub(lambda found: found[0].replace(" ", ""), plain(text)).split()
    tokens = [token for token in tokens if token not in words.joining] or tokens
    core = [words.company.get(token, token) for token in tokens if token not in words.legal_forms]
    if not core:  # "SA Co": a company that is named like a legal form
        return " ".join(tokens), ""
    return " ".join(core), " ".join(sorted(token for token in tokens if token in words.legal_forms))


def given_names(text: str) -> str:
    """First and middle names."""
    return plain(text)


def street(text: str, words: Words) -> tuple[str, str]:
    """Street and house number apart, the words for streets in their shortest form: "12 Main Street" is ("main st", "12")."""
    tokens = plain(text).split()
    at = next((at for at, token in enumerate(tokens) if token[0].isdigit()), None)
    house = "" if at is None else tokens.pop(at)
    return " ".join(words.street.get(token, token) for token in tokens), house


def phones(text: str) -> str:
    """The last digits of each number."""
    found = dict.fromkeys(_NOT_DIGIT.sub("", number)[-_PHONE_DIGITS:] for number in text.split(SEPARATOR))
    return " ".join(number for number in found if len(number) >= 5)


def emails(text: str) -> str:
    """Each address in lower case."""
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


def people(text: str) -> str:
    """Each person's name as one word."""
    return " ".join(dict.fromkeys(filter(None, map(compact, text.split(SEPARATOR)))))


def birthdate(text: str) -> str:
    """The digits: yyyymmdd, or what is known of it."""
    return _NOT_DIGIT.sub("", text)


def compact(text: str) -> str:
    """Letters and digits alone."""
    return plain(text).replace(" ", "")


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


def _each(function: Callable[[str], T], values: Sequence[str]) -> list[T]:
    known = {value: function(value) for value in dict.fromkeys(values)}
    return [known[value] for value in values]


def _apart(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    one, other = zip(*pairs, strict=True) if (pairs := list(pairs)) else ((), ())
    return list(one), list(other)


def _place(fields: _Fields, words: Words) -> dict[str, list[str]]:
    lines = fields.first("street_address_line1", "postal_address_line1", "private_address_line1")
    streets, houses = _apart(_each(partial(street, words=words), lines))
    return {
        "street": streets,
        "house": houses,
        "line2": _each(plain, fields.first("street_address_line2", "postal_address_line2", "private_address_line2")),
        "postcode": _each(compact, fields.first("street_code", "postal_code", "private_code")),
        "city": _each(plain, fields.first("street_city", "postal_city", "private_city")),
        "country": _each(compact, fields.first("country")),
        "phone": _each(phones, fields.joined(*PHONE_FIELDS, by=SEPARATOR)),
        "email": _each(emails, fields.first("email")),
    }


PHONE_FIELDS = ("phone", "phone_direct", "mobile", "phone_private", "phone_other")
"""Fields that hold telephone numbers; a number counts wherever it stands."""


def _company(fields: _Fields, words: Words) -> dict[str, list[str]]:
    names, forms = _apart(_each(partial(company_name, words=words), fields.first("name")))
    return {
        "name": names,
        "form": forms,
        "vat": _each(compact, fields.first("vat_number")),
        "code": _each(compact, fields.joined("number", "code")),
        "domain": _each(partial(domains, words=words), fields.joined("email", "url", by=SEPARATOR)),
        "people": _each(people, fields.first("people")),
        "department": _each(plain, fields.first("department")),
        **_place(fields, words),
    }


def _person(fields: _Fields, words: Words) -> dict[str, list[str]]:
    return {
        "given": _each(given_names, fields.joined("first_name", "middle_name")),
        "surname": _each(plain, fields.first("last_name")),
        "birth": _each(birthdate, fields.first("birthdate")),
        "company": [core for core, _form in _each(partial(company_name, words=words), fields.first("company"))],
        "code": _each(compact, fields.first("number")),
        **_place(fields, words),
    }
