"""Drop exact and near duplicates; every drop names the row it repeats.  python -m stages.dedupe"""

from pathlib import Path
from typing import Any

from apipack.dataset.params import Dedupe
from apipack.dataset.unique import write_unique
from apipack.io import fresh_folder
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    dedupe: Dedupe


def main(p: Reads) -> dict[str, Any]:
    with fresh_folder("data/unique") as folder:
        return write_unique(Path("data/operations"), folder, p.dedupe.threshold, p)


if __name__ == "__main__":
    run("dedupe", Reads, main)
