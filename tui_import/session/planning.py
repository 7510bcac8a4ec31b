"""The plan of an import: the flow's pure parts, wired to the draft and the store."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_import.api.i18n import N_, _
from tui_import.api.source import Finding
from tui_import.flow.garbage import garbage_collector_off
from tui_import.flow.normalise import Formats, detect_date_order, detect_decimal_separator
from tui_import.flow.normalise.users import BY_KEY
from tui_import.flow.plan.advice import KeyAdviser, keyed_candidates
from tui_import.flow.plan.binding import CONSTANT, Binder, ListItems
from tui_import.flow.plan.planner import RowsPlanner
from tui_import.flow.plan.products import NEW_PRICE_LIST
from tui_import.flow.plan.rows import LeftOut
from tui_import.model.fields import FieldType
from tui_import.model.kinds import CONTACTS, KEYED, PRODUCTS, SEVERAL, entities_of, planned_of
from tui_import.model.mapping import Mapping as ColumnMapping
from tui_import.model.matches import Overrides
from tui_import.model.plan import KeyAdvice
from tui_import.model.progress import Progress
from tui_import.model.settings import COLLEAGUES, LISTS_WITH_DEFAULT, Settings
from tui_import.model.sheets import own_header
from tui_import.session import parts
from tui_import.session.matching import find_duplicates
from tui_import.session.parts import default_item
from tui_import.session.products import chosen_price_list
from tui_import.store import rest
from tui_import.store.draft import Block, Draft
from tui_import.store.lists import names_by_key
from tui_import.store.plan import PlanWriter

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

DATES = frozenset({FieldType.DATE, FieldType.PARTIAL_DATE, FieldType.DATETIME})
ADVICE_ROWS = 20_000
"""The key adviser looks at so many rows."""


def formats_of(workspace: Workspace, draft: Draft, mapping: ColumnMapping, settings: Settings) -> Callable[[int], Formats]:
    """How each column writes dates and numbers: as the settings say, else as its values show."""
    values = settings.values
    region = values.country or str(workspace.reader.preference("default.country") or "")
    by_key = values.owner_format == BY_KEY
    colleagues = names_by_key(workspace.database, COLLEAGUES) if by_key else {}
    types = {position: _types(workspace, mapping, position) for position in range(len(draft.columns()))}
    known: dict[int, Formats] = {}

    def formats(position: int) -> Formats:
        if position not in known:
            order, separator = values.date_order, values.decimal_separator
            kinds = types.get(position, set()) if position != CONSTANT else set()
            if not order and kinds & DATES:
                order = detect_date_order(draft.sample(position), region).order
            if not separator and FieldType.DECIMAL in kinds:
                separator = detect_decimal_separator(draft.sample(position), region).separator
            known[position] = Formats(
                region,
                order,
                separator,
                values.date_format,
                values.ticked,
                values.owner_format,
                values.country_format,
                values.default_country,
                colleagues,
            )
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
        if not (values.date_order or values.date_format) and kinds & DATES:
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


def with_default_country(workspace: Workspace, mapping: ColumnMapping, settings: Settings, kind: str) -> ColumnMapping:
    """Post codes and red-letter days that name no country are of the default one (SPEC 5)."""
    country = settings.values.default_country or settings.values.country
    wanted = {
        field.key: country
        for entity in entities_of(kind)
        if entity in KEYED and country
        for field in workspace.catalogue.of(entity)
        if field.type is FieldType.COUNTRY
    }
    return replace(mapping, constants={**wanted, **mapping.constants}) if wanted else mapping


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
        if settings.duplicates.find and "company" in planned_of(kind_of_draft(draft), mapping.fields):
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
    mapping = with_default_country(workspace, mapping, settings, kind_of_draft(draft))
    formats = formats_of(workspace, draft, mapping, settings)
    binder = Binder(workspace.catalogue, mapping, settings, formats, lists, draft.meta("scope", ""), kind_of_draft(draft))
    sheets = draft.sheets()
    names = {position: sheet.name for sheet in sheets for position in range(*sheet.columns)}
    headers = {column.position: own_header(column.header, names.get(column.position, "")) for column in draft.columns()}
    left_out = LeftOut(binder, [headers[position] for position in binder.positions], rest.imported_rows(draft), stacked=bool(sheets))
    planner = RowsPlanner(binder, left_out, parts.make(workspace, draft, mapping, settings, writer, binder, decided))
    writer.begin(planner.entities)
    with garbage_collector_off():
        blocks = draft.blocks(binder.positions, parts=[sheet.rows for sheet in parts.in_order(workspace.catalogue, sheets, mapping)])
        for planned in planner.plan(_counted(blocks, progress)):
            writer.write(planned)
    return lists


def _counted(blocks: Iterator[Block], progress: Progress) -> Iterator[Block]:
    for block in blocks:
        yield block
        progress.advance(len(block.n))


def advise(workspace: Workspace, draft: Draft, mapping: ColumnMapping, settings: Settings, progress: Progress) -> list[KeyAdvice]:
    """How well each key would do, judged by the first `ADVICE_ROWS` rows."""
    progress.begin(_("Trying the keys"), min(ADVICE_ROWS, draft.meta("rows", 0)))
    kind = kind_of_draft(draft)
    mapping = with_default_country(workspace, mapping, settings, kind)
    formats, lists = formats_of(workspace, draft, mapping, settings), list_items(workspace, settings)
    binder = Binder(workspace.catalogue, mapping, settings, formats, lists, kind=kind)
    price_list = None
    if kind == PRODUCTS or (kind == SEVERAL and "product" in planned_of(kind, mapping.fields)):
        price_list = chosen_price_list(workspace, draft, mapping, settings).ref if settings.product.price_list else NEW_PRICE_LIST
    entities = [entity for entity in planned_of(kind, mapping.fields) if entity in KEYED]
    keyed = {entity: keyed_candidates(workspace.catalogue, entity, mapping.fields) for entity in entities}
    adviser = KeyAdviser(mapping, workspace.reader, price_list, keyed)
    rows = 0
    for block in draft.blocks(binder.positions):
        adviser.look(binder.bind(block))
        rows += len(block.n)
        progress.advance(len(block.n))
        if rows >= ADVICE_ROWS:
            break
    return adviser.advice()
