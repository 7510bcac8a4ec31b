"""``price-lists``: what products are imported into."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict, replace

from tui_import.api.i18n import _
from tui_import.cli.call import Call, Command
from tui_import.cli.choices import unknown
from tui_import.model.price_lists import PriceListInfo


def _configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    verbs.add_parser("list", help=_("all price lists, which is what you get without a verb"))
    add = verbs.add_parser("add", help=_("make a price list"))
    add.add_argument("name", metavar=_("NAME"), help=_("what it is called"))
    _add_properties(add)
    change = verbs.add_parser("change", help=_("change a price list; tui-import undo takes it back"))
    change.add_argument("price_list", metavar=_("NAME"), help=_("what it is called now"))
    change.add_argument("--name", metavar=_("NAME"), help=_("what it is to be called"))
    _add_properties(change)
    change.add_argument("--active", choices=("yes", "no"), metavar=_("YES or NO"), help=_("whether it is in use: yes or no"))
    products = verbs.add_parser("products", help=_("the products of a price list"))
    products.add_argument("price_list", metavar=_("NAME"), help=_("what it is called"))


def _add_properties(parser: ArgumentParser) -> None:
    parser.add_argument("--currency", metavar=_("CODE"), help=_("three letters, like EUR"))
    parser.add_argument("--description", metavar=_("TEXT"), help=_("what it is for"))
    parser.add_argument("--valid-from", metavar=_("DATE"), help=_("its first day, like 2026-01-01; nothing: open"))
    parser.add_argument("--valid-to", metavar=_("DATE"), help=_("its last day; nothing: open"))


def price_lists(call: Call) -> int:
    """List the price lists, make or change one, or list its products."""
    verbs = {"add": _add, "change": _change, "products": _products}
    return verbs.get(call.arguments.verb, _list)(call)


def _list(call: Call) -> int:
    _write(call, call.workspace.price_lists())
    return 0


def _add(call: Call) -> int:
    _write(call, [call.workspace.add_price_list(_with_properties(call, PriceListInfo(0, call.arguments.name)))])
    return 0


def _with_properties(call: Call, info: PriceListInfo) -> PriceListInfo:
    """What was said about it; what was not stays."""
    said = {name: getattr(call.arguments, name) for name in ("currency", "description", "valid_from", "valid_to")}
    return replace(info, **{name: text for name, text in said.items() if text is not None})


def _change(call: Call) -> int:
    before, asked = find(call, call.arguments.price_list), call.arguments
    wanted = replace(before, name=asked.name or before.name, active=asked.active == "yes" if asked.active else before.active)
    run, after = call.workspace.edit_price_list(_with_properties(call, wanted))
    if call.output.as_json:
        call.output.result({**asdict(after), "run": run})
    else:
        _write(call, [after])
    return 0


def _products(call: Call) -> int:
    info = find(call, call.arguments.price_list)
    call.output.listing(
        list(call.workspace.records("product", parent=info.id)),
        {
            _("ID"): lambda each: each["id"],
            _("Code"): lambda each: each["code"],
            _("Product"): lambda each: each["name"],
            _("List price"): lambda each: "" if each["list_price"] is None else f"{each['list_price']:.2f}",
            _("Unit"): lambda each: each["unit"],
        },
        empty=_("There are no products in it."),
    )
    return 0


def find(call: Call, name: str) -> PriceListInfo:
    """The price list of that name. Raises `UsageError` naming those that come close."""
    found = call.workspace.price_list(name)
    if found is None:
        raise unknown(_("There is no price list “{name}”."), name, [each.name for each in call.workspace.price_lists()])
    return found


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
