"""Verdicts a second by execution, over every language that this machine executes.

    python -m benchmarks.verdicts [--dataset data/dataset] [--operations 100] [--unique data/unique] [--requests 10]

Three kinds: our own form with every call executed, our own form as `evaluate` and `apipack score --execute` judge it
(a call that is certain to send what is read in it is not run), and the forms of the generators of `benchmarks.readers`.
--without leaves languages out.
"""

from __future__ import annotations

import argparse
import os
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
    """Print how many verdicts a second `judge` gives, by the clock and by processor seconds, children's too."""
    used, started = os.times(), time.perf_counter()
    judge()
    seconds, now = time.perf_counter() - started, os.times()
    processor = max(sum(now[:4]) - sum(used[:4]), 0.01)  # a tick of the clock
    rate, rate_by_processor = len(readings) / seconds, len(readings) / processor
    print(f"{name:28}{len(readings):>8,}{seconds:>10.1f}{rate:>10,.0f}{rate_by_processor:>16,.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="data/dataset")
    parser.add_argument("--operations", type=int, default=100)
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
    print(f"{', '.join(languages)}\n\n{'':28}{'calls':>8}{'seconds':>10}{'a second':>10}{'a processor s':>16}")
    timed("own form, all executed", own, lambda: execute(own, 2))
    timed("own form, as evaluate does", own, lambda: outcomes(own, 2, print))
    foreign = [Reading.of(language, code) for language, code in codes]
    timed("generators' forms", foreign, lambda: execute(foreign, 2))


if __name__ == "__main__":
    main()
