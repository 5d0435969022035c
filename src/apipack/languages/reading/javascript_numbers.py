"""JavaScript's numbers over constants: their text, arithmetic, Math and what a text is as a number."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from apipack.languages.reading.dialect import constant
from apipack.languages.reading.values import MYSTERY, Module
from apipack.languages.wire import Unreadable

EXACT = 2**53
PLAIN = (1e-6, 1e21)
"""Numbers between these are written without an exponent."""
COMPARISONS = ("<", ">", "<=", ">=")
OPERATORS = ("-", "*", "/", "%", "**", *COMPARISONS)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def exact(value: float) -> int | float:
    """A number as it is held here: whole ones as int; raises Unreadable where JavaScript may round otherwise."""
    if not math.isfinite(value) or abs(value) >= EXACT:
        raise Unreadable("a number that JavaScript rounds")
    return int(value) if value == int(value) else value


def number_text(value: float) -> str:
    """A number that is not whole as String(value) and JSON write it."""
    if not math.isfinite(value) or not PLAIN[0] <= abs(value) < PLAIN[1]:
        raise Unreadable("a number with an exponent")
    return format(Decimal(repr(value)), "f")


def written_in(value: int, radix: int = 10) -> str:
    """toString of a whole number."""
    if radix not in (2, 8, 10, 16):
        raise Unreadable("a number in such digits")
    return format(value, {2: "b", 8: "o", 10: "d", 16: "x"}[radix])


def compared(operator: str, a: Any, b: Any) -> bool:
    return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator]


def calculated(operator: str, a: Any, b: Any) -> Any:
    """What an operator of OPERATORS gives for two numbers."""
    if operator in COMPARISONS:
        return compared(operator, a, b)
    if operator in ("/", "%") and b == 0:
        raise Unreadable("a division by nothing")
    if operator == "**":
        if not isinstance(a, int) or not isinstance(b, int) or abs(a) > 1000 or not 0 <= b <= 64:
            raise Unreadable("a power of such numbers")
        return exact(a**b)
    results = {"-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "%": lambda: math.fmod(a, b)}
    return exact(results[operator]())


def fixed(value: float, digits: int = 0) -> str:
    """toFixed, which rounds the exact value, and a half away from nothing."""
    if not is_number(value) or not 0 <= digits <= 20 or abs(value) >= EXACT:
        raise Unreadable("a number of many digits")
    scaled = abs(Decimal(value)) * 10**digits
    whole = int(scaled + Decimal("0.5")) if scaled < EXACT else None
    if whole is None or (value < 0 and whole == 0):
        raise Unreadable("a number of many digits")
    text = str(whole).rjust(digits + 1, "0")
    written = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return f"-{written}" if value < 0 else written


def parsed_int(value: Any, base: int = 10) -> int:
    if base != 10 or not (is_number(value) or isinstance(value, str)):
        raise Unreadable("parseInt of no plain number")
    if is_number(value):
        return int(value)
    match = re.match(r"[ \t\n]*([+-]?[0-9]{1,15})(?![0-9xX])", value)
    if match is None:
        raise Unreadable("parseInt of no plain number")
    return int(match[1])


def number_of(value: Any) -> Any:
    """Number(value) of numbers and of texts that are plainly one."""
    if is_number(value):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?", value):
        return exact(float(value))
    raise Unreadable("a number of no plain text")


def _rounded(value: Any) -> Any:
    return exact(math.floor(value + 0.5)) if is_number(value) else _refused()


def _refused() -> Any:
    raise Unreadable("a calculation with more than numbers")


def _of_numbers(function: Any) -> Any:
    return constant(lambda *values: exact(function(*values)) if all(map(is_number, values)) else _refused())


MATH = Module(
    "Math",
    {
        "random": MYSTERY,
        "round": constant(_rounded),
        "floor": _of_numbers(math.floor),
        "ceil": _of_numbers(math.ceil),
        "trunc": _of_numbers(math.trunc),
        "abs": _of_numbers(abs),
        "max": _of_numbers(max),
        "min": _of_numbers(min),
        "pow": constant(lambda a, b: calculated("**", a, b)),
    },
)
