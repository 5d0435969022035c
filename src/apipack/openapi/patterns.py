"""A short text that a `pattern` accepts, put together from the pattern's parse tree (ECMA 262 as far as `re` reads it).

A regular expression of a specification can take for ever to match, so it is matched only against short texts and where
it has few repetitions, none inside another; other texts are right by construction.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any

from apipack.openapi.regex import compile_tree, op, parse

MAX_PATTERN = 1_000
MAX_REPEATS = 4
LENGTH = 17
ENDS = "ABCabc123-_."
MAX_TEXT = 1_000
WORDS = ("SOME_STRING_VALUE", "some_string_value", "some-string-value", "SomeStringValue", "somestringvalue")
GUESSES = ("SomePassword1!", "example.com", "so.so", "user@example.com")
DIGITS = "1234567890"
OTHERS = ("SOMESTRINGVALUE", *"SOMETRINGVALUsometringvalu1234567890", *map(chr, range(32, 127)), "\t", "\n", "é", "あ")

PROPERTIES = {
    **{"L": "a-zA-Z", "Alpha": "a-zA-Z", "Lu": "A-Z", "Upper": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9"},
    **{"Digit": "0-9", "Z": " ", "Zs": " ", "P": "\\-._", "S": "+", "M": "\\u0300", "C": "\\x00-\\x1f"},
    **{"Alnum": "a-zA-Z0-9", "XDigit": "0-9A-Fa-f", "ASCII": " -~", "Graph": "!-~", "Print": " -~", "all": " -~"},
}
_PIECE = re.compile(r"\\([pP])(?:\{(?:Is)?(\w+)\}|([A-Z]))|\\.|\[|\]|[^\\\[\]]+", re.S)
_LITERAL = re.compile(r"/(\^.*\$)/[a-z]*", re.S)  # of JavaScript
_ONE = {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}
_MANY = {op.MAX_REPEAT, op.MIN_REPEAT}
_WALKED = {*_ONE, *_MANY, op.SUBPATTERN, op.BRANCH, op.AT, op.ASSERT, op.ASSERT_NOT}
_ANCHORS = {op.AT_BEGINNING, op.AT_BEGINNING_STRING, op.AT_END, op.AT_END_STRING}
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"[0-9]",
    op.CATEGORY_NOT_DIGIT: r"[^0-9]",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"[A-Za-z0-9_]",
    op.CATEGORY_NOT_WORD: r"[^A-Za-z0-9_]",
}

Node = tuple[Any, Any]


class _Unsupported(Exception):
    """The pattern has a construct that no text is put together for."""


@lru_cache(maxsize=20_000)
def matching(pattern: str, preferred: str, low: int = 0, high: int | None = None) -> str | None:
    """`preferred` where the pattern accepts it, else a text made for the pattern, of `low` to `high` characters; None
    where no simple way leads to one, and always where this Python takes no pattern apart."""
    high = MAX_TEXT if high is None else min(high, MAX_TEXT)
    try:
        tree = _parsed(pattern)
        return _matching(tree, preferred, low, high)
    except (re.error, RecursionError, OverflowError, KeyError, ValueError, _Unsupported):
        return None


def others_matching(pattern: str, text: str) -> Iterator[str]:
    """Texts near this one, which the pattern accepts, that it accepts too."""
    others = (stem + end for stem in (text, text[:-1]) for end in ENDS)
    return (other for other in others if other != text and matching(pattern, other) == other)


def _matching(tree: Any, preferred: str, low: int, high: int) -> str | None:
    parts = list(_walk(tree))
    certain = all(
        kind in _ONE or kind in _MANY or kind in (op.SUBPATTERN, op.BRANCH) or argument in _ANCHORS
        for kind, argument, _ in parts
    )
    longest = _matched_length(parts)
    search = compile_tree(tree).search if longest and compile_tree else None
    for text in chain((preferred, *(() if certain else GUESSES)), _texts(tree, low, high)):
        if text and low <= len(text) <= high:
            matches = certain and text is not preferred
            if matches or (search is not None and len(text) <= longest and search(text)):
                return text
    return None


def accepts(pattern: str, text: str) -> bool:
    """Whether the pattern is known to accept the text; False also where telling could take long."""
    longest, search = _searcher(pattern)
    return search is not None and len(text) <= longest and search(text) is not None


def refuses(pattern: str, text: str) -> bool:
    """Whether the pattern is known to refuse the text; False also where telling could take long, and where `re` could
    read the pattern otherwise than its author: flags, classes of POSIX, letters beyond ASCII."""
    if not isinstance(pattern, str) or _LITERAL.fullmatch(pattern) or "[:" in pattern or not text.isascii():
        return False
    longest, search = _searcher(pattern)
    return search is not None and len(text) <= longest and search(text) is None


@lru_cache(maxsize=20_000)
def _searcher(pattern: str) -> tuple[int, Any]:
    """How long a text may be to be matched, and what matches it."""
    try:
        tree = _parsed(pattern)
        longest = _matched_length(list(_walk(tree)))
        return longest, compile_tree(tree).search if longest and compile_tree else None
    except (re.error, RecursionError, OverflowError, KeyError, ValueError, _Unsupported):
        return 0, None


def _matched_length(parts: list[tuple[Any, Any, int]]) -> int:
    """How long a text may be so that matching it ends soon, whatever it is; 0 for not at all."""
    varying = [depth for kind, argument, depth in parts if kind in _MANY and argument[0] < argument[1] > 1]
    if any(kind not in _WALKED for kind, *_ in parts) or len(varying) > 2 * MAX_REPEATS or max(varying, default=0) > 2:
        return 0
    if any(depth and kind is op.BRANCH for kind, _, depth in parts):
        return 6
    return 64 if len(varying) <= MAX_REPEATS and not any(varying) else 12


def _parsed(pattern: str) -> Any:
    if parse is None or len(pattern) > MAX_PATTERN:
        raise _Unsupported
    if literal := _LITERAL.fullmatch(pattern):
        pattern = literal[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return parse(pattern)
        except re.error:
            return parse(_translated(pattern))


def _translated(pattern: str) -> str:
    """What `re` does not know said otherwise: Unicode properties as ranges of ASCII, `\\z`, `\\w-` in a set."""
    inside, translated = False, ""
    for piece in _PIECE.finditer(re.sub(r"(\\[dws])-(?!\])", r"\1\-", pattern.replace("\\z", "\\Z"))):
        text = piece[0]
        if piece[1]:
            positive = piece[1] == "p"
            members = PROPERTIES[piece[2] or piece[3]] if positive or not inside else " -~"
            text = members if inside else f"[{'' if positive else '^'}{members}]"
        elif text in "[]":
            inside = text == "["
        translated += text
    return translated


def _walk(nodes: Any, depth: int = 0) -> Iterator[tuple[Any, Any, int]]:
    """Every (kind, argument) of a parse tree, with the number of repetitions that it is inside of."""
    for kind, argument in nodes:
        yield kind, argument, depth
        if kind in _MANY:
            yield from _walk(argument[2], depth + (argument[1] > 1))
        elif kind is op.BRANCH:
            for branch in argument[1]:
                yield from _walk(branch, depth)
        elif kind in (op.SUBPATTERN, op.ASSERT, op.ASSERT_NOT):
            yield from _walk(argument[-1], depth)


def _texts(tree: Any, low: int, high: int) -> Iterator[str]:
    """Texts of `low` to `high` characters, first those with few repeated groups."""
    open_ended = not tree or tree[-1][0] is not op.AT
    last = None
    for groups in (0, 1, 2, 3, 5, 8, 16):
        text = _sequence(tree, LENGTH, groups)
        if groups > 1 and text == last:
            return
        last = text
        shortest, longest = (0, LENGTH) if len(text) > high else (LENGTH + 1, low)
        while not low <= len(text) <= high and shortest <= longest:
            middle = (shortest + longest) // 2
            text = _sequence(tree, middle, groups)
            shortest, longest = (shortest, middle - 1) if len(text) > high else (middle + 1, longest)
        yield text
        if open_ended:
            yield (text + WORDS[0] * low)[:low]
        yield from (_sequence(tree, length, groups) for length in (0, 1, 2, 8))


def _sequence(nodes: Any, length: int, groups: int) -> str:
    return "".join(_piece(kind, argument, length, groups) for kind, argument in nodes)


def _piece(kind: Any, argument: Any, length: int, groups: int) -> str:
    """Text for one node, with `length` repeated characters and `groups` repeated groups where their bounds allow."""
    if kind in _ONE:
        return _word((kind, argument), 1)
    if kind in _MANY:
        least, most, inner = argument
        if least > 1_000:
            raise _Unsupported
        if len(inner) == 1 and inner[0][0] in _ONE:
            return _word(inner[0], max(least, min(most, length)))
        text, count = _sequence(inner, length, groups), max(least, min(most, groups))
        if len(text) * count > 2 * MAX_TEXT:
            raise _Unsupported
        return text * count
    if kind is op.SUBPATTERN:
        return _sequence(argument[-1], length, groups)
    if kind is op.BRANCH:
        return next(filter(None, (_sequence(branch, length, groups) for branch in argument[1])), "")
    if kind in (op.AT, op.ASSERT, op.ASSERT_NOT):
        return ""
    raise _Unsupported


def _word(node: Node, count: int) -> str:
    """So many characters that a node accepts, of a recognisable word where it accepts one."""
    kind, argument = node
    return (
        chr(argument) * count
        if kind is op.LITERAL
        else _word_of_set(kind, tuple(argument) if kind is op.IN else argument, count)
    )


@lru_cache(maxsize=10_000)
def _word_of_set(kind: Any, argument: Any, count: int) -> str:
    """`_word`, remembered: patterns share their sets, and a text is tried at several lengths."""
    node = kind, argument
    for word in (*WORDS, DIGITS, *OTHERS):
        text = (word * (count // len(word) + 1))[:count]
        if all(_accepts(node, character) for character in set(text)):
            return text
    first: Any = node[1][0] if node[0] is op.IN else (None, None)
    if first[0] is op.RANGE:
        return chr(first[1][0]) * count
    raise _Unsupported


def _accepts(node: Node, character: str) -> bool:
    kind, argument = node
    if kind is op.NOT_LITERAL:
        return ord(character) != argument
    if kind is op.ANY:
        return character not in "\r\n"
    negated = argument[0][0] is op.NEGATE
    return negated != any(_in_set(member, character) for member in argument[negated:])


def _in_set(member: Node, character: str) -> bool:
    kind, argument = member
    if kind is op.LITERAL:
        return ord(character) == argument
    if kind is op.RANGE:
        return bool(argument[0] <= ord(character) <= argument[1])
    return re.match(_CATEGORIES[argument], character) is not None
