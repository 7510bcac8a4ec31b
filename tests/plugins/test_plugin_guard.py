"""A plugin that hangs, prints or is old costs the user a sentence, not the program."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.plugins.test_plugin_host import good, info
from tui_import import plugin_host
from tui_import.api import API_VERSION, Column, PluginError, Row, SourceError
from tui_import.api.errors import RecipeError, StoppedError
from tui_import.api.testing import MemoryTable, SyntheticTable
from tui_import.model.progress import Progress
from tui_import.plugin_host.guard import Limits, Speaker, call, stream

SHORT = Limits(first_row=0.3, next_row=0.3)


@pytest.fixture(autouse=True)
def policy() -> Iterator[None]:
    yield
    plugin_host.use(plugin_host.Policy())
    plugin_host.forget()


def forever() -> None:
    while True:
        pass


# -- time


def test_a_call_that_never_ends_is_left_behind_and_its_loop_is_broken() -> None:
    speaker = Speaker("slow")
    ended = threading.Event()

    def loop() -> None:
        try:
            forever()
        finally:
            ended.set()

    with pytest.raises(PluginError, match="slow") as error:
        call(speaker, "opening", loop, 0.2)
    assert "did not answer" in error.value.hint
    assert ended.wait(30), "the loop got an exception"
    with pytest.raises(PluginError, match="did not answer"):
        call(speaker, "opening", lambda: 1, 10)


def test_a_source_that_hung_is_unavailable_with_its_reason(install) -> None:
    plugin_host.use(plugin_host.policy_of({"limits": {"open": 0.2}}))
    install(
        "slow-sources",
        {"slow": "slow_module"},
        {"slow_module": good("slow") + "\nGood.open = lambda self, location, options: [0 for n in iter(int, 1)]\n"},
    )
    assert info("slow").error == ""
    with pytest.raises(PluginError):
        plugin_host.load("slow").open("x", {})
    assert "did not answer" in info("slow").error
    with pytest.raises(PluginError):
        plugin_host.load("slow")


def test_a_module_that_hangs_while_it_is_imported_is_named(install) -> None:
    plugin_host.use(plugin_host.policy_of({"limits": {"load": 0.2}}))
    install("slow-sources", {"slow": "slow_module"}, {"slow_module": "while True: pass"})
    install("good-sources", {"good": "good_module"}, {"good_module": good()})
    assert "did not answer" in info("slow").error
    assert "loading" in info("slow").error


def test_the_user_can_stop_a_source_that_is_silent() -> None:
    progress = Progress()
    released = threading.Event()

    class Silent(MemoryTable):
        def rows(self) -> Iterator[Row]:
            yield Row(1, ["a"])
            progress.stop()
            released.wait()

    rows = plugin_host.checked_rows(Silent("t", ["a"], []), "silent", progress)
    try:
        with pytest.raises(StoppedError), closing(rows):
            list(rows)
    finally:
        released.set()


def test_rows_before_a_stall_arrive_and_the_stall_is_named() -> None:
    released = threading.Event()
    seen = []

    def rows() -> Iterator[int]:
        yield from range(5)
        released.wait()

    with pytest.raises(PluginError, match="stalls"):
        seen.extend(stream(Speaker("stalls"), rows, SHORT))  # type: ignore[arg-type]
    released.set()
    assert seen == list(range(5))


def test_a_slow_reader_is_no_stall_of_the_source() -> None:
    """The source waits for the reader, whose pace is not its fault: many blocks, one reader that is held up in between."""
    wait = threading.Event()
    seen = 0
    for row in stream(Speaker("fast"), lambda: iter_rows(20_000), SHORT):
        seen += 1
        if row == 10:
            wait.wait(0.5)
    assert seen == 20_000


def iter_rows(count: int) -> Iterator[int]:
    yield from range(count)


def test_a_million_rows_pass_the_guard_in_flat_memory() -> None:
    import tracemalloc

    rows = plugin_host.checked_rows(SyntheticTable(100_000), "many")
    for _row in zip(range(2_000), rows, strict=False):
        pass
    tracemalloc.start()
    try:
        count = sum(1 for _row in rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 98_000
    assert peak < 32 << 20


# -- whose fault


def test_the_file_that_was_named_is_the_users_and_any_other_the_authors(install, tmp_path) -> None:
    code = good("files").replace("return []", "open(location).close(); open('/no/such/file/of/mine')")
    install("file-sources", {"files": "files_module"}, {"files_module": code})
    source = plugin_host.load("files")
    with pytest.raises(SourceError, match="cannot be read") as error:
        source.open(str(tmp_path / "missing"), {})
    assert error.value.where.file == str(tmp_path / "missing")
    (tmp_path / "there").write_text("")
    with pytest.raises(PluginError, match="FileNotFoundError"):
        source.open(str(tmp_path / "there"), {})
    assert "files_module.py" in info("files").traceback


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("return 5", "no list of tables: 5"),
        ("return ['sheet']", "not a Table with a name: 'sheet'"),
        ("return None", "None"),
    ],
)
def test_nonsense_is_named_with_the_value(install, code: str, words: str) -> None:
    install("odd-sources", {"odd": "odd_module"}, {"odd_module": good("odd").replace("return []", code)})
    with pytest.raises(PluginError) as error:
        plugin_host.load("odd").open("", {})
    assert words in error.value.hint
    assert "odd-sources" in error.value.hint


# -- noise


def test_what_a_plugin_prints_is_kept_and_not_shown(install, capsys) -> None:
    noisy = "import sys\nprint('loud ' * 5000)\nsys.stderr.write('louder')\n" + good("noisy").replace(
        "return []", "print('opened'); return []"
    )
    install("noisy-sources", {"noisy": "noisy_module"}, {"noisy_module": noisy})
    plugin_host.load("noisy").open("", {})
    print("of the program")
    shown = capsys.readouterr()
    assert shown.out == "of the program\n"
    assert shown.err == ""
    assert info("noisy").printed.startswith("loud loud")
    assert len(info("noisy").printed) <= 4_000
    assert getattr(sys.stdout, "buffer", None) is not None


# -- versions, names, permission


def test_a_later_minor_version_is_taken_with_a_note(install) -> None:
    later = good("later").replace("suffixes =", f"api_version = ({API_VERSION[0]}, {API_VERSION[1] + 1})\n    suffixes =")
    install("later-sources", {"later": "later_module"}, {"later_module": later})
    assert info("later").error == ""
    assert f"{API_VERSION[0]}.{API_VERSION[1] + 1}" in info("later").note


def test_what_is_deprecated_is_noted_once(install) -> None:
    old = "from tui_import.api.hooks import SourceHooks\nfrom tui_import.api.hooks import SourceHooks as again\n" + good("old")
    install("old-sources", {"old": "old_module"}, {"old_module": old})
    assert info("old").error == ""
    assert info("old").note.count("SourceHooks is called Hooks") == 1


def test_of_two_packages_the_first_by_name_keeps_the_source(install) -> None:
    install("zebra-sources", {"same": "zebra_module"}, {"zebra_module": good("same")})
    install("alpha-sources", {"same": "alpha_module"}, {"alpha_module": good("same")})
    found = {each.package: each.error for each in plugin_host.list_sources() if each.name == "same"}
    assert found["alpha-sources"] == ""
    assert "alpha-sources" in found["zebra-sources"]


def test_the_file_allows_and_denies_and_the_environment_has_the_last_word(install, monkeypatch) -> None:
    install("a-sources", {"one": "one_module"}, {"one_module": good("one")})
    install("b-sources", {"two": "two_module"}, {"two_module": good("two")})
    plugin_host.use(plugin_host.policy_of({"deny": ["two"]}))
    assert (info("one").denied, info("two").denied) == (False, True)
    plugin_host.use(plugin_host.policy_of({"allow": ["two"]}))
    assert (info("one").denied, info("two").denied) == (True, False)
    monkeypatch.setenv(plugin_host.ALLOW_LIST, "none")
    plugin_host.forget()
    assert {each.denied for each in plugin_host.list_sources() if not each.bundled} == {True}


@pytest.mark.parametrize(
    "wrong",
    [{"denny": []}, {"deny": "csv"}, {"limits": {"open": -1}}, {"limits": {"opening": 3}}, {"limits": 3}, {"settings": {"report": "x"}}],
)
def test_a_mistake_in_the_file_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(RecipeError, match=r"plugins\.toml"):
        plugin_host.policy_of(wrong)


def test_what_its_package_says_is_known(install) -> None:
    install("good-sources", {"good": "good_module"}, {"good_module": good()})
    assert (info("good").license, info("good").capabilities, info("good").api_version) == ("", (), "1.1")


def test_a_capability_that_is_said_and_not_there_is_named(install) -> None:
    code = good("big").replace("suffixes =", "capabilities = ('sign-in',)\n    suffixes =")
    install("big-sources", {"big": "big_module"}, {"big_module": code})
    assert "SignsIn" in info("big").error


def checked(columns: Callable[[], list[Column]]) -> None:
    class Odd(MemoryTable):
        def columns(self) -> list[Column]:
            return columns()

    plugin_host.columns_of(Odd("t", [], []), "odd")


def test_columns_that_are_no_list_are_named() -> None:
    with pytest.raises(PluginError, match="no list"):
        checked(lambda: 5)  # type: ignore[arg-type, return-value]
