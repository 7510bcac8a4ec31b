"""A value that a list does not have is decided once, for all rows and for the next file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.session.importer import Importer
from tui_import import config
from tui_import.api.errors import UsageError
from tui_import.model.settings import ListPolicy, PersonKey, PersonRules, Settings

NOBODY = PersonRules(match=PersonKey.NONE)
ROWS: list[Mapping[str, Any]] = [
    {"company.name": "A", "company.category": "Suplier", "company.interests": "Golff; Chess"},
    {"company.name": "B", "company.category": "SUPLIER", "company.interests": "Golf"},
    {"company.name": "C", "company.category": "Competiter", "company.interests": ""},
]


@pytest.fixture
def lists(importer: Importer) -> Importer:
    importer.workspace.add_list_item("interest", "Golf")
    return importer


def categories(importer: Importer) -> list[str | None]:
    return [company.get("category") for company in importer.companies()]


def names(importer: Importer, name: str) -> list[str]:
    return [item.name for item in importer.workspace.lists()[name]]


def test_near_items_are_offered_before_one_is_added(lists: Importer) -> None:
    session, report = lists.plan(ROWS)
    assert report.new_list_items == {"category": ("Suplier", "Competiter"), "interest": ("Golff", "Chess")}
    assert report.perhaps_meant == {
        "category": {"Suplier": ("Supplier",), "Competiter": ("Competitor",)}, "interest": {"Golff": ("Golf",)},
    }  # fmt: skip
    assert session.report == report
    found = [(each.value, each.records, each.near) for each in session.unknown_values()]
    assert found == [
        ("Suplier", 2, ("Supplier",)), ("Competiter", 1, ("Competitor",)), ("Golff", 1, ("Golf",)), ("Chess", 1, ()),
    ]  # fmt: skip


def test_a_decision_counts_for_all_rows_whatever_their_case(lists: Importer) -> None:
    session, _report = lists.plan(ROWS)
    before = names(lists, "category")
    session.decide_value("category", "Suplier", "Supplier")
    session.decide_value("category", "Competiter", "")
    session.decide_value("interest", "Golff", "Golf")
    session.decide_value("interest", "Chess", "Chess")
    assert session.outdated
    report = session.plan()
    assert (report.new_list_items, report.perhaps_meant) == ({"interest": ("Chess",)}, {})
    assert [(each.value, each.becomes) for each in session.unknown_values()] == [
        ("Suplier", "Supplier"), ("Competiter", ""), ("Golff", "Golf"), ("Chess", "Chess"),
    ]  # fmt: skip
    session.apply()
    assert categories(lists) == ["Supplier", "Supplier", None]
    assert [company.get("interests", []) for company in lists.companies()] == [["Golf", "Chess"], ["Golf"], []]
    assert names(lists, "category") == before


def test_a_decision_goes_into_the_recipe_and_back(lists: Importer) -> None:
    session, _report = lists.plan(ROWS)
    session.decide_value("category", 'Sup"li.er=1', "Supplier")
    session.decide_value("category", "Suplier", "Supplier")
    recipe = config.parse_recipe(config.dump_recipe(session.recipe()))
    assert recipe.settings.list_values == {"category": {'Sup"li.er=1': "Supplier", "Suplier": "Supplier"}}
    lists.run(ROWS[:2], Settings(person=NOBODY, list_values=recipe.settings.list_values))
    assert categories(lists) == ["Supplier", "Supplier"]
    session.decide_value("category", "suplier", None)
    assert session.settings.list_values == {"category": {'Sup"li.er=1': "Supplier"}}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Supplier", ["Supplier", "Supplier"]),
        ("Suplier", ["Suplier", "Suplier"]),
        ("", [None, None]),
    ],
    ids=["another item", "add it", "blank"],
)
def test_a_decision_goes_before_the_rule_of_its_list(lists: Importer, said: str, expected: list[str | None]) -> None:
    settings = Settings(person=NOBODY, lists={"category": ListPolicy.BLANK}, list_values={"category": {"Suplier": said}})
    session, _report = lists.plan(ROWS, settings)
    assert [(each.value, each.records) for each in session.unknown_values() if each.becomes is None] == [
        ("Golff", 1), ("Competiter", 1), ("Chess", 1),
    ]  # fmt: skip
    session.apply()
    assert categories(lists) == [*expected, None]


def test_an_item_out_of_use_is_taken_into_use_by_a_decision(lists: Importer) -> None:
    lists.workspace.set_list_item("category", "Supplier", deactivated=True)
    _session, report = lists.plan(ROWS)
    assert "Suplier" not in report.perhaps_meant.get("category", {})
    lists.run(ROWS[:1], Settings(person=NOBODY, list_values={"category": {"Suplier": "supplier"}}))
    assert categories(lists) == ["Supplier"]


def test_an_item_that_was_merged_is_no_news(lists: Importer) -> None:
    lists.run(ROWS[:1])
    lists.workspace.merge_list_items("category", "Suplier", "Supplier")
    _session, report = lists.plan(ROWS[:2])
    assert "category" not in report.new_list_items
    assert categories(lists) == ["Supplier"]


def test_values_are_asked_for_only_where_there_is_a_plan(lists: Importer) -> None:
    with pytest.raises(UsageError, match="no plan"):
        lists.begin(ROWS).unknown_values()
