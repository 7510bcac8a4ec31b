"""An import by keyboard, step by step, for the tests on a terminal."""

from __future__ import annotations

import re

from tests.e2e.terminal import Terminal


def open_preview(terminal: Terminal) -> str:
    terminal.wait_for("Step 1 of 6")
    terminal.press("F8")
    terminal.wait_for("Step 2 of 6", "F8 goes on")
    terminal.press("F8")
    terminal.wait_for("Step 3 of 6")
    terminal.press("F8")
    return terminal.wait_for("Step 4 of 6", "Showing all", "> [")  # with the cursor on a row: the plan is read


def import_all(terminal: Terminal) -> int:
    """Import, agreeing to what is asked; returns how many rows the question named."""
    terminal.press("F8")
    terminal.wait_for("Step 5 of 6", "F9 starts the import")
    terminal.press("F9")
    asked = re.search(r"Type (\d+) and press Enter", terminal.wait_for("and press Enter"))
    assert asked is not None
    terminal.press(asked[1], "Enter")  # in one burst, as a slow line delivers it
    terminal.wait_for("Step 6 of 6", "Done:")
    return int(asked[1])


def leave(terminal: Terminal) -> None:
    terminal.press("\x11")
    assert terminal.wait_for_end() == 0
