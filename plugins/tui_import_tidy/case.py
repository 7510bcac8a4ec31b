"""Capitals of names, as they are written in the countries of our users."""

from __future__ import annotations

import re

_PARTICLES = "van von der den de del della di da do dos das du la le les ten ter te zu zum zur af av og und y e i bin ibn al"
PARTICLES = frozenset(_PARTICLES.split())
"""Words of a name that stay small, unless they begin it."""
_FORMS = """
A/S ApS I/S K/S P/S IVS AS ASA ANS AB HB KB Oy Oyj Oü GmbH AG KG OHG UG e.V. mbH Ltd PLC LLC LLP Inc SA SAS SARL SpA SRL SL BV NV
"""
_LEGAL = {form.casefold(): form for form in _FORMS.split()}
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_MACS = "macdonald macleod mackenzie macdougall macgregor macmillan macarthur macintyre macpherson maclean macneil"
_MAC = frozenset(_MACS.split())
"""Mac is part of many names that have no second capital (Mack, Machado), so these are listed."""
SHORT = 3
"""Company words of so many capitals stay: they may be abbreviations."""


def name_case(text: str) -> str:
    """The name of a person or town: "o'brien-mcdonald" → "O'Brien-McDonald", "VAN DER BERG" → "Van der Berg"."""
    words = text.split(" ")
    cased = [_LETTERS.sub(lambda found: _word(found[0]), word) for word in words]
    first = next((at for at, word in enumerate(words) if word), 0)
    return " ".join(
        word.lower() if at > first and word.casefold() in PARTICLES and at < len(words) - 1 else word for at, word in enumerate(cased)
    )


def company_case(text: str) -> str:
    """The name of a company: legal forms as they are written, short words of capitals as they are."""
    return " ".join(_company_word(word) for word in text.split(" "))


def _company_word(word: str) -> str:
    known = _LEGAL.get(word.rstrip(",.").casefold()) or _LEGAL.get(word.casefold())
    if known:
        return known + word[len(known) :]
    if len(word) <= SHORT or any(character.isdigit() for character in word):
        return word
    return _LETTERS.sub(lambda found: _word(found[0]), word)


def _word(word: str) -> str:
    lowered = word.lower()
    head, sign, tail = re.match(r"([^'’]*)(['’]?)(.*)", lowered).groups()  # type: ignore[union-attr]
    if sign and len(head) <= 2:  # O'Brien, D'Angelo, but not Anna's
        return f"{head.capitalize()}{sign}{tail.capitalize()}"
    if re.fullmatch(r"mc[^\W\d_]{2,}", lowered):
        return f"Mc{lowered[2:].capitalize()}"
    if lowered in _MAC:
        return f"Mac{lowered[3:].capitalize()}"
    return lowered.capitalize()
