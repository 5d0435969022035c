"""RapidAPI: a search of its gateway, then each API, then the endpoints of the API's version.

Opt-in: read the hub's terms of service first. There are no documents, so one is derived from the endpoints.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from scrapy.http import Request, Response

from spiders.derived import document
from spiders.gateway import API, SEARCH, VERSION, GatewaySpider
from spiders.items import SpecItem
from spiders.settings import pace

WINDOW, PAGE = 1_000, 100


class RapidApiSpider(GatewaySpider):
    """searches: `term` and `categoryNames` of each search; an API that several find counts once."""

    name = "rapidapi"
    default_url = "https://rapidapi.com"
    custom_settings = pace("rapidapi", concurrency=1) | {
        "COOKIES_ENABLED": True,
        "RETRY_TIMES": 3,
        "RETRY_HTTP_CODES": [403, 429, 500, 502, 503, 504],
    }

    def __init__(self, searches: Iterable[dict[str, Any]] = ({},), **common: Any) -> None:
        super().__init__(**common)
        self.searches = list(searches)

    async def start(self) -> AsyncIterator[Request]:
        for search in self.searches:
            yield self.page(search, "", 0)

    def page(self, search: dict[str, Any], cursor: str, reached: int) -> Request:
        paging = {"first": PAGE, "after": cursor}
        variables = {"searchApiWhereInput": {"term": "", **search}, "paginationInput": paging}
        request = self.ask(SEARCH, variables, self.parse_page, search=search, reached=reached)
        return request.replace(errback=self.broken)

    def parse_page(self, response: Response, search: dict[str, Any], reached: int) -> Iterator[Request]:
        found = self.data(response)["products"]
        reached += len(found["nodes"])
        for node in found["nodes"]:
            owner, slug = node["User"]["username"], node["slugifiedName"]
            if not self.full() and self.is_new(f"{owner}/{slug}"):
                self.promise()
                yield self.ask(API, {"apiSlug": slug, "apiOwnerSlug": owner}, self.parse_api, owner=owner, slug=slug)
        if found["pageInfo"]["hasNextPage"] and found["nodes"] and reached < WINDOW and not self.full():
            yield self.page(search, found["pageInfo"]["endCursor"], reached)
        else:
            self.searched(found["total"], reached)

    def parse_api(self, response: Response, owner: str, slug: str) -> Iterator[Request]:
        try:
            api = self.data(response)["apiBySlugifiedNameAndOwnerName"]
        except ValueError as error:
            self.refuse(str(error))
            return
        if not api or not api.get("version"):
            self.refuse("gone")
            return
        facts = {"title": api["name"], "description": api.get("description") or "", "owner": owner, "slug": slug}
        yield self.ask(VERSION, {"apiVersionId": api["version"]["id"]}, self.parse_version, **facts)

    def parse_version(self, response: Response, owner: str, slug: str, **texts: str) -> Iterator[SpecItem]:
        try:
            version = self.data(response)["apiVersion"] or {}
            body, derived = document(version, **texts)
        except ValueError as error:
            self.refuse(str(error))
            return
        place, name = f"{self.base_url}/{owner}/api/{slug}", version.get("name") or ""
        yield SpecItem(self.name, owner, f"{owner}/{slug}", name, place, "application/json", body, derived)
