"""Undo and redo of new records: removed for good with their image in the journal, brought back under the same id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.fields import FieldType
from tui_import.model.kinds import PLURALS
from tui_import.model.plan import Stored
from tui_import.store import images
from tui_import.store.images import Image
from tui_import.store.journal import DONE, UNDONE, Entry
from tui_import.store.layout import references, referring
from tui_import.store.undo_pass import Pass

SHOWN = 3
"""Names and fields that a reason lists before it says "…"."""
_OWNER_GONE = {
    "company": N_("Its company ({company}) is not there."),
    "price_list": N_("Its price list ({company}) is not there."),
    "person": N_("Its person ({company}) is not there."),
    "project": N_("Its project ({company}) is not there."),
    "sale": N_("Its sale ({company}) is not there."),
}
"""Entity that a record belongs to → why it cannot come back without."""


class InsertPass:
    """Takes a run's new records of one entity back, a block of entries at a time."""

    def __init__(self, work: Pass, entity: str) -> None:
        self._work = work
        self._connection = work.connection
        self._entity = entity
        self._lists = {field.name for field in work.catalogue.of(entity) if field.type is FieldType.LIST}

    # -- undo

    def remove(self, entries: Sequence[Entry]) -> None:
        """Undo of one block: records that nobody has touched since are saved in the journal and removed."""
        connection, entity = self._connection, self._entity
        taken = images.take(connection, entity, [entry.record for entry in entries])
        reasons = self._reasons(entries, taken)
        goes = []
        for entry in entries:
            if entry.record in reasons:
                self._work.block(entity, entry.record, reasons[entry.record])
            else:
                goes.append(entry)
                self._work.count(entity, "updated")
        connection.executemany(
            "UPDATE journal SET state = ?, image = ? WHERE id = ?", [(UNDONE, taken[entry.record].to_json(), entry.id) for entry in goes]
        )
        self._set_changes([entry.id for entry in goes], UNDONE)
        images.remove(connection, entity, [entry.record for entry in goes])

    def _reasons(self, entries: Sequence[Entry], taken: Mapping[int, Image]) -> dict[int, str]:
        """Why records of a block cannot be removed."""
        reasons = {}
        edited = []
        for entry in entries:
            image = taken.get(entry.record)
            if image is None:
                reasons[entry.record] = _("It is no longer there.")
            elif image.record["version"] != entry.version:
                edited.append(entry)
            elif any(not self._work.is_untouched(consent) for consent in image.consents):
                reasons[entry.record] = _("A consent was recorded for it since.")
        later = self._later_changes(edited)
        for entry in edited:
            reasons[entry.record] = _edited_reason(taken[entry.record].record, later.get(entry.record))
        gone = [entry.record for entry in entries if entry.record not in reasons]
        if self._entity == "company":
            reasons.update(self._with_persons(gone))
        elif self._entity == "price_list":
            reasons.update(self._with_products(gone))
        for other, name in referring(self._work.catalogue, self._entity):
            if (other, name) not in (("person", "company"), ("product", "price_list")):
                reasons = self._with_others(gone, other, name) | reasons
        return reasons

    def _with_persons(self, companies: list[int]) -> dict[int, str]:
        names: dict[int, list[str]] = {}
        rows = self._connection.execute(
            "SELECT company, id, first_name, last_name FROM person WHERE company IN (SELECT value FROM json_each(?)) ORDER BY company, id",
            (json.dumps(companies),),
        )
        for company, person, first, last in rows:
            names.setdefault(company, []).append(" ".join(filter(None, (first, last, f"({person})"))))
        return {
            company: ngettext("{count} person belongs to it: {names}.", "{count} persons belong to it: {names}.", len(each)).format(
                count=len(each), names=_listed(each)
            )
            for company, each in names.items()
        }

    def _with_products(self, price_lists: list[int]) -> dict[int, str]:
        rows = self._connection.execute(
            "SELECT price_list, count(*) FROM product WHERE price_list IN (SELECT value FROM json_each(?)) GROUP BY 1",
            (json.dumps(price_lists),),
        )
        return {
            price_list: ngettext("{count} product is in it.", "{count} products are in it.", count).format(count=count)
            for price_list, count in rows
        }

    def _with_others(self, records: list[int], other: str, name: str) -> dict[int, str]:
        """Those that records of another entity (sales, follow-ups) still belong to."""
        rows = self._connection.execute(
            f"SELECT {name}, count(*) FROM {other} WHERE {name} IN (SELECT value FROM json_each(?)) GROUP BY 1", (json.dumps(records),)
        )
        text = _("{entity} still refer to it: {count}.")
        return {record: text.format(entity=_(PLURALS[other]), count=count) for record, count in rows}

    def _later_changes(self, entries: Sequence[Entry]) -> dict[int, tuple[int, str, str, list[str]]]:
        """Record → (run, user, time, fields with both values) of the last run that changed it after this one."""
        found: dict[int, tuple[int, str, str, list[str]]] = {}
        rows = self._connection.execute(
            "SELECT j.record, r.id, r.user, r.finished, c.field, c.before, c.after FROM journal j JOIN run r ON r.id = j.run"
            " JOIN journal_change c ON c.entry = j.id AND c.state = 'done'"
            " WHERE j.record IN (SELECT value FROM json_each(?)) AND j.entity = ? AND j.run > ? AND j.op <> 'insert'"
            " ORDER BY j.record, j.id DESC, c.id",
            (json.dumps([entry.record for entry in entries]), self._entity, self._work.run),
        )
        for record, run, user, at, name, before, after in rows:
            last = found.setdefault(record, (run, user, at, []))
            if last[0] == run:
                old, new = (self._work.shown(self._entity, name, value) for value in (before, after))
                last[3].append(f"{name} “{'' if old is None else old}” → “{'' if new is None else new}”")
        return found

    # -- redo

    def bring_back(self, entries: Sequence[Entry]) -> None:
        """Redo of one block: records come back from their images."""
        back = {entry.id: Image.from_json(entry.image) for entry in entries}
        reasons = self._obstacles(entries, back)
        comes = []
        for entry in entries:
            if entry.record in reasons:
                self._work.block(self._entity, entry.record, reasons[entry.record])
            else:
                comes.append(entry)
                self._work.count(self._entity, "added")
        images.bring_back(self._connection, self._entity, [back[entry.id] for entry in comes])
        self._connection.executemany(
            "UPDATE journal SET state = ?, image = NULL, version = ? WHERE id = ?",
            [(DONE, back[entry.id].record["version"], entry.id) for entry in comes],
        )
        self._set_changes([entry.id for entry in comes], DONE)

    def _obstacles(self, entries: Sequence[Entry], back: Mapping[int, Image]) -> dict[int, str]:
        """Why records of a block cannot come back."""
        there = self._existing(self._entity, [entry.record for entry in entries])
        links = references(self._work.catalogue, self._entity)
        parents = {
            name: self._existing(target, [back[entry.id].record.get(name) for entry in entries]) for name, target in links.items()
        }
        taken = self._names_taken([back[entry.id] for entry in entries]) if self._entity == "price_list" else frozenset()
        reasons = {}
        for entry in entries:
            image = back[entry.id]
            lost = [name for name in links if image.record.get(name) is not None and image.record[name] not in parents[name]]
            if not image.record:
                reasons[entry.record] = _("The journal has no copy of it.")
            elif entry.record in there:
                reasons[entry.record] = _("It is there already.")
            elif lost:
                reasons[entry.record] = _(_OWNER_GONE[links[lost[0]]]).format(company=image.record[lost[0]])
            elif image.record.get("name_key") in taken:
                reasons[entry.record] = _("There is another price list of this name now.")
            elif not self._items_of(image) <= self._work.items.keys():
                reasons[entry.record] = _("A list item that it uses is not there.")
        return reasons

    def _names_taken(self, images: Sequence[Image]) -> frozenset[Any]:
        """Folded names of these price lists that others have now."""
        wanted = json.dumps([image.record.get("name_key") for image in images])
        rows = self._connection.execute(
            "SELECT name_key FROM price_list WHERE deleted_at IS NULL AND name_key IN (SELECT value FROM json_each(?))", (wanted,)
        )
        return frozenset(name for (name,) in rows)

    def _items_of(self, image: Image) -> set[Any]:
        used: set[Stored] = {image.record[name] for name in self._lists if name in image.record}
        used.update(row.value for row in image.values if row.field in self._lists)
        for consent in image.consents:
            used.update((consent.purpose, consent.legal_basis, consent.source))
        return used

    def _existing(self, entity: str, ids: Sequence[Stored]) -> set[int]:
        rows = self._connection.execute(f"SELECT id FROM {entity} WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))
        return {found for (found,) in rows}

    def _set_changes(self, entries: list[int], state: str) -> None:
        self._connection.execute(
            "UPDATE journal_change SET state = ? WHERE entry IN (SELECT value FROM json_each(?))", (state, json.dumps(entries))
        )


def _edited_reason(record: Mapping[str, Stored], later: tuple[int, str, str, list[str]] | None) -> str:
    if record.get("deleted_at") is not None:
        return _("It was deleted since, by {by} at {at}; restore it first.").format(by=record["updated_by"], at=record["deleted_at"])
    if later is not None:
        run, by, at, fields = later
        return _("It was changed since, in run {run} by {by} at {at}: {fields}.").format(run=run, by=by, at=at, fields=_listed(fields))
    return _("It was changed since, by {by} at {at}.").format(by=record["updated_by"], at=record["updated_at"])


def _listed(names: Sequence[str]) -> str:
    return ", ".join([*names[:SHOWN], *(["…"] if len(names) > SHOWN else [])])
