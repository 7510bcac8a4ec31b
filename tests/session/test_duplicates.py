"""Probable duplicates in an import: what waits, what a decision does, what is remembered."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import UsageError
from tui_import.model.matches import Choice, FieldChoice, Match, MatchKind, Pair, Verdict, Verdicts
from tui_import.model.records import Value
from tui_import.model.settings import Action, CompanyRules, DuplicateRules, Settings, Undecided, WithoutCompany
from tui_import.session.importing import ImportSession
from tui_import.store.matches import Matches

STORED = {
    "company.name": "Ørsted Vindkraft A/S",
    "company.phone": "+45 33 12 44 55",
    "company.postal_city": "Fredericia",
    "company.postal_code": "7000",
    "person.first_name": "Katrine",
    "person.last_name": "Bjerregaard",
    "person.email": "katrine.bjerregaard@vindkraft.dk",
}
MISSPELT = {
    **STORED,
    "company.name": "Orsted Vindkaft AS",
    "company.url": "vindkraft.dk",
    "person.first_name": "Kathrine",
    "person.email": "",
}
OTHER = {
    "company.name": "Holbæk Maskinfabrik ApS",
    "company.phone": "+45 59 43 10 20",
    "company.postal_city": "Holbæk",
    "company.postal_code": "4300",
    "person.first_name": "Mogens",
    "person.last_name": "Frandsen",
    "person.email": "mogens@holbaekmaskin.dk",
}


@pytest.fixture
def importer(make_importer: Callable[[], Importer]) -> Importer:
    """An importer that looks for duplicates, with one company and its person in the store."""
    made = make_importer()
    made.duplicates = True
    made.run([STORED])
    return made


def only(**rules: Any) -> Settings:
    return Settings(duplicates=DuplicateRules(**rules))


def matches_of(session: ImportSession, kind: MatchKind = MatchKind.PROBABLE) -> list[Match]:
    return [match for match in Matches(session._draft).all(least=0.5) if match.kind is kind]


def company_match(session: ImportSession) -> Match:
    return next(match for match in matches_of(session) if match.pair.entity == "company")


def decide(session: ImportSession, match: Match, verdict: Verdict, action: Action | None = None, **fields: FieldChoice) -> None:
    Matches(session._draft).decide({match.pair: Verdicts(verdict, action, fields, "2026-11-25T08:00:00+00:00", "anna")})
    session._draft.write_meta(outdated=True)


def decide_all(session: ImportSession, verdict: Verdict) -> None:
    for match in matches_of(session):
        decide(session, match, verdict)


def company(importer: Importer, record: int) -> Mapping[str, Any]:
    return importer.workspace.record("company", record)


def test_a_misspelt_company_waits_with_its_person_and_the_rest_is_imported(importer: Importer) -> None:
    session, report = importer.plan([MISSPELT, OTHER])

    assert importer.operations(session) == [("?C", "?P"), ("+C", "+P")]
    assert report.count("company").held == report.count("person").held == 1
    assert report.duplicates == {"company": 1, "person": 1}
    summary = session.apply()
    assert (summary.left, summary.duplicates["company"], importer.workspace.count("company")) == (1, 1, 2)


def test_the_same_company_is_merged_and_its_person_is_then_recognised(importer: Importer) -> None:
    session, _report = importer.plan([MISSPELT])
    decide(session, company_match(session), Verdict.SAME)
    session.plan()
    person = next(match for match in matches_of(session) if match.pair.entity == "person")
    decide(session, person, Verdict.SAME)
    summary = session.apply()

    assert importer.workspace.count("company") == importer.workspace.count("person") == 1
    assert company(importer, 1)["name"] == STORED["company.name"]
    assert "vindkraft.dk" in str(company(importer, 1)["url"])
    assert summary.entities["company"].updated == 1


def test_a_choice_for_one_field_counts_more_than_the_action(importer: Importer) -> None:
    session, _report = importer.plan([MISSPELT])
    match = company_match(session)
    edited = FieldChoice(Choice.EDITED, (Value("Ørsted Vind A/S", "ørsted vind a/s"),))
    decide(session, match, Verdict.SAME, Action.MERGE, name=edited)
    session.plan()
    session.apply()

    assert company(importer, 1)["name"] == "Ørsted Vind A/S"


def test_incoming_can_be_chosen_for_one_field_while_the_others_stay(importer: Importer) -> None:
    changed = {**MISSPELT, "company.postal_code": "7001"}
    session, _report = importer.plan([changed])
    decide(session, company_match(session), Verdict.SAME, Action.MERGE, name=FieldChoice(Choice.INCOMING))
    session.apply()

    assert company(importer, 1)["name"] == MISSPELT["company.name"]
    assert company(importer, 1)["postal_code"] == "7000"


def test_skip_leaves_the_record_alone(importer: Importer) -> None:
    before = company(importer, 1)
    session, _report = importer.plan([{**MISSPELT, "person.first_name": "", "person.last_name": ""}])
    decide(session, matches_of(session)[0], Verdict.SAME, Action.SKIP)
    session.apply()

    assert company(importer, 1) == before


def test_a_different_company_is_added(importer: Importer) -> None:
    session, _report = importer.plan([MISSPELT])
    decide_all(session, Verdict.DIFFERENT)
    session.plan()
    decide_all(session, Verdict.DIFFERENT)
    session.apply()

    assert importer.workspace.count("company") == 2


def test_no_question_is_asked_twice(importer: Importer) -> None:
    session, _report = importer.plan([MISSPELT, OTHER])
    decide_all(session, Verdict.SAME)
    session.apply()

    again, report = importer.plan([MISSPELT, OTHER])

    assert report.count("company").held == 0
    assert importer.operations(again)[0][0] == "=C"
    assert all(match.decision and match.decision.origin == "memory" for match in matches_of(again) if match.pair.entity == "company")


def test_a_remembered_verdict_is_asked_again_when_something_changed_and_says_what(importer: Importer) -> None:
    session, _report = importer.plan([MISSPELT, OTHER])
    decide_all(session, Verdict.SAME)
    session.apply()

    again, report = importer.plan([{**MISSPELT, "company.postal_city": "Aalborg"}, OTHER])

    match = next(match for match in matches_of(again) if match.pair.entity == "company")
    assert match.open
    assert match.asked_again == ("city",)
    assert report.count("company").held == 1


def test_what_waits_can_be_decided_and_imported_later(importer: Importer) -> None:
    session, _report = importer.plan([MISSPELT, OTHER])
    first = session.apply()
    draft = session.id
    assert [info.waiting for info in importer.workspace.drafts()] == [1]

    later = importer.workspace.resume(draft)
    later.plan()
    with pytest.raises(UsageError, match="waits"):
        later.apply()
    decide_all(later, Verdict.DIFFERENT)
    later.plan()
    decide_all(later, Verdict.DIFFERENT)
    second = later.apply()

    assert first.run != second.run
    assert importer.workspace.count("company") == 3
    assert (second.entities["company"].added, second.entities["company"].held) == (1, 0)
    assert importer.workspace.drafts() == []


def test_a_company_that_is_in_already_is_not_added_again_when_its_person_is_decided_later(importer: Importer) -> None:
    rows = [{**STORED, "person.first_name": "Kathrine", "person.email": ""}]
    settings = Settings(company=CompanyRules(action=Action.ADD), duplicates=DuplicateRules(company=False))
    session, _report = importer.plan(rows, settings)
    assert importer.operations(session) == [("+C", "?P")]
    session.apply()
    later = importer.workspace.resume(session.id)
    later.plan()
    decide_all(later, Verdict.DIFFERENT)
    later.apply()

    assert importer.workspace.count("company") == 2
    assert importer.workspace.count("person") == 2
    assert importer.workspace.record("person", 2)["company"] == STORED["company.name"]


@pytest.mark.parametrize(("undecided", "companies"), [(Undecided.ADD, 2), (Undecided.MERGE, 1), (Undecided.HOLD, 1)])
def test_the_rules_say_what_happens_to_undecided_ones(importer: Importer, undecided: Undecided, companies: int) -> None:
    row = {**MISSPELT, "person.first_name": "", "person.last_name": ""}
    session, report = importer.plan([row], only(undecided=undecided, merge_at=0.6))
    session.apply()

    assert importer.workspace.count("company") == companies
    assert report.count("company").held == (undecided is Undecided.HOLD)


def test_two_rows_of_one_file_are_compared_and_only_the_later_one_waits(importer: Importer) -> None:
    twin = {**OTHER, "company.name": "Holbaek Maskinfabrk", "person.first_name": "", "person.last_name": "", "person.email": ""}
    session, _report = importer.plan([OTHER, twin])

    assert importer.operations(session)[0] == ("+C", "+P")
    assert importer.operations(session)[1][0] == "?C"
    match = matches_of(session)[0]
    assert match.pair == Pair("company", 2, 0, 1)
    decide(session, match, Verdict.SAME)
    session.apply()
    assert importer.workspace.count("company") == 2


def test_a_key_that_agrees_against_the_vat_number_waits_and_can_be_another_company(importer: Importer) -> None:
    importer.run([{"company.name": "Nordlys Energi", "company.vat_number": "10000009"}])
    session, report = importer.plan([{"company.name": "Nordlys Energi", "company.vat_number": "10000017"}])

    assert report.count("company").held == 1
    match = matches_of(session, MatchKind.CONTRADICTION)[0]
    assert [reason.field for reason in match.reasons] == ["vat"]
    decide(session, match, Verdict.DIFFERENT)
    session.apply()
    assert importer.workspace.count("company") == 3


def test_a_contradiction_that_is_the_same_goes_on_as_its_key_says(importer: Importer) -> None:
    importer.run([{"company.name": "Nordlys Energi", "company.vat_number": "10000009"}])
    session, _report = importer.plan([{"company.name": "Nordlys Energi", "company.vat_number": "10000017"}])
    decide(session, matches_of(session, MatchKind.CONTRADICTION)[0], Verdict.SAME, Action.REPLACE)
    session.apply()

    assert importer.workspace.count("company") == 2
    assert company(importer, 2)["vat_number"] == "10000017"


def test_decisions_are_undone_and_redone_step_by_step(importer: Importer) -> None:
    session, _report = importer.plan([MISSPELT])
    store = Matches(session._draft)
    match = matches_of(session)[0]
    decide(session, match, Verdict.SAME)
    decide(session, match, Verdict.DIFFERENT)

    assert store.undo() == [match.pair]
    first = store.get(match.pair)
    assert first is not None
    assert first.decision == Verdicts(Verdict.SAME, None, {}, "2026-11-25T08:00:00+00:00", "anna")
    store.undo()
    none = store.get(match.pair)
    assert none is not None
    assert none.open
    assert store.steps() == (0, 2)
    store.redo()
    again = store.get(match.pair)
    assert again == first


def test_an_import_with_decisions_is_taken_back_whole(importer: Importer) -> None:
    before = [company(importer, 1), importer.workspace.record("person", 1)]
    session, _report = importer.plan([MISSPELT, OTHER])
    decide_all(session, Verdict.SAME)
    summary = session.apply(accept_clears=True)
    assert summary.run is not None
    importer.workspace.undo(summary.run)

    assert importer.workspace.count("company") == 1
    after = [company(importer, 1), importer.workspace.record("person", 1)]
    volatile = {"version", "updated_at", "updated_by"}
    assert [{k: v for k, v in each.items() if k not in volatile} for each in after] == [
        {k: v for k, v in each.items() if k not in volatile} for each in before
    ]


def test_a_held_row_adds_no_list_item(importer: Importer) -> None:
    session, report = importer.plan([{**MISSPELT, "company.category": "Only here"}, OTHER])
    assert "category" not in report.new_list_items
    session.apply()
    assert all(item.name != "Only here" for item in importer.workspace.lists()["category"])


def test_fields_can_be_left_out_of_the_comparison_and_finding_can_be_switched_off(importer: Importer) -> None:
    row = {**MISSPELT, "person.first_name": "", "person.last_name": ""}
    _session, report = importer.plan([row], only(find=False))
    assert report.count("company").added == 1
    session, _report = importer.plan([row], only(ignore="company.phone company.name company.postal_city company.postal_code"))
    assert all(reason.field not in {"phone", "name"} for match in Matches(session._draft).all() for reason in match.reasons)


def test_persons_without_company_are_compared_too(make_importer: Callable[[], Importer]) -> None:
    importer = make_importer()
    importer.duplicates = True
    rules = Settings()
    settings = replace(rules, person=replace(rules.person, without_company=WithoutCompany.CREATE))
    importer.run([{"person.first_name": "Søren", "person.last_name": "Kierkegård", "person.mobile": "+45 20 30 40 50"}], settings)
    session, report = importer.plan(
        [{"person.first_name": "Soren", "person.last_name": "Kierkegaard", "person.mobile": "+45 20 30 40 50"}], settings
    )
    assert report.count("person").held == 1, importer.operations(session)


def test_after_a_correction_only_what_it_changed_is_looked_up_again(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("Brix", "Dahlgaard", "Eskesen", "Fabritius", "Gyldendal")
    rows = [{"company.name": f"{name} Handel", "company.postal_city": "Odense"} for name in names]
    session, _report = importer.plan([*rows, {**MISSPELT, "person.first_name": "", "person.last_name": ""}])
    assert [match.pair.row for match in matches_of(session)] == [6]
    looked: list[int] = []
    module = importlib.import_module("tui_import.matching.find")
    real = module.find

    def counted(incoming: Any, *arguments: Any, **named: Any) -> Any:
        looked.append(len(incoming))
        return real(incoming, *arguments, **named)

    monkeypatch.setattr(module, "find", counted)
    session.plan()
    assert looked == []
    column = next(column.position for column in session.columns if column.header == "company.name")
    session.correct(2, column, "Orsted Vindkraft")
    session.plan()

    assert looked
    assert set(looked) == {1}
    assert {match.pair.row for match in matches_of(session) if match.pair.record == 1} == {2, 6}
    session.undo_correction()
    session.plan()
    assert [match.pair.row for match in matches_of(session)] == [6]
