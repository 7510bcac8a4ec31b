"""The reading child seen from its parent: started with limits, listened to with patience, ended at once and without a trace.

What it answers is believed to be plain values and nothing more; a child that dies is a sentence about the file.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tui_import.api import N_, PasswordNeededError, SourceError, Where, _
from tui_import.api.child import finish, program, start
from tui_import_excel.worker import wire

MEGABYTE = 1 << 20
LEAST_MEMORY = 2 << 30
MOST_MEMORY = 6 << 30
MEMORY_PER_BYTE = 20
"""calamine needs about that many bytes for a byte of an xlsx."""
LEAST_SECONDS = 60
SECONDS_PER_MEGABYTE = 6
"""openpyxl, which streams the largest, needs about half of that."""
MOST_SECONDS = 3600
WALL = 4
"""Times the CPU seconds: what a busy machine is given."""

_SENTENCES = {
    "damaged": N_("The workbook is damaged, or not one that we can read ({detail})."),
    "unreadable": N_("The file cannot be read: {detail}."),
    "not_workbook": N_("It is not a workbook."),
    "parts": N_("The workbook has {detail} parts, far more than a table needs; it is not read."),
    "unpacked": N_("The workbook unpacks to {detail} MB; it is not read."),
    "bomb": N_("The workbook is made to swell to {detail} MB when unpacked; it is not read."),
    "zip_password": N_("The workbook was zipped with a password."),
    "ods_password": N_("Encrypted OpenDocument files cannot be read."),
    "no_sheet": N_("The workbook has no sheet “{detail}”."),
    "memory": N_("The workbook needs more memory than it is given."),
    "time": N_("Reading the workbook takes longer than it is given."),
    "died": N_("The workbook made its reader stop: it is damaged, or made to do so."),
    "password": N_("The workbook is encrypted."),
    "wrong_password": N_("The password does not open the workbook."),
}
_HINTS = {
    "damaged": N_("Open it in a spreadsheet program and save it anew as xlsx."),
    "not_workbook": N_("Choose another source for it."),
    "zip_password": N_("Unpack it first."),
    "ods_password": N_("Save it without a password, or as an encrypted xlsx."),
    "memory": N_("Save the sheet as CSV and import that."),
    "time": N_("Save the sheet as CSV and import that."),
    "died": N_("Open it in a spreadsheet program and save it anew as xlsx, or save the sheet as CSV."),
    "password": N_("Give its password."),
    "wrong_password": N_("Give its password."),
}


def failure(code: str, detail: str, shown: str) -> SourceError:
    """The error that a code of the child stands for."""
    kind = PasswordNeededError if code in ("password", "wrong_password") else SourceError
    sentence = _SENTENCES.get(code, _SENTENCES["damaged"])
    hint = _HINTS.get(code, "")
    return kind(_(sentence).format(detail=" ".join(detail.split())[:120]), where=Where(shown), hint=_(hint) if hint else "")


class Child:
    """One run of the child. Iterate for its messages; it ends with the iteration, with `close`, and with this object."""

    def __init__(self, path: str, shown: str, password: str, do: str, sheet: str = "") -> None:
        self._shown = shown
        try:
            size = os.stat(path).st_size
        except OSError as error:
            raise failure("unreadable", error.strerror or "", shown) from error
        seconds = min(LEAST_SECONDS + SECONDS_PER_MEGABYTE * (size // MEGABYTE), MOST_SECONDS)
        memory = min(LEAST_MEMORY + MEMORY_PER_BYTE * size, MOST_MEMORY)
        self._patience = WALL * seconds
        self._process = _start()
        self._end = weakref.finalize(self, finish, self._process)
        job = {"path": path, "password": password, "do": do, "sheet": sheet, "memory": memory, "seconds": seconds}
        if self._process.stdin:
            try:
                self._process.stdin.write(json.dumps(job).encode())
                self._process.stdin.close()
            except BrokenPipeError:
                pass  # it died at once, which the reading of its answer will tell

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """(kind, content) until and with "sheets" or "end". Raises `SourceError` where it fails."""
        try:
            while True:
                kind, content = self._message()
                if kind == "error":
                    raise failure(*_code(content), self._shown)
                yield kind, content
                if kind in ("sheets", "end"):
                    return
        finally:
            self.close()

    @property
    def gone(self) -> bool:
        """It ended by itself without having said all."""
        return self._process.poll() not in (None, 0)

    def close(self) -> None:
        """End it."""
        self._end()

    def _message(self) -> tuple[str, Any]:
        (length,) = wire.HEADER.unpack(self._bytes(wire.HEADER.size))
        if length > wire.LARGEST:
            raise failure("died", "", self._shown)
        try:
            return wire.receive(self._bytes(length))
        except ValueError as error:
            raise failure("died", "", self._shown) from error

    def _bytes(self, count: int) -> bytes:
        pipe = self._process.stdout
        pieces = []
        while count and pipe:
            if not select.select([pipe], [], [], self._patience)[0]:
                raise failure("time", "", self._shown)
            piece = os.read(pipe.fileno(), min(count, MEGABYTE))
            if not piece:
                raise self._death()
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def _death(self) -> SourceError:
        """Why the pipe ended in the middle."""
        code = self._process.wait()
        if code == -signal.SIGABRT:  # an allocation that was refused ends a Rust program so
            return failure("memory", "", self._shown)
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return failure("time", "", self._shown)
        return failure("died", "", self._shown)


def _program() -> str:
    return program("tui_import_excel", Path(__file__).parent)


def _start() -> subprocess.Popen[bytes]:
    process = start(_program())
    if process.stdout and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # with room for a block the child works on while the parent looks at the last one
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, MEGABYTE)
    return process


def _code(content: Any) -> tuple[str, str]:
    if isinstance(content, tuple) and len(content) == 2 and all(isinstance(part, str) for part in content):
        return content
    return "died", ""
