"""``selections``: named sets of records."""

from __future__ import annotations

from argparse import ArgumentParser

from tui_import.api.errors import RefusedError
from tui_import.api.i18n import _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.choices import pair, unknown
from tui_import.cli.parser import whole_number
from tui_import.cli.records import add_entity
from tui_import.cli.render import local_time, number
from tui_import.cli.stopping import work
from tui_import.cli.summary import SELECTION_KINDS, entity_name, selection_object, selections_table, write_summary
from tui_import.model.plan import SelectionInfo
from tui_import.model.text import safe

WAYS = ("union", "intersection", "difference")


def _configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    verbs.add_parser("list", help=_("all selections, which is what you get without a verb"))
    combine = verbs.add_parser("combine", help=_("make a selection of others"))
    combine.add_argument("way", choices=WAYS, metavar=_("WAY"), help=_("union, intersection or difference (the first without the others)"))
    combine.add_argument("name", metavar=_("NAME"), help=_("what the new one is called"))
    combine.add_argument("selection", type=whole_number, nargs="+", metavar=_("SELECTION"), help=_("two or more, by number"))
    new = verbs.add_parser("new", help=_("make a selection of records that you name"))
    add_entity(new)
    new.add_argument("name", metavar=_("NAME"), help=_("what it is called"))
    _add_records(new, "*")
    copy = verbs.add_parser("copy", help=_("make a selection with the members of another"))
    copy.add_argument("selection", type=whole_number, metavar=_("SELECTION"), help=_("its number"))
    copy.add_argument("name", metavar=_("NAME"), help=_("what the new one is called"))
    for verb, help in (("add", _("put records into a selection")), ("remove", _("take records out of a selection; they stay"))):
        members = verbs.add_parser(verb, help=help)
        members.add_argument("selection", type=whole_number, metavar=_("SELECTION"), help=_("its number"))
        _add_records(members, "+")
    for verb, help, what in (
        ("set", _("set a field of all its records"), _("blank clears; a field of several values gets one more")),
        ("unset", _("take a value of a field of several values away from all its records"), _("the field and the value that goes")),
    ):
        edit = verbs.add_parser(verb, help=help)
        edit.add_argument("selection", type=whole_number, metavar=_("SELECTION"), help=_("its number"))
        edit.add_argument("assignment", metavar=_("FIELD=VALUE"), help=what)
        edit.add_argument("--yes", action="store_true", help=_("agree to the records being changed"))
    delete = verbs.add_parser("delete", help=_("delete a selection, or with --members its records"))
    delete.add_argument("selection", type=whole_number, metavar=_("SELECTION"), help=_("its number"))
    delete.add_argument("--members", action="store_true", help=_("delete its records; tui-import undo brings them back"))
    delete.add_argument("--yes", action="store_true", help=_("agree to the records being deleted"))


def _add_records(parser: ArgumentParser, count: str) -> None:
    parser.add_argument("record", type=whole_number, nargs=count, metavar=_("ID"), help=_("the records' numbers"))


def selections(call: Call) -> int:
    """List, make, combine, edit or delete."""
    verbs = {
        "combine": _combine,
        "delete": _delete,
        "new": _new,
        "copy": _copy,
        "add": _change,
        "remove": _change,
        "set": _set,
        "unset": _set,
    }
    return verbs.get(call.arguments.verb, _list)(call)


def _list(call: Call) -> int:
    call.output.listing(
        call.workspace.selections(),
        {
            _("Selection"): lambda selection: str(selection.id),
            _("Name"): lambda selection: selection.name,
            _("Of"): lambda selection: entity_name(selection.entity),
            _("Kind"): lambda selection: _(SELECTION_KINDS.get(selection.kind, selection.kind)),
            _("Members"): lambda selection: selection.members,
            _("Run"): lambda selection: "" if selection.run is None else str(selection.run),
            _("Made"): lambda selection: local_time(selection.created) if selection.created else "",
        },
        empty=_("There are no selections."),
        as_object=lambda selection: {**selection_object(selection), "run": selection.run, "created": selection.created},
    )
    return 0


def _combine(call: Call) -> int:
    made = call.workspace.combine(call.arguments.way, call.arguments.selection, call.arguments.name)
    call.output.result(selection_object(made))
    call.output.text(selections_table([made]))
    return 0


def _new(call: Call) -> int:
    made = call.workspace.new_selection(call.arguments.entity, call.arguments.name, call.arguments.record)
    call.output.result(selection_object(made))
    call.output.text(selections_table([made]))
    return 0


def _copy(call: Call) -> int:
    made = call.workspace.copy_selection(_find(call).id, call.arguments.name)
    call.output.result(selection_object(made))
    call.output.text(selections_table([made]))
    return 0


def _change(call: Call) -> int:
    """Put records in, or take them out."""
    selection = _find(call)
    adding = call.arguments.verb == "add"
    change = call.workspace.add_members if adding else call.workspace.remove_members
    count = change(selection.id, call.arguments.record)
    call.output.result({**selection_object(_find(call)), "changed": count})
    text = ngettext("{count} record added.", "{count} records added.", count)
    if not adding:
        text = ngettext("{count} record removed.", "{count} records removed.", count)
    call.output.text(text.format(count=number(count)))
    return 0


def _set(call: Call) -> int:
    selection = _find(call)
    field, value = pair(call.arguments.assignment)
    if not call.arguments.yes:
        raise RefusedError(
            ngettext("{count} record would be changed.", "{count} records would be changed.", selection.members).format(
                count=number(selection.members)
            ),
            hint=_("With --yes they are; tui-import undo takes it back."),
        )
    with work() as progress:
        remove = call.arguments.verb == "unset"
        summary = call.workspace.edit_members(selection.id, field, value, progress, remove=remove)
    text = _("Run {run}: {field} of the members of “{name}” is set.")
    if remove:
        text = _("Run {run}: the value is gone from {field} of the members of “{name}”.")
    write_summary(call.output, summary, text.format(run=summary.run, field=safe(field), name=safe(selection.name)))
    return 0


def _find(call: Call) -> SelectionInfo:
    known = {selection.id: selection for selection in call.workspace.selections()}
    if call.arguments.selection not in known:
        raise unknown(_("There is no selection “{name}”."), str(call.arguments.selection), map(str, known))
    return known[call.arguments.selection]


def _delete(call: Call) -> int:
    selection = _find(call)
    if not call.arguments.members:
        call.workspace.delete_selection(selection.id)
        return 0
    if not call.arguments.yes:
        raise RefusedError(
            ngettext("{count} record would be deleted.", "{count} records would be deleted.", selection.members).format(
                count=number(selection.members)
            ),
            hint=_("With --yes they are; tui-import undo brings them back."),
        )
    summary = call.workspace.delete_members(selection.id)
    write_summary(call.output, summary, _("Run {run}: the members of “{name}” are deleted.").format(run=summary.run, name=selection.name))
    return 0


SELECTIONS = Command(selections, _configure)
