"""The tools that a prompt shows, and what a model's output calls.

A call of a tool is `{"name": NAME, "arguments": {…}}`. In a model's output it may stand between the tags that its chat
template has, in a list of one, or as `{"type": "function", "function": {…}}`; `parameters` stands for `arguments`, and
these may be JSON in a string, as OpenAI's are. An output with none, or with several, makes no request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from apipack.languages.codec import Reading
from apipack.operations.documentation import Documentation
from apipack.operations.tools import MAX_NAME, NoTool, call_of, request_of, tool, tool_name
from apipack.prompting.prompts import STOP
from apipack.records import TOOLS, Request, json_at

Row = Mapping[str, Any]
Json = dict[str, Any]
Fits = Callable[[str], bool]
NO_SUCH_TOOL = "no_such_tool"
MOST_VAIN = 200
"""Brackets of an output that begin no JSON before it is given up; each may cost its whole length."""
_OPENING = re.compile(r"[{\[]")


class Tool(NamedTuple):
    """id: of the operation. name: unique in the toolbox. described, optional: how much of it is shown (`tools.tool`);
    what is not shown may be called all the same, as in code."""

    id: str
    name: str
    documentation: Documentation
    described: bool
    optional: int | None

    @property
    def shown(self) -> Json:
        """In OpenAI's format."""
        return tool(self.documentation, self.name, self.described, self.optional)


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools in the order in which a prompt shows them."""

    tools: tuple[Tool, ...]

    @classmethod
    def of(cls, rows: Sequence[Row], fits: Fits) -> Toolbox:
        """rows: of schema OPERATIONS. fits: whether there is room for the text of one tool; what does not fit is left
        out as `Documentation.shown` does it."""
        tools: list[Tool] = []
        for row in rows:
            documentation = Documentation.of(row)
            name = _unlike(tool_name(row["endpoint"]), {other.name for other in tools})

            def text_fits(
                described: bool, optional: int | None, name: str = name, documentation: Documentation = documentation
            ) -> bool:
                return fits(_text(tool(documentation, name, described, optional)))

            tools.append(Tool(row["id"], name, documentation, *documentation.richest(text_fits)))
        return cls(tuple(tools))

    @classmethod
    def from_json(cls, text: str) -> Toolbox:
        rows = json.loads(text)
        return cls(tuple(Tool(key, name, Documentation.from_json(said), *how) for key, name, said, *how in rows))

    def to_json(self) -> str:
        """Inverse of `from_json`."""
        rows = [[one.id, one.name, one.documentation.to_json(), one.described, one.optional] for one in self.tools]
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))

    @property
    def openai(self) -> list[Json]:
        """What a chat request has as `tools`."""
        return [one.shown for one in self.tools]

    @property
    def text(self) -> str:
        """What a prompt without a chat template shows: a tool a line, without the wrapping of OpenAI's format."""
        return "\n".join(map(_text, self.openai))

    def call(self, row: Row, request: Request) -> str:
        """The call that makes a request of an operation, whether its tool is shown or not. Raises `NoTool`."""
        name = next((one.name for one in self.tools if one.id == row["id"]), tool_name(row["endpoint"]))
        return call_text(name, call_of(Documentation.of(row), request))

    def request(self, name: str, arguments: Any) -> Request:
        """What a call makes. Raises `NoTool`."""
        for one in self.tools:
            if one.name == name:
                return request_of(one.documentation, arguments)
        raise NoTool(NO_SUCH_TOOL)

    def read(self, output: str) -> Reading:
        """What an output calls; `problem` is one word of `NoTool`, `no_tool_call` or `several_tool_calls`."""
        output = output.split(STOP)[0].strip()
        calls = calls_in(output)
        if len(calls) != 1:
            return Reading(TOOLS, output, None, "several_tool_calls" if calls else "no_tool_call")
        name, arguments = calls[0]
        code = call_text(name, arguments)
        try:
            return Reading(TOOLS, code, self.request(name, arguments), own=True)
        except NoTool as error:
            return Reading(TOOLS, code, None, error.reason)


def call_text(name: str, arguments: Any) -> str:
    """The one form in which calls are compared, trained on and shown."""
    text = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False, separators=(",", ":"))
    return text if _is_unicode(text) else json.dumps({"name": name, "arguments": arguments}, separators=(",", ":"))


def calls_in(output: str) -> list[tuple[str, Any]]:
    """(name, arguments) of each call in a text."""
    calls: list[tuple[str, Any]] = []
    end = vain = 0
    for opening in _OPENING.finditer(output):
        if opening.start() < end or vain > MOST_VAIN:
            continue
        try:
            value, end = json_at(output, opening.start())
        except (ValueError, RecursionError):
            vain += 1
            continue
        calls += filter(None, map(_call, value if isinstance(value, list) else [value]))
    return calls


def _call(value: Any) -> tuple[str, Any] | None:
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    for key in ("arguments", "parameters"):
        if key in value:
            arguments = value[key]
            return value["name"], _of_text(arguments) if isinstance(arguments, str) else arguments
    return None


def _of_text(arguments: str) -> Any:
    try:
        return json_at(arguments, 0)[0]
    except (ValueError, RecursionError):
        return arguments


def _text(described: Json) -> str:
    return json.dumps(described["function"], ensure_ascii=False, separators=(",", ":"))


def _unlike(name: str, others: set[str]) -> str:
    """The name, with a number after it where another tool has it."""
    number, unlike = 1, name
    while unlike in others:
        number += 1
        unlike = f"{name[: MAX_NAME - 4]}_{number}"
    return unlike


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
