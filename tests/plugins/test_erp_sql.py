"""Customers out of any SQL database: what users search for is found, nothing is ever written, and what is wrong is said in plain words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tui_import_erp.source import ErpSource
from tui_import_erp.sql import SqlConnector, SqlErp, roles_of

from tests.plugins import erp_servers
from tests.shared import shared
from tui_import.api import Criterion, Operator, SourceError
from tui_import.api.i18n import use_language
from tui_import.api.testing import Conformance, ConnectorConformance

SHOP = """
CREATE TABLE kunde (nr INTEGER PRIMARY KEY, navn TEXT, "By" TEXT, kredit NUMERIC, oprettet TEXT, rettet TEXT);
INSERT INTO kunde VALUES
    (1, 'Acme A/S', 'Århus C', 10.5, '2024-01-01', '2026-01-01 10:00:00'),
    (2, 'Bolt 100% ApS', 'Odense', NULL, '2024-05-01', '2026-02-01 10:00:00'),
    (3, 'Cirkel_ & Søn', NULL, 3, '2025-01-01', '2026-03-01 10:00:00');
CREATE TABLE person (nr TEXT PRIMARY KEY, fornavn TEXT, efternavn TEXT, firma INTEGER);
INSERT INTO person VALUES ('p1', 'Anna', 'Holm', 1), ('p2', 'Bo', 'Lund', 3), ('p3', 'Cia', 'Berg', NULL);
"""
ROLES = "navn=NAME; By=POSTALCITY; rettet=LASTMODIFIED; person.fornavn=FIRSTNAME; person.efternavn=LASTNAME; person.firma=PARENTKEY"


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SHOP)
    connection.close()
    return {"connector": "sql", "url": f"sqlite:///{path}", "customer": "kunde", "person": "person", "roles": ROLES}


def table(config: dict[str, str], actor: str = "customer"):
    [found] = ErpSource().open("", {**config, "actor": actor})
    return found


def keys(config: dict[str, str], *criteria: Criterion) -> list[str]:
    return [row.key.partition(":")[2] for row in table(config).search(criteria).rows]


@pytest.mark.parametrize("rule", ConnectorConformance.rules)
def test_a_database_file_keeps_the_contract_of_connectors(rule: str, shop: dict[str, str]) -> None:
    config = {**shop, "supplier": "SELECT nr AS erpkey, navn AS name, oprettet AS lastmodified, 'a:b' AS note FROM kunde"}
    ConnectorConformance(SqlConnector(), config).check(rule)


@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_source_keeps_the_contract_of_sources(rule: str, shop: dict[str, str], tmp_path: Path) -> None:
    Conformance(ErpSource(), "", tmp_path, shop).check(rule)


@pytest.mark.parametrize(
    ("field", "operator", "values", "found"),
    [
        ("By", "contains", ["år"], ["1"]),
        ("By", "not-contains", ["år"], ["2", "3"]),
        ("navn", "contains", ["0%"], ["2"]),
        ("navn", "contains", ["_"], ["3"]),
        ("navn", "begins", ["' OR 1=1 --"], []),
        ("navn", "ends", ["SØN"], ["3"]),
        ("kredit", "!=", [3], ["1", "2"]),
        ("kredit", ">", [5], ["1"]),
        ("oprettet", ">=", ["2024-05-01"], ["2", "3"]),
        ("rettet", "=", ["2026-02-01"], ["2"]),
        ("rettet", "between", ["2026-01-01", "2026-02-01"], ["1", "2"]),
    ],
)
def test_the_database_searches_as_a_user_means_it(field: str, operator: str, values: list, found: list[str], shop: dict[str, str]) -> None:
    assert keys(shop, Criterion(field, Operator(operator), values)) == found


def test_persons_come_with_their_company_and_both_have_keys_that_cannot_be_linked_elsewhere(shop: dict[str, str]) -> None:
    persons = table(shop, "person")
    columns = {column.name: column for column in persons.columns()}
    rows = [dict(zip(columns, row.values, strict=True)) for row in persons.rows()]

    assert [(row["First name"], row["Company: Name"], row["ERP key"], row["ERP key of the company"]) for row in rows] == [
        ("Anna", "Acme A/S", "person:p1", "customer:1"),
        ("Bo", "Cirkel_ & Søn", "person:p2", "customer:3"),
        ("Cia", None, "person:p3", None),
    ]
    assert (columns["Company: City"].field, columns["First name"].field) == ("company.postal_city", "person.first_name")
    assert (columns["ERP key"].field, columns["ERP key"].locked) == ("person.external_key", True)
    assert (columns["ERP key of the company"].field, columns["ERP key of the company"].locked) == ("company.external_key", True)


def test_what_changed_since_the_last_reading_is_read_alone(shop: dict[str, str]) -> None:
    customers = table(shop)
    assert len(list(customers.rows())) == 3
    bookmark = customers.bookmark()
    assert list(customers.changes(bookmark)) == []
    assert customers.bookmark() == bookmark, "a reading that finds nothing new forgets nothing"
    with sqlite3.connect(shop["url"].removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE kunde SET navn = 'Acme Holding', rettet = '2026-04-01 10:00:00' WHERE nr = 1")
    connection.close()

    assert [row.values[1] for row in customers.changes(bookmark)] == ["Acme Holding"]
    assert customers.bookmark() == "2026-04-01 10:00:00"


def test_a_database_file_is_opened_so_that_sqlite_refuses_to_write(shop: dict[str, str]) -> None:
    import sqlalchemy as sa

    erp = SqlErp(shop)
    with erp.engine.connect() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.execute(sa.text("DELETE FROM kunde"))
    with pytest.raises(SourceError, match=r"tries to write|refuses"):
        list(table({**shop, "customer": "WITH x AS (SELECT 1) DELETE FROM kunde RETURNING nr AS erpkey"}).rows())
    assert len(keys(shop)) == 3


def test_a_file_that_is_not_there_is_named_and_not_made(tmp_path: Path, shop: dict[str, str]) -> None:
    absent = tmp_path / "absent.db"
    with pytest.raises(SourceError, match="no database file"):
        table({**shop, "url": f"sqlite:///{absent}"}).columns()
    assert not absent.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "postgresql://erp:geheim@server/db"}, "holds a password"),
        ({"url": "nonsense"}, "is no address"),
        ({"url": "nosuch://server/db"}, "no driver"),
        ({"customer": "", "person": ""}, "does not say what to read"),
        ({"customer": "kunder"}, "no table or view “kunder”"),
        ({"customer": "SELECT navn FROM kunde"}, "is its key"),
        ({"customer": "SELECT nix FROM kunde"}, "no such column"),
        ({"roles": "navn"}, "not of the form COLUMN=ROLE"),
        ({"connector": "nosuch"}, "no connector nosuch"),
        ({"connector": ""}, "No connection"),
    ],
)
def test_what_is_wrong_with_a_connection_is_said_before_it_is_saved(change: dict[str, str], said: str, shop: dict[str, str]) -> None:
    with pytest.raises(SourceError, match=said) as error:
        ErpSource().test_connection({**shop, **change})
    assert error.value.hint
    assert "geheim" not in str(error.value)


def test_columns_have_the_same_headings_in_every_language_and_a_search_knows_both(shop: dict[str, str]) -> None:
    use_language("da")
    try:
        found = table(shop, "person")
        assert [column.name for column in found.columns()][-1] == "ERP key of the company"
        assert "First name" in [column.name for column in found.columns()]
        assert "fornavn" in [field.key for field in found.search_fields()]
    finally:
        use_language(None)


def test_a_role_can_be_of_one_actor_type_alone() -> None:
    text = "navn=NAME; person.navn=LASTNAME; a=b=NUMBER2"
    assert roles_of(text, "customer") == {"navn": "NAME", "a=b": "NUMBER2"}
    assert roles_of(text, "person") == {"navn": "LASTNAME", "a=b": "NUMBER2"}


def test_an_unknown_actor_type_or_field_names_those_there_are(shop: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="There are: customer, person"):
        table(shop, "supplier")
    with pytest.raises(SourceError, match="Fields: nr, navn, By"):
        keys(shop, Criterion("town", Operator.CONTAINS, ["x"]))


def test_a_company_s_own_tables_need_only_their_names_and_what_the_columns_are(tmp_path: Path) -> None:
    path = tmp_path / "northwind.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.executescript(shared("samples/erp/create.sql").read_text(encoding="utf-8"))
    roles = "CompanyName=NAME; City=POSTALCITY; PostalCode=POSTALZIP; Address=POSTALAD1; ContactName=person.full_name; CustomerID=NUMBER2"
    config = {"connector": "sql", "url": f"sqlite:///{path}", "customer": "Customers", "supplier": "Suppliers", "roles": roles}
    assert len(list(table(config).rows())) == 93
    assert len(list(table(config, "supplier").rows())) == 29
    [alfki, *_rest] = table(config).search([Criterion("City", Operator.IS, ["berlin"])]).rows
    assert alfki.key == "customer:ALFKI"
    fields = {column.name: column.field for column in table(config).columns()}
    assert (fields["Name"], fields["Country"], fields["ContactName"]) == ("company.name", "company.country", "person.full_name")
    assert set(ConnectorConformance(SqlConnector(), config).failures().values()) == {""}


# -- PostgreSQL, with the tables of real ERPs


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with erp_servers.postgresql(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture(scope="module")
def ledger(server: str) -> dict[str, str]:
    schema = erp_servers.debian_package("sql-ledger") / "usr/share/sql-ledger/sql/Pg-tables.sql"
    url = erp_servers.new_database(server, "ledger", schema)
    erp_servers.run_sql(
        url,
        "INSERT INTO business (id, description) VALUES (1, 'Retail')",
        "INSERT INTO customer (id, name, customernumber, taxnumber, phone, email, business_id) VALUES "
        "(10, 'Acme A/S', 'K10', 'DK13585628', '+45 33112233', 'acme@example.dk', 1), (11, 'Ærø Færge', 'K11', NULL, NULL, NULL, NULL)",
        "INSERT INTO vendor (id, name, vendornumber) VALUES (20, 'Bolt ApS', 'L20'), (21, 'Cirkel AB', 'L21')",
        "INSERT INTO address (trans_id, address1, zipcode, city, country) VALUES (10, 'Havnegade 1', '8000', 'ÅRHUS', 'DK'), "
        "(20, 'Kanalen 2', '5000', 'Odense', 'DK'), (20, 'Second 3', '5000', 'Odense', 'DK')",
        "INSERT INTO contact (trans_id, firstname, lastname, mobile, email) VALUES (10, 'Anna', 'Holm', '20112233', 'anna@example.dk'), "
        "(20, 'Bo', 'Lund', NULL, NULL), (21, NULL, NULL, NULL, NULL)",
    )
    return {"connector": "sql", "url": url, "password": "sesame", "preset": "sql-ledger"}


@pytest.mark.e2e
@pytest.mark.parametrize("rule", ConnectorConformance.rules)
def test_sql_ledger_needs_its_address_alone(rule: str, ledger: dict[str, str]) -> None:
    ConnectorConformance(SqlConnector(), ledger).check(rule)


@pytest.mark.e2e
def test_sql_ledger_has_customers_suppliers_and_persons_under_either(ledger: dict[str, str]) -> None:
    [customer] = table(ledger).search([Criterion("city", Operator.IS, ["århus"])]).rows
    columns = [column.name for column in table(ledger).columns()]
    acme = dict(zip(columns, customer.values, strict=True))
    assert (acme["Name"], acme["Number"], acme["VAT number"], acme["Post code"]) == ("Acme A/S", "K10", "DK13585628", "8000")
    assert [row.key for row in table(ledger, "supplier").rows()] == ["supplier:20", "supplier:21"]
    persons = table(ledger, "person")
    at = [column.name for column in persons.columns()].index("ERP key of the company")
    assert [row.values[at] for row in persons.rows()] == ["customer:10", "supplier:20"]


@pytest.mark.e2e
def test_ledgersmb_has_customers_suppliers_and_persons(server: str) -> None:
    schema = erp_servers.debian_package("ledgersmb") / "usr/share/ledgersmb/sql/Pg-database.sql"
    url = erp_servers.new_database(server, "smb", schema)
    erp_servers.run_sql(
        url,
        "INSERT INTO account_heading (id, accno, description) VALUES (1, '1000', 'All')",
        "INSERT INTO account (id, accno, description, category, heading) VALUES (1, '1200', 'Debtors', 'A', 1)",
        "INSERT INTO entity (id, name, entity_class, control_code, country_id) SELECT n, 'Firm ' || n, 2, 'C' || n, "
        "(SELECT id FROM country WHERE short_name = 'DK') FROM generate_series(101, 103) n",
        "INSERT INTO company (id, entity_id, legal_name, tax_id) VALUES (1, 101, 'Acme A/S', 'DK13585628')",
        "INSERT INTO person (id, entity_id, first_name, last_name) VALUES (1, 103, 'Anna', 'Holm')",
        "INSERT INTO entity_credit_account (id, entity_id, entity_class, meta_number, ar_ap_account_id, primary_contact) "
        "VALUES (1, 101, 2, 'K1', 1, 1), (2, 102, 1, 'L1', 1, NULL)",
        "INSERT INTO location (id, line_one, city, mail_code, country_id) SELECT 1, 'Havnegade 1', 'Aarhus', '8000', id "
        "FROM country WHERE short_name = 'DK'",
        "INSERT INTO eca_to_location (location_id, location_class, credit_id) VALUES (1, 1, 1)",
        "INSERT INTO entity_to_contact (entity_id, contact_class_id, contact) VALUES (101, 1, '+45 33112233'), "
        "(103, 12, 'anna@example.dk')",
    )
    config = {"connector": "sql", "url": url, "password": "sesame", "preset": "ledgersmb"}
    suite = ConnectorConformance(SqlConnector(), config)
    assert set(suite.failures().values()) == {""}
    [acme] = table(config).rows()
    found = dict(zip([column.name for column in table(config).columns()], acme.values, strict=True))
    assert (found["Name"], found["Number"], found["City"], found["Country"]) == ("Acme A/S", "K1", "Aarhus", "DK")
    [anna] = table(config, "person").rows()
    assert {"Anna", "anna@example.dk", "Acme A/S", "customer:1", "person:1"} <= set(anna.values)


@pytest.mark.e2e
def test_postgresql_refuses_every_statement_that_writes(ledger: dict[str, str]) -> None:
    import sqlalchemy as sa

    erp = SqlErp(ledger)
    with erp.engine.connect() as connection:
        for statement in ("DELETE FROM customer", "CREATE TABLE x (a int)", "SELECT nextval('id')"):
            with pytest.raises(sa.exc.DBAPIError, match="read-only transaction"):
                connection.execute(sa.text(statement))
            connection.rollback()
    erp.close()
    for query in ("SELECT nextval('id') AS erpkey", "SELECT set_config('transaction_read_only', 'off', false) AS erpkey, nextval('id')"):
        with pytest.raises(SourceError):
            list(table({**ledger, "customer": query}).rows())
    with pytest.raises(SourceError):
        list(table({**ledger, "customer": "SELECT 1 AS erpkey) AS x; DROP TABLE contact; --"}).rows())
    assert len(keys(ledger)) == 2


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "wrong"}, "does not accept the password"),
        ({"url": "nosuch"}, "no such database"),
        ({"url": "port"}, "does not answer"),
        ({"preset": "", "customer": "pg_authid_of_nobody"}, "no table or view"),
        ({"customer": "SELECT id, name AS id FROM customer"}, "have one name"),
    ],
)
def test_what_postgresql_refuses_is_said_in_plain_words(change: dict[str, str], said: str, ledger: dict[str, str]) -> None:
    base = ledger["url"].rpartition("/")[0]
    urls = {"nosuch": f"{base}/nosuch", "port": "postgresql://erp@127.0.0.1:1/x"}
    change = {key: urls.get(value, value) for key, value in change.items()}
    with pytest.raises(SourceError, match=said) as error:
        ErpSource().test_connection({**ledger, **change})
    assert "sesame" not in str(error.value)


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="how much memory is held can be asked on Linux alone")
def test_200000_rows_of_postgresql_are_streamed_in_flat_memory(server: str) -> None:
    erp_servers.run_sql(
        server,
        "CREATE TABLE big AS SELECT g AS id, 'Firma ' || g || ' A/S' AS name, 'DK' || (10000000 + g) AS vatno, 'Aarhus' AS postalcity, "
        "g * 1.25::numeric AS credit, now() AS lastmodified FROM generate_series(1, 200000) g",
        "CREATE UNIQUE INDEX ON big (id)",
    )
    config = {"connector": "sql", "url": server, "password": "sesame", "customer": "big"}
    held = []
    for row in table(config).rows():
        if row.number % 50_000 == 0:
            held.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20)
    assert row.number == 200_000
    assert held[-1] - held[0] < 16, f"megabytes after each 50,000 rows: {held}"
    last = table(config).search([Criterion("name", Operator.BEGINS, ["FIRMA 20000"])])
    assert last.total == 2
