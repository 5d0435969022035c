"""What the shell makes of a variable that it cuts or counts with: prefixes, suffixes, parts, case and arithmetic."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping

from tree_sitter import Node

from apipack.languages.reading.grammar import named, refuse, source
from apipack.languages.reading.values import MYSTERY, Mystery

Value = str | Mystery
"""What a word is, where that is known."""
CUT = re.compile(r"(?P<name>[A-Za-z_]\w*|[1-9])(?P<operator>%%?|##?)(?P<pattern>.+)", re.ASCII | re.DOTALL)
PART = re.compile(r"(?P<name>[A-Za-z_]\w*|[1-9]):(?P<start>[0-9]{1,4})(?::(?P<length>[0-9]{1,4}))?", re.ASCII)
CASED = re.compile(r"(?P<name>[A-Za-z_]\w*|[1-9])(?P<operator>\^\^?|,,?)", re.ASCII)
LONGEST = 10_000
"""Characters of a text of which a pattern cuts something off."""
_NUMBER = re.compile("0|[1-9][0-9]{0,8}")


def cut(value: str, operator: str, pattern: str) -> Value:
    """A text without what matches a pattern at its end or beginning; a pattern is plain with one * at most."""
    plain = pattern[1:-1] if re.fullmatch("'[^']*'|\"[^\"$`\\\\*]*\"", pattern) else pattern
    star = "*" in plain and plain == pattern
    if not re.fullmatch(r"[\w /:.,=&@#%+-]*\*?[\w /:.,=&@#%+-]*", plain, re.ASCII):
        return MYSTERY
    if star and len(value) > LONGEST:
        return MYSTERY
    before, after = plain.split("*") if star else (plain, "")
    is_suffix, is_longest = operator[0] == "%", len(operator) > 1 and star
    places = range(len(value) + 1)
    if is_suffix:
        ends = [at for at in places if _matches(value[at:], before, after, star)]
        return value[: min(ends) if is_longest else max(ends)] if ends else value
    ends = [at for at in places if _matches(value[:at], before, after, star)]
    return value[max(ends) if is_longest else min(ends) :] if ends else value


def _matches(text: str, before: str, after: str, star: bool) -> bool:
    if not star:
        return text == before
    return len(text) >= len(before) + len(after) and text.startswith(before) and text.endswith(after)


def part(value: str, start: str, length: str | None) -> Value:
    """Characters from a place on."""
    end = None if length is None else int(start) + int(length)
    return value[int(start) : end] if value.isascii() else MYSTERY


def cased(value: str, operator: str) -> Value:
    """In capitals or in small letters, the first letter alone or all."""
    if not value.isascii():
        return MYSTERY
    change = str.upper if operator[0] == "^" else str.lower
    return change(value) if len(operator) > 1 else change(value[:1]) + value[1:]


def calculated(node: Node, variables: MutableMapping[str, Value]) -> int | None:
    """The value of an arithmetic expression over whole numbers, None where it is not known; an assignment is made."""
    match node.type:
        case "number" | "variable_name" | "word" | "simple_expansion":
            text = source(node)
            value = text if text.isdecimal() else variables.get(text.removeprefix("$"), MYSTERY)
            return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None
        case "parenthesized_expression" if len(named(node)) == 1:
            return calculated(named(node)[0], variables)
        case "binary_expression" if len(node.children) == 3:
            left, operator, right = node.children
            if source(operator) in ("=", "+=", "-=", "*="):
                changed = calculated(right, variables)
                if source(operator) != "=":
                    changed = _applied(source(operator)[0], calculated(left, variables), changed)
                return _assigned(left, changed, variables)
            return _applied(source(operator), calculated(left, variables), calculated(right, variables))
        case "unary_expression" if source(node.children[0]) == "-":
            (inner,) = named(node)
            if inner.type not in ("number", "variable_name", "parenthesized_expression"):
                return None  # the grammar takes -a + b for -(a + b)
            operand = calculated(inner, variables)
            return None if operand is None else -operand
        case "postfix_expression" | "unary_expression" if source(node).strip("+-") != source(node):
            (target,) = named(node)
            step = {"++": 1, "--": -1}.get(source(node).replace(source(target), "").strip())
            before = calculated(target, variables)
            if step is None or target.type not in ("variable_name", "word"):
                raise refuse(node)
            after = _assigned(target, None if before is None else before + step, variables)
            return before if node.type == "postfix_expression" else after
    raise refuse(node)


def _assigned(target: Node, value: int | None, variables: MutableMapping[str, Value]) -> int | None:
    if not re.fullmatch(r"[A-Za-z_]\w*", source(target), re.ASCII):
        raise refuse(target)
    variables[source(target)] = MYSTERY if value is None else str(value)
    return value


def _applied(operator: str, left: int | None, right: int | None) -> int | None:
    """Of numbers; a quotient is cut."""
    if left is None or right is None or max(abs(left), abs(right)) > 2**31:
        return None
    if operator in ("/", "%") and right > 0 <= left:
        return left // right if operator == "/" else left % right
    operations: dict[str, Callable[[int, int], int]] = {
        "+": int.__add__,
        "-": int.__sub__,
        "*": int.__mul__,
        "<": lambda a, b: int(a < b),
        ">": lambda a, b: int(a > b),
        "<=": lambda a, b: int(a <= b),
        ">=": lambda a, b: int(a >= b),
        "==": lambda a, b: int(a == b),
        "!=": lambda a, b: int(a != b),
    }
    return operations[operator](left, right) if operator in operations else None
