"""Two instructions an operation, one to train on and one to test with.  python -m stages.instruct"""

from pathlib import Path
from typing import Annotated, Any

from apipack.instructions.params import Instruct
from apipack.instructions.table import write_instructions
from apipack.io import fresh_folder
from apipack.languages.params import Render
from apipack.section import Only, Seed
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    seed: Seed
    instruct: Instruct
    render: Annotated[Render, Only("languages")]


def main(p: Reads) -> dict[str, Any]:
    with fresh_folder("data/instructions") as folder:
        return write_instructions(Path("data/unique"), folder, p.instruct, p.seed, len(p.render.languages), p)


if __name__ == "__main__":
    run("instruct", Reads, main)
