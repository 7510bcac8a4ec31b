"""History and blame: every value says which run, file, row and column it came from, and what happened to it since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builder import CATALOGUE, edit_by_hand, importing, item, make_store
from tui_import.api.errors import UsageError
from tui_import.model.plan import Verb
from tui_import.model.runs import Trace
from tui_import.store import history
from tui_import.store.blame import blame
from tui_import.store.connection import Database
from tui_import.store.undo import undo

COLUMNS = ("Firma", "By", "Telefon", "Mobil", "Navn", "E-mail")
LINKS = {
    "company.name": [0],
    "company.postal_city": [1],
    "company.phone": [2, 3],
    "person.full_name": [4],
    "person.email": [5],
    "constants": {"company.category": "Prospect"},
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    yield database
    database.close()


@pytest.fixture
def imported(store: Database) -> tuple[int, int, int]:
    """(run, company, person)."""
    with importing(store, user="eva", source="customers.xlsx, sheet Kunder", columns=COLUMNS, links=LINKS) as run:
        company = run.insert(
            "company",
            row=7,
            name="ACME",
            postal_city="Aarhus",
            number="1001",
            category=item(store, "Prospect"),
            values={"phone": ["11", "22"]},
        )
        person = run.insert(
            "person", row=7, first_name="Eva", last_name="Holm", company=company, values={"email": ["e@a.dk"]}, consent=True
        )
        run.join("company", company, 9, append={"phone": ["33"]})
    return run.id, company, person


def of(traces: list[Trace], value: object) -> Trace:
    return next(trace for trace in traces if trace.value == value)


def test_a_value_of_a_new_record_names_run_file_row_and_column(store: Database, imported: tuple[int, int, int]) -> None:
    run, company, _person = imported
    (trace,) = blame(store, CATALOGUE, "company", company, "postal_city")
    assert (trace.field, trace.value, trace.before, trace.verb) == ("company.postal_city", "Aarhus", None, Verb.FILL)
    assert (trace.run, trace.user, trace.source, trace.row, trace.column) == (run, "eva", "customers.xlsx, sheet Kunder", 7, "By")


def test_a_constant_and_a_number_given_by_the_import_say_so(store: Database, imported: tuple[int, int, int]) -> None:
    _run, company, _person = imported
    (category,) = blame(store, CATALOGUE, "company", company, "category")
    assert (category.value, category.column) == ("Prospect", "constant")
    (number,) = blame(store, CATALOGUE, "company", company, "company.number")
    assert number.column == ""
    assert "numbering" in number.note


def test_names_split_from_a_full_name_and_the_company_point_to_their_columns(store: Database, imported: tuple[int, int, int]) -> None:
    _run, _company, person = imported
    traces = blame(store, CATALOGUE, "person", person)
    assert of(traces, "Holm").column == "Navn"
    company = next(trace for trace in traces if trace.field == "person.company")
    assert (company.value, company.column) == ("ACME", "Firma")


def test_each_number_of_a_record_has_its_own_trace(store: Database, imported: tuple[int, int, int]) -> None:
    _run, company, _person = imported
    traces = blame(store, CATALOGUE, "company", company, "phone")
    assert {trace.value: trace.row for trace in traces} == {"11": 7, "22": 7, "33": 9}
    assert "later row" in of(traces, "33").note
    assert of(traces, "11").column == "Telefon, Mobil"


def test_changes_are_listed_newest_first_with_what_stood_before(store: Database, imported: tuple[int, int, int]) -> None:
    run, company, _person = imported
    with importing(store, user="bo", source="second.csv", columns=["City"], links={"company.postal_city": [0]}) as second:
        second.update("company", company, row=3, postal_city="Odense")
    traces = blame(store, CATALOGUE, "company", company, "postal_city")
    assert [(trace.run, trace.before, trace.value, trace.row, trace.column) for trace in traces] == [
        (second.id, "Aarhus", "Odense", 3, "City"),
        (run, None, "Aarhus", 7, "By"),
    ]


def test_an_edit_by_hand_is_named_as_not_from_an_import(store: Database, imported: tuple[int, int, int]) -> None:
    _run, company, _person = imported
    with importing(store) as second:
        second.update("company", company, postal_city="Odense")
    edit_by_hand(store, "company", company, user="anna", postal_city="Vejle")
    first, *_others = blame(store, CATALOGUE, "company", company, "postal_city")
    assert (first.run, first.value, first.before, first.user) == (0, "Vejle", "Odense", "anna")
    assert first.note == "Not from an import"


def test_an_edit_between_two_imports_is_seen(store: Database, imported: tuple[int, int, int]) -> None:
    _run, company, _person = imported
    with importing(store) as second:
        second.update("company", company, postal_city="Odense")
    edit_by_hand(store, "company", company, postal_city="Vejle")
    with importing(store) as third:
        third.update("company", company, postal_city="Ribe")
    traces = blame(store, CATALOGUE, "company", company, "postal_city")
    assert [(trace.before, trace.value) for trace in traces] == [
        ("Vejle", "Ribe"),
        ("Odense", "Vejle"),
        ("Aarhus", "Odense"),
        (None, "Aarhus"),
    ]
    assert traces[1].user == ""


def test_a_record_made_by_another_program_is_not_from_an_import(store: Database) -> None:
    store.connection.execute(
        "INSERT INTO company (name, created_at, created_by, updated_at, updated_by) VALUES ('Beta', 't', 'x', 't', 'x')"
    )
    store.connection.execute("INSERT INTO company_value (record, field, value, key) VALUES (1, 'phone', '1', '1')")
    traces = blame(store, CATALOGUE, "company", 1)
    assert {(trace.field, trace.value, trace.run, trace.note) for trace in traces} == {
        ("company.name", "Beta", 0, "Not from an import"),
        ("company.phone", "1", 0, "Not from an import"),
    }


def test_what_was_undone_is_still_told_and_marked(store: Database, imported: tuple[int, int, int]) -> None:
    _run, company, _person = imported
    with importing(store) as second:
        second.update("company", company, postal_city="Odense", append={"phone": ["44"]})
    undo(store, CATALOGUE, second.id, "undoer")
    city, origin = blame(store, CATALOGUE, "company", company, "postal_city")
    assert (city.value, city.note) == ("Odense", "Undone")
    assert origin.value == "Aarhus"
    assert of(blame(store, CATALOGUE, "company", company, "phone"), "44").note == "Undone"


def test_a_removed_number_is_told_too(store: Database, imported: tuple[int, int, int]) -> None:
    _run, company, _person = imported
    with importing(store) as second:
        second.update("company", company, remove={"phone": ["11"]})
    traces = blame(store, CATALOGUE, "company", company, "phone")
    assert (traces[0].verb, traces[0].before, traces[0].value) == (Verb.REMOVE, "11", None)


def test_consents_are_traced(store: Database, imported: tuple[int, int, int]) -> None:
    run, _company, person = imported
    (trace,) = blame(store, CATALOGUE, "person", person, "consent")
    assert (trace.value, trace.run) == ("Sales and service: Consent", run)
    with importing(store) as second:
        other = second.insert("person", first_name="Bo")
    with importing(store) as third:
        third.update("person", other, consent=True)
    (trace,) = blame(store, CATALOGUE, "person", other, "consent")
    assert (trace.value, trace.run) == ("Sales and service: Consent", third.id)


def test_blame_of_what_is_not_there_says_what_happened_to_it(store: Database, imported: tuple[int, int, int]) -> None:
    run, _company, person = imported
    undo(store, CATALOGUE, run, "undoer")
    with pytest.raises(UsageError) as error:
        blame(store, CATALOGUE, "person", person)
    assert f"redo {run}" in error.value.hint
    with pytest.raises(UsageError, match="no company 999"):
        blame(store, CATALOGUE, "company", 999)
    with pytest.raises(UsageError, match="no records of kind"):
        blame(store, CATALOGUE, "sqlite_master", 1)


def test_blame_of_a_field_that_does_not_exist_is_a_usage_error(store: Database, imported: tuple[int, int, int]) -> None:
    _run, company, _person = imported
    with pytest.raises(UsageError, match="no field “shoe_size”"):
        blame(store, CATALOGUE, "company", company, "shoe_size")


def test_runs_are_listed_newest_first_with_their_counts(store: Database, imported: tuple[int, int, int]) -> None:
    with importing(store, user="bo") as second:
        pass
    newest, oldest = history.runs(store)
    assert (newest.id, newest.user, newest.kind, newest.state) == (second.id, "bo", "import", "done")
    assert oldest.entities["company"].added == 3
    assert history.run(store, oldest.id) == oldest
    with pytest.raises(UsageError, match="no run 99"):
        history.run(store, 99)


def test_the_same_file_is_recognised_until_its_import_is_undone(store: Database, imported: tuple[int, int, int]) -> None:
    run, _company, _person = imported
    store.connection.execute("UPDATE run SET content_hash = 'abc' WHERE id = ?", (run,))
    found = history.last_import_of(store, "abc")
    assert found is not None
    assert found.id == run
    assert history.last_import_of(store, "") is None
    undo(store, CATALOGUE, run, "undoer")
    assert history.last_import_of(store, "abc") is None


def test_a_runs_changes_are_shown_by_name_page_by_page(store: Database, imported: tuple[int, int, int]) -> None:
    _run, company, person = imported
    with importing(store) as second:
        dealer = second.add_item("category", "Dealer")
        second.update("company", company, row=5, category=dealer)
        second.update("person", person, row=5, title="Director")
    every = history.changes(store, CATALOGUE, second.id)
    assert [(change.entity, change.name, change.op, change.row) for change in every] == [
        ("list_item", "Dealer", "insert", 2),
        ("company", "ACME", "update", 5),
        ("person", "Eva Holm", "update", 5),
    ]
    (field,) = every[1].changes
    assert (field.field, field.stored, field.result, field.verb) == ("company.category", "Prospect", "Dealer", Verb.OVERWRITE)
    assert history.changes(store, CATALOGUE, second.id, limit=1, offset=2) == every[2:]


def test_an_undone_new_record_is_still_shown_by_name(store: Database, imported: tuple[int, int, int]) -> None:
    run, _company, _person = imported
    undo(store, CATALOGUE, run, "undoer")
    assert [(change.name, change.state) for change in history.changes(store, CATALOGUE, run)] == [
        ("ACME", "undone"),
        ("Eva Holm", "undone"),
    ]
