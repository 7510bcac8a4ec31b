"""Two items of a list become one, records follow, and undo takes that back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builder import CATALOGUE, dump, importing, item, make_store, record_of, values_of
from tui_import.api.errors import RefusedError, UsageError
from tui_import.store import lists
from tui_import.store.connection import Database
from tui_import.store.history import changes, run
from tui_import.store.list_merge import merge_items
from tui_import.store.records import StoreReader
from tui_import.store.undo import redo, undo


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    with importing(database) as made:
        misspelt = made.add_item("category", "Custmer")
        acme = made.insert("company", name="ACME", category=misspelt, values={"interests": [item(database, "Golf")]})
        both = [item(database, "Golf"), item(database, "Sailing")]
        made.insert("company", name="Beta", category=item(database, "Customer"), values={"interests": both})
        made.insert("person", first_name="Eva", category=misspelt, company=acme)
    yield database
    database.close()


def merge(store: Database, name: str = "category", gone: str = "Custmer", into: str = "Customer") -> int:
    return merge_items(store, CATALOGUE, name, gone, into, "anna").run or 0


def items(store: Database, name: str = "category") -> dict[str, tuple[int, bool, str]]:
    return {each.name: (each.used, each.deactivated, each.merged_into) for each in lists.lists(store, CATALOGUE)[name]}


def test_records_move_to_the_item_that_stays(store: Database) -> None:
    number = merge(store)
    assert items(store) == {"Prospect": (0, False, ""), "Customer": (3, False, ""), "Custmer": (0, True, "Customer")}
    info = run(store, number)
    assert (info.kind, info.rows, info.entities["company"].updated, info.entities["person"].updated) == ("list_merge", 2, 1, 1)
    assert [each.entity for each in changes(store, CATALOGUE, number)] == ["company", "person", "list_item"]
    assert record_of(store, "company", 1)["updated_by"] == "anna"


def test_a_record_that_has_both_keeps_one_of_them(store: Database) -> None:
    merge(store, "interest", "Golf", "Sailing")
    sailing = item(store, "Sailing")
    assert values_of(store, "company", 1, "interests") == values_of(store, "company", 2, "interests") == [sailing]


@pytest.mark.parametrize(("name", "gone", "into"), [("category", "Custmer", "Customer"), ("interest", "Golf", "Sailing")])
def test_undo_and_redo_are_exact(store: Database, name: str, gone: str, into: str) -> None:
    before = dump(store)
    number = merge(store, name, gone, into)
    merged = dump(store)
    assert undo(store, CATALOGUE, number, "anna").blocked == ()
    assert dump(store) == before
    assert redo(store, CATALOGUE, number, "anna").blocked == ()
    assert dump(store) == merged


def test_an_import_from_before_the_merge_can_still_be_undone_after_it(store: Database) -> None:
    number = merge(store)
    undo(store, CATALOGUE, number, "anna")
    assert undo(store, CATALOGUE, 1, "anna").blocked == ()
    assert record_count(store) == 0


def record_count(store: Database) -> int:
    return int(store.connection.execute("SELECT (SELECT count(*) FROM company) + (SELECT count(*) FROM person)").fetchone()[0])


def test_a_merged_item_is_found_as_the_other_from_then_on(store: Database) -> None:
    merge(store)
    found = StoreReader(store, CATALOGUE).list_items("category")
    assert found["custmer"] == found["customer"] == (item(store, "Customer"), "Customer", False)
    merge(store, "category", "Customer", "Prospect")
    assert StoreReader(store, CATALOGUE).list_items("category")["custmer"][1] == "Prospect"


def test_the_default_follows_and_comes_back(store: Database) -> None:
    lists.set_preference(store, CATALOGUE, "default.category", "Custmer")
    number = merge(store)
    assert lists.preferences(store)["default.category"] == "Customer"
    undo(store, CATALOGUE, number, "anna")
    assert lists.preferences(store)["default.category"] == "Custmer"


def test_merges_are_undone_last_first(store: Database) -> None:
    first = merge(store)
    second = merge(store, "category", "Customer", "Prospect")
    report = undo(store, CATALOGUE, first, "anna")
    assert any("changed since" in each.reason for each in report.blocked)
    undo(store, CATALOGUE, second, "anna")
    undo(store, CATALOGUE, first, "anna")
    assert items(store) == {"Prospect": (0, False, ""), "Customer": (1, False, ""), "Custmer": (2, False, "")}


def test_taking_a_merged_item_into_use_makes_it_itself_again(store: Database) -> None:
    merge(store)
    assert lists.add_list_item(store, CATALOGUE, "category", "custmer").merged_into == ""
    assert StoreReader(store, CATALOGUE).list_items("category")["custmer"][1] == "Custmer"


@pytest.mark.parametrize(
    ("name", "gone", "into", "error"),
    [
        ("category", "Customer", "customer", UsageError),
        ("category", "Customer", "Nobody", UsageError),
        ("colour", "red", "blue", UsageError),
        ("legal_basis", "Withdrawn", "Consent", RefusedError),
    ],
)
def test_what_makes_no_sense_is_refused(store: Database, name: str, gone: str, into: str, error: type[Exception]) -> None:
    before = dump(store)
    with pytest.raises(error):
        merge(store, name, gone, into)
    assert dump(store) == before


def test_an_item_is_moved_to_a_place(store: Database) -> None:
    lists.set_list_item(store, CATALOGUE, "category", "Custmer", place=1)
    assert [each.name for each in lists.lists(store, CATALOGUE)["category"]] == ["Custmer", "Prospect", "Customer"]
    assert lists.set_list_item(store, CATALOGUE, "category", "Custmer", place=99).rank == 3
