"""Headers of nine languages are understood, however they are written."""

from __future__ import annotations

import tomllib
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flow.mapping_support import CATALOGUE, VOCABULARY, linked
from tui_import.config import shipped_folder
from tui_import.flow.mapping.headers import Vocabulary, plain, readings, squash, tokens
from tui_import.model.kinds import KEYED

HEADERS = sorted((shipped_folder() / "headers").glob("*.toml"))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Company name*", "company name"),
        ("company_name", "company name"),
        ("CompanyName", "company name"),
        ("  COMPANY-NAME ", "company name"),
        ("E-mail 1 - Value", "e mail 1 value"),
        ("Telefon (Mobil)", "telefon mobil"),
        ("VATNumber", "vat number"),
        ("Customer #", "customer no"),
        ("N° TVA", "no tva"),
        ("Straße", "strasse"),
        ("Ko\u0308ln", "köln"),
        ("\ufeffNavn\u200b", "navn"),
        ("", ""),
        ("***", ""),
    ],
)
def test_a_header_is_taken_apart_whatever_its_punctuation(header: str, words: str) -> None:
    assert " ".join(tokens(header)) == words


@given(st.text(max_size=300))
def test_any_text_can_stand_in_a_header(text: str) -> None:
    folded = squash(text)
    assert folded == folded.strip()
    assert plain(plain(folded)) == plain(folded)
    readings(text, VOCABULARY)


@given(st.sampled_from(sorted(alias for alias in VOCABULARY.aliases if alias.isascii())))
def test_case_and_stars_do_not_hide_a_known_header(alias: str) -> None:
    assert readings(f" {alias.upper()} * ", VOCABULARY)


IMPORTANT = {
    "en": "Company name=company.name VAT no.=company.vat_number Customer no.=company.number First name=person.first_name "
    "Last name=person.last_name Job title=person.title Mobile phone=person.mobile Date of birth=person.birthdate "
    "Business Phone=person.phone_direct Home Phone=person.phone_private Business Street=company.postal_address_line1",
    "da": "Firma=company.name CVR-nr.=company.vat_number Kundenr.=company.number Fornavn=person.first_name Efternavn=person.last_name "
    "Stilling=person.title Mobil=person.mobile Fødselsdag=person.birthdate Kontaktperson=person.full_name "
    "Telefon (arbejde)=person.phone_direct Telefon (privat)=person.phone_private Gade (arbejde)=company.postal_address_line1",
    "no": "Bedrift=company.name Org.nr=company.vat_number Kundenummer=company.number Fornavn=person.first_name Etternavn=person.last_name "
    "Stilling=person.title Mobiltelefon=person.mobile Fødselsdato=person.birthdate Telefon (arbeid)=person.phone_direct "
    "Telefon (privat)=person.phone_private Besøksadresse=company.street_address_line1",
    "sv": "Företag=company.name Organisationsnummer=company.vat_number Kundnr=company.number Förnamn=person.first_name "
    "Efternamn=person.last_name Befattning=person.title Mobilnummer=person.mobile Födelsedag=person.birthdate "
    "Telefon, arbete=person.phone_direct Telefon, hem=person.phone_private",
    "de": "Firma=company.name USt-IdNr.=company.vat_number Kd-Nr.=company.number Vorname=person.first_name Nachname=person.last_name "
    "Position=person.title Handy=person.mobile Geburtsdatum=person.birthdate Ansprechpartner=person.full_name Anrede=person.salutation "
    "Telefon geschäftlich=person.phone_direct Telefon privat=person.phone_private",
    "nl": "Bedrijf=company.name BTW-nummer=company.vat_number KvK-nummer=company.vat_number Klantnummer=company.number "
    "Voornaam=person.first_name Achternaam=person.last_name Functie=person.title Mobiel=person.mobile Geboortedatum=person.birthdate "
    "Telefoon op werk=person.phone_direct Telefoon thuis=person.phone_private",
    "fr": "Société=company.name N° TVA=company.vat_number SIRET=company.vat_number Numéro client=company.number Prénom=person.first_name "
    "Nom de famille=person.last_name Fonction=person.title Portable=person.mobile Date de naissance=person.birthdate "
    "Téléphone (bureau)=person.phone_direct Téléphone (domicile)=person.phone_private Civilité=person.salutation",
    "es": "Empresa=company.name NIF=company.vat_number Número de cliente=company.number Apellidos=person.last_name Cargo=person.title "
    "Móvil=person.mobile Fecha de nacimiento=person.birthdate Teléfono del trabajo=person.phone_direct "
    "Teléfono particular=person.phone_private Persona de contacto=person.full_name",
    "fi": "Yritys=company.name Y-tunnus=company.vat_number Asiakasnumero=company.number Etunimi=person.first_name "
    "Sukunimi=person.last_name Tehtävänimike=person.title Matkapuhelin=person.mobile Syntymäaika=person.birthdate "
    "Työpuhelin=person.phone_direct Kotipuhelin=person.phone_private",
}


def _pairs(text: str) -> dict[str, str]:
    """ "A b=x.y C=z.w" → {"A b": "x.y", "C": "z.w"}."""
    pairs, header = {}, ""
    for word in text.split():
        before, equals, field = word.partition("=")
        header = f"{header} {before}".strip()
        if equals:
            pairs[header], header = field, ""
    return pairs


@pytest.mark.parametrize("language", sorted(IMPORTANT))
def test_the_headers_that_matter_are_known_in_every_language(language: str) -> None:
    wanted = _pairs(IMPORTANT[language])
    beside = {header: [other for other in wanted if wanted[other] != wanted[header]] for header in wanted}
    assert {header: linked(header, *beside[header])[0] for header in wanted} == wanted


AMBIGUOUS = {
    "name": "Name Navn Namn Naam Nom Nombre Nimi",
    "email": "E-mail E-post E-Mail Courriel Correo Sähköposti",
    "phone": "Phone Telefon Tlf Telefoon Téléphone Teléfono Puhelin",
    "postal_code": "Zip Postnr Postnummer PLZ Postcode CP Postinumero",
    "city": "City By Poststed Ort Plaats Ville Ciudad Kaupunki",
    "country": "Country Land Pays País Maa",
    "address_line1": "Address Adresse Adress Adres Dirección Osoite",
    "url": "Website Hjemmeside Nettside Hemsida Webseite Kotisivu",
    "number": "No. Nummer Numéro Número Numero",
    "title": "Title Titel Tittel Titre Título Titteli",
}


@pytest.mark.parametrize("concept", sorted(AMBIGUOUS))
def test_headers_that_fit_a_company_and_a_person_are_left_to_the_context(concept: str) -> None:
    for header in AMBIGUOUS[concept].split():
        assert ("either", concept) in {(reading.alias.group, reading.alias.name) for reading in readings(header, VOCABULARY)}, header


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Kunde: Firmanavn", "company.name"),
        ("Contact e-mail", "person.email"),
        ("Company e-mail", "company.email"),
        ("Ansprechpartner E-Mail", "person.email"),
        ("Telefon (firma)", "company.phone"),
        ("PLZ (privat)", "person.private_code"),
        ("Postnr. (besøg)", "company.street_code"),
        ("Ciudad de trabajo", "company.postal_city"),
        ("Shipping City", "company.street_city"),
        ("Work ZipCode", "company.postal_code"),
        ("Mobile phone 2", "person.mobile"),
        ("Home Address 2", "person.private_address_line2"),
        ("Gade 3 (firma)", "company.postal_address_line3"),
        ("Firmanavn (skal udfyldes)", "company.name"),
        ("Firma (Pflichtfeld)", "company.name"),
        ("Sahkoposti (tyo)", "person.email"),
        ("Foedselsdag", "person.birthdate"),
        ("Fodselsdag", "person.birthdate"),
        ("Strasse (privat)", "person.private_address_line1"),
        ("company.vat_number", "company.vat_number"),
        ("person.private_code", "person.private_code"),
        ("Company: VAT number", "company.vat_number"),
    ],
)
def test_words_for_the_owner_numbers_and_remarks_are_understood(header: str, field: str) -> None:
    assert linked(header) == [field]


@pytest.mark.parametrize(
    "header", ["E-mail Type", "E-mail 2 Display Name", "Assistant's Phone", "CPR-nr.", "Other City", "Spouse", "Company 2"]
)
def test_columns_that_no_field_holds_are_left_open(header: str) -> None:
    assert linked("First name", header)[1] == ""


CONTACTS = {"company", "person", "either", "unused"}
"""Groups whose headers are understood together; each other group is of a kind of import of its own."""
BY_THE_FILE = {
    "varenummer", "varenr", "currency", "valuta", "währung", "moneda", "valuutta", "devise",
}  # fmt: skip
"""Decided by the other columns: the code of a product, or its item number where another column is the code; a currency's ISO code, or its
name where another column is the code."""


@pytest.mark.parametrize("file", HEADERS, ids=lambda file: file.stem)
def test_no_header_means_two_things_in_one_language_and_kind_of_import(file: object) -> None:
    groups = tomllib.loads(file.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    meanings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for group, names in groups.items():
        if group != "words":
            for name, aliases in names.items():
                for alias in aliases.split("|"):
                    meanings["" if group in CONTACTS else group, squash(alias)].add(f"{group}.{name}")
    assert {alias[1] for alias, found in meanings.items() if len(found) > 1 or not alias[1]} <= BY_THE_FILE


@pytest.mark.parametrize("file", HEADERS, ids=lambda file: file.stem)
def test_header_files_name_fields_that_exist(file: object) -> None:
    groups = tomllib.loads(file.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    owners = ("company", "person", "product", *KEYED)
    assert set(groups) == {*owners, "either", "unused", "words"}
    unknown = [f"{group}.{name}" for group in owners for name in groups[group] if f"{group}.{name}" not in CATALOGUE]
    assert unknown == []


def test_without_words_nothing_is_understood() -> None:
    assert readings("Company name", Vocabulary()) == []
