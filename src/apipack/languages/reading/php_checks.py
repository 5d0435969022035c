"""What PHP refuses when it compiles a script: parameters and members twice, `$this` as a variable, jumps and constants
where none may stand, and `return` against the type that a function gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tree_sitter import Node

from apipack.languages.reading import php_types
from apipack.languages.reading.grammar import field, named, nodes_of, refused, source

WORDS = (
    *("function", "fn", "class ", "interface ", "trait ", "enum ", "match", "switch", "list"),
    *("break", "continue", "const ", "declare", "$this"),
)
"""What code must hold to be looked at: most scripts are a few calls."""
FUNCTIONS = ("function_definition", "method_declaration", "anonymous_function", "arrow_function")
LOOPS = ("for_statement", "foreach_statement", "while_statement", "do_statement", "switch_statement")
TYPES = ("class_declaration", "interface_declaration", "trait_declaration", "enum_declaration")
NAMESPACES = ("program", "namespace_definition")
MODIFIERS = ("visibility_modifier", "static_modifier", "abstract_modifier", "final_modifier", "readonly_modifier")
COMPUTED = ("function_call_expression", "member_call_expression", "scoped_call_expression", "variable_name")


def checked(root: Node, code: str) -> Node:
    """The script, unless PHP does not compile it for one of these."""
    if any(word in code for word in WORDS):
        for kind, nodes in nodes_of("php", root, KINDS).items():
            for node in nodes:
                CHECKS[kind](node)
        php_types.check(root)
    return root


def _once(titles: Iterable[Node], what: str, has_case: bool = True) -> None:
    seen: set[str] = set()
    for title in titles:
        text = source(title) if has_case else source(title).lower()
        if text in seen:
            raise refused(title, f"{source(title)} {what}")
        seen.add(text)


def check_program(node: Node) -> None:
    """Functions, types and imported names of one file, each once; what begins a file stands first."""
    children = named(node)
    functions = [child for child in children if child.type == "function_definition"]
    _once((field(child, "name") for child in functions), "is declared twice", False)
    calls = [index for index, child in enumerate(children) if child.type == "expression_statement"]
    types = [child for child in children[: min(calls, default=None)] if child.type in TYPES]
    _once((field(child, "name") for child in types), "is declared twice", False)
    clauses: list[Node] = []
    for child in children:
        if child.type == "namespace_use_declaration" and not any(
            part.type in ("function", "const") for part in child.children
        ):
            clauses += [
                part for inner in (child, *named(child)) for part in named(inner) if part.type == "namespace_use_clause"
            ]
    titles = [clause.child_by_field_name("alias") or named(named(clause)[0])[-1:] for clause in clauses]
    names = [one if isinstance(one, Node) else (one[0] if one else None) for one in titles]
    _once((name for name in names if name is not None), "is imported twice", False)
    first = [child for child in children if child.type not in ("php_tag", "text", "text_interpolation", "comment")]
    for index, child in enumerate(first):
        before = first[:index]
        if (
            child.type == "namespace_definition"
            and any(one.type not in ("declare_statement", "namespace_definition") for one in before)
            and not any(one.type == "namespace_definition" for one in before)
        ):
            raise refused(child, "a namespace behind other statements")
        if child.type == "declare_statement" and "strict_types" in source(child) and before:
            raise refused(child, "strict_types behind other statements")


def check_parameters(node: Node) -> None:
    parameters = named(node)
    titles = [field(parameter, "name") for parameter in parameters]
    _once(titles, "is a parameter twice")
    _no_this(titles)
    if any(parameter.type == "variadic_parameter" for parameter in parameters[:-1]):
        raise refused(node, "a parameter behind the rest")
    for parameter in parameters:
        kind = parameter.child_by_field_name("type")
        if kind is not None and source(kind).lower() in ("void", "never"):
            raise refused(parameter, f"a parameter of type {source(kind)}")


def _no_this(titles: Iterable[Node]) -> None:
    for title in titles:
        if source(title).lstrip("&") == "$this":
            raise refused(title, "$this as a variable")


def check_used(node: Node) -> None:
    """Variables that an anonymous function takes from around it."""
    titles = [named(part)[0] if part.type == "by_ref" else part for part in named(node)]
    _no_this(titles)
    parameters = node.parent.child_by_field_name("parameters") if node.parent is not None else None
    _once([*titles, *(field(parameter, "name") for parameter in named(parameters))], "twice")


def check_jump(node: Node) -> None:
    """`break` and `continue` leave as many loops as are around."""
    kind, levels = node.type.removesuffix("_statement"), named(node)
    if levels and (levels[0].type != "integer" or source(levels[0]) == "0"):
        raise refused(node, f"{kind} with what is no number above 0")
    around, depth = node.parent, 0
    while around is not None and around.type not in FUNCTIONS:
        depth += around.type in LOOPS
        around = around.parent
    if depth < (int(source(levels[0]), 0) if levels else 1):
        raise refused(node, f"{kind} outside of a loop")


def check_type(node: Node) -> None:
    """Members of a class, an interface or an enum."""
    body = node.child_by_field_name("body")
    members = named(body)
    methods = [member for member in members if member.type == "method_declaration"]
    _once((field(method, "name") for method in methods), "is declared twice", False)
    properties = [part for member in members if member.type == "property_declaration" for part in named(member)]
    _once((field(part, "name") for part in properties if part.type == "property_element"), "is declared twice")
    constants = [part for member in members if member.type == "const_declaration" for part in named(member)]
    cases = [field(member, "name") for member in members if member.type == "enum_case"]
    _once([*(named(part)[0] for part in constants if part.type == "const_element"), *cases], "is declared twice")
    is_abstract = any(child.type == "abstract_modifier" for child in node.children)
    for method in methods:
        _check_method(method, node, is_abstract)
    if node.type == "enum_declaration":
        is_backed = any(child.type == "primitive_type" for child in node.children)
        if any(
            (member.child_by_field_name("value") is not None) != is_backed
            for member in members
            if member.type == "enum_case"
        ):
            raise refused(node, "cases of an enum with and without values")


def _check_method(method: Node, owner: Node, is_abstract: bool) -> None:
    has_body = method.child_by_field_name("body") is not None
    must_not = any(child.type == "abstract_modifier" for child in method.children)
    if owner.type == "interface_declaration":
        if has_body:
            raise refused(method, "a body in an interface")
        return
    if has_body == must_not:
        raise refused(method, "an abstract method with a body, or another without one")
    if must_not and not is_abstract and owner.type in ("class_declaration", "anonymous_class"):
        raise refused(method, "an abstract method of a class that is not")


def check_member(node: Node) -> None:
    """Modifiers of a member, each once, and constant values of properties."""
    kinds = [child.type for child in node.children if child.type in MODIFIERS]
    if len(kinds) != len(set(kinds)) or {"abstract_modifier", "final_modifier"} <= set(kinds):
        raise refused(node, "modifiers that exclude each other")
    if node.type != "property_declaration":
        return
    if "readonly_modifier" in kinds and node.child_by_field_name("type") is None:
        raise refused(node, "a readonly property without a type")
    for part in named(node):
        value = part.child_by_field_name("default_value") if part.type == "property_element" else None
        if value is not None and value.type in COMPUTED:
            raise refused(node, "a default that is computed")


def check_constant(node: Node) -> None:
    around = node.parent
    is_inside = around is not None and around.type == "compound_statement"
    is_inside &= around is not None and around.parent is not None and around.parent.type not in NAMESPACES
    if is_inside or (around is not None and around.type in ("if_statement", "colon_block")):
        raise refused(node, "const inside of a block")
    for element in named(node):
        if element.type == "const_element" and len(named(element)) > 1 and named(element)[1].type in COMPUTED:
            raise refused(node, "a constant that is computed")


def check_import(node: Node) -> None:
    around = node.parent
    is_inside = around is not None and around.type == "compound_statement" and around.parent is not None
    if is_inside and around.parent.type not in NAMESPACES:  # type: ignore[union-attr]
        raise refused(node, "use inside of a function")


def check_return(node: Node) -> None:
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    kind = around.child_by_field_name("return_type") if around is not None else None
    if around is None or kind is None:
        return
    text, has_value = source(kind).lower(), bool(named(node))
    if text == "never" or (text == "void" and has_value):
        raise refused(node, f"return in a function of type {text}")
    if (
        not has_value
        and text not in ("void", "iterable", "mixed")
        and not re.search("generator|iterator|traversable", text)
    ):
        raise refused(node, f"return without a value in a function of type {text}")


def check_assignment(node: Node) -> None:
    left = field(node, "left")
    if left.type == "variable_name":
        _no_this([left])
    if left.type == "list_literal":
        marks = [child.type for child in left.children]
        if not named(left):
            raise refused(node, "an empty list of variables")
        if "=>" in marks and marks.count("=>") != marks.count(",") + (marks[-2:-1] != [","]):
            raise refused(node, "a list with keys and without")


def check_defaults(node: Node) -> None:
    if sum(child.type in ("default_statement", "match_default_expression") for child in node.children) > 1:
        raise refused(node, "two defaults")


def check_unset(node: Node) -> None:
    _no_this([child for child in named(node) if child.type == "variable_name"])


def check_scope(node: Node) -> None:
    """`parent` in a class that extends none."""
    if source(node).lower() != "parent":
        return
    around = node.parent
    while around is not None and around.type not in (*TYPES, "anonymous_class"):
        around = around.parent
    if around is None or (around.type == "class_declaration" and not _extends(around)):
        raise refused(node, "parent of a class that extends none")


def _extends(node: Node) -> bool:
    return any(child.type == "base_clause" for child in node.children)


CHECKS: dict[str, Callable[[Node], None]] = {
    "program": check_program,
    "formal_parameters": check_parameters,
    "anonymous_function_use_clause": check_used,
    **dict.fromkeys(("break_statement", "continue_statement"), check_jump),
    **dict.fromkeys((*TYPES, "anonymous_class"), check_type),
    **dict.fromkeys(("property_declaration", "method_declaration"), check_member),
    "const_declaration": check_constant,
    "namespace_use_declaration": check_import,
    "return_statement": check_return,
    "assignment_expression": check_assignment,
    **dict.fromkeys(("switch_block", "match_block"), check_defaults),
    "unset_statement": check_unset,
    "relative_scope": check_scope,
}
"""By the type of a node."""
KINDS = tuple(CHECKS)
