"""Full names taken apart as people in our countries write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_import.flow.names import Name, split_full_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Anna Hansen", Name("Anna", "", "Hansen")),
        ("  Anna   Marie  Hansen ", Name("Anna", "Marie", "Hansen")),
        ("Anders Å. Sørensen", Name("Anders", "Å.", "Sørensen")),
        ("HANSEN ANNA", Name("HANSEN", "", "ANNA")),
        ("Jean-Luc Picard", Name("Jean-Luc", "", "Picard")),
        ("M. Dupont", Name("M.", "", "Dupont")),
        ("Mary O'Brien", Name("Mary", "", "O'Brien")),
        ("Ole & Kari Nordmann", Name("Ole", "& Kari", "Nordmann")),
        ("María García López", Name("María", "García", "López")),
    ],
)
def test_the_last_word_is_the_last_name(text: str, name: Name) -> None:
    assert split_full_name(text) == name


@pytest.mark.parametrize("text", ["Hansen", "O'Brien", "Anna,", ", Hansen", ", PhD", "de", "Dr."])
def test_a_single_word_is_the_last_name(text: str) -> None:
    assert split_full_name(text) == Name("", "", text.strip(", "))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ludwig van Beethoven", Name("Ludwig", "", "van Beethoven")),
        ("Jan van der Berg", Name("Jan", "", "van der Berg")),
        ("Jens Peter de Thurah", Name("Jens", "Peter", "de Thurah")),
        ("Ana de la Cruz", Name("Ana", "", "de la Cruz")),
        ("Anna Da Silva", Name("Anna", "", "Da Silva")),
        ("Leonardo da Vinci", Name("Leonardo", "", "da Vinci")),
        ("José Ortega y Gasset", Name("José", "", "Ortega y Gasset")),
        ("Otto von und zu Berg", Name("Otto", "", "von und zu Berg")),
        ("Jan in 't Veld", Name("Jan", "", "in 't Veld")),
        ("van der Berg", Name("", "", "van der Berg")),
        ("Di Maria", Name("Di", "", "Maria")),
        ("Anna E Hansen", Name("Anna", "E", "Hansen")),
    ],
)
def test_particles_stay_with_the_last_name(text: str, name: Name) -> None:
    assert split_full_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hansen, Anna", Name("Anna", "", "Hansen")),
        ("Hansen,Anna Marie", Name("Anna", "Marie", "Hansen")),
        ("van der Berg, Jan", Name("Jan", "", "van der Berg")),
        ("Berg, Jan van den", Name("Jan", "", "van den Berg")),
        ("García López, María", Name("María", "", "García López")),
        ("Müller-Lüdenscheidt, Dr. Hans", Name("Hans", "", "Müller-Lüdenscheidt", "Dr.")),
        ("Smith, John, Jr.", Name("John", "", "Smith Jr.")),
    ],
)
def test_last_name_first_is_recognised_by_the_comma(text: str, name: Name) -> None:
    assert split_full_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dr. Anna Hansen", Name("Anna", "", "Hansen", "Dr.")),
        ("Mr John Smith", Name("John", "", "Smith", "Mr")),
        ("Prof. Dr. med. Hans Müller", Name("Hans", "", "Müller", "Prof. Dr. med.")),
        ("Dipl.-Ing. Eva Maier", Name("Eva", "", "Maier", "Dipl.-Ing.")),
        ("Herr Dr. Schmidt", Name("", "", "Schmidt", "Herr Dr.")),
        ("Mme Marie Curie", Name("Marie", "", "Curie", "Mme")),
        ("John Smith, PhD", Name("John", "", "Smith", "PhD")),
        ("Anna Hansen MBA", Name("Anna", "", "Hansen", "MBA")),
        ("Anna Ma", Name("Anna", "", "Ma")),
        ("Yo Yo Ma", Name("Yo", "Yo", "Ma")),
        ("John Smith Jr.", Name("John", "", "Smith Jr.")),
        ("John Smith, Jr.", Name("John", "", "Smith Jr.")),
        ("John Smith III", Name("John", "", "Smith III")),
        ("Anna Hansen (HR)", Name("Anna", "", "Hansen (HR)")),
    ],
)
def test_titles_and_degrees_are_no_part_of_the_name_and_suffixes_are(text: str, name: Name) -> None:
    assert split_full_name(text) == name


WORDS = st.sampled_from("Anna Hansen van der de y von Dr. Mr. Jr. PhD MBA III M. , & (HR) 't O'Brien dr med. ÅSE".split())  # noqa: SIM905


@given(st.one_of(st.lists(WORDS, max_size=8).map(" ".join), st.text(max_size=30)))
def test_no_word_is_lost_and_no_name_is_without_a_last_name(text: str) -> None:
    name = split_full_name(text)
    words = text.replace(",", " ").split()
    assert sorted(" ".join(name).replace(",", " ").split()) == sorted(words)
    assert bool(name.last) == bool(words)
