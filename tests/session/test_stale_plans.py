"""Two people, one store: a plan made against older records is never carried out as if nothing had happened."""

from __future__ import annotations

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import StaleError
from tui_import.model.settings import Action, CompanyRules, PersonKey, PersonRules, Settings

ONLY_COMPANIES = Settings(person=PersonRules(match=PersonKey.NONE))


def test_a_plan_that_comes_out_differently_by_now_is_shown_again_before_it_is_applied(importer: Importer) -> None:
    mine, report = importer.plan([{"company.name": "Acme"}, {"company.name": "Bolt"}], ONLY_COMPANIES)
    assert report.entities["company"].added == 2
    importer.run([{"company.name": "Acme"}], ONLY_COMPANIES)

    with pytest.raises(StaleError, match="1 row comes out differently"):
        mine.apply()

    assert [company["name"] for company in importer.companies()] == ["Acme"]
    new = mine.report
    assert new is not None
    assert (new.entities["company"].added, new.entities["company"].unchanged) == (1, 1)
    mine.apply()
    assert [company["name"] for company in importer.companies()] == ["Acme", "Bolt"]


def test_a_plan_that_the_other_import_does_not_touch_is_applied_without_a_question(importer: Importer) -> None:
    mine, _report = importer.plan([{"company.name": "Acme"}], ONLY_COMPANIES)
    importer.run([{"company.name": "Bolt"}], ONLY_COMPANIES)

    mine.apply()

    assert [company["name"] for company in importer.companies()] == ["Bolt", "Acme"]


def test_a_change_of_a_record_that_somebody_else_has_changed_meanwhile_is_shown_again(importer: Importer) -> None:
    importer.run([{"company.name": "Acme", "company.postal_city": "Aarhus"}], ONLY_COMPANIES)
    rules = Settings(company=CompanyRules(action=Action.REPLACE), person=PersonRules(match=PersonKey.NONE))
    mine, _report = importer.plan([{"company.name": "Acme", "company.postal_city": "Odense"}], rules)
    importer.run([{"company.name": "Acme", "company.postal_city": "Vejle"}], rules)

    with pytest.raises(StaleError, match="1 row comes out differently"):
        mine.apply()

    assert importer.companies()[0]["postal_city"] == "Vejle"
    assert mine.report is not None
    assert mine.report.moved == (("company:edited", "company:updated", 1),)
    (change,) = [change for change in mine.detail(1).changes if change.field == "company.postal_city"]
    assert (change.stored, change.result) == ("Vejle", "Odense")


def test_a_record_edited_by_another_program_in_the_meantime_stops_the_plan(importer: Importer) -> None:
    importer.run([{"company.name": "Acme", "company.postal_city": "Aarhus"}], ONLY_COMPANIES)
    rules = Settings(company=CompanyRules(action=Action.REPLACE), person=PersonRules(match=PersonKey.NONE))
    mine, _report = importer.plan([{"company.name": "Acme", "company.postal_city": "Odense"}], rules)
    importer.workspace.database.connection.execute("UPDATE company SET postal_city = 'Vejle'")

    with pytest.raises(StaleError, match="A record was changed"):
        mine.apply()
    assert importer.companies()[0]["postal_city"] == "Vejle"

    mine.plan()
    mine.apply()
    assert importer.companies()[0]["postal_city"] == "Odense"


def test_applying_twice_imports_once(importer: Importer) -> None:
    session, _report = importer.plan([{"company.name": "Acme"}], ONLY_COMPANIES)
    session.apply()
    again = importer.workspace.resume(session.id)
    importer.sessions.append(again)

    assert again.state == "applied"
    assert again.summary == session.summary
    assert len(importer.companies()) == 1
