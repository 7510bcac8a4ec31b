"""What the tests of the screens share: an app over fakes, its text, and waiting without sleeping."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.fakes import FakeSession, FakeWorkspace
from tui_import.tui.app import ImportApp


class Driven:
    """A running app and the keys to it."""

    def __init__(self, app: ImportApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def text(self) -> str:
        """What stands on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    async def settle(self) -> None:
        """Until no job runs and all messages are handled."""
        for _ in range(400):
            await self.pilot.pause()
            if self.app.bridge.current is None and not getattr(self.app.screen, "_timer", None):
                break
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def until(self, words: str, *, rest: bool = True) -> None:
        """Until words stand on the screen. ``rest``: the app comes to rest before, which it does not where a sign-in waits for its user."""
        for _ in range(500):
            if rest:
                await self.settle()
            if words in self.text:
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"“{words}” never came:\n{self.text}")

    async def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    async def go_down_to(self, words: str) -> None:
        """The cursor down to a line."""
        for _ in range(200):
            if f"> {words}" in self.text:
                return
            await self.press("down")
        raise AssertionError(f"“{words}” is on no line:\n{self.text}")

    async def write(self, text: str) -> None:
        """Letters into a field."""
        await self.pilot.press(*text)
        await self.settle()


@asynccontextmanager
async def driven(workspace: Any, *, size: tuple[int, int] = (80, 24), **options: Any) -> AsyncIterator[Driven]:
    """The app over a workspace."""
    app = ImportApp(workspace, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driven(app, pilot)
        await driver.settle()
        yield driver


@pytest.fixture(autouse=True)
def _no_user_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The developer's own keymap and terminal stay out."""
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for name in ("NO_COLOR", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    yield
    monkeypatch.delenv("TZ")
    time.tzset()


@pytest.fixture
def session() -> FakeSession:
    """Five rows."""
    return FakeSession()


@pytest.fixture
def workspace(session: FakeSession) -> FakeWorkspace:
    """A store that hands that session out."""
    return FakeWorkspace(session)
