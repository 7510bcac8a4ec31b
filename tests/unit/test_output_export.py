"""What leaves the house cannot run, and loses nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tui_import.api.errors import TuiImportError, UsageError
from tui_import.api.formulas import guard, needs_guard, unguard
from tui_import.output.export import export_records
from tui_import.output.workbook import CELL_LIMIT, write_workbook

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+SUM(A1)",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "  =1",
    "＝1+1",
    "+A1",
    "-(A1)",
    "+",
    "=",
]
HARMLESS = ["+45 33 12 40 10", "-12", "-12.5", "+1-919-676-9515", "+47 (22) 20 41 30", "12", "Nordlys = Teknik", "a+b", "x@y.example", ""]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_from_outside_is_text_for_a_spreadsheet_program(text: str) -> None:
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_telephone_numbers_negative_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert guard(text) == text


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=12) | st.text(alphabet="'=+-@ ;\t\n1a", max_size=8))
def test_the_guard_can_always_be_taken_away_again(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not any(part.lstrip().startswith(("=", "@")) for part in re.split("[;\t\r\n]", guard(text)))


def test_a_formula_behind_a_separator_is_text_where_semicolons_part_cells() -> None:
    assert guard("Firma;=1+1") == "Firma;'=1+1"
    assert guard("note\n@SUM(1)\tx") == "note\n'@SUM(1)\tx"
    assert guard("+45 33 12 40 10; +45 20 44 38 60") == "+45 33 12 40 10; +45 20 44 38 60"


def test_csv_is_what_a_program_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    records = [
        {"id": 1, "name": "Brohus; Datter", "note": "two\nlines", "phone": ["+45 1", "+45 2"], "stop": True, "code": "=1+1"},
        {"id": 2, "name": 'a "quoted" name', "note": None, "phone": [], "stop": False},
    ]
    columns = ["id", "name", "note", "phone", "stop", "code"]
    assert export_records(records, columns, path, "csv", "Companies") == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read UTF-8"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [
        columns,
        ["1", "Brohus; Datter", "two\nlines", "+45 1; +45 2", "true", "'=1+1"],
        ["2", 'a "quoted" name', "", "", "false", ""],
    ]


def test_json_has_an_object_a_line_with_lists_as_lists(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    export_records([{"id": 1, "email": ["a@b.example"], "name": "Ærø=1"}, {"id": 2}], ["id", "name", "email"], path, "json", "Persons")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"id": 1, "name": "Ærø=1", "email": ["a@b.example"]}, {"id": 2, "name": None, "email": None}]


def test_standard_output_carries_an_export_to_the_next_program(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with open(os.dup(1), "w", encoding="utf-8") as stream, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", stream)
        assert export_records([{"name": "Ærø"}], ["name"], None, "csv", "x") == 1
    assert capfdbinary.readouterr().out == "name\r\nÆrø\r\n".encode(), "no byte order mark in a pipe"


def test_a_workbook_holds_no_formula_no_error_and_no_lost_digit() -> None:
    values = ["=1+1", "#N/A", "0042", "+4512345678", "\x00\x1b[31m", "'quoted", -7, 2.5, True, None]
    columns = [str(position) for position in range(len(values))]
    stream = io.BytesIO()
    write_workbook([dict(zip(columns, values, strict=True))], columns, stream, "Ann's [list]: a/b")
    book = load_workbook(stream)
    assert book.sheetnames == ["Ann's  list   a b"]
    cells = next(book.worksheets[0].iter_rows(min_row=2))
    assert [cell.data_type for cell in cells[:6]] == ["s"] * 6
    assert [cell.value for cell in cells] == ["=1+1", "#N/A", "0042", "+4512345678", "\ufffd\ufffd[31m", "'quoted", -7, 2.5, True, None]
    assert cells[0].quotePrefix, "it stays text when somebody edits the cell"
    assert not cells[3].quotePrefix


def test_a_text_longer_than_a_cell_is_cut_and_the_cell_says_so() -> None:
    stream = io.BytesIO()
    write_workbook([{"note": "x" * (CELL_LIMIT + 1)}], ["note"], stream, "x")
    cell = load_workbook(stream).worksheets[0]["A2"]
    assert len(cell.value) == CELL_LIMIT
    assert "JSON" in cell.comment.text


def test_records_beyond_a_sheet_go_on_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_import.output.workbook.ROWS_A_SHEET", 3)
    stream = io.BytesIO()
    assert write_workbook([{"n": n} for n in range(5)], ["n"], stream, "Companies") == 5
    book = load_workbook(stream)
    assert book.sheetnames == ["Companies", "Companies 2", "Companies 3"]
    assert [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book] == [["n", 0, 1], ["n", 2, 3], ["n", 4]]


def test_a_file_is_there_complete_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("yesterday's")

    def records():
        yield {"n": 1}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        export_records(records(), ["n"], path, "csv", "x")
    assert path.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_to_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TuiImportError) as caught:
        export_records([], ["n"], tmp_path / "nowhere" / "out.csv", "csv", "x")
    assert "out.csv" in str(caught.value)
    assert caught.value.hint


def test_an_unknown_format_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="csv, json, xlsx"):
        export_records([], [], tmp_path / "x.pdf", "pdf", "x")


def test_a_value_that_looks_guarded_already_is_not_unguarded_by_mistake() -> None:
    assert needs_guard("'=1")
    assert unguard(guard("'=1")) == "'=1"
    assert unguard("O'Brien") == "O'Brien"
