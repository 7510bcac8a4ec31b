"""Golden files: what a source read once is what it must read again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tui_import.api.options import Options
from tui_import.api.source import Source
from tui_import.api.testing.conformance import check_source

GENERATE = "TUI_IMPORT_GOLDEN"
"""Environment variable: "generate" writes the golden files anew instead of comparing."""


def check_golden(source: Source, location: str, golden: Path, options: Options | None = None) -> None:
    """Compare everything that is read with the golden file, which is made where there is none.

    Raises `AssertionError` with the first line that differs. Cells are written with their type, so that 7 and "7" differ.
    """
    lines = list(_lines(source, location, options))
    if os.environ.get(GENERATE) == "generate" or not golden.exists():
        golden.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return
    known = golden.read_text(encoding="utf-8").splitlines()
    for at, (line, before) in enumerate(zip(lines, known, strict=False), 1):
        if line != before:
            raise AssertionError(f"{golden.name}:{at}: now {line}, before {before}; if that is right: {GENERATE}=generate")
    if len(lines) != len(known):
        raise AssertionError(f"{golden.name}: {len(lines)} lines now, {len(known)} before; if that is right: {GENERATE}=generate")


def _lines(source: Source, location: str, options: Options | None) -> Iterator[str]:
    for name, read in check_source(source, location, options).items():
        yield _json(["table", name])
        for column in read.columns:
            yield _json(["column", column.name, column.field, column.note])
        for row in read.rows:
            yield _json(["row", row.number, row.key, *([type(value).__name__, str(value)] for value in row.values)])
        for finding in read.findings:
            yield _json(["finding", finding.row, finding.message])


def _json(parts: list[object]) -> str:
    return json.dumps(parts, ensure_ascii=False)
