"""The source "excel": options, the sheets of a workbook, and what kind of file it really is."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

from tui_import.api import N_, Option, Options, OptionType, Source, SourceError, Table, Where, _
from tui_import.api.errors import UsageError
from tui_import.api.headings import chosen_heading
from tui_import_excel.child import Child, failure
from tui_import_excel.sheet import SheetTable, Wanted

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BIFF = re.compile(rb"\x09[\x00\x02\x04\x08]..", re.DOTALL)
"""Workbooks of Excel 2 to 4 begin so, without a container around them."""
_TEXTS = (
    (re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet", re.IGNORECASE), N_("It is a workbook in the XML format of Excel 2003.")),
    (re.compile(rb"<office:document", re.IGNORECASE), N_("It is a workbook in the flat XML format of OpenDocument.")),
    (re.compile(rb"<!doctype html|<html|<table|<meta", re.IGNORECASE), N_("It is a web page with the name of a workbook.")),
)


class ExcelSource(Source):
    """Workbooks."""

    name = "excel"
    suffixes = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".ods", ".ots")

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Excel or OpenDocument workbook")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("A sheet of an xlsx, xlsm, xls, xlsb or ods file")

    def options(self) -> Sequence[Option]:
        """All with a default; the password is asked for where one is needed."""
        return (
            Option("sheet", _("Sheet"), help=_("The sheet to import; empty takes the first one"), default=""),
            Option(
                "header_row",
                _("Heading row"),
                help=_("The row of the headings: 1, 3, or 3-4 for several; 0 for none; auto finds it out"),
                default="auto",
            ),
            Option("password", _("Password"), OptionType.PASSWORD, help=_("Only for encrypted workbooks; it is not kept"), default=""),
            Option(
                "hidden_rows",
                _("Hidden rows"),
                OptionType.BOOLEAN,
                help=_("Import the rows that are hidden in the sheet, too"),
                default=True,
            ),
        )

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """The worksheets, the one named by the option ``sheet`` first, hidden ones last."""
        heading, hidden_rows = chosen_heading(options.get("header_row")), _yes(options.get("hidden_rows", True))
        wanted = Wanted(str(options.get("password") or ""), heading, hidden_rows)
        path = os.path.expanduser(location)
        _check(path, location)
        sheets: list[tuple[str, bool]] = []
        for _kind, content in Child(path, location, wanted.password, "sheets"):
            sheets = content
        if not sheets:
            raise SourceError(_("The workbook has no sheet with cells."), where=Where(location))
        first = str(options.get("sheet") or "")
        if first and first not in (name for name, _visible in sheets):
            raise SourceError(
                failure("no_sheet", first, location).message,
                where=Where(location),
                hint=_("It has: {sheets}.").format(sheets=", ".join(name for name, _visible in sheets)),
            )
        sheets.sort(key=lambda sheet: (sheet[0] != first, not sheet[1]))
        return [SheetTable(path, location, name, not visible, wanted) for name, visible in sheets]


def _yes(value: object) -> bool:
    if isinstance(value, str):
        text = value.strip().lower()
        if text in ("true", "yes", "1", "on"):
            return True
        if text in ("false", "no", "0", "off", ""):
            return False
        raise UsageError(_("“{value}” is neither yes nor no.").format(value=value))
    return value is None or bool(value)


def _check(path: str, shown: str) -> None:
    """Raise `SourceError` where it is no file, may not be read, or is plainly no workbook."""
    where = Where(shown)
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            raise SourceError(_("It is a folder."), where=where, hint=_("Name a file in it."))
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise SourceError(_("A workbook must be a file."), where=where)
        with Path(path).open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError as error:
        raise SourceError(_("There is no such file."), where=where) from error
    except PermissionError as error:
        raise SourceError(_("You may not read this file."), where=where, hint=_("Ask its owner for the right to read it.")) from error
    except (OSError, ValueError) as error:
        raise SourceError(_("The file cannot be read: {reason}.").format(reason=getattr(error, "strerror", error)), where=where) from error
    if not head:
        raise SourceError(_("The file is empty."), where=where)
    if not head.startswith(_WORKBOOK) and not _BIFF.match(head):
        _refuse_text(head, where)


def _refuse_text(head: bytes, where: Where) -> None:
    for pattern, sentence in _TEXTS:
        if pattern.search(head):
            raise SourceError(_(sentence), where=where, hint=_("Open it in a spreadsheet program and save it as xlsx."))
    if b"\0" not in head:
        raise SourceError(_("It is a text file with the name of a workbook."), where=where, hint=_("Read it with the source csv."))
    raise SourceError(_("It is not a workbook."), where=where, hint=_("Choose another source for it."))
