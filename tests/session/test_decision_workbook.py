"""Open pairs out to a workbook, answered there by a colleague, and back: nothing runs, nothing stale or forged is taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.session.importer import Importer
from tests.session.test_review import company, misspelt, review_of
from tui_import.api.errors import RefusedError, SourceError, UsageError
from tui_import.model.matches import Verdict
from tui_import.session.duplicates.workbook import Answered, export_decisions, read_decisions


@pytest.fixture
def waiting(importer: Importer, tmp_path: Path) -> tuple[Importer, Path]:
    """Four open pairs in a workbook; one company is called like a formula."""
    importer.run([company(at) for at in range(3)] + [company(3, **{"company.name": "=cmd|' /C calc'!A0 Brekke"})])
    importer.duplicates = True
    path = tmp_path / "decisions.xlsx"
    last = misspelt(3, **{"company.name": "=cmd|' /C calc'!A0 Breke"})
    session, _review = review_of(importer, [misspelt(0), misspelt(1), misspelt(2), last])
    assert export_decisions(session, path) == 4
    return importer, path


def edit(path: Path, change: Any) -> None:
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)


def answer(sheet: Worksheet, row: int, word: str, action: str = "") -> None:
    sheet.cell(row, 1).value = word
    if action:
        sheet.cell(row, 2).value = action


def taken(importer: Importer, path: Path) -> Answered:
    session, answered = read_decisions(importer.workspace, path)
    importer.sessions.append(session)
    return answered


def test_the_workbook_offers_drop_downs_explains_the_exact_cells_and_hides_its_keys(waiting: tuple[Importer, Path]) -> None:
    sheet = openpyxl.load_workbook(waiting[1]).worksheets[0]
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"A2:A5": '"same,different,later"', "B2:B5": '"merge,replace,skip"'}
    headings = [cell.value for cell in sheet[1]]
    name = headings.index("Name, incoming")
    comments = [sheet.cell(row, name + 1).comment for row in range(2, 6)]
    assert all(comment is not None and "only stored: " in comment.text for comment in comments)
    assert any(comment is not None and "name: nearly the same" in comment.text for comment in comments)
    hidden = [key for key, dimension in sheet.column_dimensions.items() if dimension.hidden]
    assert len(hidden) >= 1
    assert headings[-3:] == ["tui-import:pair", "tui-import:state", "tui-import:seal"]


def test_no_cell_can_run(waiting: tuple[Importer, Path]) -> None:
    sheet = openpyxl.load_workbook(waiting[1]).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(str(cell.value).startswith("=cmd") for cell in cells)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith("="))


def test_answers_come_back_as_one_step_and_only_where_something_was_answered(waiting: tuple[Importer, Path]) -> None:
    importer, path = waiting

    def change(sheet: Worksheet) -> None:
        answer(sheet, 2, "same", "replace")
        answer(sheet, 3, "DIFFERENT")

    edit(path, change)
    answered = taken(importer, path)
    assert (answered.decided, answered.unchanged, answered.refused) == (2, 2, ())
    session = importer.sessions[-1]
    review = session.review()
    assert sorted(review.letter(pair) for pair in review.matches) == ["?", "?", "D", "S"]
    assert review.steps == (1, 0)
    report = session.plan()
    assert report.count("company").held == 2
    again = taken(importer, path)
    assert (again.decided, again.unchanged) == (0, 4), "the same workbook again says nothing new"
    review = importer.sessions[-1].review()
    review.undo()
    assert {review.letter(pair) for pair in review.matches} == {"?"}


def test_rows_may_be_sorted_and_deleted_before_they_come_back(waiting: tuple[Importer, Path]) -> None:
    importer, path = waiting

    def change(sheet: Worksheet) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        rows = [
            values for values in rows if not any(str(value).startswith("=") for value in values)
        ]  # openpyxl would make formulas of them
        sheet.delete_rows(2, 4)
        for values in (rows[2], rows[0]):
            sheet.append(["same", None, *values[2:]])

    edit(path, change)
    answered = taken(importer, path)
    assert (answered.decided, answered.refused) == (2, ())


def test_a_row_whose_cells_were_changed_is_refused_by_name_and_the_others_are_taken(waiting: tuple[Importer, Path]) -> None:
    importer, path = waiting
    sheet = openpyxl.load_workbook(path).worksheets[0]
    named = f"{sheet.cell(2, 5).value}, {sheet.cell(2, 6).value}"

    def change(sheet: Worksheet) -> None:
        answer(sheet, 2, "same")
        sheet.cell(2, 9).value = "Somebody else"
        answer(sheet, 3, "same")

    edit(path, change)
    answered = taken(importer, path)
    assert answered.decided == 1
    (refusal,) = answered.refused
    assert (refusal.row, refusal.name) == (2, named)
    assert "changed" in refusal.reason


def test_keys_that_were_exchanged_between_rows_are_refused(waiting: tuple[Importer, Path]) -> None:
    importer, path = waiting

    def change(sheet: Worksheet) -> None:
        last = sheet.max_column
        pairs = [sheet.cell(row, last - 2).value for row in (2, 3)]
        for row, pair in zip((2, 3), reversed(pairs), strict=True):
            answer(sheet, row, "same")
            sheet.cell(row, last - 2).value = pair

    edit(path, change)
    answered = taken(importer, path)
    assert (answered.decided, [refusal.row for refusal in answered.refused]) == (0, [2, 3])


def test_an_answer_is_refused_where_the_pair_was_decided_meanwhile(waiting: tuple[Importer, Path]) -> None:
    importer, path = waiting
    review = importer.sessions[-1].review()
    for pair in review.matches:
        review.go(pair)
        review.decide(Verdict.DIFFERENT)
    edit(path, lambda sheet: answer(sheet, 2, "same"))
    answered = taken(importer, path)
    assert answered.decided == 0
    assert "no longer as it was" in answered.refused[0].reason


def test_an_answer_is_refused_where_the_row_was_corrected_meanwhile(waiting: tuple[Importer, Path]) -> None:
    importer, path = waiting
    session = importer.sessions[-1]
    session.correct(1, 1, "+47 90 00 00 00")
    session.plan()

    def change(sheet: Worksheet) -> None:
        for row in range(2, 6):
            answer(sheet, row, "same")

    edit(path, change)
    answered = taken(importer, path)
    assert (answered.decided, len(answered.refused)) == (3, 1)


def test_words_that_are_no_answer_and_rows_that_contradict_each_other_are_refused(waiting: tuple[Importer, Path]) -> None:
    importer, path = waiting

    def change(sheet: Worksheet) -> None:
        answer(sheet, 2, "perhaps")
        answer(sheet, 3, "same", "overwrite")
        answer(sheet, 4, "same")
        for cell in list(sheet[4]):
            copy = sheet.cell(6, cell.column, "different" if cell.column == 1 else cell.value)
            copy.data_type = "s"  # as a spreadsheet program copies it: openpyxl would make a formula of a name that begins with =

    edit(path, change)
    answered = taken(importer, path)
    assert {refusal.row: refusal.reason for refusal in answered.refused} == {
        2: "“perhaps” is no answer",
        3: "“overwrite” is no action",
        6: "it stands here a second time with another answer (row 4)",
    }


def test_other_files_are_told_apart_from_decision_workbooks(importer: Importer, tmp_path: Path) -> None:
    (tmp_path / "text.xlsx").write_text("no workbook", encoding="utf-8")
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    for name in ("text.xlsx", "other.xlsx", "absent.xlsx"):
        with pytest.raises(SourceError):
            read_decisions(importer.workspace, tmp_path / name)


def test_an_existing_file_is_not_written_over_and_the_ending_is_that_of_a_workbook(waiting: tuple[Importer, Path], tmp_path: Path) -> None:
    importer, path = waiting
    with pytest.raises(RefusedError, match="exists already"):
        export_decisions(importer.sessions[-1], path)
    with pytest.raises(UsageError, match="xlsx"):
        export_decisions(importer.sessions[-1], tmp_path / "decisions.csv")
