"""What Ruby refuses before it runs: parameters of one name or in a wrong order, jumps and definitions where none may
stand, and names that are kept for the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, refused, source

METHODS = ("method", "singleton_method")
BLOCKS = ("block", "do_block", "lambda")
LOOPS = ("while", "until", "for", "while_modifier", "until_modifier")
TYPES = ("class", "module", "singleton_class")
ORDER = {
    "identifier": 0,
    "destructured_parameter": 0,
    "optional_parameter": 1,
    "splat_parameter": 2,
    "keyword_parameter": 4,
    "hash_splat_parameter": 5,
    "hash_splat_nil": 5,
    "block_parameter": 6,
}
"""Kinds of parameters by their places; plain ones may stand behind the optional ones too."""
BEHIND = 3
_NUMBERED = re.compile("_[1-9]")
FLAGS = frozenset("imxounse")


def check(nodes: Sequence[Node]) -> None:
    """Refuse a script that has one of these. nodes: all of it."""
    for node in nodes:
        if node.is_named and (checked := CHECKS.get(node.type)) is not None:
            checked(node)


def _titles(parameter: Node) -> Iterator[Node]:
    """The names of a parameter."""
    if parameter.type == "identifier":
        yield parameter
    elif parameter.type == "destructured_parameter":
        for part in named(parameter):
            yield from _titles(part)
    elif (title := parameter.child_by_field_name("name")) is not None:
        yield title


def check_parameters(node: Node) -> None:
    seen: set[str] = set()
    place = 0
    for parameter in node.children:
        if not parameter.is_named:
            continue
        for title in _titles(parameter):
            text = source(title)
            if text in seen and not text.startswith("_"):
                raise refused(title, f"{text} is a parameter twice")
            if _NUMBERED.fullmatch(text):
                raise refused(title, f"{text} is kept for numbered parameters")
            seen.add(text)
        if parameter.type not in ORDER or parameter.parent != node:
            continue
        is_local = any(child.type == ";" and child.start_byte < parameter.start_byte for child in node.children)
        here = BEHIND if ORDER[parameter.type] == 0 and place else ORDER[parameter.type]
        if not is_local:
            if here < place or (here == place and here in (2, 5, 6)):
                raise refused(parameter, "parameters in a wrong order")
            place = here


def check_jump(node: Node) -> None:
    """`next` and `redo` in a method need a block or a loop, `retry` a rescue."""
    kind, around = node.type, node.parent
    while around is not None and around.type not in (*METHODS, *TYPES):
        if kind == "retry":
            if around.type in ("rescue", "rescue_modifier"):
                return
        elif around.type in BLOCKS or around.type in LOOPS:
            return
        around = around.parent
    if kind == "retry" or (around is not None and around.type in METHODS):
        raise refused(node, f"{kind} outside of what it goes on with")


def check_type(node: Node) -> None:
    """A class or module in the body of a method."""
    if node.type != "singleton_class" and _is_in_method(node):
        raise refused(node, f"a {node.type} in a method")


def _is_in_method(node: Node) -> bool:
    around = node.parent
    while around is not None and around.type not in (*METHODS, *TYPES):
        around = around.parent
    return around is not None and around.type in METHODS


def check_assignment(node: Node) -> None:
    left = field(node, "left")
    for target in named(left) if left.type == "left_assignment_list" else [left]:
        text = source(target)
        if target.type == "constant" and _is_in_method(node):
            raise refused(node, f"the constant {text} is set in a method")
        if _NUMBERED.fullmatch(text) or re.fullmatch(r"\$[1-9]|__FILE__|__LINE__|__ENCODING__", text):
            raise refused(node, f"{text} cannot be set")


def check_case(node: Node) -> None:
    if not any(child.type in ("when", "in_clause") for child in node.children):
        raise refused(node, "a case without when")


def check_pattern(node: Node) -> None:
    if set(source(node.children[-1])[1:]) - FLAGS:
        raise refused(node, "the flags of a pattern")


CHECKS: dict[str, Callable[[Node], None]] = {
    **dict.fromkeys(("method_parameters", "block_parameters", "lambda_parameters"), check_parameters),
    **dict.fromkeys(("next", "redo", "retry"), check_jump),
    **dict.fromkeys(("class", "module"), check_type),
    **dict.fromkeys(("assignment", "operator_assignment"), check_assignment),
    "case": check_case,
    "regex": check_pattern,
}
"""By the type of a node."""
