"""Workbooks: every text is a text cell, so nothing in it can run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tui_import.api.formulas import needs_guard
from tui_import.api.i18n import _
from tui_import.output.export import as_text

ROWS_A_SHEET = 1_048_576
"""What a sheet holds, heading included; further records go on to a further sheet."""
CELL_LIMIT = 32_767
"""Characters that a cell holds."""
TITLE_LIMIT = 31
"""Characters that a sheet's name holds."""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML cannot carry."""
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Where a text looks like the format's escape of a character, which programs would put in its place."""
_ILLEGAL_TITLE = re.compile(r"[\[\]:*?/\\]")


def write_workbook(records: Iterable[Mapping[str, Any]], columns: Sequence[str], stream: BinaryIO, title: str) -> int:
    """Write the records to a workbook with frozen, bold headings; returns how many. Streams: rows are not kept."""
    book = Workbook(write_only=True)
    sheet = _new_sheet(book, title, columns)
    count = on_sheet = 0
    for record in records:
        if on_sheet == ROWS_A_SHEET - 1:
            sheet = _new_sheet(book, f"{title[: TITLE_LIMIT - 3]} {len(book.worksheets) + 1}", columns)
            on_sheet = 0
        sheet.append([_cell(sheet, record.get(column)) for column in columns])
        on_sheet += 1
        count += 1
    book.save(stream)
    return count


def _new_sheet(book: Workbook, title: str, columns: Sequence[str]) -> Any:
    sheet = book.create_sheet(_ILLEGAL_TITLE.sub(" ", title)[:TITLE_LIMIT])
    sheet.freeze_panes = "A2"
    for position, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(position)].width = max(12, len(column) + 2)
    headings = []
    for column in columns:
        cell = text_cell(sheet, column)
        cell.font = Font(bold=True)
        headings.append(cell)
    sheet.append(headings)
    return sheet


def _cell(sheet: Any, value: object) -> Any:
    """Numbers stay numbers, everything else is text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return text_cell(sheet, as_text(value))


def text_cell(sheet: Any, text: str) -> Any:
    """A new cell of a streamed sheet that holds the text."""
    cell = WriteOnlyCell(sheet, value="")
    set_text(cell, text)
    return cell


def cell_text(text: str) -> str:
    """As much of a text as a cell can carry."""
    return _ILLEGAL.sub("\ufffd", text)[:CELL_LIMIT]


def set_text(cell: Any, text: str) -> None:
    """Make the cell text whatever it looks like, also after somebody edits it."""
    clean = _ILLEGAL.sub("\ufffd", text)
    # set past openpyxl, which would take "=1+1" for a formula and "#N/A" for an error
    cell._value = _ESCAPE.sub("_x005F_", cell_text(text))
    cell.data_type = "s"
    if needs_guard(clean):
        cell.quotePrefix = True
    if len(clean) > CELL_LIMIT:
        cell.comment = Comment(
            _("Cut after {limit} characters, which is all that a cell holds. The JSON export has the whole text.").format(limit=CELL_LIMIT),
            "tui-import",
        )
