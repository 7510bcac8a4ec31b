"""The review of probable duplicates: what its keys do (`review_frame` draws it)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.matches import Choice, Pair, Verdict
from tui_import.model.plan import Summary
from tui_import.model.progress import Progress
from tui_import.model.settings import Action, Survivor
from tui_import.session.duplicates import learning
from tui_import.session.duplicates.bulk import Bulk
from tui_import.session.duplicates.fields import BETWEEN
from tui_import.session.duplicates.learning import Teaching
from tui_import.session.duplicates.queue import ENTITY_WORDS, KIND_WORDS, ORDER_WORDS, SHOW_WORDS, Order, QueueFilter
from tui_import.session.duplicates.review import Review
from tui_import.session.duplicates.words import score
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import ShowRow
from tui_import.tui.review_frame import ReviewFrame
from tui_import.tui.safe import safe
from tui_import.tui.widgets.bulk import LineWindow, Sample
from tui_import.tui.widgets.dialogs import Choose, Notice, Prompt
from tui_import.tui.widgets.pair_queue import PairQueue
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.where import Where

if TYPE_CHECKING:
    from tui_import.session.stored_review import StoredReview

MANY = 5_000
"""Open pairs above which it is not counted after each decision what a line would decide."""
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
    NOTHING_LEFT = N_("No open pair is left here. Esc goes back and plans the import again.")
    TAUGHT = N_("Kept in {file}; pairs are scored so when the import is planned again.")
    ACTIONS: ClassVar[Mapping[Action, str]] = {
        Action.MERGE: N_("merge: fill what is blank"),
        Action.REPLACE: N_("replace: what comes in wins"),
        Action.SKIP: N_("skip: nothing is changed"),
        Action.ADD: N_("add: they are different, both stay"),
    }
    ORDERS: ClassVar[Mapping[Order, str]] = ORDER_WORDS

    # -- verdicts

    def _decide(self, verdict: Verdict, action: Action | None = None) -> None:
        more = self.attempt(lambda: self.review.decide(verdict, action))
        if more is not None:
            self._went_on(more=more)

    def _went_on(self, *, more: bool) -> None:
        self._show()
        proposal = self.review.proposal if not self._blind else None
        if not more:
            self.tell(_(self.NOTHING_LEFT))
        elif proposal is not None and self.review.counts[0] > MANY:
            self.tell(f"{proposal.words} " + _("L shows what it decides."))
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
        actions = list(self.ACTIONS)
        labels = [_(words) for words in self.ACTIONS.values()]

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
            self.tell(_(self.TAUGHT).format(file=path))

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
        options = [(_(word), replace(self.review.filter, order=order)) for order, word in self.ORDERS.items()]
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
        words = [SHOW_WORDS[wanted.show], ENTITY_WORDS[wanted.entity], KIND_WORDS[wanted.kind], self.ORDERS[wanted.order]]
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


def _without_sides(all_keys: list[BindingType]) -> list[BindingType]:
    """The keys of the other screen, the queue's first; the sides have other names here."""
    own = {str(getattr(each, "id", "")): each for each in all_keys}
    queue = own.pop("duplicates.panes")
    return [queue, *(each for id, each in own.items() if id not in ("duplicates.incoming", "duplicates.stored"))]


class StoredDuplicatesScreen(DuplicatesScreen, inherit_bindings=False):
    """The same over records that are stored already: what is decided is merged when somebody says so."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("similar"), *_without_sides(bindings("duplicates")), *bindings("screen")]
    HELP_TEXT = N_(
        "Records of the store that probably are one. s: the same, d: different, Space: for later; each answer is saved at once and U takes "
        "it back. The left record goes and becomes part of the right one, which stays; X changes sides. Before a field stands = the same, "
        "! different, < only left, > only right; before its result G of the one that goes, S of the one that stays, B both, E edited. i, "
        "t, a, e choose it. F9 merges all that was decided, as one run that can be taken back; its persons, consents, selections, "
        "telephones and keys move. Esc leaves; the home screen goes on where you were."
    )
    NOTHING_LEFT = N_("No open pair is left here. F9 merges what was decided.")
    TAUGHT = N_("Kept in {file}; pairs are scored so when they are looked for again.")
    SOURCES: ClassVar[Mapping[str, str]] = {"I": "G"}
    ACTIONS: ClassVar[Mapping[Action, str]] = {
        Action.MERGE: N_("merge: the one that stays gets what it lacks"),
        Action.REPLACE: N_("replace: the values of the one that goes win"),
        Action.SKIP: N_("skip: the fields of the one that stays are not changed"),
        Action.ADD: N_("add: they are different, both stay"),
    }
    ORDERS: ClassVar[Mapping[Order, str]] = {**ORDER_WORDS, Order.ROWS: N_("most persons first")}

    def __init__(self, draft: str = "") -> None:
        """``draft``: which review; empty: the one that is not done, else a new one."""
        super().__init__(None)
        self._draft_id = draft
        self._stored: StoredReview | None = None

    def where(self) -> Where:
        """Title, and when the backup is made."""
        note = _("Back up first: F9 does so before it merges. Until then nothing changes.")
        return Where(_("Duplicates in the store"), right=self.workspace.path.name, note=note)

    @property
    def stored(self) -> StoredReview:
        """The review, once it is open."""
        assert self._stored is not None
        return self._stored

    def open_review(self, progress: Progress) -> Review:
        """Open it, and look for pairs where that was not done."""
        workspace = self.workspace
        found = workspace.reopen(self._draft_id) if self._draft_id else workspace.review_store()
        self._stored = found  # type: ignore[assignment]  # only reviews of the store are opened here
        self.stored.catch_up(progress)
        return self.stored.review()

    def on_unmount(self) -> None:
        """It is kept as it is."""
        if self._stored is not None:
            self.host.release(self._stored)

    def _anew(self, review: Review) -> None:
        self._opened(review)
        self.tell(ngettext("{count} pair.", "{count} pairs.", review.counts[1]).format(count=number(review.counts[1])))

    def action_swap(self) -> None:
        """The other record stays."""
        if self.review.pair is not None:
            at = self.fields.cursor
            self.attempt(self.review.swap)
            self._show()
            self.fields.cursor = at

    def action_row(self) -> None:
        """There is none."""
        self.tell(_("Both are stored records, there is no row: e changes a field of the result."))

    def action_look(self) -> None:
        """Look for pairs again; what was decided stays."""

        def work(progress: Progress) -> Review:
            self.stored.look(progress)
            return self.stored.review()

        self.start(_("Looking for duplicates"), work, self._anew)

    def action_rules(self) -> None:
        """Whose value a field begins with."""

        def typed(text: str | None) -> None:
            if text is not None and self.attempt(lambda: self.stored.set_survivorship(text)):
                self._anew(self.stored.review())

        help = _("FIELD=RULE between blanks, like *=newest company.name=longest; rules: {rules}. incoming is the record that goes.")
        rules = help.format(rules=", ".join(Survivor))
        self.app.push_screen(Prompt(_("Rules for survivors"), self.stored.settings.duplicates.survivorship, help=rules), typed)

    def action_apply(self) -> None:
        """Merge what was decided to be the same, after a question."""
        if not self.stored.has_decisions:
            self.tell(_("Nothing is decided yet."))
            return
        words = self.attempt(self.stored.words)
        if words is not None:
            text = words + "\n" + _("A backup is made first, and the run can be taken back.")
            self.ask(_("Merge?"), text, self._merge)

    def _merge(self) -> None:
        self.start(_("Merging"), self.stored.apply, self._applied)

    def _applied(self, summary: Summary) -> None:
        self._opened(self.stored.review())
        said = _("Remembered.")
        if summary.run is not None:
            changed = sum(counts.updated for counts in summary.entities.values())
            records = ngettext("{count} record changed", "{count} records changed", changed).format(count=number(changed))
            said = _("Run {run}: {records}. On the home screen, u takes it back.").format(run=summary.run, records=records)
        done = self.stored.state == "applied"
        self.app.push_screen(Notice(_("Merged"), said), lambda _nothing: self.leave() if done else None)
