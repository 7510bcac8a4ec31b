"""E-mail addresses, web addresses, domains."""

from __future__ import annotations

import pytest
from email_validator import validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_import.flow.normalise import Formats, normaliser
from tui_import.flow.normalise.web import _PLAIN_ADDRESS
from tui_import.model.fields import Field, FieldType
from tui_import.model.issues import Severity
from tui_import.model.records import Normalised


def read(type_: FieldType, text: str) -> Normalised:
    return normaliser(Field("person", "sample", type_, "Sample", length=239, multiple=True), Formats())(text, None)


@pytest.mark.parametrize(
    ("text", "value", "key"),
    [
        ("anna@firma.dk", "anna@firma.dk", "anna@firma.dk"),
        (" Anna.Berg@Firma.DK ", "Anna.Berg@Firma.DK", "anna.berg@firma.dk"),
        ("mailto:anna@firma.dk", "anna@firma.dk", "anna@firma.dk"),
        ("MAILTO:anna@firma.dk?subject=Hej", "anna@firma.dk", "anna@firma.dk"),
        ("E-mail: anna@firma.dk", "anna@firma.dk", "anna@firma.dk"),
        ("smtp:anna@firma.dk", "anna@firma.dk", "anna@firma.dk"),
        ("Anna Berg <anna@firma.dk>", "anna@firma.dk", "anna@firma.dk"),
        ('"Berg, Anna" <anna@firma.dk>;', "anna@firma.dk", "anna@firma.dk"),
        ("<anna@firma.dk>", "anna@firma.dk", "anna@firma.dk"),
        ("'anna@firma.dk'", "anna@firma.dk", "anna@firma.dk"),
        ("anna@firma.dk,", "anna@firma.dk", "anna@firma.dk"),
        ("o'brien+crm@firm.co.uk", "o'brien+crm@firm.co.uk", "o'brien+crm@firm.co.uk"),
        ("Søren@BLÅBÆR.dk", "Søren@BLÅBÆR.dk", "søren@blåbær.dk"),
        ("jörg@müller.de", "jörg@müller.de", "jörg@müller.de"),
    ],
)
def test_an_address_is_taken_out_of_its_wrapping(text: str, value: str, key: str) -> None:
    assert read(FieldType.EMAIL, text) == Normalised(value, key)


@pytest.mark.parametrize("text", ["anna", "anna@", "@firma.dk", "anna@firma", "anna@firma..dk", "anna firma.dk", "anna@@firma.dk",
     "a@b.dk c@d.dk",
                                  "anna(at)firma.dk", ".anna@firma.dk", "anna.@firma.dk", "anna@-firma.dk", "ingen",
                                  "ole@localhost"])  # fmt: skip
def test_what_is_no_address_is_a_problem(text: str) -> None:
    result = read(FieldType.EMAIL, text)
    assert result.value is None
    assert result.issue is not None
    assert (result.issue.code, result.issue.severity) == ("email_invalid", Severity.ERROR)


@settings(max_examples=500)
@given(st.from_regex(r"\A[A-Za-z0-9_+.-]{1,24}@[A-Za-z0-9.-]{1,40}\.[A-Za-z]{1,12}\Z"))
def test_addresses_taken_without_the_full_grammar_pass_it(text: str) -> None:
    if _PLAIN_ADDRESS.fullmatch(text):
        assert validate_email(text, check_deliverability=False).normalized.lower() == text.lower()


@pytest.mark.parametrize("tld", ["dk", "com", "aero", "museum", "local", "test", "invalid", "localhost", "onion", "arpa"])
def test_both_ways_agree_on_reserved_names(tld: str) -> None:
    text = f"anna@firma.{tld}"
    assert (_PLAIN_ADDRESS.fullmatch(text) is None) == (read(FieldType.EMAIL, text).value is None)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("www.firma.dk", "www.firma.dk"),
        ("http://www.firma.dk/", "www.firma.dk"),
        ("https://WWW.Firma.dk", "www.firma.dk"),
        ("https://firma.dk/Om-Os/", "firma.dk/Om-Os"),
        ("firma.dk?id=1", "firma.dk?id=1"),
        ("firma.dk:8080/x", "firma.dk:8080/x"),
        ("blåbær.dk", "blåbær.dk"),
        ("http://localhost/x", "localhost/x"),
        ("ftp://files.firma.dk", "files.firma.dk"),
        ("http://10.0.0.1/", "10.0.0.1"),
    ],
)
def test_web_addresses_are_kept_and_compared_without_scheme_and_slash(text: str, key: str) -> None:
    assert read(FieldType.URL, text) == Normalised(text, key)


@pytest.mark.parametrize(
    "text", ["firma", "ingen hjemmeside", "http://", "anna@firma.dk", "www.firma,dk", "javascript:alert(1)", "localhost", "."]
)
def test_what_is_no_web_address_is_a_problem(text: str) -> None:
    result = read(FieldType.URL, text)
    assert result.value is None
    assert result.issue is not None
    assert result.issue.code == "url_invalid"


@pytest.mark.parametrize("text", ["firma.dk", "FIRMA.dk", "https://firma.dk/om", "anna@firma.dk", "@firma.dk", "firma.dk."])
def test_a_domain_is_found_in_addresses_too(text: str) -> None:
    assert read(FieldType.DOMAIN, text) == Normalised("firma.dk", "firma.dk")


@pytest.mark.parametrize("text", ["firma", "-", "a b.dk", "@"])
def test_what_is_no_domain_is_refused(text: str) -> None:
    assert read(FieldType.DOMAIN, text).value is None
