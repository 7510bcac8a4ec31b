"""The guide is true: what it shows installs, loads, and keeps the contract."""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_import import api, plugin_host
from tui_import.api import Criterion, Finding, Operator, Searchable
from tui_import.api.hooks import Hooks
from tui_import.api.testing import Conformance

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "plugin-guide.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_source_of_the_guide_loads_and_passes_its_own_test(tmp_path: Path, install: Callable[..., None]) -> None:
    module, test, *_others = blocks("python")
    project = tomllib.loads(blocks("toml")[0])["project"]
    install(project["name"], project["entry-points"][plugin_host.GROUP], {"tui_import_jsonl": module}, version=project["version"])
    source = plugin_host.load("jsonl")
    assert plugin_host.source_for("people.ndjson") == "jsonl"
    assert source.title == "JSON lines"
    names = {"JsonLines": sys.modules["tui_import_jsonl"].JsonLines}
    exec(test, names)
    names["test_the_source_keeps_the_contract"](tmp_path)  # type: ignore[call-arg]


def test_the_source_of_the_guide_imports_the_public_api_alone() -> None:
    imported = re.findall(r"^(?:from|import) ([\w.]+)", blocks("python")[0], re.MULTILINE)
    assert {name.split(".")[0] for name in imported} - set(sys.stdlib_module_names) == {"tui_import"}
    assert [name for name in imported if name.startswith("tui_import")] == ["tui_import.api"]


@pytest.mark.parametrize("name", ["check_source", "check_refuses_missing_file", "MemorySource"])
def test_what_the_guide_names_for_tests_exists(name: str) -> None:
    from tui_import.api import testing

    assert hasattr(testing, name)


def test_the_suite_of_the_guide_passes_on_its_source(tmp_path: Path) -> None:
    module, _check, suite, *_others = blocks("python")
    names: dict[str, object] = {}
    exec(module, names)
    exec(suite, names)
    for rule in Conformance.rules:
        names["test_each_rule_of_the_contract"](rule, tmp_path)  # type: ignore[operator]
    names["test_what_was_read_once_is_read_again"](tmp_path)  # type: ignore[operator]
    names["test_a_big_table_is_streamed"]()  # type: ignore[operator]
    names["test_what_your_code_around_a_source_does_when_the_other_side_is_silent"]()  # type: ignore[operator]


def test_the_erp_of_the_guide_searches_and_signs_in(tmp_path: Path, install: Callable[..., None]) -> None:
    erp, sign_in = blocks("python")[3:5]
    names: dict[str, object] = {}
    exec(erp, names)
    assert set(Conformance(names["Erp"](), "", tmp_path).failures().values()) == {""}  # type: ignore[operator]
    exec(sign_in, names)
    steps = names["DeviceFlow"]().sign_in({})  # type: ignore[operator]
    assert next(steps).code == "ABCD-1234"
    with pytest.raises(StopIteration) as end:
        steps.send("")
    assert end.value.value.account == "anna@example.com"

    install("shop-plugin", {"shop": "shop_module"}, {"shop_module": erp})
    [table] = plugin_host.load("shop").open("", {})
    assert isinstance(table, Searchable)
    [row] = table.search([Criterion("group", Operator.ONE_OF, ["k2"])]).rows
    assert row.key == "C2"
    assert [row.values[2] for row in table.rows()] == ["Retail", "Wholesale"], "keys of lists are put into words"
    assert [row.key for row in table.changed_since("2026-01-15")] == ["C2"]
    assert plugin_host.load("shop").test_connection({"server": "x"}) == "2 customers."


def test_the_transform_of_the_guide_works() -> None:
    names: dict[str, object] = {}
    exec(blocks("python")[5], names)
    transform = names["NoReply"]()  # type: ignore[operator]
    assert isinstance(transform.transform("noreply@x.dk"), Finding)
    assert transform.transform("a@x.dk") == "a@x.dk"


def test_every_hook_is_described_with_its_signature() -> None:
    said = dict(re.findall(r"^\| `(\w+)(\(.*?) -> None` \|", GUIDE, re.MULTILINE))
    there_are = {name: hook for name, hook in vars(Hooks).items() if inspect.isfunction(hook)}
    assert set(said) == set(there_are)
    for name, hook in there_are.items():
        signature = str(inspect.signature(hook)).replace("'", "").replace("(self, ", "(").removesuffix(" -> None")
        assert said[name] == signature
        assert f"`tui_import.{ {'register_sources': 'sources', 'register_transforms': 'transforms'}.get(name, name) }`" in GUIDE


def test_the_public_names_are_described() -> None:
    for name in api.__all__:
        assert getattr(api, name).__doc__ or not inspect.isclass(getattr(api, name)), name
