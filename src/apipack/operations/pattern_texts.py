"""A random text of a `pattern`, with letters and digits wherever the pattern takes them.

Walks the parse tree of `re`, so its work is bounded by the pattern's length and `MOST`, and nothing is searched.
"""

from __future__ import annotations

import random
import re
import warnings
from functools import lru_cache
from typing import Any

from apipack.openapi.regex import op, parse

LONGEST_PATTERN, MOST, NODES = 300, 12, 400
PREFERRED = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OTHERS = "-_ .,:/@+#%&=()*!$~"
_TRIES = 6


def random_match(pattern: str, rng: random.Random, low: int = 0, high: int | None = None) -> str | None:
    """A text of `low` to `high` characters that the pattern accepts by construction; None where it has a construct that
    this does not write, or no try has the length."""
    tree = _tree(pattern)
    if tree is None:
        return None
    for attempt in range(_TRIES):
        try:
            text = _Writer(rng, attempt).sequence(tree)
        except _Unwritable:
            return None
        if text and low <= len(text) <= (high or 10**6):
            return text
        if text and len(text) < low and not _anchored(tree):
            return (text + "".join(rng.choices(PREFERRED[:26], k=low)))[:low]
    return None


class _Unwritable(Exception):
    """The pattern has a construct that is not written."""


@lru_cache(maxsize=10_000)
def _tree(pattern: str) -> Any:
    if len(pattern) > LONGEST_PATTERN or parse is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse(pattern)
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


def _anchored(tree: Any) -> bool:
    return bool(tree) and tree[-1][0] is op.AT


class _Writer:
    """attempt: later attempts repeat more, for texts that come out too short."""

    def __init__(self, rng: random.Random, attempt: int) -> None:
        self._rng, self._attempt, self._nodes = rng, attempt, 0

    def sequence(self, nodes: Any) -> str:
        return "".join(self._piece(kind, argument) for kind, argument in nodes)

    def _piece(self, kind: Any, argument: Any) -> str:
        self._nodes += 1
        if self._nodes > NODES:
            raise _Unwritable
        if kind is op.LITERAL:
            return chr(argument)
        if kind in _SETS:
            return self._rng.choice(_characters(*_hashable((kind, argument))))
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            least, most, inner = argument
            if least > 64:
                raise _Unwritable
            if not least and len(inner) == 1 and inner[0][0] is op.LITERAL and not chr(inner[0][1]).isalnum():
                return ""  # `-*` between letters: a name does without
            usual = max(least, min(most, least + 4 + 4 * self._attempt, MOST))
            times = self._rng.randint(max(least, min(usual, 3)), usual)
            if len(inner) == 1 and inner[0][0] in _SETS and self._nodes + times <= NODES:  # nearly always
                self._nodes += times
                return "".join(map(self._rng.choice, [_characters(*_hashable(inner[0]))] * times))
            return "".join(self.sequence(inner) for _ in range(times))
        if kind is op.SUBPATTERN:
            return self.sequence(argument[-1])
        if kind is op.BRANCH:
            return self.sequence(self._rng.choice(argument[1]))
        if kind is op.AT and argument in _ANCHORS:
            return ""
        raise _Unwritable


def _hashable(node: tuple[Any, Any]) -> tuple[Any, Any]:
    kind, argument = node
    return kind, tuple(argument) if kind is op.IN else argument


@lru_cache(maxsize=10_000)
def _characters(kind: Any, argument: Any) -> str:
    """The characters that a node accepts: letters and digits where it takes any, else marks."""
    if kind is op.ANY:
        return PREFERRED[:36]
    for alphabet in (PREFERRED, OTHERS):
        accepted = "".join(character for character in alphabet if _accepts(kind, argument, character))
        if accepted:
            return accepted
    raise _Unwritable


def _accepts(kind: Any, argument: Any, character: str) -> bool:
    if kind is op.NOT_LITERAL:
        return ord(character) != argument
    negated = bool(argument) and argument[0][0] is op.NEGATE
    return negated != any(_in_set(inner, value, character) for inner, value in argument[negated:])


def _in_set(kind: Any, argument: Any, character: str) -> bool:
    if kind is op.LITERAL:
        return bool(ord(character) == argument)
    if kind is op.RANGE:
        return bool(argument[0] <= ord(character) <= argument[1])
    if argument in _CLASSES:
        return re.match(_CLASSES[argument], character) is not None
    raise _Unwritable


_SETS = {op.ANY, op.IN, op.NOT_LITERAL}
_ANCHORS = {op.AT_BEGINNING, op.AT_BEGINNING_STRING, op.AT_END, op.AT_END_STRING}
_CLASSES = {
    op.CATEGORY_DIGIT: r"[0-9]",
    op.CATEGORY_NOT_DIGIT: r"[^0-9]",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"[A-Za-z0-9_]",
    op.CATEGORY_NOT_WORD: r"[^A-Za-z0-9_]",
}
