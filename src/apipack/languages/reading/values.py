"""Values of a program: Python's own for data, and a few of ours for what is no data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apipack.languages.environment import STAND_IN, holds_credential
from apipack.languages.reading.bounds import all_members
from apipack.languages.wire import Unreadable

NOT_CONSTANT = "the request depends on something that is not constant"


class Mystery:
    """A value that the program learns when it runs: an answer, an environment variable, the time."""

    def __repr__(self) -> str:
        return "a value that is not constant"


class Unset(Mystery):
    """An environment variable: not constant, but a default that stands beside it is what a bare environment gives."""


class Undefined:
    """JavaScript's undefined, and an argument that is not given."""


MYSTERY = Mystery()
UNSET = Unset()
UNDEFINED = Undefined()


@dataclass
class Arguments:
    """Of a call: by position and by name."""

    positional: list[Any]
    named: dict[str, Any] = field(default_factory=dict)

    def take(self, *names: str, required: int = 0) -> list[Any]:
        """Values in the order of `names`, UNDEFINED where not given; raises Unreadable on any other argument."""
        if len(self.positional) > len(names) or not set(self.named) <= set(names[len(self.positional) :]):
            raise Unreadable(f"arguments that are not {', '.join(names) or 'allowed'}")
        values = self.positional + [self.named.get(name, UNDEFINED) for name in names[len(self.positional) :]]
        if any(value is UNDEFINED for value in values[:required]):
            raise Unreadable(f"no argument {names[required - 1]}")
        return values


@dataclass(frozen=True)
class Builtin:
    """A function of the language or a library. run: of the evaluation and the arguments."""

    run: Callable[[Any, Arguments], Any]

    @property
    def changes(self) -> bool:
        """Whether it is a method of an object, which may be another after it."""
        return isinstance(getattr(self.run, "__self__", None), Thing)


@dataclass(frozen=True)
class Deferred:
    """A call of a library that begins once it is awaited, or entered where is_entered says so."""

    start: Callable[[], Any]
    is_entered: bool = False


class Thing:
    """An object of a library. Its methods are `do_NAME(run, arguments)`, its attributes Python's own `at_NAME`;
    `inert` names methods that change nothing about the request."""

    inert: frozenset[str] = frozenset()
    settable: frozenset[str] = frozenset()

    def get(self, run: Any, name: str) -> Any:
        if method := getattr(self, f"do_{name}", None):
            return Builtin(method)
        if hasattr(self, f"at_{name}"):
            return getattr(self, f"at_{name}")
        if name in self.inert:
            return Builtin(lambda run, arguments: MYSTERY)
        raise Unreadable(f"{name} of {type(self).__name__} is not known here")

    def set(self, run: Any, name: str, value: Any) -> None:
        if setter := getattr(self, f"set_{name}", None):
            setter(run, value)
        elif name not in self.settable:
            raise Unreadable(f"{name} of {type(self).__name__} cannot be set here")

    def item(self, run: Any, key: Any) -> Any:
        raise Unreadable(f"{type(self).__name__} has no members here")

    def set_item(self, run: Any, key: Any, value: Any) -> None:
        raise Unreadable(f"{type(self).__name__} has no members here")


@dataclass
class Module(Thing):
    """A namespace: members by name. A member that is not known can be held and not used."""

    name: str
    members: dict[str, Any] = field(default_factory=dict)

    def get(self, run: Any, name: str) -> Any:
        return self.members.get(name, Foreign(f"{self.name}.{name}"))

    def set(self, run: Any, name: str, value: Any) -> None:
        raise Unreadable(f"{self.name}.{name} is changed")


@dataclass
class Foreign(Thing):
    """Something of a library that no model knows: to call it is to refuse the program."""

    name: str

    def get(self, run: Any, name: str) -> Any:
        return Foreign(f"{self.name}.{name}")


def text_of(value: Any, what: str = "a text") -> str:
    """The text that a library is given; raises Unreadable where it is no constant text."""
    if isinstance(value, Mystery):
        raise Unreadable(NOT_CONSTANT)
    if not isinstance(value, str):
        raise Unreadable(f"{what} is not text")
    return value


def is_known(value: Any) -> bool:
    """Whether data is constant all the way down; raises Unreadable where it is too large."""
    return not any(isinstance(member, Mystery) for member in all_members(value))


def known(value: Any) -> Any:
    """The value, if it is constant all the way down."""
    if not is_known(value):
        raise Unreadable(NOT_CONSTANT)
    return value


@dataclass
class Inert(Thing):
    """A module whose functions tell nothing of a request: logging, dates, random numbers."""

    name: str

    def get(self, run: Any, name: str) -> Any:
        return MYSTERY

    def set(self, run: Any, name: str, value: Any) -> None:
        pass


AMBIENT = frozenset(
    [
        "HOME",
        "HOSTNAME",
        "LANG",
        "LC_ALL",
        "LOGNAME",
        "OLDPWD",
        "PATH",
        "PWD",
        "SHELL",
        "SHLVL",
        "TERM",
        "TMPDIR",
        "TZ",
        "USER",
    ]
)
"""Environment variables that a machine sets itself."""


def of_environment(name: Any) -> str | Mystery:
    """What an environment variable holds."""
    if not isinstance(name, str) or name in AMBIENT:
        return MYSTERY
    return STAND_IN if holds_credential(name) else UNSET


class Environment(Thing):
    """The variables of the environment."""

    def get(self, run: Any, name: str) -> Any:
        method = getattr(self, f"do_{name}", None)
        return Builtin(method) if method else of_environment(name)

    def item(self, run: Any, key: Any) -> Any:
        return of_environment(key)

    def set(self, run: Any, name: str, value: Any) -> None:
        if name != "NODE_TLS_REJECT_UNAUTHORIZED":
            raise Unreadable("the environment is changed")

    def set_item(self, run: Any, key: Any, value: Any) -> None:
        self.set(run, str(key), value)


class Symbol(str):
    """Ruby's :symbol, which is no text where a key is looked up."""

    __slots__ = ()
