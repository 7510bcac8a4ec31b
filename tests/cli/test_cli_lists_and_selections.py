"""Merging list items, deciding unknown values, and selections by hand, by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def misspelt(tmp_path: Path) -> Path:
    path = tmp_path / "misspelt.csv"
    path.write_text("Company name;Category\nAlfa;Suplier\nBeta;Suplier\nGamma;Supplier\n", encoding="utf-8")
    return path


def test_a_new_item_that_looks_like_another_is_named_with_what_was_perhaps_meant(cli: Cli, misspelt: Path) -> None:
    plan = cli("run", misspelt, "--plan-only", "--json")
    assert plan.object["new_list_items"] == {"category": ["Suplier"]}
    assert plan.object["perhaps_meant"] == {"category": {"Suplier": ["Supplier"]}}
    text = cli("run", misspelt, "--plan-only").err
    assert "“Suplier” is new in the list category; perhaps meant: Supplier." in text
    choice = text.split("--set ")[1].split()[0]
    done = cli("run", misspelt, "--set", choice)
    assert (done.code, "Suplier" in done.err) == (0, False)
    assert "Suplier" not in cli("lists", "list", "category").out


def test_items_are_merged_moved_and_made_the_default_and_a_merge_is_undone(cli: Cli, misspelt: Path) -> None:
    cli("run", misspelt)
    assert cli("lists", "move", "category", "Suplier", 1, "--json").object["rank"] == 1
    assert cli("lists", "default", "category", "suplier", "--json").object["value"] == "Suplier"
    assert cli("lists", "default", "interest", "Golf").code == 2
    merged = cli("lists", "merge", "category", "Suplier", "Supplier", "--json").object
    assert (merged["run"], merged["entities"]["company"]["updated"]) == (2, 2)
    assert "is “Supplier”" in cli("lists", "list", "category").out
    assert cli("undo", 2).code == 0
    used = {item["name"]: item["used"] for item in cli("lists", "list", "category", "--json").objects}
    assert (used["Suplier"], used["Supplier"]) == (2, 1)
    assert "merging of list items" in cli("runs").out.lower()


def test_a_selection_is_made_changed_and_edited_by_hand(cli: Cli, misspelt: Path) -> None:
    cli("run", misspelt)
    number = cli("selections", "new", "company", "Fair", 1, "--json").object["id"]
    assert cli("selections", "add", number, 2, 3, "--json").object["changed"] == 2
    assert cli("selections", "remove", number, 3, "--json").object["members"] == 2
    refused = cli("selections", "set", number, "postal_city=Oslo")
    assert (refused.code, "2 records" in refused.err) == (4, True)
    run = cli("selections", "set", number, "postal_city=Oslo", "--yes", "--json").object["run"]
    assert cli("export", "company").out.count("Oslo") == 2
    assert cli("undo", run).code == 0
    assert "Oslo" not in cli("export", "company").out
    assert cli("selections", "set", number, "Oslo", "--yes").code == 2
