"""Connectors of others: the one that the guide shows is installed, chosen, imported through; a broken one is named and hurts no other."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tui_import_erp import connectors
from tui_import_erp.source import ErpSource

from tui_import.__main__ import main
from tui_import.api import Criterion, Kind, Operator, SourceError
from tui_import.api.erp import CONNECTOR_GROUP, WELL_KNOWN, Actor, ActorPage, ActorType, Connector, Erp, ErpField
from tui_import.api.testing import ConnectorConformance
from tui_import.config import load_catalogue

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "plugin-guide.md").read_text("utf-8")
SECTION = GUIDE[GUIDE.index("## A connector to an ERP") :]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    """Installs a package with one connector, for the length of a test."""
    site = tmp_path / "connectors"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    modules = []

    def install(name: str, value: str, code: str) -> None:
        module = value.partition(":")[0]
        info = site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[{CONNECTOR_GROUP}]\n{name} = {value}\n", encoding="utf-8")
        (site / f"{module}.py").write_text(code, encoding="utf-8")
        modules.append(module)
        importlib.invalidate_caches()
        connectors.installed.cache_clear()

    yield install
    connectors.installed.cache_clear()
    for module in modules:
        sys.modules.pop(module, None)


def guide_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


def test_the_connector_of_the_guide_imports_the_public_api_alone_and_keeps_the_contract() -> None:
    code, suite = guide_blocks()[:2]
    assert set(re.findall(r"^(?:from|import) (\S+)", code, re.MULTILINE)) == {"tui_import.api", "tui_import.api.erp"}
    names: dict = {}
    exec(code, names)
    exec(suite, names)
    for rule in ConnectorConformance.rules:
        names["test_each_rule_of_the_contract"](rule)


def test_the_connector_of_the_guide_is_installed_saved_and_imported_through(
    installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed("shelf", "my_connector:ShelfConnector", guide_blocks()[0])
    monkeypatch.setenv("TUI_IMPORT_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    save = ["connections", "save", "erp", "main", "--option", "connector=shelf", "--option"]
    assert main([*save, "url=http://shelf.example"]) == 1
    assert "begins with https" in capsys.readouterr().err
    assert main([*save, "url=https://shelf.example"]) == 0
    run = ["run", "--source", "erp", "--option", "connection=main"]
    assert main([*run, "--option", "actor=person", "--set", "person.match=name"]) == 0
    assert main([*run, "--option", "actor=customer", "--option", "where=group one-of Wholesale"]) == 0
    capsys.readouterr()
    main(["export", "company", "--format", "json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["name"], each["postal_city"], each["category"]) for each in found] == [
        ("Acme A/S", "Aarhus", "Retail"), ("Bolt ApS", "Odense", "Wholesale"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "said"),
    [("raise RuntimeError('out of order')", "out of order"), ("Broken = 5", "no Connector"), ("", "AttributeError")],
)
def test_a_connector_that_does_not_work_is_named_with_its_reason_and_the_others_go_on(installed, code: str, said: str) -> None:
    installed("broken", "broken_connector:Broken", code)
    choices = [choice.value for choice in ErpSource().connection_options()[0].choices]
    assert "broken" not in choices
    assert {"sql", "odoo", "tryton", "business_central"} <= set(choices)
    with pytest.raises(SourceError, match=said):
        ErpSource().open("", {"connector": "broken"})


def test_another_s_connector_cannot_take_the_name_of_one_of_the_program(installed) -> None:
    installed("sql", "stranger_connector:Stranger", "Stranger = 5")
    assert isinstance(connectors.connector("sql"), Connector)


def test_the_form_shows_each_setting_once_and_says_whose_it_is() -> None:
    options = {option.key: option for option in ErpSource().connection_options()}
    assert len(options) == len(ErpSource().connection_options())
    assert options["connector"].required
    assert options["url"].required
    assert options["url"].matters({"connector": "odoo"})
    assert options["database"].only_where == ("connector", ("odoo", "tryton"))
    assert not options["database"].required, "Odoo can do without"
    assert options["customer_category"].default == "Customer"


def test_settings_of_other_connectors_are_neither_asked_for_nor_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    save = ["connections", "save", "erp", "main", "--untested", "--option", "connector=odoo", "--option", "url=https://odoo.example"]
    assert main([*save, "--option", "user=anna", "--option", "password=sesame", "--option", "customer_category=X"]) == 0
    kept = (tmp_path / "configuration" / "connections.toml").read_text(encoding="utf-8")
    assert 'user = "anna"' in kept
    assert "category" not in kept
    assert "preset" not in kept


def test_fields_of_these_names_are_fields_of_the_catalogue() -> None:
    known = {field.key for field in load_catalogue()}
    for entity in ("company", "person"):
        assert set(WELL_KNOWN[entity].values()) <= known
    assert ErpField("postalzip").target("company") == "company.postal_code"
    assert ErpField("PostalZip").target("person") == "person.private_code"
    assert ErpField("name", field="company.code").target("company") == "company.code"
    assert ErpField("colour").target("company") == ""


class _Careless(Erp):
    """Breaks one rule at a time."""

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def test(self):
        return "" if self.fault == "connection test" else "It answers."

    def actor_types(self):
        return [ActorType("customer", "Customers", parent="nobody" if self.fault == "actor types" else "")]

    def fields(self, actor_type):
        groups = ErpField("group", "Group", Kind.LIST, list="groups")
        return [ErpField("NAME", operators=[Operator.MORE] if self.fault == "fields" else ()), groups]

    def _actors(self):
        values = [object()] if self.fault == "actors" else ["Acme", "Bolt", "Cirkel"]
        return [
            Actor(str(n), {"NAME": value, "group": "z" if self.fault == "lists" else "g"}, f"2026-01-0{n}")
            for n, value in enumerate(values, 1)
        ]

    def search(self, actor_type, criteria, page="", limit=100):
        found = self._actors()
        if self.fault != "search":
            found = [each for each in found if all(self._meets(each, criterion) for criterion in criteria)]
        if self.fault == "pages":
            return ActorPage(found)
        start = int(page or 0)
        return ActorPage(found[start : start + limit], str(start + limit) if start + limit < len(found) else "")

    @staticmethod
    def _meets(actor: Actor, criterion: Criterion) -> bool:
        from tui_import.api import meets

        return meets(actor.values[criterion.field], criterion.operator, criterion.values)

    def get(self, actor_type, keys):
        return iter(self._actors() if self.fault == "keys" else [each for each in self._actors() if each.key in keys])

    def changed_since(self, actor_type, moment):
        return iter(self._actors()) if self.fault == "changes" else super().changed_since(actor_type, moment)

    def list_items(self, name):
        return {"g": "Group"}


class _CarelessConnector(Connector):
    title = "Careless"

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def config_fields(self):
        return ()

    def connect(self, config):
        return _Careless(self.fault)


def test_the_suite_passes_what_is_right() -> None:
    assert set(ConnectorConformance(_CarelessConnector(""), {}).failures().values()) == {""}


@pytest.mark.parametrize("fault", ["connection test", "actor types", "fields", "actors", "pages", "search", "keys", "changes", "lists"])
def test_the_suite_finds_each_broken_rule(fault: str) -> None:
    assert ConnectorConformance(_CarelessConnector(fault), {}).failures()[fault]


def test_an_empty_cell_is_neither_before_nor_behind_anything() -> None:
    from tui_import.api import meets

    assert not meets(None, Operator.LESS, ["2026-01-01"])
    assert not meets("", Operator.BETWEEN, ["2026-01-01", "2026-12-31"])
    assert meets(None, Operator.NOT_CONTAINS, ["x"])
    assert meets("2025-05-05", Operator.LESS, ["2026-01-01"])
