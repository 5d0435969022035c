"""Pairs a second of the paper's two metrics, beside pure difflib, with the same verdicts.

    python -m benchmarks.scoring [pairs] [dataset]

Prints one JSON object. The pairs are of the corpus (default data/dataset), a quarter each: gold; the same operation
with a word of the call reversed; another operation of the same API; an operation of another API. Both sides compare
the URLs and the calls of every pair; both are told the URLs, so that reading calls back counts for neither. They take
turns of 500 pairs, now one first, now the other, in seconds of CPU time: other work on the machine slows both alike.
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

from apipack.evaluation.difflib_ratio import ratio_above
from apipack.evaluation.metrics import THRESHOLD
from apipack.io import read_table
from apipack.records import Request

Pair = tuple[str, str, str, str, str]
"""Kind, predicted URL and call, reference URL and call."""
TURN = 500
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
        languages = sorted(calls[other].keys() & calls[key].keys())
        if not languages:
            continue
        language = rng.choice(languages)
        url, call = Request.from_json(rows[other]["request"]).url, calls[other][language]
        if kind == "mutant":
            word = rng.choice(_WORD.findall(call))
            url, call = url.replace(word, word[::-1]), call.replace(word, word[::-1])
        made.append((kind, url, call, Request.from_json(rows[key]["request"]).url, calls[key][language]))
    return made


def ours(a: str, b: str) -> bool:
    return ratio_above(a, b, THRESHOLD)


def theirs(a: str, b: str) -> bool:
    return difflib.SequenceMatcher(None, a, b).ratio() > THRESHOLD


def verdicts(pairs: list[Pair], alike: Callable[[str, str], bool]) -> list[tuple[bool, bool]]:
    """(endpoint match, call match); both are computed for every pair."""
    return [
        (endpoint := alike(url, gold_url), alike(call, gold) and endpoint) for _, url, call, gold_url, gold in pairs
    ]


def main(count: int, folder: str) -> None:
    pairs = pairs_of(folder, count, 0)
    found: dict[Callable[[str, str], bool], list[tuple[bool, bool]]] = {ours: [], theirs: []}
    seconds = dict.fromkeys(found, 0.0)
    for turn, start in enumerate(range(0, len(pairs), TURN)):
        for alike in (ours, theirs) if turn % 2 else (theirs, ours):
            started = time.process_time()
            found[alike] += verdicts(pairs[start : start + TURN], alike)
            seconds[alike] += time.process_time() - started
    passed = Counter(kind for (kind, *_), (_, call) in zip(pairs, found[theirs], strict=True) if call)
    figures = {
        "pairs": len(pairs),
        "identical": sum(a == b for a, b in zip(found[ours], found[theirs], strict=True)),
        "call_match_by_kind": dict(sorted(passed.items())),
        "pairs_per_second": round(len(pairs) / seconds[ours]),
        "difflib_pairs_per_second": round(len(pairs) / seconds[theirs]),
        "times": round(seconds[theirs] / seconds[ours], 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2] if len(sys.argv) > 2 else "data/dataset")
