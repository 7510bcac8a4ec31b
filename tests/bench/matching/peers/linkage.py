"""recordlinkage: sorted neighbourhood and exact blocks, Jaro-Winkler by field; classified by ECM, or ranked by mean similarity."""

from __future__ import annotations

import warnings

import numpy as np

from tests.bench.matching.cleaning import cleaned
from tests.bench.matching.metrics import ScoredPairs
from tests.bench.matching.peers import Answer, Clock
from tests.bench.matching.sets import LabelledSet

SORTED = {"company": ("name",), "person": ("surname", "given")}
BLOCKS = {"company": ("phone", "street", "email"), "person": ("dob", "email", "street", "phone")}
WINDOW, ALIKE = 15, 0.85


def ecm(labelled: LabelledSet, clock: Clock) -> Answer:
    """Probabilities by its unsupervised classifier over agreeing and not agreeing."""
    import recordlinkage

    a, b, features = _features(labelled, clock, 0.0)
    with clock.running():
        classifier = recordlinkage.ECMClassifier(binarize=ALIKE)
        classifier.fit(features)
        score = classifier.prob(features).to_numpy(np.float64)
    return Answer(ScoredPairs(a, b, np.nan_to_num(score)), len(a), True)


def mean(labelled: LabelledSet, clock: Clock) -> Answer:
    """The mean of the similarities."""
    a, b, features = _features(labelled, clock, 0.5)
    return Answer(ScoredPairs(a, b, features.mean(axis=1).to_numpy(np.float64)), len(a), False)


def _features(labelled: LabelledSet, clock: Clock, missing: float):  # type: ignore[no-untyped-def]
    import pandas as pd
    import recordlinkage

    warnings.simplefilter("ignore")
    columns = {field: values for field, values in cleaned(labelled.columns).items() if field != "category"}
    data = pd.DataFrame(columns)
    sides = [data.loc[labelled.rows("A")], data.loc[labelled.rows("B")]] if labelled.link else [data]
    with clock.running():
        indexer = recordlinkage.Index()
        for field in SORTED[labelled.entity]:
            indexer.sortedneighbourhood(field, window=WINDOW)
        for field in BLOCKS[labelled.entity]:
            if field in columns:
                indexer.block(field)
        sides = [side.replace("", None) for side in sides]
        pairs = indexer.index(*[side.fillna(dict.fromkeys(SORTED[labelled.entity], "")) for side in sides])
        compare = recordlinkage.Compare()
        for field in columns:
            compare.string(field, field, method="jarowinkler", missing_value=missing, label=field)
        features = compare.compute(pairs, *sides)
    one, other = (features.index.get_level_values(level).to_numpy(np.int64) for level in (0, 1))
    if not labelled.link:
        one, other = np.minimum(one, other), np.maximum(one, other)
    return one, other, features
