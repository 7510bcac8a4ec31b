"""One connection: its settings, tested before they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.errors import StoppedError, TuiImportError, UsageError
from tui_import.api.i18n import N_, _
from tui_import.api.options import Option, OptionType, OptionValue
from tui_import.model.progress import Progress
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import Editing
from tui_import.tui.safe import lines, safe
from tui_import.tui.signing_in import sign_in
from tui_import.tui.widgets.dialogs import Notice
from tui_import.tui.widgets.form import Form
from tui_import.tui.widgets.where import Where

NAME = ""
"""Key of the connection's own name in the form; no option of a source is called so."""
LONGEST_NAME = 60


class ConnectionScreen(Frame):
    """A form drawn from what the source asks for. Secrets that are kept are not shown, and need not be typed again."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("connection")
    HELP_TEXT = N_(
        "Fill in what is marked with a star. F8 tries the connection out and keeps it; where the test fails you are asked "
        "whether to keep it untested. A password or token is not shown; leave it blank to keep the one there is."
    )

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._options: Sequence[Option] = ()
        self._values: dict[str, OptionValue] = {}
        self._kept: frozenset[str] = frozenset()
        """Secrets that there are already, by option key."""

    def where(self) -> Where:
        """What is being made or changed."""
        editing = self._editing
        new = _("New connection: {source}") if not editing.name or editing.copy else _("Connection: {source}")
        return Where(new.format(source=editing.title), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The form, and what the cursor's option is for."""
        yield Form(id="settings-of-connection")
        yield Static(id="connection-help", classes="note")

    def on_mount(self) -> None:
        """Ask the source what it needs."""
        self.query_one(Form).focus()
        editing = self._editing

        def look(_progress: Progress) -> tuple[Sequence[Option], Mapping[str, OptionValue], frozenset[str]]:
            options = self.workspace.connection_options(editing.source)
            saved = [c for c in self.workspace.connections() if (c.source, c.name) == (editing.source, editing.name)]
            kept = self.workspace.connection_secrets(editing.source, editing.name) if saved else frozenset()
            return options, saved[0].options if saved else {}, kept

        self.start(_("Asking the source"), look, self._seen)

    def _seen(self, seen: tuple[Sequence[Option], Mapping[str, OptionValue], frozenset[str]]) -> None:
        options, saved, self._kept = seen
        self._options = options
        name = "" if self._editing.copy else self._editing.name
        defaults = {option.key: option.default for option in options if option.default is not None}
        self._values = {NAME: name, **defaults, **saved}
        for option in options:  # a choice shows its first value: then that is what is meant
            if option.type is OptionType.CHOICE and option.required and option.choices and not self._values.get(option.key):
                self._values[option.key] = option.choices[0].value
        own = Option(NAME, _("Name"), help=_("What the connection is called here."), maximum=LONGEST_NAME, required=True)
        shown = [replace(option, label=f"{option.label} *") if option.required else option for option in (own, *options)]
        notes = dict.fromkeys(self._kept, _("kept as it is"))
        self.query_one(Form).show(shown, self._values, notes=notes)
        self._explain()

    def on_lines_moved(self) -> None:
        """What the option is for."""
        self._explain()

    def _explain(self) -> None:
        option = self.query_one(Form).current
        parts = [option.help, _("It is needed.") if option.required else ""] if option is not None else []
        if self._editing.signs_in:
            parts.append("\n" + _("F6 signs in with these settings and keeps the connection."))
        self.query_one("#connection-help", Static).update(lines(" ".join(filter(None, parts))))

    def on_form_changed(self, event: Form.Changed) -> None:
        """Another value."""
        self._values[event.key] = event.value

    # -- what was filled in

    @property
    def _called(self) -> str:
        return str(self._values.get(NAME) or "").strip()

    def _settings(self) -> dict[str, OptionValue]:
        return {key: value for key, value in self._values.items() if key != NAME and value is not None}

    def _complete(self) -> bool:
        """Everything is there; else what is missing is said."""
        editing = self._editing
        missing = self.attempt(lambda: self.workspace.missing_settings(editing.source, self._settings(), before=editing.name))
        if missing is None:
            return False
        missing = [*([] if self._called else [_("Name")]), *missing]
        if missing:
            self.tell(_("Still needed: {names}.").format(names=safe(", ".join(missing))))
        return not missing

    def _may_be_called_so(self) -> bool:
        """No other connection is called so already."""
        own = "" if self._editing.copy else self._editing.name
        taken = {each.name for each in self.attempt(self.workspace.connections) or () if each.source == self._editing.source} - {own}
        if self._called in taken:
            self.tell(_("There is a connection “{name}” already; give this one another name.").format(name=safe(self._called)))
        return self._called not in taken

    # -- keys

    def action_test(self) -> None:
        """Try it out."""
        editing, settings = self._editing, self._settings()
        if not self._complete():
            return

        def answered(text: str) -> None:
            self.app.push_screen(Notice(_("The connection works"), text))

        def work(progress: Progress) -> str:
            return self.workspace.test_settings(editing.source, settings, before=editing.name, progress=progress)

        self.start(_("Testing"), work, answered)

    def action_save(self) -> None:
        """Try it out and keep it."""
        if self._complete() and self._may_be_called_so():
            self._save(untested=False)

    def _save(self, *, untested: bool) -> None:
        editing, settings, name = self._editing, self._settings(), self._called
        rename = bool(editing.name) and not editing.copy

        def work(progress: Progress) -> str:
            return self.workspace.save_connection(
                editing.source, name, settings, untested=untested, before=editing.name, rename=rename, progress=progress
            )

        self.start(_("Saving") if untested else _("Testing"), work, self._saved, self._refused)

    def _saved(self, answer: str) -> None:
        self._end(_("Kept as {name}.").format(name=safe(self._called)), safe(answer) or _("It was not tested."))

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, TuiImportError) or isinstance(error, StoppedError | UsageError):
            self.host.show_error(error)
            return
        reason = "\n".join(filter(None, [error.message, error.hint]))
        text = _("The test failed:") + f"\n{reason}\n\n" + _("Keep the connection all the same? It is untested then.")
        self.ask(_("Keep it untested?"), text, lambda: self._save(untested=True))

    def action_sign_in(self) -> None:
        """Sign in with these settings."""
        editing, settings, name = self._editing, self._settings(), self._called
        if not editing.signs_in:
            self.tell(_("This source has no sign-in."))
            return
        if not name:
            self.tell(_("Still needed: {names}.").format(names=_("Name")))
            return
        if not self._may_be_called_so():
            return

        def done(account: str) -> None:
            if editing.name and not editing.copy and editing.name != name:
                self.attempt(lambda: self.workspace.delete_connection(editing.source, editing.name))
            self._end(_("Kept as {name}.").format(name=safe(name)), _("Signed in as {account}.").format(account=safe(account)))

        title = _("Sign in: {source}").format(source=safe(editing.title))
        sign_in(
            self,
            title,
            lambda *talk: self.workspace.sign_in(editing.source, name, *talk, options=settings, before=editing.name),
            done,
        )

    def _end(self, *notes: str) -> None:
        self.host.session_note = " ".join(notes)
        self.app.pop_screen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Only where the source has a sign-in is there a key for it."""
        return action != "sign_in" or self._editing.signs_in
