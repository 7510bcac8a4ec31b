"""Probable duplicates inside the store: pairs above, both records side by side below; one key merges them or keeps them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.plan import Summary
from tui_import.model.progress import Progress
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import content, safe
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import value_words as words

if TYPE_CHECKING:
    from tui_import.session.similar import SimilarPair

MOST = 500
"""Pairs of each kind of record that are shown, the most probable ones; when they are dealt with, the next come."""
LEFT_OUT = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})


@dataclass
class Choice:
    """What was chosen for the pair the cursor stands on."""

    swapped: bool = False
    """The younger record stays."""
    take: set[str] = field(default_factory=set)
    """Fields of which the survivor gets the other's value."""


class SimilarScreen(Frame):
    """A queue of pairs, and the one at hand."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("similar")
    HELP_TEXT = N_(
        "Records of the store that are probably one, the most probable first; below, both of them field by field. m merges the right "
        "one into the left one, x changes sides, t takes the right value of a field though the left record has one. d keeps the two "
        "apart: they are shown again only when something that identifies one of them changes. u takes the last merge back. "
        "Persons, consents, selections and telephones move with a merge."
    )

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[SimilarPair] = []
        self._names: dict[tuple[str, int], str] = {}
        self._choice = Choice()
        self._fields: list[str] = []
        self._runs: list[int] = []
        """Merges of this visit, for undo."""

    def where(self) -> Where:
        """Title."""
        return Where(_("Duplicates in the store"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """Queue, reasons, fields."""
        yield Menu(id="pairs")
        yield Static(id="why", classes="note")
        yield VirtualTable(id="sides")

    def on_mount(self) -> None:
        """Look for them in a thread."""
        self.query_one(Menu).focus()
        self._look()

    def _look(self) -> None:
        def work(progress: Progress) -> list[SimilarPair]:
            return list(self.workspace.similar(limit=MOST, progress=progress))

        self.start(_("Looking for duplicates"), work, self._found)

    def _found(self, pairs: Sequence[SimilarPair]) -> None:
        self._pairs = list(pairs)
        for entity in ("company", "person"):
            ids = {record for pair in pairs if pair.entity == entity for record in (pair.a, pair.b)}
            self._names |= {(entity, record): name for record, name in self.workspace.names(entity, ids).items()}
        self._show_pairs(0)

    def _show_pairs(self, cursor: int) -> None:
        items = [
            MenuItem(
                f"{self._names.get((pair.entity, pair.a), '')}  |  {self._names.get((pair.entity, pair.b), '')}",
                place,
                f"{pair.probability:.0%} {_(pair.entity)}",
            )
            for place, pair in enumerate(self._pairs, 1)
        ]
        count = len(items)
        heading = ngettext("{count} pair", "{count} pairs", count).format(count=count) if items else _("No two records look like one.")
        self.query_one(Menu).show([MenuItem(heading), *items], min(cursor + 1, count))
        self._show_pair()

    @property
    def _pair(self) -> SimilarPair | None:
        place = self.query_one(Menu).current
        return self._pairs[place - 1] if isinstance(place, int) and 0 < place <= len(self._pairs) else None

    def on_lines_moved(self, event: Menu.Moved) -> None:
        """Another pair."""
        if isinstance(event.widget, Menu):
            self._choice = Choice()
            self._show_pair()

    def _show_pair(self) -> None:
        pair = self._pair
        why, table = self.query_one("#why", Static), self.query_one(VirtualTable)
        if pair is None:
            why.update(content(""))
            table.show(ListRows([]), [])
            return
        stays, goes = self._sides(pair)
        records = [self._record(pair.entity, record) for record in (stays, goes)]
        why.update(content(safe("; ".join(pair.reasons))))
        titles = [_("Field"), _("Stays: {id}").format(id=stays), _("Goes: {id}").format(id=goes), _("Result")]
        rows = [self._row(pair.entity, name, *records) for name in self._shown(*records)]
        table.show(ListRows(rows), [TableColumn(title, frozen=at == 0) for at, title in enumerate(titles)])

    def _record(self, entity: str, record: int) -> Mapping[str, Any]:
        return self.attempt(lambda: self.workspace.record(entity, record)) or {}

    def _shown(self, stays: Mapping[str, Any], goes: Mapping[str, Any]) -> list[str]:
        """Fields that one of them has; those that differ first."""
        names = [name for name in dict.fromkeys([*stays, *goes]) if name not in LEFT_OUT and (stays.get(name) or goes.get(name))]
        self._fields = sorted(names, key=lambda name: words(stays.get(name)) == words(goes.get(name)))
        return self._fields

    def _row(self, entity: str, name: str, stays: Mapping[str, Any], goes: Mapping[str, Any]) -> TableRow:
        one, other = stays.get(name), goes.get(name)
        key = f"{entity}.{name}"
        title = self.workspace.catalogue[key].title.partition(": ")[2] if key in self.workspace.catalogue else name
        mark = "=" if words(one) == words(other) else "!"
        if isinstance(one, list) or isinstance(other, list):
            result = words(list(dict.fromkeys(map(words, [*(one or ()), *(other or ())]))))
        else:
            result = words(other if (name in self._choice.take and other) or not one else one)
        return TableRow([f"{mark} {title}", words(one), words(other), result])

    def _sides(self, pair: SimilarPair) -> tuple[int, int]:
        return (pair.b, pair.a) if self._choice.swapped else (pair.a, pair.b)

    # -- keys

    def action_swap(self) -> None:
        """The other one stays."""
        self._choice = Choice(not self._choice.swapped)
        self._show_pair()

    def action_take(self) -> None:
        """The right value of the field the cursor of the lower table stands on, or no longer."""
        if self._pair is None or not self._fields:
            return
        self._choice.take ^= {self._fields[min(self.query_one(VirtualTable).cursor, len(self._fields) - 1)]}
        self._show_pair()

    def action_merge(self) -> None:
        """The right one into the left one."""
        pair = self._pair
        if pair is None:
            return
        stays, goes = self._sides(pair)
        take = sorted(self._choice.take)

        def merged(summary: Summary) -> None:
            self._runs += [summary.run] if summary.run else []
            self._drop(pair, gone=goes)
            self.tell(_("{goes} is part of {stays} now. u takes it back.").format(goes=goes, stays=stays))

        self.start(_("Merging"), lambda _progress: self.workspace.merge(pair.entity, stays, goes, take=take), merged)

    def action_apart(self) -> None:
        """They are different."""
        pair = self._pair
        if pair is None:
            return

        def kept(_nothing: None) -> None:
            self._drop(pair)
            self.tell(_("Remembered: {a} and {b} are different.").format(a=pair.a, b=pair.b))

        self.start(_("Remembering"), lambda _progress: self.workspace.keep_apart(pair.entity, pair.a, pair.b), kept)

    def _drop(self, done: SimilarPair, gone: int = 0) -> None:
        place = self._pairs.index(done)
        self._pairs = [
            pair
            for pair in self._pairs
            if (pair.entity, pair.a, pair.b) != (done.entity, done.a, done.b)
            and not (gone and pair.entity == done.entity and gone in (pair.a, pair.b))
        ]
        self._choice = Choice()
        self._show_pairs(min(place, max(len(self._pairs) - 1, 0)))

    def action_undo(self) -> None:
        """The last merge of this visit."""
        if not self._runs:
            self.tell(_("Nothing was merged here yet; older runs are undone on the home screen."))
            return
        run = self._runs[-1]

        def undone(_result: object) -> None:
            self._runs.pop()
            self._look()

        self.start(_("Undo"), lambda progress: self.workspace.undo(run, progress=progress), undone)
