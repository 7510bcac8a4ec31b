"""A search at a source: its criteria, the rows found page after page, and those that are ticked, over any number of searches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tui_import.api.capabilities import Criterion, Kind, Operator, Page, Searchable, SearchField
from tui_import.api.i18n import _
from tui_import.api.options import OptionValue
from tui_import.api.source import Row, Scalar
from tui_import.model.progress import Progress
from tui_import.plugin_host.guarded import GuardedSearchable
from tui_import.session.searching import PAGE, criteria_text, criterion_of, key_text, operators_of, values_text

SHOWN_AT_ONCE = 100
"""Rows asked for at a time, to be looked at."""
MOST_SHOWN = 10_000
"""So many rows are held to be looked at; all that are found can be ticked."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row that was found."""

    key: str
    """What it is picked by; empty: it cannot be picked."""
    values: Sequence[Scalar]
    changed: str = ""
    linked: bool = False
    """The store knows its key already: importing it updates a record."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one search, as far as they are read."""

    criteria: tuple[Criterion, ...] = ()
    rows: tuple[FoundRow, ...] = ()
    next: str = ""
    """The page behind them; empty: these are all."""
    total: int | None = None
    """All that meet the criteria, where the server counts them or all are read."""

    @property
    def more(self) -> bool:
        """Further rows can be shown."""
        return bool(self.next) and len(self.rows) < MOST_SHOWN


class Search:
    """What is searched for and what is ticked. `find`, `more` and `keys` ask the source and may take long; they change nothing here."""

    def __init__(
        self,
        table: Searchable,
        items: Callable[[str], Mapping[str, str]],
        linked: Callable[[Sequence[str]], Collection[str]] | None = None,
    ) -> None:
        """``items`` gives the items of a list by key; ``linked`` which of some keys the store knows already."""
        self._table, self._list, self._linked = table, items, linked
        self.name = table.name
        """Of the table that is searched."""
        self.columns: Sequence[str] = [column.name for column in table.columns()]
        """Titles of the columns of `FoundRow.values`."""
        self.fields: Sequence[SearchField] = list(table.search_fields())
        self._items = {field.list: items(field.list) for field in self.fields if field.kind is Kind.LIST and field.list}
        self.criteria: list[Criterion] = []
        self.found = Found()
        """What is shown; the face puts the outcome of `find` and `more` here."""
        self._ticked: dict[str, None] = {}
        self._whole: tuple[Criterion, ...] | None = None
        """The criteria whose rows are exactly those that are ticked, where that is so."""

    # -- criteria

    def field(self, key: str) -> SearchField:
        """A searchable field by its key; one that the source no longer has stands for itself."""
        return next((field for field in self.fields if field.key == key), SearchField(key, key))

    @staticmethod
    def operators(field: SearchField) -> Sequence[Operator]:
        """How a field is compared, the usual way first."""
        return operators_of(field)

    def items(self, field: SearchField) -> Mapping[str, str]:
        """The items of a list field by key; empty where the source does not tell them."""
        return self._items.get(field.list, {})

    @staticmethod
    def criterion(field: SearchField, operator: Operator, text: str) -> Criterion:
        """A criterion out of what was typed. Raises `UsageError` where it does not fit the field's kind."""
        return criterion_of(field, operator, text)

    @staticmethod
    def typed(criterion: Criterion) -> str:
        """Its values as they are typed."""
        return values_text(criterion)

    def words(self, criterion: Criterion) -> str:
        """Its values as they are read: items of lists by name."""
        field = self.field(criterion.field)
        if field.kind is Kind.BOOLEAN:
            return _("yes") if criterion.values and criterion.values[0] else _("no")
        items = self.items(field)
        join = " … " if criterion.operator is Operator.BETWEEN else ", "
        return join.join(items.get(str(value), str(value)) for value in criterion.values)

    # -- asking the source

    def find(self, progress: Progress | None = None) -> Found:
        """The first rows that meet the criteria. Raises `SourceError`."""
        wanted = tuple(self.criteria)
        return self._page(Found(wanted), "", SHOWN_AT_ONCE, progress)

    def more(self, progress: Progress | None = None) -> Found:
        """The rows shown and those of the next page. Raises `SourceError`."""
        return self._page(self.found, self.found.next, SHOWN_AT_ONCE, progress) if self.found.more else self.found

    def keys(self, progress: Progress | None = None) -> Found:
        """All rows that meet the criteria, their keys alone (no values): what `tick_all` takes. Raises `SourceError`."""
        found = Found(tuple(self.criteria))
        if progress is not None:
            progress.begin(_("Ticking"), self.found.total if self.found.criteria == found.criteria else None)
        rows: list[FoundRow] = []
        while True:
            page = self._ask(found.criteria, found.next, PAGE, progress)
            rows += [FoundRow(row.key, ()) for row in page.rows if row.key]
            found = replace(found, next=page.next)
            if progress is not None:
                progress.advance(len(page.rows))
            if not page.next:
                return replace(found, rows=tuple(rows), total=len(rows))

    def _page(self, before: Found, page: str, limit: int, progress: Progress | None) -> Found:
        given = self._ask(before.criteria, page, limit, progress)
        known = self._linked([row.key for row in given.rows]) if self._linked is not None else ()
        rows = (*before.rows, *(_shown(row, known) for row in given.rows))
        total = given.total if given.total is not None else before.total
        return Found(before.criteria, rows, given.next, len(rows) if not given.next else total)

    def _ask(self, wanted: Sequence[Criterion], page: str, limit: int, progress: Progress | None) -> Page:
        if progress is not None:
            progress.check()
        if isinstance(self._table, GuardedSearchable):
            return self._table.search(wanted, page, limit, progress)
        return self._table.search(wanted, page, limit)

    # -- ticks

    @property
    def ticked(self) -> Sequence[str]:
        """The keys that are ticked, in the order they were."""
        return list(self._ticked)

    @property
    def count(self) -> int:
        """How many are ticked."""
        return len(self._ticked)

    def is_ticked(self, key: str) -> bool:
        """This row is."""
        return key in self._ticked

    def tick(self, keys: Iterable[str], ticked: bool = True) -> None:
        """Tick rows, or take their ticks away."""
        for key in keys:
            if key and ticked != (key in self._ticked):
                self._whole = None
                if ticked:
                    self._ticked[key] = None
                else:
                    del self._ticked[key]

    def tick_all(self, found: Found, ticked: bool = True) -> None:
        """Tick all that a query finds (as `keys` gave them), or take their ticks away; other ticks stay."""
        self.tick((row.key for row in found.rows), ticked)
        if ticked and len(self._ticked) == len(found.rows):
            self._whole = found.criteria

    def tick_none(self) -> None:
        """Take all ticks away."""
        self._ticked.clear()
        self._whole = None

    # -- what is imported

    def options(self) -> dict[str, OptionValue]:
        """The options of the source that stand for the ticked rows, or for all that are found where none is: `WHERE` and `KEYS`.

        None takes an option back. Where the ticked rows are exactly those of one query, it stands for them: they need not be named.
        """
        if not self._ticked or self._whole is not None:
            wanted: Sequence[Criterion] = self.criteria if not self._ticked or self._whole is None else self._whole
            return {"where": criteria_text(wanted) or None, "keys": None}
        return {"where": criteria_text(self.criteria) or None, "keys": key_text(self._ticked)}


def _shown(row: Row, known: Collection[str]) -> FoundRow:
    return FoundRow(row.key, tuple(row.values), row.changed, row.key in known)
