"""What stands on the terminal: readable, aligned, and never a command to it."""

from __future__ import annotations

import json

import pytest

from tui_import.cli.render import Output, cell, number, seconds, table, to_json, width
from tui_import.model.text import safe


@pytest.mark.parametrize(
    "text", ["\x1b]52;c;aGVsbG8=\x1b\\", "\x1b[2J", "a\x9b31m", "a\rb", "\u202eexe.txt", "x\u200by", "\ud800", "\x00", "\u2066a\u2069"]
)
def test_a_cell_cannot_command_the_terminal(text: str) -> None:
    shown = safe(text)
    assert all(letter.isprintable() for letter in shown)
    assert "\x1b" not in shown


@pytest.mark.parametrize("text", ["\x1b[2J", "a\x9b31m", "\u202eexe.txt", "x\u200by", "\x7f", "\ud800", "\u2028"])
def test_json_escapes_what_could_command_a_terminal_and_loses_nothing(text: str) -> None:
    line = to_json({"value": text})
    assert all(letter.isprintable() for letter in line)
    assert json.loads(line) == {"value": text}


def test_json_keeps_letters_as_letters() -> None:
    assert to_json({"name": "Ærø"}) == '{"name": "Ærø"}'


def test_columns_stand_under_their_headings_whatever_the_letters() -> None:
    lines = table(["Name", "Rows"], [["Ærø", "1"], ["株式会社", "1,200"]], right=frozenset({1})).splitlines()
    assert lines == ["Name       Rows", "Ærø           1", "株式会社  1,200"]
    assert {width(line) for line in lines} == {15}


def test_a_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    lines = table(["A", "B"], [["x" * 30, "y" * 30], ["短い" * 20, "z"]]).splitlines()
    assert max(map(width, lines)) <= 40
    assert "…" in lines[1]


def test_a_pipe_gets_everything(capsys: pytest.CaptureFixture[str]) -> None:
    Output().text(table(["A", "B"], [["x" * 300, "y"]]))
    assert "x" * 300 in capsys.readouterr().out


def test_numbers_and_times_read_as_people_write_them() -> None:
    assert number(1234567) == "1,234,567"
    assert seconds(0.84) == "0.8 s"
    assert seconds(125) == "2 min 5 s"
    assert cell(["a", "\x1bb"]) == "a; \ufffdb"


def test_with_json_only_json_is_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(as_json=True)
    output.text("a table")
    output.note("a remark")
    output.result({"run": 7})
    captured = capsys.readouterr()
    assert captured.out == '{"run": 7}\n'
    assert captured.err == "a remark\n"


def test_an_empty_list_is_no_output_and_a_word_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    Output().listing([], {"A": str}, empty="There is nothing.")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "There is nothing.\n"
