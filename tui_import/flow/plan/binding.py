"""A block of draft rows → values per field: which columns feed it, constants, full names, list items, and what is wrong with each cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from tui_import.flow.cells import Cell
from tui_import.flow.folding import fold, person_name_key
from tui_import.flow.names import split_full_name
from tui_import.flow.normalise import ColumnNormaliser, Formats, needs_region, normaliser, read_multiple
from tui_import.flow.plan.keys import LINK, link
from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.model.issues import Issue, Severity
from tui_import.model.kinds import CONTACTS, entities_of
from tui_import.model.mapping import Mapping as ColumnMapping
from tui_import.model.plan import Stored
from tui_import.model.records import Normalised, Value
from tui_import.model.settings import InvalidValues, ListPolicy, Settings

CONSTANT = -1
"""Position that stands for a constant instead of a column."""
MEMO_LIMIT = 5_000
"""Distinct values remembered per column before it begins anew: rows that repeat a value mostly stand close together."""
UNMATCHED = " "
"""Begins the key of a value that identifies nothing ("ring", "4.7E+11"): it is compared with other values, but no record is found by it."""
NAME_LENGTH = 99
"""Longest first, middle or last name (SPEC 8)."""
SET_BLANK = 0
"""Stands for a list item under the policy "set to blank": no item has this id."""


class BlockOfRows(Protocol):
    """What `store.draft.Block` is."""

    @property
    def n(self) -> Sequence[int]:
        """Row keys."""

    @property
    def checked(self) -> Sequence[int | None]:
        """1 and 0 as the user said, None: automatic."""

    @property
    def columns(self) -> Mapping[int, Sequence[Cell]]:
        """Position → one cell per row."""


class Incoming(NamedTuple):
    """One value of a multiple field and the column it comes from."""

    value: Value
    column: int


@dataclass(slots=True)
class Bound:
    """A block of rows as one entity's fields; every list has one entry per row."""

    single: dict[str, list[Stored]] = field(default_factory=dict)
    """Bare field name → values; "id" among them where it is mapped."""
    keys: dict[str, list[str | None]] = field(default_factory=dict)
    """Bare name of a key field → folded keys; for persons also "name"."""
    multiple: dict[str, list[tuple[Incoming, ...]]] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    """Bare field name → position of the column it comes from."""

    def has_any(self, names: Iterable[str], i: int) -> bool:
        """Row ``i`` has a value for one of these fields."""
        for name in names:
            column = self.single.get(name) or self.multiple.get(name)
            if column and column[i] not in (None, ()):
                return True
        return False


@dataclass(slots=True)
class BoundBlock:
    """A block of rows as fields."""

    n: Sequence[int]
    checked: Sequence[int | None]
    entities: dict[str, Bound]
    issues: dict[int, list[Issue]] = field(default_factory=dict)
    """Index in the block → what is wrong there."""
    errors: dict[int, Issue] = field(default_factory=dict)
    """Index in the block → the first error: such a row is a problem."""


class ListItems:
    """Resolves the names of list items to ids; plans new items under negative ids (SPEC 4.4)."""

    def __init__(
        self,
        items: Mapping[str, tuple[int, str, bool]],
        policy: ListPolicy,
        default: int | None,
        first_new: Callable[[], int],
        decided: Mapping[str, str] | None = None,
    ) -> None:
        """``decided``: value → the item that it is, itself where it is to be added, empty where the field is to stay blank."""
        self._decided = {fold(value): item for value, item in (decided or {}).items()}
        self._ids = {key: item for key, (item, _name, deactivated) in items.items() if not deactivated}
        self._deactivated = {key: item for key, (item, _name, deactivated) in items.items() if deactivated}
        self._policy = policy
        self._default = default
        self._next = first_new
        self.new: dict[int, str] = {}
        """Negative id → name of an item to add."""
        self.reactivated: set[int] = set()
        """Items to switch on again."""

    def resolve(self, cell: Normalised) -> tuple[Stored, bool]:
        """(id, known): None for a blank cell, `SET_BLANK` where the policy says so."""
        if cell.value is None:
            return None, True
        key = cell.key or fold(str(cell.value))
        decided = self._decided.get(key)
        if decided is not None:
            return (self._item(decided) if decided else SET_BLANK), True
        item = self._ids.get(key)
        if item is not None:
            return item, True
        if self._policy is ListPolicy.ADD:
            return self._item(str(cell.value)), True
        if self._policy is ListPolicy.DEFAULT and self._default is not None:
            return self._default, False
        return SET_BLANK, False

    def _item(self, name: str) -> int:
        """The item of that name, taken into use again or planned where need be."""
        key = fold(name)
        item = self._ids.get(key)
        if item is None:
            item = self._deactivated.get(key)
            if item is not None:
                self.reactivated.add(item)
            else:
                item = self._next()
                self.new[item] = name
            self._ids[key] = item
        return item


class Binder:
    """Binds blocks for one mapping and one set of settings."""

    def __init__(
        self,
        catalogue: Catalogue,
        mapping: ColumnMapping,
        settings: Settings,
        formats: Callable[[int], Formats],
        lists: Mapping[str, ListItems],
        scope: str = "",
        kind: str = CONTACTS,
    ) -> None:
        """``formats`` tells how dates and numbers are written in a column (position, `CONSTANT` for constants).

        ``scope``: whose the external keys are (source and connection); empty: nothing is found by them.
        ``kind``: of the import; fields of other kinds are left out.
        """
        self._entities = entities_of(kind)
        self._full_name = catalogue["person.full_name"]
        self._settings = settings
        self._lists = lists
        self._feeds: list[_Feed] = []
        for item in catalogue:
            positions = mapping.columns_of(item.key)
            stands_for_parent = item.virtual and item.type is FieldType.REFERENCE
            if item.entity not in self._entities or stands_for_parent or not (positions or item.key in mapping.constants):
                continue
            self._feeds.append(_Feed(item, positions, mapping.constants.get(item.key), formats, scope if item.name == LINK else ""))
        # the country decides how telephone and VAT numbers of its row are read, so it is bound first
        self._feeds.sort(key=lambda feed: feed.field.type is not FieldType.COUNTRY)
        self.positions: tuple[int, ...] = tuple(sorted({position for feed in self._feeds for position in feed.positions}))
        """The columns that `bind` needs."""
        self.fields: frozenset[str] = frozenset(feed.field.key for feed in self._feeds)
        """Whole names of the fields that get a value."""

    def single_fields(self, entity: str) -> tuple[str, ...]:
        """Bare names of the single fields that rows can have a value for, in the order of the catalogue."""
        names = {feed.field.name: None for feed in self._feeds if feed.field.entity == entity and not feed.field.multiple}
        if entity == "person" and names.pop("full_name", 0) is None:
            names = {"first_name": None, "middle_name": None, "last_name": None} | names
        return tuple(names)

    def brought(self, entity: str) -> tuple[str, ...]:
        """Bare names of the fields that only a row's own cells give a value: a constant alone makes no record."""
        found = []
        for feed in self._feeds:
            if feed.field.entity == entity and feed.positions and not feed.has_constant:
                found += ["first_name", "middle_name", "last_name"] if feed.field.key == self._full_name.key else [feed.field.name]
        return tuple(found)

    def bind(self, block: BlockOfRows) -> BoundBlock:
        """The block as fields."""
        bound = BoundBlock(block.n, block.checked, {entity: Bound() for entity in self._entities})
        regions: dict[str, Sequence[Stored]] = {}
        for feed in self._feeds:
            region = regions.get(feed.field.entity) or regions.get("company")
            target = bound.entities[feed.field.entity]
            if feed.field.multiple:
                target.multiple[feed.field.name] = self._multiple(feed, block, region, bound)
            else:
                values = self._single(feed, block, region, bound, target)
                if feed.field.type is FieldType.COUNTRY:
                    company = regions.get("company")
                    regions[feed.field.entity] = [own or its for own, its in zip(values, company, strict=True)] if company else values
        for i, text in _split_names(bound.entities["person"]) if "person" in self._entities else ():
            issue = Issue("too_long", Severity.ERROR, params={"length": len(text), "limit": NAME_LENGTH})
            self._note_issues([(i, issue)], self._full_name, CONSTANT, bound)
        return bound

    def _single(self, feed: _Feed, block: BlockOfRows, region: Sequence[Stored] | None, bound: BoundBlock, target: Bound) -> list[Stored]:
        cells = feed.cells(block, region)
        position = feed.position_in(block)
        self._note_issues(((i, cell.issue) for i, cell in enumerate(cells) if cell[2]), feed.field, position, bound)
        values: list[Stored]
        if feed.field.type is FieldType.LIST:
            values = self._resolve(feed.field, cells, position, bound)
        else:
            values = [cell[0] for cell in cells]
        target.single[feed.field.name] = values
        target.columns[feed.field.name] = position
        if feed.field.is_key:
            target.keys[feed.field.name] = [cell[1] for cell in cells]
        return values

    def _resolve(self, item: Field, cells: Sequence[Normalised], position: int, bound: BoundBlock) -> list[Stored]:
        items = self._lists[item.list]
        memo: dict[Stored, tuple[Stored, bool]] = {}
        values = []
        for i, cell in enumerate(cells):
            known = memo.get(cell[0])
            if known is None:
                known = memo[cell[0]] = items.resolve(cell)
            if not known[1]:
                issue = Issue("list_item_unknown", Severity.WARNING, item.key, position, {"value": str(cell.value)})
                bound.issues.setdefault(i, []).append(issue)
            values.append(known[0])
        return values

    def _multiple(self, feed: _Feed, block: BlockOfRows, region: Sequence[Stored] | None, bound: BoundBlock) -> list[tuple[Incoming, ...]]:
        per_column: list[list[tuple[Incoming, ...]]] = []
        items = self._lists.get(feed.field.list)
        for position, cells in feed.split_cells(block, region):
            self._note_issues(((i, issue) for i, parts in enumerate(cells) for issue in parts.issues), feed.field, position, bound)
            if items is not None:
                per_column.append([self._interests(items, parts.values, position) for parts in cells])
            else:
                per_column.append([parts.incoming for parts in cells])
        if len(per_column) == 1:
            return per_column[0]
        return [sum(parts, ()) for parts in zip(*per_column, strict=True)]

    @staticmethod
    def _interests(items: ListItems, parts: Iterable[Normalised], position: int) -> tuple[Incoming, ...]:
        ids = (items.resolve(part)[0] for part in parts if part.value is not None)
        return tuple(Incoming(Value(item, str(item)), position) for item in ids if item)

    def _note_issues(self, found: Iterable[tuple[int, Issue | None]], item: Field, position: int, bound: BoundBlock) -> None:
        as_blank = self._settings.values.invalid is InvalidValues.BLANK
        for i, issue in found:
            if issue is None:
                continue
            placed = replace(issue, field=item.key, column=position)
            if placed.severity is Severity.ERROR:
                if as_blank:
                    placed = replace(placed, severity=Severity.WARNING)
                else:
                    bound.errors.setdefault(i, placed)
            bound.issues.setdefault(i, []).append(placed)


class _Feed:
    """One field, the columns and the constant that feed it, and a normaliser per column."""

    def __init__(self, item: Field, positions: Sequence[int], constant: object, formats: Callable[[int], Formats], scope: str) -> None:
        self.field = item
        self.positions = tuple(positions)
        self._regional = needs_region(item)
        self._default_region = {position: formats(position).default_region or None for position in (*positions, CONSTANT)}
        if item.multiple:
            self._split = {position: _SplitMemo(item, formats(position), position, scope) for position in (*positions, CONSTANT)}
        else:
            self._columns = {position: ColumnNormaliser(normaliser(item, formats(position))) for position in positions}
        self._constant = constant
        self.has_constant = constant is not None
        self._constant_normaliser = normaliser(item, formats(CONSTANT)) if constant is not None else None

    def position_in(self, block: BlockOfRows) -> int:
        """The column that feeds it; where several sheets do, the one that has values in this block."""
        for position in self.positions:
            if len(self.positions) == 1 or any(cell is not None for cell in block.columns[position]):
                return position
        return self.positions[0] if self.positions else CONSTANT

    def _regions(self, position: int, region: Sequence[Stored] | None) -> list[str | None] | None:
        if not self._regional:
            return None
        default = self._default_region[position]
        if region is None:
            return None
        return [str(code) if code else default for code in region]

    def cells(self, block: BlockOfRows, region: Sequence[Stored] | None) -> Sequence[Normalised]:
        """The single field's cells, constants filled in where blank."""
        rows = len(block.n)
        constant = self._constant_normaliser(self._constant, None) if self._constant_normaliser else None  # type: ignore[arg-type]
        if not self.positions:
            return [constant or Normalised(None)] * rows
        position = self.positions[0]
        cells = self._columns[position].block(block.columns[position], self._regions(position, region))
        for other in self.positions[1:]:  # of another sheet, whose rows have nothing in this one
            others = self._columns[other].block(block.columns[other], self._regions(other, region))
            cells = [own if own[0] is not None or own[2] is not None else its for own, its in zip(cells, others, strict=True)]
        if constant is not None:
            return [constant if cell[0] is None and cell[2] is None else cell for cell in cells]
        return cells

    def split_cells(self, block: BlockOfRows, region: Sequence[Stored] | None) -> Iterable[tuple[int, list[_Parts]]]:
        """(position, per row the values in its cell) for every column, then the constant."""
        for position in self.positions:
            memo = self._split[position]
            raws = block.columns[position]
            regions = self._regions(position, region)
            if regions is None:
                yield position, [NO_PARTS if raw is None else memo[raw, None] for raw in raws]
            else:
                yield (
                    position,
                    [NO_PARTS if raw is None else memo[pair] for raw, pair in zip(raws, zip(raws, regions, strict=True), strict=True)],
                )
        if self._constant is not None:
            parts = self._split[CONSTANT][self._constant, None]  # type: ignore[index]
            yield CONSTANT, [parts] * len(block.n)


class _Parts(NamedTuple):
    """What is in one cell of a multiple field."""

    values: tuple[Normalised, ...]
    incoming: tuple[Incoming, ...]
    """The same, as values of the record."""
    issues: tuple[Issue, ...]


NO_PARTS = _Parts((), (), ())


class _SplitMemo(dict[tuple[Cell, "str | None"], _Parts]):
    """(cell, region) → the values in the cell, each normalised; remembers up to `MEMO_LIMIT` of them."""

    def __init__(self, item: Field, formats: Formats, position: int, scope: str) -> None:
        super().__init__()
        self._item = item
        self._scope = scope
        self._normalise = normaliser(item, formats)
        self._position = position

    def __missing__(self, pair: tuple[Cell, str | None]) -> _Parts:
        raw, region = pair
        found = read_multiple(self._item, self._normalise, raw, region)
        if len(found) == 1 and found[0][2] is None and found[0][0] is not None:  # nearly always
            cell = found[0]
            parts = _Parts((cell,), (self._incoming(cell),), ())
        else:
            values = tuple(cell for cell in found if cell.value is not None)
            issues = tuple(cell.issue for cell in found if cell.issue is not None)
            parts = _Parts(values, tuple(map(self._incoming, values)), issues)
        if len(self) >= MEMO_LIMIT:
            self.clear()
        self[pair] = parts
        return parts

    def _incoming(self, cell: Normalised) -> Incoming:
        value, key, _issue = cell
        if self._scope:
            return Incoming(Value(value, link(self._scope, value), self._scope), self._position)
        return Incoming(Value(value, key or UNMATCHED + fold(str(value))), self._position)


def _split_names(person: Bound) -> list[tuple[int, str]]:
    """Full names are split where a row has neither first nor last name; the key of the whole name is added.

    Returns the rows where a part is too long, with the part.
    """
    too_long = []
    full = person.single.pop("full_name", None)
    position = person.columns.pop("full_name", CONSTANT)
    if full is not None:
        for part in ("first_name", "middle_name", "last_name"):
            person.single.setdefault(part, [None] * len(full))
            person.columns.setdefault(part, position)
        first, middle, last = person.single["first_name"], person.single["middle_name"], person.single["last_name"]
        for i, text in enumerate(full):
            if text is not None and first[i] is None and last[i] is None:
                name = split_full_name(str(text))
                parts = name.first, name.middle, name.last
                longest = max(parts, key=len)
                if len(longest) > NAME_LENGTH:
                    too_long.append((i, longest))
                else:
                    first[i], middle[i], last[i] = name.first or None, name.middle or middle[i], name.last or None
    if "first_name" in person.single or "last_name" in person.single:
        rows = len(person.single.get("first_name") or person.single["last_name"])
        blank: list[Stored] = [None] * rows
        person.keys["name"] = [
            person_name_key(first, last)  # type: ignore[arg-type]
            for first, last in zip(person.single.get("first_name", blank), person.single.get("last_name", blank), strict=True)
        ]
    return too_long
