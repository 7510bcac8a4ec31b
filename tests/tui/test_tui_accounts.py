"""Importing from what is no file, by keys alone: connections, signing in, searching and ticking, with a source in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import textual

from tests.tui import accounts
from tests.tui.conftest import Driven, driven
from tests.tui.fakes import FakeSource, FakeWorkspace
from tests.tui.test_tui_snapshots import DRAWN_WITH
from tui_import import plugin_host
from tui_import.api.capabilities import SignInStep
from tui_import.session.workspace import Workspace
from tui_import.tui.app import ImportApp
from tui_import.tui.widgets.sign_in import SignIn
from tui_import.tui.widgets.virtual_table import VirtualTable

SECRETS = ("sesame", "very-secret-token", "other-key")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A store, one connection, and sources in memory."""
    accounts.install(tmp_path, monkeypatch)
    with Workspace(tmp_path / "crm.sqlite") as workspace:
        workspace.save_connection("server", "work", {"server": "erp.example", "kind": "a", "key": "sesame"})
        yield workspace
    plugin_host.forget()


def no_secret(tui: Driven) -> bool:
    return not any(secret in tui.text for secret in SECRETS)


# -- connections


async def test_home_leads_to_all_connections_with_source_and_settings_and_a_broken_source_is_grey_with_its_reason(store: Workspace) -> None:
    async with driven(store) as tui:
        assert "1 saved connection" in tui.text
        await tui.press("a")
        for words in ("Server [x] of a test", "> work", "server=erp.example", "Cloud contacts", "+ sign in", "Not available"):
            assert words in tui.text
        assert "unavailable: The source “broken” does not work." in tui.text
        await tui.press("end", "enter")
        assert "it [/] broke" in tui.text
        assert no_secret(tui)


async def test_a_connection_is_kept_when_its_test_passes(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a", "n", "f8")
        assert "Still needed: Name, Address." in tui.text
        await tui.press("enter")
        await tui.write("mine")
        await tui.press("enter", "down", "enter")
        await tui.write("erp.two")
        await tui.press("enter", "end", "enter")
        await tui.write("sesame")
        assert no_secret(tui)
        await tui.press("enter")
        assert "••••" in tui.text
        await tui.press("f8")
        assert "Kept as mine. erp.two answers." in tui.text
        assert no_secret(tui)
    assert [each.name for each in store.connections()] == ["mine", "work"]


async def test_a_connection_whose_test_fails_is_kept_only_by_a_knowing_yes(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a", "n", "enter")
        await tui.write("mine")
        await tui.press("enter", "down", "enter")
        await tui.write("erp.two")
        await tui.press("enter", "f5")
        assert "does not know this key" in tui.text
        await tui.press("escape", "f8")
        assert "It is untested then." in tui.text
        await tui.press("n")
        assert len(store.connections()) == 1
        await tui.press("f8", "y")
        assert "It was not tested." in tui.text
    assert len(store.connections()) == 2


async def test_an_edited_connection_keeps_its_secret_unseen_and_a_copy_is_another_one(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a", "e")
        assert "kept as it is" in tui.text
        await tui.press("down", "enter", *["backspace"] * 11)
        await tui.write("erp.new")
        await tui.press("enter", "f8")
        assert "erp.new answers." in tui.text
        assert accounts.module().TESTED[-1] == {"server": "erp.new", "kind": "a", "key": "sesame"}

        await tui.press("c", "enter")
        await tui.write("work")
        await tui.press("enter", "f8")
        assert "There is a connection “work” already" in tui.text
        await tui.press("enter")
        await tui.write("work2")
        await tui.press("enter", "f8")
        assert "Kept as work2." in tui.text
        await tui.press("t")
        assert "erp.new answers." in tui.text
        assert no_secret(tui)
    assert [each.name for each in store.connections()] == ["work", "work2"]


async def test_a_connection_is_deleted_after_a_yes(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a", "delete", "n")
        assert len(store.connections()) == 1
        await tui.press("delete", "y")
        assert "> work" not in tui.text
    assert store.connections() == []


# -- signing in


async def test_signing_in_shows_address_and_code_on_lines_of_their_own_takes_what_is_pasted_and_keeps_the_account(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a", "i")
        await tui.until("Address you were sent to:", rest=False)
        lines = tui.text.splitlines()
        at = next(n for n, line in enumerate(lines) if line.startswith("https://login.example/"))
        assert (lines[at] + lines[at + 1] + lines[at + 2]).strip() == "https://login.example/" + "a" * 200
        await tui.pilot.press(*"http://127.0.0.1/?code=7")
        await tui.pilot.press("enter")
        await tui.until("Signed in as anna@example.dk.", rest=False)
        await tui.settle()
        assert "anna@example.dk · " in tui.text
        assert no_secret(tui)
        assert accounts.module().TOKENS == ["http://127.0.0.1/?code=7"]
        assert accounts.module().CLOSED == [True]
    (connection,) = store.connections()
    assert connection.account == "anna@example.dk"


async def test_a_new_connection_is_kept_by_signing_in_from_its_form_also_while_the_help_is_open(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a", "n", "f6")
        assert "Still needed: Name." in tui.text
        await tui.press("enter")
        await tui.write("mine")
        await tui.press("enter", "down", "enter")
        await tui.write("erp.two")
        await tui.press("enter")
        await tui.pilot.press("f6")
        await tui.until("Address you were sent to:", rest=False)
        await tui.pilot.press(*"code", "enter", "f1")
        for _ in range(60):
            await tui.pilot.pause(0.01)
        if "Kept as mine" not in tui.text:  # the help is still open: signing in may also have been over before it came
            await tui.pilot.press("escape")
        await tui.until("Kept as mine. Signed in as anna@example.dk.", rest=False)
        assert "Accounts and servers" in tui.text
        assert no_secret(tui)
    mine = next(each for each in store.connections() if each.name == "mine")
    assert (mine.account, mine.options["server"]) == ("anna@example.dk", "erp.two")
    assert store.test_connection("server", "mine") == "erp.two answers."


async def test_a_code_can_be_copied_from_a_line_of_its_own(store: Workspace) -> None:
    step = SignInStep("Open the page and type the code.", address="https://login.example/device", code="ABCD-EFGH", wait=5)
    async with driven(store) as tui:
        tui.app.push_screen(SignIn("Sign in", lambda: step, lambda _text: None))
        await tui.until("Waiting for you", rest=False)
        assert "https://login.example/device" in tui.text.splitlines()
        assert "ABCD-EFGH" in tui.text.splitlines()
        await tui.pilot.press("f6")
        assert tui.app.clipboard == "ABCD-EFGH"
        await tui.pilot.press("f5")
        assert tui.app.clipboard == "https://login.example/device"
        assert "Enter OK" not in tui.text


async def test_who_gives_up_signing_in_is_back_with_nothing_kept_and_the_source_has_cleaned_up(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a", "end", "up", "enter")
        assert "Name of the connection" in tui.text
        await tui.pilot.press("enter")
        await tui.until("Address you were sent to:", rest=False)
        await tui.pilot.press("escape")
        await tui.settle()
        assert "Stopped." in tui.text
        assert accounts.module().CLOSED == [True]
    assert [each.name for each in store.connections()] == ["work"]


# -- searching


async def test_an_account_that_refuses_says_so_and_leaves_the_way_back(store: Workspace) -> None:
    store.save_connection("server", "closed", {"server": "erp.example"}, untested=True)
    async with driven(store) as tui:
        await tui.press("a", "enter")
        assert "Not signed in." in tui.text
        await tui.press("escape", "escape")
        assert "Go on with" in tui.text


async def searching(tui: Driven) -> None:
    await tui.press("a", "enter")
    assert "customer: 250 rows found · 100 shown · none ticked" in tui.text


async def by_city(tui: Driven, city: str) -> None:
    """One more criterion: City contains …"""
    await tui.press("+")
    await tui.write("city")
    await tui.press("enter", "enter")
    await tui.write(city)
    await tui.press("enter")


async def test_rows_are_searched_ticked_over_several_searches_and_imported(store: Workspace) -> None:
    async with driven(store) as tui:
        await searching(tui)
        await by_city(tui, "aar")
        assert "‹aar›" in tui.text
        assert "83 rows found · none ticked" in tui.text
        await tui.press("tab", "space", "space")
        assert "83 rows found · 2 ticked" in tui.text
        assert "[x] Customer 3" in tui.text

        await tui.press("tab", "up", "enter", *["backspace"] * 3)
        await tui.write("odense")
        await tui.press("enter")
        assert "84 rows found · 2 ticked" in tui.text
        await tui.press("tab", "space")
        await tui.press("f8")
        assert "[2 Mapping]" in tui.text
        assert "3 rows read." in tui.text
        session = tui.app.session
        assert session is not None
        assert session.options["keys"] == "C3,C6,C1"
        assert session.recipe().options == {"connection": "work", "where": "city contains odense"}

        await tui.press("1")
        assert "84 rows found · 3 ticked" in tui.text
        await tui.press("2")
        assert "[2 Mapping]" in tui.text


async def test_all_that_a_query_finds_is_ticked_by_one_key(store: Workspace) -> None:
    async with driven(store) as tui:
        await searching(tui)
        await tui.press("a")
        assert "250 ticked" in tui.text
        await tui.press("tab", "space")
        assert "249 ticked" in tui.text
        await by_city(tui, "esb")
        await tui.press("A")
        assert "166 ticked" in tui.text
        await tui.press("0")
        assert "none ticked" in tui.text


async def test_where_nothing_is_ticked_all_that_is_found_is_imported_after_a_yes(store: Workspace) -> None:
    async with driven(store) as tui:
        await searching(tui)
        await by_city(tui, "aar")
        await tui.press("f8")
        assert "No row is ticked. Import 83 rows?" in tui.text
        await tui.press("y")
        assert "83 rows read." in tui.text


async def test_further_rows_come_when_the_cursor_nears_the_end(store: Workspace) -> None:
    async with driven(store) as tui:
        await searching(tui)
        await tui.press("tab", "end")
        assert "200 shown" in tui.text
        await tui.press("end")
        assert "250 rows found · none ticked" in tui.text
        await tui.press("end")
        assert tui.app.screen.query_one(VirtualTable).cursor == 249


async def test_each_kind_of_field_is_asked_for_in_its_own_way(store: Workspace) -> None:
    async with driven(store) as tui:
        await searching(tui)
        await tui.press("+")
        await tui.write("group")
        await tui.press("enter", "enter")
        await tui.write("pros")
        await tui.press("enter", "f8")
        assert "‹Prospect›" in tui.text
        assert "125 rows found" in tui.text

        await tui.press("+")
        await tui.write("employees")
        await tui.press("enter")
        await tui.write("between")
        await tui.press("enter")
        await tui.write("many")
        await tui.press("enter")
        assert "between takes two values" in tui.text
        await tui.press(*["backspace"] * 4)
        await tui.write("10..90")
        await tui.press("enter")
        assert "10 … 90" in tui.text
        assert "5 rows found" in tui.text

        await tui.press("left", "enter")
        await tui.write("at least")
        await tui.press("enter")
        await tui.write("2490")
        await tui.press("enter")
        assert "is at least" in tui.text
        assert "1 row found" in tui.text
        await tui.press("delete", "up", "delete")
        assert "250 rows found" in tui.text


async def test_another_table_is_searched_and_its_ticks_begin_anew(store: Workspace) -> None:
    async with driven(store) as tui:
        await searching(tui)
        await tui.press("a", "f4")
        await tui.write("supplier")
        await tui.press("enter")
        assert "Ticks are of one table" in tui.text
        await tui.press("y")
        assert "supplier: 7 rows found · none ticked" in tui.text
        await tui.press("f3")
        assert "‹ supplier ›" in tui.text
        await tui.press("f6")
        assert "supplier: 7 rows found" in tui.text


async def test_rows_that_were_picked_are_forgotten_where_another_table_or_search_is_chosen_in_the_options(store: Workspace) -> None:
    async with driven(store) as tui:
        await searching(tui)
        await tui.press("tab", "space", "f3")
        assert "picked by the search" in tui.text
        await tui.press("right")
        assert "‹ supplier ›" in tui.text
        assert "picked by the search" not in tui.text
        await tui.press("f6")
        assert "supplier: 7 rows found · none ticked" in tui.text


async def test_a_search_that_the_source_refuses_is_said_and_can_be_changed(store: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    async with driven(store) as tui:
        await searching(tui)
        search = accounts.module().Actors.search

        def refuse(self: Any, criteria: Any, page: str = "", limit: int = 100) -> Any:
            if criteria:
                raise accounts.module().SourceError("The [server] is tired.")
            return search(self, criteria, page, limit)

        monkeypatch.setattr(accounts.module().Actors, "search", refuse)
        await by_city(tui, "x")
        assert "The [server] is tired." in tui.text
        await tui.press("escape", "delete")
        assert "250 rows found" in tui.text


async def test_an_import_left_in_the_search_is_named_on_home_and_goes_on_there(store: Workspace) -> None:
    async with driven(store) as tui:
        await searching(tui)
        await tui.press("escape")
        assert "server work" in tui.text
        await tui.press("down", "down", "enter")
        assert "250 rows found" in tui.text


# -- safety


async def test_no_secret_ever_stands_on_a_screen(store: Workspace) -> None:
    store.save_connection("server", "tokens", {"server": "erp.example", "key": "other-key"}, untested=True)
    walks = [
        ("a", "down", "e", "end", "enter", "escape", "escape", "c", "escape", "t"),
        ("a", "down", "enter", "f3", "f6", "f8", "y"),
        ("a", "enter"),
    ]
    ends = ("erp.example answers.", "250 rows read.", "Not signed in.")
    for walk, end in zip(walks, ends, strict=True):
        async with driven(store, size=(120, 40)) as tui:
            for key in walk:
                await tui.press(key)
                assert no_secret(tui), (walk, key)
                assert not any(secret in repr(tui.app.screen.__dict__) for secret in SECRETS), (walk, key)
            assert end in tui.text


async def test_what_a_server_sends_cannot_command_the_terminal(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a")
        accounts.module().GROUPS["k1"] = "\x1b]0;title\x07[/] \u202eevil"
        accounts.module().CITIES = ("[@click=app.leave_now]x[/]", "\x9b31m", "\x1b[2J")
        await tui.press("enter")
        assert "[@click=app.leave_now]x[/]" in tui.text
        await tui.press("+")
        await tui.write("group")
        await tui.press("enter", "enter", "enter", "f8")
        assert "[/]" in tui.text
        await tui.press("tab", "space", "f8")
        assert "[2 Mapping]" in tui.text
        assert not set(tui.text) & set("\x1b\x07\x9b\u202e")


# -- looks


@pytest.mark.skipif(not textual.__version__.startswith(DRAWN_WITH), reason="drawn with another version of Textual")
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("connections", ("a",)),
        ("connection", ("a", "e", "down")),
        ("search", ("a", "enter", "+", *"city", "enter", "enter", *"aar", "enter", "tab", "space", "space")),
    ],
)
def test_the_screen_looks_as_it_did(name: str, keys: tuple[str, ...], store: Workspace, snap_compare: Any) -> None:
    async def go(pilot: Any) -> None:
        tui = Driven(pilot.app, pilot)
        await tui.settle()
        for key in keys:
            await tui.press(key)

    assert snap_compare(ImportApp(store), terminal_size=(80, 24), run_before=go), name


@pytest.mark.skipif(not textual.__version__.startswith(DRAWN_WITH), reason="drawn with another version of Textual")
def test_the_sign_in_looks_as_it_did(store: Workspace, snap_compare: Any) -> None:
    step = SignInStep("Open this page in any browser and type the code there.", "https://login.example/device", "ABCD-EFGH", wait=5)

    async def go(pilot: Any) -> None:
        pilot.app.push_screen(SignIn("Sign in: Server", lambda: step, lambda _text: None))
        await Driven(pilot.app, pilot).settle()

    assert snap_compare(ImportApp(store), terminal_size=(80, 24), run_before=go)


# -- sources that cannot load


async def test_a_source_that_cannot_load_is_a_grey_line_with_its_reason_in_the_list_of_kinds() -> None:
    class Broken(FakeWorkspace):
        def sources(self) -> list[FakeSource]:
            return [*super().sources(), FakeSource("bad", "bad", "", (), error="The source “bad” [/] does not work.")]

    workspace = Broken()
    async with driven(workspace) as tui:
        await tui.press("o", "f4")
        assert "unavailable: The source “bad” [/] does not work." in tui.text
        line = next(n for n, text in enumerate(tui.text.splitlines()) if "unavailable" in text)
        strips = tui.app.screen._compositor.render_strips()
        grey = next(segment.style for segment in strips[line] if "bad" in segment.text)
        plain = next(segment.style for segment in strips[line - 1] if "Excel" in segment.text)
        assert grey is not None
        assert plain is not None
        assert grey.color != plain.color
        await tui.write("bad")
        await tui.press("enter")
        assert "[/] does not work." in tui.text
        assert "All files are shown" not in tui.text
