"""What changed since the last import: the place where a reading can go on is kept with the import that wrote its rows, with no other."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.plugins.people_server import Account
from tests.plugins.web import Web, web
from tui_import import plugin_host
from tui_import.__main__ import main
from tui_import.config.connections import Connection, save_connection

NAMES = (("Anna", "Holm"), ("Bo", "Lund"), ("Cecilie", "Thorsen"))
Program = Callable[..., tuple[int, str, str]]


@pytest.fixture
def account() -> Account:
    made = Account()
    for at, (first, last) in enumerate(NAMES, 1):
        made.put(f"c{at}", names=[{"givenName": first, "familyName": last}], organizations=[{"name": "Acme"}])
    return made


@pytest.fixture
def served(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The account, and two connections to it that somebody has signed in with."""
    monkeypatch.setenv("TUI_IMPORT_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("LANGUAGE", "en")
    plugin_host.forget()
    with web(account) as started:
        for name in ("mine", "other"):
            settings = {"client_id": "c", "service": f"{started.address}/v1"}
            save_connection(Connection("google", name, settings, {"access_token": "good"}, f"{name}@example.dk"))
        yield started


@pytest.fixture
def program(served: Web, capsys: pytest.CaptureFixture[str]) -> Program:
    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def run(program: Program, *more: str, connection: str = "mine", since: str = "last") -> None:
    words = ["run", "--source", "google", "--option", f"connection={connection}", "--set", "duplicates.find=no", *more]
    code, _out, err = program(*words, *(["--option", f"changed_since={since}"] if since else []))
    assert code == 0, err


def token(served: Web) -> str:
    """The bookmark that the account was asked with last."""
    return served.asked[-1].query.get("syncToken", "")


def test_the_first_time_everything_is_read_and_then_what_changed(program: Program, served: Web, account: Account) -> None:
    run(program)
    assert token(served) == ""
    account.put("c2", organizations=[{"name": "Acme", "title": "Boss"}])
    run(program)
    assert token(served) == "sync-3"
    titles = [json.loads(line)["title"] for line in program("export", "person", "--format", "json")[1].splitlines()]
    assert sorted(filter(None, titles)) == ["Boss"]


def test_where_nothing_changed_an_import_is_done_and_changes_nothing(program: Program, served: Web) -> None:
    run(program)
    run(program)
    assert token(served) == "sync-3"


def test_what_is_read_and_not_imported_is_read_again(program: Program, served: Web, account: Account, tmp_path: Path) -> None:
    run(program)
    account.put("c2", organizations=[{"name": "Acme", "title": "Boss"}])
    run(program, "--plan-only")
    run(program)
    assert token(served) == "sync-3"
    run(program)
    assert token(served) == "sync-4"


def test_a_draft_that_is_imported_later_keeps_its_place(program: Program, served: Web, tmp_path: Path) -> None:
    run(program, "--plan-only")
    (draft,) = (tmp_path / "store.sqlite.drafts").glob("*.sqlite")
    assert program("apply", draft.stem)[0] == 0
    run(program)
    assert token(served) == "sync-3"


def test_an_import_that_is_undone_is_read_again_and_one_that_is_done_again_is_not(program: Program, served: Web) -> None:
    run(program)
    assert program("undo", "1")[0] == 0
    run(program, "--plan-only")
    assert token(served) == ""
    assert program("redo", "1")[0] == 0
    run(program)
    assert token(served) == "sync-3"


def test_each_connection_has_its_own(program: Program, served: Web) -> None:
    run(program)
    run(program, connection="other")
    assert token(served) == ""


def test_another_account_under_the_same_name_begins_anew(program: Program, served: Web) -> None:
    run(program)
    settings = {"client_id": "c", "service": f"{served.address}/v1"}
    save_connection(Connection("google", "mine", settings, {"access_token": "good"}, "bo@example.dk"))
    run(program)
    assert token(served) == ""


def test_a_full_reading_moves_the_bookmark_too(program: Program, served: Web, account: Account) -> None:
    run(program)
    account.put("c2", organizations=[{"name": "Acme", "title": "Boss"}])
    run(program, since="")
    assert token(served) == ""
    run(program)
    assert token(served) == "sync-4"


def test_a_moment_takes_what_changed_later_and_moves_no_bookmark(program: Program, served: Web, account: Account) -> None:
    """What changed before the moment was not imported, so it is not behind us."""
    run(program, since="2026-01-01T00:00:02Z")
    assert len(program("export", "person", "--format", "json")[1].splitlines()) == 1
    run(program)
    assert token(served) == ""
    assert len(program("export", "person", "--format", "json")[1].splitlines()) == 3


def test_what_could_not_be_imported_is_read_again(program: Program, served: Web, account: Account) -> None:
    run(program)
    account.put("c2", organizations=[{"name": "x" * 500}])  # no company's name is that long
    words = ["run", "--source", "google", "--option", "connection=mine", "--set", "duplicates.find=no", "--option", "changed_since=last"]
    assert program(*words)[0] == 3
    account.put("c2", organizations=[{"name": "Bolt"}])
    run(program)
    assert token(served) == "sync-3"
    run(program)
    assert token(served) == "sync-5"


def test_the_doctor_finds_nothing_wrong_with_a_store_that_has_bookmarks(program: Program, tmp_path: Path) -> None:
    run(program)
    with sqlite3.connect(tmp_path / "store.sqlite") as store:
        assert store.execute("SELECT count(*) FROM meta WHERE key LIKE 'bookmark:%'").fetchone() == (1,)
    store.close()
    assert program("doctor")[0] == 0
