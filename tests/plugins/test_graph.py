"""Microsoft 365 contacts. Pages, changes, throttling and errors have the shapes of Microsoft's documentation; the service that answers is
the tests' own, so they are not proven against the real one.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tui_import_outlook.graph import GraphSource, provider
from tui_import_outlook.graph_table import PROPERTIES, card

from tests.plugins.graph_server import BASE, Mailbox
from tests.plugins.json_values import SHEET, VALUES
from tests.plugins.web import Reply, Web, web
from tui_import.api import NO_FIELD, Capability, ConnectionOptions, Scalar, SourceError, Table, vcard
from tui_import.api.http import HttpError
from tui_import.api.testing import Conformance, check_memory, check_source
from tui_import.config import load_catalogue

ANNA = {
    "displayName": "Anna Holm",
    "givenName": "Anna",
    "middleName": "K.",
    "surname": "Holm",
    "title": "Dr.",
    "companyName": "Acme A/S",
    "department": "Sales",
    "jobTitle": "Director",
    "emailAddresses": [{"name": "Anna Holm", "address": "anna@acme.example"}, {"name": "x", "address": "anna@home.example"}],
    "businessPhones": ["+45 33 11 22 33"],
    "homePhones": ["+45 44 11 22 33"],
    "mobilePhone": "+45 22 11 22 33",
    "imAddresses": ["anna.holm"],
    "businessAddress": {
        "street": "Nygade 1\r\n2. tv", "city": "Aarhus", "state": "Midtjylland", "postalCode": "8000", "countryOrRegion": "Danmark",
    },
    "homeAddress": {"street": "Elmevej 4", "city": "Odense", "state": "", "postalCode": "5000", "countryOrRegion": "DK"},
    "otherAddress": {"street": "Strandvej 9"},
    "businessHomePage": "https://acme.example",
    "birthday": "1974-07-22T11:59:00Z",
    "categories": ["VIP", "Golf; and tennis"],
    "personalNotes": "Met in Oslo.\r\nLikes tea.",
    "initials": "AKH",
    "nickName": "Ann",
    "spouseName": "Bo",
    "children": ["Cia", "Dan"],
}  # fmt: skip


@pytest.fixture
def mailbox() -> Mailbox:
    made = Mailbox()
    made.put("anna", **ANNA)
    for at in range(2, 6):
        made.put(f"c{at}", givenName=f"First{at}", surname=f"Last{at}", emailAddresses=[{"address": f"c{at}@example.dk"}])
    return made


@pytest.fixture
def served(mailbox: Mailbox) -> Iterator[Web]:
    with web(mailbox) as started:
        mailbox.address = started.address
        yield started


def options(served: Web, token: str = "good", **more: str) -> dict[str, str]:
    return {"client_id": "c", "service": f"{served.address}{BASE}", "authority": served.address, "access_token": token, **more}


def opened(served: Web, name: str = "Contacts") -> Table:
    return next(table for table in GraphSource().open("", options(served)) if table.name == name)


def by_heading(table: Table, key: str) -> Mapping[str, Scalar]:
    names = [column.name for column in table.columns()]
    row = next(row for row in table.rows() if row.key == key)
    return {name: value for name, value in zip(names, row.values, strict=True) if value is not None}


def test_a_contact_comes_with_everything_that_it_says(served: Web) -> None:
    found = by_heading(opened(served), "anna")
    assert found == {
        "Full name": "Anna Holm",
        "First name": "Anna",
        "Middle name": "K.",
        "Last name": "Holm",
        "Academic title": "Dr.",
        "Company": "Acme A/S",
        "Title": "Director",
        "Department": "Sales",
        "E-mail": "anna@acme.example",
        "E-mail 2": "anna@home.example",
        "Mobile phone": "+45 22 11 22 33",
        "Direct phone": "+45 33 11 22 33",
        "Private phone": "+45 44 11 22 33",
        "Chat": "anna.holm",
        "Company web address": "https://acme.example",
        "Company postal address, line 1": "Nygade 1",
        "Company postal address, line 2": "2. tv",
        "Company postal address, post code": "8000",
        "Company postal address, city": "Aarhus",
        "Company postal address, county": "Midtjylland",
        "Company country": "Danmark",
        "Private address, line 1": "Elmevej 4",
        "Private address, post code": "5000",
        "Private address, city": "Odense",
        "Private address, country": "DK",
        "Birthday": "1974-07-22",
        "Categories": "VIP; Golf, and tennis",
        "Note": "Met in Oslo.\nLikes tea.",
        "UID": "anna",
        "Other details": "Other address: Strandvej 9\nInitials: AKH\nNickname: Ann\nSpouse: Bo\nChildren: Cia, Dan",
    }


def test_every_column_arrives_mapped_to_a_field_that_exists_or_to_none_on_purpose(served: Web) -> None:
    assert {column.field for column in opened(served).columns()} <= {*load_catalogue().fields, NO_FIELD}


def test_all_pages_are_read_and_each_row_has_its_identity_and_age(served: Web, mailbox: Mailbox) -> None:
    rows = list(opened(served).rows())
    assert [(row.number, row.key) for row in rows] == [(1, "anna"), (2, "c2"), (3, "c3"), (4, "c4"), (5, "c5")]
    assert [row.changed for row in rows] == [each["lastModifiedDateTime"] for each in mailbox.contacts["usual="].values()]


def test_a_company_without_a_person_is_a_company(served: Web, mailbox: Mailbox) -> None:
    mailbox.put(
        "acme", companyName="Bolt ApS", displayName="Bolt ApS", emailAddresses=[{"address": "post@bolt.example"}], businessPhones=["+45 70"]
    )
    found = by_heading(opened(served), "acme")
    assert found == {
        "Company": "Bolt ApS",
        "Company UID": "acme",
        "Company e-mail": "post@bolt.example",
        "Company telephone": "+45 70",
    }


def test_a_contact_that_is_known_by_its_address_alone_has_no_name(served: Web, mailbox: Mailbox) -> None:
    mailbox.put("bare", displayName="x@example.dk", emailAddresses=[{"name": "x@example.dk", "address": "x@example.dk"}])
    assert by_heading(opened(served), "bare") == {"E-mail": "x@example.dk", "UID": "bare"}


def test_folders_are_tables_children_by_their_path_and_none_is_lost_or_doubled(served: Web, mailbox: Mailbox) -> None:
    mailbox.folders |= {"f1=": ("Suppliers", "root"), "f2=": ("Old", "f1="), "f3=": ("Suppliers", "root"), "f4=": ("Family", "usual=")}
    mailbox.put("s1", "f1=", givenName="Sif", surname="Dal")
    mailbox.put("o1", "f2=", givenName="Ole", surname="Dal")
    tables = GraphSource().open("", options(served))
    assert [table.name for table in tables] == ["Contacts", "Suppliers", "Suppliers/Old", "Suppliers (2)", "Family"]
    assert [[row.key for row in table.rows()] for table in tables[1:3]] == [["s1"], ["o1"]]


def test_names_of_folders_stay_where_the_usual_one_is_emptied(served: Web, mailbox: Mailbox) -> None:
    mailbox.folders["f1="] = ("Suppliers", "root")
    mailbox.contacts["usual="].clear()
    assert [table.name for table in GraphSource().open("", options(served))] == ["Suppliers"]


def test_an_account_without_contacts_has_no_table(served: Web, mailbox: Mailbox) -> None:
    mailbox.contacts["usual="].clear()
    assert GraphSource().open("", options(served)) == []


def test_the_first_rows_are_asked_for_alone_with_the_properties_that_are_needed(served: Web) -> None:
    table = opened(served)
    before = len(served.asked)
    assert [row.key for row in table.peek(2).rows] == ["anna", "c2"]
    (asked,) = served.asked[before:]
    assert asked.query["$top"] == "2"
    assert "photo" not in asked.query["$select"]


def test_it_says_that_photos_are_not_imported(served: Web) -> None:
    table = opened(served)
    list(table.rows())
    assert [finding.message for finding in table.findings()] == ["Photos are not imported."]


# -- changes


def test_only_what_changed_since_is_read_whole_though_the_change_query_tells_the_changed_property_alone(
    served: Web, mailbox: Mailbox
) -> None:
    table = opened(served)
    list(table.rows())
    bookmark = table.bookmark()
    mailbox.put("c3", mobilePhone="+45 22 33 44 55")
    mailbox.put("new", givenName="Nye", surname="Berg")
    mailbox.delete("c5")

    later = opened(served)
    rows = list(later.changes(bookmark))

    assert [row.key for row in rows] == ["c3", "new"]
    names = [column.name for column in later.columns()]
    assert rows[0].values[names.index("Last name")] == "Last3"  # what did not change is there, and so is not cleared
    assert rows[0].values[names.index("Mobile phone")] == "+45 22 33 44 55"
    assert [finding.message for finding in later.findings()] == [
        "1 contact was deleted in the account; the import deletes nothing.",
        "Photos are not imported.",
    ]
    assert list(opened(served).changes(later.bookmark())) == []


def test_changes_go_over_pages_too(served: Web, mailbox: Mailbox) -> None:
    table = opened(served)
    list(table.rows())
    bookmark = table.bookmark()
    for at in range(2, 6):
        mailbox.put(f"c{at}", jobTitle="Boss")
    assert [row.key for row in table.changes(bookmark)] == ["c2", "c3", "c4", "c5"]


def test_what_is_deleted_between_the_list_of_changes_and_the_contact_is_counted_as_deleted(served: Web, mailbox: Mailbox) -> None:
    table = opened(served)
    list(table.rows())
    bookmark = table.bookmark()
    mailbox.put("c3", jobTitle="Boss")
    del mailbox.contacts["usual="]["c3"]
    mailbox._since = lambda _folder, _moment: [{"id": "c3", "jobTitle": "Boss"}]  # type: ignore[method-assign]
    assert list(table.changes(bookmark)) == []
    assert "1 contact was deleted" in table.findings()[0].message


def test_where_the_account_no_longer_knows_the_bookmark_410_everything_is_read_and_said(served: Web, mailbox: Mailbox) -> None:
    table = opened(served)
    list(table.rows())
    mailbox.forgets = True
    rows = list(table.changes(table.bookmark()))
    assert len(rows) == 5
    assert "read anew" in table.findings()[0].message
    assert table.bookmark()


def test_a_reading_that_is_stopped_leaves_no_bookmark(served: Web) -> None:
    table = opened(served)
    rows = table.rows()
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert table.bookmark() == ""


# -- errors, as documented


def test_throttling_is_waited_for_as_long_as_the_service_asks(served: Web, mailbox: Mailbox) -> None:
    table = opened(served)
    mailbox.faults = [Reply({"error": {"code": "TooManyRequests"}}, 429, {"Retry-After": "0"})] * 2
    assert len(list(table.rows())) == 5


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Reply({"error": {"code": "ErrorAccessDenied"}}, 403), "does not allow you to read this"),
        (Reply({}, 404), "nothing at this address"),
        (Reply({"error": {}}, 410), "no longer has"),
        (Reply({"error": {"code": "x"}}, 501), "fault of its own"),
        (Reply({"error": {}}, 429, {"Retry-After": "900"}), "asks for a pause"),
        (Reply(b'{"value": [{"id": "anna", "giv'), "cannot be read"),
    ],
)
def test_what_the_service_refuses_is_a_sentence(served: Web, mailbox: Mailbox, fault: Reply, words: str) -> None:
    table = opened(served)
    mailbox.faults = [fault]
    with pytest.raises(HttpError, match=words) as caught:
        list(table.rows())
    assert "good" not in "".join(traceback.format_exception(caught.value))


def test_a_page_that_breaks_off_is_asked_for_again(served: Web, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tui_import.api.http.patient", waits.append)
    table = opened(served)
    mailbox.faults = [Reply({"value": [], "x": "y" * 500}, half=True)]
    assert len(list(table.rows())) == 5
    assert waits == [1]


def test_a_sign_in_that_is_no_longer_valid_says_how_to_sign_in_again(served: Web) -> None:
    with pytest.raises(HttpError, match="does not accept the sign-in") as caught:
        GraphSource().open("", options(served, "expired"))
    assert "connections sign-in outlook365" in caught.value.hint


@pytest.mark.parametrize(
    "odd", [{"value": 5}, {"value": [1, None, "x", []]}, [], None, "x", {"value": [{"id": ["a"], "emailAddresses": {"a": 1}}]}]
)
def test_json_of_another_shape_gives_no_row_and_no_mistake_of_the_program(served: Web, mailbox: Mailbox, odd: Any) -> None:
    table = opened(served)
    mailbox.faults = [Reply(odd)]
    assert list(table.rows()) == []
    assert table.bookmark() == ""


def test_a_contact_whose_values_are_of_other_kinds_is_read_as_far_as_it_goes(served: Web, mailbox: Mailbox) -> None:
    mailbox.put(
        "odd", givenName=5, surname=["a"], emailAddresses="x", businessPhones=[1, None, "+45 1"], businessAddress="Street", birthday=True
    )
    assert by_heading(opened(served), "odd") == {"Full name": "5", "First name": "5", "Direct phone": "+45 1", "UID": "odd"}


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(PROPERTIES.split(",")), VALUES, max_size=8))
def test_whatever_json_a_contact_is_made_of_it_is_a_row(contact: dict[str, Any]) -> None:
    row = SHEET.row(1, vcard.contact(card(contact)))
    assert len(row.values) == len(SHEET.columns)
    assert all(value is None or isinstance(value, str) for value in row.values)


@pytest.mark.slow
def test_a_big_folder_is_streamed() -> None:
    """A thousand contacts of about 10 KB, 10 MB in all; pages of fifty."""
    contacts = [{**ANNA, "personalNotes": "x" * 10_000}] * 50

    def answer(asked: Any) -> Reply:
        if not asked.path.endswith("/delta"):
            return Reply({"value": [{"parentFolderId": "f="}]} if asked.path == "/me/contacts" else {"displayName": "Contacts"})
        page = int(asked.query.get("$skiptoken", 0))
        link = {"@odata.nextLink": f"{served.address}{asked.path}?$skiptoken={page + 1}"} if page < 19 else {"@odata.deltaLink": "x"}
        return Reply({"value": [{**each, "id": f"{page}-{at}"} for at, each in enumerate(contacts)], **link})

    with web(answer) as served:
        (table,) = GraphSource().open("", {"client_id": "c", "service": served.address, "access_token": "t"})
        assert check_memory(table, 5 << 20) == 1_000


# -- the contract


@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_contract_of_a_source_is_kept(served: Web, tmp_path: Path, rule: str) -> None:
    Conformance(GraphSource(), "", tmp_path, options(served)).check(rule)


def test_the_whole_of_it_is_read_by_the_check_of_the_contract(served: Web) -> None:
    read = check_source(GraphSource(), "", options(served))
    assert len(read["Contacts"].rows) == 5


def test_a_connection_is_tested_before_and_after_somebody_signed_in(served: Web) -> None:
    source = GraphSource()
    assert "sign-in outlook365" in source.test_connection({"client_id": "c"})
    assert source.test_connection(options(served)) == "1 folder of contacts."
    with pytest.raises(SourceError, match="No client ID"):
        source.test_connection({"client_id": " "})


def test_everything_that_is_asked_of_microsoft_can_be_set_and_is_theirs_where_it_is_not() -> None:
    theirs = provider({"client_id": "c"})
    assert theirs.token_url == "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    assert theirs.device_url == "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode"
    ours = provider({"client_id": "c", "tenant": "a/../b", "authority": "https://login.example/"})
    assert ours.authorization_url == "https://login.example/a%2F..%2Fb/oauth2/v2.0/authorize"
    assert Capability.CHANGES in GraphSource().capabilities
    assert all(option.required or option.default is not None for option in GraphSource().connection_options())


def test_a_token_that_runs_out_while_it_reads_is_renewed_and_kept(mailbox: Mailbox) -> None:
    kept: list[Mapping[str, str]] = []
    tokens = iter(["second"])

    def answer(asked: Any) -> Reply:
        if asked.path.endswith("/token"):
            return Reply({"access_token": next(tokens), "expires_in": 3600, "refresh_token": "r2"})
        return mailbox(asked)

    with web(answer) as served:
        mailbox.address = served.address
        (table,) = GraphSource().open("", ConnectionOptions(options(served, refresh_token="r1"), kept.append))
        mailbox.knows = lambda token: token == "second"
        assert len(list(table.rows())) == 5
    assert [(each["access_token"], each["refresh_token"]) for each in kept] == [("second", "r2")]
