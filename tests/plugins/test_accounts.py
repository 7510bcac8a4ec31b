"""A source with search, lists, connections and sign-in, used as its user would: by command, on a store."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_import.__main__ import main
from tui_import.api.capabilities import Criterion, Kind, Operator, SearchField
from tui_import.api.errors import UsageError
from tui_import.session.searching import criteria

MODULE = """
from tui_import.api import Column, Option, OptionType, Row, Source, SourceError, hookimpl
from tui_import.api.capabilities import (
    HasConnections, HasLists, Kind, Page, SearchField, Searchable, SignedIn, SignInStep, SignsIn, meets)
from tui_import.api.source import Capability

PEOPLE = [
    Row(1, ("Acme A/S", "Aarhus", "k1", "Anna", "Holm"), "a1", "2026-01-01"),
    Row(2, ("Bolt ApS", "Odense", "k2", "Bo", "Lund"), "a2", "2026-02-01"),
    Row(3, ("Cirkel AB", "Aarhus", "k1", "Cia", "Berg"), "a3", "2026-03-01"),
]

CLOSED = []

class People(Searchable):
    name = "people"
    def __init__(self, account): self.account = account
    def columns(self):
        return [Column("Company", "company.name"), Column("City", "company.postal_city"),
                Column("Group", "company.category", list="groups"),
                Column("First", "person.first_name"), Column("Last", "person.last_name")]
    def rows(self): yield from PEOPLE
    def search_fields(self): return [SearchField("city", "City"), SearchField("changed", "Changed", Kind.DATE)]
    def search(self, criteria, page="", limit=100):
        place = {"city": 1}
        found = [row for row in PEOPLE if all(meets(row.values[place[c.field]], c.operator, c.values) for c in criteria)]
        at = int(page or 0)
        return Page(found[at:at + 1], str(at + 1) if at + 1 < len(found) else "", len(found))
    def fetch(self, keys): return (row for row in PEOPLE if row.key in keys)

class Account(Source, HasConnections, HasLists, SignsIn):
    name, title = "account", "An account"
    capabilities = (Capability.SEARCH, Capability.KEYS, Capability.LISTS, Capability.CONNECTIONS, Capability.SIGN_IN)
    def connection_options(self):
        return [Option("server", "Server", required=True), Option("key", "Key", OptionType.PASSWORD, required=True)]
    def test_connection(self, connection):
        if connection.get("key") != "sesame":
            raise SourceError("The server does not know this key.", hint="Ask for another.")
        return f"{connection['server']} answers."
    def sign_in(self, options):
        try:
            yield SignInStep("Open the page and type the code.", address="https://login.example/device", code="ABCD-EFGH", wait=0)
            pasted = yield SignInStep("Waiting for you.", paste="Address", wait=5)
            return SignedIn("anna@example.dk", {"token": pasted})
        finally:
            CLOSED.append("closed")
    def list_items(self, name): return {"k1": "Customer", "k2": "Prospect"}
    def open(self, location, options):
        if options.get("key") != "sesame" and options.get("token") != "http://127.0.0.1/?code=7":
            raise SourceError("Not signed in.", hint="Choose a connection.")
        assert "where" not in options and "connection" not in options
        return [People(options)]

@hookimpl
def register_sources(register): register(Account())
"""


@pytest.fixture
def program(
    install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    install("account-source", {"account": "account_module"}, {"account_module": MODULE})
    monkeypatch.setenv("TUI_IMPORT_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("LANGUAGE", "en")

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


SAVE = ("connections", "save", "account", "work", "--option", "server=erp.example", "--option")


def cities(program) -> list[str]:
    _code, out, _err = program("export", "company", "--format", "json")
    return [json.loads(line)["postal_city"] for line in out.splitlines()]


def test_a_connection_is_tested_before_it_is_kept_and_its_secret_lies_apart(program, tmp_path: Path) -> None:
    code, _out, err = program(*SAVE, "key=wrong")
    assert code == 1
    assert "does not know this key" in err
    assert program("connections", "--json")[1] == ""

    code, out, _err = program(*SAVE, "key=sesame")
    assert (code, out.strip()) == (0, "erp.example answers.")

    folder = tmp_path / "configuration"
    assert "sesame" not in (folder / "connections.toml").read_text(encoding="utf-8")
    (secrets,) = list(folder.rglob("secrets.json"))
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert "sesame" not in program("connections", "--json")[1]
    assert program("connections", "test", "account", "work")[1].strip() == "erp.example answers."


def test_rows_that_a_search_finds_are_imported_page_by_page_with_list_items_in_words(program) -> None:
    program(*SAVE, "key=sesame")

    code, _out, err = program(
        "run", "people", "--source", "account", "--option", "connection=work", "--option", "where=city contains aarh", "--json"
    )

    assert code == 0, err
    assert cities(program) == ["Aarhus", "Aarhus"]
    _code, out, _err = program("export", "company", "--format", "json")
    assert {json.loads(line)["category"] for line in out.splitlines()} == {"Customer"}


def test_only_what_changed_since_is_imported(program) -> None:
    program(*SAVE, "key=sesame")

    code, _out, err = program("run", "people", "--source", "account", "--option", "connection=work", "--option", "changed_since=2026-01-15")

    assert code == 0, err
    assert sorted(cities(program)) == ["Aarhus", "Odense"]


def test_signing_in_shows_address_and_code_takes_what_is_pasted_and_is_kept(
    program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pasted = tmp_path / "pasted"
    pasted.write_text("http://127.0.0.1/?code=7\n", encoding="utf-8")
    with pasted.open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", _Late(stream))
        monkeypatch.setattr("select.select", lambda read, _write, _error, seconds: (read if seconds else [], [], []))
        code, out, err = program("connections", "sign-in", "account", "mine")

    assert code == 0, err
    assert "https://login.example/device" in err
    assert "ABCD-EFGH" in err
    assert out.strip() == "Signed in as anna@example.dk."
    assert program("run", "people", "--source", "account", "--option", "connection=mine")[0] == 0
    assert len(cities(program)) == 3


class _Late:
    """Standard input that has its line when somebody waits for it."""

    def __init__(self, stream) -> None:
        self.readline = stream.readline

    def isatty(self) -> bool:
        return False


def test_a_source_without_connection_says_so_and_an_unknown_connection_names_those_there_are(program) -> None:
    assert "needs no connection" in program("connections", "save", "csv", "x")[2]
    program(*SAVE, "key=sesame")
    code, _out, err = program("run", "people", "--source", "account", "--option", "connection=other")
    assert code == 2
    assert "work" in err


FIELDS = [
    SearchField("city", "Town"),
    SearchField("since", "Since", Kind.DATE),
    SearchField("size", "Size", Kind.INTEGER),
    SearchField("group", "Group", Kind.LIST),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("city contains Aarhus", [Criterion("city", Operator.CONTAINS, ["Aarhus"])]),
        ("Town not-begins A; size >= 5", [Criterion("city", Operator.NOT_BEGINS, ["A"]), Criterion("size", Operator.AT_LEAST, [5])]),
        ("size between 1..9", [Criterion("size", Operator.BETWEEN, [1, 9])]),
        ("since < 2026-01-01", [Criterion("since", Operator.LESS, ["2026-01-01"])]),
        ("group one-of A, B", [Criterion("group", Operator.ONE_OF, ["A", "B"])]),
        ("city = A = B", [Criterion("city", Operator.IS, ["A = B"])]),
    ],
)
def test_a_search_is_written_as_one_would_say_it(text: str, expected: list[Criterion]) -> None:
    assert criteria(text, FIELDS) == expected


@pytest.mark.parametrize("text", ["town", "nowhere = 1", "size contains 5", "size = many", "size between 1"])
def test_a_search_that_cannot_be_read_names_what_is_possible(text: str) -> None:
    with pytest.raises(UsageError):
        criteria(text, FIELDS)


def test_rows_are_picked_by_their_keys_of_an_account_that_is_no_file_and_a_recipe_keeps_the_search_alone(program, tmp_path: Path) -> None:
    program(*SAVE, "key=sesame")

    picked = ("--option", "connection=work", "--option", "where=city contains x", "--option", "keys=a3, a1, gone")
    code, _out, err = program("run", "--source", "account", *picked)

    assert code == 0, err
    assert cities(program) == ["Aarhus", "Aarhus"]
    assert "1 of the 3 picked rows is no longer there." in err
    (run,) = json.loads("[" + program("runs", "--json")[1].strip().replace("\n", ",") + "]")
    assert run["source"] == "account work, people"

    from tui_import.session.workspace import Workspace

    with Workspace(tmp_path / "store.sqlite") as workspace:
        session = workspace.begin("", source="account", options={"connection": "work", "where": "city contains x", "keys": "a1"})
        session.read()
        assert session.recipe().options == {"connection": "work", "where": "city contains x"}


def test_a_search_of_another_table_is_taken_up_without_the_criteria_it_does_not_know(program, tmp_path: Path) -> None:
    program(*SAVE, "key=sesame")
    from tui_import.session.workspace import Workspace

    with Workspace(tmp_path / "store.sqlite") as workspace:
        options = {"connection": "work", "where": "colour = red", "keys": "a2"}
        session = workspace.begin("", source="account", options=options)
        search = session.search()
        assert (search.criteria, search.ticked) == ([], ["a2"])
        session.pick(search)
        assert session.options == {"connection": "work", "keys": "a2"}
        session.set_option("where", "city = Aarhus")
        search = session.search()
        search.tick_none()
        session.pick(search)
        assert session.read().rows == 2


def test_a_file_is_still_asked_for_where_the_source_reads_nothing_else(program) -> None:
    code, _out, err = program("run", "--source", "csv")
    assert code == 2
    assert "Say which file to import" in err


def test_an_edited_connection_keeps_the_secrets_that_were_not_typed_and_a_renamed_one_goes(program, tmp_path: Path) -> None:
    program(*SAVE, "key=sesame")
    from tui_import.session.workspace import Workspace

    with Workspace(tmp_path / "store.sqlite") as workspace:
        settings = {"server": "new.example"}
        assert workspace.missing_settings("account", settings) == ["Key"]
        assert workspace.missing_settings("account", settings, before="work") == []
        assert workspace.connection_secrets("account", "work") == {"key"}
        assert workspace.test_settings("account", settings, before="work") == "new.example answers."
        workspace.save_connection("account", "copy", settings, before="work")
        with pytest.raises(UsageError, match="already"):
            workspace.save_connection("account", "work", settings, before="copy", rename=True)
        workspace.save_connection("account", "home", settings, before="work", rename=True)
        assert [each.name for each in workspace.connections()] == ["copy", "home"]
        assert workspace.test_connection("account", "home") == "new.example answers."
        assert "sesame" not in repr(workspace.connections())


def test_settings_are_edited_and_copied_by_command_without_typing_the_secret_again(program) -> None:
    program(*SAVE, "key=sesame")
    assert program("connections", "edit", "account", "work", "--option", "server=new.example")[1].strip() == "new.example answers."
    assert program("connections", "copy", "account", "work", "spare")[1].strip() == "new.example answers."
    assert program("connections", "edit", "account", "spare", "--option", "key=wrong")[0] == 1
    assert program("connections", "test", "account", "spare")[0] == 0
    assert program("connections", "copy", "account", "work", "spare")[0] == 2
    code, _out, err = program("connections", "edit", "account", "other")
    assert code == 2
    assert "spare, work" in err


def test_who_gives_up_signing_in_leaves_nothing_behind_and_the_source_cleans_up(program, tmp_path: Path) -> None:
    from tui_import.api.errors import StoppedError
    from tui_import.model.progress import Progress
    from tui_import.session.workspace import Workspace

    progress = Progress()

    def give_up(_seconds: float) -> str:
        progress.stop()
        return ""

    with Workspace(tmp_path / "store.sqlite") as workspace:
        with pytest.raises(StoppedError):
            workspace.sign_in("account", "mine", lambda _step: None, give_up, progress, options={"server": "s"})
        assert workspace.connections() == []
        import account_module

        assert account_module.CLOSED == ["closed"]


def test_tokens_that_one_server_issued_are_not_sent_to_another(program, tmp_path: Path) -> None:
    from tui_import.config.connections import Connection, save_connection
    from tui_import.session import connecting

    program(*SAVE, "key=sesame")
    before = connecting.connection("account", "work")
    save_connection(Connection("account", "work", {"server": "erp.example.com"}, {**before.secrets, "refresh_token": "t"}, "anna"))
    same = connecting.kept("account", {"server": "https://erp.example.com/api"}, "work")
    elsewhere = connecting.kept("account", {"server": "erp.example.org"}, "work")
    assert same.secrets == {"key": "sesame", "refresh_token": "t"}
    assert (elsewhere.secrets, elsewhere.account) == ({"key": "sesame"}, "")
