"""SwaggerHub: pages of its registry's search, then the document that each entry's property `Swagger` links to.

The contract is the hub's own document (`swaggerhub.com.json` in APIs.guru's directory). Of the 800,000 entries that
a search may count only the first 10,000 can be paged to: `searches` cut the registry into parts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import orjson
from scrapy.http import Request, Response

from spiders.addresses import registered
from spiders.hub import joined
from spiders.search import SearchSpider
from spiders.settings import pace

WINDOW, PAGE = 10_000, 100
PUBLIC = {"specType": "API", "visibility": "PUBLIC", "state": "PUBLISHED", "sort": "CREATED", "order": "ASC"}


class SwaggerHubSpider(SearchSpider):
    """searches: parameters `query`, `owner`, `sort` and `order` of each. limit takes the first, by default the oldest.

    SWAGGERHUB_API_KEY in the environment goes along to the hub alone.
    """

    name = "swaggerhub"
    default_url = "https://api.swaggerhub.com"
    custom_settings = pace("swaggerhub", concurrency=2)

    def __init__(self, **common: Any) -> None:
        super().__init__(**common)
        key = os.environ.get("SWAGGERHUB_API_KEY")
        self.headers = {"Authorization": key} if key else {}

    def page(self, search: dict[str, str], number: int = 0, reached: int = 0) -> Request:
        url = f"{self.base_url}/specs?{urlencode(PUBLIC | search | {'limit': PAGE, 'page': number})}"
        facts: dict[str, Any] = {"search": search, "number": number, "reached": reached}
        return Request(url, self.parse_page, headers=self.headers, errback=self.broken, cb_kwargs=facts)

    def parse_page(self, response: Response, search: dict[str, str], number: int, reached: int) -> Iterator[Request]:
        listing = orjson.loads(response.body)
        total, reached = listing["totalCount"], reached + len(listing["apis"])
        for entry in listing["apis"]:
            facts = {pair["type"]: pair.get("url") or pair.get("value") for pair in entry.get("properties") or []}
            url = joined(response, facts.get("Swagger"))
            if not self.full() and (not url or self.is_new(url)):
                owner, api, version = registered(url)  # an entry's name is a title
                identity = owner, f"{owner}/{api}", facts.get("X-Version") or version
                yield from self.document(url, *identity, headers=self.headers)
        if listing["apis"] and reached < min(total, WINDOW) and not self.full():
            yield self.page(search, number + 1, reached)
        else:
            self.searched(total, reached)
