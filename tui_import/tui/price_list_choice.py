"""Asking into which price list products go, before anything else is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui_import.api.i18n import _
from tui_import.tui.safe import safe
from tui_import.tui.widgets.dialogs import Choose, Prompt
from tui_import.tui.words import price_list_words


def choose_price_list(app: Any, then: Callable[[str], None]) -> None:
    """Ask, and call ``then`` with the name of a price list, which need not be there yet. Not called where the user went back."""
    known = [each for each in app.workspace.price_lists() if not each.read_only]

    def typed(name: str | None) -> None:
        if name and name.strip():
            then(name.strip())

    def ask_name() -> None:
        help = _("It is made with the first product that is imported, in the currency of the prices.")
        app.push_screen(Prompt(_("New price list"), help=help, limit=254), typed)

    def chosen(at: int | None) -> None:
        if at is None:
            return
        if at < len(known):
            then(known[at].name)
        else:
            ask_name()

    if not known:
        ask_name()
        return
    labels = [*(safe(each.name) for each in known), _("A new price list …")]
    details = [*(price_list_words(each) for each in known), ""]
    app.push_screen(Choose(_("Into which price list?"), labels, details=details), chosen)
