"""Everything but ``run``: history, records, lists, safety."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import CUSTOMERS, Cli


@pytest.fixture
def imported(cli: Cli, customers: Path) -> Cli:
    assert cli("run", customers).code == 0
    return cli


# -- history


def test_a_run_is_undone_and_redone_under_the_same_numbers(imported: Cli) -> None:
    before = imported("export", "person", "--format", "json").objects
    undone = imported("undo", "1", "--json")
    assert undone.code == 0
    assert (undone.object["restored"], undone.object["kept"], undone.object["blocked"]) == (5, 0, 0)
    assert imported("export", "person", "--format", "json").objects == []
    assert imported("runs", "--json").object["state"] == "undone"
    assert imported("redo", "1", "--json").object["restored"] == 5
    after = imported("export", "person", "--format", "json").objects
    assert [(each["id"], each["first_name"], each["email"]) for each in after] == [(e["id"], e["first_name"], e["email"]) for e in before]


def test_undo_keeps_what_was_changed_since_and_says_so(imported: Cli, tmp_path: Path) -> None:
    changes = tmp_path / "changes.csv"
    changes.write_text(CUSTOMERS.replace("12972997", "93478878"), encoding="utf-8")
    imported("run", changes, "--set", "company.action=replace")
    changes.write_text(CUSTOMERS.replace("12972997", "44125242"), encoding="utf-8")
    imported("run", changes, "--set", "company.action=replace")
    result = imported("undo", "2")
    assert "1 field kept" in result.out
    assert "44125242" in result.err
    assert "93478878" not in result.err
    assert imported("export", "company", "--format", "json").objects[0]["vat_number"] == "44125242"


def test_only_a_selection_of_a_run_is_undone(imported: Cli) -> None:
    persons = next(each["id"] for each in imported("selections", "--json").objects if each["entity"] == "person")
    assert imported("undo", "1", "--selection", persons, "--json").object["restored"] == 3
    assert len(imported("export", "company", "--format", "json").objects) == 2
    assert imported("export", "person", "--format", "json").objects == []


def test_a_run_is_shown_with_numbers_person_and_backup(imported: Cli) -> None:
    shown = imported("show", "1")
    assert "customers.csv" in shown.out
    assert "Backup before it" in shown.out
    assert imported("show", "1", "--json").object["entities"]["person"]["added"] == 3


def test_a_value_is_traced_to_its_file_row_and_column(imported: Cli) -> None:
    trace = imported("blame", "person", "2", "email", "--json").object
    assert (trace["value"], trace["source"], trace["row"], trace["column"], trace["run"]) == (
        "bo@alfa.example",
        "customers.csv",
        3,
        "E-mail",
        1,
    )
    assert "VAT number" in imported("blame", "company", "1").out


# -- records


def test_an_export_goes_to_a_pipe_as_csv(imported: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(imported("export", "company").out)))
    assert [row["name"] for row in rows] == ["Alfa ApS", "Gamma Oy"]
    assert rows[0]["id"] == "1"


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_an_export_takes_its_format_from_the_file(imported: Cli, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"companies.{ending}"
    assert imported("export", "company", "-o", path, "--json").object == {"path": str(path), "records": 2}
    assert b"Gamma Oy" in path.read_bytes() or ending == "xlsx"
    if ending == "xlsx":
        assert [cell.value for cell in load_workbook(path).worksheets[0]["B"]] == ["name", "Alfa ApS", "Gamma Oy"]


def test_an_export_can_be_imported_again_and_changes_nothing(imported: Cli, tmp_path: Path) -> None:
    path = tmp_path / "companies.csv"
    imported("export", "company", "-o", path)
    again = imported("run", path, "--set", "person.match=none", "--json")
    assert again.code == 0, again.err
    assert again.object["entities"]["company"]["unchanged"] == 2


def test_a_selection_is_exported_and_deleted_and_comes_back(imported: Cli) -> None:
    companies = next(each["id"] for each in imported("selections", "--json").objects if each["entity"] == "company")
    assert len(imported("export", "company", "--selection", companies, "--format", "json").objects) == 2
    refused = imported("selections", "delete", companies, "--members")
    assert refused.code == 4
    assert "2 records would be deleted" in refused.err
    deleted = imported("selections", "delete", companies, "--members", "--yes", "--json")
    assert deleted.code == 0
    assert imported("export", "company", "--format", "json").objects == []
    assert imported("undo", deleted.object["run"]).code == 0
    assert len(imported("export", "company", "--format", "json").objects) == 2


def test_a_deleted_record_is_restored_by_its_number(imported: Cli) -> None:
    companies = next(each["id"] for each in imported("selections", "--json").objects if each["entity"] == "company")
    imported("selections", "delete", companies, "--members", "--yes")
    assert imported("restore", "company", "1").code == 0
    assert [each["name"] for each in imported("export", "company", "--format", "json").objects] == ["Alfa ApS"]


def test_selections_are_combined(imported: Cli, tmp_path: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text(CUSTOMERS.replace("Gamma Oy", "Delta AS"), encoding="utf-8")
    imported("run", more)
    first, second = (
        each["id"] for each in reversed(imported("selections", "--json").objects) if (each["entity"], each["kind"]) == ("company", "new")
    )
    assert imported("selections", "combine", "union", "All", first, second, "--json").object["members"] == 3
    assert imported("selections", "combine", "intersection", "Both", first, second, "--json").object["members"] == 0
    assert imported("selections", "combine", "difference", "First", first, second, "--json").object["members"] == 2
    third = imported("selections", "--json").objects[0]["id"]
    assert imported("selections", "delete", third).code == 0
    assert third not in [each["id"] for each in imported("selections", "--json").objects]


def test_fields_are_listed_with_type_length_and_list(cli: Cli) -> None:
    fields = {each["field"]: each for each in cli("fields", "--json").objects}
    name = fields["company.name"]
    assert (name["type"], name["length"], name["multiple"], name["required"], name["list"]) == ("text", 219, False, True, None)
    assert fields["company.category"]["list"] == "category"
    assert fields["person.email"]["multiple"] is True
    assert all(field.startswith("person.") for field in {each["field"] for each in cli("fields", "person", "--json").objects})
    assert cli("fields", "cats").code == 2


# -- what imports are made with


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_template_is_recognised_whole_and_its_example_passed_over(
    cli: Cli, tmp_path: Path, language: str, compiled_catalogues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_import.api.i18n import use_language
    from tui_import.output.template import CONTACTS

    use_language(language)
    path = tmp_path / "contacts.xlsx"
    try:
        assert cli("template", "contacts", path).code == 0
    finally:
        use_language(None)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    for column, value in ((1, "Alfa ApS"), (2, "Customer"), (8, "0999"), (10, "DK"), (15, "Anna"), (16, "Holm"), (20, "anna@alfa.example")):
        sheet.cell(3, column, value)
    book.save(path)
    planned = cli("run", path, "--plan-only", "--json")
    assert planned.code == 0, planned.err
    assert planned.object["entities"]["company"] == {"added": 1, "updated": 0, "unchanged": 0, "skipped": 1, "problem": 0, "held": 0}
    from tui_import.session.workspace import Workspace

    with Workspace() as workspace:
        session = workspace.resume(planned.object["draft"])
        assert [session.mapping.fields_of(column) for column in range(len(CONTACTS))] == [(column.field,) for column in CONTACTS]
        session.close()


def test_list_items_are_added_renamed_and_taken_out_of_use(cli: Cli) -> None:
    assert cli("lists", "add", "category", "Reseller", "--json").object["name"] == "Reseller"
    assert cli("lists", "rename", "category", "Reseller", "Dealer", "--json").object["name"] == "Dealer"
    assert cli("lists", "deactivate", "category", "Dealer", "--json").object["deactivated"] is True
    assert cli("lists", "activate", "category", "Dealer", "--json").object["deactivated"] is False
    names = [each["name"] for each in cli("lists", "list", "category", "--json").objects]
    assert "Dealer" in names
    assert "Reseller" not in names
    assert {each["list"] for each in cli("lists", "--json").objects} >= {"category", "business", "position"}


def test_preferences_are_listed_and_changed(cli: Cli) -> None:
    assert {each["key"]: each["value"] for each in cli("preferences", "--json").objects}["mandatory_company"] == 1
    assert cli("preferences", "mandatory_company=0", "--json").object == {"key": "mandatory_company", "value": 0}
    assert cli("preferences", "mandatory_company=perhaps").code == 2


def test_sources_and_their_options_are_listed(cli: Cli) -> None:
    assert {each["name"] for each in cli("sources", "--json").objects} >= {"csv", "excel"}
    info = cli("sources", "info", "excel", "--json").object
    assert "sheet" in {each["key"] for each in info["options"]}
    assert (info["package"], info["license"], info["error"]) == ("tui-import", "MIT", "")
    assert "Delimiter" in cli("sources", "info", "csv").out


def test_nothing_there_yet_is_said_to_people_and_is_no_line_for_scripts(cli: Cli) -> None:
    for command in ("runs", "drafts", "selections", "recipes"):
        assert cli(command, "--json").out == ""
        result = cli(command)
        assert result.code == 0
        assert result.out == ""
        assert result.err.count("\n") == 1


# -- safety


def test_a_backup_brings_the_store_back(imported: Cli, tmp_path: Path) -> None:
    made = imported("backup", tmp_path / "copy.db", "--json").object
    assert made["verified"] is True
    imported("undo", "1")
    restored = imported("restore", tmp_path / "copy.db", "--json")
    assert restored.code == 0, restored.err
    assert Path(restored.object["before"]).is_file(), "the store as it was before is kept, too"
    assert len(imported("export", "company", "--format", "json").objects) == 2
    assert len(imported("backup", "--list", "--json").objects) >= 1


@pytest.mark.parametrize("damage", ["head", "middle"])
def test_a_damaged_store_is_put_aside_and_its_backup_takes_its_place(imported: Cli, store: Path, tmp_path: Path, damage: str) -> None:
    imported("backup", tmp_path / "copy.db")
    content = bytearray(store.read_bytes())
    content[slice(0, 4096) if damage == "head" else slice(4096, len(content))] = b"\xa5" * (
        4096 if damage == "head" else len(content) - 4096
    )
    store.write_bytes(content)
    for ending in ("-wal", "-shm"):
        Path(f"{store}{ending}").unlink(missing_ok=True)
    assert imported("export", "company").code == 1
    refused = imported("restore", __file__)
    assert refused.code == 1
    assert store.read_bytes() == content, "a backup that is none changes nothing"
    restored = imported("restore", tmp_path / "copy.db", "--json")
    assert restored.code == 0, restored.err
    assert Path(restored.object["before"]).read_bytes() == content
    assert len(imported("export", "company", "--format", "json").objects) == 2


def test_the_doctor_says_that_all_is_well(imported: Cli) -> None:
    result = imported("doctor", "--json")
    assert result.code == 0, result.out
    assert all(each["ok"] for each in result.objects)


def test_a_discarded_draft_is_gone(cli: Cli, customers: Path) -> None:
    draft = cli("run", customers, "--plan-only", "--json").object["draft"]
    assert cli("drafts", "discard", draft).code == 0
    assert cli("drafts", "--json").objects == []


# -- demo and screens


def test_the_demo_runs_to_its_end_where_there_is_no_terminal(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = cli("demo", "--headless")
    assert result.code == 0, result.err
    (folder,) = tmp_path.glob("tui-import-demo-*")
    assert f"The demo's store: {folder / 'crm.db'}" in result.out
    assert "Companies" in result.out
    assert "katrin.grunwald(at)elbtal.example" in result.err, "its problem row is explained"
    cli("--store", folder / "crm.db", "runs")
    companies = cli("--store", folder / "crm.db", "export", "company", "--format", "json").objects
    assert {"Reseller"} <= {each["category"] for each in companies}
    assert cli("--store", folder / "crm.db", "undo", "2").code == 0
    assert len(cli("--store", folder / "crm.db", "export", "company", "--format", "json").objects) == 14


def test_the_demo_gives_a_script_its_summary(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    summary = cli("demo", "--json").object
    assert summary["rows"] == 59
    for counts in summary["entities"].values():
        assert sum(counts.values()) == 59


@pytest.mark.parametrize("words", [(), ("FILE",), ("resume", "x")])
def test_the_screens_are_refused_in_a_sentence_where_there_is_no_terminal(cli: Cli, customers: Path, words: tuple[str, ...]) -> None:
    result = cli(*(customers if word == "FILE" else word for word in words))
    assert result.code == 2
    assert "The screens need a terminal." in result.err


def test_help_lists_every_command_and_each_has_its_own(cli: Cli) -> None:
    from tui_import.cli.commands import COMMANDS

    listed = cli("--help").out
    for name in COMMANDS:
        assert f"\n  {name} " in listed
        own = cli(name, "--help")
        assert own.code == 0
        assert f"tui-import {name}" in own.out
        assert "--store" in own.out


def test_an_error_that_nobody_foresaw_is_one_line_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_import.session.workspace.Workspace.runs", lambda self: 1 // 0)
    result = cli("runs")
    assert result.code == 1
    assert result.err.count("\n") == 1
    assert "ZeroDivisionError" in result.err
    monkeypatch.setenv("TUI_IMPORT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli("runs")
