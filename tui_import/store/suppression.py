"""The marks of erased persons: salted hashes, the salt in the store."""

from __future__ import annotations

import secrets
import sqlite3

from tui_import.flow.plan.suppression import Suppression
from tui_import.model.fields import Catalogue
from tui_import.model.privacy import Identity, Trait, mark_of
from tui_import.store.connection import Database

SALT = "suppression_salt"
SALT_BYTES = 32


def load(database: Database, catalogue: Catalogue) -> Suppression | None:
    """What keeps erased persons out; None where nobody was erased."""
    connection = database.connection
    marks = [mark for (mark,) in connection.execute("SELECT mark FROM suppression")]
    return Suppression(_salt(connection), marks, catalogue) if marks else None


def leave_marks(connection: sqlite3.Connection, identity: Identity, user: str, at: str) -> tuple[Trait, ...]:
    """Keep this person out from now on; returns by what it will be recognised. Inside a transaction."""
    salt = _salt(connection)
    traits = list(identity.traits())
    connection.executemany(
        "INSERT OR IGNORE INTO suppression (mark, kind, at, by) VALUES (?, ?, ?, ?)",
        [(mark_of(salt, trait, text), trait.value, at, user) for trait, text in traits],
    )
    return tuple(dict.fromkeys(trait for trait, _text in traits))


def carry_over(live: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    """A backup that is brought back keeps out whom the store has kept out since; one with a salt of its own keeps its own marks."""
    salt = live.execute("SELECT value FROM meta WHERE key = ?", (SALT,)).fetchone()
    other = copy.execute("SELECT value FROM meta WHERE key = ?", (SALT,)).fetchone()
    if salt is None or (other is not None and other != salt):
        return
    copy.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", (SALT, salt[0]))
    marks = live.execute("SELECT mark, kind, at, by FROM suppression").fetchall()
    copy.executemany("INSERT OR IGNORE INTO suppression (mark, kind, at, by) VALUES (?, ?, ?, ?)", marks)


def _salt(connection: sqlite3.Connection) -> bytes:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (SALT,)).fetchone()
    if row is None:
        row = (secrets.token_hex(SALT_BYTES),)
        connection.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (SALT, row[0]))
    return bytes.fromhex(row[0])
