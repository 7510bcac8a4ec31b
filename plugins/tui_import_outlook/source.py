"""The source "outlook": what kind of file it is, and its tables."""

from __future__ import annotations

from collections.abc import Sequence

from tui_import_csv.source import CsvSource

from tui_import.api import Option, Options, Source, Table, _


class OutlookSource(Source):
    """Files of Outlook."""

    name = "outlook"
    suffixes = (".csv",)

    def __init__(self) -> None:
        self._csv = CsvSource()

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Outlook file")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Contacts that Outlook exported or keeps in a file")

    def options(self) -> Sequence[Option]:
        """Those of a text file."""
        return self._csv.options()

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """The tables of the file."""
        return self._csv.open(location, options)
