"""What a fuzzer found once breaks nothing again; and every target works without a fuzzer."""

from __future__ import annotations

import itertools

import pytest

from tests.fuzz.found import FOUND
from tests.fuzz.targets import TARGETS, seeds

SEEDS = 12
"""Seeds of a target that are tried here."""


@pytest.mark.parametrize(("target", "data"), [(name, data) for name, inputs in FOUND.items() for data in inputs])
def test_an_input_that_was_found_or_thought_of_breaks_nothing(target: str, data: bytes) -> None:
    TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_fuzzer_begins_with_breaks_nothing(target: str) -> None:
    for seed in itertools.islice(seeds(target), SEEDS):
        TARGETS[target](seed)
        for cut in (1, len(seed) // 3, len(seed) // 2):
            TARGETS[target](seed[:cut] + seed[-cut:])
