"""Collect specifications from the hubs, live or from their loopback replica.  python -m stages.crawl"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

from apipack.errors import UserError
from apipack.io import fresh_folder, rows_table, write_table
from apipack.params import Params
from apipack.records import SPECS
from apipack.replica import Replica
from apipack.snapshot import tarball_path
from spiders import INDEX, crawl
from spiders.outcome import failure, figures
from stages import run

KEYS = ("hub", "provider", "api", "version")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "apipack" / "http"


def main(p: Params) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    hubs: dict[str, Any] = {}
    with fresh_folder("data/specs") as folder:
        for hub in p.crawl.hubs:
            found, hubs[hub] = collect(hub, p, folder)
            rows += found
        rows.sort(key=lambda row: [row[key] for key in KEYS])
        write_table(folder / "index.parquet", rows_table(rows, SPECS))
    return {"items": len(rows), "bytes": sum(row["bytes"] for row in rows), "hubs": hubs}


def collect(hub: str, p: Params, folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and figures of one hub; a `UserError` when anything but counted refusals is missing."""
    arguments = {"limit": p.crawl.limit, "include": p.crawl.include, "seed": p.seed}
    settings = {"HTTPCACHE_ENABLED": p.crawl.mode == "live", "HTTPCACHE_DIR": str(CACHE), **pace(hub, p)}
    # A process of its own: Scrapy needs a fresh reactor, and the replica keeps the other core.
    with base_url(hub, p) as base, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        stats = pool.submit(crawl, hub, folder, settings, arguments | base).result()
    if problem := failure(stats):
        raise UserError(f"{hub}: {problem}")
    index = folder / INDEX
    rows = [orjson.loads(line) for line in index.read_bytes().splitlines()]
    index.unlink()
    if p.crawl.mode == "replica":  # whose port is another one on every run
        for row in rows:
            row["source_url"] = row["source_url"].replace(base["base_url"], f"replica://{hub}")
    return rows, figures(stats)


def pace(hub: str, p: Params) -> dict[str, Any]:
    """Settings for the delay of params.yaml; 0 is for servers of one's own, a public hub keeps its default."""
    own = p.crawl.mode == "replica" or hub in p.crawl.base_urls
    if p.crawl.delay is None or (p.crawl.delay == 0 and not own):
        return {}
    return {"DOWNLOAD_DELAY": p.crawl.delay, "AUTOTHROTTLE_ENABLED": p.crawl.delay > 0}


@contextmanager
def base_url(hub: str, p: Params) -> Iterator[dict[str, str]]:
    """The spider's `base_url` argument: of a replica that runs within the block, of params.yaml, or none."""
    if p.crawl.mode == "live":
        yield {"base_url": p.crawl.base_urls[hub]} if hub in p.crawl.base_urls else {}
    else:
        with Replica(tarball_path(Path("data/snapshot"), p.snapshot.package, p.snapshot.version)) as replica:
            yield {"base_url": replica.url}


if __name__ == "__main__":
    run("crawl", main)
