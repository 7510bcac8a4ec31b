"""Lists and preferences of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.plan import Stored, Summary
from tui_import.model.runs import ListItem
from tui_import.model.settings import COLLEAGUES
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe, shown
from tui_import.tui.widgets.dialogs import Choose, Prompt
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import list_word

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
    "project.number.allocate": N_("Project number: fill blanks on import"),
    "project.number.unique": N_("Project number: must be unique"),
    "project.number.allow_blank": N_("Project number: may be blank"),
    "project.number.read_only": N_("Project number: not typed by hand"),
    "default.category": N_("Default category"),
    "default.business": N_("Default business"),
    "default.legal_basis": N_("Default legal basis"),
    "default.country": N_("Default country (two letters)"),
    "keep_backups": N_("How many backups to keep"),
    "finish_when_hung_up": N_("Finish an import when the line drops"),
    "keep_drafts": N_("Days to keep the drafts of done imports"),
}


NUMBERS = frozenset({"keep_backups", "keep_drafts"})
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
        "adds one to the list, d takes it out of use, < and > move it, * makes it the default, t says what it means. m merges it into "
        "another one: its records move there, imports find it as that one, and undo takes it back."
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
            title = list_word(name)
            items.append(MenuItem(_("List: {name}").format(name=title)))
            items += [self._item(entry) for entry in entries] or [MenuItem(_("(empty; + adds an item)"), ListItem(0, name, ""))]
        self.query_one(Menu).show(items)

    def _item(self, entry: ListItem) -> MenuItem:
        detail = [_("not in use any more")] if entry.deactivated and not entry.merged_into else []
        if entry.merged_into:
            detail.append(_("is “{name}”").format(name=entry.merged_into))
        if entry.key:
            detail.append(entry.key)
        if entry.tooltip:
            detail.append(entry.tooltip)
        if entry.used:
            detail.append(ngettext("{count} record", "{count} records", entry.used).format(count=entry.used))
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

        def add(name: str, key: str = "") -> None:
            self.attempt(lambda: self.workspace.add_list_item(what.list, name, key.strip()))
            self.renew()

        def named(text: str | None) -> None:
            name = (text or "").strip()
            if name and what.list == COLLEAGUES:
                question = _("The key of “{name}” in the CRM; empty: made of the name").format(name=safe(name))
                self.app.push_screen(Prompt(question), lambda key: add(name, key) if key is not None else None)
            elif name:
                add(name)

        self.app.push_screen(Prompt(_("New item")), named)

    def action_tooltip(self) -> None:
        """What the item means."""
        entry = self._entry
        if entry is None:
            return

        def typed(text: str | None) -> None:
            if text is not None:
                self.attempt(lambda: self.workspace.set_list_item(entry.list, entry.name, tooltip=text))
                self.renew()

        self.app.push_screen(Prompt(_("What “{name}” means").format(name=safe(entry.name)), shown(entry.tooltip)), typed)

    def action_switch(self) -> None:
        """Out of use, or back."""
        what = self.query_one(Menu).current
        if isinstance(what, ListItem) and what.id:
            self.attempt(lambda: self.workspace.set_list_item(what.list, what.name, deactivated=not what.deactivated))
            self.renew()

    @property
    def _entry(self) -> ListItem | None:
        """The item the cursor stands on."""
        what = self.query_one(Menu).current
        return what if isinstance(what, ListItem) and what.id else None

    def action_merge(self) -> None:
        """Its records get another item."""
        entry = self._entry
        if entry is None:
            return
        others = [each for each in self.workspace.lists()[entry.list] if each.id != entry.id and not each.deactivated]
        if not others:
            self.tell(_("The list has no other item."))
            return

        def chosen(at: int | None) -> None:
            if at is not None:
                self._ask_to_merge(entry, others[at])

        title = _("Merge “{name}” into").format(name=safe(entry.name))
        self.app.push_screen(Choose(title, [each.name for each in others]), chosen)

    def _ask_to_merge(self, entry: ListItem, into: ListItem) -> None:
        def go() -> None:
            self.start(_("Merging"), lambda _progress: self.workspace.merge_list_items(entry.list, entry.name, into.name), self._merged)

        text = ngettext(
            "{count} record with “{name}” will have “{into}”, and imports find it as that one. Undo on the home screen takes it back.",
            "{count} records with “{name}” will have “{into}”, and imports find it as that one. Undo on the home screen takes it back.",
            entry.used,
        )
        self.ask(_("Merge?"), text.format(count=entry.used, name=safe(entry.name), into=safe(into.name)), go)

    def _merged(self, summary: Summary) -> None:
        self.renew()
        self.tell(_("Merged as run {run}; home can undo it.").format(run=summary.run))

    def action_rank(self, step: int) -> None:
        """One place up or down."""
        entry, menu = self._entry, self.query_one(Menu)
        if entry is None:
            return
        ids = [each.id for each in self.workspace.lists()[entry.list]]
        place = ids.index(entry.id) + 1 + step
        if 1 <= place <= len(ids):
            self.attempt(lambda: self.workspace.set_list_item(entry.list, entry.name, place=place))
            self.renew()
            menu.reset(menu.cursor + step)

    def action_default(self) -> None:
        """What new records get."""
        entry = self._entry
        if entry is None:
            return
        key = f"default.{entry.list}"
        if key not in self.workspace.preferences():
            self.tell(_("This list has no default."))
            return
        self.attempt(lambda: self.workspace.set_preference(key, entry.name))
        self.renew()
        self.tell(_("“{name}” is the default now.").format(name=safe(entry.name)))
