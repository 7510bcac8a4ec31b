"""Probable duplicates of an import: its new records compared with each other and with the store's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from tui_import.api.i18n import _
from tui_import.config.files import read_layered
from tui_import.config.learnt import load_learnt
from tui_import.flow.folding import fold_vat
from tui_import.flow.plan.duplicates import flagged, overrides
from tui_import.model.matches import SEPARATOR, Match, MatchKind, Overrides, Pair, Reason, Verdict, Verdicts, changed_slots
from tui_import.model.progress import Progress
from tui_import.model.settings import CompanyKey, DuplicateRules, PersonKey, Settings
from tui_import.session.population import StorePopulation
from tui_import.store import verdicts
from tui_import.store.draft import Draft
from tui_import.store.matches import IncomingRecords, Matches

if TYPE_CHECKING:
    from tui_import.matching import Found, Model
    from tui_import.matching.estimate import Estimate
    from tui_import.matching.model import EntityModel
    from tui_import.session.workspace import Workspace

LEAST = 0.1
"""Pairs that are less probable are not kept: nobody would draw the line there."""
STAMP_ROW = 0
"""No row has this key: there the draft keeps what the last look-up was made with."""
FEW_CHANGED = 0.2
"""Share of the incoming records up to which only the changed ones are looked up again."""
MOST = 10
"""Pairs that are kept of one incoming record."""
COMPARED: Mapping[str, tuple[str, ...]] = {
    "company": (
        "name", "department", "vat_number", "number", "code", "country", "phone", "email", "url", "postal_address_line1",
        "postal_address_line2", "postal_code", "postal_city", "street_address_line1", "street_address_line2", "street_code", "street_city",
    ),
    "person": (
        "first_name", "middle_name", "last_name", "birthdate", "number", "country", "phone", "phone_direct", "mobile", "phone_private",
        "phone_other", "email", "private_address_line1", "private_address_line2", "private_code", "private_city", "company",
    ),
}  # fmt: skip
"""Fields of the catalogue that the matcher compares."""
HARD = {"company": ("vat_number", "vat"), "person": ("birthdate", "birth")}
"""The field that one company or person has only one value of, and the matcher's name for it."""
DELIBERATE = frozenset({CompanyKey.ID, CompanyKey.NUMBER, CompanyKey.CODE, PersonKey.ID, PersonKey.NUMBER})
"""Keys that are given on purpose: what else differs is an update and no contradiction."""


@cache
def shipped_model() -> Model:
    """The model of ``matching.toml``, with the table of legal forms. Raises `RecipeError`."""
    from tui_import.matching.parse import parse_model

    return parse_model(read_layered("matching.toml"), read_layered("legal_forms.toml").get("forms", {}).values())


def learnt_model() -> Model:
    """The shipped model with what this user's decisions taught it. Raises `RecipeError`."""
    shipped = shipped_model()
    taught = {
        entity: shipped.entities[entity].with_coefficients(lesson.coefficients, lesson.bias) for entity, lesson in load_learnt().items()
    }
    return replace(shipped, entities={**shipped.entities, **taught}) if taught else shipped


def find_duplicates(workspace: Workspace, draft: Draft, settings: Settings, progress: Progress) -> Overrides:
    """Look for duplicates of the new records of the exact plan that lies in the draft, write them into it, and answer what they make of its
    rows. Inside the transaction of the plan."""
    matches = Matches(draft)
    for entity in ("company", "person"):
        if not settings.finds_duplicates(entity):
            matches.replace(entity, (), {})
            continue
        progress.begin(_("Looking for duplicate companies") if entity == "company" else _("Looking for duplicate persons"), 0)
        found, texts = _of_entity(workspace, matches, entity, settings, progress)
        matches.replace(entity, found, texts)
        matches.remember(_remembered(workspace, entity, found))
    return overrides(matches.all(), settings.duplicates)


def counted(draft: Draft, rules: DuplicateRules) -> Mapping[str, int]:
    """Entity → pairs that are shown."""
    return flagged(Matches(draft).all(), rules)


def _of_entity(
    workspace: Workspace, matches: Matches, entity: str, settings: Settings, progress: Progress
) -> tuple[list[Match], dict[int, str]]:
    import numpy as np

    from tui_import.matching.clean import clean
    from tui_import.matching.estimate import from_text, to_text
    from tui_import.matching.find import find
    from tui_import.matching.records import Records

    model = without(learnt_model(), entity, settings.duplicates)
    workspace.refresh_index(progress)
    incoming = matches.incoming(entity, COMPARED[entity])
    columns = _with_company_names(workspace, incoming) if entity == "person" else incoming.columns
    own = clean(Records(entity, incoming.rows, columns), model.words)
    progress.check()
    texts = dict(zip(incoming.rows, own.packed(), strict=True))
    population = StorePopulation(workspace.database, entity, model)
    stamp = _stamp(workspace, model.entities[entity])
    before = matches.texts(entity)
    changed = np.array([at for at, row in enumerate(incoming.rows) if before.get(row) != texts[row]], np.intp)
    kept: list[Match] = []
    estimates: list[Estimate | None] = [None, None]
    looked = own
    if before.get(STAMP_ROW, "").startswith(stamp) and len(changed) <= FEW_CHANGED * len(own):
        # only what a correction changed is looked up again, by the weights that were adapted to all rows
        estimates = [from_text(text) if text else None for text in before[STAMP_ROW].split(SEPARATOR)[1:]]
        same = set(incoming.rows) - {incoming.rows[at] for at in changed.tolist()}
        kept = [m for m in matches.all(entity) if m.kind is MatchKind.PROBABLE and {m.pair.row, m.pair.other or m.pair.row} <= same]
        looked = own.take(changed)
    found = [*kept, *_contradictions(matches, entity, settings)]
    if len(looked) and population.size:
        stored = find(looked, model, population, LEAST, estimates[0])
        ids = np.unique(stored.b)
        theirs = dict(zip(ids.tolist(), population.fetch(ids).packed(), strict=True))
        found += _matches(stored, model, texts, theirs)
        estimates[0] = stored.estimate
    progress.check()
    if len(looked):
        among = find(looked, model, None if looked is own else own, LEAST, estimates[1])
        found += _matches(among, model, texts, None)
        estimates[1] = among.estimate
    texts[STAMP_ROW] = SEPARATOR.join([stamp, *("" if each is None else to_text(each) for each in estimates)])
    return _most_probable(found), texts


def _stamp(workspace: Workspace, model: EntityModel) -> str:
    """Changes when the store, the weights or what is compared do: then everything is looked up again."""
    fact = f"{workspace.reader.generation()} {[(field, field.coefficient) for field in model.fields]} {model.bias}"
    return hashlib.sha256(fact.encode()).hexdigest()[:16]


def without(model: Model, entity: str, rules: DuplicateRules) -> Model:
    """The model without the fields that are not to be compared."""
    ignored = rules.ignored(entity)
    if not ignored:
        return model
    own = model.entities[entity]
    names = ignored | {slot for field, slot in HARD.values() if field in ignored}
    fields = tuple(field for field in own.fields if field.name not in names)
    return replace(model, entities={**model.entities, entity: replace(own, fields=fields)})


def _with_company_names(workspace: Workspace, incoming: IncomingRecords) -> Mapping[str, Sequence[str | None]]:
    """Persons of stored companies have their company's name compared, too."""
    ids = sorted({company for company in incoming.companies if company})
    stored = workspace.reader.load("company", ids, ["name"])
    names = [
        str(stored[company].values.get("name") or "") if company is not None and company in stored else own
        for company, own in zip(incoming.companies, incoming.columns["company"], strict=True)
    ]
    return {**incoming.columns, "company": names}


def _remembered(workspace: Workspace, entity: str, found: Sequence[Match]) -> dict[Pair, tuple[Verdicts, str, str]]:
    """What was said of these pairs in earlier imports, with the texts it was said about: where one has changed, it is asked again."""
    known = verdicts.of_records(workspace.database, entity, {match.pair.record for match in found if match.pair.record})
    decided: dict[Pair, tuple[Verdicts, str, str]] = {}
    for match in found:
        said = [each for each in known.get(match.pair.record, ()) if same_row(each.text, match.fingerprint)]
        if said:
            nearest = min(said, key=lambda each: len(changed_slots(entity, each.text, match.fingerprint)))
            verdict = Verdicts(Verdict(nearest.verdict), at=nearest.at, by=nearest.by, origin="memory")
            decided[match.pair] = (verdict, nearest.text, nearest.other_text)
    return decided


def same_row(one: str, other: str) -> bool:
    """Two fingerprints that share their name and most of what else is known: the same row at another time."""
    first, second = one.split(SEPARATOR), other.split(SEPARATOR)
    known = [(a, b) for a, b in zip(first, second, strict=False) if a and b]
    return first[0] == second[0] and sum(a == b for a, b in known) * 2 >= len(known)


def _matches(found: Found, model: Model, texts: Mapping[int, str], stored: Mapping[int, str] | None) -> Iterator[Match]:
    """``stored``: texts of the stored records; None where incoming records were compared with each other."""
    if stored is None:
        return _explained(found, model, lambda later, earlier: Pair(found.entity, later, 0, earlier), texts, None)
    return _explained(found, model, partial(Pair, found.entity), texts, stored)


def stored_matches(found: Found, model: Model, texts: Mapping[int, str]) -> Iterator[Match]:
    """Pairs of stored records; ``texts``: what was compared of each."""
    return _explained(found, model, partial(Pair, found.entity), texts, None)


def _explained(
    found: Found, model: Model, pair_of: Callable[[int, int], Pair], texts: Mapping[int, str], others: Mapping[int, str] | None
) -> Iterator[Match]:
    """``others``: texts of the records that were compared with; None where records were compared among themselves, the later one first."""
    from tui_import.matching.explain import explain

    own: EntityModel = model.entities[found.entity]
    seen: set[Pair] = set()
    for at, (a, b) in enumerate(zip(found.a.tolist(), found.b.tolist(), strict=True)):
        one, two = (a, b) if others is not None else (max(a, b), min(a, b))
        pair = pair_of(one, two)
        if (one == two and others is None) or pair in seen:
            continue
        seen.add(pair)
        why = explain(found, at, own, model.damping)
        other = (texts if others is None else others).get(two, "")
        weights = {name: float(weight[at]) for name, weight in found.weights.items()}
        yield Match(
            pair,
            why.probability,
            MatchKind.PROBABLE,
            why.reasons,
            why.start,
            why.carried,
            why.turn,
            weights,
            texts.get(one, ""),
            other,
        )


def _contradictions(matches: Matches, entity: str, settings: Settings) -> Iterator[Match]:
    """Rows whose key finds a record that they cannot be: same name, different VAT number."""
    rules = settings.company if entity == "company" else settings.person
    field, slot = HARD[entity]
    if rules.match in DELIBERATE or field in settings.duplicates.ignored(entity) or field == str(rules.match):
        return
    for row, record, stored, incoming in matches.contradictions(entity, field):
        if _one(field, stored) == _one(field, incoming):
            continue
        text = SEPARATOR.join((str(record), _one(field, stored), _one(field, incoming)))
        yield Match(Pair(entity, row, record), 0.5, MatchKind.CONTRADICTION, (Reason(slot, "different", 0.0),), fingerprint=text)


def _one(field: str, value: object) -> str:
    """A VAT number or a whole birth date as it is compared; a date that is known in part contradicts nothing."""
    text = str(value)
    if field == "vat_number":
        return fold_vat(text)
    return text if len(text) == len("2000-01-01") else ""


def _most_probable(found: Iterable[Match]) -> list[Match]:
    """The best pairs of each incoming record."""
    kept: dict[int, int] = {}
    chosen = []
    for match in sorted(found, key=lambda match: (match.kind is not MatchKind.CONTRADICTION, -match.probability)):
        kept[match.pair.row] = kept.get(match.pair.row, 0) + 1
        if kept[match.pair.row] <= MOST:
            chosen.append(match)
    return chosen
