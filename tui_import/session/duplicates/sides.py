"""Both records of a pair as texts that can be shown, and what pairs mean: rows that come in (`RowSides`), or records that are stored
(`records.RecordSides`)."""

from __future__ import annotations

import datetime
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import fold
from tui_import.flow.normalise import Formats, normaliser
from tui_import.flow.plan.binding import Binder
from tui_import.model.fields import Field, FieldType
from tui_import.model.issues import Severity
from tui_import.model.matches import FieldChoice, Match, Pair, Verdict
from tui_import.model.plan import Stored
from tui_import.model.records import Value
from tui_import.model.settings import Action, Settings
from tui_import.model.text import shown
from tui_import.session import planning
from tui_import.session.duplicates.bulk import best_of_each_row
from tui_import.session.duplicates.queue import Node
from tui_import.store import review

if TYPE_CHECKING:
    from tui_import.model.mapping import Mapping as ColumnMapping
    from tui_import.session.workspace import Workspace
    from tui_import.store.draft import Draft

HardFacts = Mapping[tuple[str, Node], Mapping[str, str]]
"""(entity, record) → what one company or person has one only of: slot → value."""
KEPT = 256
"""Records that are remembered once they were read."""


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair."""

    title: str
    """ "row 17" or "company 204"."""
    values: Mapping[str, tuple[str, ...]]
    """Bare field name → its values as they may be compared, in the order of the catalogue; blank fields are absent."""
    changed: str = ""
    """When it was changed last, as far as that is known: ISO 8601."""
    gone: bool = False
    """It was deleted meanwhile."""
    sources: Mapping[str, str] = with_default(default_factory=dict)
    """Bare field name ("": all others) → the source that brought its value; absent where nobody asks, empty where it was no import."""

    @property
    def name(self) -> str:
        """What it is called."""
        parts = [" ".join(self.values.get(field, ())) for field in ("name", "first_name", "middle_name", "last_name")]
        return " ".join(filter(None, parts))


class Sides(ABC):
    """Reads the records of pairs, each once, and knows what decisions about them lead to."""

    are_stored = False
    """Both records of every pair are stored: one of them goes, the other stays."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self._workspace, self.settings = workspace, settings
        self._lists = planning.list_items(workspace, settings)
        self.stored = lru_cache(KEPT)(self._stored)

    # -- what a pair means

    @abstractmethod
    def of(self, pair: Pair, *, swapped: bool = False) -> tuple[Side, Side]:
        """(incoming, the other); of stored records (who goes, who stays). ``swapped``: the younger of them stays."""

    @abstractmethod
    def nodes(self, pair: Pair) -> tuple[Node, Node]:
        """Both records."""

    @abstractmethod
    def heads(self, pair: Pair, both: tuple[Side, Side], /) -> tuple[str, str]:
        """What stands over the two columns."""

    @abstractmethod
    def scopes(self, pairs: Iterable[Pair]) -> Mapping[Pair, object]:
        """Pair → which pairs its decision can settle: those of the same scope."""

    @abstractmethod
    def settled(self, matches: Sequence[Match]) -> Collection[Pair]:
        """Pairs of one scope that decisions about others make needless."""

    @abstractmethod
    def refuse(self, matches: Sequence[Match]) -> None:
        """Raise `UsageError` where decisions of one scope contradict each other."""

    @abstractmethod
    def together(self, matches: Sequence[Match], decided: Iterable[Match], hard: HardFacts, /) -> list[Match]:
        """Those of some pairs that can be "same" at once, given what is decided: the most probable first."""

    @abstractmethod
    def weight(self, entity: str, node: Node) -> int:
        """What hangs on a record: rows, persons."""

    @abstractmethod
    def text_of(self, match: Match) -> str:
        """What is searched in, of a pair."""

    def searched(self, text: str) -> str:
        """A text that somebody searches for, as `text_of` has it."""
        return text

    @abstractmethod
    def companies_of(self, pair: Pair, pairs: Iterable[Pair]) -> Iterable[int]:
        """Stored companies that the person of a pair may belong to. ``pairs``: all of the review."""

    @abstractmethod
    def is_mapped(self, entity: str, field: str, /) -> bool:
        """What comes in may empty the field."""

    def node(self, entity: str, node: Node) -> Side:
        """A member of a group."""
        return self.stored(entity, node[1])

    # -- values

    def _stored(self, entity: str, record: int) -> Side:
        title = _("company {id}").format(id=record) if entity == "company" else _("person {id}").format(id=record)
        try:
            whole = self._workspace.record(entity, record)
        except UsageError:
            return Side(title, {}, gone=True)
        values = {
            field.name: _texts(whole.get(field.name)) for field in self._workspace.catalogue.of(entity) if field.type is not FieldType.ID
        }
        filled = {name: value for name, value in values.items() if value}
        changed = str(whole.get("updated_at") or whole.get("created_at") or "")
        recipes = review.recipes_of(self._workspace.database, entity, record) if self.settings.duplicates.trust else {}
        return Side(title, filled, changed, sources={name: _source(recipe) for name, recipe in recipes.items()})

    def text(self, field: Field, value: Stored) -> str:
        """A value of the store as it is shown."""
        if field.type is FieldType.LIST and isinstance(value, int):
            return self._item(field.list, value)
        if field.type is FieldType.BOOLEAN and value is not None:
            return shown(bool(value))
        return "" if value is None else shown(value)

    def _item(self, name: str, item: int) -> str:
        new = self._lists[name].new.get(item)
        if new is not None:
            return new
        return next((text for number, text, _off in self._workspace.reader.list_items(name).values() if number == item), "")

    def edited(self, field: Field, text: str) -> tuple[Value, ...]:
        """What somebody typed for a field, as the store keeps it; several values are set apart by semicolons. Raises `UsageError`."""
        if field.type is FieldType.REFERENCE:
            return (self.company(text),)
        parts = [part.strip() for part in text.split(";")] if field.multiple else [text.strip()]
        return tuple(self._read(field, part) for part in parts if part)

    def _read(self, field: Field, text: str) -> Value:
        if field.type is FieldType.LIST:
            found = self._workspace.reader.list_items(field.list).get(fold(text))
            if found is None:
                raise UsageError(_("The list {list} has no item “{name}”.").format(list=field.list, name=text))
            return Value(found[0], fold(text))
        cell = normaliser(field, Formats(self.settings.values.country))(text, None)
        if cell.value is None or (cell.issue is not None and cell.issue.severity is Severity.ERROR):
            raise UsageError(_("“{text}” cannot stand in {field}.").format(text=text, field=field.title))
        return Value(cell.value, cell.key or fold(str(cell.value)))

    def company(self, text: str) -> Value:
        """A stored company by its id or its name. Raises `UsageError` where there is none, or several have the name."""
        if text.strip().isdigit():
            self._workspace.record("company", int(text))
            return Value(int(text), "")
        hits = [hit.id for hit in self._workspace.reader.find("company", "name", [fold(text)]).get(fold(text), ()) if not hit.deleted]
        if len(hits) != 1:
            many = _("Several companies are called “{name}”: {ids}.").format(name=text, ids=", ".join(map(str, hits[:5])))
            raise UsageError(many if hits else _("There is no company “{name}”.").format(name=text), hint=_("Name it by its id."))
        return Value(hits[0], "")

    def edited_texts(self, field: Field, choice: FieldChoice) -> tuple[str, ...]:
        """What an edited field is going to show."""
        if field.type is FieldType.REFERENCE:
            return tuple(self.stored("company", int(value.value)).name for value in choice.values if isinstance(value.value, int))
        return tuple(self.text(field, value.value) for value in choice.values)

    def default_action(self, entity: str) -> Action:
        """What happens to a stored record where nobody says anything else."""
        action = self.settings.company.action if entity == "company" else self.settings.person.action
        return Action.MERGE if action is Action.ADD else action


class RowSides(Sides):
    """Rows of an import against stored records and other rows."""

    def __init__(self, workspace: Workspace, draft: Draft, mapping: ColumnMapping, settings: Settings) -> None:
        super().__init__(workspace, settings)
        self._draft = draft
        self._binder = Binder(workspace.catalogue, mapping, settings, planning.formats_of(workspace, draft, mapping, settings), self._lists)
        self._joined = {entity: review.rows_of_records(draft, entity) for entity in ("company", "person")}
        self.incoming = lru_cache(KEPT)(self._incoming)

    def of(self, pair: Pair, *, swapped: bool = False) -> tuple[Side, Side]:  # noqa: ARG002 - only stored records change sides
        """See `Sides.of`; what comes in is never the one that stays."""
        other = self.stored(pair.entity, pair.record) if pair.record else self.incoming(pair.entity, pair.other)
        return self.incoming(pair.entity, pair.row), other

    def nodes(self, pair: Pair) -> tuple[Node, Node]:
        """See `Sides.nodes`."""
        return ("row", pair.row), (("record", pair.record) if pair.record else ("row", pair.other))

    def node(self, entity: str, node: Node) -> Side:
        """See `Sides.node`."""
        kind, number = node
        return self.stored(entity, number) if kind == "record" else self.incoming(entity, number)

    def heads(self, pair: Pair, both: tuple[Side, Side]) -> tuple[str, str]:
        """See `Sides.heads`."""
        other = _("Stored: {record}") if pair.record else _("Other: {record}")
        return _("Incoming: {record}").format(record=both[0].title), other.format(record=both[1].title)

    def scopes(self, pairs: Iterable[Pair]) -> Mapping[Pair, object]:
        """An incoming record can be the same as one other only."""
        return {pair: (pair.entity, pair.row) for pair in pairs}

    def settled(self, matches: Sequence[Match]) -> Collection[Pair]:
        """A record that is decided to be the same as another waits for nobody."""
        done = any(match.decision and match.decision.verdict is Verdict.SAME and not match.open for match in matches)
        return [match.pair for match in matches] if done else ()

    def refuse(self, matches: Sequence[Match]) -> None:
        """What contradicts itself follows the most probable pair (`flow.plan.duplicates`)."""

    def together(self, matches: Sequence[Match], _decided: Iterable[Match], _hard: HardFacts) -> list[Match]:
        """The most probable pair of each record."""
        return best_of_each_row(matches)

    def weight(self, entity: str, node: Node) -> int:
        """Rows that speak of an incoming record."""
        return len(self.rows(entity, node[1])) if node[0] == "row" else 0

    def text_of(self, match: Match) -> str:
        """All values of both records."""
        return "\n".join(text for side in self.of(match.pair) for values in side.values.values() for text in values)

    def companies_of(self, pair: Pair, pairs: Iterable[Pair]) -> Iterable[int]:
        """Of the stored person, and what the row's company resembles."""
        company = self._workspace.record("person", pair.record).get("company_id") if pair.record else None
        rows = {pair.row, *self.rows("person", pair.row)}
        near = [each.record for each in pairs if each.entity == "company" and each.record and rows & set(self.rows("company", each.row))]
        return [*([company] if isinstance(company, int) else []), *near]

    def is_mapped(self, entity: str, field: str) -> bool:
        """A column or a constant feeds the field."""
        return f"{entity}.{field}" in self._binder.fields

    def rows(self, entity: str, first: int) -> Sequence[int]:
        """Keys of the rows that speak of one incoming record."""
        return (first, *self._joined[entity].get(first, ()))

    def _incoming(self, entity: str, first: int) -> Side:
        """The first row's values; what it leaves blank comes from the rows that join it."""
        bound = self._binder.bind(review.some_rows(self._draft, self.rows(entity, first), self._binder.positions))
        number, changed = review.row_facts(self._draft, first)
        values: dict[str, tuple[str, ...]] = {}
        for field in self._workspace.catalogue.of(entity):
            if field.type is FieldType.REFERENCE:
                own = bound.entities["company"].single.get("name", [])
            elif field.multiple:
                cells = bound.entities[entity].multiple.get(field.name, [])
                found = dict.fromkeys(self.text(field, each.value.value) for cell in cells for each in cell)
                values[field.name] = tuple(filter(None, found))
                continue
            else:
                own = bound.entities[entity].single.get(field.name, [])
            value = next((each for each in own if each is not None), None)
            values[field.name] = (self.text(field, value),) if value is not None else ()
        filled = {name: value for name, value in values.items() if any(value)}
        title = _("row {number}").format(number=number)
        return Side(title, filled, changed or self._read_at, sources={"": str(self._draft.meta("source", ""))})

    @property
    def _read_at(self) -> str:
        """The file's own time, else when the draft was made: rows that say nothing are as old as their file."""
        try:
            seconds = Path(self._draft.meta("location", "")).stat().st_mtime
        except (OSError, ValueError):
            return str(self._draft.meta("changed", ""))
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")


@lru_cache(KEPT)
def _source(recipe: str) -> str:
    """The source that a recipe is of."""
    return str(tomllib.loads(recipe).get("source", ""))


def _texts(value: Any) -> tuple[str, ...]:
    if value is None or value == "" or value is False:
        return ()
    return tuple(shown(each) for each in value) if isinstance(value, list) else (shown(value),)
