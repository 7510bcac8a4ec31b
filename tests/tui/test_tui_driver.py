"""Over a slow line the same picture comes with a fraction of the bytes: whatever is drawn, shown by two terminals side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Offset, Region
from textual.strip import Strip

from tui_import.tui.driver import driver_class
from tui_import.tui.driver.cells import Reader
from tui_import.tui.driver.letters import Keyboard, charset, letters_of
from tui_import.tui.driver.linux import MOST_QUEUED, OWN, LeanDriver
from tui_import.tui.driver.pens import PLAIN, Pen, pen_after, switch
from tui_import.tui.driver.shadow import Shadow

WIDTH, HEIGHT = 40, 12
CONSOLE = Console(color_system="truecolor", force_terminal=True, width=WIDTH)

STYLES = [
    Style(),
    Style(color="red"),
    Style(color="#102030", bgcolor="#a0b0c0"),
    Style(bgcolor="#a0b0c0", bold=True),
    Style(color="bright_blue", bgcolor="black", italic=True, dim=True),
    Style(reverse=True),
    Style(underline=True, bold=True, bgcolor="blue"),
    Style(strike=True, color="color(200)"),
]
WORDS = [
    "Holm", "Company 17 A/S", "0167", "…", "─│┌", "Ærø Åkirkeby", "Ελλάς", "Київ",
    "日本語", "한국", "e\u0301a\u0308", "🎉", "🇩🇰", "⚡", "שָלוֹם", "مُرحبا", "𝒜", " ", "      ", "               ",
]
JOINED = ["👩‍🚀", "❤️", "हिन्दी", "ที่"]
"""Pyte leaves out all that follows these; what is sent for them is compared letter by letter."""


class Terminals:
    """One gets what Textual writes, the other what the shadow makes of it."""

    def __init__(self, *, erases: bool = True) -> None:
        self.stock, self.lean = pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
        self.reader, self.shadow = Reader(), Shadow(WIDTH, HEIGHT, erases=erases)
        self.bytes = [0, 0]
        for screen in (self.stock, self.lean):
            screen.reset_mode(7 << 5)  # no wrap at the margin, as Textual asks for

    def show(self, frame: str) -> None:
        self.draw(frame)
        self.send(frame)

    def draw(self, frame: str) -> None:
        spans, self.cursor = self.reader.spans(frame)
        self.shadow.draw(spans)
        pyte.Stream(self.stock).feed(frame)

    def send(self, frame: str = "") -> None:
        sent = self.shadow.changes(self.cursor)
        self.bytes = [self.bytes[0] + len(frame.encode()), self.bytes[1] + len(sent.encode())]
        pyte.Stream(self.lean).feed(sent)

    def assert_alike(self) -> None:
        for y in range(HEIGHT):
            for x in range(WIDTH):
                assert seen(self.stock.buffer[y][x]) == seen(self.lean.buffer[y][x]), (y, x, self.stock.display[y], self.lean.display[y])
        assert (self.stock.cursor.y, self.stock.cursor.x) == (self.lean.cursor.y, self.lean.cursor.x)


def seen(char: Any) -> tuple[Any, ...]:
    """What a cell looks like: a blank shows its background, lines and reverse only."""
    if char.data == " " and not char.reverse:
        return " ", char.bg, char.underscore, char.strikethrough
    return tuple(char)


def frame(strips: Sequence[Strip], y: int = 0, x: int = 0, cursor: tuple[int, int] = (0, 0)) -> str:
    """As the compositor writes it."""
    region = Region(x, y, max((strip.cell_length for strip in strips), default=0), len(strips))
    drawn = LayoutUpdate([[strip] for strip in strips], region).render_segments(CONSOLE)
    return drawn + f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H"


def strip(words: Sequence[tuple[str, Style]], width: int = WIDTH) -> Strip:
    return Strip([Segment(text, style) for text, style in words]).adjust_cell_length(width, STYLES[2])


words = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(STYLES)), max_size=6)
narrow = st.tuples(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=10), st.sampled_from(STYLES))
lines = st.lists(words.map(strip), min_size=HEIGHT, max_size=HEIGHT)
places = st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1))


@st.composite
def frames(draw: st.DrawFn) -> list[str]:
    """A screen, then what applications do to it: lines redrawn, a table scrolled, a highlight moved, letters typed."""
    rows = draw(lines)
    made = [frame(rows, cursor=draw(places))]
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["lines", "scroll", "highlight", "letters", "same"]))
        top = draw(st.integers(0, HEIGHT - 1))
        bottom = draw(st.integers(top + 1, HEIGHT))
        if kind == "lines":
            rows[top:bottom] = draw(st.lists(words.map(strip), min_size=bottom - top, max_size=bottom - top))
        elif kind == "scroll":
            by = draw(st.integers(-4, 4)) % (bottom - top)
            rows[top:bottom] = rows[top + by : bottom] + draw(st.lists(words.map(strip), min_size=by, max_size=by))
        elif kind == "highlight":
            rows[top] = rows[top].apply_style(draw(st.sampled_from(STYLES)))
            bottom = top + 1
        elif kind == "letters" and all(cell_len(letter) == 1 for segment in rows[top] for letter in segment.text):
            text, style = draw(narrow)
            x = draw(st.integers(0, WIDTH - len(text)))
            rows[top] = Strip.join([rows[top].crop(0, x), Strip([Segment(text, style)]), rows[top].crop(x + len(text), WIDTH)])
            made.append(frame([Strip([Segment(text, style)])], top, x, draw(places)))
            continue
        made.append(frame(rows[top:bottom], top, cursor=draw(places)))
    return made


@settings(max_examples=250, deadline=None)
@given(frames(), st.booleans())
def test_the_picture_is_that_of_textuals_own_driver_cell_by_cell(made: list[str], erases: bool) -> None:
    terminals = Terminals(erases=erases)
    for each in made:
        terminals.show(each)
        terminals.assert_alike()


@settings(max_examples=50, deadline=None)
@given(frames())
def test_frames_gathered_while_the_terminal_takes_nothing_give_the_same_picture(made: list[str]) -> None:
    terminals = Terminals()
    terminals.show(made[0])
    for each in made[1:]:
        terminals.draw(each)
    terminals.send()
    terminals.assert_alike()


@given(st.lists(st.sampled_from(JOINED + WORDS), min_size=1, max_size=6))
def test_letters_that_terminals_measure_differently_are_sent_as_textual_writes_them(row: list[str]) -> None:
    shadow, text = Shadow(WIDTH, 1), "".join([JOINED[0], *row])
    for shown in (text, text.upper(), text):
        spans, cursor = Reader().spans(frame([strip([(shown, Style())])]))
        shadow.draw(spans)
        assert re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", shadow.changes(cursor)) == strip([(shown, Style())]).text


@settings(max_examples=50, deadline=None)
@given(frames())
def test_a_frame_that_changes_nothing_sends_nothing(made: list[str]) -> None:
    terminals = Terminals()
    for each in made:
        if not terminals.reader.spans(each)[0] or not all(span.settled for span in terminals.reader.spans(each)[0]):
            return
        terminals.show(each)
    sent = terminals.bytes[1]
    terminals.show(made[-1])
    assert terminals.bytes[1] == sent


HOSTILE = ["\x1b]52;c;aGk=\x07", "\x1b]2;owned\x1b\\", "\x1bP1;2|q\x1b\\", "\x9b31m", "\x1bc", "\x1b[2J", "\x07", "\x1b[?1049l", "\u202e",
           "\x0e", "\udc80", "\U000e0041", "\x1b_Gi=1;AAAA\x1b\\", "\x1b]8;;http://evil\x07"]  # fmt: skip
SENT = re.compile(r"(?:\x1b\[[0-9;]*[mHCXr]|\x1bM|\r\n|\r|\n|[^\x00-\x1f\x7f-\x9f])*")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), min_size=1, max_size=6).map("".join), st.sampled_from(STYLES))
def test_nothing_in_a_cell_commands_the_terminal(text: str, style: Style) -> None:
    shadow = Shadow(WIDTH, HEIGHT)
    spans, cursor = Reader().spans("\x1b[1;1H" + Strip([Segment(text, style)]).render(CONSOLE) + "\x1b[2;2H")
    shadow.draw(spans)
    sent = shadow.changes(cursor)
    assert SENT.fullmatch(sent)
    assert not set(sent) & set("\u202e\u2066\udc80\U000e0041")
    sent.encode()


def test_a_moved_highlight_costs_two_lines_and_no_more() -> None:
    terminals = Terminals()
    rows = [strip([(f"{y:2} Company {y} A/S, Street {y}", Style())]) for y in range(HEIGHT)]
    terminals.show(frame([row.apply_style(STYLES[2]) if y == 3 else row for y, row in enumerate(rows)]))
    before = terminals.bytes[1]
    terminals.show(frame([row.apply_style(STYLES[2]) if y == 4 else row for y, row in enumerate(rows)]))
    assert terminals.bytes[1] - before < 2 * WIDTH + 60


def test_a_scrolled_table_is_moved_by_the_terminal() -> None:
    terminals = Terminals()
    rows = [strip([(f"{y:2} Company {y * 7919} A/S", Style())]) for y in range(HEIGHT + 1)]
    terminals.show(frame(rows[:HEIGHT]))
    before = terminals.bytes[1]
    terminals.show(frame(rows[1:]))
    terminals.assert_alike()
    assert terminals.bytes[1] - before < WIDTH + 40


def test_no_color_keeps_what_letters_and_attributes_say() -> None:
    reader = Reader(colours=False)
    (span,), _cursor = reader.spans("\x1b[1;1H" + Strip([Segment("x", Style(color="red", bgcolor="blue", bold=True))]).render(CONSOLE))
    assert span.cells == [("x", Pen(attributes=frozenset({"1"})))]


pens = st.builds(
    Pen,
    st.sampled_from(["", "31", "97", "38;5;200", "38;2;1;2;3"]),
    st.sampled_from(["", "41", "107", "48;5;7", "48;2;1;2;3"]),
    st.frozensets(st.sampled_from(["1", "2", "3", "4", "7", "9"])),
)


@given(pens, pens)
def test_the_way_from_a_pen_to_another_leads_there(now: Pen, then: Pen) -> None:
    sequence = switch(now, then)
    assert sequence == "" or pen_after(now, sequence[2:-1]) == then
    assert pen_after(PLAIN, switch(None, then)[2:-1]) == then


@given(st.binary(max_size=40))
def test_whatever_is_typed_is_read(typed: bytes) -> None:
    keyboard = Keyboard()
    assert isinstance(keyboard.text(typed) + keyboard.rest(), str)


def test_a_letter_of_a_latin_1_terminal_is_read_as_meant() -> None:
    keyboard = Keyboard()
    assert keyboard.text(b"caf\xe9") + keyboard.rest() == "café"
    assert keyboard.text("Århus".encode()) == "Århus"


def test_a_utf_8_letter_that_comes_in_two_parts_is_one() -> None:
    keyboard = Keyboard()
    assert keyboard.text(b"\xc3") + keyboard.text(b"\xa9") == "é"


@pytest.mark.parametrize(
    ("environ", "stream", "expected"),
    [
        ({}, "utf-8", "utf-8"),
        ({}, "latin-1", "iso8859-1"),
        ({"LC_ALL": "C"}, "utf-8", "ascii"),
        ({"LC_ALL": "C.UTF-8"}, "utf-8", "utf-8"),
        ({"TUI_IMPORT_CHARSET": "ascii"}, "utf-8", "ascii"),
        ({"TUI_IMPORT_CHARSET": "nonsense"}, "utf-8", "utf-8"),
    ],
)
def test_the_terminals_letters_are_found_out(environ: dict[str, str], stream: str, expected: str) -> None:
    assert charset(environ, stream) == expected


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_a_terminal_without_utf_8_gets_letters_it_has_in_the_same_cells(text: str) -> None:
    for name in ("ascii", "iso8859-1"):
        change = letters_of(name)
        assert change is not None
        plain = change(text)
        plain.encode(name)
        if not any(mark in text for mark in ("\u200d", "\ufe0f")):  # these have no place in such text
            assert cell_len(plain) == cell_len(text)


def test_frames_are_drawn_in_ascii_where_the_terminal_has_no_lines() -> None:
    change = letters_of("ascii")
    assert change is not None
    assert change("┌─┐│ Ærø… ›") == "+-+| ?r?~ >"


def test_a_cursor_outside_the_screen_does_no_harm() -> None:
    shadow = Shadow(WIDTH, HEIGHT)
    assert shadow.changes((HEIGHT + 9, WIDTH + 9)) == f"\x1b[{HEIGHT};{WIDTH}H"
    assert Offset(0, 0) == (0, 0)


@pytest.mark.parametrize(("environ", "lean"), [({}, True), ({"TUI_IMPORT_DRIVER": "stock"}, False), ({"TEXTUAL_DRIVER": "a:B"}, False)])
def test_one_setting_falls_back_to_the_stock_driver(environ: dict[str, str], lean: bool) -> None:
    assert (driver_class(environ) is LeanDriver) is lean


@pytest.mark.parametrize("data", ["\x1b[?1049h", "\x1b[?2026$p", "\x1b[>1u", "\x1b[<u", "\x1b[?1004l", "\x07", "\x1b]52;c;aGk=\x07"])
def test_modes_that_the_program_asks_for_pass(data: str) -> None:
    assert OWN.fullmatch(data)


@pytest.mark.parametrize("data", ["\x1b]22;text\x07", "\x1b]2;owned\x07", "\x1bP+q\x1b\\", "text", "\x1bc", "\x1b[?1h\x1b]2;x\x07"])
def test_anything_else_outside_a_frame_is_refused(data: str) -> None:
    assert not OWN.fullmatch(data)


@pytest.mark.parametrize(("waiting", "rings"), [(MOST_QUEUED, True), (MOST_QUEUED + 1, False)])
def test_a_bell_for_a_terminal_that_takes_nothing_does_not_stop_the_program(waiting: int, rings: bool) -> None:
    sent: list[str] = []
    driver: Any = object.__new__(LeanDriver)
    driver._writer_thread = SimpleNamespace(_queue=SimpleNamespace(qsize=lambda: waiting), write=sent.append)
    driver.write("\x07")
    assert sent == ["\x07"] * rings
