"""Pairs a second of the paper's two metrics, beside difflib and cydifflib, with the same verdicts.

    python -m benchmarks.scoring [pairs] [dataset]

Prints one JSON object. The pairs are of the corpus (default data/dataset), a quarter each: gold; the same operation
with a word of the call reversed; another operation of the same API; an operation of another API. Each side compares
the URLs and the calls of every pair; each is told the URLs, so that reading calls back counts for none. They take
turns of 500 pairs, now in one order, now in the other, in seconds of CPU time: other work on the machine slows all
alike. cydifflib is asked as well as it can be: only where the texts differ and rapidfuzz's bound does not decide.
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

from cydifflib import SequenceMatcher
from rapidfuzz.distance import Indel

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


def compiled(a: str, b: str) -> bool:
    if a == b:
        return True
    if not Indel.normalized_similarity(a, b, score_cutoff=THRESHOLD):
        return False
    return bool(SequenceMatcher(None, a, b).ratio() > THRESHOLD)


def pure(a: str, b: str) -> bool:
    return difflib.SequenceMatcher(None, a, b).ratio() > THRESHOLD


def verdicts(pairs: list[Pair], alike: Callable[[str, str], bool]) -> list[tuple[bool, bool]]:
    """(endpoint match, call match); both are computed for every pair."""
    return [
        (endpoint := alike(url, gold_url), alike(call, gold) and endpoint) for _, url, call, gold_url, gold in pairs
    ]


def main(count: int, folder: str) -> None:
    pairs = pairs_of(folder, count, 0)
    sides = (ours, compiled, pure)
    found: dict[Callable[[str, str], bool], list[tuple[bool, bool]]] = {side: [] for side in sides}
    seconds = dict.fromkeys(found, 0.0)
    for turn, start in enumerate(range(0, len(pairs), TURN)):
        for alike in sides if turn % 2 else reversed(sides):
            started = time.process_time()
            found[alike] += verdicts(pairs[start : start + TURN], alike)
            seconds[alike] += time.process_time() - started
    passed = Counter(kind for (kind, *_), (_, call) in zip(pairs, found[pure], strict=True) if call)
    figures = {
        "pairs": len(pairs),
        "identical": sum(a == b == c for a, b, c in zip(*found.values(), strict=True)),
        "call_match_by_kind": dict(sorted(passed.items())),
        "pairs_per_second": round(len(pairs) / seconds[ours]),
        "cydifflib_pairs_per_second": round(len(pairs) / seconds[compiled]),
        "difflib_pairs_per_second": round(len(pairs) / seconds[pure]),
        "times": round(seconds[pure] / seconds[ours], 1),
        "cydifflib_times": round(seconds[pure] / seconds[compiled], 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2] if len(sys.argv) > 2 else "data/dataset")
