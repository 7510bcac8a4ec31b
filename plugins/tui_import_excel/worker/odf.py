"""What an ods shows beside its values: errors, whose value is a zero or nothing, leading zeros, hidden rows.

A cell of an ods says both what it is worth and what it shows. Cells have no address in it, so rows and repeats are counted.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator

from tui_import_excel.worker.ooxml import CHUNK, Marks, PieceScan

CONTENT = "content.xml"
MOST_REPEATED = 10_000
"""Repeats of one row that are looked at."""

_TABLE = re.compile(rb"""<table:table\s[^>]*?table:name=(?:"([^"]*)"|'([^']*)')""")
_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL)
_ROWS_REPEATED = re.compile(rb"""table:number-rows-repeated=["'](\d+)["']""")
_COLUMNS_REPEATED = re.compile(rb"""table:number-columns-repeated=["'](\d+)["']""")
_HIDDEN = re.compile(rb"""table:visibility=["'](?:collapse|filter)["']""")
_ERROR = re.compile(rb"""calcext:value-type=["']error["']""")
_ZEROS = re.compile(rb">0\d+</text:p>")
_NOTE = re.compile(rb"<office:annotation\b.*?</office:annotation>", re.DOTALL)
_TEXT = re.compile(rb"<text:p\b[^>]*>(.*?)</text:p>", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_ROW_END = b"</table:table-row>"


class OdfScan(PieceScan):
    """`PieceScan` of a table in a document."""

    hidden_columns: tuple[int, ...] = ()

    def __init__(self, archive: zipfile.ZipFile, table: str) -> None:
        super().__init__()
        self._pieces = self._read(archive, table)

    def _read(self, archive: zipfile.ZipFile, table: str) -> Iterator[bytes]:
        """The XML of the table in pieces that end with a row."""
        inside = False
        rest = b""
        with archive.open(CONTENT) as file:
            while chunk := file.read(CHUNK):
                rest += chunk
                if not inside:
                    start = _start(rest, table)
                    if start < 0:
                        rest = rest[-4096:]  # the name of a table may be cut in two
                        continue
                    inside, rest = True, rest[start:]
                end = rest.find(b"</table:table>")
                if end >= 0:
                    yield rest[:end]
                    return
                cut = rest.rfind(_ROW_END) + len(_ROW_END)
                if cut >= len(_ROW_END):
                    yield rest[:cut]
                    rest = rest[cut:]

    def _look(self, piece: bytes) -> None:
        telling = _ERROR.search(piece) is not None or _ZEROS.search(piece) is not None
        for found in _ROW.finditer(piece):
            times = int(repeated[1]) if (repeated := _ROWS_REPEATED.search(found[1])) else 1
            hidden = _HIDDEN.search(found[1]) is not None
            errors, texts = _cells(found[2] or b"") if telling else ([], [])
            if hidden or errors or texts:
                for number in range(self._reached + 1, self._reached + 1 + min(times, MOST_REPEATED)):
                    self._marks[number] = Marks(hidden, errors=errors, texts=texts)
            self._reached += times


def _start(xml: bytes, table: str) -> int:
    """Where the table of that name begins; -1 where it does not."""
    for found in _TABLE.finditer(xml):
        if html.unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) == table:
            return found.end()
    return -1


def _cells(row: bytes) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """(column, text) of the errors and of the numbers with leading zeros in a row."""
    errors: list[tuple[int, str]] = []
    texts: list[tuple[int, str]] = []
    column = 0
    for found in _CELL.finditer(row):
        times = int(repeated[1]) if (repeated := _COLUMNS_REPEATED.search(found[1])) else 1
        if found[2]:
            wanted = errors if _ERROR.search(found[1]) else texts if _ZEROS.search(found[2]) else None
            shown = _shown(found[2]) if wanted is not None else ""
            if wanted is not None and shown:
                wanted += [(place, shown) for place in range(column, column + min(times, 100))]
        column += times
    return errors, texts


def _shown(cell: bytes) -> str:
    lines = (_TAG.sub(b"", text).decode("utf-8", "replace") for text in _TEXT.findall(_NOTE.sub(b"", cell)))
    return html.unescape("\n".join(lines)).strip()
