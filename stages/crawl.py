"""Collect specifications from the hubs, live or from their loopback replica.  python -m stages.crawl"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

from apipack.errors import UserError
from apipack.hubs.replica import HUBS, Replica
from apipack.hubs.snapshot import tarball_path
from apipack.io import fresh_folder, rows_table, write_table
from apipack.params import HubName, Params
from apipack.records import SPECS
from spiders import INDEX, crawl, end_with_parent
from spiders.outcome import failure, figures
from spiders.settings import DELAYS
from stages import run

KEYS = ("hub", "provider", "api", "version")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "apipack" / "http"
GO_ON_WITHIN = 48 * 3600
"""Seconds after which an unfinished crawl is too old to go on with."""


def main(p: Params) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    hubs: dict[str, Any] = {}
    with unfinished(p) as since, fresh_folder("data/specs") as folder:
        for hub in p.crawl.hubs:
            found, hubs[hub] = collect(hub, p, folder, since)
            rows += found
        rows.sort(key=lambda row: [row[key] for key in KEYS])
        write_table(folder / "index.parquet", rows_table(rows, SPECS))
    return {"items": len(rows), "bytes": sum(row["bytes"] for row in rows), "hubs": hubs}


def collect(hub: HubName, p: Params, folder: Path, since: float) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and figures of one hub; a `UserError` when anything but counted refusals is missing."""
    settings = {"HTTPCACHE_ENABLED": p.crawl.mode == "live", "HTTPCACHE_DIR": str(CACHE), "UNFINISHED_SINCE": since}
    # A process of its own: Scrapy needs a fresh reactor, and the replica keeps the other core.
    context = get_context("forkserver")
    context.set_forkserver_preload(["scrapy.crawler", "spiders.hub", "spiders.pipelines"])
    with base_url(hub, p) as base, ProcessPoolExecutor(1, context, end_with_parent) as pool:
        stats = pool.submit(crawl, hub, folder, settings | pace(hub, p), arguments(hub, p) | base).result()
    if problem := failure(stats):
        raise UserError(f"{hub}: {problem}")
    index = folder / INDEX
    rows = [orjson.loads(line) for line in index.read_bytes().splitlines()]
    index.unlink()
    if p.crawl.mode == "replica":  # whose port is another one on every run
        for row in rows:
            row["source_url"] = row["source_url"].replace(base["base_url"], f"replica://{hub}")
    return rows, figures(stats)


def arguments(hub: HubName, p: Params) -> dict[str, Any]:
    """What the hub's spider takes beside `base_url`."""
    own: dict[str, dict[str, Any]] = {
        "apis_guru": {"include": p.crawl.include, "versions": p.crawl.versions, "seed": p.seed},
        "swaggerhub": {"searches": [search.model_dump(exclude_none=True) for search in p.crawl.swaggerhub.searches]},
        "rapidapi": {"searches": [search.model_dump() for search in p.crawl.rapidapi.searches]},
        "ibm": {"urls": p.crawl.ibm.urls, "follow": p.crawl.ibm.follow},
    }
    return {"limit": p.crawl.limits.get(hub, p.crawl.limit)} | own[hub]


def pace(hub: str, p: Params) -> dict[str, Any]:
    """Settings for the delay of params.yaml; a public hub keeps its own where that is longer."""
    own = p.crawl.mode == "replica" or hub in p.crawl.base_urls
    if p.crawl.delay is None or (p.crawl.delay < DELAYS[hub] and not own):
        return {}
    return {"DOWNLOAD_DELAY": p.crawl.delay, "AUTOTHROTTLE_ENABLED": p.crawl.delay > 0}


@contextmanager
def base_url(hub: str, p: Params) -> Iterator[dict[str, str]]:
    """The spider's `base_url` argument: of a replica that runs within the block, of params.yaml, or none."""
    if p.crawl.mode == "live":
        yield {"base_url": p.crawl.base_urls[hub]} if hub in p.crawl.base_urls else {}
    else:
        tarball = tarball_path(Path("data/snapshot"), p.snapshot.package, p.snapshot.version)
        with Replica(tarball, HUBS[hub]) as replica:
            yield {"base_url": replica.url}


@contextmanager
def unfinished(p: Params) -> Iterator[float]:
    """Time at which the crawl began that this one goes on with: now, unless one failed or was killed. A marker in
    the cache says so until the block, and with it the whole crawl, ends well; a replica's crawl leaves none."""
    marker = CACHE / "unfinished"
    if p.crawl.mode == "replica":
        yield 0.0
        return
    if not marker.exists() or time.time() - marker.stat().st_mtime > GO_ON_WITHIN:
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.write_bytes(b"")
    yield marker.stat().st_mtime
    marker.unlink(missing_ok=True)


if __name__ == "__main__":
    run("crawl", main)
