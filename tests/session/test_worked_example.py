"""SPEC 4.2: the vendor's worked example, for all actions and both meanings of a blank cell."""

from __future__ import annotations

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import RefusedError
from tui_import.model.settings import Action, BlankCells, CompanyRules, PersonKey, PersonRules, Settings, ValueRules

STORE = {"company.name": "ACME Inc.", "company.postal_address_line1": "Broadway 123", "company.code": "ACME1"}
IMPORT = {
    "company.name": "ACME Inc.",
    "company.postal_address_line1": "Main street 456",
    "company.vat_number": "11223344",
    "company.code": "",
}


def settings(action: Action, blank: BlankCells = BlankCells.CLEAR) -> Settings:
    return Settings(
        company=CompanyRules(action=action), person=PersonRules(match=PersonKey.NONE), values=ValueRules(blank_cells=blank, country="US")
    )


@pytest.mark.parametrize(
    ("action", "blank", "address", "vat", "code"),
    [
        (Action.MERGE, BlankCells.CLEAR, "Broadway 123", "11223344", "ACME1"),
        (Action.REPLACE, BlankCells.CLEAR, "Main street 456", "11223344", None),
        (Action.REPLACE, BlankCells.KEEP, "Main street 456", "11223344", "ACME1"),
        (Action.SKIP, BlankCells.CLEAR, "Broadway 123", None, "ACME1"),
    ],
)
def test_the_worked_example_comes_out_as_documented(
    importer: Importer, action: Action, blank: BlankCells, address: str, vat: str | None, code: str | None
) -> None:
    importer.run([STORE], settings(Action.MERGE))

    importer.run([IMPORT], settings(action, blank))

    (company,) = importer.companies()
    assert company["name"] == "ACME Inc."
    assert (company.get("postal_address_line1"), company.get("vat_number"), company.get("code")) == (address, vat, code)


def test_add_always_makes_a_second_company(importer: Importer) -> None:
    importer.run([STORE], settings(Action.MERGE))

    summary = importer.run([IMPORT], settings(Action.ADD))

    assert summary.entities["company"].added == 1
    assert [company.get("code") for company in importer.companies()] == ["ACME1", None]


def test_values_are_not_cleared_before_somebody_agrees(importer: Importer) -> None:
    importer.run([STORE], settings(Action.MERGE))
    session, report = importer.plan([IMPORT], settings(Action.REPLACE))

    assert report.clears == 1
    with pytest.raises(RefusedError, match="1 value will be cleared"):
        session.apply()
    assert importer.companies()[0]["code"] == "ACME1"
