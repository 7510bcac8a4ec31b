"""The whole way: candidates, evidence, probability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tui_import.flow.shared_out import shared_out
from tui_import.matching.candidates import Candidates, Left, alike, distinct, sharing
from tui_import.matching.clean import clean
from tui_import.matching.closure import closed
from tui_import.matching.estimate import Estimate, estimate, first_prior, judge
from tui_import.matching.frequencies import Frequencies, count
from tui_import.matching.keys import Keys, keys
from tui_import.matching.model import Model
from tui_import.matching.records import Cleaned, Ids, Records
from tui_import.matching.rivals import Rivals, contested
from tui_import.matching.score import Comparer, Evidence, probability, total, weights

LEAST = 0.01
"""Pairs that are less probable are forgotten."""
BLOCK = 5_000
"""Incoming records that are compared at a time; bounds the memory."""
SAMPLE = 5_000
"""Incoming records by which the weights are adapted, where there are more."""
TURNS, SETTLED = 4, 0.03
"""How often records are compared among themselves at most; it ends before where the expected number of duplicates changes by less than this
share."""
PAIRS, HOPELESS = 100_000, -16.0
"""Of many records among themselves: pairs that are looked at in one block, and bits of their odds below which they are forgotten."""
LEAST_ALIKE, MOST_ALIKE = 65, 12
"""Where all names are compared with all: similarity (0 to 100) from which a pair is looked at, and about how many a record."""


class Population(Protocol):
    """Records that incoming ones are looked up among. The store is one; `Memory` is another."""

    shared: bool
    """Other processes can be given it: pickled, it opens itself anew."""

    @property
    def size(self) -> int:
        """How many there are."""

    def frequencies(self) -> Frequencies:
        """How common their values are."""

    def lookup(self, incoming: Keys, common: int, rare: int) -> tuple[Candidates, Left]:
        """Pairs (place of the incoming record, id in the population) that share keys, as `candidates.sharing` says."""

    def fetch(self, ids: Ids) -> Cleaned:
        """These records, in this order."""


class Pair(NamedTuple):
    """A probable duplicate."""

    a: int
    b: int
    probability: float


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs of records, with what they were judged by; all arrays are parallel."""

    entity: str
    a: Ids
    """Ids of the incoming records."""
    b: Ids
    """Ids of the others; among themselves a < b by place."""
    probability: NDArray[np.float64]
    levels: Mapping[str, NDArray[np.int8]]
    """Field → level of each pair."""
    weights: Mapping[str, NDArray[np.float32]]
    """Field → weight of each pair, in bits, before groups are damped."""
    estimate: Estimate
    left: Left = field(default_factory=Left)
    compared: int = 0
    """Pairs that were compared, kept or not."""

    def pairs(self, least: float = 0.5) -> Iterator[Pair]:
        """The pairs from this probability, most probable first."""
        for at in np.argsort(-self.probability, kind="stable"):
            if self.probability[at] < least:
                return
            yield Pair(int(self.a[at]), int(self.b[at]), float(self.probability[at]))


class Memory:
    """A population of records in memory."""

    shared = False

    def __init__(self, cleaned: Cleaned, model: Model) -> None:
        self.cleaned, self._model = cleaned, model
        self._keys = keys(cleaned, model.words)

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.cleaned)

    def frequencies(self) -> Frequencies:
        """Counted over all."""
        return count(self.cleaned, self._model.words.common)

    def lookup(self, incoming: Keys, common: int, rare: int) -> tuple[Candidates, Left]:
        """By key; ids are places."""
        return sharing(incoming, self._keys, common, rare)

    def fetch(self, ids: Ids) -> Cleaned:
        """By place."""
        return self.cleaned.take(ids)


def find(
    incoming: Records | Cleaned,
    model: Model,
    against: Records | Cleaned | Population | None = None,
    least: float = LEAST,
    adapted: Estimate | None = None,
) -> Found:
    """Probable duplicates of incoming records in a population, or (``against`` None) among themselves.

    ``adapted``: weights that were adapted to the data before, for a search that comes in parts; else they are now.
    """
    if against is None:
        return _among(_cleaned(incoming, model), model, least)
    if isinstance(against, Records):
        against = clean(against, model.words)
    if isinstance(against, Cleaned):
        memory = Memory(against, model)
        found = _against(incoming, model, memory, least, against, adapted)
        return Found(found.entity, found.a, against.ids[found.b], *(getattr(found, name) for name in Found.__slots__[3:]))
    return _against(incoming, model, against, least, adapted=adapted)


def _cleaned(records: Records | Cleaned, model: Model) -> Cleaned:
    return clean(records, model.words) if isinstance(records, Records) else records


def _among(own: Cleaned, model: Model, least: float) -> Found:
    """Among themselves, several times: each tells which records are the same, and the next counts values once for each of those."""
    entity = model.entities[own.entity]
    many = len(own) ** 2 > model.whole
    candidates, left = sharing(keys(own, model.words), None, model.common_key, model.rare_key if many else 0)
    if not many:
        candidates = _joined(candidates, alike(own, None, LEAST_ALIKE, MOST_ALIKE), same=True)
    pairs, compared = max(len(own) * (len(own) - 1) / 2, 1), len(candidates.a)
    each, expected = np.ones(len(own)), 0.0
    if many:
        candidates = _promising(own, candidates, model, first_prior(entity, len(own), pairs))
    for turn in range(2 if many else TURNS):
        comparer = Comparer(own, own, entity, model.words, count(own, model.words.common, 1 if turn else 2, each))
        evidence = comparer.evidence(*candidates)
        adapted = estimate(evidence, entity, model.damping, len(own), pairs)
        judged = judge(evidence, entity, model.damping, adapted)
        found = judged.probability
        no_chance = probability(judged.bits, adapted.prior)  # what related records share, too, is not shared by chance
        each = 1 / (1 + np.bincount(candidates.a, no_chance, len(own)) + np.bincount(candidates.b, no_chance, len(own)))
        before, expected = expected, float(found.sum())
        if turn and abs(expected - before) <= SETTLED * expected:
            break
    found = closed(found, candidates, len(own), judged.bits, judged.weights, own.entity)
    return _kept(own.entity, candidates, found, evidence, judged.weights, adapted, left, least, own.ids, own.ids, compared)


def _promising(own: Cleaned, candidates: Candidates, model: Model, prior: float) -> Candidates:
    """The pairs that may turn out to be duplicates, a block of pairs at a time: nearly all are none, and what is known of each takes a
    hundred bytes."""
    entity = model.entities[own.entity]
    comparer = Comparer(own, own, entity, model.words, count(own, model.words.common, 2))
    kept = [np.zeros(0, np.intp)]
    for start in range(0, len(candidates.a), PAIRS):
        evidence = comparer.evidence(candidates.a[start : start + PAIRS], candidates.b[start : start + PAIRS])
        bits = total(weights(evidence, entity), entity, model.damping) + entity.bias + np.log2(prior)
        kept.append(np.flatnonzero(bits > HOPELESS) + start)
    chosen = np.concatenate(kept)
    return Candidates(candidates.a[chosen], candidates.b[chosen])


def _joined(one: Candidates, other: Candidates, *, same: bool) -> Candidates:
    return distinct(Candidates(np.concatenate([one.a, other.a]), np.concatenate([one.b, other.b])), same=same)


def _against(
    own: Records | Cleaned,
    model: Model,
    population: Population,
    least: float,
    all_of_it: Cleaned | None = None,
    adapted: Estimate | None = None,
) -> Found:
    """Block by block; ``all_of_it``: the population in memory, for comparing all with all. Ids of the answer's b are the population's."""
    entity = model.entities[own.entity]
    frequencies = population.frequencies()
    pairs = max(len(own) * population.size, 1)
    whole = all_of_it is not None and pairs <= model.whole
    if adapted is None and len(own) > 2 * SAMPLE:
        sample = _cleaned(own.take(np.random.default_rng(0).choice(len(own), SAMPLE, replace=False)), model)
        _c, _l, evidence, _b, rivals = _evidence(sample, model, population, frequencies, None, pairs > model.whole)
        adapted = estimate(evidence, entity, model.damping, len(sample), len(sample) * max(population.size, 1), rivals)
    one = partial(_block, model, population, frequencies, all_of_it if whole else None, adapted, pairs, least)
    if adapted is None or len(own) <= BLOCK:  # one block
        return one(own)
    blocks = (own.take(np.arange(start, min(start + BLOCK, len(own)))) for start in range(0, len(own), BLOCK))
    return _together(list(shared_out(one, blocks) if population.shared and not whole else map(one, blocks)))


def _block(
    model: Model,
    population: Population,
    frequencies: Frequencies,
    all_of_it: Cleaned | None,
    adapted: Estimate | None,
    pairs: float,
    least: float,
    records: Records | Cleaned,
) -> Found:
    block, entity = _cleaned(records, model), model.entities[records.entity]
    candidates, left, evidence, ids, rivals = _evidence(block, model, population, frequencies, all_of_it, pairs > model.whole)
    if adapted is None:
        adapted = estimate(evidence, entity, model.damping, len(block), pairs, rivals)
    judged = judge(evidence, entity, model.damping, adapted, rivals)
    return _kept(block.entity, candidates, judged.probability, evidence, judged.weights, adapted, left, least, block.ids, ids)


def _evidence(
    block: Cleaned, model: Model, population: Population, frequencies: Frequencies, all_of_it: Cleaned | None, many: bool
) -> tuple[Candidates, Left, Evidence, Ids, Rivals]:
    entity = model.entities[block.entity]
    rare = model.rare_key if many else 0
    candidates, left = population.lookup(keys(block, model.words), model.common_key, rare)
    if all_of_it is not None:
        candidates = _joined(candidates, alike(block, all_of_it, LEAST_ALIKE, MOST_ALIKE), same=False)
    ids, places = np.unique(candidates.b, return_inverse=True)
    candidates = Candidates(candidates.a, places.astype(np.int64))
    stored = population.fetch(ids)
    evidence = Comparer(block, stored, entity, model.words, frequencies).evidence(*candidates)
    prior = first_prior(entity, len(block), len(block) * max(population.size, 1))
    return candidates, left, evidence, ids, _rivals(candidates, evidence, stored, model, frequencies, prior)


def _rivals(candidates: Candidates, evidence: Evidence, stored: Cleaned, model: Model, frequencies: Frequencies, prior: float) -> Rivals:
    """Candidates of one record are compared with each other: those that are the same are no rivals."""
    entity = model.entities[stored.entity]
    start = np.log2(prior / (1 - prior)) + entity.bias
    one, other = contested(candidates.a, total(weights(evidence, entity), entity, model.damping) + start)
    pairs, places = np.unique(candidates.b[one] << 32 | candidates.b[other], return_inverse=True)
    some, at = np.unique(np.concatenate([pairs >> 32, pairs & 0xFFFFFFFF]), return_inverse=True)
    rivals = stored.take(some)
    between = Comparer(rivals, rivals, entity, model.words, frequencies).evidence(at[: len(pairs)], at[len(pairs) :])
    same = probability(total(weights(between, entity), entity, model.damping) + entity.bias, prior)
    return Rivals(one, other, 1 - same[places], candidates.a)


def _kept(
    entity: str,
    candidates: Candidates,
    found: NDArray[np.float64],
    evidence: Evidence,
    scored: Mapping[str, NDArray[np.float32]],
    adapted: Estimate,
    left: Left,
    least: float,
    a: Ids,
    b: Ids,
    compared: int = 0,
) -> Found:
    keep = np.flatnonzero(found >= least)
    return Found(
        entity,
        a[candidates.a[keep]],
        b[candidates.b[keep]],
        found[keep],
        {name: levels[keep] for name, levels in evidence.levels.items()},
        {name: each[keep] for name, each in scored.items()},
        adapted,
        left,
        compared or len(found),
    )


def _together(parts: list[Found]) -> Found:
    first = parts[0]
    return Found(
        first.entity,
        np.concatenate([part.a for part in parts]),
        np.concatenate([part.b for part in parts]),
        np.concatenate([part.probability for part in parts]),
        {name: np.concatenate([part.levels[name] for part in parts]) for name in first.levels},
        {name: np.concatenate([part.weights[name] for part in parts]) for name in first.weights},
        first.estimate,
        Left(*(sum(getattr(part.left, name) for part in parts) for name in ("keys", "pairs", "lone"))),
        sum(part.compared for part in parts),
    )
