"""The measures by which the matcher is compared: figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench.matching.metrics import ScoredPairs, average_precision, best_f1, f1_at, held_out, measures
from tests.bench.matching.sets import LabelledSet

SCORE = np.array([0.9, 0.8, 0.8, 0.3])
TRUE = np.array([True, True, False, True])


def labelled(*clusters: str, sources: str = "") -> LabelledSet:
    return LabelledSet("small", "company", bool(sources), list(sources or "A" * len(clusters)), list(clusters), {})


def test_a_true_pair_that_was_never_generated_counts_as_missed() -> None:
    assert f1_at(SCORE, TRUE, total=4, threshold=0.0) == pytest.approx(2 * 0.75 * 0.75 / 1.5)
    assert f1_at(SCORE, TRUE, total=8, threshold=0.0) == pytest.approx(2 * 0.75 * 0.375 / 1.125)


def test_the_best_threshold_cannot_part_pairs_of_the_same_score() -> None:
    best = best_f1(SCORE[:3], TRUE[:3], total=2)
    assert (best.f1, best.threshold) == (pytest.approx(0.8), 0.8)


def test_average_precision_adds_precision_by_steps_of_recall() -> None:
    assert average_precision(SCORE, TRUE, total=4) == pytest.approx(0.25 * 1 + 0.25 * 2 / 3 + 0.25 * 3 / 4)


def test_true_pairs_are_counted_across_sources_where_sets_are_linked() -> None:
    assert labelled("x", "x", "x", "y").true_pairs() == 3
    assert labelled("x", "x", "x", "y", sources="ABBA").true_pairs() == 2


def test_a_perfect_answer_is_perfect_by_every_measure() -> None:
    clusters = [f"c{n // 2}" for n in range(40)]
    places = np.arange(0, 40, 2)
    pairs = ScoredPairs(places, places + 1, np.ones(20))
    found = measures(pairs, labelled(*clusters))
    assert {
        name: found[name] for name in ("f1_default", "best_f1", "held_out_f1", "average_precision", "blocking_recall")
    } == dict.fromkeys(("f1_default", "best_f1", "held_out_f1", "average_precision", "blocking_recall"), 1.0)


def test_held_out_pays_for_a_threshold_that_suits_one_half_only() -> None:
    clusters = [f"c{n // 2}" for n in range(40)]
    places = np.arange(0, 40, 2)
    half = labelled(*clusters).halves[places]
    false = ScoredPairs(places, (places + 3) % 40, np.where(half == 1, 0.5, 0.1))
    true = ScoredPairs(places, places + 1, np.where(half == 1, 0.9, 0.3))
    both = ScoredPairs(*(np.concatenate(each) for each in ((true.a, false.a), (true.b, false.b), (true.score, false.score))))
    assert held_out(both, labelled(*clusters)) < 1.0


def test_nothing_found_is_zero_not_an_error() -> None:
    nothing = ScoredPairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    assert measures(nothing, labelled("x", "x"))["best_f1"] == 0.0
