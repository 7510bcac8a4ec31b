"""Countries, yes and no, choices, plain text, and several values in one cell."""

from __future__ import annotations

import pytest
from babel import Locale

from tui_import.flow.normalise import Formats, country_code, normaliser, read_multiple, split_multiple
from tui_import.flow.normalise.country import _ALIASES, _NOT_COUNTRIES, LANGUAGES
from tui_import.model.fields import Field, FieldType
from tui_import.model.issues import Severity
from tui_import.model.records import Normalised


def read(type_: FieldType, cell: object, **options: object) -> Normalised:
    return normaliser(Field("company", "sample", type_, "Sample", **options), Formats())(cell, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("DK", ["Danmark", "DENMARK", "Dänemark", "Danemark", "Dinamarca", "Tanska", "Denemarken", "DK", "dk", "DNK", " danmark ",
        "Kongeriget Danmark"]),
        ("GB", ["UK", "U.K.", "United Kingdom", "Great Britain", "England", "Scotland", "Storbritannien", "Vereinigtes Königreich", "GBR",
        "GB",
                "The United Kingdom", "Royaume-Uni", "Reino Unido", "Yhdistynyt kuningaskunta", "Verenigd Koninkrijk", "Northern Ireland"]),
        ("NL", ["Holland", "The Netherlands", "Netherlands", "Nederland", "Niederlande", "Pays-Bas", "Países Bajos", "Alankomaat",
        "Nederlandene"]),
        ("DE", ["Tyskland", "Deutschland", "Germany", "Allemagne", "Alemania", "Saksa", "Duitsland", "D", "BRD"]),
        ("US", ["USA", "U.S.A.", "US", "United States", "United States of America", "Forenede Stater", "Vereinigte Staaten", "États-Unis",
        "EE. UU."]),
        ("CZ", ["Czech Republic", "Czechia", "Tjekkiet", "Tschechien", "Česko", "Česká republika"]),
        ("NO", ["Norge", "Noreg", "Norway", "N"]), ("SE", ["Sverige", "Schweden", "Ruotsi"]), ("FI", ["Suomi", "Finland"]),
        ("FO", ["Færøerne"]),
        ("CI", ["Côte d’Ivoire", "Côte d'Ivoire", "Elfenbenskysten"]), ("KR", ["Korea, Republic of", "South Korea", "Sydkorea"]),
        ("MM", ["Myanmar (Burma)", "Myanmar", "Burma"]), ("HK", ["Hong Kong"]), ("XK", ["Kosovo"]), ("PL", ["Polska"]), ("IT", ["Italia"]),
        ("BA", ["Bosnia & Herzegovina", "Bosnia and Herzegovina"]), ("GR", ["EL", "Hellas", "Grækenland"]),
        ("TR", ["Turkey", "Türkiye", "Tyrkiet"]),
    ],
)  # fmt: skip
def test_a_country_is_known_by_any_of_its_names(code: str, names: list[str]) -> None:
    for name in names:
        assert read(FieldType.COUNTRY, name) == Normalised(code), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_known_in_nine_languages(language: str) -> None:
    taken = {alias for names in _ALIASES.values() for alias in names.split("|")}
    for territory, name in Locale(language).territories.items():
        code = str(territory)
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES and name not in taken:
            assert country_code(str(name)) == code
            assert country_code(code) == code


def test_a_code_is_never_mistaken_for_another_country_s_name() -> None:
    assert (country_code("SE"), country_code("ES"), country_code("AT"), country_code("BE"), country_code("IN")) == (
        "SE",
        "ES",
        "AT",
        "BE",
        "IN",
    )


@pytest.mark.parametrize("text", ["Atlantis", "Europe", "EU", "XX", "45", "Danmrk", "?"])
def test_an_unknown_country_is_a_problem(text: str) -> None:
    result = read(FieldType.COUNTRY, text)
    assert result.value is None
    assert result.issue is not None
    assert (result.issue.code, result.issue.severity) == ("country_unknown", Severity.ERROR)


def test_a_country_in_the_wrong_encoding_is_offered_mended() -> None:
    issue = read(FieldType.COUNTRY, "FÃ¦rÃ¸erne").issue
    assert issue is not None
    assert issue.suggestion == "Færøerne"


@pytest.mark.parametrize("yes", ["1", 1, 1.0, True, "x", "X", "✓", "yes", "Y", "true", "TRUE", "ja", "Ja", "sand", "wahr", "oui", "vrai",
     "sí", "si",
                                 "verdadero", "kyllä", "tosi", "waar", "on"])  # fmt: skip
def test_yes_in_nine_languages(yes: object) -> None:
    assert read(FieldType.BOOLEAN, yes) == Normalised(1)


@pytest.mark.parametrize("no", ["0", 0, 0.0, False, "no", "N", "false", "FALSK", "nej", "nei", "nein", "nee", "non", "faux", "falso",
     "ei", "epätosi",
                                "falsch", "onwaar", "off"])  # fmt: skip
def test_no_in_nine_languages(no: object) -> None:
    assert read(FieldType.BOOLEAN, no) == Normalised(0)


@pytest.mark.parametrize("other", ["maybe", "2", 2, "jaja", "xx"])
def test_what_is_neither_is_a_problem(other: object) -> None:
    issue = read(FieldType.BOOLEAN, other).issue
    assert issue is not None
    assert issue.code == "boolean_invalid"


GENDERS = ("unknown", "female", "male")


@pytest.mark.parametrize(("text", "choice"), [("female", "female"), ("F", "female"), ("Kvinde", "female"), ("Frau", "female"),
     ("K", "female"),
                                               ("M", "male"), ("Mand", "male"), ("Herr", "male"), ("MALE", "male"), ("ukendt", "unknown"),
                                               (1, "male"), (2, "female"), (0, "unknown"), ("Mr.", "male")])  # fmt: skip
def test_choices_are_known_by_their_names_and_by_words_for_them(text: object, choice: str) -> None:
    assert read(FieldType.CHOICE, text, choices=GENDERS) == Normalised(choice)


def test_what_is_no_choice_is_a_problem_that_names_the_choices() -> None:
    issue = read(FieldType.CHOICE, "zebra", choices=GENDERS).issue
    assert issue is not None
    assert issue.params == {"choices": "unknown, female, male"}
    assert read(FieldType.CHOICE, "M", choices=("small", "medium")).value is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [("  Firma   A/S ", "Firma A/S"), ("Firma\u00a0A/S", "Firma A/S"), ("Firma\nA/S\r\n", "Firma A/S"),
     ("A\u030angstro\u0308m", "Ångström"),
     ("\ufeffFirma", "Firma"), ("Fir\u00adma", "Firma"), ("\u200bFirma\u200e", "Firma"), ("Firma\x0bA/S", "Firma A/S"),
     ("👩\u200d💻", "👩\u200d💻"),
     (12, "12"), (12.0, "12"), (12.5, "12.5"), (1e-7, "0.0000001"), (True, "true")],
)  # fmt: skip
def test_text_is_trimmed_composed_and_in_one_line(raw: object, value: str) -> None:
    assert read(FieldType.TEXT, raw) == Normalised(value)


def test_long_text_keeps_its_lines() -> None:
    assert read(FieldType.LONG_TEXT, " one \r\n  two\rthree\x0bfour\n\n ") == Normalised("one\n  two\nthree\nfour")


def test_control_characters_are_removed_with_a_warning() -> None:
    result = read(FieldType.TEXT, "Fir\x1b[31mma\x00")
    assert result.value == "Fir[31mma"
    assert result.issue is not None
    assert (result.issue.code, result.issue.severity) == ("control_characters", Severity.WARNING)


def test_text_longer_than_its_field_is_a_problem_and_the_beginning_is_offered() -> None:
    assert read(FieldType.TEXT, "x" * 79, length=79).value == "x" * 79
    result = read(FieldType.TEXT, "x" * 80, length=79)
    assert result.value is None
    assert result.issue is not None
    assert (result.issue.code, result.issue.params["length"], result.issue.params["limit"]) == ("too_long", 80, 79)
    assert result.issue.suggestion == "x" * 79
    assert read(FieldType.LIST, "x" * 240).issue is not None


@pytest.mark.parametrize(
    "text", ["Søren", "«CAFÉ»", "voilà\u00a0»", "„Fleiß“", "BLÅ\u00a0KORS", "100 €", "Ærø", "naïve", "Đà Nẵng", "Ελλάδα", "Ça va"]
)
def test_sound_text_is_not_taken_for_a_wrong_encoding(text: str) -> None:
    assert read(FieldType.TEXT, text).issue is None


@pytest.mark.parametrize("text", ["Søren Kjærgård", "Müller & Söhne", "François à Paris", "Ålesund", "Łódź", "“Quoted” – dash…", "100 €",
     "Señor Muñoz",
                                  "naïve café", "Hyvää päivää", "Ångström Ø", "Ελλάδα", "Россия", "😀"])  # fmt: skip
@pytest.mark.parametrize("times", [1, 2])
def test_text_in_the_wrong_encoding_is_offered_mended(text: str, times: int) -> None:
    damaged = text
    for _ in range(times):
        damaged = "".join(bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b) for b in damaged.encode())
    result = read(FieldType.TEXT, damaged)
    assert result.value is not None
    assert result.issue is not None
    assert (result.issue.code, result.issue.severity, result.issue.suggestion) == ("mojibake", Severity.REPAIR, text)


@pytest.mark.parametrize(
    ("type_", "cell", "values"),
    [
        (FieldType.EMAIL, "a@x.dk;b@y.dk", ["a@x.dk", "b@y.dk"]),
        (FieldType.EMAIL, "a@x.dk, b@y.dk", ["a@x.dk", "b@y.dk"]),
        (FieldType.EMAIL, "a@x.dk b@y.dk\nc@z.dk", ["a@x.dk", "b@y.dk", "c@z.dk"]),
        (FieldType.EMAIL, "a@x.dk ::: b@y.dk", ["a@x.dk", "b@y.dk"]),
        (FieldType.EMAIL, "Berg, Anna <a@x.dk>; Bo <b@y.dk>", ["<a@x.dk>", "<b@y.dk>"]),
        (FieldType.EMAIL, "Anna Berg <a@x.dk>", ["Anna Berg <a@x.dk>"]),
        (FieldType.EMAIL, "a@x.dk; ring først", ["a@x.dk; ring først"]),
        (FieldType.EMAIL, "a@x.dk;", ["a@x.dk;"]),
        (FieldType.PHONE, "33112233", ["33112233"]),
        (FieldType.PHONE, "33112233; 44556677", ["33112233", "44556677"]),
        (FieldType.PHONE, "33112233/44556677", ["33112233", "44556677"]),
        (FieldType.PHONE, "33112233\n44556677", ["33112233", "44556677"]),
        (FieldType.PHONE, "33 11 22 33 eller 44 55 66 77", ["33 11 22 33", "44 55 66 77"]),
        (FieldType.PHONE, "+45 33112233 ::: +45 44556677", ["+45 33112233", "+45 44556677"]),
        (FieldType.PHONE, "030/123456", ["030/123456"]),
        (FieldType.PHONE, "33/11/22/33", ["33/11/22/33"]),
        (FieldType.PHONE, "+49 30 123456-0/12", ["+49 30 123456-0/12"]),
        (FieldType.LIST, "Golf; Vin|Sejlads", ["Golf", "Vin", "Sejlads"]),
        (FieldType.LIST, "Golf, Vin", ["Golf, Vin"]),
        (FieldType.LIST, ";;Golf;", ["Golf"]),
        (FieldType.LIST, "* myContacts ::: Golf", ["* myContacts", "Golf"]),
        (FieldType.URL, "www.a.dk; www.b.dk", ["www.a.dk", "www.b.dk"]),
        (FieldType.URL, "www.a.dk/x,y", ["www.a.dk/x,y"]),
        (FieldType.DOMAIN, "a.dk b.dk", ["a.dk", "b.dk"]),
        (FieldType.TEXT, "a; b", ["a; b"]),
        (FieldType.PHONE, None, []),
        (FieldType.PHONE, "  ", []),
        (FieldType.PHONE, 33112233, [33112233]),
    ],
)  # fmt: skip
def test_several_values_in_one_cell_are_taken_apart(type_: FieldType, cell: object, values: list[object]) -> None:
    assert split_multiple(Field("company", "sample", type_, "Sample", multiple=True), cell) == values  # type: ignore[arg-type]


def test_a_repair_of_one_of_several_values_keeps_the_others() -> None:
    interests = Field("person", "interests", FieldType.LIST, "Interests", multiple=True)
    normalise = normaliser(interests, Formats())
    sound, damaged = read_multiple(interests, normalise, "Golf; KÃ¸b; Vin", None)[:2]
    assert sound == Normalised("Golf", "golf")
    assert damaged.value == "KÃ¸b"
    assert damaged.issue is not None
    assert damaged.issue.suggestion == "Golf; Køb; Vin"
    assert [cell.value for cell in read_multiple(interests, normalise, damaged.issue.suggestion, None)] == ["Golf", "Køb", "Vin"]
    assert read_multiple(interests, normalise, None, None) == []
