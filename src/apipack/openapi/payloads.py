"""A body taken apart as its media type has it: JSON texts, parts of multipart (RFC 7578), an XML document's tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message
from typing import Any, NamedTuple
from xml.parsers import expat

from apipack.records import Request, essence, is_events, is_json, is_lines, is_records, json_value

EVENT_FIELDS = ("event", "data", "id", "retry")
DEEPEST, MOST = 100, 50_000
"""Elements of an XML document inside of each other, and all of them."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotWellFormed(ValueError):
    """The text is not XML, or has entities of its own, or more elements than are read."""


def json_texts(body: str, media_type: str) -> list[Any] | None:
    """The values of a body's JSON texts: one, or those of a sequence (OAS 3.2: Sequential Media Types), whose events
    are objects; None where its type is neither. Raises `ValueError`, `RecursionError`."""
    if is_json(media_type):
        return [json_value(body)]
    if is_lines(media_type):
        lines = body.removesuffix("\n").split("\n") if body else []  # U+2028 and others end no line
        return [json_value(line) for line in lines]
    if is_records(media_type):
        before, *texts = body.split("\x1e")
        if before:
            raise ValueError("a value without its record separator")
        return [json_value(text) for text in texts]
    return list(_events(body)) if is_events(media_type) else None


def _events(body: str) -> Iterator[dict[str, Any]]:
    """Each event's fields (WHATWG HTML, 9.2.6); data that are an object or an array in JSON are read. A stream without
    events, or with other fields, which a receiver ignores, raises `ValueError`."""
    found = False
    for block in re.split(r"(?:\r\n|\n|\r){2,}", body.removeprefix("\ufeff").strip("\r\n")):
        fields: dict[str, list[str]] = {}
        for line in re.split(r"\r\n|\n|\r", block):
            name, _, value = line.partition(":")
            if line and name and name not in EVENT_FIELDS:
                raise ValueError(f"an event has no field {name[:40]}")
            if name:
                fields.setdefault(name, []).append(value.removeprefix(" "))
        if fields:
            found = True
            event: dict[str, Any] = {name: "\n".join(lines) for name, lines in fields.items()}
            if event.get("data", "")[:1] in ("{", "["):
                event["data"] = json_value(event["data"])
            yield event
    if not found:
        raise ValueError("no event")


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


class Part(NamedTuple):
    """A part of a multipart body. name: empty where it has none. media_type: text where it says none (RFC 7578, 4.4).
    typed: it says one. file: it has a file's name. blob: one that the client made up, as of a `Blob` (XHR, 4.4)."""

    name: str
    media_type: str
    typed: bool
    file: bool
    text: str
    blob: bool = False


def body_parts(request: Request) -> list[Part] | None:
    """The parts of a multipart body in order; None where there are none, but for the end that its boundary announces.
    In a form each is of the form and has a name (RFC 7578, 4.2)."""
    messages = parts(request)
    found = [_part(part) for part in messages]
    form = request.media_type == "multipart/form-data"
    if form and any(part.get_content_disposition() != "form-data" for part in messages):
        return None
    if found:
        return None if form and not all(part.name for part in found) else found
    boundary = message(request).get_boundary()
    return [] if boundary and (request.body or "").strip() == f"--{boundary}--" else None


def _part(part: Message) -> Part:
    name = part.get_param("name", "", "content-disposition")
    file = part.get_param("filename", None, "content-disposition")
    content = part.get_payload()
    text = content if isinstance(content, str) else part.as_string()
    media_type = part.get("content-type")
    is_typed, is_file = media_type is not None, file is not None
    return Part(str(name or ""), essence(str(media_type or "text/plain")), is_typed, is_file, text, file == "blob")


@dataclass(frozen=True, slots=True)
class Element:
    """name: with its namespace, as in `{uri}local`. text: that stands in it, without that of its elements."""

    name: str
    attributes: dict[str, str]
    elements: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def names(self) -> Counter[str]:
        """How often it has an element of each name."""
        return Counter(element.name for element in self.elements)


def xml_tree(text: str) -> Element:
    """The root of an XML document, whose octets mean what its declaration says (XML 1.0, 4.3.3); no entity is expanded.
    Raises `NotWellFormed`."""
    top = Element("", {})
    open_elements = [top]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST or len(open_elements) > DEEPEST:
            raise NotWellFormed("more elements than are read")
        element = Element(_expanded(name), {_expanded(key): value for key, value in attributes.items()})
        open_elements[-1].elements.append(element)
        open_elements.append(element)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_elements.pop()
    parser.CharacterDataHandler = lambda data: open_elements[-1].texts.append(data)
    parser.EntityDeclHandler = parser.SkippedEntityHandler = _refuse
    try:
        parser.Parse(text.encode("utf-8", "surrogateescape"), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise NotWellFormed(str(error)) from error
    return top.elements[0]


def _expanded(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse(*_: object) -> None:
    raise NotWellFormed("entities")
