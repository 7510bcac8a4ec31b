"""SPEC 4 as a form: settings as `Option`s, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any

from tui_import.api.i18n import N_, _
from tui_import.api.options import Choice, Option, OptionType, OptionValue
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.kinds import CONTACTS, KEYED, PLURALS, entities_of, planned_of
from tui_import.model.runs import ListItem
from tui_import.model.settings import (
    LISTS_WITH_DEFAULT,
    LISTS_WITHOUT_DEFAULT_POLICY,
    USUAL,
    Action,
    CompanyKey,
    ListPolicy,
    PersonKey,
    Settings,
)
from tui_import.tui.words import list_word

COMMENT_LENGTH = 255

_COMPANY_KEYS = (
    ("name", N_("Name")),
    ("name_department", N_("Name + department")),
    ("number", N_("Number")),
    ("code", N_("Code")),
    ("vat_number", N_("VAT number")),
    ("id", N_("ID")),
)
_PERSON_KEYS = (
    ("name", N_("Name (first + last), inside the company")),
    ("email", N_("E-mail address")),
    ("mobile", N_("Mobile phone")),
    ("number", N_("Number")),
    ("none", N_("None – do not import persons")),
    ("id", N_("ID")),
)
_PRODUCT_KEYS = (
    ("name", N_("Name")),
    ("code", N_("Code")),
    ("name_code", N_("Name + code")),
    ("erp_key", N_("ERP key")),
)
_ACTIONS = (
    ("add", N_("Always add a new one")),
    ("merge", N_("Merge: fill what is empty")),
    ("replace", N_("Replace: the file wins")),
    ("skip", N_("Skip: leave it as it is")),
)
_WITHOUT_COMPANY = (
    ("create", N_("Make a company named like the person")),
    ("skip", N_("Skip the row")),
    ("without", N_("Import persons without company")),
)
_LIST_POLICIES = (
    ("add", N_("Add it to the list")),
    ("default", N_("Use the default instead")),
    ("blank", N_("Leave the field blank")),
)
_VALUES = (
    ("add", N_("Add to those that are there")),
    ("replace", N_("Replace those that are there")),
    ("ignore", N_("Keep those that are there")),
)
_BLANKS = (("clear", N_("clear what is stored")), ("keep", N_("keep what is stored")))
_INVALID = (("problem", N_("the row is a problem")), ("blank", N_("import the row without it")))
_UNDECIDED = (("hold", N_("wait in the draft")), ("add", N_("are imported as new")), ("merge", N_("are merged from a probability on")))
_DATES = (
    ("", N_("found out per column")),
    ("dmy", N_("day month year")),
    ("mdy", N_("month day year")),
    ("ymd", N_("year month day")),
)
_DECIMALS = (("", N_("found out per column")), (",", N_("comma: 1,5")), (".", N_("point: 1.5")))

_KEYED_ACTIONS = (
    ("update", N_("Update it: the file wins")),
    ("blanks", N_("Update blanks only")),
    ("skip", N_("Skip the record")),
    ("insert", N_("Insert anyway")),
)
_DATE_FORMATS = (
    ("", N_("as people write them")),
    ("numbers", N_("in figures alone: 310126")),
    ("seconds", N_("in seconds since 1970")),
)
_OWNERS = (("", N_("first name first")), ("last_first", N_("last name first")), ("id", N_("by their keys in the list “colleague”")))
_COUNTRIES = (
    ("", N_("in any way")),
    ("local", N_("in their own language")),
    ("english", N_("in English")),
    ("code", N_("as ISO codes")),
)

EXPLAINED = {
    "values.date_format": N_("Figures are read in the order of day, month and year above; seconds are those of UTC."),
    "values.ticked": N_("What means yes in a field of yes and no, between blanks, as: X V; all else is no. Empty: the usual words."),
    "values.owner_format": N_("How colleagues are written: owners, managers, “our contact”."),
    "values.default_owner": N_("Of new projects, sales and follow-ups that name nobody; empty: whoever imports."),
    "values.country_format": N_("How countries are written in the file."),
    "values.default_country": N_("Two letters: for post codes and days that name no country, and for countries that nobody knows."),
    "values.default_currency": N_("Three letters: of new sales that name none."),
    "company.match": N_("Two companies with the same key are the same company. A blank key never matches."),
    "company.action": N_("What happens to a company that exists already."),
    "person.match": N_("Two persons with the same key are the same person. By name only inside the row's company, by the others anywhere."),
    "person.action": N_("What happens to a person that exists already."),
    "person.without_company": N_("What happens to a person whose row names no company."),
    "product.price_list": N_("The price list that the products go into. One that is not there yet is made with the first product."),
    "product.currency": N_("Three letters, as EUR, for a price list that is made; empty: as the prices say, else that of the country."),
    "product.match": N_("Two products of the price list with the same key are the same product. A blank key never matches."),
    "product.action": N_("What happens to a product that exists already."),
    "values.phones": N_("Telephone numbers of existing records, per kind: a mobile column replaces mobile numbers only."),
    "values.urls_emails": N_("Web and e-mail addresses of existing records."),
    "values.blank_cells": N_("Under Replace: what a mapped but blank cell does. Never to required fields, never to keys."),
    "values.invalid": N_("A value that its field cannot take, as a date in words or a broken e-mail address."),
    "values.country": N_("Two letters, as NO or DK: for telephone and VAT numbers in rows that name no country."),
    "values.date_order": N_("How dates are written in the file."),
    "values.decimal_separator": N_("How decimals are written in the file."),
    "privacy.legal_basis": N_("For the purpose “Sales and service”, given to new persons. “Withdrawn” is never overwritten."),
    "privacy.consent_source": N_("Where the consent came from."),
    "privacy.comment": N_("Why, and how or where the consent was given; at most 255 characters."),
    "duplicates.find": N_("Compare new companies and persons with each other and with the store, where no key agrees."),
    "duplicates.company": N_("Look for duplicate companies."),
    "duplicates.person": N_("Look for duplicate persons."),
    "duplicates.flag_at": N_("Probability from which a pair is shown, 0 to 1."),
    "duplicates.undecided": N_("What happens to rows whose duplicates nobody has decided."),
    "duplicates.merge_at": N_("Probability from which undecided rows are merged, where they are to be merged."),
    "duplicates.ignore": N_("Fields that are not compared, between blanks, as company.phone."),
    "duplicates.survivorship": N_(
        "Whose value a field begins with when a duplicate is decided, FIELD=RULE between blanks, as *=newest company.name=longest "
        "person.phone=append. Rules: incoming, stored, newest, complete, longest, trust, append."
    ),
    "duplicates.trust": N_("Sources for the rule trust, the most trusted first, between blanks, as odoo outlook csv."),
}
"""One sentence for each setting."""

_CHOICE_EXPLAINED = {
    "company.action=add": N_("A new company even where it exists; rows of one file with the same key still make one."),
    "company.action=merge": N_("Only fields that are empty in the store are filled."),
    "company.action=replace": N_("The file wins, also over filled fields; empty ones are filled, too."),
    "company.action=skip": N_("The stored company stays untouched; its persons are still imported."),
    "person.action=add": N_("A new person even where one exists."),
    "person.action=merge": N_("Only fields that are empty in the store are filled."),
    "person.action=replace": N_("The file wins, also over filled fields; empty ones are filled, too."),
    "person.action=skip": N_("The stored person stays untouched."),
    "product.action=add": N_("A new product even where it exists; rows of one file with the same key still make one."),
    "product.action=merge": N_("Only fields that are empty in the store are filled."),
    "product.action=replace": N_("The file wins, also over filled fields; empty ones are filled, too."),
    "product.action=skip": N_("The stored product stays untouched."),
    "person.match=none": N_("Only companies are imported."),
    "values.blank_cells=clear": N_("What would be cleared is counted in the preview and needs its own yes."),
}


def _choices(pairs: Sequence[tuple[str, str]], leave_out: str | None = None) -> list[Choice]:
    return [Choice(value, _(label)) for value, label in pairs if value != leave_out]


def _heading(text: str) -> Option:
    return Option(text, text, OptionType.LABEL)


def _choice(key: str, label: str, pairs: Sequence[tuple[str, str]], leave_out: str | None = None) -> Option:
    default = value_of(Settings(), key)
    return Option(key, label, OptionType.CHOICE, _(EXPLAINED.get(key, "")), default=default, choices=_choices(pairs, leave_out))


def _items(key: str, label: str, items: Sequence[ListItem], first: Sequence[Choice] = ()) -> Option:
    choices = [*first, *(Choice(item.name, item.name) for item in items if not item.deactivated)]
    return Option(key, label, OptionType.CHOICE, _(EXPLAINED[key]), default=value_of(Settings(), key), choices=choices)


def _text(key: str, label: str, length: int) -> Option:
    return Option(key, label, OptionType.TEXT, _(EXPLAINED[key]), default="", maximum=length)


def _share(key: str, label: str, default: float) -> Option:
    return Option(key, label, OptionType.DECIMAL, _(EXPLAINED[key]), default=default, minimum=0, maximum=1)


def list_names(catalogue: Catalogue, kind: str = CONTACTS, entities: Sequence[str] = ()) -> list[str]:
    """The lists that the records of an import have fields of. ``entities``: only those of the kind."""
    fields_of_both = [field for entity in entities or entities_of(kind) for field in catalogue.of(entity)]
    found = [field.list for field in fields_of_both if field.type is FieldType.LIST and field.list]
    return list(dict.fromkeys(found))


def _product_rules() -> list[Option]:
    return [
        _heading(_("Products")),
        _text("product.price_list", _("Price list"), 254),
        _choice("product.match", _("The same when equal"), _PRODUCT_KEYS),
        _choice("product.action", _("Where it exists"), _ACTIONS),
        _text("product.currency", _("Currency of a new list"), 3),
    ]


def _keyed_options(entity: str, catalogue: Catalogue) -> list[Option]:
    """The rules of an entity that any of its fields can tell apart (SPEC 5)."""
    names = " ".join(field.name for field in catalogue.of(entity) if field.can_be_matched)
    match = _("Fields between blanks, or “usual”: {names}. f ticks them, z takes the rules back.").format(names=names)
    form = [
        _heading(_(PLURALS[entity])),
        Option(f"{entity}.match", _("The same when equal"), OptionType.TEXT, match, default=USUAL, maximum=500),
        _choice(f"{entity}.action", _("Where it exists"), _KEYED_ACTIONS),
    ]
    if catalogue.references(entity):
        text = _("A company or project that is named and not there is made. Persons are not: they need more than a name.")
        form.append(Option(f"{entity}.create_parents", _("Create what is named"), OptionType.BOOLEAN, text, default=False))
    return form


def _without_contacts(entities: Sequence[str], catalogue: Catalogue, kind: str) -> list[Option]:
    """The form of an import that has neither companies nor persons."""
    form = _product_rules() if "product" in entities else []
    form += [option for entity in entities if entity in KEYED for option in _keyed_options(entity, catalogue)]
    names = list_names(catalogue, kind, entities)
    form += [_heading(_("Values missing from lists")), *map(_list_option, names)] if names else []
    return [*form, _heading(_("Values")), *_formats(catalogue, entities)]


def _formats(catalogue: Catalogue, entities: Sequence[str]) -> list[Option]:
    """How values are written, as far as this import has such fields."""
    types = {field.type for entity in entities for field in catalogue.of(entity)}
    form = [
        _choice("values.blank_cells", _("Blank cells under Replace"), _BLANKS),
        _choice("values.invalid", _("Values that do not fit"), _INVALID),
        _text("values.country", _("Country of the file"), 2),
    ]
    if types & {FieldType.DATE, FieldType.PARTIAL_DATE, FieldType.DATETIME}:
        form.append(_choice("values.date_order", _("Dates"), _DATES))
        form.append(_choice("values.date_format", _("Dates are written"), _DATE_FORMATS))
    if FieldType.DECIMAL in types:
        form.append(_choice("values.decimal_separator", _("Decimals"), _DECIMALS))
    if FieldType.BOOLEAN in types:
        form.append(_text("values.ticked", _("Means yes"), 100))
    if FieldType.USER in types:
        form.append(_choice("values.owner_format", _("Colleagues"), _OWNERS))
        form.append(_text("values.default_owner", _("Default owner"), 254))
    if FieldType.COUNTRY in types:
        form.append(_choice("values.country_format", _("Countries"), _COUNTRIES))
        form.append(_text("values.default_country", _("Default country"), 2))
    if FieldType.CURRENCY in types:
        form.append(_text("values.default_currency", _("Default currency"), 3))
    return form


def options(
    settings: Settings,
    catalogue: Catalogue,
    lists: Mapping[str, Sequence[ListItem]],
    *,
    mandatory_company: bool,
    kind: str = CONTACTS,
    mapped: Collection[str] = (),
) -> list[Option]:
    """The whole form. What is not allowed now is not offered. ``mapped``: fields that get a value, which say what several kinds are."""
    entities = planned_of(kind, mapped)
    if "company" not in entities:
        return _without_contacts(entities, catalogue, kind)
    # matching by ID finds stored records only, so there is nothing to add always
    company_less = "add" if settings.company.match is CompanyKey.ID else None
    person_less = "add" if settings.person.match is PersonKey.ID else None
    form = [
        _heading(_("Companies")),
        _choice("company.match", _("The same when equal"), _COMPANY_KEYS),
        _choice("company.action", _("Where it exists"), _ACTIONS, company_less),
        _heading(_("Persons")),
        _choice("person.match", _("The same when equal"), _PERSON_KEYS),
    ]
    if settings.person.match is not PersonKey.NONE:
        form += [
            _choice("person.action", _("Where it exists"), _ACTIONS, person_less),
            _choice("person.without_company", _("If no company name"), _WITHOUT_COMPANY, "without" if mandatory_company else None),
        ]
    if "product" in entities:
        form += _product_rules()
    form += [option for entity in entities if entity in KEYED for option in _keyed_options(entity, catalogue)]
    form.append(_heading(_("Values missing from lists")))
    form += [_list_option(name) for name in list_names(catalogue, kind, entities)]
    form += [
        _heading(_("Values")),
        _choice("values.phones", _("Telephones"), _VALUES),
        _choice("values.urls_emails", _("Web and e-mail addresses"), _VALUES),
        *_formats(catalogue, entities),
        _heading(_("Privacy: consent of new persons")),
        _items("privacy.legal_basis", _("Legal basis"), lists.get("legal_basis", ()), (Choice("default", _("use the default")),)),
        _items("privacy.consent_source", _("Consent source"), lists.get("consent_source", ())),
        _text("privacy.comment", _("Consent comment"), COMMENT_LENGTH),
        _heading(_("Probable duplicates")),
        Option("duplicates.find", _("Find them"), OptionType.BOOLEAN, _(EXPLAINED["duplicates.find"]), default=True),
        Option("duplicates.company", _("Of companies"), OptionType.BOOLEAN, _(EXPLAINED["duplicates.company"]), default=True),
        Option("duplicates.person", _("Of persons"), OptionType.BOOLEAN, _(EXPLAINED["duplicates.person"]), default=True),
        _share("duplicates.flag_at", _("Show from"), 0.5),
        _choice("duplicates.undecided", _("Undecided rows"), _UNDECIDED),
        _share("duplicates.merge_at", _("Merge from"), 0.99),
        _text("duplicates.ignore", _("Do not compare"), 500),
        _text("duplicates.survivorship", _("Whose values"), 500),
        _text("duplicates.trust", _("Trusted sources"), 500),
    ]
    return form


def _list_option(name: str) -> Option:
    leave_out = "default" if name in LISTS_WITHOUT_DEFAULT_POLICY else None
    help = _("What happens to a value that the list does not have.")
    if name not in LISTS_WITH_DEFAULT and not leave_out:
        help += " " + _("No default is set for this list, so the default is blank.")
    return Option(f"lists.{name}", list_word(name), OptionType.CHOICE, help, default="add", choices=_choices(_LIST_POLICIES, leave_out))


def value_of(settings: Settings, key: str) -> OptionValue:
    """What the form shows for a setting, by its name in recipes."""
    section, _dot, name = key.partition(".")
    if section == "lists":
        return str(settings.list_policy(name))
    value: Any = getattr(getattr(settings, section), name)
    if isinstance(value, tuple):
        return " ".join(value)
    return str(value) if isinstance(value, StrEnum) else value


def with_value(settings: Settings, key: str, value: OptionValue) -> Settings:
    """The settings with one changed; what no longer goes with it is set to what does."""
    section, _dot, name = key.partition(".")
    if section == "lists":
        return replace(settings, lists={**settings.lists, name: ListPolicy(str(value))})
    part: Any = getattr(settings, section)
    old = getattr(part, name)
    typed: Any = value
    if isinstance(old, StrEnum):
        typed = type(old)(str(value))
    elif isinstance(old, tuple):
        typed = tuple(str(value or "").replace(",", " ").split())
    elif key in ("values.country", "values.default_country", "values.default_currency", "product.currency"):
        typed = str(value or "").strip().upper()
    changed: Settings = replace(settings, **{section: replace(part, **{name: typed})})
    return _consistent(changed)


def _consistent(settings: Settings) -> Settings:
    company, person = settings.company, settings.person
    if company.match is CompanyKey.ID and company.action is Action.ADD:
        settings = replace(settings, company=replace(company, action=Action.MERGE))
    if person.match is PersonKey.ID and person.action is Action.ADD:
        settings = replace(settings, person=replace(person, action=Action.MERGE))
    return settings


def values(settings: Settings, form: Sequence[Option]) -> dict[str, OptionValue]:
    """All values of the form."""
    return {option.key: value_of(settings, option.key) for option in form if option.type is not OptionType.LABEL}


def explain(key: str, value: OptionValue) -> str:
    """What a setting means, and what its value means."""
    parts = [_(EXPLAINED.get(key, "")), _(_CHOICE_EXPLAINED.get(f"{key}={value}", ""))]
    return " ".join(part for part in parts if part)


def entity_of(key: str) -> str:
    """The entity a setting is about, where it is its key or action: "company", "person", else empty."""
    section = key.partition(".")[0]
    return section if section in {field.name for field in fields(Settings)} & {"company", "person", "product", *KEYED} else ""
