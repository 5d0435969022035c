"""Few-shot examples for the tests, and their prompts in every setting.  python -m stages.retrieve"""

from functools import partial
from pathlib import Path
from typing import Any

from apipack.dataset.splits import parts_of
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.models.embedding import embed
from apipack.models.loading import token_counter
from apipack.params import Params
from apipack.prompting.corpus import Corpus
from apipack.prompting.prompts import Budget
from apipack.records import TESTS
from apipack.retrieval.examples import COLUMNS, RERANKED, Pool, choose_examples, test_queries
from apipack.retrieval.reranking import load_reranker
from stages import by_id, run


def main(p: Params) -> dict[str, Any]:
    rows = by_id(read_table("data/dataset/operations", COLUMNS))
    parts = parts_of(read_table("data/splits/splits.parquet").to_pylist())
    pool = Pool(rows[key] for key in parts["train"] + parts["bank"])
    encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
    settings = p.evaluate.settings
    reranker = load_reranker(p.rerank, Path("models/reranker")) if RERANKED in settings else None
    chosen = {}
    for level in (1, 2, 3):
        asked = test_queries(rows, parts, level)
        found = choose_examples(asked, pool, settings, p.retrieve.shots, p.seed, encode, reranker)
        chosen[level] = {(row["id"], row["setting"]): row["examples"] for row in found}
    shown = {key for level in chosen.values() for examples in level.values() for key in examples}
    corpus = Corpus.load("data/dataset", shown.union(*(parts[f"level{level}"] for level in chosen)))
    budget = Budget(p.finetune.max_tokens - p.evaluate.new_tokens, token_counter(p.finetune.model))
    tests = []
    for level, examples in chosen.items():
        ids = parts[f"level{level}"]
        tests += corpus.tests(ids, level, p.render.languages, settings, examples, p.retrieve, budget)
    with fresh_folder("data/prompts") as folder:
        write_table(folder / "tests.parquet", rows_table(tests, TESTS))
    return {
        "tests": len(tests),
        "examples_left_out_for_length": sum(
            len(chosen[test["level"]].get((test["id"], test["setting"]), ())) > len(test["examples"]) for test in tests
        ),
    }


if __name__ == "__main__":
    run("retrieve", main)
