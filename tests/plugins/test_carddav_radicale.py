"""Address books on a real server: found, chosen, read in blocks, read again for what changed; by the plugin and by command."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tui_import_carddav.book import BookTable
from tui_import_carddav.source import CarddavSource

from tests.plugins.carddav_server import PASSWORD, USER, Radicale, card, radicale
from tests.plugins.test_http import authority  # noqa: F401 - a fixture
from tui_import.__main__ import main
from tui_import.api import PasswordNeededError, SourceError, Table
from tui_import.api.testing import Conformance, check_memory

pytestmark = pytest.mark.e2e
MANY = 5_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with radicale(tmp_path_factory.mktemp("radicale")) as started:
        started.make_book("friends", "Friends", [card(number) for number in range(8)])
        started.make_book("customers", "Kunder & Co", [card(number) for number in range(20)])
        yield started


def connection(radicale: Radicale, **more: str) -> dict[str, str]:
    return {"server": radicale.url, "user": USER, "password": PASSWORD, **more}


def book(server: Radicale, name: str) -> Table:
    return next(table for table in CarddavSource().open("", connection(server)) if table.name == name)


def names(table_rows) -> list[str]:
    return sorted(str(row.values[0]) for row in table_rows)


# -- the plugin


@pytest.mark.parametrize("path", ["", "/", f"/{USER}/", f"/{USER}", "/.well-known/carddav", "/no/such/place/"])
def test_the_address_books_are_found_from_any_address_of_the_server(server: Radicale, path: str) -> None:
    tables = CarddavSource().open("", connection(server, server=server.url + path))
    assert {"Friends", "Kunder & Co"} <= {table.name for table in tables}


def test_the_address_of_one_address_book_is_that_one_alone(server: Radicale) -> None:
    [table] = CarddavSource().open("", connection(server, server=f"{server.url}/{USER}/friends/"))
    assert table.name == "Friends"
    assert len(list(table.rows())) == 8


def test_trying_a_connection_out_names_what_there_is(server: Radicale) -> None:
    sentence = CarddavSource().test_connection(connection(server))
    assert sentence.startswith("127.0.0.1 answers, with ")
    assert "Friends" in sentence


def test_columns_arrive_with_fields_and_rows_with_uid_and_time(server: Radicale) -> None:
    table = book(server, "Kunder & Co")
    fields = {column.name: column.field for column in table.columns()}
    assert (fields["Company"], fields["E-mail"], fields["UID"]) == ("company.name", "person.email", "person.external_key")
    [row] = [row for row in table.rows() if row.key == "u7"]
    cells = dict(zip(fields, row.values, strict=True))
    assert (cells["Last name"], cells["Company"], cells["Company postal address, city"]) == ("Ågård 7", "Nordic Fish 7 A/S", "København")
    assert row.changed.endswith("Z")
    assert row.changed > "2026-01-01"
    assert [len(each.values) for each in table.peek(3).rows] == [len(fields)] * 3
    assert table.expected_rows() == 20


def test_all_columns_can_be_had_for_recipes(server: Radicale) -> None:
    tables = CarddavSource().open("", {**connection(server), "columns": "all"})
    assert len(tables[0].columns()) > 70


def test_five_thousand_cards_are_read_in_flat_memory(server: Radicale) -> None:
    server.make_book("many", "Many", [card(number) for number in range(MANY)])
    table = book(server, "Many")
    assert check_memory(table, most=16 << 20) == MANY
    assert table.findings() == []
    server.request("DELETE", "many/")


def test_what_changed_and_what_was_deleted_since_the_last_reading(server: Radicale) -> None:
    server.make_book("delta", "Delta", [card(number) for number in range(5)])
    table = book(server, "Delta")
    assert isinstance(table, BookTable)
    assert len(list(table.rows())) == 5
    bookmark = table.bookmark()

    assert list(table.changes(bookmark)) == []
    server.put("delta", 100, card(100, name="New"))
    server.put("delta", 100, card(100, name="Newer"))
    server.delete("delta", 3)
    again = book(server, "Delta")

    assert names(again.changes(bookmark)) == ["Newer"]
    assert [finding.message for finding in again.findings()] == [
        "1 card was deleted on the server since the last import; nothing is deleted here."
    ]
    assert list(table.changes(again.bookmark())) == []
    server.request("DELETE", "delta/")


def test_a_bookmark_that_the_server_no_longer_knows_reads_everything_and_says_so(server: Radicale) -> None:
    table = book(server, "Friends")
    assert len(list(table.changes("http://radicale.org/ns/sync/" + "0" * 64))) == 8
    assert table.findings()[0].message.startswith("The server no longer knows what changed")
    assert table.bookmark()


def test_a_wrong_password_is_said_in_words_that_help(server: Radicale) -> None:
    with pytest.raises(PasswordNeededError, match="does not accept user name and password") as error:
        CarddavSource().open("", connection(server, password="wrong"))
    assert "app password" in error.value.hint
    assert "wrong" not in str(error.value)


def test_a_private_authority_is_trusted_where_its_certificate_is_named(
    tmp_path: Path,
    authority: tuple[ssl.SSLContext, Path],  # noqa: F811
) -> None:
    _context, ca_file = authority
    with radicale(tmp_path, ca_file.parent / "server.pem") as secured:
        options = connection(secured)
        with pytest.raises(SourceError, match=r"certificate of 127\.0\.0\.1 is not trusted") as error:
            CarddavSource().test_connection(options)
        assert "authority" in error.value.hint
        with pytest.raises(SourceError, match="no address book"):  # trusted, and the account is empty
            CarddavSource().test_connection({**options, "ca_file": str(ca_file)})


@pytest.mark.parametrize("rule", Conformance.rules)
def test_address_books_keep_the_contract(rule: str, server: Radicale, tmp_path: Path) -> None:
    Conformance(CarddavSource(), "", tmp_path, connection(server, server=f"{server.url}/{USER}/friends/")).check(rule)


# -- by command


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("TUI_IMPORT_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("LANGUAGE", "en")

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def persons(program: Callable[..., tuple[int, str, str]]) -> dict[str, str]:
    """External key → last name of all persons in the store."""
    records = [json.loads(line) for line in program("export", "person", "--format", "json")[1].splitlines()]
    return {record["external_key"][0]: record["last_name"] for record in records}


def options_of(values: dict[str, str]) -> list[str]:
    return [word for key, value in values.items() for word in ("--option", f"{key}={value}")]


def test_an_address_book_is_imported_and_imported_again_without_twins(
    program: Callable[..., tuple[int, str, str]], server: Radicale, tmp_path: Path
) -> None:
    server.make_book("import", "Import", [card(number) for number in range(12)])
    assert program("connections", "save", "carddav", "work", *options_of(connection(server, password="wrong")))[0] == 1
    code, out, err = program("connections", "save", "carddav", "work", *options_of(connection(server)))
    assert (code, err) == (0, "")
    assert "Import" in out
    alike = ("--set", "duplicates.find=false")  # the cards look like duplicates of each other
    run = ("run", "--source", "carddav", "--option", "connection=work", "--option", "sheet=Import", *alike)

    code, _out, err = program(*run)
    assert code == 0, err
    assert persons(program) == {f"u{number}": f"Ågård {number}" for number in range(12)}

    server.put("import", 50, card(50, "TITLE:Boss"))
    code, out, _err = program(*run)
    assert code == 0
    assert len(persons(program)) == 13, "those of the first import were found again"

    server.put("import", 51, card(51))
    server.delete("import", 2)
    code, out, err = program(*run, "--option", "changed_since=last", "--json")
    assert code == 0, err
    assert '"rows": 1' in out
    assert "1 card was deleted on the server" in err
    assert "u2" in persons(program), "an import deletes nothing"

    code, out, err = program(*run, "--option", "changed_since=2999-01-01", "--json")
    assert code == 0, err
    assert '"rows": 0' in out
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "secrets.json"]
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()], "the password lies nowhere else"
    server.request("DELETE", "import/")


def test_without_a_connection_it_says_how_to_make_one(program: Callable[..., tuple[int, str, str]]) -> None:
    code, _out, err = program("run", "--source", "carddav")
    assert code == 1
    assert "connections save" in err
