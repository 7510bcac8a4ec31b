"""Workbooks: the values that a person sees in the sheet are the values that are imported."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from tui_import_excel.source import ExcelSource
from tui_import_excel.worker import engines

from tests.plugins.reading import Reading, read
from tests.plugins.workbooks import MAIN, ods, xlsx
from tui_import.api import OptionValue, PasswordNeededError, SourceError
from tui_import.api.errors import UsageError
from tui_import.api.testing import check_refuses_missing_file, check_source

Sheet = openpyxl.worksheet.worksheet.Worksheet


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., str]:
    """Makes a workbook with openpyxl; gives its path."""

    def make(*rows: list[object], change: Callable[[openpyxl.Workbook, Sheet], None] | None = None) -> str:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Customers"
        for row in rows:
            sheet.append(row)
        if change:
            change(book, sheet)  # type: ignore[arg-type]
        path = tmp_path / "customers.xlsx"
        book.save(path)
        return str(path)

    return make


def read_excel(path: str, table: str = "", **options: OptionValue) -> Reading:
    return read(ExcelSource(), path, table, **options)


# -- the plain case


def test_a_sheet_is_read_with_its_headings(workbook) -> None:
    reading = read_excel(workbook(["Name", "Zip", "Since"], ["Acme", 150, datetime.date(2020, 5, 17)], ["Søren & Co", 5003, None]))
    assert reading.names == ["Name", "Zip", "Since"]
    assert reading.values == [["Acme", 150, datetime.date(2020, 5, 17)], ["Søren & Co", 5003, None]]
    assert [row.number for row in reading.rows] == [2, 3]
    assert reading.facts == {"sheet": "Customers", "header_row": "1"}
    assert reading.findings == []


def test_the_contract_of_a_source_is_kept(workbook, tmp_path: Path) -> None:
    check_source(ExcelSource(), workbook(["Name", "Zip"], ["Acme", 150], ["Umbrella", 5003]))
    check_refuses_missing_file(ExcelSource(), tmp_path)


def test_a_look_and_a_full_read_start_one_child_only(workbook, monkeypatch) -> None:
    from tui_import_excel import sheet

    started = []
    real = sheet.Child

    def counted(*arguments: str) -> object:
        started.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(sheet, "Child", counted)
    [table] = ExcelSource().open(workbook(["Name"], *[[f"Firm {number}"] for number in range(3000)]), {})
    assert len(table.peek(5).rows) == 5
    assert sum(1 for _row in table.rows()) == 3000
    assert len(started) == 1
    assert sum(1 for _row in table.rows()) == 3000
    assert len(started) == 2


def test_a_file_saved_after_the_look_is_read_anew(workbook) -> None:
    [table] = ExcelSource().open(workbook(["Name"], ["Acme"], ["Umbrella"]), {})
    table.peek()
    workbook(["Name"], ["Initech"], ["Umbrella"], ["Hooli"])
    assert [row.values[0] for row in table.rows()] == ["Initech", "Umbrella", "Hooli"]


# -- trap (b): every number is a floating point number


def test_a_phone_number_typed_as_a_number_has_no_point_zero(workbook) -> None:
    reading = read_excel(workbook(["Name", "Phone", "Price"], ["Acme", 23354000, 12.5], ["Umbrella", 4512345678, 100.0]))
    assert reading.values == [["Acme", 23354000, 12.5], ["Umbrella", 4512345678, 100]]
    assert [type(row[1]) for row in reading.values] == [int, int]


def test_yes_and_no_stay_truth_values(workbook) -> None:
    assert read_excel(workbook(["Name", "Active"], ["Acme", True], ["Umbrella", False])).values == [["Acme", True], ["Umbrella", False]]


# -- trap (c): errors


def test_an_error_cell_keeps_its_text_and_is_told(workbook) -> None:
    reading = read_excel(workbook(["Name", "VAT"], ["Acme", "#N/A"], ["Umbrella", "#REF!"], ["Initech", "12345678"]))
    assert reading.values == [["Acme", "#N/A"], ["Umbrella", "#REF!"], ["Initech", "12345678"]]
    assert "2 cells hold an error" in reading.sentences


def test_an_error_that_a_formula_gave_keeps_its_text(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "e.xlsx", '<row r="1"><c r="A1" t="str"><v>x</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>')
    assert read_excel(str(path), header_row="0").values == [["x", "#DIV/0!"]]


# -- trap (d): formulas without a result


def test_a_formula_without_a_result_is_empty_and_told_by_column(workbook) -> None:
    reading = read_excel(workbook(["Name", "Total", "Note"], ["Acme", "=1+1", "a"], ["Umbrella", "=SUM(1,2)", "b"]))
    assert reading.values == [["Acme", None, "a"], ["Umbrella", None, "b"]]
    assert "2 formulas have no result in the file" in reading.sentences
    assert "(Total)" in reading.sentences


def test_a_formula_with_a_result_is_its_result_and_no_matter(tmp_path: Path) -> None:
    row = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>""</f><v></v></c><c r="C1" t="b"><f>TRUE()</f><v>1</v></c></row>'
    reading = read_excel(str(xlsx(tmp_path / "f.xlsx", row)), header_row="0")
    assert reading.values == [[2, None, True]]
    assert reading.findings == []


# -- trap (e): dates and times


def test_dates_times_and_durations_are_what_they_are(workbook) -> None:
    row = [
        datetime.datetime(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 13, 45),
        datetime.time(8, 30),
        datetime.timedelta(hours=27, minutes=5, seconds=9),
    ]
    reading = read_excel(workbook(["Day", "Moment", "Time", "Duration"], row))
    assert reading.values == [[datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 13, 45), datetime.time(8, 30), "27:05:09"]]


def test_dates_counted_from_1904_are_right(workbook) -> None:
    def from_1904(book: openpyxl.Workbook, _sheet: Sheet) -> None:
        book.epoch = CALENDAR_MAC_1904

    assert read_excel(workbook(["Day"], [datetime.date(2024, 2, 29)], change=from_1904)).values == [[datetime.date(2024, 2, 29)]]


# -- trap (f): what the fast reader does not see


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0000", 150, "0150"),
        ("0000", 15000, "15000"),
        ("[<=9999]0000;General", 167, "0167"),
        ("[<=9999]0000;General", 30301, 30301),
        ("00000", 501, "00501"),
        ('000" "00', 1234, "012 34"),
        ("00\\ 00\\ 00\\ 00", 4123456, "04 12 34 56"),
        ("00000-0000", 21394567, "02139-4567"),
        ("00000000;@", 1234, "00001234"),
        ("0", 7, 7),
        ("0.00", 7, 7),
        ("#,##0.00", 1234, 1234),
        ("00%", 1, 1),
        ("[$-406]0000", 99, "0099"),
    ],
)
def test_leading_zeros_that_a_number_format_shows_are_read(workbook, code: str, value: int, shown: object) -> None:
    def formatted(_book: openpyxl.Workbook, sheet: Sheet) -> None:
        sheet["B2"].number_format = code

    assert read_excel(workbook(["Name", "Zip"], ["Acme", value], change=formatted)).values == [["Acme", shown]]


def test_a_date_is_not_taken_for_a_padded_number(workbook) -> None:
    def formatted(_book: openpyxl.Workbook, sheet: Sheet) -> None:
        sheet["A2"].number_format = "dd-mm-yyyy"

    assert read_excel(workbook(["Day"], [datetime.date(2024, 5, 1)], change=formatted)).values == [[datetime.date(2024, 5, 1)]]


def _hide_rows(_book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True


def test_hidden_rows_are_read_and_counted(workbook) -> None:
    reading = read_excel(workbook(["Name", "Note"], ["Acme", "a"], ["Umbrella", "b"], ["Initech", "c"], change=_hide_rows))
    assert [row[0] for row in reading.values] == ["Acme", "Umbrella", "Initech"]
    assert "1 hidden row is read, too." in reading.sentences
    assert "Hidden columns are read, too: Note." in reading.sentences


@pytest.mark.parametrize("chosen", [False, "false", "no"])
def test_hidden_rows_are_left_out_on_demand(workbook, chosen: object) -> None:
    path = workbook(["Name", "Note"], ["Acme", "a"], ["Umbrella", "b"], ["Initech", "c"], change=_hide_rows)
    reading = read_excel(path, hidden_rows=chosen)  # type: ignore[arg-type]
    assert [(row.number, row.values[0]) for row in reading.rows] == [(2, "Acme"), (4, "Initech")]
    assert "1 hidden row is left out." in reading.sentences
    with pytest.raises(UsageError, match="perhaps"):
        read_excel(path, hidden_rows="perhaps")


def test_the_comment_of_a_heading_is_shown_with_its_column(workbook) -> None:
    def commented(_book: openpyxl.Workbook, sheet: Sheet) -> None:
        sheet["B1"].comment = Comment("Four digits,\nwith zeros", "Author")
        sheet["B2"].comment = Comment("about one cell", "Author")

    assert read_excel(workbook(["Name", "Zip"], ["Acme", "0150"], change=commented)).notes == ["", "Four digits, with zeros"]


# -- traps (g) and (h): positions and heights


def test_rows_are_counted_as_the_spreadsheet_program_counts_them(workbook) -> None:
    def moved(_book: openpyxl.Workbook, sheet: Sheet) -> None:
        sheet.move_range("A1:B3", rows=4, cols=2)

    path = workbook(["Name", "E-mail"], ["Acme", "a@example.com"], ["Umbrella", "u@example.com"], change=moved)
    reading = read_excel(path)
    assert reading.facts["header_row"] == "5"
    assert [row.number for row in reading.rows] == [6, 7]
    assert reading.names == ["", "", "Name", "E-mail"]


def test_the_number_of_rows_to_come_is_known_after_a_look(workbook) -> None:
    [table] = ExcelSource().open(workbook(["Name", "Note"], ["A", "x"], ["B", "y"], ["C", "z"]), {})
    assert table.expected_rows() is None
    table.peek()
    assert table.expected_rows() == 3


def test_blank_rows_are_left_out_and_still_counted(workbook) -> None:
    reading = read_excel(workbook(["Name", "Note"], ["Acme", "a"], [None, None], [None, None], [None, "b"]))
    assert [row.number for row in reading.rows] == [2, 5]


# -- trap (i): merged cells


def test_of_merged_cells_the_first_one_has_the_value(workbook) -> None:
    def merged(_book: openpyxl.Workbook, sheet: Sheet) -> None:
        sheet.merge_cells("A2:A3")

    reading = read_excel(workbook(["Company", "Person"], ["Acme", "Anna"], [None, "Bo"], change=merged))
    assert reading.values == [["Acme", "Anna"], [None, "Bo"]]


# -- trap (j): sheets


@pytest.fixture
def several_sheets(workbook) -> str:
    def more(book: openpyxl.Workbook, sheet: Sheet) -> None:
        sheet.sheet_state = "hidden"
        book.create_sheet("Persons").append(["First name"])
        book["Persons"].append(["Anna"])
        book.create_sheet("Secret").sheet_state = "veryHidden"
        chart = book.create_chartsheet("Chart")
        chart.add_chart(openpyxl.chart.BarChart())
        book.active = 1

    return str(workbook(["Company"], ["Acme"], change=more))


def test_visible_sheets_come_first_and_charts_are_none(several_sheets: str) -> None:
    tables = ExcelSource().open(several_sheets, {})
    assert [(table.name, table.hidden) for table in tables] == [("Persons", False), ("Customers", True), ("Secret", True)]


def test_a_sheet_is_chosen_by_its_name(several_sheets: str) -> None:
    assert read_excel(several_sheets).names == ["First name"]
    assert read_excel(several_sheets, sheet="Customers").names == ["Company"]
    assert read_excel(several_sheets, "Secret").rows == []


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(several_sheets: str) -> None:
    with pytest.raises(SourceError) as error:
        read_excel(several_sheets, sheet="Clients")
    assert "Persons" in error.value.hint


# -- trap (k): passwords


def encrypted(path: str, password: str) -> str:
    out = io.BytesIO()
    with open(path, "rb") as plain:
        OOXMLFile(plain).encrypt(password, out)
    target = path.replace(".xlsx", "-locked.xlsx")
    Path(target).write_bytes(out.getvalue())
    return target


def test_an_encrypted_workbook_asks_for_its_password(workbook) -> None:
    path = encrypted(workbook(["Name"], ["Acme"]), "swordfish")
    with pytest.raises(PasswordNeededError, match="encrypted"):
        read_excel(path)
    with pytest.raises(PasswordNeededError, match="does not open"):
        read_excel(path, password="wrong")
    assert read_excel(path, password="swordfish").values == [["Acme"]]


def test_a_workbook_locked_with_excels_own_password_opens_by_itself(workbook) -> None:
    path = encrypted(workbook(["Name", "Zip"], ["Acme", 150]), "VelvetSweatshop")
    assert read_excel(path).values == [["Acme", 150]]


def test_the_password_is_on_no_command_line(workbook, monkeypatch) -> None:
    import subprocess

    seen = []
    real = subprocess.Popen

    def recorded(arguments: list[str], **keywords: object) -> object:
        seen.append(arguments)
        return real(arguments, **keywords)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", recorded)
    assert msoffcrypto.__name__
    read_excel(encrypted(workbook(["Name"], ["Acme"]), "swordfish"), password="swordfish")
    assert seen
    assert "swordfish" not in str(seen)


def test_an_encrypted_ods_says_that_it_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "locked.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest><file-entry><encryption-data/></file-entry></manifest>")
        archive.writestr("content.xml", b"\x00\x01")
    with pytest.raises(SourceError, match="Encrypted OpenDocument"):
        read_excel(str(path))


# -- trap (m): nothing is coerced


def test_a_column_of_many_types_keeps_each_and_headings_may_repeat(workbook) -> None:
    rows = [["Acme", "x"], [5, "y"], [True, "z"], [datetime.date(2024, 1, 1), "w"], [1.5, "v"]]
    reading = read_excel(workbook(["Name", "Name"], *rows))
    assert reading.names == ["Name", "Name"]
    assert reading.values == rows


# -- headings


def test_several_heading_rows_are_joined(workbook) -> None:
    headings = (["Company", None, "Person", None], ["Name", "Zip", "First", "E-mail"])
    path = workbook(["Customer list"], [], *headings, ["A", 1, "B", "b@example.com"])
    assert read_excel(path).names == ["Company Name", "Zip", "Person First", "E-mail"]
    assert read_excel(path, header_row="4").names == ["Name", "Zip", "First", "E-mail"]
    assert read_excel(path, header_row=0).rows[0].number == 1


def test_a_heading_far_down_is_found_where_the_user_says(workbook) -> None:
    path = workbook(*[[f"note {number}"] for number in range(400)], ["Name", "Zip"], ["Acme", 150])
    reading = read_excel(path, header_row="401")
    assert reading.names == ["Name", "Zip"]
    assert reading.values == [["Acme", 150]]


# -- files too large for the fast reader


def test_a_huge_workbook_is_streamed_with_the_same_result(workbook, monkeypatch) -> None:
    monkeypatch.setattr(ReadOnlyWorksheet, "_get_size", ReadOnlyWorksheet._get_size)  # the child changes it for good

    def changed(_book: openpyxl.Workbook, sheet: Sheet) -> None:
        sheet["B2"].number_format = "0000"
        sheet.row_dimensions[3].hidden = True

    path = workbook(
        ["Name", "Zip", "Since", "Error"],
        ["Acme", 150, datetime.datetime(2020, 1, 1), "#N/A"],
        ["Umbrella", 5003, datetime.datetime(2020, 1, 1, 12, 30), None],
        [None, None, None, None],
        ["Initech", 12.5, datetime.time(8, 30), True],
        change=changed,
    )
    from tui_import_excel.worker import columns, container, ooxml

    results = []
    opened = container.open_container(path, "")
    for engine in (engines._whole, engines._streamed):
        file = container.again(opened)
        archive = zipfile.ZipFile(file)
        scan = ooxml.Scan(archive, "xl/worksheets/sheet1.xml", ooxml.padding_styles(archive))
        blocks = columns.Blocks(engine(opened, "Customers").rows, scan)
        results.append([*blocks, blocks.summary()])
        assert [b"row" in piece for piece in scan._pieces] == [False]
        archive.close()
        file.close()
    assert results[0] == results[1]
    numbers, hidden, cells, _moments = results[0][0]
    assert numbers == [1, 2, 3, 5]
    assert hidden == [2]
    assert cells[1] == ["Zip", "0150", 5003, 12.5]
    assert opened.archive is not None
    opened.archive.close()
    opened.file.close()


def test_a_workbook_is_streamed_when_memory_is_short(workbook, monkeypatch) -> None:
    from tui_import_excel.worker import container

    with zipfile.ZipFile(workbook(["Name"], ["Acme"])) as archive:
        opened = container.Container(io.BytesIO(), 0, "xlsx", archive)
        assert engines._free_memory() > 1 << 20
        assert not engines._is_large(opened)
        monkeypatch.setattr(engines, "ALWAYS_WHOLE", 10)
        assert not engines._is_large(opened)
        monkeypatch.setattr(engines, "_free_memory", lambda: 100)
        assert engines._is_large(opened)


# -- the same in OpenDocument


def ods_row(*cells: tuple[str, object, str], attributes: str = "") -> str:
    """A row of (kind, value, what is shown); kind "error" is a formula that failed."""
    xml = ""
    for kind, value, shown in cells:
        error = ' calcext:value-type="error"' if kind == "error" else ""
        worth = "" if kind == "string" else f' office:value="{value}"'
        type_ = "float" if kind == "error" else kind
        xml += f'<table:table-cell office:value-type="{type_}"{worth}{error}><text:p>{shown}</text:p></table:table-cell>'
    return f"<table:table-row{attributes}>{xml}</table:table-row>"


def test_an_ods_shows_its_errors_zeros_and_hidden_rows(tmp_path: Path) -> None:
    rows = [
        ods_row(("string", "", "Name"), ("string", "", "Zip"), ("string", "", "Share")),
        ods_row(("string", "", "Acme"), ("float", 150, "0150"), ("error", 0, "#DIV/0!"), attributes=' table:visibility="collapse"'),
        ods_row(("string", "", "007"), ("float", 5003, "5003"), ("float", 0.5, "00.5")),
        ods_row(("string", "", "Hooli"), ("float", 9, "0009"), ("float", 1, "1"), attributes=' table:number-rows-repeated="2"'),
        ods_row(("string", "", "Last"), ("float", 12, "0012"), ("float", 1, "01 pcs")),
    ]
    reading = read_excel(str(ods(tmp_path / "shown.ods", "".join(rows))))
    assert reading.values == [
        ["Acme", "0150", "#DIV/0!"],
        ["007", 5003, 0.5],
        ["Hooli", "0009", 1],
        ["Hooli", "0009", 1],
        ["Last", "0012", 1],
    ]
    assert "1 hidden row is read" in reading.sentences
    assert "1 cell holds an error" in reading.sentences


def test_a_comment_in_an_ods_is_not_taken_for_what_its_cell_shows(tmp_path: Path) -> None:
    note = "<office:annotation><text:p>0999</text:p></office:annotation>"
    cell = f'<table:table-cell office:value-type="float" office:value="999">{note}<text:p>999</text:p></table:table-cell>'
    path = ods(tmp_path / "note.ods", f"<table:table-row>{cell}</table:table-row>")
    assert read_excel(str(path), header_row=0).values in ([[999]], [["999"]])


# -- other ways to write the same XML


def test_single_quotes_prefixes_and_odd_order_of_attributes_are_read(tmp_path: Path) -> None:
    sheet = (
        f"<x:worksheet xmlns:x='{MAIN}'><x:cols><x:col max='2' min='2' hidden='true'/></x:cols><x:sheetData>"
        "<x:row hidden='1' r='1'><x:c t='e' r='A1'><x:v>#N/A</x:v></x:c><x:c s='1' r='B1'><x:v>7</x:v></x:c>"
        "<x:c r='C1'><x:f>1+1</x:f></x:c></x:row></x:sheetData></x:worksheet>"
    )
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0000"/></numFmts>'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    plain = xlsx(tmp_path / "plain.xlsx", "", styles=styles)
    path = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
    reading = read_excel(str(path), header_row="0")
    assert reading.values == [["#N/A", "0007", None]] or reading.values == [["#N/A", "0007"]]
    assert "1 hidden row" in reading.sentences
    assert "1 formula has no result" in reading.sentences


def test_marks_are_found_however_the_pieces_of_the_xml_fall(tmp_path: Path, monkeypatch) -> None:
    from tui_import_excel.worker import ooxml

    hidden = dict.fromkeys(range(7, 60, 7), ' hidden="1"')
    rows = "".join(f'<row r="{number}"{hidden.get(number, "")}><c r="A{number}" t="e"><v>#N/A</v></c></row>' for number in range(1, 60))
    path = xlsx(tmp_path / "pieces.xlsx", rows)
    for size in (16, 37, 64, 1000, 1 << 20):
        monkeypatch.setattr(ooxml, "CHUNK", size)
        with zipfile.ZipFile(path) as archive:
            marks = ooxml.Scan(archive, "xl/worksheets/sheet1.xml", {}).rows(1, 100)
        assert sorted(marks) == list(range(1, 60))
        assert [number for number, mark in marks.items() if mark.hidden] == list(range(7, 60, 7))
        assert all(mark.errors == [(0, "#N/A")] for mark in marks.values())
