"""The Paths Object: which operations a document has, and what stands there and is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import json_type

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
FIELDS = (*METHODS, "query")
"""Methods that OAS 3.2 has a field for in the Path Item Object."""
PATH_ITEM = frozenset({"$ref", "summary", "description", "servers", "parameters"})
Resolve = Callable[[Any], dict[str, Any]]


class RawOperation(NamedTuple):
    """One operation as it stands in the document: path template, method (lower-case where it is a field of the Path
    Item Object, as written in `additionalOperations`), the two raw mappings."""

    path: str
    method: str
    path_item: dict[str, Any]
    operation: dict[str, Any]

    @property
    def said(self) -> set[str]:
        """Names in the query of the path itself, but for those whose value is a parameter's."""
        query = self.path.split("#")[0].partition("?")[2]
        return {unquote_plus(pair.partition("=")[0]) for pair in query.split("&") if "{" not in pair}

    @property
    def verb(self) -> str:
        """The method that is sent."""
        return self.method.upper() if self.method in FIELDS else self.method


class Lost(NamedTuple):
    """What stands under `paths` and gives no operation. method: `*` for all of a path."""

    path: str
    method: str
    problem: SpecError


class Paths:
    """What stands under `paths`; `lost` gets what is no operation."""

    def __init__(self, raw: dict[str, Any], version: tuple[int, int], resolve: Resolve, lost: list[Lost]) -> None:
        self.raw, self.version, self.resolve, self.lost = raw, version, resolve, lost

    def operations(self) -> Iterator[RawOperation]:
        """Every operation, in the document's order; what is none goes to `lost`. Raises `SpecError` (no_paths) when
        there is no paths mapping."""
        paths = self.raw.get("paths")
        if not isinstance(paths, dict):
            raise SpecError("no_paths", _without_paths(self.raw))
        for path, item in paths.items():
            path = str(path)
            if path.startswith("x-"):  # OAS 3: Paths Object, an extension
                continue
            if path == "$ref" and isinstance(item, str):
                self.lost.append(Lost("paths", "*", SpecError("external_ref", item[:80])))
                continue
            if isinstance(item, dict) and "$ref" in item:
                try:
                    item = {**self.resolve({"$ref": item["$ref"]}), **item}
                except SpecError as error:
                    self.lost.append(Lost(path, "*", error))
            if isinstance(item, dict):
                yield from self._of_path(path, item)
            elif item is not None:
                self.lost.append(Lost(path, "*", SpecError("not_a_mapping", json_type(item))))

    def _of_path(self, path: str, item: dict[str, Any]) -> Iterator[RawOperation]:
        later = self.version >= (3, 2)
        methods = FIELDS if later else METHODS if self.version >= (3, 0) else METHODS[:-1]  # 2.0 has no `trace`
        for method in methods:
            if item.get(method) is not None:
                yield from self._operation(path, method, item, item[method])
        rest = item.keys() - PATH_ITEM - set(methods)
        if not rest:  # nearly always
            return
        more = item.get("additionalOperations") if later else None
        for method, operation in more.items() if isinstance(more, dict) else ():
            if method.lower() in methods:
                self.lost.append(Lost(path, method, SpecError("bad_method", f"{method} has a field of its own")))
            else:
                yield from self._operation(path, method, item, operation)
        for name in sorted(map(str, rest)):
            read_above = name == "additionalOperations" and isinstance(more, dict)
            if not read_above and not name.startswith("x-") and isinstance(item.get(name), dict):
                self.lost.append(Lost(path, name, SpecError("unknown_field", f"{name[:40]} in a path item")))

    def _operation(self, path: str, method: str, item: dict[str, Any], node: Any) -> Iterator[RawOperation]:
        try:
            operation = self.resolve(node)
        except SpecError as error:
            self.lost.append(Lost(path, method, error))
        else:
            yield RawOperation(path, method, item, operation)

    def operation(self, path: str, verb: str) -> RawOperation:
        """The operation of a path that is sent with this method. Raises `SpecError` (no_operation)."""
        paths = self.raw.get("paths")
        item = paths.get(path) if isinstance(paths, dict) else None
        if isinstance(item, dict) and "$ref" in item:
            item = {**self.resolve({"$ref": item["$ref"]}), **item}
        method = verb.lower() if verb.lower() in FIELDS else verb
        holder = item.get("additionalOperations") if method == verb and isinstance(item, dict) else item
        if not isinstance(item, dict) or not isinstance(holder, dict) or holder.get(method) is None:
            raise SpecError("no_operation", f"{verb} {path}")
        return RawOperation(path, method, item, self.resolve(holder[method]))


def _without_paths(raw: dict[str, Any]) -> str:
    if "paths" in raw:
        return f"paths is {json_type(raw['paths'])}, not a mapping"
    if "webhooks" in raw:
        return "a document of webhooks alone: its requests are sent by the API, not to it"
    return "no paths, so no operation to call"
