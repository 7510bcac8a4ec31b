"""What the preview counts is what happens: over random stores, files and settings. And undo brings the store back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.session.importer import Importer
from tui_import.model.plan import Operation, RowFilter, Summary
from tui_import.model.settings import (
    Action,
    BlankCells,
    CompanyKey,
    CompanyRules,
    ListPolicy,
    PersonKey,
    PersonRules,
    Privacy,
    Settings,
    ValueRules,
    ValuesPolicy,
    WithoutCompany,
)
from tui_import.session.workspace import Workspace

FEW = {
    "company.name": ["", "Acme A/S", "acme a/s", "Bolt ApS", "Cirkel AB"],
    "company.department": ["", "Sales", "IT"],
    "company.code": ["", "A1", "B2"],
    "company.number": ["", "100", "200"],
    "company.vat_number": ["", "13585628", "DK24256790"],
    "company.postal_city": ["", "Aarhus", "Odense"],
    "company.category": ["", "Customer", "Zebra"],
    "company.interests": ["", "Golf", "Golf; Wine"],
    "company.phone": ["", "33 12 34 56", "+4533123456", "33 12 34 57", "ring"],
    "person.first_name": ["", "Anna", "Bo"],
    "person.last_name": ["", "Holm", "Lund"],
    "person.email": ["", "anna@acme.dk", "bo@acme.dk", "anna@acme.dk; a.holm@acme.dk", "not an address"],
    "person.mobile": ["", "40 12 34 56", "+4540123456"],
    "person.number": ["", "P1", "P2"],
    "person.title": ["", "Boss", "Clerk"],
}
ROWS = st.lists(st.fixed_dictionaries({field: st.sampled_from(values) for field, values in FEW.items()}), min_size=1, max_size=8)
RULES = st.builds(
    Settings,
    company=st.builds(CompanyRules, st.sampled_from([key for key in CompanyKey if key is not CompanyKey.ID]), st.sampled_from(Action)),
    person=st.builds(
        PersonRules,
        st.sampled_from([key for key in PersonKey if key is not PersonKey.ID]),
        st.sampled_from(Action),
        st.sampled_from(WithoutCompany),
    ),
    lists=st.fixed_dictionaries({"category": st.sampled_from(ListPolicy)}),
    values=st.builds(
        ValueRules,
        phones=st.sampled_from(ValuesPolicy),
        urls_emails=st.sampled_from(ValuesPolicy),
        blank_cells=st.sampled_from(BlankCells),
        country=st.just("DK"),
    ),
    privacy=st.builds(Privacy, st.sampled_from(["default", "Consent"])),
)
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@contextmanager
def a_store() -> Iterator[Importer]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "store.sqlite")
        workspace.set_preference("mandatory_company", 0)
        importer = Importer(workspace, Path(folder))
        try:
            yield importer
        finally:
            for session in importer.sessions:
                session.close()
            workspace.close()


def sizes(importer: Importer) -> dict[str, int]:
    return {entity: importer.workspace.count(entity) for entity in ("company", "person")}


def members(summary: Summary) -> dict[tuple[str, str], int]:
    return {(selection.entity, selection.kind): selection.members for selection in summary.selections}


@SLOW
@given(stored=ROWS, first=RULES, rows=ROWS, rules=RULES)
def test_the_preview_counts_what_happens_and_undo_and_redo_give_both_stores_back(
    stored: list[dict[str, str]], first: Settings, rows: list[dict[str, str]], rules: Settings
) -> None:
    with a_store() as importer:
        importer.run(stored, first)
        before, dump_before = sizes(importer), importer.dump()

        session, report = importer.plan(rows, rules)
        states = [row.states for row in session.preview_rows(list(session.row_keys(RowFilter()).keys))]
        summary = session.apply(accept_clears=True)

        after, dump_after = sizes(importer), importer.dump()
        for position, entity in enumerate(("company", "person")):
            counts = report.count(entity)
            assert counts.total == report.rows
            assert after[entity] - before[entity] == counts.added
            assert members(summary).get((entity, "new"), 0) == counts.added
            assert members(summary).get((entity, "changed"), 0) == counts.updated
            shown = [state[position].operation for state in states]
            assert shown.count(Operation.ADDED) == counts.added
            assert shown.count(Operation.PROBLEM) == counts.problem
        assert summary.entities == report.entities

        importer.workspace.undo(summary.run or 0)
        assert importer.dump() == dump_before
        importer.workspace.redo(summary.run or 0)
        assert importer.dump() == dump_after


@SLOW
@given(rows=ROWS, rules=RULES.filter(lambda rules: Action.ADD not in (rules.company.action, rules.person.action)))
def test_the_same_file_a_second_time_adds_nothing_that_a_key_identifies(rows: list[dict[str, str]], rules: Settings) -> None:
    with a_store() as importer:
        summary = importer.run(rows, rules)
        assume(not summary.left)  # a row that was a problem may find its record the second time
        _session, report = importer.plan(rows, rules)

        first = report.count("company").added
        blank_keys = sum(1 for row in rows if not _company_key(row, rules.company.match))
        assert first <= blank_keys


def _company_key(row: dict[str, str], key: CompanyKey) -> str:
    return row["company.name" if key is CompanyKey.NAME_DEPARTMENT else f"company.{key}"]
