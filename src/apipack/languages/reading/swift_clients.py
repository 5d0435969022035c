"""Swift: what its names mean, and which parts of Foundation they lead to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading.dialect import Dialect, applied, copied, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.swift_addresses import Components, Item, address_of
from apipack.languages.reading.swift_data import (
    Bytes,
    CharacterSets,
    Encoder,
    Null,
    Struct,
    data_of,
    each_of,
    joined,
    percent_encoded,
    serialized,
    string_of,
    text,
)
from apipack.languages.reading.swift_session import ConfigurationType, Outgoing, Session, SessionType
from apipack.languages.reading.swift_tree import lower
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Module,
    Mystery,
    Symbol,
    Thing,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request


def read(code: str) -> Request:
    return Evaluation(Swift()).run(lower(code))


def _task(run: Evaluation, given: Arguments) -> Mystery:
    """Task { … }, whose block runs at once."""
    block = given.named.get("block")
    if not isinstance(block, Closure):
        raise Unreadable("a Task without a block")
    run.apply(block, Arguments([]))
    return MYSTERY


def _deferred(run: Evaluation, given: Arguments) -> Mystery:
    """defer { … }, whose block runs at some end."""
    run.call_back(given.named.get("block"))
    return MYSTERY


def _is_set(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    return MYSTERY if isinstance(value, Mystery) else value is not None


def _members(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    return [[key, member] for key, member in value.items()] if isinstance(value, dict) else value


class Swift(Dialect):
    """Arrays and dictionaries are copied when they are assigned; a forced optional is its value."""

    must_declare = True
    ends_early = True
    trailing_block = True
    receiver = "self"
    names: Mapping[str, Any] = {
        **dict.fromkeys(
            [
                "print",
                "debugPrint",
                "dump",
                "NSLog",
                "fputs",
                "DispatchSemaphore",
                "DispatchGroup",
                "dispatchMain",
                "RunLoop",
                "CFRunLoopRun",
                "Thread",
                "DispatchQueue",
                "ProcessInfo",
                "UUID",
                "Date",
                "HTTPURLResponse",
                "JSONDecoder",
                "PlaygroundPage",
                "error",
                "UTF8",
                "sleep",
                "Double",
                "DispatchTime",
                "EXIT_SUCCESS",
                "EXIT_FAILURE",
                "NSError",
                "URLError",
            ],
            MYSTERY,
        ),
        "exit": Builtin(leave),
        "fatalError": Builtin(leave),
        "preconditionFailure": Builtin(leave),
        "URL": Builtin(address_of),
        "NSURL": Builtin(address_of),
        "URLComponents": Builtin(lambda run, given: Components(given)),
        "URLQueryItem": Builtin(lambda run, given: Item(given)),
        "URLRequest": Builtin(lambda run, given: Outgoing(given)),
        "NSMutableURLRequest": Builtin(lambda run, given: Outgoing(given)),
        "URLSession": SessionType("URLSession", {"shared": Session()}),
        "URLSessionConfiguration": ConfigurationType("URLSessionConfiguration"),
        "CharacterSet": CharacterSets("CharacterSet"),
        "Data": Builtin(data_of),
        "NSData": Builtin(data_of),
        "NSMutableData": Builtin(data_of),
        "NSNull": Builtin(lambda run, given: Null()),
        "String": Builtin(string_of),
        "JSONSerialization": Module("JSONSerialization", {"data": Builtin(serialized), "jsonObject": MYSTERY}),
        "JSONEncoder": Builtin(lambda run, given: Encoder()),
        "Task": Builtin(_task),
        "defer": Builtin(_deferred),
        "enum of": Builtin(lambda run, given: Module("an enum", *given.positional)),
        "case of": Builtin(lambda run, given: MYSTERY),
        "struct of": Builtin(lambda run, given: Struct(dict(given.named))),
        "is set": Builtin(_is_set),
        "members of": Builtin(_members),
        "self": MYSTERY,
        "a type": Module("a type"),
    }

    def bound_value(self, value: Any) -> Any:
        return value.copy() if isinstance(value, Instance) and value.kind.copies else copied(value)

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unreadable("a condition that is no Bool")
        return value

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Symbol) and value == "shared" and name in ("dataTask", "data"):
            return Session().get(run, name)
        if isinstance(value, str):
            return self.of_text(value, name)
        if isinstance(value, list) and re.fullmatch("[0-9]", name) and int(name) < len(value):
            return value[int(name)]
        if isinstance(value, list | dict) and name in ("map", "forEach"):
            return Builtin(lambda run, given: each_of(run, value, given))
        if isinstance(value, list) and name == "joined":
            return Builtin(lambda run, given: applied(joined, [value], dict(given.named)))
        if isinstance(value, Builtin) and name == "Encoding":
            return Module("Encoding", {"utf8": Symbol("utf8")})
        if isinstance(value, Builtin):
            raise Unreadable(f"{name} of a type is not known here")
        return super().member(run, value, name)

    def of_text(self, value: str, name: str) -> Any:
        if name == "utf8":
            return Bytes(value.encode())
        if name == "data":
            return Builtin(lambda run, given: self.encoded(value, given))
        if name == "addingPercentEncoding":
            return Builtin(lambda run, given: percent_encoded(value, *given.take("withAllowedCharacters", required=1)))
        if name in ("uppercased", "lowercased"):
            return Builtin(lambda run, given: value.upper() if name == "uppercased" else value.lower())
        raise Unreadable(f"{name} of a text is not known here")

    @staticmethod
    def encoded(value: str, given: Arguments) -> Bytes:
        encoding, _ = given.take("using", "allowLossyConversion", required=1)
        if encoding != "utf8":
            raise Unreadable("another encoding")
        return Bytes(value.encode())

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if isinstance(callee, Struct | SessionType):
            return callee.call(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
