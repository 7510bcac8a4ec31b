"""A Textual driver for slow lines: it keeps a picture of what the terminal shows and sends only the cells that changed.

    linux    `LeanDriver`, the driver: what is written, what is read
    shadow   the terminal's screen, and the shortest way to another one
    cells    frames of Textual into cells; the second wall against commands to the terminal that stand in data
    pens     colours and attributes, and the shortest way from one to the next
    typing   keys, sequences and pastes out of what a line delivers in portions
    letters  terminals and keyboards that do not know UTF-8

Nothing here knows about importing: ``App(driver_class=driver_class())`` works for any application of Textual 8.2.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver

VARIABLE = "TUI_IMPORT_DRIVER"
"""Environment: "stock" leaves the screen to Textual's own driver."""


def driver_class(environ: Mapping[str, str] = os.environ) -> type[Driver] | None:
    """The driver to use; None: Textual's own, since the user wants it or the system has no terminals of that kind."""
    if sys.platform == "win32" or environ.get(VARIABLE) == "stock" or environ.get("TEXTUAL_DRIVER"):
        return None
    from tui_import.tui.driver.linux import LeanDriver

    return LeanDriver
