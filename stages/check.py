"""Check params.yaml before any work starts.  python -m stages.check"""

from typing import Any

from apipack.io import write_text
from apipack.params import Params
from stages import run


def main(p: Params) -> dict[str, Any]:
    write_text("data/checked", "params.yaml is valid\n")  # the same bytes for all valid params: nothing re-runs for it
    return {}


if __name__ == "__main__":
    run("check", main)
