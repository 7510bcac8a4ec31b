"""Every file ends in rows or in one sentence, within a minute and a gigabyte. All of them: ``make hostile``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.corpus import files
from tests.hostile.made import MADE, read_made
from tests.hostile.runner import read_all

SHARES = 4
EVERY = 12
"""One file of so many is read here."""


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_a_file_made_to_break_the_program_ends_in_rows_or_in_one_sentence(share: int) -> None:
    chosen = files()[::EVERY][share::SHARES]
    if not chosen:
        pytest.skip("../shared/hostile is not here")
    assert [outcome for outcome in read_all(chosen) if outcome.kind == "other"] == []


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_a_bomb_a_lie_or_a_file_without_end_is_over_within_a_minute_and_a_gigabyte(share: int) -> None:
    assert [outcome for outcome in read_made(list(MADE)[share::SHARES]) if outcome.kind == "other"] == []


def test_the_harness_sees_what_is_neither_rows_nor_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.hostile import runner

    rows, sentence = tmp_path / "a.csv", tmp_path / "b.csv"
    rows.write_text("Company name\nAlfa\nBeta\n")
    sentence.write_text("")
    assert [(found.kind, found.rows) for found in read_all([rows, sentence])] == [("rows", 2), ("sentence", 0)]
    assert runner._judge(1, "", "tui-import: An error that we did not foresee: X.")[0] == "other"
    assert runner._judge(-6, "", "")[0] == "other"
    assert runner._judge(0, '{"rows": 1}', "Traceback (most recent call last):")[0] == "other"
