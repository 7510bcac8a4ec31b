"""The review of an import's probable duplicates: one pair after the other, every decision saved at once, taken back without limit."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.plan.merges import turned
from tui_import.model.fields import FieldType
from tui_import.model.matches import Choice, FieldChoice, Match, MatchKind, Pair, Verdict, Verdicts
from tui_import.model.settings import Action, BlankCells, Settings, ValuesPolicy
from tui_import.session.duplicates import bulk, queue
from tui_import.session.duplicates.bulk import Bulk
from tui_import.session.duplicates.calibration import Calibration, Proposal
from tui_import.session.duplicates.fields import FieldView, Rules, field_views, starting_choice
from tui_import.session.duplicates.learning import Teaching, teach
from tui_import.session.duplicates.queue import Node
from tui_import.session.duplicates.sides import Side, Sides
from tui_import.session.duplicates.walk import Walk
from tui_import.session.duplicates.words import likely, reason_words, slots
from tui_import.store.matches import now

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace
    from tui_import.store.draft import Draft

PACE = 20
"""The pace is that of so many decisions."""
SECRET = "workbook_secret"  # noqa: S105 - a name
"""Where the draft keeps what its decision workbooks are sealed with."""


@dataclass(frozen=True, slots=True)
class PairView:
    """All that is shown of one pair."""

    match: Match
    letter: str
    """See `queue.letter`."""
    incoming: Side
    stored: Side
    heads: tuple[str, str]
    """What stands over both."""
    action: Action
    """What happens to the stored record."""
    fields: tuple[FieldView, ...]
    reasons: tuple[str, ...]
    """What each field says, strongest first."""
    likely: str
    """How probable it is, in words."""
    turn: str
    """What would turn the verdict."""
    place: tuple[int, int]
    """(which pair of its group, how many the group has), counted from 1."""


def _decided(match: Match, decision: Verdicts | None) -> Match:
    return replace(match, decision=decision, asked_again=())


class Review(Walk):
    """A review of the queue: decisions about one pair after the other, or about many at once."""

    def __init__(
        self, workspace: Workspace, draft: Draft, sides: Sides, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(workspace, draft, sides, settings, clock)
        self._rules = {entity: self._rules_of(entity) for entity in ("company", "person")}
        self._decided_at: list[float] = []

    # -- one pair

    def view(self, pair: Pair | None = None) -> PairView | None:
        """All about a pair, the current one by default; None where there is none."""
        pair = pair or self.pair
        if pair is None:
            return None
        match = self.whole(pair)
        sides = self._both(match)
        group = self._places[pair][1] if pair in self._places else None
        one, other = slots(pair.entity, match.fingerprint), slots(pair.entity, match.other_fingerprint)
        return PairView(
            match=match,
            letter=self.letter(pair),
            incoming=sides[0],
            stored=sides[1],
            heads=self._sides.heads(pair, sides),
            action=self._action(match),
            fields=self._fields(match, sides),
            reasons=tuple(reason_words(reason, one, other) for reason in match.reasons),
            likely=likely(match),
            turn=match.what_would_turn_it or _("No single change would turn it."),
            place=(group.pairs.index(pair) + 1, len(group.pairs)) if group else (1, 1),
        )

    def _both(self, match: Match) -> tuple[Side, Side]:
        return self._sides.of(match.pair, swapped=match.decision is not None and match.decision.swapped)

    def _action(self, match: Match) -> Action:
        decided = match.decision.action if match.decision else None
        return decided or self._sides.default_action(match.pair.entity)

    def _fields(self, match: Match, sides: tuple[Side, Side]) -> tuple[FieldView, ...]:
        entity = match.pair.entity
        chosen = match.decision.fields if match.decision else {}
        fields = self._workspace.catalogue.of(entity)
        own = {field.name: field for field in fields}
        edited = {name: self._sides.edited_texts(own[name], choice) for name, choice in chosen.items() if choice.choice is Choice.EDITED}
        shown = tuple(
            field for field in fields if field.type is not FieldType.ID and not (field.virtual and field.type is not FieldType.REFERENCE)
        )
        by_rules = match.decision is None or match.decision.verdict is Verdict.UNSURE
        return field_views(shown, sides, self._action(match), self._rules[entity], chosen, edited, by_rules=by_rules)

    def _rules_of(self, entity: str) -> Rules:
        settings, catalogue = self._settings, self._workspace.catalogue
        policies = {}
        for field in catalogue.multiple(entity):
            web = (FieldType.EMAIL, FieldType.URL, FieldType.DOMAIN)
            own = settings.values.phones if field.type is FieldType.PHONE else settings.values.urls_emails if field.type in web else None
            policies[field.name] = own or ValuesPolicy.ADD
        match = str(settings.company.match if entity == "company" else settings.person.match)
        clears = {
            field.name
            for field in catalogue.stored(entity)
            if settings.values.blank_cells is BlankCells.CLEAR
            and self._sides.is_mapped(entity, field.name)
            and not field.required
            and field.type is not FieldType.LIST
            and field.name not in match
        }
        return Rules(policies, frozenset(clears), settings.duplicates.survivors(entity), settings.duplicates.trust.split())

    # -- decisions

    def decide(self, verdict: Verdict, action: Action | None = None, fields: Mapping[str, FieldChoice] | None = None) -> bool:
        """Decide the current pair and go on to the next open one; False where none is left.

        ``action``: what happens to the stored record, where not as the settings say; ``fields``: choices beside those already taken.
        """
        pair = self._current()
        self.write({pair: self.decision(self.matches[pair], verdict, action, fields)})
        self._decided_at.append(self._clock())
        return self.next()

    def _current(self) -> Pair:
        if self.pair is None:
            raise UsageError(_("There is nothing to decide."))
        return self.pair

    def decision(
        self,
        match: Match,
        verdict: Verdict,
        action: Action | None = None,
        fields: Mapping[str, FieldChoice] | None = None,
        origin: str = "user",
        *,
        swapped: bool = False,
    ) -> Verdicts:
        """A verdict on a pair as it would be written: with what was chosen of it before, and what the rules for survivors choose.

        ``swapped``: of two stored records the other one stays.
        """
        before = match.decision
        if swapped:
            before = self._turned(match)
            match = replace(match, decision=before)
        action = action or (before.action if before else None)
        chosen = {**(before.fields if before else {}), **(fields or {})}
        if verdict is Verdict.SAME:
            chosen = {**self._by_rules(match, action), **chosen}
        kept = chosen if verdict is not Verdict.DIFFERENT else {}
        return Verdicts(verdict, action, kept, now(), self._workspace.user, origin, bool(before and before.swapped))

    def _by_rules(self, match: Match, action: Action | None) -> dict[str, FieldChoice]:
        """What the rules for survivors choose, where there are any."""
        entity = match.pair.entity
        rules = self._rules[entity]
        if not rules.survivors or action in (Action.SKIP, Action.REPLACE):
            return {}
        sides = self._both(match)
        fields = self._workspace.catalogue.of(entity)
        found = {field.name: starting_choice(rules.survivor(field.name), field, *sides, rules.trust) for field in fields}
        return {name: FieldChoice(choice) for name, choice in found.items() if choice is not None}

    def write(self, decisions: Mapping[Pair, Verdicts | None]) -> None:
        """Save decisions as one step of undo; None takes one away. Raises `UsageError` where they contradict others."""
        for scope in dict.fromkeys(self._scopes[pair] for pair in decisions):
            own = [self.matches[pair] for pair in self._in_scope[scope]]
            self._sides.refuse([_decided(match, decisions[match.pair]) if match.pair in decisions else match for match in own])
        self._store.decide(decisions)
        self._changed(decisions)

    def _changed(self, pairs: Iterable[Pair]) -> None:
        if not self._draft.meta("outdated", True):
            self._draft.write_meta(outdated=True)
        known = list(pairs)
        for pair in known:
            match = self._store.get(pair)
            if match is not None:
                self.matches[pair] = match
        self._note(pair for pair in known if pair in self.matches)

    def undo(self) -> Pair | None:
        """Take the last step back and go to what it was about; None where there was none."""
        return self._moved(self._store.undo())

    def redo(self) -> Pair | None:
        """Do it again."""
        return self._moved(self._store.redo())

    def _moved(self, pairs: Sequence[Pair]) -> Pair | None:
        self._changed(pairs)
        known = [pair for pair in pairs if pair in self.matches]
        if not known:
            return None
        if known[0] not in self._places:
            self._find(replace(self.filter, show=queue.Show.ALL, text="", kind="", entity=""), known[0])
        self.go(known[0])
        return known[0]

    @property
    def steps(self) -> tuple[int, int]:
        """(steps that can be undone, that can be redone)."""
        return self._store.steps()

    def choose(self, field: str, choice: Choice | None, text: str = "") -> None:
        """Whose value a field of the current pair gets (None: as the action or the rules give it). ``text``: for `Choice.EDITED`.

        Saved at once; an open pair stays open. Raises `UsageError` where the field cannot have it.
        """
        pair = self._current()
        before = self.matches[pair].decision or Verdicts(Verdict.UNSURE, by=self._workspace.user)
        chosen = {name: each for name, each in before.fields.items() if name != field}
        if choice is not None:
            chosen[field] = self.choice(pair.entity, field, choice, text)
        self.write({pair: replace(before, fields=chosen, at=now())})

    def choice(self, entity: str, field: str, choice: Choice, text: str = "") -> FieldChoice:
        """Whose value a field (bare name) gets, to be written with a decision. Raises `UsageError` where it cannot have it."""
        item = self._workspace.field(f"{entity}.{field}")
        if choice is Choice.BOTH and not item.multiple:
            raise UsageError(_("{field} holds one value only.").format(field=item.title))
        return FieldChoice(choice, self._sides.edited(item, text) if choice is Choice.EDITED else ())

    def act(self, action: Action) -> None:
        """What happens to the stored record of the current pair; saved at once, an open pair stays open. "add" is: they are different."""
        if action is Action.ADD:
            self.decide(Verdict.DIFFERENT)
            return
        pair = self._current()
        before = self.matches[pair].decision or Verdicts(Verdict.UNSURE, by=self._workspace.user)
        self.write({pair: replace(before, action=action, at=now())})

    def swap(self) -> None:
        """Of two stored records the other one stays; the same values stay chosen. Raises `UsageError` where one comes in."""
        pair = self._current()
        self.write({pair: replace(self._turned(self.matches[pair]), at=now())})

    def _turned(self, match: Match) -> Verdicts:
        if not self._sides.are_stored:
            raise UsageError(_("What comes in becomes part of what is stored, never the other way round."))
        before = match.decision or Verdicts(Verdict.UNSURE, by=self._workspace.user)
        return replace(before, swapped=not before.swapped, fields=turned(before.fields))

    def changed_job(self) -> bool:
        """The same person, who now works for the company that the row names, or the younger record; goes on to the next pair."""
        decision = self.matches[self._current()].decision
        if self._sides.are_stored and decision is not None and decision.swapped:
            return self._link(FieldChoice(Choice.STORED))
        return self._link(FieldChoice(Choice.INCOMING))

    def link_company(self, text: str) -> bool:
        """The same person, who belongs to another stored company: its id or its name. Raises `UsageError`."""
        return self._link(FieldChoice(Choice.EDITED, (self._sides.company(text),)))

    def _link(self, company: FieldChoice) -> bool:
        if self._current().entity != "person":
            raise UsageError(_("Only a person can belong to another company."))
        return self.decide(Verdict.SAME, fields={"company": company})

    def companies(self) -> list[tuple[int, str]]:
        """Stored companies that the current person may belong to: of the stored person, and what the row's company resembles."""
        pair = self._current()
        ids = dict.fromkeys(self._sides.companies_of(pair, self.matches))
        return [(number, self._sides.stored("company", number).name) for number in ids]

    def exclude(self, node: Node) -> int:
        """Take a record out of the current group: it is different from all others in it. How many pairs that decided; one step."""
        group = self.group
        pairs = [pair for pair in group.pairs if node in self._sides.nodes(pair)] if group else []
        self.write({pair: self.decision(self.matches[pair], Verdict.DIFFERENT) for pair in pairs})
        self._decided_at += [self._clock()] * len(pairs)
        if pairs and self.pair in pairs:
            self.next()
        return len(pairs)

    def member_name(self, entity: str, node: Node) -> str:
        """A record of a group: "row 17 Nordic Timber AS"."""
        side = self._sides.node(entity, node)
        return f"{side.title} {side.name}".strip()

    # -- many at once

    def open_matches(self) -> list[Match]:
        """All that is open, whatever the filter shows; as lean as `matches`."""
        return list(self._open.values())

    def like_this(self, verdict: Verdict) -> Bulk:
        """A verdict on all open pairs with the reasons of the current one."""
        match = self.whole(self._current())
        own = (each for each in self._store.each(match.pair.entity) if each.pair in self._open)
        return self._bulk(verdict, [self.matches[each.pair] for each in bulk.like(match, own)])

    def at_line(self, line: float, verdict: Verdict) -> Bulk:
        """ "Same" for all open pairs at or over a line, or "different" for all under it."""
        return self._bulk(verdict, bulk.at_line(line, verdict, self.open_matches()))

    def _bulk(self, verdict: Verdict, matches: list[Match]) -> Bulk:
        if verdict is Verdict.SAME:
            decided = (match for match in self.matches.values() if match.decision)
            matches = self._sides.together(matches, decided, self._hard)
        pairs = tuple(match.pair for match in sorted(matches, key=lambda match: (-match.probability, match.pair)))
        errors = self.calibration.errors([self.matches[pair].probability for pair in pairs], verdict)
        return Bulk(verdict, pairs, bulk.sample_of(pairs), errors, len(self.open_matches()))

    def line_words(self, line: float) -> str:
        """ "0.91: this line decides 412 of 600." """
        return bulk.live_words(line, len(self.at_line(line, Verdict.SAME).pairs), len(self.open_matches()))

    def take(self, many: Bulk) -> int:
        """Decide them all as one step; how many."""
        decisions = {pair: self.decision(self.matches[pair], many.verdict, origin="bulk") for pair in many.pairs}
        self.write(decisions)
        if self.pair is not None and not self.is_open(self.pair):
            self.next()
        return len(decisions)

    # -- what decisions say

    @property
    def calibration(self) -> Calibration:
        """Decisions against probabilities."""
        return Calibration(self._by_hand.values())

    @property
    def proposal(self) -> Proposal | None:
        """A line that the decisions speak for, where it would decide anything; it is only shown."""
        found = self.calibration.proposal()
        decides = found and any(match.kind is MatchKind.PROBABLE and match.probability >= found.line for match in self._open.values())
        return found if decides else None

    def teaching(self) -> list[Teaching]:
        """What the decisions would teach the matcher, per entity; nothing is kept before `learning.accept`."""
        decided = [self.whole(match.pair) for match in self.matches.values() if match.decision and not match.open]
        found = [teach(entity, decided) for entity in ("company", "person")]
        return [each for each in found if each is not None]

    @property
    def counts(self) -> tuple[int, int]:
        """(pairs that are open, all pairs)."""
        return len(self._open), len(self.matches)

    @property
    def pace(self) -> float:
        """Pairs a minute, over the last decisions of this sitting; 0 before the second."""
        times = self._decided_at[-PACE:]
        seconds = times[-1] - times[0] if len(times) > 1 else 0.0
        return 60 * (len(times) - 1) / seconds if seconds > 0 else 0.0

    @property
    def minutes_left(self) -> float | None:
        """How long the open pairs take at this pace; None before there is one."""
        return self.counts[0] / self.pace if self.pace else None

    @property
    def secret(self) -> str:
        """What this draft's decision workbooks are sealed with."""
        kept = self._draft.meta(SECRET)
        if not kept:
            kept = secrets.token_hex(16)
            self._draft.write_meta(**{SECRET: kept})
        return str(kept)

    # -- what stands around

    def context(self, pair: Pair | None = None) -> list[str]:
        """What surrounds a pair, the current one by default: the company's persons, the person's company, the stored record's runs."""
        from tui_import.session.duplicates.surroundings import surroundings

        return surroundings(self._workspace, self._sides, pair or self._current())
