"""A form drawn from `Option`s: one line each, choices turn in place, texts are typed in a small window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import BindingType
from textual.message import Message

from tui_import.api.i18n import _
from tui_import.api.options import Option, OptionType, OptionValue
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe
from tui_import.tui.widgets.dialogs import Choose, Prompt
from tui_import.tui.widgets.lines import Lines, fit

_TURNING = frozenset({OptionType.CHOICE, OptionType.BOOLEAN})


class Form(Lines, inherit_bindings=False):
    """Options with their values. Options of type LABEL are headings."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list", "form")

    @dataclass
    class Changed(Message):
        """The user chose another value."""

        form: Form
        key: str
        value: OptionValue

        @property
        def control(self) -> Form:
            """The form it happened in."""
            return self.form

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._all: Sequence[Option] = ()
        self._options: list[Option] = []
        """Those that matter with the values there are."""
        self._values: dict[str, OptionValue] = {}
        self._notes: Mapping[str, str] = {}
        self._locked: Mapping[str, str] = {}

    def show(
        self,
        options: Sequence[Option],
        values: Mapping[str, OptionValue],
        *,
        notes: Mapping[str, str] | None = None,
        locked: Mapping[str, str] | None = None,
    ) -> None:
        """Draw these.

        ``notes`` says something behind a value ("found"), ``locked`` why an option cannot be changed; both by option key.
        """
        self._all, self._values = list(options), dict(values)
        self._options = [option for option in self._all if option.matters(self._values)]
        self._notes, self._locked = notes or {}, locked or {}
        self.reset()

    @property
    def length(self) -> int:
        """Options and headings."""
        return len(self._options)

    def selectable(self, row: int) -> bool:
        """Headings are not."""
        return 0 <= row < len(self._options) and self._options[row].type is not OptionType.LABEL

    @property
    def current(self) -> Option | None:
        """The option the cursor stands on."""
        return self._options[self.cursor] if self.selectable(self.cursor) else None

    def value(self, key: str) -> OptionValue:
        """What an option is set to."""
        return self._values.get(key)

    # -- drawing

    def _words(self, option: Option) -> str:
        value = self._values.get(option.key, option.default)
        if option.type is OptionType.BOOLEAN:
            return _("yes") if value else _("no")
        if option.type is OptionType.CHOICE:
            found = [choice.label for choice in option.choices if choice.value == str(value or "")]
            return found[0] if found else "" if value is None else str(value)
        if option.type is OptionType.PASSWORD:
            return "•" * 8 if value else ""
        return "" if value is None else str(value)

    def segments(self, row: int, width: int) -> list[Segment]:
        """Label, value, note."""
        option = self._options[row]
        if option.type is OptionType.LABEL:
            return [Segment(fit(safe(option.label), width), self.tone("mark"))]
        here, locked = row == self.cursor, option.key in self._locked
        style = self.tone("cursor" if here else "dim" if locked else "plain")
        widest = max(cell_len(safe(o.label)) for o in self._options if o.type is not OptionType.LABEL)
        left = min(widest + 1, width * 2 // 5)
        words = safe(self._words(option)) or "–"
        if option.type in _TURNING and not locked:
            words = f"‹ {words} ›"
        note = safe(self._locked.get(option.key) or self._notes.get(option.key, ""))
        if note:
            words = f"{words}  ({note})"
        label = fit(safe(option.label), left)
        return [Segment("> " if here else "  ", style), Segment(label, style), Segment(" " + fit(words, width - left - 3), style)]

    # -- changing

    def _take(self, option: Option, value: OptionValue) -> None:
        if self._values.get(option.key) == value:
            return
        self._values[option.key] = value
        if any(each.only_where is not None and each.only_where[0] == option.key for each in self._all):
            self._options = [each for each in self._all if each.matters(self._values)]
            self.reset(self._options.index(option))
        self.redraw_row(self.cursor)
        self.post_message(self.Changed(self, option.key, value))
        self.post_message(self.Moved(self, self.cursor))

    def _free(self) -> Option | None:
        option = self.current
        if option is not None and option.key in self._locked:
            self.notify(safe(self._locked[option.key]), markup=False)
            return None
        return option

    def action_turn(self, step: int) -> None:
        """The next or the previous value of a choice; anything else is typed."""
        option = self._free()
        if option is None:
            return
        value = self._values.get(option.key, option.default)
        if option.type is OptionType.BOOLEAN:
            self._take(option, not value)
        elif option.type is OptionType.CHOICE and option.choices:
            values = [choice.value for choice in option.choices]
            at = values.index(str(value)) if value in values else -1
            self._take(option, values[(at + step) % len(values)])
        elif step > 0:
            self.action_edit()

    def action_edit(self) -> None:
        """Choose from a list, or type."""
        option = self._free()
        if option is None:
            return
        if option.type is OptionType.BOOLEAN:
            self.action_turn(1)
            return
        if option.type is OptionType.CHOICE:
            labels = [choice.label for choice in option.choices]
            values = [choice.value for choice in option.choices]
            value = self._values.get(option.key, option.default)
            start = values.index(str(value)) if value in values else 0

            def chosen(at: int | None) -> None:
                if at is not None:
                    self._take(option, values[at])

            self.app.push_screen(Choose(option.label, labels, start=start), chosen)
            return

        def typed(text: str | None) -> None:
            if text is not None:
                self._accept(option, text)

        secret = option.type is OptionType.PASSWORD
        start_text = "" if secret else self._words(option)
        limit = int(option.maximum) if option.maximum and option.type is OptionType.TEXT else 0
        self.app.push_screen(Prompt(option.label, start_text, help=option.help, password=secret, limit=limit), typed)

    def _accept(self, option: Option, text: str) -> None:
        """What was typed, as the option's type; a sentence where it does not fit."""
        try:
            value = _parse(option, text.strip())
        except ValueError as error:
            self.notify(safe(error), severity="error", markup=False)
            return
        self._take(option, value)

    def action_reset(self) -> None:
        """Back to the default."""
        option = self._free()
        if option is not None:
            self._take(option, option.default)


def _parse(option: Option, text: str) -> OptionValue:
    """The typed text as the option's type. ValueError with a sentence where it is none."""
    if not text:
        return option.default
    if option.type not in (OptionType.INTEGER, OptionType.DECIMAL):
        return text
    try:
        number: int | float = int(text) if option.type is OptionType.INTEGER else float(text.replace(",", "."))
    except ValueError:
        raise ValueError(_("{label}: “{text}” is not a number.").format(label=option.label, text=text)) from None
    if option.minimum is not None and number < option.minimum:
        raise ValueError(_("{label}: at least {limit}.").format(label=option.label, limit=option.minimum))
    if option.maximum is not None and number > option.maximum:
        raise ValueError(_("{label}: at most {limit}.").format(label=option.label, limit=option.maximum))
    return number
