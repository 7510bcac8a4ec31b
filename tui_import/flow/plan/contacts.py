"""The plan of a contacts import: each row has a company and a person, in the order of the file (SPEC 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui_import.flow.folding import fold
from tui_import.flow.plan.binding import UNMATCHED, Binder, BlockOfRows, BoundBlock
from tui_import.flow.plan.entity import EntityPlanner
from tui_import.flow.plan.keys import name_department, person_in_company
from tui_import.flow.plan.numbers import Numbers
from tui_import.flow.plan.planned import Decision, Kind, PlanIndex
from tui_import.flow.plan.planner import Part, RowSoFar
from tui_import.flow.plan.rows import PlannedRow, bare, kept_issues, multiple_fields
from tui_import.flow.plan.suppression import SUPPRESSED, Suppression
from tui_import.model.fields import Catalogue
from tui_import.model.issues import Issue, Severity
from tui_import.model.matches import Overrides
from tui_import.model.plan import Operation, Stored
from tui_import.model.records import RecordReader
from tui_import.model.settings import COMPANY_KEY_FIELDS, PERSON_KEY_FIELDS, CompanyKey, PersonKey, Settings, WithoutCompany

NO_COMPANY = Issue("no_company_name", Severity.WARNING)
COMPANY_HELD = Issue("company_held", Severity.WARNING)


class Consent(NamedTuple):
    """The consent that imported persons get (SPEC 4.6)."""

    purpose: str
    """Key of the purpose."""
    legal_basis: str
    """Name of the legal basis, for the preview."""


class ContactsPart(Part):
    """Plans companies and persons."""

    counted = ("company", "person")

    def __init__(
        self,
        catalogue: Catalogue,
        settings: Settings,
        binder: Binder,
        reader: RecordReader,
        index: PlanIndex,
        numbers_from: Mapping[str, int] | None = None,
        defaults: Mapping[str, Mapping[str, Stored]] | None = None,
        consent: Consent | None = None,
        overrides: Overrides | None = None,
        suppression: Suppression | None = None,
        alone: bool = True,
    ) -> None:
        """``numbers_from``: entity → first free number, for the entities whose numbers are allocated. ``defaults``: entity → field → value
        for new records that bring none. ``consent``: given to new persons, and to existing ones that have none for its purpose.
        ``overrides``: what was decided of probable duplicates. ``suppression``: marks of erased persons, whose rows are left out.
        ``alone``: rows are of nothing else, so that one without a company is worth a word.
        """
        self._settings = settings
        self._reader = reader
        self._index = index
        self._alone = alone
        self._own = {entity: binder.brought(entity) for entity in self.counted}
        companies = binder.single_fields("company")
        if (settings.person.without_company is WithoutCompany.CREATE or not alone) and "name" not in companies:
            companies = (*companies, "name")
        self.companies = EntityPlanner(
            "company",
            catalogue,
            settings,
            match=settings.company.match,
            key_fields=bare(COMPANY_KEY_FIELDS[settings.company.match]),
            single=companies,
            defaults=(defaults or {}).get("company"),
            overrides=(overrides or {}).get("company"),
            multiple=multiple_fields(binder, catalogue, "company"),
        )
        self.persons = EntityPlanner(
            "person",
            catalogue,
            settings,
            match=settings.person.match,
            key_fields=bare(PERSON_KEY_FIELDS[settings.person.match]),
            single=binder.single_fields("person"),
            defaults=(defaults or {}).get("person"),
            overrides=(overrides or {}).get("person"),
            multiple=multiple_fields(binder, catalogue, "person"),
        )
        self._numbers = {
            entity: Numbers(entity, reader) for entity in ("company", "person") if reader.preference(f"{entity}.number.unique")
        }
        self.entities = {"company": self.companies, "person": self.persons}
        self._next_number = dict(numbers_from or {})
        self._consent = consent
        self._suppression = suppression if settings.person.match is not PersonKey.NONE else None
        self._suppressed: frozenset[int] = frozenset()

    # -- looking up

    def begin(self, bound: BoundBlock, _block: BlockOfRows) -> Sequence[tuple[int, Issue]]:
        """See `Part.begin`."""
        count = len(bound.n)
        self._bound = bound
        if self._suppression is not None:
            self._suppressed = self._suppression.rows(bound.entities["company"], bound.entities["person"], count)
        self._names = bound.entities["company"].single.get("name") or [None] * count
        self._company_keys = self._keys_of_companies(bound, count)
        self._create_names = self._names_from_persons(bound, count)
        self._created_keys = self._keys_of_created()
        keys = [key for key in (*self._company_keys, *self._created_keys) if key]
        self.companies.begin(bound.entities["company"], bound.n, keys, self._reader, self._index)
        self._person_names = bound.entities["person"].keys.get("name") or [None] * count
        self.persons.begin(bound.entities["person"], bound.n, self._keys_of_persons(count), self._reader, self._index)
        if self._consent is not None:
            stored = self.persons.stored_ids
            self.persons.give_consent(stored - self._reader.with_consent(self._consent.purpose, sorted(stored)), self._consent.legal_basis)
        return ()

    def _keys_of_companies(self, bound: BoundBlock, count: int) -> list[str | None]:
        company = bound.entities["company"]
        match = self._settings.company.match
        blank: list[str | None] = [None] * count
        if match is CompanyKey.ID:
            return [None if value is None else str(value) for value in company.single.get("id", blank)]
        if match is CompanyKey.NAME_DEPARTMENT:
            departments = company.keys.get("department", blank)
            return [name_department(name, dep) for name, dep in zip(company.keys.get("name", blank), departments, strict=True)]
        return company.keys.get(str(match), blank)

    def _names_from_persons(self, bound: BoundBlock, count: int) -> list[str | None]:
        """The names that companies are made of where a person's row names none."""
        if self._settings.person.without_company is not WithoutCompany.CREATE:
            return [None] * count
        person = bound.entities["person"].single
        blank: list[Stored] = [None] * count
        parts = zip(*(person.get(name, blank) for name in ("first_name", "middle_name", "last_name")), strict=True)
        return [
            " ".join(str(part) for part in name if part) or None if company is None else None
            for company, name in zip(self._names, parts, strict=True)
        ]

    def _keys_of_created(self) -> list[str | None]:
        """The keys of the companies in `_create_names`."""
        match = self._settings.company.match
        if match is CompanyKey.NAME:
            return [fold(name) if name else None for name in self._create_names]
        if match is CompanyKey.NAME_DEPARTMENT:
            departments = self._bound.entities["company"].keys.get("department") or [None] * len(self._create_names)
            return [name_department(fold(name), dep) if name else None for name, dep in zip(self._create_names, departments, strict=True)]
        return [None] * len(self._create_names)

    def _keys_of_persons(self, count: int) -> list[str]:
        """Every key that a row of the block may need, before the row's company is decided."""
        if self._settings.person.match is not PersonKey.NAME:
            return [key for i in range(count) for key in self._person_keys(i, None)]
        keys = []
        for i, name in enumerate(self._person_names):
            company_key = self._company_keys[i] or self._created_keys[i]
            company = self.companies.live_hit(None, i)
            if company is None and company_key is not None:
                company = self.companies.live_hit(company_key, i) or self.companies.in_file.get(company_key)
                if company is None:  # a company that is new has no persons yet
                    continue
            key = person_in_company(company, name)
            if key is not None:
                keys.append(key)
        return keys

    def _person_keys(self, i: int, company: int | None) -> tuple[str, ...]:
        match = self._settings.person.match
        person = self._bound.entities["person"]
        if match is PersonKey.NAME:
            key = person_in_company(company, self._person_names[i])
            return (key,) if key else ()
        if match in (PersonKey.EMAIL, PersonKey.MOBILE):
            values = person.multiple.get(str(match))
            return tuple(value.key for value, _column in values[i] if not value.key.startswith(UNMATCHED)) if values else ()
        if match is PersonKey.NUMBER:
            numbers = person.keys.get("number")
            return (numbers[i],) if numbers and numbers[i] else ()  # type: ignore[return-value]
        ids = person.single.get("id")
        return (str(ids[i]),) if ids and ids[i] is not None else ()

    # -- deciding

    def leaves_out(self, i: int) -> Issue | None:
        """See `Part.leaves_out`: the row's person was erased."""
        return SUPPRESSED if i in self._suppressed else None

    def decide(self, i: int, row: RowSoFar) -> None:
        """See `Part.decide`."""
        if not self._alone and not any(self._bound.entities[entity].has_any(self._own[entity], i) for entity in self.counted):
            row["company"] = row["person"] = Decision(Kind.NOTHING)
        else:
            row["company"], row["person"] = self._decide(i)

    def make(self, i: int, name: str, row: RowSoFar) -> int | None:
        """See `Part.make`: a company."""
        if row["company"].kind is not Kind.NOTHING:
            return None
        keys = (fold(name),) if self._settings.company.match is CompanyKey.NAME else ()
        self._create_names[i] = name
        row["company"] = Decision(Kind.NEW, -self.companies.next_new, None, keys)
        return row["company"].ref

    def _decide(self, i: int) -> tuple[Decision, Decision]:
        company = self._decide_company(i)
        if company.kind is not Kind.PROBLEM:
            company = self.companies.overridden(company, self._bound.n[i])
            company = self._check_number("company", self.companies, i, company)
        if company.kind is Kind.PROBLEM:
            return company, Decision(Kind.NOTHING)
        person = self._decide_person(i, company)
        if company.kind is Kind.HELD and person.kind not in (Kind.NOTHING, Kind.PROBLEM):
            person = Decision(Kind.HELD, None, COMPANY_HELD)
        return company, person

    def _decide_company(self, i: int) -> Decision:
        key = self._company_keys[i]
        decision = self.companies.decide((key,) if key else (), i)
        if decision.kind is not Kind.NEW:
            return decision
        if key and self._settings.company.match is CompanyKey.ID:
            return Decision(Kind.PROBLEM, None, Issue("unknown_id", Severity.ERROR, "company.id", params={"id": key}))
        if self._names[i] is not None:
            return decision
        if self._settings.person.match is not PersonKey.NONE and self._create_names[i]:
            created = self._created_keys[i]
            return self.companies.decide((created,) if created else (), i)
        return Decision(Kind.NOTHING, None, NO_COMPANY)

    def _decide_person(self, i: int, company: Decision) -> Decision:
        person = self._settings.person
        if person.match is PersonKey.NONE:
            return Decision(Kind.NOTHING)
        if company.kind is Kind.NOTHING and person.without_company is not WithoutCompany.WITHOUT:
            return Decision(Kind.NOTHING, None, NO_COMPANY)
        if not self.persons.has_data(i):
            return Decision(Kind.NOTHING)
        keys = self._person_keys(i, company.ref if company.kind is not Kind.NOTHING else None)
        decision = self.persons.overridden(self.persons.decide(keys, i), self._bound.n[i])
        if decision.kind is Kind.NEW:
            if keys and person.match is PersonKey.ID:
                return Decision(Kind.PROBLEM, None, Issue("unknown_id", Severity.ERROR, "person.id", params={"id": keys[0]}))
            if not self._person_names[i]:
                return Decision(Kind.PROBLEM, None, Issue("no_person_name", Severity.ERROR, "person.last_name"))
        return self._check_number("person", self.persons, i, decision)

    def _check_number(self, entity: str, planner: EntityPlanner, i: int, decision: Decision) -> Decision:
        """Numbers that must be unique (SPEC 7, number allocation)."""
        if entity not in self._numbers or decision.kind not in (Kind.NEW, Kind.HIT) or planner.match == "number":
            return decision
        column = self._bound.entities[entity].keys.get("number")
        problem = self._numbers[entity].check(
            column[i] if column else None, decision, self._bound.n[i], allocated=entity in self._next_number
        )
        return Decision(Kind.PROBLEM, decision.ref, problem) if problem else decision

    # -- planning

    def commit(self, i: int, n: int, row: RowSoFar, issues: list[tuple[int, Issue]]) -> Sequence[PlannedRow]:
        """See `Part.commit`."""
        company, person = row["company"], row["person"]
        rows = []
        company_ref = None
        if company.kind is Kind.NOTHING:
            rows.append(PlannedRow(n, "company", Operation.SKIPPED, None, company.reason))
        elif company.kind is Kind.HELD:
            joins = self.companies.hold(company, i, n)
            rows.append(PlannedRow(n, "company", Operation.HELD, company.ref, company.reason, joins))
        else:
            company_ref = company.ref
            extra = self._allocated("company", company, i)
            name = self._create_names[i]
            if name:
                extra["name"] = (name, fold(name))
            operation, joins = self.companies.commit(company, i, n, extra)
            rows.append(PlannedRow(n, "company", operation, company_ref, company.reason, joins))
            issues += [(n, issue) for issue in kept_issues(self.companies, self._bound, company, i)]
            if company.kind is Kind.NEW and not company.keys:
                issues.append((n, _blank_key(self._settings.company.match)))
        if person.kind is Kind.NOTHING:
            rows.append(PlannedRow(n, "person", Operation.SKIPPED, None, person.reason))
        elif person.kind is Kind.HELD:
            joins = self.persons.hold(person, i, n) if person.ref is not None else None
            rows.append(PlannedRow(n, "person", Operation.HELD, person.ref, person.reason, joins))
        else:
            extra = self._allocated("person", person, i)
            if company_ref is not None:
                extra["company"] = (company_ref, None)
            operation, joins = self.persons.commit(person, i, n, extra)
            rows.append(PlannedRow(n, "person", operation, person.ref, person.reason, joins))
            issues += [(n, issue) for issue in kept_issues(self.persons, self._bound, person, i)]
            if person.kind is Kind.NEW and not person.keys:
                issues.append((n, _blank_key(self._settings.person.match)))
        return rows

    def _allocated(self, entity: str, decision: Decision, i: int) -> dict[str, tuple[Stored, str | None]]:
        """The next number for a new record that brings none, where numbers are allocated."""
        if entity not in self._next_number or decision.kind is not Kind.NEW:
            return {}
        column = self._bound.entities[entity].single.get("number")
        if column and column[i] is not None:
            return {}
        number = str(self._next_number[entity])
        self._next_number[entity] += 1
        return {"number": (number, number)}


def _blank_key(match: CompanyKey | PersonKey) -> Issue:
    entity = "company" if isinstance(match, CompanyKey) else "person"
    return Issue(
        "blank_key", Severity.WARNING, f"{entity}.{match}" if match != "name_department" else "company.name", params={"field": str(match)}
    )
