"""What an import of products asks of the store: the price list that it goes into, and in which currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_import.api.errors import RefusedError, UsageError
from tui_import.api.i18n import _, ngettext
from tui_import.flow.folding import fold
from tui_import.flow.normalise.currency import usual_currency
from tui_import.flow.plan.products import PriceList
from tui_import.model.mapping import Mapping as ColumnMapping
from tui_import.model.settings import Settings
from tui_import.store import price_lists
from tui_import.store.draft import Draft

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

SAMPLES = 200
"""Distinct prices that are asked for their currency."""
NEARLY = 92
"""Similarity (0…100) from which two names of products are nearly the same."""
MOST_NAMES, MOST_LOOKS = 5_000, 2_000
"""Names of a price list that new ones are compared with, and new names that are compared: more would take longer than the plan itself."""


def region_of(workspace: Workspace, settings: Settings) -> str:
    """The country whose customs a file follows."""
    return settings.values.country or str(workspace.reader.preference("default.country") or "")


def chosen_price_list(workspace: Workspace, draft: Draft, mapping: ColumnMapping, settings: Settings) -> PriceList:
    """The price list that the settings name; one that is not there is to be made, in the currency that the prices name.

    Raises `UsageError` where none is named, `RefusedError` where it is a copy that is not written to.
    """
    rules = settings.product
    if not rules.price_list.strip():
        raise no_price_list(workspace)
    name = price_lists.checked_name(rules.price_list)
    known = price_lists.price_list(workspace.database, name)
    if known is None:
        positions = mapping.columns_of("product.list_price")
        prices = draft.sample(positions[0], SAMPLES) if positions else [str(mapping.constants.get("product.list_price", ""))]
        return PriceList(name, None, rules.currency.strip().upper() or usual_currency(prices, region_of(workspace, settings)))
    if known.read_only:
        raise RefusedError(
            _("The price list “{name}” is a copy that is not written to.").format(name=known.name), hint=_("Choose another price list.")
        )
    return PriceList(known.name, known.id, known.currency)


class NearlyNamed:
    """The products of a price list, by names that are nearly the same: for a warning, where no key agrees."""

    def __init__(self, workspace: Workspace, price_list: PriceList, settings: Settings) -> None:
        wanted = settings.duplicates.find and price_list.id is not None
        names = price_lists.names(workspace.database, price_list.id, MOST_NAMES + 1) if wanted and price_list.id is not None else []
        self._names = names if len(names) <= MOST_NAMES else []
        self._folded = [_in_order(name) for _number, name in self._names]
        self._looks = 0

    def __call__(self, name: str) -> tuple[int, str] | None:
        """The product that is called nearly so; numbers in the names have to agree, since "Lamp 40" is no "Lamp 45"."""
        self._looks += 1
        if not self._folded or self._looks > MOST_LOOKS:
            return None
        from rapidfuzz import fuzz, process

        wanted = _in_order(name)
        found = process.extractOne(wanted, self._folded, scorer=fuzz.ratio, score_cutoff=NEARLY)
        if found is None or _DIGITS.findall(found[0]) != _DIGITS.findall(wanted):
            return None
        return self._names[found[2]]


_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"\w+")


def _in_order(name: str) -> str:
    """A name's words, folded and sorted."""
    return " ".join(sorted(_WORDS.findall(fold(name))))


def no_price_list(workspace: Workspace) -> UsageError:
    """The error where no price list is chosen, with those that there are."""
    names = ", ".join(f"“{each.name}”" for each in price_lists.price_lists(workspace.database))
    hint = _("Name one, or a new one: --set product.price_list=NAME.")
    if names:
        hint += " " + _("There are: {names}.").format(names=names)
    return UsageError(_("Products go into a price list: choose it first."), hint=hint)


def notes(workspace: Workspace, settings: Settings, *, made: bool) -> tuple[str, ...]:
    """What a person is told of the price list after an import."""
    known = price_lists.price_list(workspace.database, settings.product.price_list)
    if known is None:
        return ()
    new, old = (
        ngettext("The new price list “{name}” has {count} product.", "The new price list “{name}” has {count} products.", known.products),
        ngettext("The price list “{name}” has {count} product now.", "The price list “{name}” has {count} products now.", known.products),
    )
    return ((new if made else old).format(name=known.name, count=known.products),)
