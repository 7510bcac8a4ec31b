"""Random histories of a store: imports, edits, merges, deletions, restored records and backups, taken back in any order.

The model is a stack of pictures of the store: what is taken back last to first leaves the store as it was before, and what is done again
as it was after. What is taken back in another order leaves a sound store.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.session.importer import Importer
from tui_import.api.errors import RefusedError, UsageError
from tui_import.model.settings import Action, CompanyRules, PersonRules, Settings
from tui_import.session.workspace import Workspace
from tui_import.store import doctor

NAMES = st.sampled_from(["Alfa", "Beta", "Gamma"])
CITIES = st.sampled_from(["", "Oslo", "Bergen", "=1+1"])
PHONES = st.sampled_from(["", "+4733124010", "+4520443860"])
PERSONS = st.sampled_from(["", "Holm", "Ek"])
ROWS = st.lists(st.tuples(NAMES, CITIES, PHONES, PERSONS, st.sampled_from(["Customer", "New word"])), min_size=1, max_size=4)
PROJECTS = st.sampled_from(["P1", "P2"])
ROLES = st.sampled_from(["", "Sponsor", "Consultant"])
ACTIONS = st.sampled_from(list(Action))
ENTITIES = st.sampled_from(["company", "person"])
DELETABLE = st.sampled_from(["company", "person", "project", "project_member"])
Picture = list[str]


@dataclass
class Step:
    run: int
    before: Picture
    after: Picture


class HistoryMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        os.environ["TUI_IMPORT_CONFIG"] = str(path / "configuration")
        self.workspace = Workspace(path / "store.sqlite")
        self.workspace.database.connection.execute("PRAGMA synchronous = OFF")
        self.workspace.set_preference("keep_backups", 3)
        self.importer = Importer(self.workspace, path)
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self.kept: tuple[Path, Picture] | None = None

    def teardown(self) -> None:
        for session in self.importer.sessions:
            session.close()
        self.workspace.close()
        self.folder.cleanup()
        os.environ.pop("TUI_IMPORT_CONFIG")

    def picture(self) -> Picture:
        return [re.sub(r"'deleted_at': '[^']*'", "deleted", line) for line in self.importer.dump_without_times()]

    def living(self, entity: str) -> list[int]:
        return [int(record["id"]) for record in self.workspace.records(entity)]

    def note(self, run: int | None, before: Picture) -> None:
        """A run was done; what was taken back before it is not done again in this order."""
        if run is not None:
            self.done.append(Step(run, before, self.picture()))
            self.undone.clear()

    # -- what happens to a store

    @initialize(rows=ROWS)
    def begin(self, rows: list[tuple[str, ...]]) -> None:
        self.import_rows(rows, Action.MERGE)

    @rule(rows=ROWS, action=ACTIONS)
    def import_rows(self, rows: list[tuple[str, ...]], action: Action) -> None:
        before = self.picture()
        fields = ("company.name", "company.postal_city", "company.phone", "person.last_name", "company.category")
        chosen = Settings(company=CompanyRules(action=action), person=replace(PersonRules(), action=action))
        values = [{**dict(zip(fields, row, strict=True)), "person.first_name": "Anna" if row[3] else ""} for row in rows]
        session, report = self.importer.plan(values, chosen)
        if report.count("company").problem or report.count("person").problem:  # two records of one name: a problem, never a guess
            session.close()
            return
        self.note(session.apply(accept_clears=True).run, before)

    def _import_keyed(self, kind: str, rows: list[dict[str, str]]) -> None:
        """Import records that stand beside companies and persons; nothing where a row has a problem."""
        before = self.picture()
        self.importer.kind = kind
        try:
            session, report = self.importer.plan(rows)
        finally:
            self.importer.kind = "contacts"
        if any(counts.problem for counts in report.entities.values()):
            session.close()
            return
        self.note(session.apply(accept_clears=True).run, before)

    @rule(numbers=st.sets(PROJECTS, min_size=1))
    def import_projects(self, numbers: set[str]) -> None:
        self._import_keyed("projects", [{"project.number": number, "project.name": f"Project {number}"} for number in sorted(numbers)])

    @precondition(lambda self: self.living("project") and self.living("company"))
    @rule(data=st.data(), role=ROLES)
    def import_members(self, data: st.DataObject, role: str) -> None:
        """Who is in a project: a company or a person, called by name."""
        project = data.draw(st.sampled_from([record["number"] for record in self.workspace.records("project")]))
        persons = [f"{record['first_name']} {record['last_name']}" for record in self.workspace.records("person")]
        companies = [record["name"] for record in self.workspace.records("company")]
        entity, name = data.draw(
            st.sampled_from([*(("person", each) for each in persons), *(("company", each) for each in companies)])
        )
        row = {"project": project, "role": role, "comment": "secret", "person": "", "company": "", entity: name}
        self._import_keyed("project_members", [{f"project_member.{field}": value for field, value in row.items()}])

    @precondition(lambda self: self.living("company"))
    @rule(data=st.data(), city=CITIES)
    def edit(self, data: st.DataObject, city: str) -> None:
        before = self.picture()
        chosen = data.draw(st.lists(st.sampled_from(self.living("company")), min_size=1, unique=True))
        selection = self.workspace.new_selection("company", f"chosen {len(self.workspace.selections())}", chosen)
        self.note(self._attempt(lambda: self.workspace.edit_members(selection.id, "postal_city", city)), before)

    @rule(data=st.data(), entity=DELETABLE)
    def delete(self, data: st.DataObject, entity: str) -> None:
        living = self.living(entity)
        if living:
            before = self.picture()
            chosen = data.draw(st.lists(st.sampled_from(living), min_size=1, unique=True))
            selection = self.workspace.new_selection(entity, f"gone {len(self.workspace.selections())}", chosen)
            self.note(self._attempt(lambda: self.workspace.delete_members(selection.id)), before)

    @rule(data=st.data(), entity=DELETABLE)
    def restore_record(self, data: st.DataObject, entity: str) -> None:
        query = f"SELECT id FROM {entity} WHERE deleted_at IS NOT NULL"
        deleted = [row[0] for row in self.workspace.database.connection.execute(query)]
        if deleted:
            before = self.picture()
            number = data.draw(st.sampled_from(deleted))
            self.note(self._attempt(lambda: self.workspace.restore_record(entity, number)), before)

    @rule(data=st.data(), entity=ENTITIES, persons=st.booleans())
    def merge(self, data: st.DataObject, entity: str, persons: bool) -> None:
        living = self.living(entity)
        if len(living) > 1:
            before = self.picture()
            one, other = data.draw(st.lists(st.sampled_from(living), min_size=2, max_size=2, unique=True))
            with_persons = persons and entity == "company"
            self.note(self._attempt(lambda: self.workspace.merge(entity, one, other, persons=with_persons)), before)

    @precondition(lambda self: self.living("person"))
    @rule(data=st.data())
    def erase_a_person(self, data: st.DataObject) -> None:
        """For good, with what it was in projects; no earlier picture comes back after that."""
        person = data.draw(st.sampled_from(self.living("person")))
        self.workspace.erase("person", person)
        connection = self.workspace.database.connection
        assert connection.execute("SELECT count(*) FROM project_member WHERE person = ?", (person,)).fetchone() == (0,)
        kept = connection.execute("SELECT image FROM journal WHERE entity = 'project_member' AND image IS NOT NULL")
        assert [image for (image,) in kept if f'"person": {person},' in image] == []
        self.done.clear()
        self.undone.clear()
        self.kept = None

    def _attempt(self, act: Any) -> int | None:
        """The run of it; None where it was refused, which changes nothing."""
        before = self.picture()
        try:
            found = act()
        except (RefusedError, UsageError):
            assert self.picture() == before
            return None
        run = found if isinstance(found, int) else found.run
        return int(run) if run is not None else None

    # -- undo and redo

    @precondition(lambda self: self.done)
    @rule()
    def undo_the_last(self) -> None:
        step = self.done.pop()
        self.workspace.undo(step.run)
        assert self.picture() == step.before
        self.undone.append(step)

    @precondition(lambda self: self.undone)
    @rule()
    def redo_the_first(self) -> None:
        step = self.undone.pop()
        self.workspace.redo(step.run)
        assert self.picture() == step.after
        self.done.append(step)

    @rule(data=st.data())
    def take_back_any(self, data: st.DataObject) -> None:
        """Out of order: what was edited since is kept, so that there is no picture of it."""
        run = data.draw(st.sampled_from([run.id for run in self.workspace.runs() if run.kind != "erase"]))
        self.workspace.undo(run)
        self.done.clear()
        self.undone.clear()

    # -- backups

    @rule()
    def back_up(self) -> None:
        path = Path(self.folder.name) / f"kept{len(list(Path(self.folder.name).glob('kept*')))}.sqlite"
        self.kept = Path(self.workspace.backup(path).path), self.picture()

    @precondition(lambda self: self.kept)
    @rule()
    def restore_a_backup_and_take_it_back(self) -> None:
        assert self.kept is not None
        path, picture = self.kept
        now = self.picture()
        before = self.workspace.restore(path)
        assert self.picture() == picture
        self.workspace.restore(before.path)
        assert self.picture() == now

    # -- always

    @invariant()
    def the_doctor_finds_nothing(self) -> None:
        assert [check.name for check in doctor.soundness(self.workspace.database) if not check.ok] == []


HistoryMachine.TestCase.settings = settings(
    max_examples=int(os.environ.get("TUI_IMPORT_HISTORIES", "12")),
    derandomize="TUI_IMPORT_HISTORIES" not in os.environ, stateful_step_count=14, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TestHistoryAgainstModel = HistoryMachine.TestCase
