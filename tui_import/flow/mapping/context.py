"""Whose a column is, where its header does not say so: "Name", "E-mail", "Phone" are decided by the other columns and the values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tui_import.flow.mapping.headers import EITHER, UNUSED, Reading
from tui_import.flow.mapping.values import Profile
from tui_import.model.fields import Catalogue

_LINES = ("address_line1", "address_line2", "address_line3")
_ADDRESS = {line: line for line in _LINES} | {"postal_code": "code", "city": "city", "county": "county", "state": "state"}
"""Concept of an address → how the fields' names end."""
_POSTAL, _STREET, _PRIVATE = "company.postal_", "company.street_", "person.private_"
_CONCEPTS: dict[str, tuple[str, ...]] = {
    "name": ("company.name", "person.full_name", "person.last_name", "person.first_name"),
    "title": ("person.title", "person.salutation"),
    "phone": ("company.phone", "person.phone_direct"),
} | {concept: (_POSTAL + end, _PRIVATE + end) for concept, end in _ADDRESS.items()}
"""Concept of a header → the fields that it can mean. All others mean the field of that name, of the company or the person."""

_QUALIFIED: dict[tuple[str, str], tuple[str, ...]] = {
    ("name", "person"): ("person.full_name",),
    ("phone", "work"): ("person.phone_direct",),
    ("phone", "home"): ("person.phone_private",),
    ("phone", "other"): ("person.phone_other",),
    ("email", "work"): ("person.email",),
    ("email", "other"): ("person.email",),
    ("fax", "work"): ("person.fax",),
    ("fax", "other"): ("person.fax",),
    ("url", "work"): ("company.url",),
    ("country", "work"): ("company.country",),
    ("country", "street"): ("company.country",),
    ("country", "postal"): ("company.country", "person.country"),
    ("country", "other"): (),
}
_PERSONAL = frozenset({"person", "home"})


def fields_of(reading: Reading, catalogue: Catalogue) -> tuple[str, ...]:
    """The fields that a header can mean, one where it is clear; none where we know that no field holds it."""
    group, name = reading.alias.group, reading.alias.name
    if group == UNUSED:
        return ()
    if group == EITHER:
        concept = concept_of(reading)
        found = _of_concept(concept, reading.qualifier) if concept else ()
    else:
        found = _of_field(f"{group}.{name}", reading.qualifier, reading.number)
    return tuple(key for key in found if key in catalogue and (reading.number <= 1 or _takes_number(key, catalogue)))


def concept_of(reading: Reading) -> str:
    """The concept of a header that does not say whose it is; empty where it does, or where its number is too great."""
    return _numbered(reading.alias.name, reading.number) if reading.alias.group == EITHER else ""


def _numbered(concept: str, number: int) -> str:
    """"Address 2" is the second line."""
    if concept == "address_line1" and number > 1:
        return _LINES[number - 1] if number <= len(_LINES) else ""
    return concept


def _takes_number(key: str, catalogue: Catalogue) -> bool:
    """A second column of a field that holds one value is something else."""
    return catalogue[key].multiple or key.endswith(_LINES)


def _of_concept(concept: str, qualifier: str) -> tuple[str, ...]:
    both = _CONCEPTS.get(concept, (f"company.{concept}", f"person.{concept}"))
    if (concept, qualifier) in _QUALIFIED:
        return _QUALIFIED[concept, qualifier]
    if qualifier in _PERSONAL:
        return tuple(key for key in both if key.startswith("person."))
    if qualifier == "company":
        return tuple(key for key in both if key.startswith("company."))
    if concept in _ADDRESS:
        return {"work": both[:1], "street": (_STREET + _ADDRESS[concept],), "other": ()}.get(qualifier, both)
    return both if qualifier in {"", "work"} else ()


def _of_field(key: str, qualifier: str, number: int) -> tuple[str, ...]:
    for line in _LINES[:1]:
        if key.endswith(line) and number > 1:
            key = key.removesuffix(line) + _numbered(line, number) if number <= len(_LINES) else ""
    if not key or not qualifier or key.startswith("company."):
        return (key,) if key else ()
    if qualifier == "company":
        return ("company.phone",) if key in {"person.mobile", "person.phone_direct"} else ()
    return (key,) if qualifier in {"person", "work", "home", "other"} else ()


@dataclass
class Context:
    """What the clear columns of a file say about the others."""

    fields: set[str] = field(default_factory=set)
    """Fields that clear columns mean."""
    entities: dict[int, str] = field(default_factory=dict)
    """Position → entity of the clear columns, without the company's name, which stands among persons as well."""
    concepts: dict[int, str] = field(default_factory=dict)
    """Position → concept of the columns that are not clear."""

    def settle(self, position: int, key: str) -> None:
        """A column became clear."""
        self.fields.add(key)
        if key != "company.name":
            self.entities[position] = key.partition(".")[0]

    def has(self, entity: str) -> bool:
        """Some clear column is of this entity."""
        return any(key.startswith(f"{entity}.") for key in self.fields)

    @property
    def is_mixed(self) -> bool:
        """The file has companies and persons."""
        return self.has("company") and self.has("person")

    def beside(self, position: int, concept: str) -> str:
        """The entity of the nearest clear column; the person where the file is mostly about persons, unless both have such a column."""
        if self.parts(concept):
            return self.nearest(position)
        entities = list(self.entities.values())
        return "person" if entities.count("person") >= 2 * entities.count("company") else self.nearest(position)

    def nearest(self, position: int) -> str:
        """The entity of the nearest clear column, the left one where two are as near."""
        found = min(self.entities, key=lambda other: (abs(other - position), other > position), default=None)
        return "person" if found is None else self.entities[found]

    def parts(self, concept: str) -> bool:
        """The concept stands several times, here among companies, there among persons."""
        return len({self.nearest(position) for position in self.columns_of(concept)}) > 1

    def columns_of(self, concept: str) -> list[int]:
        """Positions of the columns with this concept."""
        return sorted(position for position, name in self.concepts.items() if name == concept)


Choice = list[tuple[str, float]]
"""Fields with our confidence, the best first."""

SURE, LIKELY, UNSURE, UNLIKELY = 0.88, 0.8, 0.65, 0.45

FIRST = ("name",)
"""Concepts decided first: they say what the file is about."""
_OF_COMPANIES = frozenset({*_ADDRESS, "country", "url", "category", "business"})
"""In a file of both, these are the company's."""
_OF_PERSONS = frozenset({"department", "interests"})


def order_of(concept: str) -> int:
    """When a concept is decided: what is clearer first, so that it helps the rest."""
    if concept in FIRST:
        return 0
    return 1 if concept in _OF_COMPANIES | _OF_PERSONS | {"title"} else 2


def decide(position: int, concept: str, fields: Sequence[str], profile: Profile, context: Context) -> Choice:
    """The fields of an unclear column in the order of likelihood."""
    special = _SPECIAL.get(concept)
    if special is not None and len(fields) > 1:
        return special(position, fields, profile, context)
    if concept == "id":
        return [(key, UNLIKELY) for key in fields]
    by_entity = {key.partition(".")[0]: key for key in fields}
    if len(by_entity) < 2:
        return [(key, SURE) for key in fields]
    company, person = context.has("company"), context.has("person")
    if company and person:
        entity, confidence = _of_mixed(position, concept, by_entity, context)
    elif company or person:
        entity, confidence = ("company" if company else "person"), SURE
    else:
        entity, confidence = ("company" if concept in _OF_COMPANIES else "person"), UNSURE
    other = "person" if entity == "company" else "company"
    return [(by_entity[entity], confidence), (by_entity[other], UNLIKELY)]


def _of_mixed(position: int, concept: str, fields: Mapping[str, str], context: Context) -> tuple[str, float]:
    if concept in _OF_COMPANIES and fields["company"] in context.fields and fields["person"] not in context.fields:
        return "person", UNSURE  # the company's own has a clear column of its own ("Werkadres" beside "Adres")
    if concept in _OF_COMPANIES and context.parts(concept):
        return context.nearest(position), UNSURE  # "City" stands twice: after the home address and after the work address
    if concept in _OF_COMPANIES:
        return "company", LIKELY
    if concept in _OF_PERSONS:
        return "person", LIKELY
    return context.beside(position, concept), UNSURE + 0.07


def _decide_name(_position: int, fields: Sequence[str], profile: Profile, context: Context) -> Choice:
    best, confidence = _likely_name(profile, context)
    return [(best, confidence), *((key, UNLIKELY) for key in fields if key != best)]


def _likely_name(profile: Profile, context: Context) -> tuple[str, float]:
    companies, persons = profile.share("company"), profile.share("person")
    first, last = "person.first_name" in context.fields, "person.last_name" in context.fields
    company = "company.name" in context.fields
    looks_like_company = companies >= 0.15 and companies > persons
    if first != last and not looks_like_company:
        return ("person.last_name" if first else "person.first_name"), SURE
    if company:
        return "person.full_name", SURE
    if looks_like_company:
        return "company.name", SURE
    if first or last:
        return "person.full_name", LIKELY
    if "person.full_name" in context.fields:
        return "company.name", SURE
    if persons >= 0.3 or profile.share("given_name") >= 0.5:
        return "person.full_name", LIKELY
    if context.has("person") and not context.has("company"):
        return "person.full_name", LIKELY
    return "company.name", (LIKELY if context.has("company") else UNSURE)


def _decide_title(position: int, fields: Sequence[str], profile: Profile, context: Context) -> Choice:
    titles = context.columns_of("title")
    greets = profile.share("salutation") >= 0.5 or "person.title" in context.fields or (len(titles) > 1 and titles[0] == position)
    best = "person.salutation" if greets else "person.title"
    return [(best, SURE), *((key, UNLIKELY) for key in fields if key != best)]


def _decide_email(position: int, fields: Sequence[str], profile: Profile, context: Context) -> Choice:
    company, person = context.has("company"), context.has("person")
    alone = len(context.columns_of("email")) == 1 and not {"person.email", "company.email"} & context.fields
    if company != person:
        best, confidence = ("company" if company else "person"), SURE
    elif not company:
        best, confidence = ("company" if profile.share("role") >= 0.5 else "person"), UNSURE + 0.05
    elif profile.share("role") >= 0.5:
        best, confidence = "company", LIKELY
    else:
        best, confidence = ("person" if alone else context.beside(position, "email")), LIKELY
    keys = {key.partition(".")[0]: key for key in fields}
    return [(keys[best], confidence), (keys["person" if best == "company" else "company"], UNLIKELY)]


_SPECIAL: Mapping[str, Callable[[int, Sequence[str], Profile, Context], Choice]] = {
    "name": _decide_name,
    "title": _decide_title,
    "email": _decide_email,
}
