"""Duplicates inside the store, reviewed in the workbench by keys alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import textual

from tests.session.importer import Importer
from tests.tui.conftest import Driven, driven
from tui_import.session.workspace import Workspace
from tui_import.tui.messages import Show
from tui_import.tui.screens.duplicates import StoredDuplicatesScreen
from tui_import.tui.widgets.menu import Menu
from tui_import.tui.widgets.pair_fields import PairFields

ROWS = [
    {
        "company.name": "Nordisk Tandteknik ApS", "company.phone": "33 44 55 66", "company.postal_city": "Aarhus",
        "person.first_name": "Ole", "person.last_name": "Hviid", "person.mobile": "20 30 40 50", "person.birthdate": "1970-01-30",
    },
    {
        "company.name": "Nordisk Tandtekink", "company.phone": "33 44 55 66", "company.vat_number": "DK 12345674",
        "company.postal_city": "Arhus C",
    },
    {"company.name": "Nordisk Tandteknk", "company.phone": "33 44 55 66", "company.postal_city": "Aarhus"},
    {"company.name": "Ytterhorn [b]Bakeri", "company.phone": "70 20 30 40"},
    {"company.name": "Ytterhorn [b]Bakery", "company.phone": "70 20 30 40"},
    {
        "company.name": "Elgsund Optikk", "company.phone": "75 12 34 56",
        "person.first_name": "Ole", "person.last_name": "Hviid", "person.mobile": "20 30 40 50", "person.birthdate": "1970-01-30",
    },
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


async def to_the_workbench(tui: Driven) -> None:
    """From the home screen, by the arrow keys."""
    await tui.press("end")
    menu = tui.app.screen.query_one(Menu)
    while getattr(menu.current, "kind", "") != "similar":
        await tui.press("up")
    await tui.press("enter")


@asynccontextmanager
async def reviewing(store: Workspace, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driven]:
    """The workbench over the home screen, the biggest group first."""
    async with driven(store, size=size) as tui:
        await to_the_workbench(tui)
        await tui.press("o", *"biggest", "enter", "tab", "home", "tab")
        yield tui


def screen(tui: Driven) -> StoredDuplicatesScreen:
    found = tui.app.screen
    assert isinstance(found, StoredDuplicatesScreen)
    return found


async def test_home_opens_the_workbench_on_pairs_of_the_store(store: Workspace) -> None:
    async with driven(store) as tui:
        await to_the_workbench(tui)
        assert "Duplicates: 5 of 5 open" in tui.text
        await tui.press("o", *"biggest", "enter", "tab", "home", "tab")
        for words in ("group of 3", "Goes: company", "Stays: company 1", "Nordisk Tandteknik ApS", "telephone: the same"):
            assert words in tui.text, tui.text


async def test_what_is_decided_is_merged_by_one_key_after_a_question_and_taken_back_at_home(store: Workspace) -> None:
    async with reviewing(store) as tui:
        await tui.press("f9")
        assert "Nothing is decided yet" in tui.text
        await tui.press("s", "s")
        review = screen(tui).review
        assert [review.letter(pair) for pair in review.queue[0].pairs] == ["S", "S", "-"]
        await tui.press("f9")
        assert "2 companies become part of others" in tui.text
        await tui.press("y")
        assert "Run 2: " in tui.text
        assert store.count("company") == 4
        assert store.record("company", 1)["vat_number"] == "DK 12345674"
        await tui.press("escape")
        assert "2 of 2 open" in tui.text
        await tui.press("escape")
        assert "being decided" in tui.text
        await tui.press(*"2  merged", "u")
        store.undo(2)
        assert store.count("company") == 6


async def test_the_other_record_stays_where_sides_are_changed(store: Workspace) -> None:
    async with reviewing(store) as tui:
        pair = screen(tui).review.pair
        assert pair is not None
        await tui.press("X")
        assert f"Stays: company {pair.row}" in tui.text
        await tui.press("s", "f9", "y", "escape")
        assert store.record("company", pair.row)
        assert pair.record not in [record["id"] for record in store.records("company")]


async def test_a_field_is_picked_from_the_record_that_goes(store: Workspace) -> None:
    async with reviewing(store) as tui:
        review = screen(tui).review
        pair = next(pair for pair in review.matches if pair == ("company", 2, 1, 0))
        review.go(pair)
        screen(tui)._show()
        fields = tui.app.screen.query_one(PairFields)
        await tui.press(*["down"] * [line.name for line in fields._fields].index("postal_city"), "i")
        assert fields.current is not None
        assert (fields.current.source, fields.current.result) == ("G", "Arhus C")
        await tui.press("s", "f9", "y", "escape")
        assert store.record("company", 1)["postal_city"] == "Arhus C"


async def test_different_and_later_are_kept_and_the_queue_reopens_where_it_stood(store: Workspace) -> None:
    async with reviewing(store) as tui:
        await tui.press("d", "space")
        place = screen(tui).review.pair
        await tui.press("escape")
        assert "Go on with" in tui.text
        await to_the_workbench(tui)
        assert screen(tui).review.pair == place
        assert "4 of 5 open" in tui.text


async def test_many_are_decided_after_a_sample_in_one_step(store: Workspace) -> None:
    async with reviewing(store) as tui:
        await tui.press("L", *["backspace"] * 4, *"0.1", "enter")
        assert "All the same?" in tui.text
        assert "[b]Bakery" in tui.text
        await tui.press("y")
        assert "0 of 5 open" in tui.text
        await tui.press("U")
        assert "5 of 5 open" in tui.text
        await tui.press("R")
        assert "0 of 5 open" in tui.text
        assert screen(tui).review.steps == (1, 0)


async def test_what_surrounds_both_records_is_one_key_away(store: Workspace) -> None:
    async with reviewing(store, size=(200, 50)) as tui:
        assert "Persons of company" in tui.text
        await tui.press("r")
        assert "Ole Hviid" in tui.text
        assert "run 1" in tui.text


async def test_somebody_who_changed_jobs_moves_to_the_company_of_the_younger_record(store: Workspace) -> None:
    async with reviewing(store) as tui:
        await tui.press("f", *"persons", "down", "enter")
        review = screen(tui).review
        review.go(next(pair for pair in review.matches if pair.entity == "person"))
        await tui.press("c", "f9", "y", "escape")
        assert [record["company"] for record in store.records("person")] == ["Elgsund Optikk"]


async def test_rules_for_survivors_are_given_here_and_shown_as_such(store: Workspace) -> None:
    async with reviewing(store) as tui:
        await tui.press("S", *"*=longest", "enter")
        view = screen(tui).review.view()
        assert view is not None
        assert {field.why for field in view.fields if not field.same and field.incoming and field.stored} >= {"rule: longest"}
        await tui.press("S", *["backspace"] * 20, *"rubbish", "enter")


async def test_pairs_are_looked_for_again_and_decisions_stay(store: Workspace) -> None:
    async with reviewing(store) as tui:
        await tui.press("s", "A")
        assert "5 pairs" in tui.text
        assert "4 of 5 open" in tui.text or "3 of 5 open" in tui.text


async def test_blind_mode_and_the_row_key_say_what_is_not_there(store: Workspace) -> None:
    async with reviewing(store) as tui:
        await tui.press("v")
        assert "v shows the score" in tui.text
        await tui.press("E")
        assert "there is no row" in tui.text


async def test_a_store_without_duplicates_has_an_empty_queue(tmp_path: Path) -> None:
    with Workspace(tmp_path / "empty.sqlite") as store:
        async with driven(store) as tui:
            await to_the_workbench(tui)
            assert "Duplicates: 0 of 0 open" in tui.text
            await tui.press("s", "n", "b", "i", "x", "w", "r", "E", "m", "X", "f9", "escape")


async def test_one_record_of_a_merge_is_taken_back_on_the_run_s_screen(store: Workspace) -> None:
    async with reviewing(store) as tui:
        await tui.press("L", *["backspace"] * 4, *"0.1", "enter", "y", "f9", "y", "escape")
        assert store.count("company") == 3
        tui.app.post_message(Show("run", 2))
        await tui.settle()
        assert "became part of" in tui.text
        await tui.press("U")
        assert "Take back what this run did to" in tui.text
        await tui.press("y", "escape")
        assert store.count("company") in (4, 5)
        assert store.run(2).state == "partly undone"


# -- pictures

SHOWN = {
    "stored-pair": ((80, 24), ()),
    "stored-queue": ((80, 24), ("s", "tab")),
    "stored-merge": ((80, 24), ("s", "f9")),
    "stored-wide": ((200, 50), ("s",)),
}


@pytest.mark.skipif(not textual.__version__.startswith("8.2"), reason="drawn with another version of Textual")
@pytest.mark.parametrize("name", SHOWN)
def test_the_workbench_of_the_store_looks_as_it_did(
    name: str, snap_compare: Any, store: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_import.tui.app import ImportApp

    monkeypatch.setattr(store, "blame", lambda *_about: [])  # who, and when, is another one each time
    size, keys = SHOWN[name]
    app = ImportApp(store)

    async def press(pilot: Any) -> None:
        tui = Driven(app, pilot)
        await tui.settle()
        await to_the_workbench(tui)
        for key in ("o", *"biggest", "enter", "tab", "home", "tab", *keys):
            await tui.press(key)

    assert snap_compare(app, terminal_size=size, run_before=press)
