"""Java: what a statement leads to (JLS 14.22, Unreachable Statements): code that nothing reaches, a method that ends
without its result, and jumps that lead nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, refused, source

ENDS = ("return_statement", "throw_statement", "break_statement", "continue_statement", "yield_statement")
LOOPS = ("while_statement", "do_statement", "for_statement", "enhanced_for_statement")
BODIES = ("method_declaration", "constructor_declaration", "lambda_expression", "static_initializer", "class_body")
BLOCKS = ("block", "constructor_body")


class Unsure(Exception):
    """A condition may be a constant, which decides what runs."""


def goes_on(node: Node, label: str = "") -> bool:
    """Whether a statement can complete. label: what it is called. Raises Unreadable for what nothing reaches."""
    kind = node.type
    if kind in ENDS:
        return False
    if kind in BLOCKS:
        return sequence(named(node))
    match kind:
        case "if_statement":
            then, other = goes_on(field(node, "consequence")), node.child_by_field_name("alternative")
            return (goes_on(other) or then) if other is not None else True
        case "while_statement" | "for_statement":
            return _loop(node, label)
        case "do_statement":
            return _do(node, label)
        case "enhanced_for_statement":
            goes_on(field(node, "body"))
        case "labeled_statement":
            title, inner = source(named(node)[0]), named(node)[-1]
            return goes_on(inner, title) or _leaves(inner, title, False)
        case "synchronized_statement":
            return goes_on(field(node, "body"))
        case "try_statement" | "try_with_resources_statement":
            return _attempt(node)
        case "switch_expression":
            return _switch(node, label)
    return True


def sequence(statements: Sequence[Node]) -> bool:
    is_reached = True
    for statement in statements:
        if not is_reached and statement.type not in ("class_declaration", "line_comment", "block_comment"):
            raise refused(statement, "nothing reaches it")
        is_reached = goes_on(statement)
    return is_reached


def _constant(node: Node | None) -> bool | None:
    """The value of a condition, None where it is no constant."""
    while node is not None and node.type == "parenthesized_expression":
        node = named(node)[0]
    if node is None or node.type in ("true", "false"):
        return node is None or node.type == "true"
    if node.type in ("identifier", "field_access") or "invocation" not in source_kinds(node):
        raise Unsure
    return None


def source_kinds(node: Node) -> str:
    """What tells that a condition is computed while the program runs."""
    todo, kinds = [node], []
    while todo:
        part = todo.pop()
        is_running = part.type in ("method_invocation", "update_expression", "assignment_expression", "null_literal")
        is_variable = part.type == "identifier" and not source(part).isupper() and node.type == "binary_expression"
        if is_running or is_variable or part.type == "instanceof_expression":
            kinds.append("invocation")
        todo += named(part)
    return " ".join(kinds)


def _loop(node: Node, label: str) -> bool:
    body, condition = field(node, "body"), node.child_by_field_name("condition")
    constant = _constant(condition)
    if constant is False:
        raise refused(node, "a loop that never runs")
    goes_on(body)
    return constant is None or _leaves(body, label, True)


def _do(node: Node, label: str) -> bool:
    body = field(node, "body")
    is_over = goes_on(body) or _leaves(body, label, True, "continue_statement")
    constant = _constant(field(node, "condition"))
    return (is_over and constant is not True) or _leaves(body, label, True)


def _leaves(node: Node, label: str, is_inner: bool, kind: str = "break_statement") -> bool:
    """Whether a jump leaves the statement around a node. is_inner: one without a label does."""
    if node.type == kind:
        labels = named(node)
        return source(labels[0]) == label if labels else is_inner
    if node.type in ("lambda_expression", "class_body"):
        return False
    deeper = is_inner and node.type not in LOOPS and (node.type != "switch_expression" or kind != "break_statement")
    return any(_leaves(child, label, deeper, kind) for child in named(node))


def _attempt(node: Node) -> bool:
    bodies = [field(node, "body"), *(field(child, "body") for child in named(node) if child.type == "catch_clause")]
    is_over = any([goes_on(body) for body in bodies])
    last = [named(child)[0] for child in named(node) if child.type == "finally_clause"]
    return (goes_on(last[0]) and is_over) if last else is_over


def _switch(node: Node, label: str) -> bool:
    groups = named(field(node, "body"))
    labels = [part for group in groups for part in named(group) if part.type == "switch_label"]
    has_default = any(source(part).startswith("default") or "default" in source(part).split() for part in labels)
    is_over = not has_default or not groups
    for group in groups:
        statements = [part for part in named(group) if part.type != "switch_label"]
        reached = sequence(statements)
        if group.type == "switch_rule" or group is groups[-1]:
            is_over |= reached
    if not has_default and any(group.type == "switch_rule" for group in groups):
        raise Unsure  # of patterns it may have all
    return is_over or _leaves(field(node, "body"), label, True)


def check_body(node: Node) -> None:
    """Refuse a method or a lambda that gives no result, or one that it must not give."""
    body = node.child_by_field_name("body")
    if body is None or body.type not in BLOCKS:
        return
    try:
        is_over = goes_on(body)
    except Unsure:
        is_over = False
    values = {bool(named(jump)) for jump in _returns(body)}
    kind = node.child_by_field_name("type")
    if node.type == "lambda_expression":
        if True in values and (is_over or False in values):
            raise refused(node, "a function that gives a result, and gives none")
        return
    gives = node.type == "method_declaration" and kind is not None and kind.type != "void_type"
    if gives and (is_over or False in values):
        raise refused(node, "a method that ends without its result")
    if not gives and True in values:
        raise refused(node, "a result of a method that gives none")


def _returns(node: Node) -> list[Node]:
    """The returns of a body, but not of the functions in it."""
    found: list[Node] = []
    todo = list(named(node))
    while todo:
        part = todo.pop()
        if part.type == "return_statement":
            found.append(part)
        elif part.type not in ("lambda_expression", "class_body"):
            todo += named(part)
    return found


def check_jump(node: Node) -> None:
    kind, labels = node.type.removesuffix("_statement"), named(node)
    around = node.parent
    while around is not None and around.type not in BODIES:
        if labels:
            if around.type == "labeled_statement" and source(named(around)[0]) == source(labels[0]):
                return
        elif around.type in LOOPS or (kind == "break" and around.type == "switch_expression"):
            return
        around = around.parent
    raise refused(node, f"{kind} outside of a loop")
