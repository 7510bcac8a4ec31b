"""Setting a field of all members of a selection: the value is read like a cell of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import fold
from tui_import.flow.normalise import Formats, normaliser
from tui_import.flow.plan.binding import UNMATCHED
from tui_import.flow.plan.keys import LINK
from tui_import.model.fields import Field, FieldType
from tui_import.model.issues import Severity
from tui_import.model.plan import Stored, Summary
from tui_import.model.progress import Progress
from tui_import.store import bulk_edit, lists, selections

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

ONLY_ONE = ("number",)
"""Fields that the store's rules can keep unique."""
NAMES = ("first_name", "last_name")


def editable(workspace: Workspace, entity: str) -> list[Field]:
    """The fields that can be set in bulk, in the order of the catalogue."""
    fixed = (FieldType.ID, FieldType.REFERENCE)
    return [field for field in workspace.catalogue.of(entity) if not field.virtual and field.type not in fixed and field.name != LINK]


def edit_members(
    workspace: Workspace, selection: int, field: str, text: str, progress: Progress | None = None, *, remove: bool = False
) -> Summary:
    """Give every member of a selection a value; blank clears, and of a field of several values one is added, or with ``remove`` taken away.

    Raises `UsageError` where there is no such selection or field, or the field cannot take the value.
    """
    info = selections.selection(workspace.database, selection)
    key = field if "." in field else f"{info.entity}.{field}"
    known = workspace.field(key)
    if known not in editable(workspace, info.entity):
        raise UsageError(_("{field} is not set for many records at once.").format(field=known.key))
    if known.name in ONLY_ONE and info.members > 1 and workspace.reader.preference(f"{info.entity}.{known.name}.unique"):
        raise UsageError(_("{field} must be unique in this store.").format(field=known.key))
    if remove and not known.multiple:
        raise UsageError(
            _("{field} holds one value only.").format(field=known.key),
            hint=_("Clear it: {field}= without a value.").format(field=known.key),
        )
    value, value_key = _read(workspace, known, text, retired=remove)
    if value is None and (known.required or known.multiple or known.name in NAMES):
        raise UsageError(_("{field} cannot be cleared for many records at once.").format(field=known.key))
    return bulk_edit.edit_members(workspace.database, selection, known, value, value_key, workspace.user, progress, remove=remove)


def _read(workspace: Workspace, field: Field, text: str, *, retired: bool) -> tuple[Stored, str | None]:
    """The value and its key, as an import would have them. ``retired``: an item of a list may be out of use."""
    if field.type is FieldType.LIST:
        if not text.strip():
            return None, None
        item = lists.find_item(workspace.database, workspace.catalogue, field.list, text)
        if item.deactivated and not retired:
            raise UsageError(_("“{name}” is not in use any more.").format(name=item.name), hint=_("Activate it first."))
        return item.id, str(item.id)
    region = str(workspace.reader.preference("default.country") or "")
    cell = normaliser(field, Formats(region))(text, None)
    if cell.issue is not None and cell.issue.severity is Severity.ERROR:
        raise UsageError(_("“{value}” does not fit {key}.").format(value=text, key=field.key), hint=str(cell.issue).capitalize() + ".")
    if cell.value is not None and field.multiple:
        return cell.value, cell.key or UNMATCHED + fold(str(cell.value))
    return cell.value, cell.key
