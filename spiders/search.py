"""Hubs that list what a search finds, a page at a time, and of that only the first so many."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable
from typing import Any

from scrapy.http import Request

from spiders.hub import HubSpider


class SearchSpider(HubSpider):
    """searches: arguments of each search, which together cut the hub into parts; what several find counts once."""

    def __init__(self, searches: Iterable[dict[str, Any]] = ({},), **common: Any) -> None:
        super().__init__(**common)
        self.searches = list(searches)

    async def start(self) -> AsyncIterator[Request]:
        for search in self.searches:
            yield self.page(search)

    @abstractmethod
    def page(self, search: dict[str, Any]) -> Request:
        """The request of a search's first page."""

    def searched(self, total: int, reached: int) -> None:
        """Counts a search that came to its end: `listed` in all, and `unreached` where the hub's window cut it off."""
        self.crawler.stats.inc_value("listed", total)
        if total > reached and not self.full():
            self.crawler.stats.inc_value("unreached", total - reached)
            self.logger.warning(
                "%d of %d entries cannot be paged to: search for parts of the hub", total - reached, total
            )
