"""What Java's compiler refuses about variables: a literal of another type, a change of one that is final, and one that
a function sees and that changes. Names count by their text: what is declared in two ways is left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, refused, source

LITERALS = {
    "string_literal": "text",
    "decimal_integer_literal": "int",
    "decimal_floating_point_literal": "double",
    "character_literal": "char",
    "true": "truth",
    "false": "truth",
    "null_literal": "null",
}
FITTING = {
    "int": {"int", "char"},
    "long": {"int", "long", "char"},
    "double": {"int", "long", "float", "double", "char"},
    "float": {"int", "long", "float", "char"},
    "boolean": {"truth"},
    "byte": {"int", "char"},
    "short": {"int", "char"},
    "char": {"int", "char"},
    "String": {"text", "null"},
    "Integer": {"int", "null"},
    "Long": {"long", "null"},
    "Double": {"double", "null"},
    "Boolean": {"truth", "null"},
}
STATEMENTS = (
    "assignment_expression",
    "update_expression",
    "method_invocation",
    "object_creation_expression",
    "switch_expression",
)
"""Expressions that are statements."""
SCOPES = (
    *("block", "constructor_body", "for_statement", "enhanced_for_statement", "method_declaration", "catch_clause"),
    *("constructor_declaration", "lambda_expression", "class_body", "try_with_resources_statement", "program"),
    *("switch_block", "record_declaration", "enum_body_declarations", "interface_body"),
)
LARGEST = 2**31 - 1
RANGES = {"byte": (-(2**7), 2**7), "short": (-(2**15), 2**15), "char": (0, 2**16)}
BOXES = {"Byte": "byte", "Short": "short", "Character": "char"}
WHOLE = {
    "decimal_integer_literal": 10,
    "hex_integer_literal": 16,
    "octal_integer_literal": 8,
    "binary_integer_literal": 2,
}
INITIALIZER = "array_initializer"
PRIMITIVE = ("integral_type", "floating_point_type", "boolean_type")
FUNCTIONS = ("lambda_expression", "class_body")


def literal_of(node: Node) -> str:
    kind = LITERALS.get(node.type, "")
    last = source(node)[-1].lower() if kind in ("int", "double") else ""
    if kind == "int" and last == "l":
        return "long"
    return "float" if last == "f" else kind


def check_literal(node: Node, kind: Node | None) -> None:
    """Refuse a literal for a place of another type, and a number that is too large for it."""
    if kind is not None and kind.type == "array_type":
        _check_members(node, kind)
        return
    _check_range(node, source(kind) if kind is not None else "")
    fitting = FITTING.get(source(kind)) if kind is not None else None
    literal = literal_of(node)
    if fitting is not None and literal and literal not in fitting:
        raise refused(node, f"{source(node)[:40]} for {source(kind) if kind is not None else ''}")


def _check_members(node: Node, kind: Node) -> None:
    """Literals in an array of one dimension."""
    if node.type == "array_creation_expression":
        node = node.child_by_field_name("value") or node
    if node.type == INITIALIZER and source(field(kind, "dimensions")).count("[") == 1:
        for member in named(node):
            check_literal(member, field(kind, "element"))


def _check_range(node: Node, kind: str) -> None:
    is_negative = node.type == "unary_expression" and source(field(node, "operator")) == "-"
    number = field(node, "operand") if is_negative else node
    kind = BOXES.get(kind, kind)
    if kind not in RANGES or number.type not in WHOLE or source(number)[-1] in "lL":
        return
    digits = source(number).replace("_", "").lower()
    value = int(digits, WHOLE[number.type]) if len(digits) < 20 else 2**64
    least, end = RANGES[kind]
    if not least <= (-value if is_negative else value) < end:
        raise refused(node, f"{digits[:40]} is too large for a {kind}")


def check_number(node: Node) -> None:
    """Refuse an int that is too large for one."""
    text = source(node).replace("_", "")
    is_negated = node.parent is not None and node.parent.type == "unary_expression" and source(node.parent)[0] == "-"
    if text[-1] not in "lL" and (text == "0" or text[0] != "0") and int(text) > LARGEST + is_negated:
        raise refused(node, f"{text[:40]} is too large for an int")


def check_statement(node: Node) -> None:
    inner = named(node)
    is_value = node.parent is not None and node.parent.type == "switch_rule"
    if inner and inner[0].type not in STATEMENTS and not is_value:
        raise refused(node, f"{source(inner[0])[:40]} is no statement")


def check_declaration(node: Node) -> None:
    kind = field(node, "type")
    for declared in node.children_by_field_name("declarator"):
        value = declared.child_by_field_name("value")
        is_array = declared.child_by_field_name("dimensions") is not None
        if value is not None and not is_array:
            check_literal(value, kind)
        if source(kind) == "var" and (value is None or value.type == "null_literal"):
            raise refused(node, "var without a type")


def check_return(node: Node) -> None:
    around = node.parent
    while around is not None and around.type not in (*FUNCTIONS, "method_declaration"):
        around = around.parent
    if around is not None and around.type == "method_declaration":
        for value in named(node):
            check_literal(value, around.child_by_field_name("type"))


def check_arguments(node: Node) -> None:
    """Refuse a primitive type where a class must stand."""
    for kind in named(node):
        if kind.type in PRIMITIVE:
            raise refused(node, f"{source(kind)} for a type parameter")


def check_copies(nodes: dict[str, list[Node]]) -> None:
    """Refuse a declaration whose value is a variable that is a text where it should be a number, or the reverse."""
    copies = [
        (node, value)
        for node in nodes.get("local_variable_declaration", ())
        for declarator in node.children_by_field_name("declarator")
        if (value := declarator.child_by_field_name("value")) is not None and value.type == "identifier"
    ]
    kinds: dict[str, set[str]] = defaultdict(set)
    for name, declarator, owner in _declarations(nodes) if copies else ():
        kind = owner.child_by_field_name("type")
        is_array = declarator.child_by_field_name("dimensions") is not None
        kinds[name].add(source(kind) if kind is not None and not is_array else "")
    for node, value in copies:
        given, wanted = kinds[source(value)], source(field(node, "type"))
        if len(given) == 1 and given | {wanted} <= FITTING.keys() and (wanted == "String") != (given == {"String"}):
            raise refused(node, f"{source(value)} is no {wanted}")


def check_changes(nodes: dict[str, list[Node]]) -> None:
    """Refuse assignments to what is final, of a literal of another type, and to what functions see."""
    changes = [*nodes.get("assignment_expression", ()), *nodes.get("update_expression", ())]
    if not changes:
        return
    declared: dict[str, list[tuple[Node, Node]]] = defaultdict(list)
    for name, declarator, owner in _declarations(nodes):
        declared[name].append((declarator, owner))
    for node in changes:
        left = node.child_by_field_name("left") or named(node)[0]
        is_own = left.type == "field_access" and field(left, "object").type == "this"
        title = source(field(left, "field")) if is_own else source(left)
        if len(declared[title]) != 1 or (left.type != "identifier" and not is_own):
            continue
        declarator, owner = declared[title][0]
        scope = _scope_of(declarator)
        if scope is None or not scope.start_byte <= node.start_byte < scope.end_byte:
            continue
        has_value = declarator.child_by_field_name("value") is not None or owner.type != "local_variable_declaration"
        is_field = owner.type == "field_declaration"
        if _is_final(owner) and (has_value if not is_field else declarator.child_by_field_name("value") is not None):
            raise refused(node, f"{title} is final")
        value = node.child_by_field_name("right")
        is_array = declarator.child_by_field_name("dimensions") is not None
        if value is not None and source(field(node, "operator")) == "=" and not is_array:
            check_literal(value, owner.child_by_field_name("type"))
        if not is_field and has_value and _seen_by_function(title, declarator, scope, nodes):
            raise refused(node, f"{title} changes, and a function sees it")


def _declarations(nodes: dict[str, list[Node]]) -> Iterator[tuple[str, Node, Node]]:
    """(name, what declares it, the declaration with its type) of every variable."""
    for kind in ("local_variable_declaration", "field_declaration"):
        for node in nodes.get(kind, ()):
            for declarator in node.children_by_field_name("declarator"):
                yield source(field(declarator, "name")), declarator, node
    for kind in ("formal_parameter", "catch_formal_parameter", "resource", "enhanced_for_statement"):
        for node in nodes.get(kind, ()):
            if (title := node.child_by_field_name("name")) is not None:
                yield source(title), node, node
    for node in nodes.get("lambda_expression", ()):
        parameters = node.child_by_field_name("parameters")
        for part in (parameters, *named(parameters)):
            if part is not None and part.type == "identifier":
                yield source(part), part, part
    for node in nodes.get("spread_parameter", ()):
        for part in named(node):
            if part.type == "variable_declarator":
                yield source(field(part, "name")), part, node


def _is_final(owner: Node) -> bool:
    return any(child.type == "modifiers" and "final" in source(child).split() for child in owner.children)


def _scope_of(declarator: Node) -> Node | None:
    """What a variable is declared in."""
    scope: Node | None = declarator if declarator.type == "enhanced_for_statement" else declarator.parent
    while scope is not None and scope.type not in SCOPES:
        scope = scope.parent
    return scope


def _seen_by_function(title: str, declarator: Node, scope: Node, nodes: dict[str, list[Node]]) -> bool:
    """Whether a function that stands in the scope of a variable names it."""
    inner = [*nodes.get("lambda_expression", ()), *nodes.get("object_creation_expression", ())]
    for function in inner:
        body = function.child_by_field_name("body") if function.type == "lambda_expression" else _class_of(function)
        if body is None or not (declarator.end_byte <= function.start_byte <= scope.end_byte):
            continue
        if any(source(part) == title for part in _names(body)):
            return True
    return False


def _class_of(node: Node) -> Node | None:
    return next((child for child in node.children if child.type == "class_body"), None)


def _names(node: Node) -> Iterator[Node]:
    """Names of variables in a body."""
    todo = [node]
    while todo:
        part = todo.pop()
        if part.type == "identifier":
            outer = part.parent
            is_member = outer is not None and outer.type in ("method_invocation", "field_access")
            if not is_member or outer is None or outer.child_by_field_name("object") == part:
                yield part
        todo += part.named_children
