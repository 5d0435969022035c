"""Java: functions as values (lambdas, method references), and the constants of an enum."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_collections import pairs_of
from apipack.languages.reading.java_data import Written
from apipack.languages.reading.objects import Bound, Instance, Type
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Foreign, Module, Mystery, Unset
from apipack.languages.wire import Unreadable

COMBINING = frozenset({"andThen", "compose", "negate", "and", "or", "identity"})


class Constant(Written):
    """A constant of an enum that has nothing but its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def written(self) -> str:
        return self.name

    def do_name(self, run: Evaluation, given: Arguments) -> str:
        return self.name

    do_toString = do_name


def enum_of(run: Evaluation, given: Arguments) -> Module:
    """An enum of constants."""
    members: dict[str, Any] = {name: Constant(name) for name in given.positional}
    return Module("an enum", members)


def constant_of(run: Evaluation, given: Arguments) -> Any:
    """A constant of an enum that has fields."""
    instance, name = given.positional
    instance.attributes[NAME] = name
    return instance


NAME = "the name"


class Optional(Written):
    """java.util.Optional of a value that is known."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def written(self) -> str:
        raise Unreadable("the text of an object")

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("get", "orElseThrow") and self.value is not None:
            return Builtin(lambda run, given: self.value)
        if name in ("isPresent", "isEmpty"):
            return Builtin(lambda run, given: (self.value is None) == (name == "isEmpty"))
        if name == "orElse":
            return Builtin(lambda run, given: given.positional[0] if self.value is None else self.value)
        if name in ("map", "ifPresent"):
            return Builtin(lambda run, given: self.apply(run, name, given))
        return super().get(run, name)

    def apply(self, run: Evaluation, name: str, given: Arguments) -> Any:
        (function,) = given.take("function", required=1)
        result = None if self.value is None else run.apply(function, Arguments([self.value]))
        return Optional(result) if name == "map" else None


def optional_of(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.take("value", required=1)
    if isinstance(value, Unset):
        return Optional(None)
    return value if isinstance(value, Mystery) else Optional(value)


def reference_of(run: Evaluation, given: Arguments) -> Any:
    """OWNER::NAME: a static member, the method of an object, or a method of the first argument."""
    owner, name = given.positional
    if isinstance(owner, Mystery | Foreign):
        return MYSTERY
    if name == "new":
        return Builtin(lambda run, given: run.apply(owner, given, True))
    if isinstance(owner, Type):
        method = owner.find(name)
        if method is not None and method.kind == "static":
            return method.closure
        return Builtin(_of_first(name))
    if isinstance(owner, Module):
        return owner.members[name] if isinstance(owner.members.get(name), Builtin) else Builtin(_of_first(name))
    return owner.called(run, name) if isinstance(owner, Instance) else run.dialect.member(run, owner, name)


def _of_first(name: str) -> Any:
    def call(run: Evaluation, given: Arguments) -> Any:
        first, *others = given.positional
        if isinstance(first, Instance) and not others and first.is_component(name):
            return first.attributes[name]
        if isinstance(first, Instance):
            return run.apply(first.called(run, name), Arguments(others))
        return run.apply(run.dialect.member(run, first, name), Arguments(others))

    return call


def functional(value: Closure | Bound | Builtin, name: str) -> Any:
    """The one method of a functional interface, whatever its name."""
    if name in COMBINING:
        raise Unreadable(f"{name} of a function is not known here")
    return value


def each_of(run: Evaluation, members: Any, given: Arguments) -> None:
    """forEach of a list or a map."""
    (function,) = given.take("action", required=1)
    if isinstance(function, Mystery):
        return
    for member in pairs_of(members) if isinstance(members, dict) else members:
        run.apply(function, Arguments(list(member) if isinstance(members, dict) else [member]))


BITS = {"byte": 8, "short": 16, "int": 32, "long": 64}


def cast_of(run: Evaluation, given: Arguments) -> Any:
    """A number as one of a primitive type, where that is the same number."""
    value, kind = given.positional
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, Mystery) or (kind == "double" and isinstance(value, float)):
        return value
    if kind == "double" and is_whole:
        return float(value)
    if kind not in BITS or not is_whole or value.bit_length() >= BITS[kind]:
        raise Unreadable(f"a cast to {kind} that may change a number")
    return value


def is_same(run: Evaluation, given: Arguments) -> Any:
    """Whether the value of a switch is that of a case."""
    value, case = given.positional
    if isinstance(value, Mystery) or isinstance(case, Mystery):
        return MYSTERY
    if isinstance(value, Constant):
        return value.name == case
    if isinstance(value, Instance):
        return value.attributes.get(NAME) == case
    if type(value) is not type(case):
        raise Unreadable("values of two types are compared")
    return value == case
