"""A store as a source: its records, or those of a selection, become the rows of an import into this or another store.

Columns are called by their fields and arrive linked. Records know their numbers: in an import into the store that they come from, they
are found again by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from tui_import.api.errors import SourceError, TuiImportError, Where
from tui_import.api.hooks import hookimpl
from tui_import.api.i18n import _
from tui_import.api.options import Option, Options, OptionType
from tui_import.api.source import NO_FIELD, Column, Peek, Row, Source, Table
from tui_import.config.shipped import load_catalogue
from tui_import.flow.folding import digits_key
from tui_import.flow.plan.keys import LINK
from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.model.own_fields import with_own
from tui_import.model.records import Value
from tui_import.store import own_fields, reading, selections
from tui_import.store.connection import Database, version
from tui_import.store.layout import PARENTS, SELECTABLE, VERSION
from tui_import.store.records import StoreReader

NAME = "store"
SELECTION, IDS = "selection", "ids"
"""Keys of its options."""
MAGIC = b"SQLite format 3\0"


class StoreSource(Source):
    """Reads stores of this program."""

    name = NAME
    suffixes = (".sqlite", ".db")

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Store of this program")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Records of this or another store, all of a kind or those of a selection")

    def options(self) -> Sequence[Option]:
        """Which records, and whether their numbers mean anything here."""
        return (
            Option("sheet", _("Records"), help=_("Their kind: company, person, product; empty takes the first there is."), default=""),
            Option(SELECTION, _("Selection"), OptionType.INTEGER, _("Its number; 0: all records of a kind."), 0, minimum=0),
            Option(IDS, _("Numbers are of this store"), OptionType.BOOLEAN, _("Records are found again by them."), default=False),
        )

    def recognises(self, head: bytes) -> float:
        """Any SQLite file."""
        return 0.5 if head.startswith(MAGIC) else 0.0

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """A table per kind of record, or that of the selection."""
        path = Path(location)
        number = int(str(options.get(SELECTION) or 0))
        with closing(_opened(path)) as database:
            wanted: list[tuple[str, int | None]]
            if not number:
                wanted = [(entity, None) for entity in SELECTABLE if reading.count(database, entity)]
            else:
                try:
                    wanted = [(selections.selection(database, number).entity, number)]
                except TuiImportError as error:
                    raise SourceError(error.message, where=Where(file=location), hint=error.hint) from error
        return [StoreTable(path, entity, selection, linked=bool(options.get(IDS))) for entity, selection in wanted]


def _opened(path: Path) -> Database:
    """A store to read from. Raises `SourceError` where it is none, or one of another version."""
    where = Where(file=str(path))
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
    except OSError as error:
        raise SourceError(_("It cannot be read: {reason}.").format(reason=error.strerror), where=where) from error
    if magic != MAGIC:
        raise SourceError(_("It is no store of this program."), where=where)
    database = Database(path)
    found = version(database)
    if found is None:
        database.close()
        raise SourceError(_("It is no store of this program."), where=where)
    if found != VERSION:
        database.close()
        older = _("Open it once with this program: tui-import doctor --store {path}").format(path=path)
        hint = older if found < VERSION else _("Update tui-import.")
        raise SourceError(_("Another version of tui-import made it."), where=where, hint=hint)
    return database


class StoreTable(Table):
    """The records of one kind."""

    def __init__(self, path: Path, entity: str, selection: int | None, *, linked: bool) -> None:
        self.name = entity
        self._path, self._entity, self._selection, self._linked = path, entity, selection, linked
        self._known: list[tuple[Column, Callable[[Mapping[str, Any]], Any]]] = []

    def columns(self) -> Sequence[Column]:
        """Those that any of the records fills; a field of several values has as many as any record needs."""
        return [column for column, _read in self._columns()]

    def rows(self) -> Iterator[Row]:
        """A row per record, numbered by place."""
        readers = [read for _column, read in self._columns()]
        with closing(_opened(self._path)) as database:
            for number, record in enumerate(self._with_phones(database), 1):
                yield Row(number, [read(record) for read in readers])

    def _with_phones(self, database: Database) -> Iterator[Mapping[str, Any]]:
        """The records with telephone numbers that say their country, where it is known: no other row has to say it."""
        catalogue = self._catalogue(database)
        names = [field.name for field in catalogue.multiple(self._entity) if field.type is FieldType.PHONE]
        reader, records = StoreReader(database, catalogue), self._records(database)
        while names and (block := list(islice(records, reading.BLOCK))):
            stored = reader.load(self._entity, [record["id"] for record in block], names)
            for record in block:
                known = stored[record["id"]].multiple if record["id"] in stored else {}
                yield {**record, **{name: [_spoken(value) for value in known[name]] for name in names if name in known}}
        yield from records

    def peek(self, limit: int = 20) -> Peek:
        """The first records; there is no heading row among them."""
        return Peek(list(islice(self.rows(), limit)), {"header_row": "0"})

    def expected_rows(self) -> int:
        """How many records there are."""
        with closing(_opened(self._path)) as database:
            return reading.count(database, self._entity, selection=self._selection)

    def _catalogue(self, database: Database) -> Catalogue:
        return with_own(load_catalogue(), own_fields.own_fields(database.connection))

    def _records(self, database: Database) -> Iterator[Mapping[str, Any]]:
        return reading.records(database, self._catalogue(database), self._entity, selection=self._selection)

    def _columns(self) -> list[tuple[Column, Callable[[Mapping[str, Any]], Any]]]:
        if not self._known:
            self._known = list(self._make_columns())
        return self._known

    def _make_columns(self) -> Iterator[tuple[Column, Callable[[Mapping[str, Any]], Any]]]:
        entity, parent = self._entity, PARENTS.get(self._entity, "")
        with closing(_opened(self._path)) as database:
            fields = {field.name: field for field in self._catalogue(database).of(entity)}
            most: Counter[str] = Counter()
            for record in self._records(database):
                for name in fields:
                    value = record.get(name)
                    most[name] = max(most[name], len(value) if isinstance(value, list) else int(value is not None))
        yield self._number(f"{entity}.id"), lambda record: record["id"]
        if parent and f"{parent}.id" in load_catalogue():
            yield self._number(f"{parent}.id"), lambda record: record[f"{parent}_id"]
            yield Column(f"{parent}.name", f"{parent}.name"), lambda record: record[parent]
        for field in fields.values():
            if field.type is FieldType.REFERENCE and not field.virtual and most[field.name]:
                yield Column(field.key, field.key), _named(field.name, linked=self._linked)
            elif field.name not in (LINK, parent) and field.type not in (FieldType.ID, FieldType.REFERENCE) and not field.virtual:
                for place in range(most[field.name]):
                    name = field.key if place == 0 else f"{field.key} {place + 1}"
                    yield Column(name, field.key), _reader(field, place)

    def _number(self, key: str) -> Column:
        return Column(key, key if self._linked else NO_FIELD)


def _spoken(value: Value) -> str:
    """A telephone number as it is stored; where it does not say its country, with the country that it is compared by."""
    text = str(value.value)
    return f"+{value.key}" if value.key.isdecimal() and not text.startswith("+") and digits_key(text) != value.key else text


def _named(name: str, *, linked: bool) -> Callable[[Mapping[str, Any]], Any]:
    """What another record is called; in its own store it is found again by its number ("#17")."""
    if linked:
        return lambda record: f"#{record[f'{name}_id']}" if record[f"{name}_id"] is not None else None
    return lambda record: record.get(name)


def _reader(field: Field, place: int) -> Callable[[Mapping[str, Any]], Any]:
    if not field.multiple:
        return lambda record: record.get(field.name)
    return lambda record: values[place] if place < len(values := record.get(field.name) or ()) else None


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """See `tui_import.api.hooks`."""
    register(StoreSource())
