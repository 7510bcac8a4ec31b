"""The guide is true: what it shows installs, loads, and keeps the contract."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_import import plugin_host

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "plugin-guide.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_source_of_the_guide_loads_and_passes_its_own_test(tmp_path: Path, install: Callable[..., None]) -> None:
    module, test = blocks("python")
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
