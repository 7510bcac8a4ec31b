"""Hostile cells, headers and file names: shown as letters, on every screen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.tui.conftest import Driven, driven
from tests.tui.fakes import FakeSession, FakeWorkspace
from tests.tui.test_tui_safe import FORBIDDEN

PAYLOADS = (
    "A\x1b]52;c;cm0gLXJm\x07B",
    "A\x1b[2J\x1b[31mB",
    "A\x9b31mC\x9d0;x\x9cB",
    "A\u202eevil\u202cB",
    "A\u2066x\u2069\u200b\u200fB",
    "A\U000e0041\U000e0042B",
    "A\ud800B",
    "A[@click=app.leave_now]X[/]B",
    "A[/nope]B",
    "A[bold",
    "Foo [Bar] AS",
    "Foo [/] Bar",
    "e" + "\u0301" * 60,
)
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H|\r?\n")


def frame(tui: Driven) -> str:
    """The bytes of a whole repaint, without our own colours and positions."""
    screen = tui.app.screen
    update = screen._compositor.render_update(full=True, screen_stack=tui.app._background_screens)
    return OWN_SEQUENCES.sub("", update.render_segments(tui.app.console))


def check(tui: Driven) -> None:
    found = frame(tui)
    found.encode("utf-8")
    assert {char for char in found if char in FORBIDDEN} == set()


def hostile_session(*payloads: str) -> FakeSession:
    rows = [(payload, payload, payload, payload, payload) for payload in payloads]
    return FakeSession(rows=[*rows, (payloads[0], "x", "y", "a@b.example", None)])


async def test_no_screen_lets_a_payload_through_or_falls_over_it() -> None:
    async with driven(FakeWorkspace(hostile_session(*PAYLOADS)), size=(160, 40), location=f"/data/{''.join(PAYLOADS)}.xlsx") as tui:
        for keys in (["f8"], ["v"], ["escape", "enter"], ["escape", "f8"], ["f8"], ["e"], ["escape", "f9"], ["f9"]):
            await tui.press(*keys)
            check(tui)


async def test_every_payload_can_be_edited_in_place() -> None:
    async with driven(FakeWorkspace(hostile_session(*PAYLOADS)), location="x.xlsx") as tui:
        await tui.press("f8", "f8", "f8")
        for _payload in PAYLOADS:
            await tui.press("e")
            check(tui)
            await tui.press("escape", "down")


@pytest.mark.parametrize("name", ["Foo [Bar] AS", "Foo [/] Bar", "[DK] Foo A/S"])
async def test_company_names_with_brackets_are_shown_in_full(name: str) -> None:
    async with driven(FakeWorkspace(hostile_session(name)), location="x.xlsx") as tui:
        for keys in (["f8"], ["v"], ["escape", "f8", "f8"]):
            await tui.press(*keys)
            assert name in tui.text


async def test_messages_with_hostile_text_are_shown_as_letters(workspace: FakeWorkspace) -> None:
    from tui_import.api.errors import SourceError, Where

    def broken(*_args: Any, **_options: Any) -> FakeSession:
        raise SourceError("Bad [/] \x1b]0;x\x07", where=Where(file="\u202ex"))

    workspace.begin = broken  # type: ignore[method-assign]
    async with driven(workspace, location="x") as tui:
        check(tui)
        assert "Bad [/]" in tui.text


async def test_raw_paste_of_letters_does_nothing_to_the_store(workspace: FakeWorkspace, session: FakeSession) -> None:
    """A paste without brackets arrives as keys: no letter may start the import."""
    async with driven(workspace, location="x.xlsx") as tui:
        await tui.press("f8", "f8", "f8", "5")
        await tui.press(*"iamportyyyn")
        assert session.summary is None
