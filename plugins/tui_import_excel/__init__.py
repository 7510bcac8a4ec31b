"""Workbooks: xlsx, xlsm, xls, xlsb and ods, read in a child process with limits, since a hostile one can take a whole process down."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Source, hookimpl
from tui_import_excel.source import ExcelSource


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """The one source of this package."""
    register(ExcelSource())
