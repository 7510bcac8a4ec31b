"""Contacts of a Google account. Pages, sync tokens and errors have the shapes of Google's documentation; the service that answers is the
tests' own, so they are not proven against the real one.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tui_import_gmail.people import PeopleSource, provider
from tui_import_gmail.people_table import FIELDS, card, changed

from tests.plugins.json_values import SHEET, VALUES
from tests.plugins.people_server import Account, expired_token
from tests.plugins.web import Reply, Web, web
from tui_import.api import NO_FIELD, ConnectionOptions, Scalar, SourceError, Table, vcard
from tui_import.api.http import HttpError
from tui_import.api.testing import Conformance, check_source
from tui_import.config import load_catalogue

PRIMARY = {"primary": True}
ANNA = {
    "names": [
        {"displayName": "Old Name", "familyName": "Name", "givenName": "Old"},
        {
            "metadata": PRIMARY, "displayName": "Dr. Anna K. Holm MBA", "givenName": "Anna", "middleName": "K.", "familyName": "Holm",
            "honorificPrefix": "Dr.", "honorificSuffix": "MBA",
        },
    ],
    "nicknames": [{"value": "Ann"}],
    "emailAddresses": [{"value": "second@x.example", "type": "home"}, {"metadata": PRIMARY, "value": "anna@acme.example", "type": "work"}],
    "phoneNumbers": [
        {"value": "+45 22 11 22 33", "canonicalForm": "+4522112233", "type": "mobile"},
        {"value": "33 11 22 33", "type": "work"},
        {"value": "44 11 22 33", "type": "home"},
        {"value": "33 11 22 34", "type": "workFax"},
        {"value": "55 11 22 33", "type": "main"},
    ],
    "organizations": [{"name": "Acme A/S", "title": "Director", "department": "Sales", "metadata": PRIMARY}],
    "addresses": [
        {"type": "home", "streetAddress": "Elmevej 4", "city": "Odense", "postalCode": "5000", "countryCode": "DK"},
        {"type": "work", "poBox": "7", "extendedAddress": "2. tv", "streetAddress": "Nygade 1", "city": "Aarhus", "region": "Midtjylland",
         "postalCode": "8000", "country": "Danmark", "countryCode": "DK"},
    ],
    "urls": [{"value": "https://anna.example", "type": "homePage"}, {"value": "https://acme.example", "type": "work"}],
    "birthdays": [{"date": {"month": 7, "day": 2}}],
    "biographies": [{"value": "Met in Oslo.\nLikes tea.", "contentType": "TEXT_PLAIN"}],
    "memberships": [
        {"contactGroupMembership": {"contactGroupId": "myContacts", "contactGroupResourceName": "contactGroups/myContacts"}},
        {"contactGroupMembership": {"contactGroupId": "1a", "contactGroupResourceName": "contactGroups/1a"}},
        {"contactGroupMembership": {"contactGroupId": "2b"}},
        {"domainMembership": {"inViewerDomain": True}},
    ],
    "imClients": [{"username": "anna.holm", "protocol": "skype", "formattedProtocol": "Skype"}],
    "relations": [{"person": "Bo", "type": "spouse", "formattedType": "Spouse"}],
    "events": [{"date": {"year": 2001, "month": 5, "day": 1}, "type": "anniversary", "formattedType": "Anniversary"}],
    "userDefined": [{"key": "Size", "value": "42"}],
}  # fmt: skip


@pytest.fixture
def account() -> Account:
    made = Account()
    made.put("anna", **ANNA)
    for at in range(2, 6):
        made.put(f"c{at}", names=[{"givenName": f"First{at}", "familyName": f"Last{at}"}], emailAddresses=[{"value": f"c{at}@example.dk"}])
    return made


@pytest.fixture
def served(account: Account) -> Iterator[Web]:
    with web(account) as started:
        yield started


def options(served: Web, token: str = "good", **more: str) -> dict[str, str]:
    return {"client_id": "c", "service": f"{served.address}/v1", "token_url": f"{served.address}/token", "access_token": token, **more}


def opened(served: Web) -> Table:
    (table,) = PeopleSource().open("", options(served))
    return table


def by_heading(table: Table, key: str) -> Mapping[str, Scalar]:
    names = [column.name for column in table.columns()]
    row = next(row for row in table.rows() if row.key == f"people/{key}")
    return {name: value for name, value in zip(names, row.values, strict=True) if value is not None}


def test_a_contact_comes_with_everything_that_it_says_its_labels_among_it(served: Web) -> None:
    assert by_heading(opened(served), "anna") == {
        "Full name": "Dr. Anna K. Holm MBA",
        "First name": "Anna",
        "Middle name": "K.",
        "Last name": "Holm",
        "Academic title": "Dr. MBA",
        "Nickname": "Ann",
        "Company": "Acme A/S",
        "Title": "Director",
        "Department": "Sales",
        "E-mail": "anna@acme.example",
        "E-mail 2": "second@x.example",
        "Mobile phone": "+45 22 11 22 33",
        "Direct phone": "33 11 22 33",
        "Private phone": "44 11 22 33",
        "Other phone": "55 11 22 33",
        "Fax": "33 11 22 34",
        "Web address": "https://anna.example",
        "Company web address": "https://acme.example",
        "Chat": "Skype: anna.holm",
        "Company postal address, line 1": "Nygade 1",
        "Company postal address, line 2": "2. tv",
        "Company postal address, line 3": "7",
        "Company postal address, post code": "8000",
        "Company postal address, city": "Aarhus",
        "Company postal address, county": "Midtjylland",
        "Company country": "Danmark",
        "Private address, line 1": "Elmevej 4",
        "Private address, post code": "5000",
        "Private address, city": "Odense",
        "Private address, country": "DK",
        "Birthday": "--07-02",
        "Categories": "Customers, big; Golf",
        "Note": "Met in Oslo.\nLikes tea.",
        "UID": "people/anna",
        "Other details": "Spouse: Bo\nAnniversary: 2001-05-01\nSize: 42",
    }


def test_every_column_arrives_mapped_to_a_field_that_exists_or_to_none_on_purpose(served: Web) -> None:
    assert {column.field for column in opened(served).columns()} <= {*load_catalogue().fields, NO_FIELD}


def test_all_pages_are_read_and_each_row_has_its_identity_and_the_age_of_the_saved_contact(served: Web) -> None:
    rows = list(opened(served).rows())
    assert [(row.number, row.key) for row in rows] == [(at, f"people/{key}") for at, key in enumerate(("anna", "c2", "c3", "c4", "c5"), 1)]
    assert [row.changed[-3:-1] for row in rows] == ["01", "02", "03", "04", "05"]
    assert all(row.changed.startswith("2026") for row in rows)


def test_a_company_without_a_person_is_a_company(served: Web, account: Account) -> None:
    account.put("bolt", organizations=[{"name": "Bolt ApS"}], phoneNumbers=[{"value": "70 10 20 30"}])
    assert by_heading(opened(served), "bolt") == {"Company": "Bolt ApS", "Company UID": "people/bolt", "Company telephone": "70 10 20 30"}


@pytest.mark.parametrize(
    ("birthday", "read"),
    [
        ({"date": {"year": 1974, "month": 7, "day": 22}}, "1974-07-22"),
        ({"date": {"year": 0, "month": 2, "day": 29}}, "--02-29"),
        ({"date": {"year": 1974}}, "1974"),
        ({"date": {"year": 1974, "month": 7}}, "1974-07"),
        ({"text": "1974-07-22"}, "1974-07-22"),
    ],
)
def test_a_birthday_may_be_known_in_part(served: Web, account: Account, birthday: Mapping[str, Any], read: str) -> None:
    account.put("c2", birthdays=[birthday])
    assert by_heading(opened(served), "c2")["Birthday"] == read


def test_an_address_that_google_could_not_take_apart_is_kept_as_it_stands(served: Web, account: Account) -> None:
    account.put("c2", addresses=[{"formattedValue": "Elmevej 4\n5000 Odense", "type": "home"}])
    found = by_heading(opened(served), "c2")
    assert (found["Private address, line 1"], found["Private address, line 2"]) == ("Elmevej 4", "5000 Odense")


def test_the_first_rows_are_asked_for_alone(served: Web) -> None:
    table = opened(served)
    assert [row.key for row in table.peek(2).rows] == ["people/anna", "people/c2"]
    assert served.asked[0].query["pageSize"] == "2"


def test_it_says_that_photos_are_not_imported(served: Web) -> None:
    table = opened(served)
    list(table.rows())
    assert [finding.message for finding in table.findings()] == ["Photos are not imported."]


# -- changes


def test_only_what_changed_since_is_read_and_what_was_deleted_is_said(served: Web, account: Account) -> None:
    table = opened(served)
    list(table.rows())
    bookmark = table.bookmark()
    account.put("c3", occupations=[{"value": "Boss"}])
    account.put("new", names=[{"givenName": "Nye", "familyName": "Berg"}])
    account.put("c4", occupations=[{"value": "Boss"}])
    account.delete("c5")

    later = opened(served)
    assert [row.key for row in later.changes(bookmark)] == ["people/c3", "people/new", "people/c4"]
    assert later.findings()[0].message == "1 contact was deleted in the account; the import deletes nothing."
    assert list(opened(served).changes(later.bookmark())) == []


@pytest.mark.parametrize("expired", [expired_token(), Reply({"error": {"code": 410, "message": "EXPIRED_SYNC_TOKEN"}}, 410)])
def test_where_the_bookmark_is_older_than_google_keeps_it_everything_is_read_and_said(
    served: Web, account: Account, expired: Reply
) -> None:
    table = opened(served)
    list(table.rows())
    account.expired = expired
    assert len(list(table.changes(table.bookmark()))) == 5
    assert "read anew" in table.findings()[0].message
    assert table.bookmark()


def test_another_refusal_of_a_bookmark_is_no_reason_to_read_everything(served: Web, account: Account) -> None:
    account.expired = Reply({"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": 5}, "x"]}}, 400)
    table = opened(served)
    with pytest.raises(HttpError, match=r"refuses the request \(400\)") as caught:
        list(table.changes("sync-0"))
    assert "changed_since" in caught.value.hint


# -- errors, as documented


def test_the_quota_of_a_first_page_is_waited_for_as_long_as_the_service_asks(served: Web, account: Account) -> None:
    account.faults = [Reply({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}, 429, {"Retry-After": "0"})] * 2
    assert len(list(opened(served).rows())) == 5


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Reply({"error": {"code": 403, "status": "PERMISSION_DENIED"}}, 403), "does not allow you to read this"),
        (Reply({}, 404), "nothing at this address"),
        (Reply({"error": {}}, 501), "fault of its own"),
        (Reply({"error": {}}, 429, {"Retry-After": "900"}), "asks for a pause"),
        (Reply(b'{"connections": [{"resourceName": "peo'), "cannot be read"),
    ],
)
def test_what_the_service_refuses_is_a_sentence(served: Web, account: Account, fault: Reply, words: str) -> None:
    account.faults = [fault]
    with pytest.raises(HttpError, match=words) as caught:
        list(opened(served).rows())
    assert "good" not in "".join(traceback.format_exception(caught.value))


def test_a_sign_in_that_is_no_longer_valid_says_how_to_sign_in_again(served: Web) -> None:
    (table,) = PeopleSource().open("", options(served, "expired"))
    with pytest.raises(HttpError, match="does not accept the sign-in") as caught:
        list(table.rows())
    assert "connections sign-in google" in caught.value.hint


@pytest.mark.parametrize(
    "odd",
    [
        [], None, 5, {"connections": 5}, {"connections": [1, None, []]},
        {"connections": [{"names": [{"givenName": "No identity"}]}]},
    ],
)  # fmt: skip
def test_json_of_another_shape_gives_no_row_and_no_mistake_of_the_program(served: Web, account: Account, odd: Any) -> None:
    account.faults = [Reply(odd)]
    table = opened(served)
    assert list(table.rows()) == []
    assert table.bookmark() == ""


def test_a_contact_whose_values_are_of_other_kinds_is_read_as_far_as_it_goes(served: Web, account: Account) -> None:
    odd: dict[str, Any] = {"names": [5, {"givenName": "Odd", "metadata": "x"}], "phoneNumbers": {"a": 1}, "birthdays": [{"date": 7}]}
    account.put("odd", **odd, memberships=[{"contactGroupMembership": 3}], emailAddresses=[{"value": ["a"]}])
    assert by_heading(opened(served), "odd") == {"Full name": "Odd", "First name": "Odd", "UID": "people/odd"}


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS.split(",")), VALUES, max_size=8))
def test_whatever_json_a_person_is_made_of_it_is_a_row(person: dict[str, Any]) -> None:
    row = SHEET.row(1, vcard.contact(card(person, {})))
    assert len(row.values) == len(SHEET.columns)
    assert isinstance(changed(person), str)


# -- the contract


@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_contract_of_a_source_is_kept(served: Web, tmp_path: Path, rule: str) -> None:
    Conformance(PeopleSource(), "", tmp_path, options(served)).check(rule)


def test_the_whole_of_it_is_read_by_the_check_of_the_contract(served: Web) -> None:
    assert len(check_source(PeopleSource(), "", options(served))["contacts"].rows) == 5


def test_a_connection_is_tested_before_and_after_somebody_signed_in(served: Web) -> None:
    source = PeopleSource()
    assert "sign-in google" in source.test_connection({"client_id": "c"})
    assert source.test_connection(options(served)) == "5 contacts."
    with pytest.raises(SourceError, match="No client ID"):
        source.test_connection({"client_id": ""})


def test_everything_that_is_asked_of_google_can_be_set_and_is_theirs_where_it_is_not() -> None:
    theirs = provider({"client_id": "c", "client_secret": "s3cret"})
    assert theirs.token_url == "https://oauth2.googleapis.com/token"
    assert theirs.authorization_url == "https://accounts.google.com/o/oauth2/v2/auth"
    assert theirs.device_url == ""  # Google's gives no access to contacts
    assert theirs.scopes[-1].endswith("contacts.readonly")
    assert "s3cret" not in repr(theirs)
    assert all(option.required or option.default is not None for option in PeopleSource().connection_options())


def test_a_token_that_runs_out_while_it_reads_is_renewed_and_kept(account: Account) -> None:
    kept: list[Mapping[str, str]] = []

    def answer(asked: Any) -> Reply:
        return Reply({"access_token": "second", "expires_in": 3600}) if asked.path == "/token" else account(asked)

    with web(answer) as served:
        (table,) = PeopleSource().open("", ConnectionOptions(options(served, refresh_token="r1"), kept.append))
        account.knows = lambda token: token == "second"
        assert len(list(table.rows())) == 5
    assert [(each["access_token"], each["refresh_token"]) for each in kept] == [("second", "r1")]  # Google gives no new one
