"""A store as a source: a selection, or all records of a kind, imported anew into this or another store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import SourceError, UsageError
from tui_import.api.testing import Conformance
from tui_import.model.own_fields import OwnField, OwnType
from tui_import.model.settings import (
    Action,
    CompanyKey,
    CompanyRules,
    PersonKey,
    PersonRules,
    ProductRules,
    Settings,
    ValueRules,
    ValuesPolicy,
)
from tui_import.session.importing import ImportSession
from tui_import.session.store_source import StoreSource

BY_ID = Settings(
    company=CompanyRules(match=CompanyKey.ID, action=Action.REPLACE),
    person=PersonRules(match=PersonKey.ID, action=Action.REPLACE),
    values=ValueRules(phones=ValuesPolicy.REPLACE, urls_emails=ValuesPolicy.REPLACE),
)
ACME = {
    "company.name": "Acme; \"ApS\"", "company.country": "DK", "company.category": "Customer", "company.interests": "Golf | Tennis",
    "company.phone": "33 12 40 10", "company.fax": "33124011 lok. 12", "company.email": "info@acme.example",
    "company.url": "www.acme.example",
    "company.postal_code": "0999", "company.postal_latitude": "55,6761", "company.stop": "yes", "company.note": "two\nlines",
    "company.vat_number": "13585628", "company.number": "0012", "company.x_budget": "12,5",
}  # fmt: skip
ANNA = {
    "person.first_name": "Anna", "person.last_name": "=SUM(A1)", "person.birthdate": "24-12", "person.gender": "female",
    "person.mobile": "20123456", "person.email": "anna@acme.example", "person.position": "Boss", "person.country": "SE",
}  # fmt: skip


@pytest.fixture
def filled(importer: Importer) -> Importer:
    """Two companies and two persons with values of every type."""
    importer.workspace.define_field(OwnField("company", "budget", OwnType.DECIMAL, "Budget"))
    rows = [
        {**ACME, **ANNA},
        {**ACME, "person.first_name": "Bo", "person.last_name": "Ek"},
        {"company.name": "Beta", "company.phone": "12 34"},
    ]
    importer.run(rows)
    return importer


def begun(importer: Importer, session: ImportSession) -> ImportSession:
    importer.sessions.append(session)
    session.read()
    return session


@pytest.mark.parametrize("entity", ["company", "person"])
def test_records_that_are_imported_into_their_own_store_by_number_change_nothing(filled: Importer, entity: str) -> None:
    everything = filled.workspace.new_selection(entity, "All", [1, 2])
    session = begun(filled, filled.workspace.begin_selection(everything.id))
    assert session.drift() is not None
    rules = session.settings
    person = PersonKey.ID if entity == "person" else PersonKey.NONE
    assert (rules.company.match, rules.person.match) == (CompanyKey.ID, person)
    session.change_settings(replace(BY_ID, person=replace(BY_ID.person, match=person)))
    report = session.plan()
    assert report.entities[entity].unchanged == report.rows == 2
    assert report.clears == 0


def test_a_correction_in_the_preview_reaches_the_record_it_came_from(filled: Importer) -> None:
    chosen = filled.workspace.new_selection("company", "Beta alone", [2])
    session = begun(filled, filled.workspace.begin_selection(chosen.id))
    session.change_settings(replace(session.settings, company=replace(session.settings.company, action=Action.REPLACE)))
    name = next(column.position for column in session.columns if column.header == "company.name")
    session.correct(1, name, "Beta Oy")
    session.plan()
    session.apply()
    assert [(company["id"], company["name"]) for company in filled.companies()] == [(1, ACME["company.name"]), (2, "Beta Oy")]


def test_another_store_gets_the_records_and_no_numbers_of_this_one(filled: Importer, make_importer: Callable[[], Importer]) -> None:
    other = make_importer()
    session = begun(other, other.workspace.begin(str(filled.workspace.path), source="store", options={"sheet": "person"}))
    assert "person.id" in [column.header for column in session.columns]
    assert not {"person.id", "company.id"} & set(session.mapping.fields)
    session.plan()
    session.apply()
    assert [person["last_name"] for person in other.persons()] == [person["last_name"] for person in filled.persons()]
    assert other.persons()[0]["mobile"] == ["+4620123456"], "the country that it was read by goes with it"
    assert [person["company"] for person in other.persons()] == [ACME["company.name"]] * 2
    own_fields = begun(other, other.workspace.begin(str(filled.workspace.path), options={"sheet": "company"}))
    assert own_fields.source == "store", "found by what is in the file"


def test_products_go_from_one_price_list_into_another(make_importer: Callable[[], Importer]) -> None:
    importer = make_importer()
    importer.kind = "products"
    standard = Settings(product=ProductRules(price_list="Standard"))
    importer.run(
        [{"product.code": "A1", "product.name": "Lamp", "product.list_price": "12,50", "product.extra_info": "Colour: oak"}], standard
    )
    chosen = importer.workspace.selections()[0]
    session = begun(importer, importer.workspace.begin_selection(chosen.id))
    session.change_settings(replace(session.settings, product=ProductRules(price_list="Export")))
    session.plan()
    session.apply()
    records = list(importer.workspace.records("product"))
    assert [(each["price_list"], each["code"], each["list_price"], each["extra_info"]) for each in records] == [
        ("Standard", "A1", 12.5, ["Colour: oak"]),
        ("Export", "A1", 12.5, ["Colour: oak"]),
    ]


def test_what_is_no_store_or_of_another_version_is_said_in_a_sentence(filled: Importer, tmp_path: Path) -> None:
    workspace = filled.workspace
    text = tmp_path / "text.sqlite"
    text.write_text("Company name\n")
    with pytest.raises(SourceError, match="no store of this program"):
        workspace.begin(str(text), source="store").tables()
    copy = Path(workspace.backup(tmp_path / "older.sqlite").path)
    raw = bytearray(copy.read_bytes())
    raw[60:64] = (3).to_bytes(4, "big")  # where SQLite keeps `user_version`
    copy.write_bytes(raw)
    with pytest.raises(SourceError, match="Another version"):
        workspace.begin(str(copy), source="store").tables()
    with pytest.raises(UsageError, match="no selection 99"):
        workspace.begin_selection(99)


def test_the_store_is_not_offered_as_a_recent_file(filled: Importer) -> None:
    begun(filled, filled.workspace.begin("", source="store"))
    assert str(filled.workspace.path) not in filled.workspace.recent_files()


@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_source_keeps_the_contract_of_plugins(rule: str, filled: Importer, tmp_path: Path) -> None:
    Conformance(StoreSource(), str(filled.workspace.path), tmp_path).check(rule)
