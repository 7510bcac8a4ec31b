"""A store and all that belongs to it: what both faces call for everything but an import in progress."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tui_import import config, plugin_host
from tui_import.api.capabilities import SignInStep
from tui_import.api.errors import RefusedError, UsageError, Where
from tui_import.api.i18n import _
from tui_import.api.options import Option, Options
from tui_import.api.source import Scalar
from tui_import.model.fields import Catalogue, Field
from tui_import.model.kinds import CONTACTS, KEYED, KINDS, SEVERAL, SIMILAR, kind_of
from tui_import.model.mapping import ColumnInfo, Drift, Guess, Missing
from tui_import.model.mapping import Mapping as ColumnMapping
from tui_import.model.own_fields import PREFIX, OwnField, OwnState, with_own
from tui_import.model.plan import Counts, SelectionInfo, Stored, Summary
from tui_import.model.price_lists import PriceListInfo
from tui_import.model.privacy import Erasure, Named, PrivacyReport, SuppressionMark, Trait
from tui_import.model.progress import Progress
from tui_import.model.runs import (
    BackupInfo,
    Check,
    DraftInfo,
    Holder,
    ListItem,
    RecordChange,
    RecordDifference,
    RunInfo,
    StoredFile,
    Trace,
    UndoReport,
)
from tui_import.model.settings import CompanyKey, KeyedAction, PersonKey, Recipe, Settings
from tui_import.model.steps import ConnectionInfo
from tui_import.plugin_host import SourceInfo
from tui_import.session import connecting
from tui_import.session.population import MatcherIndexing
from tui_import.session.stored import summary_to_dict
from tui_import.store import blame, history, lists, own_fields, price_lists, reading, rest, selections
from tui_import.store.apply import run_of_draft
from tui_import.store.connection import DRAFTS, Database, is_damaged, open_store
from tui_import.store.draft import Draft, drafts_in, locations_of_drafts, remove_old
from tui_import.store.holding import holder, holder_words, user_name
from tui_import.store.matching_index import MatchingIndex
from tui_import.store.records import StoreReader

if TYPE_CHECKING:
    from tui_import.flow.mapping.headers import Vocabulary
    from tui_import.session.importing import ImportSession  # loaded when an import begins: the first screen does without
    from tui_import.session.similar import SimilarPair
    from tui_import.session.stored_review import StoredReview

STORE_VARIABLE = "TUI_IMPORT_STORE"
STORE_SOURCE = "store"
"""The source that reads stores (`store_source`); without a location this one."""
RECENT = 10
"""So many files are remembered on the start screen."""


def data_folder() -> Path:
    """Where the store lies if nothing else is said."""
    from platformdirs import user_data_path

    return user_data_path("tui-import")


def store_path(store: str | Path | None = None) -> Path:
    """The store's file: the one that is named, else the environment's, else the one in the user's data folder."""
    return Path(store or os.environ.get(STORE_VARIABLE) or data_folder() / "store.sqlite").expanduser().absolute()


class Workspace:
    """One store, opened; made with its lists where it does not exist yet. Closing is `close` or ``with``.

    May be used from several threads: each gets a connection of its own.
    """

    def __init__(self, store: str | Path | None = None) -> None:
        self.path = store_path(store)
        """The store's file."""
        self._shipped: Catalogue = config.load_catalogue()
        plugin_host.use(plugin_host.policy_of(config.read_layered(plugin_host.FILE)))
        self.database: Database = open_store(self.path, self._shipped, config.shipped_lists)
        self.catalogue: Catalogue = self._shipped
        """The fields that records have: those of the catalogue file and the store's own, as `refresh_fields` last saw them."""
        self._own_fields: Sequence[OwnField] = ()
        self.reader = StoreReader(self.database, self.catalogue)
        self._index = MatchingIndex(self._shipped, MatcherIndexing())
        self.database.upkeep = self._index.refresh
        self.refresh_fields()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self.database.close()

    def refresh_index(self, progress: Progress | None = None) -> None:
        """Put what changed by other hands than an import's into the index of the duplicate finder. Raises `StoppedError`, `StoreError`."""
        if not self._index.is_fresh(self.database.connection):
            with self.database.transaction(progress) as connection:
                self._index.refresh(connection, progress)

    def refresh_fields(self) -> None:
        """Take note of user-defined fields that another process, an undo or a restored backup has brought or taken since."""
        known = own_fields.own_fields(self.database.connection)
        if known != self._own_fields:
            self._own_fields = known
            self.catalogue = with_own(self._shipped, known)
            self.reader = StoreReader(self.database, self.catalogue)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that columns are recognised by, with the names of the store's own fields."""
        from tui_import.flow.mapping.headers import with_fields

        own = [field for field in self.catalogue if field.own]
        return with_fields(config.load_vocabulary(), own) if own else config.load_vocabulary()

    @cached_property
    def user(self) -> str:
        """Who is at the keyboard: the login name."""
        return user_name()

    @property
    def writer(self) -> Holder | None:
        """Who writes to the store now, this process included; None where nobody does."""
        return holder(self.path)

    @staticmethod
    def words_of(writer: Holder) -> str:
        """A sentence about who writes: who, where, since when, doing what."""
        return holder_words(writer)

    @property
    def drafts_folder(self) -> Path:
        """Where imports in progress lie."""
        return Path(f"{self.path}{DRAFTS}")

    @property
    def mandatory_company(self) -> bool:
        """Persons need a company here (SPEC 4.3)."""
        return bool(self.reader.preference("mandatory_company"))

    def field(self, key: str) -> Field:
        """A field by its whole name. Raises `UsageError` that names the nearest ones."""
        if key in self.catalogue:
            return self.catalogue[key]
        if key in self.catalogue.retired or key.partition(".")[2].startswith(PREFIX):
            raise config.unknown_field(key, self.catalogue)
        near = ", ".join(field.key for field in self.find_fields(key)[:3])
        raise UsageError(_("There is no field “{name}”.").format(name=key), hint=_("Near it: {names}.").format(names=near) if near else "")

    def find_fields(self, query: str) -> Sequence[Field]:
        """Fields by any of their names in any language, the best first; all of them for an empty query."""
        from tui_import.flow import mapping as flow_mapping

        return flow_mapping.find_fields(query, self.catalogue, self.vocabulary)

    # -- sources

    def sources(self) -> Sequence[SourceInfo]:
        """All sources that are installed; none is imported for it."""
        return plugin_host.list_sources()

    def source_info(self, name: str) -> SourceInfo:
        """What is known of an installed source: its package, version, licence, capabilities, faults. Raises `UsageError`."""
        known = {source.name: source for source in reversed(self.sources())}
        if name not in known:
            raise UsageError(
                _("There is no source “{name}”.").format(name=name), hint=_("There are: {names}.").format(names=", ".join(sorted(known)))
            )
        return known[name]

    def reads_without_file(self, name: str) -> bool:
        """Whether an import from a source needs no location: it reads an account, or this store. Raises `UsageError`."""
        return name == STORE_SOURCE or self.source_info(name).without_file

    def check_source(self, name: str, location: str = "", options: Options | None = None) -> Sequence[Check]:
        """Does a source keep the contract of plugins? Without a location and a connection only what it says of itself is looked at."""
        merged = connecting.merged(name, options or {})
        return [Check(rule, not failure, failure or _("kept")) for rule, failure in plugin_host.check_source(name, location, merged)]

    @staticmethod
    def new_source(name: str, folder: str | Path | None = None) -> Path:
        """Write the beginning of one's own source, a distribution that installs and passes; returns its folder."""
        from tui_import.output.new_source import new_source

        return new_source(name, Path(folder) if folder else None)

    def source_options(self, name: str) -> Sequence[Option]:
        """What a source lets its user choose, and what the host adds: a saved connection, a search."""
        return [*plugin_host.load(name).options(), *connecting.host_options(name)]

    def connections(self) -> Sequence[ConnectionInfo]:
        """The saved connections of all sources, without their secrets."""
        return connecting.shown()

    def connection_options(self, source: str) -> Sequence[Option]:
        """What a connection of a source consists of. Raises `UsageError` where it needs none."""
        options = plugin_host.load(source).connection_options()
        if not options:
            raise UsageError(_("The source {source} needs no connection.").format(source=source))
        return options

    def save_connection(
        self,
        source: str,
        name: str,
        options: Options,
        *,
        untested: bool = False,
        before: str = "",
        rename: bool = False,
        progress: Progress | None = None,
    ) -> str:
        """Test a connection and keep it under a name; what answered, as a sentence (see `connecting.save`)."""
        return connecting.save(source, name, options, untested=untested, before=before, rename=rename, progress=progress)

    def test_settings(self, source: str, options: Options, *, before: str = "", progress: Progress | None = None) -> str:
        """Try settings out that are not saved; secrets that were not typed are those of the connection ``before``."""
        made = connecting.kept(source, options, before)
        return connecting.try_out(source, {**made.options, **made.secrets}, progress)

    def missing_settings(self, source: str, options: Options, *, before: str = "") -> Sequence[str]:
        """Labels of the settings that a connection needs and does not have."""
        return connecting.missing(source, options, before)

    def connection_secrets(self, source: str, name: str) -> frozenset[str]:
        """Which secrets a saved connection has, by option key; never the secrets themselves."""
        return connecting.secrets_of(source, name)

    def test_connection(self, source: str, name: str, progress: Progress | None = None) -> str:
        """Try a saved connection out; what answered, as a sentence."""
        return connecting.try_out(source, connecting.saved_options(source, name), progress)

    def delete_connection(self, source: str, name: str) -> None:
        """Forget a connection and its secrets."""
        connecting.delete_connection(source, name)

    def sign_in(
        self,
        source: str,
        name: str,
        show: Callable[[SignInStep], None],
        pasted: Callable[[float], str],
        progress: Progress | None = None,
        *,
        options: Options | None = None,
        before: str = "",
    ) -> str:
        """Sign in and keep that as a connection (see `connecting.sign_in`); returns the account."""
        return connecting.sign_in(source, name, show, pasted, progress, options=options, before=before).account

    def source_for(self, location: str) -> str:
        """Name of the source that reads files like this one. Raises `SourceError` where there is none."""
        return plugin_host.source_for(location)

    def write_template(self, name: str, path: str | Path) -> None:
        """Write an empty workbook with the right headings and the store's lists to choose from."""
        from tui_import.output.template import write_template

        items = {name: [item.name for item in found if not item.deactivated] for name, found in self.lists().items()}
        own = [field for entity in KINDS.get(name, ()) for field in self.catalogue.of(entity) if field.own]
        write_template(name, Path(path), items, own)

    # -- imports

    def begin(
        self, location: str, *, source: str = "", options: Options | None = None, recipe: Recipe | None = None, kind: str = ""
    ) -> ImportSession:
        """Open a source into a new draft: nothing is read yet, see `ImportSession.peek` and `ImportSession.read`.

        ``options`` and ``kind`` go over the recipe's; without both the kind is recognised by the columns. Raises `SourceError` where no
        source reads such a file, `UsageError` for an unknown source or kind.
        """
        self.refresh_fields()
        name = source or (recipe.source if recipe else "") or self.source_for(location)
        if name == STORE_SOURCE:
            location = location or str(self.path)
            own = Path(location).expanduser().absolute() == self.path
            options = {"ids": own, **(options or {})}
        plugin_host.load(name)
        from tui_import.session.mapping_step import check_kind, check_settings

        check_kind(kind or (recipe.kind if recipe else CONTACTS))
        if recipe is not None:
            check_settings(recipe.settings, mandatory_company=self.mandatory_company)
        place = location if location == "-" or not location else str(Path(location).expanduser().absolute())
        if days := int(lists.preferences(self.database)["keep_drafts"] or 0):
            remove_old(self.drafts_folder, days)
        draft = Draft.create(self.drafts_folder)
        draft.write_meta(location=place, source=name, shown_source=self.shown_source(place, ""), options={})
        from tui_import.session.importing import ImportSession

        session = ImportSession(self, draft, recipe)
        try:
            if kind:
                session.set_kind(kind)
            for key, value in {**(recipe.options if recipe else {}), **(options or {})}.items():
                session.set_option(key, value)
            if not place:
                draft.write_meta(shown_source=connecting.origin(name, session.options))
            draft.complete()
        except BaseException:
            draft.remove()
            raise
        return session

    def begin_selection(self, selection: int) -> ImportSession:
        """Import the records of a selection of this store anew: columns linked, and all but products found again by their numbers.

        Raises `UsageError` where there is no such selection.
        """
        entity = selections.selection(self.database, selection).entity
        session = self.begin("", source=STORE_SOURCE, options={"selection": selection}, kind=kind_of(entity))
        rules = session.settings
        if entity in KINDS[CONTACTS]:
            person = PersonKey.ID if entity == "person" else PersonKey.NONE
            rules = replace(rules, company=replace(rules.company, match=CompanyKey.ID), person=replace(rules.person, match=person))
            session.change_settings(rules)
        elif entity in KEYED:
            again = replace(rules.keyed(entity), match=("id",), action=KeyedAction.UPDATE)  # what is corrected there is to be taken
            session.change_settings(rules.with_keyed(entity, again))
        return session

    def drafts(self) -> Sequence[DraftInfo]:
        """Imports in progress, the last touched first.

        Those that are imported are left out, unless rows of them wait for a decision, or they went on unattended and nobody has looked yet.
        """
        found = drafts_in(self.drafts_folder)
        return [info for info in found if info.running or info.unattended or (not info.done and self._is_open(info))]

    def _is_open(self, info: DraftInfo) -> bool:
        return (run_of_draft(self.database, info.id) or 0) <= (info.run or 0)

    def resume(self, draft: str) -> ImportSession:
        """Open a draft by its id, the beginning of it, or its path. Raises `UsageError` for a review of the store (see `reopen`),
        `StoreBusyError` where another process imports it now."""
        opened = self._open(draft)
        try:
            if opened.meta("kind") == SIMILAR:
                raise UsageError(
                    _("{draft} is a review of duplicates in the store, no import.").format(draft=opened.id),
                    hint=_("Go on with it: tui-import resume {draft}").format(draft=opened.id),
                )
            opened.refuse_where_held()
            self._catch_up(opened)
        except BaseException:
            opened.close()
            raise
        if opened.meta("unattended") and opened.meta("state") == "applied":
            opened.write_meta(unattended=False)  # its result is looked at now
        if opened.meta("state") == "applied" and opened.meta("waiting", 0):
            opened.write_meta(state="planned", outdated=True)
        from tui_import.session.importing import ImportSession

        return ImportSession(self, opened)

    def _open(self, draft: str) -> Draft:
        self.refresh_fields()
        return Draft.open(self.draft_path(draft))

    def reopen(self, draft: str) -> ImportSession | StoredReview:
        """Open a draft, or a review of duplicates in the store, as `resume` does."""
        opened = self._open(draft)
        if opened.meta("kind") != SIMILAR:
            opened.close()
            return self.resume(draft)
        from tui_import.session.stored_review import StoredReview

        return StoredReview(self, opened)

    def review_store(self, entity: str = "") -> StoredReview:
        """The review of the duplicates that are in the store (of companies, persons, or for an empty name both): the one that is not done,
        else a new one. `StoredReview.catch_up` looks for pairs where that was not done. Raises `UsageError`."""
        from tui_import.session.stored_review import StoredReview

        for info in self.drafts():
            if info.kind == SIMILAR:
                review = StoredReview(self, self._open(info.id))
                if review.entity == entity:
                    return review
                review.close()
        return StoredReview.begin(self, entity)

    def draft_path(self, draft: str) -> Path:
        """The file of a draft, by its id, the beginning of it, or its path."""
        path = Path(draft)
        if path.is_file():
            return path
        found = [info for info in self.drafts_folder.glob("*.sqlite") if info.stem.startswith(draft)]
        if len(found) > 1:
            names = ", ".join(sorted(info.stem for info in found))
            raise UsageError(_("Several drafts begin with “{name}”: {names}.").format(name=draft, names=names))
        return found[0] if found else self.drafts_folder / f"{draft}.sqlite"

    def _catch_up(self, draft: Draft) -> None:
        """After a crash between the store's commit and the draft's note of it: the run is there, so the draft is done."""
        run = run_of_draft(self.database, draft.id)
        if run is None or run <= (draft.meta("run") or 0):
            return
        info = self.run(run)
        made = tuple(selection for selection in self.selections() if selection.run == run)
        summary = Summary(run, draft.id, info.rows, info.entities, dict.fromkeys(info.entities, 0), made, info.backup, info.seconds)
        waiting = rest.waiting(draft)
        if waiting:
            rest.settle(self.database, draft, run)
        draft.write_meta(state="applied", run=run, summary=summary_to_dict(summary), waiting=waiting)

    def discard(self, draft: str) -> None:
        """Throw a draft away, a damaged one, too; the store is not touched."""
        path = self.draft_path(draft)
        if path.parent == self.drafts_folder and is_damaged(path):
            Draft(path).refuse_where_held()
        else:
            session = self.reopen(draft)
            path = self.drafts_folder / f"{session.id}.sqlite"
            session.close()
        Draft(path).remove()

    def discard_old(self, days: int) -> Sequence[str]:
        """Throw all drafts away that nobody touched for so many days, unfinished ones, too; returns their ids."""
        return remove_old(self.drafts_folder, days, unfinished=True)

    def recent_files(self) -> Sequence[str]:
        """Files opened lately that still exist, the last first."""
        found = dict.fromkeys([*locations_of_drafts(self.drafts_folder), *history.locations(self.database)])
        found.pop(str(self.path), None)
        return [path for path in found if Path(path).is_file()][:RECENT]

    @staticmethod
    def shown_source(location: str, table: str) -> str:
        """A source as runs and drafts name it: "customers.xlsx, Sheet1"."""
        name = _("standard input") if location == "-" else Path(location).name
        return f"{name}, {table}" if table and table not in (name, location) else name

    # -- mapping, for `ImportSession`

    def guess(self, columns: Sequence[ColumnInfo], kind: str) -> Sequence[Guess]:
        """What each column is believed to be."""
        samples = [column.samples for column in columns]
        memory = config.load_memory() if kind == CONTACTS else None
        from tui_import.flow import mapping as flow_mapping

        if kind == SEVERAL:
            return flow_mapping.guess_several(columns, samples, self.catalogue, self.vocabulary, config.load_memory())
        return flow_mapping.guess(columns, samples, self.catalogue, self.vocabulary, memory, kind)

    def recognise_kind(self, columns: Sequence[ColumnInfo]) -> str:
        """What a file seems to be about, by its columns."""
        from tui_import.flow import mapping as flow_mapping

        return flow_mapping.recognise_kind(columns, [column.samples for column in columns], self.catalogue, self.vocabulary)

    def match_recipe(self, recipe: Recipe, columns: Sequence[ColumnInfo]) -> tuple[ColumnMapping, Drift]:
        """A recipe's mapping on these columns, and how they differ from those it was made for."""
        from tui_import.flow import mapping as flow_mapping

        return flow_mapping.match_recipe(recipe, columns, self.catalogue, self.vocabulary)

    def missing(self, mapping: ColumnMapping, settings: Settings, kind: str = CONTACTS) -> Sequence[Missing]:
        """What must be linked before an import can go on."""
        from tui_import.flow import mapping as flow_mapping

        return flow_mapping.missing(mapping, settings, self.catalogue, mandatory_company=self.mandatory_company, kind=kind)

    def remember(self, mapping: ColumnMapping, columns: Sequence[ColumnInfo]) -> None:
        """Keep a mapping in mind for this user's next file."""
        config.remember(mapping, columns)

    # -- recipes

    def recipes(self) -> Sequence[Recipe]:
        """The user's recipes, by name."""
        return config.list_recipes()

    def recipe(self, name: str) -> Recipe:
        """A recipe by name, or by path. Raises `RecipeError`."""
        self.refresh_fields()
        return config.load_recipe(config.recipe_path(name), self.catalogue)

    def save_recipe(self, recipe: Recipe, name: str) -> Path:
        """Keep a recipe under a name; an older one of that name is replaced."""
        return config.save_recipe(recipe, name)

    # -- history

    def runs(self) -> Sequence[RunInfo]:
        """All runs, the newest first."""
        return history.runs(self.database)

    def run(self, run: int) -> RunInfo:
        """One run. Raises `UsageError` where there is none."""
        return history.run(self.database, run)

    def run_changes(self, run: int, *, offset: int = 0, limit: int = 200) -> Sequence[RecordChange]:
        """The records that a run changed, with their fields."""
        return history.changes(self.database, self.catalogue.whole, run, offset=offset, limit=limit)

    def run_with_content(self, digest: str, draft: str) -> RunInfo | None:
        """The last run, not undone, of another draft with the same cells."""
        run = history.last_import_of(self.database, digest)
        return run if run is not None and run.draft != draft else None

    def undo(
        self, run: int, *, selection: int | None = None, record: tuple[str, int] | None = None, progress: Progress | None = None
    ) -> tuple[Summary, UndoReport]:
        """Take a run back, or only what it did to the members of a selection, or to one record with what became one with it."""
        from tui_import.store import undo

        return self._taken_back(undo.undo, run, progress, selection=selection, record=record)

    def redo(
        self, run: int, *, selection: int | None = None, record: tuple[str, int] | None = None, progress: Progress | None = None
    ) -> tuple[Summary, UndoReport]:
        """Do again what was undone."""
        from tui_import.store import undo

        return self._taken_back(undo.redo, run, progress, selection=selection, record=record)

    def _taken_back(self, action: Any, run: int, progress: Progress | None, **only: Any) -> tuple[Summary, UndoReport]:
        started = time.monotonic()
        info = self.run(run)
        self.refresh_fields()
        report: UndoReport = action(self.database, self.catalogue.whole, run, self.user, progress=progress, **only)
        self.refresh_fields()
        summary = Summary(
            run=run,
            draft=info.draft,
            rows=info.rows,
            entities={entity: Counts() for entity in _counted(info)} | dict(report.entities),
            duplicates={"company": 0, "person": 0},
            selections=tuple(made for made in self.selections() if made.run == run),
            seconds=round(time.monotonic() - started, 3),
            restored=report.restored,
            kept=len(report.kept),
            blocked=len(report.blocked),
            notes=tuple(blocked.reason for blocked in report.blocked),
        )
        return summary, report

    def merge(self, entity: str, survivor: int, gone: int, *, take: Collection[str] = (), persons: bool = False) -> Summary:
        """Make two stored records one, as a run that `undo` takes back: the survivor keeps what it has and gets what it lacks.

        ``take``: fields of which the other's value counts. ``persons``: persons of the same name become one, too. Raises `UsageError`.
        """
        from tui_import.session import stored_pairs

        return stored_pairs.merge(self, entity, survivor, gone, take=take, persons=persons)

    def keep_apart(self, entity: str, one: int, other: int) -> None:
        """Remember that two stored records are different. Raises `UsageError`."""
        from tui_import.session import stored_pairs

        stored_pairs.keep_apart(self, entity, one, other)

    def verdict_lines(self) -> list[str]:
        """What is remembered of pairs, a JSON object a line."""
        from tui_import.session import stored_pairs

        return stored_pairs.verdict_lines(self)

    def take_verdicts(self, lines: Iterable[str]) -> int:
        """Remember verdicts of another store; returns how many. Raises `UsageError`."""
        from tui_import.session import stored_pairs

        return stored_pairs.take_verdicts(self, lines)

    def blame(self, entity: str, record: int, field: str = "") -> Sequence[Trace]:
        """Where a record's values come from, newest first; of one field, where one is named."""
        return blame.blame(self.database, self.catalogue.whole, entity, record, field)

    # -- records

    def count(self, entity: str, *, selection: int | None = None) -> int:
        """How many records there are, or members of a selection."""
        return reading.count(self.database, entity, selection=selection)

    def record(self, entity: str, record: int) -> Mapping[str, Any]:
        """A whole record under its field names, id included, multiple values as lists."""
        return reading.record(self.database, self.catalogue, entity, record)

    def linked_keys(self, scope: str, keys: Sequence[str]) -> set[str]:
        """Which of the external keys of a source belong to a record; ``scope``: whose keys they are, see `connecting.scope`."""
        from tui_import.flow.plan.keys import LINK, link

        wanted = {link(scope, key): key for key in keys}
        found = [self.reader.find(entity, LINK, list(wanted)) for entity in ("company", "person")]
        return {wanted[key] for hits in found for key, records in hits.items() if any(not record.deleted for record in records)}

    def records(self, entity: str, *, selection: int | None = None, parent: int | None = None) -> Iterator[Mapping[str, Any]]:
        """All records, or the members of a selection, or those of a parent (a company, a price list)."""
        return reading.records(self.database, self.catalogue, entity, selection=selection, parent=parent)

    def export(
        self, entity: str, path: str | Path | None, *, format: str = "csv", selection: int | None = None, parent: int | None = None
    ) -> int:
        """Write records to a file, or to standard output (None); returns how many."""
        from tui_import.output.export import export_records

        columns, title = reading.columns(self.catalogue, entity), _(entity.replace("_", " ").capitalize())
        target = Path(path) if path is not None else None
        if target is not None and target.absolute() == self.path:
            raise RefusedError(_("That is the store itself."), where=Where(file=str(path)), hint=_("Choose another name."))
        return export_records(self.records(entity, selection=selection, parent=parent), columns, target, format, title)

    def names(self, entity: str, records: Collection[int]) -> Mapping[int, str]:
        """What these records are called."""
        fields = ["first_name", "last_name"] if entity == "person" else ["name"]
        found = self.reader.load(entity, sorted(records), fields)
        return {record: " ".join(str(value) for value in stored.values.values() if value) for record, stored in found.items()}

    def similar(
        self, entity: str = "", *, least: float = 0.5, limit: int | None = None, progress: Progress | None = None
    ) -> Iterator[SimilarPair]:
        """Records that are probably one (see `similar.similar`)."""
        from tui_import.session.similar import similar

        return similar(self, entity, least=least, limit=limit, progress=progress)

    def restore_record(self, entity: str, record: int) -> int:
        """Take a softly deleted record back; returns the run that did."""
        return selections.restore_record(self.database, entity, record, self.user)

    # -- privacy

    def erase(self, entity: str, record: int, progress: Progress | None = None) -> Erasure:
        """Remove a record for good, everywhere, and keep such a person out (see `erasing.erase`). Nothing brings it back."""
        from tui_import.session.erasing import erase

        return erase(self, entity, record, progress)

    def suppressions(self) -> Sequence[SuppressionMark]:
        """What keeps erased persons out of imports, the newest first."""
        from tui_import.store import suppression

        return suppression.suppressions(self.database)

    def lift_suppression(self, person: Named) -> tuple[Summary, tuple[Trait, ...]]:
        """Let a person who was erased be imported again, for somebody who can name it (see `lifting.lift`). Raises `UsageError`."""
        from tui_import.session.lifting import lift

        return lift(self, person)

    def privacy_report(self, run: int) -> PrivacyReport:
        """A run for the data-protection officer, without personal data. Raises `UsageError` where there is none."""
        from tui_import.store.privacy import privacy_report

        return privacy_report(self.database, run)

    # -- user-defined fields

    def own_fields(self, *, whole: bool = False) -> Sequence[OwnField]:
        """The fields that users of this store defined, by entity and rank; ``whole``: those that were removed as well."""
        self.refresh_fields()
        return [field for field in self._own_fields if whole or field.state is not OwnState.REMOVED]

    def define_field(self, wanted: OwnField) -> OwnField:
        """Make a field that records can have at once, as a run that undo takes back (see `own_fields.define`). Raises `UsageError`."""
        made = own_fields.define(self.database, self._shipped, wanted, self.user)
        self.refresh_fields()
        return made

    def change_field(
        self, key: str, *, label: str | None = None, length: int | None = None, place: int | None = None, state: OwnState | None = None
    ) -> OwnField:
        """Give a user-defined field another label, length, place or state, as a run that undo takes back. Raises `UsageError`."""
        changed = own_fields.change(self.database, self._shipped, key, self.user, label=label, length=length, place=place, state=state)
        self.refresh_fields()
        return changed

    def values_in(self, field: OwnField) -> int:
        """How many records have a value of a user-defined field."""
        return own_fields.values_of(self.database.connection, field)

    def remove_field(self, key: str) -> Summary:
        """Take a user-defined field and all its values away, as a run that undo takes back. Raises `UsageError`."""
        run, records = own_fields.remove(self.database, key, self.user)
        self.refresh_fields()
        return Summary(run=run, draft="", rows=records, entities={key.partition(".")[0]: Counts(updated=records)})

    # -- price lists

    def price_lists(self) -> Sequence[PriceListInfo]:
        """All price lists, by name."""
        return price_lists.price_lists(self.database)

    def price_list(self, name: str) -> PriceListInfo | None:
        """The price list of that name; None where there is none."""
        return price_lists.price_list(self.database, name)

    def add_price_list(self, wanted: PriceListInfo) -> PriceListInfo:
        """Make a price list, as a run that undo takes back. Raises `UsageError` where the name is taken."""
        return price_lists.add_price_list(self.database, wanted, self.user)

    def edit_price_list(self, wanted: PriceListInfo) -> tuple[int, PriceListInfo]:
        """Change the price list with this id, as a run that undo takes back; returns the run, too. Raises `UsageError`, `RefusedError`."""
        return price_lists.edit_price_list(self.database, wanted, self.user)

    # -- selections

    def selections(self) -> Sequence[SelectionInfo]:
        """All selections, the newest first."""
        return selections.selections(self.database)

    def combine(self, how: str, chosen: Sequence[int], name: str) -> SelectionInfo:
        """A new selection: union, intersection or difference of others."""
        return selections.combine(self.database, how, chosen, name, self.user)

    def new_selection(self, entity: str, name: str, records: Sequence[int] = ()) -> SelectionInfo:
        """A selection whose members somebody chooses."""
        return selections.create(self.database, entity, name, records, self.user)

    def copy_selection(self, selection: int, name: str) -> SelectionInfo:
        """A selection by hand with the members of another."""
        return selections.copy(self.database, selection, name, self.user)

    def add_members(self, selection: int, records: Sequence[int]) -> int:
        """Put records into a selection; returns how many were not in it."""
        return selections.add_members(self.database, selection, records)

    def remove_members(self, selection: int, records: Sequence[int]) -> int:
        """Take records out of a selection; returns how many were in it."""
        return selections.remove_members(self.database, selection, records)

    def editable_fields(self, entity: str) -> Sequence[Field]:
        """The fields that `edit_members` can set."""
        from tui_import.session import bulk_edit

        return bulk_edit.editable(self, entity)

    def edit_members(self, selection: int, field: str, text: str, progress: Progress | None = None, *, remove: bool = False) -> Summary:
        """Set a field of all members, or take a value away, as a run that undo takes back (see `bulk_edit.edit_members`)."""
        from tui_import.session import bulk_edit

        return bulk_edit.edit_members(self, selection, field, text, progress, remove=remove)

    def delete_members(self, selection: int) -> Summary:
        """Delete the members softly, as a run that undo takes back."""
        return selections.delete_members(self.database, selection, self.user)

    def delete_selection(self, selection: int) -> None:
        """Forget a selection; its members stay."""
        selections.delete_selection(self.database, selection)

    # -- lists and preferences

    def lists(self) -> Mapping[str, Sequence[ListItem]]:
        """All lists with their items."""
        return lists.lists(self.database, self.catalogue.whole)

    def add_list_item(self, list: str, name: str, key: str = "") -> ListItem:
        """Add an item to a list; ``key``: that of a purpose, a legal basis or a source, else made of the name."""
        return lists.add_list_item(self.database, self.catalogue.whole, list, name, key)

    def set_list_item(
        self,
        list: str,
        name: str,
        *,
        rename: str | None = None,
        deactivated: bool | None = None,
        place: int | None = None,
        tooltip: str | None = None,
    ) -> ListItem:
        """Rename an item, take it out of use, move it to a place counted from 1, or say what it means."""
        return lists.set_list_item(
            self.database, self.catalogue.whole, list, name, rename=rename, deactivated=deactivated, place=place, tooltip=tooltip
        )

    def merge_list_items(self, list: str, name: str, into: str) -> Summary:
        """Move the records of an item to another, as a run that undo takes back (see `list_merge.merge_items`)."""
        from tui_import.store.list_merge import merge_items

        return merge_items(self.database, self.catalogue.whole, list, name, into, self.user)

    def preferences(self) -> Mapping[str, Stored]:
        """The store's preferences."""
        return lists.preferences(self.database)

    def set_preference(self, key: str, value: Scalar) -> None:
        """Change one."""
        lists.set_preference(self.database, self.catalogue, key, value)

    # -- safety

    def backup(self, path: str | Path | None = None, progress: Progress | None = None) -> BackupInfo:
        """Copy the store and verify the copy."""
        from tui_import.store import backup

        return backup.backup(self.database, Path(path) if path else None, progress)

    def backups(self) -> Sequence[BackupInfo]:
        """The copies in the backup folder, the newest first."""
        from tui_import.store import backup

        return backup.backups(self.path)

    def differences(
        self, before: str | Path, after: str | Path | None = None, progress: Progress | None = None
    ) -> Iterator[RecordDifference]:
        """What became of each record between two backups (own ones may be named without their folder), or one and the store as it is."""
        from tui_import.store import backup, compare

        places = [backup.place(self.path, path) for path in (before, after) if path is not None]
        with ExitStack() as stack:
            databases = [stack.enter_context(backup.opened(self.path, place, self._shipped, progress)) for place in places]
            yield from compare.differences(databases[0], [*databases, self.database][1], self._shipped)

    def restore(self, path: str | Path) -> BackupInfo:
        """Put a copy in place of the store; the store as it was is backed up first, and that backup is returned."""
        from tui_import.store import backup

        replaced = backup.restore(self.database, Path(path), self._shipped)
        self.refresh_fields()
        return replaced

    def files(self) -> Sequence[StoredFile]:
        """Every file that is kept for this store and by the program, with its size and age, and whether it holds personal data."""
        from tui_import.store import doctor

        kept = [(_("settings"), path) for folder in _settings_folders() for path in sorted(folder.rglob("*")) if path.is_file()]
        return doctor.files(self.path, self.drafts_folder, kept)

    def doctor(self) -> Sequence[Check]:
        """Look at everything that can be wrong."""
        from tui_import.store import doctor

        sources = [_source_check(source) for source in self.sources()]
        extras = [Check(_("Plugin {name}").format(name=name), False, sentence) for name, sentence in plugin_host.extra_failures()]
        return [*doctor.checks(self.database, self.drafts_folder, _settings_folders()), *sources, *extras]

    def tidy(self) -> Sequence[Path]:
        """Remove what killed programs left behind, nothing that one is at work on; returns what was removed."""
        from tui_import.store.leftovers import tidy

        return tidy(self.path, self.drafts_folder, _settings_folders())

    @contextmanager
    def private_folder(self) -> Iterator[Path]:
        """A folder that only its owner can read and that is gone at the end; where the program is killed, `tidy` finds it."""
        from tui_import.store.leftovers import private_folder

        with private_folder(self.drafts_folder) as folder:
            yield folder


def _settings_folders() -> Sequence[Path]:
    return list(dict.fromkeys((config.user_folder(), config.state_folder())))


def _counted(run: RunInfo) -> Sequence[str]:
    """The entities that a run's summary counts."""
    return KINDS[CONTACTS] if KINDS[CONTACTS][0] in run.entities or not run.entities else tuple(run.entities)


def _source_check(source: SourceInfo) -> Check:
    """A source in the doctor's list: its reason where it is broken, and where its code failed; what it printed."""
    error = source.error
    printed = _("It printed: {text}").format(text=source.printed) if source.printed else ""
    hint = "\n".join(filter(None, [source.traceback, printed]))
    found = error or source.note or source.version
    return Check(_("Source {name}").format(name=source.name), not error or source.denied, found, hint)
