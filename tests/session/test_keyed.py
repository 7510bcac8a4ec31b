"""What any of its fields can tell apart: projects, sales, follow-ups, currencies, post codes, red-letter days (SPEC 5, 8, 9.11)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.session.importer import Importer
from tui_import import config
from tui_import.api.errors import UsageError
from tui_import.model.kinds import KEYED, KINDS, parents_first
from tui_import.model.plan import RowFilter
from tui_import.model.settings import RESET, BlankCells, KeyedAction, KeyedRules, Settings, ValueRules
from tui_import.session.workspace import Workspace
from tui_import.store.layout import ENTITIES, references

ROWS: Mapping[str, list[dict[str, str]]] = {
    "projects": [
        {"project.name": "Web shop", "project.number": "P1", "project.type": "Customer", "project.end_date": "31.12.2026"},
        {"project.name": "New office", "project.number": "P2", "project.manager": "Bo", "project.url": "shop.example.dk"},
    ],
    "sales": [
        {"sale.number": "S1", "sale.heading": "Lamps", "sale.sale_date": "2026-06-30", "sale.amount": "1.234,50", "sale.company": "ACME"},
        {"sale.number": "S2", "sale.heading": "Chairs", "sale.sale_date": "2026-07-01", "sale.currency": "€", "sale.stage": "Lead"},
    ],
    "follow_ups": [
        {"follow_up.start": "31.3.2026 kl. 10.30", "follow_up.text": "Show the lamps", "follow_up.company": "ACME"},
        {"follow_up.start": "2026-04-01", "follow_up.text": "Call", "follow_up.kind": "call", "follow_up.milestone": "yes"},
    ],
    "currencies": [
        {"currency.iso_code": "EUR", "currency.name": "Euro", "currency.rate": "746,05", "currency.units": "100"},
        {"currency.iso_code": "SEK", "currency.name": "Swedish krona", "currency.rate": "0,65", "currency.units": ""},
    ],
    "post_codes": [
        {"post_code.country": "Norway", "post_code.code": "0167", "post_code.city": "Oslo"},
        {"post_code.country": "DK", "post_code.code": "8000", "post_code.city": "Aarhus C"},
    ],
    "red_letter_days": [
        {"red_letter_day.date": "25/12/2026", "red_letter_day.country": "Denmark", "red_letter_day.text": "Christmas Day"},
        {"red_letter_day.date": "26/12/2026", "red_letter_day.country": "DK", "red_letter_day.text": "Boxing Day"},
    ],
}
"""Two rows of each kind."""
CHANGED = {
    "projects": ("project.end_date", "2027-01-31"),
    "sales": ("sale.amount", "99"),
    "follow_ups": ("follow_up.location", "Oslo"),
    "currencies": ("currency.rate", "750"),
    "post_codes": ("post_code.city", "Aarhus C"),
    "red_letter_days": ("red_letter_day.text", "Jul"),
}
KINDS_NOW = sorted(ROWS)


@pytest.fixture
def importer(make_importer: Callable[[], Importer]) -> Importer:
    made = make_importer()
    made.run([{"company.name": "ACME", "person.full_name": "Anna Berg", "person.email": "anna@acme.dk"}, {"company.name": "Beta"}])
    return made


def imported(importer: Importer, kind: str, rows: list[dict[str, str]], rules: Settings | None = None) -> Any:
    importer.kind = kind
    return importer.run(rows, rules)


def records(importer: Importer, entity: str) -> list[Mapping[str, Any]]:
    return list(importer.workspace.records(entity))


# -- every kind: import, update, undo, redo


@pytest.mark.parametrize("kind", KINDS_NOW)
def test_each_kind_is_imported_updated_undone_and_redone(importer: Importer, kind: str) -> None:
    entity = KINDS[kind][0]
    empty = importer.dump()
    first = imported(importer, kind, ROWS[kind])
    assert first.entities[entity].added == 2, first
    made = importer.dump()

    assert imported(importer, kind, ROWS[kind]).entities[entity].skipped == 2  # at first what exists is left alone
    update = Settings(**{entity: KeyedRules(action=KeyedAction.UPDATE)})
    assert imported(importer, kind, ROWS[kind], update).entities[entity].unchanged == 2
    assert importer.dump() == made

    field, value = CHANGED[kind]
    changed = [{**row, field: value} for row in ROWS[kind]]
    second = imported(importer, kind, changed, update)
    assert second.entities[entity].added + second.entities[entity].updated >= 1
    after = importer.dump()
    assert after != made or kind == "post_codes"

    for run in (second.run, first.run):
        importer.workspace.undo(run)
    assert importer.dump() == empty
    for run in (first.run, second.run):
        importer.workspace.redo(run)
    assert importer.dump() == after


def test_values_are_kept_as_the_fields_say(importer: Importer) -> None:
    for kind in ("projects", "sales", "follow_ups", "currencies", "post_codes", "red_letter_days"):
        imported(importer, kind, ROWS[kind])
    sale, other = records(importer, "sale")
    assert (sale["amount"], sale["sale_date"], sale["company"], sale["owner"]) == (1234.5, "2026-06-30", "ACME", importer.workspace.user)
    assert (other["currency"], other["stage"], other["company"]) == ("EUR", "Lead", None)
    assert [each["start"] for each in records(importer, "follow_up")] == ["2026-03-31 10:30", "2026-04-01"]
    assert [each["units"] for each in records(importer, "currency")] == [100.0, 1.0]
    assert [(each["country"], each["code"]) for each in records(importer, "post_code")] == [("NO", "0167"), ("DK", "8000")]
    assert [each["url"] for each in records(importer, "project")] == [[], ["shop.example.dk"]]


# -- the rules of SPEC 5


def test_after_a_reset_skip_with_an_empty_key_blocks_start(importer: Importer) -> None:
    importer.kind = "projects"
    session = importer.begin(ROWS["projects"], Settings(project=RESET))
    assert (RESET.match, RESET.action) == ((), KeyedAction.SKIP)
    (missing,) = session.missing()
    assert not missing.fields
    assert "project.match" in missing.hint
    with pytest.raises(UsageError, match="no key is chosen"):
        session.plan()


def test_insert_anyway_needs_no_key_and_does_not_block_start(importer: Importer) -> None:
    rules = Settings(project=replace(RESET, action=KeyedAction.INSERT))
    assert imported(importer, "projects", ROWS["projects"], rules).entities["project"].added == 2
    assert imported(importer, "projects", ROWS["projects"], rules).entities["project"].added == 2
    assert len(records(importer, "project")) == 4


@pytest.mark.parametrize(
    ("action", "expected"),
    [("update", ("Other text", "2027-01-01")), ("blanks", ("Text", "2027-01-01")), ("skip", ("Text", None))],
)
def test_update_overwrites_blanks_fills_and_skip_leaves_alone(importer: Importer, action: str, expected: tuple[str, str | None]) -> None:
    imported(importer, "projects", [{"project.name": "Shop", "project.description": "Text"}])
    row = {"project.name": "SHOP ", "project.description": "Other text", "project.end_date": "2027-01-01"}
    imported(importer, "projects", [row], Settings(project=KeyedRules(("name",), KeyedAction(action))))
    (project,) = records(importer, "project")
    assert (project["description"], project["end_date"]) == expected


def test_skipped_records_are_not_in_the_selections_of_new_and_changed(importer: Importer) -> None:
    imported(importer, "projects", ROWS["projects"][:1])
    summary = imported(importer, "projects", ROWS["projects"], Settings(project=KeyedRules(("number",), KeyedAction.SKIP)))
    members = {selection.kind: selection.members for selection in summary.selections}
    assert members == {"new": 1, "skipped": 1}


def test_any_combination_of_fields_is_a_key(importer: Importer) -> None:
    rows = [{"project.name": "Shop", "project.start_date": "2026-01-01"}, {"project.name": "Shop", "project.start_date": "2026-02-01"}]
    rules = Settings(project=KeyedRules(("name", "start_date"), KeyedAction.UPDATE))
    assert imported(importer, "projects", rows, rules).entities["project"].added == 2
    rows[1]["project.description"] = "The second"
    summary = imported(importer, "projects", rows, rules)
    assert (summary.entities["project"].updated, summary.entities["project"].unchanged) == (1, 1)


def test_a_blank_key_never_matches_and_says_so_in_no_record(importer: Importer) -> None:
    rows = [{"project.name": "Shop", "project.number": ""}, {"project.name": "Shop", "project.number": ""}]
    assert imported(importer, "projects", rows, Settings(project=KeyedRules(("number",)))).entities["project"].added == 2


def test_two_records_with_the_key_are_ambiguous_never_the_first(importer: Importer) -> None:
    insert = Settings(project=KeyedRules((), KeyedAction.INSERT))
    imported(importer, "projects", [{"project.name": "Shop"}, {"project.name": "Shop"}], insert)
    summary = imported(importer, "projects", [{"project.name": "Shop"}])
    assert summary.entities["project"].problem == 1


def test_a_key_with_another_record_in_it_finds_its_records_again(importer: Importer) -> None:
    rows = [
        {"sale.heading": "Lamps", "sale.company": "ACME", "sale.sale_date": "2026-01-01", "sale.amount": "1"},
        {"sale.heading": "Lamps", "sale.company": "Beta", "sale.sale_date": "2026-01-01", "sale.amount": "2"},
        {"sale.heading": "Lamps", "sale.company": "", "sale.sale_date": "2026-01-01", "sale.amount": "3"},
    ]
    assert imported(importer, "sales", rows).entities["sale"].added == 3
    assert imported(importer, "sales", rows).entities["sale"].skipped == 3


def test_a_new_record_without_what_it_needs_is_a_problem_and_a_stored_one_is_not(importer: Importer) -> None:
    imported(importer, "sales", ROWS["sales"])
    rows = [{"sale.number": number, "sale.sale_date": "", "sale.amount": "7"} for number in ("S1", "S9")]
    summary = imported(importer, "sales", rows, Settings(sale=KeyedRules(("number",), KeyedAction.UPDATE)))
    assert (summary.entities["sale"].updated, summary.entities["sale"].problem) == (1, 1)
    assert records(importer, "sale")[0]["sale_date"] == "2026-06-30"


# -- references


SALE = {"sale.heading": "Lamps", "sale.sale_date": "2026-01-01"}


@pytest.mark.parametrize("named", ["acme", " ACME ", "#1"])
def test_a_company_is_found_by_name_or_id(importer: Importer, named: str) -> None:
    imported(importer, "sales", [{**SALE, "sale.company": named}])
    assert records(importer, "sale")[0]["company"] == "ACME"


@pytest.mark.parametrize("named", ["Anna Berg", "anna@acme.dk", "Berg, Anna"])
def test_a_person_is_found_by_name_or_address(importer: Importer, named: str) -> None:
    imported(importer, "sales", [{**SALE, "sale.person": named, "sale.company": "ACME"}])
    assert records(importer, "sale")[0]["person"] == "Anna Berg"


def test_a_persons_name_means_one_of_the_rows_company(importer: Importer) -> None:
    importer.kind = "contacts"
    importer.run([{"company.name": "Beta", "person.full_name": "Anna Berg"}])
    rows = [{**SALE, "sale.person": "Anna Berg", "sale.company": "Beta"}, {**SALE, "sale.heading": "Chairs", "sale.person": "Anna Berg"}]
    importer.kind = "sales"
    session, report = importer.plan(rows)
    assert report.entities["sale"].problem == 1
    (issue,) = session.detail(2).issues
    assert (issue.code, issue.column) == ("reference_ambiguous", 2)
    session.apply()
    assert records(importer, "sale")[0]["person_id"] == 2


def test_who_is_not_there_is_a_problem_with_a_sentence_at_its_cell(importer: Importer) -> None:
    importer.kind = "sales"
    session, report = importer.plan([{**SALE, "sale.company": "Nobody ApS"}])
    assert report.entities["sale"].problem == 1
    detail = session.detail(1)
    assert [str(issue) for issue in detail.issues] == ["no record is called “Nobody ApS”"]
    assert detail.row.marks == {2}


def test_a_deleted_company_is_not_taken_silently(importer: Importer) -> None:
    chosen = importer.workspace.new_selection("company", "Old", [2])
    importer.workspace.delete_members(chosen.id)
    importer.kind = "sales"
    session, _report = importer.plan([{**SALE, "sale.company": "Beta"}])
    assert [issue.code for issue in session.detail(1).issues] == ["reference_deleted"]


def test_a_company_that_is_named_is_made_once_where_that_is_wanted(importer: Importer) -> None:
    rows = [{**SALE, "sale.heading": str(at), "sale.company": name} for at, name in enumerate(["Nobody", "nobody ", "ACME", "Gamma"])]
    empty = importer.dump()
    summary = imported(importer, "sales", rows, Settings(sale=KeyedRules(create_parents=True)))
    assert summary.entities["sale"].added == 4
    assert [each["company"] for each in records(importer, "sale")] == ["Nobody", "Nobody", "ACME", "Gamma"]
    assert {(each.entity, each.kind): each.members for each in summary.selections} == {("company", "new"): 2, ("sale", "new"): 4}
    importer.workspace.undo(summary.run)
    assert importer.dump() == empty


def test_what_a_sale_belongs_to_blocks_the_undo_of_its_company(importer: Importer) -> None:
    importer.kind = "contacts"
    company = importer.run([{"company.name": "Gamma"}])
    imported(importer, "sales", [{**SALE, "sale.company": "Gamma"}])
    _summary, report = importer.workspace.undo(company.run or 0)
    assert [blocked.entity for blocked in report.blocked] == ["company"]
    assert "Sales" in report.blocked[0].reason


def test_sales_follow_their_company_when_it_is_merged_and_come_back(importer: Importer) -> None:
    imported(importer, "sales", [{**SALE, "sale.company": "Beta"}])
    before = importer.dump()
    merged = importer.workspace.merge("company", 1, 2)
    assert records(importer, "sale")[0]["company"] == "ACME"
    importer.workspace.undo(merged.run or 0)
    assert importer.dump() == before


def test_an_erased_person_leaves_its_sales_without_name(importer: Importer) -> None:
    imported(importer, "sales", [{**SALE, "sale.person": "anna@acme.dk"}])
    importer.workspace.erase("person", 1)
    assert records(importer, "sale")[0]["person"] is None


# -- formats


def test_dates_of_figures_and_of_seconds_are_read_where_that_is_said(importer: Importer) -> None:
    figures = Settings(values=ValueRules(date_format="numbers", date_order="dmy"))
    imported(importer, "red_letter_days", [{"red_letter_day.date": "251226", "red_letter_day.country": "DK"}], figures)
    seconds = Settings(values=ValueRules(date_format="seconds"))
    imported(importer, "red_letter_days", [{"red_letter_day.date": "1798156800", "red_letter_day.country": "NO"}], seconds)
    assert [each["date"] for each in records(importer, "red_letter_day")] == ["2026-12-25", "2026-12-25"]


def test_owner_checkbox_country_and_currency_follow_the_advanced_options(importer: Importer) -> None:
    defaults = {"default_owner": "Bo Holm", "default_country": "NO", "default_currency": "NOK"}
    values = ValueRules(ticked="V", owner_format="last_first", country_format="english", **defaults)
    rows = [
        {**SALE, "sale.owner": "Berg, Anna", "sale.completed": "v", "sale.currency": "EUR"},
        {**SALE, "sale.heading": "Chairs", "sale.owner": "", "sale.completed": "yes", "sale.currency": ""},
    ]
    imported(importer, "sales", rows, Settings(values=values))
    found = [(each["owner"], each["completed"], each["currency"]) for each in records(importer, "sale")]
    assert found == [("Anna Berg", True, "EUR"), ("Bo Holm", False, "NOK")]
    codes = [{"post_code.code": "0167", "post_code.city": "Oslo", "post_code.country": name} for name in ("", "Denmark", "Danmark")]
    imported(importer, "post_codes", codes, Settings(values=values))
    assert [each["country"] for each in records(importer, "post_code")] == ["NO", "DK"]


def test_a_post_code_file_without_country_is_of_the_default_one(importer: Importer) -> None:
    importer.kind = "post_codes"
    session = importer.begin([{"post_code.code": "0167", "post_code.city": "Oslo"}], Settings(values=ValueRules(default_country="NO")))
    assert not session.missing()
    session.plan()
    session.apply()
    assert records(importer, "post_code")[0]["country"] == "NO"


# -- recipes, blame, numbers


def test_the_rules_are_part_of_the_recipe(importer: Importer) -> None:
    importer.kind = "sales"
    rules = Settings(sale=KeyedRules(("heading", "company"), KeyedAction.UPDATE, create_parents=True))
    session = importer.begin([{**SALE, "sale.company": "ACME"}], rules)
    recipe = config.parse_recipe(config.dump_recipe(session.recipe()), catalogue=importer.workspace.catalogue)
    assert (recipe.kind, recipe.settings.sale) == ("sales", rules.sale)


def test_blame_says_where_a_sales_company_comes_from(importer: Importer) -> None:
    summary = imported(importer, "sales", [{**SALE, "sale.company": "ACME"}])
    traces = {trace.field: trace for trace in importer.workspace.blame("sale", 1)}
    trace = traces["sale.company"]
    assert (trace.value, trace.run, trace.column) == ("ACME", summary.run, "sale.company")


def test_project_numbers_are_given_out_and_unique_where_the_store_says_so(importer: Importer) -> None:
    importer.workspace.set_preference("project.number.allocate", 1)
    importer.workspace.set_preference("project.number.unique", 1)
    rows = [{"project.name": "A", "project.number": "41"}, {"project.name": "B", "project.number": ""}]
    by_name = Settings(project=KeyedRules(("name",)))
    imported(importer, "projects", rows, by_name)
    assert [each["number"] for each in records(importer, "project")] == ["41", "42"]
    summary = imported(importer, "projects", [{"project.name": "C", "project.number": "41"}], by_name)
    assert summary.entities["project"].problem == 1


def test_the_members_of_a_selection_become_the_rows_of_an_import_and_are_found_again(importer: Importer) -> None:
    imported(importer, "sales", [{**SALE, "sale.company": "ACME", "sale.amount": "7"}, {**SALE, "sale.heading": "Chairs"}])
    chosen = importer.workspace.new_selection("sale", "Mine", [1, 2])
    session = importer.workspace.begin_selection(chosen.id)
    importer.sessions.append(session)
    session.read()
    assert session.settings.sale.match == ("id",)
    assert session.plan().entities["sale"].unchanged == 2


# -- the graph


def test_parents_come_first_in_the_store_and_in_every_plan() -> None:
    catalogue = config.load_catalogue()
    graph = {entity: references(catalogue, entity).values() for entity in ENTITIES}
    for entity, parents in graph.items():
        assert all(ENTITIES.index(parent) < ENTITIES.index(entity) for parent in parents)
    order = parents_first(reversed(ENTITIES), graph)
    assert all(order.index(parent) < order.index(entity) for entity, parents in graph.items() for parent in parents)


# -- counts, always


SALES = st.lists(
    st.fixed_dictionaries(
        {
            "sale.heading": st.sampled_from(["", "Lamps", "LAMPS ", "Chairs"]),
            "sale.number": st.sampled_from(["", "S1", "S2"]),
            "sale.sale_date": st.sampled_from(["", "2026-01-01", "soon"]),
            "sale.company": st.sampled_from(["", "ACME", "acme", "Nobody", "#1", "#99"]),
            "sale.amount": st.sampled_from(["", "1", "2,5", "much"]),
            "sale.stage": st.sampled_from(["", "Lead", "New stage"]),
        }
    ),
    min_size=1,
    max_size=8,
)
RULES = st.builds(
    Settings,
    sale=st.builds(
        KeyedRules,
        st.sampled_from([("number",), ("heading",), ("heading", "company"), ("company", "sale_date", "amount"), ("usual",)]),
        st.sampled_from(KeyedAction),
        st.booleans(),
    ),
    values=st.builds(ValueRules, blank_cells=st.sampled_from(BlankCells)),
)


@contextmanager
def store() -> Iterator[Importer]:
    with tempfile.TemporaryDirectory() as folder:
        importer = Importer(Workspace(Path(folder, "store.sqlite")), Path(folder))
        try:
            importer.run([{"company.name": "ACME"}])
            importer.kind = "sales"
            yield importer
        finally:
            for session in importer.sessions:
                session.close()
            importer.workspace.close()


@given(SALES, SALES, RULES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_previews_numbers_are_the_results_and_undo_and_redo_are_exact(
    first: list[dict[str, str]], second: list[dict[str, str]], rules: Settings
) -> None:
    with store() as importer:
        importer.run(first, rules)
        before = importer.dump()
        session, report = importer.plan(second, rules)
        planned = importer.operations(session)
        summary = session.apply(accept_clears=True)
        assert summary.entities == report.entities
        assert summary.entities["sale"].total == session.rows == len(planned)
        members = {each.kind: each.members for each in summary.selections if each.entity == "sale"}
        assert members.get("new", 0) == report.entities["sale"].added
        assert members.get("changed", 0) == report.entities["sale"].updated
        assert len(session.row_keys(RowFilter(show="new")).keys) == report.entities["sale"].added
        after = importer.dump()
        importer.workspace.undo(summary.run or 0)
        assert importer.dump() == before
        importer.workspace.redo(summary.run or 0)
        assert importer.dump() == after


def test_all_entities_matched_by_fields_have_rules_and_a_kind() -> None:
    for entity in KEYED:
        assert isinstance(getattr(Settings(), entity), KeyedRules)
        assert any(entity in entities for entities in KINDS.values())
