"""The plan of an import: the flow's pure parts, wired to the draft and the store."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import N_, _
from tui_import.api.source import Finding
from tui_import.flow.folding import fold
from tui_import.flow.garbage import garbage_collector_off
from tui_import.flow.normalise import Formats, detect_date_order, detect_decimal_separator
from tui_import.flow.plan.advice import KeyAdviser
from tui_import.flow.plan.binding import CONSTANT, Binder, ListItems
from tui_import.flow.plan.contacts import Consent, ContactsPlanner
from tui_import.flow.plan.products import NEW_PRICE_LIST, ProductsPlanner
from tui_import.model.fields import FieldType
from tui_import.model.kinds import CONTACTS, PRODUCTS
from tui_import.model.mapping import Mapping as ColumnMapping
from tui_import.model.matches import Overrides
from tui_import.model.plan import KeyAdvice, Stored
from tui_import.model.progress import Progress
from tui_import.model.settings import LISTS_WITH_DEFAULT, Settings
from tui_import.session.matching import find_duplicates
from tui_import.session.products import NearlyNamed, chosen_price_list, region_of
from tui_import.store import rest, suppression
from tui_import.store.draft import Block, Draft
from tui_import.store.plan import PlanWriter

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

PURPOSE = "sales_and_service"
"""Key of the purpose that an import writes consents for (SPEC 4.6)."""
ADVICE_ROWS = 20_000
"""The key adviser looks at so many rows."""


def formats_of(workspace: Workspace, draft: Draft, mapping: ColumnMapping, settings: Settings) -> Callable[[int], Formats]:
    """How each column writes dates and numbers: as the settings say, else as its values show."""
    values = settings.values
    region = values.country or str(workspace.reader.preference("default.country") or "")
    types = {position: _types(workspace, mapping, position) for position in range(len(draft.columns()))}
    known: dict[int, Formats] = {}

    def formats(position: int) -> Formats:
        if position not in known:
            order, separator = values.date_order, values.decimal_separator
            kinds = types.get(position, set()) if position != CONSTANT else set()
            if not order and kinds & {FieldType.DATE, FieldType.PARTIAL_DATE}:
                order = detect_date_order(draft.sample(position), region).order
            if not separator and FieldType.DECIMAL in kinds:
                separator = detect_decimal_separator(draft.sample(position), region).separator
            known[position] = Formats(region, order, separator)
        return known[position]

    return formats


def _types(workspace: Workspace, mapping: ColumnMapping, position: int) -> set[FieldType]:
    """Types of the fields that a column feeds; of one that the store has lost since, `PlanStep.plan` speaks."""
    known = workspace.catalogue.whole
    return {known[field].type for field in mapping.fields_of(position) if field in known}


ORDERS = {"dmy": N_("day, month, year"), "mdy": N_("month, day, year"), "ymd": N_("year, month, day")}


def ambiguities(workspace: Workspace, draft: Draft, mapping: ColumnMapping, settings: Settings) -> list[Finding]:
    """Columns whose dates or numbers can be read in two ways, and how they will be read."""
    values = settings.values
    region = values.country or str(workspace.reader.preference("default.country") or "")
    found = []
    for column in draft.columns():
        kinds = _types(workspace, mapping, column.position)
        if not values.date_order and kinds & {FieldType.DATE, FieldType.PARTIAL_DATE}:
            date = detect_date_order(column.samples, region)
            if date.ambiguous and date.order:
                text = _("Dates like “{value}” in the column “{column}” are read as {order}; values.date_order says otherwise.")
                found.append(Finding(text.format(value=date.evidence, column=column.title, order=_(ORDERS[date.order]))))
        if not values.decimal_separator and FieldType.DECIMAL in kinds:
            sign = detect_decimal_separator(column.samples, region)
            if sign.ambiguous:
                text = _("Numbers like “{value}” in the column “{column}” have “{sign}” before decimals; see values.decimal_separator.")
                found.append(Finding(text.format(value=sign.evidence, column=column.title, sign=sign.separator)))
    return found


def list_items(workspace: Workspace, settings: Settings) -> dict[str, ListItems]:
    """A resolver for every list; all number their planned items from -1 down."""
    numbers = itertools.count(-1, -1)
    resolvers = {}
    for name in {field.list for field in workspace.catalogue if field.type is FieldType.LIST}:
        items = workspace.reader.list_items(name)
        default = default_item(workspace, name, items) if name in LISTS_WITH_DEFAULT else None
        resolvers[name] = ListItems(items, settings.list_policy(name), default, lambda: next(numbers), settings.list_values.get(name))
    return resolvers


def default_item(workspace: Workspace, name: str, items: Mapping[str, tuple[int, str, bool]] | None = None) -> int | None:
    """Id of a list's default item, where the store's preferences have one."""
    default = workspace.reader.preference(f"default.{name}")
    found = (items if items is not None else workspace.reader.list_items(name)).get(fold(str(default))) if default else None
    return found[0] if found else None


def kind_of_draft(draft: Draft) -> str:
    """What is imported."""
    return str(draft.meta("kind", CONTACTS))


def make_plan(
    workspace: Workspace, draft: Draft, mapping: ColumnMapping, settings: Settings, progress: Progress
) -> list[tuple[str, str, int]]:
    """Write a new plan into the draft; returns what moved since the one before. A stop leaves the one before.

    Probable duplicates are looked for among the new records of the exact plan; where any waits or was decided, it is planned again with
    that. All is one transaction.
    """
    writer = PlanWriter(draft, workspace.catalogue)
    try:
        settled = rest.imported_records(draft)
        lists = _write_plan(workspace, draft, mapping, settings, progress, writer, settled)
        if settings.duplicates.find and kind_of_draft(draft) == CONTACTS:
            decided = find_duplicates(workspace, draft, settings, progress)
            if decided:
                both = rest.with_records(decided, settled)
                lists = _write_plan(workspace, draft, mapping, settings, progress, writer, both)
        new = [(item, name, text) for name, resolver in lists.items() for item, text in resolver.new.items()]
        return writer.finish(new, [item for resolver in lists.values() for item in sorted(resolver.reactivated)])
    finally:
        writer.abandon()


def _write_plan(
    workspace: Workspace,
    draft: Draft,
    mapping: ColumnMapping,
    settings: Settings,
    progress: Progress,
    writer: PlanWriter,
    decided: Overrides,
) -> dict[str, ListItems]:
    """One pass over all rows; returns the lists with the items that it plans."""
    progress.begin(_("Planning"), draft.meta("rows", 0))
    lists = list_items(workspace, settings)
    formats = formats_of(workspace, draft, mapping, settings)
    binder = Binder(workspace.catalogue, mapping, settings, formats, lists, draft.meta("scope", ""), kind_of_draft(draft))
    headers = {column.position: column.header for column in draft.columns()}
    make = _products_planner if kind_of_draft(draft) == PRODUCTS else _contacts_planner
    planner = make(workspace, draft, mapping, settings, writer, binder, [headers[position] for position in binder.positions], decided)
    writer.begin(planner.entities)
    with garbage_collector_off():
        for planned in planner.plan(_counted(draft.blocks(binder.positions), progress)):
            writer.write(planned)
    return lists


def _products_planner(
    workspace: Workspace,
    draft: Draft,
    mapping: ColumnMapping,
    settings: Settings,
    writer: PlanWriter,
    binder: Binder,
    headers: Sequence[str],
    _decided: Overrides,
) -> ProductsPlanner | ContactsPlanner:
    price_list = chosen_price_list(workspace, draft, mapping, settings)
    return ProductsPlanner(
        workspace.catalogue,
        settings,
        binder,
        workspace.reader,
        writer,
        price_list,
        headers,
        rest.imported_rows(draft),
        region_of(workspace, settings),
        NearlyNamed(workspace, price_list, settings),
    )


def _contacts_planner(
    workspace: Workspace,
    draft: Draft,
    mapping: ColumnMapping,
    settings: Settings,
    writer: PlanWriter,
    binder: Binder,
    headers: Sequence[str],
    decided: Overrides,
) -> ProductsPlanner | ContactsPlanner:
    return ContactsPlanner(
        workspace.catalogue,
        settings,
        binder,
        workspace.reader,
        writer,
        headers=headers,
        numbers_from=_first_numbers(workspace, draft, mapping),
        defaults={"company": _defaults(workspace)},
        consent=_consent(workspace, settings),
        overrides=decided,
        imported=rest.imported_rows(draft),
        suppression=suppression.load(workspace.database, workspace.catalogue),
    )


def _counted(blocks: Iterator[Block], progress: Progress) -> Iterator[Block]:
    for block in blocks:
        yield block
        progress.advance(len(block.n))


def _first_numbers(workspace: Workspace, draft: Draft, mapping: ColumnMapping) -> dict[str, int]:
    """Entity → first number to hand out, beyond all that the store and the file have, where numbers are allocated."""
    first = {}
    for entity in ("company", "person"):
        if workspace.reader.preference(f"{entity}.number.allocate"):
            largest = max((draft.largest_number(position) for position in mapping.columns_of(f"{entity}.number")), default=0)
            first[entity] = max(workspace.reader.next_number(entity), largest + 1)
    return first


def _defaults(workspace: Workspace) -> dict[str, Stored]:
    """List fields of new companies that take the store's default item (SPEC 4.4)."""
    found = {name: default_item(workspace, name) for name in LISTS_WITH_DEFAULT}
    return {name: item for name, item in found.items() if item is not None}


def consent_items(workspace: Workspace, settings: Settings) -> dict[str, int] | None:
    """Ids of purpose, legal basis and source of the consents to write; None where there is no legal basis.

    Raises `UsageError` where the settings name an item that its list does not have.
    """
    basis = settings.privacy.legal_basis
    if basis == "default":
        basis = str(workspace.reader.preference("default.legal_basis") or "")
    if not basis:
        return None
    wanted = {
        "purpose": ("consent_purpose", PURPOSE),
        "legal_basis": ("legal_basis", basis),
        "source": ("consent_source", settings.privacy.consent_source),
    }
    found = {}
    for part, (name, text) in wanted.items():
        item = workspace.reader.consent_item(name, text)
        if item is None:
            names = ", ".join(f"“{known[1]}”" for known in workspace.reader.list_items(name).values())
            raise UsageError(
                _("The list {list} has no item “{name}”.").format(list=name, name=text), hint=_("It has: {names}.").format(names=names)
            )
        found[part] = item[0]
    return found


def _consent(workspace: Workspace, settings: Settings) -> Consent | None:
    items = consent_items(workspace, settings)
    if items is None:
        return None
    names = {item: text for item, text, _deactivated in workspace.reader.list_items("legal_basis").values()}
    return Consent(PURPOSE, names[items["legal_basis"]])


def advise(workspace: Workspace, draft: Draft, mapping: ColumnMapping, settings: Settings, progress: Progress) -> list[KeyAdvice]:
    """How well each key would do, judged by the first `ADVICE_ROWS` rows."""
    progress.begin(_("Trying the keys"), min(ADVICE_ROWS, draft.meta("rows", 0)))
    kind = kind_of_draft(draft)
    formats, lists = formats_of(workspace, draft, mapping, settings), list_items(workspace, settings)
    binder = Binder(workspace.catalogue, mapping, settings, formats, lists, kind=kind)
    price_list = None
    if kind == PRODUCTS:
        price_list = chosen_price_list(workspace, draft, mapping, settings).ref if settings.product.price_list else NEW_PRICE_LIST
    adviser = KeyAdviser(mapping, workspace.reader, price_list)
    rows = 0
    for block in draft.blocks(binder.positions):
        adviser.look(binder.bind(block))
        rows += len(block.n)
        progress.advance(len(block.n))
        if rows >= ADVICE_ROWS:
            break
    return adviser.advice()
