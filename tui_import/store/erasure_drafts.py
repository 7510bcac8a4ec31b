"""Rows of an erased record in imports in progress: blanked, with all that was derived from them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path

from tui_import.api.errors import TuiImportError
from tui_import.api.i18n import _
from tui_import.flow.folding import fold
from tui_import.model.kinds import SIMILAR
from tui_import.model.matches import SEPARATOR
from tui_import.model.privacy import ErasedDraft
from tui_import.store.connection import as_store_error
from tui_import.store.draft import Draft, plan_tables
from tui_import.store.erasure import Subject, write_anew

FEWEST_DIGITS = 7
"""A telephone number in a file is recognised by its last digits, at least so many."""
MOST_DIGITS = 8
_NOT_DIGIT = re.compile(r"\D+")
_KEPT = ("plan_row",)
"""Tables of a plan whose rows stay: what was done of a draft is known from them."""


def erase_from_drafts(folder: Path, who: Subject) -> list[ErasedDraft]:
    """Blank the record's rows in all drafts; tells which had any. One that cannot be changed now is told with the reason."""
    return [found for path in sorted(folder.glob("*.sqlite")) if (found := _erase_from(path, who)) is not None]


def _erase_from(path: Path, who: Subject) -> ErasedDraft | None:
    rows: list[int] = []
    try:
        draft = Draft.open(path)
        try:
            if draft.meta("kind") == SIMILAR:
                pairs = _forget_pairs(draft, who)
                return ErasedDraft(path.stem, pairs) if pairs else None
            rows = sorted(_rows_of(draft, who))
            if rows:
                _blank(draft, who, rows)
        finally:
            draft.close()
    except TuiImportError as error:
        return ErasedDraft(path.stem, len(rows), str(error))
    except sqlite3.Error as error:
        return ErasedDraft(path.stem, len(rows), str(as_store_error(error, path)))
    return ErasedDraft(path.stem, len(rows)) if rows else None


def _forget_pairs(draft: Draft, who: Subject) -> int:
    """A review of the store: its pairs of the record go, and the names of persons that companies are compared by; how many pairs."""
    connection = draft.database.connection
    connection.execute("PRAGMA secure_delete = ON")
    own = "entity = ?1 AND (row = ?2 OR record = ?2)"
    with draft.database.transaction():
        pairs = connection.execute(f"DELETE FROM match WHERE {own}", (who.entity, who.record)).rowcount
        connection.execute(f"DELETE FROM decision WHERE {own}", (who.entity, who.record))
        connection.execute("DELETE FROM decision_step")
        named = _forget_people(connection)
    if pairs or named:
        write_anew(connection)
    return pairs


def _forget_people(connection: sqlite3.Connection) -> int:
    """Persons of companies, in what companies are compared by (its last slot); in how many texts."""
    count = 0
    for table in ("match", "decision"):
        for side in ("text", "other_text"):
            found = connection.execute(f"SELECT DISTINCT {side} FROM {table} WHERE entity = 'company' AND {side} <> ''").fetchall()
            changes = [(text.rpartition(SEPARATOR)[0] + SEPARATOR, text) for (text,) in found if not text.endswith(SEPARATOR)]
            connection.executemany(f"UPDATE {table} SET {side} = ? WHERE entity = 'company' AND {side} = ?", changes)
            count += len(changes)
    return count


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _cells(connection: sqlite3.Connection) -> list[str]:
    return [row[1] for row in connection.execute("PRAGMA table_info(row)") if re.fullmatch(r"c\d+", row[1])]


def _rows_of(draft: Draft, who: Subject) -> set[int]:
    """The rows that are known to be its, and those that its values stand in."""
    connection = draft.database.connection
    tables = _tables(connection)
    if "row" not in tables:
        return set()
    found = set(_rows_with(connection, who))
    for table, column in (("plan_row", "ref"), ("imported_record", "record")):
        if table in tables:
            known = connection.execute(f"SELECT n FROM {table} WHERE entity = ? AND {column} = ?", (who.entity, who.record))
            found.update(n for (n,) in known)
    numbers = json.dumps([number for of, number in who.rows if of == draft.id])
    found.update(n for (n,) in connection.execute("SELECT n FROM row WHERE number IN (SELECT value FROM json_each(?))", (numbers,)))
    return found


def _rows_with(connection: sqlite3.Connection, who: Subject) -> Iterator[int]:
    names = _cells(connection)
    if not names:
        return
    emails = tuple(filter(None, map(fold, who.identity.emails)))
    tails = tuple(key[-MOST_DIGITS:] for key in who.identity.phones if len(key) >= FEWEST_DIGITS)
    for n, *cells in connection.execute(f"SELECT n, {', '.join(names)} FROM row ORDER BY n"):
        texts = [fold(str(cell)) for cell in cells if cell is not None]
        if _is_of(texts, emails, tails, who):
            yield n


def _is_of(texts: Collection[str], emails: Collection[str], tails: Collection[str], who: Subject) -> bool:
    if any(email in text for email in emails for text in texts):
        return True
    if tails and any(digits.endswith(tuple(tails)) for digits in (_NOT_DIGIT.sub("", text) for text in texts) if digits):
        return True
    if not who.names:
        return False
    if who.entity == "company":
        return who.names[0] in texts
    orders = {" ".join(who.names), " ".join(reversed(who.names)), ", ".join(reversed(who.names))}
    named = set(who.names) <= set(texts) or not orders.isdisjoint(texts)
    return named and (not who.identity.company or who.identity.company in texts)


def _blank(draft: Draft, who: Subject, rows: list[int]) -> None:
    """The rows stay, without content and un-checked; the plan is to be made anew."""
    connection = draft.database.connection
    connection.execute("PRAGMA secure_delete = ON")
    wanted = json.dumps(rows)
    inside = "IN (SELECT value FROM json_each(?))"
    with draft.database.transaction():
        _forget_samples(connection, wanted)
        cells = "".join(f"{name} = NULL, " for name in _cells(connection))
        connection.execute(f"UPDATE row SET {cells}key = NULL, changed = NULL, checked = 0 WHERE n {inside}", (wanted,))
        connection.execute(f"DELETE FROM correction WHERE n {inside}", (wanted,))
        tables = _tables(connection)
        for table in tables & {"match", "decision"}:
            connection.execute(
                f"DELETE FROM {table} WHERE row {inside} OR other {inside} OR (entity = ? AND record = ?)",
                (wanted, wanted, who.entity, who.record),
            )
        if "matched" in tables:
            connection.execute(f"DELETE FROM matched WHERE row {inside}", (wanted,))
        if "decision_step" in tables:  # its steps hold the texts of both records of a pair
            connection.execute("DELETE FROM decision_step")
        _forget_plan(connection, wanted)
    _forget_name(draft, who)
    draft.write_meta(outdated=True)
    write_anew(connection)


def _forget_name(draft: Draft, who: Subject) -> None:
    """A file can be called like the person that is in it; selections in the draft's summary are then, too."""
    found = [str(draft.meta(key, "")) for key in ("location", "shown_source", "table")]
    text = fold(" ".join(found))
    if not who.names or not all(name in text for name in who.names):
        return
    for old in filter(None, found):
        written = json.dumps(old)[1:-1]
        draft.database.connection.execute("UPDATE meta SET value = replace(value, ?, ?)", (written, json.dumps(_("(erased)"))[1:-1]))


def _forget_samples(connection: sqlite3.Connection, wanted: str) -> None:
    """The values that a draft shows of its columns."""
    for position, samples in connection.execute("SELECT position, samples FROM source_column").fetchall():
        cells = connection.execute(f"SELECT c{position} FROM row WHERE n IN (SELECT value FROM json_each(?))", (wanted,))
        gone = {str(value) for (value,) in cells}
        corrected = connection.execute(
            "SELECT before, after FROM correction WHERE column = ? AND n IN (SELECT value FROM json_each(?))", (position, wanted)
        )
        gone.update(str(value) for pair in corrected.fetchall() for value in pair)
        kept = [value for value in json.loads(samples) if str(value) not in gone]
        connection.execute("UPDATE source_column SET samples = ? WHERE position = ?", (json.dumps(kept), position))


def _forget_plan(connection: sqlite3.Connection, wanted: str) -> None:
    for table in plan_tables(connection):
        if table.endswith("_hit"):
            connection.execute(f"UPDATE {table} SET given = NULL")
        elif table not in _KEPT:
            connection.execute(f"DELETE FROM {table}")
        else:
            connection.execute(f"UPDATE {table} SET reason = NULL WHERE n IN (SELECT value FROM json_each(?))", (wanted,))
