"""The marks of erased persons: salted hashes, the salt in the store. Who can name a person can have its marks lifted."""

from __future__ import annotations

import json
import secrets
import sqlite3

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.plan.suppression import Suppression
from tui_import.model.fields import Catalogue
from tui_import.model.privacy import Identity, SuppressionMark, Trait, mark_of
from tui_import.store.connection import Database, bump_generation
from tui_import.store.journal import now, open_run

SALT = "suppression_salt"
SALT_BYTES = 32
LIFT = "lift"
"""Kind of the run that lifts marks; erasing the person again is the way back."""
SHOWN = 8
"""So much of a mark is shown: enough to tell them apart."""


def load(database: Database, catalogue: Catalogue) -> Suppression | None:
    """What keeps erased persons out; None where nobody was erased."""
    connection = database.connection
    marks = [mark for (mark,) in connection.execute("SELECT mark FROM suppression WHERE lifted_at IS NULL")]
    return Suppression(_salt(connection), marks, catalogue) if marks else None


def leave_marks(connection: sqlite3.Connection, identity: Identity, user: str, at: str, run: int) -> tuple[Trait, ...]:
    """Keep this person out from now on; returns by what it will be recognised. Inside a transaction."""
    salt = _salt(connection)
    traits = list(identity.traits())
    connection.executemany(
        "INSERT INTO suppression (mark, kind, at, by, run) VALUES (?, ?, ?, ?, ?) ON CONFLICT (mark) DO UPDATE SET at = excluded.at,"
        " by = excluded.by, run = excluded.run, lifted_at = NULL, lifted_by = NULL WHERE lifted_at IS NOT NULL",
        [(mark_of(salt, trait, text), trait.value, at, user, run) for trait, text in traits],
    )
    return tuple(dict.fromkeys(trait for trait, _text in traits))


def carry_over(live: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    """A backup that is brought back keeps out whom the store has kept out since; one with a salt of its own keeps its own marks."""
    salt = live.execute("SELECT value FROM meta WHERE key = ?", (SALT,)).fetchone()
    other = copy.execute("SELECT value FROM meta WHERE key = ?", (SALT,)).fetchone()
    if salt is None or (other is not None and other != salt):
        return
    copy.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", (SALT, salt[0]))
    marks = live.execute("SELECT mark, kind, at, by, run, lifted_at, lifted_by FROM suppression").fetchall()
    copy.executemany(
        "INSERT INTO suppression (mark, kind, at, by, run, lifted_at, lifted_by) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (mark) DO UPDATE SET lifted_at = excluded.lifted_at, lifted_by = excluded.lifted_by",
        marks,
    )


def suppressions(database: Database) -> list[SuppressionMark]:
    """All marks, the newest first; what they recognise cannot be read."""
    rows = database.connection.execute(
        "SELECT substr(mark, 1, ?), kind, at, by, run, coalesce(lifted_at, ''), coalesce(lifted_by, '') FROM suppression"
        " ORDER BY at DESC, run DESC, kind, mark",
        (SHOWN,),
    )
    return [SuppressionMark(mark, Trait(kind), *rest) for mark, kind, *rest in rows]


def lift(database: Database, identity: Identity, user: str) -> tuple[int, tuple[Trait, ...]]:
    """Let a person be imported again who is known by any of this: all marks go that the same erasure left; returns the run and kinds.

    The marks stay in the store as lifted, with who did it and when. Raises `UsageError` where nobody was erased who is known by that.
    """
    with database.transaction() as connection:
        salt, at = _salt(connection), now()
        marks = json.dumps([mark_of(salt, trait, text) for trait, text in identity.traits()])
        named = "SELECT mark FROM suppression WHERE mark IN (SELECT value FROM json_each(?1)) AND lifted_at IS NULL"
        same = f"SELECT at, run FROM suppression WHERE run IS NOT NULL AND mark IN ({named})"
        lifted = connection.execute(
            "UPDATE suppression SET lifted_at = ?2, lifted_by = ?3 WHERE lifted_at IS NULL"
            f" AND (mark IN ({named}) OR (at, run) IN ({same})) RETURNING kind",
            (marks, at, user),
        ).fetchall()
        if not lifted:
            raise UsageError(
                _("Nobody is kept out who is known by that."),
                hint=_("Give it as it was when the person was erased; tui-import suppressions lists the kinds of marks there are."),
            )
        run = open_run(connection, LIFT, user, _("Suppression lifted"), at=at, rows=len(lifted), entities={})
        bump_generation(connection)
    return run, tuple(sorted({Trait(kind) for (kind,) in lifted}))


def _salt(connection: sqlite3.Connection) -> bytes:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (SALT,)).fetchone()
    if row is None:
        row = (secrets.token_hex(SALT_BYTES),)
        connection.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (SALT, row[0]))
    return bytes.fromhex(row[0])
