"""Python: the modules that a program imports, and the dialect in which it is evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from apipack.languages.reading.dialect import Dialect, applied, constant, ignoring, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance
from apipack.languages.reading.python_aiohttp import AIOHTTP
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
from apipack.languages.reading.python_httpx import Client
from apipack.languages.reading.python_requests import VERBS, BasicAuth, Prepared, Session
from apipack.languages.reading.python_tree import lower
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    UNSET,
    Arguments,
    Builtin,
    Environment,
    Inert,
    Module,
    Mystery,
    Thing,
    known,
    of_environment,
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


AUTH = Module("requests.auth", {"HTTPBasicAuth": Builtin(lambda run, given: BasicAuth(given))})
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
        "AsyncClient": Builtin(lambda run, given: Client(given)),
        "BasicAuth": Builtin(lambda run, given: BasicAuth(given)),
        "HTTPError": MYSTERY,
        "HTTPStatusError": MYSTERY,
        "RequestError": MYSTERY,
        "Timeout": MYSTERY,
    },
    Client,
)

INERT = (
    "urllib3",
    "urllib3.util.retry",
    "urllib3.util",
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
    "functools",
    "html",
)
ERRORS = ("Exception", "ValueError", "KeyError", "RuntimeError", "OSError", "ConnectionError", "TimeoutError")


def _variable(run: Evaluation, given: Arguments) -> Any:
    """os.getenv: what a bare environment gives."""
    name, default = given.take("key", "default", required=1)
    held = of_environment(name)
    return default if held is UNSET and default is not UNDEFINED else held


class Environ(Environment):
    """os.environ."""

    def do_get(self, run: Evaluation, given: Arguments) -> Any:
        return _variable(run, given)

    def item(self, run: Any, key: Any) -> Any:
        return MYSTERY


OS = Module("os", {"environ": Environ(), "getenv": Builtin(_variable)})
SYS = Module("sys", {"exit": Builtin(leave), "argv": MYSTERY, "stderr": MYSTERY, "stdout": MYSTERY})


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


class Gathered(Thing):
    """What asyncio.gather gives, before it is awaited."""

    def __init__(self, given: Arguments) -> None:
        self.values = given.positional


def _awaited(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    return [run.awaited(one) for one in value.values] if isinstance(value, Gathered) else run.awaited(value)


LOOP = Module("a loop", {"run_until_complete": Builtin(_awaited), "close": MYSTERY})
ASYNCIO = Module(
    "asyncio",
    {
        "run": Builtin(_awaited),
        "gather": Builtin(lambda run, given: Gathered(given)),
        "wait_for": Builtin(lambda run, given: given.take("aw", "timeout", required=1)[0]),
        "sleep": MYSTERY,
        "TimeoutError": MYSTERY,
        **dict.fromkeys(("get_event_loop", "new_event_loop"), Builtin(lambda run, given: LOOP)),
        "set_event_loop": MYSTERY,
    },
)


def _collected_dict(run: Evaluation, given: Arguments) -> Any:
    pairs = _collected(run, given)
    return MYSTERY if isinstance(pairs, Mystery) else dict(known(pairs))


def _entered(run: Evaluation, given: Arguments) -> Any:
    """What `with` gives; the end of its block is a method that is called some time."""
    (value,) = given.positional
    if not isinstance(value, Instance):
        return value
    for enter, after in (("__enter__", "__exit__"), ("__aenter__", "__aexit__")):
        if value.kind.find(enter):
            run.call_back(value.get(run, after))
            return run.awaited(run.apply(value.get(run, enter), Arguments([])))
    raise Unreadable("with an object that cannot be entered")


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


class Python(Dialect):
    """Assignments are local to their function; nothing is hoisted."""

    hoists = False
    block_scope = False
    assigns_local = True
    counts_arguments = True
    names: Mapping[str, Any] = {
        **ignoring("print", "isinstance", "type", "repr", "hasattr", "getattr", *ERRORS),
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
        "await": Builtin(_awaited),
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
        "entered": Builtin(_entered),
        "slice of": Builtin(lambda run, given: MYSTERY),
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
        "asyncio": ASYNCIO,
        **{name: Inert(name) for name in INERT},
    }
    methods: Mapping[type, Mapping[str, Any]] = {
        str: {
            "format": formatted,
            "join": join,
            "replace": replace,
            "encode": encode,
            **{name: getattr(str, name) for name in ("strip", "lstrip", "rstrip", "lower", "upper", "startswith")},
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
            return MYSTERY
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

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, PLAIN) and isinstance(right, PLAIN):
            return bool(left == right)
        return super().equal(left, right)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
