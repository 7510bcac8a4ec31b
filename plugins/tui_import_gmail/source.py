"""The source "gmail": a file of Google contacts."""

from __future__ import annotations

from collections.abc import Sequence

from tui_import_csv.source import CsvSource

from tui_import.api import Option, Options, Source, Table, _


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
        """Those of a text file."""
        return self._csv.options()

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """The one table of the file."""
        return self._csv.open(location, options)
