"""Scopes of a run, and the functions that see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apipack.languages.reading import program as p
from apipack.languages.reading.values import Arguments, Thing


@dataclass
class Jumped:
    """kind: return, break, continue, perhaps, or leave where the program ends in doubt. kinds: those of a jump that
    perhaps is taken."""

    kind: str
    value: Any = None
    kinds: frozenset[str] = frozenset()


@dataclass
class Scope:
    """Names of a block. closed: a function that does not see the variables around it."""

    parent: Scope | None = None
    closed: bool = False
    names: dict[str, Any] = field(default_factory=dict)


def scopes_of(scope: Scope | None) -> list[Scope]:
    """A scope and those around it, the nearest first."""
    scopes = []
    while scope is not None:
        scopes.append(scope)
        scope = scope.parent
    return scopes


@dataclass
class Closure:
    function: p.Function
    scope: Scope
    closed: bool = False


@dataclass
class Pending:
    """A call that runs once it is awaited."""

    closure: Closure
    given: Arguments
    receiver: Thing | None = None
