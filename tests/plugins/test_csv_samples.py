"""Real files of other people: every one ends in rows or in one sentence, and most are understood without help."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tui_import_csv.source import CsvSource

from tests.plugins.reading import outcome, read
from tests.shared import SHARED, shared
from tui_import.api import SourceError

NAMES = {"tab": "\t", "space": " "}


def files(folder: str) -> list[Path]:
    return sorted(path for path in (SHARED / folder).rglob("*") if path.is_file() and path.suffix.lower() in (".csv", ".tsv", ".txt"))


def annotated() -> list[tuple[Path, str, str]]:
    """(file, delimiter, encoding) as people or programs have annotated them."""
    found = []
    with shared("samples/MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        csv.field_size_limit(1 << 24)
        for line in csv.DictReader(manifest, delimiter="\t"):
            facts = json.loads(line["facts_json"])
            if line["file"].endswith(".csv") and "delimiter" in facts:
                found.append((shared("samples") / line["file"], facts["delimiter"], facts["encoding"].rstrip("?")))
    for path in sorted(shared("hostile/csv/survey_parameters").glob("*.json")):
        facts = json.loads(path.read_text("utf-8"))
        found.append((path.parents[1] / "survey_csv" / path.name.removesuffix("_parameters.json"), facts["delimiter"], facts["encoding"]))
    return [each for each in found if each[0].exists()]


@pytest.mark.slow
def test_nearly_all_delimiters_and_encodings_are_found_out() -> None:
    wrong_delimiters, wrong_texts = [], []
    known = annotated()
    for path, delimiter, encoding in known:
        facts = CsvSource().open(str(path), {})[0].peek(1).facts
        if NAMES.get(facts["delimiter"], facts["delimiter"]) != delimiter:
            wrong_delimiters.append(path.name)
        data = path.read_bytes()
        if data.decode(facts["encoding"]) != data.decode(encoding):
            wrong_texts.append(path.name)
    assert len(known) > 100
    assert len(wrong_delimiters) <= 0.04 * len(known), wrong_delimiters
    assert len(wrong_texts) <= 0.02 * len(known), wrong_texts


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["samples/csv_messy", "hostile/csv", "samples/crm_export", "samples/google_csv", "samples/outlook_csv"])
def test_every_file_ends_in_rows_or_in_one_sentence(folder: str) -> None:
    shared(folder)
    for path in files(folder):
        came = outcome(CsvSource(), str(path))
        if isinstance(came, SourceError):
            assert came.message, path
            continue
        numbers = [row.number for row in came.rows]
        assert numbers == sorted(set(numbers)), path
        assert all(len(row.values) >= len(came.names) for row in came.rows), path


@pytest.mark.parametrize(
    ("name", "rows", "columns", "heading"),
    [
        ("crm_export/exampleFile.csv", 1000, 6, "1"),
        ("crm_export/companies.csv", 5, 2, "1"),
        ("outlook_csv/tb_csv_no_header.csv", 2, 4, "0"),
        ("outlook_csv/tb_plain.csv", 1, 38, "1"),
        ("outlook_csv/email.csv", 4, 1, "1"),
        ("google_csv/google_new_layout_ragged.csv", 4, 23, "1"),
        ("companies/OSL.csv", 456, 22, "1"),
        ("csv_messy/fric_skip-rows-before-headers.csv", 2, 2, "2"),
        ("csv_messy/fric_without-headers.csv", 3, 2, "0"),
        ("csv_messy/fric_matrix-with-comment.csv", 4, 4, "2"),
        ("csv_messy/pollock_file_header_multirow_2.csv", 83, 9, "1-2"),
        ("csv_messy/pollock_file_no_header.csv", 83, 9, "0"),
        ("csv_messy/pollock_file_record_delimiter_0xD.csv", 83, 9, "1"),
        ("csv_messy/fric_wide.csv", 3, 9074, "1"),
    ],
)
def test_the_rows_and_headings_of_known_files(name: str, rows: int, columns: int, heading: str) -> None:
    reading = read(CsvSource(), str(shared("samples") / name))
    assert (len(reading.rows), len(reading.names), reading.facts["header_row"]) == (rows, columns, heading)


def test_the_wrong_number_of_fields_in_googles_export_is_told() -> None:
    reading = read(CsvSource(), str(shared("samples/google_csv/google_new_layout_ragged.csv")))
    assert "2 rows have fewer values" in reading.sentences
    assert reading.names[:3] == ["First Name", "Middle Name", "Last Name"]
