"""Telephone numbers: the text is kept as written, the key is the number in E.164 without the plus."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tui_import.flow.folding import digits_key
from tui_import.flow.normalise.damage import is_scientific
from tui_import.flow.normalise.formats import TextReader, warning
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata

_SEPARATORS = str.maketrans("", "", " -./()\u00a0\u2010\u2011\u2012\u2013")
_EXTENSION = re.compile(
    r"[\s,;(/-]*(?:lok(?:al(?:nr)?)?|ext(?:ension|n)?|int(?:ern)?|x|anknytning|ankn|ank|durchwahl|dw|nst|app(?:arat)?|poste|toestel|tst"
    r"|alanumero|alanro|ala)[\s.:=]*(\d{1,7})\)?$",
    re.IGNORECASE,
)
"""An extension in nine languages. phonenumbers knows few of them and would read the letters as digits of a vanity number."""
_CANDIDATE = re.compile(r"\+?[\d(](?:[\d\s./()\-\u2010-\u2013]*\d)?")
_POINT_ZERO = re.compile(r"(\d+)\.0")
_FEWEST, _MOST = 3, 17
"""Digits of a telephone number."""


class Parsed(NamedTuple):
    """A number as the library understands it."""

    key: str
    """Country code and national number."""
    valid: bool


def phone_reader(field: Field, region: str | None) -> TextReader:
    """Reads telephone numbers of rows of one country; one that the library does not know counts as none."""
    from phonenumbers import SUPPORTED_REGIONS

    if region not in SUPPORTED_REGIONS:
        region = None
    quick = quick_parser(region)

    def read(text: str) -> Normalised:
        # "+44 (0)20": the zero in brackets is for calls from inside
        digits = text.translate(_SEPARATORS) if "(0)" not in text else ""
        key = quick(digits) if digits[:1] == "+" or digits.isdecimal() else None
        return Normalised(text, key) if key else read_slowly(text)

    def read_slowly(text: str) -> Normalised:
        if is_scientific(text):
            return Normalised(text, None, warning("scientific", field))
        rest, extension = take_extension(text)
        number = the_number_in(rest)
        digits = digits_key(number)
        if not _FEWEST <= len(digits) <= _MOST:
            return Normalised(text, None, warning("phone_unreadable", field))
        key = quick(number)
        if key:
            return Normalised(text, key + extension)
        if region is None and number[0] != "+":
            return Normalised(text, digits + extension)  # nothing to judge it by
        parsed = parse(number, region)
        if parsed is not None and parsed.valid:
            return Normalised(text, parsed.key + extension)
        issue = warning("phone_invalid", field, country=_country_of(number, region))
        if len(set(digits)) == 1:  # 00000000 stands for "none" with many persons
            return Normalised(text, None, issue)
        return Normalised(text, (parsed.key if parsed else digits) + extension, issue)

    return read


def _country_of(number: str, region: str | None) -> str:
    """Whose numbering plan a number breaks: that of its own country code, else that of the row."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    if number.startswith("+"):
        for length in (1, 2, 3):
            regions = COUNTRY_CODE_TO_REGION_CODE.get(int(number[1 : 1 + length]))
            if regions:
                return regions[0]
    return region or number[:4]


def take_extension(text: str) -> tuple[str, str]:
    """("33112233 lok. 12") → ("33112233", "x12"): the extension stays in the key, or two desks would be one number."""
    match = _EXTENSION.search(text)
    if match is None or not any(map(str.isdigit, text[: match.start()])):
        return text, ""
    return text[: match.start()], "x" + digits_key(match[1])


def the_number_in(text: str) -> str:
    """The part that is the number: without words around it, with "+" for "00", without the trunk zero of "+44 (0)20"."""
    if whole := _POINT_ZERO.fullmatch(text):
        text = whole[1]
    text = text.removeprefix("tel:").partition(";")[0]
    candidates = [match[0] for match in _CANDIDATE.finditer(text)]
    if not candidates:
        return ""
    number = max(candidates, key=lambda candidate: len(digits_key(candidate)))
    compact = number.translate(_SEPARATORS)
    if compact.startswith(("00", "+")):
        without_trunk = re.sub(r"\(\s*0\s*\)", "", number).translate(_SEPARATORS)
        return "+" + digits_key(without_trunk.removeprefix("00"))
    return digits_key(compact)


def parse(number: str, region: str | None) -> Parsed | None:
    """What phonenumbers makes of "+4533112233" or "33112233"; None where it cannot be a number."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return Parsed(f"{parsed.country_code}{phonenumbers.national_significant_number(parsed)}", phonenumbers.is_valid_number(parsed))


# -- the fast path: the library's own patterns, without its fifty microseconds

QuickParser = Callable[[str], "str | None"]


@cache
def quick_parser(region: str | None) -> QuickParser:
    """Reads bare digits (with or without "+") dialled in ``region``: the key of a valid number, or None for "ask the library".

    It says exactly what phonenumbers says, or nothing.
    """
    plan = _numbering_plan(region) if region else None

    def read(digits: str) -> str | None:
        if digits[:1] == "+":
            return _read_international(digits[1:])
        if digits[:2] == "00":
            return _read_international(digits[2:])
        return plan(digits) if plan is not None else None

    return read


def _read_international(digits: str) -> str | None:
    for length in (2, 1, 3):
        plan = _plan_of_code(digits[:length])
        if plan is not None:
            return plan(digits[length:])
    return None


@cache
def _plan_of_code(code: str) -> QuickParser | None:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code.isascii() and code.isdecimal() and code[0] != "0" else None
    return _numbering_plan(regions[0], dialled=False) if regions else None


def _numbering_plan(region: str, *, dialled: bool = True) -> QuickParser | None:
    """National digits → key, where it is certain that the library reads them so. ``dialled``: in the country, so that they may begin with
    the prefix for calls abroad. None where the country shares its code and is not the first of those who have it."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.country_code is None or COUNTRY_CODE_TO_REGION_CODE[metadata.country_code][0] != region:
        return None
    code = str(metadata.country_code)
    valid = _valid_pattern(metadata, shared=len(COUNTRY_CODE_TO_REGION_CODE[metadata.country_code]) > 1)
    prefix = re.compile(metadata.national_prefix_for_parsing) if metadata.national_prefix_for_parsing else None
    has_trunk_zero = metadata.national_prefix == "0" and not metadata.national_prefix_transform_rule
    abroad = re.compile(metadata.international_prefix) if dialled and metadata.international_prefix else None

    def read(digits: str) -> str | None:
        if not (digits.isascii() and digits.isdecimal()) or (abroad is not None and abroad.match(digits)):
            return None
        if prefix is not None and (found := prefix.match(digits)):
            if not has_trunk_zero or found[0] != "0":
                return None
            digits = digits[1:]
        return code + digits if valid(digits) else None

    return read


def _valid_pattern(metadata: PhoneMetadata, *, shared: bool) -> Callable[[str], object]:
    """Matches what `is_valid_number` accepts: the general pattern and that of at least one kind of number, by length.

    ``shared``: other countries have the same code, so that the leading digits decide first whose number it is.
    """
    kinds = (
        metadata.fixed_line, metadata.mobile, metadata.toll_free, metadata.premium_rate, metadata.shared_cost,
        metadata.personal_number, metadata.voip, metadata.pager, metadata.uan, metadata.voicemail,
    )  # fmt: skip
    choices = []
    for kind in kinds:
        if kind is None or not kind.national_number_pattern:
            continue
        lengths = "|".join(f"\\d{{{length}}}" for length in kind.possible_length)
        choices.append(f"(?=(?:{lengths})$)(?:{kind.national_number_pattern})" if lengths else f"(?:{kind.national_number_pattern})")
    general = f"(?=(?:{metadata.general_desc.national_number_pattern})$)" if metadata.general_desc else ""
    if shared and metadata.leading_digits:
        general += f"(?={metadata.leading_digits})"
    return re.compile(f"{general}(?:{'|'.join(choices)})").fullmatch
