"""Every field of the catalogue (SPEC 8), of every kind: imported, exported, recognised by the export's headings, and imported from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.session.importer import Importer
from tui_import.api import i18n
from tui_import.config.shipped import load_catalogue, load_vocabulary
from tui_import.flow.mapping.headers import readings
from tui_import.model.fields import Field, FieldType
from tui_import.model.kinds import CONTACTS, KINDS, SEVERAL
from tui_import.model.settings import DuplicateRules, ProductRules, Settings

CATALOGUE = load_catalogue()
SAMPLES: Mapping[FieldType, tuple[str, Any]] = {
    FieldType.EMAIL: ("office@acme.example", "office@acme.example"),
    FieldType.PHONE: ("+45 33 12 40 10", "+45 33 12 40 10"),
    FieldType.URL: ("acme.example/shop", "acme.example/shop"),
    FieldType.DOMAIN: ("acme.example", "acme.example"),
    FieldType.POSTAL_CODE: ("0167", "0167"),
    FieldType.VAT_NUMBER: ("DK13585628", "DK13585628"),
    FieldType.DATE: ("2026-06-30", "2026-06-30"),
    FieldType.PARTIAL_DATE: ("1980-05-17", "1980-05-17"),
    FieldType.DATETIME: ("2026-06-30 10:15", "2026-06-30 10:15"),
    FieldType.BOOLEAN: ("yes", True),
    FieldType.INTEGER: ("12", 12),
    FieldType.DECIMAL: ("12.5", 12.5),
    FieldType.COUNTRY: ("Denmark", "DK"),
    FieldType.CURRENCY: ("EUR", "EUR"),
    FieldType.USER: ("Bo Holm", "Bo Holm"),
}
"""Type → a cell, and what the store has of it."""
OTHERS = {"company": "ACME", "person": "Anna Berg", "project": "Web shop", "sale": "Lamps S-1"}
"""Entity → what the record that others name is called."""
RULES = replace(Settings(product=ProductRules(price_list="Standard")), duplicates=DuplicateRules(find=False))
IMPORTED = [kind for kind in KINDS if kind != SEVERAL]


def sample(field: Field) -> tuple[str, Any]:
    """A cell for a field, and the value that the store then has."""
    if field.type is FieldType.REFERENCE:
        return OTHERS[field.refers], OTHERS[field.refers]
    if field.type is FieldType.CHOICE:
        return field.choices[-1], field.choices[-1]
    if field.type in SAMPLES:
        return SAMPLES[field.type]
    text = f"A {field.name}"[: field.length]
    return text, text


def fields_of(kind: str) -> list[Field]:
    """All that the rows of a kind can fill."""
    return [field for entity in KINDS[kind] for field in CATALOGUE.of(entity) if field.type is not FieldType.ID and not field.virtual]


def with_others(importer: Importer, kind: str) -> Importer:
    """The records that those of this kind name are there."""
    if kind != CONTACTS:
        importer.run([{"company.name": "ACME", "person.full_name": "Anna Berg"}])
    sale = {"sale.heading": "Lamps", "sale.number": "S-1", "sale.sale_date": "2026-01-01"}
    for other, row in (("projects", {"project.name": "Web shop"}), ("sales", sale)):
        if kind not in (CONTACTS, other):
            importer.kind = other
            importer.run([row])
    importer.kind = kind
    return importer


def check(importer: Importer, kind: str) -> None:
    """The last record of each entity has all that the sample says."""
    stored = {entity: list(importer.workspace.records(entity))[-1] for entity in KINDS[kind]}
    fields = fields_of(kind)
    expected = {field.key: [sample(field)[1]] if field.multiple else sample(field)[1] for field in fields}
    assert {field.key: stored[field.entity][field.name] for field in fields} == expected


@pytest.mark.parametrize("kind", IMPORTED)
def test_every_field_can_be_imported_and_is_in_the_store(make_importer: Callable[[], Importer], kind: str) -> None:
    importer = with_others(make_importer(), kind)
    importer.run([{field.key: sample(field)[0] for field in fields_of(kind)}], RULES)
    check(importer, kind)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", [kind for kind in IMPORTED if kind != CONTACTS])
def test_an_export_is_imported_into_another_store_without_linking_anything(
    make_importer: Callable[[], Importer], tmp_path: Path, kind: str, file_format: str
) -> None:
    first, second = with_others(make_importer(), kind), with_others(make_importer(), kind)
    summary = first.run([{field.key: sample(field)[0] for field in fields_of(kind)}], RULES)
    (entity,) = KINDS[kind]
    made = next(each for each in summary.selections if each.entity == entity)
    path = tmp_path / f"{entity}.{file_format}"
    assert first.workspace.export(entity, path, format=file_format, selection=made.id) == 1
    session = second.workspace.begin(str(path), kind=kind)
    second.sessions.append(session)
    session.read()
    session.change_settings(RULES)
    session.plan()
    assert session.apply().entities[entity].added == 1
    check(second, kind)


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_column_that_is_called_like_its_field_is_recognised_in_the_users_language(language: str) -> None:
    i18n.use_language(language)
    load_vocabulary.cache_clear()
    try:
        vocabulary = load_vocabulary()
        for field in CATALOGUE:
            for header in (field.key, field.title):
                assert readings(header, vocabulary)[0].alias[:2] == (field.entity, field.name), header
        unknown = {field.key for field in CATALOGUE for header in (field.label, field.shown_label) if not readings(header, vocabulary)}
        assert not unknown
    finally:
        i18n.use_language(None)
        load_vocabulary.cache_clear()


@pytest.mark.parametrize("rows", [("Virksomhed", "ACME"), ("Company", "ACME")])
def test_the_company_of_a_follow_up_is_recognised(importer: Importer, tmp_path: Path, rows: tuple[str, str]) -> None:
    (tmp_path / "calls.csv").write_text("Start;Text;" + rows[0] + "\n2026-01-01;Call;" + rows[1] + "\n", encoding="utf-8")
    session = importer.workspace.begin(str(tmp_path / "calls.csv"), kind="follow_ups")
    importer.sessions.append(session)
    session.read()
    assert session.mapping.fields_of(2) == ("follow_up.company",)
