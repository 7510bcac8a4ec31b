"""Duplicates that are in the store already, reviewed in the same workbench: decided, merged as one run, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.session.importer import Importer
from tests.session.test_review import company, misspelt
from tui_import.api.errors import StoppedError, UsageError
from tui_import.model.matches import Choice, Match, MatchKind, Pair, Verdict, Verdicts
from tui_import.model.progress import Progress
from tui_import.model.settings import Action, Privacy, Settings
from tui_import.session.duplicates import workbook
from tui_import.session.duplicates.queue import Order, QueueFilter, Show
from tui_import.session.duplicates.review import Review
from tui_import.session.stored_review import StoredReview
from tui_import.store.layout import referring


def firm(at: int, **more: Any) -> dict[str, Any]:
    return company(at, **{f"company.{name}": value for name, value in more.items()})


def twin(at: int, **more: Any) -> dict[str, Any]:
    return misspelt(at, **{f"company.{name}": value for name, value in more.items()})


def someone(at: int, firm: int, **more: Any) -> dict[str, Any]:
    return company(firm) | {
        "person.first_name": ["Ingrid", "Torvald", "Sunniva"][at],
        "person.last_name": ["Haukeland", "Bjerknes", "Ytterdal"][at],
        "person.mobile": f"+47 91 23 45 {at}7",
        "person.birthdate": f"197{at}-03-1{at}",
        **{f"person.{name}": value for name, value in more.items()},
    }


@pytest.fixture
def store(importer: Importer) -> Importer:
    """Three spellings of company 0 (records 1, 13, 15), two of company 1 (2 and 14), ten others."""
    importer.run([company(at) for at in range(12)])
    third = twin(0, name="Aurland Timbr", code="K9", street_city="Bergen", email="sales@firm0.example")
    importer.run([twin(0, phone="+47 55 12 34 56"), twin(1), third])
    assert importer.workspace.count("company") == 15
    return importer


@pytest.fixture
def opened(store: Importer) -> tuple[StoredReview, Review]:
    return look(store)


def look(store: Importer) -> tuple[StoredReview, Review]:
    session = store.workspace.review_store()
    store.sessions.append(session)  # type: ignore[arg-type]  # closed with the others
    session.look()
    return session, session.review()


def go(review: Review, row: int, record: int, entity: str = "company") -> None:
    review.go(Pair(entity, row, record))


def test_all_pairs_of_the_store_are_found_with_reasons_and_stand_in_groups(opened: tuple[StoredReview, Review]) -> None:
    session, review = opened
    assert {(pair.row, pair.record) for pair in review.matches} == {(13, 1), (15, 1), (15, 13), (14, 2)}
    assert sorted(len(group.members) for group in review.queue) == [2, 3]
    go(review, 13, 1)
    view = review.view()
    assert view is not None
    assert view.heads == ("Goes: company 13", "Stays: company 1")
    assert any(reason.startswith("name: ") for reason in view.reasons)
    assert next(field for field in view.fields if field.field.name == "name").incoming_spans
    assert session.state == "reviewing"


def test_three_records_become_one_by_two_decisions_and_the_third_pair_is_asked_no_more(store: Importer) -> None:
    session, review = look(store)
    go(review, 13, 1)
    review.decide(Verdict.SAME)
    go(review, 15, 13)
    review.decide(Verdict.SAME)
    assert review.letter(Pair("company", 15, 1)) == "-"
    before = store.dump()
    summary = session.apply()
    assert summary.run is not None
    assert summary.backup
    assert store.workspace.count("company") == 13
    one = store.workspace.record("company", 1)
    assert one["code"] == "K9", "what the survivor lacks comes from the farthest record"
    assert one["street_city"] == "Oslo"
    assert set(one["email"]) == {"post@firm0.example", "sales@firm0.example"}
    after = store.dump()
    store.workspace.undo(summary.run)
    assert store.dump() == before
    store.workspace.redo(summary.run)
    assert store.dump() == after


def test_what_was_decided_to_be_different_stays_apart_and_is_never_joined_by_a_detour(opened: tuple[StoredReview, Review]) -> None:
    _session, review = opened
    go(review, 15, 1)
    review.decide(Verdict.DIFFERENT)
    go(review, 13, 1)
    review.decide(Verdict.SAME)
    go(review, 15, 13)
    with pytest.raises(UsageError, match="company 1 and company 15 were decided to be different"):
        review.decide(Verdict.SAME)
    assert review.letter(Pair("company", 15, 13)) == "?", "what is refused is not written"


def test_a_member_that_is_taken_out_of_a_group_stays_a_record_of_its_own(store: Importer) -> None:
    session, review = look(store)
    go(review, 13, 1)
    assert review.exclude(("record", 15)) == 2
    review.decide(Verdict.SAME)
    session.apply()
    names = [record["id"] for record in store.companies()]
    assert 15 in names
    assert 13 not in names


def test_fields_are_picked_typed_and_joined_per_pair(store: Importer) -> None:
    session, review = look(store)
    go(review, 15, 1)
    review.choose("street_city", Choice.INCOMING)
    review.choose("email", Choice.INCOMING)
    review.choose("code", Choice.EDITED, "K-1")
    view = review.view()
    assert view is not None
    expected = {field.field.name: field.result for field in view.fields}
    assert (expected["street_city"], expected["code"], expected["email"]) == (("Bergen",), ("K-1",), ("sales@firm0.example",))
    review.decide(Verdict.SAME)
    before = store.dump()
    summary = session.apply()
    record = store.workspace.record("company", 1)
    for name, result in expected.items():
        value = record.get(name)
        assert (tuple(value) if isinstance(value, list) else (value,)) == result, name
    assert summary.run is not None
    store.workspace.undo(summary.run)
    assert store.dump() == before


@pytest.mark.parametrize(
    ("action", "city", "code"), [(Action.MERGE, "Oslo", "K9"), (Action.REPLACE, "Bergen", "K9"), (Action.SKIP, "Oslo", None)]
)
def test_an_action_says_whose_values_win(store: Importer, action: Action, city: str, code: str | None) -> None:
    session, review = look(store)
    go(review, 15, 1)
    review.decide(Verdict.SAME, action)
    session.apply()
    record = store.workspace.record("company", 1)
    assert (record["street_city"], record["code"]) == (city, code)


def test_the_younger_record_can_be_the_one_that_stays(store: Importer) -> None:
    session, review = look(store)
    go(review, 15, 1)
    review.choose("street_city", Choice.INCOMING)
    review.swap()
    view = review.view()
    assert view is not None
    assert view.heads == ("Goes: company 1", "Stays: company 15")
    city = next(field for field in view.fields if field.field.name == "street_city")
    assert (city.result, city.source) == (("Bergen",), "S"), "the same value stays chosen"
    review.decide(Verdict.SAME)
    session.apply()
    assert store.workspace.record("company", 15)["street_city"] == "Bergen"
    with pytest.raises(UsageError):
        store.workspace.record("company", 1)


def test_persons_selections_and_consents_move_in_one_run(importer: Importer) -> None:
    workspace = importer.workspace
    importer.run([someone(0, 0), company(1)])
    person = someone(0, 0, email="ingrid@mail.example") | {"company.name": "Aurlnad Timber A/S"}
    importer.run([person], Settings(privacy=Privacy("Consent")))
    session, review = look(importer)
    assert {pair.entity for pair in review.matches} == {"company", "person"}
    review.take(review.at_line(0.5, Verdict.SAME))
    before = importer.dump()
    summary = session.apply()
    assert workspace.count("company") == 2
    assert [(record["company"], record["email"]) for record in importer.persons()] == [
        (company(0)["company.name"], ["ingrid@mail.example"])
    ]
    consents = workspace.database.connection.execute("SELECT count(*) FROM consent WHERE person = 1").fetchone()[0]
    assert consents >= 1
    assert summary.run is not None
    workspace.undo(summary.run)
    assert importer.dump() == before


def test_who_withdrew_a_consent_is_the_one_that_stays(importer: Importer) -> None:
    importer.run([someone(0, 0)], Settings(privacy=Privacy("Consent")))
    importer.run([someone(0, 3)], Settings(privacy=Privacy("Withdrawn")))
    session, review = look(importer)
    review.take(review.at_line(0.0, Verdict.SAME))
    merge = next(each for each in session.merges() if each.entity == "person")
    assert merge.survivor == 2


def test_somebody_who_changed_jobs_works_where_the_younger_record_says(importer: Importer) -> None:
    importer.run([someone(0, 0), someone(1, 1)])
    importer.run([someone(0, 5)])
    session, review = look(importer)
    pair = next(pair for pair in review.matches if pair.entity == "person")
    review.go(pair)
    assert "Aurland" in "\n".join(review.context())
    review.changed_job()
    session.apply()
    assert [record["company"] for record in importer.persons() if record["first_name"] == "Ingrid"] == [company(5)["company.name"]]


def test_a_person_is_linked_to_a_company_that_is_merged_in_the_same_run(importer: Importer) -> None:
    importer.run([someone(0, 0), company(7)])
    importer.run([someone(0, 5), misspelt(7)])
    session, review = look(importer)
    person = next(pair for pair in review.matches if pair.entity == "person")
    twins = next(pair for pair in review.matches if pair.entity == "company")
    review.go(person)
    review.link_company(str(twins.row))
    review.go(twins)
    review.decide(Verdict.SAME)
    session.apply()
    (ingrid,) = importer.persons()
    assert ingrid["company"] == company(7)["company.name"]


def test_every_decision_is_taken_back_and_done_again(opened: tuple[StoredReview, Review]) -> None:
    _session, review = opened
    waiting = review.counts[0]
    pairs = []
    while review.counts[0]:
        pairs.append(review.pair)
        review.decide(Verdict.SAME)
    assert [review.undo() for _pair in pairs] == pairs[::-1]
    assert review.counts[0] == waiting
    for _pair in pairs:
        review.redo()
    assert review.counts[0] == 0
    assert review.steps == (len(pairs), 0)


def test_a_bulk_decision_never_joins_what_two_vat_numbers_hold_apart(importer: Importer) -> None:
    importer.run([firm(0, vat_number="123456785"), twin(0), twin(0, name="Aurlannd Timber", vat_number="974760673")])
    session, review = look(importer)
    chosen = review.at_line(0.0, Verdict.SAME)
    assert chosen.pairs
    review.take(chosen)
    assert review.steps == (1, 0)
    session.apply()
    assert importer.workspace.count("company") == 2


def test_a_dropped_line_loses_nothing_and_the_queue_reopens_where_it_stood(store: Importer) -> None:
    session, review = look(store)
    review.find(QueueFilter(Show.ALL, order=Order.EFFECT))
    review.decide(Verdict.SAME)
    place, order = review.pair, review.queue
    again = store.workspace.reopen(session.id)
    assert isinstance(again, StoredReview)
    again.catch_up()
    reopened = again.review()
    assert (reopened.pair, reopened.queue, reopened.counts) == (place, order, review.counts)
    another = store.workspace.review_store()
    assert another.id == session.id
    another.close()
    again.close()
    with pytest.raises(UsageError, match="no import"):
        store.workspace.resume(session.id)


def test_a_search_that_was_stopped_is_made_again(store: Importer) -> None:
    session = store.workspace.review_store("company")
    progress = Progress()
    progress.stop()
    with pytest.raises(StoppedError):
        session.look(progress)
    assert session.state == "looking"
    session.catch_up()
    assert len(session.matches()) == 4
    session.close()


def test_different_is_remembered_and_asked_again_only_when_something_that_identifies_changes(store: Importer) -> None:
    session, review = look(store)
    go(review, 14, 2)
    review.decide(Verdict.DIFFERENT)
    assert session.apply().run is None
    _session, again = look(store)
    assert again.letter(Pair("company", 14, 2)) == "D"
    store.workspace.database.connection.execute("UPDATE company SET note = 'x' WHERE id = 14")
    _session, again = look(store)
    assert again.letter(Pair("company", 14, 2)) == "D"
    store.workspace.database.connection.execute("UPDATE company SET street_city = 'Bodø' WHERE id = 14")
    _session, again = look(store)
    match = again.matches[Pair("company", 14, 2)]
    assert (again.letter(match.pair), match.asked_again) == ("!", ("city",))


def test_a_record_that_is_deleted_meanwhile_leaves_the_queue(store: Importer) -> None:
    session, review = look(store)
    go(review, 14, 2)
    review.decide(Verdict.SAME)
    store.workspace.merge("company", 2, 14)
    session.catch_up()
    assert {pair.row for pair in session.review().matches} == {13, 15}
    with pytest.raises(UsageError, match="Nothing is decided yet"):
        session.apply()


def test_what_is_open_stays_and_speaks_of_the_survivor(store: Importer) -> None:
    session, review = look(store)
    go(review, 13, 1)
    review.decide(Verdict.SAME)
    go(review, 15, 1)
    review.decide(Verdict.UNSURE)
    session.apply()
    assert session.state == "reviewing"
    assert {(match.pair.row, match.pair.record) for match in session.matches()} == {(15, 1), (14, 2)}
    done = session.review()
    while done.counts[0]:
        done.decide(Verdict.DIFFERENT)
    session.apply()
    assert session.state == "applied"
    assert store.workspace.drafts() == []


def test_nothing_is_merged_where_one_merge_cannot_be(store: Importer) -> None:
    session, review = look(store)
    review.take(review.at_line(0.0, Verdict.SAME))
    before = store.dump()
    decisions = [
        Match(Pair("company", 13, 1), 1, MatchKind.PROBABLE, (), decision=Verdicts(Verdict.SAME)),
        Match(Pair("company", 99, 1), 1, MatchKind.PROBABLE, (), decision=Verdicts(Verdict.SAME)),
    ]
    from tui_import.flow.plan.merges import merges
    from tui_import.store import merging

    with pytest.raises(UsageError, match="99"):
        merging.merge(store.workspace.database, store.workspace.catalogue, merges(decisions), "me", "both")
    assert store.dump() == before
    assert session.merges()


def test_a_crash_between_the_store_and_the_review_merges_nothing_twice(store: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    session, review = look(store)
    review.take(review.at_line(0.0, Verdict.SAME))

    def killed(*_about: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "_settle", killed)
    with pytest.raises(KeyboardInterrupt):
        session.apply()
    assert store.workspace.count("company") == 12
    again = store.workspace.review_store()
    assert again.id == session.id
    again.catch_up()
    assert not again.has_decisions
    with pytest.raises(UsageError, match="Nothing is decided yet"):
        again.apply()
    assert len(store.workspace.runs()) == 3
    again.close()


def test_one_record_of_a_run_is_taken_back_with_all_that_became_one_with_it(store: Importer) -> None:
    session, review = look(store)
    review.take(review.at_line(0.0, Verdict.SAME))
    run = session.apply().run
    assert run is not None
    store.workspace.undo(run, record=("company", 14))
    ids = [record["id"] for record in store.companies()]
    assert 14 in ids
    assert not {13, 15} & set(ids)
    assert store.workspace.run(run).state == "partly undone"
    store.workspace.undo(run)
    assert store.workspace.count("company") == 15


def test_what_else_belongs_to_a_company_moves_with_it_and_comes_back_with_it_alone(store: Importer) -> None:
    connection, catalogue = store.workspace.database.connection, store.workspace.catalogue
    other, name = next((other, name) for other, name in referring(catalogue, "company") if other != "person")
    for owner in (13, 14):
        stamps = "version, created_at, created_by, updated_at, updated_by"
        connection.execute(f"INSERT INTO {other} ({name}, {stamps}) VALUES (?, 1, '2026-01-01', 'me', '2026-01-01', 'me')", (owner,))
    session, review = look(store)
    review.take(review.at_line(0.0, Verdict.SAME))
    run = session.apply().run
    owners = f"SELECT {name} FROM {other} ORDER BY id"
    assert [owner for (owner,) in connection.execute(owners)] == [1, 2]
    assert run is not None
    store.workspace.undo(run, record=("company", 14))
    assert [owner for (owner,) in connection.execute(owners)] == [1, 14]
    store.workspace.undo(run)
    assert [owner for (owner,) in connection.execute(owners)] == [13, 14]


def test_the_rows_of_a_workbook_decide_pairs_of_the_store(store: Importer, tmp_path: Path) -> None:
    import openpyxl

    session, _review = look(store)
    path = tmp_path / "pairs.xlsx"
    assert workbook.export_decisions(session, path) == 4
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for row in range(2, 6):
        sheet.cell(row, 1).value = "same" if sheet.cell(row, 5).value == "company 14" else "different"
    book.save(path)
    again, answered = workbook.read_decisions(store.workspace, path)
    assert (answered.decided, answered.refused) == (4, ())
    assert isinstance(again, StoredReview)
    again.apply()
    assert store.workspace.count("company") == 14
    again.close()
