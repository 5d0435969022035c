"""Python: the modules that a program imports, and the dialect in which it is evaluated."""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading.dialect import Dialect, applied, constant, copied, ignoring, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance, super_of
from apipack.languages.reading.python_aiohttp import AIOHTTP
from apipack.languages.reading.python_async import ASYNCIO, CONTEXTLIB, awaited, entered, manager_of
from apipack.languages.reading.python_auth import given_out, in_flow
from apipack.languages.reading.python_builtins import TEXT_METHODS, Template, contained, is_instance, sliced
from apipack.languages.reading.python_data import (
    BASE64,
    IO,
    JSON,
    PARSE,
    PLAIN,
    SPEC,
    Token,
    Tuple,
    decode,
    encode,
    formatted,
    join,
    percent,
    replace,
    to_str,
)
from apipack.languages.reading.python_dates import DATETIME, Maker, Moment, Span
from apipack.languages.reading.python_dates import calculated as dated
from apipack.languages.reading.python_enums import enum
from apipack.languages.reading.python_generators import UNKNOWN
from apipack.languages.reading.python_http import HTTP_CLIENT, URL_REQUEST
from apipack.languages.reading.python_lazy import changed_by, in_turn, lazy
from apipack.languages.reading.python_libraries import AUTH, HTTPX, REQUESTS
from apipack.languages.reading.python_numbers import ARITHMETIC, calculated, is_number
from apipack.languages.reading.python_pydantic import MODEL_NAMES, PYDANTIC
from apipack.languages.reading.python_system import ARGPARSE, OS, SYS
from apipack.languages.reading.python_threads import THREADS
from apipack.languages.reading.python_tree import lower
from apipack.languages.reading.python_urllib3 import URLLIB3, URLLIB3_UTIL
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Inert,
    Module,
    Mystery,
    Thing,
    known,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request


def read(code: str) -> Request:
    return Evaluation(Python()).run(lower(code))


INERT = (
    "urllib3.util.retry",
    "urllib3.exceptions",
    "requests.adapters",
    "logging",
    "time",
    "uuid",
    "random",
    "pprint",
    "typing",
    "ssl",
    "traceback",
    "__future__",
    "enum",
    "html",
)
ERRORS = ("Exception", "ValueError", "KeyError", "RuntimeError", "OSError", "ConnectionError", "TimeoutError")


def _attribute(run: Evaluation, given: Arguments) -> Any:
    """getattr of a name that is constant."""
    owner, name, default = given.take("object", "name", "default", required=2)
    if isinstance(owner, Mystery):
        return MYSTERY
    if isinstance(owner, Instance) and default is not UNDEFINED and known(name) not in owner.attributes:
        raise Unreadable("an attribute that may not be there")
    return run.dialect.member(run, owner, known(name))


def _deep_copied(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.take("x", required=1)
    if not isinstance(value, (*PLAIN, dict, list, Mystery)):
        raise Unreadable("a copy of an object")
    return copied(value)


def _formatted_as(value: Any, spec: str) -> str:
    """An interpolated value with its format."""
    if isinstance(value, Moment):
        return value.formatted(spec)
    if not SPEC.fullmatch(spec) or isinstance(value, bool | None):
        raise Unreadable("a format with more than a width")
    return format(value, spec)


def _range(*bounds: int) -> list[int]:
    numbers = range(*bounds)
    if len(numbers) > 1000:
        raise Unreadable("a long range")
    return list(numbers)


def _collected(run: Evaluation, given: Arguments) -> Any:
    values, function = given.positional
    if isinstance(values, Mystery):
        return MYSTERY
    members = run.dialect.members(values)
    if members is None or len(members) > 1000:
        raise Unreadable("a comprehension over what is no small list")
    results = [run.apply(function, Arguments([member])) for member in members]
    return [result for result in results if result is not UNDEFINED]


def _mapped(run: Evaluation, given: Arguments) -> Any:
    function, values = given.take("function", "values", required=2)
    return _collected(run, Arguments([values, function]))


def _collected_dict(run: Evaluation, given: Arguments) -> Any:
    pairs = _collected(run, given)
    return MYSTERY if isinstance(pairs, Mystery) else dict(known(pairs))


def _as_dict(run: Evaluation, given: Arguments) -> Any:
    """dataclasses.asdict of an instance whose class is one."""
    (value,) = given.take("obj", required=1)
    if not isinstance(value, Instance) or "__dataclass_fields__" not in value.kind.shared:
        raise Unreadable("asdict of what is no dataclass")
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Instance):
        return {name: _plain(member) for name, member in value.attributes.items()}
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list) else value


def _partial(run: Evaluation, given: Arguments) -> Builtin:
    """functools.partial."""
    function, *first = given.positional

    def call(run: Evaluation, more: Arguments) -> Any:
        return run.apply(function, Arguments([*first, *more.positional], given.named | more.named))

    return Builtin(call)


_SAME = Builtin(lambda run, given: given.take("function", required=1)[0])
FUNCTOOLS = Module(
    "functools",
    {"wraps": Builtin(lambda run, given: _SAME), "partial": Builtin(_partial), "cache": _SAME, "lru_cache": _SAME},
)


def _retried(run: Evaluation, given: Arguments) -> Any:
    """A decorator that calls a function again where it fails, which one that sends what arrives does not."""
    return given.positional[0] if given.positional and isinstance(given.positional[0], Closure) else _SAME


WAITS = ("stop_after_attempt", "stop_after_delay", "wait_exponential", "wait_fixed", "wait_random_exponential")
TENACITY = Module(
    "tenacity",
    {
        "retry": Builtin(_retried),
        **dict.fromkeys((*WAITS, "wait_random", "retry_if_exception_type", "before_log", "before_sleep_log"), MYSTERY),
    },
)
BACKOFF = Module("backoff", {"on_exception": Builtin(lambda run, given: _SAME), "expo": MYSTERY, "constant": MYSTERY})


class Python(Dialect):
    """Assignments are local to their function; nothing is hoisted."""

    hoists = False
    block_scope = False
    assigns_local = True
    counts_arguments = True
    names: Mapping[str, Any] = {
        **ignoring("print", "type", "repr", "hasattr", *ERRORS),
        "str": constant(to_str),
        "int": constant(lambda value: int(value)),
        "len": constant(lambda value: len(value)),
        "bool": constant(lambda value=False: bool(value)),
        "float": constant(lambda value: float(value)),
        "tuple": constant(lambda value=(): Tuple(value)),
        "tuple of": Builtin(lambda run, given: Tuple(given.positional[0])),
        "sorted": constant(lambda value: sorted(value)),
        "range": constant(_range),
        "enumerate": constant(lambda value: [Tuple(pair) for pair in enumerate(value)]),
        "zip": constant(lambda *values: [Tuple(members) for members in zip(*values, strict=False)]),
        "dict": Builtin(lambda run, given: {**(dict(given.positional[0]) if given.positional else {}), **given.named}),
        "list": constant(lambda value=(): list(value)),
        "exit": Builtin(leave),
        "quit": Builtin(leave),
        "await": Builtin(awaited),
        "map": lazy(_mapped),
        "generator of": lazy(_collected),
        "in turn": Builtin(in_turn),
        "changed by": Builtin(changed_by),
        "enum of": Builtin(enum),
        "min": constant(lambda *values: min(*values)),
        "max": constant(lambda *values: max(*values)),
        "any": constant(lambda values: any(values)),
        "all": constant(lambda values: all(values)),
        "SystemExit": MYSTERY,
        "list of": Builtin(_collected),
        "flat of": constant(lambda lists: [member for members in lists for member in members]),
        "dict of": Builtin(_collected_dict),
        "formatted as": constant(_formatted_as),
        "entered": Builtin(entered),
        UNKNOWN: MYSTERY,
        "manager of": Builtin(manager_of),
        **MODEL_NAMES,
        "generator": Builtin(in_flow),
        "yield": Builtin(given_out),
        "super of": Builtin(super_of),
        "slice of": constant(sliced),
        "isinstance": Builtin(is_instance),
        "getattr": Builtin(_attribute),
        "round": constant(lambda value, digits=None: round(value, digits)),
        "abs": constant(lambda value: abs(value)),
        "object": Builtin(lambda run, given: Token()),
        "chr": constant(lambda code: chr(code)),
        "ord": constant(lambda character: ord(character)),
        "sum": constant(lambda values: sum(values)),
        "__name__": "__main__",
        "__doc__": MYSTERY,
        "__file__": MYSTERY,
    }
    modules: Mapping[str, Any] = {
        "json": JSON,
        "datetime": DATETIME,
        "copy": Module("copy", {"copy": constant(copy.copy), "deepcopy": Builtin(_deep_copied)}),
        "itertools": Module(
            "itertools", {"chain": constant(lambda *lists: Tuple(one for many in lists for one in many))}
        ),
        "textwrap": Module("textwrap", {"dedent": constant(textwrap.dedent)}),
        "io": IO,
        "base64": BASE64,
        "http.client": HTTP_CLIENT,
        "http": Module("http"),
        "top of http.client": Module("http", {"client": HTTP_CLIENT}),
        "urllib.parse": PARSE,
        "urllib.request": URL_REQUEST,
        "urllib.error": Inert("urllib.error"),
        "urllib": Module("urllib", {"parse": PARSE, "request": URL_REQUEST}),
        "top of urllib.parse": Module("urllib", {"parse": PARSE}),
        "dataclasses": Module("dataclasses", {"dataclass": MYSTERY, "asdict": Builtin(_as_dict), "field": MYSTERY}),
        "top of urllib.error": Module("urllib", {"error": Inert("urllib.error")}),
        "top of urllib.request": Module(
            "urllib", {"parse": PARSE, "request": URL_REQUEST, "error": Inert("urllib.error")}
        ),
        "requests": REQUESTS,
        "requests.auth": AUTH,
        "requests.exceptions": Inert("requests.exceptions"),
        "httpx": HTTPX,
        "aiohttp": AIOHTTP,
        "os": OS,
        "sys": SYS,
        "argparse": ARGPARSE,
        "asyncio": ASYNCIO,
        "functools": FUNCTOOLS,
        "string": Module("string", {"Template": Builtin(lambda run, given: Template(given))}),
        "contextlib": CONTEXTLIB,
        "pydantic": PYDANTIC,
        "concurrent.futures": THREADS,
        "tenacity": TENACITY,
        "backoff": BACKOFF,
        "dotenv": Inert("dotenv"),
        "urllib3": URLLIB3,
        "urllib3.util": URLLIB3_UTIL,
        **{name: Inert(name) for name in INERT},
    }
    methods: Mapping[type, Mapping[str, Any]] = {
        str: {
            "format": formatted,
            "join": join,
            "replace": replace,
            "encode": encode,
            **{name: getattr(str, name) for name in TEXT_METHODS},
        },
        bytes: {"decode": decode},
        dict: {
            "items": lambda value: Tuple(map(Tuple, value.items())),
            "keys": lambda value: Tuple(value),
            "values": lambda value: Tuple(value.values()),
            "copy": lambda value: dict(value),
            "get": lambda value, key, default=None: value.get(key, default),
        },
    }
    changing: Mapping[type, Mapping[str, Any]] = {
        dict: {
            "update": lambda value, other=(), **named: value.update(other, **named),
            "setdefault": dict.setdefault,
            "pop": dict.pop,
        },
        list: {"append": list.append, "extend": list.extend},
    }

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Closure) and name in ("__name__", "__doc__", "__qualname__"):
            return MYSTERY
        return super().member(run, value, name)

    def merged(self, before: Any, module: Any) -> Any:
        if isinstance(before, Module) and isinstance(module, Module) and before.name == module.name == "urllib":
            return Module(module.name, before.members | module.members)
        return module

    def text(self, value: Any) -> str:
        return to_str(value)

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator in ("is", "is not"):
            if isinstance(left, Mystery) or isinstance(right, Mystery):
                return MYSTERY
            is_plain = left is None or right is None or isinstance(left, bool | Token) or isinstance(right, Token)
            return (left is right) == (operator == "is") if is_plain else MYSTERY
        if operator in ("in", "not in"):
            inside = contained(left, right)
            return inside if isinstance(inside, Mystery) else inside == (operator == "in")
        if operator == "%" and isinstance(left, str):
            return applied(percent, [left, right])
        if isinstance(left, Moment | Span):
            return dated(operator, left, right)
        if operator in ARITHMETIC and is_number(left) and is_number(right):
            return calculated(operator, left, right)
        if operator == "//" and type(left) is int and type(right) is int and right:
            return left // right
        if operator == "**" and type(left) is int and right == 0:
            return 1
        if operator == "/" and isinstance(left, int | float) and isinstance(right, int | float) and right:
            return left / right
        if operator == "|" and isinstance(left, dict) and isinstance(right, dict):
            return left | right
        return super().binary(operator, left, right)

    def item(self, run: Any, value: Any, key: Any) -> Any:
        if isinstance(value, list | str) and type(key) is int and -len(value) <= key < len(value):
            return value[key]
        return super().item(run, value, key)

    def plus(self, left: Any, right: Any) -> Any:
        if isinstance(left, Tuple) and isinstance(right, Tuple):
            return Tuple([*left, *right])
        return super().plus(left, right)

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, PLAIN) and isinstance(right, PLAIN):
            return bool(left == right)
        return super().equal(left, right)

    def changed(self, run: Any, method: Any, value: Any, given: Arguments) -> Any:
        if isinstance(value, Tuple):
            raise Unreadable("a tuple that is changed")
        return super().changed(run, method, value, given)

    def set_item(self, run: Any, owner: Any, key: Any, value: Any) -> None:
        if isinstance(owner, Tuple):
            raise Unreadable("a tuple that is changed")
        super().set_item(run, owner, key, value)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if isinstance(callee, Maker):
            return callee.call(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
