"""Splink on DuckDB as its documentation trains it: library comparisons, blocking rules, prior by rules, u by sampling, m by two passes."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.bench.matching.cleaning import cleaned, words
from tests.bench.matching.metrics import ScoredPairs
from tests.bench.matching.peers import Answer, Clock
from tests.bench.matching.sets import LabelledSet

Columns = dict[str, list[str]]
RULES = {
    "company": (("name",), ("start",), ("word1",), ("word2",), ("phone",), ("email",), ("street",), ("postcode", "initial")),
    "person": (("given",), ("surname",), ("dob",), ("email",), ("phone",), ("street",), ("company", "initial")),
}
SURE = {
    "company": (("name", "street"), ("name", "country"), ("name", "phone"), ("name",)),
    "person": (("given", "surname", "dob"), ("given", "surname", "street"), ("given", "surname", "email"), ("email",)),
}
PASSES = {"company": (("start",), ("phone",), ("street",), ("word1",)), "person": (("surname", "given"), ("dob",), ("street",), ("email",))}
SCALE_RULES = {
    "company": (("name",), ("start8",), ("email",), ("phone",), ("street", "postcode"), ("word1", "postcode")),
    "person": (
        ("given", "surname", "city"),
        ("email",),
        ("phone",),
        ("surname", "postcode"),
        ("street", "postcode"),
        ("surname", "company"),
    ),
}
SCALE_PASSES = {"company": (("name",), ("phone",)), "person": (("email",), ("surname", "postcode"))}
"""Rules that bring few pairs: those of small sets would bring tens of millions here."""
RECALL = 0.7


def frame(columns: Columns, entity: str, places: Sequence[int], source: str) -> Any:
    """Cleaned records as a table, with the columns that only blocking uses."""
    import pandas as pd

    table = {field: values for field, values in columns.items() if field != "category"}
    if entity == "company":
        names = columns["name"]
        table |= {"start": [name[:4] for name in names], "start8": [name[:8] for name in names], "initial": [name[:1] for name in names]}
        table |= {"word1": words(names, 0), "word2": words(names, 1)}
    else:
        table |= {"initial": [name[:1] for name in columns["given"]]}
    data = pd.DataFrame(table).replace("", None)
    data.insert(0, "unique_id", np.asarray(places))
    data.insert(1, "source_dataset", source)
    return data


def comparisons(fields: Sequence[str]) -> list[Any]:
    """What its library has for each field."""
    import splink.comparison_library as cl

    made = {
        "name": lambda: cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]).configure(term_frequency_adjustments=True),
        "given": lambda: cl.NameComparison("given").configure(term_frequency_adjustments=True),
        "surname": lambda: cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        "dob": lambda: cl.DateOfBirthComparison("dob", input_is_string=True, datetime_format="%Y%m%d"),
        "email": lambda: cl.EmailComparison("email"),
        "phone": lambda: cl.LevenshteinAtThresholds("phone", [1, 2]).configure(term_frequency_adjustments=True),
        "street": lambda: cl.JaroWinklerAtThresholds("street", [0.92, 0.85]).configure(term_frequency_adjustments=True),
        "street2": lambda: cl.JaroWinklerAtThresholds("street2", [0.9]).configure(term_frequency_adjustments=True),
        "city": lambda: cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
        "postcode": lambda: cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        "state": lambda: cl.ExactMatch("state").configure(term_frequency_adjustments=True),
        "country": lambda: cl.ExactMatch("country").configure(term_frequency_adjustments=True),
        "company": lambda: cl.JaroWinklerAtThresholds("company", [0.92, 0.85]).configure(term_frequency_adjustments=True),
    }
    return [make() for field, make in made.items() if field in fields]


def possible(rules: Sequence[tuple[str, ...]], fields: Sequence[str]) -> list[tuple[str, ...]]:
    """The rules whose columns there are."""
    return [rule for rule in rules if set(rule) <= set(fields)]


def settings(entity: str, fields: Sequence[str], link_type: str, rules: dict[str, Any]) -> Any:
    """The model before training."""
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type=link_type,
        comparisons=comparisons(fields),
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in possible(rules[entity], fields)],
        retain_matching_columns=False,
    )


def train(linker: Any, entity: str, fields: Sequence[str], passes: dict[str, Any]) -> None:
    """The prior by rules that are nearly always right, u by sampling, m by expectation maximisation."""
    from splink import block_on

    linker.training.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in possible(SURE[entity], fields)[:2]], recall=RECALL
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    done = 0
    for rule in possible(passes[entity], fields):
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
        except Exception as error:  # a pass whose rule brings no pairs: its documentation says to take another
            logging.getLogger(__name__).warning("%s: %s", rule, type(error).__name__)
            continue
        done += 1
        if done == 2:
            break


def match(labelled: LabelledSet, clock: Clock) -> Answer:
    """Train and predict on one set."""
    from splink import DuckDBAPI, Linker

    quiet()
    columns = cleaned(labelled.columns)
    parts = [(source, labelled.rows(source)) for source in ("A", "B")] if labelled.link else [("A", list(range(len(labelled))))]
    frames = [
        frame({field: [values[i] for i in places] for field, values in columns.items()}, labelled.entity, places, source)
        for source, places in parts
    ]
    fields = list(frames[0].columns)
    with clock.running():
        api = DuckDBAPI()
        tables = [api.register(each, dataset_display_name=source) for each, (source, _places) in zip(frames, parts, strict=True)]
        linker = Linker(
            tables if labelled.link else tables[0],
            settings(labelled.entity, fields, "link_only" if labelled.link else "dedupe_only", RULES),
            log_level=logging.ERROR,
        )
        train(linker, labelled.entity, fields, PASSES)
        found = linker.inference.predict().as_pandas_dataframe()
    a, b = found["unique_id_l"].to_numpy(np.int64), found["unique_id_r"].to_numpy(np.int64)
    return Answer(ScoredPairs(a, b, found["match_probability"].to_numpy(np.float64)), len(found), True)


def quiet() -> None:
    """No advice on standard output."""
    warnings.simplefilter("ignore")
    logging.getLogger("splink").setLevel(logging.ERROR)
