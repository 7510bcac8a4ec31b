"""VAT and company numbers: compared without prefix and punctuation, the check digit tried."""

from __future__ import annotations

import pytest

from tui_import.flow.normalise import Formats, normaliser
from tui_import.model.fields import Field, FieldType
from tui_import.model.issues import Severity
from tui_import.model.records import Normalised

VAT = Field("company", "vat_number", FieldType.VAT_NUMBER, "VAT number", length=49, is_key=True)


def read(text: object, region: str | None = None, default: str = "") -> Normalised:
    return normaliser(VAT, Formats(default_region=default))(text, region)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("region", "texts", "key"),
    [
        ("DK", ["13585628", "DK13585628", "DK 13 58 56 28", "dk-13585628", 13585628, 13585628.0], "13585628"),
        ("NO", ["923609016", "923 609 016", "NO923609016MVA", "NO 923 609 016 MVA", "923609016 mva", 923609016.0], "923609016"),
        ("SE", ["556012-5790", "5560125790", 5560125790], "5560125790"),
        ("SE", ["SE556012579001", "SE 556012-5790 01", "556012579001"], "556012579001"),
        ("DE", ["DE 136695976", "DE136695976", "136695976"], "136695976"),
        ("NL", ["NL004495445B01", "NL 0044.95.445.B.01", "004495445B01"], "004495445B01"),
        ("FR", ["FR 40 303 265 045", "40303265045"], "40303265045"),
        ("FR", ["303 265 045", "303265045"], "303265045"),
        ("ES", ["ES B58378431", "B-58378431", "B58378431"], "B58378431"),
        ("FI", ["0112038-9", "FI01120389", "FI 0112038-9"], "01120389"),
        ("GB", ["GB 980 7806 84", "980780684"], "980780684"),
        ("BE", ["BE 0403.170.701", "0403170701"], "0403170701"),
        ("CH", ["CHE-100.155.212 MWST", "CHE100155212", "CHE-100.155.212"], "100155212"),
    ],
)
def test_one_company_number_written_in_many_ways_is_one_number(region: str, texts: list[object], key: str) -> None:
    for text in texts:
        result = read(text, region)
        assert (result.key, result.issue) == (key, None), text


def test_the_text_is_kept_as_written() -> None:
    assert read(" DK 13 58 56 28 ", "DK").value == "DK 13 58 56 28"


@pytest.mark.parametrize(
    ("text", "region"), [("13585627", "DK"), ("DK13585627", "NO"), ("923609017", "NO"), ("5560125791", "SE"), ("1358562", "DK")]
)
def test_a_wrong_check_digit_is_a_warning_and_the_number_is_kept(text: str, region: str) -> None:
    result = read(text, region)
    assert result.value == text
    assert result.key
    assert result.issue is not None
    assert (result.issue.code, result.issue.severity) == ("vat_check_digit", Severity.WARNING)


def test_the_number_s_own_prefix_wins_over_the_row_s_country() -> None:
    assert read("DK13585628", "NO") == Normalised("DK13585628", "13585628")


@pytest.mark.parametrize("region", [None, "BR", "nonsense"])
def test_without_rules_for_its_country_a_number_is_taken_as_it_is(region: str | None) -> None:
    assert read("12-34567", region) == Normalised("12-34567", "1234567")


def test_the_file_s_country_is_used_where_the_row_names_none() -> None:
    assert read("13585627", None, default="DK").issue is not None
    assert read("13585627", None).issue is None
