"""Work on several cores gives what one would have given."""

from __future__ import annotations

import math

import pytest

from tui_import.flow.shared_out import shared_out


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_jobs(processes: int) -> None:
    assert list(shared_out(math.sqrt, (number * number for number in range(7)), processes)) == list(range(7))


@pytest.mark.parametrize("processes", [1, 2])
def test_what_fails_there_is_raised_here(processes: int) -> None:
    with pytest.raises(ValueError, match="math domain error"):
        list(shared_out(math.sqrt, [1, -1, 4], processes))


def test_no_job_needs_no_process() -> None:
    assert list(shared_out(math.sqrt, [], 2)) == []


def test_who_needs_no_more_stops_it() -> None:
    results = shared_out(math.sqrt, iter(range(1_000_000_000)), 2)
    assert next(results) == 0
    results.close()
    assert list(results) == []
