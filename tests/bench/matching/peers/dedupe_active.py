"""dedupe: its active learning with an oracle that answers by the true clusters."""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np

from tests.bench.matching.cleaning import cleaned
from tests.bench.matching.metrics import ScoredPairs, best_f1, f1_at, same
from tests.bench.matching.peers import Answer, Clock
from tests.bench.matching.sets import LabelledSet

ENOUGH, MOST = 20, 120
"""Answers of either verdict, as in its examples; and how many are asked at most."""


def match(labelled: LabelledSet, clock: Clock) -> Answer:
    """Ask until 20 pairs are the same and 20 are not; then score all."""
    learner = _Learner(labelled, list(range(len(labelled))), 0, clock)
    with clock.running():
        learner.ask(MOST, enough=ENOUGH)
        learner.train()
        pairs = learner.score(list(range(len(labelled))))
    return Answer(pairs, len(pairs.a), True, {"labels": learner.asked})


def learn(labelled: LabelledSet, clock: Clock, labels: list[int], seed: int) -> dict[str, Any]:
    """F1 on the second half after so many labels from the first."""
    halves = labelled.halves
    first, second = ([i for i in range(len(labelled)) if halves[i] == half] for half in (0, 1))
    total, found = labelled.true_pairs(1), {}
    for count in sorted(labels):
        learner = _Learner(labelled, first, seed, clock)  # anew: once trained, it asks no more
        with clock.running(str(count)):
            learner.ask(count)
            learner.train()
            pairs = learner.score(second)
        true = same(pairs, labelled)
        found[str(count)] = {"default": f1_at(pairs.score, true, total), "best": best_f1(pairs.score, true, total).f1}
    return found


class _Learner:
    def __init__(self, labelled: LabelledSet, places: list[int], seed: int, clock: Clock) -> None:
        import dedupe

        warnings.simplefilter("ignore")
        random.seed(seed)
        np.random.seed(seed)
        self.labelled, self.asked = labelled, 0
        columns = {field: values for field, values in cleaned(labelled.columns).items() if field != "category"}
        self._records = [
            {"#": str(i)} | {field: value or None for field, value in zip(columns, row, strict=True)}
            for i, row in enumerate(zip(*columns.values(), strict=True))
        ]
        fields = [dedupe.variables.String(field, has_missing=any(not value for value in values)) for field, values in columns.items()]
        self._tool = (dedupe.RecordLink if labelled.link else dedupe.Dedupe)(fields, num_cores=2)
        self._same: list[Any] = []
        self._different: list[Any] = []
        with clock.running():
            self._tool.prepare_training(*self._data(places))

    def ask(self, count: int, enough: int | None = None) -> None:
        """Answer until so many are answered, or enough of either verdict."""
        while self.asked < count and (enough is None or min(len(self._same), len(self._different)) < enough):
            pair = self._tool.uncertain_pairs()[0]
            one, other = (int(record["#"]) for record in pair)
            alike = self.labelled.cluster[one] == self.labelled.cluster[other]
            (self._same if alike else self._different).append(pair)
            self._tool.mark_pairs({"match": [pair] if alike else [], "distinct": [] if alike else [pair]})
            self.asked += 1

    def train(self) -> None:
        """Rules for blocking and weights, from the answers."""
        self._tool.train(index_predicates=True)

    def score(self, places: list[int]) -> ScoredPairs:
        """Every pair that its rules bring."""
        data = self._data(places)
        scores = self._tool.score(self._tool.pairs(*data))
        ids = np.asarray(scores["pairs"])
        pairs = np.array([[int(each) for each in pair] for pair in ids], np.int64).reshape(-1, 2)
        found = ScoredPairs(pairs[:, 0], pairs[:, 1], np.asarray(scores["score"], np.float64))
        _codes, first = np.unique(np.minimum(found.a, found.b) * len(self.labelled) + np.maximum(found.a, found.b), return_index=True)
        return ScoredPairs(found.a[first], found.b[first], found.score[first])

    def _data(self, places: list[int]) -> list[dict[int, Any]]:
        if not self.labelled.link:
            return [{i: self._records[i] for i in places}]
        return [{i: self._records[i] for i in places if self.labelled.source[i] == source} for source in ("A", "B")]
