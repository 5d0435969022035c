"""Go: the dialect in which a program is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.frozen import FrozenList, check_changes
from apipack.languages.reading.go_data import (
    BufferType,
    DataType,
    UrlType,
    Values,
)
from apipack.languages.reading.go_imports import has_imports, package_of
from apipack.languages.reading.go_packages import PACKAGES
from apipack.languages.reading.go_structs import Struct, copy_of, held, pointer_to, value_at
from apipack.languages.reading.go_switches import is_of_type
from apipack.languages.reading.go_tree import lower
from apipack.languages.reading.objects import Bound
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Mystery,
    Thing,
    Unset,
    text_of,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request

NAMES = frozenset(map(package_of, PACKAGES))
"""Of packages that a fragment need not import."""
MANY = 1000
"""Members of a list that is made at once."""


def read(code: str) -> Request:
    is_whole = has_imports(code)
    dialect = Go(is_whole)
    request = Evaluation(dialect).run(lower(code, frozenset() if is_whole else NAMES))
    if dialect.is_awaited is False:
        raise Unreadable("the program ends before its request is sent")
    return request


def _string(value: Any) -> str:
    if isinstance(value, bytes):
        return sending.octets_text(value)
    return text_of(value)


BITS = {"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64}
"""Of the types of whole numbers; each has one without a sign, whose name begins with u."""


def _whole(value: Any, least: int, most: int) -> int:
    """A conversion to a type of whole numbers; of a fraction it does not compile where that is constant."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most or value % 1:
        raise Unreadable("not a number of that type")
    return int(value)


def _real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 2**53:
        raise Unreadable("not a number of that type")
    return float(value)


def _conversions() -> Iterator[tuple[str, Builtin]]:
    for name, bits in BITS.items():
        yield name, constant(partial(_whole, least=-(2 ** (bits - 1)), most=2 ** (bits - 1) - 1))
        yield f"u{name}", constant(partial(_whole, least=0, most=2**bits - 1))
    yield "float64", constant(_real)


def _go(run: Evaluation, given: Arguments) -> None:
    """A goroutine, which runs until its request is sent once the program waits for it."""
    (closure,) = given.positional
    before = run.request
    run.apply(closure, Arguments([]))
    if run.request is not before:
        run.dialect.is_awaited = False


class Channel(Thing):
    """A channel: to receive is to wait for what a goroutine sends."""

    def __init__(self) -> None:
        self.is_given = False

    def do_sent(self, run: Evaluation, given: Arguments) -> None:
        self.is_given = True

    def do_received(self, run: Evaluation, given: Arguments) -> Mystery:
        if self.is_given and not run.doubt and run.dialect.is_awaited is False:
            run.dialect.is_awaited = True
        return MYSTERY


def _with_results(run: Evaluation, given: Arguments) -> Any:
    """A call whose arguments are the results of another."""
    function, results = given.positional
    if isinstance(function, Closure) and isinstance(results, list):
        count = len(function.function.parameters)
        if count > 1 and count == len(results):
            return run.apply(function, Arguments(results))
    return run.apply(function, Arguments([results]))


def _range(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    if isinstance(value, Channel):
        return value.do_received(run, given)
    if isinstance(value, Mystery):
        return MYSTERY
    if isinstance(value, dict):
        return [[name, member] for name, member in value.items()]
    if isinstance(value, list):
        return [[index, member] for index, member in enumerate(value)]
    if isinstance(value, int) and 0 <= value <= 1000:
        return [[index, index] for index in range(value)]
    if isinstance(value, Values):
        return [[name, members] for name, members in value.lists.items()]
    if value is None:
        return []
    raise Unreadable("a range over such a value")


def _sliced(value: Any, start: int | None, end: int | None, capacity: int | None) -> Any:
    """A part of a text or of octets; one of a list shares its members, which is not followed here."""
    if isinstance(value, list) or capacity is not None:
        return MYSTERY
    octets = value.encode() if isinstance(value, str) else value
    if not isinstance(octets, bytes) or not 0 <= (start or 0) <= (len(octets) if end is None else end) <= len(octets):
        raise Unreadable("a part that is not there")
    part = octets[start:end]
    return part.decode() if isinstance(value, str) else part


def _zeros(zero: Any, count: int) -> list[Any]:
    if zero is None or not 0 <= count <= MANY:
        raise Unreadable("a list of what is no plain value")
    return [zero] * count


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    return len(value.lists) if isinstance(value, Values) else len(value)


def _append(run: Evaluation, given: Arguments) -> list[Any]:
    first, *others = given.positional
    return [*(first or []), *map(held, others)]


class Go(Dialect):
    """Values are of one type; errors are nil, since a request that arrives has none."""

    must_declare = True
    counts_arguments = True
    names: Mapping[str, Any] = {
        "struct of": Builtin(lambda run, given: Struct(*given.positional)),
        "data of": Builtin(lambda run, given: DataType(*given.positional)),
        "same": Builtin(lambda run, given: given.positional[0]),
        "go": Builtin(_go),
        "channel": Builtin(lambda run, given: Channel()),
        "call with results": Builtin(_with_results),
        "first of": Builtin(lambda run, given: given.positional[0]),
        "pointer to": Builtin(pointer_to),
        "copy of": Builtin(copy_of),
        "is of type": Builtin(is_of_type),
        "value at": Builtin(value_at),
        "slice of": constant(_sliced),
        "zeros of": constant(_zeros),
        "array of": Builtin(lambda run, given: FrozenList(given.positional[0])),
        "bytes of": constant(lambda value: value if isinstance(value, bytes) else value.encode()),
        "range of": Builtin(_range),
        "string": constant(_string),
        **dict(_conversions()),
        "len": constant(_length),
        "append": Builtin(_append),
        "panic": Builtin(leave),
        "println": MYSTERY,
        "print": MYSTERY,
        **dict.fromkeys(("recover", "close"), MYSTERY),
    }
    modules = PACKAGES

    def __init__(self, has_imports: bool) -> None:
        if not has_imports:
            packages = {package_of(path): package for path, package in PACKAGES.items()}
            self.names = {**packages, **self.names}

    def bound_value(self, value: Any) -> Any:
        return held(value)

    def held_value(self, value: Any) -> Any:
        return held(value)

    def set_item(self, run: Any, owner: Any, key: Any, value: Any) -> None:
        check_changes(owner, True)
        super().set_item(run, owner, key, held(value))

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, Unset) and isinstance(right, str) and operator in ("==", "!="):
            return (right == "") == (operator == "==")
        return super().binary(operator, left, right)

    def truth(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unreadable("a condition that is no bool")
        return value

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if new and isinstance(callee, Struct | BufferType | UrlType | DataType):
            return callee.make(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")

    def member(self, run: Any, value: Any, name: str) -> Any:
        """A method of a value that is no struct is the one method of that name that such a type has."""
        if isinstance(value, str | int | float | list | dict):
            methods = [method for title, method in run.globals.names.items() if title.endswith(f".{name}")]
            if len(methods) == 1 and isinstance(methods[0], Closure):
                return Bound(methods[0], value)  # type: ignore[arg-type]
        if value is None and run.doubt and run.request is not None:
            return MYSTERY
        return super().member(run, value, name)

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        if owner is None:
            raise Unreadable("a field of nil")
        super().set_member(run, owner, name, held(value))
