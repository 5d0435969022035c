"""Classes that a program defines, and their instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apipack.languages.reading.values import Arguments, Builtin, Thing
from apipack.languages.wire import Unreadable

COMPONENTS = "the components"
"""Where the class of a record keeps the names of its members, each of which is a method as well."""
CONSTRUCTORS = ("__init__", "constructor", "__construct", "initialize")


@dataclass(frozen=True)
class Method:
    """A function that is called on an object, or on its class. kind: method, private (for other methods of its class
    alone), static, class or property."""

    closure: Any
    kind: str = "method"


@dataclass
class Bound:
    """A method with the object that it is called on."""

    closure: Any
    receiver: Thing


class Type(Thing):
    """A class. defaults: statements that set the fields of a new instance; shared: values of the class itself."""

    def __init__(
        self, name: str, methods: Mapping[str, Method], defaults: Any, parent: Any, copies: bool = False
    ) -> None:
        self.name, self.methods, self.defaults, self.parent = name, methods, defaults, parent
        self.copies = copies
        self.shared: dict[str, Any] = {}

    def find(self, name: str) -> Method | None:
        """A method of the class, or of the classes that it extends."""
        return next((kind.methods[name] for kind in self.line() if name in kind.methods), None)

    def line(self) -> list[Type]:
        """The class and those that it extends, nearest first."""
        line, parent = [self], self.parent
        while isinstance(parent, Type) and len(line) < 10:
            line.append(parent)
            parent = parent.parent
        if parent is not None:
            raise Unreadable(f"the class that {line[-1].name} extends")
        return line

    def get(self, run: Any, name: str) -> Any:
        for kind in self.line():
            if name in kind.shared:
                return kind.shared[name]
        method = self.find(name)
        if method is not None and method.kind in ("static", "class"):
            return method.closure if method.kind == "static" else Bound(method.closure, self)
        raise Unreadable(f"{name} of {self.name} is not known here")

    def set(self, run: Any, name: str, value: Any) -> None:
        self.shared[name] = value

    def instance(self, kind: Type) -> Instance:
        """An object of a class that extends this one, before its constructor runs."""
        return Instance(kind)

    def constructed(self, instance: Any, given: Arguments) -> None:
        """What its constructor does where no class of the program has one."""
        if given.positional or given.named:
            raise Unreadable(f"{instance.kind.name} takes no arguments")

    def inherited(self, run: Any, receiver: Instance, name: str) -> Any:
        """A method that no class of the program has."""
        if name in CONSTRUCTORS:
            return Builtin(lambda run, given: given.take())
        raise Unreadable(f"{name} of the class that {receiver.kind.name} extends")

    def make(self, run: Any, given: Arguments) -> Any:
        line = self.line()
        instance = line[-1].instance(self)
        if run.dialect.needs_new and any(kind.defaults for kind in line[:-1]):
            raise Unreadable("fields that are set between two constructors")
        for kind in reversed(line):
            if kind.defaults is not None:
                run.enter(kind.defaults, Arguments([]), instance)
        constructor = next((method for name in CONSTRUCTORS if (method := self.find(name))), None)
        if constructor is not None:
            run.enter(constructor.closure, given, instance)
        else:
            line[-1].constructed(instance, given)
        return instance


class Super(Thing):
    """An object as one of the class that its own class extends."""

    def __init__(self, kind: Type, receiver: Instance) -> None:
        self.kind, self.receiver = kind, receiver

    def get(self, run: Any, name: str) -> Any:
        method = next((kind.methods[name] for kind in self.kind.line()[1:] if name in kind.methods), None)
        if method is None:
            return self.kind.line()[-1].inherited(run, self.receiver, name)
        if method.kind == "property":
            return run.apply(Bound(method.closure, self.receiver), Arguments([]))
        if method.kind not in ("method", "private"):
            raise Unreadable(f"{name} of the class that {self.kind.name} extends")
        return Bound(method.closure, self.receiver)


def super_of(run: Any, given: Arguments) -> Super:
    """super: of an object and the class in whose method it stands."""
    receiver, kind = given.take("object", "class", required=2)
    if not isinstance(receiver, Instance) or not isinstance(kind, Type):
        raise Unreadable("super outside of a method")
    return Super(kind, receiver)


class Instance(Thing):
    """An object of a class of the program."""

    def __init__(self, kind: Type) -> None:
        self.kind = kind
        self.attributes: dict[str, Any] = {}

    def get(self, run: Any, name: str) -> Any:
        if name in self.attributes:
            return self.attributes[name]
        method = self.kind.find(name)
        if method is None or method.kind in ("static", "class"):
            return self.kind.get(run, name)
        if method.kind == "private" and not run.is_inside(self.kind):
            raise Unreadable(f"{name} is private")
        bound = Bound(method.closure, self)
        return run.apply(bound, Arguments([])) if method.kind == "property" else bound

    def set(self, run: Any, name: str, value: Any) -> None:
        method = self.kind.find(name)
        if method is not None and (method.kind == "property" or not run.dialect.names_apart):
            raise Unreadable(f"{name} is a method, and is set")
        self.attributes[name] = value

    def is_component(self, name: str) -> bool:
        """Whether a member is one of a record, which has a method that gives it."""
        return name in self.kind.shared.get(COMPONENTS, ()) and self.kind.find(name) is None

    def called(self, run: Any, name: str) -> Any:
        """What a call of a member means, where a method and an attribute may have one name."""
        method = self.kind.find(name)
        if method is None or method.kind not in ("method", "private") or name not in self.attributes:
            return self.get(run, name)
        if method.kind == "private" and not run.is_inside(self.kind):
            raise Unreadable(f"{name} is private")
        return Bound(method.closure, self)
