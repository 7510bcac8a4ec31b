"""``drafts show``, ``drafts keys`` and ``drafts correct``: what the preview screen shows and does, by command."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.cli.call import Call
from tui_import.cli.choices import column_position
from tui_import.cli.importing import apply_transforms, write_plan
from tui_import.cli.render import cell, number, table
from tui_import.cli.stopping import work
from tui_import.cli.summary import ROWS_LEFT, entity_name
from tui_import.model.fields import entity_word
from tui_import.model.kinds import SEVERAL, entities_of
from tui_import.model.plan import FieldChange, Operation, RowDetail, RowFilter, RowState, Verb
from tui_import.model.sheets import SEPARATOR
from tui_import.model.text import safe, shown

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession

SHOWN = ("all", "new", "changed", "unchanged", "skipped", "problems", "clears", "warnings", "unchecked", "held")
FIRST_CELLS = 3
"""Cells of a row that its line shows."""
BLOCK = 200
OPERATIONS = {
    Operation.ADDED: N_("new"),
    Operation.UPDATED: N_("changed"),
    Operation.UNCHANGED: N_("unchanged"),
    Operation.REPEATED: N_("as row {row}"),
    Operation.SKIPPED: N_("skipped"),
    Operation.PROBLEM: N_("problem"),
    Operation.HELD: N_("held"),
}


def configure(verbs: Any) -> None:
    """The verbs' arguments, added to those of ``drafts``."""
    show = verbs.add_parser("show", help=_("what a draft's plan does with each row"))
    _draft(show)
    show.add_argument(
        "--show", choices=SHOWN, default="all", metavar=_("WHICH"), help=_("only some: {names}").format(names=", ".join(SHOWN))
    )
    show.add_argument("--entity", metavar=_("ENTITY"), help=_("only rows that have such a record, as company or sale"))
    show.add_argument("--text", default="", metavar=_("TEXT"), help=_("only rows with this text in a cell"))
    show.add_argument("--fields", action="store_true", help=_("with every field: stored, incoming, result"))
    keys = verbs.add_parser("keys", help=_("how well each key would find records again"))
    _draft(keys)
    correct = verbs.add_parser("correct", help=_("correct cells, take repairs, leave rows out; then plan again"))
    _draft(correct)
    correct.add_argument("--cell", action="append", default=[], metavar=_("ROW:COLUMN=VALUE"), help=_("one cell of one row"))
    correct.add_argument(
        "--replace", action="append", default=[], metavar=_("COLUMN:OLD=NEW"), help=_("every cell of a column that has this value")
    )
    correct.add_argument(
        "--repair", action="append", default=[], metavar=_("COLUMN|all"), help=_("take the repairs that are offered in a column, or all")
    )
    correct.add_argument(
        "--transform",
        action="append",
        default=[],
        metavar=_("COLUMN=NAME"),
        help=_("let a plugin change a column's values"),
    )
    correct.add_argument("--leave-out", default="", metavar=_("ROWS"), help=_("rows not to import, like 5,9-12"))
    correct.add_argument("--take-in", default="", metavar=_("ROWS"), help=_("rows to import that were left out"))
    correct.add_argument("--undo", action="store_true", help=_("take the last correction back first"))


def _draft(parser: ArgumentParser) -> None:
    parser.add_argument("draft", metavar=_("DRAFT"), help=_("its number, or the beginning of it"))


# -- show


def show(call: Call) -> int:
    """The rows of a plan, one object a line with ``--json``."""
    session = call.workspace.resume(call.arguments.draft)
    try:
        if session.report is None:
            raise UsageError(
                _("The draft has no plan yet."), hint=_("Make it with: tui-import drafts correct {draft}").format(draft=session.id)
            )
        keys = session.row_keys(RowFilter(show=call.arguments.show, text=call.arguments.text, entity=call.arguments.entity or ""))
        lines: list[list[str]] = []
        for first in range(0, len(keys), BLOCK):
            for key in keys.window(first, BLOCK):
                detail = session.detail(key)
                call.output.result(row_object(session, detail))
                lines.append(_row_line(detail, session))
                if call.arguments.fields:
                    lines += [_field_line(change) for change in detail.changes]
        if lines:
            one, other = headings_of(session.kind)
            headings = [_("Row"), _("Import"), one, other, _("Cells"), _("What is wrong")]
            if call.arguments.fields:
                headings = [
                    _("Row"),
                    _("Import"),
                    _("{state} / field").format(state=one),
                    _("{state} / stored").format(state=other) if other else _("stored"),
                    _("Cells / incoming"),
                    _("What is wrong / result"),
                ]
            call.output.text(table(headings, lines, right=frozenset({0})))
        else:
            call.output.text(_("No row is like that."))
    finally:
        session.close()
    return 0


def row_object(session: ImportSession, detail: RowDetail) -> dict[str, Any]:
    """A row of the plan as JSON."""
    row = detail.row
    return {
        "row": row.number,
        **({"sheet": row.sheet} if row.sheet else {}),
        "checked": row.checked,
        "cells": {column.title: value for column, value in zip(session.columns, row.cells, strict=True)},
        "states": {state.entity: state.operation for state in row.states},
        "records": {state.entity: state.record for state in row.states},
        "reasons": [str(state.reason) for state in row.states if state.reason],
        "issues": [
            {"field": issue.field, "code": issue.code, "severity": issue.severity, "text": str(issue), "suggestion": issue.suggestion}
            for issue in detail.issues
        ],
        "changes": [
            {"field": line.field, "stored": line.stored, "incoming": line.incoming, "result": line.result, "verb": line.verb}
            for line in detail.changes
            if line.verb is not Verb.SAME
        ],
    }


def _row_line(detail: RowDetail, session: ImportSession) -> list[str]:
    row = detail.row
    several = session.kind == SEVERAL
    states = {state.entity: _state(state) for state in row.states if not several or state.operation is not Operation.SKIPPED}
    first, second = (*entities_of(session.kind), "")[:2]
    cells = " · ".join(shown(value) for value in row.cells if value is not None) if row.cells else ""
    text = " · ".join(cells.split(" · ")[:FIRST_CELLS])
    reasons = dict.fromkeys([str(issue) for issue in detail.issues] + [str(state.reason) for state in row.states if state.reason])
    box = "[x]" if row.checked else "[ ]"
    both = ["; ".join(states.values()), ""] if several else [states.get(first, ""), states.get(second, "")]
    place = f"{safe(row.sheet)}{SEPARATOR}{row.number}" if row.sheet else number(row.number)
    return [place, box, *both, safe(text), safe("; ".join(reasons))]


def headings_of(kind: str) -> tuple[str, str]:
    """Over the states of a row: two entities, one, or all together."""
    entities = entities_of(kind)
    if kind == SEVERAL:
        return _("State"), ""
    names = [entity_word(entity) for entity in entities]
    return names[0], names[1] if len(names) > 1 else ""


def _state(state: RowState) -> str:
    return f"{state.glyph} {_(OPERATIONS[state.operation]).format(row=state.row)}"


def _field_line(change: FieldChange) -> list[str]:
    values = [safe(cell(value)) for value in (change.stored, change.incoming, change.result)]
    return ["", "", change.field, values[0], values[1], f"{values[2]} ({change.verb})"]


# -- keys


def keys(call: Call) -> int:
    """The key adviser."""
    session = call.workspace.resume(call.arguments.draft)
    try:
        with work() as progress:
            advice = session.advice(progress)
        call.output.listing(
            advice,
            {
                _("Of"): lambda line: entity_name(line.entity),
                _("Key"): lambda line: line.key,
                _("Linked"): lambda line: _("yes") if line.mapped else _("no"),
                _("Filled"): lambda line: f"{line.coverage:.0%}",
                _("Unique"): lambda line: f"{line.unique:.0%}",
                _("Hits"): lambda line: line.hits,
                _("Several"): lambda line: line.ambiguous,
                _("Conflicts"): lambda line: line.conflicts,
            },
            empty=_("There are no keys."),
        )
    finally:
        session.close()
    return 0


# -- correct


def correct(call: Call) -> int:
    """Correct a draft and plan it again; without corrections it only plans."""
    arguments = call.arguments
    session = call.workspace.resume(arguments.draft)
    try:
        changed = 0
        if arguments.undo:
            changed += int(session.undo_correction())
        for text in arguments.cell:
            row, column, value = _cell(text, session)
            session.correct(session.keys_of([row])[0], column, value or None)
            changed += 1
        for text in arguments.replace:
            column, old, new = _replacement(text, session)
            changed += session.replace_value(column, old, new or None)
        changed += apply_transforms(call, session, arguments.transform)
        changed += _repair(arguments.repair, session)
        for rows, checked in ((arguments.leave_out, False), (arguments.take_in, True)):
            if rows:
                changed += session.check(session.keys_of(_rows(rows, session)), checked)
        call.output.note(ngettext("{count} change.", "{count} changes.", changed).format(count=number(changed)))
        with work() as progress:
            report = session.plan(progress)
        write_plan(call, session, report)
        return ROWS_LEFT if any(counts.problem + counts.held for counts in report.entities.values()) else 0
    finally:
        session.close()


def _cell(text: str, session: ImportSession) -> tuple[int, int, str]:
    row, colon, rest = text.partition(":")
    name, equals, value = rest.partition("=")
    if not (colon and equals and row.strip().rpartition(SEPARATOR)[2].isdecimal()):
        raise UsageError(_("“{text}” is not of the form ROW:COLUMN=VALUE.").format(text=text))
    return session.row_at(row), column_position(name.strip(), session.columns), value


def _replacement(text: str, session: ImportSession) -> tuple[int, str | int | float, str]:
    name, colon, rest = text.partition(":")
    old, equals, new = rest.partition("=")
    if not (colon and equals):
        raise UsageError(_("“{text}” is not of the form COLUMN:OLD=NEW.").format(text=text))
    column = column_position(name.strip(), session.columns)
    for value in session.column_values(column, 1_000_000):
        if value.value is not None and shown(value.value) == old:
            return column, value.value, new  # type: ignore[return-value]
    raise UsageError(_("No cell of the column “{column}” is “{value}”.").format(column=name, value=old))


def _repair(wanted: Iterable[str], session: ImportSession) -> int:
    columns: set[int] | None = set()
    for name in wanted:
        if name == "all":
            columns = None
            break
        assert columns is not None
        columns.add(column_position(name, session.columns))
    offered = [(column, code) for column, code, _cells in session.repairs() if columns is None or column in columns]
    repair: Callable[[int, str], int] = session.repair
    return sum(repair(column, code) for column, code in offered)


def _rows(text: str, session: ImportSession) -> list[int]:
    rows: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if session.sheets and not dash:
            rows.append(session.row_at(part))
            continue
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise UsageError(_("“{text}” is no list of rows like 5,9-12.").format(text=text))
        rows += range(int(first), int(last or first) + 1)
    return rows
