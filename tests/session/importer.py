"""One way to import rows into a store in a temporary folder: through the facade and a real CSV file."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tui_import.model.plan import PlanReport, RowFilter, Summary
from tui_import.model.settings import DuplicateRules, Settings
from tui_import.session.importing import ImportSession
from tui_import.session.workspace import Workspace
from tui_import.store.layout import ENTITIES


@dataclass
class Importer:
    """Imports rows, given as dictionaries of whole field names, into one store."""

    workspace: Workspace
    folder: Path
    duplicates: bool = False
    """Look for probable duplicates, too. Most tests are about exact keys, and nothing is to wait there."""
    kind: str = "contacts"
    """What is imported."""
    files: int = 0
    sessions: list[ImportSession] = field(default_factory=list)

    def begin(self, rows: Sequence[Mapping[str, Any]], settings: Settings | None = None) -> ImportSession:
        """A session with the rows read and every column mapped to the field that it is called by."""
        headers = list(dict.fromkeys(key for row in rows for key in row))
        self.files += 1
        path = self.folder / f"rows{self.files}.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, headers, restval="", quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
        session = self.workspace.begin(str(path), options={"header_row": "1", "delimiter": ",", "quote": '"'}, kind=self.kind)
        self.sessions.append(session)
        session.read()
        for column in session.columns:
            session.unlink(column.position)
            session.link(column.position, column.header)
        settings = settings or session.settings
        session.change_settings(settings if self.duplicates else replace(settings, duplicates=DuplicateRules(find=False)))
        return session

    def plan(self, rows: Sequence[Mapping[str, Any]], settings: Settings | None = None) -> tuple[ImportSession, PlanReport]:
        """A planned session."""
        session = self.begin(rows, settings)
        return session, session.plan()

    def run(self, rows: Sequence[Mapping[str, Any]], settings: Settings | None = None) -> Summary:
        """Import the rows; clearing values is agreed to."""
        session, _report = self.plan(rows, settings)
        return session.apply(accept_clears=True)

    def operations(self, session: ImportSession) -> list[tuple[str, ...]]:
        """Per row the glyphs of its states: ("+C", "+P")."""
        keys = session.row_keys(RowFilter())
        return [tuple(state.glyph for state in row.states) for row in session.preview_rows(list(keys.keys))]

    def companies(self) -> list[dict[str, Any]]:
        """All companies, without what is empty."""
        return [_filled(record) for record in self.workspace.records("company")]

    def persons(self) -> list[dict[str, Any]]:
        """All persons, without what is empty."""
        return [_filled(record) for record in self.workspace.records("person")]

    def dump(self) -> list[str]:
        """The whole content of the records' tables, without the bookkeeping of who changed what when."""
        connection = self.workspace.database.connection
        lines = []
        for table in (*ENTITIES, *(f"{entity}_value" for entity in ENTITIES), "consent", "list_item"):
            columns = [
                row[1]
                for row in connection.execute(f"PRAGMA table_info({table})")
                if row[1] not in ("version", "updated_at", "updated_by", "rank") and not (row[1] == "id" and table.endswith("_value"))
            ]
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            lines += sorted(f"{table} {dict(zip(columns, row, strict=True))}" for row in rows)
        return lines

    def dump_without_times(self) -> list[str]:
        """`dump`, without the moment that records were made at."""
        return [re.sub(r"'(created_at|at)': '[^']*'", "", line) for line in self.dump()]


def _filled(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value not in (None, "", [], False)}
