"""The demo shows what the program is good for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from tui_import.output.demo import BROKEN_EMAIL, KNOWN, NEW, write_demo_files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory):
    return write_demo_files(tmp_path_factory.mktemp("demo"))


def test_the_workbook_has_news_of_known_companies_and_new_ones(files) -> None:
    with files.existing.open(encoding="utf-8", newline="") as stream:
        known = {row["Company name"] for row in csv.DictReader(stream, delimiter=";")}
    rows = list(load_workbook(files.customers).worksheets[0].iter_rows(min_row=5, values_only=True))
    names = {row[0] for row in rows}
    assert known < names
    assert len(names - known) == len(NEW)
    assert len({row[7] for row in rows}) == 9, "nine countries"


def test_the_workbook_has_one_broken_address_a_repeated_person_and_lost_zeros(files) -> None:
    rows = list(load_workbook(files.customers).worksheets[0].iter_rows(min_row=5, values_only=True))
    emails = [row[14] for row in rows]
    assert [email for email in emails if "@" not in email] == [BROKEN_EMAIL]
    assert len(emails) - len(set(emails)) == 1
    assert any(isinstance(row[5], int) and row[5] < 1000 for row in rows)


def test_the_demo_is_the_same_every_time(files, tmp_path: Path) -> None:
    again = write_demo_files(tmp_path)
    assert again.existing.read_text() == files.existing.read_text()
    cells = [[cell.value for row in load_workbook(path).worksheets[0] for cell in row] for path in (files.customers, again.customers)]
    assert cells[0] == cells[1]


@pytest.mark.parametrize("company", [*KNOWN, *NEW], ids=lambda company: company.domain)
def test_vat_numbers_of_the_demo_are_right_so_that_only_the_meant_faults_show(company) -> None:
    try:
        get_cc_module(company.country, "vat").validate(company.vat)
    except ValidationError:
        assert company.country == "NO", "Norway writes its numbers without MVA here"
        get_cc_module("NO", "orgnr").validate(company.vat)
