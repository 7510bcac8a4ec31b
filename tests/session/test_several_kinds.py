"""Several kinds in one pass: a workbook of several sheets, or rows with company, person, project and sale side by side."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.session.importer import Importer
from tui_import import config
from tui_import.api.errors import UsageError
from tui_import.model.plan import RowFilter
from tui_import.model.settings import DuplicateRules, KeyedAction, KeyedRules, Settings
from tui_import.session.importing import ImportSession

SHEETS: Mapping[str, Sequence[Sequence[Any]]] = {
    "Follow-ups": (
        ("Start", "Text", "Company", "Sale", "Type"),
        ("2026-03-31 10:00", "Show the lamps", "Nordlys Teknik ApS", "S-1", "Meeting"),
        ("2026-04-01", "Call", "Fjord AS", "S-2", "Telephone call"),
    ),
    "Sales": (
        ("Sale number", "Heading", "Company", "Contact", "Project", "Sale date", "Amount", "Currency", "Stage"),
        ("S-1", "Lamps", "Nordlys Teknik ApS", "Signe Damgaard", "P-1", "2026-06-01", 1500.5, "DKK", "Lead"),
        ("S-2", "Chairs", "Fjord AS", "", "Office", "2026-06-02", 99, "EUR", "Proposal"),
    ),
    "Customers": (
        ("Company name", "First name", "Last name", "E-mail", "City"),
        ("Nordlys Teknik ApS", "Signe", "Damgaard", "signe@nordlys.example", "Aarhus"),
        ("Fjord AS", "Ola", "Nordmann", "ola@fjord.example", "Oslo"),
    ),
    "Projects": (
        ("Project name", "Project number", "End date", "Status"),
        ("Web shop", "P-1", "2026-12-31", "Active"),
        ("Office", "P-2", "2027-01-31", "Planned"),
    ),
    "Rates": (("Currency code", "Currency name", "Rate", "Units"), ("EUR", "Euro", 746.05, 100), ("SEK", "Swedish krona", 65.2, 100)),
}
"""Five sheets across six kinds of records, the children before their parents."""
PARTIES: Mapping[str, Sequence[Sequence[Any]]] = {
    "Team": (("Project", "Person", "Role"), ("P-1", "Signe Damgaard", "Sponsor"), ("Office", "ola@fjord.example", "Consultant")),
    "Buying": (
        ("Sale", "Company", "Person", "Role"),
        ("S-1", "Nordlys Teknik ApS", "Signe Damgaard", "Buyer"),
        ("S-2", "Fjord AS", "", "Decides"),
    ),
}
"""Who takes part in them, in sheets that stand before all the others."""
SIX = ("company", "person", "project", "sale", "follow_up", "currency")


def write(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]] = SHEETS) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def begin(importer: Importer, path: Path, **options: str) -> ImportSession:
    session = importer.workspace.begin(str(path), kind="several", options=options or None)
    importer.sessions.append(session)
    session.read()
    session.change_settings(replace(session.settings, duplicates=DuplicateRules(find=False)))
    return session


@pytest.fixture
def importer(make_importer: Callable[[], Importer]) -> Importer:
    return make_importer()


def test_a_workbook_of_five_sheets_across_six_kinds_is_imported_in_one_pass_undone_and_redone(importer: Importer, tmp_path: Path) -> None:
    empty = importer.dump()
    session = begin(importer, write(tmp_path / "book.xlsx"))
    report = session.plan()
    summary = session.apply()
    assert summary.entities == report.entities
    assert {entity: counts.added for entity, counts in summary.entities.items()} == dict.fromkeys(SIX, 2)
    assert {counts.total for counts in summary.entities.values()} == {10}
    assert {(each.entity, each.kind): each.members for each in summary.selections} == {(entity, "new"): 2 for entity in SIX}
    follow_up = next(iter(importer.workspace.records("follow_up")))
    assert (follow_up["sale"], follow_up["company"]) == ("Lamps S-1", "Nordlys Teknik ApS")
    sale = next(iter(importer.workspace.records("sale")))
    assert (sale["company"], sale["person"], sale["project"]) == ("Nordlys Teknik ApS", "Signe Damgaard", "Web shop")

    after = importer.dump()
    importer.workspace.undo(summary.run or 0)
    assert importer.dump() == empty
    importer.workspace.redo(summary.run or 0)
    assert importer.dump() == after

    again = begin(importer, tmp_path / "book.xlsx")
    assert all(counts.added == counts.problem == 0 for counts in again.plan().entities.values())


def test_sheets_of_members_and_stakeholders_go_along_with_what_they_belong_to(importer: Importer, tmp_path: Path) -> None:
    empty = importer.dump()
    session = begin(importer, write(tmp_path / "book.xlsx", {**PARTIES, **SHEETS}))
    report = session.plan()
    summary = session.apply()
    assert summary.entities == report.entities
    eight = (*SIX, "project_member", "sale_stakeholder")
    assert {entity: counts.added for entity, counts in summary.entities.items()} == dict.fromkeys(eight, 2)
    named = [(each["project"], each["person"], each["role"]) for each in importer.workspace.records("project_member")]
    assert named == [("Web shop", "Signe Damgaard", "Sponsor"), ("Office", "Ola Nordmann", "Consultant")]
    named = [(each["sale"], each["company"], each["person"]) for each in importer.workspace.records("sale_stakeholder")]
    assert named == [("Lamps S-1", "Nordlys Teknik ApS", "Signe Damgaard"), ("Chairs S-2", "Fjord AS", None)]
    after = importer.dump()
    importer.workspace.undo(summary.run or 0)
    assert importer.dump() == empty
    importer.workspace.redo(summary.run or 0)
    assert importer.dump() == after


def test_reading_of_sheets_that_is_broken_off_before_they_are_mapped_is_done_again(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = importer.workspace.begin(str(write(tmp_path / "book.xlsx")), kind="several")
    importer.sessions.append(session)
    monkeypatch.setattr(session, "_map_at_first", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        session.read()
    assert session.state == "opened"


def test_a_row_says_its_sheet_and_its_number_there(importer: Importer, tmp_path: Path) -> None:
    session = begin(importer, write(tmp_path / "book.xlsx"))
    session.plan()
    rows = session.preview_rows(list(session.row_keys(RowFilter()).keys))
    assert [(row.sheet, row.number) for row in rows[:3]] == [("Follow-ups", 2), ("Follow-ups", 3), ("Sales", 2)]
    assert session.row_label(session.row_number(3)) == "Sales!2"
    assert session.columns[0].header == "Follow-ups!Start"


def test_blame_names_the_sheets_own_column_and_row(importer: Importer, tmp_path: Path) -> None:
    sheets = {**SHEETS, "More": (("Company name", "City"), ("Gamma Oy", "Turku"))}
    session = begin(importer, write(tmp_path / "book.xlsx", sheets))
    session.plan()
    session.apply()
    (trace,) = importer.workspace.blame("company", 1, "name")
    assert (trace.value, trace.column, trace.row) == ("Gamma Oy", "More!Company name", 2)
    assert {change.row for change in importer.workspace.run_changes(1)} == {2, 3}


def test_one_kind_of_record_can_be_looked_at_alone(importer: Importer, tmp_path: Path) -> None:
    session = begin(importer, write(tmp_path / "book.xlsx"))
    session.plan()
    assert list(session.row_keys(RowFilter(entity="sale")).keys) == [3, 4]
    assert list(session.row_keys(RowFilter(entity="company")).keys) == [5, 6]
    assert list(session.row_keys(RowFilter(show="new", entity="currency")).keys) == [9, 10]
    assert not len(session.row_keys(RowFilter(show="problems", entity="sale")))


def test_a_row_that_names_what_is_in_no_sheet_is_a_problem_of_its_own(importer: Importer, tmp_path: Path) -> None:
    sheets = {**SHEETS, "Sales": (*SHEETS["Sales"], ("S-3", "Ghost", "Nobody", "", "", "2026-06-02", 1, "EUR", "Lead"))}
    session = begin(importer, write(tmp_path / "book.xlsx", sheets))
    report = session.plan()
    assert report.entities["sale"].problem == 1
    (issue,) = session.detail(5).issues
    assert (issue.code, session.columns[issue.column or 0].header) == ("reference_unknown", "Sales!Company")
    summary = session.apply()
    assert summary.entities["sale"].added == 2


def test_what_is_named_and_not_there_is_made_once_for_all_sheets(importer: Importer, tmp_path: Path) -> None:
    sheets = {name: rows for name, rows in SHEETS.items() if name in ("Sales", "Follow-ups")}
    session = begin(importer, write(tmp_path / "book.xlsx", sheets))
    rules = KeyedRules(action=KeyedAction.UPDATE, create_parents=True)
    session.unlink(next(column.position for column in session.columns if column.header == "Sales!Contact"))
    session.change_settings(replace(session.settings, sale=rules, follow_up=rules))
    session.plan()
    session.apply()
    assert [each["name"] for each in importer.workspace.records("company")] == ["Nordlys Teknik ApS", "Fjord AS"]
    assert [each["name"] for each in importer.workspace.records("project")] == ["P-1", "Office"]
    assert [each["company"] for each in importer.workspace.records("follow_up")] == ["Nordlys Teknik ApS", "Fjord AS"]


def test_the_recipe_runs_again_and_finds_sheets_and_columns_by_name(importer: Importer, tmp_path: Path) -> None:
    session = begin(importer, write(tmp_path / "book.xlsx"))
    recipe = config.parse_recipe(config.dump_recipe(session.recipe()), catalogue=importer.workspace.catalogue)
    assert recipe.sheets == {
        "Follow-ups": "follow_ups", "Sales": "sales", "Customers": "contacts", "Projects": "projects", "Rates": "currencies"
    }  # fmt: skip
    assert recipe.mapping["Sales!Company"] == ("sale.company",)
    turned = write(tmp_path / "turned.xlsx", dict(reversed(list(SHEETS.items()))))
    again = importer.workspace.begin(str(turned), recipe=recipe)
    importer.sessions.append(again)
    again.read()
    assert not again.drift()
    again.plan()
    assert {entity: counts.added for entity, counts in again.apply().entities.items()} == dict.fromkeys(SIX, 2)


def test_a_sheet_can_be_said_to_be_something_else(importer: Importer, tmp_path: Path) -> None:
    session = begin(importer, write(tmp_path / "book.xlsx"))
    session.set_sheet_kind("Rates", "post_codes")
    assert not any(field.startswith("currency.") for field in session.mapping.fields)
    with pytest.raises(UsageError, match="No sheet “Prices” was read"):
        session.set_sheet_kind("Prices", "products")


def test_only_the_sheets_that_are_named_are_read(importer: Importer, tmp_path: Path) -> None:
    session = begin(importer, write(tmp_path / "book.xlsx"), sheet="Customers/Rates")
    assert [sheet.name for sheet in session.sheets] == ["Customers", "Rates"]
    assert session.rows == 4


ROWS = [
    {
        "Company name": "Nordlys Teknik ApS", "First name": "Signe", "Last name": "Damgaard", "Project name": "Web shop",
        "Project number": "P-1", "Sale heading": "Lamps", "Sale number": "S-1", "Sale date": "2026-06-01", "Amount": "1500,50",
    },
    {
        "Company name": "Nordlys Teknik ApS", "First name": "Bo", "Last name": "Holm", "Project name": "Web shop", "Project number": "P-1",
        "Sale heading": "Chairs", "Sale number": "S-2", "Sale date": "2026-06-02", "Amount": "99",
    },
    {
        "Company name": "Fjord AS", "First name": "", "Last name": "", "Project name": "", "Project number": "", "Sale heading": "Desks",
        "Sale number": "S-3", "Sale date": "2026-06-03", "Amount": "5",
    },
]  # fmt: skip


def test_one_row_with_company_person_project_and_sale_makes_four_records_that_belong_together(importer: Importer, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)
    empty = importer.dump()
    session = begin(importer, path)
    report = session.plan()
    assert {entity: counts.added for entity, counts in report.entities.items()} == {"company": 2, "person": 2, "project": 1, "sale": 3}
    summary = session.apply()
    sales = [(each["heading"], each["company"], each["person"], each["project"]) for each in importer.workspace.records("sale")]
    assert sales == [
        ("Lamps", "Nordlys Teknik ApS", "Signe Damgaard", "Web shop"),
        ("Chairs", "Nordlys Teknik ApS", "Bo Holm", "Web shop"),
        ("Desks", "Fjord AS", None, None),
    ]
    after = importer.dump()
    importer.workspace.undo(summary.run or 0)
    assert importer.dump() == empty
    importer.workspace.redo(summary.run or 0)
    assert importer.dump() == after


def test_a_problem_in_the_sale_refuses_the_whole_row(importer: Importer, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(ROWS[0]))
        writer.writeheader()
        writer.writerows([{**ROWS[0], "Amount": "much"}, ROWS[2]])
    session = begin(importer, path)
    report = session.plan()
    assert report.entities["sale"].problem == 1
    assert report.entities["company"].added == 1
    session.apply()
    assert [each["name"] for each in importer.workspace.records("company")] == ["Fjord AS"]


def test_rules_of_every_kind_are_told_apart(importer: Importer, tmp_path: Path) -> None:
    session = begin(importer, write(tmp_path / "book.xlsx"))
    session.plan()
    session.apply()
    again = begin(importer, tmp_path / "book.xlsx")
    again.change_settings(
        replace(again.settings, project=KeyedRules(("name",), KeyedAction.SKIP), sale=KeyedRules(("number",), KeyedAction.INSERT))
    )
    report = again.plan()
    assert (report.entities["project"].skipped, report.entities["sale"].added, report.entities["company"].unchanged) == (10, 2, 2)


def test_settings_begin_without_persons_where_no_column_has_any(importer: Importer, tmp_path: Path) -> None:
    session = begin(importer, write(tmp_path / "book.xlsx", {"Rates": SHEETS["Rates"], "Projects": SHEETS["Projects"]}))
    assert not session.missing()
    assert set(session.plan().entities) == {"project", "currency"}
    assert Settings().sale == KeyedRules()


def test_a_cell_far_down_beyond_the_headings_of_a_sheet_has_a_column_too(importer: Importer, tmp_path: Path) -> None:
    names = [("Company name", "Town"), *((f"Company {at}", "Oslo") for at in range(3000))]
    book = write(tmp_path / "book.xlsx", {"A": names, "B": [*names, ("Last", "Bergen", "", "beyond")]})
    session = begin(importer, book)
    (row,) = session.preview_rows(list(session.row_keys(RowFilter(text="beyond")).keys))
    assert (row.sheet, row.number, row.cells[-1]) == ("B", 3002, "beyond")
