"""Every field that records have (``config/fields.toml``, SPEC 8) is imported, exported, and imported again from what was exported."""

from __future__ import annotations

import csv
import gettext
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.session.importer import Importer
from tui_import import config
from tui_import.api.i18n import LOCALE_FOLDER
from tui_import.model.fields import Field, FieldType
from tui_import.model.settings import PersonKey, PersonRules, ProductRules, Settings

KINDS = {
    "contacts": ("company", "person"),
    "products": ("product",),
    "projects": ("project",),
    "sales": ("sale",),
    "follow_ups": ("follow_up",),
    "project_members": ("project_member",),
    "sale_stakeholders": ("sale_stakeholder",),
    "currencies": ("currency",),
    "post_codes": ("post_code",),
    "red_letter_days": ("red_letter_day",),
}
"""Parents first: later kinds name the records of earlier ones."""
BY_TYPE = {
    FieldType.EMAIL: "anna@acme.example",
    FieldType.PHONE: "+45 33 12 40 10",
    FieldType.URL: "https://acme.example/a",
    FieldType.DOMAIN: "acme.example",
    FieldType.POSTAL_CODE: "0999",
    FieldType.VAT_NUMBER: "DK13585628",
    FieldType.DATE: "2026-03-31",
    FieldType.PARTIAL_DATE: "--03-31",
    FieldType.BOOLEAN: "yes",
    FieldType.INTEGER: "7",
    FieldType.DECIMAL: "12.5",
    FieldType.COUNTRY: "DK",
    FieldType.CURRENCY: "DKK",
    FieldType.USER: "Bo Holm",
    FieldType.DATETIME: "2026-03-31 10:00",
    FieldType.LIST: "A word of the list",
}
SHORT = {"red_letter_day.rgb": "#FF0000", "company.postal_state": "NY", "company.street_state": "NJ", "person.private_state": "CA"}
"""Fields that are too short for a sentence."""
NAMES = {"company": "company.name", "person": "person.email", "project": "project.name", "sale": "sale.heading"}
"""What other records call them by."""
CATALOGUE = config.load_catalogue()


def importable(entity: str) -> list[Field]:
    """All but ids, which the store gives, and what is put together of other fields."""
    return [field for field in CATALOGUE.of(entity) if field.type is not FieldType.ID and not field.virtual]


def written(field: Field) -> str:
    """What a file may have for the field, other than what its neighbours have where it is a text."""
    if field.type is FieldType.REFERENCE:
        field = CATALOGUE[NAMES[field.refers]]
    if field.choices:
        return field.choices[-1]
    return SHORT.get(field.key) or BY_TYPE.get(field.type) or f"The {field.key.replace('.', ' ').replace('_', ' ')}"


def stored(importer: Importer) -> dict[str, dict[str, Any]]:
    """Per entity what its one record has, without the bookkeeping."""
    return {
        entity: {field.name: record[field.name] for field in importable(entity)}
        for entities in KINDS.values()
        for entity in entities
        for record in importer.workspace.records(entity)
    }


def rules(kind: str) -> Settings | None:
    """What imports of the kind need to be told."""
    match kind:
        case "products" | "product":
            return Settings(product=ProductRules(price_list="Standard"))
        case "company":
            return Settings(person=PersonRules(match=PersonKey.NONE))
        case _:
            return None


@pytest.fixture
def filled(make_importer: Callable[[], Importer]) -> Importer:
    """A store with one record of everything, all its fields filled by imports."""
    importer = make_importer()
    for importer.kind, entities in KINDS.items():
        row = {field.key: written(field) for entity in entities for field in importable(entity)}
        session, _report = importer.plan([row], rules(importer.kind))
        assert [str(issue) for issue in session.detail(1).issues] == []
        assert {counts.added for counts in session.apply().entities.values()} == {1}
    return importer


def test_every_field_of_every_record_can_be_imported(filled: Importer) -> None:
    found = stored(filled)
    assert {entity: [name for name, value in values.items() if value in (None, "", [])] for entity, values in found.items()} == {
        entity: [] for entities in KINDS.values() for entity in entities
    }
    assert found["person"]["birthdate"] == "--03-31"
    assert found["sale"]["project"] == "The project name"
    assert found["company"]["postal_code"] == "0999"


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_what_was_exported_of_every_kind_fills_another_store_with_the_same(
    filled: Importer, make_importer: Callable[[], Importer], tmp_path: Path, file_format: str
) -> None:
    other = make_importer()
    for kind, entities in KINDS.items():
        for entity in entities:
            path = tmp_path / f"{entity}.{file_format}"
            filled.workspace.export(entity, path, format=file_format)
            import_exported(other, path, kind, entity)
    assert stored(other) == stored(filled)


def import_exported(importer: Importer, path: Path, kind: str, entity: str) -> None:
    """Import records of one entity from what `export` wrote, each column into the field that it is called by."""
    session = importer.workspace.begin(str(path), kind=kind)
    importer.sessions.append(session)
    session.read()
    fields = {field.name: field.key for field in importable(entity)} | ({"company": "company.name"} if entity == "person" else {})
    for column in session.columns:
        session.unlink(column.position)
        if column.header in fields:
            session.link(column.position, fields[column.header])
    session.change_settings(rules(entity) or session.settings)
    session.plan()
    assert [str(issue) for issue in session.detail(1).issues] == []
    session.apply()


COMPANYS = {"person.country", "person.category", "person.business", "person.url"}
"""Beside a company's name these headings are the company's."""
TWO_MEANINGS = {"da": {"person.title", "person.position"}}
"""Danish "Stilling" is a title more often than a position, and "Titel" then neither."""


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_field_is_recognised_by_its_name_in_english_and_in_danish(
    language: str, make_importer: Callable[[], Importer], tmp_path: Path
) -> None:
    translate = gettext.translation("tui_import", LOCALE_FOLDER, languages=[language], fallback=language == "en").gettext
    importer = make_importer()
    missed = set()
    for kind, entities in KINDS.items():
        for entity in entities:
            row = {translate(field.label): written(field) for field in importable(entity)}
            path = write(tmp_path / f"{entity}.csv", row | ({"Company name": "ACME A/S"} if entity == "person" else {}))
            session = importer.workspace.begin(str(path), kind=kind, options={"header_row": "1", "delimiter": ","})
            importer.sessions.append(session)
            session.read()
            missed |= {field.key for field in importable(entity)} - {link.field for link in session.mapping.links}
    assert missed <= COMPANYS | TWO_MEANINGS.get(language, set())


def write(path: Path, row: Mapping[str, str]) -> Path:
    """A file of one row."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([row, row.values()])
    return path
