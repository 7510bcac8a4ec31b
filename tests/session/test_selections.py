"""Selections made by runs and by hand, and editing their members at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import UsageError
from tui_import.model.matches import Verdict
from tui_import.model.plan import Summary
from tui_import.model.settings import Action, CompanyRules, DuplicateRules, PersonKey, PersonRules, Settings

NOBODY = PersonRules(match=PersonKey.NONE)
ACME = {"company.name": "Acme", "company.code": "A1", "company.postal_city": "Oslo"}
BETA = {"company.name": "Beta", "company.code": "B1", "company.postal_city": "Bergen"}


def replacing(**rest: Any) -> Settings:
    return Settings(company=CompanyRules(action=Action.REPLACE), person=NOBODY, **rest)


def made(importer: Importer, summary: Summary) -> dict[str, list[str]]:
    """Kind of each selection of a run → names of its members."""
    return {
        each.kind: [company["name"] for company in importer.workspace.records(each.entity, selection=each.id)]
        for each in summary.selections
    }


def rows(*rows: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(rows)


def test_a_run_says_what_it_did_to_which_record(importer: Importer) -> None:
    assert made(importer, importer.run(rows(ACME, BETA), replacing())) == {"new": ["Acme", "Beta"]}
    cleared = importer.run(rows({**ACME, "company.postal_city": ""}, BETA), replacing())
    assert made(importer, cleared) == {"changed": ["Acme"], "cleared": ["Acme"]}
    skipping = Settings(company=CompanyRules(action=Action.SKIP), person=NOBODY)
    skipped = importer.run(rows({**ACME, "company.code": "X"}, {"company.name": "Gamma", "company.code": ""}), skipping)
    assert made(importer, skipped) == {"new": ["Gamma"], "skipped": ["Acme"]}
    importer.workspace.set_preference("company.number.unique", 1)
    importer.run(rows({"company.name": "Delta", "company.number": "7"}), replacing())
    taken = {"company.name": "Acme", "company.number": "7"}
    problem = importer.run(rows(taken, {"company.name": "Eta", "company.number": "8"}), replacing())
    assert made(importer, problem) == {"new": ["Eta"], "problems": ["Acme", "Delta"]}


def test_records_that_rows_were_merged_into_by_a_decision_are_a_selection(importer: Importer) -> None:
    importer.duplicates = True
    store = {"company.name": "Nordisk Vindkraft A/S", "company.phone": "+45 33 12 44 55", "company.postal_city": "Fredericia"}
    importer.run(rows(store), Settings(person=NOBODY))
    session, _report = importer.plan(
        rows({**store, "company.name": "Nordisk Vindkaft", "company.code": "N"}), Settings(person=NOBODY, duplicates=DuplicateRules())
    )
    (match,) = session.matches("company")
    session.decide({match.pair: Verdict.SAME})
    session.plan()
    assert made(importer, session.apply()) == {"changed": ["Nordisk Vindkraft A/S"], "merged": ["Nordisk Vindkraft A/S"]}


def test_members_are_chosen_by_hand(importer: Importer) -> None:
    workspace = importer.workspace
    importer.run(rows(ACME, BETA), replacing())
    chosen = workspace.new_selection("company", "Fair", [1])
    assert (chosen.kind, chosen.members, chosen.run) == ("manual", 1, None)
    assert workspace.add_members(chosen.id, [1, 2]) == 1
    assert workspace.remove_members(chosen.id, [1, 7]) == 1
    assert [company["name"] for company in workspace.records("company", selection=chosen.id)] == ["Beta"]
    assert len(importer.companies()) == 2
    for wrong in (lambda: workspace.add_members(chosen.id, [99]), lambda: workspace.add_members(77, [1])):
        with pytest.raises(UsageError):
            wrong()
    with pytest.raises(UsageError, match="no company 5"):
        workspace.new_selection("company", "Fair", [5])


@pytest.mark.parametrize(
    ("field", "text", "shown"),
    [
        ("category", "customer", "Customer"),
        ("company.postal_city", "  Malmö ", "Malmö"),
        ("postal_city", "", None),
        ("country", "Sverige", "SE"),
        ("code", "Z9", "Z9"),
    ],
)
def test_a_field_is_set_for_all_members_and_comes_back(importer: Importer, field: str, text: str, shown: object) -> None:
    workspace = importer.workspace
    first = importer.run(rows(ACME, BETA, {**BETA, "company.name": "Gamma"}), replacing())
    before = importer.dump()
    chosen = workspace.new_selection("company", "Two", [1, 2])
    summary = workspace.edit_members(chosen.id, field, text)
    name = field.removeprefix("company.")
    assert [company[name] for company in workspace.records("company")][:2] == [shown, shown]
    assert workspace.record("company", 3)["postal_city"] == "Bergen"
    assert (summary.rows, summary.entities["company"].updated) == (2, 2)
    changed = importer.dump()
    _summary, report = workspace.undo(summary.run or 0)
    assert (report.restored, report.kept, report.blocked) == (2, (), ())
    assert importer.dump() == before
    workspace.redo(summary.run or 0)
    assert importer.dump() == changed
    workspace.undo(summary.run or 0)
    assert workspace.undo(first.run or 0)[1].blocked == ()


def test_records_are_found_by_what_was_set(importer: Importer) -> None:
    workspace = importer.workspace
    importer.run([{**ACME, "person.first_name": "Anna", "person.last_name": "Holm"}])
    chosen = workspace.new_selection("person", "One", [1])
    summary = workspace.edit_members(chosen.id, "last_name", "Berg")
    _session, report = importer.plan([{**ACME, "person.first_name": "Anna", "person.last_name": "Berg"}])
    assert report.count("person").unchanged == 1
    workspace.undo(summary.run or 0)
    _session, report = importer.plan([{**ACME, "person.first_name": "Anna", "person.last_name": "Berg"}])
    assert report.count("person").added == 1


def test_a_field_of_several_values_gets_one_more(importer: Importer) -> None:
    workspace = importer.workspace
    workspace.add_list_item("interest", "Golf")
    importer.run(rows({**ACME, "company.interests": "Golf"}, BETA), replacing())
    chosen = workspace.new_selection("company", "Both", [1, 2])
    before = importer.dump()
    summary = workspace.edit_members(chosen.id, "interests", "Golf")
    assert (summary.entities["company"].updated, summary.entities["company"].unchanged) == (1, 1)
    assert [company["interests"] for company in importer.companies()] == [["Golf"], ["Golf"]]
    workspace.undo(summary.run or 0)
    assert importer.dump() == before


@pytest.mark.parametrize(("field", "value"), [("interests", "Golf"), ("phone", "+45 40 12 34 56")])
def test_a_value_is_taken_away_from_all_that_have_it_and_comes_back_as_it_was(importer: Importer, field: str, value: str) -> None:
    workspace = importer.workspace
    workspace.add_list_item("interest", "Golf")
    importer.run(rows({**ACME, f"company.{field}": value}, BETA), replacing())
    chosen = workspace.new_selection("company", "Both", [1, 2])
    workspace.set_list_item("interest", "Golf", deactivated=True)
    before = importer.dump()
    summary = workspace.edit_members(chosen.id, field, value, remove=True)
    assert (summary.entities["company"].updated, summary.entities["company"].unchanged) == (1, 1)
    assert all(field not in company for company in importer.companies())
    gone = importer.dump()
    workspace.undo(summary.run or 0)
    assert importer.dump() == before
    workspace.redo(summary.run or 0)
    assert importer.dump() == gone


def test_a_field_of_one_value_has_none_to_take_away(importer: Importer) -> None:
    importer.run(rows(ACME), replacing())
    chosen = importer.workspace.new_selection("company", "One", [1])
    with pytest.raises(UsageError, match="one value only"):
        importer.workspace.edit_members(chosen.id, "name", "Acme", remove=True)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""), ("id", "7"), ("nothing", "x"), ("country", "Atlantis"), ("category", "Nobody"), ("interests", ""),
        ("person.title", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_for_many_is_refused(importer: Importer, field: str, text: str) -> None:
    importer.run(rows(ACME, BETA), replacing())
    chosen = importer.workspace.new_selection("company", "Both", [1, 2])
    before = importer.dump()
    with pytest.raises(UsageError):
        importer.workspace.edit_members(chosen.id, field, text)
    assert importer.dump() == before
