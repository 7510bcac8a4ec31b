"""vCards of every version and program: each value arrives whole, in the field it belongs to."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tui_import_vcard.source import VcardSource

from tests.plugins.reading import read
from tui_import.api import NO_FIELD, SourceError, TuiImportError
from tui_import.api.testing import Conformance, check_golden, check_memory, check_source
from tui_import.api.vcard import COLUMNS, Card, CardReader, Contact, LeftOut, Sheet, Widths, contact, parse_card
from tui_import.config.shipped import load_catalogue


def cards(*lines: str, version: str = "3.0", encoding: str = "utf-8") -> list[Card]:
    """The cards of one text; lines without BEGIN are one card."""
    text = "\r\n".join(lines)
    if "BEGIN:VCARD" not in text:
        text = f"BEGIN:VCARD\r\nVERSION:{version}\r\n{text}\r\nEND:VCARD\r\n"
    return list(CardReader(io.BytesIO(text.encode(encoding))))


def person(*lines: str, version: str = "3.0") -> dict[str, list[str]]:
    """What a card says, by key."""
    [card] = cards(*lines, version=version)
    return contact(card).values


def save(folder: Path, *texts: str, name: str = "people.vcf") -> str:
    path = folder / name
    path.write_bytes("".join(texts).encode())
    return str(path)


def card_text(name: str, *lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", f"FN:{name}", *lines, "END:VCARD", ""])


# -- the text of a card


def test_folded_lines_are_joined_in_the_way_of_each_version() -> None:
    assert person("NOTE:one lo", " ng word", version="3.0")["note"] == ["one long word"]
    assert person("NOTE:several", " words", version="2.1")["note"] == ["several words"]
    assert person("ORG:Ac", "\tme A/S", version="4.0")["company"] == ["Acme A/S"]


def test_a_parameter_may_be_folded_too() -> None:
    assert person("TEL;TYPE=work,", " cell:+4533112233", version="4.0")["mobile"] == ["+4533112233"]


def test_quoted_printable_is_joined_over_soft_breaks_and_decoded_by_its_charset() -> None:
    values = person(
        "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=C5g=E5rd;S=F8ren;;;",
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caf=C3=A9=0D=0A=",
        "Second line=",
        " goes on",
        "TEL;CELL:12345678",
        version="2.1",
    )
    assert values["last_name"] == ["Ågård"]
    assert values["first_name"] == ["Søren"]
    assert values["note"] == ["Café\nSecond line goes on"]
    assert values["mobile"] == ["12345678"]


def test_android_writes_quoted_printable_that_ends_with_a_break_and_the_card_goes_on() -> None:
    values = person("N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;=E5=BC=A0=", "=E4=B8=89;;;", "TEL;CELL:1", version="2.1")
    assert values["first_name"] == ["张三"]
    [card] = cards("BEGIN:VCARD", "VERSION:2.1", "FN;ENCODING=QUOTED-PRINTABLE:Anna=", "END:VCARD")
    assert card.text("FN") == "Anna"


def test_backslashes_mean_what_their_version_says() -> None:
    assert person(r"NOTE:a\, b\; c\nd\\n", version="3.0")["note"] == ["a, b; c\nd\\n"]
    assert person(r"NOTE:C:\new\;x", version="2.1")["note"] == ["C:\\new;x"]
    assert person(r"ORG:Smith\; Sons;Sales\, EMEA")["company"] == ["Smith; Sons"]
    assert person(r"URL:http\://example.com")["url"] == ["http://example.com"]


def test_a_colon_and_a_semicolon_in_quotation_marks_belong_to_the_parameter() -> None:
    [card] = cards('ADR;LABEL="Hall: 1; left";TYPE=work:;;Street 1;Aarhus;;8000;DK', version="4.0")
    address = card.all("ADR")[0]
    assert address.parameters["LABEL"] == "Hall: 1; left"
    assert address.parts()[3] == "Aarhus"
    [card] = cards("TEL;TYPE=\"work,voice\";X-A=^'hi^':1", version="4.0")
    assert card.all("TEL")[0].types == {"work", "voice"}
    assert card.all("TEL")[0].parameters["X-A"] == '"hi"'


def test_a_line_break_that_nobody_marked_is_kept_in_the_text() -> None:
    assert person("NOTE:first", "second without a colon")["note"] == ["first\nsecond without a colon"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(end: str) -> None:
    text = end.join(["BEGIN:VCARD", "VERSION:3.0", "FN:Anna", "NOTE:a", " b", "END:VCARD", ""])
    [card] = CardReader(io.BytesIO(text.encode()))
    assert (card.text("FN"), card.text("NOTE")) == ("Anna", "ab")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_letters_arrive_in_every_encoding_of_unicode(encoding: str) -> None:
    [card] = cards("BEGIN:VCARD", "VERSION:3.0", "FN:Ægir Ölçer 张", "END:VCARD", encoding=encoding)
    assert card.text("FN") == "Ægir Ölçer 张"


def test_old_files_name_no_charset_and_their_encoding_is_found(tmp_path: Path) -> None:
    path = tmp_path / "old.vcf"
    path.write_bytes(card_text("Søren Ågård", "ORG:Smørrebrød ApS", version="2.1").encode("cp1252"))
    got = read(VcardSource(), str(path))
    assert got.values[0][0] == "Søren Ågård"
    assert got.facts["encoding"] == "cp1252"
    assert "Søren" in got.facts["sample"]


def test_the_encoding_can_be_said_where_the_guess_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "polish.vcf"
    path.write_bytes(card_text("Piotr Iksiński", version="2.1").encode("cp1250"))
    assert read(VcardSource(), str(path), encoding="cp1250").values[0][0] == "Piotr Iksiński"
    for name in ("klingon", "idna", "rot13", "hex", "undefined", "\0"):
        with pytest.raises(TuiImportError, match="not an encoding"):
            VcardSource().open(str(path), {"encoding": name})


def test_a_card_that_says_a_charset_which_it_is_not_in_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "wrong.vcf"
    path.write_bytes(b"BEGIN:VCARD\nFN;CHARSET=UTF-8:S\xf8ren\nNOTE;CHARSET=US-ASCII:\xc3\xa6\nEND:VCARD\n")
    assert read(VcardSource(), str(path)).values == [["Søren", "æ"]]


def test_letters_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "bytes.vcf"
    path.write_bytes(b"BEGIN:VCARD\nFN:S\x81ren\nEND:VCARD\n")
    assert "1 value has bytes that are not letters" in read(VcardSource(), str(path), encoding="cp1252").sentences


def test_a_lotus_card_that_names_the_charset_of_all_its_lines_is_believed() -> None:
    text = "BEGIN:VCARD\nX-LOTUS-CHARSET:ISO-8859-2\nFN:Piotr Iksiński\nEND:VCARD\n"
    [card] = CardReader(io.BytesIO(text.encode("iso8859-2")))
    assert card.text("FN") == "Piotr Iksiński"


# -- cards within cards, broken cards, pictures


def test_the_agent_of_a_card_is_no_card_of_its_own_and_changes_none_of_its_values() -> None:
    found = cards(
        "BEGIN:VCARD", "VERSION:2.1", "N:Berg;Anna", "AGENT:", "BEGIN:VCARD", "N:Friday;Fred", "AGENT:", "BEGIN:VCARD", "FN:Deeper",
        "END:VCARD", "TEL:999", "END:VCARD", "TEL;WORK:111", "END:VCARD", "BEGIN:VCARD", "VERSION:3.0", "FN:Bo",
        r"AGENT:BEGIN:VCARD\nFN:Susan\nEND:VCARD\n", "TEL:222", "END:VCARD",
    )  # fmt: skip
    assert [(contact(card).name, [each.text for each in card.all("TEL")]) for card in found] == [("Anna Berg", ["111"]), ("Bo", ["222"])]


def test_a_bad_card_is_named_and_passed_over_and_the_others_are_read(tmp_path: Path) -> None:
    path = save(
        tmp_path,
        card_text("Anna", "EMAIL:a@example.com"),
        "\n",
        card_text("", "X-NOTHING:1"),
        "BEGIN:VCARD\nFN:Has no end\n",
        card_text("Bo"),
        "BEGIN:VCARD\nFN:Breaks off\nTEL:12",
    )
    got = read(VcardSource(), path)
    assert [row.values[0] for row in got.rows] == ["Anna", "Has no end", "Bo"]
    assert [(finding.row, finding.message) for finding in got.findings] == [
        (7, "The card names nobody and was passed over."),
        (18, "The card “Breaks off” breaks off or is too large, and was passed over."),
    ]


def test_a_thousand_bad_cards_are_counted_and_fifty_named(tmp_path: Path) -> None:
    got = read(VcardSource(), save(tmp_path, card_text("Anna"), *[card_text("")] * 1000))
    assert len(got.findings) == 51
    assert "1000" in got.findings[-1].message


def test_a_card_of_endless_properties_is_passed_over_by_name() -> None:
    reader = CardReader(io.BytesIO(("BEGIN:VCARD\nFN:Huge\n" + "TEL:1\n" * 6000 + "END:VCARD\n" + card_text("Bo")).encode()))
    assert [card.text("FN") for card in reader] == ["Bo"]
    assert [name for _line, name in reader.notes.unreadable] == ["Huge"]


def test_photos_are_not_imported_and_it_says_so(tmp_path: Path) -> None:
    photo = ["PHOTO;ENCODING=BASE64;TYPE=JPEG:", *[" " + "/9j4AAQ" * 10] * 20, "", "NOTE:after it"]
    got = read(VcardSource(), save(tmp_path, card_text("Anna", *photo, version="2.1"), card_text("Bo", "PHOTO:data:image/png;base64,AAAA")))
    assert got.sentences == "2 cards have photos, which are not imported."
    assert [name for name in got.names if "hoto" in name] == []
    assert "after it" in got.values[0]


def test_lists_of_cards_are_no_contacts(tmp_path: Path) -> None:
    lines = [card_text("Team", "KIND:group", "MEMBER:urn:uuid:1", version="4.0"), card_text("Anna")]
    lines.append(card_text("Friends", "X-ADDRESSBOOKSERVER-KIND:group"))
    got = read(VcardSource(), save(tmp_path, *lines))
    assert [row.values[0] for row in got.rows] == ["Anna"]
    assert got.sentences.startswith("2 cards are groups")


def test_lines_outside_of_cards_are_counted(tmp_path: Path) -> None:
    got = read(VcardSource(), save(tmp_path, "This: is my address book\n", card_text("Anna"), "X:1\n"))
    assert got.sentences == "2 lines belong to no card."


# -- which value belongs to which field


def test_every_column_has_a_field_of_the_catalogue_or_says_that_it_has_none() -> None:
    catalogue = load_catalogue()
    for column in Sheet().columns:
        assert column.field == NO_FIELD or column.field in catalogue, column
    assert [column.name for column in COLUMNS if column.field == NO_FIELD] == ["Name suffix", "Nickname", "Other details"]
    assert all(catalogue[column.field].multiple for column in COLUMNS if column.most > 1)


def test_a_name_is_taken_apart_with_its_titles() -> None:
    values = person("N:Berg;Anna;Maria,Elise;Mrs. Prof. Dr.;Jr.,Ph.D.", "FN:Anna M. Berg", "NICKNAME:Annie,Ann")
    assert values["full_name"] == ["Anna M. Berg"]
    assert [values[key] for key in ("first_name", "middle_name", "last_name")] == [["Anna"], ["Maria Elise"], ["Berg"]]
    assert (values["salutation"], values["academic_title"], values["suffix"]) == (["Mrs."], ["Prof. Dr. Ph.D."], ["Jr."])
    assert values["nickname"] == ["Annie, Ann"]


def test_a_persons_organisation_is_the_company_and_its_unit_the_department() -> None:
    values = person("FN:Anna", "ORG:Acme A/S;Sales;North", "ORG:Bolt ApS", "TITLE:Manager", "ROLE:Buyer")
    assert (values["company"], values["department"], values["title"]) == (["Acme A/S"], ["Sales, North"], ["Manager"])
    assert values["details"] == ["Role: Buyer", "Organisation: Bolt ApS"]
    assert person("FN:Anna", "ROLE:Buyer")["title"] == ["Buyer"]


@pytest.mark.parametrize(
    "lines",
    [
        ("N:;;;;", "FN:Acme A/S", "ORG:Acme A/S;"),
        ("ORG:Acme A/S",),
        ("N:Acme A/S;;;;", "FN:Acme A/S", "ORG:Acme A/S"),
        ("FN:acme a/s", "ORG:Acme A/S"),
        ("N:Berg;Anna;;;", "FN:Acme A/S", "ORG:Acme A/S", "X-ABShowAs:COMPANY"),
        ("KIND:org", "FN:Acme A/S"),
    ],
)
def test_a_card_of_a_company_becomes_a_company_with_its_own_numbers(lines: tuple[str, ...]) -> None:
    reach = ("UID:c7", "TEL;TYPE=work:11", "TEL;TYPE=fax:22", "EMAIL:post@acme.dk", "URL:acme.dk", "NOTE:Good payer", "CATEGORIES:Customer")
    [card] = cards(*lines, *reach, "ADR;TYPE=work:;;Street 1;Aarhus;;8000;DK", version="4.0")
    found = contact(card)
    assert found.is_company
    assert {key: texts for key, texts in found.values.items() if key != "details"} == {
        "company": [lines[1].partition(":")[2] if lines[0].startswith("KIND") else "Acme A/S"], "company_uid": ["c7"],
        "company_phone": ["11"],
        "company_fax": ["22"], "company_email": ["post@acme.dk"], "company_url": ["acme.dk"], "company_note": ["Good payer"],
        "company_interests": ["Customer"], "postal_line1": ["Street 1"], "postal_city": ["Aarhus"], "postal_code": ["8000"],
        "company_country": ["DK"],
    }  # fmt: skip


def test_a_person_without_a_divided_name_is_a_person_also_where_an_organisation_is_named() -> None:
    [card] = cards("FN:Frank Dawson", "ORG:Lotus")
    assert not contact(card).is_company
    assert contact(card).values["full_name"] == ["Frank Dawson"]


def test_telephone_numbers_go_by_their_kind_and_the_preferred_one_comes_first() -> None:
    values = person(
        "TEL;TYPE=work:1", "TEL;TYPE=work,pref:2", "TEL;TYPE=home:3", "TEL;TYPE=cell,work:4", "TEL;TYPE=fax,work:5", "TEL:6",
        "TEL;TYPE=pager:7", "item1.TEL:8", "item1.X-ABLabel:_$!<Mobile>!$_", "item2.TEL:9", "item2.X-ABLabel:Boat",
    )  # fmt: skip
    assert [values[key] for key in ("phone_direct", "phone_private", "mobile", "fax", "phone_other")] == [
        ["2", "1"], ["3"], ["4", "8"], ["5"], ["6", "7", "9"],
    ]  # fmt: skip
    assert person("TEL;VALUE=uri;TYPE=home:tel:+1-418-656-9254;ext=102", version="4.0")["phone_private"] == ["+1-418-656-9254 ext. 102"]


def test_the_address_at_work_is_the_companys_and_the_one_at_home_the_persons() -> None:
    values = person(
        "FN:Anna", "ORG:Acme", "ADR;TYPE=home:;;Home 1\\nLeft;Odense;;5000;Denmark",
        "ADR;TYPE=work:Box 7;2nd floor;Work 1;New York;NY;10001;USA",
        "item1.ADR:;;Cottage 1;Skagen;;9990;", "item1.X-ABLabel:Summer",
    )  # fmt: skip
    assert [values[f"private_{key}"] for key in ("line1", "line2", "city", "code")] == [["Home 1"], ["Left"], ["Odense"], ["5000"]]
    assert [values[f"postal_{key}"] for key in ("line1", "line2", "line3", "state")] == [["Work 1"], ["2nd floor"], ["Box 7"], ["NY"]]
    assert (values["company_country"], values["person_country"]) == (["USA"], ["Denmark"])
    assert values["details"] == ["Summer: Cottage 1, 9990 Skagen"]


def test_an_address_is_never_lost_for_want_of_a_company() -> None:
    assert person("FN:Anna", "ADR;TYPE=work:;;Work 1;Odense;;5000;")["private_city"] == ["Odense"]


def test_a_region_that_is_no_code_stands_as_county_and_long_lines_are_divided() -> None:
    values = person("ORG:A", f"ADR;TYPE=work:;;{'long street ' * 10};Montréal;Québec;H1A;", "item1.X-ABADR:ca")
    assert values["postal_county"] == ["Québec"]
    assert all(len(values[f"postal_line{at}"][0]) <= 79 for at in (1, 2))
    assert person("ORG:A", "item1.ADR;TYPE=work:;;S;T;;1;", "item1.X-ABADR:ca")["company_country"] == ["CA"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19800322", "1980-03-22"), ("1980-03-22", "1980-03-22"), ("--0203", "--02-03"), ("--02-29", "--02-29"), ("1980-03", "1980-03"),
        ("1980", "1980"), ("1996-10-22T14:00:00Z", "1996-10-22"), ("1604-05-06", "--05-06"), ("1980-13-01", ""), ("---03", ""),
        ("spring", ""),
    ],
)  # fmt: skip
def test_birthdays_are_read_whole_and_in_part(text: str, expected: str) -> None:
    values = person("FN:Anna", f"BDAY:{text}")
    assert values.get("birthdate", [""]) == [expected]
    assert ("details" in values) is not bool(expected)


def test_what_no_field_is_for_is_kept_beside_the_fields() -> None:
    values = person(
        "FN:Anna", "item1.X-ABRELATEDNAMES:Jenny", "item1.X-ABLabel:_$!<Spouse>!$_", "X-MS-MANAGER:Big Blue", "X-CUSTOMER-SINCE:1999",
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Annie;1;;;;;;;;;;;;;", "PRODID:-//X", "X-ABUID:7",
    )  # fmt: skip
    assert values["details"] == ["Spouse: Jenny", "Manager: Big Blue", "X-CUSTOMER-SINCE: 1999"]
    assert values["nickname"] == ["Annie"]


def test_chat_categories_gender_language_and_web_addresses_have_their_fields() -> None:
    values = person(
        "FN:Anna", "ORG:Acme", "IMPP;X-SERVICE-TYPE=Skype:skype:anna", "X-JABBER:anna@example.com",
        "CATEGORIES:Customer,Wine\\, red,myContacts",
        "GENDER:F;woman", "LANG;PREF=2:en", "LANG;PREF=1:da", "URL;TYPE=work:https://acme.dk", "URL:https://anna.dk",
        "X-SOCIALPROFILE;TYPE=linkedin:https://linkedin.com/in/anna",
    )  # fmt: skip
    assert values["chat"] == ["Skype: anna", "Jabber: anna@example.com"]
    assert values["interests"] == ["Customer; Wine, red"]
    assert (values["gender"], values["language"]) == (["female"], ["da"])
    assert values["company_url"] == ["https://acme.dk"]
    assert values["url"] == ["https://anna.dk", "https://linkedin.com/in/anna"]


def test_the_uid_is_the_key_and_the_revision_a_moment_that_sorts(tmp_path: Path) -> None:
    lines = ["UID:urn:uuid:1", "REV:20240102T030405+0100"]
    got = read(VcardSource(), save(tmp_path, card_text("Anna", *lines), card_text("Bo", "REV:2024-01-02T03:04:05.123Z"), card_text("Cia")))
    assert [(row.key, row.changed) for row in got.rows] == [
        ("urn:uuid:1", "2024-01-02T02:04:05Z"), ("", "2024-01-02T03:04:05Z"), ("", ""),
    ]  # fmt: skip
    assert "UID" in got.names


# -- columns


def test_only_filled_columns_are_shown_unless_all_are_wanted(tmp_path: Path) -> None:
    path = save(tmp_path, card_text("Anna", "EMAIL:a@x.dk", "EMAIL:b@x.dk"))
    assert read(VcardSource(), path).names == ["Full name", "E-mail", "E-mail 2"]
    everything = read(VcardSource(), path, columns="all")
    assert len(everything.names) == sum(column.most for column in COLUMNS)
    assert everything.values[0][everything.names.index("E-mail 2")] == "b@x.dk"


def test_more_values_than_columns_stand_in_the_last_one() -> None:
    made = Contact("Anna", values={"email": [f"{at}@x.dk" for at in range(6)]})
    row = Sheet().row(1, made)
    assert "3@x.dk; 4@x.dk; 5@x.dk" in row.values


def test_what_comes_after_the_first_look_and_has_no_column_is_among_the_details() -> None:
    widths = Widths()
    widths.see(Contact("Anna", values={"full_name": ["Anna"]}))
    sheet = Sheet(widths.most, complete=False)
    assert [column.name for column in sheet.columns] == ["Full name", "Other details"]
    assert sheet.row(1, Contact("Bo", values={"full_name": ["Bo"], "fax": ["1", "2"]})).values == ["Bo", "Fax: 1; 2"]


# -- files


def test_a_folder_of_cards_is_one_table(tmp_path: Path) -> None:
    save(tmp_path, card_text("Bo"), name="b.vcf")
    save(tmp_path, card_text("Anna"), "BEGIN:VCARD\nFN:Half", name="a.VCF")
    save(tmp_path, "x", name="readme.txt")
    got = read(VcardSource(), str(tmp_path))
    assert [(row.number, row.values[0]) for row in got.rows] == [(1, "Anna"), (2, "Bo")]
    assert got.findings[0].message.startswith("a.VCF:5: ")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no vCard"):
        VcardSource().open(str(tmp_path / "empty"), {})


def test_a_file_of_another_kind_with_this_ending_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = save(tmp_path, "##fileformat=VCFv4.2\n#CHROM\tPOS\n")
    with pytest.raises(SourceError, match="no vCard"):
        VcardSource().open(path, {})
    assert VcardSource().recognises(b"##fileformat=VCFv4.2") == 0
    assert VcardSource().recognises("BEGIN:VCARD".encode("utf-16")) == 1


def test_one_card_of_a_server_is_read_from_its_text() -> None:
    card = parse_card(card_text("Anna"))
    assert card is not None
    assert card.text("FN") == "Anna"
    assert parse_card("nothing") is None


def test_findings_say_nothing_where_nothing_was_left_out() -> None:
    assert LeftOut().findings() == []


# -- the contract


def test_the_table_of_the_guide_reads_cards(address_book: str) -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs/plugin-guide.md").read_text(encoding="utf-8")
    block = next(text for text in guide.split("```python\n") if "class Cards(Table)" in text.partition("```")[0])
    names: dict[str, Any] = {}
    exec(block.partition("```")[0], names)
    table = names["Cards"](address_book)
    assert [row.values[0] for row in table.rows()] == ["Søren Ågård", None, "Bo"]
    assert [finding.message for finding in table.findings()] == [
        "The card “Half” breaks off or is too large, and was passed over.",
        "1 card has a photo, which is not imported.",
    ]


@pytest.fixture
def address_book(tmp_path: Path) -> str:
    photo = "PHOTO;ENCODING=b:" + "AAAA" * 20
    return save(
        tmp_path,
        card_text("Søren Ågård", "N:Ågård;Søren", "UID:1", "ORG:Acme;Sales", "TEL;TYPE=cell:12", "NOTE:a\\nb", photo),
        card_text("Acme", "ORG:Acme", "UID:2", version="4.0"),
        card_text("Bo", "NOTE;ENCODING=QUOTED-PRINTABLE:=C3=A6=", "=C3=B8", version="2.1"),
        "BEGIN:VCARD\nFN:Half",
    )


@pytest.mark.parametrize("rule", Conformance.rules)
def test_vcards_keep_the_contract(rule: str, address_book: str, tmp_path: Path) -> None:
    Conformance(VcardSource(), address_book, tmp_path).check(rule)


def test_what_was_read_once_is_read_again(address_book: str, tmp_path: Path) -> None:
    golden = tmp_path / "golden"
    check_golden(VcardSource(), address_book, golden)
    check_golden(VcardSource(), address_book, golden)
    assert "Søren Ågård" in golden.read_text(encoding="utf-8")


class Endless(io.RawIOBase):
    """So many cards, with photos, that are made while they are read."""

    def __init__(self, cards: int) -> None:
        self._parts = self._cards(cards)
        self._rest = b""

    @staticmethod
    def _cards(cards: int) -> Iterator[bytes]:
        for number in range(cards):
            yield f"BEGIN:VCARD\nVERSION:3.0\nFN:Anna {number}\nPHOTO;ENCODING=b:AAAA\n".encode()
            yield (b" " + b"A" * 74 + b"\n") * 3000
            yield b"NOTE:" + b"x" * 300_000 + b"\nEND:VCARD\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        self._rest = self._rest or next(self._parts, b"")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def test_a_file_of_any_size_is_read_in_flat_memory() -> None:
    tracemalloc.start()
    try:
        reader = CardReader(io.BufferedReader(Endless(100)))
        assert sum(1 for _card in reader) == 100
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert reader.notes.pictures == 100
    assert peak < 8 << 20, "50 MB of cards"


@pytest.mark.slow
def test_many_cards_of_a_file_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "many.vcf"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(card_text(f"Anna {number}", "ORG:Acme", f"EMAIL:a{number}@x.dk", "NOTE:" + "n" * 1500) for number in range(5_000))
    [table] = VcardSource().open(str(path), {})
    assert check_memory(table, most=16 << 20) == 5_000
    expected = table.expected_rows()
    assert expected is not None
    assert 4_500 < expected < 5_500, "reckoned from the part that was looked at"


def test_reading_a_line_without_an_end_costs_no_memory() -> None:
    class Line(Endless):
        @staticmethod
        def _cards(cards: int) -> Iterator[bytes]:
            yield b"BEGIN:VCARD\nFN:Anna\nNOTE:"
            for _part in range(cards):
                yield b"x" * 60_000
            yield b"\nTEL:1\nEND:VCARD\n"

    tracemalloc.start()
    try:
        [card] = CardReader(io.BufferedReader(Line(1000)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [each.text for each in card.all("TEL")] == ["1"]
    assert peak < 12 << 20, "60 MB in one line"


def test_all_values_of_a_source_are_texts_or_nothing(address_book: str) -> None:
    [table] = check_source(VcardSource(), address_book).values()
    assert {type(value) for row in table.rows for value in row.values} == {str, type(None)}
