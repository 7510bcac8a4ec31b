"""Exported contacts reach the records: columns mapped beforehand, any of them mapped anew, every value with its owner."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import shared
from tui_import.api import NO_FIELD, Column
from tui_import.api.exports import ContactTable
from tui_import.api.testing import MemoryTable
from tui_import.model.mapping import Evidence
from tui_import.model.settings import PersonRules, Settings, WithoutCompany
from tui_import.session.importing import ImportSession
from tui_import.session.workspace import Workspace

WITHOUT = Settings(person=PersonRules(without_company=WithoutCompany.WITHOUT))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    for name, folder in (("TUI_IMPORT_CONFIG", "config"), ("XDG_STATE_HOME", "state"), ("XDG_DATA_HOME", "data")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    opened = Workspace(tmp_path / "store.sqlite")
    opened.set_preference("mandatory_company", 0)
    yield opened
    opened.close()


def read(workspace: Workspace, path: Path | str) -> ImportSession:
    session = workspace.begin(str(path))
    session.read()
    return session


def written(path: Path, rows: Sequence[Sequence[str]], codec: str) -> Path:
    with path.open("w", newline="", encoding=codec) as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
    return path


def fields_of(session: ImportSession) -> dict[str, list[str]]:
    """Heading → linked fields, of the columns that have any value."""
    return {column.title: list(session.mapping.fields_of(column.position)) for column in session.columns if column.filled}


def records(workspace: Workspace, entity: str) -> list[dict[str, Any]]:
    bookkeeping = ("id", "version", "created_at", "created_by", "updated_at", "updated_by", "company_id")
    return [
        {key: value for key, value in record.items() if value not in (None, "", [], False) and key not in bookkeeping}
        for record in workspace.records(entity)
    ]


DANISH_HEADINGS = (
    "Titel,Fornavn,Efternavn,Firma,Afdeling,Stilling,Gade (arbejde),Gade 2 (firma),By (arbejde),Område (arbejde),"
    "Postnummer (arbejde),Land/område (arbejde),Telefon (arbejde),Primær telefon (firma),Mobiltelefon,Fødselsdag,Kategorier,"
    "E-mail-adresse,E-mail-type,E-mail-vist navn,Køn,Navn på overordnet,Notater,Bruger 1,webside"
)
DANISH = DANISH_HEADINGS.split(",")
SOREN = ["Hr.", "Søren", "Ågård", "Kærgård A/S", "Salg", "Direktør", "Vesterbrogade 1\n3. sal", "", "København V", "Region Hovedstaden",
         "1620", "Danmark", "33 11 22 33", "33 11 22 00", "20 12 34 56", "12-12-1975", "Kunder;Julekort", "soeren@kaergaard.dk", "SMTP",
         "Søren Ågård (soeren@kaergaard.dk)", "Mand", "Hanne Chef", "Ringer altid", "K-77", "www.kaergaard.dk"]  # fmt: skip
BOLT = ["", "", "", "Bolt ApS", "", "", "", "", "Odense", "", "5000", "Danmark", "65 11 22 33", "", "", "0-0-00", "", "info@bolt.dk",
        "SMTP", "", "Ikke angivet", "", "", "", ""]  # fmt: skip
ANNA = ["", "Anna", "Berg", *[""] * 21, "www.annaberg.dk"]


def test_an_export_of_outlook_is_imported_with_every_column_mapped_beforehand(workspace: Workspace, tmp_path: Path) -> None:
    session = read(workspace, written(tmp_path / "Kontakter.csv", [DANISH, SOREN, BOLT, ANNA], "cp1252"))
    assert session.source == "outlook"
    found = fields_of(session)
    assert {title for title, fields in found.items() if not fields} == {"E-mail-type", "E-mail-vist navn", "Navn på overordnet", "Bruger 1"}
    assert {link.evidence for link in session.mapping.links} == {Evidence.SOURCE}
    session.change_settings(WITHOUT)
    report = session.plan()
    assert report.entities["company"].problem == report.entities["person"].problem == 0
    session.apply(accept_clears=True)
    session.close()
    assert records(workspace, "company") == [
        {
            "name": "Kærgård A/S", "country": "DK", "phone": ["33 11 22 00"], "url": ["www.kaergaard.dk"],
            "postal_address_line1": "Vesterbrogade 1", "postal_address_line2": "3. sal", "postal_code": "1620",
            "postal_city": "København V", "postal_county": "Region Hovedstaden",
        },
        {
            "name": "Bolt ApS", "country": "DK", "phone": ["65 11 22 33"], "email": ["info@bolt.dk"], "postal_code": "5000",
            "postal_city": "Odense",
        },
    ]  # fmt: skip
    assert records(workspace, "person") == [
        {
            "company": "Kærgård A/S", "first_name": "Søren", "last_name": "Ågård", "salutation": "Hr.", "title": "Direktør",
            "department": "Salg", "birthdate": "1975-12-12", "gender": "male", "interests": ["Kunder", "Julekort"],
            "note": "Ringer altid", "phone_direct": ["33 11 22 33"], "mobile": ["20 12 34 56"], "email": ["soeren@kaergaard.dk"],
        },
        {"first_name": "Anna", "last_name": "Berg", "url": ["www.annaberg.dk"]},
    ]  # fmt: skip


def test_any_column_of_an_export_can_be_mapped_anew_or_dropped(workspace: Workspace, tmp_path: Path) -> None:
    session = read(workspace, written(tmp_path / "Kontakter.csv", [DANISH, SOREN], "cp1252"))
    at = {column.title: column.position for column in session.columns}
    session.link(at["Bruger 1"], "person.number")
    session.unlink(at["Notater"])
    session.link(at["Afdeling"], "company.department")
    session.unlink(at["Afdeling"], "person.department")
    session.plan()
    session.apply(accept_clears=True)
    session.close()
    (person,) = records(workspace, "person")
    assert (person["number"], "note" in person, "department" in person) == ("K-77", False, False)
    assert records(workspace, "company")[0]["department"] == "Salg"


def test_an_export_of_google_is_imported_with_every_column_mapped_beforehand(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        ["First Name", "Last Name", "Organization Name", "Organization Title", "Birthday", "Notes", "Labels", "E-mail 1 - Label",
         "E-mail 1 - Value", "Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value"],
        ["Anna", "Berg", "Acme A/S", "Director", "1975-12-12", "hi", "* myContacts ::: Clients ::: Friends", "Work", "anna@acme.example",
         "Mobile", "+45 20 12 34 56 ::: +45 20 12 34 57", "Work", "+45 33 11 22 33"],
        ["", "", "Bolt ApS", "", "", "", "* myContacts", "Work", "info@bolt.example", "Work", "+45 65 11 22 33", "", ""],
    ]  # fmt: skip
    session = read(workspace, written(tmp_path / "contacts.csv", rows, "utf-8"))
    assert session.source == "gmail"
    assert all(fields_of(session).values()), fields_of(session)
    report = session.plan()
    assert report.entities["company"].problem == report.entities["person"].problem == 0
    session.apply(accept_clears=True)
    session.close()
    assert [(company["name"], company.get("email"), company.get("phone")) for company in records(workspace, "company")] == [
        ("Acme A/S", None, None), ("Bolt ApS", ["info@bolt.example"], ["+45 65 11 22 33"]),
    ]  # fmt: skip
    (person,) = records(workspace, "person")
    assert person["interests"] == ["Clients", "Friends"]
    assert person["mobile"] == ["+45 20 12 34 56", "+45 20 12 34 57"]
    assert (person["birthdate"], person["phone_direct"], person["title"]) == ("1975-12-12", ["+45 33 11 22 33"], "Director")


def test_a_data_file_is_imported_folder_by_folder(workspace: Workspace) -> None:
    pytest.importorskip("pypff", reason="libpff-python is not installed")
    session = workspace.begin(str(shared("samples/pst_msg/SampleContacts.pst")), options={"sheet": "Contacts"})
    session.read()
    session.change_settings(WITHOUT)
    assert session.source == "outlook"
    assert [table.name for table in session.tables()] == ["Contacts"]
    session.plan()
    session.apply(accept_clears=True)
    session.close()
    assert len(records(workspace, "person")) == 6


# -- every value to its owner

FIELDS = ["person.first_name", "person.last_name", "person.full_name", "company.name", "person.email", "person.phone_direct",
          "person.mobile", "company.url", "person.private_city", "company.postal_city", "company.postal_state", "person.note",
          NO_FIELD]  # fmt: skip


def table(*rows: Sequence[str], fields: Sequence[str] = FIELDS) -> ContactTable:
    return ContactTable(MemoryTable("people", [Column(field, field) for field in fields], [[cell or None for cell in row] for row in rows]))


def owned(*rows: Sequence[str]) -> list[dict[str, object]]:
    """The filled cells of each row by field."""
    made = table(*rows)
    fields = [column.field for column in made.columns()]
    return [{field: value for field, value in zip(fields, row.values, strict=True) if value is not None} for row in made.rows()]


def test_several_numbers_of_a_company_alone_stand_in_one_cell() -> None:
    assert owned(["", "", "Acme", "Acme", "a@b", "1", "2", "", "Oslo", "", "", "hello", "x"]) == [
        {"company.name": "Acme", "company.email": "a@b", "company.phone": "1; 2", "company.postal_city": "Oslo", "company.note": "hello",
         NO_FIELD: "x"}
    ]  # fmt: skip


def test_a_contact_with_both_stays_as_it_is() -> None:
    row = ["Anna", "", "", "Acme", "a@b", "1", "2", "u", "Oslo", "Rome", "RM", "hello", "x"]
    assert owned(row) == [dict(zip([field for field, cell in zip(FIELDS, row, strict=True) if cell], filter(None, row), strict=True))]


def test_what_stands_at_the_company_of_a_person_without_one_is_the_persons_and_a_second_address_stays() -> None:
    assert owned(["Anna", "", "", "", "", "", "", "u", "", "Rome", "", "", ""]) == [
        {"person.first_name": "Anna", "person.url": "u", "person.private_city": "Rome"}
    ]
    assert owned(["Anna", "", "", "", "", "", "", "", "Oslo", "Rome", "", "", ""]) == [
        {"person.first_name": "Anna", "person.private_city": "Oslo", "company.postal_city": "Rome"}
    ]


def test_a_column_with_names_of_states_is_the_county_and_one_with_codes_the_state() -> None:
    def fields(state: str) -> list[str]:
        row = ["Anna", "", "", "Acme", *[""] * 6, state, "", ""]
        return [column.field for column in table(row).columns() if column.name == "company.postal_state"]

    assert (fields("CA"), fields("Hovedstaden")) == (["company.postal_state"], ["company.postal_county"])


@given(st.lists(st.lists(st.sampled_from(["", "", "Acme", "x", "a longer text"]), min_size=len(FIELDS), max_size=len(FIELDS)), max_size=5))
def test_no_value_is_lost_on_the_way_to_its_owner(rows: list[list[str]]) -> None:
    names = FIELDS.index("person.full_name")
    for row, found in zip(rows, owned(*rows), strict=True):
        told = sorted(part for value in found.values() for part in str(value).split("; "))
        given_ = [cell for at, cell in enumerate(row) if cell and at != names]
        whole = sorted([*given_, row[names]] if row[names] else given_)
        assert told in (whole, sorted(given_))  # a full name that is the company's is said once
