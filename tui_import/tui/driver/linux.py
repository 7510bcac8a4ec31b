"""The driver: Textual's own for Linux and macOS, with a shadow of the screen between it and the terminal."""

from __future__ import annotations

import os
import re
import select
import signal
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from tui_import.tui.driver.cells import Reader
from tui_import.tui.driver.letters import Keyboard, charset, letters_of
from tui_import.tui.driver.shadow import Shadow
from tui_import.tui.driver.typing import Typing

_FRAME = re.compile(r"\x1b\[\d+;\d+H")
"""Every frame of Textual's compositor begins with a position."""
OWN = re.compile(
    r"\x1b\[[?<>=]?[0-9;]*[hlu]"  # modes and the keyboard protocol
    r"|\x1b\[\?[0-9;]*\$p"  # which modes the terminal has
    r"|\x1b\[[0-9] q"  # the cursor's shape
    r"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"  # a copy to the clipboard, asked for by key
    r"|\x07"
)
"""What Textual writes outside of frames. Anything else is refused (among it the mouse pointer's shape, sent at every move)."""
_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_ALTERNATE_SCREEN = "\x1b[?1049"
_HIDE_CURSOR = "\x1b[?25l"
_RESET_PEN = "\x1b[m"
_BELL = "\x07"
SYNC_BYTES = 256
"""A smaller change is seen at once anyway: marking its begin and end would cost more than it."""
MOST_QUEUED = 4
"""Writes that may wait for the terminal. While it takes no more, changes are gathered and sent as one."""
RETRY_SECONDS = 0.05
"""How soon it is looked again whether the terminal takes more."""
READ_BYTES = 4096


def erases_in_colour(term: str) -> bool:
    """The terminal's description says that it erases with the background at hand (terminfo: bce)."""
    import curses

    try:
        with open(os.devnull, "w") as nowhere:
            curses.setupterm(term, nowhere.fileno())
        return curses.tigetflag("bce") == 1
    except curses.error:
        return False


class LeanDriver(LinuxDriver):
    """Sends the cells that changed, and nothing else; reads whatever is typed.

    For any Textual application: ``App(driver_class=LeanDriver)``. The terminal's cursor stays visible and stands where
    ``App.cursor_position`` says, so that screen readers and braille displays follow it. The picture is the one of Textual's driver,
    cell by cell, except that links are not clickable and that blanks keep no colour for letters they do not have.
    """

    def __init__(self, app: Any, *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.charset = charset(stream=getattr(self._file, "encoding", None))
        """What the terminal's letters are."""
        self._reader = Reader(letters=letters_of(self.charset), colours="NO_COLOR" not in os.environ)
        self._shadow = Shadow()
        self._erases = erases_in_colour(os.environ.get("TERM", ""))
        self._cursor: tuple[int, int] | None = None
        self._synchronised = False
        self._retrying = False
        self._stale = True
        """The terminal may show anything: it has just been taken, or has another size."""
        self._wake_reader, self._wake_writer = os.pipe()
        if self.charset != "utf-8" and self._file is not None:
            self._file.reconfigure(encoding=self.charset, errors="replace")

        # between two steps of the loop: in the middle of a write the queue to the terminal would be locked for ever
        self._loop.add_signal_handler(signal.SIGTSTP, self._sigtstp_application)
        self._loop.add_signal_handler(signal.SIGCONT, self._sigcont_application)

    # -- to the terminal

    def write(self, data: str) -> None:
        """A frame goes through the shadow, a mode of our own through; all else is refused."""
        if data in (_SYNC_START, _SYNC_END):
            self._synchronised = True  # Textual asks only where the terminal knows it; `_send` marks what is worth it
        elif _FRAME.match(data):
            spans, cursor = self._reader.spans(data)
            self._renew()
            self._shadow.draw(spans)
            self._cursor = cursor or self._cursor
            self._send()
        elif data == _BELL and self._crowded:
            pass  # a full queue would stop the loop, and with it the signals
        elif data != _HIDE_CURSOR and OWN.fullmatch(data):
            if data.startswith(_ALTERNATE_SCREEN):
                self._stale = True
                data = _RESET_PEN + data if data.endswith("l") else data
            super().write(data)

    def _renew(self) -> None:
        """Begin with an unknown screen where the terminal's size is another, or may have been."""
        try:
            columns, lines = os.get_terminal_size(self.fileno)
        except OSError:
            columns, lines = self._shadow.width, self._shadow.height
        if self._stale or (columns, lines) != (self._shadow.width, self._shadow.height):
            self._stale = False
            self._shadow = Shadow(columns, lines, erases=self._erases)

    @property
    def _crowded(self) -> bool:
        return self._writer_thread is not None and self._writer_thread._queue.qsize() > MOST_QUEUED

    def _send(self) -> None:
        if self._writer_thread is None or self._retrying:
            return
        if self._crowded:
            self._retrying = True
            self._loop.call_later(RETRY_SECONDS, self._retry)
            return
        changes = self._shadow.changes(self._cursor)
        if changes:
            marked = self._synchronised and len(changes) > SYNC_BYTES
            super().write(_SYNC_START + changes + _SYNC_END if marked else changes)

    def _retry(self) -> None:
        self._retrying = False
        self._send()

    def _get_terminal_size(self) -> tuple[int, int]:
        """Asked at the start and whenever the window changed."""
        self._stale = True
        return super()._get_terminal_size()

    def process_message(self, message: Any) -> None:
        """A terminal that tells its size among the keys has changed it."""
        if type(message).__name__ in ("Resize", "InBandWindowResize"):
            self._stale = True
        super().process_message(message)

    # -- from the terminal

    def run_input_thread(self) -> None:
        """Read keys until told to end. Nothing typed is an error, and nothing wakes up while nothing is typed."""
        typing = Typing(Keyboard(self.charset), debug=self._debug)
        try:
            while True:
                ready, _writable, _failed = select.select([self.fileno, self._wake_reader], [], [], typing.wait)
                if self._wake_reader in ready:
                    os.read(self._wake_reader, READ_BYTES)
                    return
                data = os.read(self.fileno, READ_BYTES) if ready else b""
                if ready and not data:
                    return  # the terminal is gone; a signal ends the program
                for message in typing.feed(data) if data else typing.tick():
                    self.process_message(message)
        except OSError:
            return  # as above

    def disable_input(self) -> None:
        """End the thread that reads, at once."""
        if self._key_thread is not None and self._key_thread.is_alive():
            os.write(self._wake_writer, b".")
        super().disable_input()
