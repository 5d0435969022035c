"""Few-shot examples for training and tests, and the test prompts of every setting.  python -m stages.retrieve"""

from collections import defaultdict
from functools import partial
from typing import Any

from apipack.corpus import Corpus
from apipack.embedding import embed
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import EXAMPLES, TESTS
from apipack.retrieval import choose_examples
from stages import run


def main(p: Params) -> dict[str, Any]:
    corpus = Corpus.load("data/dataset")
    parts: dict[str, list[str]] = defaultdict(list)
    for entry in read_table("data/splits/splits.parquet").to_pylist():
        parts[entry["split"]].append(entry["id"])
    candidates = [corpus.rows[i] for i in parts["train"] + parts["bank"]]
    encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)

    def examples(wording: str, *names: str) -> list[dict[str, Any]]:
        queries = [{**corpus.rows[i], "instruction": corpus.rows[i][wording]} for name in names for i in parts[name]]
        return choose_examples(queries, candidates, p.retrieve.shots, p.seed, encode)

    level1 = examples("test_instruction", "level1")
    others = examples("instruction", "train", "level2", "level3")
    tests = []
    for level, rows in ((1, level1), (2, others), (3, others)):
        chosen = {(row["id"], row["setting"]): row["examples"] for row in rows}
        tests += corpus.tests(parts[f"level{level}"], level, p.render.languages, chosen, p.retrieve)
    with fresh_folder("data/prompts") as folder:
        write_table(folder / "examples.parquet", rows_table(others, EXAMPLES))
        write_table(folder / "tests.parquet", rows_table(tests, TESTS))
    return {"examples": len(others), "tests": len(tests)}


if __name__ == "__main__":
    run("retrieve", main)
