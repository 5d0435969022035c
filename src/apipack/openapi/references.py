"""Where the references of a document lead: pointers, anchors, `$id`s and its own `$self`. Nothing is ever fetched."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import orjson

from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import json_type, pointed

MAX_REF_HOPS = 20
NO_SIBLINGS = frozenset(
    {"$ref", "$dynamicRef", "$comment", "title", "summary", "description", "deprecated", "externalDocs"}
    | {"readOnly", "writeOnly"}
)
"""What may stand beside a `$ref` and changes no value."""
GIVEN = frozenset({"example", "examples", "default", "enum", "const"})


class References:
    """Of one document, read as a mapping, and its version."""

    def __init__(self, raw: dict[str, Any], version: tuple[int, int]) -> None:
        self._raw, self._version = raw, version
        self._targets: dict[str, Any] = {}

    def rebase(self) -> None:
        """Write each reference inside a schema with an `$id` as that address has it, where it leads somewhere so; else
        it is the document's (JSON Schema 2020-12 core, 8.2.1)."""
        for address, root in self._identified[0].items():
            todo = [root]
            while todo:
                node = todo.pop()
                if isinstance(node, dict):
                    if isinstance(reference := node.get("$ref"), str):
                        node["$ref"] = self._absolute(address, reference)
                    inner = [member for key, member in node.items() if key not in GIVEN]
                else:
                    inner = node if isinstance(node, list) else []
                todo += [member for member in inner if not (isinstance(member, dict) and "$id" in member)]

    def _absolute(self, address: str, reference: str) -> str:
        absolute = f"{address}{reference}" if reference.startswith("#") else _joined(address, reference)
        if urldefrag(absolute)[0] not in self._identified[0]:
            return reference
        try:
            self._found(absolute)
        except SpecError:
            return reference
        return absolute

    def known(self, reference: str) -> Any:
        """What the reference led to before; None where it was not followed yet."""
        return self._targets.get(reference)

    def resolve(self, node: Any) -> dict[str, Any]:
        """Follow local `$ref`s from a mapping to the mapping they end at. Raises `SpecError`
        (external_ref, dangling_ref, ambiguous_ref, cyclic_ref, not_a_mapping)."""
        if isinstance(node, dict) and "$ref" not in node:  # nearly always
            return node
        node = self.target(node)
        if not isinstance(node, dict):
            raise SpecError("not_a_mapping", json_type(node))
        if "$ref" in node:
            raise SpecError("dangling_ref", f"$ref is {json_type(node['$ref'])}")
        return node

    def target(self, node: Any, *, siblings: bool = False) -> Any:
        """What `$ref`s lead to, of any type. siblings: a `$ref` that something stands beside is not followed."""
        first = node
        for _ in range(MAX_REF_HOPS):
            if not isinstance(node, dict) or not isinstance(reference := node.get("$ref"), str):
                return node
            if siblings and node is not first and not NO_SIBLINGS.issuperset(node):
                return node
            if reference not in self._targets:
                self._targets[reference] = self._found(reference)
            node = self._targets[reference]
        raise SpecError("cyclic_ref", str(reference)[:80])

    def _found(self, reference: str) -> Any:
        """What a reference leads to: this document, by its `$self` too, or a schema in it by `$id` (RFC 3986, 5)."""
        if reference.startswith("#/"):  # nearly always
            return pointed(self._raw, reference, reference)
        address, fragment = urldefrag(reference)
        root: Any = self._raw
        if address and urljoin(self._self, address) != self._self:
            identified = self._identified[0] if self._version >= (3, 1) else {}
            if (root := identified.get(_joined(self._self, address), identified.get(address))) is None:
                raise SpecError("external_ref", reference[:80])
        elif not fragment:  # the document is neither a schema nor anything else that a reference stands for
            raise SpecError("dangling_ref", reference[:80])
        if fragment and not fragment.startswith("/"):
            return self._anchor(root, fragment, reference)
        return pointed(root, fragment, reference)

    @property
    def _self(self) -> str:
        address = self._raw.get("$self") if self._version >= (3, 2) else None
        return urldefrag(address)[0] if isinstance(address, str) else ""

    def _anchor(self, root: Any, name: str, reference: str) -> Any:
        """A plain name is an anchor of JSON Schema 2020-12, which OAS 3.1 brought, in the resource of that root; one of
        the document may also be that of a schema with `$id`, since who refers to it is not known here."""
        anchors = self._identified[1] if self._version >= (3, 1) else {}
        nodes = anchors.get((id(root), unquote(name)), [])
        if not nodes and root is self._raw:
            nodes = [node for (_, key), named in anchors.items() if key == unquote(name) for node in named]
        if len(nodes) != 1:
            raise SpecError("ambiguous_ref" if nodes else "dangling_ref", reference[:80])
        return nodes[0]

    @cached_property
    def _identified(self) -> tuple[dict[str, Any], dict[tuple[int, str], list[Any]]]:
        """Schemas by `$id`; and by `$anchor` or `$dynamicAnchor` with the `id` of the resource that these stand in: of
        the nearest schema around that has an `$id`, else of the document (JSON Schema 2020-12 core, 8.2)."""
        identifiers: dict[str, Any] = {}
        anchors: dict[tuple[int, str], list[Any]] = {}
        if not _may_name_schemas(self._raw):
            return identifiers, anchors
        todo: list[tuple[Any, Any, str]] = [(self._raw, self._raw, self._self)]
        while todo:
            node, root, base = todo.pop()
            if isinstance(node, list):
                todo += [(member, root, base) for member in node]
            elif isinstance(node, dict):
                if isinstance(name := node.get("$id"), str):
                    root, base = node, _joined(base, urldefrag(name)[0])
                    identifiers[base] = node
                for key in ("$anchor", "$dynamicAnchor"):
                    if isinstance(name := node.get(key), str):
                        anchors.setdefault((id(root), name), []).append(node)
                todo += [(member, root, base) for key, member in node.items() if key not in GIVEN]
        return identifiers, anchors


def _joined(base: str, reference: str) -> str:
    """A reference's address (RFC 3986, 5.2), which is relative where the document's own is not known."""
    return urljoin(base, reference).removeprefix("./")


def _may_name_schemas(raw: dict[str, Any]) -> bool:
    """Whether the document's text has an `$id` or anchor anywhere; the text is made ten times faster than a walk."""
    try:
        text = orjson.dumps(raw, option=orjson.OPT_NON_STR_KEYS)
    except (orjson.JSONEncodeError, RecursionError):
        return True
    return any(f'"{key}":'.encode() in text for key in ("$id", "$anchor", "$dynamicAnchor"))
