"""IBM API Hub: the documents of a configured list of URLs, and on request those that pages below /apis/ link to.

The hub documents no list and no download, and its pages are shells of JavaScript: what links they have is all there is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy.http import HtmlResponse, Request, Response

from spiders.addresses import catalogued, linked, names_document
from spiders.bodies import dud, stated_version
from spiders.hub import HubSpider
from spiders.items import SpecItem
from spiders.refusals import Refusal
from spiders.settings import pace

START = "/apis/"


class IbmSpider(HubSpider):
    """urls: of documents, whole or from the base URL's root. follow: also walk the links from /apis/ on."""

    name = "ibm"
    default_url = "https://developer.ibm.com"
    custom_settings = pace("ibm", concurrency=1)

    def __init__(self, urls: Iterable[str] = (), follow: bool = False, **common: Any) -> None:
        super().__init__(**common)
        self.urls, self.follow = [urljoin(f"{self.base_url}/", url) for url in urls], follow
        self.hosts |= {urlsplit(url).netloc for url in self.urls}

    async def start(self) -> AsyncIterator[Request]:
        for request in self.documents(self.urls):
            yield request
        if self.follow:
            yield Request(self.base_url + START, self.parse_page, errback=self.page_lost, meta={"html": True})

    def documents(self, urls: list[str]) -> Iterator[Request]:
        for url in urls:
            if not self.full() and self.is_new(url):
                yield from self.document(url, *catalogued(url), version="", html=not names_document(url))

    def parse_page(self, response: Response) -> Iterator[Request | SpecItem]:
        if not isinstance(response, HtmlResponse) or self.full():
            return
        links = linked(response, self.base_url + START)
        specifications = [url for url in links if names_document(url)]
        if START + "catalog/" in response.url and not specifications:
            self.missing("no_spec_found")
        yield from self.documents(specifications)
        for url in links:
            if url not in specifications and not self.full():
                yield Request(url, self.parse_page, errback=self.page_lost, meta={"html": True})

    def parse(self, response: Response, provider: str, api: str, version: str) -> Iterator[SpecItem]:
        if dud(response.body) == "html":
            raise Refusal("no_spec_found")
        yield from super().parse(response, provider, api, stated_version(response.body))
