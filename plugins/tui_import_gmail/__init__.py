"""Google contacts as Gmail exports them: the source "gmail"."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Source, hookimpl
from tui_import_gmail.people import PeopleSource
from tui_import_gmail.source import GmailSource


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """The sources of this package; each has an entry point of its name."""
    register(GmailSource())
    register(PeopleSource())
