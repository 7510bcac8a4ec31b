"""The duplicate screen by keys alone, over a real store and a real draft."""

from __future__ import annotations

import csv
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import textual

from tests.tui.conftest import Driven, driven
from tests.tui.fakes import FakeWorkspace
from tui_import.config.learnt import load_learnt
from tui_import.model.settings import Settings
from tui_import.session.duplicates import words
from tui_import.session.importing import ImportSession
from tui_import.session.workspace import Workspace
from tui_import.tui.screens.duplicates import DuplicatesScreen
from tui_import.tui.widgets.pair_fields import PairFields, letters

FIELDS = (
    "company.name", "company.phone", "company.email", "company.street_address_line1", "company.street_city",
    "person.first_name", "person.last_name", "person.mobile", "person.email", "person.birthdate",
)  # fmt: skip
INGRID = ("Ingrid", "Haukeland", "+47 91 23 45 67", "ingrid@timber.example", "1971-04-12")
TORVALD = ("Torvald", "Bjerknes", "+47 92 11 22 33", "torvald@fjord.example", "1980-01-30")
NOBODY = ("",) * 5
STORED = [
    ("Bergen Timber AS", "+47 55 31 42 10", "post@timber.example", "Storgata 12", "Bergen", *INGRID),
    ("Fjord Shipping AS", "+47 55 90 11 22", "mail@fjord.example", "Kaien 3", "Bergen", *TORVALD),
    ("Aurland Dairy AS", "+47 57 63 10 20", "post@dairy.example", "Meieriveien 1", "Aurland", *NOBODY),
    ("Dovre Optics AS", "+47 61 24 50 60", "info@optics.example", "Linsevegen 8", "Dovre", *NOBODY),
]
COMING = [
    ("Bergn Timber A/S", "+47 55 31 42 11", "post@timber.example", "Storgata 12", "Bergen", *NOBODY),
    ("Fjord Shiping [/]", "+47 55 90 11 22", "mail@fjord.example", "Kaien 3", "Bergen", *NOBODY),
    ("Aurland Dariy", "+47 57 63 10 20", "post@dairy.example", "Meieriveien 1", "Aurland i Sogn", *NOBODY),
    ("Dovre Optics AS", "+47 61 24 50 60", "info@optics.example", "Linsevegen 8", "Dovre", *INGRID[:3], "", INGRID[4]),
    ("Quite Another AS", "+47 22 00 00 01", "hello@another.example", "Parkveien 77", "Oslo", *NOBODY),
]


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([FIELDS, *rows])
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def session_of(workspace: Workspace, path: Path) -> ImportSession:
    session = workspace.begin(str(path), options={"header_row": "1", "delimiter": ","})
    session.read()
    for column in session.columns:
        session.unlink(column.position)
        session.link(column.position, column.header)
    return session


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "crm.sqlite") as workspace:
        session = session_of(workspace, write(tmp_path / "stored.csv", STORED))
        session.change_settings(Settings())
        session.plan()
        session.apply()
        session.close()
        yield workspace


@asynccontextmanager
async def reviewing(
    workspace: Workspace, folder: Path, rows: Sequence[Sequence[str]] = COMING, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Driven]:
    """The duplicate screen over the preview of a file."""
    session = session_of(workspace, write(folder / "customers.csv", rows))
    session.plan()
    draft = session.id
    session.close()
    async with driven(workspace, draft=draft, size=size) as tui:
        await tui.press("d")
        yield tui


def screen(tui: Driven) -> DuplicatesScreen:
    found = tui.app.screen
    assert isinstance(found, DuplicatesScreen)
    return found


async def test_the_preview_says_that_rows_wait_and_one_key_leads_to_them(workspace: Workspace, tmp_path: Path) -> None:
    session = session_of(workspace, write(tmp_path / "customers.csv", COMING))
    session.plan()
    draft = session.id
    session.close()
    async with driven(workspace, draft=draft) as tui:
        assert "4 rows wait, probably duplicates: d decides." in tui.text
        await tui.press("d")
        assert "Duplicates: 4 of 4 open" in tui.text


async def test_both_records_stand_side_by_side_with_the_score_in_words(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        review = screen(tui).review
        await tui.press("o", "enter")
        for _at in range(4):
            view = review.view()
            assert view is not None
            if view.incoming.name == "Bergn Timber A/S":
                break
            await tui.press("n")
        for wanted in (
            "Incoming: row 2",
            "Stored: company 1",
            "Bergn Timber A/S",
            "Bergen Timber AS",
            "name: nearly the same",
            "the last",
        ):
            assert wanted in tui.text, wanted


async def test_every_verdict_is_one_key_saved_at_once_and_taken_back(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        review = screen(tui).review
        await tui.press("s")
        assert "3 of 4 open" in tui.text
        await tui.press("d")
        assert "2 of 4 open" in tui.text
        await tui.press("space")
        assert "2 of 4 open" in tui.text
        await tui.press("U", "U")
        assert "3 of 4 open" in tui.text
        assert "Taken back; 1 more" in tui.text
        await tui.press("R")
        assert "2 of 4 open" in tui.text
        assert review.steps == (2, 1)
        await tui.press("n", "b")
        assert screen(tui).session.outdated


async def test_leaving_plans_the_import_again_and_says_what_moved(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        await tui.press("s", "s", "d", "d", "escape")
        assert "[4 Preview]" in tui.text
        assert "Moved: " in tui.text
        report = tui.app.session.report  # type: ignore[union-attr]
        assert report is not None
        assert all(counts.held == 0 for counts in report.entities.values())


async def test_a_field_is_picked_by_key_and_edited_in_place(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path, [COMING[2]]) as tui:
        fields = tui.app.screen.query_one(PairFields)
        names = [line.name for line in fields._fields]
        await tui.press(*["down"] * names.index("street_city"))
        assert fields.current is not None
        assert fields.current.source == "S"
        await tui.press("i")
        assert (fields.current.name, fields.current.source, fields.current.why) == ("street_city", "I", "you")
        await tui.press("t")
        assert fields.current.source == "S"
        await tui.press("a")
        assert "holds one value only" in tui.text.replace("\n", " ")
        await tui.press("enter", "e")
        await tui.press("end", *["backspace"] * 40, *"Flam", "enter")
        assert (fields.current.source, fields.current.result) == ("E", "Flam")
        await tui.press("s", "escape")
        session = tui.app.session
        assert session is not None
        session.apply(accept_clears=True)
        assert workspace.record("company", 3)["street_city"] == "Flam"


async def test_all_at_or_over_a_line_are_decided_after_a_sample_as_one_step(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        await tui.press("L")
        assert "This decides" in tui.text
        await tui.press(*["backspace"] * 4, *"nine", "enter")
        assert "A number from 0 to 1" in tui.text, "what is no line is not taken"
        await tui.press(*["backspace"] * 4, *"0.5")
        assert "This decides 4 of 4" in tui.text
        await tui.press("enter")
        assert "All the same?" in tui.text
        assert "Bergn Timber A/S | Bergen Timber AS" in tui.text
        await tui.press("enter")
        assert "All the same?" in tui.text, "Enter agrees to nothing"
        await tui.press("y")
        assert "0 of 4 open" in tui.text
        assert screen(tui).review.steps == (1, 0)
        await tui.press("U")
        assert "4 of 4 open" in tui.text


async def test_all_like_this_one_are_refused_after_a_sample(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        before = screen(tui).review.counts[0]
        await tui.press("w", "down", "enter")
        assert "All different?" in tui.text
        await tui.press("y")
        assert screen(tui).review.counts[0] < before


async def test_blind_mode_hides_what_the_program_thinks(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path, size=(160, 40)) as tui:
        view = screen(tui).review.view()
        assert view is not None
        score = words.score(view.match.probability)
        assert score in tui.text
        await tui.press("v")
        assert score not in tui.text
        assert view.likely not in tui.text
        assert "v shows the score" in tui.text


async def test_a_person_who_changed_jobs_moves_by_one_key(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path, [COMING[3]]) as tui:
        assert "Ingrid" in tui.text
        await tui.press("r")
        assert "Dovre Optics AS" in tui.text
        assert "Bergen Timber AS" in tui.text
        assert "run 1" in tui.text
        await tui.press("escape", "c", "escape")
        session = tui.app.session
        assert session is not None
        session.apply(accept_clears=True)
        assert workspace.record("person", 1)["company"] == "Dovre Optics AS"


async def test_a_person_is_linked_to_a_company_by_its_name(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path, [COMING[3]]) as tui:
        await tui.press("l", *"another", "enter", *"aurland dairy as", "enter", "escape")
        session = tui.app.session
        assert session is not None
        session.apply(accept_clears=True)
        assert workspace.record("person", 1)["company"] == "Aurland Dairy AS"


async def test_the_queue_is_one_key_away_at_80_columns_and_beside_the_fields_in_a_wide_window(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        assert "C Bergn Timber A/S" not in tui.text
        await tui.press("tab")
        for name in ("C Bergn Timber A/S", "C Fjord Shiping [/]", "C Aurland Dariy", "P Ingrid Haukeland"):
            assert name in tui.text
        await tui.press("end", "tab")
        place = screen(tui).review.pair
        assert place == screen(tui).review.queue[-1].pairs[0]
    async with reviewing(workspace, tmp_path, size=(200, 50)) as tui:
        assert "C Bergn Timber A/S" in tui.text
        assert "Stored: " in tui.text


async def test_a_large_window_shows_what_is_around_a_pair_without_a_key(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path, [COMING[3]], size=(200, 50)) as tui:
        assert "The company that is stored:" in tui.text
        assert "company 1: Bergen Timber AS" in tui.text
        assert "run 1" in tui.text


async def test_one_record_is_taken_out_of_a_group_by_name(workspace: Workspace, tmp_path: Path) -> None:
    again = ("Bergen Timbr AS", *COMING[0][1:])
    async with reviewing(workspace, tmp_path, [COMING[0], again]) as tui:
        assert "group of 3" in tui.text
        await tui.press("x", *"row 3", "enter")
        assert "decided as different" in tui.text
        review = screen(tui).review
        assert {review.letter(pair) for pair in review.matches if 2 in (pair.row, pair.other)} == {"D"}


async def test_the_queue_is_filtered_searched_and_sorted_by_keys(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        review = screen(tui).review
        await tui.press("slash", *"shiping", "enter")
        assert [review.name(group) for group in review.queue] == ["Fjord Shiping [/]"]
        await tui.press("slash", *["backspace"] * 10, "enter", "f", *"persons", "down", "enter")
        assert {group.entity for group in review.queue} <= {"person", "company"}
        await tui.press("slash", *"nobody has this", "enter")
        assert "Nothing here" in tui.text
        await tui.press("s")
        assert "nothing to decide" in tui.text


async def test_the_row_of_a_pair_is_one_key_away_to_be_corrected(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        pair = screen(tui).review.pair
        assert pair is not None
        await tui.press("E")
        assert "[4 Preview]" in tui.text
        assert tui.app.screen.browser.key == pair.row  # type: ignore[attr-defined]


async def test_the_queue_reopens_where_it_stood(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        await tui.press("n", "n")
        place = screen(tui).review.pair
        await tui.press("escape", "d")
        assert screen(tui).review.pair == place


async def test_what_decisions_teach_needs_decisions_first(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path) as tui:
        await tui.press("T")
        assert "it takes 20 decisions" in tui.text
        await tui.press("enter")
        assert "Nothing was learnt" in tui.text


async def test_a_queue_that_cannot_be_opened_leads_back_with_the_reason() -> None:
    async with driven(FakeWorkspace(), draft="d1") as tui:
        await tui.press("d")
        assert "These rows have no duplicates." in tui.text
        await tui.press("escape")
        assert "[4 Preview]" in tui.text


async def test_an_import_without_duplicates_has_an_empty_queue(workspace: Workspace, tmp_path: Path) -> None:
    async with reviewing(workspace, tmp_path, [COMING[4]]) as tui:
        assert "Nothing here" in tui.text
        await tui.press("s", "n", "b", "i", "x", "w", "r", "E", "m")
        assert "Duplicates: 0 of 0 open" in tui.text


async def test_lessons_are_accepted_only_after_they_were_shown(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        (f"{name} {at}", f"+47 22 10 {at:02} 10", "", f"Parkveien {at}", "Oslo", *NOBODY) for at, name in enumerate(["Bergen"] * 30, 10)
    ]
    twins = [(f"{row[0][:-1]}{row[0][-1]} AS", row[1][:-1] + "1", *row[2:]) for row in rows]
    async with reviewing(workspace, tmp_path, [*rows, *twins]) as tui:
        review = screen(tui).review
        for at in range(30):
            await tui.pilot.press("s" if at % 3 else "d")
        await tui.settle()
        taught = review.teaching()
        assert taught
        await tui.press("T")
        assert "about companies" in tui.text
        await tui.press("enter")
        assert "decisions about companies: agreed with" in tui.text
        assert "times (before: 1.00)" in tui.text
        assert load_learnt() == {}
        await tui.press("y")
        assert "Kept in" in tui.text
        assert load_learnt().keys() == {"company"}


def test_letters_that_differ_are_marked_and_the_width_is_kept() -> None:
    from rich.style import Style

    plain, marked = Style(), Style(underline=True)
    found = letters("Bergen", ((3, 4),), 8, plain, marked)
    assert [(segment.text, segment.style is marked) for segment in found] == [("Ber", False), ("g", True), ("en  ", False)]
    cut = letters("Bergen Timber", ((8, 12),), 6, plain, marked)
    assert sum(len(segment.text) for segment in cut) == 6


# -- pictures

SHOWN = {
    "pair": ((80, 24), ("o", "enter")),
    "queue": ((80, 24), ("o", "enter", "s", "n", "tab")),
    "sample": ((80, 24), ("L", "backspace", "backspace", "backspace", "backspace", "0", "enter")),
    "wide": ((200, 50), ("o", "enter", "s")),
}
"""Name → size and keys on the duplicate screen."""


@pytest.mark.skipif(not textual.__version__.startswith("8.2"), reason="drawn with another version of Textual")
@pytest.mark.parametrize("name", SHOWN)
def test_the_duplicate_screen_looks_as_it_did(
    name: str, snap_compare: Any, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_import.tui.app import ImportApp

    monkeypatch.setattr(workspace, "blame", lambda *_about: [])  # who, and when, is another one each time
    size, keys = SHOWN[name]
    session = session_of(workspace, write(tmp_path / "customers.csv", COMING))
    session.plan()
    draft = session.id
    session.close()
    app = ImportApp(workspace, draft=draft)

    async def go(pilot: Any) -> None:
        tui = Driven(app, pilot)
        await tui.settle()
        for key in ("d", *keys):
            await tui.press(key)

    assert snap_compare(app, terminal_size=size, run_before=go)
