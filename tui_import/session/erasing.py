"""Erasing somebody everywhere: drafts, then the store; and what an operator still has to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.model.privacy import Erasure
from tui_import.model.progress import Progress
from tui_import.store import backup, erasure
from tui_import.store.erasure_drafts import erase_from_drafts

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

ERASABLE = ("company", "person")
"""What can stand for a human being."""
MOST = 10
"""So many records are named."""


def erase(workspace: Workspace, entity: str, record: int, progress: Progress | None = None) -> Erasure:
    """Erase a record. Drafts come first: whoever is interrupted begins again, as long as the store still knows what to look for.

    Raises `UsageError` where there is no such record or it was erased already, `RefusedError` where a company has persons.
    """
    if entity not in ERASABLE:
        raise UsageError(_("The store has no records of kind “{entity}”.").format(entity=entity))
    progress = progress or Progress()
    progress.begin(_("Erasing"), 0)
    who = erasure.subject(workspace.database, workspace.catalogue, entity, record)
    drafts = erase_from_drafts(workspace.drafts_folder, who)
    done = erasure.erase(workspace.database, who, workspace.user, progress)
    copies = tuple(info.path for info in backup.backups(workspace.path) if backup.may_hold(Path(info.path), entity, record))
    return replace(done, drafts=tuple(drafts), backups=copies, remarks=(*done.remarks, *_remarks(workspace, who, done)))


def _remarks(workspace: Workspace, who: erasure.Subject, done: Erasure) -> list[str]:
    remarks = []
    if who.entity == "person" and not done.marks:
        remarks.append(_("Nothing that identifies the person was known, so an import can bring the person back."))
    if who.alike:
        ids = ", ".join(map(str, who.alike[:MOST])) + (" …" if len(who.alike) > MOST else "")
        text = _("These records of the same kind have the same e-mail address or name; erase them, too, where they are the same: {ids}.")
        remarks.append(text.format(ids=ids))
    if who.identity.name:
        text = _("Company {id} is called like the person; erase it, too, if it stands for the person.")
        hits = workspace.reader.find("company", "name", [who.identity.name]).get(who.identity.name, ())
        remarks += [text.format(id=hit.id) for hit in hits]
    return remarks
