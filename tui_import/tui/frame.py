"""What every screen has: where am I, a line of status, the keys, help, jobs, errors in a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from tui_import.api.errors import TuiImportError
from tui_import.api.i18n import _, ngettext
from tui_import.model.mapping import ColumnInfo
from tui_import.model.progress import Progress
from tui_import.session.faults import explained
from tui_import.tui.bridge import Job
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import GoHome, GoToStep
from tui_import.tui.safe import safe
from tui_import.tui.steps import STEPS, closed_steps, neighbour
from tui_import.tui.widgets.dialogs import Choose, Confirm, error_notice
from tui_import.tui.widgets.key_bar import KeyBar
from tui_import.tui.widgets.status import Status, number
from tui_import.tui.widgets.values import Values
from tui_import.tui.widgets.where import Where

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession
    from tui_import.session.workspace import Workspace
    from tui_import.tui.app import ImportApp

T = TypeVar("T")


class Frame(Screen[None]):
    """Base of all screens. A subclass gives `where`, `body` and `HELP_TEXT`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("screen")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-roomy")]  # noqa: RUF012 - the base class declares it so
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-high")]  # noqa: RUF012
    HELP_TEXT = ""
    """What the screen is for, in English; marked with N_()."""
    _told = ""
    """The last reason that a window gave."""

    @property
    def host(self) -> ImportApp:
        """The app, with its types."""
        return cast("ImportApp", self.app)

    @property
    def workspace(self) -> Workspace:
        """The store."""
        return self.host.workspace

    def compose(self) -> ComposeResult:
        """Where, body, status, keys."""
        yield self.where()
        yield from self.body()
        yield Status()
        yield KeyBar()

    def where(self) -> Where:
        """The lines at the top."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """The screen's own widgets."""
        raise NotImplementedError

    @property
    def status(self) -> Status:
        """The line above the keys."""
        return self.query_one(Status)

    def tell(self, text: str) -> None:
        """Say what happened, in the status line."""
        self.status.say(text)

    # -- work

    def attempt(self, work: Callable[[], T], *, again: bool = False) -> T | None:
        """Something quick; where it cannot be done, the reason is shown and None returned.

        ``again``: it is done whenever the screen comes back, also from a window with that reason: then the status line has it.
        """
        try:
            return work()
        except Exception as error:
            told = explained(error, self.workspace.path) or error
            if not isinstance(told, TuiImportError):
                raise
            if again and str(told) == self._told:
                self.tell(f"{told.message} {told.hint}".strip())
            else:
                self._told = str(told)
                self.app.push_screen(error_notice(told))
            return None

    def start(
        self,
        title: str,
        work: Callable[[Progress], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        replace: bool = False,
        goes_on: Callable[[], object] | None = None,
    ) -> bool:
        """Something long, in a thread, with its progress in the status line. False (and a word) where something runs already.

        ``goes_on`` lets another process do it when the line is gone.
        """

        def done(result: T) -> None:
            self.status.rest()
            then(result)
            self.after_work()

        def ended(error: Exception) -> None:
            self.status.rest()
            if failed is not None:
                failed(error)
            else:
                self.host.show_error(error)

        job = Job(self, title, cast("Callable[[Progress], Any]", work), done, ended, goes_on)
        if not self.host.bridge.start(job, replace=replace):
            self.tell(_("Still busy: {what}. Esc asks whether to stop it.").format(what=self.busy_with))
            return False
        self.status.follow(job.progress, title)
        return True

    def after_work(self) -> None:
        """A job came to its end and its result is shown."""

    @property
    def busy_with(self) -> str:
        """The title of what runs, empty where nothing does."""
        job = self.host.bridge.current
        return job.title if job is not None else ""

    def ask(self, title: str, text: str, yes: Callable[[], None], *, danger: bool = False) -> None:
        """Do it where the user says yes."""

        def answered(agreed: bool | None) -> None:
            if agreed:
                yes()

        self.app.push_screen(Confirm(title, text, danger=danger), answered)

    def choose_recipe(self, chosen: Callable[[str], None]) -> None:
        """One of the recipes; ``chosen`` gets its name, or nothing where none is wanted."""
        names = [recipe.name for recipe in self.attempt(self.workspace.recipes) or ()]
        if not names:
            self.tell(_("There are no recipes yet: the result screen saves one."))
            return

        def answered(at: int | None) -> None:
            if at is not None:
                chosen(names[at - 1] if at else "")

        self.app.push_screen(Choose(_("Import with the recipe"), [_("none"), *names]), answered)

    # -- keys

    def action_back(self) -> None:
        """One level back; while something runs: whether to stop it."""
        if self.busy_with:
            self.ask_to_stop()
        else:
            self.leave()

    def action_focus_next(self) -> None:
        """From one part of the screen to the next."""
        self.focus_next()

    def leave(self) -> None:
        """Where Esc leads to."""
        self.app.pop_screen()

    def ask_to_stop(self) -> None:
        """Stop what runs, after a question."""
        what = self.busy_with
        self.ask(_("Stop?"), _("Stop “{what}”? Nothing of it will remain.").format(what=what), self.host.bridge.stop)


class StepFrame(Frame):
    """Base of the steps of an import."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("step")
    STEP = ""
    """Its id in `steps.STEPS`."""

    def __init__(self, session: ImportSession) -> None:
        super().__init__()
        self.session = session
        self._next_step = ""
        """Where to go when what runs is done: keys typed ahead on a slow line are not lost."""

    def where(self) -> Where:
        """File, rows, steps."""
        return Where(self._title(), right=self.workspace.path.name, step=self.STEP, closed=closed_steps(self.session))

    def _title(self) -> str:
        session = self.session
        at = [step.id for step in STEPS].index(self.STEP)
        parts = [_("Step {number} of {count}: {step}").format(number=at + 1, count=len(STEPS), step=_(STEPS[at].title))]
        name = session.location.rpartition("/")[2] or session.location
        name = name or " ".join([session.source, str(session.options.get("connection") or "")]).strip()
        parts.append(f"{name}, {session.table}" if session.table and session.table != name else name)
        if session.state != "opened":
            parts.append(ngettext("{count} row", "{count} rows", session.rows).format(count=number(session.rows)))
        return " · ".join(parts)

    def renew_where(self) -> None:
        """The facts at the top have changed."""
        self.query_one(Where).change(title=self._title(), closed=closed_steps(self.session))

    def open_values(self, column: ColumnInfo, changed: Callable[[], None]) -> None:
        """The different values of a column; ``changed`` is called where one was corrected."""
        position, session = column.position, self.session

        def closed(corrected: bool | None) -> None:
            if corrected:
                changed()

        window = Values(
            _("Values of {column}").format(column=safe(column.title)),
            load=lambda: session.column_values(position),
            replace=lambda old, new: self.attempt(lambda: session.replace_value(position, old, new or None)) or 0,
            repair=lambda code: self.attempt(lambda: session.repair(position, code)) or 0,
            undo=lambda: bool(self.attempt(session.undo_correction)),
        )
        self.app.push_screen(window, closed)

    # -- keys

    def action_step(self, step: str) -> None:
        """To a step, or say why not."""
        if step == self.STEP:
            return
        reason = self.closed().get(step)
        if reason:
            self.tell(reason)
        else:
            self.go(step)

    def closed(self) -> Mapping[str, str]:
        """Why steps cannot be reached, by step."""
        return closed_steps(self.session)

    def go(self, step: str) -> None:
        """Leave for a step; a running job is not left alone."""
        if self.busy_with:
            self._next_step = step
            title = _(STEPS[[each.id for each in STEPS].index(step)].title)
            self.tell(_("Still busy: {what}. Then follows: {step}. Esc asks whether to stop.").format(what=self.busy_with, step=title))
            return
        self.post_message(GoToStep(step))

    def after_work(self) -> None:
        """Go where a key sent us meanwhile."""
        step, self._next_step = self._next_step, ""
        if step:
            self.action_step(step)

    def action_next(self) -> None:
        """On."""
        self.action_step(neighbour(self.STEP, 1))

    def action_previous(self) -> None:
        """Back one step."""
        before = neighbour(self.STEP, -1)
        if before:
            self.action_step(before)
        else:
            self.action_back()

    def action_start(self) -> None:
        """To the import."""
        self.action_step("import")

    def leave(self) -> None:
        """Esc: the step before; from the first one home."""
        before = neighbour(self.STEP, -1)
        if before and before not in self.closed():
            self.go(before)
        else:
            self.post_message(GoHome())
