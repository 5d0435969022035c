"""How good retrieval is: rankings of each level's tests against graded relevance.  python -m stages.rank_quality"""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

from apipack.dataset.splits import levels, parts_of
from apipack.io import by_id, read_table
from apipack.models.embedding import embed
from apipack.retrieval.examples import COLUMNS, Pool, test_queries
from apipack.retrieval.params import Rerank, Retrieve
from apipack.retrieval.ranking import compare
from apipack.retrieval.reranking import load_reranker
from apipack.section import Only, Section, Seed
from stages import run


class Reads(Section):
    seed: Seed
    rerank: Rerank
    retrieve: Annotated[Retrieve, Only("model", "batch")]


def main(p: Reads) -> dict[str, Any]:
    rows = by_id(read_table("data/dataset/operations", COLUMNS))
    parts = parts_of(read_table("data/splits/splits.parquet").to_pylist())
    pool = Pool(rows[key] for key in parts["train"] + parts["bank"])
    encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
    reranker = load_reranker(p.rerank, Path("models/reranker"))
    return {
        f"level{level}": compare(test_queries(rows, parts, level), pool, encode, reranker, p.rerank.kind, p.seed)
        for level in levels(parts)
    }


if __name__ == "__main__":
    run("rank_quality", Reads, main)
