"""Step 3: how the import behaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from tui_import.api.i18n import N_, _
from tui_import.model.kinds import entities_of
from tui_import.model.plan import KeyAdvice
from tui_import.tui import settings_form
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import lines
from tui_import.tui.widgets.dialogs import Notice
from tui_import.tui.widgets.form import Form
from tui_import.tui.widgets.status import number
from tui_import.tui.words import ENTITIES, word


def advice_lines(advice: Sequence[KeyAdvice], form_labels: dict[str, str]) -> list[str]:
    """The adviser as a small table: key, rows with a value, unique, hits, ambiguous, conflicts."""
    titles = (_("Key"), _("filled"), _("unique"), _("hits"), _("several"), _("conflicts"))
    lines = [f"{titles[0]:<18}{titles[1]:>8}{titles[2]:>8}{titles[3]:>8}{titles[4]:>9}{titles[5]:>11}"]
    for each in advice:
        name = form_labels.get(each.key, each.key)[:17]
        if not each.mapped:
            lines.append(f"{name:<18}" + _("not linked"))
            continue
        shares = f"{each.coverage:>8.0%}{each.unique:>8.0%}"
        lines.append(f"{name:<18}{shares}{number(each.hits):>8}{number(each.ambiguous):>9}{number(each.conflicts):>11}")
    return lines


class SettingsScreen(StepFrame):
    """A form; what the line means and, for keys, the adviser beside or below it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("settings")
    STEP = "settings"
    HELP_TEXT = N_(
        "Choose when two records are the same and what happens then; what is done with values that lists do not have, with "
        "telephone numbers and addresses, with blank cells and with values that do not fit. ← and → turn a choice, Enter shows "
        "all its values. On a key, the adviser shows how well each key would do on this file: how many rows have it, how many "
        "are unique, how many hit one stored record, how many several, and how many hits differ otherwise."
    )
    _advice: Sequence[KeyAdvice] = ()

    def body(self) -> ComposeResult:
        """Form and explanation."""
        with Container(id="settings-body"):
            yield Form(id="settings-form")
            yield Static(id="explain")

    def on_mount(self) -> None:
        """Fill it and ask the adviser in a thread."""
        self.query_one(Form).focus()
        self._show()
        self.start(_("Looking at the keys"), self.session.advice, self._advised)

    def _show(self) -> None:
        settings = self.session.settings
        mandatory = bool(self.workspace.preferences().get("mandatory_company", 1))
        options = settings_form.options(
            settings, self.workspace.catalogue, self.workspace.lists(), mandatory_company=mandatory, kind=self.session.kind
        )
        form = self.query_one(Form)
        cursor = form.cursor
        form.show(options, settings_form.values(settings, options))
        form.reset(cursor)

    def _advised(self, advice: Sequence[KeyAdvice]) -> None:
        self._advice = advice
        self._explain()

    def on_lines_moved(self) -> None:
        """Explain the line."""
        self._explain()

    def _explain(self) -> None:
        form = self.query_one(Form)
        option = form.current
        if option is None:
            return
        parts = [settings_form.explain(option.key, form.value(option.key)) or option.help]
        if option.key.endswith(".match"):
            parts += self._adviser(settings_form.entity_of(option.key))
        self.query_one("#explain", Static).update(lines("\n".join(parts)))

    def _adviser(self, entity: str) -> list[str]:
        labels = {
            "name": _("Name"),
            "name_department": _("Name + dept."),
            "number": _("Number"),
            "code": _("Code"),
            "vat_number": _("VAT number"),
            "email": _("E-mail"),
            "mobile": _("Mobile"),
            "id": _("ID"),
            "name_code": _("Name + code"),
            "erp_key": _("ERP key"),
        }
        advice = [each for each in self._advice if each.entity == entity]
        advice.sort(key=lambda each: not each.mapped)
        return advice_lines(advice, labels) if advice else []

    def on_form_changed(self, event: Form.Changed) -> None:
        """Write it; where it breaks a rule, say so and show what holds."""
        changed = settings_form.with_value(self.session.settings, event.key, event.value)
        self.attempt(lambda: self.session.change_settings(changed))
        self._show()
        self.renew_where()
        missing = self.session.missing()
        if missing:
            self.tell(_("Now missing in the mapping: {what}").format(what="; ".join(str(each.reason) for each in missing)))
        else:
            self.tell("")

    def action_adviser(self) -> None:
        """Both entities' keys in a window."""
        parts = [line for entity in entities_of(self.session.kind) for line in (word(ENTITIES, entity), *self._adviser(entity), "")]
        parts.append(_("hits: rows that match one stored record; several: match more than one, so they become problems;"))
        parts.append(_("conflicts: hits that differ in another identifying field, as the same e-mail with another name."))
        self.app.push_screen(Notice(_("Key adviser"), "\n".join(parts)))
