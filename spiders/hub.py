"""What spiders of all hubs share: their own host only, a count of what was promised, reasons of what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from spiders.items import SpecItem
from spiders.refusals import Refusal


class OtherHost(IgnoreRequest):
    """A request to a host and port that are not in the spider's `hosts`."""


class HubSpider(scrapy.Spider):
    """base_url: of a server other than the hub's own. limit: APIs to take, None for all; more is a superset.

    Every document that a list leads to expect is counted with `promise` and ends as an item or under `refuse`;
    `spiders.outcome` holds the two against each other.
    """

    default_url: str

    def __init__(self, base_url: str | None = None, limit: int | None = None) -> None:
        super().__init__()
        self.base_url, self.limit = (base_url or self.default_url).rstrip("/"), limit
        self.hosts = {urlsplit(self.base_url).netloc}
        self.seen: set[str] = set()

    def promise(self, count: int = 1) -> None:
        self.crawler.stats.inc_value("promised", count)

    def refuse(self, reason: str) -> None:
        self.crawler.stats.inc_value(f"refused/{reason}")

    def missing(self, reason: str) -> None:
        """A document that is promised and cannot even be asked for."""
        self.promise()
        self.refuse(reason)

    def is_new(self, name: str) -> bool:
        """Whether this is the first time that a list names it."""
        new = name not in self.seen
        self.seen.add(name)
        return new

    def full(self) -> bool:
        """Whether as many documents as the limit allows are promised."""
        return self.limit is not None and self.crawler.stats.get_value("promised", 0) >= self.limit

    def document(
        self, url: str, provider: str, api: str, version: str, html: bool = False, **more: Any
    ) -> Iterator[Request]:
        """The request for a promised document; none where the URL is not one to follow, which is counted.

        html: a web page may come instead, and asking again would not change that.
        """
        if not url.startswith(("http://", "https://")):  # a list must not make us read file: or s3: addresses
            self.missing("not_http" if url else "no_url")
            return
        facts = {"provider": provider, "api": api, "version": version}
        meta = {"handle_httpstatus_list": [404, 410], "html": html}
        try:
            asked = Request(url, self.parse, errback=self.lost, dont_filter=True, meta=meta, cb_kwargs=facts, **more)
        except ValueError:  # a port that is no number, say
            self.missing("not_http")
            return
        self.promise()
        yield asked

    def parse(self, response: Response, provider: str, api: str, version: str) -> Iterator[SpecItem]:
        if response.status != 200:
            raise Refusal("gone")  # deleted, or private
        yield SpecItem(self.name, provider, api, version, response.url, media_type(response), response.body)

    def page_lost(self, failure: Failure) -> None:
        """A page that may have linked to a document counts as one."""
        self.missing("page_lost")

    def broken(self, failure: Failure) -> None:
        """A list or page of it that cannot be had leaves the crawl incomplete: an error, so that it fails."""
        self.logger.error("a list is missing: %s", failure.getErrorMessage())

    def lost(self, failure: Failure) -> None:
        """Counts the failures that no second crawl would mend; all others stay missing, and the crawl fails."""
        if failure.check(Refusal):
            self.refuse(str(failure.value))
        elif failure.check(OtherHost):
            self.refuse("other_host")
        elif failure.check(DownloadCancelledError) or "DOWNLOAD_MAXSIZE" in failure.getErrorMessage():  # gzip's bombs
            self.refuse("too_large")


def joined(response: Response, link: object) -> str:
    """The address of a link that a list has; empty where it is none."""
    try:
        return response.urljoin(link) if isinstance(link, str) and link else ""
    except ValueError:
        return ""


def media_type(response: Response) -> str:
    """Lower-case, without parameters; empty where the hub names none."""
    return (response.headers.get("Content-Type") or b"").decode("latin-1").split(";")[0].strip().lower()
