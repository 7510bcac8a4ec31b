"""Two ways to the values of a sheet: calamine, fast but all at once, and openpyxl, slow but row by row, for what is too large for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tui_import_excel.worker.container import Container, RefusedError

ALWAYS_WHOLE = 100 << 20
"""Bytes of unpacked XML that calamine may hold in any case."""
MOST_WHOLE = 2 << 30
"""Bytes of memory that it may take at most; half of what the machine has free, where that is less."""
MEMORY_PER_BYTE = 3
"""What it takes for a byte of unpacked XML."""

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
    """Too large for calamine, which holds a whole sheet at once."""
    if container.kind != "xlsx" or container.archive is None:
        return False
    parts = {part.filename.lower(): part.file_size for part in container.archive.infolist()}
    strings = sum(size for name, size in parts.items() if name.endswith("sharedstrings.xml"))
    sheet = max((size for name, size in parts.items() if "worksheets" in name), default=0)
    return sheet + strings > max(ALWAYS_WHOLE, min(MOST_WHOLE, _free_memory() // 2) // MEMORY_PER_BYTE)


def _free_memory() -> int:
    """Bytes that the machine has to give; a guess of 2 GB where it does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as facts:
            found = next(line for line in facts if line.startswith("MemAvailable"))
        return int(found.split()[1]) << 10
    except (OSError, StopIteration, ValueError, IndexError):
        return 2 << 30


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
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    # It would read a sheet that does not tell its size once to its end, only to learn what is not asked for here.
    ReadOnlyWorksheet._get_size = lambda _sheet: None  # type: ignore[attr-defined]
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
