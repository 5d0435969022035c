"""Bodies to files named by their content; items to rows of `hubs.schemas.SPECS`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from tqdm import tqdm

from spiders.bodies import head, refusal
from spiders.items import SpecItem


class StoreBodies:
    """Writes each accepted body once, as SHA256.json or SHA256.yaml in the folder that the setting BODIES names.

    A refused body, and a second one of the same API and version, is dropped and counted as `refused/REASON`. One that
    cannot be written is dropped, and `unwritten` says why.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.folder, self.stats = Path(crawler.settings["BODIES"]), crawler.stats
        self.seen: set[tuple[str, str, str]] = set()
        self.progress = tqdm(desc="crawl", unit="spec", disable=None)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StoreBodies:
        return cls(crawler)

    def process_item(self, item: SpecItem) -> dict[str, Any]:
        self.progress.total = self.stats.get_value("promised")
        self.progress.update()
        key = (item.provider, item.api, item.version)
        if reason := refusal(item.body) or ("duplicate" if key in self.seen else None):
            self.stats.inc_value(f"refused/{reason}")
            raise DropItem(f"{reason}: {item.source_url}")
        self.seen.add(key)
        try:
            return keep(item, self.folder)
        except OSError as error:
            self.stats.set_value("unwritten", str(error))
            raise DropItem(f"not written: {item.source_url}") from None

    def close_spider(self) -> None:
        self.progress.close()


def keep(item: SpecItem, folder: Path) -> dict[str, Any]:
    """Write a body to the folder, once, and return its row of `hubs.schemas.SPECS`."""
    digest = hashlib.sha256(item.body).hexdigest()
    file = f"{digest}.{'json' if head(item.body).startswith(b'{') else 'yaml'}"
    if not (folder / file).exists():
        temporary = folder / f"{file}.tmp"
        temporary.write_bytes(item.body)
        os.replace(temporary, folder / file)
    return {
        "hub": item.hub,
        "provider": item.provider,
        "api": item.api,
        "version": item.version,
        "source_url": item.source_url,
        "media_type": item.media_type,
        "derived": item.derived,
        "licence": item.licence,
        "bytes": len(item.body),
        "sha256": digest,
        "file": file,
    }
