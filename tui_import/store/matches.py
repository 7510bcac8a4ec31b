"""Probable duplicates in a draft, and every decision about them: written at once, undone and redone without limit."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui_import.model.matches import Choice, FieldChoice, Match, MatchKind, Pair, Reason, Verdict, Verdicts, changed_slots
from tui_import.model.records import Value
from tui_import.model.settings import Action
from tui_import.store.draft import Draft

_TABLES = """
CREATE TABLE IF NOT EXISTS match (entity TEXT, row INTEGER, record INTEGER, other INTEGER, probability REAL, kind TEXT, reasons TEXT,
    start REAL, carried REAL, turn TEXT, weights TEXT, text TEXT, other_text TEXT, PRIMARY KEY (entity, row, record, other)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS matched (entity TEXT, row INTEGER, text TEXT, PRIMARY KEY (entity, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision (entity TEXT, row INTEGER, record INTEGER, other INTEGER, verdict TEXT, what TEXT, at TEXT, by TEXT,
    origin TEXT, text TEXT, other_text TEXT, PRIMARY KEY (entity, row, record, other)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision_step (id INTEGER PRIMARY KEY, step INTEGER, undone INTEGER DEFAULT 0, pair TEXT, before TEXT,
    after TEXT);
CREATE INDEX IF NOT EXISTS decision_step_step ON decision_step(step)
"""
_LEAN = "m.entity, m.row, m.record, m.other, m.probability, m.kind, '[]', m.start, m.carried, NULL, '{}', m.text, m.other_text"
_PAIR = "entity = ? AND row = ? AND record = ? AND other = ?"


@dataclass(frozen=True, slots=True)
class IncomingRecords:
    """The new records of an exact plan, as columns for the matcher."""

    rows: Sequence[int]
    """Key of each record's first row."""
    columns: Mapping[str, Sequence[str | None]]
    """Bare field name → one value a record; several values are joined by U+001F."""
    companies: Sequence[int | None]
    """Of persons: the stored company, None where there is none or it is new (its name is in the columns then)."""


class Matches:
    """The matches and decisions of one draft."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        connection = draft.database.connection
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'decision_step'").fetchone():
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._draft.database.connection

    # -- what is looked up

    def incoming(self, entity: str, fields: Sequence[str]) -> IncomingRecords:
        """The new records of the plan that has just been written."""
        connection = self._connection
        there = [row[1] for row in connection.execute(f"PRAGMA table_info(plan_{entity}_new)")]
        single = [name for name in fields if name in there and name != "company"]
        company = ", company" if entity == "person" else ""
        columns_wanted = "".join(f', "{name}"' for name in single)
        rows = connection.execute(f"SELECT k, row{company}{columns_wanted} FROM plan_{entity}_new ORDER BY k").fetchall()
        places = {row[0]: at for at, row in enumerate(rows)}
        first = 3 if company else 2
        columns: dict[str, list[str | None]] = {
            name: [None if row[at] is None else str(row[at]) for row in rows] for at, name in enumerate(single, first)
        }
        wanted = [name for name in fields if name not in single]
        for k, name, values in connection.execute(
            f"SELECT k, field, group_concat(value, char(31)) FROM plan_{entity}_new_value WHERE field IN (SELECT value FROM json_each(?))"
            " GROUP BY k, field",
            (json.dumps(wanted),),
        ):
            columns.setdefault(name, [None] * len(rows))[places[k]] = str(values)
        companies: list[int | None] = [row[2] if company and row[2] and row[2] > 0 else None for row in rows]
        if entity == "person":
            names = dict(connection.execute("SELECT k, name FROM plan_company_new")) if self._has_column("company", "name") else {}
            columns["company"] = [names.get(-row[2]) if row[2] and row[2] < 0 else None for row in rows]
        else:
            columns["people"] = self._people(places, len(rows))
        return IncomingRecords([row[1] for row in rows], columns, companies)

    def _people(self, places: Mapping[int, int], size: int) -> list[str | None]:
        found: list[str | None] = [None] * size
        parts = [name for name in ("first_name", "last_name") if self._has_column("person", name)]
        if parts:
            whole = " || ' ' || ".join(f"coalesce({name}, '')" for name in parts)
            for k, people in self._connection.execute(
                f"SELECT -company, group_concat({whole}, char(31)) FROM plan_person_new WHERE company < 0 GROUP BY company"
            ):
                if k in places:
                    found[places[k]] = people
        return found

    def _has_column(self, entity: str, name: str) -> bool:
        return any(row[1] == name for row in self._connection.execute(f"PRAGMA table_info(plan_{entity}_new)"))

    def contradictions(self, entity: str, field: str) -> list[tuple[int, int, str, str]]:
        """(row, record, stored, incoming) where a key agrees but a field that a record has only one of does not."""
        return self._connection.execute(
            f"SELECT row, id, stored, incoming FROM plan_{entity}_change WHERE field = ? AND stored IS NOT NULL AND incoming IS NOT NULL"
            " AND verb IN ('keep', 'overwrite') AND row > 0 ORDER BY row",
            (field,),
        ).fetchall()

    # -- what was found

    def replace(self, entity: str, matches: Iterable[Match], texts: Mapping[int, str]) -> None:
        """Write what was found for an entity in place of what was found before. Inside the caller's transaction.

        ``texts``: row → the incoming record's identifying fields, of all that were looked up.
        """
        connection = self._connection
        connection.execute("DELETE FROM match WHERE entity = ?", (entity,))
        connection.execute("DELETE FROM matched WHERE entity = ?", (entity,))
        connection.executemany("INSERT INTO match VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_as_row, matches))
        connection.executemany("INSERT INTO matched VALUES (?, ?, ?)", [(entity, row, text) for row, text in texts.items()])

    def clear(self, entity: str) -> None:
        """Forget what was found of an entity; what was decided stays."""
        self._connection.execute("DELETE FROM match WHERE entity = ?", (entity,))

    def add(self, matches: Iterable[Match]) -> None:
        """Write more that was found. Inside the caller's transaction."""
        self._connection.executemany("INSERT OR REPLACE INTO match VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_as_row, matches))

    def records(self, entity: str) -> set[int]:
        """Of pairs of stored records: all of them."""
        rows = self._connection.execute(
            "SELECT row FROM match WHERE entity = ?1 UNION SELECT record FROM match WHERE entity = ?1", (entity,)
        )
        return {record for (record,) in rows}

    def move(self, entity: str, became: Mapping[int, int]) -> None:
        """Pairs of stored records that became part of others are pairs of those from now on. Inside the caller's transaction."""
        for table in ("match", "decision"):
            rows = self._connection.execute(
                f"SELECT row, record FROM {table} WHERE entity = ?1 AND (row IN (SELECT value FROM json_each(?2))"
                " OR record IN (SELECT value FROM json_each(?2)))",
                (entity, json.dumps(list(became))),
            ).fetchall()
            for row, record in rows:
                one, other = became.get(row, row), became.get(record, record)
                pair = (max(one, other), min(one, other))
                if one != other:
                    self._connection.execute(
                        f"UPDATE OR IGNORE {table} SET row = ?, record = ? WHERE entity = ? AND row = ? AND record = ?",
                        (*pair, entity, row, record),
                    )
                if pair != (row, record):
                    self._connection.execute(f"DELETE FROM {table} WHERE entity = ? AND row = ? AND record = ?", (entity, row, record))

    def renew(self, entity: str, texts: Mapping[int, str]) -> None:
        """What is compared of stored records now; pairs of which one is not among them are forgotten, with what was decided of them.

        Inside the caller's transaction.
        """
        connection = self._connection
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS now (record INTEGER PRIMARY KEY, text TEXT)")
        connection.execute("DELETE FROM temp.now")
        connection.executemany("INSERT INTO temp.now VALUES (?, ?)", texts.items())
        gone = "entity = ? AND (row NOT IN (SELECT record FROM temp.now) OR record NOT IN (SELECT record FROM temp.now))"
        for table in ("match", "decision"):
            connection.execute(f"DELETE FROM {table} WHERE {gone}", (entity,))
        for side, text in (("row", "text"), ("record", "other_text")):
            changed = f"(SELECT n.text FROM temp.now n WHERE n.record = match.{side})"
            connection.execute(f"UPDATE match SET {text} = {changed} WHERE entity = ? AND {text} IS NOT {changed}", (entity,))

    def settle(self) -> None:
        """What was decided is in the store now, and cannot be taken back here any more. Inside the caller's transaction."""
        self._connection.execute("DELETE FROM decision_step")
        self._connection.execute("UPDATE decision SET origin = 'memory' WHERE verdict <> 'unsure'")

    def count(self) -> int:
        """How many pairs there are."""
        return int(self._connection.execute("SELECT count(*) FROM match").fetchone()[0])

    def texts(self, entity: str) -> dict[int, str]:
        """Row → identifying fields of the incoming records that were looked up the last time."""
        return dict(self._connection.execute("SELECT row, text FROM matched WHERE entity = ?", (entity,)))

    def all(self, entity: str | None = None, least: float = 0.0) -> list[Match]:
        """The matches with their decisions, most probable first."""
        return list(self.each(entity, least))

    def each(self, entity: str | None = None, least: float = 0.0) -> Iterator[Match]:
        """`all`, one after the other."""
        where, values = ("AND m.entity = ?", (entity,)) if entity else ("", ())
        shown = f"WHERE (m.probability >= ? OR m.kind <> 'probable') {where}"
        return map(match_from_row, self._select(shown, (least, *values)))

    def lean(self) -> Iterator[Match]:
        """All matches without what only somebody who looks at one wants to know: reasons, weights, what would turn it."""
        texts: dict[object, object] = {}
        for row in self._select("", (), _LEAN):
            yield match_from_row([*row[:11], *(texts.setdefault(text, text) for text in row[11:13]), *row[13:]])

    def get(self, pair: Pair) -> Match | None:
        """One of them."""
        row = next(self._select("WHERE m.entity = ? AND m.row = ? AND m.record = ? AND m.other = ?", pair), None)
        return match_from_row(row) if row else None

    def _select(self, where: str, values: Sequence[object], columns: str = "m.*") -> Iterator[tuple[object, ...]]:
        return self._connection.execute(
            f"SELECT {columns}, d.verdict, d.what, d.at, d.by, d.origin, d.text, d.other_text FROM match m"
            " LEFT JOIN decision d ON d.entity = m.entity AND d.row = m.row AND d.record = m.record AND d.other = m.other"
            f" {where} ORDER BY m.probability DESC, m.row, m.record, m.other",
            values,
        )

    # -- decisions

    def remember(self, decisions: Mapping[Pair, tuple[Verdicts, str, str]]) -> None:
        """Write decisions of earlier imports (with the texts they are about) where nothing is decided. Inside the caller's transaction;
        no step that can be undone."""
        for pair, (decision, *texts) in decisions.items():
            if self._stored(pair) is None:
                self._put(pair, _decision_to_json(decision, texts))

    def decide(self, decisions: Mapping[Pair, Verdicts | None]) -> None:
        """Write decisions (None: forget one) as one step that `undo` takes back; the text they are about is remembered with them."""
        if not decisions:
            return
        with self._draft.database.transaction() as connection:
            connection.execute("DELETE FROM decision_step WHERE undone = 1")
            step = 1 + connection.execute("SELECT coalesce(max(step), 0) FROM decision_step").fetchone()[0]
            for pair, decision in decisions.items():
                before = self._stored(pair)
                after = None if decision is None else _decision_to_json(decision, self._texts(pair))
                line = (step, json.dumps(pair), before, after)
                connection.execute("INSERT INTO decision_step (step, pair, before, after) VALUES (?, ?, ?, ?)", line)
                self._put(pair, after)

    def undo(self) -> list[Pair]:
        """Take the last step back; the pairs it was about."""
        return self._move("SELECT max(step) FROM decision_step WHERE undone = 0", 1, "before")

    def redo(self) -> list[Pair]:
        """Do the step again that was undone last."""
        return self._move("SELECT min(step) FROM decision_step WHERE undone = 1", 0, "after")

    def steps(self) -> tuple[int, int]:
        """(steps that can be undone, steps that can be redone)."""
        done, undone = self._connection.execute(
            "SELECT count(DISTINCT CASE WHEN undone = 0 THEN step END), count(DISTINCT CASE WHEN undone = 1 THEN step END)"
            " FROM decision_step"
        ).fetchone()
        return done, undone

    def _move(self, which: str, undone: int, side: str) -> list[Pair]:
        with self._draft.database.transaction() as connection:
            step = connection.execute(which).fetchone()[0]
            pairs = []
            for text, value in connection.execute(f"SELECT pair, {side} FROM decision_step WHERE step = ?", (step,)).fetchall():
                pair = Pair(*json.loads(text))
                self._put(pair, value)
                pairs.append(pair)
            connection.execute("UPDATE decision_step SET undone = ? WHERE step = ?", (undone, step))
        return pairs

    def _texts(self, pair: Pair) -> Sequence[str]:
        row = self._connection.execute(f"SELECT text, other_text FROM match WHERE {_PAIR}", pair).fetchone()
        return row or ("", "")

    def _stored(self, pair: Pair) -> str | None:
        columns = "verdict, what, at, by, origin, text, other_text"
        row = self._connection.execute(f"SELECT {columns} FROM decision WHERE {_PAIR}", pair).fetchone()
        return json.dumps(row) if row else None

    def _put(self, pair: Pair, stored: str | None) -> None:
        if stored is None:
            self._connection.execute(f"DELETE FROM decision WHERE {_PAIR}", pair)
        else:
            values = (*pair, *json.loads(stored))
            self._connection.execute("INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def now() -> str:
    """A decision's time."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _as_row(match: Match) -> tuple[object, ...]:
    turn = json.dumps(_reason(match.turn)) if match.turn else None
    weights = json.dumps({name: round(weight, 3) for name, weight in match.weights.items() if weight})
    reasons = json.dumps([_reason(reason) for reason in match.reasons])
    texts = (match.fingerprint, match.other_fingerprint)
    return (*match.pair, match.probability, match.kind.value, reasons, match.start, match.carried, turn, weights, *texts)


def _reason(reason: Reason) -> tuple[str, str, float]:
    return reason.field, reason.level, round(reason.weight, 3)


def match_from_row(row: Sequence[object]) -> Match:
    """A match out of its columns, followed by those of its decision (NULL where there is none)."""
    entity, n, record, other, probability, kind, reasons, start, carried, turn, weights, text, other_text, *decided = row
    decision = decision_from_row(decided[:5]) if decided[0] is not None else None
    again: tuple[str, ...] = ()
    if decision and decision.verdict is not Verdict.UNSURE:
        pairs = ((decided[5], text), (decided[6], other_text))
        again = tuple(dict.fromkeys(slot for old, new in pairs for slot in changed_slots(str(entity), str(old or ""), str(new or ""))))
    return Match(
        Pair(str(entity), int(str(n)), int(str(record)), int(str(other))),
        float(str(probability)),
        MatchKind(str(kind)),
        tuple(Reason(*each) for each in json.loads(str(reasons))) if reasons != "[]" else (),
        float(str(start)),
        float(str(carried)),
        Reason(*json.loads(str(turn))) if turn else None,
        json.loads(str(weights)) if weights != "{}" else {},
        str(text or ""),
        str(other_text or ""),
        decision,
        again,
    )


def _decision_to_json(decision: Verdicts, texts: Sequence[str]) -> str:
    fields = {name: [choice.choice.value, [list(value) for value in _values(choice)]] for name, choice in decision.fields.items()}
    fact = {"action": decision.action.value if decision.action else None, "fields": fields}
    what = json.dumps(fact | ({"swapped": True} if decision.swapped else {}))
    return json.dumps([decision.verdict.value, what, decision.at, decision.by, decision.origin, *texts])


def _values(choice: FieldChoice) -> list[tuple[object, str, str]]:
    return [(value.value, value.key, value.description) for value in choice.values]


def decision_from_row(row: Sequence[object]) -> Verdicts:
    """(verdict, what, at, by, origin) as they were written."""
    verdict, what, at, by, origin = row
    fact = json.loads(str(what))
    fields = {
        name: FieldChoice(Choice(choice), tuple(Value(*value) for value in values)) for name, (choice, values) in fact["fields"].items()
    }
    action = Action(fact["action"]) if fact["action"] else None
    return Verdicts(Verdict(str(verdict)), action, fields, str(at), str(by), str(origin), bool(fact.get("swapped")))
