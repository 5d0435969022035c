"""Few-shot examples for the tests, and their prompts in every setting.  python -m stages.retrieve"""

from pathlib import Path
from typing import Annotated, Any

from apipack.evaluation.params import Evaluate
from apipack.io import fresh_folder, rows_table, write_table
from apipack.languages.params import Render
from apipack.prompting.context import Context
from apipack.prompting.schemas import TESTS
from apipack.prompting.testing import test_rows
from apipack.retrieval.examples import RERANKED
from apipack.retrieval.params import Rerank, Retrieve
from apipack.retrieval.reranking import load_reranker
from apipack.section import Only, Section
from apipack.training.params import Finetune
from stages import run


class Reads(Section):
    seed: int
    rerank: Rerank
    retrieve: Retrieve
    render: Annotated[Render, Only("languages")]
    evaluate: Annotated[Evaluate, Only("settings", "new_tokens")]
    finetune: Annotated[Finetune, Only("max_tokens", "model")]


def main(p: Reads) -> dict[str, Any]:
    settings = p.evaluate.settings
    reranker = load_reranker(p.rerank, Path("models/reranker")) if RERANKED in settings else None
    context = Context.open(p.retrieve, p.finetune.model, p.finetune.max_tokens - p.evaluate.new_tokens, p.seed)
    tests, figures = test_rows(Path("data"), p.render.languages, settings, context, reranker)
    with fresh_folder("data/prompts") as folder:
        write_table(folder / "tests.parquet", rows_table(tests, TESTS))
    return figures


if __name__ == "__main__":
    run("retrieve", Reads, main)
