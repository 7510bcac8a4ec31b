"""What is written after --set, --option and --map means what the recipe would mean, and mistakes are named."""

from __future__ import annotations

import pytest

from tui_import.api.errors import UsageError
from tui_import.api.options import Choice, Option, OptionType
from tui_import.cli.choices import links, option_values, pair, sort_choices
from tui_import.model.mapping import ColumnInfo

COLUMNS = [ColumnInfo(0, "Firma", "A"), ColumnInfo(1, "a=b", "B"), ColumnInfo(2, "", "C"), ColumnInfo(3, "E-mail", "D")]


def test_constants_and_options_are_told_apart_from_settings() -> None:
    choices = sort_choices(["constants.company.category=Prospect", "options.sheet=A=B", "person.match=email"])
    assert choices.constants == (("company.category", "Prospect"),)
    assert choices.options == (("sheet", "A=B"),)
    assert choices.settings == ("person.match=email",)


def test_a_pair_without_its_equals_sign_is_refused() -> None:
    with pytest.raises(UsageError, match="KEY=VALUE"):
        pair("person.match email")


OPTIONS = [
    Option("header_row", "Heading row", OptionType.INTEGER),
    Option("strict", "Strict", OptionType.BOOLEAN),
    Option("factor", "Factor", OptionType.DECIMAL),
    Option("mode", "Mode", OptionType.CHOICE, choices=[Choice("a", "A"), Choice("b", "B")]),
    Option("sheet", "Sheet"),
]


def test_options_get_the_types_that_the_source_declares() -> None:
    pairs = [("header_row", "3"), ("strict", "yes"), ("factor", "1.5"), ("mode", "b"), ("sheet", "3")]
    assert option_values(OPTIONS, pairs) == {"header_row": 3, "strict": True, "factor": 1.5, "mode": "b", "sheet": "3"}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("header_row", "three", "whole number"),
        ("strict", "x", "true"),
        ("mode", "c", "a, b"),
        ("sheat", "x", "sheet"),
        ("factor", "x", "0.5"),
    ],
)
def test_an_option_that_does_not_fit_is_refused(key: str, value: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        option_values(OPTIONS, [(key, value)])


def test_a_column_is_found_by_header_by_words_and_by_letter() -> None:
    found = links(["Firma=company.name", "e-MAIL=person.email", "c=company.code", "Firma=company.department"], COLUMNS)
    assert found == {0: ["company.name", "company.department"], 3: ["person.email"], 2: ["company.code"]}


def test_a_header_may_have_an_equals_sign_and_a_column_can_be_left_out() -> None:
    assert links(["a=b=company.code", "E-mail="], COLUMNS) == {1: ["company.code"], 3: []}


def test_a_column_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="Firma"):
        links(["Frima=company.name"], COLUMNS)
    with pytest.raises(UsageError, match="COLUMN=FIELD"):
        links(["company.name"], COLUMNS)
