"""Addresses of documents: what they say of them, where a hub's list does not, and which of them a page links to."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from scrapy.http import HtmlResponse
from scrapy.linkextractors import LinkExtractor


def registered(url: str) -> tuple[str, str, str]:
    """Owner, API and version of SwaggerHub's `/apis/OWNER/API/VERSION`, empty where the path is shorter."""
    parts = [unquote(part) for part in urlsplit(url).path.rpartition("/apis/")[2].split("/")]
    owner, api, version = (*parts, "", "", "")[:3]
    return owner, api, version


def catalogued(url: str) -> tuple[str, str]:
    """Provider and id of IBM's `/apis/catalog/PROVIDER--API/...`; of another URL its host and path."""
    address = urlsplit(url)
    slug = unquote(address.path).partition("/catalog/")[2].split("/")[0]
    provider, _, api = slug.partition("--")
    return (provider, slug) if api else (address.netloc, address.path)


def names_document(url: str) -> bool:
    """Whether a path ends like a document's, and not like a page's."""
    return urlsplit(url).path.endswith((".json", ".yaml", ".yml"))


def linked(page: HtmlResponse, prefix: str) -> list[str]:
    """The addresses that a page links to and that begin so, in order, none twice."""
    links = LinkExtractor(allow=f"^{re.escape(prefix)}", tags=("a", "link"), deny_extensions=())
    return [link.url for link in links.extract_links(page)]
