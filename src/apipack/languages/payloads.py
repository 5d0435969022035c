"""A body taken apart as its media type has it: JSON texts, parts of multipart (RFC 7578), elements of XML."""

from __future__ import annotations

import re
from collections import Counter
from email import message_from_string
from email.message import Message
from typing import Any
from xml.parsers import expat

from apipack.records import Request, is_json, json_value

_SURROGATE = re.compile("[\ud800-\udfff]")


class NotWellFormed(ValueError):
    """The text is not XML, or has entities of its own."""


def json_texts(body: str, media_type: str) -> list[Any] | None:
    """The values of a body's JSON texts: one, or (NDJSON) one a line; None where its type is neither. Raises
    `ValueError`, `RecursionError`."""
    if is_json(media_type):
        return [json_value(body)]
    if not media_type.endswith("ndjson"):
        return None
    lines = body.removesuffix("\n").split("\n") if body else []  # U+2028 and others end no line
    return [json_value(line) for line in lines]


def message(request: Request) -> Message:
    """A body with its Content-Type as a message. Octets that are no UTF-8, surrogates in a body, are characters of
    private use in it: of surrogates the email package makes U+FFFD, or fails where other text stands beside them."""
    text = f"Content-Type: {request.header('content-type')}\n\n{request.body}"
    return message_from_string(_SURROGATE.sub(lambda found: chr(0xF2800 + ord(found[0])), text))


def parts(request: Request) -> list[Message]:
    """The parts of a multipart body; empty where its Content-Type does not lead to any."""
    whole = message(request)
    payload = whole.get_payload()
    if not whole.is_multipart() or not isinstance(payload, list) or whole.defects:
        return []
    return [part for part in payload if isinstance(part, Message)]


def part_names(request: Request) -> list[str]:
    """Names of the parts of a multipart body, sorted; empty where one has none."""
    names = [part.get_param("name", header="content-disposition") for part in parts(request)]
    return sorted(map(str, names)) if all(names) else []


def elements(text: str) -> Counter[str]:
    """How often an XML document has each element. Raises `NotWellFormed`."""
    counts: Counter[str] = Counter()
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: counts.update((name,))
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, UnicodeError) as error:
        raise NotWellFormed(str(error)) from error
    return counts


def _refuse(*_: object) -> None:
    raise NotWellFormed("entities")
