"""The reading child seen from its parent: libpff is a C library that a damaged file may crash, so it reads in a process of its own.

What the child answers is believed to be plain values and nothing more; a child that dies is a sentence about the file.
"""

from __future__ import annotations

import json
import os
import select
import signal
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tui_import.api import N_, SourceError, Where, _
from tui_import.api.child import finish, program, start

MEMORY = 4 << 30
LEAST_SECONDS = 300
SECONDS_PER_MEGABYTE = 1
"""libpff reads some ten megabytes a second."""
MOST_SECONDS = 3600
SILENCE = 110
"""Seconds that the child may say nothing."""
MEGABYTE = 1 << 20
LONGEST = 1 << 27
"""Bytes of one message."""

_SENTENCES = {
    "damaged": N_("The file is damaged, or not one that we can read ({detail})."),
    "missing": N_("Outlook data files need the library libpff, which is not installed."),
    "memory": N_("The file needs more memory than its reader is given."),
    "time": N_("Reading the file takes longer than it is given."),
    "died": N_("The file made its reader stop: it is damaged, or made to do so."),
    "empty": N_("There is no contact in it."),
}
_HINTS = {
    "damaged": N_("Export the contacts from Outlook as CSV and import that."),
    "missing": N_("Install it with: pip install 'tui-import[pst]'. Or export the contacts from Outlook as CSV."),
    "memory": N_("Export the contacts from Outlook as CSV and import that."),
    "time": N_("Export the contacts from Outlook as CSV and import that."),
    "died": N_("Export the contacts from Outlook as CSV and import that."),
    "empty": N_("Choose the file that Outlook keeps contacts in."),
}


def failure(code: str, detail: str, shown: str) -> SourceError:
    """The error that a code of the child stands for."""
    code = code if code in _SENTENCES else "damaged"
    return SourceError(_(_SENTENCES[code]).format(detail=" ".join(detail.split())[:120]), where=Where(shown), hint=_(_HINTS[code]))


class Child:
    """One run of the child. Iterate for its messages; it ends with the iteration, with `close`, and with this object."""

    def __init__(self, path: str, shown: str, kind: str, folders: Sequence[int] | None = None) -> None:
        self._shown = shown
        seconds = min(LEAST_SECONDS + SECONDS_PER_MEGABYTE * (os.stat(path).st_size // MEGABYTE), MOST_SECONDS)
        do = "look" if folders is None else "read"
        job = {"path": path, "kind": kind, "do": do, "folders": folders, "memory": MEMORY, "seconds": seconds}
        self._process = start(_program())
        self._end = weakref.finalize(self, finish, self._process)
        self._left = b""
        if self._process.stdin:
            try:
                self._process.stdin.write(json.dumps(job).encode())
                self._process.stdin.close()
            except BrokenPipeError:
                pass  # it died at once, which the reading of its answer will tell

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """(kind, content) until and with "end". Raises `SourceError` where it fails."""
        try:
            while True:
                kind, content = self._message()
                if kind == "error":
                    code, detail = content if isinstance(content, list) and len(content) == 2 else ("died", "")
                    raise failure(str(code), str(detail), self._shown)
                yield kind, content
                if kind == "end":
                    return
        finally:
            self.close()

    def close(self) -> None:
        """End it."""
        self._end()

    def _message(self) -> tuple[str, Any]:
        try:
            kind, content = json.loads(self._line())
        except (ValueError, TypeError, RecursionError) as error:
            raise failure("died", "", self._shown) from error
        return str(kind), content

    def _line(self) -> bytes:
        pieces = [self._left]
        size = len(self._left)
        while b"\n" not in pieces[-1]:
            pieces.append(self._read())
            size += len(pieces[-1])
            if size > LONGEST:
                raise failure("died", "", self._shown)
        line, _end, self._left = b"".join(pieces).partition(b"\n")
        return line

    def _read(self) -> bytes:
        pipe = self._process.stdout
        if pipe is None or not select.select([pipe], [], [], SILENCE)[0]:
            raise failure("time", "", self._shown)
        piece = os.read(pipe.fileno(), MEGABYTE)
        if not piece:
            code = self._process.wait()
            raise failure("time" if code in (-signal.SIGXCPU, -signal.SIGKILL) else "died", "", self._shown)
        return piece


def _program() -> str:
    return program("tui_import_outlook", Path(__file__).parent)


def checked(content: Any, shown: str, **types: type) -> Mapping[str, Any]:
    """The content of a message, which must have these keys with values of these types."""
    if isinstance(content, dict) and all(isinstance(content.get(key), kind) for key, kind in types.items()):
        return content
    raise failure("died", "", shown)
