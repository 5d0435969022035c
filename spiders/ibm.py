"""IBM API Hub: the documents of a configured list of URLs, and on request those that pages below /apis/ link to.

The hub documents no list and no download, and its pages are shells of JavaScript: what links they have is all there is.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from scrapy.http import HtmlResponse, Request, Response
from scrapy.linkextractors import LinkExtractor
from twisted.python.failure import Failure

from spiders.bodies import dud, stated_version
from spiders.hub import HubSpider
from spiders.items import SpecItem
from spiders.settings import pace

START = "/apis/"
DOCUMENTS = (".json", ".yaml", ".yml")


class IbmSpider(HubSpider):
    """urls: of documents, whole or from the base URL's root. follow: also walk the links from /apis/ on."""

    name = "ibm"
    default_url = "https://developer.ibm.com"
    custom_settings = pace("ibm", concurrency=1)

    def __init__(self, urls: Iterable[str] = (), follow: bool = False, **common: Any) -> None:
        super().__init__(**common)
        self.urls, self.follow = [urljoin(f"{self.base_url}/", url) for url in urls], follow
        self.hosts |= {urlsplit(url).netloc for url in self.urls}
        self.links = LinkExtractor(allow=f"^{re.escape(self.base_url + START)}", tags=("a", "link"), deny_extensions=())

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls[: self.limit]:
            for request in self.expected(url):
                yield request
        if self.follow:
            yield self.page(self.base_url + START)

    def page(self, url: str) -> Request:
        return Request(url, self.parse_page, errback=self.page_lost, meta={"html": True})

    def page_lost(self, failure: Failure) -> None:
        self.promise()
        self.refuse("page_lost")

    def parse_page(self, response: Response) -> Iterator[Request | SpecItem]:
        if not isinstance(response, HtmlResponse):
            return
        links = [link.url for link in self.links.extract_links(response)]
        documents = [url for url in links if urlsplit(url).path.endswith(DOCUMENTS)]
        for url in documents:
            if not self.full() and self.is_new(url):
                yield from self.expected(url)
        if START + "catalog/" in response.url and not documents and not self.full():
            self.promise()
            self.refuse("no_spec_found")
        for url in links:
            if url not in documents and not self.full():
                yield self.page(url)

    def expected(self, url: str) -> Iterator[Request]:
        """`/apis/catalog/PROVIDER--API/...`; for other URLs the provider is the host."""
        parts = urlsplit(url)
        slug = unquote(parts.path).partition("/catalog/")[2].split("/")[0]
        provider, _, api = slug.partition("--")
        known = (provider, slug) if api else (parts.netloc, parts.path)
        for request in self.document(url, *known, version=""):
            a_page_may_come = not parts.path.endswith(DOCUMENTS)
            yield request.replace(meta=request.meta | {"html": a_page_may_come})

    def parse(self, response: Response, provider: str, api: str, version: str) -> Iterator[SpecItem]:
        if dud(response.body) == "html":
            self.refuse("no_spec_found")
        else:
            yield from super().parse(response, provider, api, stated_version(response.body))
