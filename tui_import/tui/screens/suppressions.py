"""What keeps erased persons out of imports, and lifting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui_import.api.i18n import N_, _, ngettext
from tui_import.api.options import Option, OptionValue
from tui_import.model.privacy import TRAIT_WORDS, Named
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe
from tui_import.tui.widgets.form_window import FormWindow
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import moment, word


class SuppressionsScreen(Frame):
    """A line per mark."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("suppressions")
    HELP_TEXT = N_(
        "Who was erased is kept out of imports by these marks. They recognise a person and cannot be read. Enter lifts those of a "
        "person that you can name, by e-mail address, telephone number, or name with company or date of birth: the person can then "
        "be imported again. Who lifted them and when stays here."
    )

    def where(self) -> Where:
        """Title."""
        return Where(_("Erased persons"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The table."""
        columns = [TableColumn(_("Mark"), 8, frozen=True), TableColumn(_("Known by"), 22), TableColumn(_("Erased"), 16)]
        yield VirtualTable([*columns, TableColumn(_("By"), 10), TableColumn(_("Lifted"))], id="suppressions")

    def on_mount(self) -> None:
        """Fill it."""
        self.renew()

    def renew(self) -> None:
        """Ask the store anew."""
        rows = []
        for each in self.attempt(self.workspace.suppressions) or ():
            lifted = f"{moment(each.lifted_at)}, {safe(each.lifted_by)}" if each.lifted_at else ""
            cells = (each.mark, word(TRAIT_WORDS, each.kind), moment(each.at), each.by, lifted)
            rows.append(TableRow(cells, tone="dim" if lifted else "plain"))
        self.query_one(VirtualTable).show(ListRows(rows))

    def action_lift(self) -> None:
        """A form for who it is."""
        options = [
            Option("email", _("E-mail address")),
            Option("phone", _("Telephone"), help=_("With its country: +45 …")),
            Option("first_name", _("First name"), help=_("With the last name, and company or date of birth.")),
            Option("last_name", _("Last name")),
            Option("company", _("Company")),
            Option("birthdate", _("Date of birth"), help=_("The whole date.")),
        ]

        def keep(values: Mapping[str, OptionValue]) -> None:
            person = Named(**{key: str(value) for key, value in values.items() if value is not None})
            kinds = self.workspace.lift_suppression(person)[1]
            text = ngettext("{count} kind of mark lifted; the person can be imported again.",
                            "{count} kinds of marks lifted; the person can be imported again.", len(kinds))  # fmt: skip
            self.tell(text.format(count=number(len(kinds))))

        self.app.push_screen(FormWindow(_("Who may be imported again?"), options, {}, keep), self._lifted)

    def _lifted(self, done: bool | None) -> None:
        if done:
            self.renew()
