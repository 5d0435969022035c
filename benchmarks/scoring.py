"""Pairs a second of the paper's two metrics, beside pure difflib, with the same verdicts.

    python -m benchmarks.scoring [pairs] [dataset]

Prints one JSON object. The pairs are of the corpus (default data/dataset), a quarter each: gold; the same operation
with a word of the call reversed; another operation of the same API; an operation of another API. Both sides compare
the URLs and the calls of every pair; both are told the URLs, so that reading calls back counts for neither.
"""

from __future__ import annotations

import difflib
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable

from apipack.io import read_table
from apipack.matching import THRESHOLD, similar
from apipack.records import Request

Pair = tuple[str, str, str, str, str]
"""Kind, predicted URL and call, reference URL and call."""
_WORD = re.compile(r"[A-Za-z]{3,}")


def pairs_of(folder: str, count: int, seed: int) -> list[Pair]:
    rng = random.Random(seed)
    table = read_table(f"{folder}/operations", ["id", "api", "request"]).to_pylist()
    rows = {row["id"]: row for row in rng.sample(table, min(len(table), 8 * count))}
    by_api = defaultdict(list)
    for row in rows.values():
        by_api[row["api"]].append(row["id"])
    shared = [key for key, row in rows.items() if len(by_api[row["api"]]) > 1]
    drawn = rng.choices(shared, k=count)
    picked = []
    for place, key in enumerate(drawn):
        kind = ("gold", "mutant", "same_api", "other_api")[place % 4]
        other = key
        while kind in ("same_api", "other_api") and (
            other == key or (rows[other]["api"] == rows[key]["api"]) != (kind == "same_api")
        ):
            other = rng.choice(by_api[rows[key]["api"]] if kind == "same_api" else shared)
        picked.append((kind, other, key))
    wanted = {key for _, *both in picked for key in both}
    calls: dict[str, dict[str, str]] = defaultdict(dict)
    for row in read_table(f"{folder}/calls", filters=[("id", "in", wanted)]).to_pylist():
        calls[row["id"]][row["language"]] = row["call"]
    made = []
    for kind, other, key in picked:
        language = rng.choice(sorted(calls[other].keys() & calls[key].keys()))
        url, call = Request.from_json(rows[other]["request"]).url, calls[other][language]
        if kind == "mutant":
            word = rng.choice(_WORD.findall(call))
            url, call = url.replace(word, word[::-1]), call.replace(word, word[::-1])
        made.append((kind, url, call, Request.from_json(rows[key]["request"]).url, calls[key][language]))
    return made


def pure(a: str, b: str) -> bool:
    return difflib.SequenceMatcher(None, a, b).ratio() > THRESHOLD


def verdicts(pairs: list[Pair], alike: Callable[[str, str], bool]) -> list[tuple[bool, bool]]:
    """(endpoint match, call match); both are computed for every pair."""
    return [
        (endpoint := alike(url, gold_url), alike(call, gold) and endpoint) for _, url, call, gold_url, gold in pairs
    ]


def main(count: int, folder: str) -> None:
    pairs = pairs_of(folder, count, 0)
    started = time.perf_counter()
    ours = verdicts(pairs, similar)
    middle = time.perf_counter()
    theirs = verdicts(pairs, pure)
    seconds = middle - started, time.perf_counter() - middle
    passed = Counter(kind for (kind, *_), (_, call) in zip(pairs, theirs, strict=True) if call)
    figures = {
        "pairs": len(pairs),
        "identical": sum(a == b for a, b in zip(ours, theirs, strict=True)),
        "call_match_by_kind": dict(sorted(passed.items())),
        "pairs_per_second": round(count / seconds[0]),
        "difflib_pairs_per_second": round(count / seconds[1]),
        "times": round(seconds[1] / seconds[0], 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2] if len(sys.argv) > 2 else "data/dataset")
