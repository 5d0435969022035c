"""What a shell runs of a condition, a loop and a case; all of it in doubt where that is not known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tree_sitter import Node

from apipack.languages.reading.grammar import field as field_of
from apipack.languages.reading.grammar import named, refuse, source
from apipack.languages.reading.shell_expansions import Value
from apipack.languages.reading.values import MYSTERY, Mystery
from apipack.languages.wire import Unreadable

if TYPE_CHECKING:
    from apipack.languages.reading.shell import Shell

TURNS = 50


def condition(shell: Shell, node: Node) -> Value | None:
    """An if, or an elif: the branch that is taken, all of them in doubt where that is not known."""
    tests = node.children_by_field_name("condition") or list(named(node)[:1])
    truths = [shell.test(test) for test in tests if test.is_named]
    conditions = {test.id for test in tests}
    branches = [child for child in named(node) if child.id not in conditions]
    clauses = [child for child in branches if child.type.endswith("_clause")]
    is_taken = truths[0] if len(truths) == 1 else None
    if is_taken is None:
        shell.perhaps(branches)
        return MYSTERY
    if is_taken:
        return shell.body([branch for branch in branches if branch not in clauses], None)
    if not clauses:
        return None
    if clauses[0].type == "else_clause":
        return shell.body(named(clauses[0]), None)
    return alternative(shell, clauses)


def alternative(shell: Shell, clauses: list[Node]) -> Value | None:
    """An elif and what comes behind it."""
    (test, *body), others = named(clauses[0]), clauses[1:]
    is_taken = shell.test(test)
    if is_taken is None:
        shell.perhaps([*body, *others])
        return MYSTERY
    if is_taken:
        return shell.body(body, None)
    if others and others[0].type == "elif_clause":
        return alternative(shell, others)
    return shell.body(named(others[0]), None) if others else None


def loop(shell: Shell, node: Node) -> Value | None:
    """A for loop over words; where they are not known, nothing in it may send."""
    name, body = source(field_of(node, "variable")), named(field_of(node, "body"))
    words = [word for value in node.children_by_field_name("value") for word in shell.several(value)]
    if not words or any(isinstance(word, Mystery) for word in words):
        shell.state.variables[name] = MYSTERY
        shell.perhaps(body)
        return MYSTERY
    if len(words) > TURNS:
        raise Unreadable("a loop over what is no small list")
    for word in words:
        shell.state.variables[name] = word
        shell.body(body, None)
    return MYSTERY


def case(shell: Shell, node: Node) -> Value | None:
    """The item that the value matches; where that is not known, all are in doubt."""
    value = shell.words.word(field_of(node, "value"), quoted=True)
    items = [child for child in named(node) if child.type == "case_item"]
    for item in items:
        patterns = item.children_by_field_name("value")
        body = [child for child in named(item) if child not in patterns]
        texts = [source(pattern).strip("\"'") for pattern in patterns]
        if any(child.type in (";&", ";;&") for child in item.children):
            raise refuse(item)
        if isinstance(value, Mystery) or any(text != "*" and re.search(r"[*?\[$]", text) for text in texts):
            shell.perhaps(
                [part for one in items for part in named(one) if part not in one.children_by_field_name("value")]
            )
            return MYSTERY
        if value in texts or any(source(pattern) == "*" for pattern in patterns):
            for statement in body:
                shell.run(statement)
            return MYSTERY
    return None
