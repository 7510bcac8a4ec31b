"""What a user linked before: the same header with values of the same kind goes to the same field again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui_import.flow.mapping.headers import Vocabulary, squash
from tui_import.flow.mapping.values import Profile
from tui_import.model.mapping import ColumnInfo, Evidence
from tui_import.model.mapping import Mapping as ColumnMapping

LIMIT = 2000
"""Headers that are remembered."""
_DATA = re.compile(r"@|\d{4}")
"""What a header has where it is a row of data: never remembered."""
_NO_WORDS = Vocabulary()

Counts = dict[str, int]
"""Field → how often; the empty field means that the column was left unlinked."""


@dataclass(frozen=True)
class Memory:
    """Header and kind of value → the fields it was linked to. Old habits fade: a new choice halves the count of the others."""

    seen: Mapping[str, Counts] = field(default_factory=dict)
    """Key of `key_of` → counts, the latest last."""

    def recall(self, header: str, kind: str) -> str | None:
        """The field that this header was linked to, an empty text where it was left unlinked; None where it is not known."""
        counts = self.seen.get(key_of(header, kind))
        return max(counts, key=lambda name: counts[name]) if counts else None


def key_of(header: str, kind: str) -> str:
    """What a column is remembered by; empty where it must not be: no header, or one that is data."""
    name = squash(header)
    return f"{name}:{kind}" if name and len(name) <= 60 and not _DATA.search(header) else ""


def kind_of(column: ColumnInfo) -> str:
    """The kind of a column's values, from its samples."""
    return Profile(column.samples, _NO_WORDS).kind


def remember(memory: Memory, mapping: ColumnMapping, columns: Sequence[ColumnInfo]) -> Memory:
    """The memory with an import's links added. A column without a link is remembered as such, where it has values.

    What was guessed by a header is not: the next file's other columns may say something else of the same header ("E-mail" among
    companies, among persons). It only counts where another choice was remembered.
    """
    seen = dict(memory.seen)
    guessed = {link.column for link in mapping.links if link.evidence is Evidence.HEADER}
    headers = [column.header for column in columns]
    for column in columns:
        key = key_of(column.header, kind_of(column))
        if key and headers.count(column.header) == 1 and column.samples and (key in seen or column.position not in guessed):
            seen[key] = _count(seen.pop(key, {}), mapping.fields_of(column.position) or ("",))
    return Memory(dict(list(seen.items())[-LIMIT:]))


def _count(counts: Counts, fields: Iterable[str]) -> Counts:
    faded = {name: count // 2 for name, count in counts.items() if count > 1}
    return faded | {name: counts.get(name, 0) + 1 for name in fields}
