"""What is said where a mistake of ours ends the screens: its place, and no values, since those are the users' data."""

from __future__ import annotations

import traceback
from pathlib import Path

from rich.text import Text

from tui_import.api.i18n import _

FRAMES = 8
"""Innermost places that are named."""


def crash_words(error: BaseException | None) -> Text:
    """What is printed after the screens are gone."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:] if error else []
    places = [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    intro = _("tui-import stopped by a mistake in it: {kind}. The store is unharmed, the import in progress is kept.")
    return Text("\n".join([intro.format(kind=type(error).__name__), *places]))
