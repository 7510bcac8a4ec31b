"""Full names taken apart (SPEC 3): the last token is the last name, particles stay with it, "Last, First" is recognised."""

from __future__ import annotations

from typing import NamedTuple

from tui_import.flow.folding import words

PARTICLES = words(
    "af av von vom zu zum zur van der den de del della dello di da dos das do du des la le lo los las el ter ten te tot 't op in "
    "onder ibn bin bint al y e und och"
)
"""Words before a last name that belong to it; "y", "e", "und" join two of them ("Ortega y Gasset")."""

_JOINS = words("y e und och")
_ALSO_IN_LOWER_CASE_ONLY = _JOINS | words("in do op te el al")
"""Particles that are names of their own, or initials, when they are written with a capital."""

TITLES = words(
    "mr mrs ms miss mx dr prof professor sir dame lord lady rev hr fr herr frau frl fru frk frøken fröken doktor dipl ing dipl-ing mag "
    "lic cand dhr mevr mw mevrouw drs ir m mme mlle monsieur madame mademoiselle sr sra srta don doña señor señora herra rouva neiti "
    "adv advokat"
)
"""Words before a name that are no part of it, without their full stops."""

_ALSO_NAMES = words("m fr ir don dame mag lord ing")
"""Titles that may be an initial or a first name: they count as titles with a full stop and two words after them."""

_FACULTIES = words("med phil jur rer nat oec habil hc dent vet theol")
"""What follows "Dr." before a name, with a full stop."""

SUFFIXES = words("jr sr jun sen junior senior ii iii iv vi vii viii fils père")
"""Words after a last name that stay with it."""

DEGREES = words("phd md mba bsc msc ma ba dds esq cpa llm")
"""Letters after a name that are no part of it."""


class Name(NamedTuple):
    """The parts of a person's name; a part that is not there is an empty text."""

    first: str
    middle: str
    last: str
    titles: str = ""
    """Titles before the name and degrees after it, which belong to neither part."""


def split_full_name(text: str) -> Name:
    """Take a full name apart. A single word is the last name: that is what a person is filed under."""
    before, _comma, after = (part.strip() for part in text.partition(","))
    rest = after.replace(",", " ").split()
    if before and rest and all(_bare(word) in DEGREES or _is_suffix(word) for word in rest):
        degrees = [word for word in rest if _bare(word) in DEGREES]
        name = _in_order([*before.split(), *(word for word in rest if word not in degrees)])
        return name._replace(titles=" ".join([name.titles, *degrees]).strip())
    if before and rest:
        return _last_first(before.split(), rest)
    return _in_order(before.split() or rest)


def _in_order(tokens: list[str]) -> Name:
    titles, tokens = _take_titles(tokens)
    tokens, degrees = _take_degrees(tokens)
    start = _start_of_last(tokens)
    given = tokens[:start]
    return Name(" ".join(given[:1]), " ".join(given[1:]), " ".join(tokens[start:]), " ".join([*titles, *degrees]))


def _last_first(last: list[str], first: list[str]) -> Name:
    titles, given = _take_titles(first)
    given, degrees = _take_degrees(given)
    more_titles, family = _take_titles(last)
    suffixes: list[str] = []
    while len(given) > 1 and _is_suffix(given[-1]):
        suffixes.insert(0, given.pop())
    particles: list[str] = []
    # "Berg, Anna van den": what a Dutch address book files under comes first
    while len(given) > 1 and given[-1] in PARTICLES:
        particles.insert(0, given.pop())
    return Name(
        " ".join(given[:1]),
        " ".join(given[1:]),
        " ".join([*particles, *family, *suffixes]),
        " ".join([*titles, *more_titles, *degrees]),
    )


def _bare(word: str) -> str:
    return word.replace(".", "").casefold()


def _is_suffix(word: str) -> bool:
    return _bare(word) in SUFFIXES or word.startswith("(")


def _take_titles(tokens: list[str]) -> tuple[list[str], list[str]]:
    """(titles, the rest): at least one word is left."""
    count = 0
    while count < len(tokens) - 1 and _is_title(tokens, count):
        count += 1
    return tokens[:count], tokens[count:]


def _is_title(tokens: list[str], index: int) -> bool:
    word, bare = tokens[index], _bare(tokens[index])
    if index and bare in _FACULTIES:
        return word.endswith(".")
    if bare in _ALSO_NAMES:
        return word.endswith(".") and len(tokens) - index > 2
    return bare in TITLES


def _take_degrees(tokens: list[str]) -> tuple[list[str], list[str]]:
    """(the name, degrees after it). A degree has capitals that the name has not: "Anna Ma" is a name, "Anna Berg MA" has one."""
    end = len(tokens)
    capitals = all(word.isupper() for word in tokens)
    while end > 2 and _bare(tokens[end - 1]) in DEGREES and not capitals and any(map(str.isupper, tokens[end - 1][1:])):
        end -= 1
    return tokens[:end], tokens[end:]


def _start_of_last(tokens: list[str]) -> int:
    """Index of the word that the last name begins with."""
    start = max(len(tokens) - 1, 0)
    while start > 1 and _is_suffix(tokens[start]):
        start -= 1
    while start > 1 and _is_particle(tokens[start - 1]):
        start -= 1
        if start > 1 and tokens[start].casefold() in _JOINS:
            start -= 1
    if start == 1 and tokens[0].islower() and tokens[0] in PARTICLES:
        return 0  # "van der Berg" has no first name
    return start


def _is_particle(word: str) -> bool:
    folded = word.casefold().replace("’", "'")
    return folded in PARTICLES and (word.islower() or folded not in _ALSO_IN_LOWER_CASE_ONLY)
