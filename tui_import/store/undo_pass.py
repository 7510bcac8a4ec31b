"""One undo or redo on its way: what it works on, and what it has to say at the end."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue
from tui_import.model.plan import COUNTED, Counts, Stored
from tui_import.model.progress import Progress
from tui_import.model.runs import Blocked, Kept, UndoReport
from tui_import.store.images import ConsentRow
from tui_import.store.journal import Entry
from tui_import.store.layout import ENTITIES, called, references


@dataclass(slots=True)
class Pass:
    """Shared by the parts of one undo or redo."""

    connection: sqlite3.Connection
    catalogue: Catalogue
    run: int
    finished: str
    """When the run was finished: what was recorded later is not the run's."""
    undo: bool
    """False: redo."""
    user: str
    at: str
    progress: Progress
    items: dict[int, str]
    """All list items with their names."""
    erased: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """(entity, record) → when it was erased."""
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _kept: list[Kept] = field(default_factory=list)
    _blocked: list[Blocked] = field(default_factory=list)

    def is_untouched(self, consent: ConsentRow) -> bool:
        """The consent is the run's, as the run wrote it."""
        return consent.run == self.run and consent.at <= self.finished

    def count(self, entity: str, how: str) -> None:
        """One more record: "added" (brought back), "updated" (removed again or changed back), "unchanged" (only kept fields)."""
        self._counts[entity, how] += 1

    def block(self, entity: str, record: int, reason: str) -> None:
        """A record could not be taken back; of one that was erased, that is the reason."""
        if (entity, record) in self.erased:
            reason = _("It was erased for privacy at {at}; it cannot come back.").format(at=self.erased[entity, record])
        self._blocked.append(Blocked(entity, record, reason))
        self._counts[entity, "problem"] += 1

    def keep(self, entity: str, entry: Entry, name: str, wanted: Stored, found: Stored, edited: tuple[str, str]) -> None:
        """A field was left as it is, since somebody changed it after the run. ``edited``: who changed the record last, and when."""
        by, at = self._later_run(entity, entry, name) or edited
        wanted, found = self.shown(entity, name, wanted), self.shown(entity, name, found)
        self._kept.append(Kept(entity, entry.record, f"{entity}.{name}", wanted, found, by, at))

    def shown(self, entity: str, name: str, value: Stored) -> Stored:
        """A value as a person reads it: list items and companies by name."""
        if value is None or not isinstance(value, int):
            return value
        key = f"{entity}.{name}"
        if key in self.catalogue and self.catalogue[key].list:
            return self.items.get(value, value)
        target = references(self.catalogue, entity).get(name) if entity in ENTITIES else None
        return called(self.connection, target, [value]).get(value, value) if target else value

    def _later_run(self, entity: str, entry: Entry, name: str) -> tuple[str, str] | None:
        """User and time of the last run that changed a field after this one."""
        row = self.connection.execute(
            "SELECT r.user, r.finished FROM journal j JOIN journal_change c ON c.entry = j.id JOIN run r ON r.id = j.run"
            " WHERE j.record = ? AND j.entity = ? AND j.id > ? AND c.field = ? AND c.state = 'done' ORDER BY c.id DESC LIMIT 1",
            (entry.record, entity, entry.id, name),
        ).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    def report(self) -> UndoReport:
        """What was done; list items are spoken of only where they were blocked."""
        counted = [entity for entity in ENTITIES if any(key[0] == entity for key in self._counts)]
        entities = {entity: Counts(**{how: self._counts[entity, how] for how in COUNTED}) for entity in counted}
        restored = sum(counts.added + counts.updated for counts in entities.values())
        definitions = sum(count for (entity, how), count in self._counts.items() if entity not in entities and how != "problem")
        return UndoReport(self.run, restored, tuple(self._kept), tuple(self._blocked), entities, definitions)
