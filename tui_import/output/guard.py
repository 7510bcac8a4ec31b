"""Formula injection: a cell that a spreadsheet program would run gets an apostrophe before it, and `unguard` takes it away again.

Excel, LibreOffice and Google Sheets run a cell of a CSV file as a formula where it begins with ``=``, ``+``, ``-`` or ``@`` (also in
their full-width forms), or with blanks before those. An apostrophe makes it text. Telephone numbers and negative numbers begin with
such a sign too and can do no harm, so they stay as they are.
"""

from __future__ import annotations

import re

_RUNS = re.compile(r"'*\s*[=+\-@＝＋－＠\t\r]")
"""What a program could run, also where apostrophes stand before it already: they are counted up, so that `unguard` can count down."""
_HARMLESS = re.compile(r"[+-]?[0-9][0-9 ().,/-]*")
"""A number or a telephone number, with nothing in it that could name a cell or a function."""


def needs_guard(text: str) -> bool:
    """A spreadsheet program might run the text, or take an apostrophe of ours for one of the text's own."""
    return _RUNS.match(text) is not None and _HARMLESS.fullmatch(text) is None


def guard(text: str) -> str:
    """The text as it may stand in a CSV file."""
    return f"'{text}" if needs_guard(text) else text


def unguard(text: str) -> str:
    """The text that `guard` was given."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text
