"""Wrong bodies, in which one thing of a right one is changed; `benchmarks.mutants` judges calls that send them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from apipack.openapi.payloads import NotWellFormed, xml_tree
from apipack.records import Request, is_lines, is_multipart, is_xml

_ATTRIBUTE = re.compile(r"""(<[^<>?!]*?)(\s+(?!xmlns)[\w.-]+=)("[^"<]*")""")
_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]*)>([^<>]*)</\1>")
_NAME = re.compile(r'(Content-Disposition: form-data; name=")([^"]*)')
_TYPE = re.compile(r"(\r\n)Content-Type: (?!application/octet-stream|text/plain)[^\r]*\r\n")
_FILE = re.compile(r'; filename="[^"]*"')


def wrong_bodies(request: Request) -> Iterator[tuple[str, Request]]:
    """(kind, request) for each way of being wrong that the request's body has."""
    media_type, body = request.media_type or "", request.body or ""
    changes: Iterator[tuple[str, str]] = iter(())
    if request.is_json or is_lines(media_type):
        changes = _json(body)
    elif is_xml(media_type):
        changes = _xml(body)
    elif is_multipart(media_type):
        changes = _multipart(body)
    for kind, changed in changes:
        if changed != body:
            yield kind, replace(request, body=changed)


def _json(body: str) -> Iterator[tuple[str, str]]:
    first, newline, rest = body.partition("\n") if body.endswith("\n") else (body, "", "")
    if (other := _other_key(first)) is not None:
        yield "body_key", other + newline + rest
    yield "body_garbage", "garbage"


def _other_key(text: str) -> str | None:
    """A JSON text with the first key of its first object renamed."""
    body = json.loads(text or "null")
    inner = body[0] if isinstance(body, list) and body else body
    if not isinstance(inner, dict) or not inner:
        return None
    key = next(iter(inner))
    renamed = {f"{name}X" if name == key else name: value for name, value in inner.items()}
    return json.dumps([renamed, *body[1:]] if isinstance(body, list) else renamed)


def _xml(body: str) -> Iterator[tuple[str, str]]:
    try:
        xml_tree(body)
    except NotWellFormed:  # an example that is no XML
        return
    yield "xml_attribute_dropped", _ATTRIBUTE.sub(r"\1", body, count=1)
    yield (
        "xml_attribute_renamed",
        _ATTRIBUTE.sub(lambda found: f"{found[1]} x{found[2].strip()}{found[3]}", body, count=1),
    )
    yield "xml_attribute_added", re.sub(r"(<[A-Za-z_][\w:.-]*)", r'\1 extra="1"', body, count=1)
    yield "xml_element_renamed", _ELEMENT.sub(r"<x\1>\2</x\1>", body, count=1)
    yield "xml_element_dropped", _ELEMENT.sub("", body, count=1)
    yield "xml_element_nested", _ELEMENT.sub(r"<\1><\1>\2</\1></\1>", body, count=1)
    yield "xml_namespace", re.sub(r"(<[A-Za-z_][\w.-]*)(?=[\s/>])", r'\1 xmlns="urn:other"', body, count=1)
    yield "xml_encoding", '<?xml version="1.0" encoding="UTF-16"?>' + re.sub(r"\A\s*<\?xml.*?\?>", "", body)
    yield "xml_cut", body[: body.rindex("</")] if "</" in body else body.replace("/>", ">")


def _multipart(body: str) -> Iterator[tuple[str, str]]:
    yield "part_renamed", _NAME.sub(r"\1x\2", body, count=1)
    yield "part_untyped", _TYPE.sub(r"\1", body, count=1)
    yield "part_no_file", _FILE.sub("", body, count=1)
    yield "part_a_file", re.sub(r'(name="[^"]*")(?=\r\n)', r'\1; filename="a.txt"', body, count=1)
    first = body.find("\r\n\r\n{")
    if first >= 0:
        yield "part_no_json", body[: first + 4] + "hello" + body[body.index("\r\n--", first) :]
