"""CSV files that Outlook exported: known by their headings in every language, every column with its field, odd values put right."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import tui_import_outlook
from hypothesis import given
from hypothesis import strategies as st
from tui_import_outlook.headings import fields, fold, recognise, recognise_bytes, table
from tui_import_outlook.source import OutlookSource
from tui_import_outlook.tidy import Tidier, smtp_address

from tests.plugins.reading import Reading, read
from tests.shared import shared
from tui_import import config, plugin_host
from tui_import.api import NO_FIELD
from tui_import.api.testing import Conformance, check_memory

CODECS = {"pl": "cp1250", "ru": "cp1251", "tr": "cp1254", "ja": "cp932"}
LANGUAGES = [language.code for language in table().languages]


def headings(language: str) -> list[str]:
    """All headings of an export in a language, in the order of our table, spellings of one version alone."""
    text = (Path(tui_import_outlook.__file__).parent / "headings.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [row[language].split("|")[0].strip() for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return [heading for heading in found if heading]


def export(path: Path, names: Sequence[str], *rows: Sequence[str], codec: str = "cp1252", delimiter: str = ",") -> str:
    """An export as Outlook writes it: everything in quotation marks."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([names, *rows])
    path.write_bytes(text.getvalue().encode(codec))
    return str(path)


def rows_of(path: str) -> list[dict[str, object]]:
    """The filled cells of each row by heading, as the source gives them."""
    reading = read(OutlookSource(), path)
    return [{name: value for name, value in zip(reading.names, row, strict=True) if value is not None} for row in reading.values]


def linked(path: str) -> dict[str, str]:
    """Heading → field that the source says."""
    return {column.name: column.field for column in OutlookSource().open(path, {})[0].columns()}


# -- which file is one


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_is_known_in_every_language_and_every_column_finds_its_field(tmp_path: Path, language: str) -> None:
    names = headings(language)
    path = export(tmp_path / "contacts.csv", names, [f"x{at}" for at in range(len(names))], codec=CODECS.get(language, "cp1252"))
    assert plugin_host.source_for(path) == "outlook"
    columns = OutlookSource().open(path, {})[0].columns()
    assert [column.name for column in columns] == names  # read in the right encoding
    found = {column.field for column in columns}
    wanted = {
        *(f"person.{name}" for name in ("first_name", "last_name", "title", "email", "mobile", "phone_direct", "birthdate", "note")),
        *(f"company.{name}" for name in ("name", "postal_address_line1", "postal_address_line2", "postal_city", "postal_code", "country")),
        *(f"person.private_{name}" for name in ("address_line1", "city")),
    }
    assert wanted <= found
    single = [column.field for column in columns if column.field.startswith(("company.postal_", "person.private_", "person.first"))]
    assert len(single) == len(set(single))


def test_every_field_of_the_table_is_one_of_ours() -> None:
    assert {field for field in table().fields.values() if field not in ("", NO_FIELD)} <= {field.key for field in config.load_catalogue()}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("codec", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_windows_text_unicode_and_other_delimiters_are_no_obstacle(tmp_path: Path, codec: str, delimiter: str) -> None:
    names = headings("nl")  # these headings have commas in them
    row = ["Jürgen" if name == "Voornaam" else "" for name in names]
    path = export(tmp_path / "contacten.csv", names, row, codec=codec, delimiter=delimiter)
    assert plugin_host.source_for(path) == "outlook"
    assert rows_of(path) == [{"Voornaam": "Jürgen"}]


def test_polish_letters_are_read_although_few_of_them_tell_the_encoding(tmp_path: Path) -> None:
    names = headings("pl")
    path = export(tmp_path / "kontakty.csv", names, ["Łódź" if name == "Nazwisko" else "" for name in names], codec="cp1250")
    assert rows_of(path) == [{"Nazwisko": "Łódź"}]


def test_english_headings_say_nothing_about_the_letters_of_the_contacts(tmp_path: Path) -> None:
    notes = "Позвонить завтра утром, он просил прислать договор и счёт за прошлый месяц"
    names, russian = english(**{"Last Name": "Иванов", "Notes": notes})
    assert rows_of(export(tmp_path / "c.csv", names, *[russian] * 3, codec="cp1251"))[0]["Last Name"] == "Иванов"


def test_some_columns_of_an_export_are_enough_to_know_it(tmp_path: Path) -> None:
    names = ["Fornavn", "Efternavn", "Firma", "Afdeling", "Stilling", "Telefon (arbejde)", "Mobiltelefon", "E-mail-adresse", "Notater",
             "Kategorier"]  # fmt: skip
    assert plugin_host.source_for(export(tmp_path / "some.csv", names, ["x"] * 10)) == "outlook"


@pytest.mark.parametrize(
    "text",
    ["name,city\nAnna,Rom\n", "First Name,Last Name,Company\nAnna,Berg,Acme\n", "\n\n", "x" * 5000, 'a"b\n"c,d\n', ""],
)
def test_lists_that_outlook_did_not_write_stay_with_the_source_of_all_text_files(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    assert plugin_host.source_for(str(path)) == "csv"


def test_an_export_can_still_be_read_as_any_text_file_and_any_text_file_as_an_export(tmp_path: Path) -> None:
    path = export(tmp_path / "contacts.csv", headings("en"), [])
    assert plugin_host.load("csv").open(path, {})[0].columns()[0].name == "Title"
    other = tmp_path / "other.csv"
    other.write_text("First Name,Shoe size\nAnna,38\n", encoding="utf-8")
    assert linked(str(other)) == {"First Name": "person.first_name", "Shoe size": ""}


def test_what_the_user_says_about_the_file_counts_more_than_its_headings(tmp_path: Path) -> None:
    names = headings("da")
    path = export(tmp_path / "k.csv", names, ["Ågård" if name == "Efternavn" else "" for name in names])
    wrong = OutlookSource().open(path, {"encoding": "cp850", "delimiter": "auto"})[0]
    assert "Ågård" not in next(iter(wrong.rows())).values


@given(st.binary(max_size=4000))
def test_no_bytes_make_the_look_at_headings_fail(data: bytes) -> None:
    assert recognise_bytes(data) is None


@given(st.lists(st.text(max_size=40), max_size=40))
def test_no_headings_make_the_search_for_fields_fail(names: list[str]) -> None:
    assert recognise(names) is None or len(names) >= 10
    assert len(fields(names)) == len(names)


def test_headings_are_compared_without_case_blanks_and_signs() -> None:
    assert fold("Город    (другой адрес)") == fold("город(другой адрес)")
    assert fold("E-mail 2 Address") != fold("E-mail 3 Address")


# -- values


def test_two_columns_of_one_heading_keep_their_order(tmp_path: Path) -> None:
    names = headings("fr")
    assert names.count("Titre") == 2
    columns = OutlookSource().open(export(tmp_path / "c.csv", names, [f"x{at}" for at in range(len(names))]), {})[0].columns()
    assert [column.field for column in columns if column.name == "Titre"] == ["person.salutation", "person.title"]


def english(**cells: str) -> tuple[list[str], list[str]]:
    names = headings("en")
    assert cells.keys() <= set(names)
    return names, [cells.get(name, "") for name in names]


def test_what_outlook_writes_for_no_date_and_no_gender_is_nothing(tmp_path: Path) -> None:
    names, row = english(**{"First Name": "Anna", "Birthday": "0/0/00", "Anniversary": "00-00-0000", "Gender": "Unspecified"})
    _names, other = english(**{"First Name": "Bo", "Birthday": "10/20/2000", "Gender": "Male"})
    path = export(tmp_path / "c.csv", names, row, other)
    assert rows_of(path) == [{"First Name": "Anna"}, {"First Name": "Bo", "Birthday": "10/20/2000", "Gender": "Male"}]


EXCHANGE = "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=0a1b-anna"


def test_an_address_inside_exchange_becomes_the_internet_address_that_is_shown_or_is_told(tmp_path: Path) -> None:
    names, one = english(
        **{"First Name": "Anna", "E-mail Address": EXCHANGE, "E-mail Type": "EX", "E-mail Display Name": "Anna (anna@b.example)"}
    )
    _names, two = english(**{"First Name": "Bo", "E-mail 2 Address": EXCHANGE, "E-mail 2 Display Name": "Bo Holm"})
    reading = read(OutlookSource(), export(tmp_path / "c.csv", names, one, two))
    cells = [dict(zip(reading.names, row, strict=True)) for row in reading.values]
    assert (cells[0]["E-mail Address"], cells[1]["E-mail 2 Address"]) == ("anna@b.example", None)
    assert "1 e-mail address is one inside the Exchange server" in reading.sentences
    assert reading.findings[-1].row == 3


@pytest.mark.parametrize(
    ("address", "shown", "found"),
    [
        ("anna@b.example", "Anna", "anna@b.example"),
        (EXCHANGE, "Anna <anna@b.example>", "anna@b.example"),
        (EXCHANGE, "'anna@b.example'", "anna@b.example"),
        (EXCHANGE, "", ""),
        ("/home/anna", "", "/home/anna"),
    ],
)
def test_internet_addresses_are_found_in_shown_names(address: str, shown: str, found: str) -> None:
    assert smtp_address(address, shown) == found


def test_a_street_of_several_lines_is_spread_over_the_lines_of_the_address(tmp_path: Path) -> None:
    names, row = english(**{"Company": "A", "Business Street": "Tower 1\n2nd floor\nRoom 3\nDoor 4", "Home Street": "One line"})
    _names, kept = english(**{"Company": "B", "Business Street": "Tower 1\n2nd floor", "Business Street 2": "Yard"})
    first, second = rows_of(export(tmp_path / "c.csv", names, row, kept))
    assert [first[f"Business Street{line}"] for line in ("", " 2", " 3")] == ["Tower 1", "2nd floor", "Room 3, Door 4"]
    assert (second["Business Street"], second["Business Street 2"]) == ("Tower 1\n2nd floor", "Yard")


def test_tidying_needs_none_of_its_columns() -> None:
    values: list[object] = ["x"]
    tidier = Tidier(["Company"])
    tidier.tidy(values, 1)  # type: ignore[arg-type]
    assert (values, tidier.findings()) == (["x"], [])


# -- files of others


@pytest.mark.parametrize("language", ["en", "en_GB", "da", "de", "es", "fr", "it", "ja", "nl", "pl", "pt_BR", "ru", "sv", "tr"])
def test_the_headings_that_real_exports_have_are_all_known(tmp_path: Path, language: str) -> None:
    lines = shared("samples/headers/outlook_thunderbird_headers_by_locale.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [[*line.split("\t"), "", ""][:5] for line in lines]
    names: list[str] = []
    wanted: list[str] = []
    for program, locale, heading, field, several in rows:
        if (program, locale) == ("outlook-2003-csv", language):
            found = _three(heading) if several == "multivalue" and "Street" in field else [heading]
            names += found
            wanted += [_field(field, line) for line in range(1, len(found) + 1)]
    names = [" ".join(name.split()) for name in names]
    codec = {"pl": "cp1250", "ru": "cp1251", "tr": "cp1254", "ja": "cp932"}.get(language, "cp1252")
    path = export(tmp_path / "contacts.csv", names, [f"x{at}" for at in range(len(names))], codec=codec)
    assert plugin_host.source_for(path) == "outlook"
    columns = OutlookSource().open(path, {})[0].columns()
    assert [column.name for column in columns] == names
    wrong = [(c.name, c.field, field) for c, field in zip(columns, wanted, strict=True) if field and c.field != field]
    assert not wrong


def _three(heading: str) -> list[str]:
    parts = heading.split(",")
    size = len(parts) // 3
    return [",".join(parts[at : at + size]).strip() for at in range(0, len(parts), size)]


ZIMBRA = {
    "firstName": "person.first_name", "middleName": "person.middle_name", "lastName": "person.last_name", "company": "company.name",
    "department": "person.department", "jobTitle": "person.title", "workCity": "company.postal_city", "workState": "company.postal_state",
    "workPostalCode": "company.postal_code", "workCountry": "company.country", "homeCity": "person.private_city",
    "homePostalCode": "person.private_code", "homeCountry": "person.country", "workPhone": "person.phone_direct",
    "companyPhone": "company.phone", "homePhone": "person.phone_private", "mobilePhone": "person.mobile", "birthday": "person.birthdate",
    "email": "person.email", "email2": "person.email", "email3": "person.email", "gender": "person.gender", "notes": "person.note",
    "workURL": "company.url", "anniversary": NO_FIELD, "spouse": NO_FIELD, "assistantName": NO_FIELD, "custom1": NO_FIELD,
    "otherStreet": NO_FIELD,
}  # fmt: skip


def _field(zimbra: str, line: int) -> str:
    lines = {"workStreet": f"company.postal_address_line{line}", "homeStreet": f"person.private_address_line{line}"}
    return ZIMBRA.get(zimbra, "") if zimbra not in lines else ""


def facts(file: str) -> dict[str, object]:
    with shared("samples/MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        csv.field_size_limit(1 << 24)
        rows = csv.DictReader(manifest, delimiter="\t")
        found: dict[str, object] = next(json.loads(row["facts_json"]) for row in rows if row["file"] == file)
    return found


@pytest.mark.parametrize("name", ["all", "email", "tb_csv_no_header", "tb_plain"])
def test_the_samples_are_read_with_the_facts_that_are_known_of_them(name: str) -> None:
    path, known = str(shared(f"samples/outlook_csv/{name}.csv")), facts(f"outlook_csv/{name}.csv")
    reading: Reading = read(OutlookSource(), path)
    table_ = OutlookSource().open(path, {})[0]
    top = [[cell or "" for cell in row.values] for row in table_.peek().rows]
    assert top[0][: len(known["first"])] == known["first"]  # type: ignore[arg-type]
    has_heading = reading.facts["header_row"] != "0"
    assert len(reading.rows) == int(known["records"]) - has_heading  # type: ignore[call-overload]
    assert reading.facts["encoding"] == known["encoding"]
    assert has_heading == (name != "tb_csv_no_header")


def test_the_sample_with_outlooks_headings_is_outlooks_and_thunderbirds_is_not() -> None:
    assert plugin_host.source_for(str(shared("samples/outlook_csv/all.csv"))) == "outlook"
    assert plugin_host.source_for(str(shared("samples/outlook_csv/tb_plain.csv"))) == "csv"
    assert linked(str(shared("samples/outlook_csv/all.csv")))["Business Street"] == "company.postal_address_line1"


# -- the contract


@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_source_keeps_each_rule_of_the_contract(rule: str, tmp_path: Path) -> None:
    names, row = english(**{"First Name": "Anna", "Company": "Acme", "Business Street": "Tower\nFloor 2"})
    _names, company = english(**{"Company": "Bolt", "Business Phone": "65 11 22 33"})
    Conformance(OutlookSource(), export(tmp_path / "c.csv", names, row, company), tmp_path).check(rule)


@pytest.mark.slow
def test_a_big_export_is_streamed(tmp_path: Path) -> None:
    names, row = english(**{"First Name": "Anna", "Company": "Acme", "Notes": "x" * 200})
    path = export(tmp_path / "big.csv", names, *[row] * 5_000)
    assert check_memory(OutlookSource().open(path, {})[0], 8 << 20) == 5_000
