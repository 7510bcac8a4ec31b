"""Red-letter days of a country: worked out by the library ``holidays``, for the years and in the language that are asked for."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Source, hookimpl
from tui_import_holidays.source import HolidaysSource


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """The one source of this package."""
    register(HolidaysSource())
