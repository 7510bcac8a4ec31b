"""What the review of probable duplicates draws: left the queue, right both records field by field, below the score in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui_import.api.i18n import N_, _
from tui_import.model.matches import FIELD_WORDS
from tui_import.model.progress import Progress
from tui_import.session.duplicates.fields import ACTION_WORDS, BETWEEN, LOOKS_ALIKE, FieldView
from tui_import.session.duplicates.review import PairView, Review
from tui_import.session.duplicates.words import score
from tui_import.tui.frame import Frame
from tui_import.tui.safe import content, lines
from tui_import.tui.widgets.lines import Lines
from tui_import.tui.widgets.pair_fields import FieldLine, PairFields
from tui_import.tui.widgets.pair_queue import PairQueue
from tui_import.tui.widgets.status import duration, number
from tui_import.tui.widgets.where import Where

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession
    from tui_import.session.stored_review import StoredReview

LETTERS = {
    "?": N_("open"),
    "S": N_("the same"),
    "D": N_("different"),
    "U": N_("unsure: for later"),
    "-": N_("no longer asked: its record is the same as another"),
    "!": N_("asked again"),
}


class ReviewFrame(Frame):
    """Shows where a review stands; its subclass says what keys do."""

    SOURCES: ClassVar[Mapping[str, str]] = {}
    """Letters for where a result comes from (`FieldView.source`) that are others here."""

    def __init__(self, session: ImportSession | StoredReview | None) -> None:
        super().__init__()
        self.session = session
        self._review: Review | None = None
        self._blind = False

    def where(self) -> Where:
        """Title, pace, what is left."""
        return Where(_("Duplicates"), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """Queue, fields, score."""
        with Horizontal(id="workbench"):
            yield PairQueue(id="queue")
            with Vertical(id="pair"):
                yield Static(id="group", classes="heading")
                yield PairFields(id="fields")
                yield Static(id="around")
                yield Static(id="score")

    @property
    def review(self) -> Review:
        """The queue, once it is open."""
        assert self._review is not None
        return self._review

    def open_review(self, _progress: Progress) -> Review:
        """The queue that is shown; called in a thread."""
        assert self.session is not None
        return self.session.review()

    @property
    def fields(self) -> PairFields:
        """Both records."""
        return self.query_one(PairFields)

    def on_mount(self) -> None:
        """Open the queue where it stood."""
        self.fields.focus()
        self.start(_("Opening the queue"), self.open_review, self._opened, self._not_opened)

    def _opened(self, review: Review) -> None:
        self._review = review
        self._show_queue()
        self._show()

    def _not_opened(self, error: Exception) -> None:
        self.app.pop_screen()
        self.host.show_error(error)

    # -- drawing

    def _show_queue(self) -> None:
        """All lines anew: another filter, or many decisions."""
        review = self.review
        names: dict[int, str] = {}

        def line(row: int) -> tuple[str, str, str]:
            group = review.queue[row]
            name = names.setdefault(row, f"{group.entity[:1].upper()} {review.name(group)}")
            percent = "" if self._blind else score(review.matches[group.pairs[0]].probability)
            return review.group_letter(group), name, f"{len(group.members)} {percent}".strip()

        self.query_one(PairQueue).show(len(review.queue), line, self._place())

    def _place(self) -> int:
        group = self.review.group
        return next((at for at, each in enumerate(self.review.queue) if each is group), 0)

    def _show(self) -> None:
        """The current pair."""
        queue, view = self.query_one(PairQueue), self.review.view()
        before = queue.cursor
        with self.prevent(Lines.Moved):
            queue.cursor = self._place()
        queue.redraw_row(before)
        queue.redraw_row(queue.cursor)
        self.query_one(Where).change(title=self._title(), closed={})
        if view is None:
            self.query_one("#group", Static).update(content(_("Nothing here: f shows others.")), layout=False)
            self.fields.show((), ("", ""))
            self.query_one("#score", Static).update(content(""), layout=False)
            return
        self.query_one("#group", Static).update(content(self._group_words(view)), layout=False)
        self.fields.show([self._line(field) for field in view.fields], view.heads, 0)
        self._show_around(view)
        self._show_score(view)

    def _show_around(self, view: PairView) -> None:
        """Where there is room for it, what is one key away elsewhere."""
        if self.has_class("-roomy") and self.has_class("-high"):
            found = self.attempt(lambda: self.review.context(view.match.pair)) or []
            self.query_one("#around", Static).update(lines("\n".join(found)), layout=False)

    def on_resize(self) -> None:
        """A larger window shows more."""
        if self._review is not None:
            self._show()

    def _line(self, view: FieldView) -> FieldLine:
        return FieldLine(
            view.field.name,
            view.field.shown_label,
            view.letter,
            BETWEEN.join(view.incoming),
            BETWEEN.join(view.stored),
            self.SOURCES.get(view.source, view.source),
            BETWEEN.join(view.result),
            view.why,
            view.incoming_spans,
            view.stored_spans,
        )

    def _title(self) -> str:
        left, every = self.review.counts
        parts = [_("Duplicates: {open} of {all} open").format(open=number(left), all=number(every))]
        if self.review.pace:
            parts.append(_("{pace} a minute").format(pace=f"{self.review.pace:.0f}"))
        minutes = self.review.minutes_left
        if minutes is not None and left:
            parts.append(_("{time} left").format(time=duration(60 * minutes)))
        return " · ".join(parts)

    def _group_words(self, view: PairView) -> str:
        group = self.review.group
        state = _(LETTERS[view.letter])
        parts = [f"[{view.letter}] {state}"]
        if view.match.asked_again:
            slots = ", ".join(_(FIELD_WORDS.get(slot, slot)) for slot in view.match.asked_again)
            parts = [_("[!] asked again, since changed: {fields}").format(fields=slots)]
        elif view.match.decision is not None and view.match.decision.by:
            parts.append(_("by {user}").format(user=view.match.decision.by))
        if group is not None and len(group.members) > 2:
            place, count = view.place
            parts.append(_("group of {count}, pair {place} of {pairs}").format(count=len(group.members), place=place, pairs=count))
        if view.stored.gone or view.incoming.gone:
            parts.append(_("the stored record is deleted"))
        return " · ".join(parts)

    def _show_score(self, view: PairView) -> None:
        words = [self._field_words(), *([_("Blind: v shows the score.")] if self._blind else self._score_words(view))]
        self.query_one("#score", Static).update(lines("\n".join(words)), layout=False)

    def _score_words(self, view: PairView) -> list[str]:
        bare = "" if view.match.kind != "probable" else f"{score(view.match.probability)} "
        action = _("the same would mean: {action}").format(action=_(ACTION_WORDS[view.action]))
        return [f"{bare}{view.likely} · {action}", "; ".join(view.reasons), view.turn]

    def _field_words(self) -> str:
        """The whole of the field that the cursor stands on: a column may be too narrow for it."""
        line = self.fields.current
        if line is None:
            return ""
        if line.sign == "=":
            return _("{field}: {value}").format(field=line.title, value=line.result)
        words = "; ".join(filter(None, [_(LOOKS_ALIKE) if line.sign == "*" else "", line.why]))
        why = f" ({words})" if words else ""
        text = _("{field}: {incoming} | {stored} → {result}")
        values = {"incoming": line.incoming or "–", "stored": line.stored or "–", "result": line.result or "–"}
        return text.format(field=line.title, **values) + why

    def on_lines_moved(self, event: Lines.Moved) -> None:
        """A group of the queue, or a field."""
        if self._review is None:
            return
        if isinstance(event.widget, PairQueue):
            group = self.review.queue[event.row] if event.row < len(self.review.queue) else None
            if group is not None and group is not self.review.group:
                self.review.go(next(filter(self.review.is_open, group.pairs), group.pairs[0]))
                self._show()
        elif (view := self.review.view()) is not None:
            self._show_score(view)
