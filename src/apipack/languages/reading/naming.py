"""Names of a program: where a value is looked up, and what an assignment changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from apipack.languages.reading import program as p
from apipack.languages.reading.scopes import Scope
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Mystery, Unset
from apipack.languages.wire import Unreadable

if TYPE_CHECKING:
    from apipack.languages.reading.evaluation import Evaluation


def lookup(run: Evaluation, name: str) -> Any:
    scope: Scope | None = run.scope
    visible = True
    while scope is not None:
        if name in scope.names and (visible or not run.dialect.is_local(name)):
            return scope.names[name]
        visible &= not scope.closed
        scope = scope.parent
    if name in run.dialect.names:
        return run.dialect.names[name]
    raise Unreadable(f"{name} is neither declared nor known here")


def assign(run: Evaluation, target: p.Target, value: Any, declares: bool = False) -> None:
    match target:
        case p.Name(name):
            bind(run, name, value, declares)
        case p.Member(owner, name):
            run.certain()
            run.dialect.set_member(run, run.value(owner), name, value)
        case p.Index(owner, key):
            run.certain()
            if run.dialect.creates_arrays and isinstance(owner, p.Name) and owner.name not in run.scope.names:
                bind(run, owner.name, {}, True)
            run.dialect.set_item(run, run.value(owner), run.value(key), value)
        case p.Defaulted(plain, default):
            assign(
                run, plain, run.value(default) if value is UNDEFINED or isinstance(value, Unset) else value, declares
            )
        case p.Targets(targets, keys, rest):
            for index, inner in enumerate(targets):
                assign(run, inner, part(run, value, index, keys), declares)
            if rest is not None:
                assign(run, rest, others(value, len(targets), keys, target.is_mapping), declares)


def part(run: Evaluation, value: Any, index: int, keys: Sequence[str]) -> Any:
    if keys:
        return run.dialect.member(run, value, keys[index])
    if isinstance(value, list | tuple) and index < len(value):
        return value[index]
    if run.dialect.creates_arrays and isinstance(value, dict) and index in value:
        return value[index]
    return MYSTERY if isinstance(value, Mystery) else UNDEFINED


def others(value: Any, count: int, keys: Sequence[str], is_mapping: bool) -> Any:
    """What no target before took."""
    if is_mapping and isinstance(value, dict):
        return {key: member for key, member in value.items() if key not in keys}
    if not is_mapping and isinstance(value, list):
        return value[count:]
    if isinstance(value, Mystery):
        return MYSTERY
    raise Unreadable("the rest of what is no plain data")


def bind(run: Evaluation, name: str, value: Any, declares: bool) -> None:
    scope: Scope | None = run.scope
    if name == "_" and run.dialect.must_declare:
        return
    if not declares and not run.dialect.assigns_local:
        while scope is not None and name not in scope.names:
            scope = None if scope.closed and run.dialect.is_local(name) else scope.parent
    must_be_there = run.dialect.must_declare or (run.dialect.is_strict and name not in run.dialect.names)
    if scope is None and not declares and must_be_there:
        raise Unreadable(f"{name} is not declared")
    closed = run.dialect.closed_functions or run.dialect.closed_methods
    scope = scope or (run.scope if closed else run.globals)
    if any(scope is outer for outer in run.around_early):
        run.certain()
    if run.doubt and not declares:
        run.perhaps_set.append((scope, name))
    scope.names[name] = run.dialect.bound_value(value)


def forget(run: Evaluation, mark: int) -> None:
    """Behind statements in doubt, nobody knows what names hold that were set in them."""
    for scope, name in run.perhaps_set[mark:]:
        scope.names[name] = MYSTERY
    del run.perhaps_set[mark:]
