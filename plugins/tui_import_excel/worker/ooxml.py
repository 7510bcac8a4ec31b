"""What an xlsx says beside its values: sheets and their parts, padding number formats, errors, hidden rows, comments.

The XML of a sheet is scanned as bytes, in pieces and in step with the rows, and only where a piece holds something of interest at all.
"""

from __future__ import annotations

import posixpath
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tui_import_excel.worker.numbers import pads

CHUNK = 1 << 20
MOST_AHEAD = 50_000
"""Marked rows that are kept before the values arrive."""
LARGEST_PART = 64 << 20
"""Bytes of a part that is parsed as a whole (styles, comments, workbook)."""

_ROW = rb"""<(?:\w+:)?row\b"""
_CELL = rb"""<(?:\w+:)?c\b"""
_NUMBER = rb"""[^>]*?\br=["'](\d+)["']"""
_AT = rb"""[^>]*?\br=["']([A-Z]+)(\d+)["']"""
_HIDDEN = rb"""(?=[^>]*\bhidden=["'](?:1|true)["'])"""
_FORMULA_INSIDE = rb"""<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"""
_VALUE = rb"""<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)"""

_NUMBERED = re.compile(_ROW + _NUMBER)
_HIDDEN_ROW = re.compile(_ROW + _HIDDEN + _NUMBER)
_HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col\b""" + _HIDDEN + rb"""([^>]*)>""")
_ERROR = re.compile(_CELL + rb"""(?=[^>]*\bt=["']e["'])""" + _AT + rb"""[^>]*>\s*(?:""" + _FORMULA_INSIDE + rb""")?""" + _VALUE)
_FORMULA = re.compile(_CELL + rb"""([^>]*)>\s*""" + _FORMULA_INSIDE + rb"""(?:""" + _VALUE + rb""")?""")
_PLACE = re.compile(rb"""\br=["']([A-Z]+)(\d+)["']""")
_TEXT_RESULT = re.compile(rb"""\bt=["']str["']""")
_LIMITS = re.compile(rb"""\b(min|max)=["'](\d+)["']""")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    visible: bool
    part: str
    """Name of its part in the archive; empty where it is not known."""


@dataclass(slots=True)
class Marks:
    """What one row has beside its values."""

    hidden: bool = False
    formats: list[tuple[int, str]] = field(default_factory=list)
    """(column, number format) of cells with a format that pads."""
    errors: list[tuple[int, str]] = field(default_factory=list)
    """(column, "#N/A")."""
    texts: list[tuple[int, str]] = field(default_factory=list)
    """(column, what it shows) of numbers that show leading zeros."""
    formulas: list[int] = field(default_factory=list)
    """Columns of formulas whose result is not in the file."""


def sheets(archive: zipfile.ZipFile) -> list[Sheet]:
    """The worksheets in their order; empty where the archive is not laid out as an xlsx."""
    try:
        root = _parse(archive, "_rels/.rels")
        main = next((_target("", link) for link in root if str(link.get("Type", "")).endswith("/officeDocument")), "xl/workbook.xml")
        folder, name = posixpath.split(main)
        links = {link.get("Id"): link for link in _parse(archive, f"{folder}/_rels/{name}.rels")}
        book = _parse(archive, main)
    except (KeyError, ValueError, SyntaxError):
        return []
    found = []
    for element in book.iter():
        if _local(element.tag) != "sheet":
            continue
        key = next((value for name, value in element.attrib.items() if _local(name) == "id"), "")
        link = links.get(key)
        if link is not None and str(link.get("Type", "")).endswith("/worksheet"):
            found.append(Sheet(element.get("name", ""), element.get("state", "visible") == "visible", _target(folder, link)))
    return found


def padding_styles(archive: zipfile.ZipFile, book: str = "xl/styles.xml") -> dict[int, str]:
    """Number of each cell style with a padding number format → the format."""
    try:
        root = _parse(archive, book)
    except (KeyError, ValueError, SyntaxError):
        return {}
    codes: dict[str, str] = {}
    styles: dict[int, str] = {}
    for element in root:
        if _local(element.tag) == "numFmts":
            codes = {item.get("numFmtId", ""): item.get("formatCode", "") for item in element}
        elif _local(element.tag) == "cellXfs":
            for number, item in enumerate(element):
                code = codes.get(item.get("numFmtId", ""), "")
                if code and pads(code):
                    styles[number] = code
    return styles


def comments(archive: zipfile.ZipFile, part: str) -> dict[tuple[int, int], str]:
    """(row, column from 0) → text of the comments of a sheet."""
    folder, name = posixpath.split(part)
    found: dict[tuple[int, int], str] = {}
    try:
        links = _parse(archive, f"{folder}/_rels/{name}.rels")
        for link in links:
            if str(link.get("Type", "")).endswith("/comments"):
                for element in _parse(archive, _target(folder, link)).iter():
                    place = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", element.get("ref", "")) if _local(element.tag) == "comment" else None
                    if place:
                        texts = [piece.text or "" for piece in element.iter() if _local(piece.tag) == "t"]
                        found[(int(place[2]), column_number(place[1].encode()))] = " ".join("".join(texts).split())
    except (KeyError, ValueError, SyntaxError):
        pass
    return found


def column_number(letters: bytes) -> int:
    """Column from 0 of "A", "AB" …"""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


class PieceScan:
    """The marks of a sheet's rows, asked for in growing order; the XML comes in pieces that end with a row."""

    _pieces: Iterator[bytes]

    def __init__(self) -> None:
        self._marks: dict[int, Marks] = {}
        self._reached = 0
        """The last row looked at."""

    def rows(self, first: int, last: int) -> dict[int, Marks]:
        """The rows from ``first`` to ``last`` that have something."""
        while self._reached < last:
            piece = next(self._pieces, None)
            if piece is None:
                self._reached = 1 << 62
            else:
                self._look(piece)
        if not self._marks:
            return {}
        return {number: self._marks.pop(number) for number in range(first, last + 1) if number in self._marks}

    def ahead(self, stop: threading.Event) -> None:
        """Look at the sheet until told to stop, in a thread beside the loading of the values."""
        while not stop.is_set() and len(self._marks) < MOST_AHEAD and (piece := next(self._pieces, None)) is not None:
            self._look(piece)

    def _look(self, piece: bytes) -> None:
        """Note the marks of the rows in a piece, and how far it reaches."""
        raise NotImplementedError


class Scan(PieceScan):
    """`PieceScan` of an xlsx sheet."""

    def __init__(self, archive: zipfile.ZipFile, part: str, styles: dict[int, str]) -> None:
        self._styles = styles
        ids = b"|".join(str(number).encode() for number in styles)
        self._padded = re.compile(_CELL + rb"""(?=[^>]*\bs=["'](""" + ids + rb""")["'])""" + _AT) if styles else None
        super().__init__()
        self._pieces = self._read(archive, part)
        self._prefixed = False
        self.hidden_columns: list[int] = []

    def _read(self, archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
        """The sheet's XML in pieces that end with a row."""
        rest = b""
        with archive.open(part) as file:
            while chunk := file.read(CHUNK):
                self._prefixed = self._prefixed or b":worksheet" in chunk
                piece = rest + chunk
                end = piece.rfind(b"row>") + 4
                if end > 3:
                    yield piece[:end]
                    rest = piece[end:]
                else:
                    rest = piece
        yield rest

    def _look(self, piece: bytes) -> None:
        numbers = _NUMBERED.findall(piece, max(0, piece.rfind(b"row ") - 64)) or _NUMBERED.findall(piece)
        if numbers:
            self._reached = max(self._reached, int(numbers[-1]))
        if b"hidden=" in piece:
            for found in _HIDDEN_ROW.finditer(piece):
                self._at(found[1]).hidden = True
            for found in _HIDDEN_COLUMN.finditer(piece):
                limits = {name: int(value) for name, value in _LIMITS.findall(found[1])}
                self.hidden_columns += range(limits.get(b"min", 1) - 1, min(limits.get(b"max", 0), 16384))
        if b't="e"' in piece or (b"'" in piece and b"t='e'" in piece):
            for found in _ERROR.finditer(piece):
                self._at(found[2]).errors.append((column_number(found[1]), found[3].decode("utf-8", "replace")))
        if (b":f" if self._prefixed else b"<f") in piece:
            self._formulas(piece)
        if self._padded:
            for found in self._padded.finditer(piece):
                self._at(found[3]).formats.append((column_number(found[2]), self._styles[int(found[1])]))

    def _formulas(self, piece: bytes) -> None:
        for found in _FORMULA.finditer(piece):
            place = None if found[2] or _TEXT_RESULT.search(found[1]) else _PLACE.search(found[1])
            if place:
                self._at(place[2]).formulas.append(column_number(place[1]))

    def _at(self, row: bytes) -> Marks:
        return self._marks.setdefault(int(row), Marks())


def _parse(archive: zipfile.ZipFile, part: str) -> Any:
    from defusedxml import ElementTree

    with archive.open(part) as file:
        data = file.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise ValueError(part)
    return ElementTree.fromstring(data)


def _target(folder: str, link: Any) -> str:
    target = str(link.get("Target", ""))
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _local(name: str) -> str:
    return name.rpartition("}")[2]
