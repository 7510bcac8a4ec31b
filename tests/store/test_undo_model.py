"""Random histories of imports, edits, undo and redo, compared with a model of dictionaries: nothing is lost, nothing comes from nowhere."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.store.builder import CATALOGUE, edit_by_hand, importing, make_store
from tui_import.store import doctor, history
from tui_import.store.undo import redo, undo

TEXTS = st.sampled_from([None, "a", "b", "c"])
PHONES = st.sampled_from(["1", "2", "3"])
ENTITIES = ("company", "person")
FIELDS = {"company": ("postal_city", "vat_number"), "person": ("last_name", "title")}
PHONE = {"company": "phone", "person": "mobile"}
Key = tuple[str, int]


@dataclass
class Record:
    fields: dict[str, Any]
    phones: set[str]
    company: int | None = None
    inserted_by: int = 0
    edited: bool = False
    """By hand, in a way that counts its version up."""
    changed_by: set[int] = field(default_factory=set)
    """Runs that changed it and are not wholly undone."""


@dataclass
class Change:
    name: str
    before: Any
    after: Any
    done: bool = True


@dataclass
class ModelRun:
    inserted: list[Key] = field(default_factory=list)
    removed: dict[Key, Record] = field(default_factory=dict)
    """Those of ``inserted`` that undo removed."""
    changes: dict[Key, list[Change]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        every = [key not in self.removed for key in self.inserted]
        every += [change.done for changes in self.changes.values() for change in changes]
        if not every:
            return "any"
        return "done" if all(every) else "partly undone" if any(every) else "undone"


class UndoMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = make_store(Path(self.folder.name))
        self.store.connection.execute("PRAGMA synchronous = OFF")
        self.records: dict[Key, Record] = {}
        self.runs: dict[int, ModelRun] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    # -- what happens to a store

    @initialize()
    def begin(self) -> None:
        self.import_new(2, "a", {"1", "2"})

    @rule(count=st.integers(1, 2), text=TEXTS, phones=st.sets(PHONES))
    def import_new(self, count: int, text: str | None, phones: set[str]) -> None:
        with importing(self.store) as run:
            model = self.runs.setdefault(run.id, ModelRun())
            for _number in range(count):
                company = run.insert("company", name="ACME", postal_city=text, values={"phone": sorted(phones)})
                self._add(model, ("company", company), Record({"postal_city": text, "vat_number": None}, set(phones), None, run.id))
                person = run.insert("person", last_name=text, company=company, values={"mobile": sorted(phones)})
                self._add(model, ("person", person), Record({"last_name": text, "title": None}, set(phones), company, run.id))

    @precondition(lambda self: any(key[0] == "company" for key in self.records))
    @rule(data=st.data())
    def import_person_into_existing_company(self, data: st.DataObject) -> None:
        company = data.draw(st.sampled_from(sorted(key for key in self.records if key[0] == "company")))[1]
        with importing(self.store) as run:
            model = self.runs.setdefault(run.id, ModelRun())
            person = run.insert("person", last_name="x", company=company)
            self._add(model, ("person", person), Record({"last_name": "x", "title": None}, set(), company, run.id))

    @precondition(lambda self: bool(self.records))
    @rule(data=st.data(), text=TEXTS, phone=PHONES)
    def import_changes(self, data: st.DataObject, text: str | None, phone: str) -> None:
        keys = data.draw(st.lists(st.sampled_from(sorted(self.records)), min_size=1, max_size=3, unique=True))
        with importing(self.store) as run:
            model = self.runs.setdefault(run.id, ModelRun())
            for key in keys:
                record = self.records[key]
                names = data.draw(st.sets(st.sampled_from(FIELDS[key[0]])))
                fields = {name: text for name in names if record.fields[name] != text}
                changes = [Change(name, record.fields[name], value) for name, value in fields.items()]
                append, remove = {}, {}
                if phone in record.phones:
                    remove = {PHONE[key[0]]: [phone]}
                    changes.append(Change("-", phone, None))
                else:
                    append = {PHONE[key[0]]: [phone]}
                    changes.append(Change("+", None, phone))
                run.update(*key, append=append, remove=remove, **fields)
                record.fields.update(fields)
                record.phones ^= {phone}
                record.changed_by.add(run.id)
                model.changes[key] = changes

    @precondition(lambda self: bool(self.records))
    @rule(data=st.data(), text=TEXTS)
    def edit(self, data: st.DataObject, text: str | None) -> None:
        key = data.draw(st.sampled_from(sorted(self.records)))
        name = data.draw(st.sampled_from(FIELDS[key[0]]))
        edit_by_hand(self.store, key[0], key[1], **{name: text})
        self.records[key].fields[name] = text
        self.records[key].edited = True

    @precondition(lambda self: bool(self.records))
    @rule(data=st.data(), phone=PHONES)
    def delete_a_phone(self, data: st.DataObject, phone: str) -> None:
        entity, number = data.draw(st.sampled_from(sorted(self.records)))
        self.store.connection.execute(f"DELETE FROM {entity}_value WHERE record = ? AND value = ?", (number, phone))
        self.records[entity, number].phones.discard(phone)

    # -- undo and redo, there and in the model

    @rule(data=st.data())
    def undo_run(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(sorted(self.runs)))
        self._undo(run, None)

    @precondition(lambda self: bool(self.records))
    @rule(data=st.data())
    def undo_selection(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(sorted(self.runs)))
        entity = data.draw(st.sampled_from(ENTITIES))
        members = [key for key in self.records if key[0] == entity][::2]
        with importing(self.store) as helper:
            selection = helper.select(entity, [number for _entity, number in members])
        self._undo(run, selection, set(members))

    @rule(data=st.data())
    def redo_run(self, data: st.DataObject) -> None:
        self._redo(data.draw(st.sampled_from(sorted(self.runs))))

    def _redo(self, number: int) -> None:
        model = self.runs[number]
        report = redo(self.store, CATALOGUE, number, "undoer")
        for key in sorted(model.removed):  # companies first
            record = model.removed[key]
            if record.company is None or ("company", record.company) in self.records:
                self.records[key] = model.removed.pop(key)
        kept = sum(self._redo_changes(number, key, changes) for key, changes in model.changes.items())
        assert len(report.kept) == kept

    def _undo(self, number: int, selection: int | None, members: set[Key] | None = None) -> None:
        model = self.runs[number]
        report = undo(self.store, CATALOGUE, number, "undoer", selection=selection)
        kept = 0
        for key, changes in model.changes.items():
            if members is None or key in members:
                kept += self._undo_changes(number, key, changes)
        for key in sorted(model.inserted, reverse=True):  # persons first
            record = self.records.get(key)
            if record is None or (members is not None and key not in members):
                continue
            persons = any(other.company == key[1] for each, other in self.records.items() if key[0] == "company" and each[0] == "person")
            if not (record.edited or record.changed_by or persons):
                model.removed[key] = self.records.pop(key)
        assert len(report.kept) == kept

    def _undo_changes(self, run: int, key: Key, changes: list[Change]) -> int:
        record, kept = self.records.get(key), 0
        if record is None:
            return 0
        for change in changes:
            if not change.done:
                continue
            if change.name == "+" and change.after in record.phones:
                record.phones.discard(change.after)
                change.done = False
            elif change.name == "-":
                record.phones.add(change.before)
                change.done = False
            elif change.name != "+" and record.fields[change.name] == change.after:
                record.fields[change.name] = change.before
                change.done = False
            else:
                kept += 1
        if not any(change.done for change in changes):
            record.changed_by.discard(run)
        return kept

    def _redo_changes(self, run: int, key: Key, changes: list[Change]) -> int:
        record, kept = self.records.get(key), 0
        if record is None:
            return 0
        for change in changes:
            if change.done:
                continue
            if change.name == "-" and change.before in record.phones:
                record.phones.discard(change.before)
                change.done = True
            elif change.name == "+":
                record.phones.add(change.after)
                change.done = True
            elif change.name != "-" and record.fields[change.name] == change.before:
                record.fields[change.name] = change.after
                change.done = True
            else:
                kept += 1
        if any(change.done for change in changes):
            record.changed_by.add(run)
        return kept

    @rule()
    def undo_all_from_last_to_first_and_redo_all(self) -> None:
        for number in sorted(self.runs, reverse=True):
            self._undo(number, None)
        if not any(record.edited for record in self.records.values()) and all(run.state in ("undone", "any") for run in self.runs.values()):
            assert self.records == {}
        self.store_and_model_agree()
        for number in sorted(self.runs):
            self._redo(number)

    # -- always

    @invariant()
    def store_and_model_agree(self) -> None:
        for entity in ENTITIES:
            names = ", ".join(FIELDS[entity])
            rows = self.store.connection.execute(f"SELECT id, {names} FROM {entity}").fetchall()
            stored = {number: dict(zip(FIELDS[entity], values, strict=True)) for number, *values in rows}
            assert stored == {key[1]: record.fields for key, record in self.records.items() if key[0] == entity}
            phones: dict[int, set[str]] = {number: set() for number in stored}
            for number, value in self.store.connection.execute(f"SELECT record, value FROM {entity}_value"):
                assert value not in phones[number], "a value came back twice"
                phones[number].add(value)
            assert phones == {key[1]: record.phones for key, record in self.records.items() if key[0] == entity}

    @invariant()
    def keys_follow_their_fields(self) -> None:
        query = "SELECT count(*) FROM company WHERE vat_number IS NOT vat_number_key"
        assert self.store.connection.execute(query).fetchone()[0] == 0
        query = "SELECT count(*) FROM person WHERE last_name IS NOT name_key"
        assert self.store.connection.execute(query).fetchone()[0] == 0

    @invariant()
    def runs_say_what_became_of_them(self) -> None:
        states = {run.id: run.state for run in history.runs(self.store)}
        for number, model in self.runs.items():
            if model.state != "any":
                assert states[number] == model.state

    @invariant()
    def the_doctor_finds_nothing(self) -> None:
        names = [check.name for check in doctor.soundness(self.store) if not check.ok]
        assert names == []

    def _add(self, model: ModelRun, key: Key, record: Record) -> None:
        model.inserted.append(key)
        self.records[key] = record


UndoMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
TestUndoAgainstModel = UndoMachine.TestCase
