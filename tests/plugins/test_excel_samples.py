"""Real workbooks of other people: every one ends in rows or in one sentence, and the known ones in the known rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tui_import_excel.source import ExcelSource

from tests.plugins.reading import outcome, read
from tests.shared import SHARED, shared
from tui_import.api import PasswordNeededError, SourceError

SUFFIXES = ExcelSource.suffixes


def files(folder: str) -> list[Path]:
    return sorted(path for path in (SHARED / folder).rglob("*") if path.suffix.lower() in SUFFIXES)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["samples/excel", "samples/crm_export", "hostile/xlsx/calamine", "hostile/xlsx/excelize", "hostile/csv"])
def test_every_workbook_ends_in_rows_or_in_one_sentence(folder: str) -> None:
    shared(folder)
    for path in files(folder):
        came = outcome(ExcelSource(), str(path))
        if isinstance(came, SourceError):
            assert came.message, path
            continue
        numbers = [row.number for row in came.rows]
        assert numbers == sorted(set(numbers)), path
        assert all(len(row.values) == len(came.names) for row in came.rows), path


def test_the_vendors_template_is_understood() -> None:
    reading = read(ExcelSource(), str(shared("samples/superoffice/import-template-for-contacts.xlsx")))
    assert reading.names[:4] == ["Company name", "Category", "Business", "Company number"]
    assert len(reading.names) == 20
    assert [row.number for row in reading.rows] == [2, 3, 4]
    assert reading.values[0][0] == "Example data:"
    first = dict(zip(reading.names, reading.values[1], strict=True))
    assert first["Zip code"] == "0167"
    assert first["Telephone"] == 23354000
    assert first["VAT no."] == 956753104
    assert dict(zip(reading.names, reading.values[2], strict=True))["Zip code"] == 30301
    assert any(reading.notes)


@pytest.mark.parametrize("name", ["date.xls", "date.xlsx", "date.xlsb", "date.ods", "date_1904.xls", "date_1904.xlsx", "date_1904.xlsb"])
def test_dates_are_the_same_in_every_format_and_epoch(name: str) -> None:
    reading = read(ExcelSource(), str(shared("samples/excel") / name), header_row=0)
    assert [str(reading.values[0][0]), reading.values[0][1]] == ["2021-01-01", 15]


def test_a_panic_of_the_reading_library_is_one_sentence() -> None:
    with pytest.raises(SourceError, match="damaged"):
        read(ExcelSource(), str(shared("samples/excel/Simple.xlsb")))


@pytest.mark.parametrize("name", ["samples/excel/35897-type4.xls", "samples/excel/51832.xls"])
def test_old_encrypted_workbooks_ask_for_their_password(name: str) -> None:
    with pytest.raises(PasswordNeededError):
        read(ExcelSource(), str(shared(name)))
    with pytest.raises(PasswordNeededError, match="does not open"):
        read(ExcelSource(), str(shared(name)), password="wrong")


def test_an_old_workbook_with_excels_own_password_opens_by_itself() -> None:
    assert read(ExcelSource(), str(shared("samples/excel/issue_385.xls"))).rows == []


def test_error_cells_are_the_texts_that_the_program_shows() -> None:
    reading = read(ExcelSource(), str(shared("samples/excel/ErrorTypes.xlsx")))
    with shared("samples/excel_truth/ErrorTypes.csv").open(encoding="utf-8", newline="") as truth:
        shown = list(csv.reader(truth))[1:]
    errors = [(at, column) for at, row in enumerate(shown) for column, text in enumerate(row) if text.startswith("#") and column < 2]
    assert errors
    for at, column in errors:
        assert reading.values[at][column] == shown[at][column]


def test_hidden_sheets_come_last() -> None:
    tables = ExcelSource().open(str(shared("samples/excel/sheet_visibility.xlsx")), {})
    assert [(table.name, table.hidden) for table in tables] == [("Visible", False), ("Hidden", True), ("VeryHidden", True)]


@pytest.mark.parametrize("name", ["SampleSS.xls", "SampleSS.xlsx", "SampleSS.ods", "SampleSS.strict.xlsx"])
def test_the_same_sheet_reads_the_same_from_every_format(name: str) -> None:
    reading = read(ExcelSource(), str(shared("samples/excel") / name))
    assert reading.names == ["Test spreadsheet", ""]
    assert reading.values[0] == ["2nd row", "2nd row 2nd column"]
