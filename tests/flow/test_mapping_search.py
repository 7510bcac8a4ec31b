"""The field picker finds a field by a few letters, in the user's language or another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flow.mapping_support import CATALOGUE, VOCABULARY
from tui_import.flow.mapping import find_fields


def keys(query: str) -> list[str]:
    return [field.key for field in find_fields(query, CATALOGUE, VOCABULARY)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("mob", "person.mobile"),
        ("vat", "company.vat_number"),
        ("cvr", "company.vat_number"),
        ("birth", "person.birthdate"),
        ("fødselsd", "person.birthdate"),
        ("fodsels", "person.birthdate"),
        ("efternavn", "person.last_name"),
        ("last", "person.last_name"),
        ("full", "person.full_name"),
        ("company name", "company.name"),
        ("person email", "person.email"),
        ("private city", "person.private_city"),
        ("company.street_code", "company.street_code"),
        ("handy", "person.mobile"),
        ("Y-tunnus", "company.vat_number"),
    ],
)
def test_a_few_letters_bring_the_field_to_the_top(query: str, first: str) -> None:
    assert keys(query)[0] == first


def test_email_brings_the_fields_of_both() -> None:
    assert set(keys("email")[:2]) == {"company.email", "person.email"}


def test_nothing_typed_shows_all_fields() -> None:
    assert keys("") == keys(" * ") == list(CATALOGUE.fields)


def test_misspelt_words_find_what_is_alike() -> None:
    assert "person.birthdate" in keys("brithdate")


def test_what_is_like_nothing_finds_nothing() -> None:
    assert keys("qqqxxyzz") == []


@given(st.text(max_size=30))
def test_any_text_can_be_typed(query: str) -> None:
    found = keys(query)
    assert len(found) == len(set(found))
    assert set(found) <= set(CATALOGUE.fields)
