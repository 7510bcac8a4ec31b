"""Files that attack memory and time, made when they are needed: each is small to write, or sparse, and would be large to read."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tests.hostile.runner import Outcome, read_all
from tests.plugins.workbooks import ods, xlsx

MEGABYTE = 1 << 20
Maker = Callable[[Path], Path]


def _text(name: str, *pieces: tuple[str | bytes, int], end: str = "") -> Maker:
    """A file of pieces, each repeated so many times."""

    def make(folder: Path) -> Path:
        path = folder / name
        with path.open("wb") as stream:
            for piece, times in pieces:
                block = piece.encode() if isinstance(piece, str) else piece
                many = max(1, MEGABYTE // len(block))
                for _turn in range(times // many):
                    stream.write(block * many)
                stream.write(block * (times % many))
            stream.write(end.encode())
        return path

    return make


def _sparse(name: str, size: int) -> Maker:
    def make(folder: Path) -> Path:
        path = folder / name
        path.touch()
        with path.open("r+b") as stream:
            stream.truncate(size)
        return path

    return make


def _workbook(name: str, rows: str, *, before: str = "", strings: str = "") -> Maker:
    return lambda folder: xlsx(folder / name, rows, before=before, strings=strings)


def _swelling(folder: Path) -> Path:
    """A sheet of 150 MB of blanks in a cell, packed to a megabyte."""
    path = _workbook("swelling.xlsx", "")(folder)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if not name.endswith("sheet1.xml"):
                archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            start, end = parts["xl/worksheets/sheet1.xml"].split(b"</sheetData>")
            stream.write(start + b'<row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _turn in range(150):
                stream.write(b" " * MEGABYTE)
            stream.write(b"</t></is></c></row></sheetData>" + end)
    return path


def _renamed(name: str, content: bytes) -> Maker:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def _encrypted(folder: Path) -> Path:
    import msoffcrypto
    from msoffcrypto.format.ooxml import OOXMLFile

    plain, path = xlsx(folder / "plain.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>'), folder / "encrypted.xlsx"
    assert msoffcrypto
    with plain.open("rb") as stream, path.open("wb") as target:
        OOXMLFile(stream).encrypt("secret", target)
    plain.unlink()
    return path


def _truncated(folder: Path) -> Path:
    path = xlsx(folder / "truncated.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>' * 500)
    path.write_bytes(path.read_bytes()[:-300])
    return path


def _wide(row: int) -> str:
    return f'<row r="{row}"><c r="A{row}"><v>1</v></c><c r="XFD{row}"><v>1</v></c></row>'


_CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
_ALFA = '<row r="1"><c r="A1" t="str"><v>Company name</v></c></row><row r="2"><c r="A2" t="str"><v>Alfa</v></c></row>'
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
_BOMB = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY e0 "ha">{_ENTITIES}]><sst><si><t>&e9;</t></si></sst>'

MADE: Mapping[str, Maker] = {
    # text
    "a line of 1 GB": _sparse("line.csv", 1 << 30),
    "a line of 40 MB": _text("long.csv", ("Company name;City\n", 1), ("x", 40 * MEGABYTE), end=";y\n"),
    "60 million cells in a line": _text("wide.csv", ("a,b\n", 1), (",", 60 * MEGABYTE)),
    "20 million cells in a line": _text("comma.csv", ("Company name,City\n", 1), (",", 20 * MEGABYTE), end="\nA,B\n"),
    "a cell of 26 MB that never ends": _text("cell.csv", ('Company name;City\nAlfa;"', 1), ("lines and lines " * 125 + "\n", 13_000)),
    "quotation marks without end": _text("quotes.csv", ("Company name;City\n", 1), ('"', 5_000_001), end="\n"),
    "quotes in quotes": _text("nested.csv", ("Company name;City\n", 1), ('"a;""b"";"', 400_000), end="\n"),
    "runaways": _text("runaways.csv", ("Company name;City\n", 1), ('a;"b\n', 30_000)),
    "NULs everywhere": _text("nul.csv", ("Company name;City\n", 1), (b"A\0l\0f\0a;\0\0\n", 20_000)),
    "lone surrogates": _text("surrogates.csv", ("Company name;City\n", 1), (b"A\xed\xa0\x80;\xed\xbf\xbf\n", 20_000)),
    "1,001 columns": _text("columns.csv", ("a,", 1000), end="a\n"),
    "a pile of marks": _text("zalgo.csv", ("Company name;City\nZ", 1), ("\u0301", 300_000), end=";x\n"),
    # address books
    "a card of one line of 64 MB": _text("line.vcf", ("BEGIN:VCARD\nVERSION:3.0\nFN:", 1), ("x", 64 * MEGABYTE), end="\nEND:VCARD\n"),
    "a picture of 23 MB": _text(
        "photo.vcf", ("BEGIN:VCARD\nVERSION:3.0\nFN:Anna Holm\nPHOTO;ENCODING=b:", 1), ("eHh4" * 19 + "\n ", 300_000),
        end="\nEND:VCARD\n",
    ),
    "cards that never end": _text("nested.vcf", ("BEGIN:VCARD\n", 20_000)),
    "properties without end": _text("many.vcf", ("BEGIN:VCARD\nVERSION:3.0\nFN:Anna\n", 1), ("TEL:1\n", 100_000), end="END:VCARD\n"),
    "a note folded without end": _text("folded.vcf", ("BEGIN:VCARD\nFN:A B\nNOTE:x", 1), ("\n y", 200_000), end="\nEND:VCARD\n"),
    "an item that is only a header": _renamed("item.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 504),
    "an item whose chain bites its tail": _renamed(
        "chain.msg",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00" + bytes(10)
        + b"\x01\0\0\0\0\0\0\0\0\0\0\0\x00\x10\0\0\0\0\0\0\0\0\0\0\xfe\xff\xff\xff\0\0\0\0" + bytes(436) + bytes(4096),
    ),
    # workbooks
    "a sheet that swells to 150 MB": _swelling,
    "two cells in opposite corners": _workbook("corner.xlsx", _CORNERS),
    "16,384 columns": _workbook("wide.xlsx", "".join(map(_wide, range(1, 400)))),
    "a dimension that lies": _workbook("dimension.xlsx", _ALFA, before='<dimension ref="A1:XFD1048576"/>'),
    "entities that multiply": _workbook("entities.xlsx", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=_BOMB),
    "a lone surrogate in XML": _workbook("surrogate.xlsx", '<row r="1"><c r="A1" t="inlineStr"><is><t>&#xD800;</t></is></c></row>'),
    "billions of cells in an ods": lambda folder: ods(
        folder / "repeated.ods",
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"'
        ' office:value-type="float" office:value="1"/></table:table-row>',
    ),
    "an encrypted workbook": _encrypted,
    "a truncated workbook": _truncated,
    # other than they are called
    "a picture that is called xlsx": _renamed("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(2000)),
    "a text that is called xlsx": _renamed("text.xlsx", b"Company name;City\nAlfa;Oslo\n"),
    "a workbook that is called csv": lambda folder: _workbook("book.xlsx", "")(folder).rename(folder / "book.csv"),
    "a program that is called csv": _renamed("program.csv", b"\x7fELF" + bytes(range(256)) * 40),
    "a packed file that is called csv": _renamed("packed.csv", b"\x1f\x8b\x08" + bytes(100)),
    "a text that is called vcf": _renamed("text.vcf", b"Company name;City\nAlfa;Oslo\n"),
    "a text that is called msg": _renamed("text.msg", b"Company name;City\nAlfa;Oslo\n"),
}  # fmt: skip
"""What it attacks with → who makes it in a folder."""


def read_made(names: Iterable[str]) -> list[Outcome]:
    """What becomes of these files; they are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tui-import-made-") as folder:
        paths = []
        for place, name in enumerate(names):
            own = Path(folder) / str(place)
            own.mkdir()
            paths.append(MADE[name](own))
        return read_all(paths)
