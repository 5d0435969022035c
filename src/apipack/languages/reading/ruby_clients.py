"""Ruby: the library that a program names, and the dialect in which it is evaluated."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, applied, constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance, Type, super_of
from apipack.languages.reading.ruby_data import pretty_json, text, to_json
from apipack.languages.reading.ruby_faraday import FARADAY
from apipack.languages.reading.ruby_httparty import Party
from apipack.languages.reading.ruby_net_http import NET, OPEN_URI, STRING_IO, URI, UriModule
from apipack.languages.reading.ruby_tree import VERBS, lower, required
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Inert,
    Module,
    Mystery,
    Symbol,
    Thing,
    known,
    text_of,
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
    "stringio": {"StringIO": STRING_IO},
    "httparty": {**NETWORK, "HTTParty": Party(), "JSON": JSON_MODULE},
    "faraday": {"Faraday": FARADAY, "URI": URI, "JSON": JSON_MODULE},
}


def _join(parts: list[Any], joint: str = "") -> str:
    if len(joint) * len(parts) > 4_000_000:
        raise Unreadable("a text too long")
    return joint.join(map(text, parts))


def _changed(value: Any, change: Any) -> Any:
    """The value itself, once it is changed."""
    change()
    return value


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


def _single(character: str) -> str:
    if len(character) != 1 or character in "^-\\":
        raise Unreadable("characters of a text")
    return character


def _replaced(value: str, old: Any, new: Any) -> str:
    return value.replace(text_of(old), new) if "\\" not in text_of(new) and old else value


def _translated(value: str, old: str, new: str) -> str:
    return value.replace(_single(old), _single(new))


def _flat(value: list[Any]) -> list[Any]:
    return [inner for member in value for inner in (_flat(member) if isinstance(member, list) else [member])]


def _formatted(pattern: str, *values: Any) -> str:
    """format."""
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] == "%%":
            return "%"
        name = verb["name"] or verb["held"]
        value = values[0][Symbol(name)] if name else rest.pop(0)
        kind, form = verb["kind"] or "s", verb["form"] or ""
        if kind == "s" and not form:
            return text(value)
        if kind == "d" and isinstance(value, int) and not isinstance(value, bool) and "." not in form:
            return f"%{form}d" % value
        if kind == "f" and isinstance(value, int | float) and not isinstance(value, bool):
            return f"%{form}f" % value
        raise Unreadable(f"{verb[0]} of such a value")

    verb = r"%(?:\{(?P<held>\w+)\}|(?:<(?P<name>\w+)>)?(?P<form>0?[1-9]?[0-9]?(?:\.[0-9])?)(?P<kind>[a-zA-Z%])|)"
    return re.sub(verb, written, pattern)


def _with_each(run: Evaluation, value: Any, name: str, given: Arguments) -> Any:
    """Methods of lists and hashes that call a block for each member."""
    block = given.named.get("block")
    if block is None or len(value) > 1000:
        raise Unreadable(f"{name} over such a list")
    members = [list(pair) for pair in value.items()] if isinstance(value, dict) else list(value)

    def of(member: Any, *more: Any) -> Any:
        is_pair = isinstance(member, list) and not more and run.taken(block) > 1
        return run.apply(block, Arguments(list(member) if is_pair else [member, *more]))

    if name == "each_with_index":
        for index, member in enumerate(members):
            of(member, index)
        return value
    if name == "each_with_object":
        (held,) = given.positional
        for member in members:
            of(member, held)
        return held
    if name in ("reduce", "inject"):
        if not given.positional:
            raise Unreadable("reduce without its first value")
        (total,) = given.positional
        for member in members:
            total = run.short(of(total, member))
        return total
    if name in ("transform_values", "transform_keys"):
        changed = [(key, of(key if name == "transform_keys" else member)) for key, member in value.items()]
        return {
            new if name == "transform_keys" else key: value[key] if name == "transform_keys" else new
            for key, new in changed
        }
    results = [of(member) for member in members]
    if name in ("flat_map", "to_h", "filter_map"):
        if name == "to_h":
            return {key: member for key, member in results}
        if name == "filter_map":
            return [result for result in map(known, results) if result is not None and result is not False]
        return [inner for result in results for inner in (result if isinstance(result, list) else [result])]
    truths = [run.truth(result) for result in results]
    if None in truths:
        raise Unreadable(f"{name} that nobody can decide")
    if name in ("any?", "all?"):
        return any(truths) if name == "any?" else all(truths)
    kept = [member for member, truth in zip(members, truths, strict=True) if truth == (name != "reject")]
    return {key: member for key, member in kept} if isinstance(value, dict) else kept


WITH_EACH = frozenset(
    [
        "each_with_index",
        "each_with_object",
        "reduce",
        "inject",
        "transform_values",
        "transform_keys",
        "flat_map",
        "to_h",
        "filter_map",
        "any?",
        "all?",
        "select",
        "filter",
        "reject",
    ]
)


def _or_plain(dialect: Ruby, run: Evaluation, value: Any, name: str) -> Builtin:
    """A method that takes a block, and may go without."""

    def call(run: Evaluation, given: Arguments) -> Any:
        if "block" in given.named:
            return _with_each(run, value, name, given)
        return run.apply(Dialect.member(dialect, run, value, name), given)

    return Builtin(call)


def _sym_block(run: Evaluation, given: Arguments) -> Builtin:
    """&:name as a block."""
    (name,) = given.positional
    return Builtin(
        lambda run, given: run.apply(
            run.dialect.member(run, given.positional[0], str(name)), Arguments(given.positional[1:])
        )
    )


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
            "<<": lambda value, more: value + text_of(more),
            "size": lambda value: len(value),
            "start_with?": lambda value, *starts: value.startswith(starts),
            "end_with?": lambda value, *ends: value.endswith(ends),
            "include?": lambda value, part: part in value,
            "delete_suffix": lambda value, end: value.removesuffix(end),
            "delete_prefix": lambda value, start: value.removeprefix(start),
            "capitalize": lambda value: value[:1].upper() + value[1:].lower(),
            "gsub": _replaced,
            "tr": _translated,
            "delete": lambda value, character: value.replace(_single(character), ""),
            "b": lambda value: value,
            "force_encoding": lambda value, *_: value,
            "split": lambda value, joint: value.split(text_of(joint)),
        },
        int: {"to_s": text, "to_i": lambda value: value},
        float: {"to_s": text},
        list: {
            "join": _join,
            "to_a": lambda value: value,
            "length": lambda value: len(value),
            "size": lambda value: len(value),
            "empty?": lambda value: not value,
            "any?": lambda value: any(member is not None and member is not False for member in value),
            "first": lambda value: value[0],
            "last": lambda value: value[-1],
            "compact": lambda value: [member for member in value if member is not None],
            "flatten": _flat,
            "include?": lambda value, member: member in value,
            "to_h": lambda value: {pair[0]: pair[1] for pair in value},
            "dup": lambda value: list(value),
            "uniq": lambda value: list(dict.fromkeys(value)),
            "sort": lambda value: sorted(map(text_of, value)),
            "concat": lambda value, *others: [member for part in (value, *others) for member in part],
        },
        dict: {
            "merge": lambda value, *others: {
                key: member for merged in (value, *others) for key, member in merged.items()
            },
            "empty?": lambda value: not value,
            "any?": lambda value: bool(value),
            "size": lambda value: len(value),
            "compact": lambda value: {key: member for key, member in value.items() if member is not None},
            "fetch": lambda value, key, *default: value.get(key, *default) if default else value[key],
            "dig": lambda value, key: value.get(key),
            "key?": lambda value, key: key in value,
            "keys": lambda value: list(value),
            "values": lambda value: list(value.values()),
            "to_a": lambda value: [list(pair) for pair in value.items()],
            "to_h": lambda value: dict(value),
            "dup": lambda value: dict(value),
            "slice": lambda value, *keys: {key: value[key] for key in keys if key in value},
            "except": lambda value, *keys: {key: member for key, member in value.items() if key not in keys},
        },
    }
    changing: Mapping[type, Mapping[str, Any]] = {
        list: {
            "<<": lambda value, member: _changed(value, lambda: value.append(member)),
            "push": lambda value, *members: _changed(value, lambda: value.extend(members)),
            "append": lambda value, *members: _changed(value, lambda: value.extend(members)),
            "concat": lambda value, others: _changed(value, lambda: value.extend(others)),
        },
        dict: {
            "store": lambda value, key, member: value.update({key: member}),
            "merge!": lambda value, *others: _changed(value, lambda: [value.update(other) for other in others]),
            "update": lambda value, other: _changed(value, lambda: value.update(other)),
            "delete": lambda value, key: value.pop(key, None),
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
            "SecureRandom": SECURE_RANDOM,
            **dict.fromkeys(("puts", "print", "p", "pp", "warn", "printf", "sleep"), MYSTERY),
            **dict.fromkeys(("exit", "exit!", "abort", "raise"), Builtin(leave)),
            **dict.fromkeys(("format", "sprintf"), constant(_formatted)),
            "Array": Builtin(_array),
            "given block": Builtin(lambda run, given: given.positional[0].get("block")),
            "is given": Builtin(lambda run, given: given.positional[0] is not None),
            "super of": super_of("initialize"),
            "Hash": Module("Hash", {"new": Builtin(lambda run, given: dict(zip(given.take(), (), strict=True)))}),
            "struct values": Builtin(_struct_values),
            "block of": Builtin(_sym_block),
            "String": constant(text),
            "lambda": Builtin(lambda run, given: given.named["block"]),
            "proc": Builtin(lambda run, given: given.named["block"]),
            **dict.fromkeys(("StandardError", "SocketError", "Timeout", "Errno", "RuntimeError"), MYSTERY),
            **{name: value for names in given for name, value in names.items()},
            **({"URI": OPEN_URI} if "open-uri" in libraries else {}),
        }

    def is_local(self, name: str) -> bool:
        return re.match("[a-z_]", name) is not None

    def text(self, value: Any) -> str:
        return text(value)

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            return applied(_formatted, [left, *(right if isinstance(right, list) else [right])])
        if operator == "*" and isinstance(left, str) and isinstance(right, int):
            if not 0 <= len(left) * right <= 4_000_000:
                raise Unreadable("a text too long")
            return left * right
        return super().binary(operator, left, right)

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
        if isinstance(value, list | dict) and name in WITH_EACH:
            return _or_plain(self, run, value, name)
        if isinstance(value, Closure) and name in ("call", "yield", "()"):
            return value
        if isinstance(value, int) and name == "times":
            return Builtin(lambda run, given: _each(run, list(range(value)), given, False))
        if name in ("then", "yield_self"):
            return Builtin(lambda run, given: run.apply(given.named["block"], Arguments([value])))
        if name == "!":
            return Builtin(lambda run, given: not self.truth(value))
        if isinstance(value, list | dict) and name in ("each", "map", "collect", "each_pair"):
            return Builtin(lambda run, given: _each(run, value, given, name in ("map", "collect")))
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
            return Builtin(lambda run, given: _tapped(run, value, given))
        if name in ("eql?", "equal?"):
            return Builtin(lambda run, given: self.equal(value, given.positional[0]))
        if name == "freeze":
            return Builtin(lambda run, given: value)
        if name in ("nil?", "is_a?"):
            return Builtin(lambda run, given: value is None if name == "nil?" else MYSTERY)
        attribute = super().member(run, value, name)
        if isinstance(value, Module) and not isinstance(attribute, Thing | Builtin):
            return Builtin(lambda run, given: attribute)
        return attribute

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        if isinstance(owner, Instance) and (writer := owner.kind.find(f"{name}=")) is not None:
            run.enter(writer.closure, Arguments([value]), owner)
        else:
            super().set_member(run, owner, name, value)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if isinstance(callee, UriModule):
            return callee.call(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
