"""What an import lacks is named until it is linked (SPEC 3)."""

from __future__ import annotations

import pytest

from tests.flow.mapping_support import CATALOGUE
from tui_import.flow.mapping import missing
from tui_import.model.mapping import Link, Mapping
from tui_import.model.settings import CompanyKey, CompanyRules, PersonKey, PersonRules, Settings, WithoutCompany

PERSON_NAMES = (("person.first_name", "person.last_name"), ("person.full_name",))


def lacking(
    *fields: str,
    company: CompanyKey = CompanyKey.NAME,
    person: PersonKey = PersonKey.NAME,
    without: WithoutCompany = WithoutCompany.SKIP,
    mandatory: bool = True,
) -> list[tuple[tuple[str, ...], ...]]:
    mapping = Mapping(tuple(Link(position, field) for position, field in enumerate(fields)))
    settings = Settings(CompanyRules(company), PersonRules(person, without_company=without))
    found = missing(mapping, settings, CATALOGUE, mandatory_company=mandatory)
    assert all(one.reason for one in found)
    return [one.fields for one in found]


def test_a_company_needs_a_name_and_a_person_too() -> None:
    assert lacking() == [(("company.name",),), PERSON_NAMES]


@pytest.mark.parametrize("names", [("person.first_name", "person.last_name"), ("person.full_name",)])
def test_first_and_last_name_or_the_full_name_will_do(names: tuple[str, ...]) -> None:
    assert lacking("company.name", *names) == []


def test_a_last_name_alone_will_not_do() -> None:
    assert lacking("company.name", "person.last_name") == [PERSON_NAMES]


def test_constants_count_as_links() -> None:
    mapping = Mapping((Link(0, "person.full_name"),), {"company.name": "ACME"})
    assert missing(mapping, Settings(), CATALOGUE) == []


def test_companies_only_need_no_persons_name() -> None:
    assert lacking("company.name", person=PersonKey.NONE) == []


def test_persons_that_may_come_without_company_need_no_companys_name() -> None:
    assert lacking("person.full_name", without=WithoutCompany.WITHOUT, mandatory=False) == []
    assert lacking("person.full_name", without=WithoutCompany.WITHOUT, mandatory=True) == [(("company.name",),)]
    assert lacking("person.full_name", "company.phone", without=WithoutCompany.WITHOUT, mandatory=False) == [(("company.name",),)]


def test_where_persons_become_companies_only_the_companys_name_is_mandatory() -> None:
    assert lacking("company.name", without=WithoutCompany.CREATE) == []
    assert lacking("person.full_name", without=WithoutCompany.CREATE) == []
    assert lacking("person.full_name", "company.country", without=WithoutCompany.CREATE) == []
    assert lacking("person.email", without=WithoutCompany.CREATE) == [(("company.name",), *PERSON_NAMES)]


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        (CompanyKey.NUMBER, ("company.number",)),
        (CompanyKey.CODE, ("company.code",)),
        (CompanyKey.VAT_NUMBER, ("company.vat_number",)),
        (CompanyKey.ID, ("company.id",)),
    ],
)
def test_a_companys_key_has_to_be_linked_and_finds_it_without_a_name(key: CompanyKey, fields: tuple[str, ...]) -> None:
    assert lacking("company.name", company=key, person=PersonKey.NONE) == [(fields,)]
    assert lacking(*fields, company=key, person=PersonKey.NONE) == []


def test_name_and_department_are_both_needed() -> None:
    assert lacking("company.name", company=CompanyKey.NAME_DEPARTMENT, person=PersonKey.NONE) == [(("company.name", "company.department"),)]


@pytest.mark.parametrize(
    ("key", "fields"),
    [(PersonKey.EMAIL, ("person.email",)), (PersonKey.MOBILE, ("person.mobile",)), (PersonKey.NUMBER, ("person.number",))],
)
def test_a_persons_key_has_to_be_linked(key: PersonKey, fields: tuple[str, ...]) -> None:
    assert lacking("company.name", "person.full_name", person=key) == [(fields,)]
    assert lacking("company.name", "person.full_name", *fields, person=key) == []


def test_persons_found_by_id_need_no_name() -> None:
    assert lacking("company.name", "person.id", person=PersonKey.ID) == []
