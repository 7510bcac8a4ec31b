"""The one table of a file (or folder) of cards: its columns by a first look, its rows by a second."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from tui_import.api import Column, Finding, Peek, Row, Table

if TYPE_CHECKING:
    from tui_import.api.vcard import LeftOut
    from tui_import_vcard.look import Look


class CardTable(Table):
    """The cards of one file, numbered by the lines they begin at, or of the files of a folder, counted."""

    def __init__(self, name: str, files: Sequence[str], encoding: str, *, only_filled: bool) -> None:
        self.name = name
        self._files, self._encoding, self._only_filled = files, encoding, only_filled
        self._findings: Sequence[Finding] = ()

    @cached_property
    def _look(self) -> Look:
        from tui_import_vcard.look import look

        return look(self._files, self._encoding, only_filled=self._only_filled)

    def columns(self) -> Sequence[Column]:
        """Those that are filled, or all."""
        return self._look.sheet.columns

    def peek(self, limit: int = 20) -> Peek:
        """The first contacts, and how their letters are stored."""
        from tui_import.api.vcard import LeftOut

        facts = {"encoding": self._look.encoding}
        if self._look.sample:
            facts["sample"] = self._look.sample
        rows = self._read(LeftOut())
        try:
            return Peek(list(islice(rows, limit)), facts)
        finally:
            rows.close()

    def rows(self) -> Iterator[Row]:
        """One row per card; groups and cards that cannot be read are left out and named."""
        from tui_import.api.vcard import LeftOut

        self._findings, left_out = (), LeftOut()
        yield from self._read(left_out)
        self._findings = left_out.findings()

    def findings(self) -> Sequence[Finding]:
        """What was met while the rows were read."""
        return self._findings

    def expected_rows(self) -> int | None:
        """Counted, or reckoned from the part that was looked at."""
        found = self._look
        if found.complete:
            return found.cards
        return found.cards * sum(os.path.getsize(path) for path in self._files) // max(found.read, 1)

    def _read(self, left_out: LeftOut) -> Generator[Row, None, None]:
        from tui_import.api.vcard import CardReader, contact

        sheet, fallback = self._look.sheet, self._look.fallback
        single, count = len(self._files) == 1, 0
        for path in self._files:
            file = "" if single else os.path.basename(path)
            with open(path, "rb") as stream:
                reader = CardReader(stream, fallback, strict=bool(self._encoding))
                for card in reader:
                    count += 1
                    number = card.line if single else count
                    found = contact(card)
                    if not left_out.takes(found, number, file and f"{file}:{card.line}: "):
                        yield sheet.row(number, found)
            left_out.add_notes(reader.notes, None if single else max(count, 1), file)
