"""What Scrapy's own RetryMiddleware leaves out: `Retry-After`, and failures that a hub sends as a success."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from spiders.bodies import dud


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


class RetryDuds:
    """Asks again for a 200 that is empty, ends in mid-JSON, or is a web page (an outage's) unless the request's meta
    says `html`; after RETRY_TIMES it goes on as it is, to be refused with that reason."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryDuds:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status != 200 or urlparse_cached(request).path == "/robots.txt":  # which may be empty
            return response
        reason = dud(response.body)
        if reason is None or (reason == "html" and request.meta.get("html")):
            return response
        assert self.crawler.spider is not None
        return get_retry_request(request, spider=self.crawler.spider, reason=reason) or response


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
