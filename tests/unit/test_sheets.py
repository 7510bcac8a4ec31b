"""Where a row stands, written and read."""

from __future__ import annotations

import pytest

from tui_import.model.sheets import from_label, label, number_of


def test_what_a_row_is_called_is_read_back() -> None:
    for number, place in ((12, ("", 12)), (number_of(2, 7), ("A!B", 7))):
        assert from_label(label(number, ["Persons", "A!B"])) == place


@pytest.mark.parametrize("text", ["", "Persons!", "²", "-1", "9" * 5000, "Persons!1.5"])
def test_what_is_no_row_is_none(text: str) -> None:
    assert from_label(text) is None
