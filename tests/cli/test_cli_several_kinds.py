"""Projects, sales and the rest by command, each alone and several in one pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.session.test_several_kinds import SHEETS, SIX, write
from tui_import.model.kinds import KINDS, SEVERAL
from tui_import.output.template import TEMPLATES


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write(tmp_path / "book.xlsx")


def test_five_sheets_across_six_kinds_are_imported_in_one_pass_exported_undone_and_redone(cli: Cli, book: Path) -> None:
    done = cli("run", book, "--set", "kind=several", "--json")
    assert done.code == 0, done.err
    assert {entity: counts["added"] for entity, counts in done.object["entities"].items()} == dict.fromkeys(SIX, 2)
    exported = {entity: cli("export", entity, "--format", "json").out for entity in SIX}
    assert cli("undo", 1, "--json").object["restored"] == 12
    assert all(not cli("export", entity, "--format", "json").out for entity in SIX)
    cli("redo", 1)
    assert {entity: cli("export", entity, "--format", "json").out for entity in SIX} == exported


def test_a_problem_names_file_sheet_row_and_column(cli: Cli, tmp_path: Path) -> None:
    sheets = {**SHEETS, "Sales": (*SHEETS["Sales"], ("S-3", "Ghost", "Nobody", "", "", "2026-06-02", 1, "EUR", "Lead"))}
    book = write(tmp_path / "book.xlsx", sheets)
    done = cli("run", book, "--set", "kind=several")
    assert done.code == 3
    assert f"{book}:Sales:4:Company:'Nobody': no record is called “Nobody”" in done.err


def test_the_rows_of_one_kind_are_shown_alone(cli: Cli, book: Path) -> None:
    draft = cli("run", book, "--set", "kind=several", "--plan-only", "--json").object["draft"]
    rows = cli("drafts", "show", draft, "--entity", "sale", "--json").objects
    assert [(row["sheet"], row["row"], row["states"]["sale"]) for row in rows] == [("Sales", 2, "added"), ("Sales", 3, "added")]
    assert "Sales!2" in cli("drafts", "show", draft, "--entity", "sale").out


def test_a_cell_is_corrected_by_its_sheet_and_row(cli: Cli, tmp_path: Path) -> None:
    sheets = {**SHEETS, "Sales": (*SHEETS["Sales"], ("S-3", "Ghost", "Nobody", "", "", "2026-06-02", 1, "EUR", "Lead"))}
    draft = cli("run", write(tmp_path / "book.xlsx", sheets), "--set", "kind=several", "--plan-only", "--json").object["draft"]
    corrected = cli("drafts", "correct", draft, "--cell", "Sales!4:Sales!Company=Fjord AS", "--leave-out", "Rates!2", "--json")
    assert corrected.object["entities"]["sale"]["added"] == 3
    assert corrected.object["entities"]["currency"]["added"] == 1
    assert cli("drafts", "correct", draft, "--cell", "Nowhere!4:Sales!Company=Fjord AS").code == 2


def test_a_sale_waits_with_its_company_and_comes_when_that_is_decided(cli: Cli, tmp_path: Path) -> None:
    stored = tmp_path / "stored.csv"
    stored.write_text("Company name;Telephone;Address;City\nNordlys Teknikk ApS;+45 33 12 44 55;Havnegade 1;Aarhus\n", encoding="utf-8")
    cli("run", stored)
    sheets = {
        "Sales": (("Sale number", "Heading", "Company", "Sale date", "Amount"), ("S-1", "Lamps", "Nordlys Teknik ApS", "2026-06-01", 1)),
        "Customers": (("Company name", "Telephone", "Address", "City"), ("Nordlys Teknik ApS", "+45 33 12 44 55", "Havnegade 1", "Aarhus")),
    }
    done = cli("run", write(tmp_path / "book.xlsx", sheets), "--set", "kind=several", "--json")
    assert done.code == 3
    assert (done.object["entities"]["company"]["held"], done.object["entities"]["sale"]["held"]) == (1, 1)
    draft = done.object["draft"]
    assert "Customers!2" in cli("drafts", "duplicates", draft).out
    cli("drafts", "decide", draft, "company:Customers!2=same")
    assert cli("apply", draft, "--json").object["entities"]["sale"]["added"] == 1
    (sale,) = cli("export", "sale", "--format", "json").objects
    assert (sale["company"], sale["company_id"]) == ("Nordlys Teknikk ApS", 1)


def test_a_sheet_is_what_the_command_says(cli: Cli, book: Path) -> None:
    options = ("--option", "sheet=Customers/Projects", "--set", "sheets.Projects=projects")
    done = cli("run", book, *options, "--json").object
    assert set(done["entities"]) == {"company", "person", "project"}
    assert cli("run", book, *options, "--set", "sheets.Nothing=sales").code == 2


def test_after_a_reset_the_start_is_refused_and_insert_anyway_is_not(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    path.write_text("Project name;Project number;Status\nWeb shop;P1;Active\n", encoding="utf-8")
    refused = cli("run", path, "--set", "project.match=", "--set", "project.action=skip")
    assert refused.code == 2
    assert "no key is chosen" in refused.err
    assert "project.match" in refused.err
    for _again in range(2):
        assert cli("run", path, "--set", "project.match=", "--set", "project.action=insert", "--yes").code == 0
    assert len(cli("export", "project", "--format", "json").objects) == 2


@pytest.mark.parametrize("name", [name for name in KINDS if name != SEVERAL])
def test_every_kind_has_a_template_that_is_recognised_and_imported(cli: Cli, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.xlsx"
    assert cli("template", name, path).code == 0
    from openpyxl import load_workbook

    book = load_workbook(path)
    sheet = book.worksheets[0]
    for cells in sheet.iter_rows(min_row=2, max_row=2):
        for cell in cells:
            cell.value = str(cell.value or "").removeprefix("Example data: ") or None
    book.save(path)
    for kind, entity, field, value in (
        ("contacts", "company", "company.name", "Nordlys Teknik ApS"), ("projects", "project", "project.number", "P-2026-01"),
        ("sales", "sale", "sale.number", "S-1001"),
    ):  # fmt: skip
        if name in ("sales", "follow_ups", "project_members", "sale_stakeholders") and kind != name:
            file = tmp_path / f"{entity}.csv"
            extra = {"company": "", "project": ";Project name", "sale": ";Sale date"}[entity]
            cell = {"company": "", "project": ";Shop", "sale": ";2026-06-30"}[entity]
            file.write_text(f"{field}{extra}\n{value}{cell}\n", encoding="utf-8")
            cli("run", file, "--set", f"kind={kind}")
    settings = ["--set", "product.price_list=Standard"] if name == "products" else []
    unlinked = {
        "sales": ["Person"],
        "follow_ups": ["Person"],
        "project_members": ["Project member"],
        "sale_stakeholders": ["Stakeholder"],
    }.get(name, [])
    maps = [word for header in unlinked for word in ("--map", f"{header}=")]
    done = cli("run", path, *settings, *maps, "--json")
    assert done.code == 0, done.err
    entity = KINDS[name][0]
    assert done.object["entities"][entity]["added"] == 1
    assert set(TEMPLATES) == set(KINDS) - {SEVERAL}
