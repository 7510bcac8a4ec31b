"""Searching a source as both faces do: criteria, pages, ticks over several searches, and what is imported then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_import.api import Column, Row
from tui_import.api.capabilities import OPERATORS, Criterion, Kind, Operator, Page, Searchable, SearchField, meets
from tui_import.api.errors import StoppedError, UsageError
from tui_import.model.progress import Progress
from tui_import.session.finding import SHOWN_AT_ONCE, Search
from tui_import.session.searching import PAGE, criteria, criteria_text, criterion_of, key_list, key_text, picked_rows

FIELDS = [
    SearchField("city", "City"),
    SearchField("size", "Size", Kind.INTEGER),
    SearchField("rate", "Rate", Kind.DECIMAL),
    SearchField("since", "Since", Kind.DATE),
    SearchField("active", "Active", Kind.BOOLEAN),
    SearchField("group", "Group", Kind.LIST, "groups"),
]
CITIES = ("Aarhus", "Odense", "Esbjerg")


class Customers(Searchable):
    """Rows of a server that counts, or does not."""

    name = "customers"

    def __init__(self, rows: int = 1_234, *, counts: bool = True) -> None:
        self.all = [Row(n, (f"Company {n}", CITIES[n % 3], n), f"k{n}", f"2026-01-{n % 28 + 1:02}") for n in range(1, rows + 1)]
        self.asked: list[tuple[str, int]] = []
        self.fetched: list[int] = []
        self._counts = counts

    def columns(self) -> Sequence[Column]:
        return [Column("Name"), Column("City"), Column("Size")]

    def rows(self) -> Iterator[Row]:
        return iter(self.all)

    def search_fields(self) -> Sequence[SearchField]:
        return FIELDS

    def search(self, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> Page:
        self.asked.append((page, limit))
        place = {"city": 1, "size": 2}
        found = [row for row in self.all if all(meets(row.values[place[c.field]], c.operator, c.values) for c in criteria)]
        at = int(page or 0)
        return Page(found[at : at + limit], str(at + limit) if at + limit < len(found) else "", len(found) if self._counts else None)

    def fetch(self, keys: Sequence[str]) -> Iterator[Row]:
        self.fetched.append(len(keys))
        return (row for row in self.all if row.key in set(keys))


def search_of(table: Searchable, **options: Any) -> Search:
    return Search(table, lambda name: {"k1": "Customer", "k2": "Prospect"} if name == "groups" else {}, **options)


def in_city(name: str) -> Criterion:
    return Criterion("city", Operator.IS, [name])


def test_a_search_says_how_many_there_are_and_shows_only_the_first_page() -> None:
    table = Customers()
    search = search_of(table)
    search.criteria = [in_city("aarhus")]

    search.found = search.find()

    assert search.found.total == 411
    assert len(search.found.rows) == SHOWN_AT_ONCE
    assert table.asked == [("", SHOWN_AT_ONCE)]


def test_the_next_page_is_asked_for_when_it_is_wanted_and_the_last_one_tells_the_number() -> None:
    search = search_of(Customers(250, counts=False))
    search.found = search.find()
    assert search.found.total is None
    while search.found.more:
        search.found = search.more()
    assert [row.key for row in search.found.rows] == [f"k{n}" for n in range(1, 251)]
    assert search.found.total == 250
    assert search.more() is search.found


def test_ticks_outlive_further_searches_and_name_the_rows_that_are_imported() -> None:
    search = search_of(Customers(30))
    search.criteria = [in_city("Aarhus")]
    search.found = search.find()
    search.tick(["k3", "k6"])
    search.criteria = [in_city("Odense")]
    search.found = search.find()
    search.tick(["k1"])
    search.tick(["k6"], False)

    assert search.ticked == ["k3", "k1"]
    assert search.is_ticked("k3")
    assert search.options() == {"where": "city = Odense", "keys": "k3,k1"}


def test_all_that_a_query_finds_is_ticked_though_only_a_page_is_shown_and_the_query_then_stands_for_the_rows() -> None:
    search = search_of(Customers())
    search.criteria = [in_city("Aarhus")]
    search.found = search.find()
    search.tick_all(search.keys())
    assert search.count == 411
    search.criteria = [in_city("Esbjerg")]
    assert search.options() == {"where": "city = Aarhus", "keys": None}

    search.tick(["k3"], False)
    options = search.options()
    assert len(key_list(str(options["keys"]))) == 410

    search.criteria = [in_city("Aarhus")]
    search.tick_all(search.keys(), False)
    assert search.count == 0


def test_two_queries_are_ticked_together() -> None:
    search = search_of(Customers(9))
    for city in ("Aarhus", "Odense"):
        search.criteria = [in_city(city)]
        search.tick_all(search.keys())
    assert sorted(search.ticked) == ["k1", "k3", "k4", "k6", "k7", "k9"]
    assert search.options()["keys"] == "k3,k6,k9,k1,k4,k7"


def test_where_nothing_is_ticked_the_query_itself_is_imported() -> None:
    search = search_of(Customers(9))
    assert search.options() == {"where": None, "keys": None}
    search.criteria = [criterion_of(FIELDS[1], Operator.BETWEEN, "2..4")]
    assert search.options() == {"where": "size between 2, 4", "keys": None}


def test_ticking_all_can_be_stopped() -> None:
    progress = Progress()
    progress.stop()
    with pytest.raises(StoppedError):
        search_of(Customers(9)).keys(progress)


def test_rows_without_a_key_cannot_be_ticked() -> None:
    table = Customers(3)
    table.all[0] = table.all[0]._replace(key="")
    search = search_of(table)
    search.tick([""])
    search.tick_all(search.keys())
    assert search.ticked == ["k2", "k3"]


def test_rows_that_the_store_knows_are_marked() -> None:
    search = search_of(Customers(3), linked=lambda keys: {key for key in keys if key == "k2"})
    assert [row.linked for row in search.find().rows] == [False, True, False]


def test_criteria_read_as_words() -> None:
    search = search_of(Customers(3))
    assert search.words(Criterion("group", Operator.ONE_OF, ["k1", "k9"])) == "Customer, k9"
    assert search.words(Criterion("active", Operator.IS, [True])) == "yes"
    assert search.words(Criterion("size", Operator.BETWEEN, [1, 9])) == "1 … 9"


def test_picked_rows_are_fetched_by_and_by_each_once_and_numbered() -> None:
    table = Customers(1_200)
    wanted = [f"k{n}" for n in range(1, 1_101)]
    rows = list(picked_rows(table, [*wanted, "gone"]))
    assert [row.number for row in rows] == list(range(1, 1_101))
    assert table.fetched == [PAGE, PAGE, 101]


TEXTS = st.text(min_size=1, max_size=12).filter(lambda text: not any(0xD800 <= ord(c) <= 0xDFFF for c in text))
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.one_of(TEXTS, st.sampled_from([" x ", "a, b", "a; b", "a and b", "1..2", '"', '5" pipe', "= b", " contains "])),
    Kind.LIST: TEXTS,
    Kind.INTEGER: st.integers(-999_999, 999_999),
    Kind.DECIMAL: st.floats(-1e6, 1e6),
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.dates().map(str),
}


@st.composite
def one_criterion(draw: st.DrawFn) -> Criterion:
    field = draw(st.sampled_from(FIELDS))
    operator = draw(st.sampled_from(OPERATORS[field.kind]))
    several = operator in (Operator.ONE_OF, Operator.NOT_ONE_OF)
    least, most = (2, 2) if operator is Operator.BETWEEN else (1, 4) if several else (1, 1)
    return Criterion(field.key, operator, draw(st.lists(VALUES[field.kind], min_size=least, max_size=most)))


@given(st.lists(one_criterion(), max_size=4))
def test_a_recipe_gives_back_the_criteria_that_it_keeps_whatever_their_values(wanted: list[Criterion]) -> None:
    assert criteria(criteria_text(wanted), FIELDS) == wanted


@given(st.lists(TEXTS, unique=True, max_size=6))
def test_keys_are_named_on_the_command_line_whatever_is_in_them(keys: list[str]) -> None:
    assert key_list(key_text(keys)) == keys


@pytest.mark.parametrize("text", ["since = tomorrow", "active = perhaps", "group one-of ,", "size between 1, 2, 3"])
def test_a_value_that_does_not_fit_its_field_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        criteria(text, FIELDS)
