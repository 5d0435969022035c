"""The training rows: instances drawn from the pool, each in several wordings, some with examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from apipack.dataset.params import Sample
from apipack.dataset.sampling import draw
from apipack.dataset.splits import parts_of
from apipack.instructions.grammar import other_wordings
from apipack.instructions.params import Instruct
from apipack.instructions.variants import variant
from apipack.io import by_id, read_table, rows_table, write_table
from apipack.prompting.context import Context
from apipack.prompting.corpus import Corpus, few_shot_plan, written
from apipack.prompting.schemas import TRAIN
from apipack.retrieval.examples import COLUMNS, Pool, choose_examples

Row = dict[str, Any]


def write_training(
    data: Path, out: Path, size: int, mix: Mapping[str, float], p: Sample, instruct: Instruct, context: Context
) -> dict[str, Any]:
    """train.parquet (schema TRAIN) in the folder `out` for `size` instances, and its figures. Raises `SampleError`.

    data: the folder with dataset and splits. mix: weight of each language. instruct: what the dataset was made with.
    """
    dataset, seed = data / "dataset", context.seed
    parts = parts_of(read_table(data / "splits/splits.parquet").to_pylist())
    pool = _pool(dataset, parts["train"])
    variants = instruct.variants if instruct.values == "spoken" else 1
    drawn = draw(pool, parts["level1"], size, mix, seed, variants)
    plan = few_shot_plan(drawn, p.few_shot, seed)
    chosen = _few_shot_examples(dataset, plan, parts["train"], context)
    shown = {key for examples in chosen.values() for key in examples}
    corpus = Corpus.load(dataset, shown | {identifier for identifier, _ in drawn})
    ways = partial(spoken_ways if instruct.values == "spoken" else other_ways, corpus, p.wordings, instruct, seed)
    rows = corpus.training(drawn, plan, chosen, context.p, context.budget, ways)
    write_table(out / "train.parquet", rows_table(rows, TRAIN))
    return {
        "instances": len(drawn),
        "rows_out": len(rows),
        "languages": dict(sorted(Counter(language for _, language in drawn).items())),
        "settings": dict(sorted(Counter(row["setting"] for row in rows).items())),
        "pool": {language: len(keys) for language, keys in sorted(pool.items())},
    }


def other_ways(
    corpus: Corpus, wordings: int, p: Instruct, seed: int, identifier: str, language: str, _: int
) -> list[tuple[str, str]]:
    """(instruction, call) pairs: the operation's one call in several wordings."""
    row, call = corpus.rows[identifier], corpus.calls[identifier, language]
    others = other_wordings(row, seed, wordings - 1, p.description_words)
    return [(text, call) for text in (row["instruction"], *others)]


def spoken_ways(
    corpus: Corpus, wordings: int, p: Instruct, seed: int, identifier: str, language: str, number: int
) -> list[tuple[str, str]]:
    """(instruction, call) pairs of an instance: variants of its operation, each with its own values. number: of the
    instance among those of the operation in this language. Where a variant cannot be had, the first stands for all."""
    row = corpus.rows[identifier]
    pairs = [(row["instruction"], corpus.calls[identifier, language])] if not number else []
    for index in range(number * wordings + len(pairs), (number + 1) * wordings):
        drawn = variant(row, index, seed, p, row["hint"])
        call = None if isinstance(drawn, str) else written(language, drawn.request)
        if not isinstance(drawn, str) and call is not None:
            pairs.append((drawn.instruction, call))
    return pairs or [(row["instruction"], corpus.calls[identifier, language])]


def _pool(dataset: Path, trained: Sequence[str]) -> dict[str, list[str]]:
    """Language → ids of the trained operations that have a call in it."""
    wanted = set(trained)
    pool: dict[str, list[str]] = defaultdict(list)
    calls = read_table(dataset / "calls", ["id", "language"])
    for identifier, language in zip(calls["id"].to_pylist(), calls["language"].to_pylist(), strict=True):
        if identifier in wanted:
            pool[language].append(identifier)
    return pool


def _few_shot_examples(
    dataset: Path,
    plan: Mapping[tuple[str, str], str],
    trained: Sequence[str],
    context: Context,
) -> dict[tuple[str, str], list[str]]:
    """(operation id, setting) → ids of its examples, for what the plan asks for and from training alone."""
    rows = by_id(read_table(dataset / "operations", COLUMNS))
    pool = Pool(rows[key] for key in trained)
    chosen = {}
    for setting in sorted(set(plan.values())):
        asked = {key for (key, _), wanted in plan.items() if wanted == setting}
        queries = [rows[key] for key in sorted(asked)]
        for row in choose_examples(queries, pool, [setting], context.p.shots, context.seed, context.embed):
            chosen[row["id"], setting] = row["examples"]
    return chosen
