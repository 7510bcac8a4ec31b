"""Members of projects and stakeholders of sales (SPEC 8), colleagues by key (SPEC 5), and what is worked out of follow-ups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.session.importer import Importer
from tui_import.model.settings import KeyedAction, KeyedRules, Settings, ValueRules
from tui_import.store import doctor
from tui_import.store.connection import Database

MEMBER = {"project_member.project": "P1", "project_member.person": "anna@acme.dk", "project_member.role": "Sponsor"}


@pytest.fixture
def importer(make_importer: Callable[[], Importer]) -> Importer:
    made = make_importer()
    made.run([{"company.name": "ACME", "person.full_name": "Anna Berg", "person.email": "anna@acme.dk"}, {"company.name": "Beta"}])
    imported(made, "projects", [{"project.name": "Web shop", "project.number": "P1"}, {"project.name": "Office", "project.number": "P2"}])
    imported(made, "sales", [{"sale.number": "S1", "sale.heading": "Lamps", "sale.sale_date": "2026-06-30", "sale.company": "ACME"}])
    return made


def imported(importer: Importer, kind: str, rows: list[dict[str, str]], rules: Settings | None = None) -> Any:
    importer.kind = kind
    return importer.run(rows, rules)


def members(importer: Importer, entity: str = "project_member") -> list[tuple[str | None, str | None, str | None]]:
    of = "project" if entity == "project_member" else "sale"
    return [(each[of], each["company"], each["person"]) for each in importer.workspace.records(entity)]


def test_members_are_persons_or_companies_with_a_role_and_are_found_again(importer: Importer) -> None:
    company = {"project_member.project": "Web shop", "project_member.person": "", "project_member.role": "Supplier"}
    rows = [{**MEMBER, "project_member.company": "ACME"}, {**company, "project_member.company": "ACME"}]
    first = imported(importer, "project_members", rows)
    assert first.entities["project_member"].added == 2
    assert members(importer) == [("Web shop", "ACME", "Anna Berg"), ("Web shop", "ACME", None)]
    again = imported(importer, "project_members", rows)
    assert again.entities["project_member"].skipped == 2
    for run in (again.run, first.run):
        if run:
            importer.workspace.undo(run)
    assert members(importer) == []


def test_a_list_of_persons_alone_finds_its_members_by_project_and_person(importer: Importer) -> None:
    imported(importer, "project_members", [{**MEMBER, "project_member.company": "ACME"}])
    rules = Settings(project_member=KeyedRules(action=KeyedAction.UPDATE))
    summary = imported(importer, "project_members", [{**MEMBER, "project_member.role": "Consultant"}], rules)
    assert summary.entities["project_member"].updated == 1
    assert [each["role"] for each in importer.workspace.records("project_member")] == ["Consultant"]


def test_a_new_member_without_project_or_without_anybody_is_a_problem_at_its_cell(importer: Importer) -> None:
    importer.kind = "project_members"
    rows = [{**MEMBER, "project_member.project": ""}, {**MEMBER, "project_member.person": ""}]
    session, report = importer.plan(rows)
    assert report.entities["project_member"].problem == 2
    found = [[(issue.code, issue.column) for issue in session.detail(row).issues] for row in (1, 2)]
    assert found == [[("lacks", 0)], [("lacks", 1)]]


def test_persons_are_found_by_their_names_wherever_first_name_ends_and_last_name_begins(importer: Importer) -> None:
    importer.kind = "contacts"
    names = [("Maria", "Garcia Lopez"), ("Anna Maria", "Holm")]
    importer.run([{"company.name": "ACME", "person.first_name": first, "person.last_name": last} for first, last in names])
    imported(importer, "project_members", [{**MEMBER, "project_member.person": " ".join(name)} for name in names])
    assert [person for _project, _company, person in members(importer)] == ["Maria Garcia Lopez", "Anna Maria Holm"]


def test_stakeholders_belong_to_a_sale(importer: Importer) -> None:
    row = {"sale_stakeholder.sale": "S1", "sale_stakeholder.person": "Anna Berg", "sale_stakeholder.comment": "Signs"}
    imported(importer, "sale_stakeholders", [row])
    assert members(importer, "sale_stakeholder") == [("Lamps S1", None, "Anna Berg")]


def test_company_person_project_and_role_side_by_side_make_a_member_in_one_pass(importer: Importer) -> None:
    row = {
        "company.name": "Gamma",
        "person.full_name": "Carl Holm",
        "project.name": "New office",
        "project_member.role": "Participant",
    }
    summary = imported(importer, "several", [row, {**row, "person.full_name": "Dora Lund"}])
    assert {entity: counts.added for entity, counts in summary.entities.items()} == {
        "company": 1,
        "person": 2,
        "project": 1,
        "project_member": 2,
    }
    assert members(importer) == [("New office", "Gamma", "Carl Holm"), ("New office", "Gamma", "Dora Lund")]


def test_members_follow_their_person_when_it_is_merged_and_come_back(importer: Importer) -> None:
    importer.kind = "contacts"
    importer.run([{"company.name": "Beta", "person.full_name": "Anne Berg"}])
    imported(importer, "project_members", [{**MEMBER, "project_member.person": "Anne Berg"}])
    before = importer.dump()
    merged = importer.workspace.merge("person", 1, 2)
    assert members(importer) == [("Web shop", None, "Anna Berg")]
    importer.workspace.undo(merged.run or 0)
    assert importer.dump() == before


def test_what_an_erased_person_was_in_projects_goes_with_it(importer: Importer) -> None:
    comment = {"project_member.comment": "Annas private telephone is 40 12 34 56"}
    imported(importer, "project_members", [{**MEMBER, **comment, "project_member.company": "ACME"}])
    company_alone = {"project_member.project": "P2", "project_member.company": "ACME", "project_member.person": ""}
    summary = imported(importer, "project_members", [{**MEMBER, **company_alone}])
    importer.workspace.erase("person", 1)
    assert members(importer) == [("Office", "ACME", None)]
    assert b"40 12 34 56" not in importer.workspace.database.path.read_bytes()
    importer.workspace.undo(summary.run)
    assert members(importer) == []


def test_drafts_do_not_keep_the_name_by_which_an_erased_person_was_a_member(importer: Importer) -> None:
    imported(importer, "project_members", [{**MEMBER, "project_member.person": "Anna Berg"}])
    importer.sessions[-1].close()
    importer.workspace.erase("person", 1)
    drafts = [path.read_bytes() for path in importer.folder.rglob("*.drafts/*.sqlite*")]
    assert drafts
    assert not any(b"Anna Berg" in draft for draft in drafts)


def test_drafts_do_not_keep_the_name_by_which_a_sale_was_an_erased_persons(importer: Importer) -> None:
    imported(importer, "sales", [{"sale.number": "S2", "sale.sale_date": "2026-06-30", "sale.person": "Anna Berg"}])
    importer.sessions[-1].close()
    importer.workspace.erase("person", 1)
    assert not any(b"Anna Berg" in path.read_bytes() for path in importer.folder.rglob("*.drafts/*.sqlite*"))


def test_undo_of_an_import_whose_members_were_erased_goes_on_without_them(importer: Importer) -> None:
    summary = imported(importer, "project_members", [{**MEMBER, "project_member.company": "ACME"}])
    importer.workspace.erase("person", 1)
    importer.workspace.undo(summary.run)
    importer.workspace.redo(summary.run)
    assert members(importer) == []
    assert _is_sound(importer.workspace.database)


@pytest.mark.parametrize(("kind", "entity"), [("project_members", "project_member"), ("sale_stakeholders", "sale_stakeholder")])
@pytest.mark.parametrize("undone", [False, True])
def test_no_byte_of_what_was_said_of_an_erased_person_is_left_undone_or_not(
    importer: Importer, kind: str, entity: str, undone: bool
) -> None:
    of = {"project": "P1"} if entity == "project_member" else {"sale": "S1"}
    said = {**of, "person": "anna@acme.dk", "comment": "Annas private telephone is 40 12 34 56"}
    summary = imported(importer, kind, [{f"{entity}.{name}": value for name, value in said.items()}])
    if undone:
        importer.workspace.undo(summary.run)
    importer.workspace.erase("person", 1)
    files = [path for path in importer.folder.rglob("*.sqlite*") if path.is_file() and ".backups" not in str(path)]
    assert [path.name for path in files if b"40 12 34 56" in path.read_bytes()] == []
    if not undone:
        importer.workspace.undo(summary.run)
    _summary, report = importer.workspace.redo(summary.run)
    assert ["erased for privacy" in blocked.reason for blocked in report.blocked] == ([True] if undone else [])
    assert members(importer, entity) == []
    assert _is_sound(importer.workspace.database)


def _is_sound(database: Database) -> bool:
    return [check.name for check in doctor.soundness(database) if not check.ok] == []


def test_the_preview_names_the_member_not_numbers(importer: Importer) -> None:
    importer.kind = "project_members"
    session, _report = importer.plan([MEMBER])
    changes = {change.field: change.result for change in session.detail(1).changes}
    assert changes["project_member.project"] == "Web shop"
    assert changes["project_member.person"] == "Anna Berg"


# -- colleagues by key


def test_owners_by_key_are_those_of_the_list_of_colleagues(importer: Importer) -> None:
    importer.workspace.add_list_item("colleague", "Bo Holm", "17")
    sale = {"sale.number": "S2", "sale.heading": "Chairs", "sale.sale_date": "2026-06-30"}
    rules = Settings(values=ValueRules(owner_format="id"))
    importer.kind = "sales"
    session, report = importer.plan([{**sale, "sale.owner": "17"}, {**sale, "sale.number": "S3", "sale.owner": "99"}], rules)
    assert (report.entities["sale"].added, report.entities["sale"].problem) == (1, 1)
    (issue,) = session.detail(2).issues
    assert "“99”" in str(issue)
    assert "lists list colleague" in str(issue)
    session.apply()
    assert [each["owner"] for each in importer.workspace.records("sale")][-1] == "Bo Holm"


# -- computed


def test_next_milestone_and_next_due_date_are_those_still_to_be_done(importer: Importer) -> None:
    def follow_up(start: str, **more: str) -> Mapping[str, str]:
        fields = {"start": start, "text": start, "project": "P1", "sale": "S1", "status": "", "milestone": "no", "done_date": "", **more}
        return {f"follow_up.{name}": value for name, value in fields.items()}

    rows = [
        follow_up("2026-01-01 10:00", milestone="yes", status="completed"),
        follow_up("2026-02-01 10:00", milestone="yes", done_date="2026-02-01"),
        follow_up("2026-03-01 10:00"),
        follow_up("2026-04-01 10:00", milestone="yes"),
        follow_up("2026-05-01 10:00", milestone="yes"),
    ]
    imported(importer, "follow_ups", [dict(row) for row in rows])
    assert [each["next_milestone"] for each in importer.workspace.records("project")] == ["2026-04-01", None]
    assert [each["next_due_date"] for each in importer.workspace.records("sale")] == ["2026-03-01"]


def test_a_file_of_companies_alone_needs_no_column_of_persons(importer: Importer) -> None:
    rows = [{"project_member.project": "P1", "project_member.company": name} for name in ("ACME", "Beta")]
    assert imported(importer, "project_members", rows).entities["project_member"].added == 2
    assert imported(importer, "project_members", rows).entities["project_member"].skipped == 2


def test_who_takes_part_has_to_be_linked(importer: Importer) -> None:
    importer.kind = "project_members"
    session = importer.begin([{"project_member.project": "P1", "project_member.role": "Sponsor"}])
    (missing,) = session.missing()
    assert missing.fields == (("project_member.person",), ("project_member.company",))
