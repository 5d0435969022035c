"""Does a test set leak? Every way in which a test could have been trained on, and how near training comes to it.

Beside our split stands the paper's, rebuilt on the same rows from the authors' published script
(generate_instr_data.py): rows are cut by position, in each language on its own.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.params import Split
from apipack.dataset.similarity import nearest, text
from apipack.dataset.splits import Parts, asks_otherwise, endpoint_key
from apipack.errors import UserError
from apipack.instructions.variants import COLUMNS, by_api, still_ambiguous
from apipack.io import read_table
from apipack.tasks.engines import map_tasks
from apipack.tasks.params import Engine
from apipack.tasks.parts import provider_groups

Row = dict[str, Any]

LEVELS = ("level1", "level2", "level3")
UNSEEN_SOURCE = "level4"
HEAD, TAIL = 0.2, 0.8  # the authors' rows 20,000 and 80,000, of about 100,000 a language


class LeakError(UserError):
    """A test could have been trained on."""


def refuse_leaks(rows: Mapping[str, Row], parts: Parts, neighbours: Sequence[Row], threshold: float) -> None:
    """Raises `LeakError` with the number of leaks and the first one, where there are any."""
    if lines := leaks(rows, parts, neighbours, threshold):
        raise LeakError(f"{len(lines)} leaks, the first: {lines[0]}")


def refuse_ambiguous(operations: Path, words: int, engine: Engine) -> None:
    """Raises `LeakError` where an instruction that says its values fits another operation of its API as well.
    operations: the folder of those that the filter kept. words: of a description that instructions may use."""
    groups = sorted(provider_groups(operations).values(), key=len, reverse=True)
    tasks = [{"files": files, "words": words} for files in groups]
    for of_group in map_tasks(ambiguous_group, tasks, engine, "tell apart"):
        for api, unclear in of_group.items():
            raise LeakError(f"{len(unclear)} instructions of {api} fit several operations, the first: {unclear[0]}")


def ambiguous_group(files: list[str], words: int) -> dict[str, list[str]]:
    """API → ids of its operations, of whole providers, whose instructions fit others of it (`still_ambiguous`)."""
    rows = [row for file in files for row in read_table(file, [*COLUMNS, "hint"]).to_pylist()]
    unclear = {}
    for api, of_api in by_api(row for row in rows if row["hint"] is not None).items():
        unclear[api] = still_ambiguous(of_api, words)
    return {api: ids for api, ids in unclear.items() if ids}


def figures(
    rows: Mapping[str, Row],
    parts: Parts,
    neighbours: Sequence[Row],
    calls: pa.Table,
    languages: Sequence[str],
    p: Split,
    seed: int,
    workers: int | None,
) -> dict[str, Any]:
    """How near training comes to the tests of this split, and of the paper's positional split of the same rows, there
    by the similarity in the first language. rows: `splits.COLUMNS` by id. calls: id and language of schema CALLS."""
    by_language: dict[str, Parts] = {}
    for number, language in enumerate(languages):
        ids = calls.filter(pc.equal(calls["language"], language))["id"].to_pylist()
        by_language[language] = positional([rows[key] for key in ids], p.tests, seed + number)
    first = by_language[languages[0]]
    return {
        "leaks": 0,
        "ambiguous_instructions": 0,
        "shared_endpoints": shared_endpoints(rows, parts),
        "nearest_training_operation": distribution(neighbours, p.similarity),
        "positional_split_of_the_paper": {
            "shared_endpoints": shared_endpoints(rows, first),
            "nearest_training_operation": distribution(nearest_training(rows, first, workers), p.similarity),
            "trained_in_another_language": trained_elsewhere(by_language),
        },
    }


def leaks(rows: Mapping[str, Row], parts: Parts, neighbours: Sequence[Row], threshold: float) -> list[str]:
    """One line a leak; empty when the split is sound. rows: `splits.COLUMNS` by id. neighbours: `nearest_training`."""
    train = [rows[key] for key in parts["train"]]
    seen_apis = {row["api"] for row in train}
    trained, clusters = {row["id"] for row in train}, {row["cluster"] for row in train}
    providers, tested = {row["provider"] for row in train}, _providers(rows, parts)
    endpoints = {endpoint_key(row) for row in train if row["provider"] in tested}
    problems = [f"level1 {key} is not in train" for key in parts["level1"] if key not in trained]
    problems += [f"level1 {key} has no value of its own" for key in parts["level1"] if not asks_otherwise(rows[key])]
    problems += [
        f"level2 {key} is of {rows[key]['api']}, of which nothing is in train"
        for key in parts["level2"]
        if rows[key]["api"] not in seen_apis
    ]
    for name in (*LEVELS[1:], UNSEEN_SOURCE):
        problems += [f"{name} {key} is in train" for key in parts.get(name, ()) if key in trained]
        problems += [
            f"{name} {key} shares its provider and endpoint with train"
            for key in parts.get(name, ())
            if endpoint_key(rows[key]) in endpoints
        ]
        problems += [
            f"{name} {key} shares a near-duplicate cluster with train"
            for key in parts.get(name, ())
            if rows[key]["cluster"] in clusters
        ]
    problems += [
        f"{name} {key} is of {rows[key]['provider']}, which is in train"
        for name in ("level3", UNSEEN_SOURCE, "bank")
        for key in parts.get(name, ())
        if rows[key]["provider"] in providers
    ]
    tests = {*parts["level2"], *parts["level3"], *parts.get(UNSEEN_SOURCE, ())}
    problems += [f"{key} is a test and in the bank of examples" for key in parts["bank"] if key in tests]
    problems += [
        f"{entry['split']} {entry['id']} is like the trained {entry['neighbour']} by {entry['similarity']:.4f}"
        for entry in neighbours
        if entry["split"] in ("level3", UNSEEN_SOURCE) and entry["similarity"] >= threshold
    ]
    return problems


def nearest_training(rows: Mapping[str, Row], parts: Parts, workers: int | None) -> list[Row]:
    """Rows of schema NEIGHBOURS: for every test, the most similar trained operation of all."""
    train = parts["train"]
    tests = [(name, key) for name in _tested(parts) for key in parts[name]]
    alike, places = nearest([text(rows[key]) for _, key in tests], [text(rows[key]) for key in train], workers)
    return [
        {"id": key, "split": name, "neighbour": train[index] if train else None, "similarity": similarity}
        for (name, key), similarity, index in zip(tests, alike.tolist(), places.tolist(), strict=True)
    ]


def _providers(rows: Mapping[str, Row], parts: Parts) -> set[str]:
    """Of the tests; no other's `endpoint_key` can be one of theirs."""
    return {rows[key]["provider"] for name in _tested(parts) for key in parts[name]}


def _tested(parts: Mapping[str, Sequence[str]]) -> list[str]:
    """The levels of the paper, and the fourth where it has tests."""
    return [*LEVELS, *([UNSEEN_SOURCE] if UNSEEN_SOURCE in parts else [])]


def distribution(neighbours: Sequence[Row], threshold: float) -> dict[str, dict[str, float]]:
    """Level → n, percentiles of the similarity to the nearest trained operation, share at or above the threshold."""
    figures = {}
    for name in _tested({entry["split"]: () for entry in neighbours}):
        alike = np.array([entry["similarity"] for entry in neighbours if entry["split"] == name])
        figures[name] = {"n": len(alike)} | (
            {f"p{q}": round(float(np.percentile(alike, q)), 4) for q in (5, 25, 50, 75, 95, 100)}
            | {"near_duplicates": round(float((alike >= threshold).mean()), 4)}
            if len(alike)
            else {}
        )
    return figures


def positional(rows: Sequence[Row], tests: int, seed: int) -> Parts:
    """The authors' split of one language's rows (id, api), which come API after API in an arbitrary order.

    Level 1: the first rows of APIs with more than four. Level 2: the first row of each API with more than three,
    among the first fifth. Level 3: the first rows after four fifths whose API is not in level 2; their APIs leave
    training. seed: the order of the API files, which theirs takes from the file system, language by language.
    """
    by_api: dict[str, list[str]] = defaultdict(list)
    for row in sorted(rows, key=itemgetter("id")):
        by_api[row["api"]].append(row["id"])
    apis = sorted(by_api)
    random.Random(seed).shuffle(apis)
    listed = [(api, key) for api in apis for key in by_api[api]]
    head = listed[: int(len(listed) * HEAD)]
    level1 = [key for api, key in head if len(by_api[api]) > 4][:tests]
    first: dict[str, str] = {}
    for api, key in head:
        if len(by_api[api]) > 3 and len(first) < tests:
            first.setdefault(api, key)
    held = set(first.values())
    training = [(api, key) for api, key in listed if key not in held]
    tail = [(api, key) for api, key in training[int(len(listed) * TAIL) :] if api not in first][:tests]
    unseen = {api for api, _ in tail}
    return {
        "level1": level1,
        "level2": list(first.values()),
        "level3": [key for _, key in tail],
        "train": [key for api, key in training if api not in unseen],
    }


def shared_endpoints(rows: Mapping[str, Row], parts: Parts) -> dict[str, int]:
    """Level 2 and 3 tests whose (provider, endpoint) is trained."""
    tested, train = _providers(rows, parts), (rows[key] for key in parts["train"])
    trained = {endpoint_key(row) for row in train if row["provider"] in tested}
    shared = {}
    for name in _tested(parts)[1:]:
        shared[name] = sum(endpoint_key(rows[key]) in trained for key in parts[name])
    return shared


def trained_elsewhere(by_language: Mapping[str, Parts]) -> dict[str, float]:
    """Share of level 2 and 3 tests, over all languages, whose very operation another language trains on."""
    trained = {language: set(parts["train"]) for language, parts in by_language.items()}
    shares = {}
    for name in LEVELS[1:]:
        hits: list[bool] = []
        for language, parts in by_language.items():
            elsewhere = set().union(*(trained[other] for other in by_language if other != language))
            hits += [key in elsewhere for key in parts[name]]
        shares[name] = round(sum(hits) / len(hits), 4) if hits else 0.0
    return shares
