"""The queue of a review: pairs joined to groups of records that are probably one, their order, what of them is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from tui_import.api.i18n import N_
from tui_import.model.matches import Match, MatchKind, Pair, Verdict

Node = tuple[str, int]
"""("row", key) or ("record", id)."""


class Order(StrEnum):
    """What stands first."""

    UNCERTAIN = "uncertain"
    """Where the program knows least: deciding it says most."""
    ROWS = "rows"
    """What most rows wait for."""
    EFFECT = "effect"
    """Where most records become one."""


class Show(StrEnum):
    """What the queue shows."""

    OPEN = "open"
    DECIDED = "decided"
    ALL = "all"


ORDER_WORDS: Mapping[Order, str] = {
    Order.UNCERTAIN: N_("most uncertain first"),
    Order.ROWS: N_("most rows first"),
    Order.EFFECT: N_("biggest groups first"),
}
SHOW_WORDS: Mapping[Show, str] = {Show.OPEN: N_("open"), Show.DECIDED: N_("decided"), Show.ALL: N_("all")}
KIND_WORDS: Mapping[str, str] = {
    "": N_("all reasons"),
    MatchKind.PROBABLE: N_("probable"),
    MatchKind.CONTRADICTION: N_("same key, other facts"),
}
ENTITY_WORDS: Mapping[str, str] = {"": N_("companies and persons"), "company": N_("companies"), "person": N_("persons")}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which groups the queue shows, and in which order."""

    show: Show = Show.OPEN
    entity: str = ""
    """company, person, or empty: both."""
    kind: str = ""
    """A `MatchKind`, or empty: all."""
    text: str = ""
    """Only groups in whose records this text stands, ignoring case."""
    order: Order = Order.UNCERTAIN


@dataclass(frozen=True, slots=True)
class Group:
    """Records that are probably one, by the pairs that say so."""

    entity: str
    pairs: tuple[Pair, ...]
    """Most probable first."""
    members: tuple[Node, ...]
    """The proposed survivor first."""
    rows: int
    """Rows of the source that speak of its incoming records; of stored ones, the persons that belong to them."""


def is_open(match: Match, done: Set[Pair]) -> bool:
    """Somebody is still to decide it. ``done``: pairs that other decisions settle (`Sides.settled`)."""
    return match.open and match.pair not in done


def groups(
    matches: Iterable[Match],
    nodes: Callable[[Pair], tuple[Node, Node]],
    conflict: Callable[[str, Node, Node], bool],
    weight: Callable[[str, Node], int],
) -> list[Group]:
    """All pairs, each in one group.

    ``nodes(pair)``: its two records. ``conflict(entity, one, other)``: hard evidence says that two records cannot be one; a chain is cut
    there, and a pair that was left out for it stands by itself. ``weight(entity, node)``: how much hangs on a record.
    """
    from tui_import.matching.cluster import clusters

    by_entity: dict[str, list[Match]] = {}
    for match in matches:
        by_entity.setdefault(match.pair.entity, []).append(match)
    found: list[Group] = []
    for entity, own in by_entity.items():
        pairs = {nodes(match.pair): match for match in own if match.kind is MatchKind.PROBABLE}
        left = dict.fromkeys(match.pair for match in own)

        def cuts(one: object, other: object, entity: str = entity) -> bool:
            return conflict(entity, one, other)  # type: ignore[arg-type]  # the records are those that were handed over

        for cluster in clusters([(*both, match.probability) for both, match in pairs.items()], cuts, _survivor):
            mine = tuple(pairs[one, other].pair for one, other, _probability in cluster.pairs)  # type: ignore[index]
            for pair in mine:
                del left[pair]
            found.append(_group(entity, mine, cluster.members, weight))  # type: ignore[arg-type]
        found += [_group(entity, (pair,), tuple(reversed(nodes(pair))), weight) for pair in left]
    return found


def _survivor(members: Sequence[object]) -> Node:
    """A stored record stays, the oldest; among rows the first."""
    return min(members)  # type: ignore[type-var, return-value]  # "record" stands before "row"


def _group(entity: str, pairs: tuple[Pair, ...], members: tuple[Node, ...], weight: Callable[[str, Node], int]) -> Group:
    return Group(entity, pairs, members, sum(weight(entity, node) for node in members))


def sort_key(order: Order, group: Group, matches: Mapping[Pair, Match]) -> tuple[float, ...]:
    """Groups in ascending order of it; ties as in the file."""
    own = [matches[pair] for pair in group.pairs]
    unsure = min(0.0 if match.kind is MatchKind.CONTRADICTION else abs(match.probability - 0.5) for match in own)
    place = group.pairs[0].row
    if order is Order.ROWS:
        return (-group.rows, unsure, place)
    if order is Order.EFFECT:
        return (-len(group.members), -group.rows, unsure, place)
    return (unsure, -group.rows, place)


def letter(match: Match, done: Set[Pair]) -> str:
    """The state of a pair: ? open, S same, D different, U unsure, - done with since its record is the same as another, ! asked again."""
    if match.asked_again:
        return "!"
    if match.decision is None:
        return "-" if match.pair in done else "?"
    return {Verdict.SAME: "S", Verdict.DIFFERENT: "D", Verdict.UNSURE: "U"}[match.decision.verdict]
