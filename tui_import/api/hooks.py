"""The hooks that a plugin module implements, each found by an entry point of its group; one module may have several.

======================  =========================
``register_sources``    ``tui_import.sources``
``register_transforms`` ``tui_import.transforms``
``after_import``        ``tui_import.after_import``
======================  =========================
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pluggy

from tui_import.api.runs import FinishedRun
from tui_import.api.source import Source
from tui_import.api.transforms import Transform

PROJECT = "tui_import"
ENTRY_POINT_GROUP = "tui_import.sources"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """Hook specifications. An implementation may leave out arguments that it does not need."""

    @hookspec
    def register_sources(self, register: Callable[[Source], None]) -> None:
        """Call ``register(source)`` for the source that the entry point is named after."""

    @hookspec
    def register_transforms(self, register: Callable[[Transform], None]) -> None:
        """Call ``register(transform)`` for each transform of the package."""

    @hookspec
    def after_import(self, run: FinishedRun, settings: Mapping[str, Any]) -> None:
        """An import is done. ``settings``: the table ``[settings.NAME]`` of the user's ``plugins.toml``, NAME being the entry point's.

        Nothing can be changed any more; half a minute later the program goes on without you.
        """


class ApiDeprecationWarning(DeprecationWarning):
    """A plugin uses what a later major version will not have; the host keeps it once, as a note beside the plugin."""


def __getattr__(name: str) -> Any:
    if name == "SourceHooks":  # its name in version 1.0
        warnings.warn("SourceHooks is called Hooks since version 1.1 of the API", ApiDeprecationWarning, stacklevel=2)
        return Hooks
    raise AttributeError(name)
