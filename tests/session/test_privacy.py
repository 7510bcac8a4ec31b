"""A person who is erased is gone everywhere and stays out; the data-protection officer gets numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import RefusedError, UsageError
from tui_import.model.plan import RowFilter
from tui_import.model.privacy import Trait
from tui_import.model.settings import Action, PersonKey, PersonRules, Settings
from tui_import.store import doctor

ANNA = {
    "company.name": "Alfa ApS", "person.first_name": "Anna", "person.last_name": "Holm", "person.email": "anna@alfa.example",
    "person.mobile": "+45 20 30 40 50", "person.phone_direct": "+45 33 12 40 10",
}  # fmt: skip
BO = {**ANNA, "person.first_name": "Bo", "person.last_name": "Ek", "person.email": "bo@alfa.example", "person.mobile": ""}
SECRETS = ("anna@alfa", "20 30 40 50", "4520304050", "Holm", "holm")


def by_email(action: Action = Action.MERGE) -> Settings:
    return Settings(person=PersonRules(match=PersonKey.EMAIL, action=action))


def anna(importer: Importer) -> int:
    return next(person["id"] for person in importer.persons() if person["first_name"] == "Anna")


def contents(folder: Path) -> bytes:
    """All that the store's and the drafts' files hold, to the last free page."""
    files = [path for path in folder.rglob("*.sqlite*") if path.is_file() and ".backups" not in str(path)]
    return b"".join(path.read_bytes() for path in files)


def test_no_byte_of_an_erased_person_is_left_in_store_or_drafts(importer: Importer) -> None:
    importer.run([ANNA, BO])
    importer.run([{**ANNA, "person.email": "anna@alfa.example", "person.title": "Director Holm"}, BO], by_email(Action.REPLACE))
    waiting, _report = importer.plan([{**BO, "person.title": "CEO"}, {**ANNA, "person.last_name": "Holm"}])
    assert all(secret.encode() in contents(importer.folder) for secret in SECRETS)
    done = importer.workspace.erase("person", anna(importer))
    # the file that was imported is not the program's
    for path in importer.folder.glob("*.csv"):
        path.unlink()
    left = contents(importer.folder)
    assert [secret for secret in SECRETS if secret.encode() in left] == []
    assert b"bo@alfa.example" in left
    assert (done.values, done.selections >= 2, done.journal) == (3, True, 2)
    assert waiting.id in {draft.id for draft in done.drafts if draft.rows == 1}
    assert list(done.backups) == [info.path for info in importer.workspace.backups()[:-1]], "the first was made before it was there"


def test_a_draft_goes_on_with_the_other_rows(importer: Importer) -> None:
    importer.run([ANNA, BO])
    session, before = importer.plan([ANNA, {**BO, "person.first_name": "Cai", "person.email": "cai@alfa.example"}])
    assert before.count("person").added == 1
    importer.workspace.erase("person", anna(importer))
    assert session.outdated
    report = session.plan()
    assert (report.count("person").added, report.count("person").skipped) == (1, 1)
    assert session.apply().entities["person"].added == 1
    assert {person["first_name"] for person in importer.persons()} == {"Bo", "Cai"}


@pytest.mark.parametrize(
    "again",
    [
        {"person.first_name": "A.", "person.last_name": "H.", "person.email": "ANNA@alfa.example", "company.name": "Beta"},
        {"person.first_name": "A.", "person.last_name": "H.", "person.mobile": "+4520304050", "company.name": "Beta"},
        {"person.first_name": "ANNA", "person.last_name": "Holm", "company.name": "alfa aps"},
    ],
    ids=["e-mail address", "telephone number", "name in the company"],
)
def test_an_erased_person_is_not_imported_again(importer: Importer, again: dict[str, str]) -> None:
    importer.run([ANNA, BO])
    done = importer.workspace.erase("person", anna(importer))
    assert set(done.marks) == {Trait.EMAIL, Trait.PHONE, Trait.COMPANY}
    companies = importer.companies()
    session, report = importer.plan([again, {**BO, "person.title": "CEO"}])
    assert report.suppressed == 1
    assert (report.count("person").skipped, report.count("company").skipped, report.count("person").updated) == (1, 1, 1)
    row = session.preview_rows(list(session.row_keys(RowFilter(show="skipped"))))[0]
    assert {str(state.reason) for state in row.states} == {"suppressed: this person was erased and is not imported again"}
    summary = session.apply()
    assert summary.notes == ("1 row left out: its person was erased.",)
    assert importer.workspace.privacy_report(summary.run or 0).suppressed == 1
    assert importer.companies() == companies
    assert [person["first_name"] for person in importer.persons()] == ["Bo"]


def test_what_colleagues_share_keeps_none_of_them_out(importer: Importer) -> None:
    """The direct number above is that of both."""
    importer.run([ANNA, BO])
    importer.workspace.erase("person", anna(importer))
    _session, report = importer.plan([{**BO, "person.first_name": "Cai", "person.email": "cai@alfa.example"}])
    assert (report.suppressed, report.count("person").added) == (0, 1)


def test_a_date_of_birth_tells_namesakes_apart(importer: Importer) -> None:
    importer.run([{**ANNA, "person.email": "", "person.mobile": "", "person.phone_direct": "", "person.birthdate": "1980-02-29"}])
    importer.workspace.erase("person", anna(importer))
    same = {"person.first_name": "Anna", "person.last_name": "Holm", "company.name": "Beta", "person.birthdate": "29.02.1980"}
    _session, report = importer.plan([same, {**same, "person.birthdate": "28.02.1980"}])
    assert (report.suppressed, report.count("person").added) == (1, 1)


def test_undo_says_what_cannot_come_back(importer: Importer) -> None:
    first = importer.run([ANNA, BO])
    second = importer.run([{**ANNA, "person.title": "Director"}, {**BO, "person.title": "CEO"}], by_email())
    erased = anna(importer)
    importer.workspace.erase("person", erased)
    for run in (second.run, first.run):
        _summary, report = importer.workspace.undo(run or 0)
        assert [(each.entity, each.record) for each in report.blocked if "erased for privacy" in each.reason] == [("person", erased)]
    assert importer.persons() == []
    _summary, report = importer.workspace.redo(first.run or 0)
    assert [person["first_name"] for person in importer.persons()] == ["Bo"]


def test_whoever_was_undone_can_be_erased_too(importer: Importer) -> None:
    summary = importer.run([ANNA])
    number = anna(importer)
    importer.workspace.undo(summary.run or 0)
    importer.workspace.erase("person", number)
    assert b"anna@alfa" not in contents(importer.folder)
    _summary, report = importer.workspace.redo(summary.run or 0)
    assert "erased for privacy" in next(each.reason for each in report.blocked if each.entity == "person")
    assert importer.persons() == []
    assert [check.name for check in doctor.soundness(importer.workspace.database) if not check.ok] == []


def test_an_erasure_is_a_run_that_nothing_takes_back(importer: Importer) -> None:
    importer.run([ANNA])
    number = anna(importer)
    done = importer.workspace.erase("person", number)
    assert importer.workspace.run(done.run).kind == "erase"
    with pytest.raises(UsageError, match="erasure"):
        importer.workspace.undo(done.run)
    with pytest.raises(UsageError, match="erased already"):
        importer.workspace.erase("person", number)
    with pytest.raises(UsageError, match="no person 99"):
        importer.workspace.erase("person", 99)


def test_a_backup_that_is_brought_back_keeps_erased_persons_out(importer: Importer) -> None:
    importer.run([ANNA])
    copy = importer.workspace.backup()
    importer.workspace.erase("person", anna(importer))
    importer.workspace.restore(copy.path)
    _session, report = importer.plan([{**ANNA, "company.name": "Beta"}])
    assert report.suppressed == 1
    importer.workspace.erase("person", anna(importer))
    assert importer.persons() == []


def test_a_company_goes_only_without_its_persons(importer: Importer) -> None:
    importer.run([ANNA])
    company = importer.companies()[0]["id"]
    with pytest.raises(RefusedError, match="Persons belong"):
        importer.workspace.erase("company", company)
    importer.workspace.erase("person", anna(importer))
    importer.workspace.erase("company", company)
    assert importer.companies() == []
    assert b"Alfa ApS" not in contents(importer.folder)


def test_a_person_of_whom_nothing_is_known_cannot_be_kept_out_and_that_is_said(importer: Importer) -> None:
    importer.workspace.set_preference("mandatory_company", 0)
    settings = Settings(person=PersonRules(without_company="without"))  # type: ignore[arg-type]
    importer.run([{"company.name": "", "person.first_name": "Anna", "person.last_name": "Holm"}], settings)
    done = importer.workspace.erase("person", anna(importer))
    assert done.marks == ()
    assert any("bring the person back" in remark for remark in done.remarks)


def test_a_file_called_like_the_person_is_called_otherwise_afterwards(importer: Importer) -> None:
    workspace, path = importer.workspace, importer.folder / "Anna Holm.csv"
    path.write_text("Company name;First name;Last name\nAlfa ApS;Anna;Holm\n", encoding="utf-8")
    session = workspace.begin(str(path))
    session.read()
    session.plan()
    run = session.apply().run or 0
    session.close()
    path.unlink()
    assert "Anna Holm" in workspace.run(run).source
    workspace.erase("person", 1)
    assert workspace.run(run).source == "(erased)"
    assert {selection.name for selection in workspace.selections()} == {"New companies: (erased)", "New persons: (erased)"}
    assert b"Holm" not in contents(importer.folder)


def test_records_of_perhaps_the_same_person_are_named(importer: Importer) -> None:
    importer.run([ANNA, BO])
    importer.run([ANNA], Settings(person=PersonRules(action=Action.ADD)))
    done = importer.workspace.erase("person", 1)
    assert any(remark.endswith("where they are the same: 3.") for remark in done.remarks)
    assert Trait.EMAIL not in done.marks
    again = importer.workspace.erase("person", 3)
    assert Trait.EMAIL in again.marks
    assert again.remarks == ()


def test_the_report_for_the_officer_has_numbers_and_no_names(importer: Importer) -> None:
    workspace = importer.workspace
    workspace.set_preference("default.legal_basis", "Consent")
    importer.run([ANNA])
    connection = workspace.database.connection
    connection.execute("UPDATE consent SET legal_basis = (SELECT id FROM list_item WHERE list = 'legal_basis' AND name = 'Withdrawn')")
    before = connection.execute("SELECT * FROM consent").fetchall()
    summary = importer.run([{**ANNA, "person.title": "Director"}, BO], by_email(Action.REPLACE))
    assert connection.execute("SELECT * FROM consent ORDER BY id").fetchall()[:1] == before
    report = workspace.privacy_report(summary.run or 0)
    (consents,) = report.consents
    assert (consents.purpose, consents.legal_basis, consents.source, consents.persons) == ("Sales and service", "Consent", "Import", 1)
    assert (report.persons_new, report.persons_changed, report.earlier_consents, report.withdrawn) == (1, 1, 1, 1)
    assert (report.without_consent, report.erased, report.user) == (0, 0, workspace.user)
    assert "person.email" in report.fields
    assert not [word for word in ("Anna", "Holm", "Bo", "alfa") if word in str(report)]
    consent = next(person for person in workspace.records("person") if person["first_name"] == "Bo")["consents"][0]
    assert (consent["by"], consent["at"] >= report.started) == (workspace.user, True)


def test_undo_and_redo_never_overwrite_a_withdrawn_consent(importer: Importer) -> None:
    workspace = importer.workspace
    importer.run([ANNA])
    workspace.set_preference("default.legal_basis", "Contract")
    summary = importer.run([{**ANNA, "person.title": "Director"}], by_email())
    connection = workspace.database.connection
    assert workspace.privacy_report(summary.run or 0).consents[0].persons == 1
    workspace.undo(summary.run or 0)
    connection.execute(
        "INSERT INTO consent (person, purpose, legal_basis, source, at, by)"
        " SELECT p.id, u.id, b.id, s.id, '2027-01-01T00:00:00+00:00', 'eva'"
        " FROM person p, list_item u, list_item b, list_item s WHERE u.list = 'consent_purpose' AND u.name = 'Sales and service'"
        " AND b.name = 'Withdrawn' AND b.list = 'legal_basis' AND s.name = 'E-mail' AND s.list = 'consent_source'"
    )
    workspace.redo(summary.run or 0)
    (person,) = workspace.records("person")
    assert [(each["legal_basis"], each["by"]) for each in person["consents"]] == [("Withdrawn", "eva")]
