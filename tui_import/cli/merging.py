"""``merge`` and ``verdicts``: two stored records become one; what is remembered of pairs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError, Where
from tui_import.api.i18n import _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.parser import whole_number
from tui_import.cli.render import number
from tui_import.cli.stopping import work
from tui_import.cli.summary import ROWS_LEFT, heading, write_summary
from tui_import.model.text import safe

if TYPE_CHECKING:
    from tui_import.session.stored_review import StoredReview

ENTITIES = ("company", "person")


def _configure_merge(parser: ArgumentParser) -> None:
    parser.add_argument("entity", choices=ENTITIES, metavar=_("ENTITY"), help=_("company or person"))
    parser.add_argument("survivor", type=whole_number, metavar=_("STAYS"), help=_("the record that stays"))
    parser.add_argument("gone", type=whole_number, metavar=_("GOES"), help=_("the record that is merged into it and deleted"))
    parser.add_argument(
        "--take",
        action="append",
        default=[],
        metavar=_("FIELD"),
        help=_("take this field from the one that goes, though the other has a value"),
    )
    parser.add_argument("--persons", action="store_true", help=_("persons of both companies with the same name become one, too"))


def merge(call: Call) -> int:
    """Make two records one."""
    arguments = call.arguments
    summary = call.workspace.merge(arguments.entity, arguments.survivor, arguments.gone, take=arguments.take, persons=arguments.persons)
    heading = _("Run {run}: {gone} is part of {survivor} now.")
    write_summary(call.output, summary, heading.format(run=summary.run, gone=arguments.gone, survivor=arguments.survivor))
    call.output.note(_("Take it back with: tui-import undo {run}").format(run=summary.run))
    return 0


def apply_review(call: Call, session: StoredReview) -> int:
    """Merge what was decided to be the same."""
    try:
        with work() as progress:
            summary = session.apply(progress)
        waiting = session.open_pairs
    finally:
        session.close()
    source = _("Duplicates in the store")
    write_summary(call.output, summary, heading(source, summary.rows, summary.seconds, summary.run) if summary.run else _("Remembered."))
    if summary.run:
        call.output.note(_("Take it back with: tui-import undo {run}").format(run=summary.run))
    if waiting:
        call.output.note(ngettext("{count} pair is open.", "{count} pairs are open.", waiting).format(count=number(waiting)))
    return ROWS_LEFT if waiting else 0


def _configure_verdicts(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    export = _("write what is remembered of pairs, one JSON object a line")
    for verb, text in (("export", export), ("import", _("remember it in this store"))):
        parts = verbs.add_parser(verb, help=text)
        parts.add_argument("file", nargs="?", default="-", metavar=_("FILE"), help=_("- or nothing: standard output or input"))


def verdicts(call: Call) -> int:
    """Verdicts out of the store, or into it."""
    file = call.arguments.file
    if call.arguments.verb == "export":
        lines = call.workspace.verdict_lines()
        _write(file, "".join(f"{line}\n" for line in lines))
        call.output.note(ngettext("{count} verdict.", "{count} verdicts.", len(lines)).format(count=len(lines)))
        return 0
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(_("The file cannot be read: {reason}.").format(reason=error), where=Where(file=file)) from error
    count = call.workspace.take_verdicts(text.splitlines())
    call.output.note(ngettext("{count} verdict.", "{count} verdicts.", count).format(count=count))
    return 0


def _write(file: str, text: str) -> None:
    """They name customers, so only the owner may read the file."""
    if file == "-":
        sys.stdout.write(text)
        return
    try:
        path = Path(file)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = safe(error.strerror or str(error))
        raise UsageError(_("The file cannot be written: {reason}.").format(reason=reason), where=Where(file=file)) from error


MERGE = Command(merge, _configure_merge)
VERDICTS = Command(verdicts, _configure_verdicts)
