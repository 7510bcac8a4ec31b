"""Full names taken apart (SPEC 3): the last token is the last name, particles stay with it, "Last, First" is recognised."""

from __future__ import annotations

from typing import NamedTuple

from tui_import.flow.folding import words

PARTICLES = words(
    "af av von vom zu zum zur van der den de del della dello di da dos das do du des la le lo los las el ter ten te tot "
    "'t op in onder ibn bin bint al y e und och"
)
"""Words before a last name that belong to it. "y", "e", "und" join two of them ("Ortega y Gasset")."""

TITLES = words(
    "mr mrs ms miss mx dr prof professor sir dame lord lady rev hr fr herr frau frl fru frk frøken fröken doktor dipl ing dipl-ing mag "
    "lic cand dhr mevr mw mevrouw drs ir m mme mlle monsieur madame mademoiselle sr sra srta don doña señor señora herra rouva neiti "
    "adv advokat"
)
"""Words before a name that are no part of it, without their full stops."""

_ALSO_A_NAME = frozenset({"m", "fr", "in", "e", "y", "do", "don", "ir", "dame", "mag", "lord"})
"""Titles that are an initial or a name when they stand without a full stop."""

SUFFIXES = frozenset({"jr", "sr", "jun", "sen", "junior", "senior", "i", "ii", "iii", "iv", "v", "fils", "père"})
"""Words after a last name that stay with it."""

DEGREES = words("phd md mba bsc msc ma ba dds esq cpa llm")
"""Letters after a comma or at the end that are no part of the name."""


class Name(NamedTuple):
    """The parts of a person's name; a part that is not there is an empty text."""

    first: str
    middle: str
    last: str
    salutation: str = ""
    """Titles that stood before the name."""


def split_full_name(text: str) -> Name:
    """Take a full name apart. A single word is the last name, since a record needs one and that is what it is found by."""
    before, comma, after = (part.strip() for part in text.partition(","))
    if comma and _is_suffix(after):
        tokens = [*before.split(), *after.split()]
    elif comma and before and after:
        return _last_first(before, after)
    else:
        tokens = (before or after).split()
    titles, tokens = _take_titles(tokens)
    tokens = _drop_degrees(tokens)
    start = _start_of_last(tokens)
    given = tokens[:start]
    return Name(" ".join(given[:1]), " ".join(given[1:]), " ".join(tokens[start:]), " ".join(titles))


def _bare(word: str) -> str:
    return word.replace(".", "").casefold()


def _is_suffix(text: str) -> bool:
    parts = [_bare(word) for word in text.replace(",", " ").split()]
    return bool(parts) and all(word in SUFFIXES or word in DEGREES for word in parts) and parts not in (["i"], ["v"])


def _last_first(last: str, first: str) -> Name:
    titles, given = _take_titles(first.replace(",", " ").split())
    more_titles, family = _take_titles(last.split())
    given = _drop_degrees(given)
    suffixes: list[str] = []
    while len(given) > 1 and _bare(given[-1]) in SUFFIXES - {"i", "v"}:
        suffixes.insert(0, given.pop())
    particles: list[str] = []
    # "Berg, Anna van den": what a Dutch address book sorts by comes first
    while len(given) > 1 and given[-1] in PARTICLES:
        particles.insert(0, given.pop())
    return Name(
        " ".join(given[:1]), " ".join(given[1:]), " ".join([*particles, *family, *suffixes]), " ".join([*titles, *more_titles])
    )


def _take_titles(tokens: list[str]) -> tuple[list[str], list[str]]:
    """(titles, the rest): at least one word is left."""
    count = 0
    while count < len(tokens) - 1 and _is_title(tokens[count], left=len(tokens) - count):
        count += 1
    return tokens[:count], tokens[count:]


def _is_title(word: str, left: int) -> bool:
    bare = _bare(word)
    if bare not in TITLES and not all(part in TITLES for part in bare.split("-") if part):
        return False
    if bare in _ALSO_A_NAME:
        return word.endswith(".") and left > 2
    return True


def _drop_degrees(tokens: list[str]) -> list[str]:
    end = len(tokens)
    while end > 2 and _bare(tokens[end - 1].rstrip(",")) in DEGREES and tokens[end - 1].replace(".", "").isupper():
        end -= 1
    if end < len(tokens):
        tokens = [*tokens[: end - 1], tokens[end - 1].rstrip(",")]
    return tokens


def _start_of_last(tokens: list[str]) -> int:
    """Index of the word that the last name begins with."""
    start = max(len(tokens) - 1, 0)
    while start > 1 and _bare(tokens[start]) in SUFFIXES and len(tokens) - start < 3:
        start -= 1
    # a particle in lower case belongs to the last name; in capitals it may be a name of its own ("Anna Da Silva", "DE VRIES")
    while start > 1 and _is_particle(tokens[start - 1]):
        start -= 1
        if start > 1 and tokens[start].casefold() in {"y", "e", "und", "och"}:
            start -= 1
    if start == 1 and len(tokens) > 1 and tokens[0].casefold() in PARTICLES and tokens[0].islower():
        start = 0  # "van der Berg": no first name
    return start


def _is_particle(word: str) -> bool:
    folded = word.casefold()
    if word.islower() or word[:1] in "'’":
        return folded in PARTICLES
    return folded in PARTICLES - {"e", "y", "und", "och", "in", "do", "op", "te", "el", "al"} and (word.istitle() or word.isupper())
