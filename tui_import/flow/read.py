"""From a source's table to batches of rows as wide as the table, ready for the draft."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tui_import.api.source import Row
from tui_import.model.progress import Progress

BATCH = 1_000


@dataclass(slots=True)
class Reading:
    """What is known after the rows ran through `batches`."""

    rows: int = 0
    blank: int = 0
    """Rows without any value, passed over."""
    too_long: list[int] = field(default_factory=list)
    """Numbers of the first rows with more cells than there are columns."""
    digest: str = ""
    """Of all cells: the same content has the same digest, whatever the file is called."""

    def cut(self, row: Row, width: int) -> Row:
        """A row without what is beyond the last column; noted where anything is there."""
        if len(row.values) <= width:
            return row
        if any(value not in (None, "") for value in row.values[width:]):
            self.too_long.append(row.number)
        return row._replace(values=row.values[:width])


LISTED = 20
"""So many rows are named in a message; the rest are counted."""


def batches(rows: Iterable[Row], width: int, reading: Reading, progress: Progress) -> Iterator[list[Row]]:
    """The rows in batches, short ones filled up, blank ones passed over, cells beyond the last column dropped and noted."""
    digest = hashlib.blake2b(digest_size=16)
    batch: list[Row] = []
    fill = [(None,) * missing for missing in range(width + 1)]
    for found in rows:
        row, values = found, found.values
        count = len(values)
        if count < width:
            row = found._replace(values=(*values, *fill[width - count]))
        elif count > width:
            row = reading.cut(found, width)
        if not any(row.values) and all(value is None or value == "" for value in row.values):
            reading.blank += 1
            continue
        batch.append(row)
        if len(batch) >= BATCH:
            yield _finished(batch, digest, reading, progress)
            batch = []
    if batch:
        yield _finished(batch, digest, reading, progress)
    reading.digest = digest.hexdigest()


def _finished(batch: list[Row], digest: hashlib.blake2b, reading: Reading, progress: Progress) -> list[Row]:
    reading.rows += len(batch)
    digest.update(repr([row.values for row in batch]).encode("utf-8", "backslashreplace"))
    progress.advance(len(batch))
    return batch
