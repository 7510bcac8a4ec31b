"""vCards imported as a user does, by command: everything is mapped, companies are companies, and a second import makes no twins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui_import.__main__ import main
from tui_import.api import NO_FIELD
from tui_import.session.workspace import Workspace

BOOK = """BEGIN:VCARD
VERSION:3.0
UID:1
N:Ågård;Søren;;Dr.;
FN:Dr. Søren Ågård
ORG:Nordic Fish A/S;Sales
TITLE:Buyer
EMAIL;TYPE=work:soren@nordicfish.dk
EMAIL;TYPE=home:soren@example.dk
TEL;TYPE=cell:+45 20 12 34 56
ADR;TYPE=work:;;Hovedgaden 1;København;;1000;Denmark
ADR;TYPE=home:;;Strandvej 2;Skagen;;9990;Danmark
BDAY:--0203
CATEGORIES:Wine,Customer
NOTE:Prefers mornings\\, never Fridays
X-ABRELATEDNAMES:Jenny
PHOTO;ENCODING=b:AAAA
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:org
UID:2
FN:Bolt ApS
TEL;TYPE=work:+45 33 11 22 33
EMAIL:post@bolt.dk
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=B8ller;Bo
ORG:Bolt ApS
TEL;WORK;VOICE:33112234
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Half a card
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("TUI_IMPORT_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("LANGUAGE", "en")

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def book(tmp_path: Path) -> str:
    path = tmp_path / "book.vcf"
    path.write_text(BOOK, encoding="utf-8")
    return str(path)


def records(program: Callable[..., tuple[int, str, str]], entity: str, name: str) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in program("export", entity, "--format", "json")[1].splitlines()]
    return {record[name]: record for record in found}


def test_persons_and_companies_come_with_everything_and_what_was_left_out_is_said(program, book: str) -> None:
    code, _out, err = program("run", book)
    assert code == 0, err
    assert "“Half a card” breaks off" in err
    assert "1 card has a photo" in err
    persons, companies = records(program, "person", "last_name"), records(program, "company", "name")
    assert sorted(persons) == ["Møller", "Ågård"]
    assert sorted(companies) == ["Bolt ApS", "Nordic Fish A/S"]
    soren = persons["Ågård"]
    expected = {
        "first_name": "Søren", "academic_title": "Dr.", "company": "Nordic Fish A/S", "department": "Sales", "title": "Buyer",
        "email": ["soren@nordicfish.dk", "soren@example.dk"], "mobile": ["+45 20 12 34 56"], "birthdate": "--02-03", "country": "DK",
        "private_city": "Skagen", "note": "Prefers mornings, never Fridays", "external_key": ["1"],
    }  # fmt: skip
    assert {key: soren[key] for key in expected} == expected
    assert sorted(soren["interests"]) == ["Customer", "Wine"]
    assert (companies["Nordic Fish A/S"]["postal_city"], companies["Nordic Fish A/S"]["country"]) == ("København", "DK")
    bolt = companies["Bolt ApS"]
    assert (bolt["phone"], bolt["email"], bolt["external_key"]) == (["+45 33 11 22 33"], ["post@bolt.dk"], ["2"])
    assert persons["Møller"]["company"] == "Bolt ApS"


@pytest.mark.parametrize("columns", ["filled", "all"])
def test_every_column_arrives_mapped_to_its_field_and_details_stay_open(book: str, tmp_path: Path, columns: str) -> None:
    with Workspace(tmp_path / "store.sqlite") as workspace:
        session = workspace.begin(book, options={"columns": columns})
        session.read()
        mapping = session.mapping
        linked = {column.header: mapping.fields_of(column.position) for column in session.columns}
        fields = {column.header: () if column.field == NO_FIELD else (column.field,) for column in session.columns}
        session.close()
    assert linked == fields
    assert linked["Other details"] == ()
    assert linked["E-mail 2"] == ("person.email",)


def test_importing_the_same_address_book_again_makes_no_twins(program, book: str) -> None:
    assert program("run", book)[0] == 0
    Path(book).write_text(BOOK.replace("TITLE:Buyer", "TITLE:Buyer\nTEL;TYPE=home:98 44 55 66"), encoding="utf-8")
    code, out, _err = program("run", book, "--json")
    assert code == 0
    counts = json.loads(out.splitlines()[0])["entities"]
    assert (counts["person"]["added"], counts["person"]["updated"], counts["company"]["added"]) == (0, 1, 0)
    assert records(program, "person", "last_name")["Ågård"]["phone_private"] == ["98 44 55 66"]


def test_a_recipe_for_all_columns_fits_every_address_book(program, book: str, tmp_path: Path) -> None:
    recipe = tmp_path / "contacts.toml"
    recipe.write_text(
        'format = 1\nsource = "vcard"\nkind = "contacts"\n[options]\ncolumns = "all"\n[mapping]\n'
        '"First name" = "person.first_name"\n"Last name" = "person.last_name"\n"Company" = "company.name"\n"Fax" = "person.fax"\n'
        '"Other details" = "person.note"\n',
        encoding="utf-8",
    )
    code, _out, err = program("run", book, "--recipe", str(recipe))
    assert code == 0, err
    assert records(program, "person", "last_name")["Ågård"]["note"] == "Related: Jenny"


def test_the_plugin_passes_its_check(program, book: str) -> None:
    code, out, _err = program("sources", "check", "vcard", book)
    assert code == 0, out
    assert "WRONG" not in out
