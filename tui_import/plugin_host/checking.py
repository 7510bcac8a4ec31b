"""The conformance suite on an installed source: ``tui-import sources check NAME [LOCATION]``."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tui_import.api.errors import TuiImportError
from tui_import.api.i18n import _
from tui_import.api.options import Options
from tui_import.plugin_host.guard import call
from tui_import.plugin_host.registry import load

LIMIT = 600.0
"""Seconds per rule."""


def check_source(name: str, location: str = "", options: Options | None = None) -> Sequence[tuple[str, str]]:
    """Each rule of the contract and what is wrong with it (empty: nothing). Without either only what the source says.

    Raises `UsageError` for an unknown source, `PluginError` for one that does not load.
    """
    from tui_import.api.testing.conformance import Conformance

    source = load(name)
    found = [(_("loading"), "")]
    with tempfile.TemporaryDirectory(prefix="tui-import-check-") as folder:
        suite = Conformance(source.plugin, location, Path(folder), options)
        rules = Conformance.rules if location or options else Conformance.rules[:1]
        found += [(_(rule), _failure(partial(call, source.speaker, rule, partial(suite.check, rule), LIMIT))) for rule in rules]
    printed = source.speaker.noise.text
    if printed:
        found.append((_("silence"), _("It prints: {text}").format(text=printed[:200])))
    return found


def _failure(check: partial[None]) -> str:
    try:
        check()
    except TuiImportError as error:
        cause = error.__cause__
        return str(cause) if isinstance(cause, AssertionError) else str(error)
    return ""
