"""A recipe finds its columns again by header, alias and type, never by position, and says what is different."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.flow.mapping_support import CATALOGUE, VOCABULARY, columns
from tui_import.flow.mapping import match_recipe, recipe_keys, recipe_mapping
from tui_import.model.mapping import ColumnInfo, Drift, Evidence, Link, Mapping
from tui_import.model.settings import Recipe

RECIPE = Recipe(
    mapping={"Firma": ("company.name",), "By": ("company.postal_city",), "E-mail": ("person.email", "company.email"), "Intern": ()},
    constants={"company.country": "DK"},
)


def match(recipe: Recipe, found: list[ColumnInfo]) -> tuple[dict[int, tuple[str, ...]], Drift]:
    mapping, drift = match_recipe(recipe, found, CATALOGUE, VOCABULARY)
    assert all(link.evidence is Evidence.RECIPE and link.reason for link in mapping.links)
    return {column.position: mapping.fields_of(column.position) for column in found if mapping.fields_of(column.position)}, drift


def test_the_same_file_has_no_drift() -> None:
    mapping, drift = match(RECIPE, columns(["Firma", "By", "E-mail", "Intern"]))
    assert mapping == {0: ("company.name",), 1: ("company.postal_city",), 2: ("person.email", "company.email")}
    assert drift == Drift()


def test_constants_come_along() -> None:
    assert match_recipe(RECIPE, columns(["Firma"]), CATALOGUE, VOCABULARY)[0].constants == {"company.country": "DK"}


def test_moved_columns_are_found_and_do_no_harm() -> None:
    mapping, drift = match(RECIPE, columns(["E-mail", "Firma", "By", "Intern"]))
    assert mapping == {0: ("person.email", "company.email"), 1: ("company.name",), 2: ("company.postal_city",)}
    assert drift.moved == ("E-mail",)
    assert not drift
    assert not drift.blocks


def test_case_and_punctuation_do_not_matter() -> None:
    assert match(RECIPE, columns(["FIRMA*", "by", "E_MAIL", "intern"]))[1] == Drift()


def test_a_column_by_another_name_of_its_field_is_found_and_told() -> None:
    mapping, drift = match(RECIPE, columns(["Company name", "By", "E-mail", "Intern"]))
    assert mapping[0] == ("company.name",)
    assert drift.renamed == (("Firma", "Company name"),)
    assert drift
    assert not drift.blocks


def test_a_column_without_known_name_is_found_by_the_look_of_its_values() -> None:
    emails = ["a@b.dk", "c@d.dk", "e@f.dk"]
    mapping, drift = match(RECIPE, columns(["Firma", "By", "Kanal 7", "Intern"], [[], [], emails, []]))
    assert mapping[2] == ("person.email", "company.email")
    assert drift.renamed == (("E-mail", "Kanal 7"),)


def test_of_two_columns_that_look_alike_none_is_taken() -> None:
    emails = ["a@b.dk", "c@d.dk", "e@f.dk"]
    drift = match(RECIPE, columns(["Firma", "By", "Kanal 7", "Kanal 8", "Intern"], [[], [], emails, emails, []]))[1]
    assert drift.missing == ("E-mail",)


def test_missing_columns_block_and_new_ones_are_named() -> None:
    drift = match(RECIPE, columns(["Firma", "E-mail", "Land", "Intern"]))[1]
    assert drift.missing == ("By",)
    assert drift.new == ("Land",)
    assert drift.blocks


def test_a_column_that_was_left_out_may_be_gone() -> None:
    assert match(RECIPE, columns(["Firma", "By", "E-mail"]))[1] == Drift()


def test_columns_of_the_same_name_are_told_apart() -> None:
    found = columns(["Titre", "Nom", "Titre"])
    assert recipe_keys(found) == ["Titre", "Nom", "Titre #2"]
    recipe = Recipe(mapping={"Titre": ("person.salutation",), "Titre #2": ("person.title",)})
    assert match(recipe, found)[0] == {0: ("person.salutation",), 2: ("person.title",)}


def test_columns_without_header_are_found_by_their_letter_where_the_values_fit() -> None:
    recipe = Recipe(mapping={"B": ("person.email",)})
    emails, words = ["a@b.dk", "c@d.dk", "e@f.dk"], ["Lars", "Bo", "Ib"]
    assert match(recipe, columns(["", ""], [words, emails]))[0] == {1: ("person.email",)}
    assert match(recipe, columns(["", "", ""], [words, words, emails]))[0] == {2: ("person.email",)}


headers = st.lists(st.sampled_from(["Navn", "navn", "Navn #2", "", "E-mail", "A", "B", "#2"]) | st.text(max_size=6), max_size=8)


@given(headers, st.data())
def test_a_saved_mapping_fits_the_file_that_it_was_made_for(names: list[str], data: st.DataObject) -> None:
    found = columns(names)
    fields = ["company.name", "company.phone", "person.email", "person.title"]
    links = tuple(Link(position, data.draw(st.sampled_from(fields))) for position in range(len(names)) if data.draw(st.booleans()))
    mapping = Mapping(links)
    keys = recipe_keys(found)
    assert len(set(keys)) == len(keys)
    matched, drift = match_recipe(Recipe(mapping=recipe_mapping(mapping, found)), found, CATALOGUE, VOCABULARY)
    assert [matched.fields_of(position) for position in range(len(names))] == [
        mapping.fields_of(position) for position in range(len(names))
    ]
    assert drift == Drift()
