"""Erasing a record for good: out of the store, its journal and its index, so that nothing brings it back (SPEC 4.6)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from tui_import.api.errors import RefusedError, UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import fold, person_name_key
from tui_import.flow.plan.binding import UNMATCHED
from tui_import.flow.plan.keys import LINK
from tui_import.flow.plan.suppression import phone_fields
from tui_import.model.fields import Catalogue
from tui_import.model.kinds import PARTIES
from tui_import.model.plan import Counts
from tui_import.model.privacy import Erasure, Identity
from tui_import.model.progress import Progress
from tui_import.store import images
from tui_import.store.connection import Database, bump_generation
from tui_import.store.images import Image
from tui_import.store.journal import now, open_run
from tui_import.store.layout import referring
from tui_import.store.suppression import leave_marks

ERASE = "erase"
"""Kind of the run that an erasure is; it cannot be undone."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The record that is to be erased, and what it is found by elsewhere."""

    entity: str
    record: int
    identity: Identity
    """Only what no other record has: a switchboard's number is nobody's."""
    names: tuple[str, ...]
    """First and last name, or the company's name, folded."""
    rows: frozenset[tuple[str, int]]
    """(draft, row in the sheet) that the journal knows it from, what it was in projects and sales, and what belongs to it."""
    alike: tuple[int, ...] = ()
    """Other records, deleted ones included, with the same e-mail address, or of the same name in the same company."""
    named_in: tuple[tuple[str, str], ...] = ()
    """(entity, column) of what can belong to it: sales, follow-ups."""


class _Value(NamedTuple):
    field: str
    key: str


def subject(database: Database, catalogue: Catalogue, entity: str, record: int) -> Subject:
    """Who is to be erased; also a record that is deleted or undone. Raises `UsageError` where there is none, `RefusedError` where it
    has persons that would be left without a company."""
    connection = database.connection
    erased = connection.execute("SELECT at, by FROM erasure WHERE entity = ? AND record = ?", (entity, record)).fetchone()
    if erased:
        text = _("{entity} {record} was erased already, by {by} at {at}.")
        raise UsageError(text.format(entity=entity, record=record, by=erased[1], at=erased[0]))
    image = images.take(connection, entity, [record]).get(record) or _image_in_journal(connection, entity, record)
    if image is None:
        raise UsageError(_("There is no {entity} {number}.").format(entity=entity, number=record))
    if entity == "company":
        _refuse_with_persons(connection, record)
    first, last, name = (str(image.record.get(part) or "") for part in ("first_name", "last_name", "name"))
    names = (fold(first), fold(last)) if entity == "person" else (fold(name),)
    identity = _identity(connection, catalogue, entity, record, image)
    alike = tuple(_alike(connection, entity, record, image))
    named_in = tuple(place for place in referring(catalogue, entity) if place != ("person", "company"))
    told = [(entity, record), *_parts(connection, named_in, record), *_belonging(connection, named_in, record)]
    rows = frozenset(row for each in told for row in _rows(connection, *each))
    return Subject(entity, record, identity, tuple(filter(None, names)), rows, alike, named_in)


def _image_in_journal(connection: sqlite3.Connection, entity: str, record: int) -> Image | None:
    """The copy of a record whose import was undone."""
    rows = connection.execute(
        "SELECT image FROM journal WHERE entity = ? AND record = ? AND image IS NOT NULL ORDER BY id DESC", (entity, record)
    )
    return next((image for image in (Image.from_json(text) for (text,) in rows) if image.record), None)


def _alike(connection: sqlite3.Connection, entity: str, record: int, image: Image) -> list[int]:
    """Records that are perhaps the same one: made twice, or merged into it and deleted."""
    emails = json.dumps([row.key for row in image.values if row.field == "email"])
    found = connection.execute(
        f"SELECT record FROM {entity}_value WHERE field = 'email' AND key IN (SELECT value FROM json_each(?1)) AND record <> ?2"
        f" UNION SELECT id FROM {entity} WHERE name_key = ?3 AND id <> ?2" + (" AND company IS ?4" if entity == "person" else ""),
        (emails, record, image.record.get("name_key"), *([image.record.get("company")] if entity == "person" else [])),
    )
    return [other for (other,) in found]


def _refuse_with_persons(connection: sqlite3.Connection, company: int) -> None:
    persons = [str(person) for (person,) in connection.execute("SELECT id FROM person WHERE company = ? ORDER BY id LIMIT 6", (company,))]
    if persons:
        names = ", ".join(persons[:5]) + (" …" if len(persons) > 5 else "")
        raise RefusedError(_("Persons belong to this company: {ids}.").format(ids=names), hint=_("Erase them or move them first."))


def _identity(connection: sqlite3.Connection, catalogue: Catalogue, entity: str, record: int, image: Image) -> Identity:
    """What it is found by, what it was found by earlier included."""
    history = connection.execute(
        "SELECT c.field, c.before_key, c.after_key FROM journal_change c JOIN journal j ON j.id = c.entry"
        " WHERE j.entity = ? AND j.record = ?",
        (entity, record),
    ).fetchall()
    saved = connection.execute(
        "SELECT image FROM journal WHERE entity = ? AND record = ? AND image IS NOT NULL", (entity, record)
    ).fetchall()
    rows = [*image.values, *(row for (text,) in saved for row in Image.from_json(text).values)]
    values = {_Value(row.field, row.key) for row in rows if row.field != LINK or row.description}
    values |= {_Value(field, key) for field, *keys in history for key in keys if key and field != LINK}
    phones = phone_fields(catalogue) if entity == "person" else {"phone"}

    def own(fields: Sequence[str]) -> list[str]:
        keys = sorted({value.key for value in values if value.field in fields and not value.key.startswith(UNMATCHED)})
        return [key for key in keys if not _is_shared(connection, entity, record, key)]

    company = connection.execute("SELECT name_key FROM company WHERE id = ?", (image.record.get("company"),)).fetchone()
    first, last = (image.record.get(part) for part in ("first_name", "last_name"))
    name = person_name_key(*(None if part is None else str(part) for part in (first, last))) if entity == "person" else None
    return Identity(
        emails=own(["email"]),
        phones=own(sorted(phones)),
        links=own([LINK]),
        name=name or "",
        birthdate=str(image.record.get("birthdate") or ""),
        company=str(company[0] or "") if company else "",
    )


def _is_shared(connection: sqlite3.Connection, entity: str, record: int, key: str) -> bool:
    other = "company" if entity == "person" else "person"
    return bool(
        connection.execute(
            f"SELECT 1 FROM {entity}_value WHERE key = ?1 AND record <> ?2 UNION SELECT 1 FROM {other}_value WHERE key = ?1", (key, record)
        ).fetchone()
    )


def _rows(connection: sqlite3.Connection, entity: str, record: int) -> Iterator[tuple[str, int]]:
    yield from connection.execute(
        "SELECT DISTINCT r.draft, coalesce(c.row, j.row) FROM journal j JOIN run r ON r.id = j.run"
        " LEFT JOIN journal_change c ON c.entry = j.id"
        " WHERE j.entity = ? AND j.record = ? AND r.draft <> '' AND coalesce(c.row, j.row) IS NOT NULL"
        " UNION SELECT r.draft, j.row FROM journal j JOIN run r ON r.id = j.run"
        " WHERE j.entity = ?1 AND j.record = ?2 AND r.draft <> '' AND j.row IS NOT NULL",
        (entity, record),
    )


def erase(database: Database, who: Subject, user: str, progress: Progress | None = None) -> Erasure:
    """Remove the record and every trace of its content in one transaction, leave marks, and let no page of the file keep it."""
    remarks: list[str] = []
    with _without_remains(database, remarks), database.transaction() as connection:
        at = now()
        entity, record = who.entity, who.record
        counts = {entity: Counts(updated=1)}
        run = open_run(connection, ERASE, user, _("Erasure"), at=at, rows=1, entities=counts)
        values = _count(connection, f"{entity}_value WHERE record = ?", record)
        consents = _count(connection, "consent WHERE person = ?", record) if entity == "person" else 0
        _redact_runs(connection, who)
        journal = _redact_journal(connection, entity, record)
        verdicts = _forget_verdicts(connection, who)
        selections = connection.execute(
            "DELETE FROM selection_member WHERE record = ? AND selection IN (SELECT id FROM selection WHERE entity = ?)", (record, entity)
        ).rowcount
        for table in ("match", "key"):
            connection.execute(f"DELETE FROM {entity}_{table} WHERE record = ?", (record,))
        _let_go(connection, who, user, at, run)
        images.remove(connection, entity, [record])
        marks = leave_marks(connection, who.identity, user, at, run) if entity == "person" else ()
        connection.execute("INSERT INTO erasure VALUES (?, ?, ?, ?, ?)", (entity, record, at, user, run))
        bump_generation(connection)
        database.keep_up(connection, progress or Progress())
    return Erasure(run, entity, record, values, consents, journal, selections, verdicts, marks, remarks=tuple(remarks))


@contextmanager
def _without_remains(database: Database, remarks: list[str]) -> Iterator[None]:
    """SQLite overwrites what is deleted inside, and the file is written anew afterwards: earlier deletions leave nothing either."""
    connection = database.connection
    connection.execute("PRAGMA secure_delete = ON")
    try:
        yield
        try:
            write_anew(connection)
        except sqlite3.Error as error:
            text = _("Free pages of the file may still hold what was deleted earlier ({error}); close other programs and run: VACUUM.")
            remarks.append(text.format(error=error))
    finally:
        connection.execute("PRAGMA secure_delete = OFF")


def write_anew(connection: sqlite3.Connection) -> None:
    """Write a database without its free pages, and empty its log."""
    for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
        connection.execute(statement).fetchall()


def _let_go(connection: sqlite3.Connection, who: Subject, user: str, at: str, run: int) -> None:
    """Sales and follow-ups stay, but say no longer whose they are. What it was in a project or a sale is about nobody else, and goes."""
    for other, record in _parts(connection, who.named_in, who.record):
        _redact_journal(connection, other, record)
        images.remove(connection, other, [record])
        connection.execute("INSERT OR IGNORE INTO erasure VALUES (?, ?, ?, ?, ?)", (other, record, at, user, run))
    for other, name in who.named_in:
        connection.execute(
            f"UPDATE {other} SET {name} = NULL, version = version + 1, updated_at = ?, updated_by = ? WHERE {name} = ?",
            (at, user, who.record),
        )


def _parts(connection: sqlite3.Connection, named_in: Iterable[tuple[str, str]], record: int) -> list[tuple[str, int]]:
    """(entity, id) of what the record was in projects and sales and nobody else was, undone or not."""
    found: list[tuple[str, int]] = []
    for other, name in named_in:
        if other in PARTIES:
            about_it = f"{name} = ?" if name == "person" else f"{name} = ? AND person IS NULL"
            living = connection.execute(f"SELECT id FROM {other} WHERE {about_it}", (record,))
            found += [(other, part) for (part,) in living]
            saved = connection.execute("SELECT record, image FROM journal WHERE entity = ? AND image IS NOT NULL", (other,))
            undone = ((part, Image.from_json(text).record) for part, text in saved)
            found += [(other, part) for part, was in undone if was.get(name) == record and (name == "person" or not was.get("person"))]
    return list(dict.fromkeys(found))


def _belonging(connection: sqlite3.Connection, named_in: Iterable[tuple[str, str]], record: int) -> Iterator[tuple[str, int]]:
    """(entity, id) of the sales and follow-ups that stay without it: in the rows that they came from its name stands."""
    for other, name in named_in:
        if other not in PARTIES:
            yield from ((other, part) for (part,) in connection.execute(f"SELECT id FROM {other} WHERE {name} = ?", (record,)))


def _count(connection: sqlite3.Connection, what: str, record: int) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {what}", (record,)).fetchone()[0])


def _redact_journal(connection: sqlite3.Connection, entity: str, record: int) -> int:
    """That it was changed, when and by whom stays; what stood there goes."""
    entries = "SELECT id FROM journal WHERE entity = ? AND record = ?"
    rows = f"SELECT run, row FROM journal WHERE id IN ({entries}) UNION SELECT j.run, c.row FROM journal_change c JOIN journal j"
    connection.execute(
        f"DELETE FROM run_correction WHERE (run, row) IN ({rows} ON j.id = c.entry WHERE j.id IN ({entries}))",
        (entity, record, entity, record),
    )
    connection.execute(
        f"UPDATE journal_change SET before = NULL, after = NULL, before_key = NULL, after_key = NULL WHERE entry IN ({entries})",
        (entity, record),
    )
    return connection.execute("UPDATE journal SET image = NULL WHERE entity = ? AND record = ?", (entity, record)).rowcount


def _redact_runs(connection: sqlite3.Connection, who: Subject) -> None:
    """A file can be called like the person that is in it; its runs and their selections are then, too."""
    if not who.names:
        return
    for run, source, location, table in connection.execute(
        "SELECT id, source, location, source_table FROM run WHERE id IN (SELECT run FROM journal WHERE entity = ? AND record = ?)",
        (who.entity, who.record),
    ).fetchall():
        text = fold(f"{source} {location} {table}")
        if all(name in text for name in who.names):
            connection.execute("UPDATE run SET source = ?, location = '', source_table = '' WHERE id = ?", (_("(erased)"), run))
            connection.execute("UPDATE selection SET name = replace(name, ?, ?) WHERE run = ?", (source, _("(erased)"), run))


def _forget_verdicts(connection: sqlite3.Connection, who: Subject) -> int:
    """Answers about it, and those whose texts show it."""
    text = connection.execute(f"SELECT text FROM {who.entity}_match WHERE record = ?", (who.record,)).fetchone()
    whole = "".join(who.names)
    shown = [*who.identity.emails, *who.identity.phones, *([whole.replace(" ", "")] if len(who.names) > 1 else [])]
    parts = json.dumps([part for part in shown if len(part) > 4])
    return connection.execute(
        "DELETE FROM pair_verdict WHERE (entity = ?1 AND (record = ?2 OR text = ?3 OR other_text = ?3))"
        " OR EXISTS (SELECT 1 FROM json_each(?4) j WHERE instr(text, j.value) OR instr(other_text, j.value))",
        (who.entity, who.record, text[0] if text else None, parts),
    ).rowcount


def erased(connection: sqlite3.Connection) -> dict[tuple[str, int], str]:
    """(entity, record) → when it was erased."""
    return {(entity, record): at for entity, record, at in connection.execute("SELECT entity, record, at FROM erasure")}
