"""Recipes: what the contract shows is read, what is wrong is named, whatever stands in a header comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_import import config
from tui_import.api.errors import RecipeError, UsageError
from tui_import.config.files import FOLDER_VARIABLE
from tui_import.model.settings import Action, CompanyKey, KeyedAction, KeyedRules, ListPolicy, PersonKey, ProductKey, ProductRules, Recipe

CONTRACT = """
format = 1
source = "excel"
kind = "contacts"
[options]
sheet = "Customers"
header_row = 1
[mapping]
"Company name" = "company.name"
"E-mail" = ["person.email", "company.email"]
"Internal" = []
[constants]
"company.category" = "Prospect"
[company]
match = "vat_number"
action = "replace"
[person]
match = "email"
action = "merge"
without_company = "skip"
[product]
match = "code"
price_list = "Standard"
[lists]
category = "default"
[values]
phones = "add"
blank_cells = "keep"
[privacy]
comment = "Trade fair 2026"
[duplicates]
find = false
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration folder of the test's own."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    config.load_catalogue.cache_clear()
    yield tmp_path
    config.load_catalogue.cache_clear()


def test_the_recipe_of_the_contract_is_read() -> None:
    recipe = config.parse_recipe(CONTRACT, "fair", catalogue=config.load_catalogue())
    assert (recipe.name, recipe.source, recipe.kind) == ("fair", "excel", "contacts")
    assert recipe.options == {"sheet": "Customers", "header_row": 1}
    assert recipe.mapping == {"Company name": ("company.name",), "E-mail": ("person.email", "company.email"), "Internal": ()}
    assert recipe.constants == {"company.category": "Prospect"}
    assert recipe.settings.company.match is CompanyKey.VAT_NUMBER
    assert recipe.settings.company.action is Action.REPLACE
    assert recipe.settings.person.match is PersonKey.EMAIL
    assert recipe.settings.lists == {"category": ListPolicy.DEFAULT}
    assert recipe.settings.duplicates.find is False
    assert recipe.settings.privacy.comment == "Trade fair 2026"


def test_the_products_table_says_which_price_list_and_key() -> None:
    recipe = config.parse_recipe(CONTRACT)
    assert recipe.settings.product == ProductRules(ProductKey.CODE, Action.MERGE, "Standard")
    assert config.parse_recipe(config.dump_recipe(recipe)).settings == recipe.settings


def test_the_tables_of_all_kinds_say_key_and_action() -> None:
    recipe = config.parse_recipe("format = 1\nkind = 'projects'\n[project]\nmatch = ['name', 'project.number']\naction = 'insert'")
    assert recipe.settings.project == KeyedRules(("name", "number"), KeyedAction.INSERT)
    assert config.parse_recipe(config.dump_recipe(recipe)).settings == recipe.settings


def test_a_recipe_by_hand_needs_only_its_format() -> None:
    assert config.parse_recipe("format = 1") == Recipe()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", ["format = 1"]),
        ("format = 2", ["later version", "2"]),
        ('format = "1"', ["format", "'1'"]),
        ("format = true", ["format"]),
        ("format = 1\nsorce = 'excel'", ["sorce", "source"]),
        ("format = 1\n[persons]", ["persons", "person"]),
        ("format = 1\nkind = 'contact'", ["contact", "contacts"]),
        ("format = 1\nsource = 3", ["source", "3"]),
        ("format = 1\nmapping = 'x'", ["[mapping]"]),
        ("format = 1\nproject = 'x'", ["[project]"]),
        ("format = 1\n[mapping]\nA = 3", ["[mapping]", "'A'", "3", "person.email"]),
        ("format = 1\n[mapping]\nA = ['company.name', 3]", ["[mapping]", "'A'"]),
        ("format = 1\n[mapping]\nA = 'company.nam'", ["A", "company.nam", "company.name"]),
        ("format = 1\n[constants]\n'company.ctegory' = 'x'", ["company.ctegory", "company.category"]),
        ("format = 1\n[constants]\n'company.name' = ['x']", ["[constants]", "company.name"]),
        ("format = 1\n[options]\nsheet = {a = 1}", ["[options]", "sheet"]),
        ("format = 1\n[company]\nmatch = 'nam'", ["company.match", "name, name_department"]),
        ("format = 1\n[company\nmatch = 1", ["TOML", "line 2"]),
    ],
)
def test_what_is_wrong_is_named_with_file_place_and_what_is_allowed(text: str, named: list[str]) -> None:
    with pytest.raises(RecipeError) as caught:
        config.parse_recipe(text, file="fair.toml", catalogue=config.load_catalogue())
    message = str(caught.value)
    assert message.startswith("fair.toml: ")
    assert all(name in message for name in named), message


def test_control_characters_of_a_hostile_recipe_do_not_reach_the_message() -> None:
    with pytest.raises(RecipeError) as caught:
        config.parse_recipe('format = 1\n"evil\\u001b[2J\\u202e" = 1')
    assert caught.value.message.isprintable()
    with pytest.raises(RecipeError) as caught:
        config.parse_recipe('format = 1\n[mapping]\n"evil\\u001b" = 1')
    assert caught.value.message.isprintable()


scalars = st.text(max_size=20) | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.floats(allow_nan=False)
names = st.text(st.characters(exclude_categories=("Cs",)), max_size=20) | st.sampled_from(
    ['"', "'", "a.b", "\n", "\r\n", "\x00", "\x1b[2J", "\u202e", '"""', "'''", "\\", "#", "=", "[x]", "ø", "名", "𝔸", "\x7f"]
)


@given(
    st.builds(
        Recipe,
        source=names,
        options=st.dictionaries(names, scalars, max_size=4),
        mapping=st.dictionaries(names, st.lists(st.sampled_from(["company.name", "person.email"]), unique=True).map(tuple), max_size=6),
        constants=st.dictionaries(names, scalars, max_size=4),
    )
)
def test_whatever_stands_in_headers_and_values_comes_back(recipe: Recipe) -> None:
    assert config.parse_recipe(config.dump_recipe(recipe)) == recipe


class TestFolder:
    """Recipes are saved, listed and found by name."""

    def test_a_saved_recipe_is_found_by_name_and_by_path(self, folder: Path) -> None:
        recipe = config.parse_recipe(CONTRACT)
        path = config.save_recipe(recipe, "Messe 2026")
        assert path == folder / "recipes" / "Messe 2026.toml"
        for name in ("Messe 2026", str(path)):
            found = config.load_recipe(config.recipe_path(name))
            assert found.name == "Messe 2026"
            assert found.mapping == recipe.mapping

    def test_saving_again_replaces_it(self) -> None:
        config.save_recipe(Recipe(source="csv"), "a")
        config.save_recipe(Recipe(source="excel"), "a")
        assert [recipe.source for recipe in config.list_recipes()] == ["excel"]

    def test_the_list_is_sorted_and_passes_over_what_is_no_recipe(self, folder: Path) -> None:
        assert config.list_recipes() == []
        config.save_recipe(Recipe(), "b")
        config.save_recipe(Recipe(), "A")
        (folder / "recipes" / "broken.toml").write_text("format = ", encoding="utf-8")
        assert [recipe.name for recipe in config.list_recipes()] == ["A", "b"]

    @pytest.mark.parametrize("name", ["", " ", "../evil", "a/b", "a\\b", ".hidden", "a\nb", "a\x1b", "x" * 101, "con:"])
    def test_names_that_are_no_file_names_are_refused(self, name: str) -> None:
        with pytest.raises(UsageError, match="cannot be called"):
            config.save_recipe(Recipe(), name)

    def test_a_name_that_does_not_exist_is_told_with_the_nearest(self) -> None:
        with pytest.raises(RecipeError, match="There is no recipe"):
            config.recipe_path("Mese 2026")
        config.save_recipe(Recipe(), "Messe 2026")
        with pytest.raises(RecipeError, match="Did you mean “Messe 2026”"):
            config.recipe_path("Mese 2026")

    def test_a_path_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(RecipeError, match=r"gone\.toml"):
            config.load_recipe(tmp_path / "gone.toml")
