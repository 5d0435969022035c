"""What JavaScript refuses before it runs (ECMA-262, Early Errors) beside names: jumps that lead nowhere, parameters of
one name, members of a class twice, flags of a pattern. And whether a name is that of a constant."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, refused, source
from apipack.languages.reading.javascript_scopes import FUNCTIONS, SCOPES, declares, names_in

LOOPS = ("for_statement", "for_in_statement", "while_statement", "do_statement")
GENERATORS = ("generator_function", "generator_function_declaration")
HOLDERS = frozenset((*SCOPES, *FUNCTIONS, "for_in_statement", "catch_clause"))
BRANCHES = ("if_statement", "else_clause", "while_statement", "do_statement", "labeled_statement")
FLAGS = frozenset("dgimsuvy")
VALUES = ("number", "string", "identifier", "object", "true", "false", "null")
"""What may not follow a name, as `yield` is one outside of generators."""


def check_jump(node: Node) -> None:
    """`break` and `continue` need a loop around, or the label that they name."""
    kind, label = node.type.removesuffix("_statement"), node.child_by_field_name("label")
    around = node.parent
    while around is not None and around.type not in FUNCTIONS and around.type != "class_static_block":
        if label is None:
            if around.type in LOOPS or (kind == "break" and around.type == "switch_statement"):
                return
        elif around.type == "labeled_statement" and source(field(around, "label")) == source(label):
            return
        around = around.parent
    raise refused(node, f"{kind} outside of {'a loop' if label is None else 'what it names'}")


def check_parameters(node: Node) -> None:
    """Parameters of one name are there in old functions alone, whose parameters are plain names."""
    parameters = named(node)
    if len(parameters) < 2 and all(parameter.type == "identifier" for parameter in parameters):
        return
    names = [name for parameter in parameters for name in names_in(parameter)]
    if any(parameter.type == "rest_pattern" for parameter in parameters[:-1]):
        raise refused(node, "a parameter behind the rest")
    if len(names) == len(set(names)):
        return
    function = node.parent
    is_old = (
        function is not None and function.type in FUNCTIONS and function.type.endswith(("expression", "declaration"))
    )
    is_plain = all(parameter.type == "identifier" for parameter in parameters)
    if function is None or not (is_old and is_plain) or _is_strict(function):
        raise refused(node, "two parameters of one name")


def _is_strict(node: Node) -> bool:
    around: Node | None = node
    while around is not None:
        body = around.child_by_field_name("body") if around.type in FUNCTIONS else around
        if around.type == "class_body":
            return True
        if around.type in ("program", *FUNCTIONS) and body is not None:
            statements = named(body)
            if around.type == "program" and any(
                one.type in ("import_statement", "export_statement") for one in statements
            ):
                return True
            if statements and source(statements[0]).strip(";") in ("'use strict'", '"use strict"'):
                return True
        around = around.parent
    return False


def check_class(node: Node) -> None:
    """One constructor, and each private name once and declared."""
    members = named(node)
    methods = [
        source(field(one, "name")) for one in members if one.type == "method_definition" and not _is_accessor(one)
    ]
    if methods.count("constructor") > 1:
        raise refused(node, "two constructors")
    fields = [source(field(one, "property")) for one in members if one.type == "field_definition"]
    private = [name for name in (*methods, *fields) if name.startswith("#")]
    if len(private) != len(set(private)):
        raise refused(node, "a private name twice")


def _is_accessor(method: Node) -> bool:
    return any(child.type in ("get", "set", "static") for child in method.children)


def check_private(node: Node) -> None:
    """A private name is one of a class around."""
    around = node.parent
    while around is not None:
        if around.type == "class_body":
            titles = [one.child_by_field_name("name") or one.child_by_field_name("property") for one in named(around)]
            if any(title is not None and source(title) == source(node) for title in titles):
                return
        around = around.parent
    raise refused(node, f"{source(node)} is not declared")


def check_super(node: Node) -> None:
    """A call of the constructor above stands in that of a class which has one."""
    call, around = node.parent, node.parent
    if call is None or call.type != "call_expression":
        return
    while around is not None and around.type != "class_body":
        around = around.parent
    owner = around.parent if around is not None else None
    if owner is None or not any(child.type == "class_heritage" for child in owner.children):
        raise refused(node, "super of a class that extends none")


def check_yield(node: Node) -> None:
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    is_generator = around is not None and (around.type in GENERATORS or any(c.type == "*" for c in around.children))
    if not is_generator and any(child.type in VALUES for child in named(node)):
        raise refused(node, "yield outside of a generator")


def check_pattern(node: Node) -> None:
    flags = node.child_by_field_name("flags")
    text = source(flags) if flags is not None else ""
    if len(set(text)) != len(text) or set(text) - FLAGS:
        raise refused(node, f"the flags {text} of a pattern")


def check_attempt(node: Node) -> None:
    if node.child_by_field_name("handler") is None and node.child_by_field_name("finalizer") is None:
        raise refused(node, "try without catch")


def check_switch(node: Node) -> None:
    if sum(child.type == "switch_default" for child in node.children) > 1:
        raise refused(node, "two defaults")


def check_module(node: Node) -> None:
    if node.parent is None or node.parent.type != "program":
        raise refused(node, f"{node.children[0].type} inside of a block")


def check_declaration(node: Node) -> None:
    """A declaration is no branch, and a constant has a value."""
    if node.parent is not None and node.parent.type in BRANCHES:
        raise refused(node, "a declaration as a branch")
    if node.type == "lexical_declaration" and source(node.children[0]) == "const":
        for declared in named(node):
            if declared.type == "variable_declarator" and declared.child_by_field_name("value") is None:
                raise refused(node, "a constant without a value")


def check_loop(node: Node) -> None:
    if any(child.type == "await" for child in node.children) and not may_wait(node):
        raise refused(node, "await in a function that is not async")


def check_await(node: Node) -> None:
    if not may_wait(node):
        raise refused(node, "await in a function that is not async")


def may_wait(node: Node) -> bool:
    """Whether `await` stands in an async function, or in none."""
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    return around is None or any(child.type == "async" for child in around.children)


CHECKS: dict[str, Callable[[Node], None]] = {
    "break_statement": check_jump,
    "continue_statement": check_jump,
    "formal_parameters": check_parameters,
    "class_body": check_class,
    "private_property_identifier": check_private,
    "super": check_super,
    "yield_expression": check_yield,
    "regex": check_pattern,
    "try_statement": check_attempt,
    "switch_body": check_switch,
    "import_statement": check_module,
    "export_statement": check_module,
    "lexical_declaration": check_declaration,
    "class_declaration": check_declaration,
    "for_in_statement": check_loop,
    "await_expression": check_await,
}
"""By the type of a node."""


def fixed(node: Node) -> str | None:
    """The constant that an assignment changes, which throws where it runs and is not caught."""
    if _is_tried(node):
        return None
    target = node.child_by_field_name("left") or field(node, "argument")
    if target.type in ("member_expression", "subscript_expression"):
        return None
    return next((name for name in names_in(target) if _is_constant(name, node)), None)


def _is_tried(node: Node) -> bool:
    around = node.parent
    while around is not None and around.type != "try_statement":
        around = around.parent
    return around is not None


def _is_constant(name: str, node: Node) -> bool:
    """Whether a name is a constant's where a node stands."""
    around = node.parent
    while around is not None:
        if around.type in HOLDERS and (kind := declares(around, name)):
            return kind == "const"
        around = around.parent
    return False
