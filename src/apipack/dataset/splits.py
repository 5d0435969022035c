"""Three levels of generalisation, and a fourth, the same operations in every language (paper, section 4.1).

Level 3 holds out whole providers and takes no test that is nearly the same as a trained operation of another
provider; level 2 holds out near-duplicate clusters and endpoints of seen APIs; level 1 asks for trained endpoints
in another wording, with other values. What is left of unseen APIs is the `bank`: calls that may stand as few-shot
examples but are never trained on. Level 4 holds out whole sources: what it tests comes from another hub, and from
providers that training does not have.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from apipack.dataset.dedupe import block
from apipack.dataset.params import Split
from apipack.dataset.similarity import nearest, text
from apipack.errors import UserError
from apipack.operations.plausible import for_tests

Row = dict[str, Any]
Parts = dict[str, list[str]]
"""Split name → operation ids."""

COLUMNS = [
    "id",
    "hub",
    "source_url",
    "provider",
    "api",
    "cluster",
    "method",
    "path",
    "template",
    "functionality",
    "description",
    "arguments",
    "hint",
    "test_values",
]


GIVEN = ("example", "default", "enum", "fixed")
"""Sources of values that the specification gives to all variants."""


class SplitError(UserError):
    """The operations do not suffice for the levels asked for."""


def split(rows: Sequence[Row], p: Split, seed: int, shots: int, workers: int | None = None) -> list[Row]:
    """Rows {id, split} (schema SPLITS), sorted. rows: `COLUMNS` of schema UNIQUE. Raises `SplitError`."""
    from sklearn.model_selection import GroupShuffleSplit  # a second, which other users of this module do not need

    held = sorted((row for row in rows if of_source(row, p.held_out_sources)), key=lambda row: row["id"])
    rows = sorted((row for row in rows if not of_source(row, p.held_out_sources)), key=lambda row: row["id"])
    providers = [row["provider"] for row in rows]
    if len(set(providers)) < 2:
        raise SplitError(f"level 3 needs at least two providers, there are {len(set(providers))}; raise crawl.limit")
    seen, unseen = next(
        GroupShuffleSplit(n_splits=1, test_size=p.unseen_apis, random_state=seed).split(rows, groups=providers)
    )
    rng = random.Random(seed)
    turns = _turns([*rows, *held], rng)
    seen_rows, unseen_rows = [rows[i] for i in seen], [rows[i] for i in unseen]
    level3 = _unlike(_in_turn(unseen_rows, 0.5, shots + 1, turns, rng), seen_rows, p, workers)
    assigned = {row["id"]: "level3" if row["id"] in level3 else "bank" for row in unseen_rows}
    _drop_twins(unseen_rows, assigned, "level3", "bank")
    level2 = {row["id"] for row in islice(_in_turn(seen_rows, p.unseen_endpoints, shots + 1, turns, rng), p.tests)}
    assigned |= {row["id"]: "level2" if row["id"] in level2 else "train" for row in seen_rows}
    _drop_twins(seen_rows, assigned, "level2", "train")
    level2 -= _of_unseen_apis(seen_rows, assigned)
    train = [row for row in seen_rows if assigned.get(row["id"]) == "train"]
    asking = (row for row in _in_turn(train, 1.0, shots + 1, turns, rng) if asks_otherwise(row))
    level1 = {row["id"] for row in islice(asking, p.tests)}
    trained = {row["provider"] for row in seen_rows}
    apart = [row for row in held if row["provider"] not in trained]
    level4 = _unlike(_in_turn(apart, 0.5, shots + 1, turns, rng), seen_rows, p, workers)
    assigned |= {row["id"]: "level4" if row["id"] in level4 else "bank" for row in apart}
    for name in ("level3", "level4"):
        _drop_twins([*unseen_rows, *apart], assigned, name, "bank")
    tests = {"level1": level1, "level2": level2, "level3": level3} | ({"level4": level4} if p.held_out_sources else {})
    for name, chosen in tests.items():
        if not chosen:
            raise SplitError(f"{name} is empty: {len(rows) + len(held)} operations do not suffice; raise crawl.limit")
    splits = [{"id": key, "split": value} for key, value in assigned.items()]
    splits += [{"id": key, "split": "level1"} for key in level1]
    return sorted(splits, key=lambda row: (row["split"], row["id"]))


def parts_of(splits: Iterable[Row]) -> Parts:
    """Rows of schema SPLITS by split."""
    parts: Parts = defaultdict(list)
    for entry in splits:
        parts[entry["split"]].append(entry["id"])
    return parts


def levels(parts: Parts) -> list[int]:
    """The levels that have tests: 4 only where a source is held out."""
    return [level for level in (1, 2, 3, 4) if parts.get(f"level{level}")]


def of_source(row: Row, sources: Iterable[str]) -> bool:
    """Whether a row is of one of these: its hub, or the beginning of its `source_url` up to a separator."""
    return any(row["hub"] == name or re.match(rf"{re.escape(name)}(?![\w.-])", row["source_url"]) for name in sources)


def endpoint_key(row: Row) -> tuple[str, ...]:
    """What (provider, endpoint) means: provider, method, path and host, without versions and parameter names."""
    return *block(row), row["template"].partition("://")[2].split("/")[0].lower()


def asks_otherwise(row: Row) -> bool:
    """Whether the test wording of a trained operation says a value that no training variant has; true where
    instructions say no values. Flags, enums and fixed values leave training and tests the same choice."""
    if row.get("hint") is None:
        return True
    made = (value for *_, value, source in orjson.loads(row["test_values"]) if source not in GIVEN)
    return any(for_tests(value) for value in made if not isinstance(value, bool))


def _unlike(candidates: Iterator[Row], seen: Sequence[Row], p: Split, workers: int | None) -> set[str]:
    """The first `tests` candidates that have no near duplicate among the seen operations."""
    pool = [text(row) for row in seen]
    chosen: list[str] = []
    while len(chosen) < p.tests and (batch := list(islice(candidates, p.tests))):
        alike, _ = nearest([text(row) for row in batch], pool, workers, least=p.similarity)
        chosen += [row["id"] for row, similarity in zip(batch, alike, strict=True) if similarity < p.similarity]
    return set(chosen[: p.tests])


def _drop_twins(rows: Sequence[Row], assigned: dict[str, str], test: str, rest: str) -> None:
    """What shares a near-duplicate cluster or an endpoint with a test leaves the rest: it belongs to neither."""
    tests = [row for row in rows if assigned.get(row["id"]) == test]
    clusters, endpoints = {row["cluster"] for row in tests}, {endpoint_key(row) for row in tests}
    for row in rows:
        if assigned.get(row["id"]) == rest and (row["cluster"] in clusters or endpoint_key(row) in endpoints):
            del assigned[row["id"]]


def _of_unseen_apis(rows: Sequence[Row], assigned: dict[str, str]) -> set[str]:
    """Ids of level 2 tests of whose API twins left nothing to train on; they are taken out, as their twins are."""
    seen = {row["api"] for row in rows if assigned.get(row["id"]) == "train"}
    unseen = {row["id"] for row in rows if assigned.get(row["id"]) == "level2" and row["api"] not in seen}
    for key in unseen:
        del assigned[key]
    return unseen


def _turns(rows: Sequence[Row], rng: random.Random) -> dict[str, int]:
    """API → its turn: the same for levels 1 and 2, so that they ask for the same APIs and few instances teach both."""
    apis = sorted({row["api"] for row in rows})
    rng.shuffle(apis)
    return {api: turn for turn, api in enumerate(apis)}


def _in_turn(
    rows: Sequence[Row], share: float, least: int, turns: Mapping[str, int], rng: random.Random
) -> Iterator[Row]:
    """Rows taken in turn from each API, in random order within an API, at most `share` of an API's rows and none from
    an API with fewer than `least`."""
    by_api: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_api[row["api"]].append(row)
    queues = []
    for api in sorted(by_api, key=turns.__getitem__):
        members = by_api[api]
        if len(members) >= least:
            rng.shuffle(members)
            queues.append(members[: max(1, int(len(members) * share))])
    while queues:
        for queue in queues:
            yield queue.pop()
        queues = [queue for queue in queues if queue]


def figures(rows: Sequence[Row], splits: Sequence[Row]) -> dict[str, Any]:
    """Operations and APIs of each split, and operations in none. rows: `COLUMNS` of schema UNIQUE."""
    apis = {row["id"]: row["api"] for row in rows}
    counts = Counter(entry["split"] for entry in splits)
    split_apis = {(entry["split"], apis[entry["id"]]) for entry in splits}
    return {
        "operations": dict(sorted(counts.items())),
        "apis": dict(sorted(Counter(name for name, _ in split_apis).items())),
        "unused": len(rows) - len({entry["id"] for entry in splits}),
    }
