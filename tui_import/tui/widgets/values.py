"""The different values of a column, to be corrected once for all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from tui_import.api.i18n import _, ngettext
from tui_import.model.issues import Issue, Severity
from tui_import.tui import keymap
from tui_import.tui.safe import content, safe, shown
from tui_import.tui.widgets.dialogs import Prompt, Window
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable


class Counted(Protocol):
    """One value of a column."""

    @property
    def value(self) -> Any:
        """As it was read."""

    @property
    def rows(self) -> int:
        """How many rows have it."""

    @property
    def issue(self) -> Issue | None:
        """What is wrong with it."""


class Values(Window[bool]):
    """Gives whether something was changed."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("values"), *keymap.bindings("notice")]
    DEFAULT_CSS = """
    Values > .window { height: 90%; width: 96%; max-width: 120; }
    Values > .window > .note { height: 1; color: $foreground-muted; }
    Values > .window > .said { height: 1; }
    """

    def __init__(
        self,
        title: str,
        load: Callable[[], Sequence[Counted]],
        replace: Callable[[Any, str], int],
        repair: Callable[[str], int],
        undo: Callable[[], bool],
    ) -> None:
        """``replace(old, new)`` and ``repair(code)`` give the rows they changed; they show their errors themselves and give 0 then."""
        super().__init__()
        self.title_text = title
        self._load, self._replace, self._repair, self._undo = load, replace, repair, undo
        self._values: Sequence[Counted] = ()
        self._changed = False

    def parts(self) -> Sequence[Widget]:
        """The table, and what is wrong with the value the cursor stands on."""
        about = TableColumn(_("What is wrong, and what could be done"))
        columns = [TableColumn(_("Value"), 20), TableColumn(_("Rows"), 7, right=True), about]
        return (VirtualTable(columns, id="values"), Static(classes="note"), Static(classes="said"))

    def on_mount(self) -> None:
        """Fill it."""
        self._show()

    def _show(self) -> None:
        self._values = self._load()
        rows = []
        for each in self._values:
            issue = each.issue
            bad = issue is not None and issue.severity is Severity.ERROR
            about = "" if issue is None else str(issue)
            rows.append(
                TableRow(
                    (shown(each.value) or _("(blank)"), number(each.rows), about),
                    marks=frozenset({0} if bad else ()),
                    tones={2: "bad" if bad else "change"},
                )
            )
        self.query_one(VirtualTable).show(ListRows(rows))

    @property
    def _current(self) -> Counted | None:
        at = self.query_one(VirtualTable).cursor
        return self._values[at] if at < len(self._values) else None

    def on_lines_moved(self) -> None:
        """The whole value below: the table may cut it."""
        current = self._current
        if current is not None:
            text = shown(current.value)
            self.query_one(".note", Static).update(content(f"{text} – {current.issue}" if current.issue else text))

    def _said(self, count: int) -> None:
        self._changed = self._changed or count > 0
        self._show()
        text = ngettext("{count} row changed.", "{count} rows changed.", count).format(count=number(count))
        self.query_one(".said", Static).update(content(text))

    def action_replace(self) -> None:
        """Another value in all rows that have this one."""
        current = self._current
        if current is None:
            return
        old = current.value
        start = current.issue.suggestion if current.issue and current.issue.suggestion else shown(old)

        def typed(new: str | None) -> None:
            if new is not None and new != shown(old):
                self._said(self._replace(old, new))

        text = ngettext("In {count} row; empty makes it blank.", "In {count} rows; empty makes them blank.", current.rows)
        help = text.format(count=number(current.rows))
        self.app.push_screen(Prompt(_("Replace “{value}” by").format(value=safe(shown(old))), start, help=help), typed)

    def action_repair(self) -> None:
        """All offered repairs of the kind the cursor stands on."""
        current = self._current
        if current is None or current.issue is None or current.issue.suggestion is None:
            self.query_one(".said", Static).update(content(_("There is no repair to offer for this value.")))
            return
        self._said(self._repair(current.issue.code))

    def action_undo(self) -> None:
        """The last correction back."""
        if self._undo():
            self._changed = True
            self._show()

    def action_close(self) -> None:
        """Back to the mapping."""
        self.dismiss(self._changed)
