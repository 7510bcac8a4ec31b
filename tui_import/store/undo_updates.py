"""Undo and redo of changed records, a block at a time: read them, let `decide` say what becomes of each, write that."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from tui_import.api.i18n import _
from tui_import.flow.folding import person_name_key
from tui_import.model.plan import WRITING, Stored
from tui_import.store import images
from tui_import.store.images import Image
from tui_import.store.journal import DONE, UNDONE, Entry
from tui_import.store.undo_fields import CONSENT, SELECTION, Change, Now, Outcome, Shape, Step, decide, turn
from tui_import.store.undo_pass import Pass

NAMES = ("first_name", "last_name")
"""Together they make ``person.name_key``."""


class UpdatePass:
    """Takes a run's changed records of one entity back, a block of entries at a time."""

    def __init__(self, work: Pass, entity: str) -> None:
        self._work = work
        self._connection = work.connection
        self._entity = entity
        self._shape = Shape.of(work.catalogue, entity)
        self._members: dict[int, list[tuple[int, int]]] = {}
        """Entry → (change, selection) of the memberships that it brought."""

    def work(self, entries: Sequence[Entry]) -> None:
        """One block."""
        steps = self._steps([entry.id for entry in entries])
        records = self._load([entry.record for entry in entries], steps)
        there = self._there(steps)
        outcomes: list[tuple[Entry, Image, Outcome]] = []
        for entry in entries:
            now = records.get(entry.record)
            if now is None:
                self._work.block(self._entity, entry.record, _("It is no longer there."))
                continue
            saved = Image.from_json(entry.image)
            outcome = decide(self._shape, steps.get(entry.id, []), now, saved, there)
            if self._entity == "price_list" and self._is_taken(entry.record, outcome.columns.get("name_key")):
                self._work.block(self._entity, entry.record, _("There is another price list of this name now."))
                continue
            outcomes.append((entry, saved, outcome))
        self._write_records(outcomes, records)
        self._write_memberships(outcomes)
        self._write_journal(outcomes)
        self._report(outcomes, records)

    # -- reading

    def _is_taken(self, record: int, name: Stored) -> bool:
        """Another price list has this folded name."""
        query = "SELECT 1 FROM price_list WHERE deleted_at IS NULL AND name_key = ? AND id <> ?"
        return name is not None and self._connection.execute(query, (name, record)).fetchone() is not None

    def _steps(self, entries: list[int]) -> dict[int, list[Step]]:
        state = DONE if self._work.undo else UNDONE
        rows = self._connection.execute(
            "SELECT entry, id, field, before, after, before_key, after_key, verb FROM journal_change"
            " WHERE entry IN (SELECT value FROM json_each(?)) AND state = ? ORDER BY entry, id",
            (json.dumps(entries), state),
        )
        changes: dict[int, list[Change]] = {}
        self._members = {}
        for entry, *change in rows:
            if change[1] == SELECTION:
                self._members.setdefault(entry, []).append((change[0], change[3]))
            elif change[-1] in WRITING:
                changes.setdefault(entry, []).append(Change(*change))
        return {entry: turn(each, undo=self._work.undo) for entry, each in changes.items()}

    def _load(self, ids: list[int], steps: Mapping[int, Sequence[Step]]) -> dict[int, Now]:
        touched = {step.field for each in steps.values() for step in each}
        columns = sorted(touched & self._shape.single.keys())
        if self._entity == "person":
            columns = sorted({*columns, *NAMES})
        names = "".join(f', "{name}"' for name in columns)
        wanted = json.dumps(ids)
        rows = self._connection.execute(
            f"SELECT id, updated_by, updated_at{names} FROM {self._entity} WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
        records = {row[0]: Now(dict(zip(columns, row[3:], strict=True)), edited=(row[1], row[2])) for row in rows}
        if touched & set(self._shape.multiple):
            for record, values in images.values_of(self._connection, self._entity, ids).items():
                records[record].values = values
        if CONSENT in touched:
            for person, consents in images.consents_of(self._connection, ids).items():
                records[person].consents = [row for row in consents if self._work.is_untouched(row)]
                records[person].purposes = {row.purpose for row in consents}
        return records

    def _there(self, steps: Mapping[int, Sequence[Step]]) -> dict[str, Collection[int]]:
        there: dict[str, set[int]] = {target: set() for target in self._shape.references.values()}
        for name, target in self._shape.references.items():
            wanted = {step.wanted for each in steps.values() for step in each if step.field == name}
            ids = json.dumps(sorted(filter(None, wanted), key=str))
            rows = self._connection.execute(f"SELECT id FROM {target} WHERE id IN (SELECT value FROM json_each(?))", (ids,))
            there[target].update(record for (record,) in rows)
        return {**there, "list_item": self._work.items.keys()}

    # -- writing

    def _write_records(self, outcomes: Sequence[tuple[Entry, Image, Outcome]], records: Mapping[int, Now]) -> None:
        work, entity = self._work, self._entity
        by_columns: dict[tuple[str, ...], list[list[Stored]]] = {}
        for entry, _saved, outcome in outcomes:
            if not outcome.writes:
                continue
            columns = dict(outcome.columns)
            if entity == "person" and columns.keys() & set(NAMES):
                first, last = ({**records[entry.record].columns, **columns}[name] for name in NAMES)
                columns["name_key"] = person_name_key(*(None if part is None else str(part) for part in (first, last)))
            by_columns.setdefault(tuple(columns), []).append([*columns.values(), work.at, work.user, entry.record])
        for names, rows in by_columns.items():
            setting = "".join(f'"{name}" = ?, ' for name in names)
            self._connection.executemany(
                f"UPDATE {entity} SET {setting}version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?", rows
            )
        gone = [(row.id,) for _entry, _saved, outcome in outcomes for row in outcome.gone]
        self._connection.executemany(f"DELETE FROM {entity}_value WHERE id = ?", gone)
        images.add_values(self._connection, entity, {entry.record: outcome.back for entry, _saved, outcome in outcomes if outcome.back})
        self._write_consents(outcomes)

    def _write_consents(self, outcomes: Sequence[tuple[Entry, Image, Outcome]]) -> None:
        gone = [(row.id,) for _entry, _saved, outcome in outcomes for row in outcome.consents_gone]
        self._connection.executemany("DELETE FROM consent WHERE id = ?", gone)
        for entry, _saved, outcome in outcomes:
            for row in outcome.consents_back:
                moved = images.add_consents(self._connection, {entry.record: [row]})
                for new in moved.values():  # its old id was given to another consent meanwhile
                    self._connection.execute(
                        "UPDATE journal_change SET after = ? WHERE entry = ? AND field = ? AND after = ?", (new, entry.id, CONSENT, row.id)
                    )

    def _write_memberships(self, outcomes: Sequence[tuple[Entry, Image, Outcome]]) -> None:
        statement = (
            "DELETE FROM selection_member WHERE selection = ? AND record = ?"
            if self._work.undo
            else "INSERT OR IGNORE INTO selection_member SELECT id, ?2 FROM selection WHERE id = ?1"
        )
        for entry, _saved, outcome in outcomes:
            for change, selection in self._members.get(entry.id, ()):
                self._connection.execute(statement, (selection, entry.record))
                outcome.settled.append(change)

    def _write_journal(self, outcomes: Sequence[tuple[Entry, Image, Outcome]]) -> None:
        undo = self._work.undo
        state = UNDONE if undo else DONE
        whole: list[int] = []
        settled: list[int] = []
        states: dict[str, list[int]] = {}
        saved_images: list[tuple[str, int]] = []
        standing: list[tuple[int, int]] = []
        for entry, saved, outcome in outcomes:
            left = bool(outcome.kept or outcome.missing)
            if left:
                settled += outcome.settled
            else:
                whole.append(entry.id)
            # one change that is done makes the entry done
            after = (DONE if left else UNDONE) if undo else (entry.state if left and not outcome.settled else DONE)
            if after != entry.state:
                states.setdefault(after, []).append(entry.id)
            if outcome.gone or outcome.consents_gone:
                saved_images.append((_merged(saved, outcome).to_json(), entry.id))
            stands = outcome.writes + (after == UNDONE) - (entry.state == UNDONE)
            if stands:
                standing.append((stands, entry.record))
        execute, executemany = self._connection.execute, self._connection.executemany
        execute("UPDATE journal_change SET state = ? WHERE entry IN (SELECT value FROM json_each(?))", (state, json.dumps(whole)))
        execute("UPDATE journal_change SET state = ? WHERE id IN (SELECT value FROM json_each(?))", (state, json.dumps(settled)))
        for after, entries in states.items():
            execute("UPDATE journal SET state = ? WHERE id IN (SELECT value FROM json_each(?))", (after, json.dumps(entries)))
        executemany("UPDATE journal SET image = ? WHERE id = ?", saved_images)
        # what we did ourselves is no later edit: it must not keep an earlier import from being undone
        executemany(
            "UPDATE journal SET version = version + ? WHERE record = ? AND entity = ? AND op = 'insert'",
            [(*each, self._entity) for each in standing],
        )

    def _report(self, outcomes: Sequence[tuple[Entry, Image, Outcome]], records: Mapping[int, Now]) -> None:
        for entry, _saved, outcome in outcomes:
            for step, found in outcome.kept:
                self._work.keep(self._entity, entry, step.field, step.wanted, found, records[entry.record].edited)
            if outcome.missing:
                names = ", ".join(sorted({step.field for step in outcome.missing}))
                self._work.block(
                    self._entity, entry.record, _("What stood in {fields} refers to something that is gone.").format(fields=names)
                )
            if outcome.settled or not (outcome.kept or outcome.missing):
                self._work.count(self._entity, "updated")
            elif not outcome.missing:
                self._work.count(self._entity, "unchanged")


def _merged(saved: Image, outcome: Outcome) -> Image:
    """The image of an entry, with what has now left the record."""
    values = {(row.field, row.key, str(row.value)): row for row in [*saved.values, *outcome.gone]}
    consents = {row.id: row for row in [*saved.consents, *outcome.consents_gone]}
    return Image(values=list(values.values()), consents=list(consents.values()))
