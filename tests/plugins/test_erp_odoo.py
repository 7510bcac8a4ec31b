"""Odoo of two versions, by a fake of its documented shapes: partners arrive as companies and persons, and the server does the searching."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tui_import_erp.odoo import OdooConnector
from tui_import_erp.source import ErpSource

from tests.plugins.fake_odoo import DATABASE, KEY, USER, FakeOdoo, fake_odoo, partner
from tui_import.api import Criterion, Operator, SourceError
from tui_import.api.testing import ConnectorConformance


@pytest.fixture(params=[17, 19], ids=["jsonrpc", "json2"])
def odoo(request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, str], FakeOdoo]]:
    with fake_odoo(request.param) as (url, fake):
        yield {"connector": "odoo", "url": url, "database": DATABASE, "user": USER, "password": KEY}, fake


def rows(config: dict[str, str], actor: str, *criteria: Criterion) -> list[dict]:
    [table] = ErpSource().open("", {**config, "actor": actor})
    names = [column.name for column in table.columns()]
    return [dict(zip(names, row.values, strict=True)) for row in table.search(criteria).rows]


def test_either_way_of_asking_keeps_the_contract(odoo) -> None:
    config, fake = odoo
    fake.partners[3]["city"] = False  # with a company, an address is the company's
    assert set(ConnectorConformance(OdooConnector(), config).failures().values()) == {""}


def test_partners_arrive_as_customers_suppliers_companies_and_persons(odoo) -> None:
    config, _fake = odoo
    assert [row["Name"] for row in rows(config, "customer")] == ["Acme A/S", "Cirkel AS", "Bo van der Lund"]
    assert [row["Name"] for row in rows(config, "supplier")] == ["Bolt 100% ApS", "Cirkel AS"]
    assert [row["Name"] for row in rows(config, "company")] == ["Acme A/S", "Bolt 100% ApS", "Cirkel AS"]
    anna, bo, cia = rows(config, "person")
    assert (anna["Name"], anna["Company: Name"], anna["ERP key"], anna["ERP key of the company"]) == (
        "Anna Holm", "Acme A/S", "partner:4", "partner:1",
    )  # fmt: skip
    assert (anna["City"], anna["Company: City"]) == (None, "Aarhus"), "a person's address that is the company's is no private one"
    assert (bo["City"], bo["Company: Name"]) == ("Odense", None)
    assert cia["Company: Country"] == "Norway"


def test_what_odoo_writes_as_false_is_empty_and_markup_and_tags_are_words(odoo) -> None:
    config, _fake = odoo
    acme, bolt = (rows(config, "company", Criterion("name", Operator.BEGINS, [name]))[0] for name in ("acme", "BOLT"))
    assert (acme["Tags"], acme["Note"], acme["Country"]) == ("Retail; Nordic", "Pays & smiles", "Denmark")
    assert (bolt["VAT number"], bolt["Tags"], bolt["Note"]) == (None, None, None)


@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        (Criterion("city", Operator.CONTAINS, ["aarhus"]), ["Acme A/S", "Bolt 100% ApS"]),
        (Criterion("name", Operator.CONTAINS, ["0%"]), ["Bolt 100% ApS"]),
        (Criterion("ref", Operator.NOT_CONTAINS, ["_"]), ["Acme A/S", "Cirkel AS"]),
        (Criterion("country_id", Operator.IS, ["norway"]), ["Cirkel AS"]),
        (Criterion("category_id", Operator.CONTAINS, ["retail"]), ["Acme A/S"]),
        (Criterion("x_stars", Operator.BETWEEN, [2, 4]), ["Acme A/S", "Cirkel AS"]),
        (Criterion("x_since", Operator.LESS, ["2025-01-01"]), ["Acme A/S"]),
    ],
)
def test_the_server_searches_as_a_user_means_it(odoo, criterion: Criterion, found: list[str]) -> None:
    assert [row["Name"] for row in rows(odoo[0], "company", criterion)] == found


def test_only_fields_that_the_version_has_are_asked_for(odoo) -> None:
    config, fake = odoo
    assert ("Mobile phone" in rows(config, "person")[0]) == (fake.version < 19)


def test_many_partners_are_read_page_by_page_and_what_changed_is_read_alone(odoo) -> None:
    config, fake = odoo
    fake.partners += [partner(n, f"Company {n}", is_company=True, write_date="2026-02-01 10:00:00") for n in range(100, 1300)]
    [table] = ErpSource().open("", {**config, "actor": "company"})
    assert sum(1 for _row in table.rows()) == 1203
    bookmark = table.bookmark()
    assert list(table.changes(bookmark)) == []
    fake.partners[0].update(city="Viborg", write_date="2026-03-01 09:00:00")
    assert [row.key for row in table.changes(bookmark)] == ["partner:1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"password": "wrong"}, "does not accept the sign-in"), ({"database": "nosuch"}, "no such database|does not exist")],
)
def test_what_odoo_refuses_is_said_in_plain_words(odoo, change: dict[str, str], said: str) -> None:
    with pytest.raises(SourceError, match=said) as error:
        ErpSource().test_connection({**odoo[0], **change})
    assert error.value.hint
    assert "wrong" not in str(error.value)


def test_a_connection_is_tested_in_a_sentence(odoo) -> None:
    config, fake = odoo
    assert ErpSource().test_connection(config) == f"Odoo {fake.version}.0 answers; partners: 7."
