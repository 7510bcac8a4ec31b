"""How an import behaves: SPEC section 4 as data. The names are those of recipes (CONTRACT)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from tui_import.model.kinds import PARTIES


class CompanyKey(StrEnum):
    """What makes two companies the same."""

    NAME = "name"
    NAME_DEPARTMENT = "name_department"
    NUMBER = "number"
    CODE = "code"
    VAT_NUMBER = "vat_number"
    ID = "id"


class PersonKey(StrEnum):
    """What makes two persons the same."""

    NAME = "name"
    EMAIL = "email"
    MOBILE = "mobile"
    NUMBER = "number"
    NONE = "none"
    """Persons are not imported."""
    ID = "id"


class ProductKey(StrEnum):
    """What makes two products of a price list the same."""

    NAME = "name"
    CODE = "code"
    NAME_CODE = "name_code"
    ERP_KEY = "erp_key"


class Action(StrEnum):
    """What happens where a record exists."""

    ADD = "add"
    MERGE = "merge"
    REPLACE = "replace"
    SKIP = "skip"


class KeyedAction(StrEnum):
    """What happens where a record exists, as the Windows client has it (SPEC 5)."""

    UPDATE = "update"
    """The file wins."""
    BLANKS = "blanks"
    """Only what is empty in the store is filled."""
    SKIP = "skip"
    INSERT = "insert"
    """Always a new record: no key is needed."""

    @property
    def action(self) -> Action:
        """The same in the words of the web import."""
        return _ACTIONS[self]


_ACTIONS = {
    KeyedAction.UPDATE: Action.REPLACE, KeyedAction.BLANKS: Action.MERGE, KeyedAction.SKIP: Action.SKIP, KeyedAction.INSERT: Action.ADD,
}  # fmt: skip


class WithoutCompany(StrEnum):
    """What happens to a person whose row has no company name."""

    CREATE = "create"
    SKIP = "skip"
    WITHOUT = "without"


class ListPolicy(StrEnum):
    """What happens to a value that its list does not have."""

    ADD = "add"
    DEFAULT = "default"
    BLANK = "blank"


class ValuesPolicy(StrEnum):
    """What happens to the telephone numbers (or addresses) of an existing record."""

    ADD = "add"
    REPLACE = "replace"
    IGNORE = "ignore"


class BlankCells(StrEnum):
    """What a mapped but blank cell does under Replace."""

    CLEAR = "clear"
    KEEP = "keep"


class InvalidValues(StrEnum):
    """What happens to a value that its field cannot take."""

    PROBLEM = "problem"
    """The row waits until it is corrected."""
    BLANK = "blank"
    """The row is imported without it, with a warning."""


COMPANY_KEY_FIELDS: dict[CompanyKey, tuple[str, ...]] = {
    CompanyKey.NAME: ("company.name",),
    CompanyKey.NAME_DEPARTMENT: ("company.name", "company.department"),
    CompanyKey.NUMBER: ("company.number",),
    CompanyKey.CODE: ("company.code",),
    CompanyKey.VAT_NUMBER: ("company.vat_number",),
    CompanyKey.ID: ("company.id",),
}
PERSON_KEY_FIELDS: dict[PersonKey, tuple[str, ...]] = {
    PersonKey.NAME: (),  # first and last name, or the full name: checked as required fields
    PersonKey.EMAIL: ("person.email",),
    PersonKey.MOBILE: ("person.mobile",),
    PersonKey.NUMBER: ("person.number",),
    PersonKey.NONE: (),
    PersonKey.ID: ("person.id",),
}
PRODUCT_KEY_FIELDS: dict[ProductKey, tuple[str, ...]] = {
    ProductKey.NAME: ("product.name",),
    ProductKey.CODE: ("product.code",),
    ProductKey.NAME_CODE: ("product.name", "product.code"),
    ProductKey.ERP_KEY: ("product.erp_key",),
}

DEFAULTS: dict[str, dict[str, float]] = {"currency": {"units": 1.0}}
"""Entity → what a new record has in a required field where the row says nothing. Colleagues have one, too: whoever imports."""
USUAL = "usual"
"""Stands for the usual key: the first of `USUAL_KEYS` whose fields are all linked."""
USUAL_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "project": (("number",), ("name",)),
    "sale": (("number",), ("heading", "company", "sale_date"), ("heading", "sale_date"), ("heading",)),
    "follow_up": (("start", "company", "text"), ("start", "person", "text"), ("start", "text"), ("start", "company"), ("text",)),
    "project_member": (("project", "company", "person"), ("project", "person"), ("project", "company", "person")),
    "sale_stakeholder": (("sale", "company", "person"), ("sale", "person"), ("sale", "company", "person")),
    "currency": (("iso_code",), ("name",)),
    "post_code": (("country", "code", "city"), ("code", "city"), ("code",)),
    "red_letter_day": (("country", "date"), ("date",)),
}
"""Entity matched by any combination of its fields → the keys that tell its records apart, the best first; the last where none has
all its fields linked. Who is in a project for a company alone is another member than a person of that company."""
NEEDS_ONE_OF: dict[str, tuple[str, ...]] = dict.fromkeys(PARTIES, ("person", "company"))
"""Entity → fields of which a new record needs one, besides those that are required."""

LISTS_WITH_DEFAULT = frozenset({"category", "business"})
"""Lists for which the store may have a default item."""
COLLEAGUES = "colleague"
"""The list of colleagues, which no field belongs to: who has which key in the CRM."""
LISTS_WITHOUT_DEFAULT_POLICY = frozenset({"position", "product_category", "product_family", "product_type"})
"""Lists for which `ListPolicy.DEFAULT` is not offered at all."""


@dataclass(frozen=True, slots=True)
class CompanyRules:
    """Companies."""

    match: CompanyKey = CompanyKey.NAME
    action: Action = Action.MERGE


@dataclass(frozen=True, slots=True)
class PersonRules:
    """Persons."""

    match: PersonKey = PersonKey.NAME
    action: Action = Action.MERGE
    without_company: WithoutCompany = WithoutCompany.SKIP


@dataclass(frozen=True, slots=True)
class ProductRules:
    """Products, all of one price list."""

    match: ProductKey = ProductKey.CODE
    action: Action = Action.MERGE
    price_list: str = ""
    """Name of the price list to import into; one that is not there is made."""
    currency: str = ""
    """ISO 4217 code of a price list that is made; empty: as the prices are written, else that of the country."""


@dataclass(frozen=True, slots=True)
class KeyedRules:
    """An entity that is matched by any combination of its fields."""

    match: tuple[str, ...] = (USUAL,)
    """Bare names of the fields that make two records the same; empty: no key is chosen."""
    action: KeyedAction = KeyedAction.SKIP
    """What happens where a record exists; at first it is left alone (SPEC 5)."""
    create_parents: bool = False
    """A company or project that is named and not there is made."""

    def key(self, entity: str, mapped: Collection[str]) -> tuple[str, ...]:
        """The fields to match by, where the fields in ``mapped`` (whole names) get a value; empty: no key."""
        if self.match != (USUAL,):
            return self.match
        usual = USUAL_KEYS[entity]
        return next((names for names in usual if all(f"{entity}.{name}" in mapped for name in names)), usual[-1])

    @property
    def has_rule(self) -> bool:
        """There is a key, or none is needed; an import is refused without (SPEC 5)."""
        return bool(self.match) or self.action is KeyedAction.INSERT


RESET = KeyedRules(match=(), action=KeyedAction.SKIP)
"""The rules after a reset: they have to be chosen anew."""


@dataclass(frozen=True, slots=True)
class ValueRules:
    """Telephones, addresses, blanks and values that do not fit; how dates and numbers are written in the file."""

    phones: ValuesPolicy = ValuesPolicy.ADD
    urls_emails: ValuesPolicy = ValuesPolicy.ADD
    blank_cells: BlankCells = BlankCells.CLEAR
    invalid: InvalidValues = InvalidValues.PROBLEM
    country: str = ""
    """ISO 3166 code of the country for telephone numbers and VAT numbers in rows that name none."""
    date_order: str = ""
    """"dmy", "mdy", "ymd" or empty: found out per column."""
    decimal_separator: str = ""
    """"," or "." or empty: found out per column."""
    date_format: str = ""
    """"numbers" (figures alone: 310124), "seconds" (since 1970-01-01) or empty: as dates are written."""
    ticked: str = ""
    """What means yes in a checkbox field, between blanks; all else is no. Empty: the usual words."""
    owner_format: str = ""
    """"last_first" where colleagues are written so, "id" where their keys in the list "colleague" stand; empty: first name first."""
    default_owner: str = ""
    """Owner of new projects, sales and follow-ups that name none; empty: whoever imports."""
    country_format: str = ""
    """"local" (the country's own language), "english", "code" (ISO 3166) or empty: any of them."""
    default_country: str = ""
    """ISO 3166 code for post codes and red-letter days that name no country, and for countries that nobody knows."""
    default_currency: str = ""
    """ISO 4217 code of new sales that name none."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """The consent that new persons get (SPEC 4.6)."""

    legal_basis: str = "default"
    """A list item's name, or "default"."""
    consent_source: str = "Import"
    comment: str = ""


class Undecided(StrEnum):
    """What happens to a probable duplicate that nobody has decided."""

    HOLD = "hold"
    """Its rows wait in the draft."""
    ADD = "add"
    MERGE = "merge"
    """It is merged from a probability on, and waits below it."""


class Survivor(StrEnum):
    """Whose value a field begins with where two records become one."""

    INCOMING = "incoming"
    STORED = "stored"
    NEWEST = "newest"
    """That of the record which was changed last."""
    COMPLETE = "complete"
    """That of the record which has more fields filled."""
    LONGEST = "longest"
    TRUST = "trust"
    """That of the source which stands first in `DuplicateRules.trust`."""
    APPEND = "append"
    """Both, where the field holds several values."""


@dataclass(frozen=True, slots=True)
class DuplicateRules:
    """The fuzzy duplicate finder."""

    find: bool = True
    company: bool = True
    """Look for duplicate companies."""
    person: bool = True
    flag_at: float = 0.5
    """Probability from which a pair is shown."""
    undecided: Undecided = Undecided.HOLD
    merge_at: float = 0.99
    """Under `Undecided.MERGE`: probability from which a pair counts as the same."""
    ignore: str = ""
    """Fields that are not compared, between blanks: "company.phone person.birth"."""
    survivorship: str = ""
    """Whose value a field begins with in a decision, FIELD=RULE between blanks: "*=newest company.name=longest person.phone=append"."""

    trust: str = ""
    """Sources for the rule "trust", the most trusted first, between blanks: "odoo outlook csv". Others come last."""

    def survivors(self, entity: str) -> dict[str, Survivor]:
        """Bare field name ("*": all others) → its rule; what is no rule is left out."""
        found: dict[str, Survivor] = {}
        for part in self.survivorship.split():
            name, _equals, rule = part.partition("=")
            owner, _dot, field = name.rpartition(".")
            if owner in ("", entity) and rule in list(Survivor):
                found[field] = Survivor(rule)
        return found

    def looks_for(self, entity: str) -> bool:
        """Whether duplicates of this entity are looked for."""
        return self.find and bool(getattr(self, entity, False))

    def ignored(self, entity: str) -> frozenset[str]:
        """Bare names of the entity's fields that are not compared."""
        parts = (each.partition(".") for each in self.ignore.split())
        return frozenset(field for owner, _dot, field in parts if owner == entity)


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it."""

    company: CompanyRules = field(default_factory=CompanyRules)
    person: PersonRules = field(default_factory=PersonRules)
    product: ProductRules = field(default_factory=ProductRules)
    project: KeyedRules = field(default_factory=KeyedRules)
    sale: KeyedRules = field(default_factory=KeyedRules)
    follow_up: KeyedRules = field(default_factory=KeyedRules)
    project_member: KeyedRules = field(default_factory=KeyedRules)
    sale_stakeholder: KeyedRules = field(default_factory=KeyedRules)
    currency: KeyedRules = field(default_factory=KeyedRules)
    post_code: KeyedRules = field(default_factory=KeyedRules)
    red_letter_day: KeyedRules = field(default_factory=KeyedRules)
    lists: dict[str, ListPolicy] = field(default_factory=dict)
    """List name → policy; a list not named here has `ListPolicy.ADD`."""
    list_values: dict[str, dict[str, str]] = field(default_factory=dict)
    """List name → value of the file → the item that it means; itself: it is added; empty: the field is left blank."""
    values: ValueRules = field(default_factory=ValueRules)
    privacy: Privacy = field(default_factory=Privacy)
    duplicates: DuplicateRules = field(default_factory=DuplicateRules)

    def finds_duplicates(self, entity: str) -> bool:
        """Whether probable duplicates of an entity are looked for. Who adds always wants another record even where one exists."""
        rules = self.company if entity == "company" else self.person
        return self.duplicates.looks_for(entity) and rules.action is not Action.ADD

    def action(self, entity: str) -> Action:
        """What happens where a record of this entity exists."""
        action: Action | KeyedAction = getattr(self, entity).action
        return action.action if isinstance(action, KeyedAction) else action

    def keyed(self, entity: str) -> KeyedRules:
        """The rules of an entity that is matched by any combination of its fields."""
        rules: KeyedRules = getattr(self, entity)
        return rules

    def with_keyed(self, entity: str, rules: KeyedRules) -> Settings:
        """The same with other rules for such an entity."""
        changed: dict[str, Any] = {entity: rules}
        return replace(self, **changed)

    def list_policy(self, name: str) -> ListPolicy:
        """The policy for one list."""
        return self.lists.get(name, ListPolicy.ADD)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A saved way of importing: everything but the data."""

    source: str = ""
    kind: str = "contacts"
    options: dict[str, str | int | float | bool] = field(default_factory=dict)
    mapping: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Column header → fields."""
    transforms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Column header → transforms of plugins, in the order in which they are applied."""
    constants: dict[str, str | int | float | bool] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    sheets: dict[str, str] = field(default_factory=dict)
    """Sheet → what its rows are, where several sheets are imported in one pass."""
    name: str = ""
    """File name without ending, for the list; empty where it was never saved."""
    own_fields: dict[str, dict[str, str | int]] = field(default_factory=dict)
    """User-defined fields of the mapping → what they were where the recipe was made: "type", "label", "length", "list"."""
