"""Tool calls in the format of the Berkeley Function-Calling Leaderboard (BFCL), which its own AST checker reads.

`question` is a list of turns, each a list of messages; `function` has the types of Python's documentation (dict, float)
where JSON Schema has others; `ground_truth` has a list of right values for each argument and for each key of an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apipack.operations.tools import NoTool

Row = dict[str, Any]
FOLDER = "bfcl"
ANSWERS = "possible_answer"
TYPES = {"object": "dict", "number": "float", "null": "any"}
"""Where BFCL's names of types differ from JSON Schema's."""
_OF_CONSTANTS = {bool: "boolean", int: "integer", float: "float", str: "string", dict: "dict", list: "array"}


def bfcl_rows(key: str, instruction: str, tool: Mapping[str, Any], arguments: Mapping[str, Any]) -> tuple[Row, Row]:
    """(question, possible answer), as BFCL's two files have a row each. key: unique in them. tool: in OpenAI's format,
    arguments: of the right call. Raises `NoTool` for an array that the checker cannot compare."""
    function = tool["function"]
    parameters = _schema(function["parameters"])
    described = {"name": function["name"], "description": function["description"], "parameters": parameters}
    right = {name: [_values(value, parameters["properties"][name])] for name, value in arguments.items()}
    question = {"id": key, "question": [[{"role": "user", "content": instruction}]], "function": [described]}
    return question, {"id": key, "ground_truth": [{function["name"]: right}]}


def _schema(schema: Mapping[str, Any]) -> Row:
    if "const" in schema:
        return {"type": _OF_CONSTANTS.get(type(schema["const"]), "any"), "enum": [schema["const"]]}
    told: Row = {"type": TYPES.get(schema["type"], schema["type"])}
    told |= {name: schema[name] for name in ("description", "enum", "format") if name in schema}
    if "properties" in schema:
        told["properties"] = {name: _schema(inner) for name, inner in schema["properties"].items()}
        told["required"] = schema["required"]
    if "items" in schema:
        told["items"] = _schema(schema["items"])
    return told


def _values(value: Any, schema: Mapping[str, Any]) -> Any:
    """One right value of an argument. An object that is not declared as one is compared whole."""
    if isinstance(value, dict) and schema["type"] == "dict":
        return _of_keys(value)
    if isinstance(value, list) and schema.get("items", {}).get("type") == "dict":
        if not all(isinstance(item, dict) for item in value):
            raise NoTool("bfcl_array")
        return list(map(_of_keys, value))
    return value


def _of_keys(value: Row) -> Row:
    return {name: [inner] for name, inner in value.items()}
