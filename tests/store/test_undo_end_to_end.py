"""Undo of real imports, from the file to the store and back: everything is put back, whatever the settings were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.session.importer import Importer
from tests.store.builder import dump
from tui_import.model.settings import (
    Action,
    BlankCells,
    CompanyRules,
    PersonKey,
    PersonRules,
    Privacy,
    Settings,
    ValueRules,
    ValuesPolicy,
)
from tui_import.session.workspace import Workspace
from tui_import.store.connection import Database

FIRST = [
    {
        "company.name": "ACME",
        "company.vat_number": "DK 12345674",
        "company.category": "Customer",
        "company.interests": "Golf; Sailing",
        "company.phone": "33 44 55 66",
        "company.country": "Denmark",
        "company.postal_city": "Aarhus",
        "person.first_name": "Eva",
        "person.last_name": "Holm",
        "person.email": "eva@acme.dk",
        "person.mobile": "40 50 60 70",
        "person.title": "Director",
    },
    {"company.name": "ACME", "company.phone": "70 10 20 30", "person.first_name": "Nils", "person.last_name": "Lind"},
    {"company.name": "Beta", "company.category": "Dealer", "person.first_name": "Bo", "person.last_name": "Kjær"},
]
SECOND = [
    {
        "company.name": "ACME",
        "company.vat_number": "DK 88146328",
        "company.category": "Reseller",
        "company.interests": "Rowing",
        "company.phone": "86 11 22 33",
        "company.country": "Denmark",
        "company.postal_city": "",
        "person.first_name": "Eva",
        "person.last_name": "Holm",
        "person.email": "eva.holm@acme.dk",
        "person.mobile": "",
        "person.title": "",
    },
    {"company.name": "Gamma", "company.category": "Reseller", "person.first_name": "Ida", "person.last_name": "Bech"},
]
ALL_KEYS = sorted({key for row in FIRST for key in row})


@pytest.fixture
def importer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Importer]:
    for variable, folder in (("TUI_IMPORT_CONFIG", "configuration"), ("XDG_STATE_HOME", "state"), ("XDG_DATA_HOME", "data")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    made = Importer(Workspace(tmp_path / "store.sqlite"), tmp_path)
    yield made
    for session in made.sessions:
        session.close()
    made.workspace.close()


def whole(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: row.get(key, "") for key in ALL_KEYS} for row in rows]


def content(database: Database) -> dict[str, Any]:
    """The dump with values in their order instead of under ids and ranks."""
    found: dict[str, Any] = dump(database)
    for entity in ("company", "person"):
        rows = database.connection.execute(
            f"SELECT record, field, value, key, description FROM {entity}_value ORDER BY record, field, rank, id"
        )
        found[f"{entity}_value"] = rows.fetchall()
    return found


def rules(action: Action, policy: ValuesPolicy = ValuesPolicy.ADD, match: PersonKey = PersonKey.NAME) -> Settings:
    return Settings(
        company=CompanyRules(action=action),
        person=PersonRules(match=match, action=action),
        values=ValueRules(phones=policy, urls_emails=policy, blank_cells=BlankCells.CLEAR),
        privacy=Privacy(legal_basis="Consent", comment="Trade fair"),
    )


@pytest.mark.parametrize("policy", list(ValuesPolicy))
@pytest.mark.parametrize("action", list(Action))
def test_undo_equals_the_store_before_and_redo_the_store_after(importer: Importer, action: Action, policy: ValuesPolicy) -> None:
    database, workspace = importer.workspace.database, importer.workspace
    empty = dump(database, bookkeeping=True)
    first = importer.run(whole(FIRST), rules(Action.MERGE)).run
    before = content(database)
    second = importer.run(whole(SECOND), rules(action, policy)).run
    after = content(database)
    assert first is not None
    assert second is not None
    assert after != before

    for _round in range(2):
        summary, report = workspace.undo(second)
        assert content(database) == before
        assert (summary.kept, summary.blocked) == (0, 0), report
        workspace.redo(second)
        assert content(database) == after
    workspace.undo(second)
    _summary, report = workspace.undo(first)
    assert report.blocked == ()
    assert dump(database, bookkeeping=True) == empty
    assert [run.state for run in workspace.runs()] == ["undone", "undone"]


def test_redo_of_a_first_import_brings_back_every_byte(importer: Importer) -> None:
    run = importer.run(whole(FIRST), rules(Action.MERGE)).run
    assert run is not None
    after = dump(importer.workspace.database, bookkeeping=True)
    importer.workspace.undo(run)
    importer.workspace.redo(run)
    assert dump(importer.workspace.database, bookkeeping=True) == after


def test_undoing_the_new_persons_alone_leaves_their_companies(importer: Importer) -> None:
    summary = importer.run(whole(FIRST), rules(Action.MERGE))
    assert summary.run is not None
    selection = next(info for info in summary.selections if info.entity == "person" and info.kind == "new")
    undone, _report = importer.workspace.undo(summary.run, selection=selection.id)
    assert undone.restored == selection.members == 3
    assert (importer.workspace.count("company"), importer.workspace.count("person")) == (2, 0)
    assert importer.workspace.run(summary.run).state == "partly undone"


def test_an_undone_file_is_no_longer_said_to_be_imported_and_can_be_imported_again(importer: Importer) -> None:
    run = importer.run(whole(FIRST), rules(Action.MERGE)).run
    assert run is not None
    assert importer.begin(whole(FIRST)).already_imported() is not None
    importer.workspace.undo(run)
    assert importer.begin(whole(FIRST)).already_imported() is None
    assert importer.run(whole(FIRST), rules(Action.MERGE)).entities["company"].added == 2


def test_blame_names_file_row_and_column_of_a_real_import(importer: Importer) -> None:
    run = importer.run(whole(FIRST), rules(Action.MERGE)).run
    importer.run(whole(SECOND), rules(Action.REPLACE))
    company = next(record["id"] for record in importer.companies() if record["name"] == "ACME")
    newest, oldest = importer.workspace.blame("company", company, "category")
    assert (newest.before, newest.value, newest.row, newest.column) == ("Customer", "Reseller", 2, "company.category")
    assert (oldest.value, oldest.run, oldest.source, oldest.column) == ("Customer", run, "rows1.csv", "company.category")
    second_phone = next(trace for trace in importer.workspace.blame("company", company, "phone") if trace.row == 3)
    assert str(second_phone.value).endswith("70 10 20 30") or "70102030" in str(second_phone.value)


def test_a_later_import_protects_what_it_changed_from_undo_of_the_first(importer: Importer) -> None:
    first = importer.run(whole(FIRST), rules(Action.MERGE)).run
    importer.run(whole(SECOND), rules(Action.REPLACE))
    assert first is not None
    _summary, report = importer.workspace.undo(first)
    names = {record["name"] for record in importer.companies()}
    assert "ACME" in names
    assert "Beta" not in names
    assert any("run 2" in blocked.reason for blocked in report.blocked)
