"""Ruby: the library that a program names, and the dialect in which it is evaluated."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import SMALL, Dialect, applied, constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.frozen import check_changes, frozen
from apipack.languages.reading.objects import Instance, Type, super_of
from apipack.languages.reading.ruby_blocks import (
    WITH_EACH,
    each,
    left_block,
    loop_members,
    numbers,
    or_plain,
    symbol_block,
    tapped,
)
from apipack.languages.reading.ruby_calls import VERBS
from apipack.languages.reading.ruby_classes import EXCEPTIONS, exception_class
from apipack.languages.reading.ruby_data import Address, is_address, pretty_json, text, to_json
from apipack.languages.reading.ruby_faraday import FARADAY
from apipack.languages.reading.ruby_http_gems import EXCON, HTTP, TYPHOEUS, to_query
from apipack.languages.reading.ruby_httparty import Party
from apipack.languages.reading.ruby_methods import CHANGING, METHODS, formatted
from apipack.languages.reading.ruby_net_http import NET, OPEN_URI, STRING_IO, URI, UriModule, joined
from apipack.languages.reading.ruby_rest_client import REST_CLIENT
from apipack.languages.reading.ruby_tree import lower, required
from apipack.languages.reading.scopes import Closure
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
    of_environment,
    text_of,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request


def read(code: str) -> Request:
    return Evaluation(Ruby(required(code))).run(lower(code))


def parsed(run: Evaluation, given: Arguments) -> Mystery:
    """What nobody looks into, of a document that is JSON; others throw."""
    if given.positional and isinstance(given.positional[0], str):
        json.loads(given.positional[0])
    return MYSTERY


JSON_MODULE = Module(
    "JSON",
    {
        "generate": constant(to_json),
        "dump": constant(to_json),
        "pretty_generate": constant(pretty_json),
        "parse": Builtin(parsed),
        "ParserError": MYSTERY,
    },
)
BASE64 = Module(
    "Base64",
    {
        "strict_encode64": constant(lambda value: base64.b64encode(value.encode()).decode()),
        "urlsafe_encode64": constant(lambda value: base64.urlsafe_b64encode(value.encode()).decode()),
    },
)
CGI = Module("CGI", {"escape": constant(lambda value: quote_plus(text(value)))})
ERB = Module("ERB", {"Util": Module("Util", {"url_encode": constant(lambda value: quote(text(value), safe="-_.~"))})})
NETWORK = {"Net": NET, "URI": URI}
LIBRARIES: Mapping[str, Mapping[str, Any]] = {
    "net/http": NETWORK,
    "net/https": NETWORK,
    "uri": {"URI": URI},
    "open-uri": {"URI": URI},
    "json": {"JSON": JSON_MODULE},
    "base64": {"Base64": BASE64},
    "cgi": {"CGI": CGI},
    "erb": {"ERB": ERB},
    "stringio": {"StringIO": STRING_IO},
    "httparty": {**NETWORK, "HTTParty": Party(), "JSON": JSON_MODULE},
    **dict.fromkeys(("rest-client", "rest_client"), {**NETWORK, "RestClient": REST_CLIENT}),
    "http": {**HTTP, "JSON": JSON_MODULE, "URI": URI},
    "excon": EXCON,
    "typhoeus": TYPHOEUS,
    "faraday": {"Faraday": FARADAY, "URI": URI, "JSON": JSON_MODULE},
}


class NotRequired(Thing):
    """A library that no `require` names: to use it ends the program, which may have sent its request."""

    def get(self, run: Evaluation, name: str) -> Any:
        if run.request is None:
            raise Unreadable(f"{name} of a library that is not required")
        return MYSTERY


NOT_REQUIRED = NotRequired()


def _array(run: Evaluation, given: Arguments) -> Any:
    """Array()."""
    (value,) = given.positional
    if isinstance(value, dict):
        return [list(pair) for pair in value.items()]
    return value if isinstance(value, list | Mystery) else [] if value is None else [value]


def _struct_values(run: Evaluation, given: Arguments) -> list[Any]:
    """Values of a struct's members, by position or by name."""
    values, names, by_name = given.positional
    if by_name and len(values) == 1 and isinstance(values[0], dict):
        if not set(values[0]) <= set(names):
            raise Unreadable("a member that a struct does not have")
        return [values[0].get(name) for name in names]
    if len(values) > len(names):
        raise Unreadable("values that a struct does not take")
    return values + [None] * (len(names) - len(values))


SECURE_RANDOM = Module(
    "SecureRandom",
    {
        name: Builtin(lambda run, given: sending.drawn(run.steps))
        for name in ("hex", "uuid", "alphanumeric", "base64", "urlsafe_base64")
    },
)


def _member_or_nil(owner: Any, key: Any) -> Any:
    if not isinstance(owner, dict):
        raise Unreadable("a member of what is no hash")
    return owner.get(key)


def _option(run: Evaluation, given: Arguments) -> Any:
    """A parameter by its keyword."""
    options, name, *default = given.positional
    if isinstance(options, Mystery):
        return MYSTERY
    if not isinstance(options, dict) or (name not in options and not default):
        raise Unreadable(f"no argument {name}")
    return options[name] if name in options else default[0]


def _checked_options(run: Evaluation, given: Arguments) -> Any:
    """Refuse keywords that a method does not take."""
    options, *names = given.positional
    if not isinstance(options, dict) or not set(options) <= set(names):
        raise Unreadable("a keyword that the method does not take")
    return MYSTERY


def _apart(values: list[Any]) -> tuple[list[Any], dict[Any, Any]]:
    """Arguments, and the options that are the last of them."""
    if values and isinstance(values[-1], Mystery):
        raise Unreadable("options that are not constant")
    return (values[:-1], values[-1]) if values and isinstance(values[-1], dict) else (values, {})


class RubyEnvironment(Environment):
    """ENV."""

    def do_fetch(self, run: Evaluation, given: Arguments) -> Any:
        name, default = given.take("name", "default", required=1) if not given.named else (*given.positional, UNDEFINED)
        if (held := of_environment(name)) is not UNSET:
            return held
        if "block" in given.named:
            return run.apply(given.named["block"], Arguments([name]))
        return MYSTERY if default is UNDEFINED else default


class Ruby(Dialect):
    """Methods see no variables around them, blocks do; nil and false alone are not true."""

    hoists = False
    block_scope = False
    closed_methods = True
    receiver = "self"
    own_class = "The class"
    names: Mapping[str, Any]
    methods = METHODS
    changing = CHANGING

    def __init__(self, libraries: set[str]) -> None:
        given = [LIBRARIES[name] for name in sorted(libraries) if name in LIBRARIES]
        self.has_queries = any(name.startswith(("active_support", "rails")) for name in libraries)
        self.has_json = any("JSON" in names for names in given)
        self.names = {
            "options are": Builtin(_checked_options),
            "option of": Builtin(_option),
            "other options of": constant(
                lambda options, *names: {name: value for name, value in options.items() if name not in names}
            ),
            "member or nil": constant(_member_or_nil),
            "ENV": RubyEnvironment(),
            "last options": Builtin(lambda run, given: _apart(*given.positional)[1]),
            "without options": Builtin(lambda run, given: _apart(*given.positional)[0]),
            "ARGV": MYSTERY,
            "OpenSSL": MYSTERY,
            "Time": Inert("Time"),
            "Logger": MYSTERY,
            "SecureRandom": SECURE_RANDOM,
            "JSON": NOT_REQUIRED,
            **dict.fromkeys(("puts", "print", "p", "pp", "warn", "printf", "sleep", "rand"), MYSTERY),
            **dict.fromkeys(("exit", "exit!", "abort", "raise"), Builtin(leave)),
            **dict.fromkeys(("format", "sprintf"), constant(formatted)),
            "Array": Builtin(_array),
            "loop members": Builtin(loop_members),
            "numbers of": constant(numbers),
            "left block": Builtin(left_block),
            "given block": Builtin(lambda run, given: given.positional[0].get("block")),
            "is given": Builtin(lambda run, given: given.positional[0] is not None),
            "super of": Builtin(super_of),
            "Hash": Module("Hash", {"new": Builtin(lambda run, given: dict(zip(given.take(), (), strict=True)))}),
            "struct values": Builtin(_struct_values),
            "block of": Builtin(symbol_block),
            "String": constant(text),
            "lambda": Builtin(lambda run, given: given.named["block"]),
            "proc": Builtin(lambda run, given: given.named["block"]),
            **dict.fromkeys(("SocketError", "Timeout", "Errno"), MYSTERY),
            **EXCEPTIONS,
            "Class": Module("Class", {"new": Builtin(exception_class)}),
            **{name: value for names in given for name, value in names.items()},
            **({"URI": OPEN_URI} if "open-uri" in libraries else {}),
        }

    def is_local(self, name: str) -> bool:
        return re.match("(?!def )[a-z_]", name) is not None

    def text(self, value: Any) -> str:
        return text(value)

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            return applied(formatted, [left, *(right if isinstance(right, list) else [right])])
        if operator == "*" and isinstance(left, str) and isinstance(right, int):
            if not 0 <= len(left) * right <= 4_000_000:
                raise Unreadable("a text too long")
            return left * right
        if isinstance(left, Instance) and left.kind.find(operator) is not None:
            raise Unreadable(f"{operator} of the program")
        numbers = [value for value in (left, right) if isinstance(value, int | float) and not isinstance(value, bool)]
        if operator in ("+", "-", "*", "/", "**") and len(numbers) == 2 and float in map(type, numbers):
            return MYSTERY
        if operator == "**" and len(numbers) == 2 and 0 <= right <= SMALL and abs(left) <= SMALL:
            return left**right
        return super().binary(operator, left, right)

    def plus(self, left: Any, right: Any) -> Any:
        if isinstance(left, Address) and isinstance(right, str):
            return joined([left, right])
        return super().plus(left, right)

    def truth(self, value: Any) -> bool:
        return value is not None and value is not False and value is not UNDEFINED

    def equal(self, left: Any, right: Any) -> bool:
        return bool(super().equal(left, right))

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Mystery):
            return MYSTERY
        check_changes(value, any(isinstance(value, kind) and name in names for kind, names in self.changing.items()))
        if name == "to_json" and not isinstance(value, Thing):
            if not self.has_json:
                raise Unreadable("to_json without json")
            return Builtin(lambda run, given: applied(to_json, [value]))
        if isinstance(value, dict) and name in ("to_query", "to_param") and self.has_queries:
            return Builtin(lambda run, given: to_query(value))
        if isinstance(value, list | dict) and name in WITH_EACH:
            return or_plain(self, run, value, name)
        if isinstance(value, Closure) and name in ("call", "yield", "()"):
            return value
        if isinstance(value, int) and name == "times":
            return Builtin(lambda run, given: each(run, list(range(value)), given, False))
        if name in ("then", "yield_self"):
            return Builtin(lambda run, given: run.apply(given.named["block"], Arguments([value])))
        if name == "!":
            return Builtin(lambda run, given: not self.truth(value))
        if isinstance(value, list | dict) and name in ("each", "map", "collect", "each_pair"):
            return Builtin(lambda run, given: each(run, value, given, name in ("map", "collect")))
        if isinstance(value, Instance) and name.startswith("@") and name not in value.attributes:
            return None
        if isinstance(value, Module) and name == "const_get":
            return Builtin(lambda run, given: run.dialect.member(run, value, text_of(*given.take("name", required=1))))
        if isinstance(value, Instance) and name == "class":
            return Builtin(lambda run, given: value.kind)
        if isinstance(value, Type) and name == "new":
            return Builtin(value.make)
        if isinstance(value, Type) and name in VERBS and value.find(name) is None:
            (mixin,) = value.shared.get("include", [None])
            if isinstance(mixin, Party):
                return mixin.of_class(value.shared).get(run, name)
        if isinstance(value, Thing) and name == "tap":
            return Builtin(lambda run, given: tapped(run, value, given))
        if name in ("eql?", "equal?"):
            return Builtin(lambda run, given: self.equal(value, given.positional[0]))
        if name == "freeze":
            return Builtin(lambda run, given: frozen(value))
        if isinstance(value, Address) and name in ("is_a?", "kind_of?"):
            return Builtin(lambda run, given: is_address(value, *given.take("class", required=1)))
        if name in ("nil?", "is_a?"):
            return Builtin(lambda run, given: value is None if name == "nil?" else MYSTERY)
        attribute = super().member(run, value, name)
        if isinstance(value, Module) and not isinstance(attribute, Thing | Builtin):
            return Builtin(lambda run, given: attribute)
        return attribute

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        if isinstance(owner, Instance) and (writer := owner.kind.find(f"{name}=")) is not None:
            run.enter(writer.closure, Arguments([value]), owner)
        elif isinstance(owner, Instance) and not name.startswith("@"):
            raise Unreadable(f"{name} of an object cannot be set")
        else:
            super().set_member(run, owner, name, value)

    def set_item(self, run: Any, owner: Any, key: Any, value: Any) -> None:
        check_changes(owner, True)
        super().set_item(run, owner, key, value)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if isinstance(callee, UriModule):
            return callee.call(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
