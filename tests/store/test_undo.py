"""Undo and redo: what an import did can be taken back and done again, and later edits survive both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builder import CATALOGUE, dump, edit_by_hand, importing, item, make_store, record_of, values_of
from tui_import.api.errors import StoppedError, UsageError
from tui_import.model.progress import Progress
from tui_import.model.runs import UndoReport
from tui_import.store import history
from tui_import.store.connection import Database
from tui_import.store.selections import delete_members
from tui_import.store.undo import redo, undo


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = make_store(tmp_path)
    yield database
    database.close()


def take_back(store: Database, run: int, selection: int | None = None) -> UndoReport:
    return undo(store, CATALOGUE, run, "undoer", selection=selection)


def again(store: Database, run: int) -> UndoReport:
    return redo(store, CATALOGUE, run, "undoer")


def first_import(store: Database) -> tuple[int, int, int]:
    """A company and a person; returns (run, company, person)."""
    with importing(store) as run:
        company = run.insert(
            "company",
            name="ACME",
            vat_number="DK 11223344",
            postal_latitude=55.676098123456789,
            values={"phone": ["33 44 55 66", "70 10 20 30"], "interests": [item(store, "Golf")]},
        )
        person = run.insert("person", first_name="Eva", last_name="Holm", company=company, values={"email": ["eva@acme.dk"]}, consent=True)
    return run.id, company, person


def second_import(store: Database, company: int, person: int) -> int:
    """Changes both in every way there is."""
    with importing(store, user="bo") as run:
        added = run.add_item("category", "Dealer")
        run.update(
            "company",
            company,
            name="ACME Ltd.",
            vat_number=None,
            category=added,
            remove={"phone": ["33 44 55 66"]},
            append={"phone": ["40 50 60 70"], "interests": [item(store, "Sailing")]},
        )
        run.update("person", person, last_name="Berg", title="Director", append={"email": ["eva@berg.dk"]})
        run.insert("person", first_name="Nils", last_name="Lind", company=company, category=added, consent=True)
    return run.id


def test_undo_of_a_first_import_leaves_an_empty_store_and_redo_brings_every_byte_back(store: Database) -> None:
    before = dump(store, bookkeeping=True)
    run, _company, _person = first_import(store)
    after = dump(store, bookkeeping=True)

    report = take_back(store, run)

    assert dump(store, bookkeeping=True) == before
    assert (report.restored, report.kept, report.blocked) == (2, (), ())
    assert report.entities["company"].updated == report.entities["person"].updated == 1
    assert history.run(store, run).state == "undone"

    report = again(store, run)

    assert dump(store, bookkeeping=True) == after
    assert report.entities["person"].added == 1
    assert history.run(store, run).state == "done"


def test_undo_of_updates_puts_back_every_field_value_rank_description_and_list(store: Database) -> None:
    _run, company, person = first_import(store)
    before = dump(store)
    run = second_import(store, company, person)
    after = dump(store)

    report = take_back(store, run)

    assert dump(store) == before
    assert (report.restored, report.kept, report.blocked) == (3, (), ())
    assert record_of(store, "person", person)["name_key"] == "eva holm"
    assert record_of(store, "person", person)["updated_by"] == "undoer"

    again(store, run)

    assert dump(store) == after
    assert record_of(store, "person", person)["name_key"] == "eva berg"


def test_undo_and_redo_can_be_repeated_any_number_of_times(store: Database) -> None:
    first, company, person = first_import(store)
    empty = {table: [] for table in ("company", "person", "company_value", "person_value", "consent")}
    second = second_import(store, company, person)
    after = dump(store)
    for _round in range(3):
        assert take_back(store, second).blocked == ()
        assert take_back(store, first).blocked == ()
        assert {table: rows for table, rows in dump(store).items() if table != "list_item"} == empty
        assert again(store, first).blocked == ()
        assert again(store, second).blocked == ()
        assert dump(store) == after


def test_a_later_edit_of_a_field_is_kept_and_reported_with_both_values_who_and_when(store: Database) -> None:
    _run, company, person = first_import(store)
    run = second_import(store, company, person)
    edit_by_hand(store, "person", person, user="anna", title="Owner")

    report = take_back(store, run)

    assert record_of(store, "person", person)["title"] == "Owner"
    assert record_of(store, "person", person)["last_name"] == "Holm"
    (kept,) = report.kept
    assert (kept.entity, kept.record, kept.field, kept.wanted, kept.found) == ("person", person, "person.title", None, "Owner")
    assert kept.by == "anna"
    assert kept.at
    assert report.restored == 3
    assert history.run(store, run).state == "partly undone"


def test_a_field_that_a_later_import_changed_is_kept_with_that_imports_user(store: Database) -> None:
    _run, company, _person = first_import(store)
    with importing(store) as second:
        second.update("company", company, postal_city="Aarhus")
    with importing(store, user="carl") as third:
        third.update("company", company, postal_city="Odense")
    edit_by_hand(store, "company", company, user="anna", stop=1)

    report = take_back(store, second.id)

    assert [(kept.wanted, kept.found, kept.by) for kept in report.kept] == [(None, "Odense", "carl")]
    assert report.restored == 0
    assert report.entities["company"].unchanged == 1


def test_undo_again_does_only_what_is_left(store: Database) -> None:
    _run, company, person = first_import(store)
    run = second_import(store, company, person)
    edit_by_hand(store, "person", person, title="Owner")
    take_back(store, run)
    edit_by_hand(store, "person", person, title="Director")

    report = take_back(store, run)

    assert report.restored == 1
    assert record_of(store, "person", person)["title"] is None
    assert history.run(store, run).state == "undone"
    assert take_back(store, run).restored == 0


def test_redo_of_a_partly_undone_run_keeps_what_was_edited(store: Database) -> None:
    _run, company, person = first_import(store)
    run = second_import(store, company, person)
    edit_by_hand(store, "person", person, title="Owner")
    take_back(store, run)
    edit_by_hand(store, "company", company, name="Other")

    report = again(store, run)

    assert record_of(store, "person", person)["last_name"] == "Berg"
    assert record_of(store, "company", company)["name"] == "Other"
    assert [(kept.field, kept.wanted, kept.found) for kept in report.kept] == [("company.name", "ACME Ltd.", "Other")]
    assert history.run(store, run).state == "partly undone"


def test_a_new_record_that_somebody_edited_stays_and_says_who_and_when(store: Database) -> None:
    run, company, person = first_import(store)
    edit_by_hand(store, "person", person, user="anna", title="Owner")

    report = take_back(store, run)

    reasons = {(blocked.entity, blocked.record): blocked.reason for blocked in report.blocked}
    assert "anna" in reasons["person", person]
    assert f"Eva Holm ({person})" in reasons["company", company]
    assert report.restored == 0
    assert history.run(store, run).state == "done"


def test_a_new_record_that_a_later_import_changed_says_run_and_both_values(store: Database) -> None:
    run, company, person = first_import(store)
    later = second_import(store, company, person)

    report = take_back(store, run)

    reason = next(blocked.reason for blocked in report.blocked if blocked.entity == "person")
    assert f"run {later}" in reason
    assert "“Holm” → “Berg”" in reason


def test_undoing_imports_from_last_to_first_empties_the_store(store: Database) -> None:
    before = dump(store)
    first, company, person = first_import(store)
    second = second_import(store, company, person)
    take_back(store, second)
    report = take_back(store, first)
    assert report.blocked == ()
    assert dump(store) == before


def test_undoing_updates_in_any_order_still_lets_the_first_import_be_undone(store: Database) -> None:
    before = dump(store)
    first, company, _person = first_import(store)
    with importing(store) as second:
        second.update("company", company, postal_city="Aarhus")
    with importing(store) as third:
        third.update("company", company, stop=1)
    for run in (second.id, third.id, first):
        assert take_back(store, run).blocked == ()
    assert dump(store) == before


def test_an_edit_that_was_not_undone_still_protects_the_record_after_undo_and_redo(store: Database) -> None:
    first, company, _person = first_import(store)
    with importing(store) as second:
        second.update("company", company, postal_city="Aarhus")
    edit_by_hand(store, "company", company, stop=1)
    for _round in range(2):
        take_back(store, second.id)
        again(store, second.id)
    take_back(store, second.id)
    assert {blocked.entity for blocked in take_back(store, first).blocked} == {"company"}


def test_a_company_with_a_person_that_did_not_come_with_it_is_blocked_with_the_name(store: Database) -> None:
    run, company, _person = first_import(store)
    with importing(store) as later:
        other = later.insert("person", first_name="Nils", last_name="Lind", company=company)

    report = take_back(store, run)

    (blocked,) = report.blocked
    assert (blocked.entity, blocked.record) == ("company", company)
    assert f"Nils Lind ({other})" in blocked.reason
    assert report.restored == 1
    assert history.run(store, run).state == "partly undone"


def test_undo_of_a_selection_touches_its_members_alone_and_the_rest_can_follow(store: Database) -> None:
    before = dump(store)
    with importing(store) as run:
        companies = [run.insert("company", name=f"C{number}") for number in range(4)]
        selection = run.select("company", companies[:2])
        run.add_item("category", "Unused")

    report = take_back(store, run.id, selection)

    assert report.restored == 2
    assert [row[0][1] for row in dump(store)["company"]] == companies[2:]
    assert history.run(store, run.id).state == "partly undone"
    assert take_back(store, run.id).restored == 2
    assert dump(store) == before
    assert history.run(store, run.id).state == "undone"


def test_a_list_item_in_use_elsewhere_is_blocked_with_the_count(store: Database) -> None:
    with importing(store) as run:
        dealer = run.add_item("category", "Dealer")
        run.insert("company", name="ACME", category=dealer)
    with importing(store) as later:
        later.insert("company", name="Beta", category=dealer)

    report = take_back(store, run.id)

    (blocked,) = report.blocked
    assert (blocked.entity, blocked.record) == ("list_item", dealer)
    assert "“Dealer”: 1 record" in blocked.reason


def test_a_list_item_that_another_undo_would_put_back_stays(store: Database) -> None:
    with importing(store) as first:
        dealer = first.add_item("category", "Dealer")
    _run, company, _person = first_import(store)
    with importing(store) as second:
        second.update("company", company, category=dealer)
    with importing(store) as third:
        third.update("company", company, category=None)

    assert [blocked.record for blocked in take_back(store, first.id).blocked] == [dealer]
    take_back(store, third.id)
    assert record_of(store, "company", company)["category"] == dealer


def test_a_list_item_taken_into_use_again_is_deactivated_again(store: Database) -> None:
    prospect = item(store, "Prospect")
    store.connection.execute("UPDATE list_item SET deactivated = 1 WHERE id = ?", (prospect,))
    before = dump(store)
    with importing(store) as run:
        run.reactivate_item(prospect)
    take_back(store, run.id)
    assert dump(store) == before
    again(store, run.id)
    assert record_of(store, "list_item", prospect)["deactivated"] == 0


def test_an_appended_number_that_is_gone_is_reported_and_one_that_was_kept_goes(store: Database) -> None:
    _run, company, _person = first_import(store)
    with importing(store) as run:
        run.update("company", company, append={"phone": ["1111", "2222"]})
    store.connection.execute("DELETE FROM company_value WHERE value = '1111'")

    report = take_back(store, run.id)

    assert values_of(store, "company", company, "phone") == ["33 44 55 66", "70 10 20 30"]
    assert [(kept.field, kept.wanted, kept.found) for kept in report.kept] == [("company.phone", None, None)]


def test_replaced_numbers_come_back_in_their_order(store: Database) -> None:
    _run, company, _person = first_import(store)
    before = dump(store)
    with importing(store) as run:
        run.update("company", company, remove={"phone": ["33 44 55 66", "70 10 20 30"]}, append={"phone": ["9999"]})
    after = dump(store)
    take_back(store, run.id)
    assert dump(store) == before
    again(store, run.id)
    assert dump(store) == after


def test_a_replaced_number_comes_back_even_where_the_journal_did_not_save_its_rank(store: Database) -> None:
    _run, company, _person = first_import(store)
    with importing(store) as run:
        run.update("company", company, remove={"phone": ["33 44 55 66", "70 10 20 30"]}, append={"phone": ["9999"]})
        run.connection.execute("UPDATE journal SET image = NULL")
    take_back(store, run.id)
    assert values_of(store, "company", company, "phone") == ["33 44 55 66", "70 10 20 30"]
    assert store.connection.execute("SELECT min(id) FROM company_value").fetchone()[0] > 0


def test_a_consent_given_by_an_import_goes_with_it_but_one_withdrawn_since_stays(store: Database) -> None:
    with importing(store) as first:
        eva, bo = (first.insert("person", first_name=name, last_name="Holm") for name in ("Eva", "Bo"))
    with importing(store) as second:
        second.update("person", eva, consent=True)
        second.update("person", bo, consent=True)
    before = dump(store)["consent"]
    store.connection.execute(
        "UPDATE consent SET legal_basis = ?, by = 'anna', at = '2099-01-01T00:00:00+00:00' WHERE person = ?",
        (item(store, "Withdrawn"), bo),
    )

    report = take_back(store, second.id)

    persons = [row[0] for row in store.connection.execute("SELECT person FROM consent")]
    assert persons == [bo]
    assert [(kept.record, kept.field) for kept in report.kept] == [(bo, "person.consent")]
    again(store, second.id)
    assert [row for row in dump(store)["consent"] if ("person", eva) in row] == [row for row in before if ("person", eva) in row]


def test_a_person_who_withdrew_consent_since_is_not_removed(store: Database) -> None:
    run, _company, person = first_import(store)
    store.connection.execute("UPDATE consent SET legal_basis = ?, at = '2099-01-01T00:00:00+00:00'", (item(store, "Withdrawn"),))
    report = take_back(store, run)
    assert "consent" in next(blocked.reason for blocked in report.blocked if blocked.record == person)


def test_redo_does_not_overwrite_a_consent_recorded_meanwhile_nor_reuse_its_number(store: Database) -> None:
    with importing(store) as first:
        eva, bo = (first.insert("person", first_name=name, last_name="Holm") for name in ("Eva", "Bo"))
    with importing(store) as second:
        second.update("person", eva, consent=True)
    take_back(store, second.id)
    with importing(store) as third:
        third.update("person", bo, consent=True)  # takes the id that eva's consent had
    report = again(store, second.id)
    assert report.kept == ()
    assert sorted(row[0] for row in store.connection.execute("SELECT person FROM consent")) == [eva, bo]
    assert take_back(store, second.id).kept == ()
    assert [row[0] for row in store.connection.execute("SELECT person FROM consent")] == [bo]


def test_moving_a_person_back_needs_the_old_company_to_be_there(store: Database) -> None:
    with importing(store) as first:
        old, new = (first.insert("company", name=name) for name in ("Old", "New"))
        person = first.insert("person", first_name="Eva", company=old)
    with importing(store) as second:
        second.update("person", person, company=new)
    store.connection.execute("DELETE FROM company WHERE id = ?", (old,))

    report = take_back(store, second.id)

    assert [(blocked.entity, blocked.record) for blocked in report.blocked] == [("person", person)]
    assert record_of(store, "person", person)["company"] == new


def test_redo_needs_the_company_and_the_list_item_to_be_there(store: Database) -> None:
    with importing(store) as first:
        company = first.insert("company", name="ACME")
        dealer = first.add_item("category", "Dealer")
    with importing(store) as second:
        eva = second.insert("person", first_name="Eva", company=company)
        bo = second.insert("person", first_name="Bo", category=dealer)
    take_back(store, second.id)
    take_back(store, first.id)

    report = again(store, second.id)

    assert {blocked.record for blocked in report.blocked} == {eva, bo}
    assert history.run(store, second.id).state == "undone"
    assert again(store, first.id).blocked == ()
    assert again(store, second.id).restored == 2


def test_redo_of_a_list_item_whose_name_was_given_again_is_refused_with_a_reason(store: Database) -> None:
    with importing(store) as run:
        run.add_item("category", "Dealer")
    take_back(store, run.id)
    with importing(store) as other:
        other.add_item("category", "dealer")
    assert [blocked.reason for blocked in again(store, run.id).blocked] == ["The list has an item “dealer” again."]


def test_deleting_members_is_soft_and_undo_brings_them_back(store: Database) -> None:
    with importing(store) as run:
        company = run.insert("company", name="ACME")
        run.insert("person", first_name="Eva", company=company)
        selection = run.select("company", [company])
    before = dump(store)

    summary = delete_members(store, selection, "anna")

    assert summary.run is not None
    after = dump(store)
    assert all(dict(row)["deleted_at"] for table in ("company", "person") for row in after[table])
    take_back(store, summary.run)
    assert dump(store) == before
    again(store, summary.run)
    assert dump(store) == after


def test_a_deleted_record_is_not_removed_by_undoing_its_import_until_it_is_restored(store: Database) -> None:
    with importing(store) as run:
        selection = run.select("company", [run.insert("company", name="ACME")])
    deleted = delete_members(store, selection, "anna").run
    assert deleted is not None
    assert "anna" in take_back(store, run.id).blocked[0].reason
    take_back(store, deleted)
    assert take_back(store, run.id).restored == 1


def test_stopping_leaves_everything_as_it_was(store: Database) -> None:
    run, _company, _person = first_import(store)
    before = dump(store, bookkeeping=True)
    progress = Progress()

    class StopAtTheEnd(Progress):
        def advance(self, count: int) -> None:
            self.stop()
            super().advance(count)

    progress = StopAtTheEnd()
    with pytest.raises(StoppedError):
        undo(store, CATALOGUE, run, "undoer", progress=progress)
    assert progress.total == 2
    assert dump(store, bookkeeping=True) == before
    assert history.run(store, run).state == "done"


def test_a_run_without_changes_can_be_undone_so_that_its_file_can_be_imported_again(store: Database) -> None:
    with importing(store) as run:
        pass
    take_back(store, run.id)
    assert history.run(store, run.id).state == "undone"
    again(store, run.id)
    assert history.run(store, run.id).state == "done"


def test_undo_makes_plans_stale(store: Database) -> None:
    run, _company, _person = first_import(store)
    generation = "SELECT value FROM meta WHERE key = 'generation'"
    before = store.connection.execute(generation).fetchone()[0]
    take_back(store, run)
    assert store.connection.execute(generation).fetchone()[0] > before


def test_an_unknown_run_or_selection_is_said_to_be_unknown(store: Database) -> None:
    run, _company, _person = first_import(store)
    with pytest.raises(UsageError, match="no run 99"):
        take_back(store, 99)
    with pytest.raises(UsageError, match="no selection 99"):
        take_back(store, run, 99)


def test_rows_joined_into_a_new_record_go_and_come_with_it(store: Database) -> None:
    before = dump(store, bookkeeping=True)
    with importing(store) as run:
        company = run.insert("company", name="ACME", row=2)
        run.join("company", company, 3, postal_city="Aarhus", append={"phone": ["1111"]})
    after = dump(store, bookkeeping=True)
    take_back(store, run.id)
    assert dump(store, bookkeeping=True) == before
    again(store, run.id)
    assert dump(store, bookkeeping=True) == after


def test_texts_with_odd_characters_survive_undo_and_redo(store: Database) -> None:
    with importing(store) as run:
        run.insert("company", name="A\x00B \u202e\x1b[31m \U0001f600 \"'", values={"phone": ["\x00", "\\u0000"]})
    after = dump(store, bookkeeping=True)
    take_back(store, run.id)
    again(store, run.id)
    assert dump(store, bookkeeping=True) == after


def test_value_ids_that_were_given_away_meanwhile_do_not_stop_redo(store: Database) -> None:
    with importing(store) as run:
        company = run.insert("company", name="ACME", values={"phone": ["1", "2"]})
    take_back(store, run.id)
    with importing(store) as other:
        other.insert("company", name="Beta", values={"phone": ["3", "4", "5"]})
    again(store, run.id)
    assert values_of(store, "company", company, "phone") == ["1", "2"]
