"""``drafts export-decisions`` and ``decide``: probable duplicates out to a workbook, the answers back in."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from tui_import.api.i18n import _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.deciding import left, planned, reopened, write_outcome
from tui_import.cli.render import number
from tui_import.cli.summary import plan_object
from tui_import.model.text import safe

REFUSED = 4
"""Exit code: answers were refused."""


def configure(verbs: Any) -> None:
    """The verb's arguments, added to those of ``drafts``."""
    export = verbs.add_parser("export-decisions", help=_("write the open duplicates to a workbook, to be answered there"))
    export.add_argument("draft", metavar=_("DRAFT"), help=_("its number, or the beginning of it"))
    export.add_argument("path", metavar=_("FILE.xlsx"), help=_("the workbook to write"))


def export_decisions(call: Call) -> int:
    """Write the workbook."""
    from tui_import.session.duplicates import workbook

    path = Path(call.arguments.path)
    session = reopened(call, call.arguments.draft)
    try:
        count = workbook.export_decisions(session, path)
    finally:
        session.close()
    call.output.result({"path": str(path), "pairs": count})
    text = ngettext("{count} pair in {path}.", "{count} pairs in {path}.", count) + " " + _("Back with: tui-import decide {path}")
    call.output.text(text.format(count=number(count), path=safe(str(path))))
    return 0


def _configure_decide(parser: ArgumentParser) -> None:
    parser.add_argument("path", metavar=_("FILE.xlsx"), help=_("a workbook that “drafts export-decisions” wrote, answered"))


def decide(call: Call) -> int:
    """Take the answers over; of an import, plan again."""
    from tui_import.session.duplicates import workbook

    session, answered = workbook.read_decisions(call.workspace, Path(call.arguments.path))
    try:
        facts: dict[str, Any] = {
            "draft": session.id,
            "decided": answered.decided,
            "unchanged": answered.unchanged,
            "refused": [{"row": each.row, "name": each.name, "reason": each.reason} for each in answered.refused],
        }
        plan = planned(session)
        call.output.result(facts | ({"plan": plan_object(session.id, plan)} if plan else {}))
        if not call.output.as_json:
            write_outcome(call, session, plan)
        code = left(session, plan)
    finally:
        session.close()
    text = ngettext("{count} decision taken over.", "{count} decisions taken over.", answered.decided)
    call.output.text(text.format(count=number(answered.decided)))
    for refusal in answered.refused:
        line = _("Refused: row {row} of the sheet ({name}): {reason}.")
        call.output.note(line.format(row=refusal.row, name=safe(refusal.name), reason=safe(refusal.reason)))
    if answered.refused:
        return REFUSED
    return code


DECIDE = Command(decide, _configure_decide)
