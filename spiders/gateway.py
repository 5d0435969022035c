"""RapidAPI's gateway: GraphQL queries with a token and a cookie. Inferred from public client code, not documented."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response

from spiders.bodies import dud
from spiders.refusals import Refusal
from spiders.search import SearchSpider
from spiders.settings import pace

STALE = 419
UNWELCOME = [403, STALE, 429]
PATIENCE = 8
"""Refusals in a row after which we go: statuses of UNWELCOME, or a web page (a challenge) in place of an answer. As
many as two requests get with all their retries: a gateway that fails 15 in 100 by chance does not come to that."""

SEARCH = """query searchApis($searchApiWhereInput: SearchApiWhereInput!, $paginationInput: PaginationInput) {
  products: searchApis(where: $searchApiWhereInput, pagination: $paginationInput) {
    nodes { id name slugifiedName User { username } } pageInfo { endCursor hasNextPage } total } }"""
API = """query getApiBySlugAndOwner($apiOwnerSlug: String, $apiSlug: String) {
  apiBySlugifiedNameAndOwnerName(slugifiedName: $apiSlug, ownerName: $apiOwnerSlug) {
    id name description version { id name } } }"""
VERSION = """query getApiVersion($apiVersionId: ID!) {
  apiVersion(apiVersionId: $apiVersionId) { id name spec publicdns { address current }
    endpoints(pagingArgs: {limit: -1}) { id index isGraphQL route method name description params { parameters } } } }"""


class GatewaySpider(SearchSpider):
    """A spider that asks the gateway below its base URL."""

    custom_settings = pace("rapidapi", concurrency=1) | {
        "COOKIES_ENABLED": True,
        "RETRY_TIMES": 3,
        "RETRY_HTTP_CODES": [403, 429, 500, 502, 503, 504],
    }

    def __init__(self, **common: Any) -> None:
        super().__init__(**common)
        self.gateway, self.token_url = f"{self.base_url}/gateway/graphql", f"{self.base_url}/gateway/csrf"

    def ask(self, query: str, variables: dict[str, Any], callback: Callable[..., Any], **facts: Any) -> Request:
        """The request of one query; facts are the callback's further arguments."""
        name = query.split()[1].partition("(")[0]
        return Request(
            self.gateway,
            callback,
            method="POST",
            body=orjson.dumps({"operationName": name, "variables": variables, "query": query}),
            headers={"Content-Type": "application/json"},
            errback=self.lost,
            meta={"handle_httpstatus_list": UNWELCOME},
            cb_kwargs=facts,
            dont_filter=True,
        )

    def data(self, response: Response) -> dict[str, Any]:
        """`data` of an answer; a `Refusal` where it stays in error. The crawl ends on one that sends us away after
        all retries."""
        if refuses(response):
            raise CloseSpider("not welcome")
        if problems := errors(response):
            self.logger.warning("GraphQL errors: %s", problems)
            raise Refusal("graphql_errors")
        data: dict[str, Any] = orjson.loads(response.body)["data"]
        return data


class Gateway:
    """Middleware for requests to a spider's gateway: adds the token that `token_url` gives, and asks again where the
    token was stale or a 200 carries GraphQL's `errors`; after RETRY_TIMES the answer goes on as it is. It closes the
    spider after so many refusals in a row as PATIENCE says, of whichever requests: retries come late, behind others."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler, self.token, self.refused = crawler, b"", 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Gateway:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        spider = self.crawler.spider
        if not isinstance(spider, GatewaySpider) or request.url != spider.gateway:
            return
        if not self.token:
            assert self.crawler.engine is not None
            asked = Request(spider.token_url, meta={"dont_cache": True}, dont_filter=True)
            answer = await self.crawler.engine.download_async(asked)
            self.token = str(orjson.loads(answer.body)["csrfToken"]).encode()
        request.headers["csrf-token"] = self.token

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        spider = self.crawler.spider
        if not isinstance(spider, GatewaySpider) or request.url != spider.gateway:
            return response
        self.refused = self.refused + 1 if refuses(response) else 0
        if self.refused == PATIENCE and self.crawler.engine is not None:
            self.closing = asyncio.create_task(self.crawler.engine.close_spider_async(reason="not welcome"))
        if response.status == STALE:
            if request.headers["csrf-token"] == self.token:
                self.token = b""
            return get_retry_request(request, spider=spider, reason="stale token") or response
        if response.status == 200 and errors(response):
            return get_retry_request(request, spider=spider, reason="GraphQL errors") or response
        return response


def refuses(response: Response) -> bool:
    return response.status in UNWELCOME or dud(response.body) == "html"


def errors(response: Response) -> list[object]:
    """GraphQL's `errors` in an answer; none where it is not whole JSON, which is another's to see."""
    try:
        return list(orjson.loads(response.body).get("errors") or [])
    except (orjson.JSONDecodeError, AttributeError):
        return []
