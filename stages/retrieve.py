"""Few-shot examples for the tests, and their prompts in every setting.  python -m stages.retrieve"""

from pathlib import Path
from typing import Annotated, Any

from apipack.evaluation.params import Evaluate
from apipack.instructions.params import Instruct
from apipack.io import fresh_folder, rows_table, write_table
from apipack.languages.params import Render
from apipack.prompting.context import Context
from apipack.prompting.schemas import TESTS_OF
from apipack.prompting.testing import test_rows
from apipack.retrieval.params import Rerank, Retrieve
from apipack.retrieval.reranking import reranker_of
from apipack.section import Only, Section, Seed
from apipack.training.params import Finetune
from stages import run


class Reads(Section):
    seed: Seed
    rerank: Rerank
    retrieve: Retrieve
    instruct: Annotated[Instruct, Only("description_words")]
    render: Annotated[Render, Only("languages")]
    evaluate: Annotated[Evaluate, Only("settings", "new_tokens", "form")]
    finetune: Annotated[Finetune, Only("max_tokens", "model")]


def main(p: Reads) -> dict[str, Any]:
    reranker = reranker_of(p.evaluate.settings, p.rerank, Path("models/reranker"))
    context = Context.open(p.retrieve, p.finetune.model, p.finetune.max_tokens - p.evaluate.new_tokens, p.seed)
    tests, figures = test_rows(Path("data"), p.render.languages, p.evaluate, context, reranker, p.instruct)
    with fresh_folder("data/prompts") as folder:
        write_table(folder / "tests.parquet", rows_table(tests, TESTS_OF[p.evaluate.form]))
    return figures


if __name__ == "__main__":
    run("retrieve", Reads, main)
