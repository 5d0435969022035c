"""How often reading a call gives the verdict of executing it, on calls in forms that are not ours.

    python -m benchmarks.agreement [--unique data/unique] [--requests 500] [--sample 1000] [--calls FILE]

The calls are those of the three generators of `benchmarks.readers`, a sample of all of them, and those of a file of
JSON lines with language, prediction and reference. A call that no reader takes has no verdict by reading: it is counted
for itself, and as one on which the two do not agree.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from apipack.evaluation.verdicts import Reference, judge, judge_executed
from apipack.languages.codec import Reading, read
from apipack.sandbox.execution import execute, skipped
from benchmarks.readers import drawn, generated

Case = tuple[str, Reading, Reference]
"""Where a call is from, the call, and what it was meant to send."""


def from_generators(unique: Path, requests: int, sample: int, seed: int) -> Iterator[Case]:
    rows = drawn(unique, requests, seed)
    calls = [call for call in generated([row["request"] for row in rows]) if "code" in call]
    for call in random.Random(seed).sample(calls, min(sample, len(calls))):
        row = rows[call["number"]]
        reference = Reference("", row["request"], row["template"], json.loads(row["arguments"]))
        yield "generators", Reading.of(call["language"], call["code"]), reference


def from_file(file: Path) -> Iterator[Case]:
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        gold = read(row["language"], row["reference"])
        reference = Reference(row["reference"], gold, gold.url.partition("?")[0], [])
        yield file.stem, Reading.of(row["language"], row["prediction"]), reference


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unique", type=Path, default=Path("data/unique"), help="what the dedupe stage wrote")
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--sample", type=int, default=1000, help="so many of the generators' calls are executed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calls", type=Path, action="append", default=[], help="a file of calls, all executed")
    arguments = parser.parse_args()
    cases = list(from_generators(arguments.unique, arguments.requests, arguments.sample, arguments.seed))
    cases += [case for file in arguments.calls for case in from_file(file)]
    missing = skipped(sorted({reading.language for _, reading, _ in cases}))
    for line in missing.values():
        print(f"agreement: {line}", file=sys.stderr)
    cases = [case for case in cases if case[1].language not in missing]
    started = time.perf_counter()
    outcomes = execute([reading for _, reading, _ in cases], 2)
    seconds = time.perf_counter() - started
    counts: Counter[tuple[str, str]] = Counter()
    for (source, reading, reference), outcome in zip(cases, outcomes, strict=True):
        static = judge(reading, reference)
        executed = judge_executed(static, outcome, reference)
        counts[source, "calls"] += 1
        counts[source, "right"] += bool(executed.request_match)
        counts[source, "read"] += static.readable
        counts[source, "agree"] += static.request_match == executed.request_match
        if static.readable and static.request_match != executed.request_match:
            print(f"{source} {reading.language}: {static.request_match}, executed {executed.request_match}\n"
                  f"{reading.code}\n{outcome.status} {outcome.detail[:300]}\n", file=sys.stderr)  # fmt: skip
    print(f"{'':16}{'executed':>10}{'right':>10}{'read':>10}{'agree':>10}{'share':>9}")
    sources = sorted({source for source, _ in counts})
    for source in (*sources, "all"):
        named = sources if source == "all" else [source]
        calls, right, reads, agree = (
            sum(counts[name, column] for name in named) for column in ("calls", "right", "read", "agree")
        )
        print(f"{source:16}{calls:>10,}{right:>10,}{reads:>10,}{agree:>10,}{agree / calls:>9.1%}")
    print(f"\n{len(cases) / seconds:,.1f} calls executed a second")


if __name__ == "__main__":
    main()
