"""Scrapy spiders, one a hub, named like it. They only fetch and yield `SpecItem`; the pipeline keeps them."""

from __future__ import annotations

import os
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any

INDEX = "index.jsonl"


def crawl(hub: str, folder: Path, settings: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Run one spider to its end; bodies and INDEX, a JSON row of `hubs.schemas.SPECS` a line, land in `folder`.

    Returns Scrapy's stats, among them `promised` (documents the hub's list led to expect), `refused/REASON`,
    `item_scraped_count`, `log_count/ERROR` and `finish_reason`. Once a process: Twisted's reactor does not restart.
    """
    # Scrapy's cookies would fetch the newest list of public suffixes from the network; the one in the wheel will do.
    os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")
    from scrapy.crawler import CrawlerProcess
    from scrapy.settings import Settings

    chosen = Settings()
    chosen.setmodule("spiders.settings")
    feed = {(folder / INDEX).absolute().as_uri(): {"format": "jsonlines", "encoding": "utf8"}}
    chosen.setdict({"BODIES": str(folder), "FEEDS": feed, **settings}, priority="cmdline")
    process = CrawlerProcess(chosen)
    crawler = process.create_crawler(hub)
    process.crawl(crawler, **arguments)
    process.start()
    return crawler.stats.get_stats() if crawler.stats else {}


def end_with_parent() -> None:
    """From now on this process ends as soon as the one that started it: a killed stage leaves no crawl behind."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, daemon=True).start()
