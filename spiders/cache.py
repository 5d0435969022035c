"""The HTTP cache of live crawls: what an unfinished crawl has is not fetched again, all else is asked for by condition.

JOBDIR, Scrapy's own way to go on, keeps a queue that survives Ctrl-C but not kill -9; whole answers on disk do.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from scrapy import Spider
from scrapy.extensions.httpcache import FilesystemCacheStorage, RFC2616Policy
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings


class Policy(RFC2616Policy):
    """Setting UNFINISHED_SINCE: time in seconds at which the unfinished crawl began, 0 for none.

    An answer of that crawl counts as fresh, also without validators; a retried request always goes out. An older
    one is confirmed by the hub (304) or fetched anew, whatever lifetime it had: a crawl is for what is there now.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.since = settings.getfloat("UNFINISHED_SINCE")

    def should_cache_response(self, response: Response, request: Request) -> bool:
        return bool(response.status == 200)

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        if 0 < self.since <= request.meta["cache_timestamp"] and not request.meta.get("retry_times"):
            return True
        self._set_conditional_validators(request, cachedresponse)
        return False

    def is_cached_response_valid(self, cachedresponse: Response, response: Response, request: Request) -> bool:
        return bool(response.status == 304)


class Storage(FilesystemCacheStorage):
    """Entries appear whole or not at all, however the process ends, and without what a request said of us (keys)."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.kept = self.cachedir

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        target = Path(self._get_request_path(spider, request))
        target.parent.mkdir(parents=True, exist_ok=True)
        self.cachedir = tempfile.mkdtemp(prefix="new-", dir=self.kept)
        try:
            super().store_response(spider, request, response)
            written = Path(self._get_request_path(spider, request))
            for private in ("request_headers", "request_body"):
                (written / private).unlink()
            if target.exists():  # a kill between the two lines costs one fetch
                shutil.rmtree(target)
            os.replace(written, target)
        finally:
            shutil.rmtree(self.cachedir)
            self.cachedir = self.kept
