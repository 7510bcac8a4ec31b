"""Which rows become which records: SPEC 4.1 to 4.5 for companies and persons."""

from __future__ import annotations

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import SourceError, UsageError
from tui_import.model.settings import (
    Action,
    CompanyKey,
    CompanyRules,
    InvalidValues,
    ListPolicy,
    PersonKey,
    PersonRules,
    Privacy,
    Settings,
    ValueRules,
    ValuesPolicy,
    WithoutCompany,
)

DK = ValueRules(country="DK")
ONLY_COMPANIES = PersonRules(match=PersonKey.NONE)


def company(name: str = "Acme A/S", **fields: str) -> dict[str, str]:
    return {"company.name": name} | {f"company.{key}": value for key, value in fields.items()}


def person(first: str, last: str, name: str = "Acme A/S", **fields: str) -> dict[str, str]:
    row = {"company.name": name, "person.first_name": first, "person.last_name": last}
    return row | {f"person.{key}": value for key, value in fields.items()}


def test_two_rows_of_one_company_make_one_company_with_two_persons(importer: Importer) -> None:
    summary = importer.run([person("Anna", "Holm"), person("Bo", "Lund")])

    assert summary.entities["company"].as_dict() == {"added": 1, "updated": 0, "unchanged": 1, "skipped": 0, "problem": 0, "held": 0}
    assert summary.entities["person"].added == 2
    assert {record["company_id"] for record in importer.persons()} == {importer.companies()[0]["id"]}


@pytest.mark.parametrize("action", list(Action))
def test_one_file_never_makes_twins_whatever_the_action(importer: Importer, action: Action) -> None:
    rules = Settings(company=CompanyRules(action=action), person=PersonRules(action=action))

    importer.run([person("Anna", "Holm"), person("anna ", "HOLM", "ACME a/s"), person("Bo", "Lund")], rules)

    assert len(importer.companies()) == 1
    assert sorted(record["first_name"] for record in importer.persons()) in (["Anna", "Bo"], ["Bo", "anna"])


def test_later_rows_fill_what_earlier_rows_of_the_company_left_blank(importer: Importer) -> None:
    rows = [
        {**person("Anna", "Holm"), "company.postal_city": "", "company.phone": "+45 33 12 34 56"},
        {**person("Bo", "Lund"), "company.postal_city": "Aarhus", "company.phone": "+45 33 12 34 57"},
    ]

    session, _report = importer.plan(rows)
    session.apply()

    assert importer.operations(session) == [("+C", "+P"), ('"C', "+P")]
    (record,) = importer.companies()
    assert record["postal_city"] == "Aarhus"
    assert record["phone"] == ["+45 33 12 34 56", "+45 33 12 34 57"]


def test_under_replace_a_blank_in_a_later_row_does_not_clear_what_the_file_itself_brought(importer: Importer) -> None:
    importer.run([company(postal_city="Odense")])
    rules = Settings(company=CompanyRules(action=Action.REPLACE))

    importer.run([{**person("Anna", "Holm"), "company.postal_city": "Aarhus"}, {**person("Bo", "Lund"), "company.postal_city": ""}], rules)

    assert importer.companies()[0]["postal_city"] == "Aarhus"


@pytest.mark.parametrize("between", [0, 2_100])
@pytest.mark.parametrize("cities", [["Odense", ""], ["", "Odense"]])
def test_under_replace_no_row_clears_what_another_row_confirms(importer: Importer, cities: list[str], between: int) -> None:
    importer.run([company(postal_city="Odense")])
    rules = Settings(company=CompanyRules(action=Action.REPLACE), person=ONLY_COMPANIES)
    others = [company(f"Other {number}", postal_city="Vejle") for number in range(between)]  # more than are planned at once

    _session, report = importer.plan([company(postal_city=cities[0]), *others, company(postal_city=cities[1])], rules)

    assert report.clears == 0


@pytest.mark.parametrize("between", [0, 2_100])
def test_under_replace_of_telephones_no_row_removes_what_another_row_confirms(importer: Importer, between: int) -> None:
    rules = Settings(
        company=CompanyRules(action=Action.REPLACE), person=ONLY_COMPANIES, values=ValueRules(country="DK", phones=ValuesPolicy.REPLACE)
    )
    importer.run([company(phone="33 12 34 56")], rules)
    others = [company(f"Other {number}", phone="") for number in range(between)]

    importer.run([company(phone="33 12 34 56"), *others, company(phone="33 12 34 57")], rules)

    assert importer.companies()[0]["phone"] == ["33 12 34 56", "33 12 34 57"]


def test_under_replace_a_later_value_takes_a_planned_clearing_back(importer: Importer) -> None:
    importer.run([company(postal_city="Odense")])
    rules = Settings(company=CompanyRules(action=Action.REPLACE))
    rows = [{**person("Anna", "Holm"), "company.postal_city": ""}, {**person("Bo", "Lund"), "company.postal_city": "Aarhus"}]

    _session, report = importer.plan(rows, rules)

    assert report.clears == 0


KEYS = [
    (CompanyKey.NAME, company("Acme A/S"), company("ACME  a/s")),
    (CompanyKey.NAME_DEPARTMENT, company("Acme A/S", department="Sales"), company("acme a/s", department="SALES")),
    (CompanyKey.NUMBER, company("Acme A/S", number="C-100"), company("Other name", number="c-100")),
    (CompanyKey.CODE, company("Acme A/S", code="ACME1"), company("Other name", code="acme1")),
    (CompanyKey.VAT_NUMBER, company("Acme A/S", vat_number="DK 13 58 56 28"), company("Other name", vat_number="13585628")),
]


@pytest.mark.parametrize(("key", "first", "second"), KEYS)
def test_each_company_key_finds_the_record_again(
    importer: Importer, key: CompanyKey, first: dict[str, str], second: dict[str, str]
) -> None:
    rules = Settings(company=CompanyRules(match=key), person=ONLY_COMPANIES, values=DK)
    importer.run([first], rules)

    summary = importer.run([second], rules)

    assert summary.entities["company"].added == 0
    assert len(importer.companies()) == 1


@pytest.mark.parametrize(("key", "first", "_second"), KEYS[2:])
def test_a_blank_company_key_never_matches(importer: Importer, key: CompanyKey, first: dict[str, str], _second: dict[str, str]) -> None:
    rules = Settings(company=CompanyRules(match=key), person=ONLY_COMPANIES, values=DK)
    blank = dict.fromkeys(first, "") | {"company.name": "Acme A/S"}
    importer.run([blank], rules)

    session, report = importer.plan([blank], rules)

    assert report.entities["company"].added == 1
    assert "nothing to match by" in str(session.detail(1).issues[0])


@pytest.mark.parametrize(("key", "first", "second"), KEYS)
def test_two_hits_are_a_problem_and_never_silently_the_first(
    importer: Importer, key: CompanyKey, first: dict[str, str], second: dict[str, str]
) -> None:
    importer.run([first], Settings(company=CompanyRules(match=key), person=ONLY_COMPANIES, values=DK))
    importer.run([first], Settings(company=CompanyRules(match=key, action=Action.ADD), person=ONLY_COMPANIES, values=DK))

    session, report = importer.plan([second], Settings(company=CompanyRules(match=key), person=ONLY_COMPANIES, values=DK))

    assert report.entities["company"].problem == 1
    (state, _person) = session.detail(1).row.states
    assert state.reason is not None
    assert str(state.reason).startswith("2 records match")
    assert not session.detail(1).row.checked


PERSON_KEYS = [
    (PersonKey.NAME, {}, {}),
    (PersonKey.EMAIL, {"email": "anna@acme.dk"}, {"email": "ANNA@acme.dk", "first_name": "Ann"}),
    (PersonKey.MOBILE, {"mobile": "40 12 34 56"}, {"mobile": "+4540123456", "first_name": "Ann"}),
    (PersonKey.NUMBER, {"number": "P1"}, {"number": "p1", "first_name": "Ann"}),
]


@pytest.mark.parametrize(("key", "stored", "incoming"), PERSON_KEYS)
def test_each_person_key_finds_the_record_again(
    importer: Importer, key: PersonKey, stored: dict[str, str], incoming: dict[str, str]
) -> None:
    rules = Settings(person=PersonRules(match=key), values=DK)
    importer.run([person("Anna", "Holm", **stored)], rules)

    summary = importer.run([person("Anna", "Holm") | {f"person.{name}": value for name, value in incoming.items()}], rules)

    assert summary.entities["person"].added == 0
    assert len(importer.persons()) == 1


def test_persons_of_one_name_in_two_companies_are_two_persons(importer: Importer) -> None:
    importer.run([person("Anna", "Holm", "Acme A/S")])

    importer.run([person("Anna", "Holm", "Other ApS")])

    assert len(importer.persons()) == 2


def test_an_email_matches_any_of_a_persons_addresses(importer: Importer) -> None:
    rules = Settings(person=PersonRules(match=PersonKey.EMAIL))
    importer.run([person("Anna", "Holm", email="anna@acme.dk; holm@acme.dk")], rules)

    importer.run([person("Anna", "Holm", email="holm@acme.dk")], rules)

    assert len(importer.persons()) == 1


def test_companies_by_id_change_exactly_that_record_and_an_unknown_id_is_a_problem(importer: Importer) -> None:
    importer.run([company("Acme A/S"), company("Other ApS")], Settings(person=ONLY_COMPANIES))
    number = importer.companies()[1]["id"]
    rules = Settings(company=CompanyRules(match=CompanyKey.ID, action=Action.REPLACE), person=ONLY_COMPANIES)

    session, _report = importer.plan(
        [{"company.id": str(number), "company.name": "Renamed"}, {"company.id": "999", "company.name": "X"}], rules
    )
    session.apply()

    assert importer.operations(session) == [("~C", "-P"), ("!C", "-P")]
    assert [record["name"] for record in importer.companies()] == ["Acme A/S", "Renamed"]


def test_a_deleted_record_is_a_problem_that_offers_to_restore_it(importer: Importer) -> None:
    summary = importer.run([company()], Settings(person=ONLY_COMPANIES))
    importer.workspace.delete_members(summary.selections[0].id)
    session, report = importer.plan([company()], Settings(person=ONLY_COMPANIES))
    assert report.entities["company"].problem == 1
    state = session.detail(1).row.states[0]
    assert "restore" in str(state.reason)
    assert state.record is not None

    importer.workspace.restore_record("company", state.record)

    assert session.plan().entities["company"].unchanged == 1


def test_company_skip_with_person_add_puts_the_person_under_the_untouched_company(importer: Importer) -> None:
    importer.run([company(postal_city="Odense")])
    rules = Settings(company=CompanyRules(action=Action.SKIP), person=PersonRules(action=Action.ADD))

    importer.run([{**person("Anna", "Holm"), "company.postal_city": "Aarhus"}], rules)

    assert importer.companies()[0]["postal_city"] == "Odense"
    assert importer.persons()[0]["company_id"] == importer.companies()[0]["id"]


@pytest.mark.parametrize(
    ("policy", "companies", "persons"), [(WithoutCompany.SKIP, 0, 0), (WithoutCompany.CREATE, 1, 1), (WithoutCompany.WITHOUT, 0, 1)]
)
def test_persons_without_company_follow_the_rule(importer: Importer, policy: WithoutCompany, companies: int, persons: int) -> None:
    importer.workspace.set_preference("mandatory_company", 0)
    rules = Settings(person=PersonRules(without_company=policy))

    importer.run([person("Anna", "Holm", "")], rules)
    importer.run([person("Anna", "Holm", "")], rules)

    assert (len(importer.companies()), len(importer.persons())) == (companies, persons)
    if policy is WithoutCompany.CREATE:
        assert importer.companies()[0]["name"] == "Anna Holm"


def test_persons_without_company_are_not_offered_while_a_company_is_mandatory(importer: Importer) -> None:
    with pytest.raises(UsageError, match="not allowed"):
        importer.plan([person("Anna", "Holm", "")], Settings(person=PersonRules(without_company=WithoutCompany.WITHOUT)))


@pytest.mark.parametrize(
    ("policy", "default", "expected"),
    [
        (ListPolicy.ADD, "", "Zebra"),
        (ListPolicy.DEFAULT, "Customer", "Customer"),
        (ListPolicy.DEFAULT, "", None),
        (ListPolicy.BLANK, "", None),
    ],
)
def test_values_missing_from_a_list_follow_its_policy(importer: Importer, policy: ListPolicy, default: str, expected: str | None) -> None:
    importer.workspace.set_preference("default.category", default)

    importer.run(
        [company(category="Zebra"), company("Other", category="customer")], Settings(person=ONLY_COMPANIES, lists={"category": policy})
    )

    found = {record["name"]: record.get("category") for record in importer.companies()}
    assert found == {"Acme A/S": expected, "Other": "Customer"}


def test_the_position_list_has_no_default_to_use(importer: Importer) -> None:
    with pytest.raises(UsageError, match="position"):
        importer.plan([person("Anna", "Holm", position="X")], Settings(lists={"position": ListPolicy.DEFAULT}))


def test_adding_a_deactivated_item_switches_it_on_again(importer: Importer) -> None:
    importer.workspace.set_list_item("category", "Customer", deactivated=True)

    importer.run([company(category="customer")], Settings(person=ONLY_COMPANIES))

    items = {item.name: item.deactivated for item in importer.workspace.lists()["category"]}
    assert items["Customer"] is False
    assert len([name for name in items if name.lower() == "customer"]) == 1


def test_interests_are_added_to_those_that_are_there(importer: Importer) -> None:
    rules = Settings(company=CompanyRules(action=Action.REPLACE), person=ONLY_COMPANIES)
    importer.run([company(interests="Golf; Wine")], rules)

    importer.run([company(interests="wine|Sailing")], rules)

    assert importer.companies()[0]["interests"] == ["Golf", "Wine", "Sailing"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (ValuesPolicy.ADD, ["33 12 34 56", "33 12 34 57"]),
        (ValuesPolicy.REPLACE, ["33 12 34 57"]),
        (ValuesPolicy.IGNORE, ["33 12 34 56"]),
    ],
)
def test_telephones_of_existing_records_follow_their_policy(importer: Importer, policy: ValuesPolicy, expected: list[str]) -> None:
    rules = Settings(person=ONLY_COMPANIES, values=ValueRules(country="DK", phones=policy))
    importer.run([company(phone="33 12 34 56", fax="33 12 34 99")], rules)

    importer.run([company(phone="33 12 34 57", fax="")], rules)

    assert importer.companies()[0]["phone"] == expected
    assert importer.companies()[0]["fax"] == ["33 12 34 99"]


def test_the_same_number_written_otherwise_is_the_same_number(importer: Importer) -> None:
    rules = Settings(person=ONLY_COMPANIES, values=DK)
    importer.run([company(phone="33 12 34 56", url="https://acme.dk/", email="Info@acme.dk")], rules)

    summary = importer.run([company(phone="+4533123456", url="acme.dk", email="info@ACME.dk")], rules)

    assert summary.entities["company"].unchanged == 1


def test_new_persons_get_a_consent_and_existing_ones_only_where_they_have_none(importer: Importer) -> None:
    importer.run([person("Anna", "Holm")])
    rules = Settings(privacy=Privacy(legal_basis="Consent", comment="Trade fair 2026"))

    importer.run([person("Anna", "Holm"), person("Bo", "Lund")], rules)
    importer.run([person("Anna", "Holm")], Settings(privacy=Privacy(legal_basis="Contract")))

    for record in importer.persons():
        (consent,) = record["consents"]
        assert (consent["purpose"], consent["legal_basis"], consent["source"]) == ("Sales and service", "Consent", "Import")
        assert consent["comment"] == "Trade fair 2026"
        assert consent["by"] == importer.workspace.user


def test_a_withdrawn_consent_is_never_overwritten(importer: Importer) -> None:
    importer.run([person("Anna", "Holm")], Settings(privacy=Privacy(legal_basis="Withdrawn")))

    importer.run([person("Anna", "Holm")], Settings(person=PersonRules(action=Action.REPLACE), privacy=Privacy(legal_basis="Consent")))

    assert importer.persons()[0]["consents"][0]["legal_basis"] == "Withdrawn"


def test_a_row_with_an_invalid_value_waits_until_it_is_corrected(importer: Importer) -> None:
    session, report = importer.plan([person("Anna", "Holm", email="anna(at)acme"), person("Bo", "Lund", email="bo@acme.dk")])
    assert importer.operations(session) == [("-C", "!P"), ("+C", "+P")]
    assert report.entities["person"].problem == 1

    session.correct(1, 3, "anna@acme.dk")
    session.plan()

    assert importer.operations(session) == [("+C", "+P"), ('"C', "+P")]
    session.undo_correction()
    assert session.plan().entities["person"].problem == 1


def test_invalid_values_can_be_left_blank_instead(importer: Importer) -> None:
    summary = importer.run([person("Anna", "Holm", email="anna(at)acme")], Settings(values=ValueRules(invalid=InvalidValues.BLANK)))

    assert summary.entities["person"].added == 1
    assert "email" not in importer.persons()[0]


def test_unchecked_rows_are_not_imported_and_later_rows_take_their_company_over(importer: Importer) -> None:
    session, _report = importer.plan([person("Anna", "Holm"), person("Bo", "Lund")])

    session.check([1], False)
    report = session.plan()
    session.apply()

    assert report.unchecked == 1
    assert importer.operations(session) == [("-C", "-P"), ("+C", "+P")]
    assert [record["first_name"] for record in importer.persons()] == ["Bo"]


def test_a_repeated_heading_and_an_example_row_are_left_out_by_themselves(importer: Importer) -> None:
    heading = {key: key for key in person("", "")}
    session, _report = importer.plan([person("Anna", "Holm"), heading, person("Bo", "Lund", "Example data: Acme")])

    assert importer.operations(session) == [("+C", "+P"), ("-C", "-P"), ("-C", "-P")]
    assert [row.checked for row in session.preview_rows([1, 2, 3])] == [True, False, False]

    session.check([3], True)
    session.plan()
    assert importer.operations(session)[2] == ("+C", "+P")


def test_a_full_name_is_split_only_where_first_and_last_name_are_blank(importer: Importer) -> None:
    row = {"company.name": "Acme A/S", "person.full_name": "Ludwig van Beethoven", "person.first_name": "", "person.last_name": ""}
    other = {**row, "person.full_name": "Wrong Name", "person.first_name": "Anna", "person.last_name": "Holm"}

    importer.run([row, other])

    assert [(record["first_name"], record["last_name"]) for record in importer.persons()] == [("Ludwig", "van Beethoven"), ("Anna", "Holm")]


def test_numbers_are_allocated_beyond_those_of_store_and_file(importer: Importer) -> None:
    importer.run([company("First", number="100")], Settings(person=ONLY_COMPANIES))
    importer.workspace.set_preference("company.number.allocate", 1)

    importer.run(
        [company("Second", number=""), company("Third", number="205"), company("Fourth", number="")], Settings(person=ONLY_COMPANIES)
    )

    assert {record["name"]: record["number"] for record in importer.companies()} == {
        "First": "100",
        "Second": "206",
        "Third": "205",
        "Fourth": "207",
    }


def test_a_number_that_must_be_unique_is_refused_the_second_time(importer: Importer) -> None:
    importer.workspace.set_preference("company.number.unique", 1)
    importer.run([company("First", number="100")], Settings(person=ONLY_COMPANIES))

    session, _report = importer.plan(
        [company("Second", number="100"), company("Third", number="200"), company("Fourth", number="200")], Settings(person=ONLY_COMPANIES)
    )

    assert [states[0] for states in importer.operations(session)] == ["!C", "+C", "!C"]


def test_constants_fill_every_row_that_has_no_value_of_its_own(importer: Importer) -> None:
    session = importer.begin([company(category=""), company("Other", category="Partner")], Settings(person=ONLY_COMPANIES))
    session.set_constant("company.category", "Prospect")
    session.set_constant("company.country", "Danmark")
    session.plan()
    session.apply()

    found = {record["name"]: (record["category"], record["country"]) for record in importer.companies()}
    assert found == {"Acme A/S": ("Prospect", "DK"), "Other": ("Partner", "DK")}


def test_a_person_renamed_by_a_later_row_is_found_by_the_new_name(importer: Importer) -> None:
    rules = Settings(person=PersonRules(match=PersonKey.MOBILE, action=Action.REPLACE), values=DK)
    importer.run([person("Anna", "Holm", mobile="40 12 34 56"), person("Anna", "Lund", mobile="40 12 34 56")], rules)

    summary = importer.run([person("Anna", "Lund")], Settings(person=PersonRules(match=PersonKey.NAME)))

    assert summary.entities["person"].unchanged == 1


def test_blame_tells_of_a_cell_that_was_corrected_by_hand(importer: Importer) -> None:
    session, _report = importer.plan([person("Anna", "Holm", email="anna(at)acme.dk")])
    session.correct(1, 3, "anna@acme.dk")
    session.plan()
    session.apply()

    (trace,) = importer.workspace.blame("person", importer.persons()[0]["id"], "email")

    assert (trace.value, trace.row, trace.column) == ("anna@acme.dk", 2, "person.email")
    assert trace.note == "Corrected by hand; the source says “anna(at)acme.dk”"


def test_under_replace_a_blank_required_field_keeps_what_is_stored_and_flags_the_row(importer: Importer) -> None:
    rules = Settings(person=PersonRules(match=PersonKey.EMAIL, action=Action.REPLACE))
    importer.run([person("Anna", "Holm", email="anna@acme.dk", title="Boss")], rules)

    session, report = importer.plan([person("", "Holm", email="anna@acme.dk", title="")], rules)
    session.apply(accept_clears=True)

    assert report.clears == 1
    assert (importer.persons()[0]["first_name"], importer.persons()[0].get("title")) == ("Anna", None)
    (issue,) = session.detail(1).issues
    assert (issue.code, issue.field, issue.column) == ("required_kept", "person.first_name", 1)


def test_a_file_of_too_many_columns_is_one_sentence(importer: Importer) -> None:
    with pytest.raises(SourceError, match="It has 1200 columns; an import takes at most 1000"):
        importer.begin([{f"c{number}": "x" for number in range(1200)}])
