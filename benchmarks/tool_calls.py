"""How many of the dataset's requests come back from their tool calls, and why the others do not.

    python -m benchmarks.tool_calls data/dataset

Every operation's two requests are written as calls of its tool and made from them again; one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from apipack.dataset.tool_calls import COLUMNS
from apipack.io import parts, read_table
from apipack.operations.documentation import Documentation
from apipack.operations.tools import NoTool, call_of, tool
from apipack.progress import progress
from apipack.records import Request


def main(dataset: Path) -> None:
    counts: Counter[str] = Counter()
    started = time.process_time()
    files = parts(dataset / "operations")
    for part in progress(files, len(files), "tool calls"):
        for row in read_table(part, list(COLUMNS)).to_pylist():
            documentation = Documentation.of(row)
            tool(documentation, row["endpoint"])
            counts["operations"] += 1
            for request in (row["request"], row["test_request"]):
                try:
                    call_of(documentation, Request.from_json(request))
                    counts["same"] += 1
                except NoTool as error:
                    counts[error.reason] += 1
    print(json.dumps({**counts, "seconds": round(time.process_time() - started, 1)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
