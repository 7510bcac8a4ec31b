"""Stored records become one: the survivor gets what the other has, the other is deleted softly. A run: undo takes it back.

What refers to the other moves: a company's persons, memberships of selections, telephones and addresses, consents, external keys.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import person_name_key
from tui_import.flow.plan.keys import LINK
from tui_import.flow.plan.merge import merge_multiple, merge_single
from tui_import.model.fields import Catalogue
from tui_import.model.matches import CHOICE_POLICIES, Choice, Merge
from tui_import.model.plan import Counts, Stored, Summary
from tui_import.model.progress import Progress
from tui_import.model.records import Value
from tui_import.model.settings import Action, ValuesPolicy
from tui_import.store import images, verdicts
from tui_import.store.connection import Database, bump_generation
from tui_import.store.images import Image
from tui_import.store.journal import note_counts, now, open_run
from tui_import.store.layout import referring
from tui_import.store.privacy import WITHDRAWN
from tui_import.store.selections import mark
from tui_import.store.undo_fields import CONSENT, SELECTION
from tui_import.store.verdicts import Remembered

CONTACTS = ("company", "person")
"""What can be duplicates."""
MERGED_INTO = "merged_into"
"""In ``journal_change``: which record a deleted one became part of. It changes no field, so undo passes it over."""
_CHANGE = "INSERT INTO journal_change (entry, field, before, after, before_key, after_key, verb) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Merging:
    """Merges of one run, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection, catalogue: Catalogue, user: str, at: str, run: int) -> None:
        self._connection, self._catalogue = connection, catalogue
        self._user, self._at, self._run = user, at, run
        self.changed: dict[str, set[int]] = {entity: set() for entity in CONTACTS}
        """Records that were written, by entity."""
        self._entries: dict[tuple[str, int], int] = {}
        """Record → its entry in the journal: one a run, so that undo takes all that happened to a field back in one go."""
        self._became: dict[int, int] = {}
        """Company → what it is part of now."""

    def merge(self, wanted: Merge, *, persons: bool = False) -> None:
        """``persons``: persons of the two companies with the same whole name are merged, too."""
        entity, survivor, gone = wanted.entity, wanted.survivor, wanted.gone
        kept, other = _live(self._connection, entity, survivor), _live(self._connection, entity, gone)
        self._refuse_withdrawn(entity, survivor, gone)
        entry = self._entry(entity, survivor, kept)
        self._fields(wanted, entry, kept, other)
        self._values(wanted, entry)
        self._selections(entity, entry, survivor, gone)
        if entity == "person":
            self._consents(entry, survivor, gone)
        else:
            self._persons(survivor, gone, together=persons)
            self._became[gone] = survivor
        self._others(entity, survivor, gone)
        mark(self._connection, self._run, entity, f"id = {int(gone)}", self._user, self._at, deleted=True)
        self._connection.execute(
            "INSERT INTO journal_change (entry, field, after, verb) SELECT max(id), ?, ?, 'keep' FROM journal WHERE run = ? AND entity = ?"
            " AND record = ? AND op = 'delete'",
            (MERGED_INTO, survivor, self._run, entity, gone),
        )
        self.changed[entity] |= {survivor, gone}

    def _entry(self, entity: str, record: int, row: Mapping[str, Stored]) -> int:
        known = self._entries.get((entity, record))
        if known is not None:
            return known
        self._connection.execute(
            f"UPDATE {entity} SET version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?", (self._at, self._user, record)
        )
        cursor = self._connection.execute(
            "INSERT INTO journal (run, entity, record, op, version) VALUES (?, ?, ?, 'update', ?)",
            (self._run, entity, record, int(row["version"] or 0) + 1),
        )
        return self._entries.setdefault((entity, record), cursor.lastrowid or 0)

    def _fields(self, wanted: Merge, entry: int, kept: Mapping[str, Stored], other: Mapping[str, Stored]) -> None:
        entity = wanted.entity
        written: dict[str, Stored] = {}
        keys = {field.name: field.key_column for field in self._catalogue.keys(entity)}
        names = [field.name for field in self._catalogue.stored(entity)]
        for name in [*names, "company"] if entity == "person" else names:
            before, (after, after_key), verb = kept[name], *self._outcome(wanted, name, kept, other, keys.get(name))
            if verb not in ("fill", "overwrite", "clear"):
                continue
            key = keys.get(name)
            both = (kept[key], after_key) if key else (None, None)
            self._connection.execute(_CHANGE, (entry, name, before, after, *both, verb))
            written[name] = after
            if key:
                written[key] = after_key
        if entity == "person" and written.keys() & {"first_name", "last_name"}:
            first, last = (written.get(name, kept[name]) for name in ("first_name", "last_name"))
            written["name_key"] = person_name_key(*(None if part is None else str(part) for part in (first, last)))
        if written:
            setting = ", ".join(f'"{name}" = ?' for name in written)
            self._connection.execute(f"UPDATE {entity} SET {setting} WHERE id = ?", (*written.values(), kept["id"]))

    def _outcome(
        self, wanted: Merge, name: str, kept: Mapping[str, Stored], other: Mapping[str, Stored], key: str | None
    ) -> tuple[tuple[Stored, Stored], str]:
        """((value, its key), verb) of a single field, as a plan would have it (`flow.plan.merge`)."""
        choice = wanted.fields.get(name)
        action, incoming, incoming_key = wanted.action, other[name], other[key] if key else None
        edited = choice is not None and choice.choice is Choice.EDITED
        if choice is not None and edited:
            typed = choice.values[0] if choice.values else Value(None, "")
            incoming, incoming_key = typed.value, typed.key or None
        if choice is not None and action is not Action.SKIP:
            action = Action.MERGE if choice.choice in (Choice.STORED, Choice.BOTH) else Action.REPLACE
        if name == "company" and isinstance(incoming, int):
            incoming = self._company(incoming)
        result, verb = merge_single(action, kept[name], incoming, clears=edited)
        return (result, incoming_key if result is not None else None), str(verb)

    def _company(self, company: int) -> int:
        """Which company it is part of by now."""
        while company in self._became:
            company = self._became[company]
        return company

    def _values(self, wanted: Merge, entry: int) -> None:
        """Multiple fields: what comes is ranked last; what goes is kept in the journal, to come back as it was."""
        entity, survivor = wanted.entity, wanted.survivor
        both = images.values_of(self._connection, entity, [survivor, wanted.gone])
        removed: list[images.ValueRow] = []
        for name in dict.fromkeys([*(row.field for row in both.get(wanted.gone, ())), *wanted.fields]):
            if name not in self._multiple(entity) or (wanted.action is Action.SKIP and name != LINK):
                continue
            ours = [row for row in both.get(survivor, ()) if row.field == name]
            comes = [Value(row.value, row.key, row.description) for row in both.get(wanted.gone, ()) if row.field == name]
            choice = wanted.fields.get(name)
            if choice is not None and choice.choice is Choice.EDITED:
                comes = list(choice.values)
            policy = CHOICE_POLICIES[choice.choice] if choice and name != LINK else ValuesPolicy.ADD
            change = merge_multiple(policy, [Value(row.value, row.key, row.description) for row in ours], comes)
            goes = {value.key for value in change.remove}
            removed += [row for row in ours if row.key in goes]
            self._append(entity, entry, survivor, name, change.append)
        for row in removed:
            self._connection.execute(f"DELETE FROM {entity}_value WHERE id = ?", (row.id,))
            self._connection.execute(_CHANGE, (entry, row.field, row.value, None, row.key, None, "remove"))
        self._save(entry, removed)

    def _multiple(self, entity: str) -> Collection[str]:
        return {field.name for field in self._catalogue.multiple(entity)}

    def _append(self, entity: str, entry: int, survivor: int, field: str, values: Sequence[Value]) -> None:
        for value in values:
            self._connection.execute(
                f"INSERT INTO {entity}_value (record, field, value, key, description, rank) VALUES (?, ?, ?, ?, ?,"
                f" (SELECT coalesce(max(rank), 0) + 1 FROM {entity}_value WHERE record = ? AND field = ?))",
                (survivor, field, value.value, value.key, value.description, survivor, field),
            )
            self._connection.execute(_CHANGE, (entry, field, None, value.value, None, value.key, "append"))

    def _save(self, entry: int, removed: Sequence[images.ValueRow]) -> None:
        if removed:
            before = Image.from_json(self._connection.execute("SELECT image FROM journal WHERE id = ?", (entry,)).fetchone()[0])
            saved = Image(values=[*before.values, *removed]).to_json()
            self._connection.execute("UPDATE journal SET image = ? WHERE id = ?", (saved, entry))

    def _selections(self, entity: str, entry: int, survivor: int, gone: int) -> None:
        for (selection,) in self._connection.execute(
            "SELECT m.selection FROM selection_member m JOIN selection s ON s.id = m.selection WHERE s.entity = ? AND m.record = ?"
            " AND NOT EXISTS (SELECT 1 FROM selection_member o WHERE o.selection = m.selection AND o.record = ?) ORDER BY 1",
            (entity, gone, survivor),
        ).fetchall():
            self._connection.execute("INSERT INTO selection_member VALUES (?, ?)", (selection, survivor))
            self._connection.execute(_CHANGE, (entry, SELECTION, None, selection, None, None, "append"))

    def _consents(self, entry: int, survivor: int, gone: int) -> None:
        """Consents for purposes that the survivor has none for; when and by whom they were given stays."""
        for row in self._connection.execute(
            "SELECT purpose, legal_basis, source, comment, at, by FROM consent c WHERE person = ? AND NOT EXISTS"
            " (SELECT 1 FROM consent o WHERE o.person = ? AND o.purpose = c.purpose) ORDER BY id",
            (gone, survivor),
        ).fetchall():
            consent = self._connection.execute(
                "INSERT INTO consent (person, purpose, legal_basis, source, comment, at, by, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (survivor, *row, self._run),
            ).lastrowid
            self._connection.execute(_CHANGE, (entry, CONSENT, None, consent, None, None, "fill"))

    def _refuse_withdrawn(self, entity: str, survivor: int, gone: int) -> None:
        """A consent that was withdrawn stays withdrawn, so who withdrew it must be the one that stays."""
        if entity != "person":
            return
        withdrawn = self._connection.execute(
            "SELECT p.name FROM consent c JOIN list_item b ON b.id = c.legal_basis AND b.list = 'legal_basis' AND b.code = ?"
            " JOIN list_item p ON p.id = c.purpose JOIN consent o ON o.person = ? AND o.purpose = c.purpose"
            " AND o.legal_basis <> c.legal_basis WHERE c.person = ?",
            (WITHDRAWN, survivor, gone),
        ).fetchone()
        if withdrawn:
            raise UsageError(
                _("Person {id} has withdrawn its consent for “{purpose}”.").format(id=gone, purpose=withdrawn[0]),
                hint=_("Merge the other way round: person {id} must be the one that stays.").format(id=gone),
            )

    def _persons(self, survivor: int, gone: int, *, together: bool) -> None:
        """The other company's persons come over; those of the same whole name as one of the survivor's are merged into it."""
        ours = dict(self._names(survivor)) if together else {}
        for name, person in self._names(gone):
            row = _live(self._connection, "person", person)
            entry = self._entry("person", person, row)
            self._connection.execute(_CHANGE, (entry, "company", gone, survivor, None, None, "overwrite"))
            self._connection.execute("UPDATE person SET company = ? WHERE id = ?", (survivor, person))
            self.changed["person"].add(person)
            if name and name in ours:
                self.merge(Merge("person", ours[name], person))

    def _others(self, entity: str, survivor: int, gone: int) -> None:
        """Sales, follow-ups and whatever else belongs to the one that goes come over."""
        for other, name in referring(self._catalogue, entity):
            if other in CONTACTS:
                continue
            rows = self._connection.execute(f"SELECT id FROM {other} WHERE {name} = ? AND deleted_at IS NULL ORDER BY id", (gone,))
            for (record,) in rows.fetchall():
                entry = self._entry(other, record, _live(self._connection, other, record))
                self._connection.execute(_CHANGE, (entry, name, gone, survivor, None, None, "overwrite"))
                self._connection.execute(f"UPDATE {other} SET {name} = ? WHERE id = ?", (survivor, record))
                self.changed.setdefault(other, set()).add(record)

    def _names(self, company: int) -> Iterator[tuple[str, int]]:
        rows = self._connection.execute(
            "SELECT coalesce(first_name, ''), coalesce(middle_name, ''), coalesce(last_name, ''), id FROM person"
            " WHERE company = ? AND deleted_at IS NULL ORDER BY id DESC",
            (company,),
        ).fetchall()
        for first, middle, last, person in rows:
            yield " ".join(f"{first} {middle} {last}".casefold().split()), person


def merge(
    database: Database,
    catalogue: Catalogue,
    merges: Sequence[Merge],
    user: str,
    source: str,
    *,
    persons: bool = False,
    said: Sequence[Remembered] = (),
    draft: str = "",
    backup: str = "",
    progress: Progress | None = None,
) -> Summary:
    """Merge records, one after the other, as one run in one transaction. See `Merging.merge`.

    ``merges``: companies before persons. ``said``: verdicts to remember with it. ``draft``, ``backup``: noted with the run. Raises
    `UsageError` where a record does not exist or is deleted, both are the same, a field is unknown, or a withdrawn consent would be lost,
    `StoppedError` where it was stopped; nothing is changed then.
    """
    progress = progress or Progress()
    for each in merges:
        _check(catalogue, each)
    with database.transaction() as connection:
        at = now()
        run = open_run(connection, "merge", user, source, at=at, rows=len(merges), entities={})
        merging = Merging(connection, catalogue, user, at, run)
        progress.begin(_("Merging"), len(merges))
        for each in merges:
            merging.merge(each, persons=persons)
            progress.advance(1)
        counts = {entity: Counts(updated=len(records)) for entity, records in merging.changed.items()}
        note_counts(connection, run, len(merges), counts)
        connection.execute("UPDATE run SET draft = ?, backup = ? WHERE id = ?", (draft, backup, run))
        verdicts.keep(connection, said)
        bump_generation(connection)
        database.keep_up(connection, progress)
    return Summary(run=run, draft=draft, rows=len(merges), entities=counts, backup=backup)


def withdrawn(database: Database, persons: Collection[int]) -> set[int]:
    """Those who have withdrawn a consent: merged into somebody else, that might be lost."""
    rows = database.connection.execute(
        "SELECT c.person FROM consent c JOIN list_item b ON b.id = c.legal_basis AND b.list = 'legal_basis' AND b.code = ?"
        " WHERE c.person IN (SELECT value FROM json_each(?))",
        (WITHDRAWN, json.dumps(sorted(persons))),
    )
    return {person for (person,) in rows}


def together(connection: sqlite3.Connection, catalogue: Catalogue, run: int, entity: str, record: int) -> dict[str, set[int]]:
    """Entity → records of a run that can be taken back only with this one: what became one with it, persons that moved, and so on.

    Raises `UsageError` where the run did nothing to it.
    """
    refers = {(other, name): to for to in CONTACTS for other, name in referring(catalogue, to)}
    near: dict[tuple[str, int], set[tuple[str, int]]] = {}
    for of, one, field, before, after in connection.execute(
        "SELECT j.entity, j.record, c.field, c.before, c.after FROM journal j LEFT JOIN journal_change c ON c.entry = j.id"
        " AND c.field IN (SELECT value FROM json_each(?)) WHERE j.run = ?",
        (json.dumps([MERGED_INTO, *{name for _other, name in refers}]), run),
    ):
        to = of if field == MERGED_INTO else refers.get((of, field), "")
        ends = {(to, each) for each in (before, after) if to and each is not None}
        near.setdefault((of, one), set()).update(ends)
        for end in ends:
            near.setdefault(end, set()).add((of, one))
    start = (entity, record)
    if start not in near:
        raise UsageError(_("Run {run} did nothing to {entity} {id}.").format(run=run, entity=_(entity), id=record))
    found, left = {start}, [start]
    while left:
        new = near.get(left.pop(), set()) - found
        found |= new
        left += new
    return {of: {number for each, number in found if each == of} for of in {each for each, _number in found}}


def _check(catalogue: Catalogue, wanted: Merge) -> None:
    if wanted.survivor == wanted.gone:
        raise UsageError(_("A record cannot be merged with itself."))
    stored = {field.name for field in [*catalogue.stored(wanted.entity), *catalogue.multiple(wanted.entity)]}
    for name in wanted.fields:
        if name not in stored | ({"company"} if wanted.entity == "person" else set()):
            raise UsageError(_("There is no field “{name}” to take.").format(name=name), hint=_("See: tui-import fields"))


def _live(connection: sqlite3.Connection, entity: str, record: int) -> dict[str, Stored]:
    """A record's columns. Raises `UsageError` where there is none, or it is deleted."""
    cursor = connection.execute(f"SELECT * FROM {entity} WHERE id = ?", (record,))
    row = cursor.fetchone()
    if row is None or (found := dict(zip((column[0] for column in cursor.description), row, strict=True)))["deleted_at"] is not None:
        raise UsageError(_("There is no {entity} {id}.").format(entity=_(entity), id=record))
    return found
