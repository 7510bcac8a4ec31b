"""What was left out of an address book while it was read, as the sentences that a user sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_import.api.i18n import _, ngettext
from tui_import.api.source import Finding
from tui_import.api.vcard.card import ReadingNotes
from tui_import.api.vcard.contact import Contact

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
class LeftOut:
    """Collected while rows are read."""

    pictures: Tally = field(default_factory=Tally)
    groups: Tally = field(default_factory=Tally)
    stray: Tally = field(default_factory=Tally)
    replaced: Tally = field(default_factory=Tally)
    passed_over: Tally = field(default_factory=Tally)
    named: list[Finding] = field(default_factory=list)
    """Cards that were passed over, one by one."""

    def takes(self, contact: Contact, row: int, place: str = "") -> bool:
        """Whether it is no row: a group of other cards, or a card that names nobody. ``place`` begins the sentence about it."""
        if contact.is_group:
            self.groups.add(row)
        elif contact.is_blank:
            self.pass_over(row, place + _("The card names nobody and was passed over."))
        return contact.is_group or contact.is_blank

    def unreadable(self, row: int | None, name: str, place: str = "") -> None:
        """A card that breaks off or is too large."""
        if name:
            sentence = _("The card “{name}” breaks off or is too large, and was passed over.").format(name=name)
        else:
            sentence = _("A card breaks off or is too large, and was passed over.")
        self.pass_over(row, place + sentence)

    def pass_over(self, row: int | None, sentence: str) -> None:
        """A card that is not read, and why."""
        self.passed_over.add(row)
        if len(self.named) < MOST_NAMED:
            self.named.append(Finding(sentence, row))

    def add_notes(self, notes: ReadingNotes, row: int | None = None, file: str = "") -> None:
        """What a reader met in a whole stream. ``row`` and ``file``: where the lines of the stream are no rows of the table."""
        for line, name in notes.unreadable:
            self.unreadable(row or line, name, f"{file}:{line}: " if file else "")
        self.pictures.add(None, notes.pictures)
        self.replaced.add(None, notes.replaced)
        self.stray.add(row or notes.first_stray, notes.stray)

    def findings(self) -> Sequence[Finding]:
        """The sentences."""
        found = list(self.named)
        count = self.passed_over.count
        if count > len(found):
            text = ngettext("In all {count} card was passed over.", "In all {count} cards were passed over.", count)
            found.append(Finding(text.format(count=count), self.passed_over.first))
        for tally, text in (
            (
                self.groups,
                ngettext(
                    "{count} card is a group of others and no contact; it was passed over.",
                    "{count} cards are groups of others and no contacts; they were passed over.",
                    self.groups.count,
                ),
            ),
            (
                self.pictures,
                ngettext(
                    "{count} card has a photo, which is not imported.",
                    "{count} cards have photos, which are not imported.",
                    self.pictures.count,
                ),
            ),
            (
                self.replaced,
                ngettext(
                    "{count} value has bytes that are not letters in this encoding; they are shown as �.",
                    "{count} values have bytes that are not letters in this encoding; they are shown as �.",
                    self.replaced.count,
                ),
            ),
            (self.stray, ngettext("{count} line belongs to no card.", "{count} lines belong to no card.", self.stray.count)),
        ):
            if tally.count:
                found.append(Finding(text.format(count=tally.count), tally.first))
        return found
