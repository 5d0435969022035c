"""Whether a body has the shape of the reference's: the same names in the same places, and values by type.

Of JSON, of each value of a sequence, of forms, of the parts of multipart, and of the tree of an XML document. What has
another form is one text.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any
from urllib.parse import parse_qsl

from apipack.evaluation.values import same_pairs, same_value
from apipack.languages.wire import FORM
from apipack.openapi.payloads import Element, Part, body_parts, json_texts, xml_tree
from apipack.records import Request, is_multipart, is_xml

OCTETS = "application/octet-stream"


def same_body(predicted: Request, gold: Request) -> bool:
    """Whether the bodies have the same shape; their media types are compared elsewhere."""
    if predicted.body is None or gold.body is None:
        return (predicted.body or "") == (gold.body or "")
    if predicted.body == gold.body:
        return True
    media_type = gold.media_type or ""
    if is_multipart(media_type):
        return _same_parts(predicted, gold)
    return _same_content(predicted.body, gold.body, media_type)


def _same_content(a: str, b: str, media_type: str) -> bool:
    if media_type == FORM:
        return same_pairs(parse_qsl(a, True), parse_qsl(b, True))
    try:
        if is_xml(media_type):
            return _same_element(xml_tree(a), xml_tree(b))
        if (wanted := json_texts(b, media_type)) is not None:
            return _same_shape(json_texts(a, media_type), wanted)
    except (ValueError, RecursionError):
        return False
    return same_value(a, b)


def _same_parts(predicted: Request, gold: Request) -> bool:
    """Parts of a form by name, others in their order."""
    ours, theirs = body_parts(predicted), body_parts(gold)
    if ours is None or theirs is None or len(ours) != len(theirs):
        return False
    if gold.media_type == "multipart/form-data":
        ours, theirs = sorted(ours, key=attrgetter("name")), sorted(theirs, key=attrgetter("name"))
    return all(map(_same_part, ours, theirs))


def _same_part(a: Part, b: Part) -> bool:
    """The type of a file is its own where the reference says none, or no more than that it is one. A part with a type
    may be a browser's `Blob`, which always has a file's name."""
    typed = a.media_type == b.media_type or (b.file and (b.media_type == OCTETS or not b.typed))
    same = a.text == b.text or _same_content(a.text, b.text, b.media_type)
    named = a.file == b.file or (a.blob and b.typed)
    return a.name == b.name and named and typed and same


def _same_element(a: Element, b: Element) -> bool:
    """Same name and attributes all the way down, elements of a name in the same order, and text where the other has
    it. White space around a text is none of it."""
    if a.name != b.name or a.attributes.keys() != b.attributes.keys() or a.names != b.names:
        return False
    if not all(same_value(a.attributes[name].strip(), value.strip()) for name, value in b.attributes.items()):
        return False
    ours, theirs = sorted(a.elements, key=attrgetter("name")), sorted(b.elements, key=attrgetter("name"))
    return same_value(a.text.strip(), b.text.strip()) and all(map(_same_element, ours, theirs))


def _same_shape(a: Any, b: Any) -> bool:
    """Same keys all the way down and values of the same JSON type; arrays member by member, of any number."""
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(_same_shape(a[key], b[key]) for key in b)
    if isinstance(b, list):
        if not isinstance(a, list) or bool(a) != bool(b):
            return False
        return all(_same_member(member, index, b) for index, member in enumerate(a))
    if isinstance(b, bool) or b is None or isinstance(b, str):
        return type(a) is type(b)
    return isinstance(a, int | float) and not isinstance(a, bool) and (isinstance(a, int) or not isinstance(b, int))


def _same_member(member: Any, index: int, wanted: list[Any]) -> bool:
    """Against the reference's member at that place; one that an array has more, against any."""
    if index < len(wanted):
        return _same_shape(member, wanted[index])
    return any(_same_shape(member, other) for other in wanted)
