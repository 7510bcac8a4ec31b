"""Finding a line by a few letters."""

from __future__ import annotations

from collections.abc import Sequence

GOOD_ENOUGH = 60.0
"""Similarity (0…100) from which a line is offered though it has not all the words."""


def rank(text: str, lines: Sequence[str]) -> list[int]:
    """Positions of the lines that fit the text, best first; all of them, in their order, for a blank text.

    Lines with all its words at the beginnings of words come first, then those with them anywhere, then similar ones.
    """
    words = text.casefold().split()
    if not words:
        return list(range(len(lines)))
    folded = [line.casefold() for line in lines]
    scores = {at: _score(words, line) for at, line in enumerate(folded)}
    if not any(scores.values()):
        from rapidfuzz import fuzz

        scores = {at: fuzz.partial_ratio(" ".join(words), line) / 100 for at, line in enumerate(folded)}
        scores = {at: score if score * 100 >= GOOD_ENOUGH else 0.0 for at, score in scores.items()}
    return sorted((at for at, score in scores.items() if score), key=lambda at: (-scores[at], at))


def _score(words: Sequence[str], line: str) -> float:
    parts = line.replace(":", " ").replace("-", " ").split()
    total = 0.0
    for word in words:
        if word in parts:
            total += 4
        elif any(part.startswith(word) for part in parts):
            total += 3
        elif word in line:
            total += 2
        else:
            return 0.0
    return total
