"""How many calls the API DB gives before deduplication: every operation in every language, each call read back.

    python -m benchmarks.coverage [--operations data/operations] [--parts N]

Needs the operations of a crawl without a limit (stages crawl and parse) for the whole hub's figures. Writes nothing.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from multiprocessing import get_context
from operator import add
from pathlib import Path

from apipack.io import parts, read_table
from apipack.languages.rendering import render_rows
from apipack.progress import progress
from apipack.records import LANGUAGES

Counts = Counter[tuple[str, str]]


def counts(part: Path) -> Counts:
    """Of one part: operations under ("all", "operations"); (language, "read back" or reason) for the calls."""
    table = read_table(part, ["id", "request"])
    pairs = zip(table["id"].to_pylist(), table["request"].to_pylist(), strict=True)
    calls, drops = render_rows(pairs, LANGUAGES)
    found: Counts = Counter((language, "read back") for language in calls["language"].to_pylist())
    found.update((drop["language"], drop["reason"]) for drop in drops)
    found["all", "operations"] = len(table)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=Path, default=Path("data/operations"), help="what the parse stage wrote")
    parser.add_argument("--parts", type=int, help="only the first so many parts")
    arguments = parser.parse_args()
    chosen = parts(arguments.operations)[: arguments.parts]
    started = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        total = reduce(add, progress(pool.map(counts, chosen), len(chosen), "coverage"))
    print(f"{total['all', 'operations']:,} operations, {time.perf_counter() - started:.0f} s")
    columns = ("rendered", "read back", "unrepresentable", "round_trip")
    print(f"{'':12}" + "".join(f"{column:>17}" for column in columns))
    rows = {language: {reason: total[language, reason] for reason in columns[1:]} for language in LANGUAGES}
    rows["all"] = {reason: sum(row[reason] for row in rows.values()) for reason in columns[1:]}
    for language, row in rows.items():
        rendered = row["read back"] + row["round_trip"]
        print(f"{language:12}" + "".join(f"{count:>17,}" for count in (rendered, *row.values())))


if __name__ == "__main__":
    main()
