"""``price-lists``: what products are imported into."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from collections.abc import Iterable

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.cli.call import Call, Command
from tui_import.model.price_lists import PriceListInfo


def _configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    verbs.add_parser("list", help=_("all price lists, which is what you get without a verb"))
    add = verbs.add_parser("add", help=_("make a price list"))
    add.add_argument("name", metavar=_("NAME"), help=_("what it is called"))
    add.add_argument("--currency", default="", metavar=_("CODE"), help=_("three letters, like EUR"))
    add.add_argument("--description", default="", metavar=_("TEXT"), help=_("what it is for"))
    add.add_argument("--valid-from", default="", metavar=_("DATE"), help=_("its first day, like 2026-01-01; default: open"))
    add.add_argument("--valid-to", default="", metavar=_("DATE"), help=_("its last day; default: open"))


def price_lists(call: Call) -> int:
    """List the price lists, or make one."""
    arguments, workspace = call.arguments, call.workspace
    if arguments.verb != "add":
        _write(call, workspace.price_lists())
        return 0
    first, last = _day(arguments.valid_from), _day(arguments.valid_to)
    if first and last and last < first:
        raise UsageError(_("A price list cannot end before it begins."))
    wanted = PriceListInfo(0, arguments.name, arguments.description.strip(), _currency(arguments.currency), first, last)
    _write(call, [workspace.add_price_list(wanted)])
    return 0


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        raise UsageError(_("“{text}” is no date.").format(text=text), hint=_("Write it like 2026-01-31.")) from None


def _currency(text: str) -> str:
    code = text.strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise UsageError(_("“{text}” is no currency.").format(text=text), hint=_("Write its three letters, like EUR."))
    return code


def _write(call: Call, found: Iterable[PriceListInfo]) -> None:
    call.output.listing(
        list(found),
        {
            _("ID"): lambda each: each.id,
            _("Price list"): lambda each: each.name,
            _("Currency"): lambda each: each.currency,
            _("From"): lambda each: each.valid_from,
            _("To"): lambda each: each.valid_to,
            _("Products"): lambda each: each.products,
            _("Remark"): lambda each: _("copy") if each.read_only else "" if each.active else _("not active"),
        },
        empty=_("There are no price lists; an import of products makes one."),
    )


PRICE_LISTS = Command(price_lists, _configure)
