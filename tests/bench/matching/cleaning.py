"""The same cleaning for every peer; ours does its own, inside its time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

LEGAL_FORMS = frozenset(
    """ab ag aps as asa bv bvba co company corp corporation eg ek eood fze gbr gmbh inc incorporated is ivs kft kg kgaa ks lda
    limited llc llp lp ltd ltda mbh nv ohg oo oy oyj oao ooo plc pllc pt pte pty pvt private public ps sa sab sarl sas sca
    se sl slu smba snc sp spa spol sprl srl sro sti tbk ug zoo zrt""".split()  # noqa: SIM905 - to be read as one
)
DOTTED = re.compile(r"\b(?:\w\.){2,}\w?")
OTHER = re.compile(r"[^a-z0-9]+")
LETTERS = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ß": "ss", "ł": "l", "đ": "d", "þ": "th", "ð": "d", "œ": "oe", "ı": "i"})


def plain(text: str) -> str:
    """Lower case without accents and punctuation; ``A.B.C.`` and ``A/S`` in one word."""
    lower = unicodedata.normalize("NFKD", text.lower().translate(LETTERS))
    bare = "".join(letter for letter in lower if not unicodedata.combining(letter))
    joined = DOTTED.sub(lambda found: found[0].replace(".", ""), bare).replace("/s", "s").replace("'", "")
    return OTHER.sub(" ", joined).strip()


def company(text: str) -> str:
    """A company's name without words of legal forms, unless it has no other."""
    words = plain(text).split()
    return " ".join([word for word in words if word not in LEGAL_FORMS] or words)


def digits(text: str) -> str:
    """The digits of a telephone number."""
    return re.sub(r"\D", "", text)


def address(text: str) -> str:
    """An e-mail address in lower case."""
    return text.strip().lower()


RULES = {"name": company, "company": company, "phone": digits, "email": address, "dob": digits}


def cleaned(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every column by its rule; what is missing is empty."""
    return {field: _each(RULES.get(field, plain), values) for field, values in columns.items()}


def _each(rule: Callable[[str], str], values: Sequence[str]) -> list[str]:
    known = {value: rule(value or "") for value in set(values)}
    return [known[value] for value in values]


def concatenated(columns: dict[str, list[str]], size: int) -> list[str]:
    """All fields of a record as one text."""
    return [" ".join(filter(None, values)) for values in zip(*columns.values(), strict=True)] if columns else [""] * size


def words(values: Sequence[str], at: int) -> list[str]:
    """The word at this place of each text; empty where there are fewer."""
    return [parts[at] if len(parts := value.split()) > at else "" for value in values]
