"""The training rows: instances drawn from the pool, each in several wordings, some with examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apipack.dataset.params import Sample
from apipack.dataset.sampling import draw
from apipack.dataset.splits import parts_of
from apipack.instructions.grammar import other_wordings
from apipack.io import by_id, read_table, rows_table, write_table
from apipack.prompting.context import Context
from apipack.prompting.corpus import Corpus, few_shot_plan
from apipack.prompting.schemas import TRAIN
from apipack.retrieval.examples import COLUMNS, Pool, choose_examples

Row = dict[str, Any]


def write_training(
    data: Path, out: Path, size: int, mix: Mapping[str, float], p: Sample, description_words: int, context: Context
) -> dict[str, Any]:
    """train.parquet (schema TRAIN) in the folder `out` for `size` instances, and its figures. Raises `SampleError`.

    data: the folder with dataset and splits. mix: weight of each language. description_words: of an operation's
    description that a wording may use.
    """
    dataset, seed = data / "dataset", context.seed
    parts = parts_of(read_table(data / "splits/splits.parquet").to_pylist())
    pool = _pool(dataset, parts["train"])
    drawn = draw(pool, parts["level1"], size, mix, seed)
    plan = few_shot_plan(drawn, p.few_shot, seed)
    chosen = _few_shot_examples(dataset, plan, parts["train"], context)
    shown = {key for examples in chosen.values() for key in examples}
    ids = {identifier for identifier, _ in drawn}
    corpus = Corpus.load(dataset, shown | ids)
    others = {key: other_wordings(corpus.rows[key], seed, p.wordings - 1, description_words) for key in sorted(ids)}
    rows = corpus.training(drawn, plan, chosen, context.p, context.budget, others)
    write_table(out / "train.parquet", rows_table(rows, TRAIN))
    return {
        "instances": len(drawn),
        "rows_out": len(rows),
        "languages": dict(sorted(Counter(language for _, language in drawn).items())),
        "settings": dict(sorted(Counter(row["setting"] for row in rows).items())),
        "pool": {language: len(keys) for language, keys in sorted(pool.items())},
    }


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
        queries = [rows[key] for key in sorted({key for (key, _), wanted in plan.items() if wanted == setting})]
        for row in choose_examples(queries, pool, [setting], context.p.shots, context.seed, context.embed):
            chosen[row["id"], setting] = row["examples"]
    return chosen
