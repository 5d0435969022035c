"""IBM API Hub's catalogue as its public links show it: inferred, documented by nobody, not verified live."""

from __future__ import annotations

import hashlib
from html import escape
from urllib.parse import quote

from apipack.hubs.replica.content import Spec
from apipack.hubs.replica.server import Answer, Call

SHELL = "<!doctype html><title>{title}</title><div id=root></div><script src=/app.js></script>{links}"

CONFIGURATION = b'"x-ibm-configuration":{"type":"rest","phase":"realized","gateway":"datapower-api-gateway"}'


class Ibm:
    """`/apis/` and `/apis/catalog/PROVIDER--API` are shells of JavaScript with a few links; below the second is the
    document, with an `x-ibm-configuration` added. Every tenth page links to no document, as pages there may."""

    def __init__(self, specs: list[Spec], base: str) -> None:
        self._pages = {f"/apis/catalog/{quote(_slug(spec), safe='')}": spec for spec in specs}
        self._bare = set(list(self._pages)[9::10])

    def answer(self, call: Call) -> Answer | None:
        path = "/".join(["", *(quote(part, safe="") for part in call.parts)])
        if path == "/apis/":
            return _shell("API Hub", [*self._pages, "/docs/terms"])
        if spec := self._pages.get(path):
            return _shell(str(spec.info.get("title")), [] if path in self._bare else [f"{path}/openapi.json"])
        page = path.removesuffix("/openapi.json")
        if (spec := self._pages.get(page)) and page not in self._bare:
            return Answer(_configured(spec.file.read_bytes()), etag=hashlib.sha256(spec.etag.encode()).hexdigest())
        return None


def _slug(spec: Spec) -> str:
    return f"{spec.provider}--{spec.service}"


def _shell(title: str, links: list[str]) -> Answer:
    anchors = "".join(f'<a href="{escape(link)}">{number}</a>' for number, link in enumerate(links))
    return Answer(SHELL.format(title=escape(title), links=anchors).encode(), "text/html; charset=utf-8")


def _configured(body: bytes) -> bytes:
    return body.rstrip().removesuffix(b"}") + b"," + CONFIGURATION + b"}"
