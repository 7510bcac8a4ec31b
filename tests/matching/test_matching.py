"""The duplicate finder as a library: what it recognises, what it tells apart, why, and what it learns."""

from __future__ import annotations

import dataclasses
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_import.api.errors import RecipeError
from tui_import.config.files import read_layered
from tui_import.matching import Found, Model, Records, find
from tui_import.matching.clean import clean, company_name, plain, street
from tui_import.matching.cluster import clusters, contradicts
from tui_import.matching.explain import explain
from tui_import.matching.keys import keys
from tui_import.matching.learn import Decision, learn
from tui_import.matching.parse import parse_model
from tui_import.matching.records import Cleaned
from tui_import.session.matching import shipped_model

Row = Mapping[str, str]

SYLLABLES = (
    "ba",
    "dru",
    "ek",
    "fo",
    "gri",
    "hul",
    "ild",
    "jor",
    "kva",
    "lem",
    "myt",
    "nor",
    "opf",
    "pra",
    "qvi",
    "ros",
    "sta",
    "tve",
    "ulv",
    "vax",
    "yng",
    "zel",
    "arp",
    "bre",
)
GIVEN = (
    "Anna",
    "Bo",
    "Carl",
    "Dina",
    "Egon",
    "Fie",
    "Gert",
    "Hanne",
    "Ib",
    "Jane",
    "Kaj",
    "Lis",
    "Max",
    "Nina",
    "Otto",
    "Pia",
    "Rolf",
    "Siw",
    "Tim",
    "Ulla",
)
TRADES = ["Mobler", "Regnskab", "Vinduer", "Fisk", "Papir", "Sko", "Cykler", "Blomster", "Tryk", "Lys"]


@pytest.fixture(scope="module")
def model() -> Model:
    return shipped_model()


def records(entity: str, rows: Sequence[Row]) -> Records:
    names = {name for row in rows for name in row}
    return Records(entity, range(1, len(rows) + 1), {name: [row.get(name) for row in rows] for name in names})


def others(entity: str, count: int = 120) -> list[Row]:
    """Records that are nobody's duplicates: a population makes rare what is rare."""
    chance = random.Random(7)
    places = [f"{word}{end}" for word in ("Horn", "Vester", "Oster", "Skov", "Kirke") for end in ("by", "lund", "havn", "bjerg", "strup")]
    rows: list[Row] = []
    for n in range(count):
        place, name = chance.choice(places), "".join(chance.sample(SYLLABLES, 3)).title()
        if entity == "company":
            trade = TRADES[n % 10]
            rows.append({"name": f"{name} {trade} ApS", "postal_city": place, "phone": f"{chance.randrange(20_000_000, 99_999_999)}"})
        else:
            given_name = GIVEN[n % len(GIVEN)]
            rows.append({"first_name": given_name, "last_name": name, "email": f"{given_name}@{name}.example", "postal_city": place})
    return rows


def probability(model: Model, entity: str, one: Row, other: Row) -> float:
    """That of two records among a hundred others; 0 where they were not even compared."""
    found = find(records(entity, [one, other, *others(entity)]), model, least=0)
    return next((float(p) for a, b, p in zip(found.a, found.b, found.probability, strict=True) if (a, b) == (1, 2)), 0.0)


SAME_COMPANY = [
    ({"name": "Ørsted A/S", "postal_city": "Fredericia"}, {"name": "Orsted AS", "postal_city": "Fredericia"}),
    ({"name": "Bergen Skipsverft AS"}, {"name": "A/S Bergen Skipsverft"}),
    ({"name": "Müller & Söhne GmbH", "phone": "+49 40 123456"}, {"name": "Mueller und Soehne", "phone": "040 123456"}),
    ({"name": "Nordisk Tandteknik ApS", "phone": "33445566"}, {"name": "Nordisk Tandtekink", "phone": "33445566"}),
    ({"name": "Wexford Intl Holdings Ltd"}, {"name": "Wexford International Holding"}),
    ({"name": "Højgaard Byg", "email": "post@hojgaardbyg.dk"}, {"name": "Hoejgaard Byg A/S", "url": "www.hojgaardbyg.dk"}),
    ({"name": "Zylinderkopf Technik", "vat_number": "DE123456788"}, {"name": "ZT Motoren", "vat_number": "DE 123 456 788"}),
]
OTHER_COMPANY = [
    ({"name": "Nordhavn Sko ApS"}, {"name": "Nordhavn Fisk ApS"}),
    ({"name": "Hotel 1 A/S", "postal_city": "Aalborg"}, {"name": "Hotel 2 A/S", "postal_city": "Aalborg"}),
    (
        {"name": "Salvation Army, Ashbourne", "postal_city": "Ashbourne"},
        {"name": "Salvation Army, Winchcombe", "postal_city": "Winchcombe"},
    ),
    ({"name": "Acme Alpha", "vat_number": "10000009"}, {"name": "Acme Beta", "vat_number": "10000017"}),
    ({"name": "Lundbeck Invest", "email": "lundbeck@gmail.com"}, {"name": "Petersens Planteskole", "email": "petersen@gmail.com"}),
]
SAME_PERSON = [
    (
        {"first_name": "Robert", "last_name": "Thorvaldsen", "email": "rt@thorvald.example"},
        {"first_name": "Bob", "last_name": "Thorvaldsen", "email": "rt@thorvald.example"},
    ),
    (
        {"first_name": "Søren", "last_name": "Aagaard", "postal_city": "Hornby", "birthdate": "1971-06-24"},
        {"first_name": "Soeren", "last_name": "Ågård", "postal_city": "Hornby", "birthdate": "1971-06-24"},
    ),
    (
        {"first_name": "Isla", "last_name": "Hallworth", "birthdate": "1985-02-07"},
        {"first_name": "Hallworth", "last_name": "Isla", "birthdate": "1985-02-07"},
    ),
    (
        {"first_name": "Mette", "last_name": "Frandsen", "mobile": "+45 20 30 40 50"},
        {"first_name": "Mette", "last_name": "Frandsen-Holm", "mobile": "20304050"},
    ),
    (
        {"first_name": "K.", "last_name": "Bjerregaard", "phone": "33445566", "company": "Vindkraft A/S"},
        {"first_name": "Katrine", "last_name": "Bjerregaard", "phone": "33445566", "company": "Vindkraft"},
    ),
]
OTHER_PERSON = [
    (
        {"first_name": "Anna", "last_name": "Smed", "company": "Vindkraft A/S", "phone": "33445566"},
        {"first_name": "Jonas", "last_name": "Hviid", "company": "Vindkraft A/S", "phone": "33445567"},
    ),
    (
        {
            "first_name": "Peter",
            "last_name": "Holm",
            "postal_address_line1": "Skovvej 3",
            "postal_city": "Hornby",
            "birthdate": "1960-01-02",
        },
        {
            "first_name": "Line",
            "last_name": "Holm",
            "postal_address_line1": "Skovvej 3",
            "postal_city": "Hornby",
            "birthdate": "1962-09-17",
        },
    ),
    (
        {"first_name": "Per", "last_name": "Moe", "email": "info@moe.example"},
        {"first_name": "Kim", "last_name": "Krag", "email": "info@krag.example"},
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME_COMPANY)
def test_one_company_written_in_two_ways_is_found(model: Model, one: Row, other: Row) -> None:
    assert probability(model, "company", one, other) >= 0.5


@pytest.mark.parametrize(("one", "other"), OTHER_COMPANY)
def test_two_companies_that_look_alike_are_told_apart(model: Model, one: Row, other: Row) -> None:
    assert probability(model, "company", one, other) < 0.5


@pytest.mark.parametrize(("one", "other"), SAME_PERSON)
def test_one_person_written_in_two_ways_is_found(model: Model, one: Row, other: Row) -> None:
    assert probability(model, "person", one, other) >= 0.5


@pytest.mark.parametrize(("one", "other"), OTHER_PERSON)
def test_colleagues_families_and_shared_mailboxes_are_told_apart(model: Model, one: Row, other: Row) -> None:
    assert probability(model, "person", one, other) < 0.5


def test_a_rare_name_says_more_than_a_common_one(model: Model) -> None:
    common = [{"first_name": "Jens", "last_name": "Hansen", "postal_city": f"City{n}"} for n in range(60)]
    rare: list[Row] = [{"first_name": "Jens", "last_name": "Ytterhorn", "postal_city": city} for city in ("Hornby", "Skovlund")]
    found = find(records("person", [*rare, *common, *others("person")]), model, least=0)
    chances = {(int(a), int(b)): float(p) for a, b, p in zip(found.a, found.b, found.probability, strict=True)}
    assert chances[1, 2] > max(p for (a, b), p in chances.items() if a > 2 and b <= 62)


def test_a_clean_list_of_customers_and_their_colleagues_flags_next_to_nothing(model: Model) -> None:
    assert len(list(find(records("company", others("company", 400)), model).pairs())) <= 2
    assert len(list(find(records("person", others("person", 400)), model).pairs())) <= 2


def test_incoming_rows_are_found_in_a_population_by_their_ids(model: Model) -> None:
    stored = records("company", [*others("company"), {"name": "Ørsted Vindkraft A/S", "postal_city": "Fredericia"}])
    incoming = records("company", [{"name": "Holbæk Garn"}, {"name": "Orsted Vindkaft", "postal_city": "Fredericia"}])
    found = find(incoming, model, stored)
    assert [(pair.a, pair.b) for pair in found.pairs()] == [(2, 121)]


def test_common_keys_are_left_out_and_said(model: Model) -> None:
    rows = [{"name": f"{word} ApS", "phone": "33445566"} for word in (f"{a}{b}{c}" for a in SYLLABLES for b in "aeiou" for c in "lmn")]
    assert len(rows) > model.common_key
    found = find(records("company", rows), dataclasses.replace(model, whole=0))
    assert found.left.keys >= 1
    assert found.left.pairs > 0


def test_the_reasons_sum_to_the_score_and_name_what_would_turn_it(model: Model) -> None:
    rows = [*(row for pair in SAME_COMPANY for row in pair), *others("company")]
    found = find(records("company", rows), model, least=0)
    for at in range(len(found.a)):
        why = explain(found, at, model.entities["company"], model.damping)
        assert why.probability == pytest.approx(1 / (1 + 2.0**-why.bits), abs=1e-4)
        assert {reason.field for reason in why.reasons} <= {field.name for field in model.entities["company"].fields}
    first = explain(found, int(np.argmin(np.abs(found.probability - 0.5))), model.entities["company"], model.damping)
    assert first.turn is not None


@given(st.lists(st.tuples(st.sampled_from(["name", "phone", "city", "vat"]), st.text("abcdæøå 12&/.", max_size=14)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_compared_and_the_order_of_the_rows_does_not_matter(cells: list[tuple[str, str]]) -> None:
    model = shipped_model()
    names = {"name": "name", "phone": "phone", "city": "postal_city", "vat": "vat_number"}
    rows = [{names[kind]: text, "name": text or "x"} for kind, text in cells]
    forward, back = (find(records("company", each), model, least=0) for each in (rows, rows[::-1]))
    count = len(rows) + 1
    turned = {(count - int(b), count - int(a)): round(float(p), 6) for a, b, p in zip(back.a, back.b, back.probability, strict=True)}
    assert {(int(a), int(b)): round(float(p), 6) for a, b, p in zip(forward.a, forward.b, forward.probability, strict=True)} == turned


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_a_packed_record_is_the_record(model: Model) -> None:
    cleaned = clean(records("person", [row for pair in SAME_PERSON for row in pair]), model.words)
    back = Cleaned.unpacked("person", cleaned.ids.tolist(), cleaned.packed())
    assert {slot: list(column) for slot, column in back.columns.items()} == cleaned.columns
    assert np.array_equal(keys(back, model.words).keys, keys(cleaned, model.words).keys)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A/S Bergen & Co.", "bergen"),
        ("Oy Nokia Ab", "nokia"),
        ("Ørsted A/S", "orsted"),
        ("SA Co", "sa co"),
        ("Smith Bros. Intl", "smith brothers international"),
    ],
)
def test_legal_forms_and_abbreviations_do_not_tell_companies_apart(model: Model, text: str, name: str) -> None:
    expected = {"smith brothers international": "smith brothers group"}.get(name, name)
    assert company_name(text, model.words)[0] in (name, expected)


def test_streets_are_compared_in_their_shortest_form(model: Model) -> None:
    assert street("12 Main Street", model.words) == street("Main St. 12", model.words)


def found_pairs(model: Model, rows: Sequence[tuple[Row, Row]]) -> Found:
    return find(records("company", [row for pair in rows for row in pair] + others("company")), model, least=0)


def test_decisions_move_the_weights_towards_what_people_decide_and_not_further(model: Model) -> None:
    entity = model.entities["company"]
    trusting = [Decision({"name": 12.0, "phone": -2.0 - n % 3}, -10.0, True) for n in range(20)]
    doubting = [Decision({"name": -6.0, "phone": 13.0 - n % 3}, -10.0, False) for n in range(20)]
    learnt = learn(trusting + doubting, entity, model.damping)
    assert learnt is not None
    assert learnt.agreed_after >= learnt.agreed_before
    assert set(learnt.coefficients) == {"name", "phone"}
    after = learnt.applied(entity)
    assert after.field("phone").coefficient < 1
    assert after.field("city").coefficient == 1


def test_few_decisions_teach_nothing_and_one_sided_ones_move_only_the_line(model: Model) -> None:
    entity = model.entities["company"]
    assert learn([Decision({"name": 5.0}, -5.0, bool(n % 2)) for n in range(10)], entity, model.damping) is None
    learnt = learn([Decision({"name": 5.0}, -7.0, True)] * 40, entity, model.damping)
    assert learnt is not None
    assert set(learnt.coefficients.values()) == {1.0}
    assert learnt.bias > 1
    assert learnt.agreed_after > learnt.agreed_before


def test_a_chain_is_cut_where_hard_evidence_disagrees() -> None:
    vat = {"a": "1", "b": "", "c": "2"}
    pairs = [("a", "b", 0.99), ("b", "c", 0.9), ("d", "e", 0.8)]
    found = clusters(pairs, lambda one, other: bool(vat.get(one) and vat.get(other) and vat[one] != vat[other]))
    assert [set(cluster.members) for cluster in found] == [{"a", "b"}, {"d", "e"}]
    assert contradicts({"birth": "19710624"}, {"birth": "19710625"}, "person") == "birth"
    assert contradicts({"birth": "1971"}, {"birth": "19710625"}, "person") == ""


def test_the_survivor_is_the_member_that_most_holds_to() -> None:
    (cluster,) = clusters([("a", "b", 0.9), ("b", "c", 0.9), ("b", "d", 0.9)])
    assert cluster.members[0] == "b"
    assert cluster.least == 0.9


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"company": {"colour": {"compare": "word"}}}, "company.colour"),
        ({"company": {"name": {"compare": "magic"}}}, "company.name"),
        ({"company": {"name": {"frequency": -1}}}, "frequency"),
        ({"company": {"city": {"levels": {"same": {"m": 0.5}}}}}, "same"),
        ({"search": {"speed": 11}}, "speed"),
        ({"person": {"duplicates": 2}}, "duplicates"),
    ],
)
def test_a_mistake_in_the_users_own_weights_is_named(change: dict[str, Any], named: str) -> None:
    data = read_layered("matching.toml")
    for entity, tables in change.items():
        for name, values in tables.items():
            if isinstance(values, dict):
                data[entity][name] = {**data[entity].get(name, {}), **values}
            else:
                data[entity][name] = values
    with pytest.raises(RecipeError, match=named):
        parse_model(data)


def looked_up(model: Model, entity: str, rows: Sequence[Row], stored: Sequence[Row]) -> dict[tuple[int, int], float]:
    """(Incoming, stored), each by its place from 1 → probability."""
    found = find(records(entity, rows), model, records(entity, stored), least=0)
    return {(int(a), int(b)): float(p) for a, b, p in zip(found.a, found.b, found.probability, strict=True)}


def test_what_fits_another_record_better_is_no_duplicate_of_a_second(model: Model) -> None:
    place = {"street_address_line1": "Strandgade 3", "street_city": "Horsens", "phone": "70112233"}
    second = {"name": "Bryggen Galleri Tornby", **place, "vat_number": "DK10000009"}
    stored = [{"name": "Bryggen Cafe", **place}, second, *others("company")]
    found = looked_up(model, "company", [{"name": "Bryggen Cafe ApS", **place}], stored)
    alone = looked_up(model, "company", [{"name": "Bryggen Cafe ApS", **place}], stored[1:])
    assert found[1, 1] >= 0.5
    assert found.get((1, 2), 0) < alone[1, 1] / 4, "the same pair, once a better one is there"


def test_a_row_is_found_beside_both_of_two_stored_records_that_are_one(model: Model) -> None:
    row = {"name": "Vesterhavn Skibsprovian ApS", "phone": "75112233", "street_address_line1": "Havnegade 4", "street_city": "Esbjerg"}
    found = looked_up(model, "company", [row], [row, {**row, "name": "Vesterhavn Skibsproviant"}, *others("company")])
    assert min(found[1, 1], found[1, 2]) >= 0.5, "a store that has duplicates itself hides none of them"


def test_branches_that_share_name_and_switchboard_are_no_duplicates(model: Model) -> None:
    one = {"name": "Gads Hill Center Ortega", "phone": "32511196", "street_address_line1": "Hoyne 2318", "street_code": "6060"}
    other = {"name": "Gads Hill Center Valencia", "phone": "32511196", "street_address_line1": "Rosenvej 3021", "street_code": "8032"}
    assert probability(model, "company", one, other) < 0.5
    assert probability(model, "company", one, {**one, "name": "Gads Hill Ortega"}) >= 0.5


def name_level(model: Model, one: str, other: str) -> str:
    found = find(records("company", [{"name": one}, {"name": other}, *others("company")]), model, least=0)
    at = next(at for at, pair in enumerate(zip(found.a, found.b, strict=True)) if pair == (1, 2))
    return model.entities["company"].field("name").levels[found.levels["name"][at]].name


def test_long_names_that_differ_in_one_distinctive_word_are_branches_however_many_letters_they_share(model: Model) -> None:
    first = "Carole Robertson Center for Learning Basile"
    assert name_level(model, first, "Carole Robertson Center for Learning Flores") == "branch"
    assert name_level(model, first, "Carole Robertson Center for Learning Bazile") == "near"


def test_birth_dates_that_differ_in_the_year_are_not_taken_for_a_slip(model: Model) -> None:
    person = {"first_name": "Alexandra", "last_name": "Grosser"}
    near = probability(model, "person", {**person, "birthdate": "1972-03-05"}, {**person, "birthdate": "1993-03-05"})
    slip = probability(model, "person", {**person, "birthdate": "1972-03-05"}, {**person, "birthdate": "1973-03-05"})
    assert near < slip


def test_of_many_records_forgetting_hopeless_pairs_changes_nothing_that_is_found(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*others("company", 200), *({**row, "name": str(row["name"]).replace("o", "oo", 1)} for row in others("company", 40))]
    whole = replace(model, whole=0)
    expected = list(find(records("company", rows), whole).pairs())
    searching = sys.modules["tui_import.matching.find"]  # the package has a function of that name
    monkeypatch.setattr(searching, "HOPELESS", -1000.0)
    monkeypatch.setattr(searching, "PAIRS", 37)
    again = list(find(records("company", rows), whole).pairs())
    assert len(expected) >= 30
    assert [pair[:2] for pair in expected] == [pair[:2] for pair in again]
