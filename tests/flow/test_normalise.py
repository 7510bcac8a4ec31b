"""What holds for every type of field: nothing a cell may hold stops an import, and normalising twice changes nothing."""

from __future__ import annotations

import datetime
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_import.flow.normalise import ColumnNormaliser, Formats, needs_region, normaliser
from tui_import.model.fields import Field, FieldType
from tui_import.model.issues import WORDS, Severity
from tui_import.model.records import BLANK

CHOICES = ("unknown", "female", "male")


def field(type_: FieldType, **options: object) -> Field:
    options = {"length": 239, "choices": CHOICES if type_ is FieldType.CHOICE else ()} | options
    return Field("company", "sample", type_, "Sample", **options)  # type: ignore[arg-type]


TRICKY = st.sampled_from(
    ["+", "00", "(0)", "#N/A", "-", "SÃ¸ren", "4,7E+11", "1.234,50", "(1)", "--", "--1-1", "31.12.99", "0/0/00", "@", "a@b", "a@b@c.dk",
     "<a@b.dk>", "DK", "DKDK", "CHE", "٣٣١١٢٢٣٣", "²", "½", "1e999", "-1e-999", "x" * 400, "9" * 5000, "\ud800", "\x00", "http://", "://",
     "tel:", ";ext=", "lok. 12", "1" * 17, "0", "00000000000", "+45" + "0" * 30, "İ", "ß", "ŉ", "ﬁ", "१२", "0x1F", "1_000", "1.2.3.4",
     "Jan",
     "Jan Jan", "5 Jan 5"]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(datetime.UTC)),
    st.times(),
    st.text(max_size=60),
    st.text(alphabet="0123456789+-()/. ,'Eekr%€", max_size=25),
    st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zs", "Nd", "Mn", "Lu"]), max_size=20),
    TRICKY,
)
TYPES = st.sampled_from(list(FieldType))
FORMATS = st.builds(
    Formats,
    default_region=st.sampled_from(["", "DK", "US", "GB", "XX"]),
    date_order=st.sampled_from(["", "dmy", "mdy", "ymd"]),
    decimal_separator=st.sampled_from(["", ",", "."]),
)
REGIONS = st.sampled_from([None, "", "DK", "NO", "SE", "FI", "DE", "GB", "US", "CH", "JE", "AQ", "nonsense"])


@given(TYPES, FORMATS, REGIONS, SCALARS, st.booleans())
def test_no_cell_of_any_kind_stops_an_import(type_: FieldType, formats: Formats, region: str | None, value: object, keyed: bool) -> None:
    item = field(type_, is_key=keyed)
    result = normaliser(item, formats)(value, region)  # type: ignore[arg-type]
    if isinstance(result.value, str):
        result.value.encode("utf-8")
        assert result.value == result.value.strip() != ""
        assert len(result.value) <= 239
    if isinstance(result.value, int):
        assert abs(result.value) < 2**63
    if result.value is None:
        assert result.key is None
    if result.issue is not None:
        assert str(result.issue)
        assert result.issue.code in WORDS
        assert result.issue.field == item.key
        assert result.issue.severity is not Severity.ERROR or result.value is None
        assert result.issue.severity is not Severity.REPAIR or result.issue.suggestion


@given(TYPES, FORMATS, REGIONS, SCALARS, st.booleans())
def test_a_value_read_again_is_the_same(type_: FieldType, formats: Formats, region: str | None, value: object, keyed: bool) -> None:
    normalise = normaliser(field(type_, is_key=keyed), formats)
    once = normalise(value, region)  # type: ignore[arg-type]
    twice = normalise(once.value, region)
    assert twice.value == once.value
    if once.issue is None or once.issue.code != "scientific":
        assert twice.key == once.key


@given(TYPES, st.lists(SCALARS, max_size=8), REGIONS)
def test_a_block_gives_what_single_cells_give(type_: FieldType, values: list[object], region: str | None) -> None:
    normalise = normaliser(field(type_), Formats("DK"))
    doubled = [*values, *values]
    block = ColumnNormaliser(normalise).block(doubled, [region] * len(doubled))  # type: ignore[arg-type]
    assert [repr(cell) for cell in block] == [repr(normalise(value, region)) for value in doubled]  # type: ignore[arg-type]


@pytest.mark.parametrize("type_", list(FieldType))
def test_a_number_of_five_thousand_digits_does_not_stop_an_import(type_: FieldType) -> None:
    assert normaliser(field(type_), Formats("DK"))(10**5000, None).issue is not None


def test_ones_of_all_kinds_keep_apart_in_one_column() -> None:
    column = ColumnNormaliser(normaliser(field(FieldType.TEXT), Formats()))
    assert [cell.value for cell in column.block([1, True, 1.0, "1", 0, False])] == ["1", "true", "1", "1", "0", "false"]
    assert [cell.value for cell in column.block([True, 1])] == ["true", "1"]


def test_each_row_is_read_by_its_own_country() -> None:
    column = ColumnNormaliser(normaliser(field(FieldType.PHONE), Formats("NO")))
    cells = column.block(["33112233", "33112233", "22334455", None], ["DK", None, "NO", "DK"])
    assert [cell.key for cell in cells] == ["4533112233", "4733112233", "4722334455", None]


def test_a_column_of_many_values_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_import.flow.normalise.column.MEMO_LIMIT", 10)
    column = ColumnNormaliser(normaliser(field(FieldType.TEXT), Formats()))
    assert [cell.value for cell in column.block([None, *map(str, range(100)), None])] == [None, *map(str, range(100)), None]
    assert len(column._memos[None]) <= 11


@pytest.mark.parametrize("blank", [None, "", "  ", "\t\n", "\u00a0", "\u200b", "\ufeff", "\x00"])
@pytest.mark.parametrize("type_", list(FieldType))
def test_cells_that_look_empty_are_blank(type_: FieldType, blank: str | None) -> None:
    assert normaliser(field(type_), Formats("DK"))(blank, None) == BLANK


@pytest.mark.parametrize("dash", ["-", "–", "n/a", "N/A", "NULL"])
def test_a_dash_is_no_telephone_number_but_may_be_a_name(dash: str) -> None:
    for type_ in set(FieldType) - {FieldType.TEXT, FieldType.LONG_TEXT}:
        assert normaliser(field(type_), Formats("DK"))(dash, None) == BLANK
    assert normaliser(field(FieldType.TEXT), Formats())(dash, None).value == dash


@pytest.mark.parametrize(
    "text",
    ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#I/T", "#VÆRDI!", "#NAVN?", "#NV", "#BEZUG!",
     "#WERT!",
     "#SAKNAS!", "#VERDI!", "#N/B", "#VERW!", "#VALEUR!", "#NOM?", "#N/D", "#¡REF!",
     "#¿NOMBRE?", "#PUUTTUU!", "#ARVO!", "Err:502", "########"],
)  # fmt: skip
def test_error_values_of_spreadsheets_are_problems_in_every_language(text: str) -> None:
    for type_ in FieldType:
        result = normaliser(field(type_), Formats())(text, None)
        assert result.value is None
        assert result.issue is not None
        assert (result.issue.code, result.issue.severity) == ("error_cell", Severity.ERROR)


@pytest.mark.parametrize("text", ["#1 Pizza", "# 12", "#hashtag", "Err: what", "##"])
def test_names_that_begin_like_an_error_value_are_names(text: str) -> None:
    assert normaliser(field(FieldType.TEXT), Formats())(text, None).value == text


def test_libraries_are_loaded_only_for_the_fields_that_need_them() -> None:
    code = """
import sys
from tui_import.flow.normalise import ColumnNormaliser, Formats, normaliser
from tui_import.model.fields import Field, FieldType
cheap = set(FieldType) - {FieldType.PHONE, FieldType.VAT_NUMBER, FieldType.COUNTRY}
for type_ in cheap:
    read = normaliser(Field("company", "sample", type_, "Sample", choices=("a", "b")), Formats("DK"))
    ColumnNormaliser(read).block(["anna@firma.dk", "31-12-2024", "2024-12-31", "1.234,50", "Søren", "www.firma.dk", 12, True, None])
    assert read("2024-12-31", None) and read(None, "DK")
print(*{"phonenumbers", "stdnum", "dns"}.intersection(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_only_telephone_vat_and_post_code_depend_on_the_country() -> None:
    assert {type_ for type_ in FieldType if needs_region(field(type_))} == {FieldType.PHONE, FieldType.VAT_NUMBER, FieldType.POSTAL_CODE}


REPAIRS = [
    (FieldType.TEXT, "SÃ¸ren", None, "mojibake", "Søren"),
    (FieldType.LIST, "TÃ¦kkemand", None, "mojibake", "Tækkemand"),
    (FieldType.POSTAL_CODE, 167, "NO", "lost_zeros", "0167"),
    (FieldType.POSTAL_CODE, "1067.0", "DE", None, None),
    (FieldType.POSTAL_CODE, 1067.0, "DE", "lost_zeros", "01067"),
    (FieldType.POSTAL_CODE, 501, "US", "lost_zeros", "00501"),
    (FieldType.POSTAL_CODE, 800, "DK", "lost_zeros", "0800"),
    (FieldType.POSTAL_CODE, 2100, "DK", None, None),
    (FieldType.POSTAL_CODE, 167, None, None, None),
    (FieldType.VAT_NUMBER, 403170701, "BE", "lost_zeros", "0403170701"),
    (FieldType.VAT_NUMBER, 1120389, "FI", "lost_zeros", "01120389"),
    (FieldType.DATE, 45000, None, "serial_date", "2023-03-15"),
    (FieldType.PARTIAL_DATE, 31234.0, None, "serial_date", "1985-07-06"),
    (FieldType.DATE, 36526, None, "serial_date", "2000-01-01"),
    (FieldType.DATE, "45000", None, "serial_date", "2023-03-15"),
    (FieldType.DATE, "45000.75", None, "serial_date", "2023-03-15"),
    (FieldType.PARTIAL_DATE, 15000, None, "serial_date", "1941-01-24"),
    (FieldType.PARTIAL_DATE, 1985, None, None, None),
]


@pytest.mark.parametrize(("type_", "value", "region", "code", "mended"), REPAIRS)
def test_damage_by_spreadsheets_is_offered_for_repair(
    type_: FieldType, value: str | float, region: str | None, code: str | None, mended: str | None
) -> None:
    normalise = normaliser(field(type_), Formats())
    issue = normalise(value, region).issue
    assert (issue.code if issue else None, issue.suggestion if issue else None) == (code, mended)
    if code is not None:
        again = normalise(mended, region)
        assert (again.value, again.issue) == (mended, None)


@pytest.mark.parametrize("type_", [FieldType.PHONE, FieldType.VAT_NUMBER, FieldType.POSTAL_CODE, FieldType.TEXT])
@pytest.mark.parametrize("text", ["4.7E+11", "4,70012E+11", 4.7e17])
def test_a_shortened_number_is_kept_with_a_warning_and_matches_nothing(type_: FieldType, text: str | float) -> None:
    result = normaliser(field(type_, is_key=True), Formats("DK"))(text, "DK")
    assert result.value is not None
    assert result.key is None
    assert result.issue is not None
    assert (result.issue.code, result.issue.severity) == ("scientific", Severity.WARNING)
