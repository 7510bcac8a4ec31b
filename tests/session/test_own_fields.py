"""Fields that users of a store define (SPEC 8): importable at once, and everything that holds of other fields holds of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.session.importer import Importer
from tui_import import config
from tui_import.api.errors import RecipeError, UsageError
from tui_import.model.kinds import kind_of
from tui_import.model.own_fields import OWNERS, OwnField, OwnState, OwnType
from tui_import.model.settings import Action, CompanyRules, ListPolicy, PersonKey, PersonRules, Settings
from tui_import.session.workspace import Workspace

COMPANIES = Settings(person=PersonRules(match=PersonKey.NONE))
REPLACING = Settings(company=CompanyRules(action=Action.REPLACE), person=PersonRules(match=PersonKey.NONE))
VALUES: Mapping[OwnType, tuple[str, Any]] = {
    OwnType.NUMBER: ("1200", 1200),
    OwnType.SHORT_TEXT: ("North", "North"),
    OwnType.LONG_TEXT: ("two\nlines", "two\nlines"),
    OwnType.DATE: ("31-12-2037", "2037-12-31"),
    OwnType.UNLIMITED_DATE: ("24-12-1848", "1848-12-24"),
    OwnType.CHECKBOX: ("yes", True),
    OwnType.LIST: ("Gold", "Gold"),
    OwnType.DECIMAL: ("1.234,50", 1234.5),
}
"""A cell of each type, and the value that comes of it."""


def define(workspace: Workspace, name: str = "region", type: OwnType = OwnType.SHORT_TEXT, **rest: Any) -> OwnField:
    return workspace.define_field(OwnField(rest.pop("entity", "company"), name, type, rest.pop("label", name.title()), **rest))


def import_file(workspace: Workspace, path: Path, text: str) -> dict[str, str]:
    """Read a file as a user would, nothing mapped by hand; returns header → field."""
    path.write_text(text, encoding="utf-8")
    session = workspace.begin(str(path))
    session.read()
    links = {session.columns[link.column].header: link.field for link in session.mapping.links}
    session.change_settings(COMPANIES)
    session.plan()
    session.apply()
    session.close()
    return links


@pytest.mark.parametrize("type", OwnType)
def test_a_field_of_every_type_can_be_imported_as_soon_as_it_is_defined(importer: Importer, type: OwnType) -> None:
    define(importer.workspace, "extra", type)
    cell, value = VALUES[type]
    importer.run([{"company.name": "Acme", "company.x_extra": cell}], COMPANIES)
    assert importer.companies()[0]["x_extra"] == value


def test_columns_are_recognised_by_the_labels_that_users_gave(importer: Importer) -> None:
    define(importer.workspace, "sales_area", label="Region")
    define(importer.workspace, "budget", OwnType.DECIMAL, entity="person", label="Yearly budget")
    header = "Company name;Last name;Region;Yearly budget\n"
    links = import_file(importer.workspace, importer.folder / "file.csv", header + "Acme;Holm;North;12,5\nBeta;Ek;South;7\n")
    assert links["Region"] == "company.x_sales_area", "it would mean the state of the address in a store without such a field"
    assert links["Yearly budget"] == "person.x_budget"


def test_a_value_that_the_type_cannot_take_is_a_problem_with_its_reason(importer: Importer) -> None:
    define(importer.workspace, "signed", OwnType.DATE)
    define(importer.workspace, "short", length=3)
    rows = [{"company.name": "A", "company.x_signed": "1969-12-31"}, {"company.name": "B", "company.x_short": "abcd"}]
    session, report = importer.plan(rows, COMPANIES)
    assert report.entities["company"].problem == 2
    reasons = [str(issue) for key in (1, 2) for issue in session.detail(key).issues]
    assert any("outside 1970-2038" in reason for reason in reasons)
    assert any("4 characters; the field takes 3" in reason for reason in reasons)
    importer.workspace.change_field("company.x_short", length=4)
    assert session.plan().entities["company"].problem == 1


def test_undo_redo_and_blame_know_own_fields(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace)
    importer.run([{"company.name": "Acme", "company.x_region": "North"}], COMPANIES)
    second = importer.run([{"company.name": "Acme", "company.x_region": "South"}], REPLACING)
    assert second.run is not None
    (newest, first) = workspace.blame("company", 1, "x_region")
    assert (newest.value, newest.before, newest.run, first.value) == ("South", "North", second.run, "North")
    workspace.undo(second.run)
    assert importer.companies()[0]["x_region"] == "North"
    workspace.redo(second.run)
    assert importer.companies()[0]["x_region"] == "South"


def test_a_blank_cell_clears_an_own_field_under_replace_and_is_counted(importer: Importer) -> None:
    define(importer.workspace)
    importer.run([{"company.name": "Acme", "company.x_region": "North"}], COMPANIES)
    _session, report = importer.plan([{"company.name": "Acme", "company.x_region": ""}], REPLACING)
    assert report.clears == 1


def test_a_list_of_its_own_takes_new_items_or_leaves_blank_as_the_settings_say(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace, "segment", OwnType.LIST)
    importer.run([{"company.name": "Acme", "company.x_segment": "Gold"}], COMPANIES)
    blank = Settings(person=PersonRules(match=PersonKey.NONE), lists={"x_segment": ListPolicy.BLANK})
    importer.run([{"company.name": "Beta", "company.x_segment": "Silver"}], blank)
    assert [item.name for item in workspace.lists()["x_segment"]] == ["Gold"]
    assert [company.get("x_segment") for company in importer.companies()] == ["Gold", None]
    shared = define(workspace, "kind", OwnType.LIST, list="category")
    importer.run([{"company.name": "Gamma", "company.x_kind": "Supplier"}], COMPANIES)
    assert (shared.list, importer.companies()[2]["x_kind"]) == ("category", "Supplier")


def test_items_of_an_own_list_are_merged_and_parted_by_undo(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace, "segment", OwnType.LIST)
    importer.run([{"company.name": "A", "company.x_segment": "Gold"}, {"company.name": "B", "company.x_segment": "Golden"}], COMPANIES)
    merged = workspace.merge_list_items("x_segment", "Golden", "Gold")
    assert [company["x_segment"] for company in importer.companies()] == ["Gold", "Gold"]
    assert merged.run is not None
    workspace.undo(merged.run)
    assert [company["x_segment"] for company in importer.companies()] == ["Gold", "Golden"]


def test_bulk_edit_export_and_template_have_own_fields(importer: Importer, tmp_path: Path) -> None:
    workspace = importer.workspace
    define(workspace, "segment", OwnType.LIST)
    define(workspace, "budget", OwnType.DECIMAL)
    importer.run([{"company.name": "Acme", "company.x_segment": "Gold"}, {"company.name": "Beta", "company.x_segment": "Gold"}], COMPANIES)
    chosen = workspace.new_selection("company", "Both", [1, 2])
    workspace.edit_members(chosen.id, "x_budget", "12.5")
    workspace.edit_members(chosen.id, "company.x_segment", "gold")
    workspace.export("company", tmp_path / "out.json", format="json", selection=chosen.id)
    records = [json.loads(line) for line in (tmp_path / "out.json").read_text().splitlines()]
    assert [(record["x_budget"], record["x_segment"]) for record in records] == [(12.5, "Gold"), (12.5, "Gold")]
    workspace.write_template("contacts", tmp_path / "new.xlsx")
    headings = [cell.value for cell in load_workbook(tmp_path / "new.xlsx").worksheets[0][1]]
    assert headings[-2:] == ["Company: Segment", "Company: Budget"]
    session = workspace.begin(str(tmp_path / "new.xlsx"))
    session.read()
    assert {"company.x_segment", "company.x_budget"} <= set(session.mapping.fields)
    session.close()


def test_own_fields_of_probable_duplicates_can_be_decided(importer: Importer) -> None:
    define(importer.workspace)
    settings = config.settings_from_dict({"duplicates": {"survivorship": "company.x_region=stored"}, "person": {"match": "none"}})
    importer.duplicates = True
    store = {"company.name": "Nordisk Vindkraft A/S", "company.phone": "+45 33 12 44 55", "company.postal_city": "Fredericia"}
    importer.run([{**store, "company.x_region": "North"}], settings)
    session, _report = importer.plan([{**store, "company.name": "Nordisk Vindkaft", "company.x_region": "South"}], settings)
    review = session.review()
    view = review.view(review.queue[0].pairs[0])
    assert view is not None
    assert "x_region" in {field.field.name for field in view.fields}


# -- definitions


def test_a_definition_is_undone_while_no_record_has_a_value(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace)
    made = workspace.runs()[0]
    assert (made.kind, made.user) == ("fields", workspace.user)
    importer.run([{"company.name": "Acme", "company.x_region": "North"}], COMPANIES)
    _summary, report = workspace.undo(made.id)
    assert "1 record has a value" in report.blocked[0].reason
    workspace.undo(workspace.runs()[0].id)
    _summary, report = workspace.undo(made.id)
    assert (report.blocked, report.definitions) == ((), 1)
    assert "company.x_region" not in workspace.catalogue
    workspace.redo(made.id)
    assert "company.x_region" in workspace.catalogue


def test_a_retired_field_is_offered_no_more_but_its_values_stay(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace)
    importer.run([{"company.name": "Acme", "company.x_region": "North"}], COMPANIES)
    workspace.change_field("company.x_region", state=OwnState.RETIRED)
    assert not [field for field in workspace.find_fields("region") if field.own]
    with pytest.raises(UsageError, match="out of use") as refused:
        importer.begin([{"company.name": "Acme", "company.x_region": "South"}])
    assert "fields activate company.x_region" in refused.value.hint
    assert workspace.blame("company", 1, "x_region")[0].value == "North"
    workspace.change_field("company.x_region", state=OwnState.ACTIVE)
    assert importer.companies()[0]["x_region"] == "North"


def test_a_removed_field_comes_back_with_all_its_values(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace)
    importer.run([{"company.name": name, "company.x_region": "North"} for name in ("Acme", "Beta")], COMPANIES)
    workspace.delete_members(workspace.new_selection("company", "Gone", [2]).id)
    before = importer.dump()
    removed = workspace.remove_field("company.x_region")
    assert (removed.rows, "company.x_region" in workspace.catalogue) == (2, False)
    assert removed.run is not None
    workspace.undo(removed.run)
    assert importer.dump() == before
    assert workspace.own_fields()[0].state is OwnState.ACTIVE
    workspace.redo(removed.run)
    assert workspace.own_fields() == []
    assert "x_region" not in importer.companies()[0]


def test_a_removed_field_can_be_defined_anew_with_its_type_alone(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace)
    workspace.remove_field("company.x_region")
    with pytest.raises(UsageError, match="once a field of type short_text"):
        define(workspace, type=OwnType.DECIMAL)
    again = define(workspace, label="Sales region", length=5)
    importer.run([{"company.name": "Acme", "company.x_region": "North"}], COMPANIES)
    assert (again.label, again.length, importer.companies()[0]["x_region"]) == ("Sales region", 5, "North")


def test_labels_lengths_and_places_change_and_go_back(importer: Importer) -> None:
    workspace = importer.workspace
    for name in ("one", "two", "three"):
        define(workspace, name)
    workspace.change_field("company.x_three", label="Third", length=7, place=1)
    assert [field.label for field in workspace.own_fields()] == ["Third", "One", "Two"]
    assert [field.name for field in workspace.catalogue.of("company") if field.own] == ["x_three", "x_one", "x_two"]
    workspace.undo(workspace.runs()[0].id)
    with pytest.raises(UsageError, match="called “two” already"):
        workspace.change_field("company.x_one", label="two")
    assert [(field.label, field.length) for field in workspace.own_fields()] == [("One", 39), ("Two", 39), ("Three", 39)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (OwnField("product", "x", OwnType.NUMBER, "X"), "can have no fields"),
        (OwnField("company", "Ø", OwnType.NUMBER, "X"), "is no name"),
        (OwnField("company", 'a"; DROP TABLE company; --', OwnType.NUMBER, "X"), "is no name"),
        (OwnField("company", "a" * 60, OwnType.NUMBER, "X"), "is no name"),
        (OwnField("company", "a", OwnType.NUMBER, " "), "needs a label"),
        (OwnField("company", "a", OwnType.NUMBER, "\x1b[31m"), "needs a label"),
        (OwnField("company", "a", OwnType.NUMBER, "X", length=3), "has no length"),
        (OwnField("company", "a", OwnType.SHORT_TEXT, "X", length=0), "length of 1 to"),
        (OwnField("company", "a", OwnType.LIST, "X", list="legal_basis"), "cannot be the list"),
        (OwnField("company", "region", OwnType.NUMBER, "X"), "already"),
        (OwnField("company", "other", OwnType.NUMBER, "REGION"), "called “REGION” already: company.x_region"),
        (OwnField("company", "other", OwnType.NUMBER, "e-mail"), "already: company.email"),
    ],
)
def test_a_definition_that_cannot_be_is_refused_with_the_reason(importer: Importer, wrong: OwnField, message: str) -> None:
    define(importer.workspace)
    with pytest.raises(UsageError, match=message):
        importer.workspace.define_field(wrong)
    assert len(importer.workspace.own_fields()) == 1


# -- two processes, recipes, backups


def test_a_draft_whose_field_another_process_removed_says_so_and_writes_nothing(importer: Importer) -> None:
    define(importer.workspace)
    session, _report = importer.plan([{"company.name": "Acme", "company.x_region": "North"}], COMPANIES)
    with Workspace(importer.workspace.path) as other:
        other.remove_field("company.x_region")
    with pytest.raises(UsageError, match="out of use"):
        session.apply()
    assert importer.companies() == []
    with Workspace(importer.workspace.path) as other:
        define(other)
    session.plan()
    session.apply()
    assert importer.companies()[0]["x_region"] == "North"


def test_a_field_that_another_process_defines_can_be_linked_in_a_draft_that_is_open(importer: Importer) -> None:
    session, _report = importer.plan([{"company.name": "Acme", "company.department": "North"}], COMPANIES)
    with Workspace(importer.workspace.path) as other:
        define(other)
    importer.workspace.refresh_fields()
    session.link(1, "company.x_region")
    session.unlink(1, "company.department")
    session.apply()
    assert importer.companies()[0]["x_region"] == "North"


def test_a_recipe_with_a_field_that_the_store_does_not_have_says_how_to_define_it(importer: Importer) -> None:
    define(importer.workspace)
    session = importer.begin([{"company.name": "Acme", "company.x_region": "North"}], COMPANIES)
    importer.workspace.save_recipe(session.recipe(), "fair")
    assert importer.workspace.recipe("fair").mapping["company.x_region"] == ("company.x_region",)
    with Workspace(importer.folder / "another.sqlite") as other:
        with pytest.raises(RecipeError, match="of its own") as refused:
            other.recipe("fair")
        assert "tui-import fields add company region --type short_text --label Region --length 39" in refused.value.hint
        define(other)
        assert other.recipe("fair").mapping


def test_a_restored_backup_has_the_fields_of_its_time(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace)
    importer.run([{"company.name": "Acme", "company.x_region": "North"}], COMPANIES)
    kept = workspace.backup(importer.folder / "kept.sqlite")
    workspace.remove_field("company.x_region")
    define(workspace, "later")
    workspace.restore(kept.path)
    assert [field.key for field in workspace.own_fields()] == ["company.x_region"]
    assert importer.companies()[0]["x_region"] == "North"
    define(workspace, "later")
    importer.run([{"company.name": "Beta", "company.x_later": "x"}], COMPANIES)


def test_two_backups_are_compared_with_the_own_fields_of_their_time(importer: Importer) -> None:
    workspace = importer.workspace
    importer.run([{"company.name": "Acme"}], COMPANIES)
    before = workspace.backup(importer.folder / "before.sqlite")
    define(workspace)
    importer.run([{"company.name": "Acme", "company.x_region": "North"}], REPLACING)
    after = workspace.backup(importer.folder / "after.sqlite")
    (found,) = workspace.differences(before.path)
    assert (found.entity, found.fields) == ("company", {"x_region": (None, "North")})
    workspace.remove_field("company.x_region")
    (gone,) = workspace.differences(after.path)
    assert gone.fields == {"x_region": ("North", None)}


def test_merging_two_records_takes_along_what_a_field_out_of_use_holds(importer: Importer) -> None:
    workspace = importer.workspace
    define(workspace)
    importer.run([{"company.name": "Acme"}, {"company.name": "Acme ApS", "company.x_region": "North"}], COMPANIES)
    workspace.change_field("company.x_region", state=OwnState.RETIRED)
    workspace.merge("company", 1, 2)
    workspace.change_field("company.x_region", state=OwnState.ACTIVE)
    assert importer.companies()[0]["x_region"] == "North"


MINIMAL: Mapping[str, Mapping[str, str]] = {
    "company": {"company.name": "Acme"},
    "person": {"company.name": "Acme", "person.first_name": "Anna", "person.last_name": "Holm"},
    "project": {"project.name": "Web shop", "project.type": "Customer"},
    "sale": {"sale.number": "S1", "sale.heading": "Lamps", "sale.sale_date": "2026-06-30"},
    "follow_up": {"follow_up.start": "2026-04-01", "follow_up.text": "Call"},
}


@pytest.mark.parametrize("entity", OWNERS)
def test_every_kind_of_record_that_may_have_own_fields_takes_them_from_definition_to_undo(importer: Importer, entity: str) -> None:
    workspace = importer.workspace
    importer.kind = kind_of(entity)
    define(workspace, entity=entity)
    define(workspace, "grade", OwnType.LIST, entity=entity)
    done = importer.run([{**MINIMAL[entity], f"{entity}.x_region": "North", f"{entity}.x_grade": "Gold"}])
    (record,) = workspace.records(entity)
    assert (record["x_region"], record["x_grade"]) == ("North", "Gold")
    chosen = next(each for each in done.selections if each.entity == entity and each.kind == "new")
    workspace.edit_members(chosen.id, "x_region", "South")
    again = workspace.begin_selection(chosen.id)
    importer.sessions.append(again)
    again.read()
    assert again.plan().entities[entity].unchanged == 1
    removed = workspace.remove_field(f"{entity}.x_region")
    for run in (removed.run, removed.run and removed.run - 1):
        assert run is not None
        workspace.undo(run)
    (record,) = workspace.records(entity)
    assert record["x_region"] == "North"


@pytest.mark.parametrize("type", [OwnType.SHORT_TEXT, OwnType.NUMBER, OwnType.UNLIMITED_DATE, OwnType.LIST])
def test_an_own_field_is_a_key_like_any_other(importer: Importer, type: OwnType) -> None:
    define(importer.workspace, "extra", type, entity="project")
    rules = config.apply_set(config.apply_set(Settings(), "project.match=x_extra"), "project.action=update")
    importer.kind = "projects"
    row = {"project.name": "Web shop", "project.x_extra": VALUES[type][0]}
    assert importer.run([row], rules).entities["project"].added == 1
    assert importer.run([{**row, "project.name": "Shop"}], rules).entities["project"].updated == 1
    assert [each["name"] for each in importer.workspace.records("project")] == ["Shop"]


def test_a_key_that_the_store_has_no_field_for_keeps_the_import_from_starting(importer: Importer) -> None:
    rules = config.apply_set(Settings(), "project.match=x_extra,name")
    importer.kind = "projects"
    session = importer.begin([{"project.name": "Web shop"}], rules)
    (missing,) = session.missing()
    assert "project.x_extra" in missing.reason
    assert "fields add" in missing.hint
    with pytest.raises(UsageError, match="does not have"):
        session.plan()
