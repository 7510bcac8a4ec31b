"""A workspace and an import in progress over a few Python lists: enough of the facade for the screens to show their purpose."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tui_import.api import Choice, Option, OptionType, PasswordNeededError, Peek, Row
from tui_import.api.errors import UsageError
from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.model.issues import Issue, Severity
from tui_import.model.mapping import ColumnInfo, Drift, Evidence, Guess, Link, Mapping
from tui_import.model.plan import (
    Counts,
    FieldChange,
    KeyAdvice,
    Operation,
    PlanReport,
    PreviewRow,
    RowDetail,
    RowFilter,
    RowState,
    SelectionInfo,
    Summary,
    Verb,
)
from tui_import.model.progress import Progress
from tui_import.model.runs import DraftInfo, ListItem, RecordChange, RunInfo, Trace, UndoReport
from tui_import.model.settings import PersonKey, Recipe, Settings, WithoutCompany

HEADERS = ("Company name", "City", "Contact", "E-mail", "Remark")
ROWS: list[tuple[Any, ...]] = [
    ("Nordic Timber AS", "Oslo", "Anna Berg", "anna@timber.example", "x"),
    ("Foo [/] Bar", "Bergen", "Ole Hansen", "ole@foo.example", None),
    ("Fjord Shipping", "Bergen", "Kari Lund", "not an address", None),
    ("Nordic Timber AS", "Oslo", "Per Dahl", "per@timber.example", None),
    ("\x1b]0;title\x07Evil", "\u202eolsO", "Eve \x9b31m", "eve@evil.example", "[@click=app.leave_now]x[/]"),
]
CATALOGUE_FILE = Path(__file__).parents[2] / "config" / "fields.toml"


def catalogue() -> Catalogue:
    """The shipped field catalogue."""
    tables = tomllib.loads(CATALOGUE_FILE.read_text(encoding="utf-8"))
    fields = {}
    for entity, entries in tables.items():
        for name, facts in entries.items():
            facts = {{"key": "is_key", "to": "refers"}.get(key, key): value for key, value in facts.items()}
            facts["type"] = FieldType(facts["type"])
            if "choices" in facts:
                facts["choices"] = tuple(facts["choices"])
            fields[f"{entity}.{name}"] = Field(entity, name, **facts)
    return Catalogue(fields)


@dataclass(frozen=True)
class FakeSource:
    name: str
    title: str
    description: str
    suffixes: tuple[str, ...]
    version: str = "1"
    error: str = ""
    bundled: bool = True


@dataclass(frozen=True)
class FakeTable:
    name: str
    hidden: bool = False
    expected_rows: int | None = None


@dataclass(frozen=True)
class FakeMissing:
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class FakeValueCount:
    value: Any
    rows: int
    issue: Issue | None = None


@dataclass(frozen=True)
class FakeReadReport:
    rows: int
    blank_rows: int = 0
    seconds: float = 0.1
    findings: tuple[Any, ...] = ()


EMAIL_ISSUE = Issue("email_invalid", Severity.ERROR, "person.email", 3)


class FakeKeys(list[int]):
    """Keys of rows; asking for one that is not there gives None."""

    def index(self, key: int, *_where: Any) -> int | None:  # type: ignore[override]
        return super().index(key) if key in self else None


class FakeSession:
    """Five rows, five columns."""

    id = "d1"
    source = "excel"
    kind = "contacts"
    can_search = False
    sheets: Sequence[Any] = ()

    def __init__(self, location: str = "/data/customers.xlsx", *, rows: Sequence[tuple[Any, ...]] = ROWS, password: str = "") -> None:
        self.location, self.state, self.table = location, "opened", "Customers"
        self.options: dict[str, Any] = {"sheet": "Customers", "header_row": 1}
        self.cells = [list(row) for row in rows]
        self.checked = [True] * len(rows)
        self.mapping = Mapping()
        self.settings = Settings()
        self.report: PlanReport | None = None
        self.outdated = True
        self.summary: Summary | None = None
        self.corrections: list[list[tuple[int, int, Any]]] = []
        self.closed = False
        self.accepted_clears: bool | None = None
        self.clears = 0
        self._password = password

    # source
    def tables(self) -> Sequence[FakeTable]:
        return [FakeTable("Customers"), FakeTable("Old", hidden=True)]

    def set_option(self, key: str, value: Any) -> None:
        self.options[key] = value
        if key == "sheet":
            self.table = str(value)
        self.state = "opened"

    def peek(self, limit: int = 20) -> Peek:
        if self._password and self.options.get("password") != self._password:
            raise PasswordNeededError("The workbook is encrypted.")
        rows = [Row(1, HEADERS), *(Row(n + 2, tuple(row)) for n, row in enumerate(self.cells))]
        return Peek(rows[:limit], {"header_row": "1"})

    def already_imported(self) -> RunInfo | None:
        return None

    def read(self, progress: Progress | None = None) -> FakeReadReport:
        if progress:
            progress.begin("Reading", len(self.cells))
            progress.advance(len(self.cells))
        self.state = "read"
        if not self.mapping.links:
            self.mapping = Mapping(
                (
                    Link(0, "company.name", Evidence.HEADER, 0.99, "header “Company name” means company name"),
                    Link(2, "person.full_name", Evidence.VALUES, 0.8, "values look like names of persons"),
                    Link(3, "person.email", Evidence.HEADER, 0.99, "header “E-mail”"),
                )
            )
        return FakeReadReport(len(self.cells))

    # mapping
    @property
    def rows(self) -> int:
        return len(self.cells)

    @property
    def columns(self) -> Sequence[ColumnInfo]:
        return [
            ColumnInfo(
                at,
                header,
                chr(65 + at),
                samples=tuple(str(row[at]) for row in self.cells[:3] if row[at] is not None),
                filled=sum(row[at] is not None for row in self.cells),
            )
            for at, header in enumerate(HEADERS)
        ]

    def guesses(self) -> Sequence[Guess]:
        city = Link(1, "company.postal_city", Evidence.SIMILAR_HEADER, 0.5, "header “City” is close to city")
        by_column = {link.column: link for link in self.mapping.links} | {1: city}
        return [Guess(at, by_column.get(at)) for at in range(len(HEADERS))]

    def link(self, column: int, field: str) -> None:
        kept = tuple(link for link in self.mapping.links if link.field != field)
        self.mapping = replace(self.mapping, links=(*kept, Link(column, field)))
        self._change()

    def unlink(self, column: int, field: str = "") -> None:
        kept = tuple(link for link in self.mapping.links if not (link.column == column and field in ("", link.field)))
        self.mapping = replace(self.mapping, links=kept)
        self._change()

    def set_constant(self, field: str, value: Any) -> None:
        constants = {key: old for key, old in self.mapping.constants.items() if key != field}
        self.mapping = replace(self.mapping, constants=constants if value is None else {**constants, field: value})
        self._change()

    def missing(self) -> Sequence[FakeMissing]:
        return [] if "company.name" in self.mapping.fields else [FakeMissing(("company.name",), "Company: Name")]

    def transforms(self, column: int) -> list[Any]:
        return []

    def ambiguities(self) -> list[Any]:
        return []

    def drift(self) -> Drift:
        return Drift()

    def column_values(self, column: int, limit: int = 200) -> Sequence[FakeValueCount]:
        counts: dict[Any, int] = {}
        for row in self.cells:
            counts[row[column]] = counts.get(row[column], 0) + 1
        return [FakeValueCount(v, n, EMAIL_ISSUE if column == 3 and "@" not in str(v) else None) for v, n in counts.items()][:limit]

    # settings
    def change_settings(self, settings: Settings) -> None:
        if settings.person.without_company is WithoutCompany.WITHOUT:
            raise UsageError("A company is mandatory.")
        self.settings = settings
        self._change()

    def advice(self, progress: Progress | None = None) -> Sequence[KeyAdvice]:
        return [
            KeyAdvice("company", "name", True, 1.0, 0.8, 2, 0, 1),
            KeyAdvice("company", "vat_number", False),
            KeyAdvice("person", "email", True, 0.8, 1.0, 1, 0, 0),
            KeyAdvice("person", "name", True, 1.0, 1.0, 0, 0, 0),
        ]

    def recipe(self) -> Recipe:
        return Recipe(self.source, self.kind)

    # plan
    def _change(self) -> None:
        self.outdated = True

    def _states(self, at: int) -> tuple[RowState, ...]:
        if not self.checked[at]:
            return (RowState("company", Operation.SKIPPED), RowState("person", Operation.SKIPPED))
        if "@" not in str(self.cells[at][3]):
            return (RowState("company", Operation.ADDED), RowState("person", Operation.PROBLEM, reason=EMAIL_ISSUE))
        company = Operation.REPEATED if at == 3 else Operation.UPDATED if at == 0 else Operation.ADDED
        return (RowState("company", company, record=7 if at == 0 else None), RowState("person", Operation.ADDED))

    def _counts(self, place: int) -> Counts:
        totals = dict.fromkeys(("added", "updated", "unchanged", "skipped", "problem", "held"), 0)
        for at in range(self.rows):
            operation = self._states(at)[place].operation
            totals["unchanged" if operation is Operation.REPEATED else str(operation)] += 1
        return Counts(**totals)

    def plan(self, progress: Progress | None = None) -> PlanReport:
        before = self.report
        entities = {"company": self._counts(0)}
        if self.settings.person.match is not PersonKey.NONE:
            entities["person"] = self._counts(1)
        moved: tuple[tuple[str, str, int], ...] = ()
        if before and before.entities != entities:
            moved = (("person:problem", "person:added", 1),)
        self.report = PlanReport(
            self.rows, self.checked.count(False), entities, {Verb.FILL: 2, Verb.OVERWRITE: 1}, self.clears, 1, moved=moved
        )
        self.outdated = False
        self.state = "planned"
        return self.report

    def review(self) -> Any:
        raise UsageError("These rows have no duplicates.")

    def row_keys(self, rows: RowFilter = RowFilter(), progress: Progress | None = None) -> Sequence[int]:  # noqa: B008
        keys = range(1, self.rows + 1)

        def shown(key: int) -> bool:
            row = self.cells[key - 1]
            operations = {state.operation for state in self._states(key - 1)}
            wanted = {"new": Operation.ADDED, "changed": Operation.UPDATED, "problems": Operation.PROBLEM, "skipped": Operation.SKIPPED}
            if rows.show in wanted and wanted[rows.show] not in operations:
                return False
            return rows.text.casefold() in " ".join(str(cell) for cell in row if cell is not None).casefold()

        found = [key for key in keys if shown(key)]
        if rows.sort is not None:
            found.sort(key=lambda key: str(self.cells[key - 1][rows.sort or 0]), reverse=rows.descending)
        return FakeKeys(found)

    def row_count(self, rows: RowFilter) -> int:
        return len(self.row_keys(rows))

    def preview_rows(self, keys: Sequence[int]) -> Sequence[PreviewRow]:
        return [
            PreviewRow(
                key,
                key + 1,
                self.checked[key - 1],
                tuple(self.cells[key - 1]),
                self._states(key - 1),
                frozenset({3}) if "@" not in str(self.cells[key - 1][3]) else frozenset(),
            )
            for key in keys
        ]

    def next_problem(self, after: int, *, backwards: bool = False) -> int | None:
        problems = [key for key in self.row_keys(RowFilter(show="problems")) if (key < after if backwards else key > after)]
        return (problems[-1] if backwards else problems[0]) if problems else None

    def detail(self, row: int) -> RowDetail:
        preview = self.preview_rows([row])[0]
        changes = (
            FieldChange("company.name", "Nordic Timber AS", preview.cells[0], preview.cells[0], Verb.SAME, row),
            FieldChange("company.postal_city", None, preview.cells[1], preview.cells[1], Verb.FILL, row),
        )
        return RowDetail(preview, changes, (EMAIL_ISSUE,) if preview.marks else ())

    def check(self, rows: RowFilter | Sequence[int], checked: bool | None) -> int:
        keys = self.row_keys(rows) if isinstance(rows, RowFilter) else rows
        for key in keys:
            self.checked[key - 1] = True if checked is None else checked
        self._change()
        return len(keys)

    def correct(self, row: int, column: int, value: Any) -> None:
        self.corrections.append([(row - 1, column, self.cells[row - 1][column])])
        self.cells[row - 1][column] = value
        self._change()

    def replace_value(self, column: int, old: Any, new: Any) -> int:
        hits = [at for at in range(self.rows) if self.cells[at][column] == old]
        self.corrections.append([(at, column, old) for at in hits])
        for at in hits:
            self.cells[at][column] = new
        self._change()
        return len(hits)

    def repair(self, column: int, code: str) -> int:
        return 0

    def undo_correction(self) -> bool:
        if not self.corrections:
            return False
        for row, column, value in self.corrections.pop():
            self.cells[row][column] = value
        self._change()
        return True

    # apply
    def apply(self, progress: Progress | None = None, *, accept_clears: bool = False) -> Summary:
        report = self.report or self.plan()
        self.accepted_clears = accept_clears
        self.state = "applied"
        selections = (SelectionInfo(1, "New companies", "company", "new", 3, 7), SelectionInfo(2, "New persons", "person", "new", 4, 7))
        self.summary = Summary(
            7, self.id, self.rows, report.entities, selections=selections, backup="/data/crm.db.backups/1.db", seconds=0.5
        )
        return self.summary

    def close(self) -> None:
        self.closed = True


class FakeWorkspace:
    """A store with one finished run and one draft."""

    user = "anna"

    def __init__(self, session: FakeSession | None = None) -> None:
        self.path = Path("/data/crm.db")
        self.catalogue = catalogue()
        self.session = session or FakeSession()
        self.done: list[tuple[Any, ...]] = []
        """What was asked of the store, for the tests."""
        self.run_state = "done"
        self.prefs: dict[str, Any] = {"mandatory_company": 1}

    def sources(self) -> Sequence[FakeSource]:
        return [FakeSource("csv", "CSV", "Text files", (".csv", ".tsv")), FakeSource("excel", "Excel", "Workbooks", (".xlsx",))]

    def source_options(self, name: str) -> Sequence[Option]:
        return [
            Option("sheet", "Sheet", OptionType.TEXT),
            Option("header_row", "Heading row", OptionType.INTEGER, minimum=0, maximum=1000, help="0: the sheet has no headings."),
            Option(
                "encoding",
                "Encoding",
                OptionType.CHOICE,
                choices=(Choice("", "found out"), Choice("utf-8", "UTF-8"), Choice("cp1252", "Windows")),
            ),
            Option("password", "Password", OptionType.PASSWORD),
        ]

    def source_for(self, location: str) -> str:
        return "excel"

    def connections(self) -> Sequence[Any]:
        return []

    def begin(self, location: str, *, source: str = "", options: Any = None, recipe: Recipe | None = None) -> FakeSession:
        self.session.location = location
        self.recipe_used = recipe.name if recipe else ""
        self.done.append(("begin", location, source))
        return self.session

    writer = None

    def drafts(self) -> Sequence[DraftInfo]:
        return [
            DraftInfo("d1", "/data/crm.db.drafts/d1.db", "planned", "contacts", "customers.xlsx, Customers", 5, "2026-03-01T10:00:00+00:00")
        ]

    def resume(self, draft: str) -> FakeSession:
        self.done.append(("resume", draft))
        self.session.read()
        self.session.plan()
        return self.session

    reopen = resume

    def discard(self, draft: str) -> None:
        self.done.append(("discard", draft))

    def recent_files(self) -> Sequence[str]:
        return ["/data/customers.xlsx"]

    def recipes(self) -> Sequence[Recipe]:
        return [Recipe(name="fairs")]

    def recipe(self, name: str) -> Recipe:
        return Recipe(name=name)

    def save_recipe(self, recipe: Recipe, name: str) -> Path:
        self.done.append(("save_recipe", name))
        return Path(f"/config/{name}.toml")

    def runs(self) -> Sequence[RunInfo]:
        return [self.run(7)]

    def run(self, run: int) -> RunInfo:
        counts = {"company": Counts(added=3, updated=1, unchanged=1), "person": Counts(added=4, problem=1)}
        return RunInfo(
            run,
            "import",
            self.run_state,
            "2026-03-01T10:00:00+00:00",
            "2026-03-01T10:00:01+00:00",
            "anna",
            "customers.xlsx, sheet Customers",
            5,
            counts,
            "/data/crm.db.backups/1.db",
        )

    def run_changes(self, run: int, *, offset: int = 0, limit: int = 200) -> Sequence[RecordChange]:
        return [
            RecordChange(
                "company",
                7,
                "Nordic Timber AS",
                "update",
                "done",
                2,
                (FieldChange("company.postal_city", None, "Oslo", "Oslo", Verb.FILL, 2),),
            )
        ]

    def undo(self, run: int, *, selection: int | None = None, progress: Progress | None = None) -> tuple[Summary, UndoReport]:
        self.done.append(("undo", run) if selection is None else ("undo", run, selection))
        self.run_state = "undone"
        return Summary(8, "", 5, {}, restored=8, kept=0, blocked=0), UndoReport(run, 8)

    def redo(self, run: int, *, progress: Progress | None = None) -> tuple[Summary, UndoReport]:
        self.done.append(("redo", run))
        self.run_state = "done"
        return Summary(9, "", 5, {}, restored=8, kept=0, blocked=0), UndoReport(run, 8)

    def blame(self, entity: str, record: int, field: str = "") -> Sequence[Trace]:
        return [
            Trace(
                "company.name",
                "Nordic Timber AS",
                None,
                Verb.FILL,
                7,
                "2026-03-01T10:00:00+00:00",
                "anna",
                "customers.xlsx",
                2,
                "Company name",
            )
        ]

    def count(self, entity: str, *, selection: int | None = None) -> int:
        return 3

    def record(self, entity: str, record: int) -> dict[str, Any]:
        return {"id": record, "name": "Nordic Timber AS"}

    def records(self, entity: str, *, selection: int | None = None) -> Any:
        return iter(
            [{"id": 1, "name": "Nordic Timber AS", "postal_city": "Oslo"}, {"id": 2, "name": "Foo [/] Bar", "postal_city": "Bergen"}]
        )

    def export(self, entity: str, path: Any, *, format: str = "csv", selection: int | None = None) -> int:
        self.done.append(("export", str(path), format, selection))
        return 3

    def selections(self) -> Sequence[SelectionInfo]:
        return [
            SelectionInfo(1, "New companies", "company", "new", 3, 7),
            SelectionInfo(2, "New persons", "person", "new", 4, 7),
            SelectionInfo(3, "Changed companies", "company", "changed", 1, 7),
        ]

    def combine(self, how: str, selections: Sequence[int], name: str) -> SelectionInfo:
        self.done.append(("combine", how, tuple(selections), name))
        return SelectionInfo(4, name, "company", how, 4)

    def delete_members(self, selection: int) -> Summary:
        self.done.append(("delete_members", selection))
        return Summary(8, "", 3, {"company": Counts(updated=3)})

    def delete_selection(self, selection: int) -> None:
        self.done.append(("delete_selection", selection))

    def price_lists(self) -> Sequence[Any]:
        return []

    def own_fields(self) -> Sequence[Any]:
        return []

    def suppressions(self) -> Sequence[Any]:
        return []

    def refresh_fields(self) -> None:
        pass

    def lists(self) -> dict[str, Sequence[ListItem]]:
        return {
            "category": [ListItem(1, "category", "Customer", used=3), ListItem(2, "category", "Prospect")],
            "legal_basis": [ListItem(3, "legal_basis", "Consent"), ListItem(4, "legal_basis", "Contract")],
            "consent_source": [ListItem(5, "consent_source", "Import"), ListItem(6, "consent_source", "E-mail")],
        }

    def add_list_item(self, list: str, name: str) -> ListItem:
        self.done.append(("add_list_item", list, name))
        return ListItem(9, list, name)

    def set_list_item(self, list: str, name: str, *, rename: str | None = None, deactivated: bool | None = None) -> ListItem:
        self.done.append(("set_list_item", list, name, rename, deactivated))
        return ListItem(9, list, name)

    def preferences(self) -> dict[str, Any]:
        return self.prefs

    def set_preference(self, key: str, value: Any) -> None:
        self.done.append(("set_preference", key, value))
        self.prefs[key] = value

    def close(self) -> None:
        pass
