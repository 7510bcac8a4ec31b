"""One import in progress: its steps, in their order, and what a face asks at each of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingABC
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_import import config, plugin_host
from tui_import.api.errors import DriftError, RefusedError, StaleError, UsageError, Where
from tui_import.api.i18n import _, ngettext
from tui_import.api.options import OptionValue
from tui_import.api.source import Finding, Peek, Scalar, Table
from tui_import.flow.mapping import recipe_mapping
from tui_import.flow.read import LISTED, Reading, batches
from tui_import.model.mapping import LINK_FROM, ColumnInfo, Drift, Evidence, Guess, Link, Mapping, Missing
from tui_import.model.plan import KeyAdvice, PlanReport, PreviewRow, RowDetail, RowFilter, Summary
from tui_import.model.progress import Progress
from tui_import.model.runs import RunInfo
from tui_import.model.settings import (
    LISTS_WITHOUT_DEFAULT_POLICY,
    Action,
    CompanyKey,
    ListPolicy,
    PersonKey,
    Recipe,
    Settings,
    WithoutCompany,
)
from tui_import.model.steps import ReadReport, TableInfo, ValueCount
from tui_import.session import planning, writing
from tui_import.session.stored import (
    mapping_from_dict,
    mapping_to_dict,
    report_from_dict,
    report_to_dict,
    summary_from_dict,
    summary_to_dict,
)
from tui_import.store.draft import Draft
from tui_import.store.preview import Preview, RowKeys

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

SECRET_OPTIONS = frozenset({"password"})
"""Options that live in memory only."""


class ImportSession:
    """An import between "this file" and "it is in the store". Everything it knows lies in its draft, so it survives anything.

    Steps: open → read → map → settings → plan → apply. Going back is always possible until it is applied; what a later step made is
    made again. Reads may come from any thread; one thread at a time may work (`read`, `plan`, `apply`).
    """

    def __init__(self, workspace: Workspace, draft: Draft, recipe: Recipe | None = None) -> None:
        self._workspace = workspace
        self._draft = draft
        self._secrets: dict[str, OptionValue] = {}
        self._tables: Sequence[Table] | None = None
        self._preview = Preview(draft, workspace.database, workspace.catalogue)
        if recipe is not None:
            draft.write_meta(
                recipe=config.dump_recipe(recipe),
                recipe_name=recipe.name,
                settings=config.settings_to_dict(recipe.settings),
                kind=recipe.kind,
            )

    # -- facts

    @property
    def id(self) -> str:
        """Name of the draft, as in ``tui-import resume ID``."""
        return self._draft.id

    @property
    def location(self) -> str:
        """Path or account that is read."""
        return str(self._draft.meta("location", ""))

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
        """What is imported: contacts."""
        return str(self._draft.meta("kind", "contacts"))

    # -- source

    def tables(self) -> Sequence[TableInfo]:
        """The tables of the source, hidden ones last."""
        tables = sorted(self._open(), key=lambda table: table.hidden)
        return [TableInfo(table.name, table.hidden, table.expected_rows()) for table in tables]

    @property
    def table(self) -> str:
        """Name of the table that is or will be read."""
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
            self._draft.write_meta(state="opened", mapping=None, outdated=True)

    def peek(self, limit: int = 20) -> Peek:
        """The first rows of the chosen table, and what the source found out about it."""
        with plugin_host.speaking_for(self.source):
            return self._table().peek(limit)

    def already_imported(self) -> RunInfo | None:
        """The last run, not undone, that imported the same cells; known once they are read."""
        digest = self._draft.meta("digest")
        return self._workspace.run_with_content(digest, self.id) if digest else None

    def _open(self) -> Sequence[Table]:
        if self._tables is None:
            source = plugin_host.load(self.source)
            with plugin_host.speaking_for(self.source):
                self._tables = source.open(self.location, {**self.options, **self._secrets})
        return self._tables

    def _table(self) -> Table:
        tables = self._open()
        where = Where(file=self.location)
        if not tables:
            raise UsageError(_("There is nothing in it to import."), where=where)
        wanted = self.options.get("sheet")
        if not wanted:
            return next((table for table in tables if not table.hidden), tables[0])
        for table in tables:
            if table.name == wanted:
                return table
        names = ", ".join(f"“{table.name}”" for table in tables)
        raise UsageError(_("It has no table “{name}”.").format(name=wanted), where=where, hint=_("There are: {names}.").format(names=names))

    def read(self, progress: Progress | None = None) -> ReadReport:
        """Read all rows into the draft and guess the mapping (or find the recipe's); what was read before is replaced."""
        self._changeable()
        progress = progress or Progress()
        started = time.monotonic()
        table = self._table()
        progress.begin(_("Reading"), table.expected_rows())
        columns = plugin_host.columns_of(table, self.source)
        reading = Reading()
        with closing(plugin_host.checked_rows(table, self.source)) as rows:
            self._draft.write_rows(columns, batches(rows, len(columns), reading, progress))
        self._draft.write_meta(
            state="read",
            table=table.name,
            digest=reading.digest,
            blank_rows=reading.blank,
            shown_source=self._workspace.shown_source(self.location, table.name),
            outdated=True,
            seconds_read=time.monotonic() - started,
        )
        if self._draft.meta("mapping") is None:
            self._map_at_first()
        findings = (*table.findings(), *_too_long(reading))
        return ReadReport(reading.rows, reading.blank, time.monotonic() - started, findings)

    # -- mapping

    @property
    def columns(self) -> Sequence[ColumnInfo]:
        """The columns as read."""
        return self._draft.columns()

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return int(self._draft.meta("rows", 0))

    @property
    def mapping(self) -> Mapping:
        """The links and constants as they are."""
        stored = self._draft.meta("mapping")
        return mapping_from_dict(stored) if stored else Mapping()

    def guesses(self) -> Sequence[Guess]:
        """What each column is believed to be, linked or not."""
        return self._workspace.guess(self.columns, self.kind)

    def _map_at_first(self) -> None:
        recipe = self._recipe_it_runs()
        if recipe is not None:
            mapping, _drift = self._workspace.match_recipe(recipe, self.columns)
        else:
            links = [guess.link for guess in self.guesses() if guess.link is not None and guess.link.confidence >= LINK_FROM]
            mapping = Mapping(tuple(links))
        self._write_mapping(mapping)

    def _write_mapping(self, mapping: Mapping) -> None:
        self._draft.write_meta(mapping=mapping_to_dict(mapping), outdated=True)

    def link(self, column: int, field: str) -> None:
        """Feed a field from a column; a single field is taken from the column that fed it before."""
        self._changeable()
        known = self._workspace.field(field)
        columns = self.columns
        if not 0 <= column < len(columns):
            raise UsageError(_("There is no column {number}.").format(number=column + 1))
        if columns[column].locked and columns[column].field != field:
            raise UsageError(_("The source does not let this column be mapped anew."), where=Where(column=columns[column].title))
        mapping = self.mapping
        links = [link for link in mapping.links if link.field != field or (known.multiple and link.column != column)]
        self._write_mapping(replace(mapping, links=(*links, Link(column, field, Evidence.USER, 1.0, _("chosen by you")))))

    def unlink(self, column: int, field: str = "") -> None:
        """Take a column's link to a field away; to all fields where none is named."""
        self._changeable()
        mapping = self.mapping
        links = [link for link in mapping.links if link.column != column or (field and link.field != field)]
        self._write_mapping(replace(mapping, links=tuple(links)))

    def set_constant(self, field: str, value: Scalar) -> None:
        """A value for every row whose column has none; None takes it away."""
        self._changeable()
        self._workspace.field(field)
        mapping = self.mapping
        constants = {key: old for key, old in mapping.constants.items() if key != field}
        if value not in (None, ""):
            constants[field] = value
        self._write_mapping(replace(mapping, constants=constants))

    def missing(self) -> Sequence[Missing]:
        """Fields that must be linked before the import can go on; empty: nothing is missing."""
        return self._workspace.missing(self.mapping, self.settings)

    def drift(self) -> Drift:
        """How the file differs from the recipe it is imported with; empty without a recipe."""
        recipe = self._recipe_it_runs()
        return self._workspace.match_recipe(recipe, self.columns)[1] if recipe else Drift()

    def _recipe_it_runs(self) -> Recipe | None:
        text = self._draft.meta("recipe")
        return config.parse_recipe(text, self._draft.meta("recipe_name", "")) if text else None

    def column_values(self, column: int, limit: int = 200) -> Sequence[ValueCount]:
        """The distinct values of a column, most frequent first, with what the plan found wrong with them."""
        issues = self._preview.column_issues(column)
        return [ValueCount(value, rows, issues.get(value)) for value, rows in self._draft.distinct(column, limit)]

    # -- settings

    @property
    def settings(self) -> Settings:
        """How the import behaves: as it was set, else the defaults; a file without any column of persons is one of companies only."""
        stored = self._draft.meta("settings")
        if stored:
            return config.settings_from_dict(stored)
        settings = config.default_settings()
        if self.mapping.fields and not any(field.startswith("person.") for field in self.mapping.fields):
            settings = replace(settings, person=replace(settings.person, match=PersonKey.NONE))
        return settings

    def change_settings(self, settings: Settings) -> None:
        """Change them. Raises `UsageError` where they break a rule of the store."""
        self._changeable()
        check_settings(settings, mandatory_company=self._workspace.mandatory_company)
        if settings != self.settings or self._draft.meta("settings") is None:
            self._draft.write_meta(settings=config.settings_to_dict(settings), outdated=True)

    def advice(self, progress: Progress | None = None) -> Sequence[KeyAdvice]:
        """How well each possible key would do on this file and this store."""
        return planning.advise(self._workspace, self._draft, self.mapping, self.settings, progress or Progress())

    def recipe(self) -> Recipe:
        """All of it, to save: finds its columns by their headers again."""
        mapping = self.mapping
        fields = recipe_mapping(mapping, self.columns)
        options = {key: value for key, value in self.options.items() if value is not None and key not in SECRET_OPTIONS}
        constants = {key: value for key, value in mapping.constants.items() if isinstance(value, str | int | float | bool)}
        return Recipe(self.source, self.kind, options, fields, constants, self.settings, self._draft.meta("recipe_name", ""))

    # -- plan and preview

    def plan(self, progress: Progress | None = None) -> PlanReport:
        """Make the plan, or make it anew; the last one stands until this one is done."""
        self._changeable()
        missing = self.missing()
        if missing:
            raise UsageError(missing[0].reason, where=Where(file=self.location), hint=_("Link a column to it, or give it a constant."))
        if self.drift().blocks:
            names = ", ".join(f"“{name}”" for name in self.drift().missing)
            raise DriftError(
                _("The recipe's columns are missing: {names}.").format(names=names),
                where=Where(file=self.location),
                hint=_("Map them by hand, or save the recipe anew."),
            )
        started = time.monotonic()
        generation = self._workspace.reader.generation()
        moved = planning.make_plan(self._workspace, self._draft, self.mapping, self.settings, progress or Progress())
        report = self._preview.report(moved)
        self._draft.write_meta(
            state="planned",
            outdated=False,
            generation=generation,
            report=report_to_dict(report),
            seconds_planned=time.monotonic() - started,
        )
        return report

    @property
    def report(self) -> PlanReport | None:
        """The last plan in numbers; None where there is none. See `outdated`."""
        stored = self._draft.meta("report")
        return report_from_dict(stored) if stored else None

    @property
    def outdated(self) -> bool:
        """Something was changed since the plan was made, here or in the store."""
        return bool(self._draft.meta("outdated", True)) or self._draft.meta("generation") != self._workspace.reader.generation()

    def row_keys(self, rows: RowFilter | None = None) -> RowKeys:
        """Keys of the rows that a filter shows, in its order."""
        return self._preview.keys(rows or RowFilter(), len(self.columns))

    def preview_rows(self, keys: Sequence[int]) -> Sequence[PreviewRow]:
        """Rows by key, in the order asked for."""
        return self._preview.rows(keys)

    def next_problem(self, after: int, *, backwards: bool = False) -> int | None:
        """Key of the next row with a problem, None where there is none."""
        return self._preview.next_problem(after, backwards=backwards)

    def detail(self, row: int) -> RowDetail:
        """Everything about one row."""
        found = self._preview.rows([row])
        if not found:
            raise UsageError(_("There is no row {row}.").format(row=row))
        return RowDetail(found[0], tuple(self._preview.changes(found[0])), tuple(self._preview.issues(row)))

    def check(self, rows: RowFilter | Sequence[int], checked: bool | None) -> int:
        """Tick rows, un-tick them, or leave it to the program (None); returns how many."""
        self._changeable()
        keys = self.row_keys(rows).keys if isinstance(rows, RowFilter) else rows
        count = self._draft.set_checked(keys, checked)
        self._draft.write_meta(outdated=True)
        return count

    def correct(self, row: int, column: int, value: Scalar) -> None:
        """Change one cell; `undo_correction` takes it back. The file stays as it is."""
        self._correct([(row, column, value)])

    def replace_value(self, column: int, old: Scalar, new: Scalar) -> int:
        """Change every cell of a column that has a value; returns how many."""
        return self._correct([(n, column, new) for n in self._draft.rows_with(column, old)])

    def repair(self, column: int, code: str) -> int:
        """Take every repair of one kind that the plan offers in a column; returns how many cells."""
        return self._correct(self._preview.repairs(column, code))

    def _correct(self, changes: Sequence[tuple[int, int, Scalar]]) -> int:
        self._changeable()
        count = self._draft.correct(changes)
        self._draft.write_meta(outdated=True)
        return count

    def undo_correction(self) -> bool:
        """Take the last correction, replacement or repair back; False where there was none."""
        self._changeable()
        undone = self._draft.undo_correction() > 0
        self._draft.write_meta(outdated=True)
        return undone

    # -- apply

    def apply(self, progress: Progress | None = None, *, accept_clears: bool = False) -> Summary:
        """Back up, then write the plan in one transaction.

        Raises `RefusedError` where values would be cleared and ``accept_clears`` is not given, `StaleError` where the store has changed
        so that the plan came out differently (the new plan stands in the draft).
        """
        self._changeable()
        progress = progress or Progress()
        report = self._fresh_plan(progress)
        started = time.monotonic() - self._draft.meta("seconds_read", 0.0) - self._draft.meta("seconds_planned", 0.0)
        if report.clears and not accept_clears:
            raise RefusedError(
                ngettext("{count} value will be cleared.", "{count} values will be cleared.", report.clears).format(count=report.clears),
                hint=_("Agree to it (--yes), or set blank_cells to keep."),
            )
        with self._stale_plans_marked():
            summary = writing.write(self._workspace, self._draft, self, report, progress, started)
        self._draft.write_meta(state="applied", run=summary.run, summary=summary_to_dict(summary))
        self._workspace.remember(self.mapping, self.columns)
        return summary

    def _fresh_plan(self, progress: Progress) -> PlanReport:
        before = self.report
        if before is not None and not self.outdated:
            return before
        own_change = bool(self._draft.meta("outdated", True))
        report = self.plan(progress)
        if before is not None and not own_change and report.moved:
            moved = sum(count for _from, _to, count in report.moved)
            raise StaleError(
                ngettext(
                    "The store has changed since this was planned: {count} row comes out differently now.",
                    "The store has changed since this was planned: {count} rows come out differently now.",
                    moved,
                ).format(count=moved),
                hint=_("Look at the new plan and apply it again."),
            )
        return report

    @contextmanager
    def _stale_plans_marked(self) -> Iterator[None]:
        try:
            yield
        except StaleError:
            self._draft.write_meta(outdated=True)
            raise

    @property
    def summary(self) -> Summary | None:
        """The result, after `apply`."""
        stored = self._draft.meta("summary")
        return summary_from_dict(stored) if stored else None

    def facts(self) -> dict[str, Any]:
        """What a run's record says of this import."""
        return {
            "location": self.location,
            "table": self._draft.meta("table", ""),
            "source": self._draft.meta("shown_source", self.location),
            "content_hash": self._draft.meta("digest", ""),
            "rows": self.rows,
            "recipe": config.dump_recipe(self.recipe()),
        }

    def close(self) -> None:
        """Leave it; nothing is lost, it can be resumed."""
        self._tables = None
        self._draft.close()

    def _changeable(self) -> None:
        if self.state == "applied":
            raise UsageError(
                _("This import is done (run {run}).").format(run=self._draft.meta("run")), hint=_("Undo it with: tui-import undo RUN")
            )


def check_settings(settings: Settings, *, mandatory_company: bool) -> None:
    """Raise `UsageError` where settings break a rule of SPEC 4."""
    if settings.person.without_company is WithoutCompany.WITHOUT and mandatory_company:
        raise UsageError(
            _("Persons without company are not allowed in this store."),
            hint=_("Choose create or skip, or set the preference mandatory_company to 0."),
        )
    for entity, key, action in (
        ("company", settings.company.match == CompanyKey.ID, settings.company.action),
        ("person", settings.person.match == PersonKey.ID, settings.person.action),
    ):
        if key and action is Action.ADD:
            raise UsageError(_("{entity}: matching by ID goes with merge, replace or skip.").format(entity=entity))
    for name in LISTS_WITHOUT_DEFAULT_POLICY:
        if settings.list_policy(name) is ListPolicy.DEFAULT:
            raise UsageError(_("The list {name} has no default item; choose add or blank.").format(name=name))
    if len(settings.privacy.comment) > 255:
        raise UsageError(_("The consent comment takes at most 255 characters."))


def _too_long(reading: Reading) -> Sequence[Finding]:
    if not reading.too_long:
        return ()
    rows = ", ".join(map(str, reading.too_long[:LISTED])) + (" …" if len(reading.too_long) > LISTED else "")
    text = ngettext(
        "{count} row has more cells than there are columns; the rest of it is left out: {rows}.",
        "{count} rows have more cells than there are columns; the rest of them is left out: {rows}.",
        len(reading.too_long),
    )
    return (Finding(text.format(count=len(reading.too_long), rows=rows), reading.too_long[0]),)
