"""How results are written: the only door of the command line to the terminal. Text from outside goes through `safe` or JSON's escapes."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO, TypeVar

from tui_import.api.i18n import _
from tui_import.model.text import safe, shown

Item = TypeVar("Item")
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""What JSON may carry as it is, and a terminal had better not see."""
NARROWEST = 8
"""Columns are not cut below this width."""


class Output:
    """Where one command writes to: results on standard output, everything else on standard error."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        """Results are JSON."""
        self._closed = False

    def text(self, line: str = "") -> None:
        """A line of the result; nothing when results are JSON. What is filled in must have been through `safe`."""
        if not self.as_json:
            self._write(sys.stdout, line)

    def note(self, line: str) -> None:
        """A line on standard error."""
        self._write(sys.stderr, line)

    def result(self, value: object) -> None:
        """A JSON object on a line of its own; nothing when results are text."""
        if self.as_json:
            self._write(sys.stdout, to_json(value))

    def listing(
        self,
        items: Iterable[Item],
        columns: Mapping[str, Callable[[Item], Any]],
        *,
        empty: str,
        as_object: Callable[[Item], object] | None = None,
    ) -> None:
        """A table, or a JSON line per item: ``as_object`` of it, else the dataclass as it is. ``columns``: heading → what stands there."""
        if self.as_json:
            for item in items:
                self.result(as_object(item) if as_object else item)
            return
        values = [[read(item) for read in columns.values()] for item in items]
        if values:
            numbers = (column for column in range(len(columns)) if all(type(line[column]) is int for line in values))
            self.text(table(list(columns), [[cell(value) for value in line] for line in values], right=frozenset(numbers)))
        else:
            self.note(empty)

    def _write(self, stream: TextIO, line: str) -> None:
        if self._closed and stream is sys.stdout:
            return
        try:
            stream.write(line + "\n")
            stream.flush()
        except BrokenPipeError:
            self._closed = True  # the reader (head, less) has seen enough; the work goes on to its end
            silence(stream)


def silence(stream: TextIO) -> None:
    """Let nothing more go to a stream whose reader is gone, not even when Python flushes it at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def to_json(value: object) -> str:
    """One line of JSON: letters stay letters, what could command a terminal is escaped."""
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(_plain(value), ensure_ascii=ascii_only, default=str)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def cell(value: object) -> str:
    """A value as it stands in a table."""
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, list | tuple):
        return "; ".join(cell(item) for item in value)
    return shown(value) if isinstance(value, bool | float) else safe(value)


def number(value: int) -> str:
    """A whole number with the user's thousands separator."""
    # Translators: the thousands separator
    return f"{value:,}".replace(",", _(","))


def seconds(value: float) -> str:
    """A duration: "0.8 s", "2 min 5 s"."""
    if value < 60:
        # Translators: the decimal separator
        return _("{seconds} s").format(seconds=f"{value:.1f}".replace(".", _(".")))
    return _("{minutes} min {seconds} s").format(minutes=int(value) // 60, seconds=int(value) % 60)


def local_time(moment: str) -> str:
    """A moment of the store (ISO 8601, UTC) on the user's clock, to the minute."""
    import datetime

    try:
        return datetime.datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return safe(moment)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Columns under their headings, cut to the terminal's width where there is a terminal. ``right`` are the columns set flush right."""
    every = [list(headings), *rows] if headings else list(rows)
    widths = [max(width(line[column]) for line in every) for column in range(len(every[0]))]
    if sys.stdout.isatty():
        widths = _fit(widths, shutil.get_terminal_size().columns)
    lines = []
    for line in every:
        parts = [_pad(text, widths[column], column in right) for column, text in enumerate(line)]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def _fit(widths: Sequence[int], room: int) -> list[int]:
    """The widest columns give way until all fit."""
    fitted = list(widths)
    excess = sum(fitted) + 2 * (len(fitted) - 1) - room
    while excess > 0 and max(fitted) > NARROWEST:
        widest = fitted.index(max(fitted))
        fitted[widest] -= 1
        excess -= 1
    return fitted


def _pad(text: str, room: int, right: bool) -> str:
    if width(text) > room:
        while text and width(text) > room - 1:
            text = text[:-1]
        text += "…"
    blanks = " " * (room - width(text))
    return blanks + text if right else text + blanks


def width(text: str) -> int:
    """Cells that the text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
