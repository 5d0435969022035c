"""Specifications to the API DB: one row an operation, with its request.  python -m stages.parse"""

from pathlib import Path
from typing import Any

from apipack.io import fresh_folder
from apipack.operations.database import write_operations
from apipack.operations.params import Parse
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    parse: Parse


def main(p: Reads) -> dict[str, Any]:
    with fresh_folder("data/operations") as folder:
        return write_operations(Path("data/specs"), Path("optout.txt"), folder, p.parse, p)


if __name__ == "__main__":
    run("parse", Reads, main)
