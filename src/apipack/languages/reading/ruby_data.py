"""Ruby: texts, JSON and forms over constants."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote_plus, urlsplit

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Module,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable

PORTS = {"http": 80, "https": 443}


def text(value: Any) -> str:
    """to_s."""
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e16:
        return repr(value)
    if isinstance(value, Address):
        return value.written()
    raise Unreadable("the text of an object")


def to_json(value: Any, *rest: Any) -> str:
    return json.dumps(_jsonable(value), ensure_ascii=False, separators=(",", ":"))


def pretty_json(value: Any) -> str:
    return json.dumps(_jsonable(value), ensure_ascii=False, indent=2)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {text(key): _jsonable(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_jsonable(member) for member in value]
    if isinstance(value, float):
        text(value)
    elif not isinstance(value, str | int | None):
        raise Unreadable("JSON of more than data")
    return value


def component(value: str) -> str:
    """URI.encode_www_form_component."""
    return quote_plus(value, safe="*").replace("~", "%7E")


def _pairs(data: Any) -> list[tuple[Any, Any]]:
    if isinstance(data, dict):
        return list(data.items())
    if isinstance(data, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in data):
        return [(name, value) for name, value in data]
    raise Unreadable("a form of no pairs")


def encode_www_form(data: Any) -> str:
    parts: list[str] = []
    for name, value in _pairs(known(data)):
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, dict):
                raise Unreadable("a hash inside of a form")
            parts.append(component(text(name)) + ("" if member is None else f"={component(text(member))}"))
    return "&".join(parts)


def is_address(value: Address, kind: Any) -> Any:
    """is_a? of an address, whose class for https is one of that for http."""
    kinds = {"URI::HTTP": True, "URI::HTTPS": value.scheme == "https"}
    return kinds.get(kind.name, MYSTERY) if isinstance(kind, Module) else MYSTERY


class Address(Thing):
    """URI::HTTP and URI::HTTPS."""

    def __init__(self, url: Any) -> None:
        parts = urlsplit(sending.raw_query_url(url))
        self.scheme, self.netloc, self.path, self.query = parts.scheme, parts.netloc, parts.path, parts.query

    def written(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}" + (f"?{self.query}" if self.query else "")

    @property
    def named(self) -> str:
        """Host and port as the field Host has them."""
        return self.netloc.lower().removesuffix(f":{PORTS[self.scheme]}")

    def get(self, run: Evaluation, name: str) -> Any:
        host, _, port = self.netloc.rpartition(":") if re.search(r":\d+$", self.netloc) else (self.netloc, "", "")
        target = (self.path or "/") + (f"?{self.query}" if self.query else "")
        parts = {
            "host": host,
            "hostname": host.strip("[]"),
            "port": int(port) if port else PORTS[self.scheme],
            "scheme": self.scheme,
            "path": self.path,
            "query": self.query or None,
            "request_uri": target,
            "to_s": self.written(),
        }
        if name in parts:
            return Builtin(lambda run, given: parts[name])
        return super().get(run, name)

    @classmethod
    def built(cls, scheme: str, given: Arguments) -> Address:
        """URI::HTTPS.build."""
        (parts,) = given.take("parts", required=1)
        parts = dict(known(parts))
        if not set(parts) <= {"host", "path", "query", "port"}:
            raise Unreadable("a URI of more than host, path and query")
        authority = sending.authority(parts.get("host"), parts.get("port"))
        query = parts.get("query")
        return cls(f"{scheme}://{authority}{text_of(parts.get('path', ''))}" + (f"?{text_of(query)}" if query else ""))

    def set_query(self, run: Evaluation, value: Any) -> None:
        self.query = "" if value is None else text_of(value, "the query")

    def set_path(self, run: Evaluation, value: Any) -> None:
        self.path = text_of(value, "the path")


def as_address(run: Evaluation, given: Arguments) -> Address:
    (url,) = given.take("url", required=1)
    return url if isinstance(url, Address) else Address(url)
