"""However a line cuts what is typed and pasted into portions: no key that nobody pressed, no half sequence as text, no paste as keys."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import constants
from textual.events import Key, Paste
from textual.message import Message

from tui_import.tui.driver.letters import Keyboard
from tui_import.tui.driver.typing import (
    GATHER_SECONDS,
    LONGEST,
    MARKED_PASTE_SECONDS,
    MOST_TYPED,
    PASTE_SECONDS,
    SEQUENCE_SECONDS,
    Typing,
    is_pasted,
)

KEYS = {
    "\x1b[A": "up", "\x1b[1;5C": "ctrl+right", "\x1b[15~": "f5", "\x1b[3~": "delete", "\x1bOP": "f1", "\x1bOB": "down", "\x1b[[A": "f1",
    "\x1b[11~": "f1", "\x1b[97;5u": "ctrl+a", "\x1b[13;;13u": "enter", "\x1b[Z": "shift+tab",
}  # fmt: skip
EVENTS = {
    "\x1b[<0;10;5M": ["MouseDown"], "\x1b[<65;10;5M": ["MouseScrollDown"], "\x1b[I": ["AppFocus"], "\x1b[O": ["AppBlur"],
    "\x1b[?2026;2$y": ["TerminalSupportsSynchronizedOutput"], "\x1b[5;7R": ["CursorPosition"], "\x1b[M #!": [],
}  # fmt: skip
ANSWERS = [
    "\x1b[?64;1;2;6;22c", "\x1b[>41;354;0c", "\x1b[?1u", "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", "\x1b]10;rgb:ff/ff/ff\x07",
    "\x1bP>|XTerm(370)\x1b\\", "\x1bP1$r0m\x1b\\", "\x1b_Gi=31;OK\x1b\\", "\x1b[8;24;80t", "\x1b[0n", "\x1b[?997;1n",
    "\x1b[" + "1;" * LONGEST + "~",
]  # fmt: skip
"""What terminals answer to queries, of any program; nothing here asks for it."""
SEQUENCES = [*KEYS, *EVENTS, *ANSWERS]
NEVER_ENDING = 10.0


class Line:
    """Delivers portions, at times of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.typing = Typing(Keyboard(), clock=lambda: self.now)
        self.got: list[Message] = []

    def deliver(self, *portions: str | bytes, pause: float = 0.0) -> Line:
        for portion in portions:
            self.got += self.typing.feed(portion.encode() if isinstance(portion, str) else portion)
            self.rest(pause)
        return self

    def rest(self, seconds: float) -> Line:
        """As the driver does: whenever something is due in this time."""
        end = self.now + seconds
        while (due := self.typing.wait) is not None and self.now + due <= end:
            self.now += due
            self.got += self.typing.tick()
        self.now = end
        return self

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.got if isinstance(message, Key)]

    @property
    def pasted(self) -> list[str]:
        return [message.text for message in self.got if isinstance(message, Paste)]


def names(messages: Iterable[Message]) -> list[str]:
    return [message.key if isinstance(message, Key) else type(message).__name__ for message in messages]


def whole(sequence: str) -> list[str]:
    return [KEYS[sequence]] if sequence in KEYS else EVENTS.get(sequence, [])


@pytest.mark.parametrize("sequence", SEQUENCES, ids=repr)
def test_a_sequence_cut_at_any_byte_is_the_same_as_whole(sequence: str) -> None:
    assert names(Line().deliver(sequence, pause=NEVER_ENDING).got) == whole(sequence)
    for at in range(1, len(sequence)):
        pause = constants.ESCAPE_DELAY / 2 if at == 1 or sequence.startswith("\x1b", at - 1) else SEQUENCE_SECONDS / 2
        line = Line().deliver(sequence[:at], pause=pause).deliver(sequence[at:], pause=NEVER_ENDING)
        assert names(line.got) == whole(sequence), at


@pytest.mark.parametrize("sequence", [s for s in SEQUENCES if len(s) > 2], ids=repr)
def test_half_a_sequence_whose_rest_never_comes_is_neither_esc_nor_text(sequence: str) -> None:
    for at in range(2, len(sequence)):
        assert names(Line().deliver(sequence[:at], pause=NEVER_ENDING).deliver("a", pause=NEVER_ENDING).got) == ["a"], at


typed = st.lists(st.sampled_from([*SEQUENCES, "a", "é", "\r", "7", "\t"]), max_size=5)


@settings(max_examples=300, deadline=None)
@given(typed, st.data())
def test_keys_are_the_same_in_whatever_portions_they_come(parts: list[str], data: st.DataObject) -> None:
    stream = "".join(parts).encode()
    expected = names(Line().deliver(stream, pause=NEVER_ENDING).got)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(stream) - 1)), max_size=6)))
    portions = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    line = Line()
    for portion in portions:
        line.deliver(portion, pause=data.draw(st.sampled_from([0.0, GATHER_SECONDS, constants.ESCAPE_DELAY / 2])))
    assert names(line.rest(NEVER_ENDING).got) == expected


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.binary(max_size=30) | st.sampled_from([s.encode() for s in SEQUENCES]), max_size=12), st.sampled_from([0.0, 0.01, 0.2, 2.0])
)
def test_no_bytes_whatever_end_the_keyboard(portions: list[bytes], pause: float) -> None:
    line = Line().deliver(*portions, pause=pause).rest(NEVER_ENDING)
    before = len(line.got)
    assert names(line.deliver("\x1b[A", "z", pause=NEVER_ENDING).got[before:]) == ["up", "z"]


@pytest.mark.parametrize("sequence", ["\x1b[99999999999u", "\x1b[1:2u", "\x1b[48;1;1;0;0t\x1b[<0;5;5M"])
def test_numbers_that_are_no_letters_end_nothing(sequence: str) -> None:
    line = Line().deliver(sequence, pause=NEVER_ENDING)
    assert line.deliver("y", pause=NEVER_ENDING).keys[-1:] == ["y"]


def test_esc_alone_is_esc_and_before_a_letter_is_alt() -> None:
    assert Line().deliver("\x1b", pause=NEVER_ENDING).keys == ["escape"]
    assert Line().deliver("\x1b\x1b", pause=NEVER_ENDING).keys == ["escape", "escape"]
    assert Line().deliver("\x1bx", pause=NEVER_ENDING).keys == ["alt+x"]
    assert Line().deliver("\x1b\x1b[B", pause=NEVER_ENDING).keys == ["escape", "down"]


PASTED = "".join(f"y{n};u;d\x1b[20~;Holm & Søn {n}\r" for n in range(400))


@pytest.mark.parametrize("size", [1, 3, 40, 4096])
def test_a_paste_without_marks_is_text_and_no_key(size: int) -> None:
    data = PASTED.encode()
    line = Line().deliver(*(data[at : at + size] for at in range(0, len(data), size)), pause=GATHER_SECONDS / 2).rest(NEVER_ENDING)
    assert line.keys == []
    assert line.pasted == [PASTED.replace("\x1b[20~", "")]


@pytest.mark.parametrize("size", [1, 3, 40, 4096])
def test_a_marked_paste_is_text_whatever_is_in_it(size: int) -> None:
    data = f"\x1b[B\x1b[200~{PASTED}\x1b[Z\x1b]2;x\x07\x9b\x00\x1b[201~\x1b[A".encode()
    line = Line().deliver(*(data[at : at + size] for at in range(0, len(data), size)), pause=GATHER_SECONDS / 2).rest(NEVER_ENDING)
    assert names(line.got) == ["down", "Paste", "up"]
    assert line.pasted == [PASTED.replace("\x1b[20~", "")]


def test_the_marks_of_a_paste_may_be_cut_at_any_byte() -> None:
    stream = "\x1b[200~yes\r\x1b[201~"
    for at in range(1, len(stream)):
        line = Line().deliver(stream[:at], pause=constants.ESCAPE_DELAY / 2).deliver(stream[at:], pause=NEVER_ENDING)
        assert (line.keys, line.pasted) == ([], ["yes\r"]), at


def test_a_marked_paste_whose_end_is_lost_does_not_keep_the_keyboard() -> None:
    line = Line().deliver("\x1b[200~yes", pause=MARKED_PASTE_SECONDS).deliver("j", pause=NEVER_ENDING)
    assert (line.pasted, line.keys) == (["yes"], ["j"])


def test_keys_after_a_paste_are_keys() -> None:
    line = Line().deliver(PASTED, pause=PASTE_SECONDS).deliver("j", pause=NEVER_ENDING)
    assert line.keys == ["j"]


@pytest.mark.parametrize(
    "ahead",
    ["200\r", "\x1b[B" * 300, "j" * 300, "\x1b[19~\x1b[19~/Aarhus\r", "j" * 60 + "k" * 9 + " ", "abcdefgh" * (MOST_TYPED // 8), "ab\rcd\r"],
    ids=repr,
)
def test_what_is_typed_ahead_while_a_line_takes_nothing_is_kept(ahead: str) -> None:
    assert not is_pasted(ahead)
    line = Line().deliver(ahead, pause=NEVER_ENDING)
    assert line.pasted == []
    assert len(line.keys) == len(ahead.replace("\x1b[B", "j").replace("\x1b[19~", "j"))


def test_what_a_text_has_behind_an_end_mark_of_its_own_is_text_too() -> None:
    line = Line().deliver("\x1b[200~harmless\x1b[201~y\r\x1b[201~", pause=NEVER_ENDING).deliver("j", pause=NEVER_ENDING)
    assert (line.pasted, line.keys) == (["harmless", "y\r"], ["j"])
