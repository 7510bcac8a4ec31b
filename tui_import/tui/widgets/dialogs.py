"""Small windows over a screen; each gives its answer through `dismiss` and changes nothing by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.containers import Vertical
from textual.geometry import Offset
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_import.api.errors import TuiImportError
from tui_import.api.i18n import _
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import content, lines, safe
from tui_import.tui.widgets.key_bar import KeyBar
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.search import rank

T = TypeVar("T")


class Window(ModalScreen[T]):
    """A framed box: title, content, keys at its foot."""

    DEFAULT_CSS = """
    Window {
        align: center middle;
        & > .window {
            width: 76;
            max-width: 96%;
            height: auto;
            max-height: 90%;
            padding: 0 1;
            border: solid $primary;
            background: $background;
            &.-tall { height: 90%; }
            &.-wide { width: 96%; }
            & > Static { height: auto; }
            & > .window--title { text-style: bold; }
            & > .window--body { padding: 1 0; }
            & > Input { margin: 1 0; }
        }
        & .-bad { color: $text-error; text-style: bold; }
    }
    """
    title_text = ""
    """What stands at its head; for titles made of data set it in the constructor."""

    def compose(self) -> ComposeResult:
        """The frame around `parts`."""
        with Vertical(classes="window"):
            yield Static(content(self.title_text), classes="window--title")
            yield from self.parts()
            yield KeyBar()

    def parts(self) -> Sequence[Widget]:
        """What stands between title and keys."""
        return ()

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close it with its answer. A key that was sent before it was gone finds it closed, and must not close what stands below."""
        if self not in self.app.screen_stack:
            return AwaitComplete()
        return super().dismiss(result)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field comes after the characters before it, also where a slow line delivers all at once."""
        event.stop()
        await self.run_action("accept")


EDITING = {
    "backspace": "delete_left", "delete": "delete_right", "left": "cursor_left", "right": "cursor_right", "home": "home", "end": "end",
    "ctrl+w": "delete_left_word", "ctrl+u": "delete_left_all", "ctrl+k": "delete_right_all",
}  # fmt: skip
"""Key in a field → what it does there."""


class LineInput(Input):
    """A field of one line in a window. Enter is its own key, so that it comes after the characters typed before it."""

    BINDINGS: ClassVar[list[BindingType]] = [binding for binding in bindings("dialog") if getattr(binding, "id", "") == "dialog.accept"]

    async def _on_key(self, event: events.Key) -> None:
        """Keys that edit act at once. As bindings they would wait until the key has come up through the screen, and letters that were typed
        behind them on a slow line would overtake them."""
        action = EDITING.get(event.key)
        if action is None:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        getattr(self, f"action_{action}")()

    async def action_accept(self) -> None:
        """Hand the text in."""
        await self.action_submit()

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the next letter goes; at the end of the text the base class says one cell too far."""
        offset = super().cursor_screen_offset
        return offset - Offset(1, 0) if self.cursor_at_end else offset


def line_input(
    value: str = "",
    *,
    password: bool = False,
    limit: int = 0,
    placeholder: str = "",
    id: str | None = None,
    kind: type[LineInput] = LineInput,
) -> Input:
    """A field of one line that does not blink and takes no animation. ``kind`` may give Enter another name."""
    field = kind(safe(value), password=password, max_length=limit, placeholder=placeholder, compact=True, id=id)
    field.cursor_blink = False
    return field


class Confirm(Window[bool]):
    """A question to be answered with yes or no; Enter says nothing, so nothing is agreed to by accident."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog_question")

    def __init__(self, title: str, text: str, *, danger: bool = False) -> None:
        super().__init__()
        self.title_text = title
        self._text = text
        self._danger = danger

    def parts(self) -> Sequence[Widget]:
        """The question."""
        return (Static(lines(self._text), classes="window--body -bad" if self._danger else "window--body"),)

    def action_yes(self) -> None:
        """Agreed."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Not agreed."""
        self.dismiss(False)


class TypedConfirm(Window[bool]):
    """A question that is agreed to by typing a word or number, so that a stray key cannot do it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")

    def __init__(self, title: str, text: str, expected: str) -> None:
        super().__init__()
        self.title_text = title
        self._text = text
        self._expected = expected

    def parts(self) -> Sequence[Widget]:
        """The question and the field."""
        ask = _("Type {word} and press Enter to go on.").format(word=self._expected)
        return (Static(lines(f"{self._text}\n\n{ask}"), classes="window--body"), line_input(), Static("", classes="complaint -bad"))

    def action_accept(self) -> None:
        """Agreed, where the right thing was typed."""
        if self.query_one(Input).value.strip() == self._expected:
            self.dismiss(True)
        else:
            wrong = _("That is not {word}: nothing was started.").format(word=self._expected)
            self.query_one(".complaint", Static).update(content(wrong))

    def action_cancel(self) -> None:
        """Not agreed."""
        self.dismiss(False)


class Prompt(Window[str | None]):
    """One line of text; None where the user went back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")

    def __init__(self, title: str, value: str = "", *, help: str = "", password: bool = False, limit: int = 0) -> None:
        super().__init__()
        self.title_text = title
        self._value, self._help, self._password, self._limit = value, help, password, limit

    def parts(self) -> Sequence[Widget]:
        """The field, and what it is for."""
        field = line_input(self._value, password=self._password, limit=self._limit)
        return (Static(lines(self._help)), field) if self._help else (field,)

    def action_accept(self) -> None:
        """Take it."""
        self.dismiss(self.query_one(Input).value)

    def action_cancel(self) -> None:
        """Back without a text."""
        self.dismiss(None)


class Choose(Window[int | None]):
    """One of several, found by typing; gives its position, None where the user went back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog", "pick")
    DEFAULT_CSS = """
    Choose > .window > Input { margin: 0; }
    Choose > .window > Menu { height: auto; max-height: 60vh; }
    """

    def __init__(
        self, title: str, labels: Sequence[str], *, details: Sequence[str] = (), start: int = 0, greyed: Collection[int] = ()
    ) -> None:
        """``greyed``: positions that are there, but cannot be had; their details say why."""
        super().__init__()
        self.title_text = title
        self._labels, self._details, self._greyed = list(labels), list(details), frozenset(greyed)
        self._start = start

    def parts(self) -> Sequence[Widget]:
        """A field to type into above the list."""
        return (line_input(placeholder=_("type to search")), Menu(self.items("")))

    def items(self, text: str) -> list[MenuItem]:
        """The lines that fit what was typed, best first."""
        details = self._details or [""] * len(self._labels)
        tones = ["dim" if at in self._greyed else "plain" for at in range(len(self._labels))]
        return [MenuItem(self._labels[at], at + 1, details[at], tone=tones[at]) for at in rank(text, self._labels)]

    def on_mount(self) -> None:
        """Stand on the value that is set."""
        menu = self.query_one(Menu)
        menu.can_focus = False
        values = [item.value for item in self.items("")]
        menu.show(self.items(""), values.index(self._start + 1) if self._start + 1 in values else None)
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search."""
        text = event.value.strip()
        if text:
            self.query_one(Menu).show(self.items(text), 0)
        elif event.value or self.query_one(Menu).length != len(self.items("")):
            self.query_one(Menu).show(self.items(""), 0)

    def action_move(self, where: str) -> None:
        """The cursor of the list, while the field has the focus."""
        self.query_one(Menu).action_move(where)

    def action_accept(self) -> None:
        """Take the line."""
        value = self.query_one(Menu).current
        if value is not None:
            self.dismiss(value - 1)

    def action_cancel(self) -> None:
        """Back without a choice."""
        self.dismiss(None)


class Notice(Window[None]):
    """Something to read."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("notice")
    AUTO_FOCUS = ""

    def __init__(self, title: str, text: str, *, danger: bool = False) -> None:
        super().__init__()
        self.title_text = title
        self._text = text
        self._danger = danger

    def parts(self) -> Sequence[Widget]:
        """The text."""
        return (Static(lines(self._text), classes="window--body"),)

    def action_close(self) -> None:
        """Away."""
        self.dismiss(None)


def error_notice(error: BaseException) -> Notice:
    """What went wrong, in a sentence, where, and what to do next."""
    if isinstance(error, TuiImportError):
        parts = [error.message, str(error.where), error.hint]
        return Notice(_("That did not work"), "\n".join(part for part in parts if part), danger=True)
    text = _("This is a mistake in the program ({kind}). Nothing was written to the store; the import in progress is kept.")
    return Notice(_("That did not work"), text.format(kind=type(error).__name__), danger=True)
