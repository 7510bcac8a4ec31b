"""Google contacts as CSV: both layouts, groups sorted by their kinds, labels as interests."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_import_gmail.layout import field_of, is_google, kind_of, labels, layout
from tui_import_gmail.source import GmailSource

from tests.plugins.reading import read
from tests.shared import shared
from tui_import import config, plugin_host
from tui_import.api import NO_FIELD
from tui_import.api.testing import Conformance

NEW_LAYOUT = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,"
    "Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,"
    "Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,"
    "Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Address 2 - Label,Address 2 - City,"
    "Relation 1 - Label,Relation 1 - Value,Website 1 - Label,Website 1 - Value,Event 1 - Label,Event 1 - Value,"
    "Custom Field 1 - Label,Custom Field 1 - Value"
)
NEW = NEW_LAYOUT.split(",")
OLD_LAYOUT = (
    "Name,Given Name,Additional Name,Family Name,Name Prefix,Nickname,Birthday,Gender,Notes,Language,Photo,Group Membership,"
    "E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,IM 1 - Type,IM 1 - Service,IM 1 - Value,Address 1 - Type,"
    "Address 1 - Formatted,Address 1 - Street,Address 1 - City,Organization 1 - Type,Organization 1 - Name,"
    "Organization 1 - Yomi Name,Organization 1 - Title,Organization 2 - Type,Organization 2 - Name,Website 1 - Type,"
    "Website 1 - Value"
)
OLD = OLD_LAYOUT.split(",")


def export(path: Path, headings: Sequence[str], *rows: Mapping[str, str], codec: str = "utf-8") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(codec))
    return str(path)


def contacts(path: str) -> list[dict[str, object]]:
    """The filled cells of each contact by column."""
    reading = read(GmailSource(), path)
    return [{name: value for name, value in zip(reading.names, row, strict=True) if value is not None} for row in reading.values]


def linked(path: str) -> dict[str, str]:
    return {column.name: column.field for column in GmailSource().open(path, {})[0].columns()}


ANNA = {
    "First Name": "Anna", "Last Name": "Berg", "Organization Name": "Acme A/S", "Organization Title": "Director", "Birthday": "1975-12-12",
    "Labels": "* myContacts ::: Clients ::: * starred", "E-mail 1 - Label": "* Work", "E-mail 1 - Value": "anna@acme.example",
    "Phone 1 - Label": "Mobile", "Phone 1 - Value": "20 12 34 56 ::: 20 12 34 57", "Phone 2 - Label": "Work",
    "Phone 2 - Value": "33 11 22 33", "Address 1 - Label": "Work", "Address 1 - Street": "Gaden 1", "Address 1 - City": "Aarhus",
    "Address 1 - Postal Code": "8000", "Address 1 - Country": "DK", "Website 1 - Value": "acme.example",
}  # fmt: skip
BO = {
    "First Name": "Bo", "Organization Name": "Bolt", "Labels": "* myContacts", "Phone 1 - Label": "Home", "Phone 1 - Value": "45 80 12 34",
    "Phone 2 - Label": "Grandma", "Phone 2 - Value": "45 80 12 35", "Address 1 - Label": "Home", "Address 1 - City": "Holte",
}  # fmt: skip


# -- which file is one


@pytest.mark.parametrize("headings", [NEW, OLD, ["Name", "Given Name", "E-mail 1 - Type", "E-mail 1 - Value"], NEW[:17]])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_export_is_known_by_its_headings_in_either_layout(tmp_path: Path, headings: list[str], codec: str) -> None:
    assert plugin_host.source_for(export(tmp_path / "contacts.csv", headings, {headings[0]: "Anna"}, codec=codec)) == "gmail"


@pytest.mark.parametrize("headings", [["Name", "Phone"], ["First Name", "Last Name", "E-mail"], ["E-mail 1 - Value"], ["x"], []])
def test_other_lists_are_not_taken_for_exports(headings: list[str]) -> None:
    assert not is_google(headings)


@given(st.binary(max_size=3000))
def test_no_bytes_make_the_look_at_headings_fail(data: bytes) -> None:
    assert GmailSource().recognises(data) == 0


@given(st.lists(st.text(max_size=30), max_size=30))
def test_every_column_has_its_place_in_the_layout(headings: list[str]) -> None:
    found = layout(headings)
    places = [*found.plain, *(place for slot in found.slots for place in slot.parts.values())]
    assert len(places) == len(set(places)) <= len(headings)


# -- groups


def test_numbers_and_addresses_stand_under_their_kinds_whatever_their_order_in_the_row(tmp_path: Path) -> None:
    path = export(tmp_path / "c.csv", NEW, ANNA, BO)
    anna, bo = contacts(path)
    assert (anna["Phone - Mobile"], anna["Phone - Work"]) == ("20 12 34 56 ::: 20 12 34 57", "33 11 22 33")
    assert (bo["Phone - Home"], bo["Phone - Other"]) == ("45 80 12 34", "45 80 12 35")
    assert (anna["Address - Work - City"], bo["Address - Home - City"]) == ("Aarhus", "Holte")
    made = {name: field for name, field in linked(path).items() if " - " in name and not re.search("[0-9]", name)}
    assert made == {
        "E-mail - Work": "person.email", "Phone - Mobile": "person.mobile", "Phone - Work": "person.phone_direct",
        "Phone - Home": "person.phone_private", "Phone - Other": "person.phone_other", "Organization - Name": "company.name",
        "Address - Work - Street": "company.postal_address_line1", "Address - Work - City": "company.postal_city",
        "Address - Work - Postal Code": "company.postal_code", "Address - Work - Country": "company.country",
        "Address - Home - City": "person.private_city", "Organization - Title": "person.title",
    }  # fmt: skip


def test_what_several_groups_of_one_kind_hold_is_kept_together(tmp_path: Path) -> None:
    row = {"First Name": "Anna", "E-mail 1 - Label": "Work", "E-mail 1 - Value": "a@b.example", "E-mail 2 - Label": "* Work",
           "E-mail 2 - Value": "c@d.example"}  # fmt: skip
    assert contacts(export(tmp_path / "c.csv", NEW, row)) == [{"First Name": "Anna", "E-mail - Work": "a@b.example ::: c@d.example"}]


def test_a_second_organization_and_a_second_address_of_a_kind_are_told(tmp_path: Path) -> None:
    row = {"Given Name": "Anna", "Organization 1 - Name": "Acme", "Organization 2 - Name": "Bolt"}
    reading = read(GmailSource(), export(tmp_path / "c.csv", OLD, {"Given Name": "Cy"}, row))
    assert reading.rows[1].values[-1] == "Acme"
    assert [(finding.row, "1 contact has a second organization" in finding.message) for finding in reading.findings] == [(3, True)]
    several = {**ANNA, "Address 1 - City": "Aarhus ::: Oslo"}
    other = read(GmailSource(), export(tmp_path / "d.csv", NEW, several))
    assert dict(zip(other.names, other.values[0], strict=True))["Address - Work - City"] == "Aarhus"
    assert "second address" in other.sentences


def test_a_value_that_slipped_into_the_place_of_a_label_is_told(tmp_path: Path) -> None:
    slipped, usual = {"First Name": "Anna", "Phone 1 - Label": "anna@b.example"}, {"First Name": "Bo", "Phone 1 - Label": "* Mobile"}
    reading = read(GmailSource(), export(tmp_path / "c.csv", NEW, usual, slipped))
    assert [finding.row for finding in reading.findings] == [3]
    assert "where a label should be" in reading.sentences


@pytest.mark.parametrize(
    ("label", "kind"),
    [("Mobile", "Mobile"), ("* Mobile", "Mobile"), ("Mobil", "Mobile"), ("WORK", "Work"), ("Arbejde", "Work"), ("Privat", "Home"),
     ("Work Fax", "Work Fax"), ("workFax", "Work Fax"), ("Work Mobile", "Mobile"), ("Home Page", "Home Page"), ("", ""), ("* ", ""),
     ("Grandma", "Other")],
)  # fmt: skip
def test_labels_say_kinds_in_several_languages(label: str, kind: str) -> None:
    assert kind_of(label) == kind


def test_every_field_of_every_kind_is_one_of_ours() -> None:
    known = {field.key for field in config.load_catalogue()} | {NO_FIELD}
    kinds = ["", "Mobile", "Work", "Home", "Main", "Work Fax", "Pager", "Profile", "Blog", "Home Page", "Other"]
    parts = {"Address": ["Street", "Extended Address", "PO Box", "City", "Region", "Postal Code", "Country", "Formatted"],
             "Organization": ["Name", "Title", "Department", "Symbol"]}  # fmt: skip
    for stem in ("E-mail", "Phone", "Website", "IM", "Address", "Organization"):
        assert {field_of(stem, kind, part) for kind in kinds for part in parts.get(stem, ["Value"])} <= known


def test_a_recipe_finds_its_columns_again_in_every_file_where_all_are_asked_for(tmp_path: Path) -> None:
    files = [export(tmp_path / f"{at}.csv", NEW, row) for at, row in enumerate((ANNA, BO, {"Organization Name": "Bolt"}))]
    asked = [[(c.name, c.field) for c in GmailSource().open(path, {"columns": "all"})[0].columns()] for path in files]
    assert asked[0] == asked[1] == asked[2]
    assert {("Phone - Pager", "person.phone_other"), ("Company e-mail", "company.email")} <= set(asked[0])
    assert len({name for name, _field in asked[0]}) == len(asked[0])
    (row,) = read(GmailSource(), files[0], columns="all").rows
    assert row.values[[name for name, _field in asked[0]].index("Phone - Mobile")] == "20 12 34 56 ::: 20 12 34 57"


# -- labels and names


@pytest.mark.parametrize(
    ("cell", "kept"),
    [("* myContacts", ""), ("* My Contacts ::: Test", "Test"), ("Clients ::: * myContacts ::: * starred", "Clients ::: starred"), ("", "")],
)
def test_labels_are_kept_without_the_one_that_everybody_has(cell: str, kept: str) -> None:
    assert labels(cell) == kept


def test_labels_are_the_interests_of_a_person(tmp_path: Path) -> None:
    path = export(tmp_path / "c.csv", NEW, ANNA, BO)
    assert [contact.get("Labels") for contact in contacts(path)] == ["Clients ::: starred", None]
    assert linked(path)["Labels"] == "person.interests"


def test_a_contact_that_is_a_company_alone_is_the_companys(tmp_path: Path) -> None:
    row = {"File As": "Bolt ApS", "Organization Name": "Bolt ApS", "Phone 1 - Label": "Work", "Phone 1 - Value": "65 11 22 33",
           "Labels": "* myContacts ::: Suppliers"}  # fmt: skip
    path = export(tmp_path / "c.csv", NEW, row)
    assert contacts(path) == [{"Organization - Name": "Bolt ApS", "Company telephone": "65 11 22 33", "Company categories": "Suppliers"}]
    assert (linked(path)["Company telephone"], linked(path)["Company categories"]) == ("company.phone", "company.interests")


def test_the_web_address_of_a_person_without_a_company_is_the_persons(tmp_path: Path) -> None:
    path = export(tmp_path / "c.csv", NEW, {"First Name": "Anna", "Website 1 - Value": "anna.example"})
    assert contacts(path) == [{"First Name": "Anna", "Web address": "anna.example"}]
    assert linked(path)["Web address"] == "person.url"


# -- files of others


@pytest.mark.parametrize("name", ["gmail", "google_new_layout_ragged", "google_old_short"])
def test_the_samples_are_read_with_the_facts_that_are_known_of_them(name: str) -> None:
    path = str(shared(f"samples/google_csv/{name}.csv"))
    with shared("samples/MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        csv.field_size_limit(1 << 24)
        rows = csv.DictReader(manifest, delimiter="\t")
        known = next(json.loads(row["facts_json"]) for row in rows if row["file"] == f"google_csv/{name}.csv")
    assert plugin_host.source_for(path) == "gmail"
    reading = read(GmailSource(), path)
    (first, *others) = GmailSource().open(path, {})[0].peek().rows
    assert list(first.values[: len(known["first"])]) == known["first"]
    assert [cell or "" for cell in others[0].values[: len(known["row2"])]] == known["row2"]
    assert str(len(first.values)) in known["widths"]
    assert len(reading.rows) == known["records"] - 1 - (not known["last"])  # the last line of one is blank
    assert (reading.facts["encoding"], reading.facts["delimiter"]) == (known["encoding"], known["delimiter"])


def test_a_real_export_of_the_old_layout_arrives_with_every_value_at_its_field() -> None:
    (found,) = contacts(str(shared("samples/google_csv/gmail.csv")))
    assert (found["Phone - Mobile"], found["Phone - Home Fax"], found["Phone - Pager"]) == ("mobile", "homefax", "pager")
    assert (found["E-mail"], found["E-mail - Home"]) == ("unknown@email.com", "home@aaa.pl")
    assert (found["Address - Home - Street"], found["Address - Work - Street"]) == ("home_street", "work_street")
    assert found["Group Membership"] == "Test"
    path = str(shared("samples/google_csv/gmail.csv"))
    filled = {name: field for name, field in linked(path).items() if name in found}
    assert [name for name, field in filled.items() if field in ("", NO_FIELD)] == [
        "Name Suffix", "Nickname", "Relation 1 - Type", "Relation 1 - Value", "Address - Work - Formatted", "Address - Home - Formatted",
    ]  # fmt: skip


def test_rows_of_a_real_export_that_are_too_short_are_told_and_read() -> None:
    reading = read(GmailSource(), str(shared("samples/google_csv/google_new_layout_ragged.csv")))
    assert [row.values[0] for row in reading.rows] == ["João", "Maria", None, "Ana"]
    assert "2 rows have fewer values" in reading.sentences
    assert "where a label should be" in reading.sentences  # an e-mail address, shifted by one column


# -- the contract


@pytest.mark.parametrize("headings", [NEW, OLD])
@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_source_keeps_each_rule_of_the_contract(rule: str, headings: list[str], tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key in headings} for row in (ANNA, BO, {"Notes": "nobody", "Birthday": "--12-24"})]
    Conformance(GmailSource(), export(tmp_path / "c.csv", headings, *rows), tmp_path).check(rule)
