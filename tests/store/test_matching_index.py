"""The index of the duplicate finder says what the records say, whoever changed them and however."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.store.builder import CATALOGUE, LISTS, importing, make_store
from tui_import.api.errors import StoppedError
from tui_import.model.progress import Progress
from tui_import.store import backup, matching_index
from tui_import.store.connection import Database, open_store
from tui_import.store.matching_index import MatchingIndex
from tui_import.store.undo import redo, undo

ENTITIES = ("company", "person")


@dataclass
class Joined:
    ids: list[int]
    texts: list[str]

    def packed(self) -> list[str]:
        return self.texts

    def take(self, rows: Sequence[int]) -> Joined:
        return Joined([self.ids[row] for row in rows], [self.texts[row] for row in rows])


class Words:
    """Cleans to lower case; every word is a key."""

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.cleaned = 0

    def fields(self, _entity: str) -> Sequence[str]:
        return ("name", "vat_number", "postal_city", "phone", "first_name", "last_name", "mobile", "email")

    def made(self, _entity: str, ids: Sequence[int], columns: Mapping[str, Sequence[str | None]]) -> Joined:
        self.cleaned += len(ids)
        rows = zip(*(columns[name] for name in sorted(columns)), strict=True)
        return Joined(list(ids), ["|".join(value or "" for value in row).lower() for row in rows])

    def unpacked(self, _entity: str, ids: Sequence[int], texts: Sequence[str]) -> Joined:
        return Joined(list(ids), list(texts))

    def keys(self, made: Joined) -> tuple[Any, Any]:
        every = zip(made.ids, made.texts, strict=True)
        pairs = [(crc32(word.encode()), record) for record, text in every for word in {*text.replace("\x1f", "|").split("|")} if word]
        return tuple(np.array(pairs, np.int64).reshape(-1, 2).T)

    def count(self, _entity: str, texts: Sequence[str]) -> str:
        return str(len(texts))


def refresh(store: Database, words: Words | None = None) -> None:
    index = MatchingIndex(CATALOGUE, words or Words())
    with store.transaction() as connection:
        index.refresh(connection)
    assert index.is_fresh(store.connection)


def content(store: Database) -> dict[str, list[Any]]:
    tables = [f"{entity}_{kind}" for entity in ENTITIES for kind in ("match", "key", "stale")]
    found = {
        table: store.connection.execute(
            f"SELECT * FROM {table} ORDER BY 1, 2" if "stale" not in table else f"SELECT * FROM {table}"
        ).fetchall()
        for table in tables
    }
    return found | {"size": store.connection.execute("SELECT entity, size FROM matching_state ORDER BY 1").fetchall()}


def made_anew(store: Database) -> dict[str, list[Any]]:
    """What an index of the same records is that knows nothing of what came before."""
    with tempfile.TemporaryDirectory() as folder:
        backup.backup(store, Path(folder, "copy.sqlite"))
        copy = open_store(Path(folder, "copy.sqlite"), CATALOGUE, lambda: LISTS)
        for entity in ENTITIES:
            copy.connection.execute(f"DELETE FROM {entity}_match")
            copy.connection.execute(f"DELETE FROM {entity}_key")
            copy.connection.execute(f"INSERT OR IGNORE INTO {entity}_stale SELECT id FROM {entity}")
        copy.connection.execute("UPDATE matching_state SET size = 0, counted = 0")
        refresh(copy)
        found = content(copy)
        copy.close()
    return found


@pytest.fixture
def store(tmp_path: Path) -> Any:
    database = make_store(tmp_path)
    yield database
    database.close()


def texts(store: Database, entity: str) -> list[str]:
    return [text for _record, text in store.connection.execute(f"SELECT record, text FROM {entity}_match ORDER BY record")]


def two(store: Database) -> tuple[int, int, int]:
    with importing(store) as run:
        company = run.insert("company", name="Acme", postal_city="Ely", values={"phone": ["1", "2"]})
        person = run.insert("person", first_name="Ann", last_name="Lee", company=company, values={"email": ["ann@x.example"]})
    return run.id, company, person


def test_a_record_is_indexed_with_all_its_values_its_company_and_its_persons(store: Database) -> None:
    two(store)
    refresh(store)
    assert texts(store, "company") == ["acme|ann lee|1\x1f2|ely|"]
    assert texts(store, "person") == ["acme|ann@x.example|ann|lee|"]


def test_persons_are_found_under_the_new_name_of_their_company(store: Database) -> None:
    _run, company, _person = two(store)
    refresh(store)
    store.connection.execute("UPDATE company SET name = 'Zenith' WHERE id = ?", (company,))
    refresh(store)
    assert texts(store, "person")[0].startswith("zenith|")


def test_deleted_records_are_not_looked_up_and_come_back_when_they_are_restored(store: Database) -> None:
    _run, _company, person = two(store)
    refresh(store)
    before = content(store)
    store.connection.execute("UPDATE person SET deleted_at = 'now' WHERE id = ?", (person,))
    refresh(store)
    assert texts(store, "person") == []
    assert not content(store)["person_key"]
    store.connection.execute("UPDATE person SET deleted_at = NULL WHERE id = ?", (person,))
    refresh(store)
    assert content(store) == before


def test_erased_records_leave_no_key_and_no_text(store: Database) -> None:
    two(store)
    refresh(store)
    store.connection.execute("DELETE FROM person")
    refresh(store)
    assert not content(store)["person_match"]
    assert not content(store)["person_key"]
    assert "ann" not in texts(store, "company")[0]


def test_a_restored_backup_brings_its_index_with_it(store: Database, tmp_path: Path) -> None:
    two(store)
    refresh(store)
    before = content(store)
    backup.backup(store, tmp_path / "kept.sqlite")
    store.connection.execute("UPDATE company SET name = 'Other'")
    refresh(store)
    backup.restore(store, tmp_path / "kept.sqlite", CATALOGUE)
    refresh(store)
    assert content(store) == before


def test_other_rules_of_cleaning_make_the_index_anew(store: Database) -> None:
    two(store)
    refresh(store)
    words = Words("2")
    refresh(store, words)
    assert words.cleaned == 2
    assert content(store) == made_anew(store)


def test_only_what_changed_is_cleaned_again(store: Database) -> None:
    two(store)
    two(store)
    refresh(store)
    store.connection.execute("UPDATE person SET title = 'Dr' WHERE id = 1")
    words = Words()
    refresh(store, words)
    assert words.cleaned == 2  # the person, and its company, whose persons may have changed


def test_values_are_counted_again_when_the_store_has_grown_by_a_fifth(store: Database) -> None:
    for _number in range(10):
        two(store)
    refresh(store)
    assert matching_index.state(store, "company").counts == "10"
    two(store)
    refresh(store)
    assert matching_index.state(store, "company").counts == "10"
    two(store)
    two(store)
    refresh(store)
    assert matching_index.state(store, "company") == (13, "13")


def test_stopping_leaves_the_index_as_it_was(store: Database) -> None:
    two(store)
    progress = Progress()
    progress.stop()
    with pytest.raises(StoppedError), store.transaction() as connection:
        MatchingIndex(CATALOGUE, Words()).refresh(connection, progress)
    assert texts(store, "company") == []
    refresh(store)
    assert len(texts(store, "company")) == 1


def test_keys_that_too_many_share_are_left_out_and_counted(store: Database) -> None:
    for _number in range(4):
        two(store)
    with importing(store) as run:
        rare = run.insert("company", name="Rare", postal_city="York")
    refresh(store)
    wanted = np.unique([crc32(word) for word in (b"acme", b"rare", b"unknown")])
    keys, records, left = matching_index.sharing(store, "company", wanted, 3)
    assert (keys.tolist(), records.tolist(), left) == ([crc32(b"rare")], [rare], 1)
    keys, _records, left = matching_index.sharing(store, "company", wanted, 4)
    assert (len(keys), left) == (5, 0)


def test_keys_of_all_32_bits_are_told_apart(store: Database) -> None:
    two(store)
    refresh(store)
    store.connection.execute("INSERT INTO company_key VALUES (4294967295, 7)")
    keys, records, _left = matching_index.sharing(store, "company", np.array([5, 4294967295]), 3)
    assert (keys.tolist(), records.tolist()) == ([4294967295], [7])


NAMES = st.sampled_from([None, "a", "b", "c d"])
PHONES = st.sets(st.sampled_from(["1", "2", "3"]))


class IndexMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = make_store(Path(self.folder.name))
        self.store.connection.execute("PRAGMA synchronous = OFF")
        self.runs: list[int] = []

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def ids(self, entity: str) -> list[int]:
        return [record for (record,) in self.store.connection.execute(f"SELECT id FROM {entity} ORDER BY id")]

    @initialize()
    def begin(self) -> None:
        self.bring("a", {"1"})

    @rule(name=NAMES, phones=PHONES)
    def bring(self, name: str | None, phones: set[str]) -> None:
        with importing(self.store) as run:
            company = run.insert("company", name=name, postal_city=name, values={"phone": sorted(phones)})
            run.insert("person", last_name=name, company=company, values={"mobile": sorted(phones)})
        self.runs.append(run.id)

    @rule(data=st.data(), name=NAMES)
    def change_by_import(self, data: st.DataObject, name: str | None) -> None:
        if not (there := self.ids("person")):
            return
        with importing(self.store) as run:
            run.update("person", data.draw(st.sampled_from(there)), last_name=name)
        self.runs.append(run.id)

    @rule(data=st.data(), which=st.sampled_from([undo, redo]))
    def go_back_or_forth(self, data: st.DataObject, which: Any) -> None:
        which(self.store, CATALOGUE, data.draw(st.sampled_from(self.runs)), "me")

    @rule(data=st.data(), entity=st.sampled_from(ENTITIES), deleted=st.booleans())
    def delete_or_restore(self, data: st.DataObject, entity: str, deleted: bool) -> None:
        if there := self.ids(entity):
            self.store.connection.execute(
                f"UPDATE {entity} SET deleted_at = ? WHERE id = ?", ("now" if deleted else None, data.draw(st.sampled_from(there)))
            )

    @rule(data=st.data(), name=NAMES)
    def another_program(self, data: st.DataObject, name: str | None) -> None:
        connection, companies, persons = self.store.connection, self.ids("company"), self.ids("person")
        if companies and persons:
            company, person = data.draw(st.sampled_from(companies)), data.draw(st.sampled_from(persons))
            what = data.draw(st.integers(0, 4))
            if what == 0:
                connection.execute("UPDATE company SET name = ? WHERE id = ?", (name, company))
            elif what == 1:
                connection.execute("UPDATE person SET company = ? WHERE id = ?", (company, person))
            elif what == 2:
                connection.execute("DELETE FROM person WHERE id = ?", (person,))
            elif what == 3:
                connection.execute("UPDATE company_value SET record = ? WHERE record = ?", (company, companies[0]))
            else:
                connection.execute("DELETE FROM person_value WHERE record = ?", (person,))

    @precondition(lambda self: self.runs)
    @rule()
    def look_something_up(self) -> None:
        refresh(self.store)

    @invariant()
    def it_is_as_if_made_anew(self) -> None:
        with self.store.transaction() as connection:
            connection.execute("SAVEPOINT before")
            MatchingIndex(CATALOGUE, Words()).refresh(connection)
            found = content(self.store)
            connection.execute("ROLLBACK TO before")
        assert found == made_anew(self.store)


IndexMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
TestTheIndexIsAsIfMadeAnew = IndexMachine.TestCase
