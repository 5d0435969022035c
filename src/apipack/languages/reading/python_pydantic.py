"""Python: models of pydantic, as classes whose fields hold values of their own types."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from typing import Any

from apipack.languages.reading import program as p
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance
from apipack.languages.reading.python_classes import KINDS
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Module, known
from apipack.languages.wire import Unreadable

MARK = "__pydantic_fields__"
MODELS = ("BaseModel", "pydantic.BaseModel")
DUMPS = ("model_dump", "dict", "model_dump_json", "json")
OPTIONS = frozenset(
    ["default", "default_factory", "description", "title", "examples", "ge", "gt", "le", "lt", "min_length",
     "max_length"]
)  # fmt: skip
PLAIN: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "EmailStr": str,
    "int": int,
    "bool": bool,
    "dict": dict,
    "Dict": dict,
}
Lower = Callable[[ast.expr], p.Expression]
LowerClass = Callable[[ast.ClassDef], p.Expression]


def field_options(value: ast.expr | None) -> dict[str | None, ast.expr] | None:
    """Options of `Field(...)`; None where the value is a plain one."""
    match value:
        case ast.Call(func=ast.Name(id="Field"), args=args, keywords=keywords) if len(args) < 2:
            options = {keyword.arg: keyword.value for keyword in keywords}
            if not set(options) <= OPTIONS:
                raise Unreadable(f"line {value.lineno}: a field of a model")
            given = args[0] if args and ast.unparse(args[0]) not in ("...", "Ellipsis") else None
            return options if given is None else {**options, "default": given}
    return None


def dumps(receiver: str = "self") -> list[tuple[str, str, p.Function]]:
    """The methods that give a model's data."""
    methods = []
    for name in DUMPS:
        given = (p.Argument(p.Name(receiver)), p.Argument(p.Const(name)), p.Argument(p.Spread(p.Name("options")), "**"))
        body = (p.Jump("return", p.Call(p.Name("dump of"), given)),)
        methods.append((name, "method", p.Function(((receiver, None),), body, keywords="options")))
    return methods


def model(node: ast.ClassDef, value: Lower, class_of: LowerClass) -> p.Expression:
    """A model of pydantic, which is made of values by their names."""
    fields = [member for member in node.body if isinstance(member, ast.AnnAssign)]
    functions = [member for member in node.body if isinstance(member, ast.FunctionDef)]
    if any(isinstance(member, ast.Assign) for member in node.body) or any(
        tuple(map(ast.unparse, member.decorator_list)) not in KINDS for member in functions
    ):
        return p.Opaque(f"line {node.lineno}: a model with more than fields")
    body: list[p.Statement] = []
    for member in fields:
        if not isinstance(member.target, ast.Name) or "ClassVar" in ast.unparse(member.annotation):
            return p.Opaque(f"line {member.lineno}: a field of a model")
        name, default = member.target.id, _default(member.value, value)
        given: list[p.Expression] = [p.Name("given"), p.Const(name), p.Const(ast.unparse(member.annotation))]
        made: list[p.Expression] = [] if default is None else [p.Function((), (p.Jump("return", default),))]
        body.append(p.Assign(p.Member(p.Name("self"), name), p.call("field of", *given, *made)))
    others = [member for member in node.body if member not in fields]
    plain = ast.ClassDef(node.name, [], [], others or [ast.Pass()], [])
    lowered = class_of(ast.fix_missing_locations(ast.copy_location(plain, node)))
    if not isinstance(lowered, p.Class) or any(name in ("__init__", *DUMPS) for name, _, _ in lowered.methods):
        return p.Opaque(f"line {node.lineno}: a model")
    constructor = ("__init__", "method", p.Function((("self", None),), tuple(body), keywords="given"))
    return p.Class(node.name, (constructor, *dumps(), *lowered.methods), (), ((MARK, p.Const(True)),))


def _default(given: ast.expr | None, value: Lower) -> p.Expression | None:
    options = field_options(given)
    if options is None:
        return None if given is None else value(given)
    if "default_factory" in options:
        return p.Call(value(options["default_factory"]))
    return value(options["default"]) if "default" in options else None


def field_of(run: Evaluation, given: Arguments) -> Any:
    """The value of a model's field, or its default, which is kept as it is."""
    values, name, annotation, *default = given.positional
    if name in values:
        return _taken(known(values[name]), annotation)
    if not default:
        raise Unreadable(f"a model without {name}")
    return run.apply(default[0], Arguments([]))


def _taken(value: Any, annotation: str) -> Any:
    kind = annotation.strip().removeprefix("typing.").strip("'\"")
    parts = [part.strip() for part in _split(kind, "|")]
    if len(parts) == 2 and "None" in parts:
        kind = next(part for part in parts if part != "None")
        return None if value is None else _taken(value, kind)
    if match := re.fullmatch(r"Optional\[(.*)\]", kind):
        return None if value is None else _taken(value, match[1])
    if match := re.fullmatch(r"(?:list|List)(?:\[(.*)\])?", kind):
        if not isinstance(value, list):
            raise Unreadable("a value that a model changes")
        return [_taken(member, match[1] or "Any") for member in value]
    if match := re.fullmatch(r"(?:dict|Dict)\[str, (.*)\]", kind):
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise Unreadable("a value that a model changes")
        return {key: _taken(member, match[1]) for key, member in value.items()}
    if kind == "Any":
        return value
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind.startswith("Literal[") and isinstance(value, str):
        return value
    if kind in PLAIN and isinstance(value, PLAIN[kind]) and not (kind == "int" and isinstance(value, bool)):
        return value
    if isinstance(value, Instance) and re.fullmatch(r"\w+", kind) and value.kind.name == kind:
        return value
    raise Unreadable("a value that a model may change")


def _split(kind: str, mark: str) -> list[str]:
    """Parts between marks outside of brackets."""
    parts, depth = [""], 0
    for character in kind:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == mark and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def dump_of(run: Evaluation, given: Arguments) -> Any:
    """model_dump and its like."""
    names = ("self", "name", "exclude_none", "by_alias", "mode", "exclude_unset")
    model, name, without_none, _, mode, unset = given.take(*names, required=2)
    if unset not in (False, UNDEFINED) or mode not in ("python", "json", UNDEFINED):
        raise Unreadable("a model of which a part is given")
    plain = _dumped(model, without_none is True)
    if not name.endswith("json"):
        return plain
    written = json.dumps(known(plain), ensure_ascii=False, separators=(",", ":"))
    if re.search(r"\d[eE][+-]?\d", written):
        raise Unreadable("a number that is written with an exponent")
    return written


def _dumped(value: Any, without_none: bool) -> Any:
    if isinstance(value, Instance):
        if MARK not in value.kind.shared:
            raise Unreadable("a model of another kind")
        value = value.attributes
    if isinstance(value, dict):
        return {
            key: _dumped(member, without_none) for key, member in value.items() if not (without_none and member is None)
        }
    return [_dumped(member, without_none) for member in value] if isinstance(value, list) else value


PYDANTIC = Module("pydantic", {"BaseModel": MYSTERY, "Field": MYSTERY, "EmailStr": MYSTERY})
MODEL_NAMES = {"field of": Builtin(field_of), "dump of": Builtin(dump_of)}
