"""The window of a sign-in: what to do, address and code to copy, and a field where something is to be pasted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_import.api.capabilities import SignInStep
from tui_import.api.i18n import N_, _
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import content, lines, safe
from tui_import.tui.widgets.dialogs import Window, line_input
from tui_import.tui.widgets.key_bar import KeyBar

POLL_SECONDS = 0.25
PASTED_MOST = 8_000
"""Characters of what may be pasted: addresses with a code in them are long."""


class SignIn(Window[bool]):
    """Over the whole screen and without a frame: what is marked with the mouse is the address or the code and nothing else.

    It looks at the step that is due; a step that stays the same sends nothing. True: it came to its end; False: the user gave up.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog"), *bindings("sign_in")]
    AUTO_FOCUS = ""
    HELP_TEXT = N_("Open the address in a browser on any computer and do there what it says. This window goes on by itself.")
    DEFAULT_CSS = """
    SignIn {
        align: left top;
        background: $background;
        & > VerticalScroll { height: 1fr; padding-top: 1; scrollbar-size: 1 1; background: $background; }
        & Static { height: auto; width: 100%; }
        & .sign-in--title { background: $panel; text-style: bold; height: 1; padding: 0 1; }
        & .sign-in--label { color: $foreground-muted; padding: 0 1; }
        & .sign-in--value { text-style: bold; margin-bottom: 1; }
        & .sign-in--sentence, & .sign-in--waiting { padding: 0 1; margin-bottom: 1; }
        & #code { color: $text-accent; }
        & Input { margin-bottom: 1; }
        & .-gone { display: none; }
    }
    """

    def __init__(
        self, title: str, look: Callable[[], SignInStep | None], give: Callable[[str], None], ended: Callable[[], bool] = lambda: False
    ) -> None:
        """``look`` tells the step that is due, ``give`` takes what was pasted, ``ended`` tells whether it is over."""
        super().__init__()
        self.title_text = title
        self._look, self._give, self._ended = look, give, ended
        self._step: SignInStep | None = None
        self._poll: Timer | None = None

    def compose(self) -> ComposeResult:
        """No frame: one thing a line."""
        yield Static(content(self.title_text), classes="sign-in--title")
        with VerticalScroll(can_focus=False):
            yield from self.parts()
        yield KeyBar()

    def parts(self) -> Sequence[Widget]:
        """Sentence, address, code, field, and what is awaited."""
        return (
            Static(content(_("Asking …")), id="sentence", classes="sign-in--sentence"),
            Static(content(_("Address:")), id="address-label", classes="sign-in--label -gone"),
            Static(id="address", classes="sign-in--value -gone"),
            Static(content(_("Code:")), id="code-label", classes="sign-in--label -gone"),
            Static(id="code", classes="sign-in--value -gone"),
            Static(id="paste-label", classes="sign-in--label -gone"),
            self._field(),
            Static(id="waiting", classes="sign-in--waiting"),
        )

    @staticmethod
    def _field() -> Input:
        field = line_input(limit=PASTED_MOST, id="paste")
        field.add_class("-gone")
        return field

    def on_mount(self) -> None:
        """Look at once, and then again and again."""
        self._poll = self.set_interval(POLL_SECONDS, self._see)
        self._see()

    def _see(self) -> None:
        if self._ended():
            if self.is_active:  # else a window lies over it: when that is gone
                self.dismiss(True)
            return
        step = self._look()
        if step is None or step == self._step:
            return
        before, self._step = self._step, step
        self._tell("sentence", step.sentence)
        self._tell("address", step.address)
        self._tell("code", step.code)
        if before is None or before.paste != step.paste:
            self._ask(step.paste)
        if step.wait:
            self._tell("waiting", _("Waiting for you. This goes on by itself; Esc gives up."))
        self.refresh_bindings()

    def _tell(self, id: str, text: str) -> None:
        widget = self.query_one(f"#{id}", Static)
        widget.update(lines(text) if id in ("sentence", "waiting") else content(text))
        for each in (widget, *self.query(f"#{id}-label")):
            each.set_class(not text, "-gone")

    def _ask(self, label: str) -> None:
        field = self.query_one("#paste", Input)
        field.set_class(not label, "-gone")
        field.value = ""
        self._tell("paste-label", f"{label}:" if label else "")
        if label:
            field.focus()
        else:
            self.set_focus(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Only what the step has can be copied or handed in."""
        step = self._step
        wanted = {"accept": step and step.paste, "copy_address": step and step.address, "copy_code": step and step.code}
        return bool(wanted.get(action, True))

    # -- keys

    def action_accept(self) -> None:
        """Hand in what was pasted."""
        field = self.query_one("#paste", Input)
        text = field.value.strip()
        if text:
            field.value = ""
            self._give(text)
            self._tell("waiting", _("Handed in. Waiting for the answer; Esc gives up."))

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(safe(text))
        self._tell("waiting", _("Sent to the clipboard of your terminal; where it does not take it, mark the line with the mouse."))

    def action_copy_address(self) -> None:
        """To the clipboard."""
        if self._step is not None:
            self._copy(self._step.address)

    def action_copy_code(self) -> None:
        """To the clipboard."""
        if self._step is not None:
            self._copy(self._step.code)

    def action_cancel(self) -> None:
        """Give up."""
        self.dismiss(False)
