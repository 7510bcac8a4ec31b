"""The user's copy lies over what is shipped; what is wrong in a file is named."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_import import config
from tui_import.api.errors import RecipeError
from tui_import.config.files import FOLDER_VARIABLE, lay_over
from tui_import.model.fields import FieldType
from tui_import.model.mapping import ColumnInfo, Link, Mapping
from tui_import.model.settings import PersonKey, Settings

CACHED = (config.load_catalogue, config.load_vocabulary, config.shipped_lists)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration folder of the test's own."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    for cached in CACHED:
        cached.cache_clear()
    yield tmp_path
    for cached in CACHED:
        cached.cache_clear()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_shipped_catalogue_has_the_fields_we_promise() -> None:
    catalogue = config.load_catalogue()
    assert catalogue["company.vat_number"].type is FieldType.VAT_NUMBER
    assert catalogue["company.vat_number"].is_key
    assert catalogue["person.email"].multiple
    assert catalogue["person.full_name"].virtual
    assert catalogue["person.gender"].choices == ("unknown", "female", "male")


def test_the_user_can_add_a_field_and_change_one(folder: Path) -> None:
    write(folder / "fields.toml", '[company.x_shoe_size]\ntype = "integer"\nlabel = "Shoe size"\n[company.name]\nlabel = "Firma"\n')
    catalogue = config.load_catalogue()
    assert catalogue["company.x_shoe_size"].type is FieldType.INTEGER
    assert catalogue["company.name"].label == "Firma"
    assert catalogue["company.name"].length == 219


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[company.x_a]\ntype = "txt"\n', ["company.x_a", "type", "'txt'", "long_text"]),
        ('[company.x_a]\nlenght = 3\n', ["company.x_a", "lenght", "length"]),
        ('[company.x_a]\nlength = "3"\n', ["company.x_a", "length", "'3'"]),
        ("company = 3\n", ["company"]),
        ("[company\n", ["fields.toml", "line 1"]),
    ],
)
def test_a_mistake_in_the_catalogue_is_named_with_its_place(folder: Path, text: str, names: list[str]) -> None:
    write(folder / "fields.toml", text)
    with pytest.raises(RecipeError) as caught:
        config.load_catalogue()
    assert all(name in str(caught.value) for name in names), str(caught.value)
    assert "fields.toml" in str(caught.value)


def test_the_shipped_lists_are_those_of_the_specification() -> None:
    lists = config.shipped_lists()
    assert "Withdrawn" in lists["legal_basis"]
    assert "Import" in lists["consent_source"]
    assert "Customer" in lists["category"]


def test_a_list_must_hold_texts(folder: Path) -> None:
    write(folder / "lists.toml", "category = [1]\n")
    with pytest.raises(RecipeError, match="category"):
        config.shipped_lists()


def test_the_user_can_teach_headers_of_any_language(folder: Path) -> None:
    assert config.load_vocabulary().find("podjetje") == ()
    config.load_vocabulary.cache_clear()
    write(folder / "headers" / "sl.toml", "[company]\nname = 'Podjetje'\n")
    assert [(alias.group, alias.name) for alias in config.load_vocabulary().find("podjetje")] == [("company", "name")]
    assert config.load_vocabulary().find("firmanavn")


def test_headers_must_be_texts(folder: Path) -> None:
    write(folder / "headers" / "sl.toml", "[company]\nname = ['Podjetje']\n")
    with pytest.raises(RecipeError, match=r"sl\.toml.*company.*name"):
        config.load_vocabulary()


def test_tables_are_joined_and_values_replaced() -> None:
    assert lay_over({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 9}, "e": 5}) == {"a": {"b": 9, "c": 2}, "d": 3, "e": 5}


def test_the_users_settings_are_where_an_import_begins(folder: Path) -> None:
    assert config.default_settings() == Settings()
    write(folder / "settings.toml", '[person]\nmatch = "email"\n')
    assert config.default_settings().person.match is PersonKey.EMAIL


def test_files_that_are_no_text_are_named(folder: Path) -> None:
    (folder / "settings.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match=r"settings\.toml.*UTF-8"):
        config.default_settings()


class TestMemory:
    """Earlier mappings help, and never stand in the way."""

    COLUMNS = (ColumnInfo(0, "Firma", "A", samples=("Hansen", "Jensen")), ColumnInfo(1, "Ref", "B", samples=("a1", "b2")))

    def test_what_was_linked_is_recalled_in_the_next_import(self) -> None:
        config.remember(Mapping((Link(0, "company.code"),)), self.COLUMNS)
        assert config.recall("FIRMA *", "text") == "company.code"
        assert config.recall("Ref", "text") == ""
        assert config.recall("Ref", "email") is None
        assert config.recall("Land", "text") is None

    def test_only_its_owner_can_read_it_and_no_value_is_in_it(self) -> None:
        config.remember(Mapping((Link(0, "company.code"),)), self.COLUMNS)
        path = config.memory_path()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "Hansen" not in path.read_text(encoding="utf-8")

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1, "headers": {"a": 3}}', '{"format": 1, "headers": 7}'])
    def test_a_damaged_memory_is_an_empty_one(self, text: str) -> None:
        config.memory_path().write_text(text, encoding="utf-8")
        assert config.recall("Firma", "text") is None
        config.remember(Mapping((Link(0, "company.code"),)), self.COLUMNS)
        assert json.loads(config.memory_path().read_text(encoding="utf-8"))["headers"]

    def test_a_folder_that_cannot_be_written_costs_only_the_memory(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(folder / "file", "")
        monkeypatch.setenv(FOLDER_VARIABLE, str(folder / "file"))
        config.remember(Mapping(()), self.COLUMNS)
        assert config.recall("Firma", "text") is None
