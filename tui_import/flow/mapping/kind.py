"""What a file is about, recognised by its headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_import.flow.mapping.guess import guess, link_guesses
from tui_import.flow.mapping.headers import Vocabulary
from tui_import.model.fields import Catalogue
from tui_import.model.kinds import CONTACTS, PRODUCTS
from tui_import.model.mapping import ColumnInfo, Evidence

_SURE = frozenset({Evidence.SOURCE, Evidence.HEADER})
_TELLING: Mapping[str, tuple[tuple[str, ...], ...]] = {
    PRODUCTS: (("product.list_price", "product.code"), ("product.list_price", "product.name")),
    "currencies": (("currency.iso_code", "currency.rate"),),
    "red_letter_days": (
        ("red_letter_day.date", "red_letter_day.text", "red_letter_day.country"),
        ("red_letter_day.date", "red_letter_day.colour"),
    ),
    "post_codes": (("post_code.code", "post_code.city"),),
    "project_members": (
        ("project_member.project", "project_member.person", "project_member.role"),
        ("project_member.project", "project_member.company", "project_member.role"),
    ),
    "sale_stakeholders": (
        ("sale_stakeholder.sale", "sale_stakeholder.person", "sale_stakeholder.role"),
        ("sale_stakeholder.sale", "sale_stakeholder.company", "sale_stakeholder.role"),
    ),
    "projects": (("project.name", "project.end_date"), ("project.name", "project.manager"), ("project.name", "project.status")),
    "sales": (("sale.sale_date", "sale.heading"), ("sale.heading", "sale.stage"), ("sale.sale_date", "sale.stage")),
    "follow_ups": (("follow_up.start", "follow_up.text"), ("follow_up.start", "follow_up.type")),
}
"""Kind → fields that together are found in no other kind of file."""
_NAMES = frozenset({"company.name", "person.full_name", "person.first_name", "person.last_name"})
"""A file that names nobody is none of companies and persons, unless it is nothing else."""


def recognise_kind(columns: Sequence[ColumnInfo], samples: Sequence[Sequence[str]], catalogue: Catalogue, vocabulary: Vocabulary) -> str:
    """The kind whose telling fields are all named by headers and which most headers fit, where that is more than fit companies and persons.

    A tie goes to the one of `_TELLING` that stands first, since it has the fewer fields to be found by chance.
    """

    def fields(kind: str) -> set[str]:
        return {link.field for link in link_guesses(guess(columns, samples, catalogue, vocabulary, kind=kind)) if link.evidence in _SURE}

    best, most = CONTACTS, 0
    for kind, telling in _TELLING.items():
        found = fields(kind)
        if len(found) > most and any(found.issuperset(each) for each in telling):
            best, most = kind, len(found)
    contacts = fields(CONTACTS)
    return best if most > (len(contacts) if contacts & _NAMES else 0) else CONTACTS
