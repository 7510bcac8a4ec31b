"""The one table of a file: how it is read, as said or as found out, its rows, and the sentences about both."""

from __future__ import annotations

import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tui_import.api import Column, Finding, Options, Peek, Row, SourceError, Table, Where, _, ngettext
from tui_import.api.errors import UsageError
from tui_import.api.headings import Heading, chosen_heading, column_names, find_heading, heading_findings
from tui_import_csv import encoding as encodings
from tui_import_csv.dialect import Dialect, find_dialect, separator_line
from tui_import_csv.records import Notes, Records, Tally, lines_of

LONGEST_LINE = 1 << 26
"""Bytes: a file with more between two line ends is not a table."""
SAMPLE_CHARACTERS = 1 << 20
"""What the delimiter is found by."""
SAMPLE_RECORDS = 200
"""What the heading and the width are found by."""
FEW_CONTROLS = 20
"""Control characters that a text may have."""
AUTO = "auto"
REMOVE, KEEP = "remove", "keep"

_NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|", "colon": ":"}
_NAMES = {"\t": "tab", " ": "space"}
_FOREIGN_WORD = re.compile(r"\w{0,30}[^\x00-\x7f]\w{0,30}")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@contextmanager
def readable(shown: str) -> Iterator[None]:
    """What the operating system refuses becomes a `SourceError` about the file."""
    try:
        yield
    except OSError as error:
        raise SourceError(_("The file cannot be read: {reason}.").format(reason=error.strerror or error), where=Where(shown)) from error


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user said; empty or ``None``: to be found out."""

    encoding: str = ""
    delimiter: str = ""
    quote: str | None = None
    heading: Heading | None = None
    unguarded: bool = True
    """Apostrophes before formulas are taken away."""
    ended_by: str = ""
    """The sign between two records; empty: line ends."""

    @classmethod
    def of(cls, options: Options) -> Wanted:
        """Check the options. Raises `UsageError`."""
        encoding = _given(options, "encoding").strip()
        delimiter = _given(options, "delimiter")
        quote = _given(options, "quote").strip()
        if encoding:
            _check_encoding(encoding)
        delimiter = _NAMED_DELIMITERS.get(delimiter.strip().lower(), delimiter)
        if len(delimiter) > 1 or delimiter in ("\r", "\n", '"'):
            raise UsageError(
                _("“{value}” cannot be a delimiter.").format(value=delimiter),
                hint=_("Give one character, or tab, space or auto."),
            )
        if quote.lower() != "none" and len(quote) > 1:
            raise UsageError(_("“{value}” cannot be a quotation mark.").format(value=quote), hint=_("Give one character, none or auto."))
        heading, unguarded = chosen_heading(options.get("header_row")), options.get("apostrophes") != KEEP
        ended_by = _record_delimiter(_given(options, "record_delimiter"), delimiter, quote)
        return cls(encoding, delimiter, {"": None, "none": ""}.get(quote.lower(), quote), heading, unguarded, ended_by)


def _record_delimiter(text: str, delimiter: str, quote: str) -> str:
    sign = _NAMED_DELIMITERS.get(text.strip().lower(), text)
    if sign in ("\r", "\n", "\r\n"):
        return ""
    if len(sign) > 1 or (sign and sign in (delimiter, quote, '"')):
        raise UsageError(
            _("“{value}” cannot be what ends a record.").format(value=sign),
            hint=_("Give one character that is neither the delimiter nor the quotation mark, or auto for line ends."),
        )
    return sign


def _given(options: Options, key: str) -> str:
    value = options.get(key)
    text = "" if value is None else str(value)
    return "" if text.strip().lower() == AUTO else text


def _check_encoding(name: str) -> None:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name).close()
    except (LookupError, ValueError) as error:
        raise UsageError(
            _("“{value}” is not an encoding that we know.").format(value=name), hint=_("Give utf-8, cp1252, utf-16 … or auto.")
        ) from error


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is read, as said or as found out."""

    encoding: str
    clean: bool
    dialect: Dialect
    skip_first: bool
    """Line 1 is Excel's ``sep=``."""
    sample: str
    """A few words with letters outside ASCII."""


class CsvTable(Table):
    """The records of one file."""

    def __init__(self, path: Path, name: str, shown: str, wanted: Wanted) -> None:
        self.name = name
        self._path, self._shown, self._wanted = path, shown, wanted
        self._findings: Sequence[Finding] = ()

    @cached_property
    def _layout(self) -> Layout:
        wanted = self._wanted
        with readable(self._shown):
            found = encodings.detect(self._path)
        if found.longest_line > LONGEST_LINE and not wanted.ended_by:
            raise SourceError(_("Its lines have no end, so this is hardly a table."), where=Where(self._shown))
        clean = found.clean and (not wanted.encoding or encodings.same_encoding(wanted.encoding, found.encoding))
        encoding = wanted.encoding or found.encoding
        lines, cut = self._first_lines(encoding)
        text = "".join(lines)
        controls = len(_CONTROL.findall(text))
        if not wanted.encoding and controls > FEW_CONTROLS and controls > len(text) / 10:
            raise SourceError(
                _("It does not look like text."), where=Where(self._shown), hint=_("Choose another encoding or another source for it.")
            )
        named = separator_line(lines[0]) if lines else ""
        dialect = find_dialect(lines[1:] if named else lines, wanted.delimiter or named, wanted.quote, cut=cut)
        return Layout(encoding, clean, dialect, bool(named), _foreign_words(text))

    def _first_lines(self, encoding: str) -> tuple[list[str], bool]:
        """Whole lines, and whether there are more."""
        with readable(self._shown), self._path.open(encoding=encoding, errors="replace", newline="") as stream:
            text = stream.read(SAMPLE_CHARACTERS)
            more = bool(stream.read(1))
        if self._wanted.ended_by:
            text = "".join(lines_of(io.StringIO(text, newline=""), self._wanted.ended_by))
        lines = list(io.StringIO(text.replace("\0", ""), newline=""))
        return lines[:-1] if more and len(lines) > 1 else lines, more

    def _records(self) -> Records:
        layout = self._layout
        return Records(
            self._path, layout.encoding, layout.dialect, clean=layout.clean, shown=self._shown, unguarded=self._wanted.unguarded,
            ended_by=self._wanted.ended_by,
        )  # fmt: skip

    @cached_property
    def _top(self) -> tuple[Row, ...]:
        """The first rows that are not blank, as they stand, at least to the end of the headings that were named."""
        heading = self._wanted.heading
        rows = []
        with readable(self._shown):
            for line, fields in self._records():
                if any(map(str.strip, fields)) and not (line == 1 and self._layout.skip_first):
                    rows.append(Row(line, tuple(field or None for field in fields)))
                if len(rows) >= SAMPLE_RECORDS and (not heading or line >= heading.last):
                    break
        return tuple(rows)

    @cached_property
    def _heading(self) -> Heading:
        return self._wanted.heading or find_heading(self._top)

    @cached_property
    def _width(self) -> int:
        """Columns: as many as the headings or most records have."""
        heading = self._heading
        headings = [len(row.values) for row in self._top if heading.last and heading.first <= row.number <= heading.last]
        widths = Counter(len(row.values) for row in self._top if row.number > heading.last)
        usual = max(widths, key=lambda width: (widths[width], width), default=0)
        if headings and 2 * widths[usual] <= widths.total():
            return max(headings)
        return max(usual, *headings) if headings else usual

    def columns(self) -> Sequence[Column]:
        """By the headings."""
        return [Column(name) for name in column_names(self._top, self._heading, self._width)]

    def peek(self, limit: int = 20) -> Peek:
        """The first rows, with what was found out about the file."""
        layout, dialect = self._layout, self._layout.dialect
        facts = {
            "encoding": layout.encoding,
            "delimiter": _NAMES.get(dialect.delimiter, dialect.delimiter),
            "quote": dialect.quote or "none",
            "header_row": self._heading.label,
        }
        if self._wanted.ended_by:
            facts["record_delimiter"] = _NAMES.get(self._wanted.ended_by, self._wanted.ended_by)
        if layout.sample:
            facts["sample"] = layout.sample
        return Peek(self._top[:limit], facts, self._about_headings())

    def rows(self) -> Iterator[Row]:
        """The records below the headings; short ones are filled up, blank ones left out."""
        self._findings = ()
        records = self._records()
        width, skip = self._width, max(self._heading.last, int(self._layout.skip_first))
        short = Tally()
        try:
            with readable(self._shown):
                for line, fields in records:
                    if line <= skip or not "".join(fields).strip():
                        continue
                    values = [field or None for field in fields]
                    if len(values) != width:
                        _fit(values, width, line, short)
                    yield Row(line, values)
        finally:
            self._findings = [*self._about_headings(), *_sentences(records.notes, short)]

    def _about_headings(self) -> list[Finding]:
        return heading_findings(self._top, self._heading, chosen=self._wanted.heading is not None)

    def findings(self) -> Sequence[Finding]:
        """What was met while the rows were read."""
        return self._findings


def _fit(values: list[str | None], width: int, line: int, short: Tally) -> None:
    """Fill a short row up; take empty cells beyond the last column away, and leave others for the host to report."""
    if len(values) < width:
        short.add(line)
        values.extend(itertools.repeat(None, width - len(values)))
        return
    while len(values) > width and values[-1] is None:
        values.pop()


def _foreign_words(text: str) -> str:
    """A few words by which a reader sees whether the encoding is right."""
    if text.isascii():
        return ""
    words = dict.fromkeys(found[0] for found in itertools.islice(_FOREIGN_WORD.finditer(text), 200))
    return " ".join(itertools.islice(words, 8))


def _sentences(notes: Notes, short: Tally) -> list[Finding]:
    found = []
    for tally, text in (
        (
            notes.undecodable,
            ngettext(
                "{count} line has bytes that are not letters in this encoding; they are shown as �.",
                "{count} lines have bytes that are not letters in this encoding; they are shown as �.",
                notes.undecodable.count,
            ),
        ),
        (
            notes.nul,
            ngettext(
                "{count} line has NUL bytes; they were taken out.", "{count} lines have NUL bytes; they were taken out.", notes.nul.count
            ),
        ),
        (
            notes.unclosed,
            ngettext(
                "In {count} line a quotation mark is opened and never closed; it was read as part of the text.",
                "In {count} lines a quotation mark is opened and never closed; it was read as part of the text.",
                notes.unclosed.count,
            ),
        ),
        (
            notes.guarded,
            ngettext(
                "In {count} row an apostrophe that keeps spreadsheets from running a cell was taken away (option apostrophes=keep).",
                "In {count} rows apostrophes that keep spreadsheets from running cells were taken away (option apostrophes=keep).",
                notes.guarded.count,
            ),
        ),
        (
            short,
            ngettext(
                "{count} row has fewer values than there are columns.",
                "{count} rows have fewer values than there are columns.",
                short.count,
            ),
        ),
    ):
        if tally.count:
            found.append(Finding(text.format(count=tally.count), tally.first))
    if notes.changed:
        found.append(Finding(_("The file changed while it was read: somebody may still be writing it. Read it again when it is complete.")))
    return found
