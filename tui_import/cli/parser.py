"""From words to a command and its arguments. ``--store`` and ``--json`` may stand anywhere."""

from __future__ import annotations

import argparse
import gettext
import textwrap
from collections.abc import Sequence
from typing import Any, NoReturn

from tui_import.api.errors import UsageError
from tui_import.api.i18n import DOMAIN, LOCALE_FOLDER, N_, _
from tui_import.cli.commands import COMMANDS, load

PROGRAM = "tui-import"
# argparse's own words are looked up in gettext's global domain, which `prepare` points at our catalogues.
_ARGPARSE_WORDS = (
    N_("usage: "), N_("positional arguments"), N_("options"), N_("show this help message and exit"),
    N_("the following arguments are required: %s"), N_("unrecognized arguments: %s"), N_("expected one argument"),
    N_("expected at least one argument"), N_("argument %(argument_name)s: %(message)s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"), N_("not allowed with argument %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
)  # fmt: skip


class Help(argparse.HelpFormatter):
    """Help whose lines are not broken inside ``tui-import``, so that commands can be copied."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors of ours: one line and exit code 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": Help, "allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        raise UsageError(
            _("{complaint}.").format(complaint=message[:1].upper() + message[1:]),
            hint=_("See: {command} --help").format(command=self.prog),
        )


def whole_number(text: str) -> int:
    """A number as records, runs and selections have."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(_("“{text}” is not a whole number").format(text=text))
    return int(text)


def prepare() -> None:
    """Let argparse speak the user's language."""
    gettext.bindtextdomain(DOMAIN, LOCALE_FOLDER)
    gettext.textdomain(DOMAIN)


def take_common(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """``--store`` and ``--json``, wherever they stand, and the other words."""
    parser = Parser(prog=PROGRAM, add_help=False)
    _add_common(parser)
    return parser.parse_known_args(words)


def _add_common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("everywhere"))
    group.add_argument("--store", metavar=_("PATH"), help=_("the store's file (default: $TUI_IMPORT_STORE, else in your data folder)"))
    group.add_argument("--json", action="store_true", help=_("results as JSON on standard output, all else on standard error"))


def parse(name: str, words: Sequence[str], common: argparse.Namespace) -> argparse.Namespace:
    """The arguments of one command."""
    parser = Parser(prog=f"{PROGRAM} {name}", description=_(COMMANDS[name].summary).capitalize() + ".")
    load(name).configure(parser)
    _add_common(parser)
    arguments = parser.parse_args(words)
    arguments.store, arguments.json = common.store, common.json
    return arguments


def general_help() -> str:
    """What ``tui-import --help`` says."""
    from tui_import.cli.render import table

    commands = table([], [[f"  {name}", _(entry.summary)] for name, entry in COMMANDS.items()])
    return "\n".join(
        [
            _("usage: tui-import [FILE]            the screens, with that file opened"),
            _("       tui-import COMMAND [...]     without the screens; each has --help"),
            "",
            _("Customer data into a CRM store: seen before it is written, undone when it was wrong."),
            "",
            _("commands:"),
            commands,
            "",
            _("everywhere:"),
            _("  --store PATH   the store's file (default: $TUI_IMPORT_STORE, else in your data folder)"),
            _("  --json         results as JSON on standard output, all else on standard error"),
            _("  --version      the version"),
            "",
            _("exit codes: 0 done, 1 an error, 2 wrong usage, 3 rows are left, 4 refused, 130 stopped"),
        ]
    )
