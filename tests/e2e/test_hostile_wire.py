"""Whatever a file holds: on the wire to the terminal are printable letters and the driver's own sequences, and nothing else."""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.steps import leave, open_preview
from tests.e2e.terminal import Terminal
from tests.e2e.wire import foreign
from tests.shared import shared

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PROGRAM = [sys.executable, "-m", "tui_import"]
BRACKETS = ["Foo [Bar] AS", "Foo [/] Bar", "[@click=app.quit]Klik ApS[/]"]


def corpus() -> list[str]:
    """Cells of the shared payloads: all that is not plain text, and some of what is."""
    found: dict[str, None] = dict.fromkeys(json.loads(shared("hostile/strings/blns.json").read_text(encoding="utf-8")))
    for folder in ("injection", "terminal", "unicode"):
        for path in sorted(shared(f"hostile/{folder}").rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                odd = [line for line in data.decode("utf-8", "surrogateescape").split("\n") if not line.isprintable() or not line.isascii()]
                found |= dict.fromkeys([*odd[:60], *data.decode("latin-1").split("\n")[:8]])
    return [text for text in found if text.strip()]


def write(path: Path, cells: Sequence[str]) -> Path:
    """A file with each cell in three columns, and with a heading that is hostile, too."""
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["Company name", "Last name", "First name", "Note\x1b]0;x\x07 [b]"])
        writer.writerows([cell, cell, "Anna", cell] for cell in cells)
    return path


def environment(folder: Path) -> dict[str, str]:
    return {
        "TUI_IMPORT_CONFIG": str(folder / "configuration"),
        "TUI_IMPORT_STORE": str(folder / "store.sqlite"),
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }


def test_the_check_of_the_wire_finds_what_does_not_belong_there() -> None:
    assert foreign("Ærø\x1b[1;31mx\x1b[3;4H[/]\r\n".encode()) == []
    for bad in ("\x1b]52;c;aGk=\x07", "\x1b]0;title\x1b\\", "\x9b31m", "a\u202eb", "\x1bPq", "\x1b[5n", "\x1b[c", "\x00"):
        assert foreign(f"x{bad}y".encode()) != [], repr(bad)


def test_no_payload_of_the_corpora_reaches_the_terminal(tmp_path: Path) -> None:
    cells = [*BRACKETS, *corpus()]
    assert len(cells) > 500
    file = write(tmp_path / "payloads.csv", cells)
    with Terminal([*PROGRAM, str(file)], environment(tmp_path), columns=160, lines=50) as terminal:
        terminal.wait_for("Step 1 of 6")
        terminal.press("F8")
        terminal.wait_for("Step 2 of 6", "F8 goes on")
        terminal.press("v")
        terminal.settle()
        terminal.press("Esc")
        terminal.settle()
        terminal.press("F8")
        terminal.wait_for("Step 3 of 6")
        terminal.press("F8")
        shown = terminal.wait_for("Step 4 of 6", "Showing all")
        for name in BRACKETS:
            assert name in shown
        for _page in range(0, len(cells), 25):
            terminal.press("PageDown")
            terminal.settle(0.05, 2)
        leave(terminal)
        assert foreign(terminal.received) == []


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20), min_size=12, max_size=30)
)
def test_no_text_whatever_reaches_the_terminal_as_more_than_letters(cells: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = write(folder / "any.csv", [f"A{cell}" for cell in cells])
        with Terminal([*PROGRAM, str(file)], environment(folder)) as terminal:
            open_preview(terminal)
            terminal.press("PageDown")
            terminal.settle(0.05, 2)
            leave(terminal)
            assert foreign(terminal.received) == []


def test_the_command_line_lists_payloads_as_letters(tmp_path: Path) -> None:
    cells = [*BRACKETS, *corpus()]
    file = write(tmp_path / "payloads.csv", cells)
    for words in (
        ["run", str(file), "--set", "person.match=none", "--set", "duplicates.find=false"],
        ["export", "company"],
        ["export", "company", "--format", "json"],
        ["show", "1"],
        ["selections"],
        ["similar", "company", "--limit", "20"],
    ):
        with Terminal([*PROGRAM, *words], environment(tmp_path), columns=200) as terminal:
            assert terminal.wait_for_end() in (0, 3), terminal.text
            assert foreign(terminal.received) == [], words
            if words[0] == "export":
                assert all(name in terminal.received.decode() for name in BRACKETS)
