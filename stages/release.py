"""The dataset as a folder that Hugging Face's `datasets` loads, with its card.  python -m stages.release"""

from pathlib import Path
from typing import Any

from apipack.dataset.params import Release
from apipack.dataset.release import write_release
from apipack.io import fresh_folder
from apipack.languages.params import Render
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    render: Render
    release: Release


def main(p: Reads) -> dict[str, Any]:
    with fresh_folder("data/release") as folder:
        return write_release(Path("data"), folder, p.render.languages, p.release, p)


if __name__ == "__main__":
    run("release", Reads, main)
