"""OpenAPI documents derived from the Python clients that IBM's SDK generator writes, by reading their syntax tree.

The code is parsed and never imported. A service class names its server, each of its methods builds one request from
its arguments, and each model class says which JSON key an argument of it has: that is enough for a document.
"""

from __future__ import annotations

import ast
import re
from typing import Any, NamedTuple

from apipack.openapi.loading import SpecError

Node = dict[str, Any]

SERVER = "DEFAULT_SERVICE_URL"
SCHEMES = {"IAM": {"type": "http", "scheme": "bearer"}}
TYPES: dict[str, Node] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "dict": {"type": "object"},
    "Dict": {"type": "object"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "BinaryIO": {"type": "string", "format": "binary"},
    "TextIO": {"type": "string"},
    "Any": {},
    "Union": {},
}
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError, AttributeError)

_PARAMETER = re.compile(r"\s*:param .*? (\w+): (?:\(optional\) )?(.*)")
_BRACES = re.compile(r"\{([^{}]+)\}")


class Argument(NamedTuple):
    schema: Node
    required: bool
    description: str


def derive(body: bytes, version: str) -> Node:
    """An OAS 3.0.3 document, with `x-derived` in its info, of a module with a service class. version: of the package.
    A method that sends files or takes its address from elsewhere is left out. Raises `SpecError` (no_service)."""
    try:
        classes = {node.name: node for node in ast.parse(body).body if isinstance(node, ast.ClassDef)}
        services = [node for node in classes.values() if _server(node)]
        if not services:
            raise ValueError(f"no class has a {SERVER}")
        paths: dict[str, Node] = {}
        for method in services[0].body:
            if isinstance(method, ast.FunctionDef) and (line := _request_line(method)):
                paths.setdefault(line[0], {}).setdefault(line[1], _operation(method, line[0]))
        schemas = {name: _model(node) for name, node in classes.items() if node not in services}
    except BROKEN as error:
        raise SpecError("no_service", f"{type(error).__name__}: {error}"[:120]) from error
    summary, description = _texts(services[0])
    title = " ".join(re.findall(r"[A-Z]+[a-z]*|[0-9]+", re.sub(r"V\d+$", "", services[0].name)))
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": version, "description": description or summary, "x-derived": True},
        "servers": [{"url": _server(services[0])}],
        "security": [{name: []} for name in SCHEMES],
        "paths": paths,
        "components": {"securitySchemes": SCHEMES, "schemas": schemas},
    }


def _server(node: ast.ClassDef) -> str:
    values = [_text(value) for value in _assigned(node, SERVER)]
    return values[0] if values else ""


def _request_line(method: ast.FunctionDef) -> tuple[str, str] | None:
    """Path and verb of the one request that a method prepares; None where they are no literals."""
    calls = [node for node in ast.walk(method) if isinstance(node, ast.Call)]
    prepared = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "prepare_request"]
    paths = [text for value in _assigned(method, "url") if (text := _text(value)).startswith("/")]
    if len(prepared) != 1 or len(paths) != 1 or any(word.arg == "files" for word in prepared[0].keywords):
        return None
    verb = next((_text(word.value).lower() for word in prepared[0].keywords if word.arg == "method"), "")
    return (paths[0], verb) if verb else None


def _operation(method: ast.FunctionDef, path: str) -> Node:
    arguments = _arguments(method)
    lists = [value for value in _assigned(method, "path_param_keys") if isinstance(value, ast.List)]
    keys = [_text(key) for value in lists for key in value.elts]
    values = [value.id for value in _called(method, "path_param_values") if isinstance(value, ast.Name)]
    argument_of = dict(zip(keys, values, strict=False))
    parameters = [
        _parameter(name, "path", arguments.get(argument_of.get(name, name))) | {"required": True}
        for name in dict.fromkeys(_BRACES.findall(path))
    ]
    for where, name in (("query", "params"), ("header", "headers")):
        parameters += [_parameter(key, where, arguments.get(value)) for key, value in _pairs(method, name).items()]
    summary, description = _texts(method)
    operation = {
        "operationId": method.name,
        "summary": summary.rstrip("."),
        "description": description,
        "parameters": parameters,
        "responses": {"200": {"description": "Successful response"}},
    }
    body = _body(method, arguments)
    return operation | ({"requestBody": body} if body else {})


def _parameter(name: str, where: str, argument: Argument | None) -> Node:
    schema, required, description = argument or Argument({"type": "string"}, False, "")
    style = {"explode": False} if schema.get("type") == "array" else {}  # convert_list puts commas between
    return {"name": name, "in": where, "required": required, "description": description, "schema": schema, **style}


def _body(method: ast.FunctionDef, arguments: dict[str, Argument]) -> Node | None:
    """An object of arguments, or one argument that is the whole of it."""
    types = [
        _text(node.value)
        for node in ast.walk(method)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).lower() == "headers['content-type']"
    ]
    media_type = types[0] if types else "application/json"
    members = {key: arguments[value] for key, value in _pairs(method, "data").items() if value in arguments}
    if members:
        schema: Node = {"type": "object", "properties": {key: argument.schema for key, argument in members.items()}}
        if required := [key for key, argument in members.items() if argument.required]:
            schema["required"] = required
        return {"required": bool(required), "content": {media_type: {"schema": schema}}}
    nodes = [node for value in _assigned(method, "data") for node in ast.walk(value)]
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    whole = next((arguments[name] for name in names if name in arguments), None)
    return whole and {"required": whole.required, "content": {media_type: {"schema": whole.schema}}}


def _model(node: ast.ClassDef) -> Node:
    """The schema of a model class: `from_dict` says which key each argument of `__init__` has."""
    functions = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
    if not {"__init__", "from_dict"} <= functions.keys():
        return {"type": "object"}
    schema: Node = {"type": "object", "properties": {}}
    arguments = _arguments(functions["__init__"])
    for assign in ast.walk(functions["from_dict"]):
        if isinstance(assign, ast.Assign) and isinstance(assign.targets[0], ast.Subscript):
            name = _text(assign.targets[0].slice)
            keys = _got(assign.value)
            if name in arguments and keys:
                schema["properties"][keys[0]] = arguments[name].schema
                if arguments[name].required:
                    schema.setdefault("required", []).append(keys[0])
    return schema


def _got(node: ast.AST) -> list[str]:
    """Keys that are read of `_dict`."""
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return [_text(call.args[0]) for call in calls if ast.unparse(call.func) == "_dict.get" and call.args]


def _arguments(function: ast.FunctionDef) -> dict[str, Argument]:
    descriptions = _descriptions(ast.get_docstring(function) or "")
    given = function.args
    positional = given.args[1:]
    optional = (
        {argument.arg for argument in positional[len(positional) - len(given.defaults) :]} if given.defaults else set()
    )
    optional |= {argument.arg for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default}
    return {
        name: Argument(_schema(argument.annotation), name not in optional, descriptions.get(name, ""))
        for argument in (*positional, *given.kwonlyargs)
        for name in (argument.arg,)
    }


def _schema(annotation: ast.expr | None) -> Node:
    if isinstance(annotation, ast.Subscript):
        outer = ast.unparse(annotation.value)
        if outer == "Optional":
            return _schema(annotation.slice)
        return {"type": "array", "items": _schema(annotation.slice)} if outer == "List" else _schema(annotation.value)
    name = _text(annotation) or (ast.unparse(annotation) if annotation is not None else "")
    if name in TYPES:
        return TYPES[name]
    return {"$ref": f"#/components/schemas/{name}"} if re.fullmatch(r"[A-Z]\w*", name) else {}


def _assigned(node: ast.AST, name: str) -> list[ast.expr]:
    """What is assigned to a name, in order."""
    assigns = [part for part in ast.walk(node) if isinstance(part, ast.Assign)]
    return [part.value for part in assigns if isinstance(part.targets[0], ast.Name) and part.targets[0].id == name]


def _called(node: ast.AST, name: str) -> list[ast.expr]:
    """The arguments of the call that is assigned to a name."""
    return [argument for value in _assigned(node, name) for argument in getattr(value, "args", ())]


def _pairs(method: ast.FunctionDef, name: str) -> dict[str, str]:
    """Key → argument of the dictionaries that are assigned to a name."""
    pairs = {}
    for value in _assigned(method, name):
        if isinstance(value, ast.Dict):
            for key, member in zip(value.keys, value.values, strict=True):
                names = [part.id for part in ast.walk(member) if isinstance(part, ast.Name)]
                names = [argument for argument in names if argument != "convert_list"]
                if len(names) == 1:
                    pairs[_text(key)] = names[0]
    return pairs


def _text(node: ast.AST | None) -> str:
    """A literal text, also one with `.format`; empty for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        node = node.func.value
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _texts(node: ast.ClassDef | ast.FunctionDef) -> tuple[str, str]:
    """The first paragraph of a docstring, and what follows before the parameters."""
    text = re.split(r"^\s*:\w+", ast.get_docstring(node) or "", maxsplit=1, flags=re.M)[0]
    first, _, rest = text.partition("\n\n")
    return " ".join(first.split()), rest.strip()


def _descriptions(docstring: str) -> dict[str, str]:
    """What a docstring says of each parameter."""
    descriptions: dict[str, str] = {}
    last = ""
    for line in docstring.splitlines():
        if begun := _PARAMETER.fullmatch(line):
            last, descriptions[begun[1]] = begun[1], begun[2]
        elif last and line.strip() and not line.lstrip().startswith(":"):
            descriptions[last] += f" {line.strip()}"
        else:
            last = ""
    return descriptions
