"""One crawl of a hub, live or against its loopback replica: in a process of its own, counted, and taken up again."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

from apipack.errors import UserError
from apipack.hubs import files, packages
from apipack.hubs.identity import Candidate, Identity, identify, told_apart
from apipack.hubs.params import Crawl, HubName, LocalName
from apipack.hubs.replica import HUBS, Replica
from apipack.openapi.loading import SpecError
from spiders import INDEX, crawl, end_with_parent
from spiders.items import SpecItem
from spiders.outcome import failure, figures
from spiders.pipelines import keep
from spiders.settings import DELAYS

log = logging.getLogger(__name__)

NAMED = 20
"""So many documents that are left out are named, the others counted."""
GO_ON_WITHIN = 48 * 3600
"""Seconds after which an unfinished crawl is too old to go on with."""

PRELOADED = [
    *("scrapy.crawler", "scrapy.core.downloader.handlers.http11", "scrapy.extensions.feedexport"),
    *("spiders.collecting", "spiders.hub", "spiders.pipelines"),
]
"""What a crawl imports, but for Twisted's reactor, which belongs to the process that runs it."""


def collect_all(
    p: Crawl, tarball: Path, folder: Path, cache: Path, since: float, seed: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows (schema SPECS) of every hub of params.yaml, sorted, and figures by hub. tarball: what replicas serve.
    folder: where bodies go. cache: of live answers and of packages. since: of `unfinished`. A `UserError` when anything
    but counted refusals is missing."""
    rows: list[dict[str, Any]] = []
    hubs: dict[str, Any] = {}
    for hub in p.hubs:
        if hub == "files" or hub == "packages":
            of_hub, hubs[hub] = collect_local(hub, p, folder, cache)
            rows += of_hub
            continue
        http = {"HTTPCACHE_ENABLED": p.mode == "live", "HTTPCACHE_DIR": str(cache / "http"), "UNFINISHED_SINCE": since}
        http["COMPRESSION_ENABLED"] = p.mode == "live"  # on loopback it takes longer than it saves
        of_hub, hubs[hub] = collect(hub, p, tarball, folder, http | pace(hub, p), seed)
        rows += of_hub
    rows.sort(key=lambda row: [row[key] for key in ("hub", "provider", "api", "version")])
    return rows, hubs


def collect(
    hub: HubName, p: Crawl, tarball: Path, folder: Path, settings: dict[str, Any], seed: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and figures of one hub."""
    # A process of its own: Scrapy needs a fresh reactor, and the replica keeps the other core.
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(1, context, end_with_parent) as pool:
        pool.submit(os.getpid)  # it starts and imports while the replica unpacks
        with base_url(hub, p, tarball) as base:
            stats = pool.submit(crawl, hub, folder, settings, arguments(hub, p, seed) | base).result()
    if problem := failure(stats):
        raise UserError(f"{hub}: {problem}")
    index = folder / INDEX
    rows = [orjson.loads(line) for line in index.read_bytes().splitlines()]
    index.unlink()
    if p.mode == "replica":  # whose port is another one on every run
        for row in rows:
            row["source_url"] = row["source_url"].replace(base["base_url"], f"replica://{hub}")
    return rows, figures(stats)


def collect_local(hub: LocalName, p: Crawl, folder: Path, cache: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and figures of what has no spider. `Crawl.limit` does not hold here: what the user names is taken whole,
    unless `limits` has a number for it. Raises `UserError` when nothing that was named is a specification."""
    started = time.monotonic()
    refused: Counter[str] = Counter()
    rows: dict[tuple[Identity, str], tuple[Candidate, dict[str, Any]]] = {}
    candidates = files.candidates(p.files, refused)
    if hub == "packages":
        candidates = packages.candidates(p.packages, cache / "packages", refused)
    limit = p.limits.get(hub)
    for candidate in candidates:
        if limit is not None and len(rows) >= limit:
            break
        try:
            identity = identify(candidate)
        except Exception as error:  # counted, as parse counts them; one odd document costs no other
            if refused.total() < NAMED:
                log.warning("%s: %s is left out: %s", hub, candidate.name, " ".join(str(error).split())[:200])
            refused[error.reason if isinstance(error, SpecError) else "broken"] += 1
            continue
        kept = identity, sha256(candidate.body).hexdigest() if candidate.around else ""
        if kept in rows:
            refused["duplicate"] += 1
            continue
        media = "application/json" if candidate.name.lower().endswith(".json") else "application/yaml"
        item = SpecItem(hub, *identity, candidate.place, media, candidate.body, candidate.derived, candidate.licence)
        rows[kept] = candidate._replace(body=b""), keep(item, folder)
    _tell_apart(rows)
    if not rows:
        raise UserError(f"{hub}: no specification among what is named; refused: {dict(refused)}")
    counts = {f"refused/{reason}": count for reason, count in refused.items()}
    total = len(rows) + refused.total()
    stats = {"listed": total, "promised": total, "item_scraped_count": len(rows), "finish_reason": "finished"}
    return [row for _, row in rows.values()], figures(
        stats | counts | {"elapsed_time_seconds": time.monotonic() - started}
    )


def _tell_apart(rows: dict[tuple[Identity, str], tuple[Candidate, dict[str, Any]]]) -> None:
    """Give documents of one identity, whose texts differ, APIs of their own."""
    of_identity: dict[Identity, list[tuple[Candidate, dict[str, Any]]]] = {}
    for (identity, _), kept in rows.items():
        of_identity.setdefault(identity, []).append(kept)
    taken = {identity.api for identity, same in of_identity.items() if len(same) == 1}
    for identity, same in of_identity.items():
        if len(same) > 1:
            apis = told_apart([candidate for candidate, _ in same], identity.provider, taken)
            taken |= set(apis)
            for (_, row), api in zip(same, apis, strict=True):
                row["api"] = api


def arguments(hub: HubName, p: Crawl, seed: int) -> dict[str, Any]:
    """What the hub's spider takes beside `base_url`."""
    own: dict[str, dict[str, Any]] = {
        "apis_guru": {"include": p.include, "versions": p.versions, "seed": seed},
        "swaggerhub": {"searches": [search.model_dump(exclude_none=True) for search in p.swaggerhub.searches]},
        "rapidapi": {"searches": [search.model_dump() for search in p.rapidapi.searches]},
        "ibm": {"urls": p.ibm.urls, "follow": p.ibm.follow},
    }
    return {"limit": p.limits.get(hub, p.limit)} | own[hub]


def pace(hub: HubName, p: Crawl) -> dict[str, Any]:
    """Settings for the delay of params.yaml; a public hub keeps its own where that is longer."""
    own = p.mode == "replica" or hub in p.base_urls
    if p.delay is None or (p.delay < DELAYS[hub] and not own):
        return {}
    return {"DOWNLOAD_DELAY": p.delay, "AUTOTHROTTLE_ENABLED": p.delay > 0}


@contextmanager
def base_url(hub: HubName, p: Crawl, tarball: Path) -> Iterator[dict[str, str]]:
    """The spider's `base_url` argument: of a replica that runs within the block, of params.yaml, or none."""
    if p.mode == "live":
        yield {"base_url": p.base_urls[hub]} if hub in p.base_urls else {}
    else:
        with Replica(tarball, HUBS[hub]) as replica:
            yield {"base_url": replica.url}


@contextmanager
def unfinished(p: Crawl, cache: Path) -> Iterator[float]:
    """Time at which the crawl began that this one goes on with: now, unless one failed or was killed. A marker in
    the cache says so until the block, and with it the whole crawl, ends well; a replica's crawl leaves none."""
    marker = cache / "http/unfinished"
    if p.mode == "replica":
        yield 0.0
        return
    if not marker.exists() or time.time() - marker.stat().st_mtime > GO_ON_WITHIN:
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.write_bytes(b"")
    yield marker.stat().st_mtime
    marker.unlink(missing_ok=True)
