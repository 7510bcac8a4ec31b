"""The price lists of the store, and the products of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.i18n import N_, _
from tui_import.api.options import Option, OptionType, OptionValue
from tui_import.model.price_lists import PriceListInfo
from tui_import.model.progress import Progress
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import Show
from tui_import.tui.safe import content, safe
from tui_import.tui.widgets.dialogs import Prompt
from tui_import.tui.widgets.form_window import FormWindow
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.record_table import LIMIT, record_table
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, VirtualTable
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import price_list_words


class PriceListsScreen(Frame):
    """A line per price list."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("price_lists")
    HELP_TEXT = N_("The price lists that products are imported into. Enter shows the products of one, e changes one, + makes a new one.")

    def where(self) -> Where:
        """Title."""
        return Where(_("Price lists"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The list."""
        yield Menu(id="price-lists")

    def on_mount(self) -> None:
        """Fill it."""
        self.renew()

    def renew(self) -> None:
        """Ask the store anew."""
        found = self.attempt(self.workspace.price_lists) or ()
        items = [MenuItem(each.name, each, price_list_words(each), tone="plain" if each.active else "dim") for each in found]
        self.query_one(Menu).show(items or [MenuItem(_("There is none yet; + makes one, and so does an import of products."))])

    def action_show(self) -> None:
        """Its products."""
        current = self.query_one(Menu).current
        if isinstance(current, PriceListInfo):
            self.post_message(Show("price_list", current))

    def action_add(self) -> None:
        """A new one."""

        def typed(name: str | None) -> None:
            if name and name.strip():
                self.attempt(lambda: self.workspace.add_price_list(PriceListInfo(0, name.strip())))
                self.renew()

        self.app.push_screen(Prompt(_("New price list")), typed)

    def action_edit(self) -> None:
        """A form for what can be changed."""
        current = self.query_one(Menu).current
        if not isinstance(current, PriceListInfo):
            return
        options = [
            Option("name", _("Name"), required=True),
            Option("description", _("Description")),
            Option("currency", _("Currency"), help=_("Three letters, like EUR."), maximum=3),
            Option("valid_from", _("Valid from"), help=_("Its first day, like 2026-01-31; blank: open.")),
            Option("valid_to", _("Valid to"), help=_("Its last day; blank: open.")),
            Option("active", _("In use"), OptionType.BOOLEAN),
        ]

        def keep(values: Mapping[str, OptionValue]) -> None:
            texts: dict[str, Any] = {key: str(value or "") for key, value in values.items() if key != "active"}
            run, _info = self.workspace.edit_price_list(replace(current, **texts, active=bool(values.get("active"))))
            self.tell(_("Changed as run {run}; home can undo it.").format(run=run))

        def kept(done: bool | None) -> None:
            if done:
                self.renew()

        self.app.push_screen(FormWindow(_("Price list"), options, {each.key: getattr(current, each.key) for each in options}, keep), kept)


class PriceListScreen(Frame):
    """The products of a price list, with the fields that any of them has."""

    HELP_TEXT = N_("The products of the price list, with the fields that any of them has. ← and → show other columns.")

    def __init__(self, price_list: PriceListInfo) -> None:
        super().__init__()
        self._price_list = price_list

    def where(self) -> Where:
        """Title."""
        return Where(safe(self._price_list.name), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The table."""
        yield Static(classes="note", id="count")
        yield VirtualTable(id="records")

    def on_mount(self) -> None:
        """Read them in a thread."""

        def work(_progress: Progress) -> list[Mapping[str, Any]]:
            return list(islice(self.workspace.records("product", parent=self._price_list.id), LIMIT))

        self.start(_("Reading records"), work, self._show)

    def _show(self, records: Sequence[Mapping[str, Any]]) -> None:
        columns, rows = record_table(self.workspace.catalogue, "product", records)
        self.query_one(VirtualTable).show(ListRows(rows), columns)
        info = self._price_list
        text = _("{shown} of {count} records").format(shown=number(len(records)), count=number(max(info.products, len(records))))
        self.query_one("#count", Static).update(content(f"{price_list_words(info)} · {text}"))
