"""What an xls of Excel 97 and later says beside its values: number formats that pad, errors, hidden rows and columns.

A workbook is a stream of records, each of an id, a length and that many bytes; a sheet is at most 65,536 rows, so all of it is looked at.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from tui_import_excel.worker.numbers import pads
from tui_import_excel.worker.ooxml import Marks

BIFF8 = 0x0600
_BOF, _EOF = 0x0809, 0x000A
_BOUNDSHEET, _FORMAT, _XF = 0x0085, 0x041E, 0x00E0
_ROW, _COLINFO = 0x0208, 0x007D
_NUMBER, _RK, _MULRK, _BOOLERR, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0205, 0x0006
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_HEAD = struct.Struct("<HH")
_CELL = struct.Struct("<HHH")


class BiffScan:
    """The marks of a sheet's rows."""

    def __init__(self, file: BinaryIO, sheet: str) -> None:
        self._file, self._sheet = file, sheet
        self._marks: dict[int, Marks] | None = None
        self.hidden_columns: list[int] = []

    def rows(self, first: int, last: int) -> dict[int, Marks]:
        """The rows from ``first`` to ``last`` that have something."""
        if self._marks is None:
            self._marks = {}
            with suppress(OSError, IndexError, struct.error):  # whatever is damaged here, the values are read all the same
                self._scan(workbook_stream(self._file), self._marks)
        if not self._marks:
            return {}
        return {number: self._marks[number] for number in range(first, last + 1) if number in self._marks}

    def ahead(self, stop: threading.Event) -> None:  # noqa: ARG002
        """Look at the whole sheet, in a thread beside the loading of the values."""
        self.rows(0, 0)

    def _scan(self, stream: bytes, marks: dict[int, Marks]) -> None:
        formats: dict[int, str] = {}
        styles: list[int] = []
        start = -1
        for kind, body in records(stream, 0):
            if kind == _BOF and body[:2] != struct.pack("<H", BIFF8):
                return
            if kind == _FORMAT:
                formats[_short(body, 0)] = _text(body, 2, 2)
            elif kind == _XF:
                styles.append(_short(body, 2))
            elif kind == _BOUNDSHEET and _text(body, 6, 1) == self._sheet:
                start = int.from_bytes(body[:4], "little")
        padding = {number: formats[key] for number, key in enumerate(styles) if pads(formats.get(key, ""))}
        if start >= 0:
            for kind, body in records(stream, start):
                self._record(kind, body, padding, marks)

    def _record(self, kind: int, body: bytes, padding: dict[int, str], marks: dict[int, Marks]) -> None:
        if kind in (_NUMBER, _RK):
            row, column, style = _CELL.unpack_from(body)
            if style in padding:
                _at(marks, row).formats.append((column, padding[style]))
        elif kind == _MULRK:
            row, first = _short(body, 0), _short(body, 2)
            for place in range((len(body) - 6) // 6):
                if (style := _short(body, 4 + 6 * place)) in padding:
                    _at(marks, row).formats.append((first + place, padding[style]))
        elif kind in (_BOOLERR, _FORMULA):
            error = _error(kind, body)
            if error:
                row, column, _style = _CELL.unpack_from(body)
                _at(marks, row).errors.append((column, error))
        elif kind == _ROW and body[12] & 0x20:
            _at(marks, _short(body, 0)).hidden = True
        elif kind == _COLINFO and body[8] & 1:
            self.hidden_columns += range(_short(body, 0), min(_short(body, 2), 255) + 1)


def workbook_stream(file: BinaryIO) -> bytes:
    """The records of the workbook in an Office container; empty where there are none."""
    import olefile  # type: ignore[import-untyped]

    file.seek(0)
    with olefile.OleFileIO(file.read()) as container:
        for name in ("Workbook", "Book"):
            if container.exists(name):
                with container.openstream(name) as stream:
                    return bytes(stream.read())
    return b""


def records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """(id, bytes) of the records from ``start`` to the end of their part; a damaged record ends them."""
    place = start
    while place + 4 <= len(stream):
        kind, length = _HEAD.unpack_from(stream, place)
        body = stream[place + 4 : place + 4 + length]
        if kind == _EOF or len(body) < max(length, _LEAST.get(kind, 0)):
            return
        yield kind, body
        place += 4 + length


_LEAST = {_BOF: 4, _FORMAT: 5, _XF: 4, _BOUNDSHEET: 8, _NUMBER: 14, _RK: 10, _MULRK: 12, _BOOLERR: 8, _FORMULA: 14, _ROW: 16, _COLINFO: 10}
"""Bytes without which a record is damaged."""


def _error(kind: int, body: bytes) -> str:
    if kind == _BOOLERR:
        return _ERRORS.get(body[6], "") if body[7] else ""
    return _ERRORS.get(body[8], "") if body[12:14] == b"\xff\xff" and body[6] == 2 else ""


def _at(marks: dict[int, Marks], row: int) -> Marks:
    return marks.setdefault(row + 1, Marks())


def _short(body: bytes, place: int) -> int:
    return int.from_bytes(body[place : place + 2], "little")


def _text(body: bytes, place: int, width: int) -> str:
    """A text with its number of letters, of ``width`` bytes, in front; letters are of one or two bytes."""
    count = int.from_bytes(body[place : place + width], "little")
    wide = body[place + width] & 1
    letters = body[place + width + 1 :]
    return letters[: 2 * count].decode("utf-16-le", "replace") if wide else letters[:count].decode("latin-1")
