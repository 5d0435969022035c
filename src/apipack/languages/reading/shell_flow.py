"""What a shell runs of a condition, a chain and a case; all of it in doubt where that is not known."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tree_sitter import Node

from apipack.languages.reading.grammar import field as field_of
from apipack.languages.reading.grammar import named, refuse, source
from apipack.languages.reading.shell_expansions import Value, calculated
from apipack.languages.reading.shell_tests import decided, is_there, never_fails
from apipack.languages.reading.values import MYSTERY, Mystery
from apipack.languages.wire import Unreadable

if TYPE_CHECKING:
    from apipack.languages.reading.shell import Shell


def holds(shell: Shell, node: Node) -> bool | None:
    """Whether a condition holds, None where that is not known; what it runs is run."""
    if node.type == "test_command":
        return decided(node, lambda operand: shell.words.word(operand, quoted=True))
    if node.type == "negated_command" and len(named(node)) == 1:
        truth = holds(shell, named(node)[0])
        return None if truth is None else not truth
    if node.type == "list":
        left, right = named(node)
        truth = holds(shell, left)
        if truth is None:
            shell.perhaps([right])
            return None
        return holds(shell, right) if truth == _is_and(node) else truth
    if _is_counted(node):
        number = counted(shell, node)
        return None if number is None else number != 0
    if is_there(node):
        return not source(node).startswith("!")
    if source(node).startswith("getopts "):
        if shell.state.variables.get("#", "0") != "0":
            raise Unreadable("options that are given")
        return False  # a script is read as it runs without arguments
    count = len(shell.curls)
    shell.run(node)
    return True if never_fails(node) or _succeeds(shell, node, count) else None


def chain(shell: Shell, node: Node, stdin: Value | None) -> Value | None:
    """Commands joined by && or ||: what only runs if another fails, or may fail, is in doubt."""
    left, right = named(node)
    is_test = left.type == "test_command" or _is_counted(left) or is_there(left)
    truth = holds(shell, left) if is_test else None
    if truth is not None:
        return shell.run(right) if truth == _is_and(node) else None
    count = len(shell.curls)
    printed = None if is_test else shell.run(left, stdin)
    if never_fails(left) and _is_and(node) and not shell.jumps:
        return shell.run(right)
    if _succeeds(shell, left, count) and not shell.jumps:
        return shell.run(right) if _is_and(node) else printed
    shell.perhaps([right])
    return MYSTERY if printed is not None else None


def _succeeds(shell: Shell, node: Node, count: int) -> bool:
    """Whether what was just run sent a request that is answered well. count: of those before it."""
    return shell.answered and len(shell.curls) > count and node.type != "pipeline"


def _is_and(node: Node) -> bool:
    return any(child.type == "&&" for child in node.children)


def _is_counted(node: Node) -> bool:
    return node.type == "compound_statement" and node.children[0].type == "(("


def counted(shell: Shell, node: Node) -> int | None:
    """The number of (( … )), which fails where it counts to zero."""
    if len(named(node)) != 1:
        raise refuse(node)
    number = calculated(named(node)[0], shell.state.variables)
    if shell.ends_on_failure and not number:
        raise Unreadable("an arithmetic command that may end the script")
    return number


def condition(shell: Shell, node: Node) -> Value | None:
    """An if, or an elif: the branch that is taken, all of them in doubt where that is not known."""
    tests = node.children_by_field_name("condition") or list(named(node)[:1])
    truths = [holds(shell, test) for test in tests if test.is_named]
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
    is_taken = holds(shell, test)
    if is_taken is None:
        shell.perhaps([*body, *others])
        return MYSTERY
    if is_taken:
        return shell.body(body, None)
    if others and others[0].type == "elif_clause":
        return alternative(shell, others)
    return shell.body(named(others[0]), None) if others else None


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
        if isinstance(value, Mystery) or any(re.search(r"[\[$\\(]", text) for text in texts):
            shell.perhaps(
                [part for one in items for part in named(one) if part not in one.children_by_field_name("value")]
            )
            return MYSTERY
        if any(_fits(value, source(pattern)) for pattern in patterns):
            shell.body(body, None)
            return MYSTERY
    return None


def _fits(value: str, pattern: str) -> bool:
    """Whether a value is what a pattern says; quotes keep its stars."""
    plain = pattern.strip("\"'")
    return value == plain or (plain == pattern and fnmatchcase(value, plain))
