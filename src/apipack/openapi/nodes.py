"""Nodes of a document as JSON has them: their types, where a pointer leads, copies with one member changed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from apipack.openapi.loading import SpecError

INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
"""Of an item of a list (RFC 6901, 4)."""


def listed(value: Any) -> list[Any]:
    """The value where it is a list, as it should be; a specification can have anything."""
    return value if isinstance(value, list) else []


def json_type(value: Any) -> str:
    """What JSON calls the type of a value that is no mapping."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def pointed(node: Any, pointer: str, reference: str) -> Any:
    """RFC 6901 in a URI fragment."""
    for token in pointer.split("/")[1:]:
        if "%" in token or "~" in token:
            token = unquote(token).replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and INDEX.fullmatch(token) and int(token) < len(node):
            node = node[int(token)]
        elif isinstance(node, dict) and isinstance(beyond := node.get("$ref"), str) and not beyond.startswith("#"):
            raise SpecError("external_ref", f"{reference[:80]} leads into {beyond[:80]}")
        else:
            raise SpecError("dangling_ref", reference[:80])
    return node


def replaced(node: Any, path: tuple[int | str, ...], value: Any) -> Any:
    """A copy of the tree with another value where `path` leads; None where it leads to nothing."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(node, dict) and head in node:
        child = replaced(node[head], rest, value)
        return None if child is None else {**node, head: child}
    if isinstance(node, list) and isinstance(head, int) and head < len(node):
        child = replaced(node[head], rest, value)
        return None if child is None else [*node[:head], child, *node[head + 1 :]]
    return None


def led_to(node: Any, path: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The part of a path that leads to something."""
    for depth, step in enumerate(path):
        inside = step in node if isinstance(node, dict) else isinstance(node, list) and step in range(len(node))
        if not inside:
            return path[:depth]
        node = node[step]
    return path


def without(node: Any, path: tuple[int | str, ...]) -> tuple[Any, bool]:
    """A copy of the tree without the deepest member that `path` leads to, and whether there was one."""
    if not path:
        return node, False
    head, rest = path[0], path[1:]
    if isinstance(node, dict) and head in node:
        child, dropped = without(node[head], rest)
        if dropped:
            return {**node, head: child}, True
        return {key: value for key, value in node.items() if key != head}, True
    if isinstance(node, list) and isinstance(head, int) and head < len(node):
        child, dropped = without(node[head], rest)
        return [*node[:head], *([child] if dropped else []), *node[head + 1 :]], True
    return node, False
