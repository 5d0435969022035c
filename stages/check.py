"""Check params.yaml before any work starts, and note what code each stage runs.  python -m stages.check"""

from pathlib import Path
from typing import Any

from apipack.io import fresh_folder, write_text
from apipack.params import load
from apipack.section import Section
from apipack.tasks.code import Code
from stages import ROOT, run


class Reads(Section):
    """Nothing of its own: all of params.yaml is checked, also what no stage reads."""


def main(p: Reads) -> dict[str, Any]:
    load()
    code = Code(ROOT)
    with fresh_folder("data/code") as folder:
        for script in Path("stages").glob("[a-z]*.py"):
            write_text(folder / script.stem, code.listing(script.stem))
    return {}


if __name__ == "__main__":
    run("check", Reads, main)
