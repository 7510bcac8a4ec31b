"""``lists``, ``recipes``, ``preferences``: what imports are made with."""

from __future__ import annotations

from argparse import ArgumentParser, _SubParsersAction

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.cli.call import Call, Command
from tui_import.cli.choices import pair, unknown
from tui_import.cli.parser import whole_number
from tui_import.cli.render import Output
from tui_import.cli.summary import write_summary
from tui_import.model.kinds import entities_of
from tui_import.model.runs import ListItem
from tui_import.model.settings import Recipe
from tui_import.model.text import safe, shown

# -- lists


def _configure_lists(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    every = verbs.add_parser("list", help=_("all items, which is what you get without a verb"))
    every.add_argument("list", nargs="?", metavar=_("LIST"), help=_("only this list"))
    add = _list_verb(verbs, "add", _("add an item"))
    add.add_argument(
        "--key", default="", metavar=_("KEY"), help=_("of a purpose, legal basis, source or colleague; default: made of the name")
    )
    rename = _list_verb(verbs, "rename", _("rename an item; records keep it"))
    rename.add_argument("new_name", metavar=_("NEW_NAME"), help=_("what it is to be called"))
    _list_verb(verbs, "deactivate", _("offer an item no longer; records keep it"))
    _list_verb(verbs, "activate", _("offer an item again"))
    merge = _list_verb(verbs, "merge", _("let the records of an item have another; tui-import undo takes it back"))
    merge.add_argument("into", metavar=_("INTO"), help=_("the item that stays"))
    move = _list_verb(verbs, "move", _("move an item to another place"))
    move.add_argument("place", type=whole_number, metavar=_("PLACE"), help=_("1 is the first"))
    tooltip = _list_verb(verbs, "tooltip", _("say what an item means; nothing takes it away"))
    tooltip.add_argument("text", metavar=_("TEXT"), help=_("one line"))
    _list_verb(verbs, "default", _("make an item the list's default"))


def _list_verb(verbs: _SubParsersAction[ArgumentParser], verb: str, summary: str) -> ArgumentParser:
    parser = verbs.add_parser(verb, help=summary)
    parser.add_argument("list", metavar=_("LIST"), help=_("the list's name, like category"))
    parser.add_argument("name", metavar=_("NAME"), help=_("the item's name"))
    return parser


def lists(call: Call) -> int:
    """List the items, or change one."""
    arguments, workspace = call.arguments, call.workspace
    known = workspace.lists()
    name = getattr(arguments, "list", None)
    if name is not None and name not in known:
        raise unknown(_("There is no list “{name}”."), name, known)
    if name is None or arguments.verb in (None, "list"):
        _write_items(call.output, [item for key, items in known.items() if name in (None, key) for item in items])
        return 0
    if arguments.verb == "add":
        item = workspace.add_list_item(name, arguments.name, arguments.key)
    elif arguments.verb == "rename":
        item = workspace.set_list_item(name, arguments.name, rename=arguments.new_name)
    elif arguments.verb == "tooltip":
        item = workspace.set_list_item(name, arguments.name, tooltip=arguments.text)
    elif arguments.verb == "move":
        item = workspace.set_list_item(name, arguments.name, place=arguments.place)
    elif arguments.verb == "default":
        return _set_default(call, name)
    elif arguments.verb == "merge":
        summary = workspace.merge_list_items(name, arguments.name, arguments.into)
        write_summary(
            call.output,
            summary,
            _("Run {run}: “{name}” is “{into}” now.").format(run=summary.run, name=safe(arguments.name), into=safe(arguments.into)),
        )
        return 0
    else:
        item = workspace.set_list_item(name, arguments.name, deactivated=arguments.verb == "deactivate")
    _write_items(call.output, [item])
    return 0


def _set_default(call: Call, name: str) -> int:
    key = f"default.{name}"
    if key not in call.workspace.preferences():
        raise UsageError(_("The list {name} has no default.").format(name=name))
    call.workspace.set_preference(key, call.arguments.name)
    call.output.result({"key": key, "value": call.workspace.preferences()[key]})
    call.output.text(f"{key} = {shown(call.workspace.preferences()[key])}")
    return 0


def _write_items(output: Output, items: list[ListItem]) -> None:
    output.listing(
        items,
        {
            _("List"): lambda item: item.list,
            _("Item"): lambda item: item.name,
            _("Records"): lambda item: item.used,
            **({_("Key"): lambda item: item.key} if any(item.key for item in items) else {}),
            _("Remark"): _remark,
        },
        empty=_("The list is empty."),
    )


def _remark(item: ListItem) -> str:
    if item.merged_into:
        return _("is “{name}”").format(name=item.merged_into)
    return ", ".join(filter(None, [_("not offered") if item.deactivated else "", item.tooltip]))


# -- recipes


def recipes(call: Call) -> int:
    """All saved recipes."""
    call.output.listing(
        call.workspace.recipes(),
        {
            _("Recipe"): lambda recipe: recipe.name,
            _("Source"): lambda recipe: recipe.source,
            _("Columns"): lambda recipe: len(recipe.mapping),
            _("What"): lambda recipe: recipe.kind,
            _("By"): _rules,
        },
        empty=_("There are no recipes; the screens save one at their last step."),
    )
    return 0


def _rules(recipe: Recipe) -> str:
    """Key and action of each entity that a recipe imports."""
    settings = recipe.settings
    parts = []
    for entity in entities_of(recipe.kind):
        rules = getattr(settings, entity)
        match = "+".join(rules.match) or "-" if isinstance(rules.match, tuple) else rules.match
        parts.append(f"{entity} {match}, {rules.action}")
    return "; ".join(parts)


# -- preferences


def _configure_preferences(parser: ArgumentParser) -> None:
    parser.add_argument("change", nargs="*", metavar=_("KEY=VALUE"), help=_("what to change; without, all are listed"))


def preferences(call: Call) -> int:
    """List the store's preferences, or change some."""
    workspace = call.workspace
    changes = [pair(text) for text in call.arguments.change]
    known = workspace.preferences()
    for key, _value in changes:
        if key not in known:
            raise unknown(_("There is no preference “{name}”."), key, known)
    for key, value in changes:
        workspace.set_preference(key, value)
    named = {key for key, _value in changes}
    call.output.listing(
        [(key, value) for key, value in workspace.preferences().items() if not named or key in named],
        {_("Preference"): lambda item: item[0], _("Value"): lambda item: shown(item[1])},
        empty="",
        as_object=lambda item: {"key": item[0], "value": item[1]},
    )
    return 0


LISTS = Command(lists, _configure_lists)
RECIPES = Command(recipes)
PREFERENCES = Command(preferences, _configure_preferences)
