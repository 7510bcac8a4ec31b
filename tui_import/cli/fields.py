"""``fields``: what records consist of, and the fields that users of a store define."""

from __future__ import annotations

from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Sequence

from tui_import.api.errors import RefusedError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.parser import whole_number
from tui_import.cli.records import ENTITIES
from tui_import.cli.render import number
from tui_import.cli.summary import write_summary
from tui_import.model.fields import Field
from tui_import.model.own_fields import LENGTHS, OWNERS, TAGS, OwnField, OwnState, OwnType
from tui_import.model.text import safe

TYPES = {
    "text": N_("text"), "long_text": N_("long text"), "email": N_("e-mail address"), "phone": N_("telephone number"),
    "url": N_("web address"), "domain": N_("web domain"), "postal_code": N_("post code"), "vat_number": N_("VAT number"),
    "date": N_("date"), "partial_date": N_("date, parts may be missing"), "boolean": N_("yes or no"), "integer": N_("whole number"),
    "decimal": N_("number"), "country": N_("country"), "list": N_("list"), "choice": N_("choice"), "reference": N_("record"),
    "id": N_("record number"), "currency": N_("currency"), "user": N_("colleague"), "datetime": N_("date and time"),
}  # fmt: skip


def _configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("ENTITY or VERB"))
    for entity in ENTITIES:
        verbs.add_parser(entity, help=_("only the fields of this kind of record"))
    verbs.add_parser("own", help=_("the fields that were defined in this store, also those out of use"))
    add = verbs.add_parser("add", help=_("define a field; it can be imported at once"))
    add.add_argument("entity", choices=OWNERS, metavar=_("ENTITY"), help=_("what has the field: {names}").format(names=", ".join(OWNERS)))
    add.add_argument("name", metavar=_("NAME"), help=_("small letters, numbers and _; region makes company.x_region"))
    types = ", ".join(OwnType)
    add.add_argument("--type", choices=list(OwnType), required=True, metavar=_("TYPE"), help=_("one of: {names}").format(names=types))
    add.add_argument("--label", metavar=_("LABEL"), help=_("what people see; default: the name"))
    _add_length(add)
    add.add_argument(
        "--list", default="", metavar=_("LIST"), help=_("for a list: one that there is, or a new one; default: one of its own")
    )
    change = _field_verb(verbs, "change", _("give a field another label, length or place"))
    change.add_argument("--label", metavar=_("LABEL"), help=_("what people see"))
    _add_length(change)
    change.add_argument("--place", type=whole_number, metavar=_("PLACE"), help=_("1 is the first of the own fields"))
    _field_verb(verbs, "retire", _("offer a field no longer; records keep what they have of it"))
    _field_verb(verbs, "activate", _("offer a field again"))
    remove = _field_verb(verbs, "remove", _("take a field and its values away; tui-import undo brings both back"))
    remove.add_argument("--yes", action="store_true", help=_("agree to the values being taken away"))


def _add_length(parser: ArgumentParser) -> None:
    usual = ", ".join(f"{type} {length}" for type, length in LENGTHS.items())
    parser.add_argument(
        "--length", type=whole_number, metavar=_("LENGTH"), help=_("longest text, in characters; else {usual}").format(usual=usual)
    )


def _field_verb(verbs: _SubParsersAction[ArgumentParser], verb: str, summary: str) -> ArgumentParser:
    parser = verbs.add_parser(verb, help=summary)
    parser.add_argument("field", metavar=_("FIELD"), help=_("whole name, like company.x_region"))
    return parser


def fields(call: Call) -> int:
    """List the fields, or define, change and remove those of the store."""
    verbs = {"own": _list_own, "add": _add, "change": _change, "retire": _switch, "activate": _switch, "remove": _remove}
    return verbs.get(call.arguments.verb, _list)(call)


def _list(call: Call) -> int:
    """All fields with type, length, multiplicity and list."""
    wanted = call.arguments.verb
    call.output.listing(
        [field for field in call.workspace.catalogue if wanted in (None, field.entity)],
        {
            _("Field"): lambda field: field.key,
            _("In words"): lambda field: field.title,
            _("Type"): _type,
            _("Characters"): lambda field: "" if field.length is None else str(field.length),
            _("Several"): lambda field: _("yes") if field.multiple else "",
        },
        empty="",
        as_object=lambda field: {
            "field": field.key, "label": field.title, "type": field.type, "length": field.length, "multiple": field.multiple,
            "required": field.required, "list": field.list or None, "choices": list(field.choices), "group": field.group,
            "own": field.own or None,
        },
    )  # fmt: skip
    return 0


def _type(field: Field) -> str:
    name = _(TAGS[OwnType(field.own)]) if field.own else _(TYPES[field.type])
    if field.list:
        return _("{type} “{list}”").format(type=name, list=field.list)
    return f"{name}: {', '.join(field.choices)}" if field.choices else name


# -- the store's own


def _list_own(call: Call) -> int:
    _write(call, call.workspace.own_fields())
    return 0


def _write(call: Call, found: Sequence[OwnField]) -> None:
    call.output.listing(
        list(found),
        {
            _("Field"): lambda field: field.key,
            _("Label"): lambda field: field.label,
            _("Type"): lambda field: _type(field.field()),
            _("Characters"): lambda field: "" if field.length is None else str(field.length),
            _("Records"): call.workspace.values_in,
            _("Remark"): lambda field: _("out of use") if field.state is OwnState.RETIRED else "",
        },
        empty=_("There are none; tui-import fields add defines one."),
        as_object=lambda field: {
            "field": field.key, "label": field.label, "type": field.type, "length": field.length, "list": field.list or None,
            "place": field.rank, "state": field.state, "records": call.workspace.values_in(field),
        },
    )  # fmt: skip


def _add(call: Call) -> int:
    asked = call.arguments
    label = asked.name if asked.label is None else asked.label
    _write(call, [call.workspace.define_field(OwnField(asked.entity, asked.name, OwnType(asked.type), label, asked.length, asked.list))])
    return 0


def _change(call: Call) -> int:
    asked = call.arguments
    _write(call, [call.workspace.change_field(asked.field, label=asked.label, length=asked.length, place=asked.place)])
    return 0


def _switch(call: Call) -> int:
    state = OwnState.ACTIVE if call.arguments.verb == "activate" else OwnState.RETIRED
    _write(call, [call.workspace.change_field(call.arguments.field, state=state)])
    return 0


def _remove(call: Call) -> int:
    key = call.arguments.field
    found = {field.key: field for field in call.workspace.own_fields()}
    records = call.workspace.values_in(found[key]) if key in found else 0
    if records and not call.arguments.yes:
        raise RefusedError(
            ngettext("{count} record has a value of {field}.", "{count} records have a value of {field}.", records).format(
                count=number(records), field=key
            ),
            hint=_(
                "With --yes they are taken away; tui-import undo brings them back. To keep them: tui-import fields retire {field}"
            ).format(field=key),
        )
    summary = call.workspace.remove_field(key)
    write_summary(call.output, summary, _("Run {run}: the field {field} is removed.").format(run=summary.run, field=safe(key)))
    return 0


FIELDS = Command(fields, _configure)
