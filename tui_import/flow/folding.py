"""What values are matched and compared by (SPEC 4.1): two texts that mean the same have the same key."""

from __future__ import annotations

import re
import unicodedata


def words(text: str) -> frozenset[str]:
    """A table of words, written as one text."""
    return frozenset(text.split())


_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
"""Soft hyphens, zero-width spaces and direction marks: they come with text copied from web pages and address books."""

VAT_PREFIXES = words("AT BE BG CH CY CZ DE DK EE EL ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK XI")
"""Country prefixes of VAT numbers. Greece writes EL, Northern Ireland XI."""

_VAT_SUFFIXES = {"NO": ("MVA",), "CH": ("MWST", "TVA", "IVA", "TPV"), "LI": ("MWST",)}
"""Words that follow a registered number in these countries and are no part of it."""


def drop_invisible(text: str) -> str:
    """The text without characters that take no place and carry no meaning."""
    return text.translate(_INVISIBLE)


def fold(text: str) -> str:
    """The text trimmed, Unicode-normalised (NFKC) and case-folded, white space collapsed. Folding twice changes nothing."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = text.casefold()
    if folded.isprintable() and unicodedata.is_normalized("NFKC", folded):
        return " ".join(folded.split())
    folded = unicodedata.normalize("NFKC", drop_invisible(text)).casefold()
    # case folding can leave a text that normalises further (Greek iota subscript, for one)
    folded = unicodedata.normalize("NFKC", folded).casefold()
    return " ".join(drop_invisible(unicodedata.normalize("NFKC", folded)).split())


def person_name_key(first: str | None, last: str | None) -> str | None:
    """First and last name folded together, so that it does not matter where a middle name went; None where there is neither."""
    return fold(f"{first or ''} {last or ''}") or None


_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def fold_vat(text: str, region: str | None = None) -> str:
    """A VAT or company number without blanks, punctuation and country prefix, in capitals.

    ``region`` (ISO 3166) says whose suffix ("MVA") may be dropped where the number has no prefix.
    """
    compact = _NOT_ALPHANUMERIC.sub("", fold(text)).upper()
    prefix = compact[:2]
    if prefix in VAT_PREFIXES and any(map(str.isdigit, compact[2:])):
        region, compact = prefix, compact[2:]
        if region == "CH" and compact.startswith("E"):  # CHE-123.456.789: the E belongs to the prefix
            compact = compact[1:]
    elif region == "CH" and compact.startswith("CHE"):
        compact = compact[3:]
    for suffix in _VAT_SUFFIXES.get(region or "", ()):
        if compact.endswith(suffix) and len(compact) > len(suffix):
            return compact[: -len(suffix)]
    return compact


_NOT_DECIMAL = re.compile(r"\D+")


def digits_key(text: str) -> str:
    """Only the digits, as 0-9."""
    digits = _NOT_DECIMAL.sub("", text)
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)


def email_key(address: str) -> str:
    """An address as it is compared: lower case, NFC."""
    return address.lower() if address.isascii() else unicodedata.normalize("NFC", address.lower())


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def url_key(url: str) -> str:
    """A web address without scheme and trailing slash; the host's case does not matter, the path's does."""
    scheme = _SCHEME.match(url)
    rest = url[scheme.end() :] if scheme else url
    end = next((i for i, character in enumerate(rest) if character in "/?#"), len(rest))
    return fold(rest[:end]) + rest[end:].rstrip("/")
