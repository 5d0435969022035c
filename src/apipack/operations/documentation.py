"""What a prompt tells of an operation: method, URL, credentials, arguments with their types, and the body's schema.

It is made of the operation's form (`forms`), so that it has the arguments that an instruction may say and no others. A
specification's texts are hostile: each takes one line, and none is longer than what `forms` keeps.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import orjson

from apipack.operations.filling import credential
from apipack.operations.forms import Node
from apipack.records import Request, json_value

Fits = Callable[[str], bool]
"""Whether there is room for a text."""
NO_VERSION = "3.0"
SHOWN_ENUM = 8
"""Values of an enumeration that a text names at most."""
ABOUT_WORDS = 12


class Parameter(NamedTuple):
    """wire: of `wire.parameter_wire`; None where the operation has no form, and its values are sent as they are."""

    place: str
    name: str
    required: bool
    node: Node
    wire: Node | None


def required_members(body: Node | None) -> list[str]:
    """Names of the single values that an object must have, those within other objects not among them."""
    return [name for name, required, node in (body or {}).get("members", ()) if required and "kind" in node]


@dataclass(frozen=True, slots=True)
class Documentation:
    """One operation. says: its functionality. path_query: the query that the path itself has. secrets: (place, name,
    value) of credentials. media_type, body: of what is sent, None where nothing is. version: of OpenAPI. body_wire:
    of `wire.body_wire`, where the operation has a form."""

    says: str
    method: str
    template: str
    path_query: str
    secrets: tuple[tuple[str, str, str], ...]
    parameters: tuple[Parameter, ...]
    media_type: str | None
    body: Node | None
    version: str
    body_wire: Node | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Documentation:
        """row: of schema OPERATIONS."""
        form = orjson.loads(row["form"])
        says = _line(row["functionality"])
        if "refused" in form:
            return _of_request(row, says)
        parameters = tuple(
            Parameter(given["place"], given["name"], given["required"], given["node"], given["wire"])
            for given in form["parameters"]
        )
        return cls(
            says,
            form["method"],
            form["template"],
            form["path_query"],
            tuple(_own_secrets(form["secrets"], parameters)),
            parameters,
            form["wire"]["header"] if "body" in form else None,
            form.get("body"),
            form["version"],
            form["wire"] if "body" in form else None,
        )

    def to_json(self) -> str:
        """Inverse of `from_json`."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Documentation:
        row = json.loads(text)
        parameters = tuple(Parameter(*given) for given in row["parameters"])
        return cls(**{**row, "parameters": parameters, "secrets": tuple(map(tuple, row["secrets"]))})

    def shown(self, fits: Fits) -> tuple[str, Documentation]:
        """The richest text that fits, and the operation with what it shows alone.

        What the specification says of arguments goes first, then optional arguments, the last ones first. What is left
        is shown whether it fits or not: without method, URL and required arguments there is nothing to go by.
        """
        described, optional = self.richest(lambda described, optional: fits(self.trimmed(optional).text(described)))
        documentation = self.trimmed(optional)
        return documentation.text(described), documentation

    def richest(self, fits: Callable[[bool, int | None], bool]) -> tuple[bool, int | None]:
        """(described, optional arguments that stay, None for all) of the richest form that fits, in the order of
        `shown`; the poorest where none does."""
        for described in (True, False):
            if fits(described, None):
                return described, None
        optional, kept = self._optional(), None
        while optional:
            optional = kept = optional // 2
            if fits(False, kept):
                break
        return False, kept

    def text(self, described: bool = True) -> str:
        """One argument a line. described: with what the specification says of each."""
        return "\n".join(self._lines(described))

    def trimmed(self, optional: int | None) -> Documentation:
        """With the first `optional` optional parameters, and as many optional members of the body, alone; None: all."""
        if optional is None:
            return self
        kept = set(map(id, [given for given in self.parameters if not given.required][:optional]))
        parameters = tuple(given for given in self.parameters if given.required or id(given) in kept)
        body = self.body
        if body is not None and "members" in body:
            names = [name for name, required, _ in body["members"] if not required][:optional]
            body = {"members": [member for member in body["members"] if member[1] or member[0] in names]}
        return replace(self, parameters=parameters, body=body)

    def _optional(self) -> int:
        members = (self.body or {}).get("members", ())
        return max(
            sum(not given.required for given in self.parameters), sum(not required for _, required, _ in members)
        )

    def _lines(self, described: bool) -> Iterator[str]:
        if self.says:
            yield self.says
        yield f"{self.method} {self.template}" + (f"?{self.path_query}" if self.path_query else "")
        for place, name, value in self.secrets:
            yield f"- {place} {_line(name)}: {_line(value)}"
        for given in self.parameters:
            kind = type_text(given.node, given.name)
            about = _line(given.node.get("about", ""), ABOUT_WORDS) if described else ""
            required = ", required" if given.required else ""
            yield f"- {given.place} {_line(given.name)} ({kind}{required})" + (f": {about}" if about else "")
        if self.body is not None:
            yield f"- body {self.media_type}: {type_text(self.body)}"


def type_text(node: Node, name: str = "") -> str:
    """A node in the notation of TypeScript: `{"id": integer, "tags"?: [string]}`."""
    if "members" in node:
        members = [
            f"{json.dumps(key, ensure_ascii=False)}{'' if required else '?'}: {type_text(inner, key)}"
            for key, required, inner in node["members"]
        ]
        return f"{{{', '.join(members)}}}"
    if "items" in node:
        return f"[{', '.join(type_text(item, name) for item in node['items'])}]"
    if "value" in node:
        return _constant(node["value"])
    if "unsayable" in node:
        return str(node["unsayable"])
    if (stand_in := credential(node, name)) is not None:
        return _constant(stand_in)
    if enum := node.get("enum"):
        return " | ".join(map(_constant, enum[:SHOWN_ENUM])) + (" | …" if len(enum) > SHOWN_ENUM else "")
    kind, form = node["kind"], node.get("format")
    return f"{kind} {_line(form)}" if isinstance(form, str) and form not in (kind, "string") else kind


def _constant(value: Any) -> str:
    return _line(orjson.dumps(value).decode())


def _line(text: Any, words: int | None = None) -> str:
    return " ".join(str(text).split()[:words])


def _own_secrets(
    secrets: Iterable[tuple[str, str, str]], parameters: Iterable[Parameter]
) -> Iterator[tuple[str, str, str]]:
    """Those that are sent (`requests.add_secrets`): the first of a name, where no parameter has it."""
    taken = {(given.place, given.name.lower()) for given in parameters}
    for place, name, value in secrets:
        if (place, name.lower()) not in taken:
            taken.add((place, name.lower()))
            yield place, name, value


def _of_request(row: Mapping[str, Any], says: str) -> Documentation:
    """Of an operation without a form: what its own request sends."""
    request = Request.from_json(row["request"])
    arguments = json.loads(row["arguments"])
    declared = {(place, name.lower()) for name, place, *_ in arguments}
    sent = {("query", name.lower()) for name, _ in request.query} | {("path", "")}
    sent |= {("header", name.lower()) for name, _ in request.headers}
    parameters = tuple(
        Parameter(place, name, required, {"kind": kind or "string"}, None)
        for name, place, required, kind, _ in arguments
        if place == "path" or (place, name.lower()) in sent
    )
    secrets = [("query", name, value) for name, value in request.query if ("query", name.lower()) not in declared]
    secrets += [
        ("header", name, value)
        for name, value in request.headers
        if ("header", name.lower()) not in declared and name.lower() != "content-type"
    ]
    body: Node | None = None
    if request.body is not None:
        try:
            body = _node(json_value(request.body)) if request.is_json else {"unsayable": "text"}
        except (ValueError, RecursionError):
            body = {"unsayable": "text"}
    media_type = request.header("content-type") or request.media_type
    sent_type = media_type if body is not None else None
    return Documentation(
        says, request.method, row["template"], "", tuple(secrets), parameters, sent_type, body, NO_VERSION
    )


def _node(value: Any) -> Node:
    """What a form would say of a value."""
    if isinstance(value, dict):
        return {"members": [[name, True, _node(member)] for name, member in value.items()]}
    if isinstance(value, list):
        return {"items": [_node(item) for item in value[:1]]} if value else {"value": []}
    if value is None:
        return {"value": None}
    kinds = {bool: "boolean", int: "integer", float: "number"}
    return {"kind": kinds.get(type(value), "string"), "base": value}
