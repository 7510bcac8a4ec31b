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


def test_items_say_what_they_mean_and_those_of_consents_have_keys(cli: Cli) -> None:
    assert cli("lists", "tooltip", "category", "Prospect", "Not a customer yet", "--json").object["tooltip"] == "Not a customer yet"
    assert "Not a customer yet" in cli("lists", "list", "category").out
    assert cli("lists", "add", "consent_purpose", "Newsletter", "--key", "news", "--json").object["key"] == "news"
    assert cli("lists", "add", "consent_purpose", "Newsletters", "--key", "news").code == 2
    renamed = cli("lists", "rename", "legal_basis", "Withdrawn", "Trukket tilbage", "--json").object
    assert (renamed["name"], renamed["key"]) == ("Trukket tilbage", "withdrawn")


def test_a_selection_is_copied_imported_anew_and_given_an_interest(cli: Cli, misspelt: Path) -> None:
    cli("run", misspelt)
    number = next(each["id"] for each in cli("selections", "--json").objects if each["entity"] == "company")
    copy = cli("selections", "copy", number, "Again", "--json").object
    assert (copy["kind"], copy["members"]) == ("manual", cli("export", "company", "--format", "json").out.count("\n"))
    cli("lists", "add", "interest", "Golf")
    cli("selections", "set", copy["id"], "interests=golf", "--yes")
    assert all(each["interests"] == ["Golf"] for each in cli("export", "company", "--format", "json").objects)
    assert cli("selections", "set", copy["id"], "interests=chess", "--yes").code == 2
    words = ("--option", f"selection={copy['id']}", "--set", "company.match=id", "--set", "person.match=none", "--plan-only", "--json")
    plan = cli("run", "--source", "store", *words).object
    assert plan["entities"]["company"]["unchanged"] == copy["members"]
