"""Write every request as a call in each language and read it back.  python -m stages.render"""

from pathlib import Path
from typing import Any

from apipack.io import fresh_folder
from apipack.languages.calls import write_calls
from apipack.languages.params import Render
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    render: Render


def main(p: Reads) -> dict[str, Any]:
    with fresh_folder("data/calls") as folder:
        return write_calls(Path("data/instructions"), folder, p.render.languages, p)


if __name__ == "__main__":
    run("render", Reads, main)
