"""Three levels of generalisation, the same operations in every language (paper, section 4.1).

Level 3 holds out whole providers, level 2 holds out near-duplicate clusters of endpoints of seen APIs,
level 1 asks for trained endpoints in another wording. What is left of unseen APIs is the `bank`: calls
that may stand as few-shot examples but are never trained on.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sklearn.model_selection import GroupShuffleSplit

from apipack.errors import UserError
from apipack.params import Split

Row = dict[str, Any]


class SplitError(UserError):
    """The operations do not suffice for the levels asked for."""


def split(rows: Sequence[Row], p: Split, seed: int, shots: int) -> list[Row]:
    """Rows {id, split} (schema SPLITS), sorted. rows: id, provider, api, cluster. Raises `SplitError`."""
    rows = sorted(rows, key=lambda row: row["id"])
    providers = [row["provider"] for row in rows]
    if len(set(providers)) < 2:
        raise SplitError(f"level 3 needs at least two providers, there are {len(set(providers))}; raise crawl.limit")
    seen, unseen = next(
        GroupShuffleSplit(n_splits=1, test_size=p.unseen_apis, random_state=seed).split(rows, groups=providers)
    )
    rng = random.Random(seed)
    assigned: dict[str, str] = {}
    level3 = _pick([rows[i] for i in unseen], p.tests, 0.5, shots + 1, rng)
    for i in unseen:
        assigned[rows[i]["id"]] = "level3" if rows[i]["id"] in level3 else "bank"
    _keep_clusters_apart(rows, assigned)
    seen_rows = [rows[i] for i in seen]
    level2 = _pick(seen_rows, p.tests, p.unseen_endpoints, shots + 1, rng)
    held = {row["cluster"] for row in seen_rows if row["id"] in level2}
    for row in seen_rows:
        if row["cluster"] not in held:
            assigned[row["id"]] = "train"
        elif row["id"] in level2:
            assigned[row["id"]] = "level2"
    train = [row for row in seen_rows if assigned.get(row["id"]) == "train"]
    level1 = _pick(train, p.tests, 1.0, shots + 1, rng)
    for name, chosen in (("level1", level1), ("level2", level2), ("level3", level3)):
        if not chosen:
            raise SplitError(f"{name} is empty: {len(rows)} operations do not suffice; raise crawl.limit")
    splits = [{"id": key, "split": value} for key, value in assigned.items()]
    splits += [{"id": key, "split": "level1"} for key in level1]
    return sorted(splits, key=lambda row: (row["split"], row["id"]))


def leaks(rows: Sequence[Row], splits: Sequence[Row]) -> list[str]:
    """Every way in which a test could have been trained on; empty when the split is sound."""
    by_id = {row["id"]: row for row in rows}
    parts: dict[str, list[Row]] = defaultdict(list)
    for entry in splits:
        parts[entry["split"]].append(by_id[entry["id"]])
    trained = {row["id"] for row in parts["train"]}
    clusters = {row["cluster"] for row in parts["train"]}
    providers = {row["provider"] for row in parts["train"]}
    found = [f"level1 {row['id']} is not in train" for row in parts["level1"] if row["id"] not in trained]
    found += [
        f"level2 {row['id']} shares a cluster with train" for row in parts["level2"] if row["cluster"] in clusters
    ]
    found += [
        f"{name} {row['id']} is of {row['provider']}, which is in train"
        for name in ("level3", "bank")
        for row in parts[name]
        if row["provider"] in providers
    ]
    return found


def _keep_clusters_apart(rows: Sequence[Row], assigned: dict[str, str]) -> None:
    """Near duplicates of a level 3 test are no fair examples for it: they leave the bank."""
    tested = {row["cluster"] for row in rows if assigned.get(row["id"]) == "level3"}
    for row in rows:
        if assigned.get(row["id"]) == "bank" and row["cluster"] in tested:
            del assigned[row["id"]]


def _pick(rows: Sequence[Row], count: int, share: float, least: int, rng: random.Random) -> set[str]:
    """Up to `count` ids, taken in turn from each API in random order, at most `share` of an API's
    rows and none from an API with fewer than `least`."""
    by_api: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_api[row["api"]].append(row["id"])
    queues = []
    for api in sorted(by_api):
        ids = by_api[api]
        if len(ids) >= least:
            rng.shuffle(ids)
            queues.append(ids[: max(1, int(len(ids) * share))])
    rng.shuffle(queues)
    chosen: list[str] = []
    while queues and len(chosen) < count:
        for queue in queues:
            if len(chosen) < count:
                chosen.append(queue.pop())
        queues = [queue for queue in queues if queue]
    return set(chosen)
