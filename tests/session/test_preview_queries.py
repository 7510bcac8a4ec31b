"""Long tables stay at hand: what is looked for can be broken off, and the way to a row is short."""

from __future__ import annotations

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import StoppedError
from tui_import.model.plan import RowFilter
from tui_import.model.progress import Progress
from tui_import.store.connection import Database
from tui_import.store.preview import SHOWS

ROWS = [
    {"company.name": "Acme A/S", "company.email": "info@acme.example", "person.first_name": "Anna", "person.last_name": "Holm"},
    {"company.name": "", "company.email": "", "person.first_name": "Bo", "person.last_name": ""},
    {"company.name": "Bolt ApS", "company.email": "no address", "person.first_name": "", "person.last_name": ""},
    {"company.name": "Acme A/S", "company.email": "info@acme.example", "person.first_name": "Carl", "person.last_name": "Dam"},
    {"company.name": "", "company.email": "x@y.example", "person.first_name": "", "person.last_name": "Eng"},
]


def test_a_search_in_many_rows_is_broken_off_when_asked_to_and_the_next_one_runs(importer: Importer) -> None:
    session, _report = importer.plan(ROWS)
    database: Database = session._draft.database
    progress = Progress()
    endless = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT count(*) FROM number"
    progress.stop()
    with pytest.raises(StoppedError), database.interruptible(progress) as connection:
        connection.execute(endless)
    assert len(session.row_keys(RowFilter(text="acme"), Progress())) == 2


def test_every_filter_counts_the_rows_that_it_shows(importer: Importer) -> None:
    session, _report = importer.plan(ROWS)
    shown = {show: list(session.row_keys(RowFilter(show=show)).keys) for show in SHOWS}
    for show, keys in shown.items():
        assert session.row_count(RowFilter(show=show)) == len(keys)
        assert keys == sorted(keys)
        assert keys == list(session.row_keys(RowFilter(show=show, text="")).keys)
    assert shown["all"] == [1, 2, 3, 4, 5]
    assert shown["problems"]
    assert shown["new"] == [1, 4]


def test_a_filter_and_a_text_show_what_fits_both(importer: Importer) -> None:
    session, _report = importer.plan(ROWS)
    new, acme = (set(session.row_keys(rows).keys) for rows in (RowFilter(show="new"), RowFilter(text="acme")))
    assert set(session.row_keys(RowFilter(show="new", text="acme")).keys) == new & acme


def test_the_next_problem_is_found_in_both_directions(importer: Importer) -> None:
    session, _report = importer.plan(ROWS)
    problems = list(session.row_keys(RowFilter(show="problems")).keys)
    forwards, at = [], session.next_problem(0)
    while at is not None:
        forwards.append(at)
        at = session.next_problem(at)
    assert forwards == problems
    assert session.next_problem(99, backwards=True) == problems[-1]
    assert session.next_problem(problems[0], backwards=True) is None


@pytest.mark.parametrize("rows", [RowFilter(), RowFilter(show="new"), RowFilter(sort=0, descending=True)])
def test_the_place_of_a_row_is_known_in_every_order(importer: Importer, rows: RowFilter) -> None:
    session, _report = importer.plan(ROWS)
    keys = session.row_keys(rows)
    assert [keys.index(keys[at]) for at in range(len(keys))] == list(range(len(keys)))
    assert keys.index(99) is None
