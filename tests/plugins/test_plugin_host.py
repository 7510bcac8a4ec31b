"""Plugins are found, loaded alone and believed nothing: a broken one is named and hurts no other."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_import import plugin_host
from tui_import.api import Column, PluginError, Row, SourceError
from tui_import.api.errors import StoppedError, UsageError
from tui_import.api.testing import MemoryTable

GOOD = """
from tui_import.api import Column, Row, Source, Table, hookimpl

class Good(Source):
    name = "{name}"
    title = "A good one"
    description = "It works"
    suffixes = {suffixes}
    def open(self, location, options):
        return []

@hookimpl
def register_sources(register):
    register(Good())
"""


def good(name: str = "good", suffixes: tuple[str, ...] = (".good",)) -> str:
    return GOOD.format(name=name, suffixes=suffixes)


def info(name: str) -> plugin_host.SourceInfo:
    return next(each for each in plugin_host.list_sources() if each.name == name)


# -- finding and loading


def test_sources_are_listed_without_importing_any(install) -> None:
    install("acme-sources", {"acme": "acme_module"}, {"acme_module": "raise SystemExit(7)"}, version="2.5")
    found = info("acme")
    assert (found.package, found.version, found.module) == ("acme-sources", "2.5", "acme_module")
    assert not found.bundled
    assert "acme_module" not in sys.modules


def test_a_source_tells_its_title_and_files_when_asked(install) -> None:
    install("good-sources", {"good": "good_module"}, {"good_module": good()})
    found = info("good")
    assert (found.title, found.description, found.suffixes, found.error) == ("A good one", "It works", (".good",), "")


def test_a_source_is_loaded_once(install) -> None:
    install("good-sources", {"good": "good_module"}, {"good_module": good()})
    assert plugin_host.load("good") is plugin_host.load("good")


def test_an_unknown_source_is_refused_with_those_there_are(install) -> None:
    install("good-sources", {"good": "good_module"}, {"good_module": good()})
    with pytest.raises(UsageError) as error:
        plugin_host.load("bad")
    assert "good" in error.value.hint


def test_a_file_finds_its_source_by_the_longest_ending(install) -> None:
    install("a-sources", {"short": "short_module"}, {"short_module": good("short", (".zzz", "-"))})
    install("b-sources", {"long": "long_module"}, {"long_module": good("long", (".export.zzz",))})
    install("c-sources", {"broken": "broken_module"}, {"broken_module": "1/0"})
    assert plugin_host.source_for("/x/People.ZZZ") == "short"
    assert plugin_host.source_for("people.export.zzz") == "long"
    with pytest.raises(SourceError) as error:
        plugin_host.source_for("people.unknown")
    assert "short" in error.value.hint
    assert "broken" not in error.value.hint


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="folder"):
        plugin_host.source_for(str(tmp_path))


def test_standard_input_finds_a_source_that_reads_it(install, monkeypatch) -> None:
    install("a-sources", {"stream": "stream_module"}, {"stream_module": good("stream", (".zzz", "-"))})
    monkeypatch.setenv(plugin_host.ALLOW_LIST, "stream")
    plugin_host.forget()
    assert plugin_host.source_for("-") == "stream"
    assert info("stream").suffixes == (".zzz",)


def test_the_environment_allows_only_named_sources(install, monkeypatch) -> None:
    install("a-sources", {"one": "one_module"}, {"one_module": good("one", (".one",))})
    install("b-sources", {"two": "two_module"}, {"two_module": good("two", (".two",))})
    monkeypatch.setenv(plugin_host.ALLOW_LIST, "one, three")
    plugin_host.forget()
    assert plugin_host.load("one").name == "one"
    assert plugin_host.ALLOW_LIST in info("two").error
    assert info("two").title == "two"
    with pytest.raises(UsageError) as error:
        plugin_host.load("two")
    assert plugin_host.ALLOW_LIST in error.value.hint
    assert "two_module" not in sys.modules


def test_the_programs_own_source_keeps_its_name(install) -> None:
    install("evil-sources", {"csv": "evil_module"}, {"evil_module": good("csv", (".csv",))})
    install(plugin_host.OWN_PACKAGE, {"csv": "tui_import_csv", "excel": "tui_import_excel"}, {})
    taken = [each for each in plugin_host.list_sources() if each.name == "csv"]
    assert [each.bundled for each in taken] == [True, False]
    assert "name" in taken[1].error
    assert plugin_host.load("csv").title != "A good one"


def test_the_bundled_sources_load_and_know_their_files(install) -> None:
    install(plugin_host.OWN_PACKAGE, {"csv": "tui_import_csv", "excel": "tui_import_excel"}, {})
    assert plugin_host.source_for("a.CSV") == "csv"
    assert plugin_host.source_for("-") == "csv"
    for name in ("a.xlsx", "a.xlsm", "a.xls", "a.xlsb", "a.ods"):
        assert plugin_host.source_for(name) == "excel"
    for name in ("csv", "excel"):
        assert info(name).error == ""
        assert all(option.label and option.help for option in plugin_host.load(name).options())


# -- broken plugins

BROKEN = {
    "import": ("import no_such_library", "ModuleNotFoundError"),
    "syntax": ("def (", "SyntaxError"),
    "exit": ("import sys; sys.exit(3)", "SystemExit"),
    "division": ("1/0", "ZeroDivisionError"),
    "panic": ("class Panic(BaseException): pass\nraise Panic('no entry')", "Panic"),
    "no_hook": ("x = 1", "registers no source"),
    "hook_fails": ("from tui_import.api import hookimpl\n@hookimpl\ndef register_sources(register): raise KeyError('x')", "KeyError"),
    "wrong_hook": ("from tui_import.api import hookimpl\n@hookimpl\ndef register_source(register): pass", "unknown hook"),
    "wrong_arguments": ("from tui_import.api import hookimpl\n@hookimpl\ndef register_sources(registry): pass", "Validation"),
    "other_name": (good("something_else"), "registers no source of that name"),
    "no_source": (
        "from tui_import.api import hookimpl\nclass X: name = 'no_source'\n@hookimpl\ndef register_sources(register): register(X())",
        "not a Source",
    ),
    "too_new": (good("too_new").replace("suffixes =", "api_version = (99, 0)\n    suffixes ="), "version 99"),
    "no_version": (good("no_version").replace("suffixes =", "api_version = 'one'\n    suffixes ="), "version None"),
    "bad_suffixes": (good("bad_suffixes").replace("suffixes = ('.good',)", "suffixes = (1, 2)"), "must be texts"),
    "options_fail": (good("options_fail") + "\nGood.options = lambda self: 1/0\n", "ZeroDivisionError"),
    "bad_option": (
        good("bad_option") + "\nfrom tui_import.api import Option\nGood.options = lambda self: [Option('depth', 'Depth')]\n",
        "depth",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_is_named_with_its_reason_and_package(install, kind: str) -> None:
    code, words = BROKEN[kind]
    install("broken-sources", {kind: f"{kind}_module"}, {f"{kind}_module": code}, version="0.3")
    install("good-sources", {"good": "good_module"}, {"good_module": good()})
    with pytest.raises(PluginError) as error:
        plugin_host.load(kind)
    assert kind in error.value.message
    assert words in error.value.hint
    assert "broken-sources 0.3" in error.value.hint
    assert words in info(kind).error
    assert info(kind).title == kind
    assert plugin_host.load("good").title == "A good one"
    with pytest.raises(PluginError):
        plugin_host.load(kind)


def test_where_a_plugin_failed_is_kept_for_its_author(install) -> None:
    install("broken-sources", {"broken": "broken_module"}, {"broken_module": "def deep():\n    1/0\ndeep()"})
    assert 'broken_module.py", line 2, in deep' in info("broken").traceback
    assert "broken_module.py:2" in info("broken").error
    install("good-sources", {"good": "good_module"}, {"good_module": good()})
    assert info("good").traceback == ""


def test_a_plugin_cannot_pretend_that_the_user_pressed_ctrl_c(install) -> None:
    install("sly-sources", {"sly": "sly_module"}, {"sly_module": "raise KeyboardInterrupt"})
    with pytest.raises(PluginError, match="KeyboardInterrupt"):
        plugin_host.load("sly")


# -- rows at the border


class Given(MemoryTable):
    """A table that yields what it is given."""

    def __init__(self, *rows: object, columns: tuple[object, ...] = ("a",)) -> None:
        super().__init__("given", [], [])
        self._given = rows
        self.closed = False
        self._names = columns

    def columns(self) -> list[Column]:
        return [Column(name) if isinstance(name, str) else name for name in self._names]  # type: ignore[misc]

    def rows(self) -> Iterator[Row]:
        try:
            for row in self._given:
                if isinstance(row, BaseException):
                    raise row
                yield row  # type: ignore[misc]
        finally:
            self.closed = True


def checked(*rows: object) -> list[Row]:
    return list(plugin_host.checked_rows(Given(*rows), "given"))


def test_good_rows_go_through_as_they_are() -> None:
    row = Row(1, ["Søren", 5, 2.5, True, datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, 5), datetime.time(8), None])
    assert checked(row)[0] is row


def test_bare_tuples_are_rows() -> None:
    assert checked((1, ["a"]), (2, ("b",), 77)) == [Row(1, ("a",)), Row(2, ("b",), "77")]


def test_what_the_store_cannot_hold_is_made_safe() -> None:
    [row] = checked(Row(1, ["ok \ud800", 1 << 70, float("inf"), float("nan"), "fine"]))
    assert list(row.values) == ["ok ?", str(1 << 70), "inf", None, "fine"]


def test_subclasses_of_texts_and_numbers_become_plain() -> None:
    class Text(str):
        pass

    class Number(int):
        pass

    [row] = checked(Row(1, [Text("x"), Number(5)]))
    assert [type(value) for value in row.values] == [str, int]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([Row(1, ["a"]), Row(1, ["b"])], "do not grow"),
        ([Row(0, ["a"])], "do not grow"),
        ([Row("1", ["a"])], "do not grow"),  # type: ignore[arg-type]
        ([Row(1, [b"bytes"])], "bytes"),  # type: ignore[list-item]
        ([Row(1, [["a"]])], "list"),  # type: ignore[list-item]
        ([Row(1, [datetime.timedelta(1)])], "timedelta"),  # type: ignore[list-item]
        (["text"], "not a Row"),
        ([(1, "text")], "not a Row"),
        ([(1,)], "not a Row"),
        ([None], "not a Row"),
        ([KeyError("secret")], "KeyError"),
        ([SystemExit(1)], "SystemExit"),
    ],
)
def test_a_row_that_breaks_the_contract_names_the_plugin(rows: list[object], words: str) -> None:
    with pytest.raises(PluginError) as error:
        checked(*rows)
    assert "given" in error.value.message
    assert words in error.value.hint


@pytest.mark.parametrize("error", [SourceError("It is locked."), StoppedError("Stopped.")])
def test_what_a_source_says_on_purpose_goes_through(error: BaseException) -> None:
    with pytest.raises(type(error)):
        checked(Row(1, ["a"]), error)


def test_closing_the_rows_closes_the_plugins_iterator() -> None:
    table = Given(Row(1, ["a"]), Row(2, ["b"]))
    rows = plugin_host.checked_rows(table, "given")
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert table.closed


def test_columns_are_checked_too() -> None:
    assert [column.name for column in plugin_host.columns_of(Given(columns=("a", "b\ud800")), "given")] == ["a", "b?"]
    with pytest.raises(PluginError, match="given"):
        plugin_host.columns_of(Given(columns=(5,)), "given")


def test_a_call_into_a_source_names_it_when_it_fails() -> None:
    with pytest.raises(PluginError, match="acme"), plugin_host.speaking_for("acme"):
        raise RuntimeError("oh")
    with pytest.raises(SourceError, match="locked"), plugin_host.speaking_for("acme"):
        raise SourceError("It is locked.")


def test_listing_imports_neither_pluggy_nor_a_plugin() -> None:
    root = str(Path(__file__).resolve().parents[2])
    code = "import sys; from tui_import import plugin_host; plugin_host.list_sources(); print(sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root).stdout
    assert "'pluggy'" not in out
    assert "tui_import_csv" not in out
    assert "tui_import_excel" not in out
