"""vCard files: the contacts that every address book exports, versions 2.1, 3.0 and 4.0, one file or a folder of them, streamed."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Source, hookimpl
from tui_import_vcard.source import VcardSource


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """The one source of this package."""
    register(VcardSource())
