"""The child: takes its job from standard input, reads one workbook under limits, and sends sheets or rows through standard output."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from tui_import_excel.worker import engines, ooxml, wire
from tui_import_excel.worker.container import Container, RefusedError, open_container
from tui_import_excel.worker.numbers import padded

BLOCK_CELLS = 20_000
FIRST_BLOCK_CELLS = 4_000
WAIT = 900
"""Seconds that a written block may wait for its reader; then the child ends by itself."""


def main() -> None:
    """Run the job."""
    job = json.loads(sys.stdin.buffer.read())
    limit(job["memory"], job["seconds"])
    pipe = os.fdopen(os.dup(1), "wb", 1 << 20)
    os.dup2(2, 1)  # nothing that a library prints can get between the messages
    try:
        run(job, pipe)
    except RefusedError as error:
        wire.send(pipe, "error", (error.code, error.detail[:300]))
    except MemoryError:
        wire.send(pipe, "error", ("memory", ""))
    except BrokenPipeError:
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - a panic of the Rust library is no Exception; whatever it is, the parent is told
        wire.send(pipe, "error", ("damaged", f"{type(error).__name__}: {error}"[:300]))
    signal.alarm(WAIT)
    pipe.flush()
    os._exit(0)  # at once: freeing the memory of a large sheet takes time


def limit(memory: int, seconds: int) -> None:
    """Set this process's limits: bytes of address space, seconds of CPU, no core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(job: dict[str, Any], pipe: BinaryIO) -> None:
    """Do the one thing that the job asks for."""
    container = open_container(job["path"], job["password"])
    sheets = ooxml.sheets(container.archive) if container.archive and container.kind == "xlsx" else []
    if job["do"] == "sheets":
        wire.send(pipe, "sheets", [(sheet.name, sheet.visible) for sheet in sheets] or engines.sheet_names(container))
        return
    part = next((sheet.part for sheet in sheets if sheet.name == job["sheet"]), "")
    send_rows(container, job["sheet"], part, pipe)


def send_rows(container: Container, sheet: str, part: str, pipe: BinaryIO) -> None:
    """Send the rows of a sheet in blocks, with what the values alone do not tell."""
    scan = None
    notes: dict[tuple[int, int], str] = {}
    if container.archive and part in container.archive.namelist():
        scan = ooxml.Scan(container.archive, part, ooxml.padding_styles(container.archive))
        notes = ooxml.comments(container.archive, part)
    values = engines.read(container, sheet)
    wire.send(pipe, "start", {"engine": values.engine, "height": values.height, "kind": container.kind, "notes": notes})
    sheet_rows = SheetRows(values.rows, scan)
    limit_cells = FIRST_BLOCK_CELLS
    for block in sheet_rows.blocks(limit_cells):
        wire.send(pipe, "rows", block)
        signal.alarm(WAIT)
        pipe.flush()
        signal.alarm(0)
    wire.send(pipe, "end", sheet_rows.summary())


class SheetRows:
    """Values and marks of a sheet, brought together row by row."""

    def __init__(self, rows: Iterator[Sequence[Any]], scan: ooxml.Scan | None) -> None:
        self._rows, self._scan = rows, scan
        self._formulas: Counter[int] = Counter()
        self._errors = 0
        self._hidden = 0

    def blocks(self, size: int) -> Iterator[tuple[list[tuple[int, list[Any], bool]], list[wire.Moment]]]:
        """(rows, moments): rows as (number, values, hidden), blank ones left out; moments are filled in by the reader."""
        block: list[tuple[int, list[Any], bool]] = []
        moments: list[wire.Moment] = []
        cells = 0
        for number, raw in enumerate(self._rows, 1):
            row: list[Any] = [value if type(value) is str and value else engines.clean(value) for value in raw]
            marks = self._scan.row(number) if self._scan else None
            if marks:
                self._mark(row, marks)
            if row.count(None) == len(row):
                continue
            for column, value in enumerate(row):
                if value.__class__ not in _PLAIN:
                    moments.append((len(block), column, wire.parts(value)))
                    row[column] = None
            hidden = bool(marks and marks.hidden)
            self._hidden += hidden
            block.append((number, row, hidden))
            cells += len(row) + 1
            if cells >= size:
                yield block, moments
                block, moments, cells, size = [], [], 0, BLOCK_CELLS
        yield block, moments

    def _mark(self, row: list[Any], marks: ooxml.Marks) -> None:
        """Put into the row what calamine leaves out: errors as texts, leading zeros."""
        for column, code in marks.formats:
            if column < len(row) and type(row[column]) is int:
                row[column] = padded(code, row[column]) or row[column]
        for column, text in marks.errors:
            row.extend([None] * (column + 1 - len(row)))
            row[column] = text
            self._errors += 1
        for column in marks.formulas:
            self._formulas[column] += 1

    def summary(self) -> dict[str, Any]:
        """What there is to tell at the end."""
        return {
            "hidden_rows": self._hidden,
            "hidden_columns": sorted(self._scan.hidden_columns) if self._scan else [],
            "errors": self._errors,
            "formulas": dict(self._formulas),
        }


_PLAIN = frozenset({str, int, float, bool, type(None)})
