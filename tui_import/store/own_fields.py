"""The fields that a store's users define. Each change of a definition is a run, so that undo takes it back.

A field's column is made with its definition and stays for good, so that no undo of anything ever lacks it.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import fields as attributes
from dataclasses import replace

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _, ngettext
from tui_import.flow.folding import fold
from tui_import.model.fields import Catalogue
from tui_import.model.own_fields import LENGTHS, OWNERS, PREFIX, OwnField, OwnState, OwnType
from tui_import.model.plan import Counts, Stored
from tui_import.store.connection import Database, bump_generation
from tui_import.store.journal import note_counts, now, open_run
from tui_import.store.layout import CONSENT_LISTS, ENTITIES, definitions

ENTITY = "own_field"
"""In ``journal.entity``: a definition was changed."""
RUN_KIND = "fields"
CHANGEABLE = ("label", "length", "list", "rank", "state")
LONGEST_NAME = 40
LONGEST_LABEL = 99
LONGEST_TEXT = 100_000
"""Characters that a text field can be given."""
_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_COLUMNS = tuple(attribute.name for attribute in attributes(OwnField))


def own_fields(connection: sqlite3.Connection) -> list[OwnField]:
    """All that were ever defined, by entity and rank."""
    rows = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM own_field ORDER BY entity, rank, id")
    found = [OwnField(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]
    return [replace(each, type=OwnType(each.type), state=OwnState(each.state)) for each in found]


def values_of(connection: sqlite3.Connection, field: OwnField) -> int:
    """How many records have a value, deleted ones included."""
    return int(connection.execute(f'SELECT count("{field.name}") FROM {field.entity}').fetchone()[0])


# -- checks


def checked(wanted: OwnField, catalogue: Catalogue) -> OwnField:
    """A definition as it can be kept: its name (without one, made of the label) with prefix, its length, its list.

    Raises `UsageError` that says what is allowed.
    """
    owners = [entity for entity in OWNERS if entity in ENTITIES and catalogue.of(entity)]
    if wanted.entity not in owners:
        raise UsageError(
            _("“{entity}” can have no fields of its own.").format(entity=wanted.entity),
            hint=_("Choose one of: {names}.").format(names=", ".join(owners)),
        )
    label = checked_label(wanted.label)
    given = wanted.name.strip() or "_".join(re.findall("[a-z0-9]+", fold(label)))[: LONGEST_NAME - len(PREFIX)].rstrip("_")
    name = PREFIX + given.lower().removeprefix(PREFIX)
    if not _NAME.fullmatch(name.removeprefix(PREFIX)) or len(name) > LONGEST_NAME:
        raise UsageError(
            _("“{name}” is no name of a field.").format(name=wanted.name),
            hint=_("Take small letters (a to z), numbers and _, at most {count}; the label says the rest.").format(
                count=LONGEST_NAME - len(PREFIX)
            ),
        )
    return replace(
        wanted,
        name=name,
        label=label,
        length=checked_length(wanted.type, wanted.length),
        list=checked_list(wanted.type, wanted.list or name),
    )


def checked_label(label: str) -> str:
    """A label, trimmed. Raises `UsageError`."""
    text = " ".join(unicodedata.normalize("NFC", label).split())
    if not text or not text.isprintable() or len(text) > LONGEST_LABEL:
        raise UsageError(_("A field needs a label of 1 to {count} printable characters.").format(count=LONGEST_LABEL))
    return text


def _check_free(field: OwnField, catalogue: Catalogue, known: Sequence[OwnField]) -> None:
    """Raise `UsageError` where another field of the entity is called so: columns and people could not tell them apart."""
    others = [each.field() for each in known if each.entity == field.entity and each.id != field.id and each.state is not OwnState.REMOVED]
    wanted = fold(field.label)
    called = [each.key for each in (*catalogue.of(field.entity), *others) if wanted in (fold(each.label), fold(each.shown_label))]
    if called:
        raise UsageError(
            _("Another field is called “{label}” already: {field}.").format(label=field.label, field=called[0]),
            hint=_("Take another label."),
        )


def checked_length(type: OwnType, length: int | None) -> int | None:
    """A text's length, the usual one where none is given. Raises `UsageError`."""
    if type not in LENGTHS:
        if length is not None:
            raise UsageError(_("A field of type {type} has no length.").format(type=type.value))
        return None
    if length is not None and not 1 <= length <= LONGEST_TEXT:
        raise UsageError(_("A text can be given a length of 1 to {count} characters.").format(count=LONGEST_TEXT))
    return length or LENGTHS[type]


def checked_list(type: OwnType, name: str) -> str:
    """The list of a list field; nothing for others. Raises `UsageError`."""
    if type is not OwnType.LIST:
        return ""
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME or name in CONSENT_LISTS:
        raise UsageError(
            _("“{name}” cannot be the list of a field.").format(name=name),
            hint=_("Name one of tui-import lists, or a new one in small letters, numbers and _."),
        )
    return name


# -- changes


def define(database: Database, catalogue: Catalogue, wanted: OwnField, user: str) -> OwnField:
    """Make a field, or one anew that was removed, with its column; records can be given values at once.

    Raises `UsageError` where the name is taken or cannot be one.
    """
    field = checked(wanted, catalogue)
    with database.transaction() as connection:
        known = own_fields(connection)
        before = next((each for each in known if each.key == field.key), None)
        last = max((each.rank for each in known if each.entity == field.entity), default=0)
        if before is not None:
            _check_can_return(before, field)
            _check_free(replace(field, id=before.id), catalogue, known)
            after = replace(field, id=before.id, rank=last + 1, state=OwnState.ACTIVE)
            run = _open(connection, user, _("Field {field} made anew").format(field=field.key))
            _write(connection, run, {before.id: before}, [after])
        elif field.key in catalogue:
            raise _taken(field)
        else:
            _check_free(field, catalogue, known)
            run = _open(connection, user, _("Field {field} made").format(field=field.key))
            after = _insert(connection, run, replace(field, rank=last + 1))
        bump_generation(connection)
    return after


def _taken(field: OwnField) -> UsageError:
    return UsageError(_("There is a field {field} already.").format(field=field.key), hint=_("Take another name."))


def _check_can_return(before: OwnField, field: OwnField) -> None:
    if before.state is OwnState.RETIRED:
        hint = _("Take it into use again: tui-import fields activate {field}").format(field=field.key)
        raise UsageError(_("{field} is out of use.").format(field=field.key), hint=hint)
    if before.state is OwnState.ACTIVE:
        raise _taken(field)
    if before.type is not field.type:
        raise UsageError(
            _("{field} was once a field of type {type}, which undo can bring back.").format(field=field.key, type=before.type.value),
            hint=_("Take another name, or the same type."),
        )


def _insert(connection: sqlite3.Connection, run: int, field: OwnField) -> OwnField:
    present = {row[1] for row in connection.execute(f"PRAGMA table_info({field.entity})")}
    for name, kind in definitions(field.field()).items():
        if name not in present:
            connection.execute(f'ALTER TABLE {field.entity} ADD COLUMN "{name}" {kind}')
    names = [name for name in _COLUMNS if name != "id"]
    number = connection.execute(
        f"INSERT INTO own_field ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", [getattr(field, name) for name in names]
    ).lastrowid
    connection.execute("INSERT INTO journal (run, entity, record, op, version) VALUES (?, ?, ?, 'insert', 1)", (run, ENTITY, number))
    return replace(field, id=number or 0)


def change(
    database: Database,
    catalogue: Catalogue,
    key: str,
    user: str,
    *,
    label: str | None = None,
    length: int | None = None,
    place: int | None = None,
    state: OwnState | None = None,
) -> OwnField:
    """Another label, length, place among its entity's (counted from 1), out of use or into it again; type and name stay as they are.

    Raises `UsageError` where there is no such field or it cannot be so.
    """
    with database.transaction() as connection:
        known = own_fields(connection)
        field = _find(known, key)
        after = replace(
            field,
            label=field.label if label is None else checked_label(label),
            length=field.length if length is None else checked_length(field.type, length),
            state=state or field.state,
        )
        if after.label != field.label:
            _check_free(after, catalogue, known)
        changed = [after] if place is None else _moved(known, after, place)
        run = _open(connection, user, _("Field {field} changed").format(field=key))
        _write(connection, run, {each.id: each for each in known}, changed)
        bump_generation(connection)
    return next(each for each in changed if each.id == field.id)


def _moved(known: Sequence[OwnField], field: OwnField, place: int) -> list[OwnField]:
    """All fields of the entity, ranked anew with one of them at a place."""
    others = [each for each in known if each.entity == field.entity and each.id != field.id and each.state is not OwnState.REMOVED]
    others.insert(max(place - 1, 0), field)
    return [replace(each, rank=rank) for rank, each in enumerate(others, 1)]


def remove(database: Database, key: str, user: str) -> tuple[int, int]:
    """Take every record's value away and the field out of the store, as a run that undo takes back; returns run and records.

    Raises `UsageError` where there is no such field.
    """
    at = now()
    with database.transaction() as connection:
        field = _find(own_fields(connection), key)
        run = _open(connection, user, _("Field {field} removed").format(field=key))
        records = _clear(connection, run, field, user, at)
        _write(connection, run, {field.id: field}, [replace(field, state=OwnState.REMOVED)])
        note_counts(connection, run, records, {field.entity: Counts(updated=records)})
        bump_generation(connection)
    return run, records


def _clear(connection: sqlite3.Connection, run: int, field: OwnField, user: str, at: str) -> int:
    entity, name = field.entity, field.name
    records = connection.execute(
        f"INSERT INTO journal (run, entity, record, op, version) SELECT ?, '{entity}', id, 'update', version + 1 FROM {entity}"
        f' WHERE "{name}" IS NOT NULL ORDER BY id',
        (run,),
    ).rowcount
    connection.execute(
        f"INSERT INTO journal_change (entry, field, before, after, verb) SELECT j.id, '{name}', r.\"{name}\", NULL, 'clear'"
        f" FROM journal j JOIN {entity} r ON r.id = j.record WHERE j.run = ? AND j.entity = '{entity}' ORDER BY j.id",
        (run,),
    )
    connection.execute(
        f'UPDATE {entity} SET "{name}" = NULL, version = version + 1, updated_at = ?, updated_by = ? WHERE "{name}" IS NOT NULL', (at, user)
    )
    return records


def _find(known: Sequence[OwnField], key: str) -> OwnField:
    names = {each.key: each for each in known if each.state is not OwnState.REMOVED}
    if key not in names:
        hint = _("There are: {names}.").format(names=", ".join(names)) if names else _("Make one: tui-import fields add")
        raise UsageError(_("“{name}” is no user-defined field.").format(name=key), hint=hint)
    return names[key]


def _open(connection: sqlite3.Connection, user: str, source: str) -> int:
    return open_run(connection, RUN_KIND, user, source, at=now(), rows=0, entities={})


def _write(connection: sqlite3.Connection, run: int, before: Mapping[int, OwnField], after: Sequence[OwnField]) -> None:
    """Definitions that differ from what they were, with the journal of each."""
    for field in after:
        old = before[field.id]
        changes = [(name, getattr(old, name), getattr(field, name)) for name in CHANGEABLE if getattr(old, name) != getattr(field, name)]
        if not changes:
            continue
        entry = connection.execute(
            "INSERT INTO journal (run, entity, record, op, version) VALUES (?, ?, ?, 'update', 1)", (run, ENTITY, field.id)
        ).lastrowid
        connection.executemany(
            "INSERT INTO journal_change (entry, field, before, after, verb) VALUES (?, ?, ?, ?, 'overwrite')",
            [(entry, name, old_value, new_value) for name, old_value, new_value in changes],
        )
        set_attributes(connection, field.id, {name: value for name, _old, value in changes})


def set_attributes(connection: sqlite3.Connection, number: int, values: Mapping[str, Stored]) -> None:
    """Write some of a definition; its place in the journal is the caller's business."""
    columns = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE own_field SET {columns} WHERE id = ?", (*values.values(), number))


def in_use(connection: sqlite3.Connection, field: OwnField) -> str:
    """Why a definition cannot be taken back: how many records have a value; empty where none has."""
    count = values_of(connection, field)
    text = ngettext("{count} record has a value of {field}.", "{count} records have a value of {field}.", count)
    return text.format(count=count, field=field.key) if count else ""
