"""PHP's functions of arrays and texts over constants, where they say what a branch takes or what a request holds."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.dialect import constant
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.php_comparison import truth_of
from apipack.languages.reading.php_data import lower, sprintf, text
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Mystery, known
from apipack.languages.wire import Unreadable

LIMIT = 4_000_000
SMALL = 1_000


def _array(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise Unreadable("no array")
    return value


def renumbered(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Pairs whose integer keys count anew."""
    numbers = iter(range(len(pairs)))
    return {next(numbers) if isinstance(key, int) else key: value for key, value in pairs}


def _push(run: Evaluation, given: Arguments) -> int:
    run.certain()
    array, *values = given.positional
    held = _array(array)
    for value in values:
        held[max((key for key in held if isinstance(key, int)), default=-1) + 1] = value
    return len(held)


def _unshift(run: Evaluation, given: Arguments) -> int:
    run.certain()
    array, *values = given.positional
    held = _array(array)
    pairs = [*enumerate(values), *held.items()]
    held.clear()
    held.update(renumbered(pairs))
    return len(held)


def _ksort(run: Evaluation, given: Arguments) -> bool:
    run.certain()
    held = _array(*given.take("array", required=1))
    if not all(isinstance(key, str) and not key[:1].isdigit() for key in held):
        raise Unreadable("keys that are sorted as numbers")
    pairs = sorted(held.items(), key=lambda pair: pair[0].encode())
    held.clear()
    held.update(pairs)
    return True


def _reduce(run: Evaluation, given: Arguments) -> Any:
    array, function, total = given.take("array", "callback", "initial", required=2)
    values = list(_array(known(array)).values())
    if len(values) > SMALL:
        raise Unreadable("a sum over a long list")
    total = None if total is UNDEFINED else total
    for value in values:
        total = run.apply(function, Arguments([total, value]))
    return total


def _slice(array: Any, offset: int, length: int | None = None) -> dict[Any, Any]:
    pairs = list(_array(array).items())[offset:]
    return renumbered(pairs if length is None else pairs[:length])


def _column(array: Any, name: Any) -> dict[int, Any]:
    rows = [row for row in _array(array).values() if isinstance(row, dict) and name in row]
    return {index: row[name] for index, row in enumerate(rows)}


def _in_array(needle: Any, array: Any, strict: bool = False) -> bool:
    members = list(_array(array).values())
    if any(type(member) is not type(needle) for member in members) and not strict:
        raise Unreadable("values of two types are compared")
    return any(type(member) is type(needle) and member == needle for member in members)


def _substr(value: Any, start: int, length: int | None = None) -> str:
    octets = text(value).encode()
    part = octets[start:] if length is None else octets[start:][:length]
    return part.decode()


def _explode(joint: str, value: Any) -> dict[int, str]:
    return dict(enumerate(text(value).split(joint)))


def _repeated(value: Any, times: int) -> str:
    if not 0 <= len(text(value)) * times <= LIMIT:
        raise Unreadable("a text too long")
    return text(value) * times


def _padded(value: Any, length: int, pad: str = " ", kind: int = 1) -> str:
    if len(pad) != 1 or kind not in (0, 1) or length > SMALL:
        raise Unreadable("a text that is padded with more")
    return text(value).ljust(length, pad) if kind == 1 else text(value).rjust(length, pad)


def _filter(run: Evaluation, given: Arguments) -> Any:
    """Members of which a function, or they themselves, are true."""
    members, function, mode = given.take("array", "callback", "mode", required=1)
    members = known(members)
    if mode is not UNDEFINED or not isinstance(members, dict) or len(members) > 1000:
        raise Unreadable("a filter of more than a small array's values")
    kept: dict[Any, Any] = {}
    for key, member in members.items():
        holds = truth_of(member) if function in (UNDEFINED, None) else run.apply(function, Arguments([member]))
        if isinstance(holds, Mystery):
            return MYSTERY
        if truth_of(holds):
            kept[key] = member
    return kept


ARRAYS = {
    "array_filter": Builtin(_filter),
    "array_push": Builtin(_push),
    "array_unshift": Builtin(_unshift),
    "ksort": Builtin(_ksort),
    "array_reduce": Builtin(_reduce),
    "array_slice": constant(_slice),
    "array_column": constant(_column),
    "array_combine": constant(lambda keys, values: dict(zip(keys.values(), values.values(), strict=True))),
    "array_reverse": constant(lambda value: renumbered(list(_array(value).items())[::-1])),
    "array_replace": constant(lambda first, *others: {k: v for one in (first, *others) for k, v in one.items()}),
    "array_key_exists": constant(lambda key, array: key in _array(array)),
    "array_key_first": constant(lambda array: next(iter(_array(array)), None)),
    "in_array": constant(_in_array),
    "is_array": constant(lambda value: isinstance(value, dict)),
    "is_string": constant(lambda value: isinstance(value, str)),
    "is_bool": constant(lambda value: isinstance(value, bool)),
    "is_int": constant(lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "is_float": constant(lambda value: isinstance(value, float)),
    "str_contains": constant(lambda value, part: text(part) in text(value)),
    "str_starts_with": constant(lambda value, start: text(value).startswith(start)),
    "str_ends_with": constant(lambda value, end: text(value).endswith(end)),
    "substr": constant(_substr),
    "explode": constant(_explode),
    "lcfirst": constant(lambda value: lower(value[:1]) + value[1:]),
    "str_repeat": constant(_repeated),
    "str_pad": constant(_padded),
    "STR_PAD_RIGHT": 1,
    "STR_PAD_LEFT": 0,
    "vsprintf": constant(lambda pattern, values: sprintf(pattern, *_array(values).values())),
    "array_is_list": constant(lambda value: list(_array(value)) == list(range(len(value)))),
}
