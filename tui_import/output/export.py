"""Records out of the store: CSV for programs, JSON Lines for scripts, workbooks for people."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from tui_import.api.errors import UsageError
from tui_import.api.formulas import guard
from tui_import.api.i18n import _
from tui_import.output.files import whole_file

Record = Mapping[str, Any]
"""A record under its field names; the values of multiple fields are lists."""

FORMATS = ("csv", "json", "xlsx")
JOINT = "; "
"""Between the values of a multiple field where one cell holds them all."""


def export_records(records: Iterable[Record], columns: Sequence[str], path: Path | None, file_format: str, title: str) -> int:
    """Write the records; returns how many.

    ``columns`` are the field names in their order, ``path`` is the file (``None``: standard output), ``file_format`` one of
    `FORMATS`, ``title`` the sheet's name. A file appears complete or not at all. Raises `UsageError` for an unknown format.
    """
    writers: dict[str, Callable[[Iterable[Record], Sequence[str], BinaryIO, str], int]] = {
        "csv": _write_csv,
        "json": _write_json,
        "xlsx": _write_xlsx,
    }
    if file_format not in writers:
        raise UsageError(
            _("There is no format “{format}”.").format(format=file_format),
            hint=_("Choose one of: {formats}.").format(formats=", ".join(FORMATS)),
        )
    write = writers[file_format]
    if path is None:
        return _to_standard_output(lambda stream: write(records, columns, stream, title))
    with whole_file(path) as temporary, temporary.open("wb") as stream:
        if file_format == "csv":
            stream.write("\ufeff".encode())  # Excel takes a CSV file for UTF-8 only with a byte order mark
        return write(records, columns, stream, title)


def _to_standard_output(write: Callable[[BinaryIO], int]) -> int:
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:  # somebody has put a text stream in place of standard output
        buffer = io.BytesIO()
        count = write(buffer)
        sys.stdout.write(buffer.getvalue().decode("utf-8"))
        return count
    count = write(stream)
    stream.flush()
    return count


def _write_csv(records: Iterable[Record], columns: Sequence[str], stream: BinaryIO, _title: str) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", errors="replace", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(columns)
        count = 0
        for record in records:
            writer.writerow([guard(as_text(record.get(column))) for column in columns])
            count += 1
        text.flush()
    finally:
        with suppress(ValueError, OSError):
            text.detach()  # the stream is the caller's to close
    return count


def _write_json(records: Iterable[Record], columns: Sequence[str], stream: BinaryIO, _title: str) -> int:
    count = 0
    for record in records:
        line = json.dumps({column: record.get(column) for column in columns}, ensure_ascii=False, default=str)
        stream.write(line.encode("utf-8", errors="backslashreplace") + b"\n")
        count += 1
    return count


def _write_xlsx(records: Iterable[Record], columns: Sequence[str], stream: BinaryIO, title: str) -> int:
    from tui_import.output.workbook import write_workbook

    return write_workbook(records, columns, stream, title)


def as_text(value: object) -> str:
    """A value as one cell of text: lists joined by `JOINT`, nothing as the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return JOINT.join(as_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(as_text(item) for item in value.values() if item not in (None, ""))
    return str(value)
