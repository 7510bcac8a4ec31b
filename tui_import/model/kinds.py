"""Kinds of imports, and the entities that each of them brings."""

from __future__ import annotations

from collections.abc import Mapping

CONTACTS, PRODUCTS = "contacts", "products"
SIMILAR = "similar"
"""A draft that is no import: a review of duplicates in the store."""
KINDS: Mapping[str, tuple[str, ...]] = {CONTACTS: ("company", "person"), PRODUCTS: ("product",)}
"""Kind, as in recipes → the entities that its rows have, parents first. Of these the summary counts every row."""


def entities_of(kind: str) -> tuple[str, ...]:
    """The entities of a kind; those of contacts for one that this version does not import."""
    return KINDS.get(kind, KINDS[CONTACTS])


def kind_of(entity: str) -> str:
    """The kind whose rows have an entity; empty where none has."""
    return next((kind for kind, entities in KINDS.items() if entity in entities), "")
