"""A run as the data-protection officer wants to see it: purposes, legal bases, sources and numbers."""

from __future__ import annotations

import json
import sqlite3

from tui_import.model.privacy import ConsentCount, PrivacyReport
from tui_import.store.connection import Database
from tui_import.store.history import run as find_run

WITHDRAWN = "withdrawn"
"""Key of the legal basis that says that there is none any more."""
_PERSONS = "SELECT record FROM journal WHERE run = :run AND entity = 'person' AND op"


def privacy_report(database: Database, number: int) -> PrivacyReport:
    """One run. Raises `UsageError` where there is none."""
    info = find_run(database, number)
    connection = database.connection
    links, suppressed = connection.execute("SELECT links, suppressed FROM run WHERE id = ?", (number,)).fetchone()

    def count(query: str) -> int:
        return int(connection.execute(f"SELECT count(*) FROM {query}", {"run": number}).fetchone()[0])

    earlier = f"SELECT DISTINCT person FROM consent WHERE run IS NOT :run AND person IN ({_PERSONS} = 'update')"
    withdrawn = f"SELECT id FROM list_item WHERE list = 'legal_basis' AND code = '{WITHDRAWN}'"
    return PrivacyReport(
        run=info.id,
        kind=info.kind,
        state=info.state,
        user=info.user,
        started=info.started,
        finished=info.finished,
        source=info.source,
        rows=info.rows,
        persons_new=count(f"({_PERSONS} = 'insert')"),
        persons_changed=count(f"({_PERSONS} = 'update')"),
        consents=tuple(_consents(connection, number)),
        without_consent=count(f"person WHERE id IN ({_PERSONS} = 'insert') AND id NOT IN (SELECT person FROM consent)"),
        earlier_consents=count(f"({earlier})"),
        withdrawn=count(
            f"(SELECT DISTINCT person FROM consent WHERE legal_basis IN ({withdrawn}) AND person IN ({earlier}))"
        ),
        suppressed=suppressed,
        erased=count("(SELECT 1 FROM erasure e WHERE e.entity = 'person' AND e.record IN "
                     "(SELECT record FROM journal WHERE run = :run AND entity = 'person'))"),
        fields=tuple(_fields(links)),
    )  # fmt: skip


def _consents(connection: sqlite3.Connection, run: int) -> list[ConsentCount]:
    rows = connection.execute(
        "SELECT p.name, b.name, s.name, c.comment, count(*) FROM consent c JOIN list_item p ON p.id = c.purpose"
        " JOIN list_item b ON b.id = c.legal_basis JOIN list_item s ON s.id = c.source"
        " WHERE c.run = ? GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        (run,),
    )
    return [ConsentCount(*row) for row in rows]


def _fields(links: str) -> list[str]:
    """The fields of persons that a file fed."""
    stored = json.loads(links)
    return sorted(name for name in {*stored, *stored.get("constants", {})} if name.startswith("person."))
