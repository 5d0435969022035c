"""What the grammar's instructions cost, and whether they are the same: of every n-th provider group of the hub.

    python -m benchmarks.instructing data/unique 10

One line of JSON: operations, processor seconds of one process, and the SHA-256 of the tables that it writes. Commits
are compared by running it at each of them, in turn.
"""

from __future__ import annotations

import json
import sys
import time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from apipack.instructions.params import CHOICE
from apipack.instructions.table import instruct_parts
from apipack.section import load
from apipack.tasks.parts import provider_groups
from stages.instruct import Reads


def main(unique: Path, every: int) -> dict[str, Any]:
    """unique: the folder of `dedupe`. every: of how many groups one is taken."""
    p = load(Reads)
    choice = p.instruct.model_dump(include={"values", *CHOICE})
    rows, started = 0, time.process_time()
    with TemporaryDirectory() as out:
        for files in list(provider_groups(unique).values())[::every]:
            rows += instruct_parts(files, out, p.seed, choice, {})["rows"]
        seconds = time.process_time() - started
        digest = sha256(b"".join(table.read_bytes() for table in sorted(Path(out).iterdir())))
    return {"rows": rows, "processor_seconds": round(seconds, 2), "sha256": digest.hexdigest()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
