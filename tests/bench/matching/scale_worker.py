"""One tool at scale, in a process of its own; prints a line of JSON.

``python -m tests.bench.matching.scale_worker TOOL KIND INCOMING STORED``
"""

from __future__ import annotations

import gc
import json
import logging
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.matching.cleaning import cleaned
from tests.bench.matching.peers import Clock, peak_mb
from tests.bench.matching.scale_data import Side, judged, load

ENTITIES = {"C": "company", "P": "person"}
KEYS = {"C": (("name",),), "P": (("email",), ("phone",), ("given", "surname"))}
MILLION = 1_000_000
Found = tuple[Any, Any, Any, int]


def exact_keys(kind: str, incoming: Side, stored: Side, clock: Clock, figures: dict[str, Any]) -> Found:
    """Equal name; for persons equal e-mail, telephone or whole name. The stored rows' keys are built first, as `build`."""
    old, new = cleaned(stored.columns), cleaned(incoming.columns)
    found: set[tuple[int, int]] = set()
    for fields in KEYS[kind]:
        with clock.running("build"):
            places: dict[tuple[str, ...], list[int]] = {}
            for place, key in enumerate(zip(*(old[field] for field in fields), strict=True)):
                places.setdefault(key, []).append(place)
        with clock.running("look up"):
            for row, key in enumerate(zip(*(new[field] for field in fields), strict=True)):
                if all(key):
                    found.update((row, place) for place in places.get(key, ()))
    pairs = np.array(sorted(found), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], np.ones(len(pairs)), len(pairs)


def splink(kind: str, incoming: Side, stored: Side, clock: Clock, figures: dict[str, Any]) -> Found:
    """Cold: clean, register, train, predict. `warm`: the trained model, clean and register the incoming rows, predict."""
    from splink import DuckDBAPI, Linker

    from tests.bench.matching.peers import splink_duckdb as recipe

    recipe.quiet()
    entity = ENTITIES[kind]
    with clock.running("clean stored"):
        old = recipe.frame(cleaned(stored.columns), entity, range(len(stored)), "A")
    with clock.running("clean incoming"):
        new = recipe.frame(cleaned(incoming.columns), entity, range(len(incoming)), "B")
    fields = list(old.columns)

    def linker(settings: Any) -> Any:
        api = DuckDBAPI()
        tables = [api.register(table, dataset_display_name=name) for table, name in ((old, "A"), (new, "B"))]
        return Linker(tables, settings, log_level=logging.ERROR)

    with clock.running("train"):
        trained = linker(recipe.settings(entity, fields, "link_only", recipe.SCALE_RULES))
        recipe.train(trained, entity, fields, recipe.SCALE_PASSES)
    with clock.running("predict"):
        table = trained.inference.predict().as_pandas_dataframe()
    warm = Clock()
    model = trained.misc.save_model_to_json()
    with warm.running():
        linker(model).inference.predict().as_pandas_dataframe()
    figures["warm"] = warm.wall + clock.laps["clean incoming"]
    figures["warm_cpu"] = warm.cpu
    score = table["match_probability"].to_numpy(np.float64)
    return table["unique_id_r"].to_numpy(np.int64), table["unique_id_l"].to_numpy(np.int64), score, len(table)


def ours_memory(kind: str, incoming: Side, stored: Side, clock: Clock, figures: dict[str, Any]) -> Found:
    """Against records in memory: `keys` is what a store does once, `find` what an import pays."""
    from tests.bench.matching.ours import load_model, records
    from tui_import.matching.clean import clean
    from tui_import.matching.find import Memory, find

    entity, model = ENTITIES[kind], load_model()
    once = Clock()
    with once.running():
        population = Memory(clean(records(entity, stored.columns, list(range(len(stored)))), model.words), model)
    with clock.running("find"):
        answer = find(records(entity, incoming.columns, list(range(len(incoming)))), model, population)
    figures |= {"keys": once.wall, "keys_cpu": once.cpu}
    return _found(answer, figures)


def ours(kind: str, incoming: Side, store: Path, clock: Clock, figures: dict[str, Any]) -> Found:
    """Against a store that keeps its keys: clean the incoming rows, open the store, look up, fetch, compare, score."""
    from tests.bench.matching.ours import load_model, records
    from tui_import.matching.find import find
    from tui_import.session.population import StorePopulation
    from tui_import.store.connection import Database

    entity, model = ENTITIES[kind], load_model()
    with clock.running("find"):
        database = Database(store)
        answer = find(records(entity, incoming.columns, list(range(len(incoming)))), model, StorePopulation(database, entity, model))
    database.close()
    a, b, score, compared = _found(answer, figures)
    own = b <= MILLION
    return a[own], b[own] - 1, score[own], compared  # ids are places in the file plus 1, and so are its clusters


def _found(answer: Any, figures: dict[str, Any]) -> Found:
    figures["left_out"] = {"keys": answer.left.keys, "pairs": answer.left.pairs}
    return np.asarray(answer.a), np.asarray(answer.b), np.asarray(answer.probability, np.float64), int(answer.compared)


TOOLS = {"exact_keys": exact_keys, "splink": splink, "ours_memory": ours_memory}


def main(tool: str, kind: str, incoming_size: str, stored_size: str) -> dict[str, Any]:
    """Run it."""
    incoming, clock = load("incoming", kind, int(incoming_size)), Clock()
    figures: dict[str, Any] = {}
    gc.freeze()  # the rows of the file are nobody's garbage
    if tool == "ours":
        from tests.bench.matching.scale_stores import store_of

        before, store = peak_mb(), store_of(int(stored_size))
        a, cluster, score, scored = ours(kind, incoming, store, clock, figures)
        rss = peak_mb()
        with closing(sqlite3.connect(store)) as connection:
            there = np.array(connection.execute(f"SELECT id - 1 FROM {ENTITIES[kind]} WHERE id <= {MILLION}").fetchall())
        total = int(np.isin(incoming.cluster, there).sum())
    else:
        stored = load("stored", kind, int(stored_size))
        before = peak_mb()
        gc.freeze()
        a, b, score, scored = TOOLS[tool](kind, incoming, stored, clock, figures)
        rss, cluster = peak_mb(), stored.cluster[b]
        total = int(np.isin(incoming.cluster, stored.cluster).sum())
    figures |= {"wall": clock.wall, "cpu": clock.cpu, "laps": clock.laps, "rss_mb": rss, "rss_before_mb": before, "scored": scored}
    return figures | judged(a, incoming.cluster[a] == cluster, score, total)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
