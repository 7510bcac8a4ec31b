"""Duplicates inside the store, dealt with by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.importer import Importer
from tests.tui.conftest import driven
from tui_import.session.workspace import Workspace

ROWS = [
    {"company.name": "Nordisk Tandteknik ApS", "company.phone": "33 44 55 66", "company.postal_city": "Aarhus"},
    {
        "company.name": "Nordisk Tandtekink", "company.phone": "33 44 55 66", "company.vat_number": "DK 12345674",
        "company.postal_city": "Arhus C",
    },
    {"company.name": "Ytterhorn [b]Bakeri", "company.phone": "70 20 30 40"},
    {"company.name": "Ytterhorn [b]Bakery", "company.phone": "70 20 30 40"},
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    made = Importer(Workspace(tmp_path / "crm.sqlite"), tmp_path)
    made.run(ROWS)
    for session in made.sessions:
        session.close()
    yield made.workspace
    made.workspace.close()


async def test_a_pair_is_read_side_by_side_merged_and_taken_back(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("end", "up", "up", "enter")
        assert "Duplicates in the store" in tui.text
        for words in ("2 pairs", "Stays: 1", "Goes: 2", "Arhus C", "telephone: the same"):
            assert words in tui.text, tui.text
        await tui.press("m")
        assert "2 is part of 1 now" in tui.text
        assert "1 pair" in tui.text
        assert store.count("company") == 3
        assert store.record("company", 1)["vat_number"] == "DK 12345674"
        await tui.press("u")
        assert "2 pairs" in tui.text
        assert store.count("company") == 4


async def test_the_other_side_can_stay_and_a_field_be_taken(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("end", "up", "up", "enter", "x")
        assert "Stays: 2" in tui.text
        await tui.press("tab", "t", "m")
        assert store.count("company") == 3
        assert store.record("company", 2)["name"] == "Nordisk Tandteknik ApS"


async def test_two_that_are_kept_apart_are_not_shown_again(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("end", "up", "up", "enter", "d")
        assert "Remembered: 1 and 2 are different." in tui.text
        await tui.press("escape", "enter")
        assert "1 pair" in tui.text
        assert "[b]Bakeri" in tui.text
