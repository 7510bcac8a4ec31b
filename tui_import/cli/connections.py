"""``connections``: saved ways to an account or server, tested before they are kept; signing in."""

from __future__ import annotations

import select
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_import.api.errors import SourceError, UsageError
from tui_import.api.i18n import _
from tui_import.api.options import OptionValue
from tui_import.cli.call import Call, Command
from tui_import.cli.choices import option_values, pair
from tui_import.cli.stopping import work
from tui_import.model.text import safe

if TYPE_CHECKING:
    from tui_import.api.capabilities import SignInStep


def _configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    verbs.add_parser("list", help=_("all connections, which is what you get without a verb"))
    for verb, text in (
        ("save", _("test a connection and keep it under a name")),
        ("edit", _("change settings of a connection; the others and its secrets stay")),
        ("copy", _("make another connection with the same settings and secrets")),
        ("test", _("try a saved connection out")),
        ("sign-in", _("sign in, and keep that as a connection")),
        ("delete", _("forget a connection and its secrets")),
    ):
        each = verbs.add_parser(verb, help=text)
        each.add_argument("source", metavar=_("SOURCE"), help=_("the source that it is for (see: tui-import sources)"))
        each.add_argument("name", metavar=_("NAME"), help=_("what it is called"))
        if verb == "copy":
            each.add_argument("new_name", metavar=_("NEW_NAME"), help=_("what the other one is called"))
        if verb in ("save", "edit", "copy"):
            each.add_argument("--option", action="append", default=[], metavar=_("KEY=VALUE"), help=_("a setting of the connection"))
            each.add_argument("--untested", action="store_true", help=_("keep it without trying it out"))


def connections(call: Call) -> int:
    """List, save, edit, copy, test, sign in or delete."""
    act = {"save": _save, "edit": _change, "copy": _change, "test": _test, "sign-in": _sign_in, "delete": _delete}.get(call.arguments.verb)
    if act is not None:
        return act(call)
    call.output.listing(
        call.workspace.connections(),
        {
            _("Source"): lambda each: each.source,
            _("Name"): lambda each: each.name,
            _("Account"): lambda each: each.account,
            _("Settings"): lambda each: ", ".join(f"{key}={value}" for key, value in each.options.items() if value != ""),
        },
        empty=_("There are no connections."),
    )
    return 0


def _save(call: Call) -> int:
    arguments = call.arguments
    known = call.workspace.connection_options(arguments.source)
    options: Mapping[str, OptionValue] = option_values(known, [pair(text) for text in arguments.option])
    absent = [option.key for option in known if option.required and option.matters(options) and option.key not in options]
    if absent:
        raise UsageError(_("It needs: {names}.").format(names=", ".join(absent)), hint=_("Give each with --option KEY=VALUE."))
    options = {**{option.key: option.default for option in known if option.default is not None}, **options}
    answer = call.workspace.save_connection(arguments.source, arguments.name, options, untested=arguments.untested)
    call.output.text(safe(answer) or _("Kept without a test."))
    return 0


def _change(call: Call) -> int:
    """Edit, or copy: settings that are given go over those there are."""
    arguments, workspace = call.arguments, call.workspace
    saved = {each.name: each for each in workspace.connections() if each.source == arguments.source}
    if arguments.name not in saved:
        workspace.connection_secrets(arguments.source, arguments.name)  # raises, and says which there are
    given = option_values(workspace.connection_options(arguments.source), [pair(text) for text in arguments.option])
    name = arguments.new_name if arguments.verb == "copy" else arguments.name
    options = {**saved[arguments.name].options, **given}
    answer = workspace.save_connection(arguments.source, name, options, untested=arguments.untested, before=arguments.name)
    call.output.text(safe(answer) or _("Kept without a test."))
    return 0


def _test(call: Call) -> int:
    call.output.text(safe(call.workspace.test_connection(call.arguments.source, call.arguments.name)))
    return 0


def _delete(call: Call) -> int:
    call.workspace.delete_connection(call.arguments.source, call.arguments.name)
    return 0


def _sign_in(call: Call) -> int:
    """Show what to do on standard error, wait, take what is pasted from standard input."""
    shown: list[SignInStep] = []

    def show(step: SignInStep) -> None:
        if shown and (shown[-1].sentence, shown[-1].address, shown[-1].code) == (step.sentence, step.address, step.code):
            return
        shown.append(step)
        call.output.note(safe(step.sentence))
        for text in (step.address, step.code):
            if text:
                call.output.note(f"    {safe(text)}")
        if step.paste:
            call.output.note(f"{safe(step.paste)}:")

    listened = [sys.stdin]

    def pasted(seconds: float) -> str:
        try:
            ready, _write, _error = select.select(listened, [], [], seconds)
        except (OSError, ValueError):  # standard input that cannot be waited for
            raise SourceError(_("Somebody must be there to sign in."), hint=_("Start it in a terminal.")) from None
        line = sys.stdin.readline() if ready else ""
        if ready and not line:  # its end, which would be there again at once
            listened.clear()
            return pasted(seconds)
        return line.strip()

    with work(shown=False) as progress:
        account = call.workspace.sign_in(call.arguments.source, call.arguments.name, show, pasted, progress)
    call.output.text(_("Signed in as {account}.").format(account=safe(account)))
    return 0


CONNECTIONS = Command(connections, _configure)
