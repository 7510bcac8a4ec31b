"""``drafts lessons``: what decisions about duplicates taught the finder, shown, handed on, forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.cli.call import Call
from tui_import.cli.render import number, table
from tui_import.cli.summary import entity_name
from tui_import.model.matches import FIELD_WORDS
from tui_import.model.text import safe


def configure(verbs: Any) -> None:
    """The verb's arguments, added to those of ``drafts``."""
    lessons = verbs.add_parser("lessons", help=_("what your decisions about duplicates taught the finder"))
    lessons.add_argument("--export", metavar=_("FILE"), help=_("write it to a file, for a colleague"))
    lessons.add_argument("--import", dest="take", metavar=_("FILE"), help=_("take over what a colleague exported"))
    lessons.add_argument("--forget", action="store_true", help=_("go back to the finder as it was shipped"))


def lessons(call: Call) -> int:
    """Show what was learnt, after doing what was asked for."""
    from tui_import.session.duplicates import learning

    arguments = call.arguments
    if arguments.forget and not learning.forget():
        call.output.note(_("Nothing was learnt."))
    if arguments.take:
        learning.import_learnt(Path(arguments.take))
    if arguments.export and not learning.export_learnt(Path(arguments.export)):
        raise UsageError(_("Nothing was learnt yet, so there is nothing to export."), hint=_("See T on the duplicate screen."))
    found = learning.learnt()
    lines = []
    for entity, lesson in found.items():
        call.output.result(
            {"entity": entity, "decisions": lesson.decisions, "bias": lesson.bias, "coefficients": dict(lesson.coefficients)}
        )
        lines += [
            [entity_name(entity), number(lesson.decisions), safe(_(FIELD_WORDS.get(slot, slot))), f"{factor:.2f}"]
            for slot, factor in lesson.coefficients.items()
        ]
    if lines:
        headings = [_("Of"), _("Decisions"), _("Field"), _("Counts times")]
        call.output.text(table(headings, lines, right=frozenset({1, 3})))
    else:
        call.output.text(_("Nothing is learnt: the finder is as it was shipped."))
    return 0
