"""The app only wires: theme, keymap, screens, errors, signals."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.text import Text
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from tui_import.api.errors import PasswordNeededError, TuiImportError
from tui_import.api.i18n import _
from tui_import.model.kinds import PRODUCTS, SIMILAR
from tui_import.model.progress import Progress
from tui_import.session.faults import explained
from tui_import.tui import keymap, messages, palette, theme
from tui_import.tui.bridge import Bridge, Done, Failed, is_stop
from tui_import.tui.crash import crash_words
from tui_import.tui.driver import driver_class
from tui_import.tui.frame import Frame
from tui_import.tui.price_list_choice import choose_price_list
from tui_import.tui.safe import safe
from tui_import.tui.steps import current_step, lacks_price_list
from tui_import.tui.widgets.dialogs import Confirm, Prompt, error_notice
from tui_import.tui.widgets.help import Help, help_about

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession
    from tui_import.session.stored_review import StoredReview
    from tui_import.session.workspace import Workspace

_SCREENS = "tui_import.tui.screens"
STEP_SCREENS = {
    "source": "source:SourceScreen",
    "mapping": "mapping:MappingScreen",
    "settings": "settings:SettingsScreen",
    "preview": "preview:PreviewScreen",
    "import": "importing:ImportScreen",
    "result": "result:ResultScreen",
    "search": "search:SearchScreen",
}
OVERLAYS = {
    "open": "open_file:OpenFileScreen",
    "connections": "connections:ConnectionsScreen",
    "connection": "connection:ConnectionScreen",
    "run": "run:RunScreen",
    "selections": "selections:SelectionsScreen",
    "records": "records:RecordsScreen",
    "lists": "lists:ListsScreen",
    "fields": "fields:FieldsScreen",
    "price_lists": "price_lists:PriceListsScreen",
    "price_list": "price_lists:PriceListScreen",
    "similar": "duplicates:StoredDuplicatesScreen",
    "suppressions": "suppressions:SuppressionsScreen",
    "duplicates": "duplicates:DuplicatesScreen",
}


def screen_class(place: str) -> type[Any]:
    """The class at "module:Class", imported when it is needed first."""
    module, _colon, name = place.partition(":")
    found: type[Any] = getattr(import_module(f"{_SCREENS}.{module}"), name)
    return found


def _go_into(session: ImportSession, price_list: str) -> None:
    """Its products go into this price list."""
    settings = session.settings
    session.change_settings(replace(settings, product=replace(settings.product, price_list=price_list)))


class ImportApp(App[int]):
    """Home, and over it the steps of one import."""

    TITLE = "tui-import"
    CSS_PATH = "styles/app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("app")
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, workspace: Workspace, *, location: str = "", draft: str = "", demo: bool = False, signals: bool = False) -> None:
        lean = driver_class()
        super().__init__(driver_class=lean)
        self.scrolls_by_line = lean is not None
        """The terminal moves lines that only scroll; Textual's own driver sends all of them again."""
        self.workspace = workspace
        self.session: ImportSession | None = None
        """The import in progress."""
        self.session_note = ""
        """What the next step says first."""
        self.kind, self.price_list = "", ""
        """What was chosen at home for the next file, and of products the price list that they go into; empty: seen by the columns."""
        self.bridge = Bridge(self)
        self._released: list[ImportSession | StoredReview] = []
        """To be closed when no worker is left."""
        self.demo = demo
        self.animation_level = "none"
        self._location, self._draft, self._signals = location, draft, signals

    def get_default_screen(self) -> Screen[Any]:
        """Home is below all others."""
        home: Screen[Any] = screen_class("home:HomeScreen")()
        return home

    def on_mount(self) -> None:
        """Colours, keys, signals, and what to open."""
        self.theme = theme.choose(self, os.environ)
        keys, complaints = keymap.user_keys(keymap.user_file())
        self.set_keymap(keys)
        if self._signals:
            self.bridge.listen_to_signals()
        for complaint in complaints:
            self.notify(complaint, severity="warning", markup=False)
        if self._draft:
            self.call_after_refresh(self.post_message, messages.ResumeDraft(self._draft))
        elif self._location:
            self.call_after_refresh(self.post_message, messages.OpenLocation(self._location))

    # -- other screens

    def on_open_location(self, message: messages.OpenLocation) -> None:
        """Open a source, asking for a password where it wants one."""
        options = {key: value for key, value in (("password", message.password), ("connection", message.connection)) if value}

        def failed(error: Exception) -> None:
            if isinstance(error, PasswordNeededError):
                self.ask_password(error, lambda password: self.post_message(replace(message, password=password)))
            else:
                self.show_error(error)

        def begin(_progress: Progress) -> ImportSession:
            if message.selection is not None:
                return self.workspace.begin_selection(message.selection)
            recipe = self.workspace.recipe(message.recipe) if message.recipe else None
            kind = {"kind": self.kind} if self.kind and recipe is None else {}
            session = self.workspace.begin(message.location, source=message.source, options=options or None, recipe=recipe, **kind)
            if kind and self.kind == PRODUCTS:
                _go_into(session, self.price_list)
            return session

        title = _("Opening the file") if message.location else _("Opening the source")
        self._frame().start(title, begin, self._enter, failed)

    def on_resume_draft(self, message: messages.ResumeDraft) -> None:
        """Go on where it stopped."""
        self._frame().start(_("Opening the draft"), lambda _progress: self.workspace.reopen(message.draft), self._enter)

    def _enter(self, session: ImportSession | StoredReview) -> None:
        self._close_session()
        if session.kind == SIMILAR:
            draft = session.id
            session.close()
            self.on_show(messages.Show("similar", draft))
            return
        self.session = cast("ImportSession", session)
        self.on_go_to_step(messages.GoToStep(current_step(self.session)))

    def on_go_to_step(self, message: messages.GoToStep) -> None:
        """Exchange the step's screen; home stays below it."""
        searched = message.step == "source" and not message.look and self.session is not None and self.session.can_search
        screen = screen_class(STEP_SCREENS["search" if searched else message.step])(self.session)
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) == 2:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
        if message.step != "source" and self.session is not None and lacks_price_list(self.session):
            self._ask_price_list(self.session)

    def _ask_price_list(self, session: ImportSession) -> None:
        """Products that were recognised by their columns: into which price list, before their columns are mapped."""

        def chosen(name: str) -> None:
            _go_into(session, name)
            self.on_go_to_step(messages.GoToStep(current_step(session)))

        choose_price_list(self, chosen)

    def on_go_home(self) -> None:
        """Leave the import; its draft stays."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self._close_session()

    def on_show(self, message: messages.Show) -> None:
        """A screen over this one."""
        made = screen_class(OVERLAYS[message.screen])
        self.push_screen(made() if message.argument is None else made(message.argument))

    def on_show_row(self, message: messages.ShowRow) -> None:
        """Back to the preview of the import in progress, at a row."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        go_to_row = getattr(self.screen, "go_to_row", None)
        if go_to_row is not None:
            go_to_row(message.row)

    def _frame(self) -> Frame:
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, Frame))

    def _close_session(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            self.release(session)

    def release(self, session: ImportSession | StoredReview) -> None:
        """Close it as it is; where a worker is still at it, when that has ended: SQLite crashes under whom it is closed."""
        if self.bridge.current is None:
            session.close()
        else:
            self._released.append(session)

    def close_released(self) -> None:
        """For who ran the app: no worker is left now."""
        while self._released:
            self._released.pop().close()

    def on_unmount(self) -> None:
        """The draft is closed as it is."""
        self._close_session()

    # -- jobs and errors

    def on_done(self, message: Done) -> None:
        """A job came to its end."""
        self.bridge.ended(message)

    def on_failed(self, message: Failed) -> None:
        """A job ended in an error."""
        self.bridge.ended(message)

    def show_error(self, error: Exception) -> None:
        """In a window; that the user stopped something is said in the status line."""
        error = explained(error, self.workspace.path) or error
        if is_stop(error):
            self._frame().tell(_("Stopped. Nothing was changed."))
        else:
            if not isinstance(error, TuiImportError):
                self.log.error(type(error).__name__)
            self.push_screen(error_notice(error))

    def ask_password(self, error: PasswordNeededError, then: Any) -> None:
        """Ask for the file's password and call ``then`` with it."""

        def typed(password: str | None) -> None:
            if password:
                then(password)

        self.push_screen(Prompt(_("Password"), help=error.message, password=True), typed)

    def _fatal_error(self) -> None:
        """A mistake of ours ends the program: where it is, but no values, since they are the users' data (and may hold commands)."""
        error = self._exception
        told = explained(error, self.workspace.path) if isinstance(error, Exception) else None
        self.panic(Text(safe(told)) if told else crash_words(error))

    # -- keys

    def on_paste(self) -> None:
        """No field took it."""
        self._frame().tell(_("What was pasted was not taken for keys; it can be pasted into a field."))

    def action_help(self) -> None:
        """Explain the screen."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help(*help_about(self.screen)))

    def action_leave(self) -> None:
        """Quit, after a question."""

        def answered(agreed: bool | None) -> None:
            if agreed:
                self.action_leave_now()

        busy = self.bridge.current
        text = _("“{what}” is running and will be stopped.").format(what=busy.title) + "\n" if busy else ""
        self.push_screen(Confirm(_("Quit?"), text + _("An import in progress is kept; the home screen offers to go on with it.")), answered)

    def action_leave_now(self) -> None:
        """Quit."""
        self.bridge.stop()
        self.exit(0)

    def action_interrupt(self) -> None:
        """Ctrl+C: stop what runs, else quit, after a question."""
        if self.bridge.current is not None:
            self._frame().ask_to_stop()
        else:
            self.action_leave()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of the screen, for the palette."""
        return palette.commands(self, screen)
