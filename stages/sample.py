"""Draw the training rows: the only reader of `size` and `mix`.  python -m stages.sample --size N

`--size` must be the params' own: DVC leaves a parameter of that name out of its run-cache key, so dvc.yaml
puts it into the command.
"""

import argparse
from collections import Counter, defaultdict
from functools import partial
from typing import Any

from apipack.dataset.sampling import draw
from apipack.dataset.splits import parts_of
from apipack.errors import UserError
from apipack.instructions.grammar import other_wordings
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.models.embedding import embed
from apipack.models.loading import token_counter
from apipack.params import Params
from apipack.prompting.corpus import Corpus, few_shot_plan
from apipack.prompting.prompts import Budget
from apipack.records import TRAIN
from apipack.retrieval.examples import COLUMNS, Pool, choose_examples
from stages import by_id, run


def main(p: Params) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=p.size)
    if parser.parse_args().size != p.size:
        raise UserError(f"--size is not params.yaml's size ({p.size}); run it through `dvc repro`")
    parts = parts_of(read_table("data/splits/splits.parquet").to_pylist())
    trained = set(parts["train"])
    pool: dict[str, list[str]] = defaultdict(list)
    calls = read_table("data/dataset/calls", ["id", "language"])
    for identifier, language in zip(calls["id"].to_pylist(), calls["language"].to_pylist(), strict=True):
        if identifier in trained:
            pool[language].append(identifier)
    drawn = draw(pool, parts["level1"], p.size, p.weights(), p.seed)
    plan = few_shot_plan(drawn, p.sample.few_shot, p.seed)
    chosen = few_shot_examples(plan, parts["train"], p)
    shown = {key for examples in chosen.values() for key in examples}
    corpus = Corpus.load("data/dataset", shown | {identifier for identifier, _ in drawn})
    budget = Budget(p.finetune.max_tokens - p.evaluate.new_tokens, token_counter(p.finetune.model))
    rows = corpus.training(drawn, plan, chosen, p.retrieve, budget, more_wordings(corpus, drawn, p))
    with fresh_folder("data/train") as folder:
        write_table(folder / "train.parquet", rows_table(rows, TRAIN))
    return {
        "instances": len(drawn),
        "rows_out": len(rows),
        "languages": dict(sorted(Counter(language for _, language in drawn).items())),
        "settings": dict(sorted(Counter(row["setting"] for row in rows).items())),
        "pool": {language: len(ids) for language, ids in sorted(pool.items())},
    }


def few_shot_examples(
    plan: dict[tuple[str, str], str], trained: list[str], p: Params
) -> dict[tuple[str, str], list[str]]:
    """(operation id, setting) → ids of its examples, for what the plan asks for and from training alone."""
    rows = by_id(read_table("data/dataset/operations", COLUMNS))
    pool = Pool(rows[key] for key in trained)
    encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
    chosen = {}
    for setting in sorted(set(plan.values())):
        asked = [rows[key] for key in sorted({key for (key, _), wanted in plan.items() if wanted == setting})]
        for row in choose_examples(asked, pool, [setting], p.retrieve.shots, p.seed, encode):
            chosen[row["id"], setting] = row["examples"]
    return chosen


def more_wordings(corpus: Corpus, drawn: list[tuple[str, str]], p: Params) -> dict[str, list[str]]:
    """Each drawn id's training wordings beside its instruction."""
    ids = sorted({identifier for identifier, _ in drawn})
    more, words = p.sample.wordings - 1, p.instruct.description_words
    return {key: other_wordings(corpus.rows[key], p.seed, more, words) for key in ids}


if __name__ == "__main__":
    run("sample", main)
