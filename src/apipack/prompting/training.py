"""The training rows: instances drawn from the pool, some of them once more with examples, in parts."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.params import Sample
from apipack.dataset.sampling import Drawn, draw, in_order
from apipack.dataset.splits import of_source, parts_of
from apipack.instructions.grammar import TRAIN_ACTION
from apipack.instructions.params import CHOICE, Instruct
from apipack.io import by_id, parts, read_table
from apipack.prompting.abstention import KINDS as ABSTENTIONS
from apipack.prompting.context import Context
from apipack.prompting.instances import Shown, training_part
from apipack.retrieval.documented import (
    CANDIDATE_COLUMNS,
    DOCUMENTED,
    OTHER_API,
    candidates,
    choose_documented,
    examples_of,
    needs_ranking,
    other_apis,
)
from apipack.retrieval.examples import COLUMNS, RANDOM, ZERO, Pool, random_examples, rank
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
    pool, home = _pool(dataset, splits, languages, p, seed)
    variants = variants_of(instruct)
    leaked = _leaked(splits) if p.positional else []
    drawn, lines = draw(pool, [*splits["level1"], *leaked], size, mix, variants, p.strict)
    for line in lines:
        print(f"sample: {line}; the rest is shared among the others", file=sys.stderr)
    trained = set(splits["train"])  # what leaks has nothing that may be shown beside it
    ours = {key: drawn[key] for key in drawn if key in trained}
    plan = few_shot_plan(ours, p.few_shot, p.settings, p.abstain, seed)
    shown, documented = _shown_operations(dataset, plan, splits["train"], context)
    rules = {
        "seed": seed,
        "retrieve": context.p.model_dump(),
        "instruct": instruct.model_dump(include={*CHOICE, "values"}),
        "max_request": p.max_request,
        "model": context.model,
        "budget": context.budget.tokens,
        "max_tokens": max_tokens,
        "form": p.form,
    }
    tasks = _tasks(dataset, out, drawn, home, plan, shown, documented, rules)
    return _figures(drawn, pool, variants, map_tasks(training_part, tasks, engine, "sample"))


def variants_of(p: Instruct) -> int:
    """How many variants of an operation may be drawn: as many as asked for where each has its own values, else as many
    as there are frames to word it in."""
    return p.variants if p.values == "spoken" else min(p.variants, len(TRAIN_ACTION))


def few_shot_plan(
    drawn: Drawn, share: float, settings: Sequence[str], abstain: float, seed: int
) -> dict[tuple[str, str], str]:
    """Which of the drawn (id, language) also appear in a setting that shows something, and in which: all in turn.
    abstain: share of the drawn for which this is one in which no call is right."""
    plan = {}
    for identifier, languages in drawn.items():
        for language in languages:
            digest = hashlib.sha256(f"{seed}:{identifier}:{language}".encode()).digest()
            point, other = (int.from_bytes(digest[at : at + 4]) / 2**32 for at in (0, 4))
            if other < abstain:
                plan[identifier, language] = _in_turn(ABSTENTIONS, other / abstain)
            elif point < share:
                plan[identifier, language] = _in_turn(settings, point / share)
    return plan


def _leaked(splits: Mapping[str, Sequence[str]]) -> list[str]:
    """What only a split of each language apart trains on: the operations of levels 2 and 3."""
    return [*splits["level2"], *splits["level3"]]


def _in_turn(settings: Sequence[str], point: float) -> str:
    return settings[min(int(point * len(settings)), len(settings) - 1)]


def _pool(
    dataset: Path, splits: Mapping[str, Sequence[str]], languages: Sequence[str], p: Sample, seed: int
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Language → ids that may be trained on and have a call in it, in the order in which they are drawn; id → name of
    its part. Of the operations that level 1 tests, either request may have the length that is asked for."""
    trained, firsts, seconds = (set(splits[name]) for name in ("train", "level1", "level2"))
    leaked, longest = set(_leaked(splits)), p.max_request
    apis: dict[str, str] = {}
    home: dict[str, str] = {}
    tested, leaking = set(), set()
    for part in parts(dataset / "operations"):
        table = read_table(part, ["id", "api", "hub", "source_url", "request", "test_request"])
        lengths = (pc.utf8_length(table[name]).to_pylist() for name in ("request", "test_request"))
        origins = table.select(["hub", "source_url"]).to_pylist() if p.sources else []
        taken = [of_source(row, p.sources) for row in origins] or [True] * len(table)
        columns = (table["id"].to_pylist(), table["api"].to_pylist(), *lengths, taken)
        for identifier, api, length, test_length, is_taken in zip(*columns, strict=True):
            home[identifier] = part.name
            shortest = min(length, test_length) if identifier in firsts else length
            if is_taken and (longest is None or shortest <= longest):
                if identifier in trained:
                    apis[identifier] = api
                elif identifier in leaked:
                    leaking.add(identifier)
            if identifier in firsts or identifier in seconds:
                tested.add(api)
    order = in_order(apis, firsts, tested, seed)
    calls = read_table(dataset / "calls", ["id", "language"], [("language", "in", list(languages))])
    having: dict[str, set[str]] = {language: set() for language in languages}
    for identifier, language in zip(calls["id"].to_pylist(), calls["language"].to_pylist(), strict=True):
        having[language].add(identifier)
    orders = {name: sorted(leaking) + order if name in p.positional else order for name in languages}
    return {name: list(filter(ids.__contains__, orders[name])) for name, ids in having.items()}, home


Ids = dict[tuple[str, str], list[str]]
"""(operation id, setting) → ids of operations."""


def _shown_operations(
    dataset: Path, plan: Mapping[tuple[str, str], str], trained: Sequence[str], context: Context
) -> tuple[Ids, Ids]:
    """Of what the plan asks for the examples and the documented operations, best last, from training alone. The nearest
    are those by words: a model would read the whole pool for minutes."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for (identifier, _), setting in plan.items():
        wanted[setting].add(identifier)
    if not wanted:
        return {}, {}
    asked, examples = set().union(*wanted.values()), set(trained)
    operations = read_table(dataset / "operations", ["id", "api"])
    apis_trained = _apis(operations, examples)
    others = operations.filter(pc.is_in(operations["id"], value_set=pa.array(sorted(wanted[OTHER_API]), pa.string())))
    apis = sorted({*_apis(operations, asked), *other_apis(others.to_pylist(), apis_trained, context.seed)})
    columns = CANDIDATE_COLUMNS if wanted.keys() & DOCUMENTED.keys() else COLUMNS
    rows = by_id(read_table(dataset / "operations", columns, [("api", "in", apis)]))
    pool = Pool(row for row in rows.values() if row["id"] in examples)
    shown: Ids = {}
    for setting, ids in sorted(wanted.items()):
        queries, of_examples = list(map(rows.__getitem__, sorted(ids))), examples_of(setting)
        if of_examples != ZERO:
            of_queries = _examples(queries, pool, of_examples, context)
            for row, chosen in zip(queries, of_queries, strict=True):
                shown[row["id"], setting] = [pool.rows[int(at)]["id"] for at in chosen]
    return shown, _documented(wanted, rows, pool, apis_trained, context)


def _apis(operations: pa.Table, ids: Collection[str]) -> list[str]:
    """The APIs of the operations (id, api) with these ids."""
    chosen = operations.filter(pc.is_in(operations["id"], value_set=pa.array(sorted(ids), pa.string())))
    apis: list[str] = pc.unique(chosen["api"]).to_pylist()
    return apis


def _examples(queries: Sequence[Row], pool: Pool, setting: str, context: Context) -> list[Any]:
    if setting == RANDOM:
        return [random_examples(row, pool, context.p.shots, context.seed) for row in queries]
    return [best[::-1] for best in rank(queries, pool, by_words(queries, pool), context.p.shots)]


def _documented(
    wanted: Mapping[str, set[str]], rows: Mapping[str, Row], trained: Pool, apis: Sequence[str], context: Context
) -> Ids:
    """Distractors are of the operation's own API: of others, a task would have to read more parts of the dataset. apis:
    all that are trained on, also those of which nothing is drawn."""
    documented: Ids = {}
    of_training = candidates(trained.rows) if wanted.keys() & DOCUMENTED.keys() else trained
    for setting in sorted(wanted.keys() & DOCUMENTED.keys()):
        queries = [rows[key] for key in sorted(wanted[setting])]
        score = by_words(queries, of_training) if needs_ranking([setting]) else None
        documented |= choose_documented(
            queries, of_training, [setting], context.p.documented, context.seed, score, own_api=True, apis=apis
        )
    return documented


def _tasks(
    dataset: Path,
    out: Path,
    drawn: Drawn,
    home: Mapping[str, str],
    plan: Mapping[tuple[str, str], str],
    shown: Ids,
    documented: Ids,
    rules: dict[str, Any],
) -> list[Task]:
    """One task for each TOGETHER instances of a part of the dataset. home: the part of each operation."""
    by_part: dict[str, list[str]] = defaultdict(list)
    for identifier in drawn:
        by_part[home[identifier]].append(identifier)
    tasks: list[Task] = []
    for name in sorted(by_part):
        for ids in packed(sorted(by_part[name]), lambda identifier: sum(drawn[identifier].values()), TOGETHER):
            work = [
                (identifier, drawn[identifier], _shown(identifier, drawn, plan, shown, documented))
                for identifier in ids
            ]
            read = sorted({home[key] for key in (*ids, *_beside(work))})
            tasks.append(
                {
                    "files": [
                        str(dataset.absolute() / kind / part) for kind in ("operations", "calls") for part in read
                    ],
                    "out": str((out / part_name(len(tasks))).absolute()),
                    "drawn": work,
                    "rules": rules,
                }
            )
    return tasks


def _beside(work: Sequence[tuple[str, Any, Shown]]) -> set[str]:
    """Operations whose calls or documentation a prompt shows; what is documented may be of another API."""
    together: set[str] = set()
    for _, _, of_languages in work:
        for _, examples, documented in of_languages.values():
            together.update(examples, documented)
    return together


def _shown(
    identifier: str,
    drawn: Drawn,
    plan: Mapping[tuple[str, str], str],
    shown: Ids,
    documented: Ids,
) -> Shown:
    settings = {language: plan.get((identifier, language)) for language in drawn[identifier]}
    return {
        language: (name, shown.get((identifier, name), []), documented.get((identifier, name), []))
        for language, name in settings.items()
        if name is not None
    }


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
        "repeated": counts["repeated"],
        "too_long_to_train_on": counts["too_long"],
        **({"without_tool_call": counts["without_tool_call"]} if counts["without_tool_call"] else {}),
        **({"without_abstention": counts["without_abstention"]} if counts["without_abstention"] else {}),
        "settings": settings,
        "pool": {language: len(ids) * variants for language, ids in sorted(pool.items())},
    }


def _distinct(of_parts: Any) -> int:
    return len(np.unique(np.concatenate([np.array(numbers, dtype=np.int64) for numbers in of_parts])))
