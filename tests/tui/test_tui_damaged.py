"""Screens over files with damaged pages: one sentence, with the way out, and the program goes on or ends with it."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.bench.data import write_csv
from tests.tui.conftest import Driven, driven
from tui_import.api.errors import StoreDamagedError
from tui_import.session.faults import explained
from tui_import.session.workspace import Workspace
from tui_import.tui.widgets.menu import Menu

STORE = ("This is not a readable store.", "tui-import restore FILE")
DRAFT = ("This draft is damaged.", "tui-import drafts discard")
LONG = "word " * 4_000
"""More than a page: the rest of it lies in pages of its own."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two imports in it, and a third one planned."""
    folder = tmp_path_factory.mktemp("template")
    write_csv(folder / "first.csv", 120)
    write_csv(folder / "second.csv", 160, changed=True)
    (folder / "long.csv").write_text(f"Company name;Description\nLong Words AS;{LONG}\n", encoding="utf-8")
    with Workspace(folder / "store.sqlite") as workspace:
        for name in ("first.csv", "long.csv", "second.csv"):
            session = workspace.begin(str(folder / name))
            session.read()
            session.plan()
            if name != "second.csv":
                session.apply()
                session.close()
                workspace.discard(session.id)
            session.close()
    for path in (folder / "store.sqlite", *folder.glob("store.sqlite.drafts/*.sqlite")):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "place")
    return tmp_path / "place" / "store.sqlite"


def draft_of(store: Path) -> Path:
    (draft,) = Path(f"{store}.drafts").glob("*.sqlite")
    return draft


def pages_of(path: Path, *names: str) -> list[int]:
    """First pages of tables and indexes; of "(overflow)" the pages that only go on with long values."""
    with closing(sqlite3.connect(path)) as connection:
        roots = dict(connection.execute("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0"))
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = path.read_bytes()
    going_on = [at // size + 1 for at in range(size, len(content), size) if content[at] == 0 and b"word word" in content[at : at + 40]]
    return [page for name in names for page in (going_on if name == "(overflow)" else [roots[name]])]


def damage(path: Path, *names: str, how: str = "trash") -> None:
    with closing(sqlite3.connect(path)) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    pages = pages_of(path, *names)
    assert pages
    nonsense = {"trash": b"\xa5" * size, "zero": bytes(size), "head": bytes(random.Random(1).randrange(256) for _byte in range(12))}[how]
    with path.open("r+b") as stream:
        for page in pages:
            stream.seek((page - 1) * size)
            stream.write(nonsense)


async def go_to(tui: Driven, kind: str) -> None:
    """Open the first line of home of this kind, from behind what home had to say."""
    if not tui.app.screen.query(Menu):
        await tui.press("escape")
    menu = tui.app.screen.query_one(Menu)
    await tui.press("home")
    for _line in range(40):
        if getattr(menu.current, "kind", "") == kind:
            break
        await tui.press("down")
    await tui.press("enter")


async def home(_tui: Driven) -> None:
    """It is there from the beginning."""


async def selections(tui: Driven) -> None:
    await tui.press("s")


async def records(tui: Driven) -> None:
    await tui.press("s", "enter")


async def record(tui: Driven) -> None:
    await tui.press("s")
    await tui.go_down_to("[ ] New companies: long.csv")
    await tui.press("enter")
    await tui.press("enter")


async def run(tui: Driven) -> None:
    await go_to(tui, "run")


async def undo(tui: Driven) -> None:
    await go_to(tui, "run")
    await tui.press("escape", "escape")
    await tui.press("u", "y")


async def duplicates(tui: Driven) -> None:
    await go_to(tui, "similar")


async def lists(tui: Driven) -> None:
    await tui.press("p")


async def preview(tui: Driven) -> None:
    await go_to(tui, "draft")
    await tui.press("down", "pagedown", "n")


async def details(tui: Driven) -> None:
    await preview(tui)
    await tui.press("d")


async def import_all(tui: Driven) -> None:
    await preview(tui)
    await tui.press("f9", "f9", *"160", "enter")


Tour = Callable[[Driven], Awaitable[None]]


async def told(store: Path, tour: Tour) -> str:
    """What the screens say on the way, or what the program ends with; every word that was on one of them."""
    seen: list[str] = []
    with Workspace(store) as workspace:
        try:
            async with driven(workspace) as tui:
                press = tui.press

                async def look(*keys: str) -> None:
                    seen.append(tui.text)
                    await press(*keys)
                    seen.append(tui.text)

                tui.press = look  # type: ignore[method-assign]
                await look()
                with suppress(AssertionError):  # a window lies over what it wanted to go on with
                    await tour(tui)
        except sqlite3.DatabaseError as error:  # the program ends with these words
            seen.append(str(explained(error, store)))
    return " ".join(" ".join(seen).replace("│", " ").split())


@pytest.mark.parametrize(
    ("tour", "names", "how"),
    [
        (home, ("run",), "trash"),
        (home, ("run",), "zero"),
        (home, ("selection",), "head"),
        (selections, ("list_item", "selection_member", "selection"), "trash"),
        (records, ("company", "person"), "head"),
        (records, ("selection_member",), "trash"),
        (record, ("(overflow)",), "trash"),
        (run, ("journal",), "zero"),
        (run, ("journal_by_record", "journal_by_run"), "trash"),
        (undo, ("company", "person"), "trash"),
        (duplicates, ("company_match", "company_key", "person_match"), "zero"),
        (lists, ("preference", "list_item"), "trash"),
        (preview, ("company", "company_value", "person"), "trash"),
        (import_all, ("company", "person_value"), "trash"),
    ],
)
async def test_a_damaged_page_of_the_store_is_told_with_the_way_out(store: Path, tour: Tour, names: tuple[str, ...], how: str) -> None:
    damage(store, *names, how=how)
    words = await told(store, tour)
    for part in STORE:
        assert part in words


async def test_who_has_read_that_the_store_is_damaged_is_not_kept_in_that_window(store: Path) -> None:
    damage(store, "run")
    with Workspace(store) as workspace:
        async with driven(workspace) as tui:
            await tui.press("escape")
            assert tui.app.screen.query(Menu)
            assert " ".join(tui.text.splitlines()[-2].split()).startswith(STORE[0]), "the status line says it still"
            assert STORE[1] in tui.text
            await tui.press("s", "escape", "q", "y")
            assert tui.app.return_code == 0


def test_a_store_whose_beginning_is_damaged_is_told_instead_of_opened(store: Path) -> None:
    with store.open("r+b") as stream:
        stream.write(b"\xa5" * 100)
    with pytest.raises(StoreDamagedError, match="tui-import restore FILE"):
        Workspace(store)


# -- drafts


@pytest.mark.parametrize(
    ("tour", "names", "how"),
    [
        (preview, ("row",), "trash"),
        (preview, ("plan_row",), "zero"),
        (preview, ("plan_row_op", "plan_issue_n"), "head"),
        (details, ("plan_person_value", "plan_person_change"), "trash"),
        (details, ("match",), "head"),
        (import_all, ("plan_company_new", "plan_person_new"), "trash"),
        (import_all, ("match",), "head"),
    ],
)
async def test_a_damaged_page_of_a_draft_is_told_as_that_drafts(store: Path, tour: Tour, names: tuple[str, ...], how: str) -> None:
    damage(draft_of(store), *names, how=how)
    words = await told(store, tour)
    for part in (*DRAFT, draft_of(store).stem):
        assert part in words
    assert STORE[0] not in words
    with Workspace(store) as workspace:
        assert workspace.count("person") == 120


@pytest.mark.parametrize("names", [("meta",), ()])
async def test_a_draft_that_cannot_be_opened_is_listed_told_and_thrown_away_by_keys(store: Path, names: tuple[str, ...]) -> None:
    draft = draft_of(store)
    if names:
        damage(draft, *names)
    else:
        draft.write_bytes(b"\xa5" * 5_000)
    with Workspace(store) as workspace:
        async with driven(workspace) as tui:
            assert "damaged" in tui.text
            await go_to(tui, "draft")
            for part in DRAFT:
                assert part in tui.text
            await tui.press("escape", "delete", "y")
            assert "damaged" not in tui.text
            assert not draft.exists()
            assert "History" in tui.text
