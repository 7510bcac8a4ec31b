"""The source "outlook": what kind of file it is, and its tables."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from tui_import_csv.source import CsvSource

from tui_import.api import Option, Options, Source, SourceError, Table, Where, _
from tui_import.api.columns import columns_option, only_filled
from tui_import_outlook.export import open_export
from tui_import_outlook.headings import SURE, recognise_bytes
from tui_import_outlook.items import Place, open_items

HEAD = 1 << 16
_DATA_FILE = b"!BDN"
_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENDINGS = {"pst": (".pst", ".ost"), "msg": (".msg",)}


class OutlookSource(Source):
    """Files of Outlook: what it exported as CSV, its data files, contacts saved as items."""

    name = "outlook"
    suffixes = (".csv", ".pst", ".ost", ".msg", "/.msg")

    def __init__(self) -> None:
        self._csv = CsvSource()

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Outlook file")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Contacts that Outlook exported as CSV or keeps in a pst, ost or msg file")

    def options(self) -> Sequence[Option]:
        """The folder of a data file, which columns there are, and how a CSV file is read."""
        folder = Option("sheet", _("Folder"), help=_("The folder of a data file to import; empty takes all contacts"), default="")
        return (folder, columns_option(), *self._csv.options())

    def recognises(self, head: bytes) -> float:
        """By the headings of an export, whatever its language, or by the marks of the other files."""
        return SURE if head.startswith((_DATA_FILE, _CONTAINER)) or recognise_bytes(head) else 0.0

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """One table of a CSV file or of saved contacts; one per folder of a data file."""
        path, complete = os.path.expanduser(location), not only_filled(options)
        if os.path.isdir(path):
            _check_folder(path, location)
            return open_items(Place(path, location, "msg"), complete)
        head = _head(path)
        if head.startswith((_DATA_FILE, _CONTAINER)):
            return open_items(Place(path, location, "pst" if head.startswith(_DATA_FILE) else "msg"), complete)
        ending = Path(path).suffix.lower()
        if head and any(ending in endings for endings in _ENDINGS.values()):
            raise SourceError(
                _("It is not an Outlook file, though its name ends in {ending}.").format(ending=ending),
                where=Where(location),
                hint=_("Choose another source for it."),
            )
        return open_export(self._csv, location, options, recognise_bytes(head), complete)


def _check_folder(path: str, location: str) -> None:
    if not any(name.lower().endswith(_ENDINGS["msg"]) for name in os.listdir(path)):
        raise SourceError(_("It is a folder without msg files."), where=Where(location), hint=_("Name a file in it."))


def _head(path: str) -> bytes:
    """The first bytes of a file; none of a pipe, which can be read only once, and of what cannot be read, which its reader will tell."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""
        with Path(path).open("rb") as file:
            return file.read(HEAD)
    except (OSError, ValueError):
        return b""
