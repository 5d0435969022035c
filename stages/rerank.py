"""Train the API-specific re-ranker on training APIs, if params want it.  python -m stages.rerank"""

from functools import partial
from typing import Any

from apipack.io import fresh_folder, read_table, write_text
from apipack.models.embedding import embed
from apipack.params import Params
from apipack.retrieval.examples import COLUMNS
from apipack.retrieval.reranking import held_out, train, train_weights, training_lists
from stages import run


def main(p: Params) -> dict[str, Any]:
    with fresh_folder("models/reranker") as folder:
        write_text(folder / "kind", f"{p.rerank.kind}\n")
        if p.rerank.kind != "api":
            return {"kind": p.rerank.kind}
        splits = read_table("data/splits/splits.parquet").to_pylist()
        trained = {entry["id"] for entry in splits if entry["split"] == "train"}
        rows = read_table("data/dataset/operations", COLUMNS, [("id", "in", trained)]).to_pylist()
        encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
        tuned, held = held_out(rows, p.seed)
        figures = train(training_lists(tuned, p.rerank, p.seed, encode), folder, p.rerank, p.seed)
        return {"kind": p.rerank.kind, **figures, **train_weights(held, folder, p.rerank, p.seed, encode)}


if __name__ == "__main__":
    run("rerank", main)
