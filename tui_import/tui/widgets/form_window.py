"""A form in a small window, for things that have a few settings of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from tui_import.api.errors import TuiImportError
from tui_import.api.options import Option, OptionValue
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import lines
from tui_import.tui.widgets.dialogs import Window, error_notice
from tui_import.tui.widgets.form import Form


class FormWindow(Window[bool]):
    """Gives True once what was filled in could be kept, None where the user went back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("form_window")
    DEFAULT_CSS = """
    FormWindow > .window > Form { height: auto; max-height: 60vh; margin: 1 0; }
    """

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        values: Mapping[str, OptionValue],
        keep: Callable[[Mapping[str, OptionValue]], object],
        *,
        locked: Mapping[str, str] | None = None,
    ) -> None:
        """``keep`` does something with the values; what it complains of is shown, and the window stays. ``locked``: see `Form.show`."""
        super().__init__()
        self.title_text = title
        self._options, self._values, self._keep, self._locked = options, dict(values), keep, locked

    def parts(self) -> Sequence[Widget]:
        """The form, and what the cursor's line is for."""
        return (Form(), Static(classes="note"))

    def on_mount(self) -> None:
        """Fill it."""
        form = self.query_one(Form)
        form.show(self._options, self._values, locked=self._locked)
        form.focus()
        self.on_lines_moved()

    def on_lines_moved(self) -> None:
        """What the option is for."""
        option = self.query_one(Form).current
        self.query_one(".note", Static).update(lines(option.help if option is not None else ""))

    def on_form_changed(self, event: Form.Changed) -> None:
        """Another value."""
        self._values[event.key] = event.value

    def action_accept(self) -> None:
        """Keep it."""
        try:
            self._keep(self._values)
        except TuiImportError as error:
            self.app.push_screen(error_notice(error))
        else:
            self.dismiss(True)

    def action_cancel(self) -> None:
        """Back, with nothing changed."""
        self.dismiss(None)
