"""Which stored records an import met, and how: the members of the selections that every run makes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping


def made_by_runs(connection: sqlite3.Connection, entity: str, base: int) -> Mapping[str, str]:
    """Kind of selection → SQL for its members, from the plan in the attached draft; the one parameter is the selection's number.

    ``base``: the last id in use before the run. Rows without a stored record are in none: they stay in the draft.
    """
    live = f"SELECT id FROM {entity} WHERE deleted_at IS NULL"
    row = f"SELECT DISTINCT ?, ref FROM draft.plan_row r WHERE r.entity = '{entity}' AND r.ref > 0"
    of_problems = f"FROM draft.plan_row WHERE entity = '{entity}' AND op = 'problem'"
    problem = f"SELECT ref {of_problems}"
    taken = f"SELECT json_extract(reason, '$.params.id') {of_problems} AND json_extract(reason, '$.code') = 'number_taken'"
    kinds = {
        "new": f"SELECT ?, {base} + k FROM draft.plan_{entity}_new ORDER BY k",
        "changed": f"SELECT ?, id FROM draft.plan_{entity}_hit WHERE op = 'updated' ORDER BY id",
        "cleared": (
            f"SELECT DISTINCT ?, c.id FROM draft.plan_{entity}_change c JOIN draft.plan_{entity}_hit h ON h.id = c.id"
            " WHERE h.op = 'updated' AND c.verb = 'clear' ORDER BY c.id"
        ),
        "skipped": f"{row} AND r.op = 'skipped' ORDER BY ref",
        "problems": f"SELECT ?, ref FROM ({problem} UNION {taken}) WHERE ref IN ({live}) ORDER BY ref",
    }
    if connection.execute("SELECT 1 FROM draft.sqlite_master WHERE name = 'match'").fetchone():
        # pairs are of rows whose key finds nothing, so that a row and its pair's record came together by a decision
        kinds["merged"] = (
            "SELECT DISTINCT ?, m.record FROM draft.match m JOIN draft.plan_row r"
            " ON r.entity = m.entity AND r.n = m.row AND r.ref = m.record"
            f" WHERE m.entity = '{entity}' AND m.record > 0 AND r.op NOT IN ('problem', 'held') ORDER BY m.record"
        )
    return kinds
