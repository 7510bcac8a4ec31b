"""Plugins: found without being imported, loaded one by one when they are chosen, believed nothing.

A plugin is an entry point: its name is the source's name, its value the module with the hook. Whatever a plugin does wrong becomes a
`PluginError` that names it and its package; no other is worse off for it.

``registry``  what is installed and what came of loading it     ``policy``   which may load, how long each call may take
``guarded``   the source as the program knows it                ``guard``    calls with a time limit    ``noise``  what plugins print
``border``    checks of what they return                        ``extras``   transforms and after-import hooks
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from tui_import.api.errors import TuiImportError
from tui_import.api.source import Column, Row, Table
from tui_import.model.progress import Progress
from tui_import.plugin_host import border
from tui_import.plugin_host.checking import check_source
from tui_import.plugin_host.extras import GuardedTransform, extra_failures, tell_after_import, transforms
from tui_import.plugin_host.guard import Limits, stream
from tui_import.plugin_host.guarded import GuardedSource, GuardedTable
from tui_import.plugin_host.policy import ALLOW_LIST, FILE, Policy, policy_of
from tui_import.plugin_host.registry import GROUP, OWN_PACKAGE, SourceInfo, list_sources, load, registry, source_for, use

__all__ = [
    "ALLOW_LIST",
    "FILE",
    "GROUP",
    "OWN_PACKAGE",
    "GuardedSource",
    "GuardedTable",
    "GuardedTransform",
    "Limits",
    "Policy",
    "SourceInfo",
    "check_source",
    "checked_rows",
    "columns_of",
    "extra_failures",
    "forget",
    "list_sources",
    "load",
    "policy_of",
    "source_for",
    "speaking_for",
    "tell_after_import",
    "transforms",
    "use",
]


def forget() -> None:
    """Look again at what is installed and allowed."""
    registry.cache_clear()
    transforms.cache_clear()


@contextmanager
def speaking_for(name: str) -> Iterator[None]:
    """Around code of a plugin that runs here: what it raises that is not a `TuiImportError` becomes a `PluginError` that names it."""
    try:
        yield
    except (TuiImportError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a library's panic or an exit is no Exception, and still the plugin's fault
        raise registry().speaker(name).failed(error) from error


def columns_of(table: Table, name: str) -> Sequence[Column]:
    """The columns of a table of the source ``name``, checked."""
    if isinstance(table, GuardedTable):
        return table.columns()
    with speaking_for(name):
        return border.columns(registry().speaker(name), table.columns())


def checked_rows(table: Table, name: str, progress: Progress | None = None) -> Generator[Row, None, None]:
    """The rows of a table of the source ``name``, checked and made safe for the store; closing it closes the source's iterator.

    ``progress`` stops also a source that is silent.
    """
    if isinstance(table, GuardedTable):
        return table.rows(progress)
    speaker = registry().speaker(name)
    return stream(speaker, lambda: border.rows(speaker, table.rows()), Limits(), progress=progress)
