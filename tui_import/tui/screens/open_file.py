"""Choosing a file by keyboard: type a path, or walk the folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from tui_import.api.i18n import N_, _
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import OpenLocation
from tui_import.tui.safe import content, safe
from tui_import.tui.widgets.dialogs import Choose, Notice, line_input
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.where import Where

MOST = 500
"""Entries of a folder that are shown; typing narrows them down."""


def size_words(size: int) -> str:
    """ "12 kB"."""
    if size < 1000:
        return _("{size} B").format(size=size)
    return _("{size} kB").format(size=f"{size // 1000:,}")


class OpenFileScreen(Frame):
    """A path above, what fits it below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("pick", "open")
    HELP_TEXT = N_(
        "Type a path, or the beginning of a name: the list below shows what fits. The arrow keys move in the list, Enter goes "
        "into a folder or opens a file. Files that no source reads are not shown; F5 chooses a recipe; F4 a source by hand, "
        "then all files are shown."
    )
    _source = ""
    _recipe = ""

    def where(self) -> Where:
        """Title."""
        return Where(_("Open a file"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """Path, kind, entries."""
        yield line_input(self._start(), id="path")
        yield Static(id="kind", classes="note")
        yield Menu(id="files")

    def _start(self) -> str:
        recent = self.workspace.recent_files()
        folder = Path(recent[0]).parent if recent else Path.cwd()
        return f"{folder if folder.is_dir() else Path.cwd()}{os.sep}"

    def on_mount(self) -> None:
        """The list never takes the focus: keys go to the path."""
        menu = self.query_one(Menu)
        menu.can_focus = False
        self.query_one(Input).focus()
        self.query_one(Input).action_end()
        self._show_kind()
        self._list()

    def _show_kind(self) -> None:
        if self._source:
            text = _("Read as: {source}. All files are shown.").format(source=self._source)
        else:
            endings = " ".join(dict.fromkeys(suffix for source in self.workspace.sources() for suffix in source.suffixes))
            text = _("Reads {endings}").format(endings=endings)
        if self._recipe:
            text += " · " + _("with the recipe {name}").format(name=self._recipe)
        self.query_one("#kind", Static).update(content(text))

    def _list(self) -> None:
        self.query_one(Menu).show(self._entries(self._typed), 0)

    @property
    def _typed(self) -> str:
        """What stands in the field; a path that was typed behind another one ("/home/anna//srv/x.csv", "/srv/~/x.csv") counts alone."""
        text = self.query_one(Input).value
        return text[max(text.rfind("//"), text.rfind("/~/")) + 1 :]

    def _entries(self, typed: str) -> list[MenuItem]:
        path = Path(typed).expanduser()
        folder, beginning = (path, "") if typed.endswith(os.sep) or not typed else (path.parent, path.name.casefold())
        suffixes = {suffix for source in self.workspace.sources() for suffix in source.suffixes}
        items: list[MenuItem] = []
        try:
            found = sorted(os.scandir(folder), key=lambda entry: (not entry.is_dir(), entry.name.casefold()))
        except OSError:
            return [MenuItem(_("No such folder."))]
        for entry in found:
            if not entry.name.casefold().startswith(beginning) or (entry.name.startswith(".") and not beginning.startswith(".")):
                continue
            if entry.is_dir():
                items.append(MenuItem(entry.name + os.sep, Path(entry.path), _("folder")))
            elif self._source or Path(entry.name).suffix.lower() in suffixes:
                items.append(MenuItem(entry.name, Path(entry.path), size_words(entry.stat().st_size)))
            if len(items) >= MOST:
                break
        return items or [MenuItem(_("Nothing that can be read here."))]

    def on_input_changed(self) -> None:
        """Narrow the list down."""
        self._list()

    def on_input_submitted(self) -> None:
        """Enter, after what was typed before it."""
        self.action_accept()

    def action_move(self, where: str) -> None:
        """The list's cursor."""
        self.query_one(Menu).action_move(where)

    def action_parent(self) -> None:
        """One folder up."""
        typed = Path(self._typed).expanduser()
        folder = typed.parent if self._typed.endswith(os.sep) else typed.parent.parent
        self._put(f"{folder}{os.sep}" if str(folder) != os.sep else os.sep)

    def _put(self, text: str) -> None:
        field = self.query_one(Input)
        field.value = safe(text)
        field.action_end()

    def action_accept(self) -> None:
        """Into the folder, or open the file."""
        typed = Path(self._typed).expanduser()
        chosen = self.query_one(Menu).current
        if typed.is_file():
            chosen = typed
        if not isinstance(chosen, Path):
            self.tell(_("There is no such file."))
        elif chosen.is_dir():
            self._put(f"{chosen}{os.sep}")
        else:
            self.app.pop_screen()
            self.host.post_message(OpenLocation(str(chosen), self._source, self._recipe))

    def action_recipe(self) -> None:
        """Import it as an earlier file was."""

        def chosen(name: str) -> None:
            self._recipe = name
            self._show_kind()

        self.choose_recipe(chosen)

    def action_source(self) -> None:
        """Choose the source by hand."""
        sources = [source for source in self.workspace.sources() if source.suffixes or source.error]
        labels = [_("by the file's name"), *(source.title for source in sources)]
        unavailable = _("unavailable: {reason}")
        details = ["", *(unavailable.format(reason=safe(source.error)) if source.error else source.description for source in sources)]
        greyed = [at for at, source in enumerate(sources, 1) if source.error]

        def chosen(at: int | None) -> None:
            if at and sources[at - 1].error:
                self.app.push_screen(Notice(_("Not available"), sources[at - 1].error))
            elif at is not None:
                self._source = sources[at - 1].name if at else ""
                self._show_kind()
                self._list()

        self.app.push_screen(Choose(_("Read the file as"), labels, details=details, greyed=greyed), chosen)
