"""Column headers read: folded, and looked up among the known names of fields in nine languages (``config/headers``)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from tui_import.flow.folding import drop_invisible
from tui_import.model.fields import Catalogue, Field

EITHER = "either"
"""Group of the headers that fit a company and a person; their concept is decided by `context`."""
UNUSED = "unused"
"""Group of the headers that we know and that no field holds."""
WORDS = "words"
QUALIFIERS = ("company", "person", "work", "home", "postal", "street", "other")
NOISE = "noise"

_SIGNS = str.maketrans({"°": "o", "#": " no ", "&": " and ", "%": " percent ", "№": " no "})
_PARTS_OF_CAMELS = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ])")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_NOT_IN_ALIASES = re.compile(r"[^\w|]|_")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "œ": "oe", "ı": "i"})
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
_LONGEST_PHRASE = 4
_LONGEST_SHOWN = 40
_LONGEST_HEADER = 200
"""Longer ones are no headers; nobody names a column so."""


def tokens(header: str) -> tuple[str, ...]:
    """The words and numbers of a header: "CompanyName*" → company, name; "E-mail 1 - Value" → e, mail, 1, value."""
    text = unicodedata.normalize("NFKC", drop_invisible(header[:_LONGEST_HEADER]).translate(_SIGNS))
    return tuple(_TOKEN.findall(_PARTS_OF_CAMELS.sub(" ", text).casefold()))


def squash(header: str) -> str:
    """What a header is looked up and remembered by: without case, blanks and punctuation."""
    return "".join(tokens(header))


def plain(squashed: str) -> str:
    """Without accents: "sahkoposti", "strasse"."""
    if squashed.isascii():
        return squashed
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", squashed.translate(_PLAIN)))


def shown(header: str) -> str:
    """A header in a sentence: without control characters, not too long."""
    text = "".join(character if character.isprintable() else "�" for character in header)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


class Alias(NamedTuple):
    """One known header."""

    group: str
    """"company", "person", "product", `EITHER` or `UNUSED`."""
    name: str
    """Bare field name, or the concept of an `EITHER`."""
    language: str
    """As in the file's name ("da"); empty for our own field names."""
    rank: int
    """Place in its list: the first is the most usual."""


@dataclass(frozen=True)
class Vocabulary:
    """All that columns are recognised by. Made by `build_vocabulary`, shared, never changed."""

    aliases: Mapping[str, tuple[Alias, ...]] = field(default_factory=dict)
    """By squashed header, with and without accents."""
    qualifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Squashed word → what it says about the column's owner: some of `QUALIFIERS`."""
    noise: frozenset[str] = frozenset()
    """Words without meaning ("required")."""
    legal_forms: frozenset[str] = frozenset()
    """Squashed."""
    organisation_words: frozenset[str] = frozenset()
    given_names: frozenset[str] = frozenset()

    def find(self, squashed: str) -> tuple[Alias, ...]:
        """The aliases of a header, accents or not."""
        return self.aliases.get(squashed) or self.aliases.get(plain(squashed), ())

    @cached_property
    def headers(self) -> list[str]:
        """All squashed headers, for similarity."""
        return [header for header in self.aliases if len(header) > 3]


def build_vocabulary(
    languages: Mapping[str, Mapping[str, Mapping[str, str]]],
    catalogue: Catalogue,
    legal_forms: Iterable[str] = (),
    organisation_words: Iterable[str] = (),
    given_names: Iterable[str] = (),
) -> Vocabulary:
    """The vocabulary of header files (language → group → name → aliases between bars) and word lists.

    The fields' own names ("company.vat_number", "vat_number") and titles in the user's language are aliases, too.
    """
    aliases: dict[str, dict[Alias, None]] = {}
    qualifiers: dict[str, set[str]] = {}
    noise: set[str] = set()
    for language, groups in languages.items():
        for group, names in groups.items():
            for name, texts in names.items():
                if group == WORDS:
                    forms = _all_forms(texts)
                    if name == NOISE:
                        noise.update(forms)
                    else:
                        for form in forms:
                            qualifiers.setdefault(form, set()).add(name)
                else:
                    _add(aliases, Alias(group, name, language, 0), texts)
    _add_own_names(aliases, catalogue)
    return Vocabulary(
        {form: tuple(found) for form, found in aliases.items()},
        {word: tuple(sorted(meanings, key=QUALIFIERS.index)) for word, meanings in qualifiers.items()},
        frozenset(noise),
        _all_forms("|".join(legal_forms)),
        _all_forms("|".join(organisation_words)),
        _all_forms("|".join(given_names)),
    )


def with_fields(vocabulary: Vocabulary, fields: Iterable[Field]) -> Vocabulary:
    """A vocabulary that knows a store's own fields as well: by name and by the label that its users gave them."""
    aliases = dict(vocabulary.aliases)
    for known in fields:
        alias = Alias(known.entity, known.name, "", 0)
        for name in (known.key, known.title, known.name, known.name.partition("_")[2], known.label):
            form = squash(name)
            if alias not in aliases.get(form, ()):
                aliases[form] = (alias, *aliases.get(form, ()))
    return replace(vocabulary, aliases=aliases)


def _add(aliases: dict[str, dict[Alias, None]], first: Alias, texts: str) -> None:
    """All spellings of the aliases of one field, in their order."""
    group, name, language, _rank = first
    for spelling in _spellings(texts):
        for rank, form in enumerate(spelling):
            if form in aliases:
                aliases[form].setdefault(Alias(group, name, language, rank))
            elif form:
                aliases[form] = {Alias(group, name, language, rank): None}


def _spellings(texts: str) -> list[list[str]]:
    """Aliases between bars, squashed: as they are, without accents, with two letters for one ("strasse", "oe")."""
    text = unicodedata.normalize("NFKC", texts.translate(_SIGNS)).casefold()
    squashed = _NOT_IN_ALIASES.sub("", text)
    if squashed.isascii():
        return [squashed.split("|")]
    return [form.split("|") for form in dict.fromkeys((squashed, plain(squashed), plain(squashed.translate(_DIGRAPHS))))]


def _all_forms(texts: str) -> frozenset[str]:
    return frozenset(form for spelling in _spellings(texts) for form in spelling if form)


def _add_own_names(aliases: dict[str, dict[Alias, None]], catalogue: Catalogue) -> None:
    """The fields' own names: with the entity they are beyond doubt; without it, and labels, count where no language uses the word."""
    for known in catalogue:
        alias = Alias(known.entity, known.name, "", 0)
        for name in (known.key, known.title):
            form = squash(name)
            aliases[form] = {alias: None} | aliases.get(form, {})
    for known in catalogue:
        for name in (known.name, known.label, known.shown_label):
            found = aliases.setdefault(squash(name), {})
            if all(alias.language == "" for alias in found):
                found[Alias(known.entity, known.name, "", 0)] = None


class Reading(NamedTuple):
    """One way to understand a header."""

    alias: Alias
    number: int = 0
    """The number in it ("Phone 2"); 0 where there is none."""
    qualifier: str = ""
    """What a word in it says about the owner."""
    certainty: float = 0.95


def readings(header: str, vocabulary: Vocabulary, others: frozenset[str] = frozenset()) -> list[Reading]:
    """All ways to understand a header, the closest first: as it is, without number, without noise, without a word for the owner.

    ``others``: groups of aliases that this kind of import knows nothing of.
    """
    words = tokens(header)
    if not words:
        return []
    for rest, number, certainty in _reductions(words, vocabulary):
        found = [alias for alias in vocabulary.find("".join(rest)) if alias.group not in others]
        if found:
            return [Reading(alias, number, "", certainty) for alias in found]
    for rest, number, _certainty in _reductions(words, vocabulary):
        qualified = [
            Reading(alias, number, qualifier, 0.9)
            for qualifier, remainder in _qualified(rest, vocabulary)
            for alias in vocabulary.find("".join(remainder))
            if alias.group not in others
        ]
        if qualified:
            return qualified
    return []


def _reductions(words: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[tuple[tuple[str, ...], int, float]]:
    """The words as they are, then without numbers, then without noise."""
    yield words, 0, 0.95
    letters = tuple(word for word in words if not word.isdecimal())
    numbers = [int(word) for word in words if word.isdecimal() and len(word) == 1]
    number = numbers[-1] if numbers else 0
    if letters != words and letters and len(letters) + len(numbers) == len(words):
        yield letters, number, 0.93
    quiet = _without_noise(letters, vocabulary.noise)
    if quiet and quiet != letters:
        yield quiet, number, 0.92


def _without_noise(words: tuple[str, ...], noise: frozenset[str]) -> tuple[str, ...]:
    for size in range(_LONGEST_PHRASE, 0, -1):
        for start in range(len(words) - size + 1):
            if "".join(words[start : start + size]) in noise:
                return _without_noise(words[:start] + words[start + size :], noise)
    return words


def _qualified(words: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(qualifier, the other words) for words at the end or the beginning that say whose the column is."""
    for size in range(min(_LONGEST_PHRASE, len(words) - 1), 0, -1):
        for phrase, rest in ((words[-size:], words[:-size]), (words[:size], words[size:])):
            word = "".join(phrase)
            for qualifier in vocabulary.qualifiers.get(word) or vocabulary.qualifiers.get(plain(word), ()):
                yield qualifier, rest


def languages_of(headers: Sequence[str], vocabulary: Vocabulary, others: frozenset[str] = frozenset()) -> list[str]:
    """The languages of a file, the most spoken first: our own names, then those whose words name most of the columns."""
    votes: Counter[str] = Counter()
    for header in headers:
        votes.update({reading.alias.language for reading in readings(header, vocabulary, others)})
    return sorted(votes, key=lambda language: (language != "", -votes[language], language != "en", language))
