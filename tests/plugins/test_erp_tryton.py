"""A real Tryton server: its parties are found, imported, changed there, imported anew and taken back, all by command."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tui_import_erp.source import ErpSource
from tui_import_erp.tryton import PARTIES, TrytonConnector
from tui_import_erp.tryton_rpc import TrytonServer

from tests.plugins import erp_servers
from tui_import.__main__ import main
from tui_import.api import Criterion, Operator, SourceError
from tui_import.api.testing import ConnectorConformance, check_memory

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with erp_servers.trytond(tmp_path_factory.mktemp("trytond")) as address:
        yield address


@pytest.fixture
def config(url: str) -> dict[str, str]:
    categories = {"customer_category": "Customer", "supplier_category": "Supplier", "person_category": "Person"}
    return {"connector": "tryton", "url": url, "database": "small", **erp_servers.TRYTON_USER, **categories}


def table(config: dict[str, str], actor: str):
    [found] = ErpSource().open("", {**config, "actor": actor})
    return found


def names(config: dict[str, str], actor: str, *criteria: Criterion) -> list[str]:
    return [str(row.values[0]) for row in table(config, actor).search(criteria).rows]


@pytest.mark.parametrize("rule", ConnectorConformance.rules)
def test_tryton_keeps_the_contract_of_connectors(rule: str, config: dict[str, str]) -> None:
    ConnectorConformance(TrytonConnector(), {**config, "customer_category": "", "supplier_category": ""}).check(rule)


def test_suppliers_in_a_town_are_found_by_the_server(config: dict[str, str]) -> None:
    assert names(config, "supplier", Criterion("city", Operator.CONTAINS, ["AARHUS"])) == ["Bolt 100% ApS", "Nordisk Fisk"]
    assert names(config, "supplier", Criterion("city", Operator.IS, ["aarhus"])) == ["Bolt 100% ApS"]
    assert names(config, "supplier", Criterion("country", Operator.IS_NOT, ["dk"])) == ["Cirkel AS"]
    assert names(config, "partner", Criterion("name", Operator.CONTAINS, ["_"])) == ["Dansk_Tang & Søn"]
    assert names(config, "partner", Criterion("phone", Operator.CONTAINS, ["33112233"])) == ["Acme A/S"]


def test_a_party_has_one_key_as_customer_and_supplier_and_persons_come_with_their_company(config: dict[str, str]) -> None:
    [both] = [row.key for row in table(config, "customer").rows() if row.values[0] == "Dansk_Tang & Søn"]
    assert both in [row.key for row in table(config, "supplier").rows()]
    persons = table(config, "person")
    columns = [column.name for column in persons.columns()]
    found = [dict(zip(columns, row.values, strict=True)) for row in persons.rows()]
    assert [(row["Name"], row["Company: Name"]) for row in found] == [
        ("Anna Holm", "Acme A/S"), ("Bo van der Lund", "Bolt 100% ApS"), ("Cia Berg", None),
    ]  # fmt: skip
    assert found[0]["ERP key of the company"] == "party:1"


def test_a_new_address_is_a_change_of_the_party(config: dict[str, str]) -> None:
    partners = table(config, "partner")
    list(partners.rows())
    bookmark = partners.bookmark()
    assert list(partners.changes(bookmark)) == []
    call = (config["url"], "small", "model.party.address.create", [{"party": 5, "city": "Skagen"}])
    [made] = erp_servers.tryton_call(*call)
    assert [row.values[0] for row in partners.changes(bookmark)] == ["Eli Intet"]
    erp_servers.tryton_call(config["url"], "small", "model.party.address.delete", [made])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "wrong"}, "does not accept the sign-in"),
        ({"database": "nosuch"}, "no database nosuch"),
        ({"user": "nobody"}, "does not accept the sign-in"),
        ({"url": ""}, "says nothing about: Address"),
    ],
)
def test_what_tryton_refuses_is_said_in_plain_words(change: dict[str, str], said: str, config: dict[str, str]) -> None:
    with pytest.raises(SourceError, match=said) as error:
        ErpSource().test_connection({**config, **change})
    assert error.value.hint
    assert "sesame" not in str(error.value)


def test_a_session_that_is_over_is_opened_anew(config: dict[str, str]) -> None:
    erp = TrytonConnector().connect(config)
    assert erp.test().endswith("parties: 9.")
    erp._server._session = "bm9ib2R5OjE6bm9uZQ=="  # as if it had timed out there
    assert erp.test().endswith("parties: 9.")
    erp.close()


def test_nobody_waits_for_a_server_that_is_gone_to_end_its_session(config: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("tui_import.api.http.time.sleep", waited.append)
    server = TrytonServer({**config, "url": "http://127.0.0.1:1"})
    server._session = "bm9ib2R5OjE6bm9uZQ=="
    server.close()
    assert waited == []


@pytest.mark.slow
def test_5000_parties_are_read_with_a_dozen_questions_and_in_flat_memory(config: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = TrytonServer._ask
    monkeypatch.setattr(TrytonServer, "_ask", lambda self, *args: asked.append(args[2]) or ask(self, *args))
    assert check_memory(table({**config, "database": "big"}, "partner"), most=24 << 20) == 5_000
    assert Counter(asked) == {"common.db.login": 1, f"{PARTIES}.fields_get": 1, f"{PARTIES}.search_read": 11}


# -- by command


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("TUI_IMPORT_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setattr(sys, "stdin", None)

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def options(values: dict[str, str]) -> list[str]:
    return [word for key, value in values.items() for word in ("--option", f"{key}={value}")]


def companies(program) -> dict[str, dict]:
    found = [json.loads(line) for line in program("export", "company", "--format", "json")[1].splitlines()]
    return {each["name"]: each for each in found}


def test_all_suppliers_in_a_town_are_imported_changed_there_imported_anew_and_taken_back(program, config: dict[str, str]) -> None:
    code, out, err = program("connections", "save", "erp", "main", *options(config))
    assert (code, out.strip()) == (0, "Tryton 8.2 answers; parties: 9."), err
    run = ("run", "--source", "erp", "--json", "--set", "company.action=replace",
           *options({"connection": "main", "actor": "supplier", "where": "city contains aarhus"}))  # fmt: skip

    code, out, err = program(*run)
    assert code == 0, err
    assert json.loads(out)["entities"]["company"]["added"] == 2
    assert {name: each["postal_city"] for name, each in companies(program).items()} == {
        "Bolt 100% ApS": "Aarhus",
        "Nordisk Fisk": "Aarhus N",
    }

    def there(name: str, city: str) -> None:
        tryton = (config["url"], "small", "model.party.party.write", [6], {"name": name})
        [address] = erp_servers.tryton_call(config["url"], "small", "model.party.address.search", [["party", "=", 6]], 0, None, None)
        erp_servers.tryton_call(*tryton)
        erp_servers.tryton_call(config["url"], "small", "model.party.address.write", [address], {"city": city})

    there("Nordic Fish", "Aarhus V")
    try:
        code, out, err = program(*run)
        assert code == 0, err
        second = json.loads(out)
        counts = {key: second["entities"]["company"][key] for key in ("added", "updated", "unchanged")}
        assert counts == {"added": 0, "updated": 1, "unchanged": 1}, "found by its key, though it is called otherwise now"
        assert {name: each["postal_city"] for name, each in companies(program).items()} == {
            "Bolt 100% ApS": "Aarhus",
            "Nordic Fish": "Aarhus V",
        }
    finally:
        there("Nordisk Fisk", "Aarhus N")

    assert program("undo", str(second["run"]))[0] == 0
    assert companies(program)["Nordisk Fisk"]["postal_city"] == "Aarhus N"
    assert program("undo", str(second["run"] - 1))[0] == 0
    assert companies(program) == {}


def test_by_changed_since_last_only_what_changed_there_is_read(program, config: dict[str, str]) -> None:
    program("connections", "save", "erp", "main", *options(config))
    run = ("run", "--source", "erp", "--json", *options({"connection": "main", "actor": "customer", "changed_since": "last"}))
    assert json.loads(program(*run)[1])["rows"] == 3
    assert json.loads(program(*run)[1])["rows"] == 0
    call = (config["url"], "small", "model.party.contact_mechanism.create", [{"party": 5, "type": "phone", "value": "+45 33112299"}])
    [made] = erp_servers.tryton_call(*call)
    code, out, err = program(*run)
    erp_servers.tryton_call(config["url"], "small", "model.party.contact_mechanism.delete", [made])
    assert (code, json.loads(out)["rows"]) == (0, 1), err
    assert companies(program)["Eli Intet"]["phone"] == ["+45 33112299"]
