"""A queue of pairs and where one stands in it, kept in the draft."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_import.model.matches import Match, MatchKind, Pair
from tui_import.model.settings import Settings
from tui_import.session.duplicates import queue
from tui_import.session.duplicates.queue import Group, Node, QueueFilter
from tui_import.session.duplicates.sides import Sides
from tui_import.session.duplicates.words import hard_facts
from tui_import.store.matches import Matches

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace
    from tui_import.store.draft import Draft

PLACE = "review"
"""Where the review stands, in the draft's facts."""


class Walk:
    """The queue of the probable duplicates of an import or of the store. Everything is in the draft: it may be dropped at any moment."""

    def __init__(
        self, workspace: Workspace, draft: Draft, sides: Sides, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._workspace, self._draft, self._settings, self._clock = workspace, draft, settings, clock
        self._store = Matches(draft)
        self._sides = sides
        self.matches: dict[Pair, Match] = {match.pair: match for match in self._store.lean() if self._is_shown(match)}
        """All pairs that are shown at all, with their decisions but without reasons and weights: there may be many (`whole`)."""
        self._scopes = sides.scopes(self.matches)
        self._in_scope: dict[object, list[Pair]] = {}
        for pair, scope in self._scopes.items():
            self._in_scope.setdefault(scope, []).append(pair)
        self._done: set[Pair] = set()
        """Pairs that decisions about others settle (`Sides.settled`)."""
        self._open: dict[Pair, Match] = {}
        self._by_hand: dict[Pair, Match] = {}
        """What somebody decided one by one."""
        self._note(self.matches)
        self._hard = self._hard_facts()
        self._groups = queue.groups(self.matches.values(), sides.nodes, self._conflict, sides.weight)
        self.filter = QueueFilter()
        self.queue: Sequence[Group] = ()
        """The groups that the filter shows, in its order; decided ones stay until it is set again."""
        self.pair: Pair | None = None
        """Where one stands; None where the queue is empty."""
        self._places: dict[Pair, tuple[int, Group]] = {}
        """Pair of the queue → its place among all pairs of the queue, and its group."""
        self._been: list[Pair] = []
        self._reopen()

    def _is_shown(self, match: Match) -> bool:
        rules = self._settings.duplicates
        return match.kind is MatchKind.CONTRADICTION or match.probability >= rules.flag_at or match.decision is not None

    def _note(self, pairs: Iterable[Pair]) -> None:
        """What follows from the decisions about these pairs for all pairs of their scopes."""
        for scope in dict.fromkeys(self._scopes[pair] for pair in pairs):
            own = [self.matches[pair] for pair in self._in_scope[scope]]
            self._done.difference_update(self._in_scope[scope])
            self._done.update(self._sides.settled(own))
            for match in own:
                self._open.pop(match.pair, None)
                self._by_hand.pop(match.pair, None)
                if queue.is_open(match, self._done):
                    self._open[match.pair] = match
                elif match.decision and not match.open and match.decision.origin == "user":
                    self._by_hand[match.pair] = match

    def whole(self, pair: Pair) -> Match:
        """A pair with reasons and weights."""
        return self._store.get(pair) or self.matches[pair]

    def _hard_facts(self) -> dict[tuple[str, Node], Mapping[str, str]]:
        """What each record has of that of which one has one only; records without are absent."""
        found: dict[tuple[str, Node], Mapping[str, str]] = {}
        for pair, match in self.matches.items():
            for node, text in zip(self._sides.nodes(pair), (match.fingerprint, match.other_fingerprint), strict=True):
                facts = hard_facts(pair.entity, text)
                if facts:
                    found[pair.entity, node] = facts
        return found

    def _conflict(self, entity: str, one: Node, other: Node) -> bool:
        from tui_import.matching.cluster import contradicts

        return bool(contradicts(self._hard.get((entity, one), {}), self._hard.get((entity, other), {}), entity))

    # -- the queue

    def _reopen(self) -> None:
        """Where it stood when it was left."""
        kept = self._draft.meta(PLACE) or {}
        try:
            chosen = kept.get("filter", {})
            wanted = QueueFilter(queue.Show(chosen["show"]), chosen["entity"], chosen["kind"], chosen["text"], queue.Order(chosen["order"]))
            pair = Pair(*kept["pair"]) if kept.get("pair") else None
        except (KeyError, TypeError, ValueError):
            wanted, pair = QueueFilter(), None
        self._find(wanted, pair)

    def keep_place(self) -> None:
        """Write down where it stands."""
        own = self.filter
        chosen = {"show": own.show, "entity": own.entity, "kind": own.kind, "text": own.text, "order": own.order}
        self._draft.write_meta(**{PLACE: {"filter": chosen, "pair": list(self.pair) if self.pair else None}})

    def find(self, wanted: QueueFilter) -> None:
        """Another filter or order; the place is kept where it is still shown, else the first open pair is gone to."""
        self._find(wanted, self.pair)
        self.keep_place()

    def _find(self, wanted: QueueFilter, pair: Pair | None) -> None:
        self.filter = wanted
        shown = [group for group in self._groups if self._fits(group, wanted)]
        self.queue = sorted(shown, key=lambda group: queue.sort_key(wanted.order, group, self.matches))
        in_order = ((pair, group) for group in self.queue for pair in group.pairs)
        self._places = {pair: (at, group) for at, (pair, group) in enumerate(in_order)}
        self.pair = pair if pair in self._places else self._near(pair)

    def _near(self, pair: Pair | None) -> Pair | None:
        """The first open pair that stands behind one that the filter leaves out; else the first open one, else the first."""
        open_pairs = [each for each in self._places if self.is_open(each)]
        group = next((group for group in self._groups if pair in group.pairs), None) if pair else None
        if group is not None:
            here = queue.sort_key(self.filter.order, group, self.matches)
            behind = (each for each in open_pairs if queue.sort_key(self.filter.order, self._places[each][1], self.matches) >= here)
            found = next(behind, None)
            if found is not None:
                return found
        return next(iter(open_pairs), next(iter(self._places), None))

    def _fits(self, group: Group, wanted: QueueFilter) -> bool:
        if wanted.entity not in ("", group.entity):
            return False
        own = [self.matches[pair] for pair in group.pairs]
        if wanted.kind and not any(match.kind == wanted.kind for match in own):
            return False
        is_open = any(queue.is_open(match, self._done) for match in own)
        if wanted.show is not queue.Show.ALL and is_open != (wanted.show is queue.Show.OPEN):
            return False
        return not wanted.text or self._has_text(group, self._sides.searched(wanted.text).casefold())

    def _has_text(self, group: Group, text: str) -> bool:
        return any(text in self._sides.text_of(self.matches[pair]).casefold() for pair in group.pairs)

    @property
    def group(self) -> Group | None:
        """The group that one stands in."""
        return self._places[self.pair][1] if self.pair in self._places else None

    def is_open(self, pair: Pair) -> bool:
        """Somebody is still to decide it."""
        return queue.is_open(self.matches[pair], self._done)

    def letter(self, pair: Pair) -> str:
        """Its state (`queue.letter`)."""
        return queue.letter(self.matches[pair], self._done)

    def group_letter(self, group: Group) -> str:
        """The state of a group: ? where anything is open, else that of its pairs, * where they differ."""
        letters = {self.letter(pair) for pair in group.pairs} - {"-"}
        if any(self.is_open(pair) for pair in group.pairs):
            return "U" if letters == {"U"} else "?"
        return letters.pop() if len(letters) == 1 else "*"

    def name(self, group: Group) -> str:
        """What a group is called: its first incoming record's name."""
        return self._sides.node(group.entity, self._sides.nodes(group.pairs[0])[0]).name

    def go(self, pair: Pair) -> None:
        """To a pair of the queue."""
        if self.pair is not None and pair != self.pair:
            self._been.append(self.pair)
        self.pair = pair
        self.keep_place()

    def next(self, *, only_open: bool = True) -> bool:
        """On to the next pair (that is open); False where there is none."""
        if self.pair not in self._places:
            return False
        pairs, at = list(self._places), self._places[self.pair][0]
        order = [*pairs[at + 1 :], *(pairs[:at] if only_open else ())]
        found = next((pair for pair in order if not only_open or self.is_open(pair)), None)
        if found is not None:
            self.go(found)
        return found is not None

    def back(self) -> bool:
        """To the pair that one came from; before the first one, to the pair before."""
        while self._been:
            pair = self._been.pop()
            if pair in self._places:
                self.pair = pair
                self.keep_place()
                return True
        at = self._places[self.pair][0] if self.pair in self._places else 0
        if at:
            self.pair = list(self._places)[at - 1]
            self.keep_place()
        return bool(at)
