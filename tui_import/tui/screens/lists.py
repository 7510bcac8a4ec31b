"""Lists and preferences of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui_import.api.i18n import N_, _
from tui_import.model.plan import Stored
from tui_import.model.runs import ListItem
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import shown
from tui_import.tui.widgets.dialogs import Prompt
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.where import Where

PREFERENCES = {
    "mandatory_company": N_("A person needs a company"),
    "company.number.allocate": N_("Company number: fill blanks on import"),
    "company.number.unique": N_("Company number: must be unique"),
    "company.number.allow_blank": N_("Company number: may be blank"),
    "company.number.read_only": N_("Company number: not typed by hand"),
    "person.number.allocate": N_("Person number: fill blanks on import"),
    "person.number.unique": N_("Person number: must be unique"),
    "person.number.allow_blank": N_("Person number: may be blank"),
    "person.number.read_only": N_("Person number: not typed by hand"),
    "default.category": N_("Default category"),
    "default.business": N_("Default business"),
    "default.legal_basis": N_("Default legal basis"),
    "default.country": N_("Default country (two letters)"),
    "keep_backups": N_("How many backups to keep"),
}


NUMBERS = frozenset({"keep_backups"})
"""Preferences that are numbers; other whole numbers mean yes and no."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a line of a preference stands for."""

    key: str
    value: Stored

    @property
    def is_switch(self) -> bool:
        """Yes or no."""
        return isinstance(self.value, int) and self.key not in NUMBERS

    def __str__(self) -> str:
        if self.is_switch:
            return _("yes") if self.value else _("no")
        return shown(self.value) or "–"


class ListsScreen(Frame):
    """Preferences first, then every list with its items."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("lists")
    HELP_TEXT = N_(
        "Preferences of the store, and the lists that its fields choose from. Enter changes a preference or renames an item, + "
        "adds one to the list, d takes it out of use."
    )

    def where(self) -> Where:
        """Title."""
        return Where(_("Lists and preferences"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The list."""
        yield Menu(id="lists")

    def on_mount(self) -> None:
        """Fill it."""
        self.renew()

    def renew(self) -> None:
        """Ask the store anew."""
        items = [MenuItem(_("Preferences"))]
        found = self.attempt(self.workspace.preferences) or {}
        order = [*(key for key in PREFERENCES if key in found), *sorted(found.keys() - PREFERENCES.keys())]
        preferences = [Preference(key, found[key]) for key in order]
        items += [MenuItem(_(PREFERENCES.get(each.key, each.key)), each, str(each)) for each in preferences]
        for name, entries in (self.attempt(self.workspace.lists) or {}).items():
            title = _(name.replace("_", " ").capitalize())
            items.append(MenuItem(_("List: {name}").format(name=title)))
            items += [self._item(entry) for entry in entries] or [MenuItem(_("(empty; + adds an item)"), ListItem(0, name, ""))]
        self.query_one(Menu).show(items)

    def _item(self, entry: ListItem) -> MenuItem:
        detail = [_("not in use any more")] if entry.deactivated else []
        if entry.used:
            detail.append(_("{count} records").format(count=entry.used))
        return MenuItem(entry.name, entry, " · ".join(detail), tone="dim" if entry.deactivated else "plain")

    def action_edit(self) -> None:
        """Rename, or another value."""
        what = self.query_one(Menu).current
        if isinstance(what, Preference) and what.is_switch:
            self.attempt(lambda: self.workspace.set_preference(what.key, 0 if what.value else 1))
            self.renew()
        elif isinstance(what, Preference):

            def set_to(text: str | None) -> None:
                if text is not None:
                    value = int(text) if isinstance(what.value, int) and text.strip().lstrip("-").isdigit() else text.strip()
                    self.attempt(lambda: self.workspace.set_preference(what.key, value))
                    self.renew()

            self.app.push_screen(Prompt(_(PREFERENCES.get(what.key, what.key)), shown(what.value)), set_to)
        elif isinstance(what, ListItem) and what.id:

            def rename(text: str | None) -> None:
                if text and text.strip():
                    self.attempt(lambda: self.workspace.set_list_item(what.list, what.name, rename=text.strip()))
                    self.renew()

            self.app.push_screen(Prompt(_("Rename"), shown(what.name)), rename)

    def action_add(self) -> None:
        """One more item in the list the cursor stands in."""
        what = self.query_one(Menu).current
        if not isinstance(what, ListItem):
            self.tell(_("Put the cursor into a list first."))
            return

        def add(text: str | None) -> None:
            if text and text.strip():
                self.attempt(lambda: self.workspace.add_list_item(what.list, text.strip()))
                self.renew()

        self.app.push_screen(Prompt(_("New item")), add)

    def action_switch(self) -> None:
        """Out of use, or back."""
        what = self.query_one(Menu).current
        if isinstance(what, ListItem) and what.id:
            self.attempt(lambda: self.workspace.set_list_item(what.list, what.name, deactivated=not what.deactivated))
            self.renew()
