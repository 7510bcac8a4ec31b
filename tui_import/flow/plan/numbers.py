"""Numbers that must be unique (SPEC 7, number allocation)."""

from __future__ import annotations

from tui_import.flow.plan.keys import of_fields
from tui_import.flow.plan.planned import Decision, Kind
from tui_import.model.issues import Issue, Severity
from tui_import.model.kinds import CONTACTS, KINDS
from tui_import.model.records import RecordReader


class Numbers:
    """Numbers of one entity that must be unique, in the store and in the file."""

    def __init__(self, entity: str, reader: RecordReader) -> None:
        self._entity = entity
        self._reader = reader
        self._rows: dict[str, tuple[int, int | None]] = {}
        self._may_be_blank = bool(reader.preference(f"{entity}.number.allow_blank"))
        self._blank_used = False

    def check(self, key: str | None, decision: Decision, n: int, *, allocated: bool) -> Issue | None:
        """What is wrong with the number of a row that becomes ``decision``."""
        field = f"{self._entity}.number"
        if key is None:
            if self._may_be_blank or allocated or decision.kind is Kind.HIT:
                return None
            if self._blank_used:
                return Issue("number_missing", Severity.ERROR, field)
            self._blank_used = True
            return None
        wanted = key if self._entity in KINDS[CONTACTS] else of_fields([key]) or ""
        hits = [hit.id for hit in self._reader.find(self._entity, "number", [wanted]).get(wanted, ()) if not hit.deleted]
        if any(hit != decision.ref for hit in hits):
            return Issue("number_taken", Severity.ERROR, field, params={"number": key, "id": hits[0]})
        row, ref = self._rows.setdefault(key, (n, decision.ref))
        if ref != decision.ref:
            return Issue("number_repeated", Severity.ERROR, field, params={"number": key, "row": row})
        return None
