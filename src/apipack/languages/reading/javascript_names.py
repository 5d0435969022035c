"""JavaScript: methods of its values, and the dialect in which it is evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading.dialect import Dialect, applied, constant
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_arrays import ARRAY_CHANGES, ARRAY_METHODS, LOOPS, sliced
from apipack.languages.reading.javascript_collections import PairList
from apipack.languages.reading.javascript_data import (
    text,
)
from apipack.languages.reading.javascript_globals import MAIN, NAMES, Member, later
from apipack.languages.reading.javascript_keys import key_text, ordered, put
from apipack.languages.reading.javascript_modules import imported
from apipack.languages.reading.javascript_numbers import (
    COMPARISONS,
    OPERATORS,
    calculated,
    compared,
    exact,
    fixed,
    is_number,
    written_in,
)
from apipack.languages.reading.javascript_objects import check_frozen
from apipack.languages.reading.javascript_texts import Characters, Hole, Pattern
from apipack.languages.reading.objects import Bound, Instance
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Environment,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable

PRODUCT = 4_000_000
WIDTH = 1_000
SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
HOSTED = re.compile(
    r"https://(?:esm\.sh|esm\.run|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net/npm)/(?P<name>axios|ky|jquery)"
    r"(?:@[\w.^~-]+)?(?:/[\w./+-]*)?"
)
"""Where browsers import a package from."""


def _filled(run: Evaluation, value: str, method: str, given: Arguments) -> Any:
    """replace and replaceAll, of which a function of the program may give what is put in."""
    old, new = given.take("pattern", "replacement", required=2)
    plain = _replace if method == "replace" else _replace_all
    if isinstance(old, Hole | Pattern | Characters) and method == "replaceAll" and not old.is_global:
        raise Unreadable("replaceAll of the first alone")
    if not isinstance(new, Closure):
        return applied(plain, [value, old, new])

    def fill(found: list[Any]) -> str:
        return text(known(run.apply(new, Arguments([*found, MYSTERY, MYSTERY]))))

    if isinstance(old, Hole | Pattern | Characters):
        return old.filled(value, fill)
    if isinstance(old, str) and method == "replace":
        return value.replace(old, fill([old]), 1) if old in value else value
    raise Unreadable("a replacement by a pattern")


def _replace(value: str, old: Any, new: Any) -> str:
    if isinstance(old, Pattern | Characters) and isinstance(new, str) and "$" not in new:
        return old.replaced(value, new)
    if not isinstance(old, str) or not isinstance(new, str) or "$" in new:
        raise Unreadable("a replacement by a pattern")
    return value.replace(old, new, 1)


def _replace_all(value: str, old: Any, new: Any) -> str:
    if isinstance(old, Pattern | Characters):
        return _replace(value, old, new)
    if not isinstance(old, str) or not isinstance(new, str) or "$" in new or not old:
        raise Unreadable("a replacement by a pattern")
    if len(value) * max(len(new), 1) > PRODUCT:
        raise Unreadable("a text too long")
    return value.replace(old, new)


def _split(value: str, by: Any = UNDEFINED) -> list[str]:
    return [value] if by is UNDEFINED else list(value) if by == "" else value.split(by)


def _join(parts: list[Any], joint: str = ",") -> str:
    if len(joint) * len(parts) > PRODUCT:
        raise Unreadable("a text too long")
    return joint.join("" if part is None or part is UNDEFINED else text(part) for part in parts)


def _concatenated(value: list[Any], others: tuple[Any, ...]) -> list[Any]:
    members = list(value)
    for other in others:
        members += other if isinstance(other, list) else [other]
    return members


def _padded(value: str, length: int, pad: str) -> str:
    if len(pad) != 1 or length > WIDTH:
        raise Unreadable("a text that is padded with more")
    return pad * (length - len(value.encode("utf-16-le")) // 2)


def _repeated(value: str, count: int) -> str:
    if not 0 <= count * max(len(value), 1) <= PRODUCT:
        raise Unreadable("a text too long")
    return value * count


def _unit_at(value: str, index: int = 0) -> int:
    if not 0 <= index < len(value) or any(character > "\uffff" for character in value):
        raise Unreadable("a character that is not there, or is wide")
    return ord(value[index])


STRANGERS = ({str, int}, {str, float}, {str, bool}, {int, bool}, {float, bool})
"""Types whose values are never strictly equal."""


INHERITED = ("constructor", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf", "toLocaleString", "__proto__")
"""Members of every object, or some of them."""


class JavaScript(Dialect):
    """Objects are mappings, promises run their functions at once, and text joins with anything."""

    ends_early = True
    nothing = UNDEFINED
    receiver = "this"
    needs_new = True
    spreads_nothing = True
    methods: Mapping[type, Mapping[str, Any]] = {
        str: {
            "toString": text,
            "trim": lambda value: value.strip(SPACE),
            "toUpperCase": str.upper,
            "toLowerCase": str.lower,
            "concat": lambda value, *others: value + "".join(map(text, others)),
            "split": _split,
            "startsWith": lambda value, start: value.startswith(start),
            "endsWith": lambda value, end: value.endswith(end),
            "includes": lambda value, part: part in value,
            "slice": sliced,
            "trimEnd": lambda value: value.rstrip(SPACE),
            "trimStart": lambda value: value.lstrip(SPACE),
            "padStart": lambda value, length, pad=" ": _padded(value, length, pad) + value,
            "charCodeAt": _unit_at,
            "charAt": lambda value, index=0: sliced(value, index, index + 1) if index >= 0 else "",
            "lastIndexOf": lambda value, part: sliced(value).rfind(part),
            "indexOf": lambda value, part: sliced(value).find(part),
            "repeat": _repeated,
            "padEnd": lambda value, length, pad=" ": value + _padded(value, length, pad),
        },
        int: {"toString": written_in, "toFixed": fixed},
        float: {"toString": lambda value: text(value), "toFixed": fixed},
        list: {
            "join": _join,
            "toString": text,
            "concat": lambda value, *others: _concatenated(value, others),
            **ARRAY_METHODS,
        },
    }
    changing: Mapping[type, Mapping[str, Any]] = {list: ARRAY_CHANGES}

    def __init__(self, names: Mapping[str, Any], modules: Mapping[str, Any]) -> None:
        self.names = {**NAMES, **names, "require": Builtin(self._require), "import": Builtin(imported)}
        self.modules = modules
        self.frozen: list[Any] = []

    def _require(self, run: Evaluation, given: Arguments) -> Any:
        (path,) = given.take("path", required=1)
        return self.imported(text_of(path).removeprefix("node:"), None)

    def imported(self, path: str, member: str | None) -> Any:
        if (hosted := HOSTED.fullmatch(path)) is not None:
            path = hosted["name"]
        if member == "default":
            return super().imported(path, None)
        return super().imported(path, member)

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        if isinstance(value, str | int | float | None):
            return bool(value)
        return value is not UNDEFINED

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator in OPERATORS and is_number(left) and is_number(right):
            return calculated(operator, left, right)
        if operator in COMPARISONS and isinstance(left, str) and isinstance(right, str):
            return compared(operator, left.encode("utf-16-be"), right.encode("utf-16-be"))
        if operator in ("===", "!==") and {type(left), type(right)} in STRANGERS:
            return operator == "!=="
        if operator in ("===", "!==") and (isinstance(left, dict | list) or isinstance(right, dict | list)):
            is_unknown = isinstance(left, Mystery) or isinstance(right, Mystery)
            return MYSTERY if is_unknown else (left is right) == (operator == "===")
        if operator == "in" and isinstance(right, dict) and isinstance(left, str) and left not in INHERITED:
            return left in right
        return super().binary({"===": "==", "!==": "!="}.get(operator, operator), left, right)

    def equal(self, left: Any, right: Any) -> bool:
        if (
            left is None
            and isinstance(right, str | int | float)
            or right is None
            and isinstance(left, str | int | float)
        ):
            return False
        if left is UNDEFINED or right is UNDEFINED:
            return left is right or left is None or right is None
        return super().equal(left, right)

    def plus(self, left: Any, right: Any) -> Any:
        if is_number(left) and is_number(right):
            return exact(left + right)
        if isinstance(left, str) or isinstance(right, str):
            return text(left) + text(right)
        raise Unreadable("a sum of no numbers or texts")

    def mapping(self, members: dict[Any, Any]) -> dict[Any, Any]:
        return ordered(members)

    def spread(self, value: dict[Any, Any]) -> dict[Any, Any]:
        if any(isinstance(member, Member) and member.is_getter for member in value.values()):
            raise Unreadable("a spread of an object that computes its members")
        return value

    def members(self, value: Any) -> list[Any] | None:
        if isinstance(value, PairList):
            return value.listed()
        return list(value) if isinstance(value, str) else None if isinstance(value, dict) else super().members(value)

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, dict) and isinstance(value.get(name), Member):
            held = value[name]
            bound = Bound(held.closure, value)  # type: ignore[arg-type]
            return run.apply(bound, Arguments([])) if held.is_getter else bound
        if isinstance(value, dict) and name == "hasOwnProperty" and name not in value:
            return constant(lambda key: text(key) in value)
        if isinstance(value, dict) and (name in value or name not in ("then", "catch", "finally")):
            return value.get(name, UNDEFINED)
        if isinstance(value, list) and name == "length":
            return len(value)
        if isinstance(value, Builtin) and name == "main":
            return MAIN
        if name in ("then", "catch", "finally") and not isinstance(value, Mystery | Thing):
            return Builtin(later)
        if isinstance(value, str) and name in ("replace", "replaceAll"):
            return Builtin(lambda run, given: _filled(run, value, name, given))
        if isinstance(value, str) and name == "length":
            return len(value.encode("utf-16-le")) // 2
        if isinstance(value, list) and name in LOOPS:
            return Builtin(lambda run, given: LOOPS[name](run, value, given))
        if isinstance(value, Closure) and name in ("bind", "call"):
            raise Unreadable(f"{name} of a function")
        return super().member(run, value, name)

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        check_frozen(run, owner)
        if isinstance(owner, dict):
            put(owner, name, value)
        else:
            super().set_member(run, owner, name, value)

    def set_item(self, run: Any, owner: Any, key: Any, value: Any) -> None:
        check_frozen(run, owner)
        if isinstance(owner, dict) and not isinstance(key, Mystery):
            put(owner, key_text(key), value)
        elif isinstance(owner, Instance) and isinstance(key, str):
            owner.set(run, key, value)
        else:
            super().set_item(run, owner, key, value)

    def changed(self, run: Any, method: Any, value: Any, given: Arguments) -> Any:
        check_frozen(run, value)
        return super().changed(run, method, value, given)

    def item(self, run: Any, value: Any, key: Any) -> Any:
        if isinstance(value, dict) and not isinstance(key, Mystery):
            name = key_text(key)
            return self.member(run, value, name) if name in value else UNDEFINED
        if isinstance(value, Thing) and isinstance(key, str) and not isinstance(value, Mystery | Environment):
            return value.get(run, key)
        if isinstance(value, list) and type(key) is int and key >= len(value):
            return UNDEFINED
        return super().item(run, value, key)
