"""Which source opens a file when several read its ending: whoever knows its content, and nobody fails for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_import import plugin_host
from tui_import.api import SourceError

PICKY = """
from tui_import.api import Source, hookimpl

class Picky(Source):
    name = "{name}"
    title = "Picky"
    suffixes = {suffixes}
    def recognises(self, head):
        return {sure}
    def open(self, location, options):
        return []

@hookimpl
def register_sources(register):
    register(Picky())
"""


@pytest.fixture
def picky(install):
    def make(name: str, sure: str, suffixes: tuple[str, ...] = (".zzz",)) -> None:
        install(f"{name}-sources", {name: f"{name}_module"}, {f"{name}_module": PICKY.format(name=name, sure=sure, suffixes=suffixes)})

    return make


def written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def test_the_surest_of_several_sources_opens_a_file(tmp_path: Path, picky) -> None:
    picky("a", "0")
    picky("b", "0.4 if head.startswith(b'B') else 0")
    picky("c", "0.9 if head.startswith(b'BC') else 0")
    assert plugin_host.source_for(written(tmp_path / "1.zzz", b"A")) == "a"
    assert plugin_host.source_for(written(tmp_path / "2.zzz", b"B")) == "b"
    assert plugin_host.source_for(written(tmp_path / "3.ZZZ", b"BC")) == "c"
    assert plugin_host.source_for(written(tmp_path / "4.zzz", b"")) == "a"
    assert plugin_host.source_for(str(tmp_path / "missing.zzz")) == "a"


@pytest.mark.parametrize("sure", ["1/0", "'much'", "7", "float('nan')", "-1"])
def test_a_source_that_errs_about_a_file_recognises_nothing(tmp_path: Path, picky, sure: str) -> None:
    picky("a", "0")
    picky("b", sure)
    assert plugin_host.source_for(written(tmp_path / "1.zzz", b"x")) == "a"


def test_a_pipe_is_not_read_before_its_source_reads_it(tmp_path: Path, picky) -> None:
    picky("a", "0")
    picky("b", "1")
    os.mkfifo(tmp_path / "p.zzz")
    assert plugin_host.source_for(str(tmp_path / "p.zzz")) == "a"


def test_a_folder_is_for_a_source_that_reads_folders_of_such_files(tmp_path: Path, picky) -> None:
    picky("a", "0")
    picky("b", "0", (".yyy", "/"))
    written(tmp_path / "1.zzz", b"x")
    with pytest.raises(SourceError):
        plugin_host.source_for(str(tmp_path))
    written(tmp_path / "2.YYY", b"x")
    assert plugin_host.source_for(str(tmp_path)) == "b"
    assert [info.suffixes for info in plugin_host.list_sources() if info.name == "b"] == [(".yyy",)]


def test_a_source_may_read_folders_of_some_of_its_files_alone(tmp_path: Path, picky) -> None:
    picky("a", "0", (".zzz", ".yyy", "/.yyy"))
    picky("b", "0", (".xxx", "/"))
    written(tmp_path / "1.zzz", b"x")
    written(tmp_path / "1.xxx", b"x")
    assert plugin_host.source_for(str(tmp_path)) == "b"
    written(tmp_path / "1.yyy", b"x")
    assert plugin_host.source_for(str(tmp_path)) == "a"
