"""``fields``: definitions from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_a_field_is_defined_imported_retired_and_removed(cli: Cli, tmp_path: Path) -> None:
    made = cli("fields", "add", "company", "budget", "--type", "decimal", "--label", "Budget 2026", "--json").object
    assert made == {
        "field": "company.x_budget", "label": "Budget 2026", "type": "decimal", "length": None, "list": None, "place": 1,
        "state": "active", "records": 0,
    }  # fmt: skip
    (listed,) = [each for each in cli("fields", "company", "--json").objects if each["own"]]
    assert (listed["field"], listed["type"], listed["own"], listed["label"]) == (
        "company.x_budget", "decimal", "decimal", "Company: Budget 2026",
    )  # fmt: skip
    file = tmp_path / "budgets.csv"
    file.write_text("Company name;Budget 2026\nAcme;1.234,50\nBeta;2.000,75\n", encoding="utf-8")
    assert cli("run", file).code == 0
    assert [each["x_budget"] for each in cli("export", "company", "--format", "json").objects] == [1234.5, 2000.75]
    assert "out of use" in cli("fields", "retire", "company.x_budget").out
    assert cli("fields", "activate", "company.x_budget").code == 0
    refused = cli("fields", "remove", "company.x_budget")
    assert refused.code == 4
    assert "2 records have a value" in refused.err
    run = cli("fields", "remove", "company.x_budget", "--yes", "--json").object["run"]
    assert cli("fields", "own").out == ""
    assert cli("undo", run).code == 0
    assert [each["x_budget"] for each in cli("export", "company", "--format", "json").objects] == [1234.5, 2000.75]


def test_a_field_gets_another_label_length_and_place(cli: Cli) -> None:
    for name in ("one", "two"):
        cli("fields", "add", "person", name, "--type", "short_text")
    changed = cli("fields", "change", "person.x_two", "--label", "Second", "--length", 5, "--place", 1, "--json").object
    assert (changed["label"], changed["length"], changed["place"]) == ("Second", 5, 1)
    assert [each["field"] for each in cli("fields", "own", "--json").objects] == ["person.x_two", "person.x_one"]


def test_what_is_wrong_is_said_with_what_is_allowed(cli: Cli) -> None:
    assert cli("fields", "add", "company", "x", "--type", "colour").code == 2
    wrong = cli("fields", "change", "company.name", "--label", "X")
    assert wrong.code == 2
    assert "no user-defined field" in wrong.err
    assert cli("fields", "add", "product", "x", "--type", "number").code == 2
