"""``runs``, ``show``, ``undo``, ``redo``, ``blame``: what happened to the store, and taking it back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.parser import whole_number
from tui_import.cli.records import ENTITIES, add_entity
from tui_import.cli.render import Output, local_time, number
from tui_import.cli.stopping import work
from tui_import.cli.summary import ROWS_LEFT, counts_table, heading, summary_object
from tui_import.model.plan import Summary
from tui_import.model.runs import Kept, RunInfo, UndoReport
from tui_import.model.text import safe, shown

KINDS = {
    "import": N_("import"), "delete": N_("deletion"), "restore": N_("restoring"), "erase": N_("erasure"), "edit": N_("editing"),
    "list_merge": N_("merging of list items"), "merge": N_("merging"),
    "price_list": N_("new price list"), "fields": N_("user-defined fields"),
    "lift": N_("lifting of a suppression"),
}  # fmt: skip
STATES = {"done": N_("done"), "undone": N_("undone"), "partly undone": N_("partly undone")}
VERBS = {
    "fill": N_("filled"), "overwrite": N_("overwritten"), "clear": N_("cleared"), "append": N_("appended"), "remove": N_("removed"),
    "keep": N_("kept"), "same": N_("the same"),
}  # fmt: skip
MOST = 20
"""Fields and records that are named one by one."""


# -- runs and show


def runs(call: Call) -> int:
    """All runs, newest first."""
    call.output.listing(
        call.workspace.runs(),
        {
            _("Run"): lambda run: str(run.id),
            _("When"): lambda run: local_time(run.started),
            _("Who"): lambda run: run.user,
            _("What"): lambda run: _(KINDS.get(run.kind, run.kind)),
            _("State"): lambda run: _(STATES.get(run.state, run.state)),
            _("Of what"): lambda run: run.source,
            _("Rows"): lambda run: run.rows,
        },
        empty=_("Nothing was imported yet."),
        as_object=run_object,
    )
    return 0


def run_object(run: RunInfo) -> dict[str, Any]:
    """A run for JSON."""
    return {
        "run": run.id, "kind": run.kind, "state": run.state, "started": run.started, "finished": run.finished, "user": run.user,
        "source": run.source, "rows": run.rows, "entities": {name: counts.as_dict() for name, counts in run.entities.items()},
        "backup": run.backup, "draft": run.draft, "seconds": round(run.seconds, 3),
    }  # fmt: skip


def _configure_run(parser: ArgumentParser) -> None:
    parser.add_argument("run", type=whole_number, metavar=_("RUN"), help=_("its number (see: tui-import runs)"))


def _configure_show(parser: ArgumentParser) -> None:
    _configure_run(parser)
    help = _("for the data-protection officer: purposes, legal bases, sources and numbers; no personal data")
    parser.add_argument("--privacy", action="store_true", help=help)


def show(call: Call) -> int:
    """One run in full, or what a data-protection officer wants to know of it."""
    if call.arguments.privacy:
        from tui_import.cli.privacy import write_report

        write_report(call.output, call.workspace.privacy_report(call.arguments.run))
        return 0
    run, output = call.workspace.run(call.arguments.run), call.output
    output.result(run_object(run))
    output.text(heading(run.source, run.rows, run.seconds, run.id))
    output.text(
        _("{kind} by {user}, {when}: {state}").format(
            kind=_(KINDS.get(run.kind, run.kind)).capitalize(),
            user=safe(run.user),
            when=local_time(run.started),
            state=_(STATES.get(run.state, run.state)),
        )
    )
    if run.entities:
        output.text(counts_table(run.entities))
    if run.backup:
        output.text(_("Backup before it: {path}").format(path=safe(run.backup)))
    return 0


# -- undo and redo


def _configure_undo(parser: ArgumentParser) -> None:
    _configure_run(parser)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--selection", type=whole_number, metavar=_("SELECTION"), help=_("only the records of this selection"))
    only.add_argument(
        "--record", nargs=2, metavar=(_("ENTITY"), _("ID")), help=_("only this record, with all that was merged with it, like company 7")
    )


def undo(call: Call) -> int:
    """Take a run back: every field that still holds what the run wrote."""
    arguments = call.arguments
    record = _record(*arguments.record) if arguments.record else None
    with work() as progress:
        summary, report = call.workspace.undo(arguments.run, selection=arguments.selection, record=record, progress=progress)
    return _write_report(call.output, summary, report, _("Run {run} is undone.").format(run=report.run))


def _record(entity: str, number: str) -> tuple[str, int]:
    if entity not in ENTITIES or not number.isdecimal():
        raise UsageError(
            _("“{text}” is no record.").format(text=f"{entity} {number}"), hint=_("Name it like this: undo 12 --record company 7")
        )
    return entity, int(number)


def redo(call: Call) -> int:
    """Do a run again that was taken back."""
    with work() as progress:
        summary, report = call.workspace.redo(call.arguments.run, progress=progress)
    return _write_report(call.output, summary, report, _("Run {run} is done again.").format(run=report.run))


def _write_report(output: Output, summary: Summary, report: UndoReport, title: str) -> int:
    output.result({**summary_object(summary), "kept_fields": report.kept, "blocked_records": report.blocked})
    output.text(title)
    output.text(ngettext("{count} record put back.", "{count} records put back.", report.restored).format(count=number(report.restored)))
    if report.kept:
        kept = len(report.kept)
        output.text(
            ngettext("{count} field kept, since it was changed later:", "{count} fields kept, since they were changed later:", kept).format(
                count=number(kept)
            )
        )
    for each in report.kept[:MOST]:
        output.note(_kept_line(each))
    if report.blocked:
        blocked = len(report.blocked)
        output.text(ngettext("{count} record left alone:", "{count} records left alone:", blocked).format(count=number(blocked)))
    for each_blocked in report.blocked[:MOST]:
        output.note(f"  {entity_number(each_blocked.entity, each_blocked.record)}: {safe(each_blocked.reason)}")
    more = max(len(report.kept) - MOST, 0) + max(len(report.blocked) - MOST, 0)
    if more:
        output.note(ngettext("… and {count} more", "… and {count} more", more).format(count=number(more)))
    if not (report.restored or report.definitions or report.kept or report.blocked):
        output.note(_("There was nothing to do."))
    return ROWS_LEFT if report.blocked else 0


def _kept_line(kept: Kept) -> str:
    return _("  {record}, {field}: “{found}” of {who}, {when}; “{wanted}” would have come back").format(
        record=entity_number(kept.entity, kept.record),
        field=safe(kept.field),
        found=shown(kept.found),
        wanted=shown(kept.wanted),
        who=safe(kept.by) or _("somebody"),
        when=local_time(kept.at) if kept.at else _("later"),
    )


def entity_number(entity: str, record: int) -> str:
    """ "company 7", as commands take it."""
    return f"{safe(entity)} {record}"


# -- blame


def _configure_blame(parser: ArgumentParser) -> None:
    add_entity(parser)
    parser.add_argument("id", type=whole_number, metavar=_("ID"), help=_("the record's number"))
    parser.add_argument("field", nargs="?", default="", metavar=_("FIELD"), help=_("only this field, like email or person.email"))


def blame(call: Call) -> int:
    """Where the values of a record come from."""
    arguments = call.arguments
    call.output.listing(
        call.workspace.blame(arguments.entity, arguments.id, arguments.field),
        {
            _("Field"): lambda trace: trace.field,
            _("Value"): lambda trace: shown(trace.value),
            _("Before"): lambda trace: shown(trace.before),
            _("How"): lambda trace: _(VERBS.get(trace.verb, trace.verb)),
            _("Run"): lambda trace: str(trace.run or ""),
            _("When"): lambda trace: local_time(trace.at) if trace.at else "",
            _("Who"): lambda trace: trace.user,
            _("From"): lambda trace: trace.source,
            _("Row"): lambda trace: "" if trace.row is None else str(trace.row),
            _("Column"): lambda trace: trace.column,
            _("Remark"): lambda trace: trace.note,
        },
        empty=_("It has no values."),
    )
    return 0


RUNS = Command(runs)
SHOW = Command(show, _configure_show)
UNDO = Command(undo, _configure_undo)
REDO = Command(redo, _configure_run)
BLAME = Command(blame, _configure_blame)
