"""Waiting as long as a hub asks before a retry: Scrapy's own RetryMiddleware ignores `Retry-After`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.crawler import Crawler
from scrapy.http import Request, Response


class RetryAfter:
    """Holds a response that RetryMiddleware will retry until the hub's `Retry-After` is over.

    Without that header it waits DOWNLOAD_DELAY, doubled at each retry. A hub that asks for more than
    RETRY_AFTER_MAX seconds is not asked again: the response goes on as it is. Meanwhile the request keeps its
    place in CONCURRENT_REQUESTS, so a throttling hub gets fewer requests altogether.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.statuses = {int(code) for code in settings.getlist("RETRY_HTTP_CODES")}
        self.retries, self.longest = settings.getint("RETRY_TIMES"), settings.getfloat("RETRY_AFTER_MAX")
        self.delay = settings.getfloat("DOWNLOAD_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryAfter:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        retries = request.meta.get("retry_times", 0)
        if response.status not in self.statuses or retries >= self.retries:
            return response
        asked = seconds(response.headers.get("Retry-After"))
        if asked is not None and asked > self.longest:
            request.meta["dont_retry"] = True
            return response
        await asyncio.sleep(min(self.delay * 2**retries, self.longest) if asked is None else asked)
        return response


def seconds(value: bytes | None) -> float | None:
    """Seconds that a `Retry-After` (RFC 9110, 10.2.3: seconds or an HTTP date) asks for, None without a valid one."""
    text = (value or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
        return max(0.0, (date - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
