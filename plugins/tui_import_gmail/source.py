"""The source "gmail": a file of Google contacts."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence

from tui_import_csv.source import CsvSource

from tui_import.api import Option, Options, Source, Table, _
from tui_import.api.columns import columns_option, only_filled
from tui_import.api.exports import ContactTable
from tui_import_gmail.layout import is_google
from tui_import_gmail.table import GoogleTable

SURE = 0.95


class GmailSource(Source):
    """CSV files of Google contacts."""

    name = "gmail"
    suffixes = (".csv",)

    def __init__(self) -> None:
        self._csv = CsvSource()

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Google contacts file")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Contacts that Gmail exported as Google CSV")

    def options(self) -> Sequence[Option]:
        """Which columns there are, and how the file is read, where that is not found out rightly."""
        return (columns_option(), *self._csv.options())

    def recognises(self, head: bytes) -> float:
        """By the headings, which are English in every language."""
        return SURE if is_google(_headings(head)) else 0.0

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """The one table of the file."""
        complete = not only_filled(options)
        return [ContactTable(GoogleTable(table, complete), complete=complete) for table in self._csv.open(location, options)]


def _headings(head: bytes) -> list[str]:
    """The first record; old exports are UTF-16."""
    codec = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = codecs.getincrementaldecoder(codec)("replace").decode(head)
    line = next(iter(text.splitlines()), "")
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []
