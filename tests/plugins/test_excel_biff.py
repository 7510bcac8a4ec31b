"""Old workbooks: zeros, errors and hidden rows are found in the records, whatever else stands there."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_import_excel.source import ExcelSource
from tui_import_excel.worker import biff

from tests.plugins.reading import read
from tests.shared import shared


def record(kind: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack("<HH", kind, len(body)) + body


def short(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}H", *numbers)


BOF = record(0x0809, short(0x0600, 5), bytes(12))
EOF = record(0x000A)


def workbook(sheet: bytes, *, code: str = "0000", name: str = "Kunder", wide: bool = False) -> bytes:
    """The records of a workbook with one sheet; style 1 has the number format."""
    letters = code.encode("utf-16-le") if wide else code.encode("latin-1")
    text = short(len(code)) + bytes([wide]) + letters
    globals_ = record(0x041E, short(164), text) + record(0x00E0, short(0, 0), bytes(16)) + record(0x00E0, short(0, 164), bytes(16))
    title = bytes([len(name), 0]) + name.encode("latin-1")
    start = len(BOF) + len(globals_) + len(record(0x0085, bytes(6), title)) + len(EOF)
    bound = record(0x0085, struct.pack("<I", start), short(0), title)
    return BOF + globals_ + bound + EOF + BOF + sheet + EOF


def marks(stream: bytes, monkeypatch: pytest.MonkeyPatch, sheet: str = "Kunder") -> biff.BiffScan:
    monkeypatch.setattr(biff, "workbook_stream", lambda _file: stream)
    return biff.BiffScan(io.BytesIO(), sheet)


def test_numbers_with_a_padding_format_are_found_in_every_kind_of_record(monkeypatch) -> None:
    sheet = record(0x0203, short(0, 0, 1), struct.pack("<d", 150.0))
    sheet += record(0x027E, short(1, 2, 1), bytes(4)) + record(0x027E, short(1, 3, 0), bytes(4))
    sheet += record(0x00BD, short(2, 4), (short(1) + bytes(4)) + (short(0) + bytes(4)) + (short(1) + bytes(4)), short(6))
    for wide in (False, True):
        found = marks(workbook(sheet, wide=wide), monkeypatch).rows(1, 9)
        assert {row: mark.formats for row, mark in found.items()} == {1: [(0, "0000")], 2: [(2, "0000")], 3: [(4, "0000"), (6, "0000")]}


def test_a_format_without_zeros_is_of_no_interest(monkeypatch) -> None:
    sheet = record(0x0203, short(0, 0, 1), struct.pack("<d", 150.0))
    assert marks(workbook(sheet, code="#,##0.00"), monkeypatch).rows(1, 9) == {}


def test_errors_typed_and_errors_of_formulas_are_found(monkeypatch) -> None:
    sheet = record(0x0205, short(0, 1, 0), b"\x2a\x01") + record(0x0205, short(0, 2, 0), b"\x01\x00")
    sheet += record(0x0006, short(3, 0, 0), b"\x02\x00\x07\x00\x00\x00\xff\xff", bytes(8))
    sheet += record(0x0006, short(3, 1, 0), struct.pack("<d", 5.0), bytes(8))
    found = marks(workbook(sheet), monkeypatch).rows(1, 9)
    assert {row: mark.errors for row, mark in found.items()} == {1: [(1, "#N/A")], 4: [(0, "#DIV/0!")]}


def test_hidden_rows_and_columns_are_found(monkeypatch) -> None:
    sheet = record(0x0208, short(4, 0, 3, 255, 0, 0, 0x0120, 0)) + record(0x0208, short(5, 0, 3, 255, 0, 0, 0x0100, 0))
    sheet += record(0x007D, short(2, 3, 2048, 15, 1, 0)) + record(0x007D, short(7, 7, 2048, 15, 0, 0))
    scan = marks(workbook(sheet), monkeypatch)
    assert [row for row, mark in scan.rows(1, 9).items() if mark.hidden] == [5]
    assert scan.hidden_columns == [2, 3]


def test_another_sheet_and_an_older_format_have_no_marks(monkeypatch) -> None:
    sheet = record(0x0205, short(0, 1, 0), b"\x2a\x01")
    assert marks(workbook(sheet), monkeypatch, "Andre").rows(1, 9) == {}
    assert marks(workbook(sheet).replace(short(0x0600, 5), short(0x0500, 5)), monkeypatch).rows(1, 9) == {}


@given(st.data())
def test_damage_anywhere_is_survived(data: st.DataObject) -> None:
    sheet = record(0x0203, short(0, 0, 1), bytes(8)) + record(0x0205, short(0, 1, 0), b"\x2a\x01") + record(0x0208, bytes(16))
    stream = bytearray(workbook(sheet))
    for _each in range(data.draw(st.integers(1, 5))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = marks(bytes(stream[: data.draw(st.integers(0, len(stream)))]), monkeypatch).rows(1, 70_000)
    assert all(1 <= row <= 65_536 for row in found)


def test_the_errors_of_a_real_old_workbook_are_read() -> None:
    reading = read(ExcelSource(), str(shared("samples/excel/ErrorTypes.xls")))
    assert [row[0] for row in reading.values[:3]] == ["#NULL!", "#DIV/0!", "#VALUE!"]
    assert "20 cells hold an error" in reading.sentences


def test_the_article_numbers_of_a_real_old_workbook_keep_their_zeros() -> None:
    reading = read(ExcelSource(), str(shared("hostile/xlsx/poi/46250.xls")), "Item Info", header_row="0")
    assert reading.rows[1].values[2] == "42272-00558"
    assert reading.rows[1].values[4] == "0-42272-00558-1"
    assert "hidden rows are read" in reading.sentences
