"""Real cards that nobody here wrote: every one is read, with what its manifest says."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tui_import_vcard.source import VcardSource

from tests.plugins.reading import Reading, read
from tests.shared import SHARED, shared
from tui_import.api.testing import check_source
from tui_import.api.vcard import CardReader

FILES = sorted(path.name for path in (SHARED / "samples/vcard").glob("*.vcf")) or ["contacts.vcf"]


def expected(name: str) -> dict[str, Any]:
    with shared("samples/MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        for line in csv.reader(file, delimiter="\t"):
            if line and line[0] == f"vcard/{name}":
                facts: dict[str, Any] = next(json.loads(cell) for cell in line if cell.startswith("{"))
                return facts
    raise AssertionError(f"{name} is not in the manifest")


def column(got: Reading, *names: str) -> list[str]:
    """The filled cells of the first row in the columns of these names, "E-mail 2" being of the name "E-mail"."""
    cells = zip(got.names, got.values[0], strict=True)
    return [str(cell) for name, cell in cells if cell is not None and any(name in (each, *_numbered(each)) for each in names)]


def _numbered(name: str) -> list[str]:
    return [f"{name} {number}" for number in range(2, 9)]


@pytest.mark.parametrize("name", FILES)
def test_every_real_card_is_read_with_the_expected_facts(name: str) -> None:
    path, facts = shared(f"samples/vcard/{name}"), expected(name)
    got = read(VcardSource(), str(path))
    with path.open("rb") as stream:
        cards = list(CardReader(stream))

    assert len(got.rows) == len(cards) == (facts["cards"] or 1)
    assert not [finding for finding in got.findings if "passed over" in finding.message]
    assert {card.version for card in cards} == set(facts["versions"] or ["3.0"])
    if "fn" in facts:
        assert cards[0].text("FN") == facts["fn"].strip()
        emails = "; ".join(column(got, "E-mail", "Company e-mail")).split("; ")
        assert set(facts["emails"]) <= set(emails)
        phones = [each.text for each in cards[0].all("TEL")]
        assert set(facts["tels"]) <= set(phones)
        organisation = cards[0].first("ORG")
        assert ([part for part in organisation.parts() if part] if organisation else None) == (
            facts["org"] and [*filter(None, facts["org"])]
        )
        assert column(got, "Company") == (facts["org"][:1] if facts["org"] else [])


def sample(name: str, **options: str) -> Reading:
    return read(VcardSource(), str(shared(f"samples/vcard/{name}")), **options)


def test_apples_groups_labels_and_line_breaks() -> None:
    got = sample("John_Doe_MAC_ADDRESS_BOOK.vcf")
    assert column(got, "Last name", "Middle name") == ["Richter James", "Doe"]
    assert column(got, "Company postal address, line 1", "Company postal address, line 3") == ["Street4", "Floor 8"]
    assert column(got, "Web address") == ["http://www.ibm.com"]
    assert column(got, "Other details") == ["Spouse: Jenny"]
    assert "photo" in got.sentences


def test_outlooks_quoted_printable_and_certificates() -> None:
    got = sample("outlook-2007.vcf")
    [note] = column(got, "Note")
    assert note.split("\n")[1:] == [
        "I assume it encodes this text inside a NOTE vCard type.",
        "But I'm not sure because there's text formatting going on here.",
        "It does not preserve the formatting",
    ]
    assert column(got, "Birthday", "E-mail", "Fax") == ["mike.angstadt@gmail.com", "(111) 555-3333", "1922-03-10"]
    assert got.rows[0].changed == "2012-08-01T18:46:31Z"
    assert not any("MII" in str(cell) or "/9j" in str(cell) for cell in got.values[0])


def test_googles_many_numbers_and_addresses() -> None:
    got = sample("gmail-single2.vcf")
    assert column(got, "Mobile phone", "Direct phone", "Private phone") == ["5555551115", "5555551113", "5555551112"]
    assert len("; ".join(column(got, "Other phone")).split("; ")) == 6
    assert column(got, "Company postal address, line 1", "Private address, line 1") == ["113 Main St", "112 Main St"]
    assert "CustomAddressCategory: 115 Main St" in column(got, "Other details")[0]


def test_a_card_of_a_company_with_a_photo() -> None:
    got = sample("photo.vcf")
    assert column(got, "Company", "Company UID") == ["Apple Computer AG", "2E4CB084-4767-4C85-BBCA-805B1DCB1C8E:ABPerson"]
    assert column(got, "Full name", "First name", "Last name") == []


def test_encodings_windows_western_polish_and_utf_16() -> None:
    assert column(sample("johndoe.vcf"), "Last name") == ["Doë"]
    assert column(sample("thebat.vcf", encoding="cp1250"), "Last name") == ["Iksiński"]
    assert column(sample("utf-16_sample.vcf"), "Full name", "Private address, country") == ["Ǽgean ĽdaMonté", "Perú"]


def test_the_examples_of_the_standards() -> None:
    got = sample("rfc6350-example.vcf")
    assert column(got, "Birthday", "Gender", "Language") == ["--02-03", "male", "fr"]
    assert column(got, "Direct phone") == ["+1-418-656-9254 ext. 102"]
    assert [row.number for row in sample("rfc2426-example.vcf").rows] == [1, 13]


def test_the_whole_folder_is_one_address_book() -> None:
    folder: Path = shared("samples/vcard")
    [table] = check_source(VcardSource(), str(folder)).values()
    assert len(table.rows) == len(FILES) + 2


@pytest.mark.parametrize("name", ["msg", "strings", "xlsx"])
def test_hostile_files_of_other_kinds_are_refused_or_read_without_an_error(name: str, tmp_path: Path) -> None:
    folder = shared(f"hostile/{name}")
    for at, path in enumerate(sorted(each for each in folder.rglob("*") if each.is_file())[:20]):
        copy = tmp_path / f"{at}.vcf"
        copy.write_bytes(b"BEGIN:VCARD\nFN:Before\nEND:VCARD\n" + path.read_bytes()[:200_000])
        [table] = check_source(VcardSource(), str(copy)).values()
        assert table.rows[0].values[0] == "Before"
