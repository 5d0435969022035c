"""A crawl stays on its hub's hosts: lists, pages and redirects of a hub never choose another server for us.

Scrapy's own OffsiteMiddleware lets requests with `dont_filter` pass, and retries have it.
"""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.utils.httpobj import urlparse_cached

from spiders.hub import HubSpider, OtherHost


class OwnHosts:
    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OwnHosts:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        spider = self.crawler.spider
        assert isinstance(spider, HubSpider)
        if urlparse_cached(request).netloc not in spider.hosts:
            raise OtherHost(f"{request.url} is not on {sorted(spider.hosts)}")
