"""Formula injection: a cell that a spreadsheet program would run gets an apostrophe before it, and `unguard` takes it away again.

Excel, LibreOffice and Google Sheets run a cell of a CSV file as a formula where it begins with ``=``, ``+``, ``-`` or ``@`` (also in
their full-width forms), or with blanks before those. An apostrophe makes it text. Telephone numbers and negative numbers begin with
such a sign too and can do no harm, so they stay as they are.

Where the user's country writes lists with semicolons, Excel breaks the lines of a comma-separated file at semicolons, tabs and line
ends inside a cell; so what stands behind one of those is guarded as if it were a cell of its own.
"""

from __future__ import annotations

import re

_RUNS = re.compile(r"[\s']*[=+\-@＝＋－＠]")
"""What a program could run, also where apostrophes stand before it already: they are counted up, so that `unguard` can count down."""
_HARMLESS = re.compile(r" *[+-]?[0-9][0-9 ().,/-]*")
"""A number or a telephone number, with nothing in it that could name a cell or a function."""
_BREAKS = re.compile(r"([;\t\r\n])")
_GUARDED = re.compile(r"'[\s']*[=+\-@＝＋－＠]")


def guard(text: str) -> str:
    """The text as it may stand in a CSV file."""
    return "".join(f"'{part}" if _needs_guard(part) else part for part in _BREAKS.split(text))


def unguard(text: str) -> str:
    """The text that `guard` was given."""
    return "".join(part[1:] if part.startswith("'") and _RUNS.match(part) else part for part in _BREAKS.split(text))


def may_be_guarded(line: str) -> bool:
    """There is something in a line of a file that `unguard` could take away: a quick look, before cells are told apart."""
    return "'" in line and _GUARDED.search(line) is not None


def needs_guard(text: str) -> bool:
    """A spreadsheet program might run the text or a part of it, or take an apostrophe of ours for one of the text's own."""
    return guard(text) != text


def _needs_guard(part: str) -> bool:
    return _RUNS.match(part) is not None and _HARMLESS.fullmatch(part) is None
