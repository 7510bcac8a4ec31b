"""The store as the duplicate finder meets it: what the matcher makes of records, kept in the store's index and asked there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_import.store import matching_index
from tui_import.store.connection import Database

if TYPE_CHECKING:
    from tui_import.matching.candidates import Candidates, Left
    from tui_import.matching.frequencies import Frequencies
    from tui_import.matching.keys import Keys
    from tui_import.matching.model import Model
    from tui_import.matching.records import Cleaned, Ids

RULES = 3
"""To be counted up when `matching.clean`, `matching.keys` or `matching.frequencies` makes something else of the same records."""


class MatcherIndexing:
    """`Indexing` by the matcher."""

    @cached_property
    def _model(self) -> Model:
        from tui_import.session.matching import shipped_model

        return shipped_model()

    @cached_property
    def version(self) -> str:
        """Of the rules and the tables of words."""
        words = [getattr(self._model.words, name) for name in self._model.words.__slots__]
        tables = [sorted(table.items() if isinstance(table, Mapping) else table) for table in words]
        return f"{RULES}-{hashlib.sha256(json.dumps(tables).encode()).hexdigest()[:16]}"

    def fields(self, entity: str) -> Sequence[str]:
        """See `Indexing.fields`."""
        from tui_import.session.matching import COMPARED

        return COMPARED[entity]

    def made(self, entity: str, ids: Sequence[int], columns: Mapping[str, Sequence[str | None]]) -> Cleaned:
        """See `Indexing.made`."""
        from tui_import.matching.clean import clean
        from tui_import.matching.records import Records

        known = {name: column for name, column in columns.items() if any(column)}
        return clean(Records(entity, ids, known), self._model.words)

    def unpacked(self, entity: str, ids: Sequence[int], texts: Sequence[str]) -> Cleaned:
        """See `Indexing.unpacked`."""
        from tui_import.matching.records import Cleaned

        return Cleaned.unpacked(entity, ids, texts)

    def keys(self, made: Cleaned) -> tuple[Ids, Ids]:
        """See `Indexing.keys`."""
        from tui_import.matching.keys import keys

        found = keys(made, self._model.words)
        return found.keys, made.ids[found.rows]

    def count(self, entity: str, texts: Sequence[str]) -> str:
        """Values that only one record has are left out: they say nothing."""
        from tui_import.matching.frequencies import count
        from tui_import.matching.records import Cleaned

        found = count(Cleaned.unpacked(entity, range(len(texts)), texts), self._model.words.common)
        counts = {slot: {value: n for value, n in values.items() if n > 1} for slot, values in found.counts.items()}
        return json.dumps({"sizes": found.sizes, "counts": counts}, ensure_ascii=False)


class StorePopulation:
    """`matching.find.Population` on a store whose index is up to date; ids are record ids."""

    shared = True

    def __init__(self, database: Database, entity: str, model: Model) -> None:
        self._database, self._entity, self._model = database, entity, model
        self._state = matching_index.state(database, entity)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (type(self), self._database.path, self._entity, self._model)

    @property
    def size(self) -> int:
        """How many records there are."""
        return self._state.size

    def frequencies(self) -> Frequencies:
        """As they were counted last."""
        from tui_import.matching.frequencies import Frequencies

        kept = json.loads(self._state.counts or "{}")
        return Frequencies(kept.get("sizes", {}), kept.get("counts", {}), 1, self._model.words.common)

    def lookup(self, incoming: Keys, common: int, rare: int) -> tuple[Candidates, Left]:
        """Pairs of incoming records (places) and stored ones (ids) that share a key; of keys left out, as many pairs are counted as are
        known."""
        import numpy as np

        from tui_import.matching.candidates import Left, sharing
        from tui_import.matching.keys import Keys

        wanted = np.unique(incoming.keys)
        keys, records, left = matching_index.sharing(self._database, self._entity, wanted, common)
        pairs, others = sharing(incoming, Keys(keys, records), len(records), rare)
        return pairs, Left(left, left * (common + 1), others.lone)

    def fetch(self, ids: Ids) -> Cleaned:
        """These records (ascending)."""
        from tui_import.matching.records import Cleaned

        return Cleaned.unpacked(self._entity, ids.tolist(), matching_index.texts_of(self._database, self._entity, ids))


def _reopened(kind: type[StorePopulation], path: Path, entity: str, model: Model) -> StorePopulation:
    """In another process."""
    return kind(Database(path), entity, model)
