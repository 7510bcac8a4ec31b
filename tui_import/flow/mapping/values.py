"""What the values of a column look like: shares of its distinct values that are e-mail addresses, numbers, names …"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tui_import.api.i18n import N_, _
from tui_import.flow.folding import fold, fold_vat, words
from tui_import.flow.mapping.headers import Vocabulary, plain, squash, tokens
from tui_import.flow.names import PARTICLES, TITLES
from tui_import.model.fields import Field, FieldType

LOOKED_AT = 60
"""Distinct values of a column that are looked at."""
ENOUGH = 3
"""Fewer values prove nothing against a header."""

_EMAIL = re.compile(r"[^@]*[^@\s<>]+@[^@\s<>]+\.[^@\s<>\d]{2,}.*", re.DOTALL)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9æøåäöüé](?:[\w-]*\w)?\.)+[a-z]{2,14}(?:/\S*)?", re.IGNORECASE)
_PHONE = re.compile(r"[+(]{0,2}\d[\d\s()./\-+]{4,24}(?:\s*(?:x|ext|ext\.|lok|lok\.|int|int\.)\s*\d{1,5})?", re.IGNORECASE)
_DIGITS = re.compile(r"\d{6,15}")
_DATE_SHAPE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.*|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)\b.*"
    r"|[^\d]*\d{1,2}\.? [^\W\d]{3,}\.? \d{4}|[^\W\d]{3,} \d{1,2},? \d{4}"
)
_NUMBER = re.compile(r"[+-]?\d[\d\s.,']*")
_SERIAL = re.compile(r"\d{4,8}(?:\.\d+)?")
"""A year, a day as spreadsheet programs count them, or 19710624."""
_POSTAL_CODE = re.compile(r"(?:[A-Z]{1,2}[- ]?)?\d{3} ?\d{0,2}|\d{4} ?[A-Z]{2}|\d{5}-\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE)
_VAT_SHAPE = re.compile(r"(?:[A-Z]{2,3}[ -]?)?[\dA-Z]?\d[\d .\-/]{5,16}[\dA-Z]{0,3}(?: ?MVA)?", re.IGNORECASE)
_VAT_COUNTRIES = ("DK", "NO", "SE", "FI", "DE", "NL", "BE", "FR", "ES", "AT", "CH", "GB", "IT", "PL", "EE", "LU", "IE", "PT", "CZ")
_VAT_TRIED = 6
_BOOLEAN = words(
    "true false yes no ja nej nei nein nee oui non sí si kyllä ei y n j x ✓ sand falsk sant usant wahr falsch vrai faux waar onwaar"
)
_ROLES = words(
    "info post kontakt contact mail office sales salg admin kundeservice support hello firmapost kontor reception bestilling order "
    "booking hej hallo "
    "mailbox postmottak service firma verkauf zentrale ventas contacto myynti accueil adm administration webmaster"
)
_GENDERS = words("m f k w v male female mand kvinde mann kvinne man kvinna frau weiblich männlich homme femme hombre mujer mies nainen x d")


def is_email(text: str) -> bool:
    """An e-mail address, or text around one."""
    return "@" in text and _EMAIL.fullmatch(text.strip()) is not None


def is_role_address(text: str) -> bool:
    """An address of a company rather than of a person ("info@")."""
    return fold(text).partition("@")[0].strip("<") in _ROLES


def is_url(text: str) -> bool:
    """A web address or a domain name."""
    text = text.strip()
    return "@" not in text and (_URL.fullmatch(text) or _DOMAIN.fullmatch(text)) is not None


def is_phone(text: str) -> bool:
    """The shape of a telephone number; long bare numbers have it, too."""
    text = text.strip()
    digits = sum(map(str.isdigit, text))
    return 6 <= digits <= 17 and _PHONE.fullmatch(text) is not None and not is_date(text)


def is_written_phone(text: str) -> bool:
    """A telephone number that can hardly be another number: grouped, in brackets or with a plus."""
    return is_phone(text) and _DIGITS.fullmatch(text.strip()) is None


def is_date(text: str) -> bool:
    """A date of day, month and year in figures, or with the month's name."""
    return _DATE_SHAPE.fullmatch(text.strip()) is not None


def is_number(text: str) -> bool:
    """Figures only."""
    return _NUMBER.fullmatch(text.strip()) is not None


def is_price(text: str) -> bool:
    """A number, perhaps with a sign or code of a currency."""
    from tui_import.flow.normalise.numbers import parse_number

    return parse_number(text.strip(), ".") is not None or parse_number(text.strip(), ",") is not None


def is_postal_code(text: str) -> bool:
    """The shape of a post code."""
    return _POSTAL_CODE.fullmatch(text.strip()) is not None


def is_boolean(text: str) -> bool:
    """Yes or no, in nine languages; not 1 and 0, which are numbers as well."""
    return fold(text).rstrip(".") in _BOOLEAN


def count_vat_numbers(values: Sequence[str]) -> int:
    """How many are company or VAT numbers with right check digits. Numbers without a prefix count for one country, the likeliest:
    of nine random digits every third is right in one country or another."""
    from tui_import.flow.normalise.vat import is_valid

    prefixed, bare = 0, []
    for text in (value.strip() for value in values):
        prefix = text[:2].upper()
        if _VAT_SHAPE.fullmatch(text) is None:
            continue
        if prefix.isalpha():
            prefixed += is_valid(text, fold_vat(text), {"EL": "GR", "XI": "GB"}.get(prefix, prefix))
        else:
            bare.append(text)

    def right(region: str, texts: Sequence[str]) -> int:
        return sum(is_valid(text, fold_vat(text, region), region) for text in texts)

    # a few values tell which countries it cannot be: trying all values in all of them would take half a second for a wide file
    first = bare[:_VAT_TRIED]
    likely = [region for region in _VAT_COUNTRIES if right(region, first) * 2 >= len(first)]
    return prefixed + max((right(region, bare) for region in likely), default=0)


def is_country(text: str) -> bool:
    """A country, by name or code."""
    from tui_import.flow.normalise.country import country_code

    return len(text) > 1 and country_code(text) is not None


def is_salutation(text: str) -> bool:
    """Mr, Frau, Dr. …"""
    found = [token for token in fold(text).replace(".", " ").split() if token not in PARTICLES]
    return bool(found) and all(token in TITLES for token in found)


def is_company(text: str, vocabulary: Vocabulary) -> bool:
    """A name with a legal form at its end or beginning, or with a word for an organisation."""
    parts = [squash(part) for part in text.replace(",", " ").split()]
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return len(parts) == 1 and parts[0] in vocabulary.organisation_words
    ends = {"".join(parts[-size:]) for size in range(1, min(4, len(parts)))} | {parts[0]}
    return not ends.isdisjoint(vocabulary.legal_forms) or any(part in vocabulary.organisation_words for part in parts)


def is_given_name(text: str, vocabulary: Vocabulary) -> bool:
    """One or two given names."""
    found = tokens(text)
    return 1 <= len(found) <= 3 and all(token in vocabulary.given_names or len(token) == 1 for token in found) and len(found[0]) > 1


def is_person(text: str, vocabulary: Vocabulary) -> bool:
    """A given name among two to five words, none of which makes it a company."""
    if "@" in text or any(map(str.isdigit, text)):
        return False
    last, _comma, first = text.partition(",")
    found = [token for token in tokens(first or last) if token not in TITLES]
    count = len(tokens(text))
    return 2 <= count <= 5 and bool(found) and _is_given(found[0], vocabulary) and not is_company(text, vocabulary)


def _is_given(token: str, vocabulary: Vocabulary) -> bool:
    return token in vocabulary.given_names or plain(token) in vocabulary.given_names


Test = Callable[[str, Vocabulary], bool]

TESTS: dict[str, tuple[Test, str]] = {
    "email": (lambda text, _v: is_email(text), N_("{count} of {total} values are e-mail addresses")),
    "role": (lambda text, _v: is_role_address(text), ""),
    "url": (lambda text, _v: is_url(text), N_("{count} of {total} values are web addresses")),
    "vat": (lambda text, _v: count_vat_numbers([text]) > 0, N_("{count} of {total} values are company numbers with a right check digit")),
    "phone": (lambda text, _v: is_phone(text), N_("{count} of {total} values are telephone numbers")),
    "written_phone": (lambda text, _v: is_written_phone(text), ""),
    "date": (lambda text, _v: is_date(text), N_("{count} of {total} values are dates")),
    "number": (lambda text, _v: is_number(text), N_("{count} of {total} values are numbers")),
    "price": (lambda text, _v: is_price(text), ""),
    "serial": (lambda text, _v: _SERIAL.fullmatch(text.strip()) is not None, ""),
    "boolean": (lambda text, _v: is_boolean(text), N_("{count} of {total} values are yes or no")),
    "country": (lambda text, _v: is_country(text), N_("{count} of {total} values are countries")),
    "postal_code": (lambda text, _v: is_postal_code(text), N_("{count} of {total} values look like post codes")),
    "salutation": (lambda text, _v: is_salutation(text), N_("{count} of {total} values are forms of address")),
    "gender": (lambda text, _v: fold(text).rstrip(".") in _GENDERS, ""),
    "company": (is_company, N_("{count} of {total} values are company names with a legal form")),
    "given_name": (is_given_name, N_("{count} of {total} values are given names")),
    "person": (is_person, N_("{count} of {total} values are names of persons")),
}
"""Kind of value → its test and how it is put into words. The order is that of `Profile.kind`."""

_KINDS = ("email", "url", "date", "phone", "number", "boolean")


class Profile:
    """The shares of a column's values, counted when they are asked for."""

    def __init__(self, values: Sequence[str], vocabulary: Vocabulary) -> None:
        self.values = [value for value in values[: LOOKED_AT * 2] if value.strip()][:LOOKED_AT]
        self._vocabulary = vocabulary
        self._counts: dict[str, int] = {}

    @property
    def total(self) -> int:
        """How many values were looked at."""
        return len(self.values)

    def count(self, kind: str) -> int:
        """How many values are of this kind."""
        if kind not in self._counts:
            self._counts[kind] = count_vat_numbers(self.values) if kind == "vat" else self._sum(TESTS[kind][0])
        return self._counts[kind]

    def _sum(self, test: Test) -> int:
        return sum(test(value, self._vocabulary) for value in self.values)

    def share(self, kind: str) -> float:
        """Share of the values that are of this kind, 0…1."""
        return self.count(kind) / self.total if self.values else 0.0

    def words(self, kind: str) -> str:
        """"19 of 20 values are e-mail addresses"."""
        return _(TESTS[kind][1]).format(count=self.count(kind), total=self.total)

    @property
    def kind(self) -> str:
        """What most of the values are: one of a few kinds, or "text"; empty where there are none."""
        if not self.values:
            return ""
        return next((kind for kind in _KINDS if self.share(kind) >= 0.7), "text")


_FITTING: dict[FieldType, tuple[str, ...]] = {
    FieldType.EMAIL: ("email",),
    FieldType.PHONE: ("phone", "number"),
    FieldType.URL: ("url",),
    FieldType.DOMAIN: ("url", "email"),
    FieldType.DATE: ("date", "serial"),
    FieldType.PARTIAL_DATE: ("date", "serial"),
    FieldType.BOOLEAN: ("boolean", "number"),
    FieldType.INTEGER: ("number",),
    FieldType.DECIMAL: ("number", "price"),
    FieldType.ID: ("number",),
}
"""What the values of a field look like, by its type."""
_NAMES = frozenset({"name", "full_name", "first_name", "last_name", "middle_name", "postal_city", "street_city", "private_city", "country"})
"""Fields whose values are words: neither numbers nor addresses."""
_STRANGE = ("email", "url", "date", "phone", "number")


def contradiction(field: Field, profile: Profile) -> str:
    """Why the values cannot be those of a field, as a phrase; empty where they can."""
    if profile.total < ENOUGH:
        return ""
    fitting = _FITTING.get(field.type)
    if fitting is not None:
        if max(profile.share(kind) for kind in fitting) >= 0.3:
            return ""
        return next((profile.words(kind) for kind in _STRANGE if profile.share(kind) >= 0.7), profile.words(fitting[0]))
    strange: tuple[str, ...] = _STRANGE if field.name in _NAMES else _STRANGE[:1]
    if field.type in {FieldType.VAT_NUMBER, FieldType.POSTAL_CODE}:
        strange = ("email", "url", "date")
    return next((profile.words(kind) for kind in strange if profile.share(kind) >= 0.7), "")


_LOOKS: dict[FieldType, tuple[str, ...]] = {
    FieldType.COUNTRY: ("country",),
    FieldType.VAT_NUMBER: ("vat",),
    FieldType.POSTAL_CODE: ("postal_code",),
}
"""Further types whose values speak for them, though others do not speak against them."""


def supports(field: Field, profile: Profile) -> bool:
    """The values look like those of a field whose values have a look."""
    fitting = _FITTING.get(field.type) or _LOOKS.get(field.type, ())
    if field.entity == "person" and field.name in {"first_name", "full_name"}:
        fitting = ("given_name", "person")
    return any(profile.share(kind) >= 0.6 for kind in fitting if kind not in {"number", "price", "serial"})
