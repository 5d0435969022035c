"""Statements of a program, run in order. What hangs on a value that is not constant runs in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from apipack.languages.reading import program as p
from apipack.languages.reading.bounds import DOUBTFUL
from apipack.languages.reading.defaults import is_filled
from apipack.languages.reading.dialect import Ended
from apipack.languages.reading.naming import assign, forget
from apipack.languages.reading.scopes import Jumped, Scope
from apipack.languages.reading.values import MYSTERY, Mystery
from apipack.languages.wire import Unreadable

if TYPE_CHECKING:
    from apipack.languages.reading.evaluation import Evaluation

MEMBERS = 1_000
"""Turns of one loop."""


def block(run: Evaluation, statements: Sequence[p.Statement]) -> Jumped | None:
    if run.dialect.hoists:
        for statement in statements:
            if isinstance(statement, p.Define):
                run.scope.names[statement.name] = run.method(statement.function)
    doubts, mark = 0, len(run.perhaps_set)
    kinds: frozenset[str] = frozenset()
    try:
        for statement in statements:
            jumped = execute(run, statement)
            if jumped is not None and jumped.kind != "perhaps":
                return _after(run, jumped, kinds)
            if jumped is not None:  # the rest runs only if the branch was not taken
                run.doubt += 1
                doubts += 1
                kinds |= jumped.kinds
    finally:
        run.doubt -= doubts
        if doubts:
            forget(run, mark)
    return Jumped("perhaps", kinds=kinds) if doubts else None


def _after(run: Evaluation, jumped: Jumped, kinds: frozenset[str]) -> Jumped:
    """A jump behind others that may have been taken before it: what it gives is not known."""
    if not kinds - {"leave"}:
        return jumped
    if run.request is None or kinds - {"leave", jumped.kind}:
        return Jumped("perhaps", kinds=kinds | {jumped.kind})
    return Jumped(jumped.kind, MYSTERY if jumped.kind == "return" else jumped.value)


def _behind(kinds: frozenset[str]) -> Jumped | None:
    """What is left of jumps that may have been taken, behind the loop around them."""
    others = kinds - {"break", "continue"}
    return Jumped("perhaps", kinds=others) if others else None


def execute(run: Evaluation, statement: p.Statement) -> Jumped | None:
    run.step()
    match statement:
        case p.If(test, then, otherwise):
            truth = run.holds(test)
            if truth is None and not otherwise:
                truth = is_filled(run, test, then)
            if truth is None:
                return perhaps(run, then, otherwise)
            return inner(run, then if truth else otherwise)
        case p.Each(target, values, body):
            return each(run, target, run.value(values), body)
        case p.While(test, body, after):
            return loop(run, test, body, after)
        case p.Block(body):
            return inner(run, body)
        case p.Try(body, handlers, after):
            return attempt(run, body, handlers, after)
        case p.Define(name, function):
            run.scope.names[name] = run.method(function)
        case p.Import(path, name, member):
            run.scope.names[name] = run.dialect.merged(run.scope.names.get(name), run.dialect.imported(path, member))
        case p.Jump("leave"):
            if run.doubt:
                return Jumped("leave", MYSTERY)
            raise Ended
        case p.Jump(kind, value):
            return Jumped(kind, None if value is None else run.value(value))
        case _:
            run.value(statement)
    return None


def inner(run: Evaluation, body: Sequence[p.Statement]) -> Jumped | None:
    if not run.dialect.block_scope:
        return block(run, body)
    outer, run.scope = run.scope, Scope(run.scope)
    try:
        return block(run, body)
    finally:
        run.scope = outer


def perhaps(run: Evaluation, *branches: Sequence[p.Statement]) -> Jumped | None:
    """Branches of which nobody knows whether they run."""
    kinds: frozenset[str] = frozenset()
    mark = len(run.perhaps_set)
    run.doubt += 1
    try:
        for branch in branches:
            try:
                jumped = inner(run, branch)
                if jumped is not None:
                    kinds |= jumped.kinds if jumped.kind == "perhaps" else {jumped.kind}
            except Ended:
                kinds |= {"leave"}
            forget(run, mark)
    finally:
        run.doubt -= 1
    return Jumped("perhaps", kinds=kinds) if kinds else None


def attempt(
    run: Evaluation,
    body: Sequence[p.Statement],
    handlers: Sequence[Sequence[p.Statement]],
    after: Sequence[p.Statement],
) -> Jumped | None:
    run.trying += 1
    jumped = inner(run, body)
    run.trying -= 1
    if jumped and jumped.kind == "leave" and handlers:
        jumped = Jumped("perhaps", kinds=frozenset({"leave"}))
    run.handling += 1
    for handler in handlers:
        perhaps(run, handler)
    run.handling -= 1
    return inner(run, after) or jumped


def turn(
    run: Evaluation, target: p.Target, member: Any, body: Sequence[p.Statement], is_certain: bool = True
) -> Jumped | None:
    """A turn of a loop, whose variables are its own where a block has its scope."""
    run.step()
    outer = run.scope
    if run.dialect.block_scope:
        run.scope = Scope(outer)
    try:
        assign(run, target, member, True)
        return inner(run, body) if is_certain else perhaps(run, body)
    finally:
        run.scope = outer


def each(run: Evaluation, target: p.Target, values: Any, body: Sequence[p.Statement]) -> Jumped | None:
    if isinstance(values, Mystery):
        turns = 1 if run.request is None else DOUBTFUL
        return _others(run, target, [values] * turns, body, frozenset())
    members = run.dialect.members(values)
    if members is None or len(members) > MEMBERS:
        raise Unreadable("a loop over what is no small list")
    for index, member in enumerate(members):
        jumped = turn(run, target, member, body)
        if jumped and jumped.kind in ("return", "leave"):
            return jumped
        if jumped and jumped.kind == "break":
            break
        if jumped and jumped.kinds - {"continue"}:
            return _others(run, target, members[index + 1 :], body, jumped.kinds)
    return None


def _others(
    run: Evaluation, target: p.Target, members: Sequence[Any], body: Sequence[p.Statement], kinds: frozenset[str]
) -> Jumped | None:
    """The turns of a loop for these members, in doubt. kinds: jumps that may have been taken before."""
    for member in members:
        jumped = turn(run, target, member, body, is_certain=False)
        kinds |= jumped.kinds if jumped else frozenset()
    if members and not run.dialect.block_scope:
        assign(run, target, MYSTERY, True)
    return _behind(kinds)


def loop(
    run: Evaluation, test: p.Expression, body: Sequence[p.Statement], after: Sequence[p.Statement]
) -> Jumped | None:
    for _ in range(MEMBERS):
        run.step()
        truth = run.holds(test)
        if truth is None and run.request is None and not run.doubt:
            raise Unreadable("a loop before the request is sent")
        if truth is None:
            return _again(run, body, [*after, test], frozenset())
        if not truth:
            return None
        jumped = inner(run, body)
        if jumped and jumped.kind in ("return", "leave"):
            return jumped
        if jumped and jumped.kind == "break":
            return None
        if jumped and jumped.kinds - {"continue"}:
            perhaps(run, [*after, test])
            return _again(run, body, [*after, test], jumped.kinds)
        block(run, after)
    raise Unreadable("a loop that does not end")


def _again(
    run: Evaluation, body: Sequence[p.Statement], between: Sequence[p.Statement], kinds: frozenset[str]
) -> Jumped | None:
    """Turns of a loop in doubt: the first makes all unknown that it sets. kinds: jumps that may have been taken."""
    for _ in range(DOUBTFUL):
        jumped = perhaps(run, body)
        kinds |= jumped.kinds if jumped else frozenset()
        perhaps(run, between)
    return _behind(kinds)
