"""How much of what others write our readers read: calls of three generators for requests of the hub, in every form.

    python -m benchmarks.readers [--unique data/unique] [--requests 500] [--seed 0] [--execute 200]

npm httpsnippet, postman-code-generators and openapi-snippet are installed into a temporary folder. A call is read as
the request that was asked for ("right"), as another request, as one that certainly sends nothing ("unsent"), or it is
refused. The generators make mistakes of their own: an object becomes a list, a `$` a variable, quotes stay open, and
some calls do not compile. With --execute a sample of the calls not read as asked for runs in the sandbox. "as read" are
those whose reading is what arrived, or did not arrive; "read wrong" those whose reading is not. Of the refused,
"nothing" are those that send nothing, "generator" those that send something else than what was asked for, and "missed"
those that send that; "untried" lack a library, or were stopped before they had sent
anything. Below the table, read right are "right" and "as read" together.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

from apipack.evaluation.executing import lacks_library
from apipack.evaluation.metrics import same_request
from apipack.evaluation.verdicts import LOST
from apipack.io import parts, read_table
from apipack.languages.codec import Reading, Unreadable, read
from apipack.languages.wire import Unsent
from apipack.records import Request
from apipack.sandbox.comparison import difference, request_of
from apipack.sandbox.execution import Outcome, execute, skipped

PACKAGES = (
    "httpsnippet@3.0.10",
    "postman-code-generators@2.1.1",
    "postman-collection@5.3.1",
    "openapi-snippet@0.14.0",
)
Row = dict[str, Any]
ENDED = ("ok", "failed", "does_not_compile")
"""By itself; what was stopped might have sent something later."""
DECIDED = ("as read", "read wrong", "nothing", "generator", "missed", "untried")


def drawn(unique: Path, count: int, seed: int) -> list[Row]:
    """Rows of unique operations, drawn at random, with `request` read."""
    rows = [
        row
        for part in parts(unique)
        for row in read_table(part, ["id", "request", "arguments", "template"]).to_pylist()
    ]
    rows.sort(key=lambda row: row["id"])
    chosen = random.Random(seed).sample(rows, min(count, len(rows)))
    return [{**row, "request": Request.from_json(row["request"])} for row in chosen]


def document(request: Request) -> Row:
    """An OpenAPI document of one operation that has the request's values as its examples."""
    parameters = [
        {"name": name, "in": "query", "example": value} for name, value in parse_qsl(request.parts.query, True)
    ]
    parameters += [{"name": n, "in": "header", "example": v} for n, v in request.headers if n.lower() != "content-type"]
    operation: Row = {
        "parameters": [{**one, "required": True, "schema": {"type": "string"}} for one in parameters],
        "responses": {"200": {"description": "ok"}},
    }
    if request.body is not None:
        try:
            example = json.loads(request.body)
        except ValueError:
            example = request.body
        operation["requestBody"] = {
            "content": {
                request.header("content-type") or "text/plain": {"schema": {"example": example}, "example": example}
            }
        }
    return {
        "openapi": "3.0.3",
        "info": {"title": "One", "version": "1"},
        "servers": [{"url": f"{request.parts.scheme}://{request.parts.netloc}"}],
        "paths": {request.parts.path or "/": {request.method.lower(): operation}},
    }


def generated(requests: list[Request]) -> list[Row]:
    """Calls of every generator and form: {number, form, language, code or error}."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        command = [
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            name,
            *PACKAGES,
        ]
        subprocess.run(command, check=True)
        shutil.copy(Path(__file__).with_name("foreign.js"), folder)
        lines = [json.dumps({**json.loads(one.to_json()), "document": document(one)}) for one in requests]
        (folder / "requests.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        made = subprocess.run(["node", "foreign.js", "requests.jsonl"], cwd=folder, check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in made.stdout.decode().splitlines()]


def read_as(call: Row, row: Row) -> tuple[str, Request | str]:
    """right, other, unsent or refused; with the request that was read, or the reason."""
    try:
        request = read(call["language"], call["code"])
    except Unsent as error:
        return "unsent", str(error)
    except Unreadable as error:
        return "refused", str(error)
    same = same_request(request, row["request"], row["template"], json.loads(row["arguments"]))
    return "right" if same else "other", request


def decided(missed: list[Row], rows: list[Row]) -> Iterator[tuple[Row, str]]:
    """What execution says of calls that were not read as asked for, one of `DECIDED`."""
    missing = skipped(sorted({call["language"] for call in missed}))
    for line in missing.values():
        print(f"readers: {line}", file=sys.stderr)
    runnable = [call for call in missed if call["language"] not in missing]
    outcomes = execute([Reading.of(call["language"], call["code"]) for call in runnable], 2)
    for call, outcome in zip(runnable, outcomes, strict=True):
        yield call, verdict(call, rows[call["number"]], outcome)


def verdict(call: Row, row: Row, outcome: Outcome) -> str:
    if outcome.status == LOST or lacks_library(outcome):
        return "untried"
    if isinstance(call["found"], Request):
        return "as read" if difference(call["found"], outcome.records) is None else "read wrong"
    if call["kind"] == "unsent":
        if outcome.records:
            return "read wrong"
        return "as read" if outcome.status in ENDED else "untried"
    if not outcome.records:
        return "nothing"
    arrived = request_of(outcome.records[0], {name.lower() for name, _ in row["request"].headers})
    if arrived is None or len(outcome.records) > 1:
        return "generator"
    asked_for = same_request(arrived, row["request"], row["template"], json.loads(row["arguments"]))
    return "missed" if asked_for else "generator"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unique", type=Path, default=Path("data/unique"), help="what the dedupe stage wrote")
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--execute", type=int, default=0, help="so many calls that are not read right are executed")
    parser.add_argument("--show", type=Path, help="a file for the calls that are not read right, as JSON lines")
    arguments = parser.parse_args()
    rows = drawn(arguments.unique, arguments.requests, arguments.seed)
    calls = generated([row["request"] for row in rows])
    started = time.perf_counter()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    missed: list[Row] = []
    for call in calls:
        if "error" in call:
            counts[call["form"]]["no code"] += 1
            continue
        kind, found = read_as(call, rows[call["number"]])
        counts[call["form"]][kind] += 1
        if kind != "right":
            missed.append({**call, "kind": kind, "found": found})
    seconds = time.perf_counter() - started
    executed = random.Random(arguments.seed).sample(missed, min(arguments.execute, len(missed)))
    for call, verdict in decided(executed, rows):
        call["verdict"] = verdict
        counts[call["form"]][verdict] += 1
    executed = [call for call in executed if "verdict" in call]  # not of languages that this machine lacks
    if arguments.show:
        arguments.show.write_text("".join(json.dumps(row, default=str) + "\n" for row in missed), encoding="utf-8")
    columns = ("right", "other", "unsent", "refused", "no code", *DECIDED)
    print(f"{len(rows)} requests, {len(calls):,} calls, {len(calls) / seconds:,.0f} read a second\n")
    print(f"{'':34}" + "".join(f"{column:>12}" for column in columns))
    total: Counter[str] = Counter()
    for form, kinds in sorted(counts.items()):
        total.update(kinds)
        print(f"{form:34}" + "".join(f"{kinds[column]:>12,}" for column in columns))
    print(f"{'all':34}" + "".join(f"{total[column]:>12,}" for column in columns))
    print(f"\nthe last six: {len(executed):,} of the {len(missed):,} calls not read as asked for, executed")
    if executed:
        written = len(calls) - total["no code"]
        right = total["right"] + total["as read"]
        print(f"read right: {right:,} of {written:,} ({right / written:.2%})")
        sendable = total["right"] + total["missed"]
        share = total["right"] / sendable
        print(f"of those that send what was asked for: {total['right']:,} of {sendable:,} ({share:.2%})")


if __name__ == "__main__":
    main()
