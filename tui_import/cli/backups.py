"""``backups``: the copies of the store, and what became of its records between two of them."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping

from tui_import.api.i18n import N_, _
from tui_import.cli.call import Call, Command
from tui_import.cli.render import Output, cell, local_time, number
from tui_import.cli.stopping import work
from tui_import.cli.summary import entity_name
from tui_import.model.runs import RecordDifference
from tui_import.model.text import safe

WHAT: Mapping[str, str] = {"new": N_("new"), "gone": N_("gone"), "changed": N_("changed")}


def _configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    verbs.add_parser("list", help=_("all of them, the newest first; without a verb the same"))
    diff = verbs.add_parser("diff", help=_("the records that are new, gone and changed"))
    diff.add_argument("before", metavar=_("A"), help=_("a backup: its file, or its name in the folder of backups"))
    diff.add_argument("after", metavar=_("B"), nargs="?", help=_("a later one; default: the store as it is"))


def backups(call: Call) -> int:
    """List the backups, or compare two."""
    if call.arguments.verb == "diff":
        return _diff(call)
    list_backups(call)
    return 0


def list_backups(call: Call) -> None:
    """Those in the store's own folder."""
    call.output.listing(
        call.workspace.backups(),
        {_("Made"): lambda each: local_time(each.made), _("Bytes"): lambda each: each.size, _("Backup"): lambda each: each.path},
        empty=_("There are no backups."),
    )


def _diff(call: Call) -> int:
    counts: Counter[tuple[str, str]] = Counter()
    with work() as progress:
        for found in call.workspace.differences(call.arguments.before, call.arguments.after, progress):
            counts[found.entity, found.what] += 1
            call.output.result(found)
            _tell(call.output, found)
    for (entity, what), count in counts.items():
        call.output.note(f"{entity_name(entity)}: {number(count)} {_(WHAT[what])}")
    if not counts:
        call.output.note(_("Both have the same records."))
    return 0


def _tell(output: Output, found: RecordDifference) -> None:
    output.text(f"{found.entity} {found.id} {_(WHAT[found.what])}: {safe(found.name)}")
    for field, (before, after) in found.fields.items():
        output.text(f"  {field}: {cell(before) or '–'} → {cell(after) or '–'}")


BACKUPS = Command(backups, _configure)
