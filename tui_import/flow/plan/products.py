"""The plan of a products import: each row has a product, all of one price list (SPEC 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tui_import.flow.folding import fold
from tui_import.flow.normalise.currency import currency_of
from tui_import.flow.plan.binding import CONSTANT, Binder, BlockOfRows, BoundBlock
from tui_import.flow.plan.entity import EntityPlanner
from tui_import.flow.plan.keys import in_price_list
from tui_import.flow.plan.planned import Decision, Kind, PlanIndex, Planned, PlannedEntity
from tui_import.flow.plan.planner import Part, RowSoFar
from tui_import.flow.plan.rows import PlannedRow, bare, kept_issues, multiple_fields
from tui_import.model.fields import Catalogue
from tui_import.model.issues import Issue, Severity
from tui_import.model.plan import Operation, Stored
from tui_import.model.records import RecordReader
from tui_import.model.settings import PRODUCT_KEY_FIELDS, ProductKey, Settings

NEW_PRICE_LIST = -1
"""What a price list that the plan makes is called in it."""
REQUIRED = ("code", "name", "list_price")
"""What a new product cannot be without."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """The price list that an import goes into."""

    name: str
    id: int | None = None
    """None: it is made, with the first product."""
    currency: str = ""
    """ISO 4217 code."""

    @property
    def ref(self) -> int:
        """Its id, or what it is called in the plan."""
        return NEW_PRICE_LIST if self.id is None else self.id


@dataclass(slots=True)
class NewPriceList:
    """A price list as `PlannedEntity`: there is one new record at most."""

    columns: frozenset[str] = frozenset({"name", "currency", "active"})
    planned: dict[int, Planned] = field(default_factory=dict)
    new_keys: Sequence[tuple[str, int]] = ()


class ProductsPart(Part):
    """Plans products."""

    counted = ("product",)

    def __init__(
        self,
        catalogue: Catalogue,
        settings: Settings,
        binder: Binder,
        reader: RecordReader,
        index: PlanIndex,
        price_list: PriceList,
        region: str = "",
        similar: Callable[[str], tuple[int, str] | None] = lambda _name: None,
    ) -> None:
        """``region``: country whose signs of currencies the prices have.

        ``similar``: a product of the price list, (id, name), that is called nearly so.
        """
        self._reader = reader
        self._index = index
        self._price_list = price_list
        self._match = settings.product.match
        self._region = region
        self._similar = similar
        self._currencies: dict[str, str] = {}
        self._made = False
        self.price_list = NewPriceList()
        self.products = EntityPlanner(
            "product",
            catalogue,
            settings,
            match=str(self._match),
            key_fields=bare(PRODUCT_KEY_FIELDS[self._match]),
            single=binder.single_fields("product"),
            multiple=multiple_fields(binder, catalogue, "product"),
        )
        self.entities: Mapping[str, PlannedEntity] = {"price_list": self.price_list, "product": self.products}

    def begin(self, bound: BoundBlock, block: BlockOfRows) -> Sequence[tuple[int, Issue]]:
        """See `Part.begin`."""
        self._bound = bound
        self.price_list.planned = {}
        self._keys_of_rows = self._keys(len(bound.n))
        self.products.begin(bound.entities["product"], bound.n, filter(None, self._keys_of_rows), self._reader, self._index)
        return list(self._other_currencies(block))

    def _keys(self, count: int) -> list[str | None]:
        blank: list[str | None] = [None] * count
        of = self._bound.entities["product"].keys
        names = ("name", "code") if self._match is ProductKey.NAME_CODE else (str(self._match),)
        parts = zip(*(of.get(name, blank) for name in names), strict=True)
        return [in_price_list(self._price_list.ref, *part) for part in parts]

    def decide(self, i: int, row: RowSoFar) -> None:
        """See `Part.decide`."""
        if not self.products.has_data(i):
            row["product"] = Decision(Kind.NOTHING)
            return
        key = self._keys_of_rows[i]
        decision = self.products.decide((key,) if key else (), i)
        lacking = self._lacking(i) if decision.kind is Kind.NEW else None
        row["product"] = Decision(Kind.PROBLEM, None, lacking) if lacking else decision

    def _lacking(self, i: int) -> Issue | None:
        """What a new product cannot be without, and is."""
        bound = self._bound.entities["product"]
        for name in REQUIRED:
            column = bound.single.get(name)
            if column is None or column[i] is None:
                position = bound.columns.get(name, CONSTANT)
                return Issue("product_incomplete", Severity.ERROR, f"product.{name}", position if position != CONSTANT else None)
        return None

    def commit(self, i: int, n: int, row: RowSoFar, issues: list[tuple[int, Issue]]) -> Sequence[PlannedRow]:
        """See `Part.commit`."""
        decision = row["product"]
        if decision.kind is Kind.NOTHING:
            return (PlannedRow(n, "product", Operation.SKIPPED, None, decision.reason),)
        extra = {}
        if decision.kind is Kind.NEW:
            extra["price_list"] = (self._price_list.ref, None)
            self._make_price_list(n)
            self._flag_new(i, n, decision, issues)
        operation, joins = self.products.commit(decision, i, n, extra)
        issues += [(n, issue) for issue in kept_issues(self.products, self._bound, decision, i)]
        return (PlannedRow(n, "product", operation, decision.ref, decision.reason, joins),)

    def _make_price_list(self, n: int) -> None:
        """The first new product makes the price list."""
        wanted = self._price_list
        if wanted.id is not None or self._made:
            return
        self._made = True
        values: dict[str, Stored] = {"name": wanted.name, "currency": wanted.currency or None, "active": 1}
        self.price_list.planned[NEW_PRICE_LIST] = Planned(NEW_PRICE_LIST, n, 0, values, {"name": fold(wanted.name)}, {})

    def _flag_new(self, i: int, n: int, decision: Decision, issues: list[tuple[int, Issue]]) -> None:
        bound = self._bound.entities["product"]
        if not decision.keys:
            issues.append((n, Issue("blank_key", Severity.WARNING, PRODUCT_KEY_FIELDS[self._match][0], params={"field": str(self._match)})))
        near = self._similar(str(bound.single["name"][i]))
        if near is not None:
            column = bound.columns.get("name", CONSTANT)
            params: dict[str, str | int] = {"id": near[0], "name": near[1]}
            issues.append((n, Issue("similar_product", Severity.WARNING, "product.name", column, params)))

    def _other_currencies(self, block: BlockOfRows) -> Iterator[tuple[int, Issue]]:
        """Prices that name another currency than the price list has: nothing is converted, so somebody should look."""
        expected = self._price_list.currency
        position = self._bound.entities["product"].columns.get("list_price", CONSTANT)
        if not expected or position == CONSTANT:
            return
        for i, cell in enumerate(block.columns[position]):
            if not isinstance(cell, str):
                continue
            found = self._currencies.get(cell)
            if found is None:
                found = self._currencies[cell] = currency_of(cell, self._region)
            if found and found != expected:
                params: dict[str, str | int] = {"currency": found, "expected": expected}
                yield self._bound.n[i], Issue("other_currency", Severity.WARNING, "product.list_price", position, params)
