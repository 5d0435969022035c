"""The dataset as a folder that Hugging Face's `datasets` loads, with its card.  python -m stages.release"""

from pathlib import Path
from typing import Annotated, Any

from apipack.dataset.params import Release
from apipack.dataset.release import write_release
from apipack.instructions.params import Instruct
from apipack.io import fresh_folder
from apipack.languages.params import Render
from apipack.section import Only, Seed
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    seed: Seed
    render: Render
    release: Release
    instruct: Annotated[Instruct, Only("description_words", "values", "optional", "max_values")]


def main(p: Reads) -> dict[str, Any]:
    with fresh_folder("data/release") as folder:
        return write_release(Path("data"), folder, p.render.languages, p.release, p.instruct, p.seed, p)


if __name__ == "__main__":
    run("release", Reads, main)
