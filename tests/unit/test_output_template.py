"""A workbook to fill in, which the importer then reads without being told how."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tui_import.api.errors import RefusedError, UsageError
from tui_import.output.template import CONTACTS, write_template

LISTS = {"category": ["Prospect", "=Customer"], "business": ["IT"]}


@pytest.fixture
def sheet(tmp_path: Path):
    path = tmp_path / "contacts.xlsx"
    write_template("contacts", path, LISTS)
    return load_workbook(path).worksheets[0]


def test_every_column_tells_what_to_write_there(sheet) -> None:
    headings = list(sheet[1])
    assert [cell.value for cell in headings] == [column.heading for column in CONTACTS]
    assert all(len(cell.comment.text) > 10 for cell in headings)
    assert "Needed" in headings[0].comment.text


def test_the_second_row_says_that_it_is_an_example(sheet) -> None:
    assert sheet["A2"].value.startswith("Example data:")


def test_post_codes_and_numbers_keep_their_zeros(sheet) -> None:
    assert {dimension.number_format for dimension in sheet.column_dimensions.values()} == {"@"}
    code = next(cell for cell in sheet[1] if cell.value == "Post code").column
    assert sheet.cell(2, code).value == "0999"


def test_lists_of_the_store_are_offered_and_other_words_allowed(sheet) -> None:
    rules = sheet.data_validations.dataValidation
    assert [str(rule.sqref) for rule in rules] == ["B2:B5000", "C2:C5000"]
    assert not any(rule.showErrorMessage for rule in rules)
    items = sheet.parent.worksheets[1]
    assert items.sheet_state == "hidden"
    assert [cell.value for cell in items["A"]] == LISTS["category"]
    assert items["A2"].data_type == "s"


def test_a_filled_in_template_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    path.write_bytes(b"somebody's work")
    with pytest.raises(RefusedError):
        write_template("contacts", path, LISTS)
    assert path.read_bytes() == b"somebody's work"


@pytest.mark.parametrize(
    ("name", "file", "words"), [("cats", "x.xlsx", "no template"), ("contacts", "x.csv", ".xlsx")]
)
def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path: Path, name: str, file: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        write_template(name, tmp_path / file, LISTS)
    assert not list(tmp_path.iterdir())
