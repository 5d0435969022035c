"""The names in a body, as its own format has them: parts of multipart (RFC 7578), elements of XML."""

from __future__ import annotations

from collections import Counter
from email import message_from_string
from email.message import Message
from xml.parsers import expat

from apipack.records import Request


class NotWellFormed(ValueError):
    """The text is not XML, or has entities of its own."""


def part_names(request: Request) -> list[str] | None:
    """Names of the parts of a multipart body, sorted; None where its Content-Type does not lead to parts with names."""
    message = message_from_string(f"Content-Type: {request.header('content-type')}\n\n{request.body}")
    parts = message.get_payload()
    if not message.is_multipart() or not isinstance(parts, list) or message.defects:
        return None
    names = [part.get_param("name", header="content-disposition") for part in parts if isinstance(part, Message)]
    return sorted(map(str, names)) if all(names) else None


def elements(text: str) -> Counter[str]:
    """How often an XML document has each element. Raises `NotWellFormed`."""
    found: Counter[str] = Counter()
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: found.update((name,))
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, UnicodeError) as error:
        raise NotWellFormed(str(error)) from error
    return found


def _refuse(*_: object) -> None:
    raise NotWellFormed("entities")
