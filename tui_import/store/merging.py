"""Two stored records become one: the survivor gets what the other has, the other is deleted softly. A run: undo takes it back.

What refers to the other moves: a company's persons, memberships of selections, telephones and addresses, consents, external keys.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import person_name_key
from tui_import.model.fields import Catalogue
from tui_import.model.plan import Counts, Stored, Summary
from tui_import.model.progress import Progress
from tui_import.store.connection import Database, bump_generation
from tui_import.store.journal import now, open_run
from tui_import.store.layout import referring
from tui_import.store.privacy import WITHDRAWN
from tui_import.store.selections import mark
from tui_import.store.undo_fields import CONSENT, SELECTION

CONTACTS = ("company", "person")
"""What can be duplicates."""
_CHANGE = "INSERT INTO journal_change (entry, field, before, after, before_key, after_key, verb) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Merging:
    """One merge, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection, catalogue: Catalogue, user: str, at: str, run: int) -> None:
        self._connection, self._catalogue = connection, catalogue
        self._user, self._at, self._run = user, at, run
        self.changed: dict[str, set[int]] = {entity: set() for entity in CONTACTS}
        """Records that were written, by entity."""

    def merge(self, entity: str, survivor: int, gone: int, take: Collection[str], *, persons: bool) -> None:
        """``take``: fields of which the survivor gets the other's value though it has one; its empty fields are filled in any case.

        ``persons``: persons of the two companies with the same whole name are merged, too.
        """
        kept, other = _live(self._connection, entity, survivor), _live(self._connection, entity, gone)
        self._refuse_withdrawn(entity, survivor, gone)
        entry = self._entry(entity, survivor, kept)
        self._fields(entity, entry, kept, other, take)
        self._values(entity, entry, survivor, gone)
        self._selections(entity, entry, survivor, gone)
        if entity == "person":
            self._consents(entry, survivor, gone)
        else:
            self._persons(survivor, gone, together=persons)
        self._others(entity, survivor, gone)
        mark(self._connection, self._run, entity, f"id = {int(gone)}", self._user, self._at, deleted=True)
        self.changed[entity] |= {survivor, gone}

    def _entry(self, entity: str, record: int, row: Mapping[str, Stored]) -> int:
        self._connection.execute(
            f"UPDATE {entity} SET version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?", (self._at, self._user, record)
        )
        cursor = self._connection.execute(
            "INSERT INTO journal (run, entity, record, op, version) VALUES (?, ?, ?, 'update', ?)",
            (self._run, entity, record, int(row["version"] or 0) + 1),
        )
        return cursor.lastrowid or 0

    def _fields(self, entity: str, entry: int, kept: Mapping[str, Stored], other: Mapping[str, Stored], take: Collection[str]) -> None:
        written: dict[str, Stored] = {}
        names = [field.name for field in self._catalogue.stored(entity)]
        keys = {field.name: field.key_column for field in self._catalogue.keys(entity)}
        for name in [*names, "company"] if entity == "person" else names:
            before, after = kept[name], other[name]
            if after is None or after == before or (before is not None and name not in take):
                continue
            key = keys.get(name)
            verb = "fill" if before is None else "overwrite"
            both = (kept[key], other[key]) if key else (None, None)
            self._connection.execute(_CHANGE, (entry, name, before, after, *both, verb))
            written[name] = after
            if key:
                written[key] = other[key]
        if entity == "person" and written.keys() & {"first_name", "last_name"}:
            first, last = (written.get(name, kept[name]) for name in ("first_name", "last_name"))
            written["name_key"] = person_name_key(*(None if part is None else str(part) for part in (first, last)))
        if written:
            setting = ", ".join(f'"{name}" = ?' for name in written)
            self._connection.execute(f"UPDATE {entity} SET {setting} WHERE id = ?", (*written.values(), kept["id"]))

    def _values(self, entity: str, entry: int, survivor: int, gone: int) -> None:
        """Values that the survivor does not have, ranked last."""
        missing = self._connection.execute(
            f"SELECT field, value, key, description FROM {entity}_value v WHERE record = ? AND NOT EXISTS"
            f" (SELECT 1 FROM {entity}_value o WHERE o.record = ? AND o.field = v.field AND o.key = v.key) ORDER BY field, rank, id",
            (gone, survivor),
        ).fetchall()
        for field, value, key, description in missing:
            self._connection.execute(
                f"INSERT INTO {entity}_value (record, field, value, key, description, rank) VALUES (?, ?, ?, ?, ?,"
                f" (SELECT coalesce(max(rank), 0) + 1 FROM {entity}_value WHERE record = ? AND field = ?))",
                (survivor, field, value, key, description, survivor, field),
            )
            self._connection.execute(_CHANGE, (entry, field, None, value, None, key, "append"))

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
                self.merge("person", ours[name], person, (), persons=False)

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
    entity: str,
    survivor: int,
    gone: int,
    user: str,
    *,
    take: Collection[str] = (),
    persons: bool = False,
) -> Summary:
    """Merge ``gone`` into ``survivor``, as a run of its own. See `Merging.merge`.

    Raises `UsageError` where one of them does not exist or is deleted, they are the same, a field is unknown, or a withdrawn consent
    would be lost; nothing is changed then.
    """
    if survivor == gone:
        raise UsageError(_("A record cannot be merged with itself."))
    known = {field.name for field in catalogue.stored(entity)} | ({"company"} if entity == "person" else set())
    for name in take:
        if name not in known:
            raise UsageError(_("There is no field “{name}” to take.").format(name=name), hint=_("See: tui-import fields"))
    with database.transaction() as connection:
        at = now()
        source = _("{entity} {gone} merged into {survivor}").format(entity=_(entity), gone=gone, survivor=survivor)
        run = open_run(connection, "merge", user, source, at=at, rows=1, entities={})
        merging = Merging(connection, catalogue, user, at, run)
        merging.merge(entity, survivor, gone, take, persons=persons)
        counts = {each: Counts(updated=len(records)) for each, records in merging.changed.items()}
        _write_counts(connection, run, counts)
        bump_generation(connection)
        database.keep_up(connection, Progress())
    return Summary(run=run, draft="", rows=1, entities=counts)


def _write_counts(connection: sqlite3.Connection, run: int, counts: Mapping[str, Counts]) -> None:
    connection.execute("UPDATE run SET counts = ? WHERE id = ?", (json.dumps({name: each.as_dict() for name, each in counts.items()}), run))


def _live(connection: sqlite3.Connection, entity: str, record: int) -> dict[str, Stored]:
    """A record's columns. Raises `UsageError` where there is none, or it is deleted."""
    cursor = connection.execute(f"SELECT * FROM {entity} WHERE id = ?", (record,))
    row = cursor.fetchone()
    if row is None or (found := dict(zip((column[0] for column in cursor.description), row, strict=True)))["deleted_at"] is not None:
        raise UsageError(_("There is no {entity} {id}.").format(entity=_(entity), id=record))
    return found
