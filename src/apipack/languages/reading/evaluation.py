"""Run a program over constants and keep the one request that it sends; whatever is not certain is Unreadable.

Statements run in order. What hangs on a value that is not constant (an answer's status) is run *in doubt*: nothing
there may send another request than the one that was sent, or change what a request is made of.
Functions that a library calls back wait until the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from apipack.languages.reading import program as p
from apipack.languages.reading.answers import SentTwice, after_good_answer
from apipack.languages.reading.bound_arguments import bound_arguments
from apipack.languages.reading.bounds import TEXT, check_size
from apipack.languages.reading.defaults import is_default
from apipack.languages.reading.dialect import Dialect, Ended
from apipack.languages.reading.naming import assign, forget, lookup
from apipack.languages.reading.objects import Bound, Instance, Method, Type
from apipack.languages.reading.scopes import Closure, Pending, Scope, scopes_of
from apipack.languages.reading.statements import block, perhaps
from apipack.languages.reading.values import (
    MYSTERY,
    NOT_CONSTANT,
    UNDEFINED,
    Arguments,
    Builtin,
    Deferred,
    Foreign,
    Mystery,
    Thing,
    Unset,
)
from apipack.languages.wire import Unreadable, Unsent
from apipack.records import Request

STEPS, DEPTH = 20_000, 40


class Evaluation:
    """One run. dialect: what the language gives and how it joins and compares. answered: conditions on the answer hold
    as where that is good."""

    def __init__(self, dialect: Dialect, answered: bool = False) -> None:
        self.dialect = dialect
        self.answered, self.sent_again = answered, False
        self.request: Request | None = None
        self.doubt = self.handling = self.trying = 0
        self.perhaps_set: list[tuple[Scope, str]] = []
        self.steps = self.depth = 0
        self.later: list[tuple[Closure | Bound, bool]] = []
        self.around_early: list[Scope] = []
        self.ready: list[Closure | Bound] = []
        self.flows: list[list[Any]] = []
        self.scope = self.globals = Scope()

    def run(self, statements: Sequence[p.Statement]) -> Request:
        """The request of a whole program; raises Unreadable where none is certain.

        A program that may send it again is run once more as after a good answer, where it must not.
        """
        fresh = copy(self.dialect)
        request = self._request(statements)
        if self.sent_again:
            try:
                Evaluation(fresh, answered=True)._request(statements)
            except SentTwice:
                raise
            except Unreadable:
                pass
        return request

    def _request(self, statements: Sequence[p.Statement]) -> Request:
        try:
            jumped = block(self, statements)
            while self.ready:
                function = self.ready.pop(0)
                self.apply(function, Arguments([MYSTERY] * self.taken(function)))
            if self.later and not (jumped and jumped.kind == "leave"):
                self.callbacks()
        except Ended:
            if self.dialect.ends_early:
                raise Unreadable("the program ends before its request is sent") from None
        except RecursionError:
            raise Unreadable("too deeply nested") from None
        if self.request is None:
            raise Unreadable("no request is sent")
        return self.request

    def callbacks(self) -> None:
        """Run what libraries call back: with arguments that nobody knows, and in doubt."""
        self.doubt += 1
        while self.later:
            forget(self, 0)
            function, is_early = self.later.pop(0)
            closure = function if isinstance(function, Closure) else function.closure
            self.around_early = scopes_of(closure.scope) if is_early else []
            try:
                self.apply(function, Arguments([MYSTERY] * self.taken(function)))
            except Ended:
                continue

    def taken(self, function: Closure | Bound) -> int:
        """How many arguments a function takes, its receiver aside."""
        if isinstance(function, Closure):
            return len(function.function.parameters)
        return len(function.closure.function.parameters) - (not self.dialect.receiver)

    def send(self, request: Request) -> Mystery:
        """Note the request; what the client gives back is not known. The same may be sent again, in doubt."""
        if self.doubt:
            if self.request != request:
                raise Unreadable("it is not certain that the request is sent")
            self.sent_again = True
            return MYSTERY
        if self.request is not None:
            raise SentTwice("more than one request")
        self.request = request
        return MYSTERY

    def call_back(self, *functions: Any, is_early: bool = False) -> None:
        """Functions that a library will call. is_early: it may do so before the request is sent."""
        self.later += [(function, is_early) for function in functions if isinstance(function, Closure | Bound)]
        if is_early and any(isinstance(function, Builtin) and function.changes for function in functions):
            raise Unreadable(NOT_CONSTANT)

    def certain(self) -> None:
        """Called before anything that a request is made of changes."""
        if self.doubt and (self.request is None or self.around_early):
            raise Unreadable(NOT_CONSTANT)

    def thrown(self, reason: str) -> Unreadable:
        """What to raise where the program throws an exception. Where nobody may catch it, nothing is sent."""
        is_last = not (self.doubt or self.trying or self.request)
        return Unsent(reason) if is_last else Unreadable(reason)

    def value(self, node: p.Expression) -> Any:
        self.step()
        match node:
            case p.Const(value):
                return value
            case p.Name(name):
                return lookup(self, name)
            case p.Text(parts):
                return self.join([self.value(part) for part in parts])
            case p.Binary(operator, left, right):
                return self.binary(operator, left, right)
            case p.Unary(operator, operand):
                return self.unary(operator, self.value(operand))
            case p.Conditional(test, then, otherwise):
                truth = self.holds(test)
                if truth is None:
                    truth = is_default(self, test, then, otherwise)
                if truth is None:
                    perhaps(self, [then], [otherwise])
                    return MYSTERY
                return self.value(then if truth else otherwise)
            case p.Items(items):
                return self.short(self.items(items))
            case p.Pairs(pairs):
                return self.short(self.pairs(pairs))
            case p.Member(owner, name):
                return self.dialect.member(self, self.value(owner), name)
            case p.Index(owner, key):
                return self.dialect.item(self, self.value(owner), self.value(key))
            case p.Call(function, arguments, new):
                return self.call(function, arguments, new)
            case p.Function():
                return Closure(node, self.scope, self.dialect.closed_functions and not node.sees)
            case p.Class():
                return self.class_of(node)
            case p.Assign(target, value, declares):
                given = self.value(value)
                assign(self, target, given, declares)
                return given
            case p.Unknown():
                return MYSTERY
            case p.Opaque(what):
                raise Unreadable(f"{what} is not known here")
        raise Unreadable(f"{type(node).__name__} is no value")

    def items(self, items: Sequence[p.Expression]) -> list[Any]:
        values: list[Any] = []
        for item in items:
            if isinstance(item, p.Spread):
                members = self.dialect.members(self.value(item.value))
                if members is None:
                    raise Unreadable("a spread of what is no list")
                values += members
                self.short(values)
            else:
                values.append(self.dialect.held_value(self.value(item)))
        return self.short(values)

    def pairs(self, pairs: Sequence[tuple[p.Expression | None, p.Expression]]) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for key, value in pairs:
            given = self.value(value)
            if key is None and self.dialect.spreads_nothing and (given is None or given is UNDEFINED):
                continue
            if key is None:
                if not isinstance(given, dict):
                    raise Unreadable("a spread of what is no mapping")
                values |= self.dialect.spread(given)
                continue
            name = self.value(key)
            if not isinstance(name, str | int | bytes):
                raise Unreadable("a key that is not constant")
            values[name] = self.dialect.held_value(given)
        return self.dialect.mapping(values)

    def join(self, parts: Sequence[Any]) -> Any:
        if any(isinstance(part, Mystery) for part in parts):
            return MYSTERY
        joined = "".join(part if isinstance(part, str) else self.dialect.text(part) for part in parts)
        return self.short(joined)

    def short(self, value: Any) -> Any:
        if isinstance(value, str | bytes) and len(value) > TEXT:
            raise Unreadable("a text too long")
        if isinstance(value, list | dict):
            check_size(value)
        return value

    def binary(self, operator: str, left: p.Expression, right: p.Expression) -> Any:
        first = self.value(left)
        if operator in ("||", "??") and isinstance(first, Unset):
            return self.value(right)
        if operator in ("&&", "||", "??"):
            truth = (first not in (None, UNDEFINED)) if operator == "??" else self.truth(first)
            if truth is None and self.answered and self.request is not None and operator != "??":
                truth = after_good_answer(left)
            if truth is None:
                perhaps(self, [right])
                return MYSTERY
            return self.dialect.either(first, self.value(right) if truth == (operator == "&&") else first)
        return self.short(self.dialect.binary(operator, first, self.value(right)))

    def unary(self, operator: str, value: Any) -> Any:
        if isinstance(value, Mystery):
            return MYSTERY
        if operator == "!":
            truth = self.truth(value)
            return MYSTERY if truth is None else not truth
        if operator == "-" and isinstance(value, int | float) and not isinstance(value, bool):
            return -value
        raise Unreadable(f"{operator} of a value is not known here")

    def truth(self, value: Any) -> bool | None:
        """None where it is not known."""
        return None if isinstance(value, Mystery) else self.dialect.truth(value)

    def holds(self, test: p.Expression) -> bool | None:
        """Whether a condition holds, None where it is not known: what one side decides does not hang on the other."""
        truth = self._holds(test)
        return after_good_answer(test) if truth is None and self.answered and self.request is not None else truth

    def _holds(self, test: p.Expression) -> bool | None:
        if not (isinstance(test, p.Binary) and test.operator in ("&&", "||")):
            return self.truth(self.value(test))
        decides = test.operator == "||"
        if isinstance(test.left, p.Binary):
            first = self.holds(test.left)
        else:
            value = self.value(test.left)
            first = False if decides and isinstance(value, Unset) else self.truth(value)
        if first is decides:
            return first
        if first is not None:
            return self.holds(test.right)
        mark = len(self.perhaps_set)
        self.doubt += 1
        try:
            return decides if self.holds(test.right) is decides else None
        except Ended:
            return None
        finally:
            self.doubt -= 1
            forget(self, mark)

    def call(self, function: p.Expression, arguments: Sequence[p.Argument], new: bool) -> Any:
        if self.dialect.names_apart and isinstance(function, p.Member):
            owner = self.value(function.object)
            if not isinstance(owner, Instance):
                callee = self.dialect.member(self, owner, function.name)
            elif not arguments and owner.is_component(function.name):
                return owner.attributes[function.name]
            else:
                callee = owner.called(self, function.name)
        else:
            callee = self.value(function)
        if isinstance(callee, Bound) and self.dialect.needs_new and not isinstance(function, p.Member):
            raise Unreadable("a method that is called without its object")
        given = Arguments([])
        positional = [argument for argument in arguments if argument.name is None]
        for argument in arguments:
            if isinstance(argument.value, p.Spread):
                members = self.value(argument.value.value)
                if isinstance(members, Mystery) and isinstance(callee, Builtin) and argument is positional[-1]:
                    members = [MYSTERY]
                if isinstance(members, dict) and argument.name == "**":
                    given.named |= members
                elif isinstance(members, list):
                    given.positional += members
                else:
                    raise Unreadable("arguments that are not constant")
            elif argument.name is not None:
                given.named[argument.name] = self.value(argument.value)
            else:
                given.positional.append(self.value(argument.value))
        return self.apply(callee, given, new)

    def apply(self, callee: Any, given: Arguments, new: bool = False) -> Any:
        """The value of a call with these arguments."""
        if isinstance(callee, Mystery):
            self.call_back(*given.positional, *given.named.values(), is_early=self.request is None)
            return MYSTERY
        if isinstance(callee, Builtin):
            for value in (*given.positional, *given.named.values()):
                if not isinstance(value, str | int | float | None):
                    check_size(value)
            return self.short(callee.run(self, given))
        if isinstance(callee, Closure):
            return Pending(callee, given) if callee.function.lazy else self.enter(callee, given)
        if isinstance(callee, Bound):
            if callee.closure.function.lazy:
                return Pending(callee.closure, given, callee.receiver)
            return self.enter(callee.closure, given, callee.receiver)
        if isinstance(callee, Type):
            if self.dialect.needs_new and not new:
                raise Unreadable(f"{callee.name} is called, and not made")
            return callee.make(self, given)
        if isinstance(callee, Thing) and not isinstance(callee, Foreign):
            return self.dialect.called(self, callee, given, new)
        what = callee.name if isinstance(callee, Foreign) else type(callee).__name__
        raise Unreadable(f"a call of {what} is not known here")

    def awaited(self, value: Any) -> Any:
        """What `await` gives."""
        if isinstance(value, Deferred):
            return value.start()
        return self.enter(value.closure, value.given, value.receiver) if isinstance(value, Pending) else value

    def method(self, function: p.Function) -> Closure:
        return Closure(function, self.scope, self.dialect.closed_functions or self.dialect.closed_methods)

    def is_inside(self, kind: Type) -> bool:
        """Whether a method of that class runs."""
        try:
            receiver = lookup(self, self.dialect.receiver)
        except Unreadable:
            return False
        return isinstance(receiver, Instance) and kind in receiver.kind.line()

    def class_of(self, node: p.Class) -> Type:
        """A class, whose methods see it under its own name."""
        outer, self.scope = self.scope, Scope(self.scope)
        try:
            methods = {name: Method(self.method(function), kind) for name, kind, function in node.methods}
            defaults = self.method(p.Function((), node.fields)) if node.fields else None
            parent = None if node.parent is None else self.value(node.parent)
            kind = Type(node.name, methods, defaults, parent, node.copies)
            if self.dialect.own_class:
                self.scope.names[self.dialect.own_class] = kind
            self.scope = Scope(self.scope)  # no method sees these by their names alone
            for name, value in node.shared:
                kind.shared[name] = self.scope.names[name] = self.value(value)
        finally:
            self.scope = outer
        return kind

    def enter(self, closure: Closure, given: Arguments, receiver: Thing | None = None) -> Any:
        self.depth += 1
        if self.depth > DEPTH:
            raise Unreadable("functions that call each other too deeply")
        outer, self.scope = self.scope, Scope(closure.scope, closure.closed)
        if receiver is not None and not self.dialect.receiver:
            given = Arguments([receiver, *given.positional], given.named)
        try:
            self.scope.names |= bound_arguments(self, closure.function, given)
            if receiver is not None and self.dialect.receiver:
                self.scope.names[self.dialect.receiver] = receiver
            jumped = block(self, closure.function.body)
            if jumped and jumped.kind == "perhaps":
                return MYSTERY
            return jumped.value if jumped else self.dialect.nothing
        finally:
            self.scope = outer
            self.depth -= 1

    def step(self) -> None:
        self.steps += 1
        if self.steps > STEPS:
            raise Unreadable("the program is too long")
