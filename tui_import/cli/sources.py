"""``sources``: where data can come from, what is known of one source, whether it keeps the contract, and the beginning of a new one."""

from __future__ import annotations

from argparse import ArgumentParser

from tui_import.api.i18n import _
from tui_import.cli.call import Call, Command
from tui_import.cli.choices import option_values, pair
from tui_import.cli.render import cell, table
from tui_import.model.text import safe, shown


def _configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    verbs.add_parser("list", help=_("all sources, which is what you get without a verb"))
    info = verbs.add_parser("info", help=_("the package, capabilities and options of one source"))
    info.add_argument("name", metavar=_("NAME"), help=_("the source's name"))
    check = verbs.add_parser("check", help=_("does a source keep the contract of plugins? For its author"))
    check.add_argument("name", metavar=_("NAME"), help=_("the source's name"))
    check.add_argument("location", nargs="?", default="", metavar=_("LOCATION"), help=_("a file or place with a few rows to read"))
    text = _("an option of the source, like connection=NAME for one that reads an account")
    check.add_argument("--option", action="append", default=[], metavar=_("KEY=VALUE"), help=text)
    new = verbs.add_parser("new", help=_("write the beginning of your own source, a package that installs and passes its tests"))
    new.add_argument("name", metavar=_("NAME"), help=_("the source's name: small letters, digits and _"))
    new.add_argument("folder", nargs="?", default="", metavar=_("FOLDER"), help=_("where to (default: tui-import-NAME)"))


def sources(call: Call) -> int:
    """All sources, or what the verb says."""
    acts = {"info": _info, "check": _check, "new": _new}
    return acts.get(call.arguments.verb, _list)(call)


def _list(call: Call) -> int:
    call.output.listing(
        call.workspace.sources(),
        {
            _("Source"): lambda source: source.name,
            _("Title"): lambda source: source.title,
            _("Files"): lambda source: " ".join(source.suffixes),
            _("From"): lambda source: f"{source.package} {source.version}",
            _("Remark"): lambda source: source.error or source.note,
        },
        empty=_("There are no sources; is the program installed whole?"),
        as_object=lambda source: {
            "name": source.name,
            "title": source.title,
            "suffixes": source.suffixes,
            "package": source.package,
            "version": source.version,
            "module": source.module,
            "error": source.error,
        },
    )
    return 0


def _info(call: Call) -> int:
    info = call.workspace.source_info(call.arguments.name)
    options = [] if info.error else list(call.workspace.source_options(info.name))
    facts = {
        "name": info.name,
        "title": info.title,
        "description": info.description,
        "package": info.package,
        "version": info.version,
        "license": info.license,
        "summary": info.summary,
        "module": info.module,
        "api_version": info.api_version,
        "suffixes": list(info.suffixes),
        "capabilities": list(info.capabilities),
        "error": info.error,
        "note": info.note,
    }
    if call.output.as_json:
        call.output.result({**facts, "options": options})
        return 0
    labels = {
        "title": _("Title"), "description": _("What it reads"), "package": _("Package"), "version": _("Version"), "license": _("Licence"),
        "summary": _("Summary"), "module": _("Module"), "api_version": _("Plugin API"), "suffixes": _("Files"),
        "capabilities": _("Capabilities"), "error": _("Unavailable"), "note": _("Remark"),
    }  # fmt: skip
    call.output.text(table([], [[label, cell(facts[key])] for key, label in labels.items() if facts[key]]))
    if options:
        call.output.text("")
        call.output.listing(
            options,
            {
                _("Option"): lambda option: option.key,
                _("In words"): lambda option: option.label,
                _("Type"): lambda option: "|".join(choice.value for choice in option.choices) or str(option.type),
                _("Default"): lambda option: shown(option.default),
                _("Help"): lambda option: option.help,
            },
            empty="",
        )
    return 0


def _check(call: Call) -> int:
    name, location = call.arguments.name, call.arguments.location
    chosen = [pair(text) for text in call.arguments.option]
    options = option_values(call.workspace.source_options(name), chosen) if chosen else {}
    checks = call.workspace.check_source(name, location, options)
    if call.output.as_json:
        for check in checks:
            call.output.result(check)
    else:
        call.output.text(table([], [[_("ok") if check.ok else _("WRONG"), safe(check.name), safe(check.detail)] for check in checks]))
        if not (location or options):
            call.output.note(_("Name a file or place with a few rows to check the rest: tui-import sources check NAME LOCATION"))
    return 0 if all(check.ok for check in checks) else 1


def _new(call: Call) -> int:
    from tui_import.session.workspace import Workspace

    folder = Workspace.new_source(call.arguments.name, call.arguments.folder)  # needs no store
    call.output.result({"folder": str(folder)})
    call.output.text(_("Written to {folder}. Install it with: pip install --editable {folder}").format(folder=safe(str(folder))))
    return 0


SOURCES = Command(sources, _configure)
