"""Records as columns, as they come and as they are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_import.model.matches import SEPARATOR, SLOTS

__all__ = ["SEPARATOR", "SLOTS", "Cleaned", "Ids", "Records"]

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Records:
    """Records of one entity, as their source or the store has them."""

    entity: str
    """company or person"""
    ids: Sequence[int]
    """What a record is named by in the answer."""
    columns: Mapping[str, Sequence[str | None]]
    """Field name as in the catalogue, without the entity (last_name, email, postal_city …) → one value a record; several e-mails or
    telephones of one record are joined by `SEPARATOR`. Fields that are not there are not compared. A person's ``company`` is its name;
    ``people`` of a company are the names of its persons, joined in the same way."""

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Records:
        """Some of the records."""
        ids = [self.ids[row] for row in rows]
        return Records(self.entity, ids, {name: [column[row] for row in rows] for name, column in self.columns.items()})


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Records in the form in which they are compared: one text per slot, empty where nothing is known."""

    entity: str
    ids: Ids
    columns: Mapping[str, list[str]]
    """Slot → one text a record."""

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Cleaned:
        """Some of the records."""
        return Cleaned(self.entity, self.ids[rows], {slot: [column[row] for row in rows] for slot, column in self.columns.items()})

    def packed(self) -> list[str]:
        """Each record as one text, as the store keeps it."""
        return list(map(SEPARATOR.join, zip(*(self.columns[slot] for slot in SLOTS[self.entity]), strict=True)))

    @staticmethod
    def unpacked(entity: str, ids: Sequence[int], texts: Sequence[str]) -> Cleaned:
        """What `packed` made."""
        slots = SLOTS[entity]
        parts = zip(*(text.split(SEPARATOR) for text in texts), strict=True) if texts else [()] * len(slots)
        return Cleaned(entity, np.asarray(ids, dtype=np.int64), {slot: list(column) for slot, column in zip(slots, parts, strict=True)})
