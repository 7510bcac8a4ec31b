"""The contacts of a Google CSV: read as any CSV file is, its numbered groups sorted by what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from tui_import.api import NO_FIELD, Column, Finding, Peek, Row, Scalar, Table, ngettext
from tui_import_gmail.layout import BETWEEN, FIELDS, KINDS, LABELS, OTHER, PARTS, Layout, Slot, field_of, kind_of, labels, layout, pieces

SEVERAL = ("E-mail", "Phone", "Website", "IM")
"""Groups whose fields take several values."""


class Key(NamedTuple):
    """One column made of groups."""

    stem: str
    kind: str
    part: str

    @property
    def title(self) -> str:
        """As a heading: "Phone - Mobile", "Address - Work - City"."""
        part = "" if self.part == "Value" else self.part
        return " - ".join(word for word in (self.stem, self.kind, part) if word)


@dataclass(slots=True)
class Tally:
    """In how many rows something was met, and the first of them."""

    count: int = 0
    row: int = 0

    def add(self, row: int, times: int) -> None:
        """It was met so many times in this row."""
        if times:
            self.count += 1
            self.row = self.row or row

    def findings(self, text: str) -> list[Finding]:
        """The sentence about it, where there is something to say."""
        return [Finding(text.format(count=self.count), self.row)] if self.count else []


class GoogleTable(Table):
    """The one table of the file."""

    def __init__(self, inner: Table, complete: bool = False) -> None:
        """``complete``: with a column for every kind that has a field, whatever the file holds."""
        self.name = inner.name
        self._inner, self._complete = inner, complete
        self._findings: Sequence[Finding] = ()

    @cached_property
    def _source(self) -> Sequence[Column]:
        return self._inner.columns()

    @cached_property
    def _layout(self) -> Layout:
        return layout([column.name for column in self._source])

    @cached_property
    def _keys(self) -> Sequence[Key]:
        """The columns made of groups, by all that the file holds; which kinds there are, only its rows know."""
        found: dict[Key, None] = {}
        for row in self._inner.rows():
            for slot in self._layout.slots:
                kind = _kind(slot, row.values)
                found.update(dict.fromkeys(Key(slot.stem, kind, part) for part, place in slot.parts.items() if _text(row.values, place)))
        if self._complete:
            found.update(dict.fromkeys(_all_keys()))
        stems = list(dict.fromkeys((*(slot.stem for slot in self._layout.slots), *PARTS)))
        parts = list(dict.fromkeys(key.part for key in (*_all_keys(), *found)))
        return sorted(found, key=lambda key: (stems.index(key.stem), KINDS.index(key.kind), parts.index(key.part)))

    def columns(self) -> Sequence[Column]:
        """The columns that stand for themselves, then the groups by their kinds, each with its field."""
        plain = [self._source[place] for place in self._layout.plain]
        found = [replace(column, field=FIELDS.get(column.name, "")) for column in plain]
        found += [Column(key.title, field_of(*key)) for key in self._keys]
        return _once(found)

    def peek(self, limit: int = 20) -> Peek:
        """The first rows as they stand in the file."""
        return self._inner.peek(limit)

    def rows(self) -> Iterator[Row]:
        """The contacts."""
        self._findings = ()
        more, lone = Tally(), Tally()
        place_of = {key: place for place, key in enumerate(self._keys, len(self._layout.plain))}
        names = [self._source[place].name for place in self._layout.plain]
        inner = self._inner.rows()
        try:
            for row in inner:
                values: list[Scalar] = [row.values[place] for place in self._layout.plain]
                values += [None] * len(place_of)
                more.add(row.number, self._fill(values, row.values, place_of))
                lone.add(row.number, self._lone_labels(row.values))
                _tidy(values, names)
                yield row._replace(values=[*values, *row.values[len(self._source) :]])
        finally:
            getattr(inner, "close", lambda: None)()
            self._findings = [*self._inner.findings(), *_about_more(more), *_about_lone(lone)]

    def _fill(self, values: list[Scalar], cells: Sequence[Scalar], place_of: Mapping[Key, int]) -> int:
        """Sort a row's groups into the columns of their kinds; returns how many found their columns taken."""
        taken: set[tuple[str, str]] = set()
        left_out = 0
        for slot in self._layout.slots:
            kind = _kind(slot, cells)
            filled = {Key(slot.stem, kind, part): text for part, place in slot.parts.items() if (text := _text(cells, place))}
            if not filled:
                continue
            if slot.stem in SEVERAL:
                for key, text in filled.items():
                    known = values[place_of[key]]
                    values[place_of[key]] = f"{known}{BETWEEN}{text}" if known else text
                continue
            left_out += (slot.stem, kind) in taken or any(len(pieces(text)) > 1 for text in filled.values())
            if (slot.stem, kind) not in taken:
                taken.add((slot.stem, kind))
                for key, text in filled.items():
                    values[place_of[key]] = pieces(text)[0] or None
        return left_out

    def _lone_labels(self, cells: Sequence[Scalar]) -> int:
        """How many labels that are no usual ones have no value beside them: a value that slipped into the wrong column."""
        empty = (slot for slot in self._layout.slots if not any(_text(cells, place) for place in slot.parts.values()))
        return sum(_kind(slot, cells) == OTHER and _text(cells, slot.label).casefold() != OTHER.casefold() for slot in empty)

    def findings(self) -> Sequence[Finding]:
        """What was met while the rows were read."""
        return self._findings


def _all_keys() -> Iterator[Key]:
    for stem, parts in PARTS.items():
        kinds = KINDS if stem != "Organization" else KINDS[:1]
        yield from (key for kind in kinds for part in parts if field_of(*(key := Key(stem, kind, part))) != NO_FIELD)


def _kind(slot: Slot, cells: Sequence[Scalar]) -> str:
    """The kind of a group in this row; organizations have none that tells them apart."""
    return "" if slot.stem == "Organization" or slot.label < 0 else kind_of(_text(cells, slot.label))


def _text(cells: Sequence[Scalar], place: int) -> str:
    return str(cells[place] or "").strip() if place < len(cells) else ""


def _tidy(values: list[Scalar], names: Sequence[str]) -> None:
    """Labels without Google's own."""
    for place, name in enumerate(names):
        if name in LABELS and values[place]:
            values[place] = labels(str(values[place])) or None


def _once(columns: Sequence[Column]) -> list[Column]:
    """A field that takes one value is linked to the first of its columns."""
    taken: set[str] = set()
    found = []
    for column in columns:
        single = column.field.startswith(("person.private_", "company.postal_", "company.country", "person.country", "person.full_name"))
        found.append(replace(column, field=NO_FIELD) if single and column.field in taken else column)
        taken.add(column.field)
    return found


def _about_more(tally: Tally) -> list[Finding]:
    text = ngettext(
        "{count} contact has a second organization or a second address of one kind; the first is imported.",
        "{count} contacts have a second organization or a second address of one kind; the first is imported.",
        tally.count,
    )
    return tally.findings(text)


def _about_lone(tally: Tally) -> list[Finding]:
    text = ngettext(
        "In {count} row something stands where a label should be, and no value beside it; it is not imported.",
        "In {count} rows something stands where a label should be, and no value beside it; it is not imported.",
        tally.count,
    )
    return tally.findings(text)
