"""Accounts and servers: every source that reads more than files, with its saved connections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui_import.api.errors import TuiImportError
from tui_import.api.i18n import N_, _
from tui_import.api.source import Capability
from tui_import.model.progress import Progress
from tui_import.model.steps import ConnectionInfo
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import Editing, OpenLocation, Show
from tui_import.tui.safe import safe
from tui_import.tui.signing_in import sign_in
from tui_import.tui.widgets.dialogs import Notice, Prompt
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.where import Where


@dataclass(frozen=True, slots=True)
class Place:
    """A source, as far as this screen needs it; everything is known, so that nothing has to be asked while drawing."""

    name: str
    title: str
    description: str = ""
    connects: bool = False
    """It has connections that can be tested."""
    signs_in: bool = False
    error: str = ""
    """Why it cannot be used."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line stands for."""

    place: Place
    connection: ConnectionInfo | None = None
    """None: the line makes a new one, or opens a source that needs none."""


class ConnectionsScreen(Frame):
    """A list by source."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("connections")
    HELP_TEXT = N_(
        "Enter on a connection imports with it. A connection is tested before it is kept; its passwords and tokens are never "
        "shown. Sources with a sign-in show an address and a code to type there, in a browser on any computer."
    )
    _recipe = ""

    def __init__(self) -> None:
        super().__init__()
        self._places: Sequence[Place] = ()

    def where(self) -> Where:
        """Title."""
        return Where(_("Accounts and servers"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The list."""
        yield Menu(id="places")

    def on_mount(self) -> None:
        """Ask the sources what they are, in a thread: a plugin may take its time."""
        self.start(_("Looking at the sources"), self._look, self._seen)

    def _look(self, progress: Progress) -> list[Place]:
        places = []
        for source in self.workspace.sources():
            progress.check()
            title = source.title
            if source.denied:
                continue
            if source.error:
                places.append(Place(source.name, title, error=source.error))
            elif source.without_file:
                can = source.capabilities
                places.append(Place(source.name, title, source.description, Capability.CONNECTIONS in can, Capability.SIGN_IN in can))
        return sorted(places, key=lambda place: (bool(place.error), place.title.casefold()))

    def _seen(self, places: list[Place]) -> None:
        self._places = places
        self.renew()

    def on_screen_resume(self) -> None:
        """A connection may be another now."""
        note, self.host.session_note = self.host.session_note, ""
        if self._places:
            self.renew()
        if note:
            self.tell(note)

    def renew(self) -> None:
        """Read the connections anew."""
        saved = self.attempt(self.workspace.connections, again=True)
        if saved is None:
            return
        items: list[MenuItem] = []
        in_use = {each.source for each in saved}
        for place in sorted((place for place in self._places if not place.error), key=lambda place: place.name not in in_use):
            items.append(MenuItem(place.title))
            items += [MenuItem(c.name, Line(place, c), _facts(c)) for c in saved if c.source == place.name]
            items.append(_last_line(place))
        items += [MenuItem(_("Not available"))] if any(place.error for place in self._places) else []
        for place in (place for place in self._places if place.error):
            items.append(MenuItem(place.title, Line(place), _("unavailable: {reason}").format(reason=place.error), tone="dim"))
        self.query_one(Menu).show(items or [MenuItem(_("No source is installed that reads accounts or servers."))])

    @property
    def _line(self) -> Line | None:
        line = self.query_one(Menu).current
        return line if isinstance(line, Line) else None

    def _connection(self) -> tuple[Place, ConnectionInfo] | None:
        line = self._line
        if line is None or line.connection is None:
            self.tell(_("Put the cursor on a connection first."))
            return None
        return line.place, line.connection

    # -- import

    def action_enter(self) -> None:
        """Import with it; on a last line: make one."""
        line = self._line
        if line is None:
            return
        if line.place.error:
            self.app.push_screen(Notice(_("Not available"), line.place.error))
        elif line.connection is not None:
            self.host.post_message(OpenLocation("", line.place.name, self._recipe, connection=line.connection.name))
        elif line.place.connects or line.place.signs_in:
            self.action_new()
        else:
            self.host.post_message(OpenLocation("", line.place.name, self._recipe))

    def action_recipe(self) -> None:
        """Import it as an earlier one was."""

        def chosen(name: str) -> None:
            self._recipe = name
            self.tell(_("Enter imports with the recipe {name}.").format(name=safe(name)) if name else "")

        self.choose_recipe(chosen)

    # -- making and changing

    def action_new(self) -> None:
        """A connection of the cursor's source."""
        line = self._line
        if line is None or line.place.error:
            self.tell(_("Put the cursor on a source that works."))
        elif line.place.connects:
            self._edit(line.place)
        elif line.place.signs_in:
            self._ask_name(line.place)
        else:
            self.tell(_("This source needs no connection: Enter opens it."))

    def _edit(self, place: Place, name: str = "", *, copy: bool = False) -> None:
        self.post_message(Show("connection", Editing(place.name, place.title, name, copy, place.signs_in)))

    def _ask_name(self, place: Place) -> None:
        def typed(name: str | None) -> None:
            if name and name.strip():
                self._sign_in(place, name.strip())

        help = _("What this account is to be called here.")
        self.app.push_screen(Prompt(_("Name of the connection"), place.name, help=help), typed)

    def _sign_in(self, place: Place, name: str) -> None:
        def done(account: str) -> None:
            self.renew()
            self.tell(_("Signed in as {account}.").format(account=safe(account)))

        title = _("Sign in: {source}").format(source=safe(place.title))
        sign_in(self, title, lambda *talk: self.workspace.sign_in(place.name, name, *talk), done)

    def action_edit(self) -> None:
        """Its settings."""
        found = self._connection()
        if found is not None and found[0].connects:
            self._edit(found[0], found[1].name)
        elif found is not None:
            self.tell(_("It has no settings; i signs in anew."))

    def action_copy(self) -> None:
        """Another one like it."""
        found = self._connection()
        if found is not None and found[0].connects:
            self._edit(found[0], found[1].name, copy=True)
        elif found is not None:
            self._ask_name(found[0])

    def action_sign_in(self) -> None:
        """Anew."""
        found = self._connection()
        if found is not None and found[0].signs_in:
            self._sign_in(found[0], found[1].name)
        elif found is not None:
            self.tell(_("This source has no sign-in."))

    def action_test(self) -> None:
        """Try it out."""
        found = self._connection()
        if found is None:
            return
        place, info = found
        if not place.connects:
            self.tell(_("This source has no test; i signs in anew."))
            return

        def answered(text: str) -> None:
            self.app.push_screen(Notice(_("The connection works"), text))

        self.start(_("Testing"), lambda progress: self.workspace.test_connection(place.name, info.name, progress), answered)

    def action_delete(self) -> None:
        """Forget it."""
        found = self._connection()
        if found is None:
            return
        place, info = found

        def go() -> None:
            try:
                self.workspace.delete_connection(place.name, info.name)
            except TuiImportError as error:
                self.host.show_error(error)
            self.renew()

        text = _("Forget the connection {name} and its secrets? What was imported with it stays.")
        self.ask(_("Delete?"), text.format(name=safe(info.name)), go, danger=True)


def _facts(connection: ConnectionInfo) -> str:
    """Account and settings, without secrets, which are not in it."""
    settings = [f"{key}={value}" for key, value in connection.options.items() if value not in ("", None)]
    return " · ".join(filter(None, [connection.account, ", ".join(settings)])) or _("saved")


def _last_line(place: Place) -> MenuItem:
    text = _("+ new connection …") if place.connects else _("+ sign in …") if place.signs_in else _("Open")
    return MenuItem(text, Line(replace(place)), place.description)
