"""Selections are sets that can be combined and deleted; records are read whole, under their field names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builder import CATALOGUE, importing, item, make_store
from tui_import.api.errors import UsageError
from tui_import.store import history, reading, selections
from tui_import.store.connection import Database
from tui_import.store.undo import undo


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    yield database
    database.close()


@pytest.fixture
def three(store: Database) -> tuple[int, int, int]:
    """Selections of the companies 1-4, 3-6 and of person 1."""
    with importing(store) as run:
        ids = [run.insert("company", name=f"C{number}") for number in range(1, 7)]
        person = run.insert("person", first_name="Eva", company=ids[0])
        return run.select("company", ids[:4], "First"), run.select("company", ids[2:], "Second"), run.select("person", [person], "Persons")


@pytest.mark.parametrize(("how", "expected"), [("union", [1, 2, 3, 4, 5, 6]), ("intersection", [3, 4]), ("difference", [1, 2])])
def test_selections_can_be_combined(store: Database, three: tuple[int, int, int], how: str, expected: list[int]) -> None:
    info = selections.combine(store, how, three[:2], "Both", "anna")
    assert (info.name, info.kind, info.entity, info.members, info.run) == ("Both", how, "company", len(expected), None)
    assert list(selections.members(store, info.id)) == expected
    assert selections.selections(store)[0] == info


def test_three_selections_can_be_combined_at_once(store: Database, three: tuple[int, int, int]) -> None:
    first, second, _persons = three
    both = selections.combine(store, "intersection", [first, second], "Both", "anna").id
    assert list(selections.members(store, selections.combine(store, "difference", [first, second, both], "x", "anna").id)) == [1, 2]


@pytest.mark.parametrize(
    ("how", "numbers", "name", "message"),
    [
        ("union", (1, 3), "x", "same kind"),
        ("union", (1,), "x", "at least two"),
        ("union", (1, 99), "x", "no selection 99"),
        ("xor", (1, 2), "x", "cannot be combined"),
        ("union", (1, 2), " ", "needs a name"),
        ("union", (1, 2), "\x1b[31m", "printable"),
        ("union", (1, 2), "x" * 220, "219"),
    ],
)
def test_what_cannot_be_combined_is_said(
    store: Database, three: tuple[int, int, int], how: str, numbers: tuple[int, ...], name: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        selections.combine(store, how, numbers, name, "anna")


def test_members_that_are_deleted_or_gone_are_not_counted(store: Database, three: tuple[int, int, int]) -> None:
    first, second, _persons = three
    summary = selections.delete_members(store, second, "anna")
    assert summary.entities["company"].updated == summary.rows == 4
    assert selections.selection(store, second).members == 0
    assert list(selections.members(store, first)) == [1, 2]
    assert selections.selection(store, first).members == 2


def test_deleting_companies_deletes_their_persons_and_is_a_run_that_can_be_undone(store: Database, three: tuple[int, int, int]) -> None:
    first, _second, persons = three
    summary = selections.delete_members(store, first, "anna")
    assert summary.run is not None
    info = history.run(store, summary.run)
    assert (info.kind, info.user, info.source, info.rows) == ("delete", "anna", "Selection “First”", 5)
    assert (reading.count(store, "company"), reading.count(store, "person")) == (2, 0)
    assert undo(store, CATALOGUE, summary.run, "anna").restored == 5
    assert selections.selection(store, persons).members == 1


def test_a_company_is_restored_with_the_persons_that_were_deleted_with_it(store: Database, three: tuple[int, int, int]) -> None:
    first, _second, persons = three
    selections.delete_members(store, first, "anna")
    run = selections.restore_record(store, "company", 1, "bo")
    assert (reading.count(store, "company"), reading.count(store, "person")) == (3, 1)
    assert history.run(store, run).kind == "restore"
    undo(store, CATALOGUE, run, "bo")
    assert (reading.count(store, "company"), reading.count(store, "person")) == (2, 0)
    assert selections.selection(store, persons).members == 0


def test_a_person_is_restored_with_its_company(store: Database, three: tuple[int, int, int]) -> None:
    selections.delete_members(store, three[0], "anna")
    selections.restore_record(store, "person", 1, "bo")
    assert [record["id"] for record in reading.records(store, CATALOGUE, "company")] == [1, 5, 6]


def test_only_a_deleted_record_can_be_restored(store: Database, three: tuple[int, int, int]) -> None:
    with pytest.raises(UsageError, match="no deleted company 1"):
        selections.restore_record(store, "company", 1, "bo")


def test_forgetting_a_selection_leaves_its_records(store: Database, three: tuple[int, int, int]) -> None:
    selections.delete_selection(store, three[0])
    assert [info.id for info in selections.selections(store)] == [three[2], three[1]]
    assert reading.count(store, "company") == 6
    assert store.connection.execute("SELECT count(*) FROM selection_member WHERE selection = ?", (three[0],)).fetchone()[0] == 0
    with pytest.raises(UsageError):
        selections.delete_selection(store, three[0])


def test_a_whole_record_has_lists_by_name_values_as_lists_and_consents(store: Database) -> None:
    with importing(store) as run:
        company = run.insert(
            "company",
            name="ACME",
            category=item(store, "Customer"),
            stop=1,
            postal_latitude=55.5,
            values={"interests": [item(store, "Sailing"), item(store, "Golf")], "phone": ["22", "11"]},
        )
        person = run.insert("person", first_name="Eva", birthdate="1980-05", company=company, consent=True)
    whole = reading.record(store, CATALOGUE, "company", company)
    assert {name: whole[name] for name in ("id", "name", "category", "stop", "postal_latitude", "interests", "phone", "code")} == {
        "id": company,
        "name": "ACME",
        "category": "Customer",
        "stop": True,
        "postal_latitude": 55.5,
        "interests": ["Sailing", "Golf"],
        "phone": ["22", "11"],
        "code": None,
    }
    whole = reading.record(store, CATALOGUE, "person", person)
    assert (whole["company"], whole["company_id"], whole["birthdate"], whole["email"]) == ("ACME", company, "1980-05", [])
    (consent,) = whole["consents"]
    assert (consent["purpose"], consent["legal_basis"], consent["source"]) == ("Sales and service", "Consent", "Import")
    assert whole["created_by"] == "importer"
    assert "full_name" not in whole


def test_records_stream_in_blocks_without_missing_or_repeating_any(store: Database) -> None:
    count = 2 * reading.BLOCK + 3
    with importing(store) as run:
        ids = [run.insert("company", name=f"C{number}", values={"phone": [str(number)]}) for number in range(count)]
        odd = run.select("company", ids[1::2])
    found = list(reading.records(store, CATALOGUE, "company"))
    assert [record["id"] for record in found] == ids
    assert all(record["phone"] == [record["name"][1:]] for record in found)
    assert [record["id"] for record in reading.records(store, CATALOGUE, "company", selection=odd)] == ids[1::2]
    assert reading.count(store, "company", selection=odd) == count // 2


def test_a_half_read_stream_does_not_stop_others_from_writing(store: Database) -> None:
    with importing(store) as run:
        for number in range(reading.BLOCK + 1):
            run.insert("company", name=f"C{number}")
    stream = reading.records(store, CATALOGUE, "company")
    next(stream)
    with importing(store) as run:
        run.insert("company", name="Last")
    assert [record["name"] for record in stream][-1] == "Last"


def test_reading_what_is_not_there_is_a_usage_error(store: Database, three: tuple[int, int, int]) -> None:
    with pytest.raises(UsageError, match="no company 99"):
        reading.record(store, CATALOGUE, "company", 99)
    with pytest.raises(UsageError, match="no records of kind “journal”"):
        reading.records(store, CATALOGUE, "journal")
    with pytest.raises(UsageError, match="one of person, not of company"):
        reading.records(store, CATALOGUE, "company", selection=three[2])
    selections.delete_members(store, three[0], "anna")
    with pytest.raises(UsageError, match="no company 1"):
        reading.record(store, CATALOGUE, "company", 1)
