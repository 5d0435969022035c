"""Train the API-specific re-ranker on training APIs, if params want it.  python -m stages.rerank"""

from functools import partial
from typing import Annotated, Any

from apipack.dataset.splits import parts_of
from apipack.io import fresh_folder, read_table, write_text
from apipack.models.embedding import embed
from apipack.retrieval.examples import COLUMNS
from apipack.retrieval.params import Rerank, Retrieve
from apipack.section import Only, Section, Seed
from stages import run


class Reads(Section):
    seed: Seed
    rerank: Rerank
    retrieve: Annotated[Retrieve, Only("model", "batch")]


def main(p: Reads) -> dict[str, Any]:
    with fresh_folder("models/reranker") as folder:
        write_text(folder / "kind", f"{p.rerank.kind}\n")
        if p.rerank.kind != "api":
            return {"kind": p.rerank.kind}
        from apipack.retrieval.reranker_training import tune  # seconds where nothing is trained

        trained = set(parts_of(read_table("data/splits/splits.parquet").to_pylist())["train"])
        rows = read_table("data/dataset/operations", COLUMNS, [("id", "in", trained)]).to_pylist()
        encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
        return {"kind": p.rerank.kind, **tune(rows, folder, p.rerank, p.seed, encode)}


if __name__ == "__main__":
    run("rerank", Reads, main)
