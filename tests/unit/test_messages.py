"""Everything a user reads can be read in Danish, and nothing is lost on the way."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests import messages
from tui_import.api import i18n

ids = {message.id if isinstance(message.id, str) else message.id[0] for message in messages.collected() if message.id}


def name(message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


@pytest.fixture(scope="module", params=messages.LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    with messages.po_path(request.param).open("rb") as stream:
        return read_po(stream, locale=request.param)


def texts(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


def test_no_string_of_the_program_is_missing_from_a_catalogue(catalogue: Catalog) -> None:
    known = {name(message) for message in catalogue if message.id}
    assert sorted(ids - known) == [], "run: make messages, and translate what is new"
    assert sorted(known - ids) == [], "run: make messages"


def test_every_string_is_translated_and_none_is_a_guess(catalogue: Catalog) -> None:
    assert [name(m) for m in catalogue if m.id and not all(texts(m))] == []
    assert [name(m) for m in catalogue if m.id and m.fuzzy] == []


def test_plurals_have_all_their_forms(catalogue: Catalog) -> None:
    for message in catalogue:
        if isinstance(message.id, tuple | list):
            assert len(texts(message)) == catalogue.num_plurals, message.id


def placeholders(text: str) -> set[str]:
    try:
        braces = {field for _text, field, _spec, _conversion in string.Formatter().parse(text) if field}
    except ValueError:
        braces = set()
    return braces | set(re.findall(r"%\(\w+\)[rs]|%[rsd]", text))


def test_what_is_filled_in_stands_in_the_translation_too(catalogue: Catalog) -> None:
    for message in catalogue:
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = set().union(*map(placeholders, originals))
        for text in texts(message):
            found = placeholders(text)
            assert found <= wanted, f"{text!r} fills in what there is not"
            if isinstance(message.id, str):
                assert found == wanted, f"{text!r} leaves something out"
            assert len(text) - len(text.lstrip()) == len(originals[0]) - len(originals[0].lstrip()), f"{text!r}: blanks before it"


def test_a_dane_reads_danish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "da" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with messages.po_path("da").open("rb") as po, (folder / "tui_import.mo").open("wb") as mo:
        write_mo(mo, read_po(po, locale="da"))
    monkeypatch.setattr(i18n, "LOCALE_FOLDER", tmp_path)
    try:
        i18n.use_language("da")
        assert i18n._("Company name") == "Virksomhedsnavn"
        assert i18n.ngettext("{count} row", "{count} rows", 1) != i18n.ngettext("{count} row", "{count} rows", 2)
    finally:
        i18n.use_language(None)


def test_collecting_twice_changes_nothing() -> None:
    template = messages.collected()
    for language in messages.LANGUAGES:
        before = {name(m) for m in messages.read_catalogue(language) if m.id}
        after = {name(m) for m in messages.updated(language, template) if m.id}
        assert before ^ after == set()
