"""Everything about one row of the preview: states with reasons, then its fields stored | incoming | result."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue
from tui_import.model.mapping import ColumnInfo
from tui_import.model.plan import LETTERS, FieldChange, RowDetail, Verb
from tui_import.tui.safe import content, lines, shown
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.words import VERBS, issue_words, state_words, states_worth_a_word, word

_TONES = {Verb.CLEAR: "bad", Verb.REMOVE: "bad", Verb.OVERWRITE: "change", Verb.FILL: "good", Verb.APPEND: "good"}
_ORDER = {Verb.KEEP: 1, Verb.SAME: 2}
"""What changes stands first."""
FIELD_WIDTH = 25
VERB_WIDTH = 9
NARROWEST, WIDEST = 13, 48
"""Width of a value."""


class RowDetailPane(Vertical):
    """The pane under the rows."""

    DEFAULT_CSS = """
    RowDetailPane {
        height: 9;
        & > Static { height: 3; padding: 0 1; color: $text-warning; }
        /* ">" says where the cursor waits; a colour would be sent with every move in the rows above */
        & > VirtualTable:blur > .lines--cursor { background: $background; }
    }
    """

    def __init__(self, catalogue: Catalogue, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._catalogue = catalogue

    def compose(self) -> ComposeResult:
        """Reasons and fields."""
        yield Static()
        yield VirtualTable(self._columns(NARROWEST))

    @property
    def table(self) -> VirtualTable:
        """The fields; may have the focus."""
        return self.query_one(VirtualTable)

    def on_resize(self) -> None:
        """A wide window gives the values room."""
        room = (self.size.width - FIELD_WIDTH - VERB_WIDTH - 6) // 3
        self.table.lay_out(self._columns(max(NARROWEST, min(room, WIDEST))))

    def _columns(self, width: int) -> list[TableColumn]:
        values = [TableColumn(title, width) for title in (_("Stored"), _("Incoming"), _("Result"))]
        return [TableColumn(_("Field"), FIELD_WIDTH, frozen=True), TableColumn(_("What"), VERB_WIDTH, frozen=True), *values]

    def show(self, detail: RowDetail | None, columns: Sequence[ColumnInfo], note: str = "") -> None:
        """One row, or a word where there is none."""
        reasons = self.query_one(Static)
        if detail is None:
            reasons.update(content(note), layout=False)
            self.table.show(ListRows())
            return
        states = [state_words(state, columns) for state in states_worth_a_word(detail.row.states)]
        said = [state.reason for state in detail.row.states]
        issues = [issue_words(issue, columns) for issue in detail.issues if issue not in said]
        # of fixed height, so that a step down does not lay the whole screen out anew
        reasons.update(lines("\n".join([*states, *issues])), layout=False)
        changes = sorted(detail.changes, key=lambda change: _ORDER.get(change.verb, 0))
        self.table.show(ListRows([self._row(change) for change in changes]), cursor=0)

    def _row(self, change: FieldChange) -> TableRow:
        title = change.field
        if title in self._catalogue:
            known = self._catalogue[title]
            title = f"{LETTERS.get(known.entity, known.entity[:1].upper())}: {known.shown_label}"
        cells = (title, word(VERBS, change.verb), shown(change.stored), shown(change.incoming), shown(change.result))
        return TableRow(cells, tone="dim" if change.verb is Verb.SAME else "plain", tones={1: _TONES.get(change.verb, "dim")})
