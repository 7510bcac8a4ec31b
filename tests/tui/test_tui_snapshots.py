"""One picture of each screen at 80x24: an unwanted change of looks is seen. Renew with ``pytest tests/tui --snapshot-update``."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import textual
from textual.pilot import Pilot

from tests.tui.conftest import Driven
from tests.tui.fakes import FakeWorkspace
from tests.tui.places import PLACES
from tui_import.tui.app import ImportApp
from tui_import.tui.messages import OpenLocation

DRAWN_WITH = "8.2"
"""SVGs change with every minor version of Textual; there the pictures are to be looked at and renewed."""
NAMES = [name for name in PLACES if name not in ("open", "confirm", "lists")]
"""The folder screen shows this machine's files; the others repeat what windows and lists look like."""


async def go(keys: tuple[str, ...], pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, ImportApp)
    tui = Driven(app, pilot)
    await tui.settle()
    for key in keys:
        if key == "OPEN":
            app.post_message(OpenLocation("/data/customers.xlsx"))
            await pilot.pause()
        elif key == "ROWS":
            await tui.press("5")
        elif key == "RUN":
            await tui.press("end", *["up"] * 4)
        else:
            await tui.press(key)
        await tui.settle()


@pytest.mark.skipif(not textual.__version__.startswith(DRAWN_WITH), reason="drawn with another version of Textual")
@pytest.mark.parametrize("name", NAMES)
def test_the_screen_looks_as_it_did(name: str, snap_compare: Any) -> None:
    app = ImportApp(FakeWorkspace())  # type: ignore[arg-type]
    assert snap_compare(app, terminal_size=(80, 24), run_before=functools.partial(go, PLACES[name]))
