"""What spreadsheet programs and wrong encodings do to data: recognised here; `Issue.suggestion` offers it mended."""

from __future__ import annotations

import datetime
import re

# -- text read with the wrong encoding

_UNUSED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_CP1252 = {chr(code) if code in _UNUSED else bytes([code]).decode("cp1252"): code for code in range(0x80, 0x100)}
"""Character → byte, the five unused bytes as themselves, which is what programs do."""
_TRAIL = "".join(re.escape(character) for character, code in _CP1252.items() if code < 0xC0)
_LONGER = f"[à-ï][{_TRAIL}]{{2}}|[ðñòóô][{_TRAIL}]{{3}}"
_SURE = re.compile(f"[ÂÃ][{_TRAIL}]|[Ä-Ñ](?!\xa0)[{_TRAIL}]|{_LONGER}")
"""Characters that look like one UTF-8 sequence. An "Å" before a fixed space is more often Danish than half a letter."""
_ANY = re.compile(f"[Â-Ñ][{_TRAIL}]|{_LONGER}")
"""The same where the text is known to be damaged."""
_MAX_ROUNDS = 3
_PLAUSIBLE = (
    (0xA0, 0x17F), (0x218, 0x21B), (0x386, 0x3CE), (0x401, 0x45F), (0x1E00, 0x1EFF), (0x2010, 0x203A), (0x2100, 0x215F), (0x2190, 0x27BF),
    (0xFB00, 0xFB06), (0xFEFF, 0xFEFF), (0x1F000, 0x1FAFF),
)  # fmt: skip
"""Code points that people write: European letters, typographic marks, emoji. A quote after a capital in French («CAFÉ») would otherwise
decode to letters that nobody meant."""


def mend_mojibake(text: str) -> str:
    """UTF-8 that was read as cp1252, put right, as often as it happened ("SÃ¸ren" → "Søren"); other text as it is."""
    for _round in range(_MAX_ROUNDS):
        if _SURE.sub(_decode, text) == text:
            break
        text = _ANY.sub(_decode, text)
    return text


def _decode(match: re.Match[str]) -> str:
    try:
        character = bytes(_CP1252[c] for c in match[0]).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
    code = ord(character)
    plausible = character in _CP1252 or any(first <= code <= last for first, last in _PLAUSIBLE)
    return character if plausible else match[0]


# -- numbers

_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d{2,3}", re.IGNORECASE)


def is_scientific(text: str) -> bool:
    """Whether a long number was shortened to the form that spreadsheet programs show ("4.7E+11")."""
    return "+" in text and _SCIENTIFIC.fullmatch(text) is not None


_FIRST_SERIAL, _LAST_SERIAL = 10_000, 60_000
"""1927-05-18 and 2064-04-08: under it are years, over it nothing that people date."""
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)


def serial_date(cell: str | float) -> str | None:
    """The date behind a serial number of a spreadsheet program (1900 system); None where it is hardly one."""
    if isinstance(cell, str):
        if not _SERIAL.fullmatch(cell):
            return None
        cell = int(cell[:5])
    if not _FIRST_SERIAL <= cell <= _LAST_SERIAL:
        return None
    return (datetime.date(1899, 12, 30) + datetime.timedelta(days=int(cell))).isoformat()


# -- leading zeros

POSTAL_CODE_DIGITS = {
    "AU": 4, "BR": 8, "CO": 6, "DE": 5, "DK": 4, "DO": 5, "EC": 6, "ES": 5, "FI": 5, "AX": 5, "FR": 5, "IT": 5, "JP": 7, "KR": 5, "LT": 5,
    "MX": 5, "MY": 5, "NO": 4, "NZ": 4, "PE": 5, "PH": 4, "PL": 5, "PR": 5, "RO": 6, "SG": 6, "SM": 5, "TR": 5, "UA": 5, "US": 5,
    "VA": 5, "VN": 6, "ZA": 4,
}  # fmt: skip
"""Countries whose post codes can begin with 0, and how many digits they have."""

VAT_DIGITS = {"BE": 10, "EL": 9, "FI": 8, "GR": 9, "IT": 11, "PL": 10, "FR": 9}
"""Countries whose VAT or company numbers can begin with 0, and how many digits they have."""


def restore_postal_code(text: str, region: str | None) -> str | None:
    """The post code with the zeros that it must have had; None where none are missing."""
    digits = POSTAL_CODE_DIGITS.get(region or "")
    if digits and digits - 2 <= len(text) < digits and text.isascii() and text.isdecimal():
        return text.zfill(digits)
    return None
