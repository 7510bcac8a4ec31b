"""Columns find their fields by source, memory, header, the other columns and their values; what is uncertain stays open."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flow.mapping_support import CATALOGUE, VOCABULARY, columns, field_of, guesses, linked
from tui_import.api import NO_FIELD
from tui_import.flow.mapping import Memory, guess, link_guesses, remember
from tui_import.flow.mapping.memory import key_of
from tui_import.flow.mapping.values import Profile, count_vat_numbers
from tui_import.model.mapping import LINK_FROM, Evidence, Link, Mapping

COMPANIES = ["Hansen & Søn A/S", "Bygma A/S", "Jensen ApS", "Nordisk Byg A/S"]
PERSONS = ["Lars Hansen", "Mette Jensen", "Søren Skou", "Anne-Marie Holm"]
PHONES = ["+45 33 11 22 33", "44 33 22 11", "+47 22 33 44 55", "33 22 11 00"]
EMAILS = ["lars@x.dk", "mette@y.dk", "soren@z.dk", "amh@x.dk"]


class TestContext:
    """ "Name", "E-mail" and "Phone" mean what the rest of the file is about."""

    def test_in_a_file_of_companies_they_are_the_companys(self) -> None:
        assert linked("Kundenr", "Navn", "Telefon", "E-mail", "By", "Branche") == [
            "company.number",
            "company.name",
            "company.phone",
            "company.email",
            "company.postal_city",
            "company.business",
        ]

    def test_in_a_file_of_persons_they_are_the_persons(self) -> None:
        assert linked("Fornavn", "Efternavn", "Telefon", "E-mail", "Adresse", "By", "Land") == [
            "person.first_name",
            "person.last_name",
            "person.phone_direct",
            "person.email",
            "person.private_address_line1",
            "person.private_city",
            "person.country",
        ]

    def test_in_a_file_of_both_the_address_is_the_companys_and_the_email_the_persons(self) -> None:
        headers = ("Company", "Address", "City", "First name", "Last name", "E-mail")
        found = dict(zip(headers, linked(*headers), strict=True))
        assert found["Address"] == "company.postal_address_line1"
        assert found["City"] == "company.postal_city"
        assert found["E-mail"] == "person.email"

    def test_of_two_emails_each_goes_to_those_it_stands_among(self) -> None:
        headers = ("Firma", "CVR", "E-mail", "Kontaktperson", "Stilling", "E-mail")
        assert [field for field in linked(*headers) if field.endswith("email")] == ["company.email", "person.email"]

    def test_addresses_like_info_belong_to_the_company(self) -> None:
        roles = ["info@x.dk", "kontakt@y.dk", "salg@z.dk", "post@w.no"]
        assert linked("Firma", "Kontaktperson", "E-mail", values={"E-mail": roles})[2] == "company.email"

    @pytest.mark.parametrize(
        ("headers", "fields"),
        [
            (("Name", "Vorname", "Firma"), ["person.last_name", "person.first_name", "company.name"]),
            (("Naam", "Voornaam", "Bedrijf"), ["person.last_name", "person.first_name", "company.name"]),
            (("Nom", "Prénom", "Société"), ["person.last_name", "person.first_name", "company.name"]),
            (("Nombre", "Apellidos", "Empresa"), ["person.first_name", "person.last_name", "company.name"]),
            (("Navn", "Firma"), ["person.full_name", "company.name"]),
            (("Name", "Contact person"), ["company.name", "person.full_name"]),
            (("Name", "First name", "Last name", "Company"), ["person.full_name", "person.first_name", "person.last_name", "company.name"]),
        ],
    )
    def test_a_name_is_what_the_other_name_columns_leave(self, headers: tuple[str, ...], fields: list[str]) -> None:
        assert linked(*headers) == fields

    def test_a_lone_name_is_told_by_its_values(self) -> None:
        assert linked("Name", values={"Name": COMPANIES}) == ["company.name"]
        assert linked("Name", values={"Name": PERSONS}) == ["person.full_name"]

    def test_title_is_mr_or_ms_where_there_is_a_job_title(self) -> None:
        assert linked("Title", "First name", "Job title") == ["person.salutation", "person.first_name", "person.title"]
        assert linked("Title", "First name") == ["person.title", "person.first_name"]
        assert linked("Title", "First name", values={"Title": ["Mr", "Mrs.", "Dr."]})[0] == "person.salutation"

    def test_a_second_address_goes_to_the_second_line(self) -> None:
        assert linked("Firma", "Adresse", "Adresse") == ["company.name", "company.postal_address_line1", "company.postal_address_line2"]
        assert linked("Company", "Address 1", "Address 2", "Address 3")[1:] == [f"company.postal_address_line{n}" for n in (1, 2, 3)]

    def test_several_numbers_and_addresses_feed_one_multiple_field(self) -> None:
        assert linked("Fornavn", "E-mail", "E-mail 2", "Mobil", "Mobil 2")[1:] == [
            "person.email",
            "person.email",
            "person.mobile",
            "person.mobile",
        ]

    def test_the_number_of_our_own_id_is_never_linked_by_itself(self) -> None:
        found = guesses(["ID", "Firma"])[0]
        assert field_of(found) == ""
        assert found.link is not None
        assert found.link.field == "company.id"


class TestValues:
    """What the header does not say, the values may."""

    def test_a_file_without_headers_is_told_by_its_values(self) -> None:
        headers = ["c1", "c2", "c3", "c4"]
        values = dict(zip(headers, [COMPANIES, PERSONS, EMAILS, PHONES], strict=True))
        assert linked(*headers, values=values) == ["company.name", "person.full_name", "person.email", "person.phone_direct"]

    def test_company_numbers_are_known_by_their_check_digits(self) -> None:
        cvr = ["24256790", "DK61056416", "47458714", "22756214"]
        assert linked("Firma", "xyz", values={"xyz": cvr})[1] == "company.vat_number"
        assert linked("Firma", "xyz", values={"xyz": ["24256791", "61056417", "47458715", "22756215"]})[1] != "company.vat_number"

    def test_numbers_without_prefix_count_for_one_country_only(self) -> None:
        danish, norwegian = "24256790", "923609016"
        assert count_vat_numbers([danish, norwegian]) == 1
        assert count_vat_numbers([f"DK{danish}", f"NO{norwegian}MVA"]) == 2

    def test_misspelt_headers_are_linked_where_the_values_agree(self) -> None:
        found = guesses(["Firma", "Telefonn"], {"Telefonn": PHONES})[1]
        assert field_of(found) == "company.phone"
        assert found.link is not None
        assert found.link.evidence is Evidence.SIMILAR_HEADER

    def test_header_and_values_that_contradict_each_other_leave_the_column_open(self) -> None:
        found = guesses(["Firma", "E-mail"], {"E-mail": PHONES})[1]
        assert field_of(found) == ""
        assert found.link is not None
        assert found.link.field == "company.email"
        assert "4 of 4 values are telephone numbers" in found.link.reason

    @pytest.mark.parametrize(
        ("header", "values"),
        [
            ("Company name", EMAILS),
            ("First name", ["1971-06-24", "1980-01-02", "1999-12-31"]),
            ("VAT no.", EMAILS),
            ("Birthday", PERSONS),
            ("Mobile", PERSONS),
            ("Website", PERSONS),
            ("City", PHONES),
        ],
    )
    def test_no_header_wins_against_plain_values(self, header: str, values: list[str]) -> None:
        assert linked("Department", header, values={header: values})[1] == ""

    def test_a_few_odd_values_do_not_outweigh_a_header(self) -> None:
        assert linked("E-mail", values={"E-mail": [*EMAILS, "none", "?"]}) == ["person.email"]
        assert linked("E-mail", values={"E-mail": ["none", "?"]}) == ["person.email"]

    def test_a_year_alone_in_a_column_called_birth_day_is_no_birthday_but_a_full_date_is(self) -> None:
        assert linked("Birthday", values={"Birthday": ["24.06.1971", "1980-01-02", "3. maj 1990"]}) == ["person.birthdate"]
        assert linked("Birthday", values={"Birthday": ["15", "7", "30"]}) == [""]

    def test_googles_type_column_says_which_phone_it_is(self) -> None:
        headers = ["Given Name", "Phone 1 - Type", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value"]
        values = {"Phone 1 - Type": ["Mobile"], "Phone 2 - Label": ["* Home"]}
        assert linked(*headers, values=values)[2::2] == ["person.mobile", "person.phone_private"]


class TestEvidence:
    """Source before memory before header; each with its reason."""

    def test_what_the_source_says_is_linked_whatever_the_header(self) -> None:
        found = guess(columns(["Firma"], fields=["person.email"]), [[]], CATALOGUE, VOCABULARY)[0]
        assert found.link == Link(0, "person.email", Evidence.SOURCE, 1.0, "the source says so")

    def test_kinds_that_we_do_not_import_get_no_guesses(self) -> None:
        found = guess(columns(["Firma", "x"]), [COMPANIES, EMAILS], CATALOGUE, VOCABULARY, kind="products")
        assert [one.link for one in found] == [None, None]

    @pytest.mark.parametrize(
        ("headers", "fields"),
        [
            (("Varenummer", "Varenavn", "Pris"), ("product.code", "product.name", "product.list_price")),
            (("Varenummer", "Varenavn", "Pris", "EAN"), ("product.code", "product.name", "product.list_price", "product.item_number")),
            (("Varenummer", "Vare kode", "Varenavn"), ("product.item_number", "product.code", "product.name")),
            (("Varenr.", "Produktkode", "Listepris"), ("product.item_number", "product.code", "product.list_price")),
            (("Vare kode", "EAN", "Varenummer"), ("product.code", "product.item_number", None)),
        ],
    )
    def test_a_word_for_two_numbers_is_decided_by_the_other_columns(self, headers: tuple[str, ...], fields: tuple[str | None, ...]) -> None:
        found = guess(columns(list(headers)), [["A1"]] * len(headers), CATALOGUE, VOCABULARY, kind="products")
        assert tuple(one.link.field if one.link and one.link.confidence >= LINK_FROM else None for one in found) == fields
        assert found[headers.index("Varenummer" if "Varenummer" in headers else "Varenr.")].others or fields[-1] is None

    @pytest.mark.parametrize(
        ("headers", "fields"),
        [
            (("Currency", "Rate"), ("currency.iso_code", "currency.rate")),
            (("ISO code", "Currency", "Rate"), ("currency.iso_code", "currency.name", "currency.rate")),
            (("Valuta", "Valutakode", "Kurs"), ("currency.name", "currency.iso_code", "currency.rate")),
        ],
    )
    def test_a_currency_is_its_code_or_its_name_beside_a_code(self, headers: tuple[str, ...], fields: tuple[str, ...]) -> None:
        found = guess(columns(list(headers)), [[]] * len(headers), CATALOGUE, VOCABULARY, kind="currencies")
        assert tuple(field_of(each) for each in found) == fields

    def test_a_field_of_the_source_that_we_do_not_have_is_no_field(self) -> None:
        assert field_of(guess(columns(["Firma"], fields=["person.shoe_size"]), [[]], CATALOGUE, VOCABULARY)[0]) == "company.name"

    def test_reasons_name_header_field_and_language(self) -> None:
        link = guesses(["Firma", "Fornavn", "Efternavn"])[0].link
        assert link is not None
        assert link.reason == "header “Firma” means Company: Name (Danish)"
        assert guesses(["Q"], {"Q": EMAILS})[0].link.reason == "4 of 4 values are e-mail addresses"  # type: ignore[union-attr]

    def test_control_characters_of_a_header_do_not_reach_the_reason(self) -> None:
        reason = guesses(["Firma \x1b[2J\u202e", "Firma"])[0].link
        assert reason is None or reason.reason.isprintable()
        assert guesses(["Firma\x1b\x07"])[0].link.reason.isprintable()  # type: ignore[union-attr]

    def test_other_candidates_are_offered(self) -> None:
        assert [link.field for link in guesses(["Fornavn", "E-mail"])[1].others] == ["company.email"]

    def test_the_users_memory_goes_before_the_header(self) -> None:
        memory = remember(Memory(), Mapping((Link(0, "company.code"),)), columns(["Firma", "Land"], [["Bo"], ["Ib"]]))
        found = guesses(["Firma", "Land"], {"Firma": ["Ask"], "Land": ["Norge"]}, memory)
        assert [field_of(one) for one in found] == ["company.code", ""]
        assert found[0].link is not None
        assert found[0].link.evidence is Evidence.MEMORY

    def test_memory_is_of_header_and_kind_of_values(self) -> None:
        memory = remember(Memory(), Mapping((Link(0, "person.url"),)), columns(["Kontakt"], [["www.x.dk", "y.dk", "z.no"]]))
        assert field_of(guesses(["Kontakt"], {"Kontakt": ["www.a.dk", "b.dk", "c.no"]}, memory)[0]) == "person.url"
        assert field_of(guesses(["Kontakt"], {"Kontakt": PERSONS}, memory)[0]) == "person.full_name"

    def test_new_habits_replace_old_ones(self) -> None:
        memory = Memory()
        for field in ["company.code", "company.code", "company.code", "company.number", "company.number"]:
            memory = remember(memory, Mapping((Link(0, field),)), columns(["Ref"], [["a"]]))
        assert memory.recall("REF.", "text") == "company.number"

    def test_headers_that_are_data_are_not_remembered(self) -> None:
        assert key_of("lars@x.dk", "email") == ""
        assert key_of("+45 3311 2233", "phone") == ""
        assert key_of("", "text") == ""
        assert key_of("Firma ", "text") == key_of("FIRMA", "text") != ""


HEADER_POOL = ["Firma", "Name", "Navn", "E-mail", "Adresse", "Adresse 2", "By", "Titel", "Phone", "Fornavn", "Efternavn", "Land", "ID", ""]
VALUE_POOL = [
    [],
    COMPANIES,
    PERSONS,
    EMAILS,
    PHONES,
    ["1", "2", "3"],
    ["2020-01-01"] * 3,
    ["Norge", "Danmark", "Sverige"],
    ["\x00", "'", "\u202e"],
]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(HEADER_POOL) | st.text(max_size=12), st.sampled_from(VALUE_POOL)), max_size=12))
def test_no_two_columns_are_linked_to_one_field_of_one_value(pairs: list[tuple[str, list[str]]]) -> None:
    values = [column for _header, column in pairs]
    found = guess(columns([header for header, _values in pairs], values), values, CATALOGUE, VOCABULARY)
    assert [one.column for one in found] == list(range(len(pairs)))
    counts = Counter(link.field for link in link_guesses(found))
    assert all(count == 1 or CATALOGUE[field].multiple for field, count in counts.items())
    assert all(link.confidence >= LINK_FROM and link.reason for link in link_guesses(found))


@given(st.lists(st.text(max_size=20), max_size=20))
def test_shares_of_any_values_lie_between_nothing_and_all(values: list[str]) -> None:
    profile = Profile(values, VOCABULARY)
    for kind in (
        "email",
        "url",
        "phone",
        "date",
        "number",
        "boolean",
        "company",
        "person",
        "given_name",
        "salutation",
        "postal_code",
        "country",
    ):
        assert 0 <= profile.share(kind) <= 1
    assert bool(profile.kind) == bool(profile.total)


def test_a_column_that_the_source_knows_to_be_of_no_field_arrives_open_unless_the_user_linked_it_before() -> None:
    headers, names = ["First Name", "Last Name", "Chef"], [[], [], ["Anna Berg", "Karl Holm"]]
    described = columns(headers, names, ["person.first_name", "person.last_name", NO_FIELD])
    assert [field_of(found) for found in guess(described, names, CATALOGUE, VOCABULARY)][2] == ""
    undescribed = columns(headers, names, ["person.first_name", "person.last_name"])
    assert [field_of(found) for found in guess(undescribed, names, CATALOGUE, VOCABULARY)][2] == "person.full_name"
    memory = remember(Memory(), Mapping((Link(2, "person.our_contact"),)), columns(headers, names))
    assert [field_of(found) for found in guess(described, names, CATALOGUE, VOCABULARY, memory)][2] == "person.our_contact"
