"""What an import cannot go on without: required fields and the columns of the chosen keys (SPEC 3)."""

from __future__ import annotations

from collections.abc import Iterator

from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue
from tui_import.model.mapping import Mapping, Missing
from tui_import.model.settings import COMPANY_KEY_FIELDS, PERSON_KEY_FIELDS, CompanyKey, PersonKey, Settings, WithoutCompany

_COMPANY_NAME = ("company.name",)
_PERSON_NAMES = (("person.first_name", "person.last_name"), ("person.full_name",))


def missing(mapping: Mapping, settings: Settings, catalogue: Catalogue, *, mandatory_company: bool = True) -> list[Missing]:
    """What has still to be linked, company first; empty where the import can go on. Constants count as links.

    ``mandatory_company`` is the store's preference "mandatory company on contact": persons may not come without a company.
    """
    wants = [*_of_companies(mapping, settings, mandatory_company), *_of_persons(settings)]
    found: list[Missing] = []
    for want in wants:
        known = tuple(fields for fields in want.fields if all(key in catalogue for key in fields))
        satisfied = any(mapping.fields.issuperset(fields) for fields in want.fields)
        if known and not satisfied and all(want.fields != other.fields for other in found):
            found.append(Missing(known, want.reason))
    return found


def _of_companies(mapping: Mapping, settings: Settings, mandatory: bool) -> Iterator[Missing]:
    key = settings.company.match
    persons = settings.person.match is not PersonKey.NONE
    has_company = any(field.startswith("company.") for field in mapping.fields)
    alone = persons and not mandatory and settings.person.without_company is WithoutCompany.WITHOUT
    if alone and not has_company:
        return
    if persons and settings.person.without_company is WithoutCompany.CREATE and not has_company:
        # companies are named after their persons then: either name will do
        yield Missing((_COMPANY_NAME, *_PERSON_NAMES), _("A company's name is needed, or the person's, after whom it is called."))
        return
    if key in {CompanyKey.NAME, CompanyKey.NAME_DEPARTMENT} and not alone:
        yield Missing((_COMPANY_NAME,), _("A company needs a name."))
    fields = COMPANY_KEY_FIELDS[key]
    if key is CompanyKey.NAME_DEPARTMENT:
        yield Missing((fields,), _("Companies are matched by name and department: both have to be linked."))
    elif fields != _COMPANY_NAME:
        yield Missing((fields,), _("Companies are matched by this field."))
    elif alone:
        yield Missing((_COMPANY_NAME,), _("A company needs a name."))


def _of_persons(settings: Settings) -> Iterator[Missing]:
    key = settings.person.match
    if key is PersonKey.NONE:
        return
    # persons without company become companies: then the company's name alone is mandatory (SPEC 3)
    if key is not PersonKey.ID and settings.person.without_company is not WithoutCompany.CREATE:
        yield Missing(_PERSON_NAMES, _("A person needs a first and last name, or a full name."))
    if PERSON_KEY_FIELDS[key]:
        yield Missing((PERSON_KEY_FIELDS[key],), _("Persons are matched by this field."))
