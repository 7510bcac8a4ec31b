"""Address books on a server by CardDAV: iCloud, Fastmail, Nextcloud, SOGo, Radicale and all others that speak it."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Source, hookimpl
from tui_import_carddav.source import CarddavSource


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """The one source of this package."""
    register(CarddavSource())
