"""Rows of a source made as wide as its columns."""

from __future__ import annotations

from tui_import.api.source import Row
from tui_import.flow.read import Reading, batches
from tui_import.model.progress import Progress


def test_short_rows_are_filled_and_long_ones_cut_with_a_note_where_anything_is_lost() -> None:
    reading = Reading()
    rows = [Row(2, ("a",)), Row(3, ("a", "b", "lost")), Row(4, ("a", "b", "", None)), Row(5, ("", None))]
    (batch,) = batches(rows, 2, reading, Progress())
    assert [row.values for row in batch] == [("a", None), ("a", "b"), ("a", "b")]
    assert (reading.rows, reading.blank, reading.too_long) == (3, 1, [3])
