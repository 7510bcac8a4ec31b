"""A program on a pseudo terminal, its screen kept by pyte. Waiting is for what the screen shows, never for a time."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

import pyte

LIMIT = 30.0
"""Seconds after which a screen that does not come is an error."""
KEYS = {
    "F1": "\x1bOP",
    "F7": "\x1b[18~",
    "F8": "\x1b[19~",
    "F9": "\x1b[20~",
    "Enter": "\r",
    "Esc": "\x1b",
    "Tab": "\t",
    "Down": "\x1b[B",
    "Up": "\x1b[A",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "PageDown": "\x1b[6~",
    "PageUp": "\x1b[5~",
    "Del": "\x1b[3~",
    "Backspace": "\x7f",
}
"""What an xterm sends."""


class Terminal:
    """Runs a command at 80x24 (or another size)."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        columns: int = 80,
        lines: int = 24,
        term: str = "xterm",
        answers: bool = False,
    ) -> None:
        """``answers``: it says that it knows synchronised output, as newer terminals do."""
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""
        """Everything the program sent."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        settings = {**os.environ, **(environment or {}), "TERM": term}
        for name in ("COLUMNS", "LINES"):  # else a program would not see another size
            settings.pop(name, None)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=settings, start_new_session=True, close_fds=True
        )
        os.close(slave)
        self.master = master
        """The terminal's end of the line."""
        self._answers = answers

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def text(self) -> str:
        """The screen, without blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def press(self, *keys: str) -> None:
        """Send keys, by name or as text, in one burst as a slow line delivers them."""
        self.send("".join(KEYS.get(key, key) for key in keys).encode())

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        os.write(self.master, data)

    def wait_for(self, *texts: str, gone: str = "") -> str:
        """Until the screen shows all the texts (and no longer ``gone``); returns it."""
        deadline = time.monotonic() + LIMIT
        while True:
            shown = self.text
            if all(text in shown for text in texts) and not (gone and gone in shown):
                return shown
            if time.monotonic() > deadline or not self._receive(deadline):
                raise AssertionError(f"The screen never showed {texts} (without {gone!r}); it shows:\n{self.text}")

    def settle(self, quiet: float = 0.3, most: float = LIMIT) -> int:
        """Until nothing came for ``quiet`` seconds, at most ``most``; returns how many bytes came."""
        before, end = len(self.received), time.monotonic() + most
        while time.monotonic() < end and select.select([self.master], [], [], quiet)[0] and self._receive(end):
            pass
        return len(self.received) - before

    def cost(self, *keys: str) -> int:
        """The bytes that these keys lead to."""
        self.press(*keys)
        return self.settle(0.8)

    def resize(self, columns: int, lines: int) -> None:
        """Another window."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        os.killpg(self.process.pid, signal.SIGWINCH)

    def wait_for_end(self) -> int:
        """Until the program ends; returns its exit code."""
        deadline = time.monotonic() + LIMIT
        while self._receive(deadline):
            pass
        return self.process.wait(LIMIT)

    def hang_up(self) -> None:
        """What a broken line does."""
        os.killpg(self.process.pid, signal.SIGHUP)

    def close(self) -> None:
        """End whatever still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)

    def _receive(self, deadline: float) -> bool:
        """Take what comes; False at the end."""
        ready, _writable, _errors = select.select([self.master], [], [], max(0.0, min(0.5, deadline - time.monotonic())))
        if not ready:
            return self.process.poll() is None or bool(select.select([self.master], [], [], 0)[0])
        try:
            data = os.read(self.master, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.received += data
        self._stream.feed(data)
        if self._answers and b"\x1b[?2026$p" in data:
            os.write(self.master, b"\x1b[?2026;2$y")
        return bool(data)
