"""Two ways to the values of a sheet: calamine, fast but all at once, and openpyxl, slow but row by row, for what is too large for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tui_import_excel.worker.container import Container, RefusedError

STREAM_ABOVE = 40 << 20
"""Bytes of an xlsx: larger ones are streamed."""
STREAM_ABOVE_UNPACKED = 600 << 20
"""Bytes of its largest part: what calamine would hold grows with it."""


_ENDINGS = {"xlsx": (".xlsx", ".xlsm"), "xlsb": (".xlsb",), "ods": (".ods",), "xls": (".xls",)}


@dataclass(frozen=True, slots=True)
class Values:
    """The rows of a sheet, from row 1 on, and how many there are at most, where that is known."""

    rows: Iterator[Sequence[Any]]
    height: int | None
    engine: str


def sheet_names(container: Container) -> list[tuple[str, bool]]:
    """(name, visible) of the worksheets, as calamine sees them."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    book = _calamine(container)
    return [
        (sheet.name, sheet.visible == SheetVisibleEnum.Visible) for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet
    ]


def read(container: Container, sheet: str) -> Values:
    """The values of one sheet, by the engine that fits its size."""
    return _streamed(container, sheet) if _is_large(container) else _whole(container, sheet)


def _is_large(container: Container) -> bool:
    if container.kind != "xlsx" or container.archive is None:
        return False
    largest = max((part.file_size for part in container.archive.infolist()), default=0)
    return container.size > STREAM_ABOVE or largest > STREAM_ABOVE_UNPACKED


def _calamine(container: Container) -> Any:
    import python_calamine

    container.file.seek(0)
    try:
        if container.path.lower().endswith(_ENDINGS[container.kind]):
            return python_calamine.CalamineWorkbook.from_path(container.path)  # says better what is wrong, and reads as it goes
        return python_calamine.CalamineWorkbook.from_filelike(container.file)  # knows the format by itself
    except python_calamine.PasswordError as error:
        raise RefusedError("ods_password" if container.kind == "ods" else "password") from error
    except python_calamine.CalamineError as error:
        raise _refused(error) from error


def _refused(error: Exception) -> RefusedError:
    return RefusedError("memory" if "limit exceeded" in str(error) else "damaged", str(error))


def _whole(container: Container, sheet: str) -> Values:
    import python_calamine

    book = _calamine(container)
    try:
        found = book.get_sheet_by_name(sheet)
    except python_calamine.WorksheetNotFound as error:
        raise RefusedError("no_sheet", sheet) from error
    except python_calamine.CalamineError as error:
        raise _refused(error) from error
    rows = found.iter_rows()
    if found.start and found.start[1]:  # it leaves empty columns out on the left, though not empty rows above
        margin = [""] * found.start[1]
        rows = (margin + row for row in rows)
    return Values(rows, found.total_height + 1 if found.height else 0, "calamine")


def _streamed(container: Container, sheet: str) -> Values:
    import openpyxl

    container.file.seek(0)
    try:
        book = openpyxl.load_workbook(container.file, read_only=True, data_only=True)
        page = book[sheet]
    except MemoryError:
        raise
    except Exception as error:  # openpyxl answers a damaged workbook with whatever happens to go wrong
        raise RefusedError("damaged", str(error)) from error
    page.reset_dimensions()
    return Values(page.iter_rows(values_only=True), None, "openpyxl")
