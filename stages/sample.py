"""Draw the training rows: the only reader of `size` and `mix`.  python -m stages.sample --size N

`--size` must be the params' own: DVC leaves a parameter of that name out of its run-cache key, so dvc.yaml
puts it into the command.
"""

import argparse
from collections import Counter, defaultdict
from typing import Any

from apipack.corpus import Corpus
from apipack.errors import UserError
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import TRAIN
from apipack.sampling import draw
from stages import run


def main(p: Params) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=p.size)
    if parser.parse_args().size != p.size:
        raise UserError(f"--size is not params.yaml's size ({p.size}); run it through `dvc repro`")
    corpus = Corpus.load("data/dataset")
    splits = read_table("data/splits/splits.parquet").to_pylist()
    trained = {entry["id"] for entry in splits if entry["split"] == "train"}
    pool: dict[str, list[str]] = defaultdict(list)
    for identifier, language in corpus.calls:
        if identifier in trained:
            pool[language].append(identifier)
    level1 = [entry["id"] for entry in splits if entry["split"] == "level1"]
    drawn = draw(pool, level1, p.size, p.weights(), p.seed)
    examples = read_table("data/prompts/examples.parquet").to_pylist()
    chosen = {(row["id"], row["setting"]): row["examples"] for row in examples}
    rows = corpus.training(drawn, chosen, p.sample.few_shot, p.seed, p.retrieve)
    with fresh_folder("data/train") as folder:
        write_table(folder / "train.parquet", rows_table(rows, TRAIN))
    return {
        "instances": len(drawn),
        "rows_out": len(rows),
        "languages": dict(sorted(Counter(language for _, language in drawn).items())),
        "settings": dict(sorted(Counter(row["setting"] for row in rows).items())),
        "pool": {language: len(ids) for language, ids in sorted(pool.items())},
    }


if __name__ == "__main__":
    run("sample", main)
