"""Telephone numbers: equal numbers have equal keys, however they are written."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_import.flow.normalise import Formats, normaliser
from tui_import.flow.normalise.phone import parse, quick_parser
from tui_import.model.fields import Field, FieldType
from tui_import.model.issues import Severity
from tui_import.model.records import Normalised

PHONE = Field("person", "mobile", FieldType.PHONE, "Mobile phone", length=239, multiple=True)


def read(text: object, region: str | None = None, default: str = "") -> Normalised:
    return normaliser(PHONE, Formats(default_region=default))(text, region)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("region", "texts", "key"),
    [
        ("DK", ["33112233", "33 11 22 33", "33-11-22-33", "+45 33 11 22 33", "+4533112233", "0045 33112233", "4533112233",
        "(+45) 33 11 22 33",
                "Tel. 33 11 22 33", "tlf: 33112233", "33112233 (privat)", "tel:+4533112233", "33112233.0", 33112233, 33112233.0,
                "\u202a+45 33 11 22 33\u202c", "33\u00a011\u00a022\u00a033", "33/11/22/33", "+45 (0) 33 11 22 33"], "4533112233"),
        ("NO", ["22 33 44 55", "22334455", "+47 22 33 44 55", "0047 22 33 44 55", "(+47) 22334455"], "4722334455"),
        ("SE", ["08-123 456 78", "08/12345678", "+46 8 123 456 78", "+46 (0)8-123 456 78", "0046 8 12345678", 812345678], "46812345678"),
        ("SE", ["070-174 06 05", "+46701740605", "0701740605", "701740605"], "46701740605"),
        ("DE", ["030 123456", "030/123456", "(030) 12 34 56", "+49 30 123456", "+49 (0) 30 123456", "0049 30 123456"], "4930123456"),
        ("NL", ["020-624 11 11", "+31 20 624 1111", "+31(0)206241111", "0206241111"], "31206241111"),
        ("FR", ["01 42 68 53 00", "+33 1 42 68 53 00", "01.42.68.53.00", "142685300", "+33 (0)1 42 68 53 00"], "33142685300"),
        ("ES", ["912 34 56 78", "+34 912345678", "0034 912 345 678"], "34912345678"),
        ("FI", ["09 1234567", "+358 9 1234567", "+358 (0)9 123 4567", "00358 9 1234567"], "35891234567"),
        ("GB", ["020 7946 0018", "(020) 7946 0018", "+44 20 7946 0018", "+44 (0)20 7946 0018", "0044 20 79460018", "(0)20 7946 0018"],
         "442079460018"),
        ("US", ["(212) 555-0123", "212-555-0123", "212.555.0123", "1-212-555-0123", "+1 212 555 0123", 2125550123], "12125550123"),
        ("IT", ["06 6982", "+39 06 6982"], "39066982"),
        ("JE", ["01534 440000", "+44 1534 440000"], "441534440000"),
    ],
)  # fmt: skip
def test_one_number_written_in_many_ways_is_one_number(region: str, texts: list[object], key: str) -> None:
    for text in texts:
        result = read(text, region)
        assert (result.key, result.issue) == (key, None), text


def test_the_text_is_kept_as_written() -> None:
    assert read(" +45 33 11 22 33 ", "DK").value == "+45 33 11 22 33"
    assert read(33112233.0, "DK").value == "33112233"


def test_the_file_s_country_is_used_where_the_row_names_none() -> None:
    assert read("33112233", None, default="DK").key == "4533112233"
    assert read("22334455", "NO", default="DK").key == "4722334455"
    assert read("22334455", "", default="NO").key == "4722334455"


@pytest.mark.parametrize(("text", "key"), [("33112233", "33112233"), ("33 11 22 33", "33112233"), ("+45 33112233", "4533112233"),
                                            ("0045 33 11 22 33", "4533112233")])  # fmt: skip
@pytest.mark.parametrize("region", [None, "AQ", "nonsense"])
def test_without_a_known_country_a_number_is_its_digits(region: str | None, text: str, key: str) -> None:
    assert read(text, region) == Normalised(text, key)


@pytest.mark.parametrize("text", ["33112233 lok. 12", "33112233 lokal 12", "33112233 ext 12", "33112233 ext. 12", "33112233, x12",
     "33112233 int. 12",
                                  "33112233 x 12", "+45 33 11 22 33 (lok. 12)", "33112233 Durchwahl 12",
                                  "33112233 anknytning 12"])  # fmt: skip
def test_two_desks_behind_one_number_are_two_numbers(text: str) -> None:
    assert read(text, "DK") == Normalised(text, "4533112233x12")


@pytest.mark.parametrize("text", ["ring til receptionen", "?", "se hjemmeside", "12"])
def test_text_without_a_number_is_kept_with_a_warning_and_matches_nothing(text: str) -> None:
    result = read(text, "DK")
    assert (result.value, result.key) == (text, None)
    assert result.issue is not None
    assert (result.issue.code, result.issue.severity) == ("phone_unreadable", Severity.WARNING)


@pytest.mark.parametrize(
    ("text", "region", "key", "country"),
    [("3311223", "DK", "3311223", "DK"), ("00000000", "DK", None, "DK"), ("+45 12", "NO", "4512", "DK"),
     ("070-174 06 05", "DK", "0701740605", "DK"),
     ("+99912345678", None, "99912345678", "+999"), ("10112233", "DK", "4510112233", "DK")],
)  # fmt: skip
def test_a_number_that_does_not_exist_is_kept_with_a_warning(text: str, region: str | None, key: str | None, country: str) -> None:
    result = read(text, region)
    assert (result.value, result.key) == (text, key)
    assert result.issue is not None
    assert (result.issue.code, result.issue.params) == ("phone_invalid", {"country": country})


def test_words_after_a_number_are_no_digits() -> None:
    assert read("33112233 Anna", "DK").key == "4533112233"


REGIONS = ["DK", "NO", "SE", "DE", "NL", "FR", "ES", "FI", "GB", "US", "IT", "AT", "CH", "PL", "BR", "JE", "CA", "KZ", "AX", "AR", "MX"]


@st.composite
def dialled(draw: st.DrawFn) -> tuple[str, str]:
    """(region, digits near to a number of that region)."""
    region = draw(st.sampled_from(REGIONS))
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    example = phonenumbers.example_number_for_type(region, draw(st.sampled_from(range(11))))
    digits = phonenumbers.national_significant_number(example) if example else "33112233"
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(digits) - 1))
        digits = digits[:at] + draw(st.sampled_from("0123456789")) + digits[at + 1 :]
    digits = draw(st.sampled_from([digits, digits[:-1], digits + "7", "0" + digits]))
    code = str(metadata.country_code)
    prefix = draw(st.sampled_from(["", "", "", "0", "+" + code, "+" + code + "0", "00" + code, code, "+", "00", "1", "011", "99", "999"]))
    return draw(st.sampled_from([region, region, "DK"])), prefix + digits


@settings(max_examples=1500)
@given(dialled())
def test_the_quick_way_says_what_the_library_says(number: tuple[str, str]) -> None:
    region, digits = number
    key = quick_parser(region)(digits)
    if key is not None:
        parsed = parse("+" + digits[2:] if digits.startswith("00") else digits, region)
        assert parsed is not None
        assert (parsed.key, parsed.valid) == (key, True)


@pytest.mark.parametrize("region", [region for region in REGIONS if region not in {"JE", "CA", "KZ", "AX", "BR", "AR", "MX"}])
def test_ordinary_numbers_go_the_quick_way(region: str) -> None:
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
        example = phonenumbers.example_number_for_type(region, kind)
        international = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
        digits = "".join(filter(str.isdigit, national))
        assert quick_parser(region)(international) == international[1:]
        assert quick_parser(None)(international) == international[1:]
        assert quick_parser(region)(digits) == international[1:]
