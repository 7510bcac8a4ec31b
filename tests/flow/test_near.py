"""Names that were misspelt find the ones that were meant; those that only look alike do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_import.flow.near import MOST, NearNames

NAMES = ("Supplier", "Customer", "Key account", "Partner", "Group 1", "Group 2", "Åland", "VIP")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Suplier", "Supplier"), ("SUPPLIERS", "Supplier"), ("Custommer", "Customer"), ("account, key", "Key account"),
        ("Keyaccount", "Key account"), ("Partnér", "Partner"), ("Aland", "Åland"), ("Group  1.", "Group 1"),
    ],
)  # fmt: skip
def test_a_misspelt_name_is_near_the_one_that_was_meant(text: str, name: str) -> None:
    found = NearNames(NAMES).near(text)
    assert found[:1] == (name,)


@pytest.mark.parametrize("text", ["Competitor", "Group 3", "IP", "", "Press", "Sup"])
def test_other_names_are_near_nothing(text: str) -> None:
    assert NearNames(NAMES).near(text) == ()


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=20))
def test_any_text_is_answered_with_a_few_names_of_the_list(text: str, names: list[str]) -> None:
    found = NearNames(names).near(text)
    assert len(found) <= MOST
    assert set(found) <= set(names)
    assert len(set(found)) == len(found)
