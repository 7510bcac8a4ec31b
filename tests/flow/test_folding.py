"""Keys: texts that mean the same have the same key."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_import.flow.folding import digits_key, email_key, fold, fold_vat, person_name_key, url_key


@pytest.mark.parametrize(
    ("first", "second"),
    [("Acme A/S", " ACME  a/s "), ("Ångström", "A\u030aNGSTRO\u0308M"), ("Straße", "STRASSE"), ("Firma\u00a0A", "firma a"),
     ("ﬁrma", "FIRMA"),
     ("Ｆｉｒｍａ", "firma"), ("Fir\u00adma", "Firma"), ("ΣΊΣΥΦΟΣ", "σίσυφος")],
)  # fmt: skip
def test_case_width_composition_and_blanks_do_not_matter(first: str, second: str) -> None:
    assert fold(first) == fold(second)


@pytest.mark.parametrize(("first", "second"), [("Acme", "Acme Inc"), ("Åse", "Ase"), ("Møller", "Moller"), ("A B", "AB")])
def test_different_names_stay_different(first: str, second: str) -> None:
    assert fold(first) != fold(second)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
    assert fold(f"  {text}\t") == fold(text)


@given(st.text())
def test_the_short_way_of_folding_says_what_the_long_way_says(text: str) -> None:
    assert fold(text) == fold(text + "\u200b")  # an invisible character forces the long way


def test_folding_is_stable_for_every_character() -> None:
    every = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    text = [c for c in every if c.casefold() != c or not unicodedata.is_normalized("NFKC", c)]
    unstable = [c for c in text if fold(fold(c)) != fold(c) or fold("x" + c + "y") != fold(fold("x" + c + "y"))]
    assert unstable == []
    assert [c for c in text if fold(c) != fold(c + "\u200b")] == []


@pytest.mark.parametrize(
    ("text", "region", "key"),
    [("DK 13 58 56 28", None, "13585628"), ("dk13585628", None, "13585628"), ("NO 923 609 016 MVA", None, "923609016"),
     ("923609016MVA", "NO", "923609016"), ("923609016MVA", None, "923609016MVA"), ("CHE-100.155.212 TVA", None, "100155212"),
     ("ATU12345678", None, "U12345678"), ("EL094259216", None, "094259216"), ("B-58378431", "ES", "B58378431"),
     ("SC123456", "GB", "SC123456"),
     ("DK", None, "DK"), ("", None, ""), ("---", None, "")],
)  # fmt: skip
def test_vat_numbers_lose_prefix_suffix_and_punctuation(text: str, region: str | None, key: str) -> None:
    assert fold_vat(text, region) == key


def test_names_fold_together_wherever_the_middle_name_stands() -> None:
    assert person_name_key("Anna", "Berg Hansen") == person_name_key("ANNA berg", "hansen") == "anna berg hansen"
    assert person_name_key(None, "Hansen") == "hansen"
    assert person_name_key(None, None) is person_name_key(" ", "") is None


@pytest.mark.parametrize(
    ("first", "second"),
    [("http://firma.dk/", "https://FIRMA.dk"), ("firma.dk/om/", "http://firma.dk/om"), ("firma.dk/?a=1", "http://firma.dk/?a=1")],
)
def test_web_addresses_are_equal_without_scheme_and_slash(first: str, second: str) -> None:
    assert url_key(first) == url_key(second)


def test_the_case_of_a_path_matters() -> None:
    assert url_key("firma.dk/A") != url_key("firma.dk/a")


def test_small_keys() -> None:
    assert digits_key("+45 33-11 (22) ٣٣") == "4533112233"
    assert email_key("Søren@Firma.DK") == email_key("søren@firma.dk")
