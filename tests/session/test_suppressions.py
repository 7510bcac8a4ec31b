"""Marks of erased persons: listed, and lifted by somebody who can name the person."""

from __future__ import annotations

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import UsageError
from tui_import.model.privacy import Named, Trait

ANNA = {
    "company.name": "Alfa ApS", "person.first_name": "Anna", "person.last_name": "Holm", "person.email": "anna@alfa.example",
    "person.mobile": "+45 20 30 40 50", "person.birthdate": "1980-05-01",
}  # fmt: skip
BO = {"company.name": "Alfa ApS", "person.first_name": "Bo", "person.last_name": "Ek", "person.email": "bo@alfa.example"}


@pytest.fixture
def erased(importer: Importer) -> Importer:
    importer.run([ANNA, BO])
    for person in importer.persons():
        importer.workspace.erase("person", person["id"])
    return importer


def added(importer: Importer) -> int:
    return importer.plan([ANNA, BO])[1].entities["person"].added


@pytest.mark.parametrize(
    "named",
    [
        Named(email=" Anna@ALFA.example"),
        Named(phone="20304050", country="dk"),
        Named(phone="+4520304050"),
        Named(first_name="ANNA", last_name="holm", company="alfa aps"),
        Named(first_name="Anna", last_name="Holm", birthdate="1 May 1980"),
    ],
)
def test_whoever_can_name_a_person_lets_it_be_imported_again_and_nobody_else(erased: Importer, named: Named) -> None:
    assert added(erased) == 0
    summary, kinds = erased.workspace.lift_suppression(named)
    assert set(kinds) == {Trait.EMAIL, Trait.PHONE, Trait.COMPANY, Trait.BIRTH}
    assert added(erased) == 1
    run = erased.workspace.runs()[0]
    assert (run.id, run.kind, run.user, run.rows) == (summary.run, "lift", erased.workspace.user, 4)
    lifted = [mark for mark in erased.workspace.suppressions() if mark.lifted_at]
    assert {mark.lifted_by for mark in lifted} == {erased.workspace.user}
    assert len(lifted) == 4 < len(erased.workspace.suppressions())
    with pytest.raises(UsageError, match="lifted a suppression"):
        erased.workspace.undo(run.id)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (Named(), "does not say who it is"),
        (Named(first_name="Anna", last_name="Holm"), "does not say who it is"),
        (Named(email="cai@alfa.example"), "Nobody is kept out"),
        (Named(email="no address"), "does not fit"),
    ],
)
def test_nothing_is_lifted_for_whoever_cannot_name_the_person(erased: Importer, named: Named, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        erased.workspace.lift_suppression(named)
    assert not any(mark.lifted_at for mark in erased.workspace.suppressions())
    assert added(erased) == 0


def test_the_list_of_marks_tells_nothing_about_persons(erased: Importer) -> None:
    marks = erased.workspace.suppressions()
    assert {mark.kind for mark in marks} == {Trait.EMAIL, Trait.PHONE, Trait.COMPANY, Trait.BIRTH}
    text = str(marks).lower()
    assert not [secret for secret in ("anna", "holm", "alfa", "2030", "1980") if secret in text.replace(erased.workspace.user, "")]


def test_a_person_erased_once_more_is_kept_out_again(erased: Importer) -> None:
    erased.workspace.lift_suppression(Named(email="anna@alfa.example"))
    erased.run([ANNA])
    (anna,) = erased.persons()
    erased.workspace.erase("person", anna["id"])
    assert added(erased) == 0


def test_an_old_backup_does_not_bring_a_lifted_mark_back(erased: Importer) -> None:
    workspace = erased.workspace
    kept = workspace.backup(erased.folder / "kept.sqlite")
    workspace.lift_suppression(Named(email="anna@alfa.example"))
    workspace.restore(kept.path)
    assert added(erased) == 1


def test_a_renamed_legal_basis_is_still_the_one_that_says_withdrawn(importer: Importer) -> None:
    workspace = importer.workspace
    workspace.set_preference("default.legal_basis", "Withdrawn")
    first = importer.run([ANNA])
    workspace.set_list_item("legal_basis", "Withdrawn", rename="Trukket tilbage")
    workspace.set_list_item("consent_purpose", "Sales and service", rename="Salg")
    workspace.set_preference("default.legal_basis", "Consent")
    second = importer.run([{**ANNA, "person.title": "CEO"}])
    assert [consent["legal_basis"] for consent in importer.persons()[0]["consents"]] == ["Trukket tilbage"]
    assert first.run is not None
    assert second.run is not None
    assert workspace.privacy_report(second.run).withdrawn == 1
    assert {item.name: item.key for item in workspace.lists()["legal_basis"]}["Trukket tilbage"] == "withdrawn"


def test_items_of_consents_have_keys_of_their_own(importer: Importer) -> None:
    workspace = importer.workspace
    assert workspace.add_list_item("legal_basis", "Consent by telephone").key == "consent_by_telephone"
    assert workspace.add_list_item("consent_purpose", "Newsletter", "news").key == "news"
    assert workspace.add_list_item("consent_purpose", "Nyhedsbrev: news").key == "nyhedsbrev_news"
    for wrong in ("news", "Not a key"):
        with pytest.raises(UsageError, match="is taken, or cannot be one"):
            workspace.add_list_item("consent_purpose", f"Other {wrong}", wrong)
    assert workspace.add_list_item("category", "Reseller").key == ""
