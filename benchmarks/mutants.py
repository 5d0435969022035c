"""What the metrics say of the corpus' own calls, right and wrong: the reference, and requests with one thing changed.

    python -m benchmarks.mutants [operations] [dataset] [specs]

Operations are drawn at random; each is rendered in ten languages as it is (gold) and, where it has such a thing, with
another method, another version in its path, a required parameter dropped or renamed, another host, another body
(`body_mutants`). Prints one JSON line a kind: calls, and how many of them have each metric; with specs (the crawl's,
data/specs) also `passed`, by reading: the reference's request, breaking no rule that the reference keeps.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from apipack.evaluation.apis import Apis
from apipack.evaluation.verdicts import Reference, judge
from apipack.io import read_table
from apipack.languages.codec import Reading, Unrepresentable, render
from apipack.records import LANGUAGES, METHODS, Request
from benchmarks.body_mutants import wrong_bodies

Row = dict[str, Any]
METRICS = ("endpoint_match", "call_match", "request_match", "passed")
_VERSION = re.compile(r"(?<=/v)\d+(?=[./])|(?<=/)\d+(?=\.\d+/)")


def wrong(request: Request, arguments: list[list[Any]], template: str) -> Iterator[tuple[str, Request]]:
    """(kind, request) for each way of being wrong that the request has. arguments, template: schema OPERATIONS."""
    start = len(request.url) - len(request.url.partition("://")[2])
    origin, slash, rest = request.url[start:].partition("/")
    yield "method", replace(request, method=METHODS[(METHODS.index(request.method) + 1) % 4])
    yield "host", replace(request, url=f"{request.url[:start]}other-{origin}{slash}{rest}")
    fixed_part = template.partition("{")[0]
    if request.url.startswith(fixed_part) and (version := _VERSION.search(fixed_part + "/", start)):
        other = str(int(version[0]) + 1)
        yield "version", replace(request, url=request.url[: version.start()] + other + request.url[version.end() :])
    required = {(place, name.lower()) for name, place, needed, *_ in arguments if needed}
    base, _, query = request.url.partition("?")
    pairs = query.split("&") if query else []
    names = [name for name, _ in request.query]
    for at, name in enumerate(names):
        if ("query", name.lower()) in required and len(names) == len(pairs):
            others = pairs[:at] + pairs[at + 1 :]
            yield "dropped_query", replace(request, url=base + "?" * bool(others) + "&".join(others))
            renamed = [*pairs[:at], "x" + pairs[at], *pairs[at + 1 :]]
            yield "renamed_query", replace(request, url=base + "?" + "&".join(renamed))
            break
    for at, (name, value) in enumerate(request.headers):
        if ("header", name.lower()) in required and name.lower() not in ("content-type", "accept"):
            before, after = request.headers[:at], request.headers[at + 1 :]
            yield "dropped_header", replace(request, headers=before + after)
            yield "renamed_header", replace(request, headers=(*before, (f"{name}x", value), *after))
            break
    yield from wrong_bodies(request)


def reference_of(row: Row, call: str) -> Reference:
    """The right call of an operation. row: of schema OPERATIONS."""
    request, arguments = Request.from_json(row["request"]), json.loads(row["arguments"])
    return Reference(call, request, row["template"], arguments, row["id"])


def main(count: int, dataset: str, specs: str | None) -> None:
    table = read_table(f"{dataset}/operations").to_pylist()
    rows = sorted(random.Random(0).sample(table, min(count, len(table))), key=lambda row: row["spec_sha256"])
    apis = None
    if specs:
        index = read_table(f"{specs}/index.parquet", ["sha256", "file"]).to_pylist()
        apis = Apis(rows, {spec["sha256"]: Path(specs, spec["file"]) for spec in index})
    calls: Counter[str] = Counter()
    passed: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        gold = Request.from_json(row["request"])
        kinds = [("gold", gold), *wrong(gold, json.loads(row["arguments"]), row["template"])]
        for language in LANGUAGES:
            try:
                reference = reference_of(row, render(language, gold))
            except Unrepresentable:
                continue
            for kind, request in kinds:
                try:
                    call = render(language, request)
                except Unrepresentable:
                    continue
                calls[kind] += 1
                verdict = judge(Reading.of(language, call), reference, apis)
                passed[kind].update(name for name in METRICS if getattr(verdict, name))
    for kind, total in calls.items():
        print(
            json.dumps(
                {
                    "kind": kind,
                    "calls": total,
                    **{name: passed[kind][name] for name in METRICS if apis or name != "passed"},
                }
            )
        )


if __name__ == "__main__":
    given = sys.argv[1:] + ["2000", "data/dataset"][len(sys.argv) - 1 :]
    main(int(given[0]), given[1], given[2] if len(given) > 2 else None)
