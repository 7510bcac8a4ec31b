"""Lists and preferences can be looked at and changed, and refuse what would not fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builder import CATALOGUE, importing, item, make_store
from tui_import.api.errors import UsageError
from tui_import.store import lists
from tui_import.store.connection import Database
from tui_import.store.schema import SHIPPED_PREFERENCES


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    yield database
    database.close()


def test_items_say_how_many_records_use_them(store: Database) -> None:
    with importing(store) as run:
        company = run.insert("company", name="ACME", category=item(store, "Customer"), values={"interests": [item(store, "Golf")]})
        run.insert("person", first_name="Eva", category=item(store, "Customer"), company=company, consent=True)
    used = {(name, each.name): each.used for name, items in lists.lists(store, CATALOGUE).items() for each in items}
    assert used["category", "Customer"] == 2
    assert used["interest", "Golf"] == used["legal_basis", "Consent"] == 1
    assert used["category", "Prospect"] == used["legal_basis", "Withdrawn"] == 0


def test_an_item_is_added_at_the_end(store: Database) -> None:
    added = lists.add_list_item(store, CATALOGUE, "category", "  Key   account ")
    assert (added.name, added.list, added.rank, added.deactivated, added.used) == ("Key account", "category", 3, False, 0)
    assert lists.lists(store, CATALOGUE)["category"][-1] == added


def test_renaming_keeps_records_and_the_default(store: Database) -> None:
    with importing(store) as run:
        run.insert("company", name="ACME", category=item(store, "Customer"))
    lists.set_preference(store, CATALOGUE, "default.category", "customer")
    renamed = lists.set_list_item(store, CATALOGUE, "category", "CUSTOMER", rename="Client")
    assert (renamed.name, renamed.used) == ("Client", 1)
    assert lists.preferences(store)["default.category"] == "Client"


def test_an_item_is_taken_out_of_use_and_into_it_again(store: Database) -> None:
    assert lists.set_list_item(store, CATALOGUE, "category", "Customer", deactivated=True).deactivated
    assert not lists.add_list_item(store, CATALOGUE, "category", "customer").deactivated
    assert not lists.set_list_item(store, CATALOGUE, "category", "Customer", deactivated=False).deactivated


@pytest.mark.parametrize(
    ("name", "new", "message"),
    [
        ("category", "CUSTOMER", "already"),
        ("category", " ", "printable"),
        ("category", "\x1b]52;c;\x07", "printable"),
        ("category", "x" * 240, "239"),
        ("shoes", "Boots", "no list"),
    ],
)
def test_an_item_that_does_not_fit_is_refused(store: Database, name: str, new: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        lists.add_list_item(store, CATALOGUE, name, new)


def test_a_rename_onto_another_item_and_an_unknown_item_are_refused(store: Database) -> None:
    with pytest.raises(UsageError, match="already"):
        lists.set_list_item(store, CATALOGUE, "category", "Customer", rename="prospect")
    with pytest.raises(UsageError) as error:
        lists.set_list_item(store, CATALOGUE, "category", "Nobody", deactivated=True)
    assert "Prospect, Customer" in error.value.hint


def test_preferences_ship_with_their_values(store: Database) -> None:
    assert lists.preferences(store) == SHIPPED_PREFERENCES


@pytest.mark.parametrize(
    ("key", "given", "stored"),
    [
        ("mandatory_company", "no", 0),
        ("mandatory_company", True, 1),
        ("company.number.allocate", "ON", 1),
        ("keep_backups", "25", 25),
        ("keep_backups", 0, 0),
        ("default.country", "dk", "DK"),
        ("default.country", None, ""),
        ("default.category", "prospect", "Prospect"),
        ("default.category", "", ""),
        ("default.legal_basis", "Consent", "Consent"),
    ],
)
def test_a_preference_takes_the_words_people_use(store: Database, key: str, given: object, stored: object) -> None:
    assert lists.set_preference(store, CATALOGUE, key, given) == stored  # type: ignore[arg-type]
    assert lists.preferences(store)[key] == stored


@pytest.mark.parametrize(
    ("key", "given", "hint"),
    [
        ("colour", "red", "mandatory_company"),
        ("mandatory_company", "perhaps", "yes or no"),
        ("keep_backups", "-1", "0 or more"),
        ("keep_backups", "many", "0 or more"),
        ("default.country", "Denmark", "two letters"),
        ("default.category", "Nobody", "Prospect, Customer"),
    ],
)
def test_a_wrong_preference_names_what_is_allowed(store: Database, key: str, given: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        lists.set_preference(store, CATALOGUE, key, given)
    assert hint in error.value.hint


def test_a_deactivated_item_cannot_become_the_default(store: Database) -> None:
    lists.set_list_item(store, CATALOGUE, "category", "Customer", deactivated=True)
    with pytest.raises(UsageError):
        lists.set_preference(store, CATALOGUE, "default.category", "Customer")


def test_changes_make_plans_stale(store: Database) -> None:
    generation = "SELECT value FROM meta WHERE key = 'generation'"
    before = store.connection.execute(generation).fetchone()[0]
    lists.add_list_item(store, CATALOGUE, "category", "New")
    lists.set_preference(store, CATALOGUE, "mandatory_company", "no")
    assert store.connection.execute(generation).fetchone()[0] == before + 2
