"""Exact and near duplicates among operations: versions, regions and mirrors of one API collapse to one row.

Exact: the same request. Near: within a block (provider, method, path shape without version segments), text
and arguments alike by rapidfuzz. Blocks are small, so cost grows with the rows, not with their square.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rapidfuzz import fuzz, process

Row = dict[str, Any]

CLUSTER_SIMILARITY = 0.8
MAX_REPRESENTATIVES = 200

_VERSION = re.compile(r"v?\d+([._-]\d+)*([._-]?(alpha|beta|rc|preview|p)\d*)*", re.I)
_PARAMETER = re.compile(r"\{[^{}]*\}")


def find_duplicates(rows: Sequence[Row], threshold: float) -> tuple[list[Row], list[Row]]:
    """Kept rows (with `cluster`) and duplicates (schema DUPLICATES). threshold: similarity from 0 to 1.

    rows: schema OPERATIONS, any order; the newest version of an API is kept, ties by id. Every duplicate
    names the kept row it repeats. Clusters join kept rows of one block alike by `CLUSTER_SIMILARITY`.
    """
    ordered = sorted(rows, key=lambda row: row["id"])
    ordered.sort(key=lambda row: _version_key(row["api_version"]), reverse=True)
    duplicates: list[Row] = []
    seen: dict[str, str] = {}
    blocks: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in ordered:
        if (first := seen.setdefault(row["request"], row["id"])) != row["id"]:
            duplicates.append(_duplicate(row, first, "exact", 1.0))
        else:
            blocks[block(row)].append(row)
    kept: list[Row] = []
    replaced: dict[str, str] = {}
    for members in blocks.values():
        kept += _near(members, threshold, duplicates, replaced)
    for duplicate in duplicates:  # an exact twin of a row that fell as a near duplicate
        duplicate["duplicate_of"] = replaced.get(duplicate["duplicate_of"], duplicate["duplicate_of"])
    return sorted(kept, key=lambda row: row["id"]), sorted(duplicates, key=lambda row: row["id"])


def block(row: Row) -> tuple[str, str, str]:
    """(provider's registrable name, method, path shape): only rows of one block are compared."""
    segments = [_PARAMETER.sub("{}", segment) for segment in row["path"].split("#")[0].split("/") if segment]
    shape = "/".join(segment for segment in segments if not _VERSION.fullmatch(segment))
    target = row["path"].partition("#")[2]
    return row["provider"], row["method"], f"{shape}#{target}".lower()


def signature(row: Row) -> str:
    """What is compared: what the operation is for and what it takes."""
    return f"{row['functionality']}\n{row['description'][:300]}\n{row['arguments'][:600]}"


def _near(members: list[Row], threshold: float, duplicates: list[Row], replaced: dict[str, str]) -> list[Row]:
    kept: list[Row] = []
    texts: list[str] = []
    for row in members:
        text = signature(row)
        best = process.extractOne(
            text, texts[:MAX_REPRESENTATIVES], scorer=fuzz.ratio, score_cutoff=100 * min(threshold, CLUSTER_SIMILARITY)
        )
        if best is not None and best[1] >= 100 * threshold:
            first = kept[best[2]]["id"]
            replaced[row["id"]] = first
            duplicates.append(_duplicate(row, first, "near", best[1] / 100))
            continue
        kept.append({**row, "cluster": kept[best[2]]["cluster"] if best else row["id"]})
        texts.append(text)
    return kept


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(number[:9]) for number in re.findall(r"\d+", version)[:6])


def _duplicate(row: Row, of: str, kind: str, similarity: float) -> Row:
    return {"id": row["id"], "duplicate_of": of, "kind": kind, "similarity": round(similarity, 4)}
