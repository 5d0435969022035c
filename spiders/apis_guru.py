"""APIs.guru: the directory's list, then the document that each chosen API's version links to.

The contract is the hub's own OpenAPI document (https://api.apis.guru/v2/openapi.yaml): no key, no paging.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import orjson
import scrapy
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response

from spiders.items import SpecItem


class ApisGuruSpider(scrapy.Spider):
    """limit: APIs to take, None for all; a larger limit takes a superset. include: API ids, None for any."""

    name = "apis_guru"

    def __init__(
        self,
        base_url: str = "https://api.apis.guru",
        limit: int | None = None,
        include: Iterable[str] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.base_url, self.limit, self.seed = base_url.rstrip("/"), limit, seed
        self.include = None if include is None else set(include)

    async def start(self) -> AsyncIterator[Request]:
        yield Request(f"{self.base_url}/v2/list.json", self.parse_list)

    def parse_list(self, response: Response) -> Iterator[Request]:
        listed = orjson.loads(response.body)
        if missing := sorted((self.include or set()) - set(listed)):
            raise ValueError(f"include names APIs that {response.url} does not list: {missing}")
        wanted = listed.keys() if self.include is None else self.include
        chosen = sorted(wanted, key=lambda api: hashlib.sha256(f"{self.seed}:{api}".encode()).digest())[: self.limit]
        self.crawler.stats.set_value("promised", len(chosen))
        for api in chosen:
            version, facts = preferred(listed[api])
            url = response.urljoin(facts.get("swaggerUrl") or "")
            if not facts.get("swaggerUrl"):
                self.refuse("no_swagger_url")
            elif not url.startswith(("http://", "https://")):  # a list must not make us read file: or s3: addresses
                self.refuse("not_http")
            else:
                meta = {"handle_httpstatus_list": [404, 410]}
                yield Request(url, self.parse, dont_filter=True, meta=meta, cb_kwargs={"api": api, "version": version})

    def parse(self, response: Response, api: str, version: str) -> Iterator[SpecItem | Request]:
        media_type = (response.headers.get("Content-Type") or b"").decode("latin-1").split(";")[0].strip().lower()
        if response.status != 200:
            self.refuse("gone")
            return
        if media_type == "text/html":  # an outage page sent as a success; the last one is refused with its reason
            assert response.request is not None
            if again := get_retry_request(response.request, spider=self, reason="web page"):
                yield again
                return
        yield SpecItem(self.name, api.split(":")[0], api, version, response.url, media_type, response.body)

    def refuse(self, reason: str) -> None:
        self.crawler.stats.inc_value(f"refused/{reason}")


def preferred(entry: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and facts of the preferred version, of the last updated one where the entry names none that exists."""
    versions = entry.get("versions") or {}
    name = entry.get("preferred", "")
    if name not in versions:
        name = max(versions, key=lambda each: (versions[each].get("updated") or "", each), default="")
    return name, versions.get(name, {})
