"""The prompts of the tests, in every setting, with their few-shot examples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from apipack.dataset.splits import levels, parts_of
from apipack.io import by_id, read_table
from apipack.models.embedding import embed
from apipack.prompting.context import Context
from apipack.prompting.corpus import Corpus
from apipack.retrieval.examples import COLUMNS, Pool, Reranker, choose_examples, test_queries

Row = dict[str, Any]


def test_rows(
    data: Path,
    languages: Sequence[str],
    settings: Sequence[str],
    context: Context,
    reranker: Reranker | None,
) -> tuple[list[Row], int]:
    """Rows of schema TESTS, and how many of them show fewer examples than were chosen, for want of room. data: the
    folder with dataset and splits."""
    rows = by_id(read_table(data / "dataset/operations", COLUMNS))
    parts = parts_of(read_table(data / "splits/splits.parquet").to_pylist())
    pool = Pool(rows[key] for key in parts["train"] + parts["bank"])
    p = context.p
    encode = partial(embed, model=p.model, batch=p.batch)
    chosen = {}
    for level in levels(parts):
        queries = test_queries(rows, parts, level)
        examples = choose_examples(queries, pool, settings, p.shots, context.seed, encode, reranker)
        chosen[level] = {(row["id"], row["setting"]): row["examples"] for row in examples}
    shown = {key for of_level in chosen.values() for ids in of_level.values() for key in ids}
    corpus = Corpus.load(data / "dataset", shown.union(*(parts[f"level{level}"] for level in chosen)))
    tests = []
    for level in chosen:
        tests += corpus.tests(parts[f"level{level}"], level, languages, settings, chosen[level], p, context.budget)
    cut = (len(chosen[test["level"]].get((test["id"], test["setting"]), ())) > len(test["examples"]) for test in tests)
    return tests, sum(cut)
