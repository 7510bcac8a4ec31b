"""Plugins change values in the mapping step, and are told of finished imports: through the facade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from tests.session.importer import Importer
from tui_import import config, plugin_host
from tui_import.api.errors import UsageError
from tui_import.api.runs import FinishedRun
from tui_import.api.source import Finding, Scalar

ROWS = [
    {"company.name": "ACME", "person.first_name": "ANNA", "person.last_name": "HOLM"},
    {"company.name": "ACME", "person.first_name": "BO", "person.last_name": "?"},
    {"company.name": "ACME", "person.first_name": "ANNA", "person.last_name": "LUND"},
]


class Calm:
    """Offers to write names in small letters, and finds fault with question marks."""

    name, title, help = "calm", "Calm down", "Names in capitals become names."

    def applies_to(self, field: str, type: str) -> bool:
        return field.startswith("person.") and type == "text"

    def apply(self, values: Iterable[Scalar], progress: Any = None) -> Sequence[Scalar | Finding]:
        return [Finding("no name") if value == "?" else str(value).capitalize() for value in values]


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin_host, "transforms", lambda: (Calm(),))


def test_a_transform_is_offered_only_where_it_applies(importer: Importer) -> None:
    session = importer.begin(ROWS)

    assert [offer.name for offer in session.transforms(1)] == ["calm"]
    assert session.transforms(0) == []


def test_a_transform_changes_every_cell_of_the_column_in_one_step_that_can_be_taken_back(importer: Importer) -> None:
    session = importer.begin(ROWS)

    report = session.transform(1, "calm")

    assert report.cells == 3
    assert [row.cells[1] for row in session.preview_rows([1, 2, 3])] == ["Anna", "Bo", "Anna"]
    assert session.undo_correction()
    assert [row.cells[1] for row in session.preview_rows([1, 2, 3])] == ["ANNA", "BO", "ANNA"]


def test_values_that_a_transform_finds_fault_with_stay_and_are_named(importer: Importer) -> None:
    session = importer.begin(ROWS)

    report = session.transform(2, "calm")

    assert report.findings == [("?", "no name")]
    assert session.preview_rows([2])[0].cells[2] == "?"


def test_a_recipe_applies_its_transforms_to_the_next_file(importer: Importer) -> None:
    session = importer.begin(ROWS)
    session.transform(1, "calm")
    recipe = config.parse_recipe(config.dump_recipe(session.recipe()))
    assert recipe.transforms == {"person.first_name": ("calm",)}

    again = importer.workspace.begin(session.location, recipe=recipe)
    importer.sessions.append(again)
    again.read()

    assert again.preview_rows([1])[0].cells[1] == "Anna"


def test_a_transform_that_does_not_exist_is_said_with_those_that_do(importer: Importer) -> None:
    with pytest.raises(UsageError, match="There are: calm"):
        importer.begin(ROWS).transform(1, "wild")


def test_plugins_are_told_of_a_finished_import_and_cannot_stop_it(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[FinishedRun] = []

    def tell(run: FinishedRun) -> list[str]:
        told.append(run)
        return ["The plugin “loud” failed."]

    monkeypatch.setattr(plugin_host, "tell_after_import", tell)

    summary = importer.run(ROWS)

    assert summary.notes == ("The plugin “loud” failed.",)
    assert (told[0].run, told[0].rows, told[0].counts["person"]["added"]) == (1, 3, 3)
