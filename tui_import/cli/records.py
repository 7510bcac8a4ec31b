"""``export``, ``template``: records out of the store, and workbooks to fill in."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.choices import unknown
from tui_import.cli.parser import whole_number
from tui_import.cli.render import number
from tui_import.model.kinds import KEYED, KINDS
from tui_import.model.text import safe

CONTACTS = ("company", "person")
ENTITIES = (*CONTACTS, "product", "price_list", *KEYED)
FORMATS = ("csv", "json", "xlsx")


def add_entity(parser: ArgumentParser, entities: Sequence[str] = ENTITIES) -> None:
    """The argument that names a kind of record."""
    help = _("company or person") if entities == CONTACTS else ", ".join(entities)
    parser.add_argument("entity", choices=entities, metavar=_("ENTITY"), help=help)


# -- export


def _configure_export(parser: ArgumentParser) -> None:
    add_entity(parser)
    parser.add_argument("--selection", type=whole_number, metavar=_("SELECTION"), help=_("only the members of this selection"))
    parser.add_argument("--price-list", metavar=_("NAME"), help=_("only the products of this price list"))
    parser.add_argument(
        "--format",
        choices=FORMATS,
        metavar=_("FORMAT"),
        help=_("csv, json (an object a line) or xlsx; default: by the file's ending, else csv"),
    )
    parser.add_argument("-o", "--output", metavar=_("FILE"), help=_("where to; default: standard output"))


def export(call: Call) -> int:
    """Write records to a file or standard output."""
    arguments, output = call.arguments, call.output
    file_format = _format(call)
    if arguments.output:
        path = Path(arguments.output)
        count = call.workspace.export(arguments.entity, path, format=file_format, selection=arguments.selection, parent=_price_list(call))
        output.result({"path": str(path), "records": count})
        output.text(
            ngettext("{count} record in {path}", "{count} records in {path}", count).format(count=number(count), path=safe(str(path)))
        )
    elif sys.stdout.isatty():
        _to_terminal(call, file_format)
    else:
        call.workspace.export(arguments.entity, None, format=file_format, selection=arguments.selection, parent=_price_list(call))
    return 0


def _price_list(call: Call) -> int | None:
    """Id of the price list that is asked for."""
    name = call.arguments.price_list
    if name is None:
        return None
    if call.arguments.entity != "product":
        raise UsageError(_("Only products are in a price list."), hint=_("tui-import export product --price-list NAME"))
    found = call.workspace.price_list(name)
    if found is None:
        raise unknown(_("There is no price list “{name}”."), name, [each.name for each in call.workspace.price_lists()])
    return found.id


def _format(call: Call) -> str:
    arguments = call.arguments
    if arguments.format:
        return str(arguments.format)
    ending = Path(arguments.output or "").suffix.lower().lstrip(".")
    if ending in FORMATS:
        return ending
    return "json" if call.output.as_json else "csv"


def _to_terminal(call: Call, file_format: str) -> None:
    """What a terminal shows is made safe first, so it takes the way through a file."""
    if file_format == "xlsx":
        raise UsageError(_("A workbook is nothing for a terminal."), hint=_("Name a file: -o FILE.xlsx"))
    with call.workspace.private_folder() as folder:
        path = folder / "export"
        arguments, parent = call.arguments, _price_list(call)
        call.workspace.export(arguments.entity, path, format=file_format, selection=arguments.selection, parent=parent)
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for line in lines:
                sys.stdout.write(safe(line.rstrip("\r\n")) + "\n")


# -- template


def _configure_template(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar=_("NAME"), help=", ".join(KINDS))
    parser.add_argument("file", metavar=_("OUT.xlsx"), help=_("where to; must not exist"))


def template(call: Call) -> int:
    """Write a workbook to fill in."""
    call.workspace.write_template(call.arguments.name, call.arguments.file)
    call.output.result({"path": call.arguments.file})
    call.output.text(_("Written: {path}").format(path=safe(call.arguments.file)))
    return 0


EXPORT = Command(export, _configure_export)
TEMPLATE = Command(template, _configure_template)
