"""A source and its tables as the program knows them: the same methods, every one of them limited in time and checked.

Whoever holds one of these cannot call the plugin any other way.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from tui_import.api.capabilities import (
    Criterion,
    HasConnections,
    HasLists,
    Page,
    Searchable,
    SearchField,
    SignedIn,
    SignInStep,
    SignsIn,
)
from tui_import.api.errors import TuiImportError
from tui_import.api.i18n import _
from tui_import.api.options import Option, Options
from tui_import.api.source import API_VERSION, MOST_CELLS, Capability, Column, Finding, Peek, Row, Source, Table
from tui_import.model.progress import Progress
from tui_import.plugin_host import border
from tui_import.plugin_host.guard import Limits, Speaker, call, stream

Result = TypeVar("Result")
NEEDS: Mapping[Capability, type] = {
    Capability.LISTS: HasLists,
    Capability.CONNECTIONS: HasConnections,
    Capability.SIGN_IN: SignsIn,
}
"""The class that a source of this capability must be of."""


class GuardedTable(Table):
    """A table of a plugin."""

    def __init__(self, table: Table, source: GuardedSource, location: str) -> None:
        self.name = table.name.encode("utf-8", "replace").decode()
        self.hidden = bool(table.hidden)
        self._table, self._source, self._location = table, source, location
        self._columns: Sequence[Column] = ()

    def _call(self, what: str, function: Callable[[], Result]) -> Result:
        return self._source.call(what, function, self._location)

    def columns(self) -> Sequence[Column]:
        """The columns, checked."""
        self._columns = self._call(_("columns"), lambda: border.columns(self._source.speaker, self._table.columns()))
        return self._columns

    def rows(self, progress: Progress | None = None) -> Generator[Row, None, None]:
        """All rows, checked; keys of lists are put into words. ``progress`` stops also a source that is silent."""
        return self._checked(self._table.rows, progress)

    def changes(self, bookmark: str, progress: Progress | None = None) -> Generator[Row, None, None]:
        """What changed since, checked."""
        return self._checked(lambda: self._table.changes(bookmark), progress)

    def bookmark(self) -> str:
        """Where the next reading can go on."""
        found = self._call(_("bookmark"), self._table.bookmark)
        if not isinstance(found, str):
            raise self._source.speaker.fault(_("It gives a bookmark that is no text."))
        return found

    def _checked(self, iterate: Callable[[], Iterator[Row]], progress: Progress | None = None) -> Generator[Row, None, None]:
        speaker, source = self._source.speaker, self._source
        rows = stream(speaker, lambda: border.rows(speaker, iterate()), source.limits, location=self._location, progress=progress)
        words = self._words()
        return _in_words(rows, words) if words else rows

    def _words(self) -> Mapping[int, Mapping[str, str]]:
        """Column → key of a list's item → its name, for the columns that hold such keys."""
        lists = {at: column.list for at, column in enumerate(self._columns or self.columns()) if column.list}
        return {at: self._source.list_items(name) for at, name in lists.items()}

    def peek(self, limit: int = 20) -> Peek:
        """The first rows, checked."""
        return self._call(_("first rows"), lambda: border.peek(self._source.speaker, self._table.peek(limit), limit))

    def findings(self) -> Sequence[Finding]:
        """What the source found, checked."""
        return self._call(_("findings"), lambda: border.findings(self._source.speaker, self._table.findings()))

    def expected_rows(self) -> int | None:
        """Roughly how many rows there are."""
        return self._call(_("number of rows"), lambda: border.expected_rows(self._table.expected_rows()))


def _in_words(rows: Generator[Row, None, None], items: Mapping[int, Mapping[str, str]]) -> Generator[Row, None, None]:
    """Cells that are keys of lists get the items' names; unknown keys stay as they are."""
    try:
        yield from (_row_in_words(row, items) for row in rows)
    finally:
        rows.close()


def _row_in_words(row: Row, items: Mapping[int, Mapping[str, str]]) -> Row:
    values = list(row.values)
    for at, names in items.items():
        if at < len(values) and values[at] is not None:
            values[at] = names.get(str(values[at]), values[at])
    return row._replace(values=values)


class GuardedSearchable(GuardedTable, Searchable):
    """A table that can be searched."""

    _table: Searchable

    def search_fields(self) -> Sequence[SearchField]:
        """The fields, checked."""
        speaker = self._source.speaker
        return self._call(_("search fields"), lambda: _all_of(speaker, SearchField, self._table.search_fields()))

    def search(self, criteria: Sequence[Criterion], page: str = "", limit: int = 100, progress: Progress | None = None) -> Page:
        """One page, checked. ``progress`` stops also a source that is silent."""
        speaker = self._source.speaker

        def found() -> Page:
            given = self._table.search(criteria, page, limit)
            if not isinstance(given, Page) or not isinstance(given.next, str):
                raise speaker.fault(_("Its search gives something that is not a Page: {value}.").format(value=type(given).__name__))
            if given.next and given.next == page:
                raise speaker.fault(_("Its search gives the same page again and again."))
            return Page(tuple(border.rows(speaker, islice(given.rows, limit))), given.next, border.expected_rows(given.total))

        result, words = self._source.call(_("search"), found, self._location, progress=progress), self._words()
        return replace(result, rows=[_row_in_words(row, words) for row in result.rows]) if words else result

    def fetch(self, keys: Sequence[str]) -> Generator[Row, None, None]:
        """The rows of these keys, checked."""
        return self._checked(lambda: self._table.fetch(keys))

    def changed_since(self, moment: str) -> Generator[Row, None, None]:
        """Later rows, checked."""
        return self._checked(lambda: self._table.changed_since(moment))


class GuardedSource(Source):
    """A source of a plugin, with all capabilities that `capabilities` names."""

    def __init__(self, source: Source, speaker: Speaker, limits: Limits) -> None:
        self.name = speaker.name
        self.speaker, self.limits = speaker, limits
        self._source = source
        call(speaker, _("description"), self._describe, limits.describe)

    @property
    def plugin(self) -> Source:
        """The plugin's own object, for its author's checks."""
        return self._source

    def call(
        self, what: str, function: Callable[[], Result], location: str = "", limit: float | None = None, progress: Progress | None = None
    ) -> Result:
        """Ask the plugin for something; ``progress`` stops also one that is silent."""
        return call(self.speaker, what, function, self.limits.look if limit is None else limit, location=location, progress=progress)

    def _describe(self) -> None:
        """Check what it says about itself. Raises `PluginError`."""
        source, fault = self._source, self.speaker.fault
        version = source.api_version
        self.api_version = version if isinstance(version, tuple) and len(version) == 2 else (-1, 0)
        if self.api_version[0] != API_VERSION[0]:
            theirs = version[0] if isinstance(version, tuple) and version else None
            reason = _("It is written for version {theirs} of the plugin API; this program has version {ours}.")
            raise fault(reason.format(theirs=theirs, ours=API_VERSION[0]))
        self.suffixes = tuple(source.suffixes)
        if not all(isinstance(text, str) for text in (source.title, source.description, *self.suffixes)):
            raise fault(_("Its title, description and suffixes must be texts."))
        self.capabilities = self._capabilities(source.capabilities)
        self._checked_options(source.options())

    def _capabilities(self, given: Collection[Any]) -> Collection[Capability]:
        known = tuple(Capability(each) for each in given if each in set(Capability))  # a later version may know more
        for each in known:
            if each in NEEDS and not isinstance(self._source, NEEDS[each]):
                reason = _("It says that it can {capability}, but is no {kind}.")
                raise self.speaker.fault(reason.format(capability=each.value, kind=NEEDS[each].__name__))
        return known

    def _checked_options(self, given: Sequence[Option]) -> Sequence[Option]:
        options = _all_of(self.speaker, Option, given)
        for option in options:
            if not option.required and option.default is None:
                raise self.speaker.fault(_("Its option {key} is neither required nor has a default.").format(key=option.key))
        return options

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language of this moment."""
        return str(self._source.title)

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language of this moment."""
        return str(self._source.description)

    def options(self) -> Sequence[Option]:
        """What can be chosen, checked."""
        return self.call(_("options"), lambda: self._checked_options(self._source.options()), limit=self.limits.describe)

    def recognises(self, head: bytes) -> float:
        """How sure it is that a file is of its own kind; what fails here recognises nothing."""
        try:
            sure = self.call(_("recognising"), lambda: float(self._source.recognises(head)), limit=self.limits.describe)
        except TuiImportError:
            return 0.0
        return sure if 0 < sure <= 1 else 0.0

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """The tables, each guarded. There is no limit where the source waits for what somebody writes into a pipe."""
        limit = 0.0 if _is_pipe(location) else self.limits.open
        found = self.call(_("opening"), lambda: border.tables(self.speaker, self._source.open(location, options)), location, limit)
        return [(GuardedSearchable if isinstance(table, Searchable) else GuardedTable)(table, self, location) for table in found]

    def list_items(self, name: str) -> Mapping[str, str]:
        """The items of a list, by key; empty where it has no lists."""
        source = self._source
        if not isinstance(source, HasLists):
            return {}
        found = self.call(_("list"), lambda: dict(islice(source.list_items(name).items(), MOST_CELLS)))
        return {str(key): str(label).encode("utf-8", "replace").decode() for key, label in found.items()}

    def connection_options(self) -> Sequence[Option]:
        """What a connection consists of; nothing where it needs none."""
        source = self._source
        if not isinstance(source, HasConnections):
            return ()
        return self.call(_("options"), lambda: self._checked_options(source.connection_options()), limit=self.limits.describe)

    def test_connection(self, connection: Options, progress: Progress | None = None) -> str:
        """Try a connection out before it is saved; a sentence. Raises `SourceError`."""
        source = self._source
        if not isinstance(source, HasConnections):
            return ""
        return str(self.call(_("test"), lambda: source.test_connection(connection), progress=progress))

    def sign_in(self, options: Options, progress: Progress | None = None) -> Generator[SignInStep, str, SignedIn]:
        """As `SignsIn.sign_in`; each step is a call of its own, and closing it closes the plugin's."""
        source = self._source
        if not isinstance(source, SignsIn):
            raise self.speaker.fault(_("It has no sign-in."))
        steps = source.sign_in(options)
        pasted: str | None = None
        try:
            while True:
                step = call(self.speaker, _("sign-in"), partial(_step, steps, pasted), self.limits.look, progress=progress)
                if isinstance(step, SignedIn):
                    return step
                if not isinstance(step, SignInStep):
                    raise self.speaker.fault(_("Its sign-in gives something that is not a SignInStep."))
                pasted = yield step
        finally:
            call(self.speaker, _("sign-in"), steps.close, self.limits.describe)


def _step(steps: Generator[SignInStep, str, SignedIn], answer: str | None) -> SignInStep | SignedIn:
    try:
        return next(steps) if answer is None else steps.send(answer)
    except StopIteration as end:
        result: SignedIn = end.value
        return result


def _all_of(speaker: Speaker, kind: type[Result], given: Any) -> Sequence[Result]:
    found = tuple(islice(given, MOST_CELLS))
    for each in found:
        if not isinstance(each, kind):
            raise speaker.fault(_("It gives a {given} where a {kind} is due.").format(given=type(each).__name__, kind=kind.__name__))
    return found


def _is_pipe(location: str) -> bool:
    if location == "-":
        return True
    try:
        return stat.S_ISFIFO(os.stat(location).st_mode)
    except (OSError, ValueError):
        return False
