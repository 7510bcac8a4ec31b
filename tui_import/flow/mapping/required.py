"""What an import cannot go on without: required fields and the columns of the chosen keys (SPEC 3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.model.kinds import CONTACTS, KEYED, PLURALS, planned_of
from tui_import.model.mapping import Mapping, Missing
from tui_import.model.settings import (
    COMPANY_KEY_FIELDS,
    DEFAULTS,
    NEEDS_ONE_OF,
    PERSON_KEY_FIELDS,
    PRODUCT_KEY_FIELDS,
    USUAL,
    CompanyKey,
    KeyedAction,
    PersonKey,
    Settings,
    WithoutCompany,
)

_COMPANY_NAME = ("company.name",)
_PERSON_NAMES = (("person.first_name", "person.last_name"), ("person.full_name",))


def missing(
    mapping: Mapping, settings: Settings, catalogue: Catalogue, *, mandatory_company: bool = True, kind: str = CONTACTS
) -> list[Missing]:
    """What has still to be linked, company first; empty where the import can go on. Constants count as links.

    ``mandatory_company`` is the store's preference "mandatory company on contact": persons may not come without a company.
    """
    entities = planned_of(kind, mapping.fields)
    if not entities:
        return [Missing((), _("No column is linked yet."), _("Link the columns of at least one kind of record."))]
    wants: list[Missing] = []
    if "company" in entities:
        wants += [*_of_companies(mapping, settings, mandatory_company), *_of_persons(settings)]
    if "product" in entities:
        wants += _of_products(settings)
    for entity in KEYED:
        if entity in entities:
            wants += _of_keyed(entity, mapping, settings, catalogue, entities)
    found: list[Missing] = []
    for want in wants:
        known = tuple(fields for fields in want.fields if all(key in catalogue for key in fields))
        satisfied = any(mapping.fields.issuperset(fields) for fields in want.fields)
        if (known or not want.fields) and not satisfied and all(want.fields != other.fields for other in found):
            found.append(Missing(known, want.reason, want.hint))
    return found


def _of_keyed(
    entity: str, mapping: Mapping, settings: Settings, catalogue: Catalogue, entities: Collection[str]
) -> Iterator[Missing]:
    """A rule first: without key no import is started, unless every row is a new record (SPEC 5)."""
    rules, name = settings.keyed(entity), _(PLURALS[entity])
    if not rules.has_rule:
        yield Missing(
            (),
            _("{entity}: no key is chosen, so nobody can tell which records exist.").format(entity=name),
            _("Choose the fields to match by ({entity}.match), or the action insert, which needs no key.").format(entity=entity),
        )
        return
    lost = [each for each in rules.match if each != USUAL and f"{entity}.{each}" not in catalogue]
    if lost:
        yield Missing(
            (),
            _("{entity}: the key names {field}, which this store does not have.").format(entity=name, field=f"{entity}.{lost[0]}"),
            _("Choose another key, or define the field: tui-import fields add."),
        )
        return
    country = settings.values.default_country or settings.values.country

    def comes_anyway(field: Field) -> bool:
        """A default, or the row's own record of that kind."""
        has_default = field.type is FieldType.USER or field.name in DEFAULTS.get(entity, {})
        return has_default or (field.type is FieldType.COUNTRY and bool(country)) or field.refers in entities

    for field in catalogue.of(entity):
        if field.required and not comes_anyway(field):
            yield Missing(((field.key,),), _("{entity}: {field} is needed.").format(entity=name, field=_(field.label)))
    one_of = tuple(catalogue[f"{entity}.{each}"] for each in NEEDS_ONE_OF.get(entity, ()))
    if one_of and not any(comes_anyway(field) for field in one_of):
        fields = _(" or ").join(_(field.label) for field in one_of)
        yield Missing(tuple((field.key,) for field in one_of), _("{entity}: {field} is needed.").format(entity=name, field=fields))
    if rules.action is not KeyedAction.INSERT:
        key = (catalogue[f"{entity}.{each}"] for each in rules.key(entity, mapping.fields))
        needed = tuple(field.key for field in key if not comes_anyway(field) and field not in one_of)
        if needed:
            yield Missing((needed,), _("{entity}: what they are matched by has to be linked.").format(entity=name))


def _of_products(settings: Settings) -> Iterator[Missing]:
    yield Missing((("product.code",),), _("A product needs a code."))
    yield Missing((("product.name",),), _("A product needs a name."))
    yield Missing((("product.list_price",),), _("A product needs a list price."))
    yield Missing((PRODUCT_KEY_FIELDS[settings.product.match],), _("Products are matched by this field."))


def _of_companies(mapping: Mapping, settings: Settings, mandatory: bool) -> Iterator[Missing]:
    key, without = settings.company.match, settings.person.without_company
    persons = settings.person.match is not PersonKey.NONE
    has_company = any(field.startswith("company.") for field in mapping.fields)
    if persons and not has_company and without is WithoutCompany.WITHOUT and not mandatory:
        return
    by_name = key in {CompanyKey.NAME, CompanyKey.NAME_DEPARTMENT}
    if persons and without is WithoutCompany.CREATE and (by_name or not has_company):
        yield Missing((_COMPANY_NAME, *_PERSON_NAMES), _("A company needs a name; without one it is called after its person."))
    elif by_name:
        yield Missing((_COMPANY_NAME,), _("A company needs a name."))
    if key is CompanyKey.NAME_DEPARTMENT:
        yield Missing((COMPANY_KEY_FIELDS[key],), _("Companies are matched by name and department: both have to be linked."))
    elif key is not CompanyKey.NAME:
        yield Missing((COMPANY_KEY_FIELDS[key],), _("Companies are matched by this field."))


def _of_persons(settings: Settings) -> Iterator[Missing]:
    key = settings.person.match
    if key is PersonKey.NONE:
        return
    # persons without company become companies: then the company's name alone is mandatory (SPEC 3)
    if key is not PersonKey.ID and settings.person.without_company is not WithoutCompany.CREATE:
        yield Missing(_PERSON_NAMES, _("A person needs a first and last name, or a full name."))
    if PERSON_KEY_FIELDS[key]:
        yield Missing((PERSON_KEY_FIELDS[key],), _("Persons are matched by this field."))
