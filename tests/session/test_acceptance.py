"""SPEC 9, line by line: what the whole must do, said shortly and shown on a real store. The details are tested elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from tests.session.importer import Importer
from tui_import.api.errors import StoppedError, UsageError
from tui_import.model.plan import Stored
from tui_import.model.progress import Progress
from tui_import.model.settings import (
    Action,
    BlankCells,
    CompanyKey,
    CompanyRules,
    ListPolicy,
    PersonKey,
    PersonRules,
    Privacy,
    ProductKey,
    ProductRules,
    Settings,
    ValueRules,
    ValuesPolicy,
    WithoutCompany,
)

Make = Callable[[], Importer]
Row = Mapping[str, str]
NOBODY = PersonRules(match=PersonKey.NONE)


def companies(action: Action = Action.MERGE, key: CompanyKey = CompanyKey.NAME, **rest: Any) -> Settings:
    return Settings(company=CompanyRules(key, action), person=NOBODY, **rest)


def persons(action: Action = Action.MERGE, key: PersonKey = PersonKey.NAME, **rest: Any) -> Settings:
    return Settings(person=PersonRules(key, action), **rest)


def products(action: Action = Action.MERGE, key: ProductKey = ProductKey.CODE, **rest: Any) -> Settings:
    return Settings(product=ProductRules(key, action, "Standard"), **rest)


def goods(make: Make) -> Importer:
    importer = make()
    importer.kind = "products"
    return importer


def test_1_the_table_of_the_four_actions_with_and_without_the_blank_rule(make_importer: Make) -> None:
    store = {"company.name": "ACME Inc.", "company.postal_address_line1": "Broadway 123", "company.code": "ACME1"}
    row = {
        "company.name": "ACME Inc.",
        "company.postal_address_line1": "Main street 456",
        "company.vat_number": "11223344",
        "company.code": "",
    }
    old, new = ("Broadway 123", None, "ACME1"), ("Main street 456", "11223344", None)
    expected = {
        (Action.ADD, BlankCells.CLEAR): [old, new],
        (Action.ADD, BlankCells.KEEP): [old, new],
        (Action.MERGE, BlankCells.CLEAR): [("Broadway 123", "11223344", "ACME1")],
        (Action.MERGE, BlankCells.KEEP): [("Broadway 123", "11223344", "ACME1")],
        (Action.REPLACE, BlankCells.CLEAR): [new],
        (Action.REPLACE, BlankCells.KEEP): [("Main street 456", "11223344", "ACME1")],
        (Action.SKIP, BlankCells.CLEAR): [old],
        (Action.SKIP, BlankCells.KEEP): [old],
    }
    for (action, blank), outcome in expected.items():
        importer = make_importer()
        importer.run([store], companies())
        importer.run([row], companies(action, values=ValueRules(blank_cells=blank, country="US")))
        found = [tuple(record.get(name) for name in ("postal_address_line1", "vat_number", "code")) for record in importer.companies()]
        assert found == outcome, (action, blank)


def key_cases() -> list[tuple[str, Settings, Row, Row, Row | None, Row | None]]:
    """(kind, settings, a stored row, a row that hits it, one with a blank key, another stored row with the same key)."""
    base = {
        "company.name": "Acme",
        "company.department": "North",
        "company.number": "N1",
        "company.code": "C1",
        "company.vat_number": "13585628",
    }
    found: list[tuple[str, Settings, Row, Row, Row | None, Row | None]] = []
    for key, fields in {
        CompanyKey.NAME: ["name"], CompanyKey.NAME_DEPARTMENT: ["name", "department"], CompanyKey.NUMBER: ["number"],
        CompanyKey.CODE: ["code"], CompanyKey.VAT_NUMBER: ["vat_number"],
    }.items():  # fmt: skip
        mine = {f"company.{field}": base[f"company.{field}"] for field in fields}
        hit = {"company.name": "Renamed", **mine}
        blank = None if key in (CompanyKey.NAME, CompanyKey.NAME_DEPARTMENT) else {"company.name": "New", f"company.{fields[0]}": ""}
        found.append(("contacts", companies(key=key), base, hit, blank, base))
    anna = {
        "company.name": "Acme", "person.first_name": "Anna", "person.last_name": "Holm", "person.email": "a@x.example",
        "person.mobile": "+45 20 12 34 56", "person.number": "P1",
    }  # fmt: skip
    for person_key, fields in {
        PersonKey.NAME: ["first_name", "last_name"], PersonKey.EMAIL: ["email"], PersonKey.MOBILE: ["mobile"], PersonKey.NUMBER: ["number"],
    }.items():  # fmt: skip
        names = {"company.name": "Acme", "person.first_name": "Ann", "person.last_name": "Holm-Ek"}
        hit = {**names, **{f"person.{field}": anna[f"person.{field}"] for field in fields}}
        blank = None if person_key is PersonKey.NAME else {**names, f"person.{fields[0]}": ""}
        found.append(("contacts", persons(key=person_key), anna, hit, blank, {**anna, "person.title": "CEO"}))
    lamp = {"product.code": "A1", "product.name": "Lamp", "product.list_price": "12", "product.erp_key": "E1"}
    for product_key, fields in {
        ProductKey.NAME: ["name"], ProductKey.CODE: ["code"], ProductKey.NAME_CODE: ["name", "code"], ProductKey.ERP_KEY: ["erp_key"],
    }.items():  # fmt: skip
        other = {"product.code": "B2", "product.name": "Chair", "product.list_price": "9", "product.erp_key": "E2"}
        hit = {**other, **{f"product.{field}": lamp[f"product.{field}"] for field in fields}}
        blank = {**other, "product.erp_key": ""} if product_key is ProductKey.ERP_KEY else None
        found.append(("products", products(key=product_key), lamp, hit, blank, {**lamp, "product.unit": "pcs"}))
    return found


def test_2_each_key_with_a_hit_no_hit_a_blank_key_and_two_hits(make_importer: Make) -> None:
    for kind, settings, stored, hit, blank, twin in key_cases():
        importer = make_importer()
        importer.kind = kind
        entity = "product" if kind == "products" else "company" if settings.person.match is PersonKey.NONE else "person"
        says = f"{entity} by {getattr(settings, entity).match}"

        def outcome(row: Row, importer: Importer = importer, settings: Settings = settings, entity: str = entity) -> tuple[str, str]:
            session, report = importer.plan([row], settings)
            counts = report.entities[entity].as_dict()
            reasons = [state.reason.code for state in session.preview_rows([1])[0].states if state.entity == entity and state.reason]
            return next(name for name, count in counts.items() if count), ",".join(reasons)

        importer.run([stored], settings)
        no_hit = {
            name: value if name == "product.list_price" else f"other{value}".replace("othera@", "other@") for name, value in stored.items()
        }
        no_hit.update({name: "+45 31 12 34 56" for name in stored if name == "person.mobile"})
        no_hit.update({name: "31415926" for name in stored if name == "company.vat_number"})
        assert outcome(hit)[0] in ("updated", "unchanged"), says
        assert outcome(no_hit)[0] == "added", says
        if blank is not None:
            assert outcome(blank)[0] == "added", says
        if twin is not None:
            always = replace(settings, **{entity: replace(getattr(settings, entity), action=Action.ADD)})
            importer.run([twin], always)
            assert outcome(hit) == ("problem", "ambiguous"), says
    for key in ("company", "person"):
        importer = make_importer()
        importer.run([{"company.name": "Acme", "person.first_name": "Anna", "person.last_name": "Holm"}])
        rules = Settings(company=CompanyRules(CompanyKey.ID), person=PersonRules(PersonKey.ID) if key == "person" else NOBODY)
        ids = [{"company.id": "1", f"{key}.id": number, "company.name": "X", "person.last_name": "Y"} for number in ("1", "77")]
        _session, report = importer.plan(ids, rules)
        assert (report.entities[key].unchanged + report.entities[key].updated, report.entities[key].problem) == (1, 1)


def test_3_two_rows_of_the_same_company_make_one_company_and_two_persons(importer: Importer) -> None:
    rows = [
        {"company.name": name, "person.first_name": first, "person.last_name": "Holm"}
        for name, first in (("Acme", "Anna"), ("ACME ", "Bo"))
    ]
    for action in (Action.MERGE, Action.ADD):
        summary = importer.run(rows, replace(persons(action), company=CompanyRules(action=action)))
        assert (summary.entities["company"].added, summary.entities["person"].added) == (1, 2)
    assert [len(list(importer.workspace.records("person", parent=company["id"]))) for company in importer.companies()] == [2, 2]


def test_4_three_ways_without_a_company_name_and_the_third_only_where_the_store_allows_it(make_importer: Make) -> None:
    row = {"company.name": "", "person.first_name": "Anna", "person.last_name": "Holm"}
    outcomes = {}
    for option in WithoutCompany:
        importer = make_importer()
        rules = Settings(person=PersonRules(without_company=option))
        if option is WithoutCompany.WITHOUT:
            with pytest.raises(UsageError, match="not allowed in this store"):
                importer.run([row], rules)
            importer.workspace.set_preference("mandatory_company", 0)
        importer.run([row], rules)
        outcomes[option] = ([company["name"] for company in importer.companies()], [person.get("company") for person in importer.persons()])
    assert outcomes == {
        WithoutCompany.CREATE: (["Anna Holm"], ["Anna Holm"]),
        WithoutCompany.SKIP: ([], []),
        WithoutCompany.WITHOUT: ([], [None]),
    }


LISTS = {
    "category": "company.category", "business": "company.business", "interest": "company.interests", "position": "person.position",
    "product_category": "product.category", "product_family": "product.family", "product_type": "product.type",
}  # fmt: skip


def test_5_every_list_policy_on_every_list_and_some_lists_without_a_default(make_importer: Make) -> None:
    contact = {"company.name": "Acme", "person.first_name": "Anna", "person.last_name": "Holm"}
    article = {"product.code": "A1", "product.name": "Lamp", "product.list_price": "1"}
    for (name, field), policy in product(LISTS.items(), ListPolicy):
        importer = make_importer()
        entity, _dot, bare = field.partition(".")
        importer.kind = "products" if entity == "product" else "contacts"
        for default in ("category", "business"):
            importer.workspace.set_preference(f"default.{default}", "Other")
        base = products() if entity == "product" else persons()
        rules, row = replace(base, lists={name: policy}), {**(article if entity == "product" else contact), field: "Unheard of"}
        if policy is ListPolicy.DEFAULT and name in ("position", "product_category", "product_family", "product_type"):
            with pytest.raises(UsageError, match="no default"):
                importer.run([row], rules)
            continue
        importer.run([row], rules)
        value = next(iter(importer.workspace.records(entity)))[bare]
        value = value[0] if value and isinstance(value, list) else value or None
        default_item = "Other" if name in ("category", "business") else None
        assert value == {ListPolicy.ADD: "Unheard of", ListPolicy.DEFAULT: default_item, ListPolicy.BLANK: None}[policy], (name, policy)
        known = [item.name for item in importer.workspace.lists()[name]]
        assert ("Unheard of" in known) == (policy is ListPolicy.ADD)


def test_6_the_three_policies_of_telephones_and_addresses(make_importer: Make) -> None:
    store = {"company.name": "Acme", "company.phone": "+45 33124010", "company.email": "old@x.example", "company.url": "old.example"}
    row = {"company.name": "Acme", "company.phone": "+45 33124011", "company.email": "new@x.example", "company.url": "new.example"}
    blank = {"company.name": "Acme", "company.phone": "", "company.email": "", "company.url": ""}
    for policy in ValuesPolicy:
        importer = make_importer()
        importer.run([store], companies())
        rules = companies(Action.REPLACE, values=ValueRules(phones=policy, urls_emails=policy))
        for each in (row, row, blank):
            importer.run([each], rules)
        (company,) = importer.companies()
        for field in ("phone", "email", "url"):
            old, new = [store[f"company.{field}"]], [row[f"company.{field}"]]
            wanted = {ValuesPolicy.ADD: old + new, ValuesPolicy.REPLACE: new, ValuesPolicy.IGNORE: old}[policy]
            assert company[field] == wanted, (policy, field)


def test_7_consents_say_who_and_when_and_a_withdrawn_one_is_kept(importer: Importer) -> None:
    def given(basis: str) -> Settings:
        return persons(Action.REPLACE, privacy=Privacy(legal_basis=basis, comment="Fair 2026"))

    anna = {"company.name": "Acme", "person.first_name": "Anna", "person.last_name": "Holm"}
    importer.run([anna], given("Withdrawn"))
    importer.run([anna, {**anna, "person.first_name": "Bo"}], given("Consent"))
    first, second = (person["consents"][0] for person in importer.persons())
    assert (first["legal_basis"], second["legal_basis"]) == ("Withdrawn", "Consent")
    for consent in (first, second):
        assert (consent["purpose"], consent["source"], consent["comment"]) == ("Sales and service", "Import", "Fair 2026")
        assert consent["by"] == importer.workspace.user
        assert consent["at"][:4].isdecimal()


def test_8_a_heading_row_that_is_un_checked_is_not_imported(importer: Importer) -> None:
    session = importer.begin([{"company.name": "Company name"}, {"company.name": "Acme"}], companies())
    session.check([1], False)
    report = session.plan()
    assert (report.entities["company"].added, report.entities["company"].skipped) == (1, 1)
    session.apply()
    assert [company["name"] for company in importer.companies()] == ["Acme"]


MIXED: Sequence[Row] = (
    {"company.name": "Acme", "company.code": "C1", "person.first_name": "Anna", "person.last_name": "Holm", "person.email": "a@x.example"},
    {"company.name": "Acme", "company.code": "", "person.first_name": "Bo", "person.last_name": "Ek", "person.email": "not an address"},
    {"company.name": "Beta", "company.code": "C2", "person.first_name": "", "person.last_name": "", "person.email": ""},
    {"company.name": "", "company.code": "", "person.first_name": "Cai", "person.last_name": "Niemi", "person.email": "c@x.example"},
    {"company.name": "Beta", "company.code": "C2", "person.first_name": "Dea", "person.last_name": "Lund", "person.email": "d@x.example"},
)


def test_9_the_numbers_of_the_preview_are_those_of_the_result(make_importer: Make) -> None:
    for action, key, without in product(Action, (PersonKey.NAME, PersonKey.EMAIL), (WithoutCompany.CREATE, WithoutCompany.SKIP)):
        importer = make_importer()
        importer.run([MIXED[0], {**MIXED[4], "company.code": "C9"}])
        before = {entity: importer.workspace.count(entity) for entity in ("company", "person")}
        rules = Settings(company=CompanyRules(action=action), person=PersonRules(key, action, without))
        session, report = importer.plan(MIXED, rules)
        summary = session.apply(accept_clears=True)
        assert summary.entities == report.entities
        for entity, counts in summary.entities.items():
            assert sum(counts.as_dict().values()) == len(MIXED)
            assert importer.workspace.count(entity) - before[entity] == counts.added
            members = {each.kind: each.members for each in summary.selections if each.entity == entity}
            assert (members.get("new", 0), members.get("changed", 0)) == (counts.added, counts.updated)


def test_10_selections_hold_exactly_what_is_new_and_changed_and_nothing_skipped(importer: Importer) -> None:
    importer.run([{"company.name": name, "company.code": ""} for name in ("Acme", "Beta")], companies())
    summary = importer.run(
        [
            {"company.name": "Acme", "company.code": "C1"},
            {"company.name": "Beta", "company.code": ""},
            {"company.name": "Gamma", "company.code": "C3"},
            {"company.name": "", "company.code": "C4"},
        ],
        companies(),
    )
    found = {
        each.kind: [company["name"] for company in importer.workspace.records("company", selection=each.id)]
        for each in summary.selections
        if each.kind in ("new", "changed")
    }
    assert found == {"new": ["Gamma"], "changed": ["Acme"]}


class Stopping(Progress):
    """Stops by itself at the n-th sign of progress of the writing."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def check(self) -> None:
        """One sign less."""
        if self.step == "Writing":
            self._left -= 1
            if self._left < 0:
                self.stop()
        super().check()


def test_12_a_stop_in_the_midst_of_writing_leaves_a_store_that_goes_on(importer: Importer) -> None:
    importer.run([MIXED[0]])
    before = importer.dump()
    session, _report = importer.plan(MIXED)
    stops = 0
    for after in range(50):
        try:
            session.apply(Stopping(after), accept_clears=True)
            break
        except StoppedError:
            stops += 1
            assert importer.dump() == before
            assert [check.name for check in importer.workspace.doctor() if not check.ok and check.name in ("Store file", "Journal")] == []
            session = importer.workspace.resume(session.id)
            importer.sessions.append(session)
    assert stops >= 2
    assert [company["name"] for company in importer.companies()] == ["Acme", "Beta"]
    assert importer.workspace.runs()[0].draft == session.id


def test_13_the_numbering_matrix(make_importer: Make) -> None:
    rows = [{"company.name": name, "company.number": number} for name, number in (("A", "7"), ("B", ""), ("C", "7"), ("D", ""))]

    def outcome(*, allocate: bool, unique: bool, allow_blank: bool, read_only: bool) -> dict[str, Stored]:
        importer = make_importer()
        switches = {"allocate": allocate, "unique": unique, "allow_blank": allow_blank, "read_only": read_only}
        for name, value in switches.items():
            importer.workspace.set_preference(f"company.number.{name}", int(value))
        importer.run(rows, companies())
        return {company["name"]: company.get("number") for company in importer.companies()}

    everything = {"A": "7", "B": None, "C": "7", "D": None}
    for read_only in (False, True):  # it blocks typing; an import passes
        assert outcome(allocate=False, unique=False, allow_blank=True, read_only=read_only) == everything
        assert outcome(allocate=True, unique=False, allow_blank=True, read_only=read_only) == {**everything, "B": "8", "D": "9"}
        assert outcome(allocate=False, unique=True, allow_blank=True, read_only=read_only) == {"A": "7", "B": None, "D": None}
        assert outcome(allocate=True, unique=True, allow_blank=False, read_only=read_only) == {"A": "7", "B": "8", "D": "9"}
        assert outcome(allocate=False, unique=True, allow_blank=False, read_only=read_only) == {"A": "7", "B": None}
