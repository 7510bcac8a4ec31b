"""Text files: whatever is wrong with one, its rows come out, and what was done is said."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tui_import_csv import records
from tui_import_csv.source import CsvSource

from tests.permissions import unprivileged
from tests.plugins.reading import Reading, read
from tui_import.api import Row, SourceError, Table
from tui_import.api.errors import UsageError
from tui_import.api.options import OptionValue
from tui_import.api.testing import check_refuses_missing_file, check_source


@pytest.fixture
def csv_file(tmp_path: Path) -> Iterator[object]:
    """Writes a file; gives its path."""

    def write(content: str | bytes, encoding: str = "utf-8") -> str:
        path = tmp_path / "customers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return str(path)

    return write  # type: ignore[return-value]


def read_csv(path: str, **options: OptionValue) -> Reading:
    return read(CsvSource(), path, **options)


# -- the plain case


def test_a_plain_file_is_read_with_its_headings(csv_file) -> None:
    reading = read_csv(csv_file("Name;City\nAcme;Oslo\nUmbrella;Bergen\n"))
    assert reading.names == ["Name", "City"]
    assert reading.rows == [Row(2, ["Acme", "Oslo"]), Row(3, ["Umbrella", "Bergen"])]
    assert reading.facts == {"encoding": "utf-8", "delimiter": ";", "quote": '"', "header_row": "1"}
    assert reading.findings == []


def test_the_contract_of_a_source_is_kept(csv_file, tmp_path: Path) -> None:
    read_of = check_source(CsvSource(), csv_file("Name;City\nAcme;Oslo\n"))
    assert list(read_of) == ["customers.csv"]
    check_refuses_missing_file(CsvSource(), tmp_path)


def test_an_empty_cell_is_none(csv_file) -> None:
    assert read_csv(csv_file('a,b,c\n1,,""\n')).values == [["1", None, None]]


def test_blank_lines_are_left_out_and_still_counted(csv_file) -> None:
    reading = read_csv(csv_file("a,b\n\n1,2\n , \n\n3,4\n"))
    assert [row.number for row in reading.rows] == [3, 6]


def test_a_row_is_named_by_the_line_where_it_begins(csv_file) -> None:
    reading = read_csv(csv_file('a,b\n"two\nlines",1\nx,2\n"three\r\n\nlines",3\ny,4\n'))
    assert [(row.number, row.values[0]) for row in reading.rows] == [(2, "two\nlines"), (4, "x"), (5, "three\r\n\nlines"), (8, "y")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(csv_file, end: str) -> None:
    reading = read_csv(csv_file(end.join(["Name,Zip", "Acme,0150", "Umbrella,5003", ""])))
    assert reading.values == [["Acme", "0150"], ["Umbrella", "5003"]]


def test_zeros_and_long_numbers_stay_as_they_are_written(csv_file) -> None:
    assert read_csv(csv_file("zip,phone\n0150,004523354000123456789\n")).values == [["0150", "004523354000123456789"]]


# -- encodings

DANISH = "Navn;By\nSøren Ågård;København\nBjørn Ærø;Nørrebro\nJens Hansen;Aalborg\n"


@pytest.mark.parametrize(
    ("encoding", "fact"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32-le", "utf-32-le"),
        ("utf-32-be", "utf-32-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_out_and_shown(csv_file, encoding: str, fact: str) -> None:
    reading = read_csv(csv_file(DANISH, encoding))
    assert reading.values[0] == ["Søren Ågård", "København"]
    assert reading.names == ["Navn", "By"]
    assert reading.facts["encoding"] == fact
    assert reading.facts["sample"].startswith("Søren Ågård København")


def test_utf16_of_the_other_end_with_its_mark_is_read(csv_file) -> None:
    assert read_csv(csv_file(b"\xfe\xff" + DANISH.encode("utf-16-be"))).values[0] == ["Søren Ågård", "København"]


def test_one_broken_byte_does_not_make_utf8_something_else(csv_file) -> None:
    reading = read_csv(csv_file(DANISH.encode() + "Åse;Tromsø\n".encode() * 8 + b"Caf\xe9;Oslo\n"))
    assert reading.facts["encoding"] == "utf-8"
    assert reading.values[-1] == ["Caf\ufffd", "Oslo"]
    assert [(finding.row, "1 line" in finding.message) for finding in reading.findings] == [(13, True)]


def test_letters_that_stand_late_in_a_large_file_decide_the_encoding(csv_file) -> None:
    reading = read_csv(csv_file(b"Name;City\n" + b"Acme;Oslo\n" * 150_000 + "Søren;Århus\n".encode("cp1252")))
    assert reading.facts["encoding"] == "cp1252"
    assert reading.values[-1] == ["Søren", "Århus"]


def test_the_user_chooses_another_encoding(csv_file) -> None:
    path = csv_file("Name,City\nŠkoda,Praha\n", "cp1250")
    assert read_csv(path, encoding="cp1250").values == [["Škoda", "Praha"]]


def test_a_wrong_choice_of_encoding_is_said_by_line_and_not_fatal(csv_file) -> None:
    reading = read_csv(csv_file(DANISH, "cp1252"), encoding="ascii")
    assert reading.values[0][0] == "S\ufffdren \ufffdg\ufffdrd"
    assert reading.findings[0].row == 2


def test_an_unknown_encoding_is_refused(csv_file) -> None:
    for name in ("klingon", "rot13"):
        with pytest.raises(UsageError, match=name):
            read_csv(csv_file(DANISH), encoding=name)


# -- delimiters and quotes


@pytest.mark.parametrize(("delimiter", "fact"), [(",", ","), (";", ";"), ("\t", "tab"), ("|", "|"), (":", ":"), (" ", "space")])
def test_the_delimiter_is_found_out_and_shown(csv_file, delimiter: str, fact: str) -> None:
    lines = [["Name", "Zip", "City", "No"], ["Acme", "0150", "Oslo", "1"], ["Umbrella", "5003", "Bergen", "2"]]
    reading = read_csv(csv_file("\n".join(delimiter.join(line) for line in lines)))
    assert reading.facts["delimiter"] == fact
    assert reading.values == lines[1:]


def test_a_list_of_names_is_one_column_though_names_have_spaces(csv_file) -> None:
    assert read_csv(csv_file("Full name\nAnna Hansen\nBo Jensen\n")).values == [["Anna Hansen"], ["Bo Jensen"]]


def test_commas_in_addresses_do_not_beat_semicolons(csv_file) -> None:
    reading = read_csv(csv_file("Name;Address;Note\nAcme;Street 1, Oslo;a, b, c\nUmbrella;Road 2, Bergen;d\nInitech;Way 3;e, f\n"))
    assert reading.facts["delimiter"] == ";"


def test_excels_first_line_names_the_delimiter(csv_file) -> None:
    reading = read_csv(csv_file("sep=#\nName#City\nA,B;C#Oslo\n"))
    assert reading.names == ["Name", "City"]
    assert reading.rows == [Row(3, ["A,B;C", "Oslo"])]


def test_the_user_chooses_delimiter_quote_and_heading(csv_file) -> None:
    path = csv_file("x;y\n'a;b';c\n")
    assert read_csv(path, delimiter=";", quote="'", header_row="0").values == [["x", "y"], ["a;b", "c"]]
    assert read_csv(path, delimiter=";", quote="none", header_row=1).values == [["'a", "b'", "c"]]
    assert read_csv(csv_file("a\tb\n1\t2\n"), delimiter="tab").values == [["1", "2"]]


@pytest.mark.parametrize("options", [{"delimiter": "ab"}, {"delimiter": "\n"}, {"quote": "''"}])
def test_what_cannot_be_a_delimiter_or_quote_is_refused(csv_file, options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        read_csv(csv_file("a,b\n1,2\n"), **options)


def test_single_quotes_are_recognised(csv_file) -> None:
    reading = read_csv(csv_file("name,note,no\n'Acme, Inc','a, b',1\n'Umbrella','it''s',2\n'Initech','c, d, e',3\n"))
    assert reading.facts["quote"] == "'"
    assert reading.values[:2] == [["Acme, Inc", "a, b", "1"], ["Umbrella", "it's", "2"]]


def test_an_apostrophe_is_no_quote(csv_file) -> None:
    reading = read_csv(csv_file("name,note\nO'Hara,it's\n'Appen,today\n"))
    assert reading.values == [["O'Hara", "it's"], ["'Appen", "today"]]


def test_backslashes_that_escape_quotes_are_recognised(csv_file) -> None:
    reading = read_csv(csv_file('name,note\n"5\\" pipe, long",a\n"6\\" pipe, short",b\n'))
    assert reading.values == [['5" pipe, long', "a"], ['6" pipe, short', "b"]]


def test_quotes_after_a_space_are_quotes(csv_file) -> None:
    assert read_csv(csv_file('name, note\n"Acme, Inc", "a, b"\n')).values == [["Acme, Inc", "a, b"]]


# -- damage


def test_ragged_rows_are_kept_and_short_ones_counted(csv_file) -> None:
    reading = read_csv(csv_file("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n"))
    assert reading.values == [["1", "2", "3"], ["4", "5", None], ["6", "7", "8", "9"], ["10", "11", "12"]]
    assert [(finding.row, finding.message[:5]) for finding in reading.findings] == [(3, "1 row")]  # the host names the row that is too long


def test_nul_bytes_are_taken_out_and_told(csv_file) -> None:
    reading = read_csv(csv_file("name,city\nAc\0me,Oslo\nUmbrella,Ber\0gen\n"))
    assert reading.values == [["Acme", "Oslo"], ["Umbrella", "Bergen"]]
    assert [(finding.row, "NUL" in finding.message) for finding in reading.findings] == [(2, True)]


def test_a_quote_that_is_never_closed_costs_its_own_line_only(csv_file) -> None:
    lines = [f"{number},text\n" for number in range(5000)]
    lines[100] = '100,"text\n'
    reading = read_csv(csv_file("no,note\n" + "".join(lines) + '"quoted, well",x\n'))
    assert len(reading.rows) == 5001
    assert reading.values[100] == ["100", '"text']
    assert reading.values[101] == ["101", "text"]
    assert reading.values[-1] == ["quoted, well", "x"]
    assert [finding.row for finding in reading.findings] == [102]


def test_a_quote_left_open_on_the_last_lines_is_told_too(csv_file) -> None:
    reading = read_csv(csv_file('no,note\n1,a\n2,"b\n3,c\n'))
    assert reading.values == [["1", "a"], ["2", '"b'], ["3", "c"]]
    assert [finding.row for finding in reading.findings] == [3]


def test_quotes_that_mean_nothing_anywhere_are_given_up_in_time(csv_file, monkeypatch) -> None:
    monkeypatch.setattr(records, "LONGEST_RECORD", 3)
    monkeypatch.setattr(records, "MOST_RUNAWAYS", 5)
    lines = "".join(f'{number},"x\n{number},y\n{number},z\n{number},w\n{number},v\n' for number in range(20))
    reading = read_csv(csv_file("no,note\n" + lines), quote='"')
    assert len(reading.rows) == 100
    assert reading.values[5 * 19] == ["19", '"x']


def test_a_cell_without_end_is_a_sentence_with_its_line(csv_file, monkeypatch) -> None:
    monkeypatch.setattr(records, "LARGEST_CELL", 1000)
    with pytest.raises(SourceError) as error:
        read_csv(csv_file("a,b\n1,2\n3," + "x" * 5000 + "\n"))
    assert error.value.where.row == 3


def test_a_file_that_grows_while_it_is_read_is_told(csv_file) -> None:
    path = csv_file("a,b\n" + "1,2\n" * 50_000)
    [table] = CsvSource().open(path, {})
    rows = table.rows()
    next(rows)
    with open(path, "a", encoding="utf-8") as file:
        file.write("3,4\n")
    assert sum(1 for _row in rows) == 50_000
    assert "changed while it was read" in table.findings()[0].message


def test_reading_may_stop_anywhere_and_start_anew(csv_file) -> None:
    [table] = CsvSource().open(csv_file("a,b\n1,2\n3,4\n"), {})
    rows = table.rows()
    assert next(rows).values == ["1", "2"]
    rows.close()  # type: ignore[attr-defined]
    assert [row.values for row in table.rows()] == [["1", "2"], ["3", "4"]]


# -- what is no table


def refused(location: str) -> SourceError:
    with pytest.raises(SourceError) as error:
        read_csv(location)
    assert error.value.where.file == location
    return error.value


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    assert refused(str(tmp_path / "none.csv")).message == "There is no such file."


def test_a_folder_is_one_sentence(tmp_path: Path) -> None:
    assert refused(str(tmp_path)).message == "It is a folder."


def test_an_empty_file_is_one_sentence(csv_file) -> None:
    assert refused(csv_file("")).message == "The file is empty."


def test_a_file_that_may_not_be_read_is_one_sentence(csv_file, tmp_path: Path) -> None:
    path, child = csv_file("a,b\n"), unprivileged(tmp_path)
    os.chmod(path, 0)
    read = "import sys; from tui_import_csv.source import CsvSource; CsvSource().open(sys.argv[1], {})"
    done = subprocess.run([sys.executable, "-c", read, str(path)], capture_output=True, text=True, check=False, **child)
    assert "SourceError" in done.stderr
    assert "You may not read this file." in done.stderr


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", b"%PDF-1.7", b"\x1f\x8b\x08", bytes(range(1, 9)) * 200])
def test_a_file_of_another_kind_is_named(csv_file, content: bytes) -> None:
    assert refused(csv_file(content)).hint


def test_a_file_of_blank_lines_has_no_rows(csv_file) -> None:
    reading = read_csv(csv_file("\n\n  \n"))
    assert (reading.names, reading.rows) == ([], [])


def test_a_file_of_headings_only_has_columns_and_no_rows(csv_file) -> None:
    reading = read_csv(csv_file("Name,E-mail,Phone\n"))
    assert (reading.names, reading.rows) == (["Name", "E-mail", "Phone"], [])


def test_a_file_that_goes_away_is_one_sentence(csv_file) -> None:
    path = csv_file("a,b\n1,2\n")
    [looked, table] = [CsvSource().open(path, {})[0] for _again in range(2)]
    looked.peek()
    os.unlink(path)
    for read_on in (table.peek, lambda: list(looked.rows())):
        with pytest.raises(SourceError, match="cannot be read"):
            read_on()


# -- standard input


def test_standard_input_is_read_as_often_as_needed(monkeypatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO("Name;City\nSøren;Århus\n".encode("cp1252")))
    monkeypatch.setattr("sys.stdin", stdin)
    source = CsvSource()
    for _again in range(2):
        reading = read(source, "-")
        assert reading.values == [["Søren", "Århus"]]


def test_nothing_on_standard_input_is_one_sentence(monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert refused("-").message == "Nothing came in."


def test_a_stream_with_a_name_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    if not os.fork():
        pipe.write_bytes(b"a,b\n1,2\n")
        os._exit(0)
    assert read_csv(str(pipe)).values == [["1", "2"]]
    os.wait()


# -- several tables are one


def test_there_is_one_table_named_after_the_file(csv_file) -> None:
    tables = CsvSource().open(csv_file("a,b\n1,2\n"), {})
    assert [type(table.name) for table in tables] == [str]
    assert isinstance(tables[0], Table)
    assert tables[0].name == "customers.csv"


def test_records_may_end_in_a_sign_of_their_own_and_line_ends_are_blanks_then(csv_file) -> None:
    path = csv_file('Company;Town~Acme;"Oslo~S"~Beta\nLtd;Bergen~\n')
    found = read_csv(path, record_delimiter="~")
    assert found.names == ["Company", "Town"]
    assert [row.values for row in found.rows] == [["Acme", "Oslo~S"], ["Beta Ltd", "Bergen"]]


@pytest.mark.parametrize("sign", ["~~", ";", '"'])
def test_what_cannot_end_a_record_is_refused(csv_file, sign: str) -> None:
    with pytest.raises(UsageError, match="cannot be what ends a record"):
        read_csv(csv_file("Company;Town\nAcme;Oslo\n"), record_delimiter=sign, delimiter=";")


def test_a_file_in_which_records_never_end_is_no_table_and_nothing_is_lost_silently(csv_file, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LARGEST_CELL", 1 << 20)
    path = csv_file("Company;Town~" + "Acme;Oslo\n" * 200_000)
    with pytest.raises(SourceError, match="hardly a table"):
        read_csv(path, record_delimiter="~")
