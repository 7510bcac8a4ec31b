"""Price lists, as they are shown and chosen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PriceListInfo:
    """One price list of the store."""

    id: int
    name: str
    description: str = ""
    currency: str = ""
    """ISO 4217 code."""
    valid_from: str = ""
    """YYYY-MM-DD, inclusive; empty: from ever."""
    valid_to: str = ""
    """YYYY-MM-DD, inclusive; empty: for ever."""
    active: bool = True
    read_only: bool = False
    """A copy of another program's list: nothing is imported into it."""
    products: int = 0
    """How many are in it, deleted ones left out."""
