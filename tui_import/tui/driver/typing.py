"""What comes from the keyboard, in whole pieces: keys, sequences, pastes. A line may deliver them in any portions.

Textual's parser takes a sequence whose rest is late for typed letters, and a terminal that does not mark what is pasted makes a key of
each pasted letter. Here a sequence waits for its rest, and more text at once than anybody types is pasted, marked or not.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

from textual import constants
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.events import Paste
from textual.message import Message

from tui_import.tui.driver.letters import Keyboard

ESCAPE = "\x1b"
LETTER_SECONDS = 0.1
"""A letter of several bytes waits so long for the others."""
GATHER_SECONDS = 0.005
"""Letters wait so long for others that came with them: what is pasted arrives in portions, what is typed does not."""
SEQUENCE_SECONDS = 1.0
"""A sequence that has begun waits so long for its rest; then it is none, and no text either."""
PASTE_SECONDS, MARKED_PASTE_SECONDS = 0.5, 3.0
"""A paste without marks ends when nothing came for so long; a marked one does so only where its end was lost."""
MOST_TYPED, MOST_LINES = 32, 2
"""Letters (a key held down is one) and lines that somebody may have typed ahead while the line took nothing. More is pasted."""
MOST_WAITING = 8192
"""Characters; more do not wait."""
LONGEST = 32
"""Characters of a sequence that Textual knows; of a longer one it would make letters."""

_WHOLE = re.compile(
    r"\x1b(?:\[\[."  # function keys of the Linux console
    r"|\[M..."  # the mouse of old terminals
    r"|\[(?![\[M])[0-?]*[ -/]*[@-~]"  # control sequences
    r"|O[0-9;]*[@-~]"  # SS3: function keys, the keypad
    r"|[]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # a terminal's answers in words
    r"|[^]\x1b\[PX^_O])",  # a key with Alt
    re.DOTALL,
)
_BEGUN = re.compile(r"\x1b(?:\[(?:\[|M.{0,2}|[0-?]*[ -/]*)|O[0-9;]*|[]PX^_][^\x07\x1b]*\x1b?|)\Z", re.DOTALL)
_BROKEN = re.compile(r"\x1b(?:\[\[?[0-?]*[ -/]*|O[0-9;]*|[]PX^_][^\x07\x1b]*)?")
_STRING = tuple(ESCAPE + letter for letter in "]PX^_")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_REPEATED = re.compile(r"(.)\1+", re.DOTALL)


def pieces(text: str) -> tuple[list[str], str]:
    """Letters and whole sequences, and the beginning of a sequence that the text ends with. What is broken off is left out."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != ESCAPE:
            found.append(text[at])
            at += 1
        elif whole := _WHOLE.match(text, at):
            found.append(whole[0])
            at = whole.end()
        elif _BEGUN.match(text, at):
            return found, text[at:]
        else:
            broken = _BROKEN.match(text, at)
            assert broken is not None  # it matches an Esc alone
            if broken[0] == ESCAPE:
                found.append(ESCAPE)
            at = broken.end()
    return found, ""


def is_pasted(text: str) -> bool:
    """More than anybody types while the line takes nothing."""
    letters = "".join(piece for piece in pieces(text)[0] if len(piece) == 1)
    lines = [line for line in re.split(r"[\r\n]", letters) if len(line) > 1]
    return len(_REPEATED.sub(r"\1", letters)) > MOST_TYPED or len(lines) > MOST_LINES or len(text) > MOST_WAITING


class Typing:
    """Makes messages of what is typed: `feed` it what comes and call `tick` when nothing came for `wait` seconds."""

    def __init__(self, keyboard: Keyboard, *, debug: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._keyboard, self._parser, self._clock = keyboard, _Parser(debug), clock
        self._waiting = ""
        """Not yet made messages of; of a marked paste the letters that its end may begin with."""
        self._pasted: list[str] | None = None
        """What was pasted so far; None: nothing is being pasted."""
        self._marked = False
        self._heard = clock()

    @property
    def wait(self) -> float | None:
        """Seconds until `tick` has something to do; None: nothing waits."""
        seconds = self._patience()
        return None if seconds is None else max(0.0, self._heard + seconds - self._clock())

    def feed(self, data: bytes) -> list[Message]:
        """What the bytes complete, in order."""
        self._heard = self._clock()
        return self._text(self._keyboard.text(data))

    def tick(self) -> list[Message]:
        """What need not wait any longer."""
        seconds = self._patience()
        if seconds is None or self._clock() < self._heard + seconds:
            return []
        if self._keyboard.holds:
            return self._text(self._keyboard.rest())
        if self._pasted is not None:
            return self._end_paste(self._waiting)
        found, rest = pieces(self._waiting)
        if not found and rest:
            found, rest = [ESCAPE] if rest == ESCAPE else [], ""
        self._waiting = rest
        return self._keys(found)

    def _patience(self) -> float | None:
        """How long after the last byte there is something to do."""
        if self._keyboard.holds:
            return LETTER_SECONDS
        if self._pasted is not None:
            return MARKED_PASTE_SECONDS if self._marked else PASTE_SECONDS
        if not self._waiting:
            return None
        if self._waiting == ESCAPE:
            return constants.ESCAPE_DELAY
        return SEQUENCE_SECONDS if _BEGUN.match(self._waiting) else GATHER_SECONDS

    def _text(self, text: str) -> list[Message]:
        if self._pasted is not None:
            return self._paste(text)
        self._waiting += text
        typed, mark, rest = self._waiting.partition(BRACKETED_PASTE_START)
        if is_pasted(typed):
            rest, self._waiting = self._waiting, ""
            return self._begin_paste(rest, marked=False)
        if mark:
            self._waiting = ""
            return [*self._keys(pieces(typed)[0]), *self._begin_paste(rest, marked=True)]
        found, rest = pieces(typed)
        if not all(piece[0] == ESCAPE for piece in found):
            return []
        self._waiting = rest
        return self._keys(found)

    def _begin_paste(self, text: str, *, marked: bool) -> list[Message]:
        self._pasted, self._marked = [], marked
        return self._paste(text)

    def _paste(self, text: str) -> list[Message]:
        assert self._pasted is not None
        if not self._marked:
            self._pasted.append(text)
            return []
        inside, mark, after = (self._waiting + text).partition(BRACKETED_PASTE_END)
        if mark:
            ended = self._end_paste(inside)
            if any(len(piece) == 1 for piece in pieces(after)[0]):  # who writes the mark into a text does not get at the keys
                return [*ended, *self._begin_paste(after, marked=False)]
            return [*ended, *self._text(after)] if after else ended
        most = len(BRACKETED_PASTE_END) - 1
        self._pasted.append(inside[:-most])
        self._waiting = inside[-most:]
        return []

    def _end_paste(self, last: str) -> list[Message]:
        text = "".join([*(self._pasted or ()), last])
        self._pasted, self._waiting = None, ""
        text = _UNPRINTABLE.sub("", _WHOLE.sub("", text))
        return [Paste(text)] if text else []

    def _keys(self, found: Iterable[str]) -> list[Message]:
        return [message for piece in found for message in self._parser.messages(piece)]


class _Parser(XTermParser):
    """Textual's parser, given whole pieces only."""

    def messages(self, piece: str) -> list[Message]:
        """What a piece means; nothing where Textual does not know it."""
        if len(piece) > LONGEST or piece.startswith(_STRING):
            return []
        try:
            found = list(self.feed(piece))
            if self._timeout_time is None:
                return found
            self._timeout_time = 0.0  # it waits for more, and there is no more
            late = list(self.tick())
        except Exception:  # it takes numbers for what they may not be: a letter of number 9999999
            self._tokens.clear()
            self._gen = self.parse(self._tokens.append)
            self._awaiting = next(self._gen)
            self._timeout_time = None
            return []
        return found + late if len(piece) <= len(ESCAPE) + 1 else found
