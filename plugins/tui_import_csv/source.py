"""The source "csv": its options, and whether a file is one that it reads."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path

from tui_import.api import N_, Choice, Option, Options, Source, SourceError, Table, Where, _
from tui_import_csv.table import AUTO, KEEP, REMOVE, CsvTable, Wanted, readable

STANDARD_INPUT = "-"
OPEN_FILES = Path("/proc/self/fd")
"""On Linux: files that are open, to be opened once more."""

_FOREIGN = (
    (b"PK\x03\x04", N_("It is a workbook or another zip archive, not a text file.")),
    (b"\xd0\xcf\x11\xe0", N_("It is a workbook or another Office file, not a text file.")),
    (b"%PDF", N_("It is a PDF, not a text file.")),
    (b"\x1f\x8b", N_("It is compressed with gzip; unpack it first.")),
    (b"SQLite format 3", N_("It is a SQLite database, not a text file.")),
)


class CsvSource(Source):
    """Text files with separated values, and standard input."""

    name = "csv"
    suffixes = (".csv", ".tsv", ".tab", ".txt", ".psv", ".asc", STANDARD_INPUT)

    def __init__(self) -> None:
        self._spooled: dict[str, Path] = {}

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("CSV or other text file")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Values separated by commas, semicolons, tabs or anything else, one record a line")

    def options(self) -> Sequence[Option]:
        """Everything is found out where it is not given."""
        return (
            Option(
                "encoding",
                _("Encoding"),
                help=_("How letters are stored: utf-8, cp1252 (Windows), utf-16, mac-roman …; auto finds it out"),
                default=AUTO,
                choices=[Choice(AUTO, _("find out")), *(Choice(name, name) for name in ("utf-8", "cp1252", "cp1250", "cp850", "utf-16"))],
            ),
            Option(
                "delimiter",
                _("Delimiter"),
                help=_("The character between two values: , ; | tab space or any other; auto finds it out"),
                default=AUTO,
                choices=[Choice(AUTO, _("find out")), *(Choice(sign, sign) for sign in (",", ";", "tab", "|"))],
            ),
            Option(
                "quote",
                _("Quotation mark"),
                help=_("The character around values that hold a delimiter: \" or ' or none; auto finds it out"),
                default=AUTO,
                choices=[Choice(AUTO, _("find out")), Choice('"', '"'), Choice("'", "'"), Choice("none", _("none"))],
            ),
            Option(
                "record_delimiter",
                _("Record delimiter"),
                help=_("The character between two records, like ~ or |; auto: the end of the line"),
                default=AUTO,
            ),
            Option(
                "header_row",
                _("Heading row"),
                help=_("The line of the headings: 1, 3, or 3-4 for several; 0 for none; auto finds it out"),
                default=AUTO,
            ),
            Option(
                "apostrophes",
                _("Apostrophes before formulas"),
                help=_("Exports put one before a cell that spreadsheet programs would run, like '=1+1"),
                default=REMOVE,
                choices=[Choice(REMOVE, _("take away")), Choice(KEEP, _("keep"))],
            ),
        )

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """The file's one table; standard input is kept in a temporary file until the program ends."""
        wanted = Wanted.of(options)
        if location == STANDARD_INPUT:
            return [CsvTable(self._spool(location), _("standard input"), STANDARD_INPUT, wanted)]
        path = Path(location).expanduser()
        kind = _check(path, location)
        if stat.S_ISFIFO(kind):
            path = self._spool(location)
        return [CsvTable(path, Path(location).name, location, wanted)]

    def _spool(self, location: str) -> Path:
        """Copy a stream, which can be read only once, to where it can be read again."""
        path = self._spooled.get(location)
        if path is None:
            handle, path = self._temporary()
            self._spooled[location] = path
            with readable(location), open(handle, "wb") as target, contextlib.ExitStack() as stack:
                stream = sys.stdin.buffer if location == STANDARD_INPUT else stack.enter_context(Path(location).open("rb"))
                shutil.copyfileobj(stream, target)
        if not path.stat().st_size:
            raise SourceError(_("Nothing came in."), where=Where(location))
        return path

    def _temporary(self) -> tuple[int, Path]:
        """A file to write to, and the path to read it by. Where the system can, it has no name, so that not even ``kill -9`` leaves it."""
        handle, name = tempfile.mkstemp(prefix="tui-import-")
        path = Path(name)
        if not OPEN_FILES.is_dir():
            weakref.finalize(self, path.unlink, missing_ok=True)
            return handle, path
        path.unlink()
        kept = os.dup(handle)
        weakref.finalize(self, os.close, kept)
        return handle, OPEN_FILES / str(kept)


def _check(path: Path, shown: str) -> int:
    """The file's mode. Raises `SourceError` where it cannot be read."""
    where = Where(shown)
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb") as file:
                head = file.read(16)
        elif stat.S_ISFIFO(status.st_mode):
            return status.st_mode
        elif stat.S_ISDIR(status.st_mode):
            raise SourceError(_("It is a folder."), where=where, hint=_("Name a file in it."))
        else:
            raise SourceError(_("It is not a file."), where=where)
    except FileNotFoundError as error:
        raise SourceError(_("There is no such file."), where=where) from error
    except PermissionError as error:
        raise SourceError(_("You may not read this file."), where=where, hint=_("Ask its owner for the right to read it.")) from error
    except (OSError, ValueError) as error:
        raise SourceError(_("The file cannot be read: {reason}.").format(reason=getattr(error, "strerror", error)), where=where) from error
    if not head:
        raise SourceError(_("The file is empty."), where=where)
    for magic, sentence in _FOREIGN:
        if head.startswith(magic):
            raise SourceError(_(sentence), where=where, hint=_("Choose another source for it."))
    return status.st_mode
