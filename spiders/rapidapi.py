"""RapidAPI: a search of its gateway, then each API, then the endpoints of the API's version.

Opt-in: read the hub's terms of service first. There are no documents, so one is derived from the endpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy.http import Request, Response

from spiders.derived import document
from spiders.gateway import API, SEARCH, VERSION, GatewaySpider
from spiders.items import SpecItem
from spiders.refusals import Refusal

WINDOW, PAGE = 1_000, 100


class RapidApiSpider(GatewaySpider):
    """searches: `term` and `categoryNames` of each."""

    name = "rapidapi"
    default_url = "https://rapidapi.com"

    def page(self, search: dict[str, Any], cursor: str = "", reached: int = 0) -> Request:
        variables = {"searchApiWhereInput": {"term": ""} | search, "paginationInput": {"first": PAGE, "after": cursor}}
        request = self.ask(SEARCH, variables, self.parse_page, search=search, reached=reached)
        return request.replace(errback=self.broken)

    def parse_page(self, response: Response, search: dict[str, Any], reached: int) -> Iterator[Request]:
        products = self.data(response)["products"]
        reached += len(products["nodes"])
        for node in products["nodes"]:
            owner, slug = node["User"]["username"], node["slugifiedName"]
            if not self.full() and self.is_new(f"{owner}/{slug}"):
                self.promise()
                yield self.ask(API, {"apiSlug": slug, "apiOwnerSlug": owner}, self.parse_api, owner=owner, slug=slug)
        if products["pageInfo"]["hasNextPage"] and products["nodes"] and reached < WINDOW and not self.full():
            yield self.page(search, products["pageInfo"]["endCursor"], reached)
        else:
            self.searched(products["total"], reached)

    def parse_api(self, response: Response, owner: str, slug: str) -> Iterator[Request]:
        api = self.data(response)["apiBySlugifiedNameAndOwnerName"]
        if not api or not api.get("version"):
            raise Refusal("gone")
        facts = {"title": api["name"], "description": api.get("description") or "", "owner": owner, "slug": slug}
        yield self.ask(VERSION, {"apiVersionId": api["version"]["id"]}, self.parse_version, **facts)

    def parse_version(self, response: Response, owner: str, slug: str, **texts: str) -> Iterator[SpecItem]:
        version = self.data(response)["apiVersion"] or {}
        body, derived = document(version, **texts)
        page, name = f"{self.base_url}/{owner}/api/{slug}", version.get("name") or ""
        yield SpecItem(self.name, owner, f"{owner}/{slug}", name, page, "application/json", body, derived)
