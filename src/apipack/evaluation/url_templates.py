"""URL templates, `https://host/{base}/pets/{id}.json`: what stands for their parameters in a URL."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from apipack.languages.wire import authority
from apipack.records import Request

_PARAMETERS = re.compile(r"((?:\{[^{}]*\})+)")


@lru_cache(maxsize=4_096)
def template_parts(template: str) -> SplitResult:
    """A template (schema OPERATIONS) split as a URL; what looks like a query in it belongs to the path."""
    return urlsplit(template.replace("?", "%3F"))


def segments(url: SplitResult) -> list[str]:
    """Of the path, as it is sent: an empty one is `/` (RFC 3986, 6.2.3)."""
    return (url.path or "/").split("/")


def fits(request: Request, template: str, *, any_host: bool = False) -> bool:
    """Whether a request goes to the host and path of a template."""
    parts, wanted = request.parts, template_parts(template)
    if not any_host and authority(parts) != authority(wanted):
        return False
    ours, theirs = segments(parts), segments(wanted)
    return len(ours) == len(theirs) and all(map(fits_segment, ours, theirs))


def fits_segment(segment: str, pattern: str) -> bool:
    """Whether a segment of a path is one of a template's, with some value for its parameters."""
    if "{" not in pattern:
        return unquote(segment) == unquote(pattern)
    return path_values(segment, pattern) is not None


def path_values(segment: str, pattern: str) -> list[tuple[str, str]] | None:
    """(name, decoded value) of each parameter of one segment's pattern, None where the text around them is another.

    Values are not empty, the first as short as can be; parameters without text between them are one, of all their
    names. Linear in the segment, whatever the pattern.
    """
    literals, names = _split(pattern)
    value = unquote(segment)
    first, *middle, last = literals
    if not value.startswith(first) or not value.endswith(last):
        return None
    values, start, end = [], len(first), len(value) - len(last)
    for name, literal in zip(names, middle, strict=False):
        stop = value.find(literal, start + 1, end)
        if stop < 0:
            return None
        values.append((name, value[start:stop]))
        start = stop + len(literal)
    return [*values, (names[-1], value[start:end])] if start < end else None


@lru_cache(maxsize=4_096)
def _split(pattern: str) -> tuple[list[str], list[str]]:
    pieces = _PARAMETERS.split(pattern)
    return [unquote(text) for text in pieces[::2]], [text[1:-1] for text in pieces[1::2]]
