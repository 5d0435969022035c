"""The training rows: instances drawn from the pool, some of them once more with examples, in parts."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.params import Sample
from apipack.dataset.sampling import Drawn, draw, in_order
from apipack.dataset.splits import parts_of
from apipack.instructions.grammar import TRAIN_ACTION
from apipack.instructions.params import CHOICE, Instruct
from apipack.io import by_id, parts, read_table
from apipack.prompting.context import Context
from apipack.prompting.instances import Shown, training_part
from apipack.retrieval.examples import COLUMNS, RANDOM, RETRIEVED, Pool, random_examples, rank
from apipack.retrieval.words import by_words
from apipack.tasks.engines import Task, map_tasks
from apipack.tasks.params import Engine
from apipack.tasks.parts import packed, part_name

Row = dict[str, Any]
TOGETHER = 20_000  # instances of a part


def write_training(
    data: Path,
    out: Path,
    size: int,
    mix: Mapping[str, float],
    p: Sample,
    instruct: Instruct,
    context: Context,
    max_tokens: int,
    engine: Engine,
) -> dict[str, Any]:
    """Parts of schema TRAIN in the folder `out` for `size` instances, and their figures. Raises `SampleError`.

    data: the folder with dataset and splits. mix: weight of each language. instruct: what the dataset was made with.
    max_tokens: of a row that can be trained on; longer ones are written and counted.
    """
    dataset, seed = data / "dataset", context.seed
    splits = parts_of(read_table(data / "splits/splits.parquet").to_pylist())
    languages = [language for language, weight in mix.items() if weight > 0]
    pool, home = _pool(dataset, splits, languages, p.max_request, seed)
    variants = variants_of(instruct)
    drawn, lines = draw(pool, splits["level1"], size, mix, variants, p.strict)
    for line in lines:
        print(f"sample: {line}; the rest is shared among the others", file=sys.stderr)
    plan = few_shot_plan(drawn, p.few_shot, seed)
    shown = _few_shot_examples(dataset, plan, splits["train"], context)
    rules = {
        "seed": seed,
        "retrieve": context.p.model_dump(),
        "instruct": instruct.model_dump(include={*CHOICE, "values"}),
        "max_request": p.max_request,
        "model": context.model,
        "budget": context.budget.tokens,
        "max_tokens": max_tokens,
    }
    tasks = _tasks(dataset, out, drawn, home, plan, shown, rules)
    return _figures(drawn, pool, variants, map_tasks(training_part, tasks, engine, "sample"))


def variants_of(p: Instruct) -> int:
    """How many variants of an operation may be drawn: as many as asked for where each has its own values, else as many
    as there are frames to word it in."""
    return p.variants if p.values == "spoken" else min(p.variants, len(TRAIN_ACTION))


def few_shot_plan(drawn: Drawn, share: float, seed: int) -> dict[tuple[str, str], str]:
    """Which of the drawn (id, language) also appear with examples, and with which: random or retrieved in turn."""
    plan = {}
    for identifier, languages in drawn.items():
        for language in languages:
            digest = hashlib.sha256(f"{seed}:{identifier}:{language}".encode()).digest()
            point = int.from_bytes(digest[:4]) / 2**32
            if point < share:
                plan[identifier, language] = RANDOM if point < share / 2 else RETRIEVED
    return plan


def _pool(
    dataset: Path, splits: Mapping[str, Sequence[str]], languages: Sequence[str], longest: int | None, seed: int
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Language → ids that may be trained on and have a call in it, in the order in which they are drawn; id → name of
    its part. Of the operations that level 1 tests, either request may have the length that is asked for."""
    trained, firsts, seconds = (set(splits[name]) for name in ("train", "level1", "level2"))
    apis: dict[str, str] = {}
    home: dict[str, str] = {}
    tested = set()
    for part in parts(dataset / "operations"):
        table = read_table(part, ["id", "api", "request", "test_request"])
        lengths = (pc.utf8_length(table[name]).to_pylist() for name in ("request", "test_request"))
        columns = (table["id"].to_pylist(), table["api"].to_pylist(), *lengths)
        for identifier, api, length, test_length in zip(*columns, strict=True):
            home[identifier] = part.name
            shortest = min(length, test_length) if identifier in firsts else length
            if identifier in trained and (longest is None or shortest <= longest):
                apis[identifier] = api
            if identifier in firsts or identifier in seconds:
                tested.add(api)
    order = in_order(apis, firsts, tested, seed)
    calls = read_table(dataset / "calls", ["id", "language"], [("language", "in", list(languages))])
    having: dict[str, set[str]] = {language: set() for language in languages}
    for identifier, language in zip(calls["id"].to_pylist(), calls["language"].to_pylist(), strict=True):
        having[language].add(identifier)
    return {name: list(filter(ids.__contains__, order)) for name, ids in having.items()}, home


def _few_shot_examples(
    dataset: Path, plan: Mapping[tuple[str, str], str], trained: Sequence[str], context: Context
) -> dict[tuple[str, str], list[str]]:
    """(operation id, setting) → ids of its examples, for what the plan asks for and from training alone. The retrieved
    ones are the nearest by words: a model would read the whole pool for minutes."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for (identifier, _), setting in plan.items():
        wanted[setting].add(identifier)
    if not wanted:
        return {}
    asked, examples = set().union(*wanted.values()), set(trained)
    operations = read_table(dataset / "operations", ["id", "api"])
    in_pool = pc.is_in(operations["id"], value_set=pa.array(sorted(asked)))
    apis = pc.unique(operations.filter(in_pool)["api"]).to_pylist()
    rows = by_id(read_table(dataset / "operations", COLUMNS, [("api", "in", apis)]))
    pool, shots = Pool(row for row in rows.values() if row["id"] in examples), context.p.shots
    queries = {setting: list(map(rows.__getitem__, sorted(ids))) for setting, ids in wanted.items()}
    places = {RANDOM: [random_examples(row, pool, shots, context.seed) for row in queries.get(RANDOM, ())]}
    if RETRIEVED in queries:
        near = by_words(queries[RETRIEVED], pool)
        places[RETRIEVED] = [best[::-1] for best in rank(queries[RETRIEVED], pool, near, shots)]
    examples_of = {}
    for setting, of_setting in queries.items():
        for row, chosen in zip(of_setting, places[setting], strict=True):
            examples_of[row["id"], setting] = [pool.rows[int(at)]["id"] for at in chosen]
    return examples_of


def _tasks(
    dataset: Path,
    out: Path,
    drawn: Drawn,
    home: Mapping[str, str],
    plan: Mapping[tuple[str, str], str],
    shown: Mapping[tuple[str, str], list[str]],
    rules: dict[str, Any],
) -> list[Task]:
    """One task for each TOGETHER instances of a part of the dataset. home: the part of each operation."""
    by_part: dict[str, list[str]] = defaultdict(list)
    for identifier in drawn:
        by_part[home[identifier]].append(identifier)
    tasks: list[Task] = []
    for name in sorted(by_part):
        for ids in packed(sorted(by_part[name]), lambda identifier: sum(drawn[identifier].values()), TOGETHER):
            work = [(identifier, drawn[identifier], _shown(identifier, drawn, plan, shown)) for identifier in ids]
            examples = {key for *_, of_languages in work for _, keys in of_languages.values() for key in keys}
            tasks.append(
                {
                    "dataset": str(dataset.absolute()),
                    "names": sorted({home[key] for key in (*ids, *examples)}),
                    "out": str((out / part_name(len(tasks))).absolute()),
                    "drawn": work,
                    "rules": rules,
                }
            )
    return tasks


def _shown(
    identifier: str,
    drawn: Drawn,
    plan: Mapping[tuple[str, str], str],
    shown: Mapping[tuple[str, str], list[str]],
) -> Shown:
    settings = {language: plan.get((identifier, language)) for language in drawn[identifier]}
    return {language: (name, shown[identifier, name]) for language, name in settings.items() if name is not None}


def _figures(drawn: Drawn, pool: Mapping[str, Sequence[str]], variants: int, done: Sequence[Row]) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for part in done:
        counts.update(part["counts"])
    by_language: Counter[str] = Counter()
    for languages in drawn.values():
        by_language.update(languages)
    settings = {name.removeprefix("setting_"): n for name, n in sorted(counts.items()) if name.startswith("setting_")}
    return {
        "instances": sum(by_language.values()),
        "rows_out": sum(part["rows"] for part in done),
        "drawn": dict(sorted(by_language.items())),
        "operations": len(drawn),
        "distinct_calls": _distinct(part["calls"] for part in done),
        "distinct_instances": _distinct(part["instances"] for part in done),
        "too_long_to_train_on": counts["too_long"],
        "settings": settings,
        "pool": {language: len(ids) * variants for language, ids in sorted(pool.items())},
    }


def _distinct(of_parts: Any) -> int:
    return len(np.unique(np.concatenate([np.array(numbers, dtype=np.int64) for numbers in of_parts])))
