"""Currencies as prices show them: "€ 12,50", "USD 3", "kr 1.234,-"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from tui_import.api.source import Scalar
from tui_import.flow.folding import fold
from tui_import.flow.normalise.formats import Formats, TextReader, error
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "fr": "CHF", "eur": "EUR", "dkr": "DKK", "nkr": "NOK", "skr": "SEK"}
_REGIONAL = frozenset({"$", "kr", "¥"})
"""Signs of several currencies: that of the country where it has one written so, else what `_SIGNS` says."""
_WRITTEN = {
    "$": frozenset(("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD")), "kr": frozenset(("DKK", "NOK", "SEK", "ISK")),
    "¥": frozenset(("JPY", "CNY")),
}  # fmt: skip
_WORDS = re.compile(r"[^\W\d_]+|[$€£¥]")


@cache
def currency_of_country(region: str) -> str:
    """ISO 4217 code of the money of a country (ISO 3166); empty where none is known."""
    from babel.numbers import get_territory_currencies

    found = get_territory_currencies(region) if region else []
    return str(found[0]) if found else ""


@cache
def _codes() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def currency_of(price: Scalar, region: str = "") -> str:
    """ISO 4217 code of the currency that a price names; empty where it names none, or one that nobody can tell."""
    if not isinstance(price, str):
        return ""
    found = {_of_word(word, region) for word in _WORDS.findall(price)}
    return found.pop() if len(found) == 1 else ""


def _of_word(word: str, region: str) -> str:
    if len(word) == 3 and word.upper() in _codes():
        return word.upper()
    sign = word.casefold()
    if sign in _REGIONAL:
        own = currency_of_country(region)
        return own if own in _WRITTEN[sign] else _SIGNS.get(sign, "")
    return _SIGNS.get(sign, "")


def currency_reader(field: Field, formats: Formats) -> TextReader:
    """Reads an ISO 4217 code, a sign ("€", "kr") or a code in a text."""

    def read(text: str) -> Normalised:
        code = currency_of(text, formats.default_region)
        return Normalised(code, fold(code)) if code else error("currency_unknown", field)

    return read


def usual_currency(prices: Iterable[Scalar], region: str = "") -> str:
    """The currency that most of the prices name; where none does, that of the country."""
    named = Counter(filter(None, (currency_of(price, region) for price in prices)))
    return named.most_common(1)[0][0] if named else currency_of_country(region)
