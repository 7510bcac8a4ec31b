"""Names that are spelt nearly alike: "Suplier" is perhaps the list's "Supplier"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tui_import.flow.folding import fold

LEAST = 80.0
"""Of 100: how alike two names must be. One wrong letter of five passes, one of four does not."""
MOST = 3
"""So many are offered."""
SHORTEST = 4
"""Shorter names are near only themselves: among abbreviations one letter is another meaning."""
_PUNCTUATION = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")


class NearNames:
    """The names of one list, to be asked for those near another."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        for name in names:
            self._names.setdefault(_bare(name), name)
        self._bare_names = list(self._names)

    def near(self, text: str) -> tuple[str, ...]:
        """The names most like ``text``, the best first. "Group 1" is not near "Group 2"."""
        if not self._bare_names:
            return ()
        from rapidfuzz import fuzz, process

        wanted = _bare(text)
        best: dict[str, float] = {}
        for scorer in (fuzz.ratio, fuzz.token_sort_ratio):
            for name, score, _at in process.extract(wanted, self._bare_names, scorer=scorer, score_cutoff=LEAST, limit=2 * MOST):
                short = min(len(name), len(wanted)) < SHORTEST and name != wanted
                if not short and _NUMBER.findall(name) == _NUMBER.findall(wanted):
                    best[name] = max(score, best.get(name, 0))
        return tuple(self._names[name] for name in sorted(best, key=lambda name: (-best[name], name))[:MOST])


def _bare(text: str) -> str:
    """As it is compared: folded, without accents and punctuation."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", fold(text)) if not unicodedata.combining(letter))
    return _PUNCTUATION.sub(" ", plain).strip()
