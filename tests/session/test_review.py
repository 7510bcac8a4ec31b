"""The duplicate workbench without its screen: what a reviewer decides, takes back, decides in bulk and teaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.session.importer import Importer
from tui_import.api.errors import RecipeError, UsageError
from tui_import.config import apply_set
from tui_import.config.learnt import load_learnt
from tui_import.model.matches import Choice, Match, MatchKind, Pair, Verdict, Verdicts
from tui_import.model.plan import RowFilter
from tui_import.model.settings import Action, DuplicateRules, PersonKey, PersonRules, Settings
from tui_import.session.duplicates import learning
from tui_import.session.duplicates.calibration import Calibration
from tui_import.session.duplicates.fields import differences
from tui_import.session.duplicates.queue import Order, QueueFilter, Show
from tui_import.session.duplicates.review import Review
from tui_import.session.duplicates.sides import RowSides
from tui_import.session.duplicates.workbook import export_decisions
from tui_import.session.importing import ImportSession
from tui_import.session.matching import learnt_model, shipped_model

STEMS = ["Aurland", "Brekke", "Dovre", "Elgsund", "Fossvik", "Granheim", "Hovden", "Isdal", "Jostedal", "Kvamme", "Lierfoss", "Mandal"]
WORDS = ["Timber", "Shipping", "Bakery", "Optics", "Dairy", "Printing", "Quarry", "Tannery"]


def company(at: int, **more: Any) -> dict[str, Any]:
    """A company that no other resembles."""
    name = f"{STEMS[at % len(STEMS)]} {WORDS[at * 7 % len(WORDS)]}{'' if at < 12 else ' ' + STEMS[at * 5 % len(STEMS)]}"
    return {
        "company.name": name + " AS",
        "company.phone": f"+47 22 {(at * 7919) % 9000 + 1000} {(at * 104729) % 90 + 10}",
        "company.email": f"post@firm{at * 31}.example",
        "company.street_address_line1": f"Storgata {at + 1}",
        "company.street_code": f"{1000 + at * 37}",
        "company.street_city": "Oslo",
        **more,
    }


def misspelt(at: int, **more: Any) -> dict[str, Any]:
    """The same company with a letter exchanged."""
    name = company(at)["company.name"]
    return company(at, **{"company.name": name[:3] + name[4] + name[3] + name[5:-3] + " A/S"} | more)


@pytest.fixture
def stored(importer: Importer) -> Importer:
    """Twelve companies that are stored, and a look for duplicates from now on."""
    importer.run([company(at) for at in range(12)])
    importer.duplicates = True
    return importer


def review_of(importer: Importer, rows: Sequence[dict[str, Any]], settings: Settings | None = None) -> tuple[ImportSession, Review]:
    session, _report = importer.plan(rows, settings)
    return session, session.review()


def held(session: ImportSession) -> int:
    report = session.report
    assert report is not None
    return report.count("company").held


def test_a_reviewer_sees_both_records_field_by_field_and_which_letters_differ(stored: Importer) -> None:
    session, review = review_of(stored, [misspelt(0), misspelt(2)])
    assert held(session) == 2
    assert review.counts == (2, 2)
    view = review.view()
    assert view is not None
    name = view.fields[0]
    assert (name.field.name, name.letter, name.source) == ("name", "!", "S")
    assert name.incoming != name.stored
    assert name.incoming_spans
    assert name.stored_spans
    assert view.fields[-1].letter == "="
    assert any(reason.startswith("name: ") for reason in view.reasons)
    assert "same" in view.likely
    assert view.turn.endswith(".")


def test_decisions_come_true_when_the_import_is_planned_again(stored: Importer) -> None:
    session, review = review_of(stored, [misspelt(0, **{"company.code": "A7"}), misspelt(1), misspelt(2)])
    for verdict in (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE):
        review.decide(verdict)
    assert review.counts[0] == 1
    assert session.outdated
    report = session.plan()
    counts = report.count("company")
    assert (counts.updated + counts.unchanged, counts.added, counts.held) == (1, 1, 1)


def test_every_decision_is_taken_back_and_done_again_without_limit(stored: Importer) -> None:
    _session, review = review_of(stored, [misspelt(at) for at in range(5)])
    pairs = []
    for _at in range(5):
        pairs.append(review.pair)
        review.decide(Verdict.SAME)
    assert review.counts[0] == 0
    taken_back = [review.undo() for _at in range(5)]
    assert taken_back == pairs[::-1]
    assert review.undo() is None
    assert (review.counts[0], review.steps) == (5, (0, 5))
    for _at in range(5):
        review.redo()
    assert review.redo() is None
    assert (review.counts[0], review.steps) == (0, (5, 0))


def test_a_dropped_line_loses_no_decision_and_the_queue_reopens_where_it_stood(stored: Importer) -> None:
    session, review = review_of(stored, [misspelt(at) for at in range(6)])
    review.find(QueueFilter(Show.ALL, order=Order.ROWS))
    review.decide(Verdict.SAME)
    review.decide(Verdict.DIFFERENT)
    place, order = review.pair, review.queue
    again = stored.workspace.resume(session.id)
    stored.sessions.append(again)
    assert again.outdated
    reopened = again.review()
    assert (reopened.pair, reopened.filter, reopened.queue) == (place, review.filter, order)
    assert reopened.counts[0] == 4


def test_next_and_back_walk_the_queue(stored: Importer) -> None:
    _session, review = review_of(stored, [misspelt(at) for at in range(3)])
    first = review.pair
    assert review.next()
    second = review.pair
    assert review.next()
    assert not review.next(only_open=False)
    assert review.back()
    assert review.pair == second
    assert review.back()
    assert review.pair == first
    assert not review.back()


def test_a_field_is_picked_from_either_side_or_typed_and_the_import_obeys(stored: Importer) -> None:
    rows = [misspelt(0, **{"company.street_city": "Bergen", "company.email": "new@firm0.example", "company.code": "77"})]
    session, review = review_of(stored, rows)
    review.choose("street_city", Choice.INCOMING)
    review.choose("email", Choice.BOTH)
    review.choose("code", Choice.EDITED, "K-1")
    view = review.view()
    assert view is not None
    assert {field.field.name: field.source for field in view.fields if field.choice} == {"street_city": "I", "email": "B", "code": "E"}
    assert review.counts[0] == 1, "a pair whose fields are chosen is still open"
    with pytest.raises(UsageError, match="one value only"):
        review.choose("street_city", Choice.BOTH)
    expected = {field.field.name: field.result for field in view.fields}
    review.decide(Verdict.SAME)
    session.plan()
    session.apply(accept_clears=True)
    record = next(record for record in stored.companies() if record.get("code") == "K-1")
    assert (record["street_city"], record["email"]) == ("Bergen", ["post@firm0.example", "new@firm0.example"])
    for name, result in expected.items():
        value = record.get(name, [])
        assert tuple(value) if isinstance(value, list) else (value,) == result


@pytest.mark.parametrize(("action", "city"), [(Action.MERGE, "Oslo"), (Action.REPLACE, "Bergen"), (Action.SKIP, "Oslo")])
def test_the_action_of_one_pair_wins_over_the_settings(stored: Importer, action: Action, city: str) -> None:
    session, review = review_of(stored, [misspelt(0, **{"company.street_city": "Bergen"})])
    review.act(action)
    view = review.view()
    assert view is not None
    assert next(field.result for field in view.fields if field.field.name == "street_city") == (city,)
    review.decide(Verdict.SAME)
    session.plan()
    session.apply(accept_clears=True)
    assert [record["street_city"] for record in stored.companies() if record["street_address_line1"] == "Storgata 1"] == [city]


def test_add_means_that_they_are_different(stored: Importer) -> None:
    session, review = review_of(stored, [misspelt(0)])
    review.act(Action.ADD)
    session.plan()
    assert session.apply().entities["company"].added == 1


def test_one_member_is_taken_out_of_a_group_in_one_step(importer: Importer) -> None:
    importer.duplicates = True
    rows = [company(0), misspelt(0), misspelt(0, **{"company.name": "Aurlnd Timber", "company.phone": "+47 22 99 88 77"})]
    _session, review = review_of(importer, rows)
    group = review.group
    assert group is not None
    assert len(group.members) == 3
    decided = review.exclude(("row", 3))
    assert decided >= 1
    assert all(review.letter(pair) == "D" for pair in group.pairs if 3 in (pair.row, pair.other))
    review.undo()
    assert review.counts[0] == review.counts[1]


def test_a_group_is_cut_where_two_vat_numbers_disagree_and_no_pair_is_lost(importer: Importer) -> None:
    importer.duplicates = True
    rows = [
        company(0, **{"company.vat_number": "123456785"}),
        misspelt(0),
        misspelt(0, **{"company.name": "Aurlannd Timber", "company.vat_number": "974760673"}),
    ]
    _session, review = review_of(importer, rows)
    assert {pair for group in review.queue for pair in group.pairs} == set(review.matches)
    for group in review.queue:
        assert not {("row", 1), ("row", 3)} <= set(group.members) or len(group.pairs) == 1


def person(at: int, firm: int, **more: Any) -> dict[str, Any]:
    return company(firm) | {
        "person.first_name": ["Ingrid", "Torvald", "Sunniva"][at],
        "person.last_name": ["Haukeland", "Bjerknes", "Ytterdal"][at],
        "person.mobile": f"+47 91 23 45 {at}7",
        "person.email": f"{['ingrid', 'torvald', 'sunniva'][at]}@mail.example",
        "person.birthdate": f"197{at}-03-1{at}",
        **more,
    }


@pytest.fixture
def with_persons(importer: Importer) -> Importer:
    importer.run([person(at, at) for at in range(3)] + [company(at) for at in range(3, 12)])
    importer.duplicates = True
    return importer


def test_somebody_who_changed_jobs_stays_one_person_and_moves_to_the_new_company(with_persons: Importer) -> None:
    session, review = review_of(with_persons, [person(0, 5)])
    assert review.pair is not None
    assert review.pair.entity == "person"
    review.changed_job()
    session.plan()
    session.apply()
    assert [record["company"] for record in with_persons.persons() if record["first_name"] == "Ingrid"] == [company(5)["company.name"]]


def test_a_person_is_linked_to_another_stored_company(with_persons: Importer) -> None:
    session, review = review_of(with_persons, [person(0, 5)])
    assert company(0)["company.name"] in [name for _number, name in review.companies()]
    with pytest.raises(UsageError, match="no company"):
        review.link_company("Nobody AS")
    review.link_company(company(7)["company.name"])
    session.plan()
    session.apply()
    assert [record["company"] for record in with_persons.persons() if record["first_name"] == "Ingrid"] == [company(7)["company.name"]]


def test_the_surroundings_name_persons_company_and_earlier_runs(with_persons: Importer) -> None:
    _session, review = review_of(with_persons, [person(0, 5), misspelt(1)])
    lines = {}
    for group in review.queue:
        review.go(group.pairs[0])
        lines[group.entity] = "\n".join(review.context())
    assert company(5)["company.name"] in lines["person"]
    assert company(0)["company.name"] in lines["person"]
    assert "Torvald Bjerknes" in lines["company"]
    assert "run 1" in lines["company"]


def test_the_queue_is_filtered_and_sorted(with_persons: Importer) -> None:
    _session, review = review_of(with_persons, [person(0, 5), misspelt(1), misspelt(2), misspelt(2)])
    review.find(QueueFilter(entity="company"))
    assert {group.entity for group in review.queue} == {"company"}
    review.find(QueueFilter(text="haukeland"))
    assert [group.entity for group in review.queue] == ["person"]
    review.find(QueueFilter(order=Order.ROWS))
    assert review.queue[0].rows == max(group.rows for group in review.queue) == 2
    review.decide(Verdict.SAME)
    review.find(QueueFilter(Show.DECIDED))
    assert len(review.queue) == 1
    review.find(QueueFilter(Show.OPEN, text="nobody has this"))
    assert (review.queue, review.pair, review.view()) == ([], None, None)


# -- many at once


def many(count: int) -> list[dict[str, Any]]:
    return [misspelt(at) for at in range(count)]


@pytest.fixture
def forty(importer: Importer) -> Importer:
    importer.run([company(at) for at in range(40)])
    importer.duplicates = True
    return importer


def test_a_line_is_shown_with_what_it_decides_a_sample_and_its_error_and_is_one_step(forty: Importer) -> None:
    _session, review = review_of(forty, many(40))
    waiting = review.counts[0]
    assert waiting >= 40
    chosen = review.at_line(0.5, Verdict.SAME)
    assert len(chosen.sample) == 20
    assert set(chosen.sample) <= set(chosen.pairs)
    assert chosen.sample == review.at_line(0.5, Verdict.SAME).sample, "a look again shows the same sample"
    expected = sum(1 - review.matches[pair].probability for pair in chosen.pairs)
    assert chosen.errors == pytest.approx(expected)
    assert f"{len(chosen.pairs)} of {waiting}" in review.line_words(0.5)
    assert review.take(chosen) == len(chosen.pairs)
    assert review.counts[0] == 0
    assert review.steps == (1, 0)
    review.undo()
    assert review.counts[0] == waiting


def test_all_like_this_one_means_the_same_reasons(forty: Importer) -> None:
    _session, review = review_of(forty, [*many(10), misspelt(11, **{"company.phone": "+47 99 00 11 22"})])
    view = review.view()
    assert view is not None
    chosen = review.like_this(Verdict.DIFFERENT)
    patterns = {frozenset((reason.field, reason.level) for reason in review.whole(pair).reasons) for pair in chosen.pairs}
    assert len(patterns) == 1
    assert review.pair in chosen.pairs


def test_a_row_is_never_the_same_as_two_records_in_one_bulk_decision(importer: Importer) -> None:
    importer.run([company(0), misspelt(0, **{"company.name": "Aurland Timbr AS"})])
    importer.duplicates = True
    _session, review = review_of(importer, [misspelt(0)])
    assert len(review.matches) == 2
    assert len(review.at_line(0.0, Verdict.SAME).pairs) == 1


# -- what decisions say


def test_a_line_is_proposed_after_enough_decisions_and_never_before(forty: Importer) -> None:
    _session, review = review_of(forty, many(40))
    for _at in range(19):
        review.decide(Verdict.SAME)
    too_early = review.proposal
    assert too_early is None
    for _at in range(6):
        review.decide(Verdict.SAME)
    proposal = review.proposal
    assert proposal is not None
    assert (proposal.decided, proposal.accepted) == (25, 25)
    assert "accepted 100 % of 25" in proposal.words
    assert review.counts[0] > 0, "a proposal decides nothing by itself"


def decided(probability: float, verdict: Verdict, row: int) -> Match:
    return Match(Pair("person", row, 1), probability, MatchKind.PROBABLE, (), decision=Verdicts(verdict))


def test_a_proposed_line_stays_above_refusals_however_many_certain_pairs_there_are() -> None:
    certain = [decided(0.99, Verdict.SAME, row) for row in range(1, 1001)]
    likely = [decided(0.9 - at / 1000, Verdict.SAME, 2000 + at) for at in range(30)]
    refused = [decided(0.6 + at / 1000, Verdict.DIFFERENT, 3000 + at) for at in range(5)]
    proposal = Calibration([*certain, *likely, *refused]).proposal()
    assert proposal is not None
    assert 0.8 < proposal.line <= 0.9
    assert proposal.accepted == proposal.decided == 1030


def test_bulk_decisions_and_open_pairs_say_nothing_about_the_matcher() -> None:
    bulk = [replace(decided(0.9, Verdict.SAME, row), decision=Verdicts(Verdict.SAME, origin="bulk")) for row in range(1, 100)]
    unsure = [decided(0.9, Verdict.UNSURE, row) for row in range(200, 300)]
    calibration = Calibration([*bulk, *unsure])
    assert calibration.proposal() is None
    assert calibration.probability(0.9) == pytest.approx(0.9)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60), st.floats(0, 1))
def test_what_a_probability_is_worth_lies_between_0_and_1_and_follows_the_decisions(taken: list[tuple[float, bool]], asked: float) -> None:
    matches = [decided(p, Verdict.SAME if same else Verdict.DIFFERENT, at) for at, (p, same) in enumerate(taken, 1)]
    calibration = Calibration(matches)
    worth = calibration.probability(asked)
    assert 0 <= worth <= 1
    more = Calibration([*matches, decided(asked, Verdict.SAME, 1000)])
    assert more.probability(asked) >= worth


@pytest.mark.parametrize("wrong", ["city", "street_city=best", "colour=longest", "*="])
def test_a_rule_for_survivors_that_is_none_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(RecipeError, match="survivorship"):
        apply_set(Settings(), f"duplicates.survivorship={wrong}")


def test_decisions_against_the_matcher_raise_the_estimated_error(forty: Importer) -> None:
    _session, review = review_of(forty, many(40))
    before = review.at_line(0.5, Verdict.SAME)
    for _at in range(10):
        review.decide(Verdict.DIFFERENT)
    after = review.at_line(0.5, Verdict.SAME)
    assert after.errors / len(after.pairs) > before.errors / len(before.pairs)


def test_pace_and_time_left_follow_the_clock(stored: Importer) -> None:
    session, _review = review_of(stored, many(6))
    times = iter(range(0, 1000, 6))
    sides = RowSides(stored.workspace, session._draft, session.mapping, session.settings)
    review = Review(stored.workspace, session._draft, sides, session.settings, clock=lambda: next(times))
    assert review.minutes_left is None
    for _at in range(3):
        review.decide(Verdict.SAME)
    assert review.pace == pytest.approx(10)
    assert review.minutes_left == pytest.approx(0.3)


# -- what decisions teach


def taught(forty: Importer) -> Review:
    """Thirty decisions of somebody who asks for more than the matcher: half of them against it."""
    _session, review = review_of(forty, many(40))
    pairs = sorted((pair for group in review.queue for pair in group.pairs), key=lambda pair: review.matches[pair].probability)
    for at, pair in enumerate(pairs[:30]):
        review.go(pair)
        review.decide(Verdict.DIFFERENT if at < 15 else Verdict.SAME)
    return review


def test_nothing_is_taught_by_few_decisions_or_by_one_verdict(forty: Importer) -> None:
    _session, review = review_of(forty, many(40))
    for _at in range(25):
        review.decide(Verdict.SAME)
    assert review.teaching() == []


def test_what_decisions_teach_is_shown_first_and_counts_from_then_on_where_it_is_accepted(forty: Importer) -> None:
    review = taught(forty)
    (teaching,) = review.teaching()
    assert (teaching.entity, teaching.decisions) == ("company", 30)
    assert teaching.agreed_after >= teaching.agreed_before
    assert "30 decisions about companies" in teaching.words
    assert teaching.change_words
    assert load_learnt() == {}, "nothing is kept before somebody accepts it"
    before = learnt_model().entities["company"]
    learning.accept(teaching)
    after = learnt_model().entities["company"]
    assert after != before
    assert {field.name: field.coefficient for field in after.fields}[teaching.changes[0][0]] == pytest.approx(
        teaching.changes[0][2], abs=1e-4
    )
    session = forty.sessions[-1]
    probabilities = {match.pair: match.probability for match in review.matches.values()}
    session.plan()
    assert any(abs(match.probability - probabilities[match.pair]) > 1e-6 for match in session.review().matches.values())


def test_what_was_learnt_is_forgotten_exported_and_taken_over(forty: Importer, tmp_path: Path) -> None:
    (teaching,) = taught(forty).teaching()
    learning.accept(teaching)
    kept = load_learnt()
    assert learning.export_learnt(tmp_path / "lessons.toml")
    assert learning.forget()
    assert learnt_model().entities == shipped_model().entities
    assert not learning.forget()
    assert not learning.export_learnt(tmp_path / "nothing.toml")
    assert learning.import_learnt(tmp_path / "lessons.toml") == ["company"]
    assert load_learnt() == kept


@pytest.mark.parametrize("text", ["[company]\nbias = 'x'", "company = 3", "[product]\nbias = 1", "[person.coefficients]\nname = -1", "["])
def test_lessons_that_are_none_are_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "lessons.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"lessons\.toml"):
        learning.import_learnt(tmp_path / "lessons.toml")


# -- survivorship


def by_rule(rule: str) -> Settings:
    return Settings(person=PersonRules(match=PersonKey.NONE), duplicates=DuplicateRules(survivorship=rule))


@pytest.mark.parametrize(
    ("rule", "city"),
    [
        ("street_city=longest", "Oslo Nordstrand"),
        ("company.street_city=incoming", "Oslo Nordstrand"),
        ("*=stored", "Oslo"),
        ("person.private_city=incoming", "Oslo"),
    ],
)
def test_rules_for_survivors_are_where_a_decision_begins(stored: Importer, rule: str, city: str) -> None:
    settings = by_rule(rule)
    session, review = review_of(stored, [misspelt(0, **{"company.street_city": "Oslo Nordstrand"})], settings)
    view = review.view()
    assert view is not None
    field = next(field for field in view.fields if field.field.name == "street_city")
    assert field.result == (city,)
    assert field.why.startswith("rule") == (not rule.startswith("person"))
    review.decide(Verdict.SAME)
    session.plan()
    session.apply()
    assert next(record["street_city"] for record in stored.companies() if record["street_address_line1"] == "Storgata 1") == city


@pytest.mark.parametrize(
    ("trust", "city"), [("vcard csv", "Oslo Nordstrand"), ("csv vcard", "Oslo"), ("vcard", "Oslo Nordstrand"), ("excel csv", "Oslo")]
)
def test_the_value_of_the_source_that_is_trusted_most_is_where_a_decision_begins(stored: Importer, trust: str, city: str) -> None:
    settings = replace(by_rule("*=trust"), duplicates=DuplicateRules(survivorship="*=trust", trust=trust))
    session, _report = stored.plan([misspelt(0, **{"company.street_city": "Oslo Nordstrand"})], settings)
    session._draft.write_meta(source="vcard")  # the store's records came by csv
    view = session.review().view()
    assert view is not None
    found = next(field for field in view.fields if field.field.name == "street_city")
    assert (found.result, found.why) == ((city,), "rule: trusted source")


def test_sources_that_are_trusted_alike_leave_it_to_the_action(stored: Importer) -> None:
    settings = replace(by_rule("*=trust"), duplicates=DuplicateRules(survivorship="*=trust", trust="csv"))
    _session, review = review_of(stored, [misspelt(0, **{"company.street_city": "Oslo Nordstrand"})], settings)
    view = review.view()
    assert view is not None
    assert next(field for field in view.fields if field.field.name == "street_city").why == "merge"


def test_a_choice_goes_over_the_rule(stored: Importer) -> None:
    settings = by_rule("*=incoming")
    _session, review = review_of(stored, [misspelt(0, **{"company.street_city": "Bergen"})], settings)
    review.choose("street_city", Choice.STORED)
    review.decide(Verdict.SAME)
    review.back()
    view = review.view()
    assert view is not None
    assert next(field.result for field in view.fields if field.field.name == "street_city") == ("Oslo",)


def test_a_name_that_only_looks_the_same_is_marked_and_said_so_in_the_decision_workbook(stored: Importer, tmp_path: Path) -> None:
    twin = company(0)["company.name"].replace("o", "\u043e").replace("a", "\u0430")
    assert twin != company(0)["company.name"]
    session, review = review_of(stored, [company(0, **{"company.name": twin})])
    view = review.view()
    assert view is not None
    assert (view.fields[0].field.name, view.fields[0].letter) == ("name", "*")
    detail = session.detail(session.row_keys(RowFilter())[0])
    assert "mixed_alphabets" in {issue.code for issue in detail.issues}
    export_decisions(session, tmp_path / "pairs.xlsx")
    comments = [cell.comment.text for row in load_workbook(tmp_path / "pairs.xlsx").worksheets[0] for cell in row if cell.comment]
    assert any("another alphabet" in text for text in comments)


def test_letters_that_differ_are_told_apart() -> None:
    one, other = differences("Bergen Timber", "Bergn Timber AS")
    assert ["Bergen Timber"[a:b] for a, b in one] == ["e"]
    assert ["Bergn Timber AS"[a:b] for a, b in other] == [" AS"]
