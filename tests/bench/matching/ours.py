"""Ours, by its adapters: a labelled set in, scored pairs out; and what decisions teach it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tests.bench.matching.metrics import ScoredPairs, best_f1, f1_at, same, within
from tests.bench.matching.peers import Answer, Clock
from tests.bench.matching.sets import LabelledSet

ADDRESS = {"street": "street_address_line1", "street2": "street_address_line2", "city": "street_city", "postcode": "street_code"}
REACHED = {"country": "country", "phone": "phone", "email": "email"}
FIELDS = {
    "company": {"name": "name", **ADDRESS, **REACHED},
    "person": {"given": "first_name", "surname": "last_name", "dob": "birthdate", "company": "company", **ADDRESS, **REACHED},
}
"""Column of a set → field of the catalogue. What a customer record does not have (category, state) is left out."""
BATCH, POOL = 10, 3
"""Decisions between two refits; and out of how many times as many of the most uncertain pairs they are drawn."""


def records(entity: str, columns: dict[str, list[str]], places: list[int]) -> Any:
    """These records of a set as ours takes them."""
    from tui_import.matching import Records

    known = FIELDS[entity]
    return Records(entity, places, {known[field]: [values[i] for i in places] for field, values in columns.items() if field in known})


def found(labelled: LabelledSet, model: Any) -> Any:
    """Everything that ours says of a set."""
    from tui_import.matching import find

    if labelled.link:
        one, other = (records(labelled.entity, labelled.columns, labelled.rows(source)) for source in ("B", "A"))
        return find(one, model, other)
    return find(records(labelled.entity, labelled.columns, list(range(len(labelled)))), model)


def match(labelled: LabelledSet, clock: Clock) -> Answer:
    """As shipped, without labels; cleaning, keys and adapting included."""
    model = load_model()
    with clock.running():
        answer = found(labelled, model)
    pairs = ScoredPairs(np.asarray(answer.a), np.asarray(answer.b), np.asarray(answer.probability, np.float64))
    return Answer(pairs, int(answer.compared), True, {"left_out": {"keys": answer.left.keys, "pairs": answer.left.pairs}})


def learn(labelled: LabelledSet, clock: Clock, labels: list[int], seed: int) -> dict[str, Any]:
    """F1 on the second half after so many decisions about pairs of the first, the most uncertain first."""
    from tui_import.matching.learn import Decision
    from tui_import.matching.learn import learn as refit
    from tui_import.matching.score import probability, total

    shipped = load_model()
    start = found(labelled, shipped)
    entity, halves = shipped.entities[labelled.entity], labelled.halves
    beside = _logit(np.asarray(start.probability)) - total(start.weights, entity, shipped.damping) - entity.bias
    pairs = ScoredPairs(np.asarray(start.a), np.asarray(start.b), np.asarray(start.probability, np.float64))
    true, pool, tested = same(pairs, labelled), within(pairs, halves, 0), within(pairs, halves, 1)
    chance, rng, asked = pairs.score, np.random.default_rng(seed), np.zeros(len(pairs.a), bool)
    decisions: list[Decision] = []
    report: dict[str, Any] = {"0": _f1(pairs, true, tested, labelled)}
    for count in sorted(labels):
        with clock.running(str(count)):
            while len(decisions) < count:
                open_pairs = np.flatnonzero(pool & ~asked)
                if not len(open_pairs):
                    break
                wanted = min(BATCH, count - len(decisions))
                nearest = open_pairs[np.argsort(np.abs(chance[open_pairs] - 0.5), kind="stable")][: POOL * wanted]
                for at in rng.permutation(nearest)[:wanted]:
                    asked[at] = True
                    decisions.append(
                        Decision({name: float(each[at]) for name, each in start.weights.items()}, float(beside[at]), bool(true[at]))
                    )
                learnt = refit(decisions, entity, shipped.damping)
                if learnt:
                    after = learnt.applied(entity)
                    chance = probability(total(start.weights, after, shipped.damping) + after.bias + beside, 0.5)
            taught = entity if (learnt := refit(decisions, entity, shipped.damping)) is None else learnt.applied(entity)
            again = found(labelled, replace(shipped, entities={**shipped.entities, labelled.entity: taught}))
        scored = ScoredPairs(np.asarray(again.a), np.asarray(again.b), np.asarray(again.probability, np.float64))
        report[str(count)] = _f1(scored, same(scored, labelled), within(scored, halves, 1), labelled)
    return report


def _logit(chance: Any) -> Any:
    clipped = np.clip(chance, 2.0**-60, 1 - 2.0**-52)
    return np.log2(clipped / (1 - clipped))


def _f1(pairs: ScoredPairs, true: Any, tested: Any, labelled: LabelledSet) -> dict[str, float]:
    total = labelled.true_pairs(1)
    return {"default": f1_at(pairs.score[tested], true[tested], total), "best": best_f1(pairs.score[tested], true[tested], total).f1}


def load_model() -> Any:
    """What the program itself uses, from its shipped configuration."""
    import rapidfuzz.distance
    import rapidfuzz.fuzz
    import rapidfuzz.process  # noqa: F401 - loaded before the clock runs, as the peers' imports are

    from tui_import.config.files import read_layered
    from tui_import.matching.parse import parse_model

    return parse_model(read_layered("matching.toml"), read_layered("legal_forms.toml").get("forms", {}).values())
