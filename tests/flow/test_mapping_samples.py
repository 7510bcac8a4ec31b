"""Files that other programs really wrote: their columns find their fields. Skipped where the samples are absent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.mapping_support import CATALOGUE, VOCABULARY, columns, field_of, guess_csv, linked
from tests.shared import shared
from tui_import.flow.folding import words
from tui_import.flow.mapping import guess

LANGUAGES = ("en", "da", "sv", "de", "nl", "fr", "es", "es_ES")

FIELDS = {
    "namePrefix": "person.salutation", "firstName": "person.first_name", "middleName": "person.middle_name",
    "lastName": "person.last_name", "fullName": "person.full_name", "firstName,middleName,lastName": "person.full_name",
    "company": "company.name", "department": "person.department", "jobTitle": "person.title", "workCity": "company.postal_city",
    "workState": "company.postal_state", "workPostalCode": "company.postal_code", "workCountry": "company.country",
    "homeCity": "person.private_city", "homeState": "person.private_state", "homePostalCode": "person.private_code",
    "homeCountry": "person.country", "workFax": "person.fax company.fax", "homeFax": "person.fax", "otherFax": "person.fax",
    "workPhone": "person.phone_direct company.phone", "workPhone2": "person.phone_direct", "callbackPhone": "person.phone_other",
    "carPhone": "person.phone_other", "companyPhone": "company.phone", "homePhone": "person.phone_private",
    "homePhone2": "person.phone_private", "isdn": "person.phone_other", "mobilePhone": "person.mobile",
    "otherPhone": "person.phone_other", "pager": "person.phone_other",
    "radioPhone": "person.phone_other person.mobile person.phone_direct", "ttyTDDPhone": "person.phone_other",
    "birthday": "person.birthdate", "email": "person.email", "email2": "person.email", "email3": "person.email",
    "gender": "person.gender", "initials": "person.initials", "language": "person.language", "notes": "person.note",
    "keywords": "person.interests", "aimId": "person.chat", "workURL": "company.url person.url", "homeURL": "person.url company.url",
}  # fmt: skip
"""Zimbra's name of a column → our fields that are right for it."""
OPEN = words(
    "nickname nameSuffix otherStreet otherCity otherState otherPostalCode otherCountry assistant telex account anniversary assistantName "
    "billingInfo children hobby location managerName mileage otherPOBox profession referredBy sensitivity spouse custom1 custom2 custom3 "
    "custom4 homePOBox"
)
"""Columns that no field of ours holds."""
STREETS = {"workStreet": "company.postal_address_line", "homeStreet": "person.private_address_line"}


def _header_sets() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """(program, language, [(header, right fields)]) for each export of the table; fields that are open stay empty, "?" is not asked."""
    lines = shared("samples/headers/outlook_thunderbird_headers_by_locale.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [[*line.split("\t"), ""][:5] for line in lines]
    for program in ("outlook-2003-csv", "thunderbird-csv", "windows-live-mail-csv"):
        for language in LANGUAGES:
            wanted = [pair for row in rows if row[:2] == [program, language] for pair in _wanted(row[2], row[3], row[4] == "multivalue")]
            if wanted:
                yield program, language, wanted


def _wanted(header: str, name: str, several: bool) -> Iterator[tuple[str, str]]:
    headers = _split(header) if several else [header]
    for line, one in enumerate(headers, 1):
        if name in STREETS:
            # a whole address beside its street is a second way to say the same: left open
            yield one, f"{STREETS[name]}{line}" if several else f"{STREETS[name]}1 {STREETS[name]}2 -"
        elif name == "birthday" and several:
            yield one, "?"
        else:
            yield one, FIELDS.get(name, "" if name in OPEN else "?")


def _split(headers: str) -> list[str]:
    """The columns of one field; Dutch and Swedish headers have commas themselves."""
    parts = headers.split(",")
    columns_ = 3 if len(parts) % 3 == 0 else 2
    size = len(parts) // columns_
    return [",".join(parts[start : start + size]) for start in range(0, len(parts), size)]


def test_exports_of_mail_programs_in_seven_languages_arrive_linked() -> None:
    shares, wrong = {}, []
    for program, language, wanted in _header_sets():
        headers = [header for header, _fields in wanted]
        found = [field_of(one) for one in guess(columns(headers), [[]] * len(headers), CATALOGUE, VOCABULARY)]
        asked = [(header, fields, field) for (header, fields), field in zip(wanted, found, strict=True) if fields != "?"]
        misses = [one for one in asked if (one[2] or "-") not in (one[1].split() or ["-"])]
        shares[program, language] = 1 - len(misses) / len(asked)
        wrong += [(program, language, *miss) for miss in misses]
    assert len(shares) == 21
    assert sum(shares.values()) / len(shares) >= 0.98, wrong
    # Thunderbird's French export calls the city, region and post code of both addresses alike
    assert {key: share for key, share in shares.items() if share < 0.97} .keys() <= {("thunderbird-csv", "fr")}, wrong


def test_all_columns_of_the_crm_template_are_linked() -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(shared("samples/superoffice/import-template-for-contacts.xlsx")).active
    rows = list(sheet.iter_rows(values_only=True))
    headers = [str(cell) for cell in rows[0] if cell is not None]
    values = {header: [str(row[i]) for row in rows[1:] if row[i] is not None] for i, header in enumerate(headers)}
    assert dict(zip(headers, linked(*headers, values=values), strict=True)) == {
        "Company name": "company.name", "Category": "company.category", "Business": "company.business", "Company number": "company.number",
        "VAT no.": "company.vat_number", "Address line 1": "company.postal_address_line1", "Address line 2": "company.postal_address_line2",
        "Zip code": "company.postal_code", "City": "company.postal_city", "Country": "company.country", "Telephone": "company.phone",
        "Company email": "company.email", "Web site": "company.url", "Contact Full name": "person.full_name",
        "Contact First name": "person.first_name", "Contact Last name": "person.last_name", "Contact number": "person.number",
        "Contact Title": "person.title", "Contact Mobile": "person.mobile", "Contact email": "person.email",
    }  # fmt: skip


LISTINGS = {
    "symbol": "company.code", "name": "company.name", "summary": "company.note", "industry": "company.business",
    "country": "company.country", "state": "company.postal_state", "city": "company.postal_city", "zipcode": "company.postal_code",
    "website": "company.url",
}  # fmt: skip


@pytest.mark.parametrize("exchange", ["OSL", "ICE", "AMS", "VIE", "TAL"])
def test_lists_of_companies_arrive_as_companies(exchange: str) -> None:
    found = guess_csv(shared(f"samples/companies/{exchange}.csv"))
    assert {header: field for header, field in found.items() if field} == LISTINGS


@pytest.mark.parametrize(
    ("file", "fields"),
    [
        ("companies/test_names.csv", {"": "", "company_name": "company.name", "country": "company.country"}),
        ("crm_export/companies.csv", {"name": "company.name", "account_owner_email": ""}),
        (
            "crm_export/exampleFile.csv",
            {"firstname": "person.first_name", "lastname": "person.last_name", "years": "", "team": "person.department", "manager": "",
             "email": "person.email"},
        ),
        (
            "persons/fake_1000.csv",
            {"unique_id": "person.external_key", "first_name": "person.first_name", "surname": "person.last_name",
             "dob": "person.birthdate", "city": "person.private_city", "email": "person.email", "cluster": ""},
        ),
        (
            "google_csv/google_old_short.csv",
            {"Name": "person.full_name", "Given Name": "person.first_name", "Additional Name": "person.middle_name",
             "Family Name": "person.last_name", "E-mail 1 - Type": "", "E-mail 1 - Value": "person.email", "Phone 1 - Type": "",
             "Phone 1 - Value": "person.mobile", "Organization 1 - Name": "company.name", "Organization 1 - Title": "person.title"},
        ),
    ],
)  # fmt: skip
def test_exports_of_other_programs_arrive_linked(file: str, fields: dict[str, str]) -> None:
    assert guess_csv(shared(f"samples/{file}")) == fields


@pytest.mark.parametrize(
    ("file", "fields"),
    [
        (
            "google_csv/gmail.csv",
            {"Phone 3 - Value": "person.phone_private", "Phone 5 - Value": "person.mobile", "Address 1 - City": "person.private_city",
             "Address 2 - City": "", "Organization 1 - Name": "company.name", "Website 1 - Value": "company.url", "Group Membership": ""},
        ),
        (
            "google_csv/google_new_layout_ragged.csv",
            {"First Name": "person.first_name", "Organization Name": "company.name", "Organization Title": "person.title",
             "E-mail 1 - Value": "person.email", "Labels": "", "Phonetic First Name": ""},
        ),
        (
            "outlook_csv/all.csv",
            {"Title": "person.salutation", "Job Title": "person.title", "Business Street": "company.postal_address_line1",
             "Home Zip": "person.private_code", "Email Work": "person.email", "IM Skype": "person.chat", "Website Work": "company.url"},
        ),
        ("outlook_csv/tb_plain.csv", {"Work Address 2": "company.postal_address_line2", "Mobile Number": "person.mobile", "Custom 1": ""}),
    ],
)  # fmt: skip
def test_address_books_arrive_linked(file: str, fields: dict[str, str]) -> None:
    found = guess_csv(shared(f"samples/{file}"))
    assert {header: found[header] for header in fields} == fields
