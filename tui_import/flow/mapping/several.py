"""Rows that have a company, a person, a project and a sale side by side: whose is each column?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_import.flow.folding import words
from tui_import.flow.mapping.guess import guess
from tui_import.flow.mapping.headers import Vocabulary, tokens
from tui_import.flow.mapping.memory import Memory
from tui_import.model.fields import Catalogue
from tui_import.model.kinds import CONTACTS
from tui_import.model.mapping import LINK_FROM, ColumnInfo, Guess

_WORDS: Mapping[str, frozenset[str]] = {
    "projects": words("project projekt prosjekt projet proyecto projekti projektnavn projektnummer prosjektnavn projektname"),
    "sales": words("sale sales opportunity deal salg salgs verkauf försäljning verkoop vente venta myynti"),
    "follow_ups": words("follow followup activity task appointment opfølgning aktivitet aufgabe uppföljning oppfølging"),
    "products": words("product produkt article vare artikel"),
    "currencies": words("currency valuta währung devise moneda"),
}
"""Kind → words in a header that say that the column is its own."""
_ORDER = (CONTACTS, "sales", "projects", "follow_ups", "products")
"""Who is asked about a header that names nobody."""


def guess_several(
    columns: Sequence[ColumnInfo], samples: Sequence[Sequence[str]], catalogue: Catalogue, vocabulary: Vocabulary, memory: Memory
) -> list[Guess]:
    """One guess per column: of the kind that its header names, else of companies and persons, else of the first that knows it.

    No two guesses that are linked name the same field, unless it holds several values.
    """
    by_kind = {
        kind: guess(columns, samples, catalogue, vocabulary, memory if kind == CONTACTS else None, kind)
        for kind in dict.fromkeys((*_ORDER, *_WORDS))
    }
    named = [next((kind for kind, own in _WORDS.items() if own & set(tokens(column.header))), "") for column in columns]
    present = {CONTACTS, *named}
    taken: set[str] = set()
    found: dict[int, Guess] = {}
    for at in sorted(range(len(columns)), key=lambda at: not named[at]):  # a header that names its kind is surer
        kinds = [named[at]] if named[at] else [kind for kind in _ORDER if kind in present]
        found[at] = _first(by_kind, kinds, at, taken, catalogue)
    return [found[at] for at in range(len(columns))]


def _first(by_kind: Mapping[str, Sequence[Guess]], kinds: Sequence[str], at: int, taken: set[str], catalogue: Catalogue) -> Guess:
    for kind in kinds:
        made = by_kind[kind][at]
        if made.link is not None and made.link.confidence >= LINK_FROM and made.link.field not in taken:
            if not catalogue[made.link.field].multiple:
                taken.add(made.link.field)
            return made
    return Guess(at, None)
