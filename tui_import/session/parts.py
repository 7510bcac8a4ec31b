"""The parts of a plan: which of them an import has, and what each asks of the store before it begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import fold
from tui_import.flow.plan.binding import Binder
from tui_import.flow.plan.contacts import Consent, ContactsPart
from tui_import.flow.plan.keyed import MADE, KeyedPart, MadePart
from tui_import.flow.plan.planner import Part
from tui_import.flow.plan.products import ProductsPart
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.kinds import KEYED, SEVERAL, entities_of, parents_first, planned_of
from tui_import.model.mapping import Mapping as ColumnMapping
from tui_import.model.matches import Overrides
from tui_import.model.plan import Stored
from tui_import.model.settings import DEFAULTS, LISTS_WITH_DEFAULT, Settings
from tui_import.model.sheets import Sheet
from tui_import.session.products import NearlyNamed, chosen_price_list, region_of
from tui_import.store import suppression
from tui_import.store.draft import Draft
from tui_import.store.plan import PlanWriter

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

PURPOSE = "sales_and_service"
"""Key of the purpose that an import writes consents for (SPEC 4.6)."""


def make(
    workspace: Workspace,
    draft: Draft,
    mapping: ColumnMapping,
    settings: Settings,
    writer: PlanWriter,
    binder: Binder,
    decided: Overrides,
) -> list[Part]:
    """The parts of a plan, parents first: whatever refers to a record comes after the part that may make it."""
    catalogue, kind = workspace.catalogue, str(draft.meta("kind", ""))
    entities = planned_of(kind, binder.fields)
    numbers = _first_numbers(workspace, draft, mapping)
    owners: dict[str, Part] = {}
    found: list[Part] = []
    for entity in _made(workspace, settings, binder, entities):
        owners[entity] = MadePart(entity, catalogue, settings, workspace.reader, writer)
        found.append(owners[entity])
    for entity in parents_first(entities, graph_of(catalogue)):
        if entity in owners:
            continue
        if entity in ("company", "person"):
            part: Part = ContactsPart(
                catalogue,
                settings,
                binder,
                workspace.reader,
                writer,
                numbers_from=numbers,
                defaults={"company": _defaults(workspace)},
                consent=_consent(workspace, settings),
                overrides=decided,
                suppression=suppression.load(workspace.database, catalogue),
                alone=kind != SEVERAL,
            )
        elif entity == "product":
            price_list = chosen_price_list(workspace, draft, mapping, settings)
            similar = NearlyNamed(workspace, price_list, settings)
            region = region_of(workspace, settings)
            part = ProductsPart(catalogue, settings, binder, workspace.reader, writer, price_list, region, similar)
        else:
            part = KeyedPart(
                entity,
                catalogue,
                settings,
                binder,
                workspace.reader,
                writer,
                owners,
                defaults=_defaults_of_keyed(workspace, settings, entity),
                overrides=decided.get(entity),
                number_from=numbers.get(entity),
            )
        owners |= dict.fromkeys(part.counted, part)
        found.append(part)
    return found


def graph_of(catalogue: Catalogue) -> dict[str, set[str]]:
    """Entity → the entities that its records belong to."""
    entities = entities_of(SEVERAL)
    return {entity: set(catalogue.references(entity).values()) for entity in entities} | {"person": {"company"}}


def in_order(catalogue: Catalogue, sheets: Sequence[Sheet], mapping: ColumnMapping) -> list[Sheet]:
    """Sheets in an order in which what others refer to comes first; else as in the workbook."""
    order = parents_first(entities_of(SEVERAL), graph_of(catalogue))

    def rank(sheet: Sheet) -> int:
        fields = {link.field for link in mapping.links if sheet.has(link.column)}
        return max((order.index(field.partition(".")[0]) for field in fields if field.partition(".")[0] in order), default=len(order))

    return sorted(sheets, key=rank)


def _made(workspace: Workspace, settings: Settings, binder: Binder, entities: tuple[str, ...]) -> list[str]:
    """What rows refer to and may make, though the import has no rows of it."""
    wanted = set()
    for entity in entities:
        if entity in KEYED and settings.keyed(entity).create_parents:
            named = set(binder.single_fields(entity))
            wanted |= {target for name, target in workspace.catalogue.references(entity).items() if name in named}
    return [entity for entity in MADE if entity in wanted and entity not in entities]


def _defaults_of_keyed(workspace: Workspace, settings: Settings, entity: str) -> dict[str, Stored]:
    """Owner, manager and currency of new records that name none (SPEC 5, 8)."""
    found: dict[str, Stored] = dict(DEFAULTS.get(entity, {}))
    for field in workspace.catalogue.stored(entity):
        if field.type is FieldType.USER:
            found[field.name] = settings.values.default_owner or workspace.user
        elif field.type is FieldType.CURRENCY and not field.required and settings.values.default_currency:
            found[field.name] = settings.values.default_currency
    return found


def _first_numbers(workspace: Workspace, draft: Draft, mapping: ColumnMapping) -> dict[str, int]:
    """Entity → first number to hand out, beyond all that the store and the file have, where numbers are allocated."""
    first = {}
    for entity in ("company", "person", "project"):
        if workspace.reader.preference(f"{entity}.number.allocate"):
            largest = max((draft.largest_number(position) for position in mapping.columns_of(f"{entity}.number")), default=0)
            first[entity] = max(workspace.reader.next_number(entity), largest + 1)
    return first


def _defaults(workspace: Workspace) -> dict[str, Stored]:
    """List fields of new companies that take the store's default item (SPEC 4.4)."""
    found = {name: default_item(workspace, name) for name in LISTS_WITH_DEFAULT}
    return {name: item for name, item in found.items() if item is not None}


def default_item(workspace: Workspace, name: str, items: Mapping[str, tuple[int, str, bool]] | None = None) -> int | None:
    """Id of a list's default item, where the store's preferences have one."""
    default = workspace.reader.preference(f"default.{name}")
    found = (items if items is not None else workspace.reader.list_items(name)).get(fold(str(default))) if default else None
    return found[0] if found else None


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
