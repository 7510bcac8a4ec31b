"""Whatever somebody searches for: a database and Odoo's domains find just what the operators mean, and nothing gets out of its quotes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tui_import_erp.odata_filter import text_literal
from tui_import_erp.odoo_domain import condition
from tui_import_erp.sql import SqlErp, roles_of

from tests.plugins.fake_odoo import _meets, partner
from tui_import.api import OPERATORS, Criterion, Kind, Operator, meets

NAMES = [
    "",
    "Acme A/S",
    "ACME a/s",
    "100% Søn_",
    "O'Brien \\ Co",
    "Århus",
    "århus",
    "%",
    "_",
    "\\",
    "'; DROP TABLE t; --",
    "Straße",
    "STRASSE",
]
NUMBERS = [None, 0, -3, 12.5, 7, 10**9]
DATES = [None, "2024-02-29", "2025-01-01 23:59:59", "2025-01-02"]
texts = st.one_of(st.sampled_from(NAMES), st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6))
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlErp]:
    path = tmp_path_factory.mktemp("properties") / "t.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, size NUMERIC, since TEXT)")
        rows = [(name or None, NUMBERS[n % len(NUMBERS)], DATES[n % len(DATES)]) for n, name in enumerate(NAMES)]
        connection.executemany("INSERT INTO t (name, size, since) VALUES (?, ?, ?)", rows)
    made = SqlErp({"url": f"sqlite:///{path}", "customer": "t"})
    yield made
    made.close()


def agrees(erp: SqlErp, criterion: Criterion) -> None:
    everybody = list(erp.everything("customer"))
    due = [each.key for each in everybody if meets(each.values[criterion.field], criterion.operator, criterion.values)]
    assert [each.key for each in erp.search("customer", [criterion]).actors] == due


@quick
@given(operator=st.sampled_from(OPERATORS[Kind.TEXT]), text=texts, other=texts)
def test_a_database_compares_texts_as_the_operators_mean_it(erp: SqlErp, operator: Operator, text: str, other: str) -> None:
    if operator is Operator.BETWEEN and not text:
        return  # from nothing on: whether an empty cell lies behind that is nobody's question
    agrees(erp, Criterion("name", operator, [text, other] if operator is Operator.BETWEEN else [text]))


@quick
@given(operator=st.sampled_from(OPERATORS[Kind.DECIMAL]), low=st.sampled_from([-3, 0, 7, 12.5]), high=st.integers(-10, 20))
def test_a_database_compares_numbers_as_the_operators_mean_it(erp: SqlErp, operator: Operator, low: float, high: int) -> None:
    agrees(erp, Criterion("size", operator, [low, high] if operator is Operator.BETWEEN else [low]))


@quick
@given(operator=st.sampled_from(OPERATORS[Kind.DATE]), days=st.tuples(st.dates(), st.dates()))
def test_a_day_is_compared_whole(erp: SqlErp, operator: Operator, days: tuple) -> None:
    first, last = sorted(days)
    found = [each.key for each in erp.search("customer", [Criterion("since", operator, [first.isoformat(), last.isoformat()])]).actors]
    due = [
        each.key
        for each in erp.everything("customer")
        if meets(each.values["since"] and str(each.values["since"])[:10], operator, [first.isoformat(), last.isoformat()])
    ]
    assert found == due


@quick
@given(
    operator=st.sampled_from([each for each in OPERATORS[Kind.TEXT] if each is not Operator.BETWEEN]),
    name=texts.filter(str.strip),
    text=texts.filter(str.strip),
)
def test_odoo_is_asked_for_what_the_operators_mean(operator: Operator, name: str, text: str) -> None:
    criterion = Criterion("name", operator, [text])
    assert _meets(partner(1, name), condition(criterion, "char")) == meets(name, operator, [text])


@given(texts)
def test_a_literal_of_odata_ends_where_it_should(text: str) -> None:
    literal = unquote(quote(text_literal(text)))
    assert (literal[0], literal[-1]) == ("'", "'")
    assert literal[1:-1].replace("''", "").count("'") == 0
    assert literal[1:-1].replace("''", "'") == text


@given(
    st.dictionaries(
        st.text("abæ_-= ", min_size=1).filter(lambda name: name.strip() and name == name.strip()), st.sampled_from(["NAME", "URL"])
    )
)
def test_roles_are_read_as_they_were_written(roles: dict[str, str]) -> None:
    text = "; ".join(f"{name}={role}" for name, role in roles.items())
    read = roles_of(text, "customer")
    assert {name.casefold(): role for name, role in reversed(roles.items())} == dict(read)
