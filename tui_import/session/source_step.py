"""The first step: which table of the source, how it is read, its rows into the draft."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingABC
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tui_import import plugin_host
from tui_import.api.capabilities import Searchable
from tui_import.api.errors import SourceError, TuiImportError, UsageError, Where
from tui_import.api.i18n import _, ngettext
from tui_import.api.options import OptionValue
from tui_import.api.source import Capability, Column, Finding, Peek, Row, Table
from tui_import.flow.cells import column_letter
from tui_import.flow.read import LISTED, Reading, batches
from tui_import.model.kinds import SEVERAL
from tui_import.model.mapping import ColumnInfo
from tui_import.model.progress import Progress
from tui_import.model.runs import RunInfo
from tui_import.model.sheets import ALL, LIST_SEPARATOR, SEPARATOR, Sheet, from_label, label, number_of, row_of
from tui_import.model.steps import ReadReport, TableInfo
from tui_import.session import connecting
from tui_import.session.finding import Search
from tui_import.session.searching import criteria, found_rows, key_list, picked_rows
from tui_import.store.bookmarks import bookmark_of
from tui_import.store.draft import MAX_COLUMNS, Draft

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

SECRET_OPTIONS = frozenset({"password"})
"""Options that live in memory only."""


class SourceStep:
    """An import whose source is open; its rows may be read already."""

    def __init__(self, workspace: Workspace, draft: Draft) -> None:
        self._workspace = workspace
        self._draft = draft
        self._secrets: dict[str, OptionValue] = {}
        self._tables: Sequence[Table] | None = None

    @property
    def id(self) -> str:
        """Name of the draft, as in ``tui-import resume ID``."""
        return self._draft.id

    @property
    def location(self) -> str:
        """Path or account that is read."""
        return str(self._draft.meta("location", ""))

    @property
    def origin(self) -> str:
        """The location, or source and connection where there is none: what messages name."""
        return self.location or connecting.origin(self.source, self.options)

    @property
    def source(self) -> str:
        """Name of the source plugin."""
        return str(self._draft.meta("source", ""))

    @property
    def state(self) -> str:
        """opened | read | planned | applied."""
        return str(self._draft.meta("state"))

    @property
    def kind(self) -> str:
        """What is imported: a key of `model.kinds.KINDS`."""
        return str(self._draft.meta("kind", "contacts"))

    def _changeable(self) -> None:
        """Raise `UsageError` where the import is done already, `StoreBusyError` where another process does it now."""
        self._draft.refuse_where_held()
        if self.state == "applied":
            raise UsageError(
                _("This import is done (run {run}).").format(run=self._draft.meta("run")), hint=_("Undo it with: tui-import undo RUN")
            )

    # -- source

    def tables(self) -> Sequence[TableInfo]:
        """The tables of the source, hidden ones last."""
        tables = sorted(self._open(), key=lambda table: table.hidden)
        return [TableInfo(table.name, table.hidden, table.expected_rows()) for table in tables]

    @property
    def table(self) -> str:
        """Name of the table that is or will be read; of an account that is not open yet the chosen one, if any: asking it takes long."""
        if self.sheets:
            return LIST_SEPARATOR.join(sheet.name for sheet in self.sheets)
        if self._tables is None and not self.location:
            return str(self.options.get("sheet") or self._draft.meta("table", ""))
        return self._table().name if self.state == "opened" or self._tables else str(self._draft.meta("table", ""))

    @property
    def options(self) -> MappingABC[str, OptionValue]:
        """What was chosen for the source; secrets are left out."""
        return dict(self._draft.meta("options", {}))

    def set_option(self, key: str, value: OptionValue) -> None:
        """Choose something about the source (``sheet`` names the table); rows read before are forgotten. None takes it back."""
        if key in SECRET_OPTIONS:
            self._secrets[key] = value
        else:
            options = {name: chosen for name, chosen in self.options.items() if name != key}
            if value is not None:
                options[key] = value
            self._draft.write_meta(options=options)
        self._tables = None
        if self.state != "opened":
            self._changeable()
            self._draft.write_meta(state="opened", mapping=None, outdated=True, sheets=[])

    def peek(self, limit: int = 20) -> Peek:
        """The first rows of the chosen table, and what the source found out about it."""
        return self._table().peek(limit)

    def already_imported(self) -> RunInfo | None:
        """The last run, not undone, that imported the same cells; known once they are read."""
        digest = self._draft.meta("digest")
        return self._workspace.run_with_content(digest, self.id) if digest else None

    def _open(self) -> Sequence[Table]:
        if self._tables is None:
            source = plugin_host.load(self.source)
            options = {**self.options, **self._secrets}
            if self.location and (options.get("sheet") == ALL or LIST_SEPARATOR in str(options.get("sheet") or "")):
                del options["sheet"]  # the source opens them all; which of them are read is chosen here
            self._tables = source.open(self.location, connecting.merged(self.source, options))
        return self._tables

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The sheets that were read together; none where it was one table."""
        return self._draft.sheets()

    def row_label(self, number: int) -> str:
        """Where a row stands in the source: "12", or "Persons!12" where several sheets were read."""
        return label(number, [sheet.name for sheet in self.sheets])

    def row_at(self, text: str) -> int:
        """The number of a row that is written "12" or "Persons!12", as `row_label` writes it. Raises `UsageError`."""
        sheet, row = from_label(text) or ("", 0)
        names = [each.name for each in self.sheets]
        if not row or (sheet not in names if sheet or names else False):
            raise UsageError(_("There is no row {row} in the draft.").format(row=text.strip()))
        return number_of(names.index(sheet) + 1, row) if sheet else row

    def _chosen_tables(self) -> list[Table]:
        """The tables that are read together: those that the option names, or all of an import of several kinds."""
        wanted = str(self.options.get("sheet") or "")
        tables = [table for table in self._open() if not table.hidden]
        if any(table.name == wanted for table in self._open()) or not self.location:
            return [self._table()]
        if wanted == ALL or (not wanted and self.kind == SEVERAL):
            return tables or [self._table()]
        names = wanted.split(LIST_SEPARATOR)
        return [self._table_called(name) for name in names] if len(names) > 1 else [self._table()]

    def _table(self) -> Table:
        wanted = str(self.options.get("sheet") or "")
        return self._table_called("" if wanted == ALL else wanted)

    def _table_called(self, wanted: str) -> Table:
        tables = self._open()
        where = Where(file=self.origin)
        if not tables:
            raise UsageError(_("There is nothing in it to import."), where=where)
        if not wanted:
            return next((table for table in tables if not table.hidden), tables[0])
        for table in tables:
            if table.name == wanted:
                return table
        first = wanted.split(LIST_SEPARATOR, maxsplit=1)[0]
        if first != wanted and any(table.name == first for table in tables):
            return self._table_called(first)
        names = ", ".join(f"“{table.name}”" for table in tables)
        raise UsageError(_("It has no table “{name}”.").format(name=wanted), where=where, hint=_("There are: {names}.").format(names=names))

    def _rows(self, table: Table, progress: Progress) -> Generator[Row, None, None]:
        """All rows, those that were picked, those that a search finds, or those that changed lately."""
        names = (connecting.KEYS, connecting.WHERE, connecting.CHANGED_SINCE)
        keys, where, since = (str(self.options.get(name) or "") for name in names)
        changes = Capability.CHANGES in plugin_host.load(self.source).capabilities
        if (keys or where or (since and not changes)) and not isinstance(table, Searchable):
            raise UsageError(_("“{table}” cannot be searched.").format(table=table.name), where=Where(file=self.origin))
        if isinstance(table, Searchable) and (keys or where):
            if since == connecting.LAST:
                raise UsageError(_("A search does not go with changed_since=last."), hint=_("Leave one of them out, or name a date."))
            wanted = [] if keys else criteria(where, table.search_fields())
            found = picked_rows(table, key_list(keys), progress) if keys else found_rows(table, wanted, progress)
            return _later(found, since) if since else found
        if isinstance(table, Searchable) and since and since != connecting.LAST:
            return table.changed_since(since)  # type: ignore[return-value]
        if changes:
            return self._changed_rows(table, since, progress)
        return plugin_host.checked_rows(table, self.source, progress)

    def _changed_rows(self, table: Table, since: str, progress: Progress) -> Generator[Row, None, None]:
        """All rows, those that changed after a moment, or those that changed since the last import."""
        bookmark = bookmark_of(self._workspace.database, self._place(table)) if since == connecting.LAST else ""
        if bookmark and isinstance(table, plugin_host.GuardedTable):
            return table.changes(bookmark, progress)
        rows = plugin_host.checked_rows(table, self.source, progress)
        return rows if since in ("", connecting.LAST) else _later(rows, since)

    def _place(self, table: Table) -> str:
        """What a bookmark is good for: this table of this account, and no other."""
        return "/".join([self.source, connecting.identity(self.source, self.options), self.location, table.name])

    def _is_complete(self) -> bool:
        """Nothing is left out that the store does not have yet: only then a later reading may go on behind it."""
        chosen = self.options
        narrowed = chosen.get(connecting.KEYS) or chosen.get(connecting.WHERE)
        return not narrowed and str(chosen.get(connecting.CHANGED_SINCE) or "") in ("", connecting.LAST)

    def read(self, progress: Progress | None = None) -> ReadReport:
        """Read all rows into the draft; what was read before is replaced."""
        self._changeable()
        progress = progress or Progress()
        started = time.monotonic()
        tables = self._chosen_tables()
        if len(tables) > 1:
            return self._read_sheets(tables, progress, started)
        self._draft.write_sheets(())
        table = tables[0]
        progress.begin(_("Reading"), table.expected_rows())
        columns = plugin_host.columns_of(table, self.source)
        if len(columns) > MAX_COLUMNS:
            raise SourceError(
                _("It has {count} columns; an import takes at most {most}.").format(count=len(columns), most=MAX_COLUMNS),
                where=Where(file=self.origin, table=table.name),
                hint=_("Delete those that are not needed, or check the delimiter."),
            )
        reading = Reading()
        scope = connecting.scope(self.source, self.options)
        with closing(self._rows(table, progress)) as rows:
            keyed = columns
            if scope and not any(column.field.endswith(".external_key") for column in columns):
                keyed = [*columns, _key_column(columns)]
            found = rows if keyed is columns else _with_keys(rows, len(columns), reading)
            self._draft.write_rows(keyed, batches(found, len(keyed), reading, progress))
        bookmark = (self._place(table), table.bookmark() if self._is_complete() else "")
        return self._have_read(tables, reading, started, shown=table.name, scope=scope, bookmark=bookmark)

    def _read_sheets(self, tables: Sequence[Table], progress: Progress, started: float) -> ReadReport:
        """Stack several sheets: each has columns of its own, and its rows have a value in no other."""
        progress.begin(_("Reading"), sum(table.expected_rows() or 0 for table in tables) or None)
        columns: list[Column] = []
        sheets: list[Sheet] = []
        for table in tables:
            own = plugin_host.columns_of(table, self.source)
            sheets.append(Sheet(table.name, (len(columns), len(columns) + len(own))))
            columns += [replace(each, name=f"{table.name}{SEPARATOR}{each.name or column_letter(at)}") for at, each in enumerate(own)]
        if len(columns) > MAX_COLUMNS:
            raise SourceError(
                _("They have {count} columns together; an import takes at most {most}.").format(count=len(columns), most=MAX_COLUMNS),
                where=Where(file=self.origin),
                hint=_("Choose fewer sheets: --option sheet=NAME/NAME."),
            )
        reading = Reading()
        self._draft.write_rows(columns, batches(self._stacked(tables, sheets, reading, progress), len(columns), reading, progress))
        ends = self._draft.last_rows(len(sheets))
        how_many = ngettext("{count} sheet", "{count} sheets", len(sheets))
        rows = [(first + 1, last) for first, last in pairwise([0, *ends])]
        self._draft.write_sheets([replace(sheet, rows=span) for sheet, span in zip(sheets, rows, strict=True)])
        return self._have_read(tables, reading, started, shown=how_many.format(count=len(sheets)))

    def _have_read(
        self,
        tables: Sequence[Table],
        reading: Reading,
        started: float,
        *,
        shown: str,
        scope: str = "",
        bookmark: tuple[str, str] = ("", ""),
    ) -> ReadReport:
        """Note in the draft what was read. ``shown``: what stands for the tables beside the file's name."""
        seconds = time.monotonic() - started
        self._draft.write_meta(
            scope=scope,
            table=LIST_SEPARATOR.join(table.name for table in tables),
            digest=reading.digest,
            blank_rows=reading.blank,
            shown_source=self._workspace.shown_source(self.origin, shown),
            outdated=True,
            seconds_read=seconds,
            bookmark=bookmark,
        )
        said = (finding for table in tables for finding in table.findings())
        return ReadReport(reading.rows, reading.blank, seconds, (*self._not_there(reading), *said, *self._too_long(reading)))

    def _stacked(self, tables: Sequence[Table], sheets: Sequence[Sheet], reading: Reading, progress: Progress) -> Iterator[Row]:
        for at, (table, sheet) in enumerate(zip(tables, sheets, strict=True), 1):
            width = sheet.columns[1] - sheet.columns[0]
            before = (None,) * sheet.columns[0]
            with closing(plugin_host.checked_rows(table, self.source, progress)) as rows:
                for row in rows:
                    numbered = reading.cut(row._replace(number=number_of(at, row.number)), width)
                    yield numbered._replace(values=(*before, *numbered.values))

    def _not_there(self, reading: Reading) -> Sequence[Finding]:
        picked = key_list(str(self.options.get(connecting.KEYS) or ""))
        missing = len(picked) - reading.rows - reading.blank
        if missing <= 0 or self.options.get(connecting.CHANGED_SINCE):
            return ()
        text = ngettext(
            "{count} of the {picked} picked rows is no longer there.", "{count} of the {picked} picked rows are no longer there.", missing
        )
        return (Finding(text.format(count=missing, picked=len(picked))),)

    def _too_long(self, reading: Reading) -> Sequence[Finding]:
        if not reading.too_long:
            return ()
        rows = ", ".join(map(self.row_label, reading.too_long[:LISTED])) + (" …" if len(reading.too_long) > LISTED else "")
        text = ngettext(
            "{count} row has more cells than there are columns; the rest of it is left out: {rows}.",
            "{count} rows have more cells than there are columns; the rest of them is left out: {rows}.",
            len(reading.too_long),
        )
        return (Finding(text.format(count=len(reading.too_long), rows=rows), row_of(reading.too_long[0])),)

    # -- search

    @property
    def can_search(self) -> bool:
        """The source can be searched, and rows of it picked; false where it cannot be loaded any more."""
        try:
            return Capability.SEARCH in plugin_host.load(self.source).capabilities
        except TuiImportError:
            return False

    def search(self) -> Search:
        """A search of the chosen table, as it was left: criteria and ticks; criteria that this table does not know are left out.

        Asks the source; raises `UsageError` where it has no search.
        """
        table = self._table()
        if not isinstance(table, Searchable):
            raise UsageError(_("“{table}” cannot be searched.").format(table=table.name), where=Where(file=self.origin))
        scope = connecting.scope(self.source, self.options)
        linked = partial(self._workspace.linked_keys, scope) if scope else None
        search = Search(table, plugin_host.load(self.source).list_items, linked)
        with suppress(UsageError):
            search.criteria = criteria(str(self.options.get(connecting.WHERE) or ""), search.fields)
        search.tick(key_list(str(self.options.get(connecting.KEYS) or "")))
        return search

    def pick(self, search: Search) -> None:
        """Import what is ticked there, or all that it finds where nothing is: `read` reads these rows. A recipe keeps the criteria."""
        for key, value in search.options().items():
            if self.options.get(key) != value:
                self.set_option(key, value)

    @property
    def columns(self) -> Sequence[ColumnInfo]:
        """The columns as read."""
        return self._draft.columns()

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return int(self._draft.meta("rows", 0))

    def close(self) -> None:
        """Leave it; nothing is lost, it can be resumed."""
        self._tables = None
        self._draft.close()


def _later(rows: Generator[Row, None, None], moment: str) -> Generator[Row, None, None]:
    with closing(rows):
        yield from (row for row in rows if row.changed > moment)


def _key_column(columns: Sequence[Column]) -> Column:
    """What rows are found again by, where the source makes no column of it: of persons where it has any, else of companies."""
    entities = {column.field.partition(".")[0] for column in columns}
    entity = next((each for each in ("person", "project") if each in entities), "company")
    return Column("Key", f"{entity}.external_key", locked=True)  # a heading is the same in every language: recipes know it


def _with_keys(rows: Iterable[Row], width: int, reading: Reading) -> Iterator[Row]:
    for found in rows:
        row = reading.cut(found, width)
        blank = all(value in (None, "") for value in row.values)
        values = [*row.values, *[None] * (width - len(row.values)), None if blank else row.key or None]
        yield row._replace(values=values)
