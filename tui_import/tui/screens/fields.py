"""The fields that users of the store define."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui_import.api.i18n import N_, _, ngettext
from tui_import.api.options import Choice, Option, OptionType, OptionValue
from tui_import.model.own_fields import LENGTHS, OWNERS, TAGS, OwnField, OwnState, OwnType
from tui_import.model.plan import Summary
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe
from tui_import.tui.widgets.dialogs import TypedConfirm
from tui_import.tui.widgets.form_window import FormWindow
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import ENTITIES, word


class FieldsScreen(Frame):
    """Under each kind of record its own fields, in their order."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("fields")
    HELP_TEXT = N_(
        "Fields that records have in this store beside those of the program. + defines one, which can be imported at once; Enter "
        "changes its label or length, < and > move it. d takes it out of use or into it again: records keep what they have. Delete "
        "takes the field and all its values away. Everything here is a line of the history, and undo takes it back."
    )

    def where(self) -> Where:
        """Title."""
        return Where(_("Own fields"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The list."""
        yield Menu(id="fields")

    def on_mount(self) -> None:
        """Fill it."""
        self.renew()

    @property
    def _owners(self) -> list[str]:
        return [entity for entity in OWNERS if self.workspace.catalogue.of(entity)]

    def renew(self) -> None:
        """Ask the store anew."""
        found = self.attempt(self.workspace.own_fields) or ()
        items = []
        for entity in self._owners:
            items.append(MenuItem(word(ENTITIES, entity)))
            items += [self._item(field) for field in found if field.entity == entity] or [MenuItem(_("(none; + defines one)"), entity)]
        self.query_one(Menu).show(items)

    def _item(self, field: OwnField) -> MenuItem:
        kind = _(TAGS[field.type]) + (f" ({field.length})" if field.length else f" “{safe(field.list)}”" if field.list else "")
        records = self.workspace.values_in(field)
        parts = [field.key, kind, ngettext("{count} record", "{count} records", records).format(count=number(records)) if records else ""]
        retired = field.state is OwnState.RETIRED
        parts.append(_("out of use") if retired else "")
        return MenuItem(field.label, field, " · ".join(filter(None, parts)), tone="dim" if retired else "plain")

    @property
    def _current(self) -> OwnField | None:
        found = self.query_one(Menu).current
        return found if isinstance(found, OwnField) else None

    # -- making and changing

    def action_add(self) -> None:
        """A form for a new one."""
        here = self.query_one(Menu).current
        entity = here.entity if isinstance(here, OwnField) else here if isinstance(here, str) else self._owners[0]
        lists = self.workspace.lists()
        options = [
            Option("label", _("Label"), help=_("What people see."), required=True),
            Option("entity", _("Of"), OptionType.CHOICE, choices=[Choice(each, word(ENTITIES, each)) for each in self._owners]),
            Option("type", _("Type"), OptionType.CHOICE, choices=[Choice(each.value, _(TAGS[each])) for each in OwnType]),
            Option(
                "length",
                _("Length"),
                OptionType.INTEGER,
                help=_("Longest text, in characters; blank: the usual one."),
                minimum=1,
                only_where=("type", tuple(LENGTHS)),
            ),
            Option(
                "list",
                _("List"),
                help=_("One that there is, or a new one; blank: one of its own.") + " " + ", ".join(lists),
                only_where=("type", (OwnType.LIST,)),
            ),
            Option("name", _("Name"), help=_("For recipes and commands: small letters, numbers and _. Blank: made of the label.")),
        ]
        values = {"entity": entity, "type": OwnType.SHORT_TEXT.value}
        self.app.push_screen(FormWindow(_("New field"), options, values, self._define), self._kept)

    def _define(self, values: Mapping[str, OptionValue]) -> None:
        label, name, kind = str(values.get("label") or ""), str(values.get("name") or ""), OwnType(str(values["type"]))
        length = values.get("length") if kind in LENGTHS else None
        items = str(values.get("list") or "").strip()
        wanted = OwnField(str(values["entity"]), name, kind, label, int(length) if length else None, items)
        self.workspace.define_field(wanted)

    def action_edit(self) -> None:
        """A form for what can be changed."""
        field = self._current
        if field is None:
            self.action_add()
            return
        options = [Option("label", _("Label"), help=_("What people see."), required=True)]
        if field.length is not None:
            options.append(Option("length", _("Length"), OptionType.INTEGER, help=_("Longest text, in characters."), minimum=1))

        def keep(values: Mapping[str, OptionValue]) -> None:
            length = values.get("length")
            self.workspace.change_field(field.key, label=str(values.get("label") or ""), length=int(length) if length else None)

        values = {"label": field.label, "length": field.length}
        self.app.push_screen(FormWindow(field.key, options, values, keep), self._kept)

    def _kept(self, done: bool | None) -> None:
        if done:
            self.renew()

    def action_switch(self) -> None:
        """Out of use, or into it again."""
        field = self._current
        if field is not None:
            state = OwnState.ACTIVE if field.state is OwnState.RETIRED else OwnState.RETIRED
            self.attempt(lambda: self.workspace.change_field(field.key, state=state))
            self.renew()

    def action_rank(self, step: int) -> None:
        """One place up or down."""
        field, menu = self._current, self.query_one(Menu)
        if field is None:
            return
        mine = [each.key for each in self.workspace.own_fields() if each.entity == field.entity]
        place = mine.index(field.key) + 1 + step
        if 1 <= place <= len(mine):
            self.attempt(lambda: self.workspace.change_field(field.key, place=place))
            self.renew()
            menu.reset(menu.cursor + step)

    def action_remove(self) -> None:
        """The field and its values, after the number of records was typed where there are any."""
        field = self._current
        if field is None:
            return
        records = self.workspace.values_in(field)

        def go() -> None:
            self.start(_("Removing the field"), lambda _progress: self.workspace.remove_field(field.key), self._removed)

        def typed(agreed: bool | None) -> None:
            if agreed:
                go()

        title, undo = _("Remove field?"), _("Undo on the home screen brings it back.")
        if records:
            text = ngettext(
                "Take “{label}” away, with the value that {count} record has of it?",
                "Take “{label}” away, with the values that {count} records have of it?",
                records,
            ).format(label=safe(field.label), count=number(records))
            self.app.push_screen(TypedConfirm(title, f"{text}\n{undo}", str(records)), typed)
        else:
            self.ask(title, _("Take “{label}” away? No record has a value of it.").format(label=safe(field.label)) + "\n" + undo, go)

    def _removed(self, summary: Summary) -> None:
        self.renew()
        self.tell(_("Removed as run {run}; home can undo it.").format(run=summary.run))
