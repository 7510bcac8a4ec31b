"""A name that is not what it looks like is pointed out to whoever reviews it."""

from __future__ import annotations

import pytest

from tests.shared import shared
from tui_import.config.shipped import load_catalogue
from tui_import.flow.normalise import Formats, normaliser
from tui_import.model.issues import Severity
from tui_import.model.lookalikes import look_alike, mixed_word

NAME = load_catalogue()["company.name"]


@pytest.mark.parametrize("name", ["Аpple Inc", "Micrоsoft", "Οrsted A/S", "Nоrdlys ApS"])
def test_a_name_with_a_letter_of_another_alphabet_in_it_is_a_warning(name: str) -> None:
    result = normaliser(NAME, Formats())(name)
    assert result.value == name, "it is kept as it is"
    assert result.issue is not None
    assert (result.issue.code, result.issue.severity) == ("mixed_alphabets", Severity.WARNING)
    assert mixed_word(name) in str(result.issue)


@pytest.mark.parametrize(
    "name", ["Ørsted A/S", "Ромашка ООО", "ООО IKEA", "Μέγας Αθήνα", "Resistor 10 kΩ", "Müller & Söhne", "日本語", "Café Жизнь", "5 µm"]
)
def test_names_in_one_alphabet_or_two_side_by_side_are_none(name: str) -> None:
    assert normaliser(NAME, Formats())(name).issue is None


def test_a_name_that_reads_backwards_is_a_warning_and_loses_its_signs() -> None:
    result = normaliser(NAME, Formats())("Evil \u202eSPA droN\u202c")
    assert (result.value, result.issue and result.issue.code) == ("Evil SPA droN", "turns_direction")


def test_signs_that_windows_puts_around_numbers_are_no_warning() -> None:
    result = normaliser(load_catalogue()["person.mobile"], Formats())("\u202a+45 20 30 40 50\u202c")
    assert (result.value, result.issue) == ("+45 20 30 40 50", None)


def test_an_address_in_another_alphabet_is_no_address_that_somebody_could_mistake() -> None:
    result = normaliser(load_catalogue()["person.email"], Formats())("ann@pаypal.example")
    assert result.issue is not None


@pytest.mark.parametrize(("one", "other", "alike"), [("Аррlе", "Apple", True), ("Apple", "Apple", False), ("Ørsted", "Orsted", False)])
def test_two_names_that_look_the_same_are_told_from_two_that_do_not(one: str, other: str, alike: bool) -> None:
    assert look_alike(one, other) is alike


def test_the_samples_have_no_false_alarm() -> None:
    """Names of real companies in nine languages."""
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in shared("samples/companies").rglob("*.csv"))
    assert [word for word in (mixed_word(line) for line in text.splitlines()) if word] == []
