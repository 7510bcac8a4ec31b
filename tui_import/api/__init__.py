"""All that a plugin may import. Names listed here keep their meaning within one major `API_VERSION`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_import.api.capabilities import (
    OPERATORS,
    Criterion,
    HasConnections,
    HasLists,
    Kind,
    Operator,
    Page,
    Searchable,
    SearchField,
    SignedIn,
    SignInStep,
    SignsIn,
    meets,
)
from tui_import.api.errors import (
    PasswordNeededError,
    PluginError,
    SourceError,
    TuiImportError,
    Where,
)
from tui_import.api.i18n import N_, _, ngettext
from tui_import.api.options import Choice, ConnectionOptions, Option, Options, OptionType, OptionValue, keep_secrets
from tui_import.api.runs import FinishedRun
from tui_import.api.source import (
    API_VERSION,
    MOST_CELLS,
    MOST_TEXT,
    NO_FIELD,
    Capability,
    Column,
    Finding,
    Peek,
    Row,
    Scalar,
    Source,
    Table,
)
from tui_import.api.transforms import Transform

if TYPE_CHECKING:
    from tui_import.api.hooks import hookimpl

__all__ = [
    "API_VERSION",
    "MOST_CELLS",
    "MOST_TEXT",
    "NO_FIELD",
    "N_",
    "OPERATORS",
    "Capability",
    "Choice",
    "Column",
    "ConnectionOptions",
    "Criterion",
    "Finding",
    "FinishedRun",
    "HasConnections",
    "HasLists",
    "Kind",
    "Operator",
    "Option",
    "OptionType",
    "OptionValue",
    "Options",
    "Page",
    "PasswordNeededError",
    "Peek",
    "PluginError",
    "Row",
    "Scalar",
    "SearchField",
    "Searchable",
    "SignInStep",
    "SignedIn",
    "SignsIn",
    "Source",
    "SourceError",
    "Table",
    "Transform",
    "TuiImportError",
    "Where",
    "_",
    "hookimpl",
    "keep_secrets",
    "meets",
    "ngettext",
]


def __getattr__(name: str) -> Any:
    """`hookimpl` brings pluggy along, which no command needs that reads no source."""
    if name == "hookimpl":
        from tui_import.api.hooks import hookimpl

        return hookimpl
    raise AttributeError(name)
