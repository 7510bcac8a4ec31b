"""Pairs joined to groups of records that are one company or person, cut where hard evidence disagrees."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Record = Hashable

HARD: Mapping[str, tuple[str, ...]] = {"company": ("vat",), "person": ("birth",)}
"""Slots in which one company or person has one value only."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records that are probably one."""

    members: tuple[Record, ...]
    """The proposed survivor first."""
    pairs: tuple[tuple[Record, Record, float], ...]
    """The pairs that hold it together, most probable first."""

    @property
    def least(self) -> float:
        """Probability of the weakest of them."""
        return self.pairs[-1][2]


def contradicts(one: Mapping[str, str], other: Mapping[str, str], entity: str) -> str:
    """The slot in which two records cannot be one; empty where there is none. A birth date that is known in part contradicts nothing."""
    for slot in HARD[entity]:
        a, b = one.get(slot, ""), other.get(slot, "")
        if a and b and a != b and not (slot == "birth" and (len(a) < 8 or len(b) < 8)):
            return slot
    return ""


def clusters(
    pairs: Iterable[tuple[Record, Record, float]],
    conflict: Callable[[Record, Record], bool] = lambda _one, _other: False,
    survivor: Callable[[Sequence[Record]], Record] | None = None,
    most: int = 50,
) -> list[Cluster]:
    """The groups, largest first.

    Pairs are joined most probable first. A pair that would bring two records together which contradict each other is left out, so a
    chain is cut at its weakest link. ``survivor`` proposes the member that stays; by default the one with most pairs. ``most``: members
    of a cluster at most; a pair that would make it larger is left out.
    """
    member_of: dict[Record, list[Record]] = {}
    kept: list[tuple[Record, Record, float]] = []
    for one, other, probability in sorted(pairs, key=lambda pair: -pair[2]):
        first, second = member_of.setdefault(one, [one]), member_of.setdefault(other, [other])
        if first is second:
            kept.append((one, other, probability))
            continue
        if len(first) + len(second) > most or any(conflict(a, b) for a in first for b in second):
            continue
        kept.append((one, other, probability))
        first.extend(second)
        for record in second:
            member_of[record] = first
    return _made(kept, member_of, survivor)


def _made(
    kept: list[tuple[Record, Record, float]],
    member_of: Mapping[Record, list[Record]],
    survivor: Callable[[Sequence[Record]], Record] | None,
) -> list[Cluster]:
    held: dict[int, list[tuple[Record, Record, float]]] = {}
    for pair in kept:
        held.setdefault(id(member_of[pair[0]]), []).append(pair)
    found = []
    for group in held.values():
        members = member_of[group[0][0]]
        counts = dict.fromkeys(members, 0.0)
        for one, other, probability in group:
            counts[one] += probability
            counts[other] += probability
        stays = survivor(members) if survivor else max(members, key=counts.__getitem__)
        found.append(Cluster((stays, *(record for record in members if record != stays)), tuple(group)))
    return sorted(found, key=lambda cluster: (-len(cluster.members), -cluster.pairs[0][2]))
