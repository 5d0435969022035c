"""Bodies to files named by their content; items to rows of `records.SPECS`."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from tqdm import tqdm

from spiders.items import SpecItem

JSON_KEY = re.compile(rb'"(?:openapi|swagger)"\s*:\s*"?\d')
YAML_KEY = re.compile(rb"""^["']?(?:openapi|swagger)["']?\s*:\s*["']?\d""", re.MULTILINE)


class StoreBodies:
    """Writes each accepted body once, as SHA256.json or SHA256.yaml in the folder that the setting BODIES names.

    A refused body is dropped and counted in the stats as `refused/REASON`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.folder, self.stats = Path(crawler.settings["BODIES"]), crawler.stats
        self.progress = tqdm(desc="crawl", unit="spec", disable=None)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StoreBodies:
        return cls(crawler)

    def process_item(self, item: SpecItem) -> dict[str, Any]:
        self.progress.total = self.stats.get_value("promised")
        self.progress.update()
        if reason := refusal(item.body):
            self.stats.inc_value(f"refused/{reason}")
            raise DropItem(f"{reason}: {item.source_url}")
        digest = hashlib.sha256(item.body).hexdigest()
        file = f"{digest}.{'json' if _head(item.body).startswith(b'{') else 'yaml'}"
        if not (self.folder / file).exists():
            temporary = self.folder / f"{file}.tmp"
            temporary.write_bytes(item.body)
            os.replace(temporary, self.folder / file)
        return {
            "hub": item.hub,
            "provider": item.provider,
            "api": item.api,
            "version": item.version,
            "source_url": item.source_url,
            "media_type": item.media_type,
            "bytes": len(item.body),
            "sha256": digest,
            "file": file,
        }

    def close_spider(self) -> None:
        self.progress.close()


def refusal(body: bytes) -> str | None:
    """Why a body cannot be an OpenAPI or Swagger document, None when it may be one.

    A look, not a parse: a whole parse of the largest known document (47 MB) takes 260 MB more.
    """
    head = _head(body)
    if not head:
        return "empty"
    if head.startswith(b"<"):
        return "html"
    if not head.startswith(b"{"):
        return None if YAML_KEY.search(body) else "no_openapi_key"
    if not body[-512:].rstrip().endswith(b"}"):
        return "truncated"
    return None if JSON_KEY.search(body) else "no_openapi_key"


def _head(body: bytes) -> bytes:
    return body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
