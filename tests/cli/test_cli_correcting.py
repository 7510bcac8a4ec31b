"""``drafts show``, ``keys`` and ``correct``: what the preview screen does, from a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

TEXT = """Firma;Postnr;Land;Fornavn;Efternavn;E-mail
Nordlys ApS;0167;NO;Freja;SÃ¸rensen;freja@nordlys.example
Fjord AS;167;NO;Kari;Lund;kari(at)fjord.example
Nordlys ApS;0167;NO;Rasmus;Holm;rasmus@nordlys.example
"""


@pytest.fixture
def draft(cli: Cli, tmp_path: Path) -> str:
    file = tmp_path / "people.csv"
    file.write_text(TEXT, encoding="utf-8")
    return str(cli("run", file, "--plan-only", "--json").object["draft"])


def test_a_script_sees_what_the_plan_does_with_each_row_and_field(cli: Cli, draft: str) -> None:
    rows = cli("drafts", "show", draft, "--json").objects

    assert [row["row"] for row in rows] == [2, 3, 4]
    assert [row["states"]["person"] for row in rows] == ["added", "problem", "added"]
    assert rows[1]["checked"] is False
    assert {issue["code"] for issue in rows[1]["issues"]} == {"email_invalid", "lost_zeros"}
    assert {"field": "person.first_name", "stored": None, "incoming": "Freja", "result": "Freja", "verb": "fill"} in rows[0]["changes"]


def test_only_the_rows_asked_for_are_shown(cli: Cli, draft: str) -> None:
    assert [row["row"] for row in cli("drafts", "show", draft, "--show", "problems", "--json").objects] == [3]
    assert [row["row"] for row in cli("drafts", "show", draft, "--text", "rasmus", "--json").objects] == [4]
    assert "No row is like that." in cli("drafts", "show", draft, "--show", "clears").out


def test_cells_are_corrected_and_offered_repairs_taken_without_the_screens(cli: Cli, draft: str) -> None:
    result = cli("drafts", "correct", draft, "--cell", "3:E-mail=kari@fjord.example", "--repair", "all")

    assert result.code == 0
    assert cli("apply", draft).code == 0
    persons = cli("export", "person", "--format", "json").objects
    assert [(person["last_name"], person["email"]) for person in persons] == [
        ("Sørensen", ["freja@nordlys.example"]),
        ("Lund", ["kari@fjord.example"]),
        ("Holm", ["rasmus@nordlys.example"]),
    ]
    assert [company["postal_code"] for company in cli("export", "company", "--format", "json").objects] == ["0167", "0167"]


def test_rows_are_left_out_taken_in_again_and_a_value_replaced_everywhere(cli: Cli, draft: str) -> None:
    left_out = cli("drafts", "correct", draft, "--leave-out", "2-3", "--json").object
    assert left_out["entities"]["company"]["added"] == 1

    cli("drafts", "correct", draft, "--take-in", "2", "--replace", "Firma:Nordlys ApS=Nordlys A/S")
    cli("apply", draft)

    assert [company["name"] for company in cli("export", "company", "--format", "json").objects] == ["Nordlys A/S"]


def test_the_last_correction_can_be_taken_back(cli: Cli, draft: str) -> None:
    cli("drafts", "correct", draft, "--cell", "3:E-mail=kari@fjord.example")
    assert cli("drafts", "correct", draft, "--undo").code == 3


def test_the_key_adviser_says_how_well_each_key_would_do(cli: Cli, draft: str) -> None:
    lines = {(line["entity"], line["key"]): line for line in cli("drafts", "keys", draft, "--json").objects}

    assert lines["company", "name"]["coverage"] == 1.0
    assert lines["person", "email"]["mapped"] is True
    assert lines["company", "code"]["mapped"] is False


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--cell", "E-mail=x"), "ROW:COLUMN=VALUE"),
        (("--cell", "99:E-mail=x"), "no row 99"),
        (("--cell", "3:Nonsense=x"), "Nonsense"),
        (("--replace", "Firma:Nobody=x"), "No cell"),
        (("--leave-out", "two"), "5,9-12"),
    ],
)
def test_a_correction_that_does_not_fit_is_said_and_nothing_changes(cli: Cli, draft: str, words: tuple[str, ...], says: str) -> None:
    result = cli("drafts", "correct", draft, *words)

    assert result.code == 2
    assert says in result.err


def test_dates_that_can_be_read_in_two_ways_are_said(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "born.csv"
    file.write_text("Company name;First name;Last name;Birthdate\nAcme;Anna;Holm;04/05/1980\n", encoding="utf-8")

    assert "are read as day, month, year" in cli("run", file, "--plan-only").err
    assert "are read as" not in cli("run", file, "--plan-only", "--set", "values.date_order=mdy").err
