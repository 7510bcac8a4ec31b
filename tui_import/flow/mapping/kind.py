"""What a file is about, recognised by its headers."""

from __future__ import annotations

from collections.abc import Sequence

from tui_import.flow.mapping.guess import guess, link_guesses
from tui_import.flow.mapping.headers import Vocabulary
from tui_import.model.fields import Catalogue
from tui_import.model.kinds import CONTACTS, PRODUCTS
from tui_import.model.mapping import ColumnInfo, Evidence

_SURE = frozenset({Evidence.SOURCE, Evidence.HEADER})


def recognise_kind(columns: Sequence[ColumnInfo], samples: Sequence[Sequence[str]], catalogue: Catalogue, vocabulary: Vocabulary) -> str:
    """Products, where the headers name a price beside a code or a name, and more fields of products than of companies and persons."""

    def fields(kind: str) -> set[str]:
        return {link.field for link in link_guesses(guess(columns, samples, catalogue, vocabulary, kind=kind)) if link.evidence in _SURE}

    products = fields(PRODUCTS)
    if "product.list_price" not in products or products.isdisjoint({"product.code", "product.name"}):
        return CONTACTS
    return PRODUCTS if len(products) > len(fields(CONTACTS)) else CONTACTS
