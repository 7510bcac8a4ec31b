"""Red-letter days worked out for a country and years, and imported."""

from __future__ import annotations

import datetime

import pytest
from tui_import_holidays.source import HolidaysSource, years_of

from tests.cli.conftest import Cli, cli, store
from tui_import.api import SourceError

__all__ = ["cli", "store"]


def days(**options: str) -> dict[datetime.date, str]:
    (table,) = HolidaysSource().open("", options)
    return {row.values[0]: row.values[2] for row in table.rows()}  # type: ignore[misc]


def test_the_days_of_a_country_come_in_order_in_its_language_or_another() -> None:
    danish = days(country="dk", years="2026")
    assert list(danish) == sorted(danish)
    assert danish[datetime.date(2026, 12, 25)] == "Juledag"
    assert days(country="DK", years="2026", language="en")[datetime.date(2026, 12, 25)] == "Christmas Day"


def test_years_are_one_or_the_first_and_the_last() -> None:
    assert list(years_of("2026")) == [2026]
    assert list(years_of("2026-2028")) == [2026, 2027, 2028]
    assert {day.year for day in days(country="NO", years="2026 - 2027")} == {2026, 2027}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"country": "XX"}, "Nobody knows the red-letter days of “XX”"),
        ({"country": "DK", "language": "qq"}, "no names in “qq”"),
        ({"country": "DK", "years": "soon"}, "“soon” are no years"),
        ({"country": "DK", "years": "2028-2026"}, "are no years"),
        ({"country": "DK", "years": "1000-2999"}, "are no years"),
    ],
)
def test_what_there_is_not_is_said_in_a_sentence(options: dict[str, str], sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        days(**options)


def test_they_are_imported_once_whatever_is_asked_twice(cli: Cli) -> None:
    command = ("run", "--source", "holidays", "--option", "country=DK", "--option", "years=2026", "--json")
    first = cli(*command).object["entities"]["red_letter_day"]
    assert first["added"] > 5
    assert cli(*command).object["entities"]["red_letter_day"]["skipped"] == first["added"]
    record = cli("export", "red_letter_day", "--format", "json").objects[0]
    assert (record["date"], record["country"], record["colour"]) == ("2026-01-01", "DK", "red")
