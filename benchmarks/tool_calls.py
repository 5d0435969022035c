"""How many requests come back from their tool calls, and why the others do not.

    python -m benchmarks.tool_calls data/dataset/operations
    python -m benchmarks.tool_calls data/operations            # before duplicates and filters
    python -m benchmarks.tool_calls data/dataset/operations --languages 2000

Every operation's requests are written as calls of its tool and made from them again; `own_credentials` are those of
them that have others than the operation's placeholders, which are then given beside the call. With --languages, so many
operations, spread over all, take the way through code as well: tool call, request, a call in each of the ten languages,
the request that is read in it, and the tool call of that, which must be the first. One line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apipack.evaluation.verdicts import Reference
from apipack.io import parts, read_table
from apipack.languages.codec import Unreadable, Unrepresentable, read, render
from apipack.operations.documentation import Documentation
from apipack.operations.tools import NoTool, call_of, request_of, tool
from apipack.progress import progress
from apipack.records import LANGUAGES, Request

COLUMNS = ("id", "functionality", "form", "arguments", "template", "endpoint", "request")
Row = dict[str, Any]


def main(folder: Path, of_languages: int | None) -> None:
    counts: Counter[str] = Counter()
    started = time.process_time()
    files = parts(folder)
    every = 1
    if of_languages is not None:
        every = max(1, sum(len(read_table(part, ["id"])) for part in files) // of_languages)
    for part in progress(files, len(files), "tool calls"):
        for row in _rows(part, every):
            documentation = Documentation.of(row)
            tool(documentation, row["endpoint"])
            counts["operations"] += 1
            for text in dict.fromkeys((row["request"], row.get("test_request") or row["request"])):
                request = Request.from_json(text)
                try:
                    call = call_of(documentation, request)
                except NoTool as error:
                    counts[error.reason] += 1
                    continue
                counts["same"] += 1
                counts["own_credentials"] += request_of(documentation, call) != request
                if of_languages is not None:
                    counts.update(_through_code(documentation, call, row))
    print(json.dumps({**dict(sorted(counts.items())), "seconds": round(time.process_time() - started, 1)}))


def _rows(part: Path, every: int) -> Iterator[Row]:
    names = set(read_table(part).column_names)
    table = read_table(part, [*COLUMNS, *({"test_request"} & names)])
    yield from table.to_pylist()[::every]


def _through_code(documentation: Documentation, call: Row, row: Row) -> Iterator[str]:
    """What became of a call in each language."""
    request = request_of(documentation, call)
    judge = Reference("", request, row["template"], json.loads(row["arguments"]))
    for language in LANGUAGES:
        try:
            arrived = read(language, render(language, request))
            yield "languages_same" if call_of(documentation, arrived) == call else f"{language}_another_call"
        except Unrepresentable:
            yield "cannot_be_sent"
        except Unreadable:
            yield f"{language}_unreadable"
        except NoTool as error:
            yield f"equivalent_{error.reason}" if judge.same(arrived) else f"{language}_{error.reason}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--languages", type=int, metavar="OPERATIONS")
    given = parser.parse_args()
    main(given.folder, given.languages)
