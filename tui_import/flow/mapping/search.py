"""Fields found by a few letters of their titles, names or aliases in any language: for the field picker."""

from __future__ import annotations

from collections.abc import Iterable

from tui_import.flow.mapping.context import fields_of
from tui_import.flow.mapping.headers import UNUSED, Reading, Vocabulary, squash, tokens
from tui_import.model.fields import Catalogue, Field

_FUZZY_FROM = 75


def find_fields(query: str, catalogue: Catalogue, vocabulary: Vocabulary) -> list[Field]:
    """The fields that fit what was typed, the best first; all in the catalogue's order where nothing was typed.

    A field's own words come before aliases, the beginning of a word before its middle, and what is only similar last.
    """
    words = tokens(query)
    if not words:
        return list(catalogue)
    scores = {field.key: _score(words, (field.title, field.name)) for field in catalogue}
    for key, score in _alias_scores(squash(query), catalogue, vocabulary).items():
        scores[key] = max(scores[key], score)
    found = [field for field in catalogue if scores[field.key] > 0]
    return sorted(found, key=lambda field: -scores[field.key]) or _fuzzy(query, catalogue)


def _score(words: tuple[str, ...], texts: Iterable[str]) -> float:
    """100 where every typed word begins a word of the label, less where it stands inside one; 0 where one is nowhere."""
    best = 0.0
    for text in texts:
        known = tokens(text)
        points = [_word_score(word, known) for word in words]
        if all(points):
            # of two fields that fit as well, the one with fewer other words is meant
            best = max(best, sum(points) / len(points) - len(known) / 10)
    return best


def _word_score(word: str, known: tuple[str, ...]) -> float:
    if word in known:
        return 100
    if any(other.startswith(word) for other in known):
        return 90
    return 60 if len(word) > 2 and any(word in other for other in known) else 0


def _alias_scores(query: str, catalogue: Catalogue, vocabulary: Vocabulary) -> dict[str, float]:
    scores: dict[str, float] = {}
    for header, aliases in vocabulary.aliases.items():
        if not header.startswith(query):
            continue
        score = 95.0 if header == query else 80 - min(len(header) - len(query), 20) / 2
        for alias in aliases:
            if alias.group == UNUSED:
                continue
            for position, key in enumerate(fields_of(Reading(alias), catalogue)):
                scores[key] = max(scores.get(key, 0), score - position - min(alias.rank, 9) / 10)
    return scores


def _fuzzy(query: str, catalogue: Catalogue) -> list[Field]:
    from rapidfuzz import fuzz, process

    titles = {field.key: squash(field.title) for field in catalogue}
    found = process.extract(squash(query), titles, scorer=fuzz.partial_ratio, score_cutoff=_FUZZY_FROM, limit=20)
    return [catalogue[key] for _title, _score, key in found]
