"""Erasing somebody, and the report for the data-protection officer, by command."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_erasing_asks_for_a_yes_and_lists_what_is_left_to_do(cli: Cli, customers: Path) -> None:
    assert cli("run", customers).code == 0
    assert cli("run", customers, "--plan-only").code == 0
    assert cli("backup").code == 0
    refused = cli("erase", "person", 1)
    assert (refused.code, "--yes" in refused.err) == (4, True)
    assert cli("blame", "person", 1).code == 0
    done = cli("erase", "person", 1, "--yes")
    assert done.code == 0
    assert "is erased, as run 2" in done.out
    assert done.out.count("1 row blanked") == 2
    assert "by: e-mail address, telephone number, name and company" in done.out
    assert ".sqlite" in done.out.split("backups cannot be changed")[1]
    assert cli("erase", "person", 1, "--yes").code == 2
    assert "anna" not in cli("export", "person").out


def test_a_plan_counts_the_rows_of_erased_persons(cli: Cli, customers: Path) -> None:
    cli("run", customers)
    marks = cli("erase", "person", 1, "--yes", "--json").object["marks"]
    assert "email" in marks
    plan = cli("run", customers, "--plan-only", "--json").object
    assert (plan["suppressed"], plan["entities"]["person"]["skipped"]) == (1, 1)
    assert "1 row left out: its person was erased." in cli("run", customers, "--plan-only").out


def test_show_has_a_report_for_the_officer(cli: Cli, customers: Path) -> None:
    cli("preferences", "default.legal_basis=Contract")
    cli("run", customers, "--set", "privacy.comment=Trade fair")
    text = cli("show", 1, "--privacy").out
    for word in ("Sales and service", "Contract", "Import", "Trade fair", "customers.csv"):
        assert word in text
    for word in ("Anna", "Holm", "alfa"):
        assert word not in text
    report = cli("show", 1, "--privacy", "--json").object
    assert report["consents"][0]["persons"] == report["persons_new"] == 3


def test_a_suppression_is_listed_and_lifted_by_naming_the_person(cli: Cli, customers: Path) -> None:
    assert "Nobody is kept out" in cli("suppressions").err
    cli("run", customers)
    cli("erase", "person", 1, "--yes")
    marks = cli("suppressions", "--json").objects
    assert {mark["kind"] for mark in marks} == {"email", "phone", "name_in_company"}
    assert all(mark["run"] == 2 and not mark["lifted_at"] for mark in marks)
    assert cli("suppressions", "lift").code == 2
    assert cli("suppressions", "lift", "--email", "bo@alfa.example").code == 2
    lifted = cli("suppressions", "lift", "--email", "ANNA@alfa.example", "--json").object
    assert lifted == {"run": 3, "lifted": ["email", "name_in_company", "phone"]}
    assert cli("run", customers, "--plan-only", "--json").object["suppressed"] == 0
    assert "Lifted" in cli("suppressions").out
    assert cli("undo", 3).code == 2
