"""``drafts`` and ``resume``: imports in progress."""

from __future__ import annotations

from argparse import ArgumentParser

from tui_import.api.errors import UsageError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.cli import correcting, deciding, lessons, workbook
from tui_import.cli.call import Call, Command
from tui_import.cli.parser import whole_number
from tui_import.cli.render import local_time
from tui_import.cli.screens import needs_terminal
from tui_import.model.runs import DraftInfo
from tui_import.model.text import safe

STATES = {
    "opened": N_("opened"), "reading": N_("being read"), "read": N_("read"), "mapping": N_("being mapped"), "planned": N_("planned"),
    "applied": N_("imported"), "looking": N_("being looked for"), "reviewing": N_("being decided"),
    "damaged": N_("damaged"),
}  # fmt: skip


def _configure_drafts(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    verbs.add_parser("list", help=_("all drafts, which is what you get without a verb"))
    discard = verbs.add_parser("discard", help=_("throw a draft away; the store keeps what was imported"))
    discard.add_argument("draft", nargs="?", metavar=_("DRAFT"), help=_("its number, or the beginning of it"))
    discard.add_argument("--older", type=whole_number, metavar=_("DAYS"), help=_("all that nobody touched for so many days"))
    correcting.configure(verbs)
    deciding.configure(verbs)
    workbook.configure(verbs)
    lessons.configure(verbs)


def drafts(call: Call) -> int:
    """List the drafts, or do something with one."""
    verbs = {
        "show": correcting.show,
        "keys": correcting.keys,
        "correct": correcting.correct,
        "duplicates": deciding.duplicates,
        "decide": deciding.decide,
        "export-decisions": workbook.export_decisions,
        "lessons": lessons.lessons,
    }
    if call.arguments.verb in verbs:
        return verbs[call.arguments.verb](call)
    if call.arguments.verb == "discard":
        return _discard(call)
    call.output.listing(
        call.workspace.drafts(),
        {
            _("Draft"): lambda draft: draft.id,
            _("State"): _state,
            _("What"): lambda draft: draft.source,
            _("Rows"): lambda draft: draft.rows,
            _("Last changed"): lambda draft: local_time(draft.changed),
        },
        empty=_("There are no drafts."),
    )
    return 0


def _discard(call: Call) -> int:
    arguments = call.arguments
    if (arguments.draft is None) == (arguments.older is None):
        hint = _("tui-import drafts discard DRAFT, or tui-import drafts discard --older 30")
        raise UsageError(_("Say which draft, or how old."), hint=hint)
    if arguments.draft is not None:
        call.workspace.discard(arguments.draft)
        return 0
    gone = call.workspace.discard_old(arguments.older)
    call.output.result({"discarded": list(gone)})
    call.output.text(ngettext("{count} draft thrown away.", "{count} drafts thrown away.", len(gone)).format(count=len(gone)))
    return 0


def _state(draft: DraftInfo) -> str:
    running = draft.running
    if running is not None:
        text = _("running: {user}, process {pid}, {done} of {total}")
        total = "?" if running.total is None else running.total
        return text.format(user=safe(running.user), pid=running.pid, done=running.done, total=total)
    if draft.failure:
        return _("failed: {reason}").format(reason=safe(draft.failure))
    if draft.unattended and draft.state == "applied":
        return _("imported by run {run}, {count} waiting").format(run=draft.run, count=draft.waiting)
    if draft.state == "applied" and draft.waiting:
        return _("imported, {count} waiting").format(count=draft.waiting)
    return _(STATES.get(draft.state, draft.state))


def _configure_resume(parser: ArgumentParser) -> None:
    parser.add_argument("draft", metavar=_("DRAFT"), help=_("its number, or the beginning of it (see: tui-import drafts)"))


def resume(call: Call) -> int:
    """Open a draft on the screens."""
    needs_terminal(_("Without one, import what it has planned with: tui-import apply DRAFT"))
    session = call.workspace.reopen(call.arguments.draft)  # says now, and in one line, what is wrong with it
    draft = session.id
    session.close()
    call.close()
    return call.screens(call.arguments.store, draft=draft)


DRAFTS = Command(drafts, _configure_drafts)
RESUME = Command(resume, _configure_resume)
