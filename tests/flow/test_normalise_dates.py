"""Dates in nine languages, whole and partial, and the order of day and month of a column."""

from __future__ import annotations

import datetime

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from tui_import.flow.normalise import DateOrder, Formats, detect_date_order, normaliser
from tui_import.model.fields import Field, FieldType

DATE = Field("person", "date", FieldType.DATE, "Date")
BIRTHDATE = Field("person", "birthdate", FieldType.PARTIAL_DATE, "Birthdate")


def value(field: Field, cell: object, order: str = "", region: str = "") -> object:
    return normaliser(field, Formats(default_region=region, date_order=order))(cell, None).value  # type: ignore[arg-type]


def code(field: Field, cell: object) -> str:
    issue = normaliser(field, Formats())(cell, None).issue  # type: ignore[arg-type]
    return issue.code if issue else ""


@pytest.mark.parametrize(
    "text",
    ["2024-03-05", "2024-03-05 00:00:00", "2024-03-05T10:30:00Z", "2024-03-05T10:30:00.000+01:00", "2024/03/05", "2024.3.5",
     "2024. 03. 05.",
     "20240305", "5.3.2024", "05.03.2024", "05/03/2024", "5-3-2024", "05-03-24", "5. 3. 2024", "5 3 2024", "5/3/2024 14:30",
     "5.3.2024 kl. 14.30",
     "5. marts 2024", "5. mar. 2024", "den 5. marts 2024", "tirsdag den 5. marts 2024", "tirsdag d. 5. marts 2024", "5. mars 2024",
     "5 mars 2024",
     "5. März 2024", "Dienstag, 5. März 2024", "5 maart 2024", "5 mrt 2024", "mardi 5 mars 2024", "5 de marzo de 2024",
     "martes, 5 de marzo de 2024", "5. maaliskuuta 2024", "March 5, 2024", "Mar 5 2024", "5th March 2024", "Tuesday, March 5th, 2024",
     "5-Mar-24",
     "05-MAR-2024", "2024 March 5", 20240305, 20240305.0, datetime.date(2024, 3, 5), datetime.datetime(2024, 3, 5, 14, 30)],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(text: object) -> None:
    assert value(DATE, text) == "2024-03-05"
    assert value(BIRTHDATE, text) == "2024-03-05"


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("04/05/2024", "dmy", "2024-05-04"),
        ("04/05/2024", "mdy", "2024-04-05"),
        ("24-05-04", "ymd", "2024-05-04"),
        ("04-05-24", "dmy", "2024-05-04"),
        ("31/12/2024", "mdy", "2024-12-31"),
        ("12/31/2024", "dmy", "2024-12-31"),
        ("2024-05-04", "mdy", "2024-05-04"),
        ("04.05.2024", "ymd", "2024-05-04"),
    ],
)
def test_the_column_s_order_decides_where_the_date_does_not(text: str, order: str, expected: str) -> None:
    assert value(DATE, text, order) == expected


@pytest.mark.parametrize(("region", "expected"), [("US", "2024-04-05"), ("DK", "2024-05-04"), ("", "2024-05-04")])
def test_without_an_order_the_country_s_custom_decides(region: str, expected: str) -> None:
    assert value(DATE, "04/05/2024", region=region) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("1/1/29", "2029-01-01"), ("1/1/30", "1930-01-01"), ("1/1/99", "1999-01-01"), ("1/1/00", "2000-01-01")]
)
def test_years_of_two_digits_are_those_of_spreadsheet_programs(text: str, expected: str) -> None:
    assert value(DATE, text) == expected


@pytest.mark.parametrize(
    "text",
    ["31.02.2024", "2024-13-01", "2024-00-10", "hello", "5. marts", "marts 2024", "1980", "1/2/3/4", "32. marts 2024", "5 foo 2024",
     "12:30",
     "2024-02-30T00:00:00", "1.2.34567", 5, 1.5, True, "5 marts april 2024"],
)  # fmt: skip
def test_what_is_no_date_is_a_problem(text: object) -> None:
    assert value(DATE, text) is None
    assert code(DATE, text) == "date_invalid"


@pytest.mark.parametrize("text", ["0999-01-01", "01.01.0999"])
def test_a_date_before_the_year_1000_is_said_to_be_out_of_range(text: str) -> None:
    assert code(DATE, text) == "date_out_of_range"


@pytest.mark.parametrize("text", ["0/0/00", "0000-00-00", "00.00.0000", "0-0-00", "0000-00-00 00:00:00"])
def test_the_empty_dates_of_address_books_and_databases_are_blank(text: str) -> None:
    assert (value(BIRTHDATE, text), code(BIRTHDATE, text)) == (None, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("24.12.", "--12-24"), ("24.12", "--12-24"), ("24/12", "--12-24"), ("12/24", "--12-24"), ("24. december", "--12-24"),
     ("Dec 24", "--12-24"),
     ("24 de diciembre", "--12-24"), ("--12-24", "--12-24"), ("--1224", "--12-24"), ("1604-12-24", "--12-24"), ("0000-12-24", "--12-24"),
     ("29.02.", "--02-29"), ("1980", "1980"), (1980, "1980"), (1980.0, "1980"), ("1980-05", "1980-05"), ("05/1980", "1980-05"),
     ("maj 1980", "1980-05"), ("toukokuu 1980", "1980-05"), ("1980-05-06", "1980-05-06")],
)  # fmt: skip
def test_birthdays_may_lack_year_month_or_day(text: object, expected: str) -> None:
    assert value(BIRTHDATE, text) == expected


@pytest.mark.parametrize("text", ["30.02.", "31. april", "abc", "13/1980", "0/1980"])
def test_birthdays_that_cannot_be_are_problems(text: str) -> None:
    assert code(BIRTHDATE, text) == "date_invalid"


@pytest.mark.parametrize("language", ["en", "da", "nb", "sv", "de", "nl", "fr", "es", "fi"])
@pytest.mark.parametrize("context", ["format", "stand-alone"])
def test_every_month_is_known_by_its_names(language: str, context: str) -> None:
    for number, name in Locale(language).months[context]["wide"].items():
        assert value(DATE, f"7 {name} 1999") == f"1999-{number:02}-07"
    for number, name in Locale(language).months[context]["abbreviated"].items():
        assert value(BIRTHDATE, f"{name} 1999") == f"1999-{number:02}"


@given(st.dates(min_value=datetime.date(1000, 1, 1)), st.sampled_from("./- "), st.sampled_from(["dmy", "mdy"]), st.booleans())
def test_dates_written_in_the_column_s_order_come_back(date: datetime.date, sign: str, order: str, padded: bool) -> None:
    width = 2 if padded else 1
    parts = {"d": f"{date.day:0{width}}", "m": f"{date.month:0{width}}", "y": f"{date.year}"}
    assert value(DATE, sign.join(parts[letter] for letter in order), order) == date.isoformat()
    assert value(DATE, date.isoformat(), order) == date.isoformat()


@pytest.mark.parametrize(
    ("values", "region", "expected"),
    [
        (["04/05/2024", "31/12/2024"], "", DateOrder("dmy", False, "31/12/2024")),
        (["04/05/2024", "12/31/2024"], "", DateOrder("mdy", False, "12/31/2024")),
        (["2024-05-04", "x"], "", DateOrder("ymd", False, "2024-05-04")),
        (["45-05-04", "04-05-06"], "", DateOrder("ymd", False, "45-05-04")),
        (["04/05/2024", "05/06/2024"], "", DateOrder("dmy", True, "04/05/2024")),
        (["04/05/2024", "05/06/2024"], "US", DateOrder("mdy", True, "04/05/2024")),
        (["2024-05-04", "04/05/2024"], "DK", DateOrder("dmy", True, "04/05/2024")),
        (["31/12/2024", "31/01/2024", "12/31/2024"], "", DateOrder("dmy", True, "31/12/2024")),
        (["hello", None, 45000, "5. marts 2024"], "", DateOrder("", False, "")),
        ([], "", DateOrder("", False, "")),
        (["05.05.2024"], "", DateOrder("dmy", False, "05.05.2024")),
    ],
)
def test_a_column_tells_its_order_or_says_that_it_does_not(values: list[object], region: str, expected: DateOrder) -> None:
    assert detect_date_order(values, region) == expected  # type: ignore[arg-type]
