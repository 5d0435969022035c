"""Exact and near duplicates among operations: versions, regions and mirrors of one API collapse to one row.

Exact: the same request. Near: within a block (provider, method, path shape without version segments), text
and arguments alike by rapidfuzz. Blocks are small and never span providers, so cost grows with the rows,
not with their square, and providers can be worked on apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

Row = dict[str, Any]

CLUSTER_SIMILARITY = 0.8
MAX_REPRESENTATIVES = 200
COLUMNS = ["id", "api_version", "provider", "method", "path", "functionality", "description", "arguments"]
"""Of schema OPERATIONS, what `near_duplicates` reads."""

_VERSION = re.compile(r"v?\d+([._-]\d+)*([._-]?(alpha|beta|rc|preview|p)\d*)*", re.I)
_PRE_RELEASE = re.compile(
    r"(?<![a-z])(?:(dev(?:elop)?|snapshot)|(pre-?alpha)|(alpha)|(beta)|((?:private)?preview|pre)|(rc))(?![a-z])", re.I
)  # one group a kind, the earliest first
_NUMBER = re.compile(r"\d+")
_PARAMETER = re.compile(r"\{[^{}]*\}")


def exact_duplicates(keys: pd.DataFrame) -> dict[str, str]:
    """id → id of the row kept in its place. keys: columns id, api_version and request (or its digest).

    The newest version of an API is kept, ties by id.
    """
    ranked = keys.assign(rank=keys["api_version"].map(version_rank)).sort_values(
        ["rank", "id"], ascending=[False, True], kind="stable"
    )
    first = ranked.groupby("request", sort=False)["id"].transform("first")
    repeated = ranked["id"] != first
    return dict(zip(ranked["id"][repeated], first[repeated], strict=True))


def near_duplicates(rows: Sequence[Row], threshold: float) -> tuple[dict[str, str], list[Row]]:
    """id → cluster of the rows kept, and duplicates (schema DUPLICATES). threshold: similarity from 0 to 1.

    rows: `COLUMNS`, every row of their providers that is no exact duplicate, in any order; the newest version
    is kept, ties by id. Clusters join kept rows of one block alike by `CLUSTER_SIMILARITY`.
    """
    ordered = sorted(rows, key=lambda row: row["id"])
    ordered.sort(key=lambda row: version_rank(row["api_version"]), reverse=True)
    blocks: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in ordered:
        blocks[block(row)].append(row)
    clusters: dict[str, str] = {}
    duplicates: list[Row] = []
    for members in blocks.values():
        _collapse(members, threshold, clusters, duplicates)
    return clusters, duplicates


def all_duplicates(exact: Mapping[str, str], near: Sequence[Row]) -> list[Row]:
    """Schema DUPLICATES, sorted: every row names one that was kept, also the exact twin of a near duplicate."""
    fallen = {row["id"]: row["duplicate_of"] for row in near}
    twins = [_duplicate(row, fallen.get(first, first), "exact", 1.0) for row, first in exact.items()]
    return sorted([*twins, *near], key=lambda row: row["id"])


def block(row: Row) -> tuple[str, str, str]:
    """(provider, method, path shape): only rows of one block are compared."""
    segments = [_PARAMETER.sub("{}", segment) for segment in row["path"].split("#")[0].split("/") if segment]
    shape = "/".join(segment for segment in segments if not _VERSION.fullmatch(segment))
    target = row["path"].partition("#")[2]
    return row["provider"], row["method"], f"{shape}#{target}".lower()


def signature(row: Row) -> str:
    """What is compared: what the operation is for and what it takes."""
    return f"{row['functionality']}\n{row['description'][:300]}\n{row['arguments'][:600]}"


@lru_cache(maxsize=10_000)  # an API has thousands of operations
def version_rank(version: str) -> str:
    """Text that sorts as versions do, in the manner of Semantic Versioning 11: by the first six numbers (1.0 is 1.0.0,
    dates too), then a pre-release before its release, by kind and number. What follows a `+` does not count."""
    version = version.partition("+")[0]
    marked = _PRE_RELEASE.search(version)
    if marked is None:
        return f"{_digits(version, 6)}9"
    release, number = version[: marked.start()], version[marked.end() :]
    return f"{_digits(release, 6)}{marked.lastindex}{_digits(number, 3)}"


def _digits(text: str, count: int) -> str:
    return "".join(number[:9].rjust(9, "0") for number in _NUMBER.findall(text)[:count]).ljust(9 * count, "0")


def _collapse(members: list[Row], threshold: float, clusters: dict[str, str], duplicates: list[Row]) -> None:
    kept: list[str] = []
    texts: list[str] = []
    for row in members:
        text = signature(row)
        best = process.extractOne(
            text, texts[:MAX_REPRESENTATIVES], scorer=fuzz.ratio, score_cutoff=100 * min(threshold, CLUSTER_SIMILARITY)
        )
        if best is not None and best[1] >= 100 * threshold:
            duplicates.append(_duplicate(row["id"], kept[best[2]], "near", best[1] / 100))
            continue
        clusters[row["id"]] = clusters[kept[best[2]]] if best else row["id"]
        kept.append(row["id"])
        texts.append(text)


def _duplicate(row: str, of: str, kind: str, similarity: float) -> Row:
    return {"id": row, "duplicate_of": of, "kind": kind, "similarity": round(similarity, 4)}
