"""Kinds of imports, and the entities that each of them brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from tui_import.api.i18n import N_

CONTACTS, PRODUCTS, SEVERAL = "contacts", "products", "several"
SIMILAR = "similar"
"""A draft that is no import: a review of duplicates in the store."""
KINDS: Mapping[str, tuple[str, ...]] = {
    CONTACTS: ("company", "person"),
    PRODUCTS: ("product",),
    "projects": ("project",),
    "sales": ("sale",),
    "follow_ups": ("follow_up",),
    "project_members": ("project_member",),
    "sale_stakeholders": ("sale_stakeholder",),
    "currencies": ("currency",),
    "post_codes": ("post_code",),
    "red_letter_days": ("red_letter_day",),
    SEVERAL: (
        "company", "person", "product", "project", "sale", "follow_up", "project_member", "sale_stakeholder", "currency", "post_code",
        "red_letter_day",
    ),
}  # fmt: skip
"""Kind, as in recipes → the entities that its rows have, parents first. Of these the summary counts every row; of `SEVERAL` those that
any column is linked to."""
TITLES: Mapping[str, str] = {
    CONTACTS: N_("Contacts"),
    PRODUCTS: N_("Products"),
    "projects": N_("Projects"),
    "sales": N_("Sales"),
    "follow_ups": N_("Follow-ups"),
    "project_members": N_("Project members"),
    "sale_stakeholders": N_("Sale stakeholders"),
    "currencies": N_("Currencies"),
    "post_codes": N_("Post codes"),
    "red_letter_days": N_("Red-letter days"),
    SEVERAL: N_("Several kinds in one pass"),
}
"""Kind → what it is called."""
KEYED = ("project", "sale", "follow_up", "project_member", "sale_stakeholder", "currency", "post_code", "red_letter_day")
"""The entities that are matched by any combination of their fields (SPEC 5)."""
PARTIES = ("project_member", "sale_stakeholder")
"""Those of them that say what a person or a company is in a project or a sale."""

PLURALS: Mapping[str, str] = {
    "company": N_("Companies"),
    "person": N_("Persons"),
    "product": N_("Products"),
    "price_list": N_("Price lists"),
    "project": N_("Projects"),
    "sale": N_("Sales"),
    "follow_up": N_("Follow-ups"),
    "project_member": N_("Project members"),
    "sale_stakeholder": N_("Sale stakeholders"),
    "currency": N_("Currencies"),
    "post_code": N_("Post codes"),
    "red_letter_day": N_("Red-letter days"),
}
"""Entity → how many of them are called."""

SINGULARS: Mapping[str, str] = {
    "company": N_("Company"),
    "person": N_("Person"),
    "product": N_("Product"),
    "price_list": N_("Price list"),
    "project": N_("Project"),
    "sale": N_("Sale"),
    "follow_up": N_("Follow-up"),
    "project_member": N_("Project member"),
    "sale_stakeholder": N_("Sale stakeholder"),
    "currency": N_("Currency"),
    "post_code": N_("Post code"),
    "red_letter_day": N_("Red-letter day"),
}
"""Entity → what one record of it is called."""


def entities_of(kind: str) -> tuple[str, ...]:
    """The entities of a kind; those of contacts for one that this version does not import."""
    return KINDS.get(kind, KINDS[CONTACTS])


def has_contacts(kind: str) -> bool:
    """Rows of this kind may have companies and persons."""
    return "company" in entities_of(kind)


def planned_of(kind: str, fields: Iterable[str]) -> tuple[str, ...]:
    """The entities that an import plans, where these fields (whole names) get values: of several kinds those that occur, of others all."""
    entities = entities_of(kind)
    if kind != SEVERAL:
        return entities
    found = {field.partition(".")[0] for field in fields}
    return tuple(entity for entity in entities if entity in found or (entity in ("company", "person") and found & {"company", "person"}))


def kind_of(entity: str) -> str:
    """The kind whose rows have an entity; empty where none has."""
    return next((kind for kind, entities in KINDS.items() if entity in entities), "")


def parents_first(entities: Iterable[str], parents: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Entities in an order in which each comes after those that its records name; else as given.

    ``parents``: entity → the entities that its records name.
    """
    wanted = list(entities)
    graph = {entity: [parent for parent in parents.get(entity, ()) if parent in wanted and parent != entity] for entity in wanted}
    return tuple(TopologicalSorter(graph).static_order())
