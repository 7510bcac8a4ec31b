"""What anybody would try first: equal names, rapidfuzz over all pairs, and character trigrams."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from tests.bench.matching.cleaning import cleaned, concatenated
from tests.bench.matching.metrics import ScoredPairs
from tests.bench.matching.peers import Answer, Clock
from tests.bench.matching.sets import LabelledSet

BLOCK, LEAST, TOP = 1000, 50, 30


def exact_name(labelled: LabelledSet, clock: Clock) -> Answer:
    """Equal cleaned names."""
    columns = cleaned(labelled.columns)
    if labelled.entity == "company":
        names = columns["name"]
    else:
        names = [
            f"{given} {surname}" if given and surname else "" for given, surname in zip(columns["given"], columns["surname"], strict=True)
        ]
    with clock.running():
        places: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(names):
            if name:
                places[name].append(place)
        found = [(a, b) for each in places.values() for i, a in enumerate(each) for b in each[i + 1 :]]
    pairs = np.array(found, np.int64).reshape(-1, 2)
    if labelled.link:
        source = np.array(labelled.source)
        pairs = pairs[source[pairs[:, 0]] != source[pairs[:, 1]]]
    return Answer(ScoredPairs(pairs[:, 0], pairs[:, 1], np.ones(len(pairs))), len(pairs), True)


def token_sort_ratio(labelled: LabelledSet, clock: Clock) -> Answer:
    """Rapidfuzz over all pairs of all fields in one text; pairs below 50 of 100 are not kept."""
    from rapidfuzz import fuzz, process

    texts = [" ".join(sorted(text.split())) for text in concatenated(cleaned(labelled.columns), len(labelled))]
    left, right = _sides(labelled)
    others = [texts[place] for place in right]
    parts = []
    with clock.running():
        for start in range(0, len(left), BLOCK):
            queries = [texts[place] for place in left[start : start + BLOCK]]
            scores = process.cdist(queries, others, scorer=fuzz.ratio, score_cutoff=LEAST, workers=2, dtype=np.float32)
            rows, columns = np.nonzero(scores)
            parts.append((left[start + rows], right[columns], scores[rows, columns]))
    return _answer(labelled, parts, len(left) * len(right))


def tfidf3(labelled: LabelledSet, clock: Clock) -> Answer:
    """Cosine of weighted character trigrams of all fields in one text, the best 30 of each record."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    texts = concatenated(cleaned(labelled.columns), len(labelled))
    left, right = _sides(labelled)
    with clock.running():
        vectors = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), dtype=np.float32).fit_transform(texts)
        found = sp_matmul_topn(vectors[left], vectors[right].T.tocsr(), top_n=TOP, threshold=0.1).tocoo()
    return _answer(labelled, [(left[found.row], right[found.col], found.data)], found.nnz)


def _sides(labelled: LabelledSet) -> tuple[np.ndarray, np.ndarray]:
    if labelled.link:
        return np.array(labelled.rows("B")), np.array(labelled.rows("A"))
    return np.arange(len(labelled)), np.arange(len(labelled))


def _answer(labelled: LabelledSet, parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]], scored: int) -> Answer:
    a, b, score = (np.concatenate(each) for each in zip(*parts, strict=True))
    if labelled.link:
        return Answer(ScoredPairs(b, a, score.astype(np.float64)), scored, False)
    low, high = np.minimum(a, b), np.maximum(a, b)
    _codes, first = np.unique(low * len(labelled) + high, return_index=True)
    first = first[low[first] < high[first]]
    return Answer(ScoredPairs(low[first], high[first], score[first].astype(np.float64)), scored, False)
