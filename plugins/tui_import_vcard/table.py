"""The one table of a file (or folder) of cards: its rows, and the sentences about what was left out."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from tui_import.api import Column, Finding, Peek, Row, Table, _, ngettext

if TYPE_CHECKING:
    from tui_import.api.vcard import ReadingNotes
    from tui_import_vcard.look import Look

MOST_NAMED = 50
"""Cards that were passed over are named up to here, then counted."""


@dataclass(slots=True)
class Tally:
    """How often something was met, and in which row first."""

    count: int = 0
    first: int | None = None

    def add(self, row: int | None, count: int = 1) -> None:
        """Met so often more."""
        if count:
            self.count += count
            self.first = self.first or row


@dataclass(slots=True)
class Met:
    """What was met while the rows were read."""

    pictures: Tally = field(default_factory=Tally)
    groups: Tally = field(default_factory=Tally)
    stray: Tally = field(default_factory=Tally)
    passed_over: Tally = field(default_factory=Tally)
    named: list[Finding] = field(default_factory=list)
    """Cards that were passed over, one by one."""

    def pass_over(self, row: int | None, sentence: str) -> None:
        """A card that is not read, and why."""
        self.passed_over.add(row)
        if len(self.named) < MOST_NAMED:
            self.named.append(Finding(sentence, row))


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
        facts = {"encoding": self._look.encoding}
        if self._look.sample:
            facts["sample"] = self._look.sample
        rows = self._read(Met())
        try:
            return Peek(list(islice(rows, limit)), facts)
        finally:
            rows.close()

    def rows(self) -> Iterator[Row]:
        """One row per card; groups and cards that cannot be read are left out and named."""
        self._findings = ()
        met = Met()
        yield from self._read(met)
        self._findings = _sentences(met)

    def findings(self) -> Sequence[Finding]:
        """What was met while the rows were read."""
        return self._findings

    def expected_rows(self) -> int | None:
        """Counted, or reckoned from the part that was looked at."""
        found = self._look
        if found.complete:
            return found.cards
        return found.cards * sum(os.path.getsize(path) for path in self._files) // max(found.read, 1)

    def _read(self, met: Met) -> Generator[Row, None, None]:
        from tui_import.api.vcard import CardReader, contact

        sheet, fallback = self._look.sheet, self._look.fallback
        single, count = len(self._files) == 1, 0
        for path in self._files:
            with open(path, "rb") as stream:
                reader = CardReader(stream, fallback, strict=bool(self._encoding))
                for card in reader:
                    count += 1
                    row = card.line if single else count
                    found = contact(card)
                    if found.is_group:
                        met.groups.add(row)
                    elif found.is_blank:
                        met.pass_over(row, _place(path, card.line, single) + _("The card names nobody and was passed over."))
                    else:
                        yield sheet.row(row, found)
            _note(reader.notes, met, path, single, count)


def _note(notes: ReadingNotes, met: Met, path: str, single: bool, count: int) -> None:
    """What the reader of one file met; ``count``: cards so far."""
    for line, name in notes.unreadable:
        place = _place(path, line, single)
        sentence = (
            _("The card “{name}” breaks off or is too large, and was passed over.").format(name=name)
            if name
            else _("A card breaks off or is too large, and was passed over.")
        )
        met.pass_over(line if single else count or None, place + sentence)
    met.pictures.add(None, notes.pictures)
    met.stray.add(notes.first_stray if single else count or None, notes.stray)


def _place(path: str, line: int, single: bool) -> str:
    """Where in a folder, as a message begins."""
    return "" if single else f"{os.path.basename(path)}:{line}: "


def _sentences(met: Met) -> Sequence[Finding]:
    found = list(met.named)
    if met.passed_over.count > len(met.named):
        text = ngettext(
            "In all {count} card was passed over.", "In all {count} cards were passed over.", met.passed_over.count
        )
        found.append(Finding(text.format(count=met.passed_over.count), met.passed_over.first))
    for tally, text in (
        (
            met.groups,
            ngettext(
                "{count} card is a group of others and no contact; it was passed over.",
                "{count} cards are groups of others and no contacts; they were passed over.",
                met.groups.count,
            ),
        ),
        (
            met.pictures,
            ngettext("{count} card has a photo, which is not imported.", "{count} cards have photos, which are not imported.", met.pictures.count),
        ),
        (
            met.stray,
            ngettext("{count} line belongs to no card.", "{count} lines belong to no card.", met.stray.count),
        ),
    ):
        if tally.count:
            found.append(Finding(text.format(count=tally.count), tally.first))
    return found
