"""Keep what is fit to train on; every drop has a reason.  python -m stages.filter"""

from pathlib import Path
from typing import Any

from apipack.dataset.filtering import write_dataset
from apipack.dataset.params import Filter
from apipack.io import fresh_folder
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    filter: Filter


def main(p: Reads) -> dict[str, Any]:
    with fresh_folder("data/dataset") as folder:
        return write_dataset(Path("data"), folder, p.filter, p)


if __name__ == "__main__":
    run("filter", Reads, main)
