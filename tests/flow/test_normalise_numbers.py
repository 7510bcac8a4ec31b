"""Numbers in the ways of our languages."""

from __future__ import annotations

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from tui_import.config import load_catalogue
from tui_import.flow.normalise import DecimalSeparator, Formats, detect_decimal_separator, normaliser
from tui_import.model.fields import Field, FieldType


def read(type_: FieldType, cell: object, separator: str = "", region: str = "") -> float | None:
    field = Field("company", "sample", type_, "Sample")
    result = normaliser(field, Formats(default_region=region, decimal_separator=separator))(cell, None)  # type: ignore[arg-type]
    assert (result.value is None) == (result.issue is not None)
    assert not isinstance(result.value, str)
    return result.value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,50", 1234.5), ("1 234,50", 1234.5), ("1\u00a0234,50", 1234.5), ("1\u202f234,50", 1234.5), ("1,234.50", 1234.5),
        ("1'234.50", 1234.5),
        ("1’234.50", 1234.5), ("kr 1.234,50", 1234.5), ("kr. 1.234,50", 1234.5), ("1.234,50 kr.", 1234.5), ("DKK 1.234,50", 1234.5),
        ("1.234,-", 1234), ("1.234,--", 1234), ("€ 12,50", 12.5), ("12,50 €", 12.5), ("$1,234.50", 1234.5), ("-$5.25", -5.25), ("£5", 5),
        ("25 %", 25),
        ("(12)", -12), ("(1.234,50)", -1234.5), ("-12", -12), ("−12", -12), ("12-", -12), ("- 12", -12), ("+5", 5), ("0,125", 0.125),
        ("0.125", 0.125),
        (",5", 0.5), (".5", 0.5), ("12", 12), ("0", 0), ("1.234.567", 1234567), ("1,234,567", 1234567), ("55,676098", 55.676098),
        ("1e3", 1000),
        ("1,5E+3", 1500), (12, 12), (12.5, 12.5), ("12.", 12),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(text: object, number: float) -> None:
    assert read(FieldType.DECIMAL, text) == number


@pytest.mark.parametrize(
    ("text", "separator", "region", "number"),
    [("1.234", ",", "", 1234), ("1.234", ".", "", 1.234), ("1,234", ",", "", 1.234), ("1,234", ".", "", 1234), ("1.234", "", "DK", 1234),
     ("1.234", "", "US", 1.234), ("1,234", "", "DK", 1.234), ("1,234", "", "GB", 1234), ("1.234", "", "", 1.234)],
)  # fmt: skip
def test_where_a_number_does_not_tell_the_column_does_and_then_the_country(text: str, separator: str, region: str, number: float) -> None:
    assert read(FieldType.DECIMAL, text, separator, region) == number


@pytest.mark.parametrize("text", ["abc", "1.2.3", "1,2,3", "12,34,56", "1.23,4.5", "1..2", "kr", "()", "1-2", "2024-05-04", "1/2", "nan",
     "inf", "1e999",
                                  "0x1F", "1_000", "12 stk pr. kasse", float("nan"), float("inf"), "½", "true"])  # fmt: skip
def test_what_is_no_number_is_a_problem(text: object) -> None:
    assert read(FieldType.DECIMAL, text) is None


@pytest.mark.parametrize("text", ["1.234,50", "12.34"])
def test_a_number_in_the_other_way_of_writing_is_not_guessed_at(text: str) -> None:
    other = {"1.234,50": ".", "12.34": ","}[text]
    assert read(FieldType.DECIMAL, text, other) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("3,0", 3), ("3.00", 3), (3.0, 3), ("1.234.567", 1234567), ("-7", -7), ("9007199254740993", 9007199254740993)],
)
def test_whole_numbers(text: object, number: int) -> None:
    value = read(FieldType.INTEGER, text)
    assert value == number
    assert isinstance(value, int)


@pytest.mark.parametrize("text", ["3,5", 3.5, 10**30, "1e30", -(2**63)])
def test_a_fraction_or_a_number_too_large_is_no_whole_number(text: object) -> None:
    assert read(FieldType.INTEGER, text) is None


@pytest.mark.parametrize(("text", "number"), [("17", 17), (17, 17), (17.0, 17), ("17.0", 17), ("#17", 17)])
def test_ids(text: object, number: int) -> None:
    assert read(FieldType.ID, text) == number


@pytest.mark.parametrize("text", ["0", "-1", "x", 1.5, "1.234", 2**63, "²"])
def test_what_is_no_id_is_a_problem(text: object) -> None:
    assert read(FieldType.ID, text) is None


@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from(["da_DK", "nb_NO", "sv_SE", "de_DE", "de_CH", "nl_NL", "fr_FR", "es_ES", "fi_FI", "en_GB", "en_US"]),
)
def test_numbers_written_in_every_locale_come_back(cents: int, locale: str) -> None:
    number = cents / 100
    region = locale[-2:]
    assert read(FieldType.DECIMAL, format_decimal(number, format="#,##0.00", locale=locale), region=region) == number


@pytest.mark.parametrize(
    ("values", "region", "expected"),
    [
        (["1.234", "1.234,50"], "", DecimalSeparator(",", False, "1.234,50")),
        (["1,234", "12.5"], "", DecimalSeparator(".", False, "12.5")),
        (["1.234", "5.678"], "DK", DecimalSeparator(",", True, "1.234")),
        (["1.234", "5.678"], "", DecimalSeparator(".", True, "1.234")),
        (["12", 13, None, "x"], "DK", DecimalSeparator("", False, "")),
        (["1,5", "2,5", "3.5"], "", DecimalSeparator(",", True, "1,5")),
        (["1,5", "3.5"], "GB", DecimalSeparator(".", True, "1,5")),
        (["1.234.567"], "", DecimalSeparator(",", False, "1.234.567")),
        (["55.676098", "12.568337"], "DK", DecimalSeparator(".", False, "55.676098")),
    ],
)
def test_a_column_tells_its_separator_or_says_that_it_does_not(values: list[object], region: str, expected: DecimalSeparator) -> None:
    assert detect_decimal_separator(values, region) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "cell", "code"),
    [
        ("currency.rate", "0", "number_too_small"),
        ("currency.rate", "-5", "number_too_small"),
        ("currency.rate", "0.0062", None),
        ("currency.units", "0.001", "number_too_small"),
        ("currency.units", "1000", "number_too_large"),
        ("currency.units", "100", None),
    ],
)
def test_rates_and_units_of_currencies_are_within_their_limits(key: str, cell: str, code: str | None) -> None:
    result = normaliser(load_catalogue()[key], Formats())(cell, None)
    assert (result.issue.code if result.issue else None) == code
    assert result.issue is None or "{" not in str(result.issue)
