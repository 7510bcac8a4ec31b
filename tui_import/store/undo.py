"""Undo and redo of a run, field by field, in one transaction.

*New records* are removed where nobody has touched them since; their whole content goes into the journal, so that redo brings them
back under the same id. *Changed records* get each field back that still holds what the run wrote; a field that was edited later is
kept and reported. *List items* of the run go where nothing uses them, and so do *user-defined fields*.

A record that is changed back counts as edited by whoever undid (``updated_at``, ``updated_by``, ``version``): these three are not put back,
since plans and other programs must notice that the record changed again.
"""

from __future__ import annotations

import sqlite3

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue
from tui_import.model.progress import Progress
from tui_import.model.runs import UndoReport
from tui_import.store.connection import Database, bump_generation
from tui_import.store.erasure import ERASE, erased
from tui_import.store.journal import DONE, PARTLY_UNDONE, UNDONE, Targets, now, run_times
from tui_import.store.layout import ENTITIES
from tui_import.store.merging import together
from tui_import.store.own_fields import ENTITY as OWN_FIELD
from tui_import.store.selections import selection as find_selection
from tui_import.store.suppression import LIFT
from tui_import.store.undo_inserts import InsertPass
from tui_import.store.undo_items import ItemPass
from tui_import.store.undo_own_fields import OwnFieldPass
from tui_import.store.undo_pass import Pass
from tui_import.store.undo_updates import UpdatePass


def undo(
    database: Database,
    catalogue: Catalogue,
    run: int,
    user: str,
    *,
    selection: int | None = None,
    record: tuple[str, int] | None = None,
    progress: Progress | None = None,
) -> UndoReport:
    """Take a run back, or only what it did to the members of a selection, or to one record; called again, it does what is left.

    ``record``: (entity, id); where the run merged it, with all that became one with it. Raises `UsageError` where there is no such run or
    selection, or the run did nothing to the record, `StoppedError` (nothing is changed then) and `StoreError`.
    """
    return _work(database, catalogue, run, user, selection, record, progress or Progress(), undo=True)


def redo(
    database: Database,
    catalogue: Catalogue,
    run: int,
    user: str,
    *,
    selection: int | None = None,
    record: tuple[str, int] | None = None,
    progress: Progress | None = None,
) -> UndoReport:
    """Do again what was undone of a run: the mirror of `undo`, with the same rules and errors."""
    return _work(database, catalogue, run, user, selection, record, progress or Progress(), undo=False)


def _work(
    database: Database,
    catalogue: Catalogue,
    run: int,
    user: str,
    selection: int | None,
    record: tuple[str, int] | None,
    progress: Progress,
    *,
    undo: bool,
) -> UndoReport:
    if selection is not None:
        find_selection(database, selection)
    doing = _("undoing run {run}") if undo else _("doing run {run} again")
    progress.begin("")
    with database.transaction(progress, doing=doing.format(run=run)) as connection:
        _started, finished = run_times(connection, run)
        (kind,) = connection.execute("SELECT kind FROM run WHERE id = ?", (run,)).fetchone()
        if kind == ERASE:
            raise UsageError(_("Run {run} is an erasure: nothing can bring back what it removed.").format(run=run))
        if kind == LIFT:
            raise UsageError(_("Run {run} lifted a suppression.").format(run=run), hint=_("To keep the person out, erase it again."))
        records = together(connection, catalogue, run, *record) if record else None
        targets = Targets(connection, run, DONE if undo else UNDONE, selection, records)
        progress.begin(_("Undoing the import") if undo else _("Doing the import again"), targets.count())
        items = dict(connection.execute("SELECT id, name FROM list_item"))
        work = Pass(connection, catalogue, run, finished, undo, user, now(), progress, items, erased(connection))
        if undo:
            _undo(work, targets)
        else:
            _redo(work, targets)
        _definitions(work, targets)
        connection.execute("UPDATE run SET state = ? WHERE id = ?", (_state(connection, run, undo=undo), run))
        bump_generation(connection)
        database.keep_up(connection, progress)
        progress.check()
    return work.report()


def _undo(work: Pass, targets: Targets) -> None:
    """Changes first, then new records (persons before the companies that they belong to), then the list items that nothing uses now."""
    for entity in reversed(ENTITIES):
        _updates(work, targets, entity)
    for entity in reversed(ENTITIES):
        inserts = InsertPass(work, entity)
        for block in targets.blocks(entity, inserts=True):
            inserts.remove(block)
            work.progress.advance(len(block))
    items = ItemPass(work)
    for inserted in (False, True):
        for block in targets.blocks("list_item", inserts=inserted):
            items.take_back(block)
            work.progress.advance(len(block))


def _redo(work: Pass, targets: Targets) -> None:
    """The other way round."""
    items = ItemPass(work)
    for inserted in (True, False):
        for block in targets.blocks("list_item", inserts=inserted):
            items.bring_back(block)
            work.progress.advance(len(block))
    for entity in ENTITIES:
        inserts = InsertPass(work, entity)
        for block in targets.blocks(entity, inserts=True):
            inserts.bring_back(block)
            work.progress.advance(len(block))
    for entity in ENTITIES:
        _updates(work, targets, entity)


def _definitions(work: Pass, targets: Targets) -> None:
    """User-defined fields, after the values of records: a field goes only when none has any."""
    fields = OwnFieldPass(work)
    for inserted in (False, True):
        for block in targets.blocks(OWN_FIELD, inserts=inserted):
            fields.work(block)
            work.progress.advance(len(block))


def _updates(work: Pass, targets: Targets, entity: str) -> None:
    updates = UpdatePass(work, entity)
    for block in targets.blocks(entity, inserts=False):
        updates.work(block)
        work.progress.advance(len(block))


def _state(connection: sqlite3.Connection, run: int, *, undo: bool) -> str:
    """The run's state, from what its entries and their changes are in."""
    done, undone = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM journal WHERE run = :run AND state = 'done'),"
        " EXISTS (SELECT 1 FROM journal WHERE run = :run AND state = 'undone')"
        " OR EXISTS (SELECT 1 FROM journal j JOIN journal_change c ON c.entry = j.id WHERE j.run = :run AND c.state = 'undone')",
        {"run": run},
    ).fetchone()
    if done and undone:
        return PARTLY_UNDONE
    if not (done or undone):  # nothing had changed
        return UNDONE if undo else DONE
    return DONE if done else UNDONE
