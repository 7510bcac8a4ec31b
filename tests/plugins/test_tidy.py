"""The bundled transforms: names as their owners write them, and nothing that was right is made wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_import_tidy.transforms import Blanks, CompanyCase, NameCase, Placeholders, WithoutTitles

from tui_import.api import Finding


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("HANSEN", "Hansen"),
        ("søren", "Søren"),
        ("ANNA VAN DER BERG", "Anna van der Berg"),
        ("VAN DER BERG", "Van der Berg"),
        ("O'BRIEN-MCDONALD", "O'Brien-McDonald"),
        ("MACLEOD", "MacLeod"),
        ("MACHADO", "Machado"),
        ("d’angelo", "D’Angelo"),
        ("ÅSE-MARIE", "Åse-Marie"),
        ("McDonald", "McDonald"),
        ("deGroot", "deGroot"),
        (1234, 1234),
    ],
)
def test_names_in_capitals_are_written_as_names(given: object, wanted: object) -> None:
    assert NameCase().transform(given) == wanted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("ACME TRADING GMBH", "Acme Trading GmbH"),
        ("IBM DANMARK A/S", "IBM Danmark A/S"),
        ("NORDIC FOODS APS", "Nordic Foods ApS"),
        ("IKEA", "IKEA"),
        ("Acme Trading GMBH", "Acme Trading GMBH"),
    ],
)
def test_companies_in_capitals_keep_their_abbreviations_and_legal_forms(given: str, wanted: str) -> None:
    assert CompanyCase().transform(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Dr. Anna Berg, PhD", "Anna Berg"),
        ("Prof. Dr. Bo Lund", "Bo Lund"),
        ("Don Miller", "Don Miller"),
        ("Hr. Hansen", "Hansen"),
        ("Dr.", "Dr."),
        ("Anna  Berg", "Anna  Berg"),
    ],
)
def test_titles_go_and_names_stay(given: str, wanted: str) -> None:
    assert WithoutTitles().transform(given) == wanted


def test_blanks_are_one_and_placeholders_are_pointed_at() -> None:
    assert Blanks().transform("  Anna \n Berg ") == "Anna Berg"
    assert isinstance(Placeholders().transform(" N/A "), Finding)
    assert Placeholders().transform("Nadia") == "Nadia"


@given(st.text(max_size=40))
def test_whatever_stands_there_tidying_twice_changes_nothing_more(text: str) -> None:
    for transform in (CompanyCase(), WithoutTitles(), Blanks()):
        once = transform.transform(text)
        assert transform.transform(once) == once  # type: ignore[arg-type]


def test_they_are_offered_where_they_make_sense() -> None:
    assert NameCase().applies_to("person.last_name", "text")
    assert not NameCase().applies_to("company.vat_number", "vat")
    assert CompanyCase().applies_to("company.name", "text")
