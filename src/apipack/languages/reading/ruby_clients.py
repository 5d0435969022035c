"""Ruby: the library that a program names, and the dialect in which it is evaluated."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from apipack.languages.reading.dialect import Dialect, applied, constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance, Type
from apipack.languages.reading.ruby_data import pretty_json, text, to_json
from apipack.languages.reading.ruby_faraday import FARADAY
from apipack.languages.reading.ruby_httparty import Party
from apipack.languages.reading.ruby_net_http import NET, OPEN_URI, URI, UriModule
from apipack.languages.reading.ruby_tree import VERBS, lower, required
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Inert,
    Module,
    Mystery,
    Thing,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request


def read(code: str) -> Request:
    return Evaluation(Ruby(required(code))).run(lower(code))


JSON_MODULE = Module(
    "JSON",
    {
        "generate": constant(to_json),
        "dump": constant(to_json),
        "pretty_generate": constant(pretty_json),
        "parse": MYSTERY,
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
    "httparty": {**NETWORK, "HTTParty": Party(), "JSON": JSON_MODULE},
    "faraday": {"Faraday": FARADAY, "URI": URI, "JSON": JSON_MODULE},
}


def _join(parts: list[Any], joint: str = "") -> str:
    if len(joint) * len(parts) > 4_000_000:
        raise Unreadable("a text too long")
    return joint.join(map(text, parts))


def _each(run: Evaluation, value: Any, given: Arguments, keeps: bool) -> Any:
    """each and map of a list or hash."""
    (block,) = given.take("block", required=1)
    if len(value) > 1000:
        raise Unreadable("a loop over a long list")
    results = []
    for member in value.items() if isinstance(value, dict) else value:
        results.append(run.apply(block, Arguments(list(member) if isinstance(member, list | tuple) else [member])))
    return results if keeps else value


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


def _tapped(run: Evaluation, value: Any, given: Arguments) -> Any:
    (block,) = given.take("block", required=1)
    run.apply(block, Arguments([value]))
    return value


class Ruby(Dialect):
    """Methods see no variables around them, blocks do; nil and false alone are not true."""

    hoists = False
    block_scope = False
    closed_methods = True
    receiver = "self"
    own_class = "The class"
    names: Mapping[str, Any]
    methods: Mapping[type, Mapping[str, Any]] = {
        str: {
            "to_s": text,
            "to_str": text,
            "to_sym": text,
            "strip": lambda value: value.strip(),
            "chomp": lambda value: value.rstrip("\n"),
            "upcase": lambda value: value.upper(),
            "downcase": lambda value: value.lower(),
            "bytesize": lambda value: len(value.encode()),
            "length": lambda value: len(value),
            "encode": lambda value, *_: value,
            "empty?": lambda value: not value,
        },
        int: {"to_s": text},
        list: {"join": _join, "to_a": lambda value: value},
        dict: {
            "merge": lambda value, *others: {
                key: member for merged in (value, *others) for key, member in merged.items()
            }
        },
    }

    def __init__(self, libraries: set[str]) -> None:
        given = [LIBRARIES[name] for name in sorted(libraries) if name in LIBRARIES]
        self.has_json = any("JSON" in names for names in given)
        self.names = {
            "options are": Builtin(_checked_options),
            "option of": Builtin(_option),
            "other options of": constant(
                lambda options, *names: {name: value for name, value in options.items() if name not in names}
            ),
            "ENV": MYSTERY,
            "ARGV": MYSTERY,
            "OpenSSL": MYSTERY,
            "Time": Inert("Time"),
            "SecureRandom": Inert("SecureRandom"),
            **dict.fromkeys(("puts", "print", "p", "pp", "warn", "printf", "sleep"), MYSTERY),
            **dict.fromkeys(("exit", "abort", "raise"), Builtin(leave)),
            **dict.fromkeys(("StandardError", "SocketError", "Timeout", "Errno", "RuntimeError"), MYSTERY),
            **{name: value for names in given for name, value in names.items()},
            **({"URI": OPEN_URI} if "open-uri" in libraries else {}),
        }

    def is_local(self, name: str) -> bool:
        return re.match("[a-z_]", name) is not None

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        return value is not None and value is not False and value is not UNDEFINED

    def equal(self, left: Any, right: Any) -> bool:
        return bool(super().equal(left, right))

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Mystery):
            return MYSTERY
        if name == "to_json" and not isinstance(value, Thing):
            if not self.has_json:
                raise Unreadable("to_json without json")
            return Builtin(lambda run, given: applied(to_json, [value]))
        if isinstance(value, list | dict) and name in ("each", "map", "each_pair"):
            return Builtin(lambda run, given: _each(run, value, given, name == "map"))
        if isinstance(value, Instance) and name == "class":
            return Builtin(lambda run, given: value.kind)
        if isinstance(value, Type) and name == "new":
            return Builtin(value.make)
        if isinstance(value, Type) and name in VERBS and value.find(name) is None:
            (mixin,) = value.shared.get("include", [None])
            if isinstance(mixin, Party):
                return mixin.of_class(value.shared).get(run, name)
        if isinstance(value, Thing) and name == "tap":
            return Builtin(lambda run, given: _tapped(run, value, given))
        if name == "freeze":
            return Builtin(lambda run, given: value)
        if name in ("nil?", "is_a?"):
            return Builtin(lambda run, given: value is None if name == "nil?" else MYSTERY)
        attribute = super().member(run, value, name)
        if isinstance(value, Module) and not isinstance(attribute, Thing | Builtin):
            return Builtin(lambda run, given: attribute)
        return attribute

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if isinstance(callee, UriModule):
            return callee.call(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
