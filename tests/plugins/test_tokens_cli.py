"""From signing in to importing again what changed, by command: a real OpenID provider, and the tests' own servers for the contacts, whose
shapes are from documents.
"""

from __future__ import annotations

import json
import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.plugins.graph_server import BASE, Mailbox
from tests.plugins.openid import OpenId, openid
from tests.plugins.people_server import Account
from tests.plugins.web import Web, web
from tui_import import plugin_host
from tui_import.__main__ import main
from tui_import.session.workspace import Workspace

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def service() -> Iterator[OpenId]:
    with openid() as started:
        yield started


Program = Callable[..., tuple[int, str, str]]
NAMES = (("Anna", "Holm"), ("Bo", "Lund"), ("Cecilie", "Thorsen"), ("David", "Bruun"), ("Emma", "Krogh"))
LAST_NAMES = sorted(last for _first, last in NAMES)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    monkeypatch.setenv("TUI_IMPORT_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("LANGUAGE", "en")
    plugin_host.forget()

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def somebody(service: OpenId, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """Somebody who reads what is shown, goes to the page in a browser, and pastes where they can, the moment the program waits."""

    def sits_there(allow: bool = True) -> None:
        written: list[str] = []

        def waited(read: list[object], _write: object, _error: object, _seconds: float) -> tuple[list[object], list[object], list[object]]:
            shown = capsys.readouterr().err
            address = re.search(r"    (http\S+)", shown)
            if address:
                code = re.search(r"    (\w{4}-\w{4})", shown)
                page = address[1].replace("prompt=select_account", "prompt=consent")  # Microsoft's own; this service has one account
                came_to = service.browse(page, code[1] if code else "", allow=allow)
                written.extend([] if code else [came_to])
            return (read if written else []), [], []

        stdin = SimpleNamespace(readline=lambda: f"{written.pop()}\n", isatty=lambda: True)
        monkeypatch.setattr("tui_import.cli.connections.select", SimpleNamespace(select=waited))
        monkeypatch.setattr("sys.stdin", stdin)

    return sits_there


@pytest.fixture
def mailbox(service: OpenId) -> Iterator[tuple[Mailbox, Web]]:
    made = Mailbox()
    made.knows = service.knows
    for at, (first, last) in enumerate(NAMES, 1):
        addresses = [{"address": f"{first.lower()}@acme.example"}]
        made.put(f"c{at}", givenName=first, surname=last, companyName="Acme", emailAddresses=addresses)
    with web(made) as served:
        made.address = served.address
        yield made, served


@pytest.fixture
def account(service: OpenId) -> Iterator[tuple[Account, Web]]:
    made = Account()
    made.knows = service.knows
    for at, (first, last) in enumerate(NAMES, 1):
        names = [{"givenName": first, "familyName": last}]
        member = [{"contactGroupMembership": {"contactGroupId": "2b"}}]
        made.put(f"c{at}", names=names, organizations=[{"name": "Acme"}], memberships=member)
    with web(made) as served:
        yield made, served


def outlook(service: OpenId, served: Web, *more: str) -> list[str]:
    words = ["client_id=tui", f"authority={service.address}", f"service={served.address}{BASE}", *more]
    return ["connections", "save", "outlook365", "work", *(word for text in words for word in ("--option", text))]


def google(service: OpenId, served: Web, *more: str) -> list[str]:
    under = f"{service.address}/common/oauth2/v2.0"
    words = ["client_id=kept", "client_secret=a-secret-of-the-client", f"token_url={under}/token", f"authorization_url={under}/authorize"]
    return [
        "connections",
        "save",
        "google",
        "mine",
        *(word for text in [*words, f"service={served.address}/v1", *more] for word in ("--option", text)),
    ]


def run(program: Program, source: str, connection: str, *more: str) -> tuple[int, str, str]:
    """Import; whether two people are one is not asked here."""
    return program("run", "--source", source, "--option", f"connection={connection}", "--set", "duplicates.find=no", *more)


def persons(program: Program) -> dict[str, dict[str, object]]:
    _code, out, _err = program("export", "person", "--format", "json")
    return {str(each["last_name"]): each for each in map(json.loads, out.splitlines())}


def tokens(folder: Path) -> dict[str, dict[str, str]]:
    (path,) = folder.rglob("secrets.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found: dict[str, dict[str, str]] = json.loads(path.read_text())
    return found


def test_outlook_a_code_is_typed_contacts_are_imported_and_then_what_changed(
    service: OpenId, mailbox: tuple[Mailbox, Web], program: Program, somebody: Callable[..., None], tmp_path: Path
) -> None:
    box, served = mailbox
    assert "Now sign in" in program(*outlook(service, served))[1]
    somebody()
    code, out, err = program("connections", "sign-in", "outlook365", "work")
    assert (code, out) == (0, "Signed in as anna@example.dk.\n"), err
    assert program("connections", "test", "outlook365", "work")[1] == "1 folder of contacts.\n"

    code, out, err = run(program, "outlook365", "work")
    assert code == 0, err + out
    assert "Photos are not imported" in err
    assert sorted(persons(program)) == LAST_NAMES
    assert persons(program)["Thorsen"]["external_key"] == ["c3"]

    box.put("c3", jobTitle="Boss")
    box.put("new", givenName="Gustav", surname="Vestergaard", companyName="Acme")
    box.delete("c5")
    before = len(served.asked)
    code, _out, err = run(program, "outlook365", "work", "--option", "changed_since=last")

    assert code == 0, err
    assert "1 contact was deleted in the account; the import deletes nothing." in err
    assert sum("/contacts/" in asked.path for asked in served.asked[before:] if "delta" not in asked.path) <= 4  # looked at and read
    found = persons(program)
    assert sorted(found) == sorted([*LAST_NAMES, "Vestergaard"])
    assert (found["Thorsen"]["title"], found["Thorsen"]["email"]) == ("Boss", ["cecilie@acme.example"])


def test_outlook_where_the_organisation_blocks_codes_a_browser_and_a_pasted_address_do(
    service: OpenId, mailbox: tuple[Mailbox, Web], program: Program, somebody: Callable[..., None]
) -> None:
    program(*outlook(service, mailbox[1], "sign_in=browser"))
    somebody()
    assert program("connections", "sign-in", "outlook365", "work")[1] == "Signed in as anna@example.dk.\n"
    assert run(program, "outlook365", "work")[0] == 0
    assert len(persons(program)) == 5


def test_google_an_address_is_pasted_contacts_are_imported_and_then_what_changed(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None], tmp_path: Path
) -> None:
    held, served = account
    program(*google(service, served))
    somebody()
    code, out, err = program("connections", "sign-in", "google", "mine")
    assert (code, out) == (0, "Signed in as anna@example.dk.\n"), err

    code, _out, err = run(program, "google", "mine")
    assert code == 0, err
    assert sorted(persons(program)) == LAST_NAMES
    assert persons(program)["Holm"]["interests"] == ["Golf"]

    held.put("c3", organizations=[{"name": "Acme", "title": "Boss"}])
    code, _out, err = run(program, "google", "mine", "--option", "changed_since=last")
    assert code == 0, err
    assert served.asked[-1].query["syncToken"] == "sync-5"
    assert persons(program)["Thorsen"]["title"] == "Boss"
    code, _out, err = run(program, "google", "mine", "--option", "changed_since=last")
    assert served.asked[-1].query["syncToken"] == "sync-6"
    assert code == 0, err


def test_an_import_that_is_undone_counts_as_never_read(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None]
) -> None:
    program(*google(service, account[1]))
    somebody()
    program("connections", "sign-in", "google", "mine")
    run(program, "google", "mine")
    program("undo", "1")
    assert run(program, "google", "mine", "--option", "changed_since=last")[0] == 0
    assert "syncToken" not in account[1].asked[-1].query
    assert len(persons(program)) == 5


def test_a_date_takes_what_changed_later(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None]
) -> None:
    program(*google(service, account[1]))
    somebody()
    program("connections", "sign-in", "google", "mine")
    assert run(program, "google", "mine", "--option", "changed_since=2026-01-01T00:00:03Z")[0] == 0
    assert sorted(persons(program)) == ["Bruun", "Krogh"]


def test_who_does_not_allow_the_access_is_told_so_and_nothing_is_kept(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None], tmp_path: Path
) -> None:
    program(*google(service, account[1]))
    somebody(allow=False)
    code, _out, err = program("connections", "sign-in", "google", "mine")
    assert code == 1
    assert "The access was not allowed." in err
    assert "access_token" not in json.dumps(tokens(tmp_path))


def test_a_connection_that_nobody_signed_in_with_says_how(service: OpenId, account: tuple[Account, Web], program: Program) -> None:
    program(*google(service, account[1]))
    code, _out, err = run(program, "google", "mine")
    assert code == 1
    assert "Nobody has signed in" in err
    assert "connections sign-in" in err


def test_an_expired_token_is_renewed_kept_and_the_spent_one_never_used_again(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None], tmp_path: Path
) -> None:
    program(*google(service, account[1]))
    somebody()
    program("connections", "sign-in", "google", "mine")
    (path,) = tmp_path.rglob("secrets.json")
    first = tokens(tmp_path)["google/mine"]
    path.write_text(json.dumps({"google/mine": {**first, "expires_at": "1"}}))

    assert run(program, "google", "mine")[0] == 0

    second = tokens(tmp_path)["google/mine"]
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["client_secret"] == first["client_secret"]
    path.write_text(json.dumps({"google/mine": {**second, "expires_at": "1"}}))
    assert program("connections", "test", "google", "mine")[1] == "5 contacts.\n"
    assert tokens(tmp_path)["google/mine"]["refresh_token"] != second["refresh_token"]


def test_a_sign_in_that_was_withdrawn_says_to_sign_in_again(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None], tmp_path: Path
) -> None:
    program(*google(service, account[1]))
    somebody()
    program("connections", "sign-in", "google", "mine")
    (path,) = tmp_path.rglob("secrets.json")
    path.write_text(json.dumps({"google/mine": {**tokens(tmp_path)["google/mine"], "refresh_token": "gone", "expires_at": "1"}}))
    code, _out, err = run(program, "google", "mine")
    assert code == 1
    assert "The sign-in is no longer valid. Sign in again." in err


def test_tokens_are_in_one_file_of_the_owner_alone_and_in_no_other_draft_recipe_store_log_or_message(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None], tmp_path: Path
) -> None:
    said = [program(*google(service, account[1]))]
    somebody()
    said.append(program("connections", "sign-in", "google", "mine"))
    said.append(run(program, "google", "mine", "--plan-only"))
    workspace = Workspace(tmp_path / "store.sqlite")
    session = workspace.resume(workspace.drafts()[0].id)
    workspace.save_recipe(session.recipe(), "accounts")
    session.close()
    workspace.close()
    said.append(program("run", "--recipe", "accounts"))
    said += [
        program(*words)
        for words in (["connections", "--json"], ["recipes", "--json"], ["drafts", "--json"], ["runs", "--json"], ["doctor"])
    ]
    secrets = {key: value for key, value in tokens(tmp_path)["google/mine"].items() if key != "expires_at"}
    assert set(secrets) == {"client_secret", "access_token", "refresh_token"}

    shown = "".join(text for _code, out, err in said for text in (out, err))
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"accounts.toml", "connections.toml", "store.sqlite"} <= {path.name for path in files}
    assert any(path.parent.name == "store.sqlite.drafts" for path in files)
    for key, value in secrets.items():
        assert value not in shown, key
        assert [path.name for path, content in files.items() if value.encode() in content] == ["secrets.json"], key


def test_a_failure_in_the_middle_shows_no_token_not_even_in_the_traceback_that_doctor_keeps(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    program(*google(service, account[1]))
    somebody()
    program("connections", "sign-in", "google", "mine")

    def broken(*_words: object, **_more: object) -> object:
        raise RuntimeError("a mistake of the program")

    monkeypatch.setattr("tui_import_gmail.people_table.card", broken)
    code, out, err = run(program, "google", "mine")
    assert code == 1
    told = out + err + "".join(program("doctor")[1:])
    assert "RuntimeError" in told
    for value in tokens(tmp_path)["google/mine"].values():
        assert value not in told


def test_drafts_are_databases_that_hold_the_snapshot(
    service: OpenId, account: tuple[Account, Web], program: Program, somebody: Callable[..., None], tmp_path: Path
) -> None:
    """Read once, import often: what was read can be taken up again without the account."""
    program(*google(service, account[1]))
    somebody()
    program("connections", "sign-in", "google", "mine")
    code, _out, err = run(program, "google", "mine", "--plan-only")
    assert code == 0, err
    (draft,) = (path for path in tmp_path.rglob("*.sqlite") if path.parent != tmp_path)
    with sqlite3.connect(draft) as opened:
        assert [key for (key,) in opened.execute("SELECT key FROM row ORDER BY n")] == [f"people/c{at}" for at in range(1, 6)]
    opened.close()
    before = len(account[1].asked)
    assert program("apply", draft.stem)[0] == 0
    assert len(account[1].asked) == before
    assert len(persons(program)) == 5


@pytest.mark.parametrize("source", ["outlook365", "google"])
def test_the_contract_is_kept_as_the_command_checks_it(
    service: OpenId, mailbox: tuple[Mailbox, Web], account: tuple[Account, Web], program: Program, somebody: Callable[..., None],
    tmp_path: Path, source: str,
) -> None:  # fmt: skip
    """With a token that has to be renewed on the way, by a service that gives a new refresh token each time."""
    words = outlook(service, mailbox[1]) if source == "outlook365" else google(service, account[1])
    program(*words)
    somebody()
    program("connections", "sign-in", source, words[3])
    (path,) = tmp_path.rglob("secrets.json")
    key = f"{source}/{words[3]}"
    path.write_text(json.dumps({key: {**tokens(tmp_path)[key], "expires_at": "1"}}))

    code, out, err = program("sources", "check", source, "--option", f"connection={words[3]}", "--json")

    assert code == 0, out + err
    assert len(out.splitlines()) >= 11
    assert program("connections", "test", source, words[3])[0] == 0
