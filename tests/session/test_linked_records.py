"""What was imported from an account or ERP is found again by its key there, whatever it is called by now (SPEC 2, 6)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui_import import plugin_host
from tui_import.model.plan import Operation, RowFilter
from tui_import.model.settings import Action, CompanyKey, PersonKey
from tui_import.session.importing import ImportSession
from tui_import.session.workspace import Workspace

SHOP = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT, lastmodified TEXT);
INSERT INTO customer VALUES (1, 'Acme A/S', 'Aarhus', '2026-01-01'), (2, 'Bolt ApS', 'Odense', '2026-01-02');
CREATE TABLE person (id INTEGER PRIMARY KEY, firstname TEXT, lastname TEXT, parentkey INTEGER);
INSERT INTO person VALUES (1, 'Anna', 'Holm', 1), (2, 'Bo', 'Lund', 1), (3, 'Anna', 'Berg', 2);
"""


class Shop:
    """A database that two connections lead to, imported from through the facade."""

    def __init__(self, workspace: Workspace, path: Path) -> None:
        self.workspace, self.path = workspace, path
        self.sessions: list[ImportSession] = []
        self.sql(SHOP)
        for name in ("main", "other"):
            options = {
                "connector": "sql",
                "url": f"sqlite:///{path}",
                "customer": "customer",
                "person": "person",
                "roles": "city=POSTALCITY",
            }
            workspace.save_connection("erp", name, options)

    def sql(self, statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(statements)

    def plan(self, actor: str = "customer", connection: str = "main", action: Action = Action.REPLACE, **options: str) -> ImportSession:
        session = self.workspace.begin("", source="erp", options={"actor": actor, "connection": connection, **options})
        self.sessions.append(session)
        session.read()
        person = PersonKey.NAME if actor == "person" else PersonKey.NONE
        session.change_settings(
            replace(
                session.settings,
                company=replace(session.settings.company, match=CompanyKey.NAME, action=action),
                person=replace(session.settings.person, match=person, action=action),
            )
        )
        session.plan()
        return session

    def run(self, *args: Any, **options: Any) -> int:
        summary = self.plan(*args, **options).apply(accept_clears=True)
        assert summary.run is not None
        return summary.run

    def operations(self, session: ImportSession, entity: str = "company") -> list[Operation]:
        keys = session.row_keys(RowFilter())
        return [state.operation for row in session.preview_rows(list(keys.keys)) for state in row.states if state.entity == entity]

    def companies(self) -> dict[str, Any]:
        return {record["name"]: record for record in self.workspace.records("company")}

    def persons(self) -> list[tuple[str, str]]:
        return sorted((record["first_name"], record["last_name"]) for record in self.workspace.records("person"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    plugin_host.forget()
    made = Shop(Workspace(tmp_path / "store.sqlite"), tmp_path / "shop.db")
    yield made
    for session in made.sessions:
        session.close()
    made.workspace.close()


ADDED, UPDATED, UNCHANGED, SKIPPED, PROBLEM = (Operation(name) for name in ("added", "updated", "unchanged", "skipped", "problem"))


def test_a_company_that_was_renamed_there_is_changed_and_not_added_again(shop: Shop) -> None:
    shop.run()
    shop.sql("UPDATE customer SET name = 'Acme Holding', city = 'Viborg', lastmodified = '2026-02-01' WHERE id = 1")

    second = shop.plan()
    assert shop.operations(second) == [UPDATED, UNCHANGED]
    [first, *_rest] = second.preview_rows([1, 2])
    assert "already linked" in str(first.states[0].reason)
    second.apply(accept_clears=True)
    assert {name: each["postal_city"] for name, each in shop.companies().items()} == {"Acme Holding": "Viborg", "Bolt ApS": "Odense"}


def test_undo_takes_the_changes_back_and_then_the_link(shop: Shop) -> None:
    first = shop.run()
    shop.sql("UPDATE customer SET name = 'Acme Holding' WHERE id = 1")
    second = shop.run()
    shop.workspace.undo(second)
    assert set(shop.companies()) == {"Acme A/S", "Bolt ApS"}
    assert shop.operations(shop.plan()) == [UPDATED, UNCHANGED], "the link of the first import still holds"
    shop.workspace.undo(first)
    assert shop.companies() == {}
    assert shop.operations(shop.plan()) == [ADDED, ADDED]


def test_a_record_that_was_there_before_gets_its_link_and_loses_it_by_undo(shop: Shop) -> None:
    shop.run("customer", "other")
    assert len(shop.companies()["Acme A/S"]["external_key"]) == 1
    linked = shop.run()  # the other connection's keys are not this one's: found by name, linked by the way
    assert len(shop.companies()["Acme A/S"]["external_key"]) == 2
    shop.sql("UPDATE customer SET name = 'Renamed A/S' WHERE id = 1")
    assert shop.operations(shop.plan()) == [UPDATED, UNCHANGED]
    assert shop.operations(shop.plan("customer", "other")) == [UPDATED, UNCHANGED]

    shop.workspace.undo(linked)
    assert shop.operations(shop.plan()) == [ADDED, UPDATED], "by this connection they are not known any more"


def test_a_key_of_another_connection_is_another_key(shop: Shop) -> None:
    shop.run()
    shop.sql("UPDATE customer SET name = 'Somebody else' WHERE id = 1")
    assert shop.operations(shop.plan("customer", "other")) == [ADDED, UPDATED]


@pytest.mark.parametrize(
    ("action", "operation"), [(Action.MERGE, UNCHANGED), (Action.SKIP, SKIPPED), (Action.REPLACE, UPDATED), (Action.ADD, PROBLEM)]
)
def test_the_action_decides_what_becomes_of_a_linked_record_and_add_never_makes_two_of_one(
    shop: Shop, action: Action, operation: Operation
) -> None:
    shop.run()
    shop.sql("UPDATE customer SET name = 'Acme Holding' WHERE id = 1")
    planned = shop.plan(action=action)
    assert shop.operations(planned)[0] is operation
    [first] = planned.preview_rows([1])
    assert "already linked" in str(first.states[0].reason)


def test_persons_and_their_companies_are_both_found_by_their_keys(shop: Shop) -> None:
    shop.run("person")
    assert len(shop.companies()) == 2
    shop.sql("UPDATE person SET lastname = 'Holm Berg' WHERE id = 1; UPDATE customer SET name = 'Acme Holding' WHERE id = 1")

    assert shop.operations(shop.plan("person"), "person") == [UPDATED, UNCHANGED, UNCHANGED]
    shop.run("person")
    assert set(shop.companies()) == {"Acme Holding", "Bolt ApS"}
    assert shop.persons() == [("Anna", "Berg"), ("Anna", "Holm Berg"), ("Bo", "Lund")]
    assert shop.operations(shop.plan("customer")) == [UNCHANGED, UNCHANGED], "customers are known by what their persons brought"


def test_a_person_who_moved_to_another_company_moves_here(shop: Shop) -> None:
    shop.run("person")
    shop.sql("UPDATE person SET parentkey = 2 WHERE id = 2")
    shop.run("person")
    [bo] = [each for each in shop.workspace.records("person") if each["first_name"] == "Bo"]
    assert bo["company"] == "Bolt ApS"


def test_a_linked_record_that_was_deleted_is_a_problem_and_not_made_anew(shop: Shop) -> None:
    [made] = shop.plan().apply().selections
    shop.workspace.delete_members(made.id)
    shop.sql("UPDATE customer SET name = 'Acme Holding' WHERE id = 1")
    planned = shop.plan()
    assert shop.operations(planned) == [PROBLEM, PROBLEM]
    [first] = planned.preview_rows([1])
    assert "deleted" in str(first.states[0].reason)


def test_changed_since_the_last_import_reads_only_what_changed(shop: Shop) -> None:
    shop.run()
    assert shop.plan(changed_since="last").rows == 0
    shop.sql("UPDATE customer SET city = 'Viborg', lastmodified = '2026-03-01' WHERE id = 2")
    changed = shop.plan(changed_since="last")
    assert (changed.rows, shop.operations(changed)) == (1, [UPDATED])
    run = changed.apply(accept_clears=True).run
    assert shop.plan(changed_since="last").rows == 0
    shop.workspace.undo(run)
    assert shop.plan(changed_since="last").rows == 2, "what was taken back is to be read again"


def test_a_file_s_external_keys_are_kept_and_match_nothing_by_themselves(shop: Shop, tmp_path: Path) -> None:
    shop.run()
    path = tmp_path / "keys.csv"
    path.write_text("Company name;External key\nNew A/S;customer:1\n", encoding="utf-8")
    session = shop.workspace.begin(str(path))
    shop.sessions.append(session)
    session.read()
    session.plan()
    assert shop.operations(session) == [ADDED]


def test_a_search_says_which_rows_the_store_knows_by_this_connection_until_that_is_undone(shop: Shop) -> None:
    def known(connection: str) -> list[bool]:
        return [row.linked for row in shop.plan("customer", connection).search().find().rows]

    run = shop.run("customer", "main", where="id = 1")
    assert known("main") == [True, False]
    assert known("other") == [False, False]
    shop.workspace.undo(run)
    assert known("main") == [False, False]
