"""Signing in on the screens, by keys alone, against a real OpenID provider; contacts from servers of the tests, with documented shapes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.plugins.graph_server import BASE, Mailbox
from tests.plugins.openid import OpenId, openid
from tests.plugins.people_server import Account
from tests.plugins.web import web
from tests.tui.conftest import Driven, driven
from tui_import import plugin_host
from tui_import.config.connections import connection
from tui_import.session.workspace import Workspace

pytestmark = pytest.mark.e2e
NAMES = (("Anna", "Holm"), ("Bo", "Lund"), ("Cecilie", "Thorsen"))


@pytest.fixture(scope="module")
def service() -> Iterator[OpenId]:
    with openid() as started:
        yield started


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setattr("tui_import.api.oauth.device.USUAL_INTERVAL", 0.05)
    plugin_host.forget()
    with Workspace(tmp_path / "crm.sqlite") as workspace:
        yield workspace


async def until(tui: Driven, words: str) -> None:
    """Until they stand on the screen; a sign-in waits for its user, so the app does not come to rest."""
    for _time in range(1000):
        await tui.pilot.pause(0.01)
        if words in tui.text:
            return
    raise AssertionError(f"{words!r} did not come:\n{tui.text}")


@asynccontextmanager
async def signing_in(store: Workspace, source: str, name: str) -> AsyncIterator[tuple[Driven, str]]:
    """The window of the sign-in, opened by keys, and the address that it hands to the clipboard."""
    async with driven(store) as tui:
        await tui.press("a")
        for _line in range(40):
            if f"> {name}" in tui.text:
                break
            await tui.press("down")
        await tui.pilot.press("i")
        await until(tui, "Waiting for you")
        await tui.pilot.press("f5")
        yield tui, tui.app.clipboard.replace("prompt=select_account", "prompt=consent")  # Microsoft's own; this service has one account


def no_token(store: Workspace, source: str, name: str, *texts: str) -> bool:
    secrets = [value for key, value in connection(source, name).secrets.items() if key.endswith("_token")]
    return len(secrets) == 2 and not any(value in text for value in secrets for text in texts)


async def test_google_the_browser_comes_back_by_itself_and_contacts_are_read(service: OpenId, store: Workspace) -> None:
    account = Account()
    account.knows = service.knows
    for at, (first, last) in enumerate(NAMES):
        account.put(f"c{at}", names=[{"givenName": first, "familyName": last}], organizations=[{"name": "Acme"}])
    under = f"{service.address}/common/oauth2/v2.0"
    with web(account) as served:
        settings = {
            "client_id": "tui",
            "token_url": f"{under}/token",
            "authorization_url": f"{under}/authorize",
            "service": f"{served.address}/v1",
        }
        assert "Now sign in" in store.save_connection("google", "mine", settings)
        async with signing_in(store, "google", "mine") as (tui, address):
            came_to = await asyncio.to_thread(service.browse, address)
            shown = await asyncio.to_thread(httpx.get, came_to)
            assert "go back to the program" in shown.text
            await until(tui, "Signed in as anna@example.dk.")
            await tui.settle()
            assert no_token(store, "google", "mine", tui.text)

            await tui.press("enter")
            assert "Holm" in tui.text
            assert "Acme" in tui.text


async def test_google_over_ssh_the_address_is_pasted(service: OpenId, store: Workspace) -> None:
    under = f"{service.address}/common/oauth2/v2.0"
    settings = {"client_id": "tui", "token_url": f"{under}/token", "authorization_url": f"{under}/authorize"}
    store.save_connection("google", "mine", settings)
    async with signing_in(store, "google", "mine") as (tui, address):
        await tui.pilot.press(*"nonsense", "enter")
        await until(tui, "no code in it")
        came_to = await asyncio.to_thread(service.browse, address)
        tui.app.screen.query_one("#paste").value = came_to  # type: ignore[attr-defined]
        await tui.pilot.press("enter")
        await until(tui, "Signed in as anna@example.dk.")
        assert no_token(store, "google", "mine", tui.text)


async def test_outlook_a_code_is_typed_elsewhere_and_contacts_are_read(service: OpenId, store: Workspace) -> None:
    mailbox = Mailbox()
    mailbox.knows = service.knows
    for at, (first, last) in enumerate(NAMES):
        mailbox.put(f"c{at}", givenName=first, surname=last, companyName="Acme")
    with web(mailbox) as served:
        mailbox.address = served.address
        store.save_connection(
            "outlook365", "work", {"client_id": "tui", "authority": service.address, "service": f"{served.address}{BASE}"}
        )
        async with signing_in(store, "outlook365", "work") as (tui, address):
            assert address in tui.text.splitlines()
            await tui.pilot.press("f6")
            code = tui.app.clipboard
            assert code in tui.text.splitlines()
            await asyncio.to_thread(service.browse, address, code)
            await until(tui, "Signed in as anna@example.dk.")
            await tui.settle()
            assert no_token(store, "outlook365", "work", tui.text)

            await tui.press("enter")
            assert "Holm" in tui.text


async def test_who_does_not_allow_it_in_the_browser_reads_so_and_nothing_is_kept(service: OpenId, store: Workspace) -> None:
    store.save_connection("outlook365", "work", {"client_id": "tui", "authority": service.address})
    async with signing_in(store, "outlook365", "work") as (tui, address):
        await tui.pilot.press("f6")
        await asyncio.to_thread(service.browse, address, tui.app.clipboard, allow=False)
        await until(tui, "The access was not allowed.")
    assert connection("outlook365", "work").secrets == {}


async def test_who_gives_up_leaves_no_port_open(service: OpenId, store: Workspace) -> None:
    settings = {"client_id": "tui", "authority": service.address, "sign_in": "browser"}
    store.save_connection("outlook365", "work", settings)
    async with signing_in(store, "outlook365", "work") as (tui, address):
        port = int(str(httpx.URL(address).params["redirect_uri"]).rpartition(":")[2])
        await tui.pilot.press("escape")
        await tui.settle()
        assert "Stopped." in tui.text
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/")
    assert connection("outlook365", "work").secrets == {}
