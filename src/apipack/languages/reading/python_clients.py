"""Python: the modules that a program imports, and the dialect in which it is evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from apipack.languages.reading.dialect import Dialect, applied, constant, ignoring, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance, super_of
from apipack.languages.reading.python_aiohttp import AIOHTTP
from apipack.languages.reading.python_async import ASYNCIO, CONTEXTLIB, awaited, entered, manager_of
from apipack.languages.reading.python_auth import AUTH_BASE, HTTPX_AUTH, given_out, in_flow
from apipack.languages.reading.python_builtins import TEXT_METHODS, Template, contained, is_instance, sliced
from apipack.languages.reading.python_data import (
    BASE64,
    IO,
    JSON,
    PARSE,
    PLAIN,
    decode,
    encode,
    formatted,
    join,
    percent,
    replace,
    to_str,
)
from apipack.languages.reading.python_http import HTTP_CLIENT, URL_REQUEST
from apipack.languages.reading.python_httpx import AsyncClient, Client
from apipack.languages.reading.python_pydantic import MODEL_NAMES, PYDANTIC
from apipack.languages.reading.python_requests import VERBS, BasicAuth, Prepared, Session
from apipack.languages.reading.python_system import ARGPARSE, OS, SYS
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


class Library(Module):
    """A module whose functions are those of a client that keeps nothing."""

    def __init__(self, name: str, members: dict[str, Any], client: Callable[[], Thing]) -> None:
        super().__init__(name, members)
        self.client = client

    def get(self, run: Any, name: str) -> Any:
        if name in VERBS or name == "request":
            client = self.client()
            if type(client) is Session:
                return Builtin(lambda run, given: _module_call(run, name, given))
            return client.get(run, name)
        return super().get(run, name)


class Functions(Session):
    """The functions of the module requests, whose positional arguments are fewer than a Session's."""


def _module_call(run: Evaluation, name: str, given: Arguments) -> Any:
    session = Functions()
    return session.do_request(run, given) if name == "request" else session.verb(run, name, given)


AUTH = Module("requests.auth", {"HTTPBasicAuth": Builtin(lambda run, given: BasicAuth(given)), "AuthBase": AUTH_BASE})
REQUESTS = Library(
    "requests",
    {
        "Session": Builtin(lambda run, given: Session()),
        "session": Builtin(lambda run, given: Session()),
        "auth": AUTH,
        "Request": Builtin(lambda run, given: Prepared(given)),
        "exceptions": Inert("requests.exceptions"),
        "RequestException": MYSTERY,
        "HTTPError": MYSTERY,
        "codes": MYSTERY,
    },
    Session,
)
HTTPX = Library(
    "httpx",
    {
        "Client": Builtin(lambda run, given: Client(given)),
        "AsyncClient": Builtin(lambda run, given: AsyncClient(given)),
        "BasicAuth": Builtin(lambda run, given: BasicAuth(given)),
        "Auth": HTTPX_AUTH,
        "QueryParams": Builtin(lambda run, given: dict(*given.take("params", required=1))),
        "HTTPError": MYSTERY,
        "HTTPStatusError": MYSTERY,
        "RequestError": MYSTERY,
        **dict.fromkeys(("Timeout", "Limits", "HTTPTransport", "AsyncHTTPTransport"), MYSTERY),
    },
    Client,
)

INERT = (
    "urllib3.util.retry",
    "urllib3.exceptions",
    "requests.adapters",
    "logging",
    "datetime",
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


def _formatted_as(value: Any, spec: str) -> str:
    """An interpolated value with its format."""
    if not re.fullmatch(r"0?[0-9]{0,2}d|\.[0-9]f|s", spec) or isinstance(value, bool):
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


class Member(Thing):
    """A member of an Enum."""

    def __init__(self, name: str, value: Any) -> None:
        self.at_name, self.at_value = name, value


def _enum(run: Evaluation, given: Arguments) -> Module:
    (values,) = given.positional
    return Module("an enum", {name: Member(name, value) for name, value in values.items()})


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
        **ignoring("print", "type", "repr", "hasattr", "getattr", *ERRORS),
        "str": constant(to_str),
        "int": constant(lambda value: int(value)),
        "len": constant(lambda value: len(value)),
        "bool": constant(lambda value=False: bool(value)),
        "float": constant(lambda value: float(value)),
        "tuple": constant(lambda value=(): list(value)),
        "sorted": constant(lambda value: sorted(value)),
        "range": constant(_range),
        "enumerate": constant(lambda value: [[index, member] for index, member in enumerate(value)]),
        "zip": constant(lambda *values: [list(members) for members in zip(*values, strict=False)]),
        "dict": Builtin(lambda run, given: {**(dict(given.positional[0]) if given.positional else {}), **given.named}),
        "list": constant(lambda value=(): list(value)),
        "exit": Builtin(leave),
        "quit": Builtin(leave),
        "await": Builtin(awaited),
        "map": Builtin(_mapped),
        "enum of": Builtin(_enum),
        "min": constant(lambda *values: min(*values)),
        "max": constant(lambda *values: max(*values)),
        "any": constant(lambda values: any(values)),
        "all": constant(lambda values: all(values)),
        "SystemExit": MYSTERY,
        "list of": Builtin(_collected),
        "dict of": Builtin(_collected_dict),
        "formatted as": constant(_formatted_as),
        "entered": Builtin(entered),
        "manager of": Builtin(manager_of),
        **MODEL_NAMES,
        "generator": Builtin(in_flow),
        "yield": Builtin(given_out),
        "super of": Builtin(super_of),
        "slice of": constant(sliced),
        "isinstance": Builtin(is_instance),
        "sum": constant(lambda values: sum(values)),
        "__name__": "__main__",
    }
    modules: Mapping[str, Any] = {
        "json": JSON,
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
            "items": lambda value: [list(pair) for pair in value.items()],
            "keys": lambda value: list(value),
            "values": lambda value: list(value.values()),
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
            same = left is right if left is None or right is None or isinstance(left, bool) else MYSTERY
            return same if isinstance(same, Mystery) or isinstance(left, Mystery) else same == (operator == "is")
        if operator in ("in", "not in"):
            inside = contained(left, right)
            return inside if isinstance(inside, Mystery) else inside == (operator == "in")
        if operator == "%" and isinstance(left, str):
            return applied(percent, [left, right])
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

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, PLAIN) and isinstance(right, PLAIN):
            return bool(left == right)
        return super().equal(left, right)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
