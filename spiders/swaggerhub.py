"""SwaggerHub: pages of its registry's search, then the document that each entry's property `Swagger` links to.

The contract is the hub's own document (`swaggerhub.com.json` in APIs.guru's directory). Of the 800,000 entries that
a search may count only the first 10,000 can be paged to: `searches` cut the registry into parts.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import orjson
from scrapy.http import Request, Response

from spiders.hub import HubSpider
from spiders.settings import pace

WINDOW, PAGE = 10_000, 100


class SwaggerHubSpider(HubSpider):
    """searches: parameters `query`, `owner`, `sort` and `order` of each search; an API that several find counts once.

    limit takes the first, the oldest by default. SWAGGERHUB_API_KEY in the environment goes along to the hub alone.
    """

    name = "swaggerhub"
    default_url = "https://api.swaggerhub.com"
    custom_settings = pace("swaggerhub", concurrency=2)

    def __init__(self, searches: Iterable[dict[str, str]] = ({},), **common: Any) -> None:
        super().__init__(**common)
        self.searches = list(searches)
        key = os.environ.get("SWAGGERHUB_API_KEY")
        self.headers = {"Authorization": key} if key else {}

    async def start(self) -> AsyncIterator[Request]:
        for search in self.searches:
            yield self.page(search, 0, 0)

    def page(self, search: dict[str, str], number: int, reached: int) -> Request:
        fixed = {"specType": "API", "visibility": "PUBLIC", "state": "PUBLISHED", "sort": "CREATED", "order": "ASC"}
        query = urlencode(fixed | search | {"limit": PAGE, "page": number})
        facts: dict[str, Any] = {"search": search, "number": number, "reached": reached}
        url = f"{self.base_url}/specs?{query}"
        return Request(url, self.parse_page, headers=self.headers, errback=self.broken, cb_kwargs=facts)

    def parse_page(self, response: Response, search: dict[str, str], number: int, reached: int) -> Iterator[Request]:
        listing = orjson.loads(response.body)
        total, reached = listing["totalCount"], reached + len(listing["apis"])
        for entry in listing["apis"]:
            facts = {one["type"]: one.get("url") or one.get("value") for one in entry.get("properties") or []}
            url = response.urljoin(facts["Swagger"]) if facts.get("Swagger") else ""
            if not self.full() and (not url or self.is_new(url)):
                yield from self.entry(url, facts)
        if listing["apis"] and reached < min(total, WINDOW) and not self.full():
            yield self.page(search, number + 1, reached)
        else:
            self.searched(total, reached)

    def entry(self, url: str, facts: dict[str, str]) -> Iterator[Request]:
        """`/apis/OWNER/API/VERSION` says what the document is of: an entry's name is a title."""
        owner, api, version = (*(unquote(part) for part in urlsplit(url).path.split("/apis/")[-1].split("/")), "", "")[
            :3
        ]
        yield from self.document(url, owner, f"{owner}/{api}", facts.get("X-Version") or version, headers=self.headers)
