"""Work in threads: never blocks the screens, stops when asked, never ends the program by an error."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import tui_import.tui as tui_package
from tests.tui.conftest import driven
from tests.tui.fakes import FakeSession, FakeWorkspace
from tui_import.api.errors import UsageError
from tui_import.model.plan import Summary
from tui_import.model.progress import Progress
from tui_import.tui.widgets.status import duration, progress_words


class Slow(FakeSession):
    """An import that runs until it is allowed to end, or stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = threading.Event()
        self.started = threading.Event()

    def apply(self, progress: Progress | None = None, *, accept_clears: bool = False) -> Summary:
        assert progress is not None
        progress.begin("Writing", 1000)
        self.started.set()
        while not self.may_end.wait(0.01):
            progress.advance(1)
        return super().apply(progress, accept_clears=accept_clears)


async def start(tui: Any, session: Slow) -> None:
    await tui.press("f8", "f8", "f8", "f9", "f9")
    await tui.pilot.press("5", "enter")
    while not session.started.is_set():
        await tui.pilot.pause(0.01)
    await tui.pilot.pause(0.6)


async def test_progress_is_shown_in_words_while_the_screen_stays_usable() -> None:
    session = Slow()
    async with driven(FakeWorkspace(session), location="x.xlsx") as tui:
        await start(tui, session)
        assert "Writing" in tui.text
        assert "of 1,000" in tui.text
        await tui.pilot.press("f1")
        await tui.pilot.pause()
        assert "F9 asks for the number" in tui.text
        session.may_end.set()
        await tui.settle()
        assert "[6 Result]" in tui.text


async def test_esc_asks_and_stops_without_a_trace() -> None:
    session = Slow()
    async with driven(FakeWorkspace(session), location="x.xlsx") as tui:
        await start(tui, session)
        await tui.pilot.press("escape")
        await tui.pilot.pause()
        assert "Stop?" in tui.text
        await tui.press("y")
        assert "Stopped. Nothing was changed." in tui.text
        assert session.summary is None
        assert "[5 Import]" in tui.text


async def test_leaving_in_the_middle_of_work_closes_the_draft_only_when_the_work_has_ended() -> None:
    """SQLite crashes where a connection is closed that another thread is using."""
    session = Slow()
    async with driven(FakeWorkspace(session), location="x.xlsx") as tui:
        await start(tui, session)
        await tui.pilot.press("ctrl+q")
    assert not session.closed
    session.may_end.set()
    tui.app.close_released()
    assert session.closed


async def test_ctrl_c_asks_too() -> None:
    session = Slow()
    async with driven(FakeWorkspace(session), location="x.xlsx") as tui:
        await start(tui, session)
        await tui.pilot.press("ctrl+c")
        await tui.pilot.pause()
        assert "Stop?" in tui.text
        await tui.press("y")
        assert session.summary is None


async def test_other_steps_wait_while_something_runs() -> None:
    session = Slow()
    async with driven(FakeWorkspace(session), location="x.xlsx") as tui:
        await start(tui, session)
        await tui.pilot.press("2")
        await tui.pilot.pause()
        assert "[5 Import]" in tui.text
        session.may_end.set()
        await tui.settle()


async def test_leaving_the_program_stops_what_runs() -> None:
    session = Slow()
    async with driven(FakeWorkspace(session), location="x.xlsx") as tui:
        await start(tui, session)
        await tui.pilot.press("ctrl+q")
    assert session.summary is None


async def test_a_mistake_in_a_step_is_shown_and_the_program_goes_on() -> None:
    session = FakeSession()

    def broken(_progress: Progress | None = None) -> None:
        raise ZeroDivisionError("with a customer's name in it")

    session.plan = broken  # type: ignore[assignment,method-assign]
    async with driven(FakeWorkspace(session), location="x.xlsx") as tui:
        await tui.press("f8", "f8", "f8")
        assert "ZeroDivisionError" in tui.text
        assert "customer's name" not in tui.text
        await tui.press("escape")
        assert "[4 Preview]" in tui.text


async def test_a_hang_up_ends_the_program_and_keeps_the_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import signal

    class Watchdog:
        daemon = False

        def __init__(self, seconds: float, *_args: Any) -> None:
            assert seconds <= 1

        def start(self) -> None:
            """Not in the tests' own process."""

    monkeypatch.setattr("tui_import.tui.bridge.threading.Timer", Watchdog)
    session, asked = Slow(), []
    monkeypatch.setattr(Slow, "hand_over", lambda _self, **how: asked.append(how), raising=False)
    async with driven(FakeWorkspace(session), location="x.xlsx", signals=True) as tui:
        await start(tui, session)
        os.kill(os.getpid(), signal.SIGHUP)
        await tui.pilot.pause(0.2)
    assert tui.app.return_code == 128 + signal.SIGHUP
    assert len(asked) == 1, "it goes on elsewhere"
    assert session.summary is None
    tui.app.close_released()
    assert session.closed


def test_progress_reads_as_a_sentence() -> None:
    progress = Progress()
    progress.begin("Writing", 4000)
    progress.done = 1000
    progress.started -= 10
    words = progress_words(progress, "")
    assert words.startswith("Writing · 1,000 of 4,000 (25 %) · ")
    assert "a second" in words
    assert words.endswith("30 s left")


@pytest.mark.parametrize(("seconds", "expected"), [(0.4, "0 s"), (59, "59 s"), (125, "2 min 5 s")])
def test_times_read_as_people_say_them(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_show_screens_is_pointed_to_the_command_line(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.__stdin__", Terminal())
    monkeypatch.setattr("sys.__stderr__", Terminal())
    monkeypatch.setenv("TERM", term)
    with pytest.raises(UsageError, match="tui-import run"):
        tui_package.run_tui(None)


def test_without_a_terminal_the_command_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.__stdin__", None)
    with pytest.raises(UsageError, match="tui-import run"):
        tui_package.run_tui(None)
