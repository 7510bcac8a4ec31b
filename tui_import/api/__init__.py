"""All that a plugin may import. Names listed here keep their meaning within one major `API_VERSION`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_import.api.errors import (
    PasswordNeededError,
    PluginError,
    SourceError,
    TuiImportError,
    Where,
)
from tui_import.api.i18n import N_, _, ngettext
from tui_import.api.options import Choice, Option, Options, OptionType, OptionValue
from tui_import.api.source import API_VERSION, Column, Finding, Peek, Row, Scalar, Source, Table

if TYPE_CHECKING:
    from tui_import.api.hooks import hookimpl

__all__ = [
    "API_VERSION",
    "N_",
    "Choice",
    "Column",
    "Finding",
    "Option",
    "OptionType",
    "OptionValue",
    "Options",
    "PasswordNeededError",
    "Peek",
    "PluginError",
    "Row",
    "Scalar",
    "Source",
    "SourceError",
    "Table",
    "TuiImportError",
    "Where",
    "_",
    "hookimpl",
    "ngettext",
]


def __getattr__(name: str) -> Any:
    """`hookimpl` brings pluggy along, which no command needs that reads no source."""
    if name == "hookimpl":
        from tui_import.api.hooks import hookimpl

        return hookimpl
    raise AttributeError(name)
