"""Step 3: how the import behaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from tui_import.api.i18n import N_, _
from tui_import.api.options import OptionValue
from tui_import.model.kinds import KEYED, entities_of
from tui_import.model.plan import KeyAdvice
from tui_import.model.settings import RESET, Settings
from tui_import.tui import settings_form
from tui_import.tui.frame import StepFrame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import lines
from tui_import.tui.widgets.dialogs import Notice
from tui_import.tui.widgets.form import Form
from tui_import.tui.widgets.pick_many import PickMany
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
            settings,
            self.workspace.catalogue,
            self.workspace.lists(),
            mandatory_company=mandatory,
            kind=self.session.kind,
            mapped=self.session.mapping.fields,
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
            entity = settings_form.entity_of(option.key)
            if entity in KEYED:
                parts.append(self._key_now(entity))
            parts += self._adviser(entity)
        self.query_one("#explain", Static).update(lines("\n".join(parts)))

    def _key_now(self, entity: str) -> str:
        """Which fields the rules come down to."""
        names = self.session.settings.keyed(entity).key(entity, self.session.mapping.fields | {f"{entity}.country"})
        labels = [_(self.workspace.catalogue[f"{entity}.{name}"].label) for name in names if f"{entity}.{name}" in self.workspace.catalogue]
        return _("Now: {fields}").format(fields=" + ".join(labels)) if labels else _("! No key is chosen.")

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
        for field in self.workspace.catalogue.of(entity) if entity in KEYED else ():
            labels.setdefault(field.name, _(field.label))
        advice = [each for each in self._advice if each.entity == entity]
        advice.sort(key=lambda each: not each.mapped)
        return advice_lines(advice, labels) if advice else []

    def on_form_changed(self, event: Form.Changed) -> None:
        """Write it; where it breaks a rule, say so and show what holds."""
        self._set(event.key, event.value)

    def _set(self, key: str, value: OptionValue) -> None:
        self._change(settings_form.with_value(self.session.settings, key, value))

    def _change(self, changed: Settings) -> None:
        self.attempt(lambda: self.session.change_settings(changed))
        self._show()
        self.renew_where()
        missing = self.session.missing()
        if missing:
            self.tell(_("Now missing in the mapping: {what}").format(what="; ".join(str(each.reason) for each in missing)))
        else:
            self.tell("")

    # -- rules of what any of its fields can tell apart

    @property
    def _entity(self) -> str:
        """The one whose rules the cursor stands on, else the first that has such rules; empty where none has."""
        option = self.query_one(Form).current
        own = settings_form.entity_of(option.key) if option is not None else ""
        return next((entity for entity in (own, *entities_of(self.session.kind)) if entity in KEYED), "")

    def action_key_fields(self) -> None:
        """Tick the fields of the key."""
        entity = self._entity
        if not entity:
            self.tell(_("The keys of this import are chosen from the list: Enter on “The same when equal”."))
            return
        mapped = self.session.mapping.fields
        fields = [field for field in self.workspace.catalogue.of(entity) if field.can_be_matched and field.key in mapped]
        now = self.session.settings.keyed(entity).key(entity, mapped)

        def ticked(chosen: list[int] | None) -> None:
            if chosen is not None:
                self._set(f"{entity}.match", " ".join(fields[at].name for at in chosen))

        title = _("{entity} are the same when all of these are").format(entity=word(ENTITIES, entity))
        labels = [_(field.label) for field in fields]
        self.app.push_screen(PickMany(title, labels, [at for at, field in enumerate(fields) if field.name in now]), ticked)

    def action_reset_rules(self) -> None:
        """Key and action of the entity under the cursor back to nothing."""
        if self._entity:
            self._reset([self._entity])

    def action_reset_all(self) -> None:
        """Of all."""
        self._reset([entity for entity in entities_of(self.session.kind) if entity in KEYED])

    def _reset(self, entities: Sequence[str]) -> None:
        settings = self.session.settings
        for entity in entities:
            settings = settings.with_keyed(entity, RESET)
        self._change(settings)

    def action_adviser(self) -> None:
        """Both entities' keys in a window."""
        parts = [line for entity in entities_of(self.session.kind) for line in (word(ENTITIES, entity), *self._adviser(entity), "")]
        parts.append(_("hits: rows that match one stored record; several: match more than one, so they become problems;"))
        parts.append(_("conflicts: hits that differ in another identifying field, as the same e-mail with another name."))
        self.app.push_screen(Notice(_("Key adviser"), "\n".join(parts)))
