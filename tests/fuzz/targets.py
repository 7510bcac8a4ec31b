"""What is fuzzed: functions of bytes that raise only where a parser breaks its promise."""

from __future__ import annotations

import contextlib
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.shared import SHARED
from tui_import.api.errors import SourceError, TuiImportError
from tui_import.api.source import Source

Target = Callable[[bytes], None]
MOST_ROWS = 2_000
SEED_BYTES = 6_000
"""Larger files are cut: small inputs are what a fuzzer learns from."""
_folder = tempfile.TemporaryDirectory(prefix="tui-import-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)


def _file(data: bytes, name: str) -> Path:
    path = Path(_folder.name) / name
    path.write_bytes(data)
    return path


def _read(source: Source, data: bytes, name: str) -> None:
    """Read all tables; whatever is no table is said in a `SourceError`, and rows are as wide as the columns or wider."""
    with contextlib.suppress(SourceError):
        for table in source.open(str(_file(data, name)), {}):
            table.peek()
            columns = table.columns()
            for count, row in enumerate(table.rows()):
                assert len(row.values) >= len(columns), "a row is short"
                assert all(value is None or isinstance(value, str | int | float | bool) for value in row.values)
                if count > MOST_ROWS:
                    break
            table.findings()


def csv(data: bytes) -> None:
    """Encoding, delimiter, quotes, heading and records of a text."""
    from tui_import_csv.source import CsvSource

    _read(CsvSource(), data, "fuzz.csv")


def outlook_csv(data: bytes) -> None:
    """Outlook's exports in its languages."""
    from tui_import_outlook.source import OutlookSource

    if not data.startswith((b"!BDN", b"\xd0\xcf\x11\xe0")):  # those are read by a child: see `msg`
        _read(OutlookSource(), data, "fuzz.csv")


def vcard(data: bytes) -> None:
    """Cards of any version: whatever the bytes are, reading does not raise."""
    from tui_import.api.vcard import CardReader, LeftOut, Sheet, contact

    reader, left_out, sheet = CardReader(io.BytesIO(data)), LeftOut(), Sheet()
    for count, card in enumerate(reader):
        found = contact(card)
        if not left_out.takes(found, count):
            sheet.row(card.line, found)
        if count > MOST_ROWS:
            break
    left_out.add_notes(reader.notes, 1, "")
    left_out.findings()


def msg(data: bytes) -> None:
    """Saved items, as the reading child sees them: a damaged one is noted as such."""
    from tui_import_outlook.worker import main as worker
    from tui_import_outlook.worker.found import Contact, Damaged, List, Other
    from tui_import_outlook.worker.msg import items

    path = _file(data, "fuzz.msg")
    for item in items(str(path)):
        assert isinstance(item, Contact | Damaged | List | Other)
    list(worker.run({"do": "look", "kind": "msg", "path": str(path)}))
    list(worker.run({"do": "read", "kind": "msg", "path": str(path), "folders": [0]}))


def recipe(data: bytes) -> None:
    """Recipes: what is read is written and read again as the same."""
    from tui_import.config.recipes import dump_recipe, parse_recipe

    try:
        found = parse_recipe(data.decode("utf-8", "replace"))
    except TuiImportError:
        return
    assert parse_recipe(dump_recipe(found)) == found


_PARTS = (
    "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml",
    "[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels",
)  # fmt: skip


def decisions(data: bytes) -> None:
    """A decision workbook that came back: one of its parts (by the first byte) is what the fuzzer says, or the whole file is."""
    from tui_import.output.decisions import read_questions

    if not data:
        return
    place, content = data[0] % (len(_PARTS) + 1), data[1:]
    if place < len(_PARTS):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, part in _decision_parts().items():
                archive.writestr(name, content if name == _PARTS[place] else part)
        content = made.getvalue()
    with contextlib.suppress(SourceError):
        read_questions(_file(content, "fuzz.xlsx"))


def _decision_parts() -> Mapping[str, bytes]:
    if not _made:
        from tui_import.output.decisions import Choices, Question, write_questions

        path = Path(_folder.name) / "decisions.xlsx"
        pairs = [Question(f'["company", {row}, 1, 0]', "state", ("Alfa", "Beta")) for row in range(3)]
        write_questions(path, pairs, ["Decision", "Action", "One", "Other"], Choices(["same"], ["merge"]), "draft", "secret", "now")
        with zipfile.ZipFile(path) as archive:
            _made.update({name: archive.read(name) for name in archive.namelist()})
    return _made


_made: dict[str, bytes] = {}


def formulas(data: bytes) -> None:
    """The guard against formulas is always taken away again, and nothing guarded runs."""
    from tui_import.api.formulas import guard, may_be_guarded, unguard

    text = data.decode("utf-8", "replace")
    guarded = guard(text)
    assert unguard(guarded) == text
    assert guarded == text or may_be_guarded(guarded)
    assert not guarded.lstrip().startswith(("=", "@"))


def display(data: bytes) -> None:
    """The door to the screen: what comes out is printable, and stays as it is when it comes again."""
    from tui_import.model.text import safe

    shown = safe(data.decode("utf-8", "surrogateescape"))
    assert safe(shown) == shown
    shown.encode("utf-8")
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown)


TARGETS: Mapping[str, Target] = {
    "csv": csv, "outlook_csv": outlook_csv, "vcard": vcard, "msg": msg, "recipe": recipe, "decisions": decisions, "formulas": formulas,
    "display": display,
}  # fmt: skip
_SEEDS: Mapping[str, tuple[str, ...]] = {
    "csv": ("hostile/csv/**/*.csv", "samples/csv_messy/**/*"),
    "outlook_csv": ("samples/outlook_csv/**/*.csv", "samples/outlook_csv/**/*.CSV"),
    "vcard": ("samples/vcard/**/*.vcf",),
    "msg": ("hostile/msg/**/*.msg", "samples/pst_msg/**/*.msg"),
    "recipe": ("recipes/**/*.toml",),
    "display": ("hostile/terminal/**/*",),
}


def seeds(target: str) -> Iterator[bytes]:
    """What to begin with: shared files, where they are here, and what the program writes itself."""
    if target == "decisions":
        yield from (bytes([place]) + _decision_parts().get(name, b"") for place, name in enumerate(_PARTS))
    if target == "recipe":
        from tui_import.config.recipes import dump_recipe
        from tui_import.model.settings import Recipe

        yield dump_recipe(Recipe(source="csv")).encode()
    whole = target == "msg"  # a container that is cut is none
    for pattern in _SEEDS.get(target, ()):
        for path in sorted(SHARED.glob(pattern)):
            if path.is_file() and (not whole or path.stat().st_size < 100_000):
                yield path.read_bytes() if whole else path.read_bytes()[:SEED_BYTES]
