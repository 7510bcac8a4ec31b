"""What goes through the pipe between the reading child and its parent: length and `marshal` of plain values, which name no code to run."""

from __future__ import annotations

import datetime
import marshal
import struct
from typing import Any, BinaryIO

HEADER = struct.Struct("<I")
LARGEST = 1 << 28
"""Bytes of one message."""

Moment = tuple[int, int, tuple[int, ...]]
"""A value that marshal does not know: place in the column, column, and the parts of a date (3), a time (4) or a date with time (7)."""
Block = tuple[list[int], list[int], list[list[Any]], list[Moment]]
"""Rows that are not blank: their numbers, the places of the hidden ones, the columns, and what is to be put into them."""


def send(pipe: BinaryIO, kind: str, content: Any) -> None:
    """Write one message."""
    data = marshal.dumps((kind, content))
    pipe.write(HEADER.pack(len(data)))
    pipe.write(data)


def receive(data: bytes) -> tuple[str, Any]:
    """One message. Raises `ValueError` where it is none."""
    try:
        message = marshal.loads(data)  # noqa: S302 - builds values, runs nothing
    except (EOFError, TypeError, ValueError) as error:
        raise ValueError("not a message") from error
    if not (isinstance(message, tuple) and len(message) == 2 and isinstance(message[0], str)):
        raise ValueError("not a message")
    return message


def parts(value: datetime.date | datetime.time) -> tuple[int, ...]:
    """A date, time or both as numbers."""
    if isinstance(value, datetime.datetime):
        return (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
    if isinstance(value, datetime.date):
        return (value.year, value.month, value.day)
    return (value.hour, value.minute, value.second, value.microsecond)


def moment(numbers: tuple[int, ...]) -> datetime.date | datetime.time:
    """The date, time or both of its numbers."""
    if len(numbers) == 3:
        return datetime.date(*numbers)
    return datetime.time(*numbers) if len(numbers) == 4 else datetime.datetime(*numbers)  # type: ignore[arg-type]
