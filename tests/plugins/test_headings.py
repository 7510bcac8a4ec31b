"""Headings are found where they are, and not where they are not."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_import.api import Row
from tui_import.api.errors import UsageError
from tui_import.api.headings import Heading, chosen_heading, column_names, find_heading, heading_findings


def rows(*lines: str, start: int = 1) -> list[Row]:
    """Rows of cells parted by "|"; an empty line is a blank row that is left out."""
    return [Row(number, tuple(cell or None for cell in line.split("|"))) for number, line in enumerate(lines, start) if line.strip("|")]


def found(*lines: str) -> str:
    return find_heading(rows(*lines)).label


def test_the_first_row_is_the_heading_of_a_plain_table() -> None:
    assert found("Name|E-mail|Phone", "Anna|anna@example.com|12345678", "Bo|bo@example.com|87654321") == "1"


def test_a_table_of_texts_only_is_taken_to_have_a_heading() -> None:
    assert found("Name|City|Country", "Acme|Oslo|Norway", "Umbrella|Bergen|Norway") == "1"


def test_a_first_row_that_is_a_person_is_data() -> None:
    assert found("John Doe|John|john@example.com", "Jane Doe|Jane|jane@example.com") == "0"


def test_a_first_row_with_the_numbers_of_the_rows_below_is_data() -> None:
    assert found("1|english", "2|german", "3|danish") == "0"


def test_numbers_as_headings_over_yes_and_no_are_headings() -> None:
    assert found("id|100022|100025", "id1|TRUE|FALSE", "id2|FALSE|FALSE") == "1"


def test_a_title_and_a_blank_row_above_are_passed_over() -> None:
    assert found("Customers 2024", "", "Name|City|Zip|Revenue", "Acme|Oslo|0150|12", "Umbrella|Bergen|5003|40") == "3"


def test_a_comment_line_above_is_passed_over() -> None:
    assert found("# exported today", "id|name", "1|english", "2|danish") == "2"


def test_a_row_of_groups_above_belongs_to_the_headings() -> None:
    lines = ("Company||Person|", "Name|Zip|First name|E-mail", "Acme|0150|Anna|anna@example.com", "Umbrella|5003|Bo|bo@example.com")
    assert found(*lines) == "1-2"
    assert column_names(rows(*lines), find_heading(rows(*lines)), 4) == ("Company Name", "Zip", "Person First name", "E-mail")


def test_a_row_below_that_divides_a_group_belongs_to_the_headings() -> None:
    assert found("Date|Purpose|Travel||", "||Air|Rail|Taxi", "2024-01-01|Meeting|12|13|14", "2024-01-02|Visit|15|16|17") == "1-2"


def test_a_heading_that_stands_twice_is_named_once() -> None:
    lines = ("DATE|Qty", "DATE|Qty", "2024-01-01|5", "2024-01-02|6")
    assert found(*lines) == "1-2"
    assert column_names(rows(*lines), find_heading(rows(*lines)), 2) == ("DATE", "Qty")


def test_example_rows_of_a_template_are_data() -> None:
    lines = ("Company name|Zip|Phone|E-mail", "Example data:|||", "Acme|0150|23354000|info@example.com")
    assert found(*lines) == "1"


def test_a_template_without_rows_has_a_heading() -> None:
    assert found("Company name|Zip|Phone") == "1"


def test_nothing_has_no_heading() -> None:
    assert find_heading([]) == Heading()


def test_typed_cells_are_no_headings() -> None:
    typed = [Row(1, ("A", 5, datetime.date(2024, 1, 1))), Row(2, ("B", 6, datetime.date(2024, 1, 2)))]
    assert find_heading(typed).label == "0"


def test_a_user_is_told_what_is_passed_over_and_when_no_heading_was_found() -> None:
    titled = rows("Customers 2024", "", "Name|City|Zip|Revenue", "Acme|Oslo|0150|12")
    assert [(finding.row, "1 row above" in finding.message) for finding in heading_findings(titled, Heading(3, 3), chosen=False)] == [
        (1, True)
    ]
    assert "No row of headings" in heading_findings(titled, Heading(), chosen=False)[0].message
    assert heading_findings(titled, Heading(), chosen=True) == []
    assert heading_findings(titled[1:], Heading(3, 3), chosen=False) == []


def test_duplicate_and_empty_headings_are_kept() -> None:
    assert column_names(rows("E-mail||E-mail", "a|b|c"), Heading(1, 1), 3) == ("E-mail", "", "E-mail")


@pytest.mark.parametrize(("option", "expected"), [("0", "0"), (0, "0"), (3, "3"), (3.0, "3"), ("3-4", "3-4"), (" 3 - 4 ", "3-4")])
def test_the_user_says_where_the_headings_are(option: str | int | float, expected: str) -> None:
    heading = chosen_heading(option)
    assert heading is not None
    assert heading.label == expected


@pytest.mark.parametrize("option", ["auto", "AUTO", "", None])
def test_auto_leaves_it_to_the_program(option: str | None) -> None:
    assert chosen_heading(option) is None


@pytest.mark.parametrize("option", ["4-3", "first", "-1", "0-2", "1,2"])
def test_a_heading_row_that_is_none_is_refused_with_a_hint(option: str) -> None:
    with pytest.raises(UsageError) as refused:
        chosen_heading(option)
    assert "3-4" in refused.value.hint


cells = st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.dates())


@given(st.lists(st.lists(cells, max_size=6), max_size=12))
def test_any_rows_at_all_have_a_heading_among_them_or_none(table: list[list[object]]) -> None:
    given_rows = [Row(number, tuple(values)) for number, values in enumerate(table, 1)]  # type: ignore[arg-type]
    heading = find_heading(given_rows)
    assert 0 <= heading.first <= heading.last <= len(table)
    assert 0 <= heading.confidence <= 1
    assert len(column_names(given_rows, heading, 6)) == 6
