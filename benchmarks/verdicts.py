"""Verdicts a second by execution, over every language that this machine executes.

    python -m benchmarks.verdicts [--dataset data/dataset] [--operations 1000] [--unique data/unique] [--requests 10]

Three kinds: our own form with every call executed, our own form as `evaluate` and `apipack score --execute` judge it
(a call that is certain to send what is read in it is not run), and the forms of the generators of `benchmarks.readers`.
--without leaves languages out.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

from apipack.evaluation.executing import outcomes
from apipack.io import read_table
from apipack.languages.codec import Reading, Unrepresentable, render
from apipack.records import LANGUAGES, Request
from apipack.sandbox.execution import execute, skipped
from benchmarks.readers import drawn, generated


def own_calls(dataset: str, count: int, languages: list[str]) -> list[Reading]:
    """Calls of operations drawn at random, in our own form."""
    table = read_table(f"{dataset}/operations", ["id", "request"]).to_pylist()
    rows = random.Random(0).sample(sorted(table, key=lambda row: row["id"]), min(count, len(table)))
    readings: list[Reading] = []
    for row in rows:
        for language in languages:
            try:
                readings.append(Reading.of(language, render(language, Request.from_json(row["request"]))))
            except Unrepresentable:
                continue
    return readings


def timed(name: str, readings: list[Reading], judge: Callable[[], object]) -> None:
    """Print how many verdicts a second `judge` gives, and the hours that it would need for a million."""
    started = time.perf_counter()
    judge()
    seconds = time.perf_counter() - started
    rate = len(readings) / seconds
    print(f"{name:28}{len(readings):>8,}{seconds:>10.1f}{rate:>10,.0f}{1_000_000 / rate / 3600:>20.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="data/dataset")
    parser.add_argument("--operations", type=int, default=1000)
    parser.add_argument("--unique", type=Path, default=Path("data/unique"))
    parser.add_argument("--requests", type=int, default=10)
    parser.add_argument("--without", nargs="*", default=[], choices=LANGUAGES)
    arguments = parser.parse_args()
    missing = skipped(LANGUAGES)
    languages = [name for name in LANGUAGES if name not in missing and name not in arguments.without]
    own = own_calls(arguments.dataset, arguments.operations, languages)
    rows = drawn(arguments.unique, arguments.requests, 0)
    calls = generated([row["request"] for row in rows])
    codes = [(call["language"], call["code"]) for call in calls if call["language"] in languages and "code" in call]
    print(f"{', '.join(languages)}\n\n{'':28}{'calls':>8}{'seconds':>10}{'a second':>10}{'hours for a million':>20}")
    timed("own form, all executed", own, lambda: execute(own, 2))
    timed("own form, as evaluate does", own, lambda: outcomes(own, 2, print))
    foreign = [Reading.of(language, code) for language, code in codes]
    timed("generators' forms", foreign, lambda: execute(foreign, 2))


if __name__ == "__main__":
    main()
