"""Python's arithmetic over constants."""

from __future__ import annotations

from typing import Any

from apipack.languages.wire import Unreadable

COMPARISONS = ("<", ">", "<=", ">=")
ARITHMETIC = ("+", "-", "*", "/", "//", "%", "**", *COMPARISONS)
MOST, POWER = 10**30, 100


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def calculated(operator: str, a: Any, b: Any) -> Any:
    """What an operator of ARITHMETIC gives for two numbers."""
    if operator in COMPARISONS:
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator]
    if operator in ("/", "//", "%") and b == 0:
        raise Unreadable("a division by nothing")
    if operator == "**" and not (abs(a) <= POWER and abs(b) <= POWER) or max(abs(a), abs(b)) > MOST:
        raise Unreadable("a number of many digits")
    if operator == "**" and a == 0 and b < 0:
        raise Unreadable("a division by nothing")
    results: dict[str, Any] = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / b,
        "//": lambda: a // b,
        "%": lambda: a % b,
        "**": lambda: a**b,
    }
    result = results[operator]()
    if isinstance(result, complex):
        raise Unreadable("a number that is not real")
    return result
