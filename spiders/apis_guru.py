"""APIs.guru: the directory's list, then the document that each chosen API's version links to.

The contract is the hub's own OpenAPI document (https://api.apis.guru/v2/openapi.yaml): no key, no paging.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import orjson
from scrapy.http import Request, Response

from spiders.hub import HubSpider, joined


class ApisGuruSpider(HubSpider):
    """include: API ids, None for any. versions: the preferred one of each API, or `all`. seed: chooses the APIs."""

    name = "apis_guru"
    default_url = "https://api.apis.guru"

    def __init__(
        self, include: Iterable[str] | None = None, versions: str = "preferred", seed: int = 0, **common: Any
    ) -> None:
        super().__init__(**common)
        self.include, self.seed = None if include is None else set(include), seed
        self.choose = every if versions == "all" else preferred

    async def start(self) -> AsyncIterator[Request]:
        yield Request(f"{self.base_url}/v2/list.json", self.parse_list, errback=self.broken)

    def parse_list(self, response: Response) -> Iterator[Request]:
        listed = orjson.loads(response.body)
        self.crawler.stats.set_value("listed", len(listed))
        if missing := sorted((self.include or set()) - set(listed)):
            raise ValueError(f"include names APIs that {response.url} does not list: {missing}")
        wanted = listed.keys() if self.include is None else self.include
        chosen = sorted(wanted, key=lambda api: hashlib.sha256(f"{self.seed}:{api}".encode()).digest())[: self.limit]
        for api in chosen:
            for version, facts in self.choose(listed[api]):
                url = joined(response, facts.get("swaggerUrl"))
                yield from self.document(url, api.split(":")[0], api, version)


def every(entry: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Name and facts of all versions."""
    return sorted((entry.get("versions") or {}).items()) or [("", {})]


def preferred(entry: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Name and facts of the preferred version, of the last updated one where the entry names none that exists."""
    versions = entry.get("versions") or {}
    name = entry.get("preferred", "")
    if name not in versions:
        name = max(versions, key=lambda each: (versions[each].get("updated") or "", each), default="")
    return [(name, versions.get(name, {}))]
