"""The last step of an import: back up, write, tell what came of it."""

from __future__ import annotations

import datetime
import time
from typing import TYPE_CHECKING

from tui_import.api.i18n import ngettext
from tui_import.model.kinds import planned_of
from tui_import.model.plan import PlanReport, Summary
from tui_import.model.progress import Progress
from tui_import.session import products
from tui_import.session.parts import consent_items
from tui_import.store.apply import RunFacts, apply_plan, record_seconds
from tui_import.store.draft import Draft
from tui_import.store.price_lists import price_list

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession
    from tui_import.session.workspace import Workspace


def write(workspace: Workspace, draft: Draft, session: ImportSession, report: PlanReport, progress: Progress, started: float) -> Summary:
    """Back up the store and apply the draft's plan to it. ``started``: `time.monotonic` when the work
    began, less what reading and planning took: a person's thinking in between is no part of an import's time."""
    begun = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    backup = workspace.backup(progress=progress).path
    mapping, settings = session.mapping, session.settings
    links: dict[str, object] = {}
    for link in mapping.links:
        links.setdefault(link.field, [])
        links[link.field].append(link.column)  # type: ignore[attr-defined]
    planned = planned_of(session.kind, mapping.fields)
    known = settings.product.price_list and price_list(workspace.database, settings.product.price_list)
    facts = RunFacts(
        user=workspace.user,
        columns=[column.title for column in session.columns],
        links={**links, "constants": dict(mapping.constants)},
        counts={entity: counts.as_dict() for entity, counts in report.entities.items()},
        backup=backup,
        consent=consent_items(workspace, settings) if "person" in planned else None,
        consent_comment=settings.privacy.comment,
        started=begun,
        suppressed=report.suppressed,
        **session.facts(),
    )
    run, selections = apply_plan(workspace.database, draft, workspace.catalogue, facts, draft.meta("generation"), progress)
    seconds = time.monotonic() - started
    record_seconds(workspace.database, run, seconds)
    return Summary(
        run=run,
        draft=draft.id,
        rows=report.rows,
        entities=report.entities,
        duplicates={**dict.fromkeys(report.entities, 0), **report.duplicates},
        selections=tuple(selections),
        backup=backup,
        seconds=round(seconds, 3),
        notes=(*_notes(report), *(products.notes(workspace, settings, made=not known) if "product" in planned else ())),
    )


def _notes(report: PlanReport) -> tuple[str, ...]:
    if not report.suppressed:
        return ()
    text = ngettext("{count} row left out: its person was erased.", "{count} rows left out: their persons were erased.", report.suppressed)
    return (text.format(count=report.suppressed),)
