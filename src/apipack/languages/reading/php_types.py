"""What PHP refuses about the types of a program's own functions: a literal of another type than its parameter or its
result, too few arguments, and a function that has the name of one of PHP's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, nodes_of, refused, source
from apipack.languages.wire import Unreadable

KINDS = (
    *("function_definition", "method_declaration", "class_declaration", "function_call_expression"),
    *("scoped_call_expression", "member_call_expression", "object_creation_expression", "return_statement"),
    *("declare_statement", "namespace_definition"),
)
LITERALS = {
    "string": "string",
    "encapsed_string": "string",
    "integer": "int",
    "float": "float",
    "boolean": "bool",
    "null": "null",
    "array_creation_expression": "array",
}
SCALARS = frozenset({"string", "int", "float", "bool"})
STRICT = {"float": {"int", "float"}, "false": {"bool"}, "true": {"bool"}}
TYPES = SCALARS | {"array", "null"}
OWN = ("self", "static", "$this")
FUNCTIONS = ("function_definition", "method_declaration", "anonymous_function", "arrow_function")
_BUILT_IN = (
    "array_filter array_key_exists array_keys array_map array_merge array_push array_search array_values "
    "base64_decode base64_encode bin2hex count curl_close curl_errno curl_error curl_exec curl_getinfo curl_init "
    "curl_setopt curl_setopt_array date define explode fclose file_get_contents file_put_contents "
    "fopen getenv header hash hash_hmac htmlspecialchars http_build_query implode in_array intval is_array "
    "is_null is_numeric is_string join json_decode json_encode json_last_error ltrim md5 microtime number_format "
    "parse_str parse_url preg_match preg_replace print_r random_bytes range rawurlencode rtrim sha1 sleep sprintf "
    "str_contains str_repeat str_replace str_starts_with strlen strpos strtolower strtoupper strval substr time "
    "trim ucfirst uniqid urldecode urlencode usleep usort var_dump var_export"
)
BUILT_IN = frozenset(_BUILT_IN.split())
_NUMERIC = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*")
Nodes = dict[str, list[Node]]


def check(root: Node) -> None:
    nodes = nodes_of("php", root, KINDS)
    is_strict = any("strict_types=1" in source(node).replace(" ", "") for node in nodes.get("declare_statement", ()))
    if "namespace_definition" not in nodes:
        for function in (child for child in named(root) if child.type == "function_definition"):
            if (name := source(field(function, "name")).lower()) in BUILT_IN:
                raise refused(function, f"{name} is PHP's own")
    own: dict[str, list[Node]] = defaultdict(list)
    for function in (*nodes.get("function_definition", ()), *nodes.get("method_declaration", ())):
        own[_title(function)].append(function)
    for call, title in _calls(nodes):
        if len(found := own.get(title, [])) == 1:
            _check_call(call, named(field(found[0], "parameters")), is_strict)
    for node in nodes.get("return_statement", ()):
        _check_return(node, is_strict)


def _title(function: Node) -> str:
    """The name of a function, or `Class::name` of a constructor and `::name` of another method."""
    name = source(field(function, "name")).lower()
    if function.type == "function_definition":
        return name
    owner = function.parent.parent if function.parent is not None else None
    title = owner.child_by_field_name("name") if owner is not None else None
    return f"{source(title).lower() if title is not None and name == '__construct' else ''}::{name}"


def _calls(nodes: Nodes) -> Iterator[tuple[Node, str]]:
    """Calls of the program's own functions and methods, with the title that they have."""
    for node in nodes.get("function_call_expression", ()):
        yield node, source(field(node, "function")).lower()
    for kind, owner in (("member_call_expression", "object"), ("scoped_call_expression", "scope")):
        for node in nodes.get(kind, ()):
            if source(field(node, owner)) in OWN:
                yield node, f"::{source(field(node, 'name')).lower()}"
    for node in nodes.get("object_creation_expression", ()):
        yield node, f"{source(named(node)[0]).lower()}::__construct"


def _check_call(call: Node, parameters: Sequence[Node], is_strict: bool) -> None:
    given = next((child for child in named(call) if child.type == "arguments"), None)
    arguments = named(given)
    values = [named(argument)[0] for argument in arguments if len(named(argument)) == 1]
    if len(values) != len(arguments) or any(value.type == "variadic_unpacking" for value in values):
        return  # by name, or as many as a list has
    if any(child.type == "variadic_placeholder" for child in arguments):
        return
    needed = [
        one for one in parameters if one.type != "variadic_parameter" and not one.child_by_field_name("default_value")
    ]
    if len(values) < len(needed):
        raise Unreadable(f"line {call.start_point[0] + 1}: {len(values)} of {len(needed)} arguments")
    for parameter, value in zip(parameters, values, strict=False):
        default = parameter.child_by_field_name("default_value")
        is_null = default is not None and source(default).lower() == "null"
        _check_value(value, parameter.child_by_field_name("type"), is_strict, is_null)


def _check_return(node: Node, is_strict: bool) -> None:
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    if around is not None and named(node):
        _check_value(named(node)[0], around.child_by_field_name("return_type"), is_strict, False)


def _check_value(value: Node, kind: Node | None, is_strict: bool, takes_null: bool) -> None:
    """Refuse a literal that a place of a type does not take. takes_null: its default is null."""
    literal = LITERALS.get(value.type)
    text = source(kind).lower().replace(" ", "") if kind is not None else ""
    if literal is None or kind is None or (literal == "null" and (takes_null or text[:1] == "?")):
        return
    types = set(text.lstrip("?").split("|"))
    if not types <= TYPES | STRICT.keys():
        return
    taken = {literal for one in types for literal in STRICT.get(one, {one})}
    if not is_strict and literal in SCALARS:
        is_number = literal != "string" or _NUMERIC.fullmatch(source(value)[1:-1]) is not None
        taken |= {literal} if taken & {"string", "bool"} or (is_number and taken & {"int", "float"}) else set()
    if literal not in taken:
        raise Unreadable(f"line {value.start_point[0] + 1}: {source(value)[:40]} for {text}")
