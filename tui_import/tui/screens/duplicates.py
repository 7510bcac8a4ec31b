"""The review of probable duplicates: what its keys do (`review_frame` draws it)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.matches import Choice, Pair, Verdict
from tui_import.model.settings import Action
from tui_import.session.duplicates import learning
from tui_import.session.duplicates.bulk import Bulk
from tui_import.session.duplicates.fields import BETWEEN
from tui_import.session.duplicates.learning import Teaching
from tui_import.session.duplicates.queue import ENTITY_WORDS, KIND_WORDS, ORDER_WORDS, SHOW_WORDS, QueueFilter
from tui_import.session.duplicates.words import score
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import ShowRow
from tui_import.tui.review_frame import ReviewFrame
from tui_import.tui.safe import safe
from tui_import.tui.widgets.bulk import LineWindow, Sample
from tui_import.tui.widgets.dialogs import Choose, Notice, Prompt
from tui_import.tui.widgets.pair_queue import PairQueue
from tui_import.tui.widgets.status import number

USUAL_LINE = 0.9
"""Offered where the decisions propose no line yet."""
FEWEST_WORDS = 3
"""Differing fields that are told of a pair in a sample."""


class DuplicatesScreen(ReviewFrame):
    """One pair after the other, by single keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("duplicates")
    HELP_TEXT = N_(
        "Rows of the file that probably are a company or person which the store has, or which another row brings. s: the same, d: "
        "different, Space: for later; each answer is saved at once and U takes it back. Before a field stands = the same, ! different, "
        "* different though it looks the same (letters of another alphabet), "
        "< only incoming, > only stored; before its result I incoming, S stored, B both, E edited. i, t, a, e choose it. Before a pair "
        "of the queue stands ? open, S same, D different, U for later, ! asked again since its fields changed. Leaving plans the "
        "import again with what was decided; rows that are still open wait in the draft."
    )

    # -- verdicts

    def _decide(self, verdict: Verdict, action: Action | None = None) -> None:
        more = self.attempt(lambda: self.review.decide(verdict, action))
        if more is not None:
            self._went_on(more=more)

    def _went_on(self, *, more: bool) -> None:
        self._show()
        proposal = self.review.proposal if not self._blind else None
        if not more:
            self.tell(_("No open pair is left here. Esc goes back and plans the import again."))
        elif proposal is not None:
            left, decides = self.review.counts[0], len(self.review.at_line(proposal.line, Verdict.SAME).pairs)
            self.tell(f"{proposal.words} " + _("L decides {count} of {all}.").format(count=number(decides), all=number(left)))
        else:
            self.tell("")

    def action_same(self) -> None:
        """The same, as the settings say."""
        self._decide(Verdict.SAME)

    def action_different(self) -> None:
        """Two records."""
        self._decide(Verdict.DIFFERENT)

    def action_unsure(self) -> None:
        """For later."""
        self._decide(Verdict.UNSURE)

    def action_keep(self, action: str) -> None:
        """The same, and what happens to the stored record: replace, skip, merge."""
        self._decide(Verdict.SAME, Action(action))

    def action_next(self) -> None:
        """On, without deciding."""
        if not self.review.next(only_open=False):
            self.tell(_("This is the last pair."))
        self._show()

    def action_previous(self) -> None:
        """Where one came from."""
        if not self.review.back():
            self.tell(_("This is the first pair."))
        self._show()

    def action_undo(self) -> None:
        """The last step back."""
        self._took(self.attempt(self.review.undo), _("Taken back; {undo} more steps can be."), _("There is nothing to take back."))

    def action_redo(self) -> None:
        """Once more."""
        self._took(self.attempt(self.review.redo), _("Done again; {redo} more steps can be."), _("There is nothing to do again."))

    def _took(self, pair: Pair | None, done: str, nothing: str) -> None:
        if pair is not None:
            self._show_queue()
            self._show()
        undo, redo = self.review.steps
        self.tell(nothing if pair is None else done.format(undo=undo, redo=redo))

    # -- fields

    def action_choose(self, choice: str) -> None:
        """Whose value the field at the cursor gets; empty: as the action or a rule gives it."""
        line, at = self.fields.current, self.fields.cursor
        if line is None:
            return
        wanted = Choice(choice) if choice else None
        if wanted is not Choice.EDITED:
            self._choose(line.name, wanted, "", at)
            return

        def typed(text: str | None) -> None:
            if text is not None:
                self._choose(line.name, Choice.EDITED, text, at)

        help = _("Several values are set apart by semicolons; nothing clears the field.")
        self.app.push_screen(Prompt(line.title, line.result or line.incoming, help=help), typed)

    def _choose(self, field: str, choice: Choice | None, text: str, at: int) -> None:
        self.attempt(lambda: self.review.choose(field, choice, text))
        self._show()
        self.fields.cursor = at

    def action_act(self) -> None:
        """What happens to the stored record of this pair."""
        actions = [Action.MERGE, Action.REPLACE, Action.SKIP, Action.ADD]
        labels = [
            _("merge: fill what is blank"),
            _("replace: what comes in wins"),
            _("skip: nothing is changed"),
            _("add: they are different, both stay"),
        ]

        def chosen(at: int | None) -> None:
            if at is not None:
                self.attempt(lambda: self.review.act(actions[at]))
                self._show()

        view = self.review.view()
        if view is not None:
            self.app.push_screen(Choose(_("If they are the same"), labels, start=actions.index(view.action)), chosen)

    # -- members and companies

    def action_exclude(self) -> None:
        """One record of the group is none of it."""
        group = self.review.group
        if group is None:
            return
        members = group.members

        def chosen(at: int | None) -> None:
            if at is not None:
                count = self.review.exclude(members[at])
                self._show_queue()
                self._show()
                self.tell(
                    ngettext("{count} pair is decided as different.", "{count} pairs are decided as different.", count).format(count=count)
                )

        if len(members) == 2:
            self.action_different()
        else:
            names = [self.review.member_name(group.entity, member) for member in members]
            self.app.push_screen(Choose(_("Which record is none of this group?"), names, start=len(names) - 1), chosen)

    def action_changed_job(self) -> None:
        """The same person, at the company of the row."""
        self._after(self.review.changed_job)

    def action_link_company(self) -> None:
        """The same person, at another stored company."""
        if self.review.pair is None or self.review.pair.entity != "person":
            self.tell(_("Only a person can belong to another company."))
            return
        known = self.attempt(self.review.companies) or []
        labels = [*(f"{id} {name}" for id, name in known), _("another one, by its name or number …")]

        def chosen(at: int | None) -> None:
            if at is not None and at < len(known):
                self._after(lambda: self.review.link_company(str(known[at][0])))
            elif at is not None:
                self.app.push_screen(Prompt(_("Company"), help=_("The name or the id of a stored company.")), typed)

        def typed(text: str | None) -> None:
            if text:
                self._after(lambda: self.review.link_company(text))

        self.app.push_screen(Choose(_("The same person, who belongs to"), labels), chosen)

    def _after(self, work: Callable[[], bool]) -> None:
        more = self.attempt(work)
        if more is not None:
            self._went_on(more=more)

    # -- many at once

    def action_like_this(self) -> None:
        """All open pairs with the same reasons."""
        view = self.review.view()
        if view is None:
            return
        both = [self.review.like_this(verdict) for verdict in (Verdict.SAME, Verdict.DIFFERENT)]
        labels = [_("all the same"), _("all different")]

        def chosen(at: int | None) -> None:
            if at is not None:
                self._sample(both[at], "; ".join(view.reasons))

        window = Choose(_("All like this one"), labels, details=[many.words for many in both])
        self.app.push_screen(window, chosen)

    def action_line(self) -> None:
        """All at or over a line, or all under one."""
        proposal = self.review.proposal
        line = proposal.line if proposal else USUAL_LINE
        help = _("0.90: all open pairs of 0.90 and over are the same. <0.60: all under 0.60 are different. A sample comes first.")
        words = f"{proposal.words}\n{help}" if proposal else help

        def typed(text: str | None) -> None:
            many = self._at_line(text or "")
            if many is not None:
                under = many.verdict is Verdict.DIFFERENT
                line = (text or "").strip().lstrip("<")
                self._sample(many, _("All under {line}.").format(line=line) if under else _("All of {line} and over.").format(line=line))

        window = LineWindow(_("Decide by a line"), words, f"{line:.2f}", self._line_words, lambda text: self._at_line(text) is not None)
        self.app.push_screen(window, typed)

    def _at_line(self, text: str) -> Bulk | None:
        under = text.strip().startswith("<")
        try:
            line = float(text.strip().lstrip("<").replace(",", "."))
        except ValueError:
            return None
        return self.review.at_line(line, Verdict.DIFFERENT if under else Verdict.SAME) if 0 <= line <= 1 else None

    def _line_words(self, text: str) -> str:
        many = self._at_line(text)
        return _("A number from 0 to 1.") if many is None else many.words

    def _sample(self, many: Bulk, what: str) -> None:
        if not many.pairs:
            self.tell(_("No open pair is there."))
            return
        title = _("All the same?") if many.verdict is Verdict.SAME else _("All different?")
        heading = _("{count} of them, at random:").format(count=len(many.sample))

        def answered(agreed: bool | None) -> None:
            if agreed:
                count = self.review.take(many)
                self._show_queue()
                self._show()
                self.tell(
                    ngettext(
                        "{count} pair decided in one step; U takes it back.", "{count} pairs decided in one step; U takes it back.", count
                    ).format(count=number(count))
                )

        self.app.push_screen(Sample(title, f"{what}\n{many.words}\n{heading}", [self._in_one_line(pair) for pair in many.sample]), answered)

    def _in_one_line(self, pair: Pair) -> str:
        view = self.review.view(pair)
        assert view is not None
        differing = [field for field in view.fields if not field.same and field.incoming and field.stored][:FEWEST_WORDS]
        facts = ", ".join(f"{BETWEEN.join(field.incoming)} | {BETWEEN.join(field.stored)}" for field in differing) or view.incoming.name
        return f"{score(view.match.probability)} {view.incoming.title}, {view.stored.title}: {facts}"

    def action_teach(self) -> None:
        """What the decisions would change in the matcher: shown, then accepted, forgotten or left."""
        taught = self.attempt(self.review.teaching) or []
        labels = [_("about companies") if each.entity == "company" else _("about persons") for each in taught]
        if not taught:
            self.tell(_("Nothing is learnt yet: it takes {count} decisions that say something new.").format(count=learning.ENOUGH))

        def chosen(at: int | None) -> None:
            if at is not None and at < len(taught):
                each = taught[at]
                text = "\n".join([each.words, *each.change_words, "", _("Count them so from now on?")])
                self.ask(_("What your decisions teach"), text, lambda: self._accept(each))
            elif at is not None:
                self.tell(_("Forgotten.") if self.attempt(learning.forget) else _("Nothing was learnt."))

        details = [each.words for each in taught]
        window = Choose(_("What your decisions teach"), [*labels, _("forget it all")], details=[*details, ""])
        self.app.push_screen(window, chosen)

    def _accept(self, teaching: Teaching) -> None:
        path = self.attempt(lambda: learning.accept(teaching))
        if path is not None:
            self.tell(_("Kept in {file}; pairs are scored so when the import is planned again.").format(file=path))

    # -- what is shown

    def action_blind(self) -> None:
        """With or without the score."""
        self._blind = not self._blind
        self._show_queue()
        self._show()

    def action_panes(self) -> None:
        """From the queue to the fields; in a narrow window one of them is there at a time."""
        queue = self.query_one(PairQueue)
        other = self.fields if queue.has_focus else queue
        self.set_class(other is queue, "-queue")
        other.focus()

    def action_related(self) -> None:
        """Persons, company, earlier runs."""
        found = self.attempt(self.review.context) if self.review.pair else None
        if found:
            self.app.push_screen(Notice(_("Around this pair"), "\n".join(map(safe, found))))

    def action_filter(self) -> None:
        """Open or decided, companies or persons, why."""
        own = self.review.filter
        options: list[tuple[str, QueueFilter]] = [
            *((_(word), replace(own, show=show)) for show, word in SHOW_WORDS.items()),
            *((_(word), replace(own, entity=entity)) for entity, word in ENTITY_WORDS.items()),
            *((_(word), replace(own, kind=kind)) for kind, word in KIND_WORDS.items()),
        ]
        self._pick_filter(_("Show"), options)

    def action_order(self) -> None:
        """What stands first."""
        options = [(_(word), replace(self.review.filter, order=order)) for order, word in ORDER_WORDS.items()]
        self._pick_filter(_("Order"), options)

    def _pick_filter(self, title: str, options: list[tuple[str, QueueFilter]]) -> None:
        own = self.review.filter
        here = [_("now") if wanted == own else "" for _word, wanted in options]

        def chosen(at: int | None) -> None:
            if at is not None:
                self._find(options[at][1])

        self.app.push_screen(Choose(title, [word for word, _wanted in options], details=here), chosen)

    def action_search(self) -> None:
        """Only pairs with a text."""

        def typed(text: str | None) -> None:
            if text is not None:
                self._find(replace(self.review.filter, text=text.strip()))

        self.app.push_screen(
            Prompt(_("Search"), self.review.filter.text, help=_("In all fields of both records; nothing shows all.")), typed
        )

    def _find(self, wanted: QueueFilter) -> None:
        self.review.find(wanted)
        self._show_queue()
        self._show()
        words = [SHOW_WORDS[wanted.show], ENTITY_WORDS[wanted.entity], KIND_WORDS[wanted.kind], ORDER_WORDS[wanted.order]]
        self.tell(" · ".join([*map(_, words), *([f"/{wanted.text}"] if wanted.text else [])]))

    def action_row(self) -> None:
        """Back to the preview, at the row of this pair."""
        pair = self.review.pair
        if pair is not None:
            self.post_message(ShowRow(pair.row))

    def action_back(self) -> None:
        """Out of the queue to the fields in a narrow window, else back to the preview."""
        if self.query_one(PairQueue).has_focus:
            self.action_panes()
        else:
            super().action_back()
