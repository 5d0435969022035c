"""Draw the training rows: the only reader of `size` and `mix`.  python -m stages.sample"""

from pathlib import Path
from typing import Annotated, Any

from apipack.dataset.params import Sample
from apipack.evaluation.params import Evaluate
from apipack.instructions.params import Instruct
from apipack.io import fresh_folder
from apipack.languages.params import Mix, Render, weights
from apipack.prompting.context import Context
from apipack.prompting.training import write_training
from apipack.retrieval.params import Retrieve
from apipack.section import Only, Positive, Seed
from apipack.tasks.params import Engine
from apipack.training.params import Finetune
from stages import run


class Reads(Engine):
    seed: Seed
    size: Positive
    mix: Mix
    sample: Sample
    retrieve: Retrieve
    render: Annotated[Render, Only("languages")]
    instruct: Annotated[Instruct, Only("description_words", "values", "variants", "optional", "max_values")]
    evaluate: Annotated[Evaluate, Only("new_tokens")]
    finetune: Annotated[Finetune, Only("max_tokens", "model")]


def main(p: Reads) -> dict[str, Any]:
    mix, tokens = weights(p.mix, p.render.languages), p.finetune.max_tokens
    context = Context.open(p.retrieve, p.finetune.model, tokens - p.evaluate.new_tokens, p.seed)
    with fresh_folder("data/train") as folder:
        return write_training(Path("data"), folder, p.size, mix, p.sample, p.instruct, context, tokens, p)


if __name__ == "__main__":
    run("sample", Reads, main)
