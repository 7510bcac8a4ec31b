"""Two stored records become one, and two again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.importer import Importer
from tests.store.builder import dump
from tui_import.api.errors import UsageError
from tui_import.model.settings import Privacy, Settings
from tui_import.session.workspace import Workspace

ROWS = [
    {
        "company.name": "Nordisk Tandteknik ApS", "company.phone": "33 44 55 66", "company.postal_city": "Aarhus",
        "person.first_name": "Ole", "person.last_name": "Hviid", "person.email": "ole@tandteknik.dk", "person.title": "Director",
    },
    {
        "company.name": "Nordic Tandteknik", "company.phone": "70 20 30 40", "company.vat_number": "DK 12345674",
        "company.postal_city": "Odense",
        "person.first_name": "Ole", "person.last_name": "Hviid", "person.email": "hviid@nordic.dk", "person.mobile": "20 30 40 50",
    },
    {"company.name": "Nordic Tandteknik", "person.first_name": "Ida", "person.last_name": "Bech"},
]  # fmt: skip


@pytest.fixture
def importer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Importer]:
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    made = Importer(Workspace(tmp_path / "store.sqlite"), tmp_path)
    made.run(ROWS)
    yield made
    for session in made.sessions:
        session.close()
    made.workspace.close()


def state(importer: Importer) -> dict[str, object]:
    left_out = ("run", "journal", "journal_change", "meta")
    return {name: rows for name, rows in dump(importer.workspace.database).items() if name not in left_out}


def test_the_survivor_gets_what_it_lacks_and_everything_that_refers_to_the_other(importer: Importer) -> None:
    workspace = importer.workspace
    summary = workspace.merge("company", 1, 2)

    company = workspace.record("company", 1)
    assert company["name"] == "Nordisk Tandteknik ApS"
    assert company["vat_number"] == "DK 12345674"
    assert company["postal_city"] == "Aarhus"
    assert len(company["phone"]) == 2
    assert [workspace.record("person", person)["company"] for person in (1, 2, 3)] == ["Nordisk Tandteknik ApS"] * 3
    assert workspace.count("company") == 1
    assert summary.entities["company"].updated == 2


def test_a_field_can_be_taken_from_the_one_that_goes(importer: Importer) -> None:
    importer.workspace.merge("company", 1, 2, take=["postal_city", "name"])
    assert importer.workspace.record("company", 1)["postal_city"] == "Odense"
    assert importer.workspace.record("company", 1)["name"] == "Nordic Tandteknik"
    again, report = importer.plan([{"company.name": "Nordic Tandteknik", "company.postal_city": "Odense"}])
    assert (report.count("company").added, again.report is not None) == (0, True)


def test_persons_of_the_same_name_become_one_where_that_is_wanted(importer: Importer) -> None:
    importer.workspace.merge("company", 1, 2, persons=True)
    assert importer.workspace.count("person") == 2
    person = importer.workspace.record("person", 1)
    assert sorted(person["email"]) == ["hviid@nordic.dk", "ole@tandteknik.dk"]
    assert person["title"] == "Director"


@pytest.mark.parametrize("persons", [False, True])
def test_undo_makes_them_two_again_and_redo_one(importer: Importer, persons: bool) -> None:
    before = state(importer)
    summary = importer.workspace.merge("company", 1, 2, take=["postal_city"], persons=persons)
    after = state(importer)
    assert summary.run is not None
    assert after != before
    importer.workspace.undo(summary.run)
    assert state(importer) == before
    importer.workspace.redo(summary.run)
    again = state(importer)
    assert {name: len(rows) for name, rows in again.items()} == {name: len(rows) for name, rows in after.items()}
    assert importer.workspace.record("company", 1)["postal_city"] == "Odense"
    assert importer.workspace.count("company") == 1


def test_memberships_of_selections_move_and_come_back(importer: Importer) -> None:
    workspace = importer.workspace
    importer.run([{"company.name": "Nordic Tandteknik", "company.postal_code": "5000"}])
    changed = next(selection.id for selection in workspace.selections() if selection.kind == "changed")
    assert [record["id"] for record in workspace.records("company", selection=changed)] == [2]
    summary = workspace.merge("company", 1, 2)
    assert [record["id"] for record in workspace.records("company", selection=changed)] == [1]
    assert summary.run is not None
    workspace.undo(summary.run)
    assert [record["id"] for record in workspace.records("company", selection=changed)] == [2]


def test_consents_move_and_a_withdrawn_one_is_never_lost(importer: Importer) -> None:
    person = {"company.name": "Beta", "person.first_name": "Bo", "person.last_name": "Kjær"}
    importer.run([person], Settings(privacy=Privacy("Consent")))
    importer.run([{**person, "company.name": "Gamma"}], Settings(privacy=Privacy("Withdrawn")))
    with pytest.raises(UsageError, match="withdrawn"):
        importer.workspace.merge("person", 4, 5)
    importer.workspace.merge("person", 5, 4)
    summary = importer.workspace.merge("person", 1, 5)
    consents = "SELECT count(*) FROM consent WHERE person = 1"
    assert importer.workspace.database.connection.execute(consents).fetchone()[0] == 1
    assert summary.run is not None
    importer.workspace.undo(summary.run)
    assert importer.workspace.database.connection.execute(consents).fetchone()[0] == 0


@pytest.mark.parametrize(("survivor", "gone", "take"), [(1, 1, []), (1, 99, []), (99, 1, []), (1, 2, ["colour"])])
def test_what_cannot_be_merged_is_refused_and_nothing_changes(importer: Importer, survivor: int, gone: int, take: list[str]) -> None:
    before = dump(importer.workspace.database)
    with pytest.raises(UsageError):
        importer.workspace.merge("company", survivor, gone, take=take)
    assert dump(importer.workspace.database) == before


def test_records_that_are_kept_apart_are_shown_no_more_until_one_changes(importer: Importer) -> None:
    workspace = importer.workspace
    assert [(pair.a, pair.b) for pair in workspace.similar("company", least=0.01)] == [(1, 2)]
    workspace.keep_apart("company", 1, 2)
    assert list(workspace.similar("company", least=0.01)) == []
    lines = workspace.verdict_lines()
    assert len(lines) == 2, "both ways round: either may change its name"
    importer.run([{"company.name": "Nordisk Tandteknik ApS", "company.postal_city": "Odense"}], None)
    workspace.database.connection.execute("UPDATE company SET postal_city = 'Odense' WHERE id = 1")
    assert [(pair.a, pair.b) for pair in workspace.similar("company", least=0.01)] == [(1, 2)]


def test_verdicts_go_from_one_store_to_another(importer: Importer, tmp_path: Path) -> None:
    importer.workspace.keep_apart("company", 1, 2)
    with Workspace(tmp_path / "other.sqlite") as other:
        assert other.take_verdicts(importer.workspace.verdict_lines()) == 2
        assert other.verdict_lines() == importer.workspace.verdict_lines()
        with pytest.raises(UsageError, match="2"):
            other.take_verdicts(["", "no json"])
