"""Any table that a program writes as CSV comes back as it was."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tui_import_csv.dialect import find_dialect
from tui_import_csv.encoding import detect
from tui_import_csv.source import CsvSource

from tests.plugins.reading import Reading, outcome, read

letters = st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\ufeff\ufffd")
cells = st.one_of(st.text(letters, max_size=10), st.sampled_from(["Søren", "a;b", "x, y", 'say "no"', "two\nlines", "12,5", "'", "\\"]))
tables = st.integers(1, 5).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=8))


@given(
    tables,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_what_csv_writer_wrote_is_read_as_it_was(tmp_path: Path, table: list[list[str]], delimiter: str, end: str, encoding: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    path = tmp_path / "table.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    reading = read(CsvSource(), str(path), delimiter=delimiter, quote='"', header_row="0", encoding=encoding)
    expected = [[cell or None for cell in row] for row in table if "".join(row).strip()]
    assert reading.values == expected


words = st.text("abcdefghijklmnopqrstuvwxyzæøåABCDEFG 0123456789", min_size=1, max_size=12).filter(str.strip)


@given(
    st.integers(2, 6).flatmap(lambda width: st.lists(st.lists(words, min_size=width, max_size=width), min_size=3, max_size=20)),
    st.sampled_from([",", ";", "\t", "|"]),
)
@settings(deadline=None)
def test_the_delimiter_of_a_regular_table_is_always_found(table: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(table)
    lines = text.getvalue().splitlines(keepends=True)
    assert find_dialect(lines).delimiter == delimiter


@given(st.binary(min_size=1, max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_any_bytes_at_all_end_in_rows_or_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    came = outcome(CsvSource(), str(path))
    if isinstance(came, Reading):
        numbers = [row.number for row in came.rows]
        assert numbers == sorted(set(numbers))
        assert "\0" not in "".join(str(cell) for row in came.values for cell in row)
    else:
        assert came.message


@given(st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_utf8_is_never_taken_for_anything_else(tmp_path: Path, text: str) -> None:
    if text.startswith("\ufeff") or "\0" in text:
        return
    path = tmp_path / "text.csv"
    path.write_bytes(text.encode())
    assert detect(path).encoding == "utf-8"
    assert detect(path).clean


NAMES = "Søren Ågård;København\nBjørn Ærø;Nørrebro\nÅse Næss;Tromsø\nJürgen Weiß;Köln\nFrançois Lefèvre;Orléans\nÖrjan Sjöström;Malmö\n"


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac-roman", "utf-8", "utf-16", "utf-16-le"])
def test_names_of_western_europe_are_read_whatever_program_stored_them(tmp_path: Path, encoding: str) -> None:
    for count in (1, 2, 3, 6):
        text = "".join(NAMES.splitlines(keepends=True)[:count])
        path = tmp_path / "names.csv"
        path.write_bytes(("Name;City\n" + text).encode(encoding))
        assert path.read_bytes().decode(detect(path).encoding).lstrip("\ufeff").endswith(text)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Имя;Город\nИван Петров;Москва\nАнна Смирнова;Новосибирск\nСергей Кузнецов;Екатеринбург\n", "cp1251"),
        ("Imię;Miasto\nŁukasz Wiśniewski;Łódź\nMałgorzata Zając;Wrocław\nKrzysztof Źrebak;Białystok\n", "cp1250"),
        ("Όνομα;Πόλη\nΓιώργος Παπαδόπουλος;Αθήνα\nΜαρία Οικονόμου;Θεσσαλονίκη\n", "cp1253"),
    ],
)
def test_other_alphabets_are_recognised(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(text.encode(encoding))
    assert path.read_bytes().decode(detect(path).encoding) == text
