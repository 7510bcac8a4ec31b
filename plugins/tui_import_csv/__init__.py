"""Text files with separated values: any delimiter, quote and encoding, found out and shown, streamed."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Source, hookimpl
from tui_import_csv.source import CsvSource


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """The one source of this package."""
    register(CsvSource())
