"""What a language gives a program: built-in names, modules, methods of its data, and how it joins and compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apipack.languages.reading.bounds import check_product, check_size, within
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Foreign, Mystery, Thing, is_known
from apipack.languages.wire import Unreadable

Pure = Callable[..., Any]
LIMIT = 4_000_000
SMALL, SHIFT = 100, 20
"""Of numbers whose power is no long computation."""


def constant(function: Pure) -> Builtin:
    """A function of constants: what it gives for a value that is not constant is not constant."""
    return Builtin(lambda run, given: applied(function, given.positional, given.named))


def ignoring(*names: str) -> dict[str, Any]:
    """Functions that do nothing to a request: of printing, logging and the like."""
    return dict.fromkeys(names, Builtin(lambda run, given: MYSTERY))


def leave(run: Any, given: Arguments) -> Any:
    """A function that ends the program."""
    if run.doubt:
        if not run.handling:
            run.certain()
        return MYSTERY
    raise Ended


def applied(function: Pure, positional: list[Any], named: Mapping[str, Any] | None = None) -> Any:
    named = named or {}
    if not is_known(positional) or not is_known(list(named.values())):
        return MYSTERY
    try:
        return function(*positional, **named)
    except Unreadable:
        raise
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, LookupError):
        raise Unreadable("a call that does not take its values") from None


class Ended(Exception):
    """The program ends itself."""


class Dialect:
    """The base of all; a language overrides what it does differently. receiver: what a method calls its object, empty
    where that is its first parameter. own_class: what a class calls itself inside of it. counts_arguments: a call with
    too few arguments, or too many, fails. trailing_block: the argument `block` is a function's last parameter.
    needs_new: a class that is called without `new` fails. sigil: begins the name of a variable, and not that of an
    argument. spreads_nothing: what is not there spreads as nothing.
    names_apart: a method may have the name of an attribute.
    is_awaited: whether a program waits for its routine that sends; None where none does.
    is_strict: an assignment declares nothing.
    consuming: how many lists are under way all of which is asked for."""

    hoists = True
    block_scope = True
    closed_functions = False
    closed_methods = False
    assigns_local = False
    must_declare = False
    is_strict = False
    creates_arrays = False
    ends_early = False
    is_awaited: bool | None = None
    consuming = 0
    spreads_nothing = False
    nothing: Any = None
    receiver = ""
    counts_arguments = False
    trailing_block = False
    needs_new = False
    names_apart = False
    own_class = ""
    sigil = ""
    names: Mapping[str, Any] = {}
    modules: Mapping[str, Any] = {}
    methods: Mapping[type, Mapping[str, Pure]] = {}
    changing: Mapping[type, Mapping[str, Pure]] = {}

    def is_local(self, name: str) -> bool:
        """Whether a name is hidden from a closed function."""
        return False

    def bound_value(self, value: Any) -> Any:
        """What a variable holds that a value is given to: a copy where data is not shared."""
        return value

    def held_value(self, value: Any) -> Any:
        """What a literal of a list or a mapping holds."""
        return value

    def mapping(self, members: dict[Any, Any]) -> dict[Any, Any]:
        """What a literal of a mapping gives."""
        return members

    def imported(self, path: str, member: str | None) -> Any:
        module = self.modules.get(path, Foreign(path))
        if member is None:
            return module
        return module.get(None, member) if isinstance(module, Thing) else Foreign(f"{path}.{member}")

    def merged(self, before: Any, module: Any) -> Any:
        """What a name means that a second import gives."""
        return module

    def text(self, value: Any) -> str:
        """A value inside of an interpolated string."""
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise Unreadable(f"{type(value).__name__} in a text")

    def truth(self, value: Any) -> bool:
        return bool(value) if not isinstance(value, Thing) else True

    def either(self, first: Any, result: Any) -> Any:
        """What `and` and `or` give: one of their operands."""
        return result

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, Mystery) or isinstance(right, Mystery):
            return MYSTERY
        if operator in ("==", "!="):
            return self.equal(left, right) == (operator == "==")
        if operator == "+":
            return self.plus(left, right)
        numbers = [value for value in (left, right) if isinstance(value, int) and not isinstance(value, bool)]
        if len(numbers) == 2 and operator in ("-", "*", "<", ">", "<=", ">=", "<<"):
            a, b = numbers
            if operator == "<<":
                return a << b if 0 <= b <= SHIFT and abs(a) <= SMALL else MYSTERY
            compared = {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}
            if operator in compared:
                return compared[operator]
            if operator == "*":
                check_product(a, b)
            return within(a * b if operator == "*" else a - b)
        if len(numbers) == 2 and 0 <= left < SMALL and 0 <= right < SMALL:
            if operator == "**":
                return left**right
            if operator == "%" and right:
                return left % right
        raise Unreadable(f"{operator} of {type(left).__name__} and {type(right).__name__} is not known here")

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, Thing) or isinstance(right, Thing) or left is None or right is None:
            return left is right
        if type(left) is not type(right):
            raise Unreadable("values of two types are compared")
        return bool(left == right)

    def plus(self, left: Any, right: Any) -> Any:
        if type(left) is type(right) and isinstance(left, str | bytes | int | list) and not isinstance(left, bool):
            return within(left + right) if isinstance(left, int) else left + right
        raise Unreadable(f"{type(left).__name__} + {type(right).__name__}")

    def spread(self, value: dict[Any, Any]) -> dict[Any, Any]:
        """What the spread of a mapping gives."""
        return value

    def members(self, value: Any) -> list[Any] | None:
        """What a loop or a spread gives, None where that is not known."""
        return list(value) if isinstance(value, list | tuple | dict) else None

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Mystery):
            return MYSTERY
        if isinstance(value, Thing):
            return value.get(run, name)
        for kind, methods in self.methods.items():
            if isinstance(value, kind) and name in methods:
                return self.bound(methods[name], value)
        for kind, methods in self.changing.items():
            if isinstance(value, kind) and name in methods:
                return self.changing_bound(methods[name], value)
        raise Unreadable(f"{name} of {type(value).__name__} is not known here")

    @staticmethod
    def bound(method: Pure, value: Any) -> Builtin:
        return Builtin(lambda run, given: applied(method, [value, *given.positional], given.named))

    def changing_bound(self, method: Pure, value: Any) -> Builtin:
        return Builtin(lambda run, given: self.changed(run, method, value, given))

    def changed(self, run: Any, method: Pure, value: Any, given: Arguments) -> Any:
        """A method that changes its data; members that are not constant may go in."""
        run.certain()
        try:
            result = method(value, *given.positional, **given.named)
            run.short(value)
            return result
        except Unreadable:
            raise
        except (TypeError, ValueError, KeyError, IndexError):
            raise Unreadable("a call that does not take its values") from None

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        if isinstance(owner, Thing):
            owner.set(run, name, value)
        elif not isinstance(owner, Mystery):
            raise Unreadable(f"{name} of {type(owner).__name__} is set")

    def item(self, run: Any, value: Any, key: Any) -> Any:
        if isinstance(value, Mystery) or isinstance(key, Mystery):
            return MYSTERY
        if isinstance(value, Thing):
            return value.item(run, key)
        if isinstance(value, dict) and key in value and type(key) is type(next(k for k in value if k == key)):
            return value[key]
        if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            return value[key]
        raise Unreadable("a member that is not there")

    def set_item(self, run: Any, owner: Any, key: Any, value: Any) -> None:
        if isinstance(owner, Thing):
            owner.set_item(run, key, value)
        elif isinstance(owner, list) and isinstance(key, int) and 0 <= key < len(owner):
            owner[key] = value
        elif isinstance(owner, dict) and isinstance(key, str | int):
            owner.update({key: value})
        elif not isinstance(owner, Mystery):
            raise Unreadable("a member that cannot be set")

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        """A call of an object itself, or the making of one of its type."""
        make = getattr(callee, "make" if new else "call", None)
        if make is None:
            raise Unreadable(f"a call of {type(callee).__name__} is not known here")
        return make(run, given)


def copied(value: Any) -> Any:
    """Data that shares nothing with the value."""
    if isinstance(value, dict | list):
        check_size(value)
    return _copied(value)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(member) for key, member in value.items()}
    return list(map(_copied, value)) if isinstance(value, list) else value


def optional(value: Any, default: Any = None) -> Any:
    """An argument, or the default where it is not given."""
    return default if value is UNDEFINED else value
