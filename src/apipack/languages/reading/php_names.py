"""PHP: what stands in a lowered program for what has no name of its own, and its constants."""

from __future__ import annotations

import re

from apipack.languages.reading import program as p
from apipack.languages.wire import Unreadable

NOTHING = frozenset(
    ["php_tag", "text_interpolation", "text", "declare_statement", "empty_statement", "php_end_tag",
     "interface_declaration", "trait_declaration"]
)  # fmt: skip
"""Statements that do nothing to a request."""
APPEND = "append"
"""The key of `$list[]`."""
SERIALIZED = "implements JsonSerializable"
"""A member of classes that say themselves what their JSON is."""
CALLED = "()"
"""Ends the name of a method, which a property may have too."""


def key_of(value: object) -> str | int:
    """A constant key of an array: a text of digits is a number."""
    if isinstance(value, str) and re.fullmatch("0|-?[1-9][0-9]{0,17}", value):
        value = int(value)
    if not isinstance(value, str | int) or isinstance(value, bool) or (isinstance(value, int) and value < 0):
        raise Unreadable("a key that PHP changes")
    return value


def binds_late(code: str) -> bool:
    """Whether a member behind `static` hangs on the class that it is asked of: one that other classes extend, unless
    it stands in one class alone."""
    own = {name.lower() for name in re.findall(r"\bclass\s+(\w+)", code)}
    if not any(name.lower() in own for name in re.findall(r"\bextends\s+\\?(\w+)", code)):
        return False
    kind = r"(?<!::)(?:\$|\bconst\s+(?:\w+\s+)?|\bfunction\s+)"
    names = set(re.findall(r"\bstatic::\$?(\w+)", code))
    return "new static" in code or any(len(re.findall(rf"{kind}{name}\s*[=;(]", code)) != 1 for name in names)


def constant(name: str) -> p.Expression:
    if name.startswith("CURLINFO_"):
        return p.Unknown()
    return p.Const(name) if name.startswith(("CURLOPT_", "CURLAUTH_", "CURL_HTTP_VERSION")) else p.Name(name)
