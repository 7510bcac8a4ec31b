"""Over SSH: how many bytes each key costs (bytes are exact, so these are limits, no timings), and the picture of Textual's own driver."""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.line import Server, ssh_server
from tests.e2e.steps import import_all, leave, open_preview
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PROGRAM = [sys.executable, "-m", "tui_import"]
HEADINGS = ["Company name", "City", "Country", "First name", "Last name", "Email", "Phone"]
STEPS = (("F8", "Step 2 of 6", "F8 goes on"), ("F8", "Step 3 of 6", "Where it exists"), ("F8", "Step 4 of 6", "Showing all"))
HOME, PAUSE = 1.0, 0.6
"""Seconds without a byte after which a screen is complete."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "TUI_IMPORT_CONFIG": str(tmp_path / "configuration"),
        "TUI_IMPORT_STORE": str(tmp_path / "store.sqlite"),
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
        "COLORTERM": "truecolor",
        "TZ": "UTC",
    }


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "SSH_CONNECTION", "TUI_IMPORT_STORE", "TUI_IMPORT_DRIVER", "TUI_IMPORT_CHARSET", "TEXTUAL_THEME", "TMUX"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with ssh_server(tmp_path_factory.mktemp("ssh")) as running:
        yield running


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No two companies alike; now and then letters that are wide, joined or written from the right."""
    path = tmp_path_factory.mktemp("people") / "people.csv"
    cities, rare = ["Oslo", "København", "Bergen", "Odense"], ["東京", "Αθήνα", "🎉", "תל אביב", "हिन्दी", "e\u0301"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for n in range(400):
            word = f"{n * 7919 % 400:x}".translate(str.maketrans("0123456789abcdef", "bcdfghklmnprstvz"))
            mail = f"{word}@{word}.example"
            city = rare[n // 12 % 6] if n % 12 == 11 else cities[n % 4]
            writer.writerow([f"{word.title()} & Co A/S", city, "Denmark", f"Anna{n}", f"Holm{n % 37}", mail, ""])
    return path


@pytest.mark.parametrize(("columns", "lines", "page"), [(80, 24, 2_000), (200, 50, 8_000)])
def test_each_key_stays_within_its_bytes(
    server: Server, environment: dict[str, str], people: Path, columns: int, lines: int, page: int
) -> None:
    small = lines == 24
    command = server.command([*PROGRAM, str(people)], {**environment, "PYTHONPATH": os.getcwd()})
    with Terminal(command, environment, columns=columns, lines=lines, term="xterm-256color", answers=True) as terminal:
        terminal.wait_for("Step 1 of 6")
        terminal.settle(HOME)
        costs: dict[str, int] = {"start": len(terminal.received)}
        for key, *shown in STEPS:
            before = len(terminal.received)
            terminal.press(key)
            terminal.wait_for(*shown)
            terminal.settle(HOME)
            costs[f"to {shown[0]}"] = len(terminal.received) - before
        moves = {}
        for n in range(8):
            moves[n] = terminal.cost("Down")
        costs["down"], costs["scroll"] = sorted(moves.values())[2], max(list(moves.values())[1:])
        costs["page"] = max(terminal.cost("PageDown"), terminal.cost("PageDown"), terminal.cost("PageUp"))
        costs["focus"] = max(terminal.cost("Enter"), terminal.cost("Enter"))
        for name, key in (("help", "F1"), ("palette", "\x10"), ("window", "f")):
            costs[name] = terminal.cost(key)
            costs[f"{name} closed"] = terminal.cost("Esc")
        terminal.cost("/")
        costs["letter"] = max(terminal.cost("a"), terminal.cost("b"))
        terminal.cost("Esc")
        costs["idle"] = terminal.settle(3)
        leave(terminal)
    limits = {"start": 6_000, "to Step": 5_000, "down": 300, "scroll": 400, "focus": 700, "letter": 150, "page": page, "idle": 0}
    limits |= dict.fromkeys(("help", "palette", "window"), 6_000)
    wide_also = ("page", "letter", "idle")
    too_much = {
        name: (cost, limit)
        for name, cost in costs.items()
        for begin, limit in limits.items()
        if name.startswith(begin) and cost > limit and (small or begin in wide_also)
    }
    assert not too_much, costs


def test_the_picture_is_that_of_the_stock_driver_through_a_whole_import(environment: dict[str, str], people: Path, tmp_path: Path) -> None:
    pictures = {}
    for driver in ("lean", "stock"):
        settings = {**environment, "TUI_IMPORT_DRIVER": driver, "TUI_IMPORT_STORE": str(tmp_path / driver / "s.sqlite")}
        with Terminal([*PROGRAM, str(people)], settings, term="xterm-256color") as terminal:
            pictures[driver] = list(tour(terminal))
            leave(terminal)
    for name, (lean, stock) in enumerate(zip(pictures["lean"], pictures["stock"], strict=True)):
        assert lean == stock, name


def tour(terminal: Terminal) -> Iterator[list[list[Any]]]:
    """The picture after each of many keys, of other windows and after a suspension."""
    open_preview(terminal)
    for key in ("Down", "Down", "Down", "Down", "Right", "Right", "PageDown", "End", "Up", "Home", "Enter", "Enter", "F1", "Esc", "\x10",
                "Esc", "f", "Esc", "/", "b", "Esc", "N", "F7", "Down", "F8"):  # fmt: skip
        terminal.press(key)
        terminal.settle(PAUSE)
        yield picture(terminal)
    for size in ((100, 30), (60, 20), (80, 24)):
        terminal.resize(*size)
        terminal.settle(PAUSE)
        yield picture(terminal)
    os.kill(terminal.process.pid, signal.SIGTSTP)
    while "T" not in Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2][:3]:
        terminal.settle(0.05)
    terminal.screen.reset()
    os.kill(terminal.process.pid, signal.SIGCONT)
    terminal.settle(HOME)
    yield picture(terminal)


def picture(terminal: Terminal) -> list[list[Any]]:
    """What can be seen of each cell; the file's name differs by test."""
    seen = []
    for y in range(1, terminal.screen.lines):
        line = [terminal.screen.buffer[y][x] for x in range(terminal.screen.columns)]
        seen.append([(c.data, c.bg, c.reverse) if c.data == " " else tuple(c) for c in line])
    return seen


def test_inside_tmux_the_picture_is_the_same(environment: dict[str, str], people: Path, tmp_path: Path) -> None:
    tmux = shutil.which("tmux")
    if tmux is None:
        pytest.skip("tmux is not on this machine")
    captured = {}
    for driver in ("lean", "stock"):
        settings = {**environment, "TUI_IMPORT_DRIVER": driver, "TUI_IMPORT_STORE": str(tmp_path / driver / "s.sqlite")}
        run = [tmux, "-S", str(tmp_path / f"{driver}.socket"), "-f", os.devnull]
        opened = [*run, "new-session", "-d", "-x", "80", "-y", "24", *PROGRAM, str(people)]
        started = subprocess.run(opened, env={**os.environ, **settings}, capture_output=True, text=True)
        if started.returncode:
            pytest.skip(f"tmux does not start here: {started.stderr}")
        try:
            captured[driver] = [tmux_picture(run, *keys) for keys in TMUX_KEYS]
        finally:
            subprocess.run([*run, "kill-server"], capture_output=True)
    assert captured["lean"] == captured["stock"]
    assert "Showing all" in "".join(cell[-1] for line in captured["lean"][3] for cell in line)


TMUX_KEYS = (("Step 1 of 6",), ("F8 goes on", "F8"), ("Step 3 of 6", "F8"), ("Showing all", "F8"), ("Fields", *["Down"] * 3),
             ("Fields", "NPage"), ("Close", "F1"), ("Showing all", "Escape"), ("Fields", "End"), ("Fields", "Home"))  # fmt: skip


def tmux_picture(run: list[str], shown: str, *keys: str) -> list[list[str]]:
    """The pane, with colours, once it shows a text and no longer changes; without its first line, where the store's name stands."""
    if keys:
        subprocess.run([*run, "send-keys", *keys], check=True)
    deadline, before = time.monotonic() + 30, ""
    while True:
        time.sleep(PAUSE)
        now = subprocess.run([*run, "capture-pane", "-e", "-N", "-p"], check=True, capture_output=True, text=True).stdout
        if (now == before and shown in re.sub(r"\x1b\[[0-9;]*m", "", now)) or time.monotonic() > deadline:
            return seen_in_tmux(now)[1:]
        before = now


def seen_in_tmux(captured: str) -> list[list[str]]:
    """What can be seen of each cell: a blank without the ink it does not show. Tmux writes a colour where it changes, across lines."""
    ink = paper = attributes = ""
    lines: list[list[str]] = [[]]
    for codes, letters in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b]+)", captured):
        for letter in letters:
            if letter == "\n":
                lines.append([])
            elif letter == " ":
                lines[-1].append(f"{paper}{'reverse' if '7' in attributes else ''}| ")
            else:
                lines[-1].append(f"{ink};{paper};{attributes}|{letter}")
        parts = iter(codes.split(";") if not letters else ())
        for part in parts:
            if part in ("", "0"):
                ink = paper = attributes = ""
            elif part in ("38", "48"):
                kind = next(parts)
                colour = ":".join([part, kind, *(next(parts) for _ in range(3 if kind == "2" else 1))])
                ink, paper = (colour, paper) if part == "38" else (ink, colour)
            elif part in ("39", "49"):
                ink, paper = ("", paper) if part == "39" else (ink, "")
            elif len(part) == 1:
                attributes = "".join(sorted({*attributes, part}))
            else:
                attributes = "".join(a for a in attributes if part[-1] != a and not (part == "22" and a in "12"))
    return [line + ["| "] * (80 - len(line)) for line in lines]


def test_bytes_that_are_not_utf_8_are_letters_and_end_nothing(environment: dict[str, str], people: Path) -> None:
    with Terminal([*PROGRAM, str(people)], environment) as terminal:
        open_preview(terminal)
        terminal.press("/")
        terminal.settle(PAUSE)
        terminal.send(b"Br\xf8nd \xff\xfe\x80")
        terminal.wait_for("Brønd")
        terminal.press("Esc")
        terminal.settle(PAUSE)
        leave(terminal)


def test_a_terminal_without_utf_8_gets_ascii_only(environment: dict[str, str], people: Path) -> None:
    with Terminal([*PROGRAM, str(people)], {**environment, "LC_ALL": "C"}) as terminal:
        shown = open_preview(terminal)
        assert "K?benhavn" in shown
        terminal.cost("F1")
        assert "+---" in terminal.text
        terminal.press("Esc")
        leave(terminal)
    assert terminal.received.isascii()


def test_no_color_sends_no_colour_and_says_the_same_in_letters(environment: dict[str, str], people: Path) -> None:
    with Terminal([*PROGRAM, str(people)], {**environment, "NO_COLOR": "1"}) as terminal:
        shown = open_preview(terminal)
        assert "> [x]" in shown
        assert "+C +P" in shown
        assert any(cell.reverse for cell in terminal.screen.buffer[8].values())
        leave(terminal)
    used = {code for codes in re.findall(rb"\x1b\[([0-9;]*)m", terminal.received) for code in codes.split(b";")}
    assert used <= {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"22", b"23", b"24", b"27"}


def test_a_terminal_of_sixteen_colours_gets_no_others(environment: dict[str, str], people: Path) -> None:
    with Terminal([*PROGRAM, str(people)], {**environment, "COLORTERM": ""}, term="linux") as terminal:
        open_preview(terminal)
        leave(terminal)
    assert b"38;2;" not in terminal.received
    assert b"48;2;" not in terminal.received
    assert b"38;5;" not in terminal.received


def test_screen_readers_find_the_cursor_on_the_highlighted_row_and_in_the_field(environment: dict[str, str], people: Path) -> None:
    with Terminal([*PROGRAM, str(people)], environment) as terminal:
        open_preview(terminal)
        terminal.settle(PAUSE)
        for key in ("Down", "Down", "Up", "PageDown"):
            terminal.cost(key)
            assert terminal.screen.display[terminal.screen.cursor.y].startswith("> [x]")
            assert not terminal.screen.cursor.hidden
        terminal.cost("/")
        terminal.cost("a", "b", "c")
        line = terminal.screen.display[terminal.screen.cursor.y]
        assert line[: terminal.screen.cursor.x].endswith("abc")
        terminal.press("Esc")
        leave(terminal)


def test_an_import_through_ssh_by_keys_alone(server: Server, environment: dict[str, str], people: Path) -> None:
    command = server.command([*PROGRAM, str(people)], {**environment, "PYTHONPATH": os.getcwd()})
    with Terminal(command, environment, term="xterm-256color") as terminal:
        open_preview(terminal)
        assert import_all(terminal) == 400
        leave(terminal)


def test_a_terminal_that_takes_nothing_for_a_while_is_brought_up_to_date(environment: dict[str, str], people: Path) -> None:
    with Terminal([*PROGRAM, str(people)], environment) as terminal:
        open_preview(terminal)
        terminal.settle(PAUSE)
        for _burst in range(10):
            terminal.press(*["Down"] * 30)
            time.sleep(0.05)  # nothing is read meanwhile
        terminal.press("Up")
        terminal.wait_for("301 +C +P")
        terminal.settle(HOME)
        assert " 301 " in terminal.screen.display[terminal.screen.cursor.y]
        leave(terminal)
