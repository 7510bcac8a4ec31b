"""Settings are read strictly: a word that is not allowed is named with those that are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_import.api.errors import RecipeError, UsageError
from tui_import.config import apply_set, settings_from_dict, settings_to_dict
from tui_import.model.settings import (
    Action,
    BlankCells,
    CompanyKey,
    CompanyRules,
    DuplicateRules,
    InvalidValues,
    ListPolicy,
    PersonKey,
    PersonRules,
    Privacy,
    Settings,
    ValueRules,
    ValuesPolicy,
    WithoutCompany,
)

LISTS = ("category", "business", "position", "interest")


@pytest.mark.parametrize(
    ("assignment", "table", "key", "value"),
    [
        ("person.match=email", "person", "match", PersonKey.EMAIL),
        ("company.action=replace", "company", "action", Action.REPLACE),
        (" company.match = vat_number ", "company", "match", CompanyKey.VAT_NUMBER),
        ("values.phones=ignore", "values", "phones", ValuesPolicy.IGNORE),
        ("values.blank_cells=keep", "values", "blank_cells", BlankCells.KEEP),
        ("values.country=DK", "values", "country", "DK"),
        ("values.country=Danmark", "values", "country", "DK"),
        ("values.country=no", "values", "country", "NO"),
        ("values.country=", "values", "country", ""),
        ("values.date_order=dmy", "values", "date_order", "dmy"),
        ("privacy.comment=Trade fair = 2026", "privacy", "comment", "Trade fair = 2026"),
        ("duplicates.find=false", "duplicates", "find", False),
        ("duplicates.find=YES", "duplicates", "find", True),
        ("duplicates.flag_at=0.7", "duplicates", "flag_at", 0.7),
        ("duplicates.undecided=merge", "duplicates", "undecided", "merge"),
    ],
)
def test_the_command_line_sets_one_thing_and_leaves_the_rest(assignment: str, table: str, key: str, value: object) -> None:
    settings = apply_set(Settings(), assignment)
    assert getattr(getattr(settings, table), key) == value
    assert replace(settings, **{table: getattr(Settings(), table)}) == Settings()


def test_the_command_line_sets_list_policies() -> None:
    settings = apply_set(apply_set(Settings(), "lists.category=default"), "lists.position=blank")
    assert settings.lists == {"category": ListPolicy.DEFAULT, "position": ListPolicy.BLANK}


@pytest.mark.parametrize(
    ("assignment", "named"),
    [
        ("person.match=emial", ["person.match", "'emial'", "name, email, mobile, number, none, id"]),
        ("company.action=overwrite", ["company.action", "add, merge, replace, skip"]),
        ("person.without_company=no", ["create, skip, without"]),
        ("values.phones=append", ["add, replace, ignore"]),
        ("values.country=Atlantis", ["values.country", "'Atlantis'", "DK"]),
        ("values.date_order=ydm", ["dmy, mdy, ymd"]),
        ("duplicates.find=maybe", ["true, false"]),
        ("duplicates.flag_at=2", ["from 0 to 1"]),
        ("duplicates.flag_at=often", ["from 0 to 1"]),
        ("duplicates.flag_at=nan", ["from 0 to 1"]),
        ("duplicates.undecided=wait", ["hold, add, merge"]),
        ("lists.category=keep", ["lists.category", "add, default, blank"]),
        ("lists.position=default", ["lists.position", "add, blank"]),
        ("lists.catgory=add", ["lists.catgory", "category"]),
        ("persn.match=email", ["persn.match", "person"]),
        ("person.mtch=email", ["person.mtch", "match"]),
        ("person.match", ["person.match", "TABLE.KEY=VALUE"]),
        ("person=email", ["TABLE.KEY=VALUE"]),
        ("", ["TABLE.KEY=VALUE"]),
        (f"privacy.comment={'x' * 256}", ["privacy.comment", "255"]),
    ],
)
def test_what_cannot_be_set_is_told_with_what_can(assignment: str, named: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        apply_set(Settings(), assignment, lists=LISTS)
    assert all(name in str(caught.value) for name in named), str(caught.value)
    assert len(str(caught.value)) < 400


def test_errors_of_a_file_name_it() -> None:
    with pytest.raises(RecipeError, match=r"fair\.toml: person\.match"):
        settings_from_dict({"person": {"match": 3}}, file="fair.toml")
    with pytest.raises(RecipeError, match=r"fair\.toml: \[person\]"):
        settings_from_dict({"person": "email"}, file="fair.toml")
    with pytest.raises(RecipeError, match="personn"):
        settings_from_dict({"personn": {}})
    with pytest.raises(RecipeError, match=r"privacy\.comment"):
        settings_from_dict({"privacy": {"comment": 3}})


def test_what_is_not_named_keeps_its_default() -> None:
    assert settings_from_dict({}) == Settings()
    assert settings_from_dict({"person": {"action": "skip"}}) == Settings(person=PersonRules(action=Action.SKIP))


texts = st.text(max_size=40)
shares = st.floats(0, 1)
any_settings = st.builds(
    Settings,
    company=st.builds(CompanyRules, match=st.sampled_from(CompanyKey), action=st.sampled_from(Action)),
    person=st.builds(
        PersonRules, match=st.sampled_from(PersonKey), action=st.sampled_from(Action), without_company=st.sampled_from(WithoutCompany)
    ),
    lists=st.dictionaries(st.sampled_from(["category", "business", "x_colour"]), st.sampled_from(ListPolicy)),
    values=st.builds(
        ValueRules,
        phones=st.sampled_from(ValuesPolicy),
        urls_emails=st.sampled_from(ValuesPolicy),
        blank_cells=st.sampled_from(BlankCells),
        invalid=st.sampled_from(InvalidValues),
        country=st.sampled_from(["", "DK", "GB"]),
        date_order=st.sampled_from(["", "dmy", "ymd"]),
        decimal_separator=st.sampled_from(["", ",", "."]),
    ),
    privacy=st.builds(Privacy, legal_basis=texts, consent_source=texts, comment=texts),
    duplicates=st.builds(DuplicateRules, find=st.booleans(), flag_at=shares, undecided=st.sampled_from(["hold", "add"]), merge_at=shares),
)


@given(any_settings)
def test_settings_survive_being_written_and_read(settings: Settings) -> None:
    assert settings_from_dict(settings_to_dict(settings)) == settings


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("list_values.category.Suplier=Supplier", {"category": {"Suplier": "Supplier"}}),
        ("list_values.category.A=B & Co. Ltd=", {"category": {"A=B & Co. Ltd": ""}}),
    ],
)
def test_a_value_of_a_list_is_decided_on_the_command_line(assignment: str, expected: dict[str, dict[str, str]]) -> None:
    settings = apply_set(Settings(), assignment)
    assert settings.list_values == expected
    assert settings_from_dict(settings_to_dict(settings)) == settings


@pytest.mark.parametrize("assignment", ["list_values.catgory.a=b", "list_values.category=b", "list_values.category.a=" + "x" * 240])
def test_a_decision_about_no_list_or_no_value_is_refused(assignment: str) -> None:
    with pytest.raises(RecipeError):
        apply_set(Settings(), assignment)
