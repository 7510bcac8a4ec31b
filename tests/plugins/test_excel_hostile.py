"""A bad workbook costs one sentence: never the program, its memory, its time or a process left behind."""

from __future__ import annotations

import gc
import marshal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tui_import_excel import child, sheet
from tui_import_excel.child import Child
from tui_import_excel.source import ExcelSource
from tui_import_excel.worker import container, wire

from tests.plugins.reading import read
from tests.plugins.workbooks import MAIN, ods, xlsx
from tui_import.api import SourceError


def refused(path: Path) -> SourceError:
    with pytest.raises(SourceError) as error:
        read(ExcelSource(), str(path))
    assert error.value.where.file == str(path)
    assert error.value.hint or "made to swell" in error.value.message or "parts" in error.value.message
    return error.value


def cell(place: str, value: object = 1) -> str:
    return f'<c r="{place}"><v>{value}</v></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


# -- workbooks that make calamine abort its process, or worse


def test_two_cells_in_opposite_corners_are_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "corners.xlsx", row(1, cell("A1")) + row(1048576, cell("XFD1048576")))
    assert "memory" in refused(path).message


def test_a_row_number_beyond_any_sheet_is_refused(tmp_path: Path) -> None:
    assert "memory" in refused(xlsx(tmp_path / "far.xlsx", row(1, cell("A1")) + row(4_000_000_000, cell("A4000000000")))).message


def test_a_lie_about_the_number_of_strings_is_refused(tmp_path: Path) -> None:
    strings = f'<sst xmlns="{MAIN}" count="4000000000" uniqueCount="4000000000"><si><t>x</t></si></sst>'
    assert "memory" in refused(xlsx(tmp_path / "lie.xlsx", row(1, '<c r="A1" t="s"><v>0</v></c>'), strings=strings)).message


def test_an_ods_of_billions_of_cells_is_refused(tmp_path: Path) -> None:
    wide = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    path = ods(tmp_path / "wide.ods", f'<table:table-row table:number-rows-repeated="1048576">{wide}</table:table-row>')
    assert "memory" in refused(path).message


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    strings = f'{entities}<sst xmlns="{MAIN}"><si><t>&b;</t></si></sst>'
    assert "damaged" in refused(xlsx(tmp_path / "entities.xlsx", row(1, '<c r="A1" t="s"><v>0</v></c>'), strings=strings)).message


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch) -> None:
    path = xlsx(tmp_path / "swell.xlsx", row(1) * 2_000_000)
    with zipfile.ZipFile(path) as archive:
        monkeypatch.setattr(container, "SUSPICIOUS_PART", 1 << 20)
        monkeypatch.setattr(container, "SUSPICIOUS_RATIO", 100)
        with pytest.raises(container.RefusedError) as error:
            container._check_parts(archive)
    assert (error.value.code, error.value.detail.isdigit()) == ("bomb", True)


def test_too_many_parts_and_too_much_to_unpack_are_refused(tmp_path: Path, monkeypatch) -> None:
    with zipfile.ZipFile(xlsx(tmp_path / "plain.xlsx", row(1))) as archive:
        monkeypatch.setattr(container, "MOST_PARTS", 3)
        with pytest.raises(container.RefusedError, match="parts"):
            container._check_parts(archive)
        monkeypatch.setattr(container, "MOST_PARTS", 100)
        monkeypatch.setattr(container, "MOST_UNPACKED", 100)
        with pytest.raises(container.RefusedError, match="unpacked"):
            container._check_parts(archive)


def test_a_bad_value_in_one_cell_says_so(tmp_path: Path) -> None:
    assert "damaged" in refused(xlsx(tmp_path / "bad.xlsx", row(1, '<c r="A1" t="b"><v>maybe</v></c>'))).message


def test_rows_out_of_order_come_in_order(tmp_path: Path) -> None:
    reading = read(ExcelSource(), str(xlsx(tmp_path / "order.xlsx", row(3, cell("A3", 3)) + row(1, cell("A1", 1)))), header_row=0)
    assert [(each.number, each.values[0]) for each in reading.rows] == [(1, 1), (3, 3)]


def test_a_dimension_that_is_too_small_hides_nothing(tmp_path: Path) -> None:
    rows = "".join(row(number, cell(f"A{number}", number)) for number in range(1, 5))
    reading = read(ExcelSource(), str(xlsx(tmp_path / "small.xlsx", rows, before='<dimension ref="A1:A1"/>')), header_row=0)
    assert len(reading.rows) == 4


@pytest.mark.parametrize("size", [5, 100, 700, 1500])
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, size: int) -> None:
    whole = xlsx(tmp_path / "whole.xlsx", row(1, cell("A1")))
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole.read_bytes()[:size])
    refused(path)


# -- files that are something else


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html><table><tr><td>Acme</td></tr></table></html>", "web page"),
        (b"\n<!DOCTYPE HTML><table>", "web page"),
        (b"Name;City\nAcme;Oslo\n", "text file"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "Excel 2003"),
        (b'<?xml version="1.0"?><office:document office:mimetype="x">', "flat XML"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
    ],
)
def test_what_is_called_xls_and_is_none_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "export.xls"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=words):
        read(ExcelSource(), str(path))


def test_an_xlsx_that_is_called_xls_is_read(tmp_path: Path) -> None:
    assert read(ExcelSource(), str(xlsx(tmp_path / "export.xls", row(1, cell("A1", 7)))), header_row=0).values == [[7]]


def test_an_archive_or_a_letter_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "letter.xlsx"
    for part in ("readme.txt", "word/document.xml"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(part, "x")
            if part.startswith("word"):
                archive.writestr("[Content_Types].xml", "x")
        assert refused(path).message == "It is not a workbook."


def test_a_folder_is_one_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path).message == "It is a folder."


def test_a_file_that_goes_away_is_one_sentence(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "gone.xlsx", row(1, cell("A1")))
    [table] = ExcelSource().open(str(path), {})
    path.unlink()
    with pytest.raises(SourceError, match="cannot be read"):
        table.peek()
    with pytest.raises(container.RefusedError, match="unreadable"):
        container.open_container(str(path), "")


# -- the child


@pytest.fixture
def plain(tmp_path: Path) -> str:
    return str(xlsx(tmp_path / "plain.xlsx", "".join(row(number, cell(f"A{number}", number)) for number in range(1, 50_000))))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> str:
    """More rows than fit into the pipe and what is read ahead, so that the child is still at work when a test looks."""
    path = tmp_path_factory.mktemp("long") / "long.xlsx"
    return str(xlsx(path, "".join(row(number, cell(f"A{number}", number)) for number in range(1, 500_000))))


@pytest.fixture
def fake(monkeypatch) -> Callable[[str], None]:
    """Puts a program in the place of the child."""

    def replace(code: str) -> None:
        start = f"import sys, os, struct, marshal, time\nsys.path.append({str(Path(wire.__file__).parents[2])!r})\nsys.stdin.read()\n"
        monkeypatch.setattr(
            child,
            "_start",
            lambda: subprocess.Popen([sys.executable, "-c", start + code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0),
        )

    return replace


def rows_of(path: str) -> list[object]:
    return list(sheet.Reading(path, path, "Data", "").lines())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os.abort()", "memory"),
        ("os.kill(os.getpid(), 9)", "longer"),
        ("os.kill(os.getpid(), 24)", "longer"),
        ("os.kill(os.getpid(), 11)", "made its reader stop"),
        ("os._exit(3)", "made its reader stop"),
        ("os.write(1, b'abc')", "made its reader stop"),
        ("os.write(1, struct.pack('<I', 1 << 31))", "made its reader stop"),
        ("os.write(1, struct.pack('<I', 4) + b'\\0\\1\\2\\3')", "made its reader stop"),
        ("d = marshal.dumps(compile('1', 'x', 'eval')); os.write(1, struct.pack('<I', len(d)) + d)", "made its reader stop"),
        ("d = marshal.dumps(('rows', 5)); os.write(1, struct.pack('<I', len(d)) + d)", "made its reader stop"),
        ("d = marshal.dumps(('error', 5)); os.write(1, struct.pack('<I', len(d)) + d)", "made its reader stop"),
        ("d = marshal.dumps(('error', ('no such code', ''))); os.write(1, struct.pack('<I', len(d)) + d)", "damaged"),
    ],
)
def test_a_child_that_dies_or_lies_is_a_sentence(plain: str, fake, code: str, words: str) -> None:
    fake(code)
    with pytest.raises(SourceError, match=words):
        rows_of(plain)


@pytest.mark.parametrize(
    "block",
    ["5", "([1], [], [[1], [2, 3]], [])", "([1], [], [[1]], [(9, 9, (2024, 1, 1))])", "([1], [], [[1]], [(0, 0, (2024, 99, 1))])"],
)
def test_a_block_of_another_shape_is_a_sentence(plain: str, fake, block: str) -> None:
    fake(f"for m in (('start', {{}}), ('rows', {block})):\n d = marshal.dumps(m); sys.stdout.buffer.write(struct.pack('<I', len(d)) + d)\n")
    with pytest.raises(SourceError, match="made its reader stop"):
        rows_of(plain)


def test_a_child_that_hangs_is_ended(plain: str, fake, monkeypatch) -> None:
    fake("time.sleep(600)")
    monkeypatch.setattr(child, "WALL", 0.001)
    with pytest.raises(SourceError, match="longer"):
        rows_of(plain)


def test_a_child_ends_at_once_when_reading_stops(long: str) -> None:
    reading = sheet.Reading(long, long, "Data", "")
    lines = reading.lines()
    next(lines)
    process = reading._child._process
    assert process.poll() is None
    reading.close()
    assert process.returncode is not None
    assert process.stdout is not None
    assert process.stdout.closed


def test_stopping_the_rows_of_a_table_ends_its_child(long: str) -> None:
    [table] = ExcelSource().open(long, {})
    rows = table.rows()
    next(rows)
    [process] = [each._process for each in gc.get_objects() if isinstance(each, Child) and each._process.poll() is None]
    rows.close()  # type: ignore[attr-defined]
    assert process.returncode is not None


def test_a_table_that_is_forgotten_leaves_no_child(long: str) -> None:
    [table] = ExcelSource().open(long, {})
    table.peek()
    process = table._ahead[0]._child._process  # type: ignore[attr-defined]
    assert process.poll() is None
    del table
    gc.collect()
    assert process.returncode is not None


def test_the_child_has_limits_of_memory_and_time(plain: str) -> None:
    code = (
        "import sys, resource; sys.path.append(sys.argv[1]);"
        "from tui_import_excel.worker.main import limit; limit(3 << 30, 77);"
        "print([resource.getrlimit(each)[0] for each in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)])"
    )
    folder = str(Path(wire.__file__).parents[2])
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    out = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True, env=environment).stdout
    assert out.strip() == str([3 << 30, 77, 0])


def test_the_child_loads_neither_the_program_nor_its_plugin(plain: str) -> None:
    code = child._program().replace("main()", 'print(sorted(name for name in sys.modules if name.startswith("tui_import")))')
    out = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True).stdout
    assert "tui_import_excel.worker.main" in out
    assert "tui_import_excel.source" not in out
    assert "'tui_import'" not in out


def test_messages_name_no_code_to_run() -> None:
    with pytest.raises(ValueError, match="not a message"):
        wire.receive(marshal.dumps(compile("1", "x", "eval")))
    with pytest.raises(ValueError, match="not a message"):
        wire.receive(b"c" + b"\xff" * 20)
