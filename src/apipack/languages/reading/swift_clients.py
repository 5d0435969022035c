"""Swift: what its names mean, and which parts of Foundation they lead to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading.dialect import Dialect, applied, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance, Type
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.swift_addresses import Address, Components, Item, address_of
from apipack.languages.reading.swift_alamofire import ALAMOFIRE
from apipack.languages.reading.swift_alamofire_encoding import PairsType
from apipack.languages.reading.swift_alamofire_headers import HeaderType
from apipack.languages.reading.swift_collections import appended, each_of, joined, merged, of_each
from apipack.languages.reading.swift_data import (
    Bytes,
    CharacterSets,
    Encoder,
    Identifier,
    Null,
    Struct,
    data_of,
    deserialized,
    of_affix,
    percent_encoded,
    replaced,
    serialized,
    shared_data_of,
    string_of,
    text,
    trimmed,
)
from apipack.languages.reading.swift_enums import case_maker, case_value, matches, part_of, raw_value
from apipack.languages.reading.swift_session import (
    ConfigurationType,
    Outgoing,
    Session,
    SessionType,
    Waiting,
    bridged,
    or_fetched,
)
from apipack.languages.reading.swift_tree import lower
from apipack.languages.reading.swift_values import cast_of, copied_value
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Environment,
    Module,
    Mystery,
    Symbol,
    Thing,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request

_ALAMOFIRE = re.compile(r"^\s*import Alamofire\b", re.MULTILINE)


def read(code: str) -> Request:
    return Evaluation(Swift(ALAMOFIRE if _ALAMOFIRE.search(code) else {})).run(lower(code))


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


def _numbers(first: Any, last: Any, is_open: bool) -> list[int]:
    """A range of whole numbers that a loop goes over."""
    end = last if is_open else last + 1
    if any(isinstance(bound, bool) or not isinstance(bound, int) for bound in (first, last)) or end - first > MANY:
        raise Unreadable("a range of other bounds")
    return list(range(first, end))


NUMBERS = (
    "Double", "Float", "Int", "Int64", "Int32", "UInt", "UInt64", "UInt32", "TimeInterval", "Duration", "NSEC_PER_SEC",
    "pow", "min", "max", "floor", "ceil", "round", "exp2",
)  # fmt: skip
"""What computes numbers, which are of a delay and of no request."""
MANY = 1000
"""Turns of a loop over numbers."""
EXTENDED: Mapping[str, tuple[type, ...]] = {
    "Data": (Bytes,),
    "URLRequest": (Outgoing,),
    "String": (str,),
    "URL": (Address,),
    "Dictionary": (dict,),
    "Array": (list,),
}
"""Types of the library by their names, as extensions have them."""


def _extend(run: Evaluation, given: Arguments) -> Mystery:
    """A method that an extension gives to a type of the library."""
    kind, name, closure, is_property = given.positional
    dialect = run.dialect
    if not isinstance(dialect, Swift) or name in dialect.extensions or kind not in EXTENDED:
        raise Unreadable(f"an extension of {kind}")
    dialect.extensions[name] = (kind, closure, is_property)
    return MYSTERY


def _continued(run: Evaluation, given: Arguments) -> Mystery:
    """A block that is given the continuation of a call that waits."""
    (block,) = given.take("block", required=1)
    run.apply(block, Arguments([MYSTERY]))
    return MYSTERY


class Swift(Dialect):
    """Arrays and dictionaries are copied when they are assigned; a forced optional is its value."""

    must_declare = True
    ends_early = True
    trailing_block = True
    names_apart = True
    receiver = "self"
    own_class = "The class"
    changing: Mapping[type, Mapping[str, Any]] = {
        list: {"append": appended, "removeAll": list.clear},
        dict: {"updateValue": lambda value, member, forKey: value.update({forKey: copied_value(member)})},
    }
    names: Mapping[str, Any] = {
        **dict.fromkeys(
            [
                "print",
                "debugPrint",
                "dump",
                "NSLog",
                "fputs",
                "dispatchMain",
                "RunLoop",
                "CFRunLoopRun",
                "Thread",
                "DispatchQueue",
                "Date",
                "HTTPURLResponse",
                "JSONDecoder",
                "PlaygroundPage",
                "error",
                "UTF8",
                "sleep",
                "usleep",
                *NUMBERS,
                "DispatchTime",
                "EXIT_SUCCESS",
                "EXIT_FAILURE",
                "NSError",
                "URLError",
            ],
            MYSTERY,
        ),
        "UUID": Builtin(lambda run, given: Identifier(run.steps)),
        **dict.fromkeys(("DispatchSemaphore", "DispatchGroup"), Builtin(lambda run, given: Waiting())),
        "extend": Builtin(_extend),
        "matches": Builtin(matches),
        "part of": Builtin(part_of),
        "case value": Builtin(case_value),
        "case maker": Builtin(case_maker),
        "raw value of": Builtin(raw_value),
        **dict.fromkeys(("withCheckedContinuation", "withCheckedThrowingContinuation"), Builtin(_continued)),
        "exit": Builtin(leave),
        "fatalError": Builtin(leave),
        "preconditionFailure": Builtin(leave),
        "URL": Builtin(address_of),
        "NSURL": Builtin(address_of),
        "URLComponents": Builtin(lambda run, given: Components(given)),
        "URLQueryItem": Builtin(lambda run, given: Item(given)),
        "URLRequest": Builtin(lambda run, given: Outgoing(given)),
        "NSMutableURLRequest": Builtin(lambda run, given: Outgoing(given, is_shared=True)),
        "bridged": Builtin(bridged),
        "cast of": Builtin(cast_of),
        "URLSession": SessionType("URLSession", {"shared": Session()}),
        "URLSessionConfiguration": ConfigurationType("URLSessionConfiguration"),
        "CharacterSet": CharacterSets("CharacterSet"),
        "Data": or_fetched(data_of),
        "NSData": Builtin(data_of),
        "NSMutableData": Builtin(shared_data_of),
        "NSNull": Builtin(lambda run, given: Null()),
        "String": or_fetched(string_of),
        "JSONSerialization": Module(
            "JSONSerialization",
            {
                "data": Builtin(serialized),
                "jsonObject": Builtin(deserialized),
                "isValidJSONObject": Builtin(lambda run, given: True),
            },
        ),
        "JSONEncoder": Builtin(lambda run, given: Encoder()),
        "Task": Builtin(_task),
        "defer": Builtin(_deferred),
        "enum of": Builtin(lambda run, given: Module("an enum", *given.positional)),
        "case of": Builtin(lambda run, given: MYSTERY),
        "struct of": Builtin(lambda run, given: Struct(dict(given.named))),
        "is set": Builtin(_is_set),
        "members of": Builtin(_members),
        "numbers of": Builtin(lambda run, given: applied(_numbers, given.positional)),
        "self": MYSTERY,
        "a type": Module("a type"),
        "ProcessInfo": Module("ProcessInfo", {"processInfo": Module("processInfo", {"environment": Environment()})}),
    }

    def __init__(self, libraries: Mapping[str, Any]) -> None:
        self.extensions: dict[str, tuple[str, Closure, bool]] = {}
        self.names = {**self.names, **libraries}

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        super().set_member(run, owner, name, self.bound_value(value))

    def bound_value(self, value: Any) -> Any:
        return copied_value(value)

    def set_item(self, run: Any, owner: Any, key: Any, value: Any) -> None:
        if value is None and isinstance(owner, dict) and isinstance(key, str | int):
            owner.pop(key, None)
        else:
            super().set_item(run, owner, key, self.bound_value(value))

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unreadable("a condition that is no Bool")
        return value

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator in ("<", ">") and isinstance(left, str) and isinstance(right, str):
            if not f"{left}{right}".isascii():
                raise Unreadable("an order of texts beyond ASCII")
            return left < right if operator == "<" else left > right
        return super().binary(operator, left, right)

    def member(self, run: Any, value: Any, name: str) -> Any:
        if name in self.extensions and not isinstance(value, Mystery | Instance):
            kind, closure, is_property = self.extensions[name]
            if is_property and type(value) in EXTENDED.get(kind, ()):
                return run.enter(closure, Arguments([]), value)
            return Builtin(lambda run, given: self.extended(run, value, name, given))
        return self.of_library(run, value, name)

    def extended(self, run: Any, value: Any, name: str, given: Arguments) -> Any:
        """A method of an extension, which a text as its argument tells from the library's."""
        kind, closure, _ = self.extensions[name]
        if type(value) not in EXTENDED.get(kind, ()):
            return run.apply(self.of_library(run, value, name), given)
        if name == "append" and not (len(given.positional) == 1 and isinstance(given.positional[0], str)):
            return run.apply(self.of_library(run, value, name), given)
        return run.enter(closure, given, value)

    def of_library(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Symbol) and value == "shared" and name in ("dataTask", "data"):
            return Session().get(run, name)
        if isinstance(value, str):
            return self.of_text(value, name)
        if isinstance(value, list) and re.fullmatch("[0-9]", name) and int(name) < len(value):
            return value[int(name)]
        if isinstance(value, list | dict) and name in ("isEmpty", "count"):
            return not value if name == "isEmpty" else len(value)
        if isinstance(value, list | dict) and name in ("compactMap", "filter", "reduce", "sorted", "first", "last"):
            return of_each(run, value, name)
        if isinstance(value, dict) and name == "merging":
            return Builtin(lambda run, given: merged(run, value, given))
        if isinstance(value, Type | Struct) and name in ("init", "self"):
            return value
        if isinstance(value, Builtin) and name in ("init", "self"):
            return value if name == "init" else MYSTERY
        if isinstance(value, list | dict) and name in ("map", "forEach"):
            return Builtin(lambda run, given: each_of(run, value, given))
        if isinstance(value, list) and name == "contains":
            return Builtin(lambda run, given: applied(lambda member: member in value, given.positional, given.named))
        if isinstance(value, list) and name == "joined":
            return Builtin(lambda run, given: applied(joined, [value], dict(given.named)))
        if isinstance(value, Builtin) and name == "Encoding":
            return Module("Encoding", {"utf8": Symbol("utf8")})
        if value == self.names["Task"] and name in ("sleep", "yield", "detached"):
            return value if name == "detached" else MYSTERY
        if isinstance(value, Builtin):
            raise Unreadable(f"{name} of a type is not known here")
        return super().member(run, value, name)

    def of_text(self, value: str, name: str) -> Any:
        if name == "utf8":
            return Bytes(value.encode())
        if name == "isEmpty":
            return not value
        if name == "count" and value.isascii() and "\r\n" not in value:
            return len(value)
        if name == "data":
            return Builtin(lambda run, given: self.encoded(value, given))
        if name == "addingPercentEncoding":
            return Builtin(lambda run, given: percent_encoded(value, *given.take("withAllowedCharacters", required=1)))
        if name == "replacingOccurrences":
            return Builtin(lambda run, given: replaced(value, given))
        if name in ("hasPrefix", "hasSuffix", "appending"):
            return Builtin(lambda run, given: of_affix(value, name, given))
        if name == "trimmingCharacters":
            return Builtin(lambda run, given: trimmed(value, *given.take("in", required=1)))
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
        if isinstance(callee, Struct | SessionType | PairsType | HeaderType | CharacterSets):
            return callee.call(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
