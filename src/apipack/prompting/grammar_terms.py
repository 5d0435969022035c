"""Terms of grammars in the dialect of Lark that llguidance reads: literals, alternatives, lists, terminals.

Everything but one rule is terminals without recursion, so that a grammar is one regular expression. A specification is
hostile: each of its texts is a literal in JSON's escapes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

KINDS = {
    "integer": r"/-?(0|[1-9][0-9]{0,17})/",
    "number": r"/-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?/",
    "boolean": '"true" | "false"',
}


class NoGrammar(Exception):
    """There is no grammar of such calls; reason: one word to count."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Grammar:
    """Terminals by what they are, each written once."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.lines: list[str] = []

    def named(self, expression: str) -> str:
        """The terminal of an expression."""
        if expression not in self.names:
            self.names[expression] = name = f"T{len(self.names)}"
            self.lines.append(f"{name}: {expression}\n")
        return self.names[expression]

    def listed(self, items: Sequence[tuple[str, bool]], first: str, between: str) -> str:
        """Items (expression, required) in their order, `first` before the first and `between` before each other; what
        is not required may be missing. Empty where there are none.

        The rest after each item is a terminal of its own, so that the grammar grows with the items, not their square.
        """
        after = before = ""
        for expression, required in reversed(items):
            item = self.named(expression)
            opened = joined(literal(first), item, after)
            before = opened if required else either(opened, before)
            rest = joined(literal(between), item, after)
            after = self.named(rest if required else either(rest, after))
            before = self.named(before)
        return before


def literal(text: str) -> str:
    """A literal; JSON's escapes are Lark's."""
    return json.dumps(text) if text else ""


def joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def either(one: str, other: str) -> str:
    """Either of two; an empty one makes the other optional."""
    return f"({one}) | {other}" if other else f"({one})?"
