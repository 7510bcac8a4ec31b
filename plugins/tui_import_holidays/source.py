"""The source "holidays": a table of one country's days, a row per day and year."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator, Sequence

from tui_import.api import Column, Option, Options, Peek, Row, Source, SourceError, Table, Where, _

COUNTRY, YEARS, LANGUAGE = "country", "years", "language"
"""Keys of its options."""
ELSEWHERE = "US"
"""The country where neither option nor environment names one."""
MOST_YEARS = 100
_YEARS = re.compile(r"(\d{4})(?:\s*-\s*(\d{4}))?")
_TERRITORY = re.compile(r"[a-z]{2,3}_([A-Z]{2})")
RED = "red"


def own_country() -> str:
    """The country that the environment speaks of (``LANG=da_DK.UTF-8``)."""
    for name in ("LC_ALL", "LC_TIME", "LANG"):
        match = _TERRITORY.match(os.environ.get(name, ""))
        if match:
            return match[1]
    return ELSEWHERE


class HolidaysSource(Source):
    """Days off of a country."""

    name = "holidays"
    api_version = (1, 1)

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Red-letter days of a country")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Public holidays of 250 countries and territories, worked out for the years you want")

    def options(self) -> Sequence[Option]:
        """Which days, and what they are called."""
        this_year = datetime.datetime.now().astimezone().year
        return (
            Option(COUNTRY, _("Country"), help=_("Two letters, as DK."), default=own_country(), minimum=2, maximum=2),
            Option(YEARS, _("Years"), help=_("A year, or the first and the last: 2026-2028."), default=str(this_year)),
            Option(LANGUAGE, _("Language"), help=_("As da or en_US; empty: the country's own."), default=""),
        )

    def open(self, _location: str, options: Options) -> Sequence[Table]:
        """One table, that of the country. Raises `SourceError` where the options say nothing that there is."""
        chosen = {option.key: str(options.get(option.key) or option.default or "").strip() for option in self.options()}
        return [HolidaysTable(chosen[COUNTRY].upper(), years_of(chosen[YEARS]), chosen[LANGUAGE])]


def years_of(text: str) -> range:
    """ "2026" or "2026-2028". Raises `SourceError`."""
    match = _YEARS.fullmatch(text)
    years = range(int(match[1]), int(match[2] or match[1]) + 1) if match else range(0)
    if not 0 < len(years) <= MOST_YEARS:
        raise SourceError(
            _("“{text}” are no years.").format(text=text),
            hint=_("Write one, or the first and the last, at most {count}: 2026-2028.").format(count=MOST_YEARS),
        )
    return years


class HolidaysTable(Table):
    """The days of one country."""

    def __init__(self, country: str, years: range, language: str) -> None:
        self.name = country
        self._country, self._years, self._language = country, years, language

    def columns(self) -> Sequence[Column]:
        """All of them arrive linked. Their names are the same in every language, so that recipes know them."""
        fields = ("date", "country", "text", "colour")
        return [Column(name.capitalize(), f"red_letter_day.{name}") for name in fields]

    def rows(self) -> Iterator[Row]:
        """The days in their order; two of one day are one row."""
        for number, (day, text) in enumerate(self._days(), 1):
            yield Row(number, (day, self._country, text, RED))

    def peek(self, limit: int = 20) -> Peek:
        """The first days; there is no heading row among them."""
        return Peek([row for row in self.rows() if row.number <= limit], {"header_row": "0"})

    def _days(self) -> list[tuple[datetime.date, str]]:
        import holidays

        where = Where(table=self._country)
        try:
            calendar = holidays.country_holidays(self._country, years=self._years)
        except NotImplementedError as error:
            hint = _("Give the country's two letters (ISO 3166): --option country=DK.")
            text = _("Nobody knows the red-letter days of “{country}”.").format(country=self._country)
            raise SourceError(text, where=where, hint=hint) from error
        languages = tuple(calendar.supported_languages or ())
        language = self._spoken(languages) if self._language else str(calendar.default_language or "")
        if self._language and not language:
            raise SourceError(
                _("The days of {country} have no names in “{language}”.").format(country=self._country, language=self._language),
                where=where,
                hint=_("There are: {names}.").format(names=", ".join(languages) or "-"),
            )
        if language:
            calendar = holidays.country_holidays(self._country, years=self._years, language=language)
        return sorted((day, text[:79]) for day, text in calendar.items())

    def _spoken(self, languages: Sequence[str]) -> str:
        """The language that is asked for, as the library calls it: "en" is "en_US" where there is no other."""
        wanted = self._language.replace("-", "_")
        near = (name for name in languages if name.partition("_")[0] == wanted.partition("_")[0])
        return wanted if wanted in languages else next(near, "")
