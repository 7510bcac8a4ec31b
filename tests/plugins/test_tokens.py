"""Where passwords and tokens lie: in the keyring where one works, else in a file that its owner alone may read."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tui_import.api import ConnectionOptions, SourceError, keep_secrets
from tui_import.api.errors import UsageError
from tui_import.config import safekeeping
from tui_import.config.connections import Connection, connection, connections, delete_connection, renew_secrets, save_connection

SECRETS = {"access_token": "at-secret", "refresh_token": "rt-secret"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration; there is no keyring unless a test brings one."""
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path))
    monkeypatch.setitem(sys.modules, "keyring", None)
    return tmp_path


class Keyring(ModuleType):
    """The functions of the package `keyring` that are used, over a dictionary."""

    def __init__(self, priority: float = 5) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False
        self.get_keyring = lambda: SimpleNamespace(priority=priority)

    def _open(self) -> None:
        if self.locked:
            raise RuntimeError("the keyring with at-secret in it is locked")

    def set_password(self, service: str, name: str, password: str) -> None:
        self._open()
        self.kept[service, name] = password

    def get_password(self, service: str, name: str) -> str | None:
        self._open()
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        self._open()
        del self.kept[service, name]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    made = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", made)
    return made


def saved(name: str = "work", **secrets: str) -> Connection:
    made = Connection("google", name, {"client_id": "c"}, secrets or SECRETS, "anna@example.dk")
    save_connection(made)
    return made


def test_without_a_keyring_secrets_are_in_a_file_of_the_owner_alone_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0)
    try:
        saved()
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "secrets.json").stat().st_mode) == 0o600
    assert "secret" not in (folder / "connections.toml").read_text()
    assert connection("google", "work").secrets == SECRETS


def test_a_file_that_became_readable_for_others_is_closed_again_with_the_next_change(folder: Path) -> None:
    saved()
    (folder / "secrets.json").chmod(0o644)
    renew_secrets("google", "work", {"access_token": "new"})
    assert stat.S_IMODE((folder / "secrets.json").stat().st_mode) == 0o600


def test_renewed_secrets_go_over_those_there_were_and_leave_other_connections_alone() -> None:
    saved()
    saved("other", access_token="other-secret")
    renew_secrets("google", "work", {"access_token": "new"})
    assert connection("google", "work").secrets == {**SECRETS, "access_token": "new"}
    assert connection("google", "other").secrets == {"access_token": "other-secret"}


def test_two_programs_that_renew_at_once_lose_nothing() -> None:
    for at in range(8):
        saved(f"c{at}", access_token="old")
    workers = [threading.Thread(target=renew_secrets, args=("google", f"c{at}", {"access_token": f"new-{at}"})) for at in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [connection("google", f"c{at}").secrets["access_token"] for at in range(8)] == [f"new-{at}" for at in range(8)]


def test_what_is_forgotten_is_gone(folder: Path) -> None:
    saved()
    delete_connection("google", "work")
    assert json.loads((folder / "secrets.json").read_text()) == {}
    with pytest.raises(UsageError):
        connection("google", "work")
    with pytest.raises(UsageError, match="no connection"):
        delete_connection("google", "work")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b'"x"'])
def test_a_file_that_was_damaged_means_to_sign_in_again_and_no_more(folder: Path, content: bytes) -> None:
    saved()
    (folder / "secrets.json").write_bytes(content)
    assert connection("google", "work").secrets == {}
    renew_secrets("google", "work", {"access_token": "new"})
    assert connection("google", "work").secrets == {"access_token": "new"}


def test_a_list_of_connections_reads_no_secret(keyring: Keyring) -> None:
    saved()
    keyring.locked = True  # so a look at the keyring would fail
    (listed,) = connections()
    assert (listed.account, dict(listed.secrets)) == ("anna@example.dk", {})


def test_nothing_that_represents_a_connection_shows_its_secrets() -> None:
    saved()
    shown = f"{connection('google', 'work')!r} {ConnectionOptions(SECRETS, lambda _renewed: None)!r}"
    assert "secret" not in shown.replace("secrets", "")


# -- the keyring


def test_where_a_keyring_works_secrets_are_in_it_and_not_in_the_file(folder: Path, keyring: Keyring) -> None:
    saved()
    assert json.loads((folder / "secrets.json").read_text()) == {"google/work": "keyring"}
    assert connection("google", "work").secrets == SECRETS
    renew_secrets("google", "work", {"access_token": "new"})
    assert json.loads(keyring.kept["tui-import", "google/work"]) == {**SECRETS, "access_token": "new"}
    delete_connection("google", "work")
    assert keyring.kept == {}


def test_a_keyring_that_does_not_open_is_said_without_its_words(keyring: Keyring) -> None:
    saved()
    keyring.locked = True
    with pytest.raises(SourceError, match="does not open here") as caught:
        connection("google", "work")
    assert "at-secret" not in f"{caught.value!r}"
    assert caught.value.__suppress_context__
    assert "sign in again" in caught.value.hint


def test_a_keyring_that_lost_an_entry_is_said(keyring: Keyring) -> None:
    saved()
    keyring.kept.clear()
    with pytest.raises(SourceError, match="does not open here"):
        connection("google", "work")


def test_a_keyring_that_is_locked_leaves_new_secrets_to_the_file(folder: Path, keyring: Keyring) -> None:
    keyring.locked = True
    saved()
    assert json.loads((folder / "secrets.json").read_text()) == {"google/work": SECRETS}
    assert connection("google", "work").secrets == SECRETS
    keyring.locked = False
    delete_connection("google", "work")


@pytest.mark.parametrize("priority", [-1, 0, 0.5])
def test_a_keyring_that_keeps_plain_text_or_nothing_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch, priority: float) -> None:
    weak = Keyring(priority)
    monkeypatch.setitem(sys.modules, "keyring", weak)
    saved()
    assert weak.kept == {}
    assert json.loads((folder / "secrets.json").read_text()) == {"google/work": SECRETS}


def test_the_keyring_is_not_even_imported_before_a_secret_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keyring")
    connections()
    assert safekeeping.secrets_of("google/none") == {}
    assert "keyring" not in sys.modules


# -- what sources do


def test_a_source_hands_renewed_secrets_back_where_there_is_somebody_to_keep_them() -> None:
    kept: list[dict[str, str]] = []
    keep_secrets(ConnectionOptions({"a": 1}, lambda renewed: kept.append(dict(renewed))), {"token": "t"})
    keep_secrets({"a": 1}, {"token": "t"})  # tests and checks open sources without a connection
    assert kept == [{"token": "t"}]
