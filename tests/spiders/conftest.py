"""Crawls as the stage runs them: real Scrapy in a process of its own."""

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from spiders import INDEX, crawl

FAST = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}


@pytest.fixture(scope="session")
def collect():
    """collect(hub, folder, url, settings, **arguments): rows by API id, and stats."""

    def _collect(hub: str, folder: Path, url: str, settings: dict[str, Any] | None = None, **arguments: Any):
        folder.mkdir(exist_ok=True)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            stats = pool.submit(crawl, hub, folder, FAST | (settings or {}), {"base_url": url} | arguments).result()
        rows = [json.loads(line) for line in (folder / INDEX).read_text().splitlines()]
        return {row["api"]: row for row in rows}, stats

    return _collect
