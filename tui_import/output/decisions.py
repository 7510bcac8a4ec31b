"""The decision workbook: open pairs as rows to be answered by drop-down, sealed so that what comes back is what went out.

Every cell is text that cannot run. A seal covers a row's pair, its state when it was written and every cell beside the answer; it is
keyed with a secret of the draft, so that nobody can write another. Rows may be sorted, filtered, deleted and left unanswered.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tui_import.api.errors import RefusedError, SourceError, UsageError, Where
from tui_import.api.i18n import _
from tui_import.output.files import whole_file

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ANSWERS = 2
"""Columns that are filled in: decision and action."""
HIDDEN = ("tui-import:pair", "tui-import:state", "tui-import:seal")
STAMP = "tui-import"
"""Name of the hidden sheet with the stamp."""
FORMAT = "1"
WIDEST = 48
LARGEST = 500_000_000
"""Bytes that a workbook may unpack to."""
_ESCAPE = "x005F_"
"""Lost where a workbook is read: an escape of the format."""
_COMMENT_SIZE = {"width": 320, "height": 90}


@dataclass(frozen=True, slots=True)
class Question:
    """One pair, as it goes out and comes back."""

    pair: str
    """What it is about, for the program."""
    state: str
    """Digest of what was known of it."""
    cells: tuple[str, ...]
    """The texts beside the answer."""
    comments: Mapping[int, str] = field(default_factory=dict)
    """Place of a cell → what is said of it."""
    answer: str = ""
    action: str = ""
    row: int = 0
    """Row of the sheet, where it comes back."""
    seal: str = ""
    """As it stands in the sheet, where it comes back."""

    def sealed(self, secret: str) -> str:
        """The seal that belongs to it."""
        text = json.dumps([self.pair, self.state, *self.cells], ensure_ascii=False).replace(_ESCAPE, "")
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Choices:
    """What drop-downs offer, in the user's language."""

    answers: Sequence[str]
    actions: Sequence[str]


def write_questions(
    path: Path, questions: Sequence[Question], headings: Sequence[str], choices: Choices, draft: str, secret: str, at: str
) -> None:
    """Write the workbook. ``headings``: of the answers' columns, then of the cells. Raises `RefusedError` where the file exists."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError(_("Decisions are written to a workbook, so its name ends in .xlsx."), where=Where(file=str(path)))
    if path.exists():
        raise RefusedError(_("The file exists already."), where=Where(file=str(path)), hint=_("Choose another name."))
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _("Decisions")
    _head(sheet, [*headings, *HIDDEN], len(headings))
    for row, question in enumerate(questions, 2):
        _write(sheet, row, question, secret)
    _drop_down(sheet, 1, choices.answers, len(questions))
    _drop_down(sheet, 2, choices.actions, len(questions))
    stamp = book.create_sheet(STAMP)
    stamp.sheet_state = "veryHidden"
    for row, fact in enumerate((STAMP, FORMAT, draft, at), 1):
        _set(stamp.cell(row, 1), fact)
    with whole_file(path) as temporary:
        book.save(temporary)


def _head(sheet: Worksheet, headings: Sequence[str], shown: int) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "C2"
    for position, heading in enumerate(headings, 1):
        cell = sheet.cell(1, position)
        _set(cell, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFD9A0" if position <= ANSWERS else "DCE6F1")
        dimension = sheet.column_dimensions[get_column_letter(position)]
        dimension.width = min(max(12, len(heading) + 2), WIDEST)
        dimension.hidden = position > shown
    sheet.auto_filter.ref = f"A1:{get_column_letter(shown)}1"


def _write(sheet: Worksheet, row: int, question: Question, secret: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.utils import get_column_letter

    texts = (question.answer, question.action, *question.cells, question.pair, question.state, question.sealed(secret))
    for position, text in enumerate(texts, 1):
        cell = sheet.cell(row, position)
        if text:
            _set(cell, text)
        dimension = sheet.column_dimensions[get_column_letter(position)]
        dimension.width = max(dimension.width, min(len(text) + 2, WIDEST))
    for place, text in question.comments.items():
        sheet.cell(row, ANSWERS + 1 + place).comment = Comment(text, STAMP, **_COMMENT_SIZE)


def _set(cell: Any, text: str) -> None:
    from tui_import.output.workbook import set_text

    set_text(cell, text)
    cell.number_format = "@"


def _drop_down(sheet: Worksheet, position: int, words: Sequence[str], rows: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    if not rows:
        return
    rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    rule.error = _("Choose one of: {names}.").format(names=", ".join(words))
    letter = get_column_letter(position)
    rule.add(f"{letter}2:{letter}{rows + 1}")
    sheet.add_data_validation(rule)


def plain(text: str) -> str:
    """A text as a cell will give it back."""
    from tui_import.output.workbook import cell_text

    return cell_text(text)


@dataclass(frozen=True, slots=True)
class Answers:
    """A decision workbook that came back."""

    draft: str
    questions: tuple[Question, ...]


def read_questions(path: Path) -> Answers:
    """Read one. Raises `SourceError` where it is no decision workbook or cannot be read."""
    where = Where(file=str(path))
    none = SourceError(
        _("This is no decision workbook."), where=where, hint=_("Write one with: tui-import drafts export-decisions DRAFT FILE.xlsx")
    )
    try:
        with path.open("rb") as stream:
            return _read(stream, none)
    except OSError as error:
        raise SourceError(_("It cannot be read: {reason}.").format(reason=error.strerror or error), where=where) from error


def _read(stream: BinaryIO, none: SourceError) -> Answers:
    """``stream`` is closed by whoever opened it: openpyxl leaves a file open that it fails on."""
    import openpyxl

    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise none
        book = openpyxl.load_workbook(stream, data_only=True, read_only=True)
        try:
            return _answers(book, none)
        finally:
            book.close()
    except SourceError:
        raise
    except Exception as error:  # a damaged workbook may fail in any way inside the library
        raise none from error


def _answers(book: Any, none: SourceError) -> Answers:
    if STAMP not in book.sheetnames:
        raise none
    stamp = [_text(row[0]) for row in book[STAMP].iter_rows(max_col=1, max_row=4, values_only=True) if row]
    if len(stamp) < 3 or stamp[:2] != [STAMP, FORMAT]:
        raise none
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    headings = [_text(value) for value in next(rows, ())]
    if not all(name in headings for name in HIDDEN):
        raise none
    pair, state, seal = (headings.index(name) for name in HIDDEN)
    found = []
    for number, values in enumerate(rows, 2):
        texts = [_text(value) for value in values] + [""] * (len(headings) - len(values))
        if any(texts):
            found.append(
                Question(texts[pair], texts[state], tuple(texts[ANSWERS:pair]), {}, texts[0].strip(), texts[1].strip(), number, texts[seal])
            )
    return Answers(stamp[2], tuple(found))


def _text(value: object) -> str:
    return "" if value is None else str(value)
