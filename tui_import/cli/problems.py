"""The rows that are left: where they stand and what is the matter with them, on standard error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_import.api.errors import Where
from tui_import.api.i18n import _, ngettext
from tui_import.api.source import Finding
from tui_import.cli.render import Output, number
from tui_import.model.issues import Issue, Severity
from tui_import.model.plan import Operation, PreviewRow, RowFilter
from tui_import.model.sheets import own_header
from tui_import.model.text import safe, shown

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession
    from tui_import.session.workspace import Workspace

MOST = 20
"""Rows and findings that are named; the screens show all."""


def shown_source(workspace: Workspace, session: ImportSession) -> str:
    """What is imported, as runs and drafts name it."""
    return workspace.shown_source(session.origin, session.table)


def write_findings(output: Output, session: ImportSession, findings: Sequence[Finding]) -> None:
    """What is worth knowing about how the file was read."""
    for finding in findings[:MOST]:
        output.note(f"{safe(str(_where(session, finding.row)))}: {safe(finding.message)}")


def write_problems(output: Output, session: ImportSession) -> None:
    """A line per row: file, sheet, row, column, value, and why."""
    keys = session.row_keys(RowFilter(show="problems"))
    for position in range(min(len(keys), MOST)):
        detail = session.detail(keys[position])
        issues = [issue for issue in detail.issues if issue.severity is Severity.ERROR]
        reasons = [state.reason for state in detail.row.states if state.operation is Operation.PROBLEM and state.reason]
        for issue in issues or reasons[:1]:
            output.note(_line(session, detail.row, issue))
    more = len(keys) - MOST
    if more > 0:
        output.note(ngettext("… and {count} row more", "… and {count} rows more", more).format(count=number(more)))
    if not len(keys):
        return
    if session.summary is None:
        output.note(_("To correct them: tui-import resume {draft}, or tui-import drafts correct {draft}").format(draft=session.id))
    else:
        output.note(_("Correct them in the file and import it again: what is in the store already stays as it is."))


def _line(session: ImportSession, row: PreviewRow, issue: Issue) -> str:
    column = value = ""
    if issue.column is not None:
        column = session.columns[issue.column].title
        value = shown(row.cells[issue.column])
    return f"{safe(str(_where(session, row.number, own_header(column, row.sheet), value, row.sheet)))}: {safe(str(issue))}"


def _where(session: ImportSession, row: int | None, column: str = "", value: str = "", sheet: str = "") -> Where:
    """The place; a text file's only table is not worth a name of its own."""
    if session.sheets:
        return Where(session.origin, sheet, row, column, value)
    table = "" if session.table in (Path(session.origin).name, _("standard input")) else session.table
    return Where(session.origin, table, row, column, value)
